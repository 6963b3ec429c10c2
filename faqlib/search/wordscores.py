"""BM25F of a whole query: a sum of what is kept for each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faqlib.search.bounded import Bounded
from faqlib.search.columns import Column
from faqlib.search.query import Group
from faqlib.search.ranking import Impacts

_KEPT_BYTES = 32 * 2**20  # for the columns of all words of one state


class WordScores:
    """BM25F by place. Threads may share it."""

    def __init__(self, impacts: Impacts, count: int) -> None:
        self._impacts = impacts
        self._count = count
        self._columns: Bounded[Group, Any] = Bounded(_KEPT_BYTES // (4 * count + 200))

    def of(self, groups: Sequence[Group], *, plain: bool) -> Column:
        """The scores of all entries; above 0 where one has a word."""
        if plain:
            return self._plain(groups)
        import numpy as np

        total = np.zeros(self._count, np.float32)
        for group in groups:
            column = self._columns.get(group)
            if column is None:
                column = self._columns[group] = self._column(group)
            total += column
        return total

    def _column(self, group: Group) -> Any:
        import numpy as np

        best = self._impacts.best(group)
        column = np.zeros(self._count, np.float32)
        column[list(best)] = list(best.values())
        return column

    def _plain(self, groups: Sequence[Group]) -> list[float]:
        total = [0.0] * self._count
        for group in groups:
            for place, value in self._impacts.best(group).items():
                total[place] += value
        return total
