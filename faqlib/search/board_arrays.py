"""A board of arrays: numpy, call by call. ``_board.pyx`` is the same, compiled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple

from faqlib.search.analysis import words
from faqlib.search.board_plain import Found, Judging, eligible, first, hits
from faqlib.search.highlight import snippets
from faqlib.search.prepared import Prepared
from faqlib.search.words import gather

__all__ = ["Board", "Groups", "Row", "Said", "gather", "hits", "snippets", "words"]

#: Of a word that fewer than one in so many entries have, the others' zeros are not kept, if
#: there are many entries.
RARE = 32
MANY = 4_000

# Up to so many entries one numpy call for all is faster than one for each of the longest's rows.
_AT_ONCE = 200
_SCANNED = 128  # entries up to which Python looks at each sooner than numpy is called


def Row(values: Any, more: float, dimensions: int) -> Any:  # noqa: N802 - else it is a class
    """An array as it is kept for a word: the vector at its end also times a number."""
    import numpy as np

    vector = values[len(values) - dimensions :]
    return np.concatenate([values, np.float32(more) * vector])


Judge: Any = None  # only the compiled board has one: see _judge.pxi


class Said(NamedTuple):
    """BM25F and coverage by one word, one row behind the other.

    ``idf`` is how much the word tells; ``where`` has the places in both rows that ``values``
    belong to, ``None`` for every one.
    """

    idf: float
    where: Any
    values: Any

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        places = 0 if self.where is None else self.where.nbytes
        return int(self.values.nbytes + places) + 400


class Groups:
    """Numbers of three kinds, of each entry some; and the largest of each entry's, none below 0.

    Args:
        kinds: of each kind, how many numbers each entry has: at least one.

    Attributes:
        order: the order in which the numbers have to come; ``None`` for kind by kind, entry by
            entry.
    """

    def __init__(self, kinds: Sequence[Sequence[int]]) -> None:
        import numpy as np

        few = len(kinds[0]) <= _AT_ONCE
        group, parts = (_AtOnce, [list(chain(*kinds))]) if few else (_ByTurns, kinds)
        self._parts = [group(part) for part in parts]
        ends = [0, *accumulate(sum(part) for part in parts)]
        self._slices = [slice(*pair) for pair in pairwise(ends)]
        self.products = ends[-1]
        self.order: Any = np.concatenate(
            [part.order + start for part, start in zip(self._parts, ends, strict=False)]
        )

    def largest(self, products: Any, out: Any) -> None:
        """Write the largest into ``out``, one row for each kind."""
        import numpy as np

        rows = out.reshape(len(self._parts), -1)
        for part, where, row in zip(self._parts, self._slices, rows, strict=True):
            part.largest(products[where], row)
        np.maximum(out, 0.0, out=out)


class _AtOnce:
    """The largest of each group of numbers that stand side by side."""

    def __init__(self, sizes: Sequence[int]) -> None:
        import numpy as np

        self.order = np.arange(sum(sizes))
        self._starts = np.cumsum([0, *sizes[:-1]])

    def largest(self, values: Any, out: Any) -> None:
        import numpy as np

        np.maximum.reduceat(values, self._starts, out=out)


class _ByTurns:
    """The same where first stand all groups' first numbers, then all second ones, and so on.

    Whole stretches are compared, which is some ten times as fast for many groups, above all if
    the largest groups come first.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        import numpy as np

        counts = np.asarray(sizes)
        starts = np.cumsum(counts) - counts
        turns = [np.flatnonzero(counts > turn) for turn in range(int(counts.max()))]
        self.order = np.concatenate([starts[who] + turn for turn, who in enumerate(turns)])
        self._count = len(sizes)
        self._turns = list(self._stretches(turns[1:]))

    def _stretches(self, turns: Sequence[Any]) -> Iterator[tuple[Any, slice]]:
        at = self._count
        for who in turns:
            is_head = who[-1] == len(who) - 1
            yield slice(0, len(who)) if is_head else who, slice(at, at + len(who))
            at += len(who)

    def largest(self, values: Any, out: Any) -> None:
        import numpy as np

        out[:] = values[: self._count]
        for who, stretch in self._turns:
            out[who] = np.maximum(out[who], values[stretch])


class Board(Judging):
    """See :class:`faqlib.search.board.Board`."""

    def __init__(self, size: int) -> None:
        import numpy as np

        self.size = size
        self._table = np.zeros((5, size), np.float32)
        self._scores: Any = None

    def say(self, words: list[Said], total: float) -> None:
        """Add up what words say; coverage is told in parts of what all tell, and ``total``."""
        found = self._table[:2].reshape(-1)
        for idf, where, values in words:
            total += idf
            if where is None:
                found += values
            else:
                found[where] += values
        if total:
            self._table[1] /= total

    def near(self, rows: list[Any], groups: Groups, dimensions: int) -> float:
        """Write cosines: the largest of each of the groups, by the length of a vector.

        What is looked at are the sums of ``rows``: of the groups' numbers, of some usual ones,
        and of a vector of so many dimensions. The groups go by its length. Returns the largest of
        the usual, by the length of the sum of vectors that each row has times its number. If
        either length is 0, nothing is near.
        """
        import numpy as np

        total = rows[0].copy()
        for row in rows[1:]:
            total += row
        vectors = total[-2 * dimensions :].reshape(2, dimensions)
        here, there = map(math.sqrt, np.vecdot(vectors, vectors).tolist())
        if not (there and here):
            return 0.0
        near = self._table[2:]
        groups.largest(total, near)
        near /= here
        return float(np.maximum.reduce(total[groups.products : -2 * dimensions])) / there

    def blend(self, words: float, covered: float, near: tuple[float, float, float]) -> None:
        """Make the scores: the weighted sum of all of it.

        Not by BLAS, which may add up equals unequally.
        """
        import numpy as np

        self._scores = np.add.reduce(self._table * _factors(words, covered, *near))

    def add(self, weight: float, column: Any) -> None:
        """Add to the scores a column, an array, times a weight."""
        self._scores += weight * column

    def lift(self, place: int, by: float) -> None:
        """Add to one score."""
        self._scores[place] += by

    def at(self, place: int) -> tuple[float, ...]:
        """BM25F, coverage and the three cosines of an entry."""
        return tuple(self._table[:, place].tolist())

    def best(self, order: Sequence[Prepared], least: float, limit: int, mask: Any) -> list[Found]:
        """See :meth:`faqlib.search.board.Board.best`."""
        values, holds = self._scores, self._table[0]
        if self.size <= _SCANNED:
            found = eligible(values.tolist(), holds.tolist(), order, least, mask)
            return first(found, limit)
        # What reaches the least is eligible, whatever it holds.
        if mask is not None or (floor := _floor(values, limit)) < least:
            values = _eligible(values, holds, least, mask)
            floor = max(_floor(values, limit), 0.0)
        places = (values >= floor).nonzero()[0]
        scores, here = values[places].tolist(), places.tolist()
        return first([(s, p, order[p]) for s, p in zip(scores, here, strict=True)], limit)

    def largest(self, count: int, mask: Any) -> list[float]:
        """The ``count`` largest scores in the mask, the largest first."""
        import numpy as np

        values = self._scores if mask is None else self._scores[mask.view(np.bool_)]
        if len(values) > count:
            values = np.partition(values, len(values) - count)[-count:]
        found: list[float] = np.sort(values)[::-1].tolist()
        return found


@cache
def _factors(*weights: float) -> Any:
    """The weights of a table's rows: a search has one of two sets."""
    import numpy as np

    return np.array([[weight] for weight in weights], np.float32)


def _eligible(values: Any, holds: Any, least: float, mask: Any) -> Any:
    """The values, -1 in place of those that are not to be found."""
    import numpy as np

    eligible = values >= least
    eligible |= holds > 0
    if mask is not None:
        eligible &= mask.view(np.bool_)
    return np.where(eligible, values, -1.0)


def _floor(values: Any, limit: int) -> float:
    """A value that at least ``limit`` reach, near to the largest with that property.

    The largest of each of a few hundred groups are looked at, which is much less than all.
    """
    rows = max(1, len(values) // (8 * limit))
    width = len(values) // rows
    if width < limit:
        return -1.0
    heads = values[: rows * width].reshape(rows, width).max(axis=0)
    heads.partition(width - limit)
    return float(heads[width - limit])
