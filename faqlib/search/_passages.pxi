# The answers of the hits, read so that words are found in them at once: a part of _board.pyx.

from itertools import count

from faqlib.search import highlight
from faqlib.search.bounded import Bounded

cdef enum:
    SEEN = 64  # bytes, in which each term of a passage sets a bit
    UNSPACED = 0x0E00  # from here on letters may be of a script without blanks between words

cdef double FAINT = highlight.FAINT
cdef object READ = highlight.line, PLACES = analysis.places, NUMBERS = count()
cdef object PASSAGES = Bounded(highlight.KEPT_BYTES, lambda kept: kept.size)
cdef object SNIPPETS = Bounded(highlight.KEPT_SNIPPETS)


def snippets(list shown not None, list marks not None):
    """See ``highlight.snippets``."""
    cdef dict weights = {}
    cdef list query = [], here, made = []
    cdef Passage one
    cdef double weight, most = 0
    for counted in marks:
        for term, weight in (<dict?> counted).items():
            if weight > <double> weights.get(term, 0.0):
                weights[term] = weight
                most = max(most, weight)
    for term, weight in weights.items():
        query.append((term, weight, weight >= FAINT * most))
    for found in shown:
        one = passage((<tuple?> found)[2])
        here = [term for term in query if one.find((<tuple> term)[0], 0) < one.count]
        if not here:
            made.append(one.beginning)
            continue
        told = tuple(here)
        made.append((<dict> SNIPPETS).get((one.number, told)) or cut(one, told))
    return made


cdef Passage passage(item):
    """See ``highlight.passage``."""
    key, lang = item.answer, item.lang
    one = (<dict> PASSAGES).get(key)
    if one is not None and (<Passage> one).lang != <str?> lang:
        key = key, lang
        one = (<dict> PASSAGES).get(key)
    if one is None:
        one = PASSAGES[key] = Passage(item)
    return <Passage> one


cdef class Passage:
    """See ``highlight.Passage``; of each word it has a part of its term's hash, and its place."""

    cdef str text, lang, beginning
    cdef tuple terms
    cdef object number
    cdef readonly Py_ssize_t size  # bytes, roughly
    cdef Py_ssize_t count  # of the words
    cdef unsigned char[SEEN] seen  # most words of a query stand in few passages
    cdef unsigned int* hashes
    cdef int* begins
    cdef int* ends

    def __cinit__(self, item):
        cdef Py_ssize_t i
        self.text, self.lang, self.terms = READ(item.answer), item.lang, item.answer_terms
        self.number, self.count = next(NUMBERS), len(self.terms)
        self.size = 1_000 + 2 * len(self.text) + 30 * self.count
        check(len(self.text) < 2**30)
        self.hashes = <unsigned int*> PyMem_Malloc(3 * max(1, self.count) * sizeof(int))
        if self.hashes == NULL:
            raise MemoryError
        self.begins = <int*> self.hashes + self.count
        self.ends = self.begins + self.count
        for i in range(self.count):
            self.hashes[i] = <unsigned int> hash(<str?> self.terms[i])
            self.seen[self.hashes[i] // 8 % SEEN] |= 1 << self.hashes[i] % 8
        self.place()
        self.beginning = marked(self.text, 0, NULL, 0)

    def __dealloc__(self):
        PyMem_Free(self.hashes)

    cdef int place(self) except -1:
        """Find where each word stands, see ``analysis.places``."""
        cdef Py_ssize_t at = 0, start, found = 0, end = len(self.text)
        while at < end:
            if not is_letter(self.text[at]):
                at += 1
                continue
            start = at
            while at < end and (is_letter(self.text[at]) or is_joint(self.text, at)):
                if self.text[at] >= UNSPACED and self.text[at] != "’":
                    return self.place_by(PLACES(self.text))
                at += 1
            check(found < self.count)
            self.begins[found], self.ends[found] = start, at
            found += 1
        check(found == self.count)
        return 0

    cdef int place_by(self, list places) except -1:
        cdef Py_ssize_t i, end = len(self.text)
        check(len(places) == self.count)
        for i in range(self.count):
            self.begins[i], self.ends[i] = places[i]
            check(0 <= self.begins[i] < self.ends[i] <= end)
        return 0

    cdef Py_ssize_t find(self, str term, Py_ssize_t at) except -1:
        """The first word from there on that has the term, or the number of words."""
        cdef unsigned int wanted = <unsigned int> hash(term)
        if not self.seen[wanted // 8 % SEEN] & 1 << wanted % 8:
            return self.count
        while at < self.count and (self.hashes[at] != wanted or <str> self.terms[at] != term):
            at += 1
        return at
