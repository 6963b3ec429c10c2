# What makes the snippets of the hits: a part of _board.pyx.

from bisect import bisect_right

from cpython.unicode cimport (
    PyUnicode_4BYTE_KIND, PyUnicode_DATA, PyUnicode_FromKindAndData, PyUnicode_KIND, PyUnicode_READ
)
from libc.stdlib cimport qsort

from faqlib.search import highlight

cdef enum:
    LENGTH = 200
    LONGEST = (6 + 6 + 7) * LENGTH + 4  # each sign escaped, in a mark of its own; the dots

assert LENGTH == highlight.SNIPPET_LENGTH

cdef double FAINT = highlight.FAINT, ROUNDING_OF_WEIGHTS = highlight.ROUNDING
cdef object READ = highlight.passage
cdef object KNOWN_PASSAGES = highlight.known_passages, KNOWN_SNIPPETS = highlight.known_snippets

cdef struct Match:
    Py_ssize_t begin, end
    Py_ssize_t before  # where the same term's last match begins; -1 if there is none
    double weight
    bint is_marked


def snippets(list shown not None, list marks not None):
    """See ``highlight.snippets``."""
    cdef dict weights = {}, places
    cdef list query = [], here, made = []
    cdef tuple one, told
    cdef double weight, most = 0
    for counted in marks:
        for term, weight in (<dict?> counted).items():
            if weight > <double> weights.get(term, 0.0):
                weights[term] = weight
                most = max(most, weight)
    for term, weight in weights.items():
        query.append((term, weight, weight >= FAINT * most))
    for found in shown:
        item = (<tuple?> found)[2]
        kept = (<dict> KNOWN_PASSAGES).get(item.answer)
        if kept is None or <str> (<tuple> kept)[4] != <str> item.lang:
            kept = READ(item)
            check(PyTuple_Check(kept))
        one = <tuple> kept
        places = one[1]
        here = [term for term in query if (<tuple> term)[0] in places]
        if not here:
            made.append(one[5])
            continue
        told = tuple(here)
        made.append((<dict> KNOWN_SNIPPETS).get((one[3], told)) or cut(one, told))
    return made


cdef str cut(tuple one, tuple told):
    cdef str text = one[0], made
    cdef Matches matches = Matches(len(text), one[1], told)
    cdef Py_ssize_t start = 0
    if len(text) > LENGTH:
        start = start_of(text, one[2], matches.best())
    made = matches.mark(text, start, end_of(text, start + LENGTH))
    KNOWN_SNIPPETS[one[3], told] = made
    return made


cdef class Matches:
    """Where words of a query stand in a text; at least one does."""

    cdef Match* items
    cdef Py_ssize_t size

    def __cinit__(self, Py_ssize_t length, dict places, tuple told):
        cdef Match* match
        cdef Py_ssize_t before
        self.size = sum([len(places[term]) for term, _, _ in told])
        match = self.items = <Match*> PyMem_Malloc(max(1, self.size) * sizeof(Match))
        if match == NULL:
            raise MemoryError
        for term, weight, is_marked in told:
            before = -1
            for begin, end in places[term]:
                match.begin, match.end, match.before = begin, end, before
                match.weight, match.is_marked = weight, is_marked
                check(before < match.begin < match.end <= length)
                before = match.begin
                match += 1
        qsort(self.items, self.size, sizeof(Match), by_begin)

    def __dealloc__(self):
        PyMem_Free(self.items)

    cdef Py_ssize_t best(self) noexcept:
        """See ``highlight._best_window``."""
        cdef Match* first = self.items
        cdef Match* last = self.items
        cdef Match* behind = self.items + self.size
        cdef Match* match
        cdef Py_ssize_t best = first.begin
        cdef double total, most = 0
        while last < behind:
            if last.end - first.begin <= LENGTH:  # else it has nothing that an earlier has not
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

    cdef str mark(self, str text, Py_ssize_t start, Py_ssize_t end):
        """A part of the text as HTML with marks, see ``highlight._mark``; dots at what is cut."""
        cdef Py_UCS4[LONGEST] made
        cdef Py_UCS4* out = made
        cdef Py_ssize_t at = start, i
        cdef bint is_open = False
        cdef Match match
        if start:
            out = write(out, "… ")
        for i in range(self.size):
            match = self.items[i]
            if not match.is_marked or match.begin < at or match.end > end:
                continue
            if not is_open or match.begin != at + 1 or text[at] != " ":
                if is_open:
                    out = write(out, "</mark>")
                out = escaped(out, text, at, match.begin)
                out = write(out, "<mark>")
                at = match.begin
            out = escaped(out, text, at, match.end)
            at = match.end
            is_open = True
        if is_open:
            out = write(out, "</mark>")
        out = escaped(out, text, at, end)
        if end < len(text):
            out = write(out, " …")
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, made, out - made)


cdef int by_begin(const void* one, const void* other) noexcept nogil:
    cdef Py_ssize_t here = (<const Match*> one).begin, there = (<const Match*> other).begin
    return (here > there) - (here < there)


cdef Py_ssize_t start_of(str text, list sentences, Py_ssize_t at) except -1:
    """See ``highlight._start``."""
    cdef Py_ssize_t before = bisect_right(sentences, at)
    if before and <Py_ssize_t> sentences[before - 1] > at - LENGTH // 2:
        return sentences[before - 1]
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


cdef Py_UCS4* escaped(Py_UCS4* out, str text, Py_ssize_t at, Py_ssize_t end) noexcept:
    """Write a part of a text as HTML; where that ends."""
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    cdef Py_UCS4 sign
    while at < end:
        sign = PyUnicode_READ(kind, data, at)
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
