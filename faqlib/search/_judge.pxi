# A whole ranking in one go, by the compiled board: a part of _board.pyx.


cdef class Judge:
    """Finds the best entries of one state where words alone decide, and what is known of the first.

    It is what ``ranker.Ranker`` does step by step.

    Args:
        order: the entries.
        said: by group, what it says of them.
        unknown: how much a word tells that stands nowhere.
        products: by word, its products with their vectors; None where there are none.
        weights: see ``blend.Weights``.
        asked: what is added to the score of what is asked word by word.
        rivals: how many entries behind the first its lead is told of.
    """

    cdef list order
    cdef object said, products, near
    cdef Groups groups
    cdef Py_ssize_t dimensions, rivals
    cdef float words, covered, least, asked
    cdef double unknown

    def __init__(self, list order not None, said, double unknown, products, weights,
                 float asked, Py_ssize_t rivals):
        self.order, self.said, self.unknown, self.products = order, said, unknown, products
        self.words, self.covered, self.near, _, self.least = weights
        self.asked, self.rivals = asked, rivals
        if products is not None:
            self.groups, self.dimensions = products.groups, products.dimensions

    def find(self, list groups not None, int unknown, words, asked, Py_ssize_t limit, mask):
        """What is found, see ``Board.best``; and as evidence of the first, see ``confidence``,
        its score, lead and coverage, and how much nearer the query is to what people ask any clinic.
        """
        cdef Board board = Board(len(self.order))
        cdef double usual = 0
        board.say([self.said[group] for group in groups], unknown * self.unknown)
        if self.products is not None:
            rows = [self.products[word] for word in words]
            usual = board.near(rows, self.groups, self.dimensions)
        board.blend(self.words, self.covered, self.near)
        for place in asked:
            board.lift(place, self.asked)
        found = board.best(self.order, self.least, limit, mask)
        if not found:
            return found, None
        lead, covered, near = board.evidence(found, self.least, self.rivals, mask)
        return found, (found[0][0], lead, covered, max(usual - near, 0.0))
