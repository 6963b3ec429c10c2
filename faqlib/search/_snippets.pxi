# A passage cut to a snippet: a part of _board.pyx.

from libc.stdlib cimport qsort

from cpython.unicode cimport PyUnicode_4BYTE_KIND, PyUnicode_FromKindAndData

cdef enum:
    LENGTH = 200
    LONGEST = (6 + 6 + 7) * LENGTH + 4  # each sign escaped, in a mark of its own; the dots

assert LENGTH == highlight.SNIPPET_LENGTH

cdef double ROUNDING_OF_WEIGHTS = highlight.ROUNDING

cdef struct Match:
    Py_ssize_t begin, end
    Py_ssize_t before  # where the same term's last match begins; -1 if there is none
    double weight
    bint is_marked


cdef str cut(Passage one, tuple told):
    """See ``highlight._cut``."""
    cdef Match* matches = <Match*> PyMem_Malloc(one.count * sizeof(Match))
    cdef Py_ssize_t count, start = 0
    cdef str made
    if matches == NULL:
        raise MemoryError
    try:
        count = find_all(one, told, matches)
        if len(one.text) > LENGTH:
            start = start_of(one.text, best_window(matches, count))
        made = marked(one.text, start, matches, count)
    finally:
        PyMem_Free(matches)
    SNIPPETS[one.number, told] = made
    return made


cdef Py_ssize_t find_all(Passage one, tuple told, Match* matches) except -1:
    """Write where terms stand, in order; how many matches that are."""
    cdef Py_ssize_t at, before, count = 0
    cdef Match* match
    cdef double weight
    cdef bint is_marked
    for term, weight, is_marked in told:
        before = -1
        at = one.find(term, 0)
        while at < one.count:
            check(count < one.count)
            match = matches + count
            match.begin, match.end, match.before = one.begins[at], one.ends[at], before
            match.weight, match.is_marked = weight, is_marked
            before = match.begin
            count += 1
            at = one.find(term, at + 1)
    qsort(matches, count, sizeof(Match), by_begin)
    return count


cdef int by_begin(const void* one, const void* other) noexcept nogil:
    cdef Py_ssize_t here = (<const Match*> one).begin, there = (<const Match*> other).begin
    return (here > there) - (here < there)


cdef Py_ssize_t best_window(const Match* first, Py_ssize_t count) noexcept:
    """See ``highlight._best_window``."""
    cdef const Match* last = first
    cdef const Match* behind = first + count
    cdef const Match* match
    cdef Py_ssize_t best = first.begin
    cdef double total, most = 0
    while last < behind:
        if last.end - first.begin <= LENGTH:  # else it has nothing that an earlier one has not
            while last < behind and last.end - first.begin <= LENGTH:
                last += 1
            total = 0
            match = first
            while match < last:
                if match.before < first.begin:
                    total += match.weight
                match += 1
            if total > most + ROUNDING_OF_WEIGHTS:
                best, most = first.begin, total
        first += 1
    return best


cdef Py_ssize_t start_of(str text, Py_ssize_t at) except -1:
    """See ``highlight._start``."""
    cdef Py_ssize_t start = at
    while start >= 2 and start > at - LENGTH // 2:
        if text[start - 1] == " " and text[start - 2] in ".!?。！？:":
            return start
        start -= 1
    if at <= LENGTH // 2:
        return 0
    return text.rfind(" ", 0, at - LENGTH // 4) + 1


cdef Py_ssize_t end_of(str text, Py_ssize_t at) except -1:
    """See ``highlight._word_end``."""
    cdef Py_ssize_t space
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 40, at + 1)
    return space if space > 0 else at


cdef str marked(str text, Py_ssize_t start, const Match* match, Py_ssize_t count):
    """See ``highlight._mark``."""
    cdef Py_UCS4[LONGEST] made
    cdef Py_UCS4* out = made
    cdef Py_ssize_t at = start, end = end_of(text, start + LENGTH)
    cdef const Match* behind = match + count
    cdef bint is_open = False
    if start:
        out = write(out, "… ")
    while match < behind:
        if match.is_marked and match.begin >= at and match.end <= end:
            if not is_open or match.begin != at + 1 or text[at] != " ":
                if is_open:
                    out = write(out, "</mark>")
                out = escaped(out, text, at, match.begin)
                out = write(out, "<mark>")
                at = match.begin
            out = escaped(out, text, at, match.end)
            at = match.end
            is_open = True
        match += 1
    if is_open:
        out = write(out, "</mark>")
    out = escaped(out, text, at, end)
    if end < len(text):
        out = write(out, " …")
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, made, out - made)


cdef Py_UCS4* escaped(Py_UCS4* out, str text, Py_ssize_t at, Py_ssize_t end) noexcept:
    """Write a part of a text as HTML; where that ends."""
    cdef Py_UCS4 sign
    while at < end:
        sign = text[at]
        if sign == "&":
            out = write(out, "&amp;")
        elif sign == "<":
            out = write(out, "&lt;")
        elif sign == ">":
            out = write(out, "&gt;")
        elif sign == '"':
            out = write(out, "&quot;")
        elif sign == "'":
            out = write(out, "&#x27;")
        else:
            out[0] = sign
            out += 1
        at += 1
    return out


cdef Py_UCS4* write(Py_UCS4* out, str text) noexcept:
    """Write a text; where that ends."""
    cdef Py_ssize_t i
    for i in range(len(text)):
        out[i] = text[i]
    return out + len(text)
