"""BM25F, term at a time: each term's impacts are worked out once per state of the index.

S. Robertson, H. Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from faqlib.search.protocol import FIELDS, Snapshot
from faqlib.search.query import Group

#: By field: how much a word there counts, and how much the field's length is held against it.
WEIGHTS = {"question": 2.0, "aliases": 1.6, "answer": 1.0, "category": 0.6, "tags": 1.0}
LENGTH_NORMS = {"question": 0.5, "aliases": 0.5, "answer": 0.75, "category": 0.0, "tags": 0.3}
SATURATION = 1.2  # k1

Impact = tuple[int, float]  # place of the entry, what the term adds to its score


class Impacts:
    """What each term adds to each entry's score. Threads may share it.

    Args:
        snapshot: where the postings are read.
        lengths: by document number, how many terms each field has.
        places: by document number, the place of the entry, by which scores are told.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        lengths: Mapping[int, Sequence[int]],
        places: Mapping[int, int],
    ) -> None:
        self._snapshot = snapshot
        self._places = places
        self._count = len(lengths)
        columns = zip(*lengths.values(), strict=True) if lengths else [(0,)] * len(FIELDS)
        means = [sum(column) / max(1, self._count) or 1.0 for column in columns]
        self._norms = {
            number: tuple(
                WEIGHTS[name] / (1 - LENGTH_NORMS[name] + LENGTH_NORMS[name] * length / mean)
                for name, length, mean in zip(FIELDS, row, means, strict=True)
            )
            for number, row in lengths.items()
        }
        self._cache: dict[str, tuple[Impact, ...]] = {}

    def of(self, term: str) -> tuple[Impact, ...]:
        """``(place, impact)`` of every entry that has the term."""
        found = self._cache.get(term)
        if found is None:
            found = self._cache[term] = self._work_out(term)
        return found

    def idf(self, holders: int) -> float:
        """How much a term tells that stands in so many documents (never negative)."""
        return math.log(1 + (self._count - holders + 0.5) / (holders + 0.5))

    def _work_out(self, term: str) -> tuple[Impact, ...]:
        postings = self._snapshot.postings(term)
        idf = self.idf(len(postings))
        impacts = []
        for number, frequencies in postings:
            norms = self._norms[number]
            weight = sum(f * n for f, n in zip(frequencies, norms, strict=True) if f)
            impacts.append((self._places[number], idf * weight / (SATURATION + weight)))
        return tuple(impacts)


def score(groups: Iterable[Group], impacts: Impacts) -> dict[int, float]:
    """BM25F scores by place, of all entries that have at least one term."""
    scores: dict[int, float] = {}
    for group in groups:
        best = _best(group, impacts)
        for place, value in best.items():
            scores[place] = scores.get(place, 0.0) + value
    return scores


def _best(group: Group, impacts: Impacts) -> dict[int, float]:
    """For each entry the alternative that does best there."""
    if len(group.alternatives) == 1 and group.alternatives[0].weight == 1.0:
        return dict(impacts.of(group.alternatives[0].term))
    best: dict[int, float] = {}
    for alternative in group.alternatives:
        weight = alternative.weight
        for place, impact in impacts.of(alternative.term):
            if impact * weight > best.get(place, 0.0):
                best[place] = impact * weight
    return best
