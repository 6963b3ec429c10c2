"""How near a query's vector is to each entry: to its questions, to the whole, to a sentence.

The same for word vectors and sentence embeddings. A few entries are compared in plain Python:
importing numpy takes longer than the first fifty searches of a small FAQ take without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from faqlib.search.board import fast
from faqlib.search.wordvectors import dot

Vector = Sequence[float]
Column = Any  # a number for each entry: a list of floats, or a float32 array


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

    Attributes:
        groups: how the products belong to the entries.
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
        self.groups = fast.Groups([[len(rows) for rows in kind] for kind in kinds])
        rows = np.concatenate([*chain(*kinds)]).astype(np.float32, copy=False)
        self._rows = rows if self.groups.order is None else rows[self.groups.order]
        self._count = len(entries)

    def __len__(self) -> int:
        return len(self._rows)

    def products(self, vector: Vector) -> Any:
        """The vector's scalar product with each vector of each entry."""
        import numpy as np

        return np.vecdot(self._rows, np.asarray(vector, np.float32))

    def compare(self, query: Vector) -> Nearness:
        """The nearness of every entry to a unit vector."""
        import numpy as np

        out = np.empty((3, self._count), np.float32)
        self.groups.largest(self.products(query), out)
        return Nearness(*out)
