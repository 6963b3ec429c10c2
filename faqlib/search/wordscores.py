"""BM25F and coverage of a whole query: sums of what is kept for each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faqlib.search.bounded import Bounded
from faqlib.search.columns import Column
from faqlib.search.query import Group, Query
from faqlib.search.ranking import Impacts

_KEPT_BYTES = 32 * 2**20  # for the columns of all words of one state


class WordScores:
    """What the words of a query say of each entry, by place. Threads may share it."""

    def __init__(self, impacts: Impacts, count: int) -> None:
        self._impacts = impacts
        self._count = count
        self._columns: Bounded[Group, Any] = Bounded(_KEPT_BYTES // (8 * count + 200))

    def of(self, query: Query, *, plain: bool) -> tuple[Column, Column]:
        """BM25F of all entries, above 0 where one has a word; and the share each has of all.

        A word counts in that share by how much it tells, and what stands in for it by how well.
        """
        impacts = self._impacts
        total = impacts.idf(0) * query.unknown
        total += sum([impacts.telling(group).idf for group in query.groups])
        share = 1 / total if total else 0.0
        if plain:
            return self._plain(query.groups, share)
        import numpy as np

        found = np.zeros((2, self._count), np.float32)
        for group in query.groups:
            column = self._columns.get(group)
            if column is None:
                column = self._columns[group] = self._column(group)
            found += column
        found[1] *= share
        return found[0], found[1]

    def _column(self, group: Group) -> Any:
        import numpy as np

        column = np.zeros((2, self._count), np.float32)
        best, stands = self._impacts.best(group), self._impacts.stands(group)
        column[0, list(best)] = list(best.values())
        column[1, list(stands)] = list(stands.values())
        return column

    def _plain(self, groups: Sequence[Group], share: float) -> tuple[list[float], list[float]]:
        total, covered = [0.0] * self._count, [0.0] * self._count
        for group in groups:
            for place, value in self._impacts.best(group).items():
                total[place] += value
            for place, value in self._impacts.stands(group).items():
                covered[place] += value * share
        return total, covered
