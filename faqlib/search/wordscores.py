"""BM25F and coverage of a whole query: sums of what is kept for each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faqlib.search.board import PlainBoard, fast
from faqlib.search.bounded import Bounded
from faqlib.search.ranking import MANY, Impacts
from faqlib.search.words import Group, Query

_KEPT_BYTES = 32 * 2**20  # for the columns of all words of one state


class WordScores:
    """What the words of a query say of each entry, by place. Threads may share it.

    Attributes:
        said: the same of one group, by the group.
        unknown: how much a word tells that stands nowhere.
    """

    def __init__(self, impacts: Impacts, count: int) -> None:
        self._impacts = impacts
        self._count = count
        self.unknown = impacts.idf(0)
        self.said = _Columns(impacts, count)

    def tell(self, query: Query, board: Any) -> None:
        """Write BM25F of all entries, above 0 where one has a word; and the share each has of all.

        A word counts in that share by how much it tells, and what stands in for it by how well.
        ``board`` is a new one of :mod:`faqlib.search.board`.
        """
        total = self.unknown * query.unknown
        if isinstance(board, PlainBoard):
            total += sum([self._impacts.telling(group).idf for group in query.groups])
            self._plain(query.groups, 1 / total if total else 0.0, board)
        else:
            board.say(list(map(self.said.__getitem__, query.groups)), total)

    def _plain(self, groups: Sequence[Group], share: float, board: PlainBoard) -> None:
        board.words, board.covered = [0.0] * self._count, [0.0] * self._count
        for group in groups:
            for place, value in self._impacts.best(group).items():
                board.words[place] += value
            for place, value in self._impacts.stands(group).items():
                board.covered[place] += value * share


class _Columns(Bounded[Group, Any]):
    """What each group says of all entries: worked out when it is first asked for, and kept."""

    def __init__(self, impacts: Impacts, count: int) -> None:
        super().__init__(_KEPT_BYTES, lambda kept: kept.size)
        self._impacts = impacts
        self._count = count

    def __missing__(self, group: Group) -> Any:
        held = sum([self._impacts.of(one.term).holders for one in group.alternatives])
        found = self._of_many(group) if held >= MANY else self._of_few(group)
        self[group] = found
        return found

    def _of_few(self, group: Group) -> Any:
        import numpy as np

        best, stands = self._impacts.best(group), self._impacts.stands(group)
        where = np.array([*best, *[self._count + place for place in stands]], np.int32)
        values = np.array([*best.values(), *stands.values()], np.float32)
        return self._spread(self._impacts.telling(group).idf, where, values)

    def _of_many(self, group: Group) -> Any:
        import numpy as np

        best, stands = found = np.zeros((2, self._count))
        for alternative in group.alternatives:
            places, values = self._impacts.of(alternative.term)
            if len(places):
                best[places] = np.maximum(best[places], np.multiply(values, alternative.weight))
        telling = self._impacts.telling(group)
        for term, weight in telling.terms.items():
            if len(places := self._impacts.of(term).places):
                stands[places] = np.maximum(stands[places], weight * telling.idf)
        where = np.flatnonzero(found).astype(np.int32)
        return self._spread(telling.idf, where, found.ravel()[where].astype(np.float32))

    def _spread(self, idf: float, where: Any, values: Any) -> Any:
        """The numbers as they are kept: those that are not 0, or all."""
        import numpy as np

        if self._count >= fast.MANY and len(where) * fast.RARE < 2 * self._count:
            return fast.Said(idf, where, values)
        found = np.zeros(2 * self._count, np.float32)
        found[where] = values
        return fast.Said(idf, None, found)
