# What loops over a query's words and over its hits: a part of _board.pyx.

from cpython.float cimport PyFloat_AS_DOUBLE
from cpython.tuple cimport PyTuple_Check, PyTuple_GET_SIZE

from faqlib.model import Hit
from faqlib.search import analysis
from faqlib.search.board_plain import STEPS, precedence
from faqlib.search.words import Query, Word

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        int (*tp_descr_set)(object, object, object) except -1
    PyTypeObject* Py_TYPE(object)
    object PyType_GenericAlloc(PyTypeObject*, Py_ssize_t)
    bint PyUnicode_IS_ASCII(object)
    void* PyUnicode_1BYTE_DATA(object)
    object PyUnicode_New(Py_ssize_t, Py_UCS4)
    ctypedef struct PyListObject:
        void** ob_item

# The slots of a hit. They are filled without a call of its class, which takes most of the time
# that a search of a small FAQ has for its hits.
cdef object ENTRY = Hit.entry, SCORE_OF = Hit.score, SNIPPET = Hit.snippet, REASONS = Hit.reasons
cdef double STEPS_OF_SCORE = STEPS
cdef Py_ssize_t MAX_WORD = analysis.MAX_WORD

cdef enum:
    FEW = 64  # up to which insertion is faster than a sort


cdef list first(list found, Py_ssize_t limit):
    """See ``board_plain.first``."""
    if len(found) > FEW:
        found.sort(reverse=True)
    if not put_in_order(found):
        found.sort(key=precedence)
    return found[:limit]


cdef bint put_in_order(list found):
    """The best first, by insertion, which is fast for a few; whether no two are equal."""
    cdef void** items = (<PyListObject*> found).ob_item
    cdef bint differ = True
    cdef void* item
    cdef Py_ssize_t i, at
    for i in range(1, len(found)):
        item, at = items[i], i
        while at and score_of(items[at - 1]) < score_of(item):
            items[at] = items[at - 1]
            at -= 1
        items[at] = item
        if at and score_of(items[at - 1]) == score_of(item):
            differ = False
    return differ


cdef inline double score_of(void* found):
    return PyFloat_AS_DOUBLE((<tuple> found)[0])


cdef int put(slot, hit, value) except -1:
    return Py_TYPE(slot).tp_descr_set(slot, hit, value)


cdef unsigned char LOWER[128]  # of a letter or digit, else 0
for sign in range(128):
    LOWER[sign] = ord(chr(sign).lower()) if chr(sign).isalnum() else 0


cdef inline bint is_letter(Py_UCS4 sign) noexcept:
    return LOWER[sign] != 0 if sign < 128 else sign.isalnum()


cdef inline bint is_joint(str text, Py_ssize_t at) noexcept:
    """Whether a sign holds two parts of a word together, the first of which is before it."""
    return text[at] in "'’.@" and at + 1 < len(text) and is_letter(text[at + 1])


def words(str text not None):
    """See ``analysis.words``."""
    if not PyUnicode_IS_ASCII(text):
        return analysis.words(text)
    cdef const unsigned char* signs = <const unsigned char*> PyUnicode_1BYTE_DATA(text)
    cdef Py_ssize_t end = len(text), at = 0, start, size
    cdef list found = []
    while at < end:
        if not LOWER[signs[at]]:
            at += 1
            continue
        start = at
        while at < end and (LOWER[signs[at]] or is_joint(text, at)):
            at += 1
        size = min(at - start, MAX_WORD)
        if size > 2 and signs[start + size - 2] == c"'" and LOWER[signs[start + size - 1]] == c"s":
            size -= 2
        found.append(lowered(signs + start, size))
    return found


cdef inline str lowered(const unsigned char* signs, Py_ssize_t size):
    word = PyUnicode_New(size, 127)
    cdef unsigned char* out = <unsigned char*> PyUnicode_1BYTE_DATA(word)
    cdef Py_ssize_t i
    for i in range(size):
        out[i] = LOWER[signs[i]] or signs[i]
    return <str> word


def hits(list found not None, list passages, list reasons):
    """See ``board_plain.hits``."""
    cdef list made = []
    cdef Py_ssize_t i
    cdef double score
    for i in range(len(found)):
        score, _, item = found[i]
        hit = PyType_GenericAlloc(<PyTypeObject*> Hit, 0)
        put(ENTRY, hit, item.entry)
        put(SCORE_OF, hit, <long long> (score * STEPS_OF_SCORE + 0.5) / STEPS_OF_SCORE)
        put(SNIPPET, hit, passages[i] if passages is not None else "")
        put(REASONS, hit, reasons[i] if reasons is not None else ())
        made.append(hit)
    return tuple(made)


cdef Py_ssize_t STEM, FOLLOWING, TELLS, MEANT, GROUP, IS_SLIP, FIELDS
STEM, FOLLOWING, TELLS, MEANT, GROUP, IS_SLIP = map(
    Word._fields.index, ("stem", "following", "tells", "meant", "group", "is_slip")
)
FIELDS = len(Word._fields)


def gather(str text, list typed not None, list words not None):
    """See ``words.gather``."""
    cdef list meant = [], opens = []
    cdef dict unique = {}
    cdef bint has_slips = False
    cdef Py_ssize_t i
    cdef tuple word
    before = None
    check(len(typed) == len(words))
    for i in range(len(words)):
        check(PyTuple_Check(words[i]) and PyTuple_GET_SIZE(words[i]) == FIELDS)
        word = <tuple> words[i]
        meant.append(word[MEANT])
        if word[TELLS] is True:
            unique[typed[i]] = word[GROUP]
        if word[IS_SLIP] is True:
            has_slips = True
        if before and word[STEM] in before:
            opens.append(i - 1)
        before = word[FOLLOWING]
    if not unique:
        unique = {typed[i]: (<tuple> words[i])[GROUP] for i in range(len(words))}
    cdef list groups = [group for group in unique.values() if group.alternatives]
    unknown = len(unique) - len(groups)
    return tuple.__new__(Query, (text, words, meant, groups, unknown, has_slips, opens))
