"""A board of lists, for the first searches of a small FAQ; and what all boards share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import nlargest
from itertools import compress, repeat
from operator import itemgetter
from typing import Any, TypeAlias

from faqlib.model import Hit, Reason
from faqlib.search.prepared import Prepared

STEPS = 1_000_000  # of a score

Flags: TypeAlias = Sequence[bool] | None
Found: TypeAlias = tuple[float, int, Prepared]  # an entry with its score and its place
Reasons: TypeAlias = tuple[Reason, ...]


class Judging:
    """What a board tells by what else it tells."""

    at: Callable[[int], tuple[float, ...]]
    largest: Callable[[int, Any], list[float]]

    def evidence(
        self, found: list[Found], least: float, rivals: int, mask: Any
    ) -> tuple[float, float, float]:
        """See :class:`faqlib.search.board.Board`."""
        if len(found) > rivals and found[rivals][0] >= least:
            scores = [score for score, _, _ in found[: rivals + 1]]  # what was not found has less
        else:
            scores = self.largest(rivals + 1, mask)
        best, *others = scores
        _, covered, *near = self.at(found[0][1])
        return best - sum(others) / max(1, len(others)), covered, max(near)


class PlainBoard(Judging):
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

    def best(self, order: Sequence[Prepared], least: float, limit: int, mask: Flags) -> list[Found]:
        """See :class:`faqlib.search.board.Board`."""
        return first(eligible(self._scores, self.words, order, least, mask), limit)

    def largest(self, count: int, mask: Flags) -> list[float]:
        """See :class:`faqlib.search.board.Board`."""
        return nlargest(count, self._scores if mask is None else compress(self._scores, mask))


def eligible(
    scores: Sequence[float],
    holds: Sequence[float],
    order: Sequence[Prepared],
    least: float,
    mask: Flags,
) -> list[Found]:
    """All that may be found, entry by entry."""
    return [
        (score, place, order[place])
        for place, (score, held) in enumerate(zip(scores, holds, strict=True))
        if (score >= least or held > 0) and (mask is None or mask[place])
    ]


def first(found: list[Found], limit: int) -> list[Found]:
    """The best ``limit``, the best first; of equals the pinned, then the one whose id is first."""
    found.sort(key=_score, reverse=True)
    if len(set(map(_score, found))) < len(found):
        found.sort(key=precedence)
    return found[:limit]


_score = itemgetter(0)


def precedence(found: Found) -> tuple[float, bool, str]:
    """What comes first has the least of it."""
    score, _, item = found
    return -score, not item.entry.pinned, item.entry.id


def hits(
    found: Sequence[Found], passages: Sequence[str] | None, reasons: Sequence[Reasons] | None
) -> tuple[Hit, ...]:
    """What a search tells of what it found: scores have six decimals."""
    return tuple(
        [
            # In a third of the time of round().
            Hit(item.entry, int(score * STEPS + 0.5) / STEPS, passage, why)
            for (score, _, item), passage, why in zip(
                found, passages or repeat(""), reasons or repeat(()), strict=False
            )
        ]
    )
