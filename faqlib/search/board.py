"""The board of a search: all numbers that speak for each entry, and the scores they add up to.

There are three, which say the same. Importing numpy takes longer than the first searches of a
small FAQ take in plain Python: :class:`PlainBoard` serves those. After that it is the compiled
``_board.pyx`` where the package was built with a C compiler at hand, else ``board_arrays.py``,
with which a search takes up to three times as long. These modules also have the loops over the
words of a query and over the hits that are told.
"""

from __future__ import annotations

from typing import Any, Protocol

from faqlib.search.board_plain import Found, PlainBoard
from faqlib.search.prepared import Prepared

try:
    from faqlib.search import _board as fast  # type: ignore[attr-defined]
except ImportError:  # no compiler, or another Python than the one that it was built for
    from faqlib.search import board_arrays as fast

__all__ = ["Board", "Found", "Mask", "PlainBoard", "fast"]

Mask = Any  # a list of truth values, or an array of bytes: which entries may be found


class Board(Protocol):
    """What is known of the entries for one query, by their places."""

    size: int

    def blend(self, words: float, covered: float, near: tuple[float, float, float]) -> None:
        """Make the scores: the weighted sum of BM25F, coverage and the three cosines."""

    def add(self, weight: float, column: Any) -> None:
        """Add to the scores a column, an array, times a weight."""

    def lift(self, place: int, by: float) -> None:
        """Add to one score."""

    def at(self, place: int) -> tuple[float, ...]:
        """BM25F, coverage and the three cosines of an entry."""

    def best(
        self, order: list[Prepared], least: float, limit: int, mask: Mask | None
    ) -> list[Found]:
        """The best of ``order``, at most ``limit``: each with its score and its place there.

        An entry has to reach ``least`` or to hold a word, and to be in the mask. Of equals the
        pinned comes first, then the one whose id does.
        """

    def largest(self, count: int, mask: Mask | None) -> list[float]:
        """The ``count`` largest scores in the mask, the largest first, found or not."""

    def evidence(
        self, found: list[Found], least: float, rivals: int, mask: Mask | None
    ) -> tuple[float, float, float]:
        """What is known of the first of what :meth:`best` found, there being any.

        By how much the best score leads the mean of so many behind it, found or not; the first's
        coverage, and the largest of its cosines.
        """
