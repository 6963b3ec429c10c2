# What is kept for words, and its sums: the first half of _board.pyx.

from cpython.buffer cimport PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBuffer_Release, PyObject_GetBuffer
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc
from libc.math cimport INFINITY, nextafterf, sqrt

cdef extern from *:
    """
    /* Most of a search's time goes here. The pointers never overlap, which only C can say. */
    #if defined(__GNUC__) && defined(__x86_64__) && defined(__GLIBC__)
    __attribute__((target_clones("avx2", "default")))
    #endif
    static void add_rows(const float *const *rows, Py_ssize_t count, Py_ssize_t start,
                         Py_ssize_t size, float *restrict out) {
        Py_ssize_t row = 0, i;
        for (i = 0; i < size; i++) out[i] = 0;
        for (; row + 2 < count; row += 3) {
            const float *restrict a = rows[row] + start;
            const float *restrict b = rows[row + 1] + start;
            const float *restrict c = rows[row + 2] + start;
            for (i = 0; i < size; i++) out[i] += a[i] + b[i] + c[i];
        }
        for (; row < count; row++) {
            const float *restrict a = rows[row] + start;
            for (i = 0; i < size; i++) out[i] += a[i];
        }
    }
    /* The same, each row times a number. */
    static void add_times(const float *const *rows, const float *times, Py_ssize_t count,
                          Py_ssize_t start, Py_ssize_t size, float *restrict out) {
        Py_ssize_t row, i;
        for (i = 0; i < size; i++) out[i] = 0;
        for (row = 0; row < count; row++) {
            const float *restrict a = rows[row] + start;
            const float t = times[row];
            for (i = 0; i < size; i++) out[i] += t * a[i];
        }
    }
    """
    void add_rows(const float**, Py_ssize_t, Py_ssize_t, Py_ssize_t, float*) noexcept
    void add_times(const float**, const float*, Py_ssize_t, Py_ssize_t, Py_ssize_t, float*) noexcept

cdef enum:
    BLOCK = 1024  # numbers that are added up at a time: what the nearest cache holds
    MOST_WORDS = 64


cdef class Row:
    """An array, held: of 32-bit floats, or as ``kinds`` says by the letters of ``struct``.

    See ``board_arrays.Row`` for the rest.
    """

    cdef const float* floats
    cdef Py_ssize_t size
    cdef float more
    cdef Py_ssize_t dimensions
    cdef const int* places
    cdef const unsigned char* flags
    cdef Py_buffer view

    def __cinit__(self, array, float more=1, Py_ssize_t dimensions=0, *, str kinds="f"):
        PyObject_GetBuffer(array, &self.view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS)
        check(chr(self.view.format[0]) in kinds and self.view.itemsize == (1 if kinds == "B" else 4))
        self.size = self.view.len // self.view.itemsize
        self.floats = <const float*> self.view.buf
        self.places = <const int*> self.view.buf
        self.flags = <const unsigned char*> self.view.buf
        self.more, self.dimensions = more, dimensions

    def __dealloc__(self):
        PyBuffer_Release(&self.view)


cdef class Said:
    """See ``board_arrays.Said``."""

    cdef readonly double idf
    cdef const float* floats
    cdef const int* places  # NULL for every one
    cdef Py_ssize_t count
    cdef readonly Py_ssize_t size
    cdef Row where, values

    def __cinit__(self, double idf, where, values):
        self.idf = idf
        self.values = Row(values)
        self.floats, self.count = self.values.floats, self.values.size
        self.size = 4 * self.count + 400
        if where is not None:
            self.where = Row(where, kinds="il")
            check(self.where.size == self.count)
            self.places = self.where.places
            self.size += 4 * self.count


cdef class Groups:
    """See ``board_arrays.Groups``."""

    cdef Py_ssize_t each, products
    cdef int* ends  # of each group, kind by kind
    order = None

    def __cinit__(self, kinds):
        cdef Py_ssize_t at = 0
        cdef int end = 0
        self.each = len(kinds[0])
        check(len(kinds) == 3 and self.each > 0)
        self.ends = <int*> PyMem_Malloc(3 * self.each * sizeof(int))
        if self.ends == NULL:
            raise MemoryError
        for kind in kinds:
            check(len(kind) == self.each)
            for count in kind:
                check(0 < count < 2**20 and end < 2**30)
                end += count
                self.ends[at] = end
                at += 1
        self.products = end

    def __dealloc__(self):
        PyMem_Free(self.ends)

    cdef Py_ssize_t begin(self, Py_ssize_t group) noexcept:
        return self.ends[group - 1] if group else 0

    def largest(self, products, out):
        """See ``board_arrays.Groups.largest``."""
        cdef Sums sums = sums_of([Row(products)])
        cdef Row written = Row(out)
        cdef Py_ssize_t kind
        check(written.size == 3 * self.each and sums.size == self.products)
        check(not written.view.readonly)
        for kind in range(3):
            sums.write(self, kind, 1, <float*> written.floats + kind * self.each)


cdef class Sums:
    """The sums of rows of one length, a row for each word of a query."""

    cdef list rows
    cdef const float* at[MOST_WORDS]
    cdef float more[MOST_WORDS]
    cdef Py_ssize_t count, size

    cdef double length(self, Py_ssize_t start, Py_ssize_t size, bint more) noexcept:
        """The length of the vector of so many sums, maybe of each row times its number."""
        cdef float sums[BLOCK]
        cdef double found[4]  # so that no addition waits for the one before
        cdef Py_ssize_t i, j
        if more:
            add_times(self.at, self.more, self.count, start, size, sums)
        else:
            add_rows(self.at, self.count, start, size, sums)
        found[:] = [0, 0, 0, 0]
        for i in range(0, size - 3, 4):
            for j in range(4):
                found[j] += sums[i + j] * sums[i + j]
        for i in range(size - size % 4, size):
            found[0] += sums[i] * sums[i]
        return sqrt(found[0] + found[1] + found[2] + found[3])

    cdef float most(self, Py_ssize_t start, Py_ssize_t size) noexcept:
        """The largest of so many sums."""
        cdef float sums[BLOCK]
        cdef float found = -INFINITY
        cdef Py_ssize_t i
        add_rows(self.at, self.count, start, size, sums)
        for i in range(size):
            found = max(found, sums[i])
        return found

    cdef void write(self, Groups groups, Py_ssize_t kind, float scale, float* out) noexcept:
        """Write the largest sum of each group of a kind, or 0, times a number."""
        cdef float sums[BLOCK]
        cdef Py_ssize_t group = kind * groups.each, last = group + groups.each
        cdef Py_ssize_t at = groups.begin(group), products = groups.ends[last - 1]
        cdef Py_ssize_t start, size, stop, i
        cdef bint alone = products - at == groups.each
        cdef float most = 0
        for start in range(at, products, BLOCK):
            size = min(BLOCK, products - start)
            add_rows(self.at, self.count, start, size, sums)
            if alone:
                for i in range(size):
                    out[i] = scale * (sums[i] if sums[i] > 0 else 0)
                out += size
                continue
            while at < start + size:
                stop = min(<Py_ssize_t> groups.ends[group], start + size)
                while at < stop:
                    most = max(most, sums[at - start])
                    at += 1
                if at == groups.ends[group]:
                    out[0] = most * scale
                    out += 1
                    group += 1
                    most = 0

    cdef int write_some(self, Groups groups, list places, float scale, float* out) except -1:
        """Write the same as :meth:`write` of the last kind, for the entries at some places.

        Row by row, so that the processor can fetch many of the numbers at a time.
        """
        cdef Py_ssize_t first = 2 * groups.each, count = 0, at = 0, row, i, place
        for place in places:
            count += groups.ends[first + place] - groups.begin(first + place)
        cdef int* where = <int*> PyMem_Malloc(count * sizeof(int))
        cdef float* sums = <float*> PyMem_Calloc(count, sizeof(float))
        try:
            if where == NULL or sums == NULL:
                raise MemoryError
            for place in places:
                for i in range(groups.begin(first + place), groups.ends[first + place]):
                    where[at] = <int> i
                    at += 1
            for row in range(self.count):
                for i in range(count):
                    sums[i] += self.at[row][where[i]]
            at = 0
            for place in places:
                out[place] = 0
                for i in range(groups.begin(first + place), groups.ends[first + place]):
                    out[place] = max(out[place], scale * sums[at])
                    at += 1
        finally:
            PyMem_Free(where)
            PyMem_Free(sums)
        return 0


cdef Sums sums_of(list rows):
    """Those of some rows."""
    cdef Sums sums = Sums.__new__(Sums)
    cdef Row row
    check(0 < len(rows) <= MOST_WORDS)
    sums.rows = rows.copy()
    for row in sums.rows:
        sums.at[sums.count] = row.floats
        sums.more[sums.count] = row.more
        sums.count += 1
        sums.size = row.size if sums.count == 1 else sums.size
        check(row.size == sums.size)
    return sums


cdef int check(bint fits) except -1:
    if not fits:
        raise ValueError("the sizes do not fit each other.")
    return 0
