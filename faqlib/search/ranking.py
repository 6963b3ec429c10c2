"""BM25F, term at a time: each term's impacts are worked out once per state of the index.

S. Robertson, H. Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from faqlib.search.protocol import FIELDS, Snapshot

#: By field: how much a word there counts, and how much the field's length is held against it.
WEIGHTS = {"question": 2.0, "aliases": 1.6, "answer": 1.0, "category": 0.6, "tags": 1.0}
LENGTH_NORMS = {"question": 0.5, "aliases": 0.5, "answer": 0.75, "category": 0.0, "tags": 0.3}
SATURATION = 1.2  # k1


@dataclass(frozen=True, slots=True)
class Alternative:
    """A term that may stand for a word of the query, and how well it does (0-1)."""

    term: str
    weight: float = 1.0
    kind: str = "term"


@dataclass(frozen=True, slots=True)
class Group:
    """One word of the query and all that may stand for it: the best counts, not the sum."""

    word: str
    alternatives: tuple[Alternative, ...]


class Impacts:
    """What each term adds to each document's score. Threads may share it."""

    def __init__(self, snapshot: Snapshot, lengths: Mapping[int, Sequence[int]]) -> None:
        self._snapshot = snapshot
        self._count = len(lengths)
        totals = [sum(column) for column in zip(*lengths.values(), strict=True)] or [0] * len(
            FIELDS
        )
        means = [total / max(1, self._count) or 1.0 for total in totals]
        self._norms = {
            number: tuple(
                WEIGHTS[name] / (1 - LENGTH_NORMS[name] + LENGTH_NORMS[name] * length / mean)
                for name, length, mean in zip(FIELDS, row, means, strict=True)
            )
            for number, row in lengths.items()
        }
        self._cache: dict[str, tuple[tuple[int, float], ...]] = {}

    def of(self, term: str) -> tuple[tuple[int, float], ...]:
        """``(document number, impact)`` of every document that has the term."""
        found = self._cache.get(term)
        if found is None:
            found = self._cache[term] = self._work_out(term)
        return found

    def idf(self, holders: int) -> float:
        """How much a term tells that stands in so many documents (never negative)."""
        return math.log(1 + (self._count - holders + 0.5) / (holders + 0.5))

    def _work_out(self, term: str) -> tuple[tuple[int, float], ...]:
        postings = self._snapshot.postings(term)
        idf = self.idf(len(postings))
        impacts = []
        for number, frequencies in postings:
            weight = sum(map(float.__mul__, map(float, frequencies), self._norms[number]))
            impacts.append((number, idf * weight / (SATURATION + weight)))
        return tuple(impacts)


def score(groups: Iterable[Group], impacts: Impacts) -> dict[int, float]:
    """Scores by document number, of all documents that have at least one term."""
    scores: dict[int, float] = {}
    for group in groups:
        best: dict[int, float] = {}
        for alternative in group.alternatives:
            for number, impact in impacts.of(alternative.term):
                value = impact * alternative.weight
                if value > best.get(number, 0.0):
                    best[number] = value
        for number, value in best.items():
            scores[number] = scores.get(number, 0.0) + value
    return scores
