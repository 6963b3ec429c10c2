"""The board of a search: all numbers that speak for each entry, and the scores they add up to.

There are three, which say the same. Importing numpy takes longer than the first searches of a
small FAQ take in plain Python: :class:`PlainBoard` serves those. After that it is the compiled
``_board.pyx`` where the package was built with a C compiler at hand, else ``board_arrays.py``,
with which a search takes half as much time again.
"""

from __future__ import annotations

from typing import Any, Protocol

from faqlib.search.board_plain import PlainBoard, cut

try:
    from faqlib.search import _board as fast  # type: ignore[attr-defined]
except ImportError:  # no compiler, or another Python than the one that it was built for
    from faqlib.search import board_arrays as fast

__all__ = ["Board", "Mask", "PlainBoard", "cut", "fast"]

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

    def best(self, least: float, limit: int, mask: Mask | None) -> list[tuple[int, float]]:
        """Place and score of the best entries, at least ``limit`` if there are so many.

        An entry has to reach ``least`` or to hold a word, and to be in the mask. All that are
        equal to the last are there. They may come in any order, and be more.
        """

    def largest(self, count: int, mask: Mask | None) -> list[float]:
        """The ``count`` largest scores in the mask, the largest first, found or not."""
