# A whole ranking in one go, by the compiled board: a part of _board.pyx.

from libc.math cimport exp

from faqlib.search.confidence import STEPS as STEPS_SURE

cdef double STEPS_OF_CONFIDENCE = STEPS_SURE


cdef class Judge:
    """Finds the best entries of one state where words alone decide, and how sure the first is.

    It is what ``ranker.Ranker`` does step by step.

    Args:
        order: the entries.
        said: by group, what it says of them.
        unknown: how much a word tells that stands nowhere.
        products: by word, its products with their vectors; None where there are none.
        weights: see ``blend.Weights``.
        asked: what is added to the score of what is asked word by word.
        rivals: how many entries behind the first its lead is told of.
        model: see ``confidence.Model``.
    """

    cdef list order
    cdef object said, products, near
    cdef Groups groups
    cdef Py_ssize_t dimensions, rivals
    cdef float words, covered, least, asked
    cdef double unknown, bias, by_score, by_lead, by_coverage, by_elsewhere

    def __init__(self, list order not None, said, double unknown, products, weights,
                 float asked, Py_ssize_t rivals, model):
        self.order, self.said, self.unknown, self.products = order, said, unknown, products
        self.words, self.covered, self.near, _, self.least = weights
        self.asked, self.rivals = asked, rivals
        self.bias, self.by_score, self.by_lead, self.by_coverage, self.by_elsewhere = model
        if products is not None:
            self.groups, self.dimensions = products.groups, products.dimensions

    def find(self, query, asked, Py_ssize_t limit, mask):
        """What is found, see ``Board.best``; and the first's confidence, see ``confidence``."""
        cdef Board board = Board(len(self.order))
        cdef double usual = 0
        board.say([self.said[group] for group in query.groups], query.unknown * self.unknown)
        if self.products is not None:
            rows = [self.products[word] for word in query.words]
            usual = board.near(rows, self.groups, self.dimensions)
        board.blend(self.words, self.covered, self.near)
        for place in asked:
            board.lift(place, self.asked)
        found = board.best(self.order, self.least, limit, mask)
        if not found:
            return found, 0.0
        return found, self.confidence(board, found, usual, mask)

    cdef double confidence(self, Board board, list found, double usual, mask):
        """See ``confidence.confidence``."""
        cdef double score = (<tuple> found[0])[0], logit = self.bias + self.by_score * score
        cdef Py_ssize_t place = (<tuple> found[0])[1]
        logit += self.by_lead * board.lead(found, self.least, self.rivals, mask)
        board.know(place)
        logit += self.by_coverage * board.rows[COVERED][place]
        logit += self.by_elsewhere * max(usual - board.nearest(place), 0.0)
        return <long> (STEPS_OF_CONFIDENCE / (1 + exp(-logit)) + 0.5) / STEPS_OF_CONFIDENCE
