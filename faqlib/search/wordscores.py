"""BM25F and coverage of a whole query: sums of what is kept for each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from faqlib.search.bounded import Bounded
from faqlib.search.columns import Column
from faqlib.search.query import Group, Query
from faqlib.search.ranking import MANY, Impacts

_KEPT_BYTES = 32 * 2**20  # for the columns of all words of one state
# A word that fewer than one in so many entries have is kept for these alone, if there are many.
_RARE = 32
_MANY_ENTRIES = 4_000


class _Numbers(NamedTuple):
    """BM25F and coverage by one word, one row behind the other.

    ``where`` has the places in them that ``values`` belong to; ``None`` for every one. ``idf`` is
    how much the word tells.
    """

    idf: float
    where: Any
    values: Any

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        places = 0 if self.where is None else self.where.nbytes
        return int(self.values.nbytes + places) + 400


class WordScores:
    """What the words of a query say of each entry, by place. Threads may share it."""

    def __init__(self, impacts: Impacts, count: int) -> None:
        self._impacts = impacts
        self._count = count
        self._unknown = impacts.idf(0)  # how much a word tells that stands nowhere
        self._known: Bounded[Group, _Numbers] = Bounded(_KEPT_BYTES, lambda kept: kept.size)

    def of(self, query: Query, out: Any = None) -> tuple[Column, Column]:
        """BM25F of all entries, above 0 where one has a word; and the share each has of all.

        A word counts in that share by how much it tells, and what stands in for it by how well.
        ``out`` is an array of two rows of zeros for them; without, lists are made.
        """
        total = self._unknown * query.unknown
        if out is None:
            total += sum([self._impacts.telling(group).idf for group in query.groups])
            return self._plain(query.groups, 1 / total if total else 0.0)
        found, known = out.reshape(-1), self._known.get
        for group in query.groups:
            idf, where, values = known(group) or self._learn(group)
            total += idf
            if where is None:
                found += values
            else:
                found[where] += values
        words, covered = out
        if total:
            covered /= total
        return words, covered

    def _learn(self, group: Group) -> _Numbers:
        """Work out what a group says, and keep it."""
        held = sum([self._impacts.of(one.term).holders for one in group.alternatives])
        found = self._of_many(group) if held >= MANY else self._of_few(group)
        self._known[group] = found
        return found

    def _of_few(self, group: Group) -> _Numbers:
        import numpy as np

        best, stands = self._impacts.best(group), self._impacts.stands(group)
        where = np.array([*best, *[self._count + place for place in stands]], np.intp)
        values = np.array([*best.values(), *stands.values()], np.float32)
        return self._spread(self._impacts.telling(group).idf, where, values)

    def _of_many(self, group: Group) -> _Numbers:
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
        where = np.flatnonzero(found)
        return self._spread(telling.idf, where, found.ravel()[where].astype(np.float32))

    def _spread(self, idf: float, where: Any, values: Any) -> _Numbers:
        """The numbers as they are kept: those that are not 0, or all."""
        import numpy as np

        if self._count >= _MANY_ENTRIES and len(where) * _RARE < 2 * self._count:
            return _Numbers(idf, where, values)
        found = np.zeros(2 * self._count, np.float32)
        found[where] = values
        return _Numbers(idf, None, found)

    def _plain(self, groups: Sequence[Group], share: float) -> tuple[list[float], list[float]]:
        total, covered = [0.0] * self._count, [0.0] * self._count
        for group in groups:
            for place, value in self._impacts.best(group).items():
                total[place] += value
            for place, value in self._impacts.stands(group).items():
                covered[place] += value * share
        return total, covered
