"""How near a query's vector is to each entry: to its questions, to the whole, to a sentence.

The same for word vectors and sentence embeddings. A few entries are compared in plain Python:
importing numpy takes longer than the first fifty searches of a small FAQ take without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from faqlib.search.wordvectors import DIMENSIONS, dot

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class EntryVectors:
    """Unit vectors of one entry; empty where nothing of a text is known.

    ``questions`` are of the question and its aliases, ``whole`` of question and answer together,
    ``sentences`` of the answer's sentences.
    """

    questions: tuple[Vector, ...]
    whole: tuple[Vector, ...]
    sentences: tuple[Vector, ...]


class Nearness(NamedTuple):
    """Cosines, none below 0, by the entries' order: best question, whole, best sentence."""

    question: Sequence[float]
    whole: Sequence[float]
    sentence: Sequence[float]

    def at(self, place: int) -> tuple[float, float, float]:
        """The three cosines of one entry."""
        return self.question[place], self.whole[place], self.sentence[place]

    @classmethod
    def none(cls, count: int) -> Nearness:
        """Of a query that is near to nothing."""
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
            all_of_it = dot(query, entry.whole[0]) if entry.whole else best
            nearest = max((dot(query, v) for v in entry.sentences), default=all_of_it)
            question.append(max(best, 0.0))
            whole.append(max(all_of_it, 0.0))
            sentence.append(max(nearest, 0.0))
        return Nearness(question, whole, sentence)


class ArrayIndex:
    """Compares with numpy: one row after another, since BLAS would wake every core for it."""

    def __init__(self, entries: Sequence[EntryVectors]) -> None:
        import numpy as np

        self._np = np
        self._questions, self._question_starts = self._stack([e.questions for e in entries])
        self._wholes, self._whole_starts = self._stack(
            [e.whole or e.questions[:1] for e in entries]
        )
        self._sentences, self._sentence_starts = self._stack(
            [e.sentences or e.whole or e.questions[:1] for e in entries]
        )

    def _stack(self, groups: Sequence[Sequence[Vector]]) -> tuple[Any, Any]:
        """All vectors of all entries below one another, and where each entry's begin."""
        np = self._np
        nothing = (np.zeros(DIMENSIONS, np.float32),)
        rows = [group or nothing for group in groups]
        starts = np.cumsum([0, *(len(group) for group in rows[:-1])])
        return np.array([v for group in rows for v in group], np.float32), starts

    def compare(self, query: Vector) -> Nearness:
        """The nearness of every entry."""
        vector = self._np.asarray(query, self._np.float32)
        return Nearness(
            self._best(self._questions, self._question_starts, vector),
            self._best(self._wholes, self._whole_starts, vector),
            self._best(self._sentences, self._sentence_starts, vector),
        )

    def _best(self, rows: Any, starts: Any, vector: Any) -> Sequence[float]:
        np = self._np
        best = np.maximum.reduceat(np.vecdot(rows, vector), starts)
        found: list[float] = np.maximum(best, 0.0).tolist()
        return found
