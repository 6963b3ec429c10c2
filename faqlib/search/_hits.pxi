# What loops over a query's words and over its hits: a part of _board.pyx.

from cpython.tuple cimport PyTuple_Check, PyTuple_GET_SIZE

from faqlib.model import Hit
from faqlib.search.board_plain import STEPS, precedence
from faqlib.search.words import Query, Word

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        int (*tp_descr_set)(object, object, object) except -1
    PyTypeObject* Py_TYPE(object)
    object PyType_GenericAlloc(PyTypeObject*, Py_ssize_t)

# The slots of a hit. They are filled without a call of its class, which takes most of the time
# that a search of a small FAQ has for its hits.
cdef object ENTRY = Hit.entry, SCORE_OF = Hit.score, SNIPPET = Hit.snippet, REASONS = Hit.reasons
cdef double STEPS_OF_SCORE = STEPS


cdef list first(list found, Py_ssize_t limit):
    """See ``board_plain.first``."""
    cdef Py_ssize_t i
    cdef float score, before = INFINITY
    found.sort(reverse=True)
    for i in range(len(found)):
        score = (<tuple> found[i])[0]
        if score == before:
            found.sort(key=precedence)
            break
        before = score
    return found[:limit]


cdef int put(slot, hit, value) except -1:
    return Py_TYPE(slot).tp_descr_set(slot, hit, value)


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


cdef Py_ssize_t TYPED, STEM, FOLLOWING, TELLS, MEANT, GROUP, IS_SLIP, FIELDS
TYPED, STEM, FOLLOWING, TELLS, MEANT, GROUP, IS_SLIP = map(
    Word._fields.index, ("typed", "stem", "following", "tells", "meant", "group", "is_slip")
)
FIELDS = len(Word._fields)


def gather(str text, list words not None):
    """See ``words.gather``."""
    cdef list meant = [], opens = []
    cdef dict unique = {}
    cdef bint has_slips = False
    cdef tuple word
    before = None
    for item in words:
        check(PyTuple_Check(item) and PyTuple_GET_SIZE(item) == FIELDS)
        word = <tuple> item
        meant.append(word[MEANT])
        if word[TELLS] is True:
            unique[word[TYPED]] = word[GROUP]
        if word[IS_SLIP] is True:
            has_slips = True
        if before is not None and word[STEM] in before:
            opens.append(len(meant) - 2)
        before = word[FOLLOWING]
    if not unique:
        unique = {item[TYPED]: item[GROUP] for item in words}
    cdef list groups = [group for group in unique.values() if group.alternatives]
    unknown = len(unique) - len(groups)
    return tuple.__new__(Query, (text, words, meant, groups, unknown, has_slips, opens))
