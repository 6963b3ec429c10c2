"""How near a query's vector is to each entry: to its questions, to the whole, to a sentence.

The same for word vectors and sentence embeddings. A few entries are compared in plain Python:
importing numpy takes longer than the first fifty searches of a small FAQ take without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

from faqlib.search.columns import Column
from faqlib.search.wordvectors import dot

Vector = Sequence[float]

# Up to so many entries one numpy call for all is faster than one for each of the longest's rows.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class EntryVectors:
    """Unit vectors of one entry; empty where nothing of a text is known.

    ``questions`` are of the question and its aliases, ``whole`` of question and answer together,
    ``sentences`` of the answer's sentences.
    """

    questions: Sequence[Vector]
    whole: Sequence[Vector]
    sentences: Sequence[Vector]


class Nearness(NamedTuple):
    """Cosines, none below 0, by the entries' order: best question, whole, best sentence."""

    question: Column
    whole: Column
    sentence: Column

    def at(self, place: int) -> tuple[float, float, float]:
        """The three cosines of one entry."""
        return float(self.question[place]), float(self.whole[place]), float(self.sentence[place])

    @classmethod
    def none(cls, count: int) -> Nearness:
        """Of a query that is near to nothing, as lists."""
        nothing = [0.0] * count
        return cls(nothing, nothing, nothing)


class PlainIndex:
    """Compares in plain Python: for a few entries."""

    def __init__(self, entries: Sequence[EntryVectors]) -> None:
        self._entries = entries

    def compare(self, query: Vector) -> Nearness:
        """The nearness of every entry."""
        question, whole, sentence = [], [], []
        for entry in self._entries:
            best = max((dot(query, v) for v in entry.questions), default=0.0)
            all_of_it = dot(query, entry.whole[0]) if len(entry.whole) else best
            nearest = max((dot(query, v) for v in entry.sentences), default=all_of_it)
            question.append(max(best, 0.0))
            whole.append(max(all_of_it, 0.0))
            sentence.append(max(nearest, 0.0))
        return Nearness(question, whole, sentence)


class ArrayIndex:
    """Compares with numpy: one row after another, since BLAS would wake every core for it.

    A scalar product is linear: who adds up vectors can add up their :meth:`products` instead,
    and keep those.
    """

    def __init__(self, entries: Sequence[EntryVectors], dimensions: int) -> None:
        import numpy as np

        nothing = np.zeros((1, dimensions), np.float32)
        kinds: list[list[Any]] = [[], [], []]
        for entry in entries:
            questions = entry.questions if len(entry.questions) else nothing
            whole = entry.whole if len(entry.whole) else questions[:1]
            kinds[0].append(questions)
            kinds[1].append(whole)
            kinds[2].append(entry.sentences if len(entry.sentences) else whole)
        self._count = len(entries)
        few = self._count <= _AT_ONCE
        group, parts = (_AtOnce, [list(chain(*kinds))]) if few else (_ByTurns, kinds)
        self._kinds = [group([len(rows) for rows in part]) for part in parts]
        ends = np.cumsum([0, *(len(grouped.order) for grouped in self._kinds)]).tolist()
        self._slices = [slice(*pair) for pair in pairwise(ends)]
        self._rows = np.empty((ends[-1], dimensions), np.float32)
        for part, grouped, where in zip(parts, self._kinds, self._slices, strict=True):
            rows = np.concatenate(part or [nothing]).astype(np.float32, copy=False)
            np.take(rows, grouped.order, axis=0, out=self._rows[where], mode="clip")

    def __len__(self) -> int:
        return len(self._rows)

    def products(self, vector: Vector) -> Any:
        """The vector's scalar product with each vector of each entry."""
        import numpy as np

        return np.vecdot(self._rows, np.asarray(vector, np.float32))

    def nearness(self, products: Any, length: float, out: Any) -> Nearness:
        """The nearness of every entry, from the products with a vector of this length.

        ``out`` is an array of three rows for them.
        """
        import numpy as np

        rows = out.reshape(len(self._kinds), -1)
        for grouped, where, row in zip(self._kinds, self._slices, rows, strict=True):
            grouped.largest(products[where], row)
        np.maximum(out, 0.0, out=out)
        out /= length
        return Nearness(*out)

    def compare(self, query: Vector) -> Nearness:
        """The nearness of every entry to a unit vector."""
        import numpy as np

        out = np.empty((3, self._count), np.float32)
        return self.nearness(self.products(query), 1.0, out)


class _AtOnce:
    """The largest of each group of numbers that stand side by side."""

    def __init__(self, sizes: Sequence[int]) -> None:
        import numpy as np

        self.order = np.arange(sum(sizes))
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._largest = np.maximum.reduceat

    def largest(self, values: Any, out: Any) -> None:
        self._largest(values, self._starts, out=out)


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
