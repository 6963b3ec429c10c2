# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``board_arrays.py`` does with numpy, compiled: the same numbers, without a call for each.

Sizes are checked where arrays come in, so that no index can leave its array.
"""

cimport cython

include "_sums.pxi"
include "_hits.pxi"
include "_passages.pxi"
include "_snippets.pxi"
include "_judge.pxi"

#: Of a word that fewer than one in so many entries have, the others' zeros are not kept.
RARE = 8
MANY = 0
#: From so many entries on, the cosines of sentences are worked out only for those that they can
#: bring among the best.
LEFT_OUT = 1_500

cdef enum:  # the rows of a board
    WORDS, COVERED, QUESTION, WHOLE, SENTENCE, SCORE, ROWS

cdef float ROUNDING = 1e-5  # of a sum of numbers about 1


@cython.final
cdef class Board:
    """See ``board.Board``."""

    cdef float* rows[ROWS]
    cdef readonly Py_ssize_t size
    cdef Groups groups
    cdef Sums sums  # what cosines of sentences are still to be worked out from
    cdef float scale, weight

    def __cinit__(self, Py_ssize_t size):
        cdef Py_ssize_t row
        check(0 <= size < 2**30)
        self.size = size
        self.rows[0] = <float*> PyMem_Calloc(ROWS * max(1, size), sizeof(float))
        if self.rows[0] == NULL:
            raise MemoryError
        for row in range(1, ROWS):
            self.rows[row] = self.rows[0] + row * size

    def __dealloc__(self):
        PyMem_Free(self.rows[0])

    cpdef say(self, list words, double total):
        """See ``board_arrays.Board.say``."""
        cdef float* found = self.rows[WORDS]
        cdef float* covered = self.rows[COVERED]
        cdef const float* values
        cdef const int* places
        cdef Said word
        cdef float share
        cdef Py_ssize_t i
        for word in words:
            total += word.idf
            values, places = word.floats, word.places
            if places == NULL:
                check(word.count == 2 * self.size)
                for i in range(2 * self.size):
                    found[i] += values[i]
            else:
                for i in range(word.count):
                    check(0 <= places[i] < 2 * self.size)
                    found[places[i]] += values[i]
        if total:
            share = <float> total
            for i in range(self.size):
                covered[i] /= share

    cpdef near(self, list rows, Groups groups, Py_ssize_t dimensions):
        """See ``board_arrays.Board.near``."""
        check(groups is not None)
        cdef Sums sums = sums_of(rows)
        cdef Py_ssize_t usual = sums.size - groups.products - dimensions
        cdef double there, here
        check(groups.each == self.size and 0 < usual <= BLOCK and 0 < dimensions <= BLOCK)
        here = sums.length(sums.size - dimensions, dimensions, False)
        there = sums.length(sums.size - dimensions, dimensions, True)
        if not here or not there:
            return 0.0
        self.scale = <float> (1 / here)
        sums.write(groups, 0, self.scale, self.rows[QUESTION])
        sums.write(groups, 1, self.scale, self.rows[WHOLE])
        if self.size < LEFT_OUT:
            sums.write(groups, 2, self.scale, self.rows[SENTENCE])
        else:
            self.groups, self.sums = groups, sums
        return sums.most(groups.products, usual) / there

    cpdef blend(self, float words, float covered, near):
        """See ``board_arrays.Board.blend``."""
        cdef float question = near[0], whole = near[1], sentence = near[2]
        cdef Py_ssize_t i
        cdef float* score = self.rows[SCORE]
        cdef const float* w = self.rows[WORDS]
        cdef const float* c = self.rows[COVERED]
        cdef const float* q = self.rows[QUESTION]
        cdef const float* a = self.rows[WHOLE]
        cdef const float* s = self.rows[SENTENCE]
        for i in range(self.size):
            score[i] = words * w[i] + covered * c[i]
            score[i] += question * q[i] + whole * a[i] + sentence * s[i]
        self.weight = sentence

    def add(self, float weight, column):
        """See ``board_arrays.Board.add``."""
        cdef Row values = Row(column)
        cdef Py_ssize_t i
        check(values.size == self.size)
        for i in range(self.size):
            self.rows[SCORE][i] += weight * values.floats[i]

    cpdef lift(self, Py_ssize_t place, float by):
        """See ``board_arrays.Board.lift``."""
        check(0 <= place < self.size)
        self.rows[SCORE][place] += by

    def at(self, Py_ssize_t place):
        """See ``board_arrays.Board.at``."""
        self.know(place)
        return tuple([self.rows[row][place] for row in range(SCORE)])

    cpdef best(self, list order, float least, Py_ssize_t limit, mask):
        """See ``board.Board.best``."""
        check(len(order) == self.size)
        self.leave(mask)
        if self.sums is not None:
            return first(self.best_of_rest(order, least, limit), limit)
        return first(self.best_of_all(order, least, limit), limit)

    cdef list best_of_all(self, list order, float least, Py_ssize_t limit):
        """The best, and all that are equal to the last, in no order."""
        cdef Heap heap = heap_of(limit, self.size)
        cdef const float* holds = self.rows[WORDS]
        cdef const float* score = self.rows[SCORE]
        cdef list found = []
        cdef float floor
        cdef Py_ssize_t i
        i = self.after(0, heap.least)
        while i < self.size:
            if score[i] >= least or holds[i] > 0:
                heap.push(score[i])
            i = self.after(i + 1, heap.least)
        floor = below(heap.least)
        i = self.after(0, floor)
        while i < self.size:
            if score[i] >= least or holds[i] > 0:
                found.append((score[i], i, order[i]))
            i = self.after(i + 1, floor)
        return found

    cdef list best_of_rest(self, list order, float least, Py_ssize_t limit):
        """The same, where a cosine is missing that adds at most its weight.

        Those that lead without it are finished first, and then all that can still reach them.
        """
        cdef Heap heap = heap_of(limit, self.size)
        cdef const float* score = self.rows[SCORE]
        cdef list finished = [], others = []
        cdef float first, floor
        cdef Py_ssize_t i
        i = self.after(0, heap.least)
        while i < self.size:
            heap.push(score[i])
            i = self.after(i + 1, heap.least)
        first = heap.least
        i = self.after(0, below(first))
        while i < self.size:
            finished.append(i)
            i = self.after(i + 1, below(first))
        self.finish(finished)
        heap = heap_of(limit, self.size)
        for i in finished:
            heap.push(self.whole(i))
        if heap.least < least:  # then one that holds a word can be among them, however small
            self.finish_all()
            return self.best_of_all(order, least, limit)
        floor = heap.least - self.weight - ROUNDING
        i = self.after(0, floor)
        while i < self.size:
            if score[i] < first:
                others.append(i)
            i = self.after(i + 1, floor)
        self.finish(others)
        return [
            (self.whole(i), i, order[i]) for i in finished + others if self.whole(i) >= heap.least
        ]

    def largest(self, Py_ssize_t count, mask):
        """See ``board_arrays.Board.largest``."""
        cdef Heap heap = heap_of(count, self.size)
        cdef Py_ssize_t i
        self.leave(mask)
        if self.sums is not None:
            self.finish_all()
        i = self.after(0, heap.least)
        while i < self.size:
            heap.push(self.rows[SCORE][i])
            i = self.after(i + 1, heap.least)
        found = [heap.values[i] for i in range(heap.size) if heap.values[i] > -INFINITY]
        return sorted(found, reverse=True)

    cpdef evidence(self, list found, float least, Py_ssize_t rivals, mask):
        """See ``board.Board.evidence``."""
        cdef Py_ssize_t place = found[0][1]
        cdef double lead = self.lead(found, least, rivals, mask)
        self.know(place)
        return lead, self.rows[COVERED][place], self.nearest(place)

    cdef double lead(self, list found, float least, Py_ssize_t rivals, mask):
        """By how much the best score leads the mean of so many behind it, found or not."""
        cdef double best, others = 0
        cdef Py_ssize_t i
        if len(found) <= rivals or <float> (<tuple> found[rivals])[0] < least:
            found = [(score,) for score in self.largest(rivals + 1, mask)]
        best = (<tuple> found[0])[0]
        for i in range(1, min(rivals + 1, len(found))):
            others += <double> (<tuple> found[i])[0]
        return best - others / max(1, min(rivals, len(found) - 1))

    cdef float nearest(self, Py_ssize_t place) noexcept:
        """The largest of an entry's cosines, where all are known."""
        return max(self.rows[QUESTION][place], self.rows[WHOLE][place], self.rows[SENTENCE][place])

    cdef int know(self, Py_ssize_t place) except -1:
        """See that the cosines of an entry are worked out."""
        check(0 <= place < self.size)
        if self.sums is not None:
            self.finish([place])
        return 0

    cdef int finish(self, list places) except -1:
        """Work out the cosines of the best sentences of some entries."""
        self.sums.write_some(self.groups, places, self.scale, self.rows[SENTENCE])
        return 0

    cdef int finish_all(self) except -1:
        """Work out the rest, and put it into the scores."""
        cdef Py_ssize_t i
        self.sums.write(self.groups, 2, self.scale, self.rows[SENTENCE])
        self.sums = None
        for i in range(self.size):
            self.rows[SCORE][i] += self.weight * self.rows[SENTENCE][i]
        return 0

    cdef float whole(self, Py_ssize_t place) noexcept:
        """The score of an entry whose best sentence is worked out."""
        return self.rows[SCORE][place] + self.weight * self.rows[SENTENCE][place]

    cdef int leave(self, mask) except -1:
        """Make the scores of entries outside a mask minus infinity, for good."""
        cdef Row allowed
        cdef Py_ssize_t i
        if mask is not None:
            allowed = Row(mask, kinds="B")
            check(allowed.size == self.size)
            for i in range(self.size):
                if not allowed.flags[i]:
                    self.rows[SCORE][i] = -INFINITY
        return 0

    cdef Py_ssize_t after(self, Py_ssize_t at, float floor) noexcept:
        """The first place from ``at`` on whose score is above ``floor``, or the end."""
        cdef const float* score = self.rows[SCORE]
        cdef Py_ssize_t i
        cdef int more
        while at + 64 <= self.size:  # many at a time
            more = 0
            for i in range(64):
                more |= score[at + i] > floor
            if more:
                break
            at += 64
        while at < self.size and not score[at] > floor:
            at += 1
        return at


cdef class Heap:
    """The largest of the numbers that were pushed, so many; ``least`` is the least of them."""

    cdef float* values
    cdef Py_ssize_t size
    cdef float least

    def __dealloc__(self):
        PyMem_Free(self.values)

    cdef void push(self, float value) noexcept:
        """Put a number in place of the least, if it is larger."""
        cdef Py_ssize_t at = 0, child
        if value <= self.least:
            return
        while True:
            child = 2 * at + 1
            if child + 1 < self.size and self.values[child + 1] < self.values[child]:
                child += 1
            if child >= self.size or self.values[child] >= value:
                break
            self.values[at] = self.values[child]
            at = child
        self.values[at] = value
        self.least = self.values[0]


cdef Heap heap_of(Py_ssize_t limit, Py_ssize_t most):
    """An empty one for so many numbers of so many."""
    cdef Heap heap = Heap.__new__(Heap)
    cdef Py_ssize_t i
    heap.size = max(1, min(limit, most))
    heap.values = <float*> PyMem_Malloc(heap.size * sizeof(float))
    if heap.values == NULL:
        raise MemoryError
    for i in range(heap.size):
        heap.values[i] = -INFINITY
    heap.least = -INFINITY
    return heap


cdef float below(float value) noexcept:
    """The next smaller number."""
    return nextafterf(value, -INFINITY)
