"""A board of lists, for the first searches of a small FAQ; and what all boards share."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from itertools import compress
from operator import itemgetter
from typing import Any

Flags = Sequence[bool] | None


class PlainBoard:
    """A board of lists. What speaks for the entries is written into its lists by others."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.words = self.covered = self.question = self.whole = self.sentence = [0.0] * size
        self._scores: list[float] = []

    @property
    def _columns(self) -> tuple[list[float], ...]:
        return self.words, self.covered, self.question, self.whole, self.sentence

    def blend(self, words: float, covered: float, near: tuple[float, float, float]) -> None:
        """See :class:`faqlib.search.board.Board`."""
        factors = (words, covered, *near)
        self._scores = [
            sum([factor * value for factor, value in zip(factors, row, strict=True)])
            for row in zip(*self._columns, strict=True)
        ]

    def add(self, weight: float, column: Any) -> None:
        """See :class:`faqlib.search.board.Board`."""
        added = column.tolist()
        self._scores = [s + weight * value for s, value in zip(self._scores, added, strict=True)]

    def lift(self, place: int, by: float) -> None:
        """See :class:`faqlib.search.board.Board`."""
        self._scores[place] += by

    def at(self, place: int) -> tuple[float, ...]:
        """See :class:`faqlib.search.board.Board`."""
        return tuple([column[place] for column in self._columns])

    def best(self, least: float, limit: int, mask: Flags) -> list[tuple[int, float]]:
        """See :class:`faqlib.search.board.Board`."""
        return eligible(self._scores, self.words, least, mask)

    def largest(self, count: int, mask: Flags) -> list[float]:
        """See :class:`faqlib.search.board.Board`."""
        return nlargest(count, self._scores if mask is None else compress(self._scores, mask))


def eligible(
    scores: Sequence[float], holds: Sequence[float], least: float, mask: Flags
) -> list[tuple[int, float]]:
    """All that may be found, entry by entry."""
    return [
        (place, score)
        for place, (score, held) in enumerate(zip(scores, holds, strict=True))
        if (score >= least or held > 0) and (mask is None or mask[place])
    ]


def cut(found: list[tuple[int, float]], limit: int) -> list[tuple[int, float]]:
    """The best ``limit`` of them and all that are equal to the last, the best first."""
    found.sort(key=itemgetter(1), reverse=True)
    if len(found) <= limit:
        return found
    least = found[limit - 1][1]
    while found[limit:] and found[limit][1] == least:
        limit += 1
    return found[:limit]
