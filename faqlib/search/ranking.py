"""BM25F, term at a time: what each term adds is worked out once per state of the index.

S. Robertson, H. Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from faqlib.search.bounded import Bounded
from faqlib.search.protocol import FIELDS, Posting, Snapshot
from faqlib.search.words import Group

#: By field: how much a word there counts, and how much the field's length is held against it.
WEIGHTS = {"question": 2.0, "aliases": 1.6, "answer": 1.0, "category": 0.6, "tags": 1.0}
LENGTH_NORMS = {"question": 0.5, "aliases": 0.5, "answer": 0.75, "category": 0.0, "tags": 0.3}
SATURATION = 1.2  # k1

#: Of so many entries that have a term, an array is made at once; of fewer, a list one by one.
MANY = 48
_KNOWN_GROUPS = 4_096


class Added(NamedTuple):
    """What a term adds: the places of the entries that have it, and how much to each one's score.

    Both are arrays where there are many, else lists.
    """

    places: Any
    values: Any

    @property
    def holders(self) -> int:
        """How many entries have the term."""
        return len(self.places)


class Telling(NamedTuple):
    """How much a group tells, whichever entry it stands in.

    ``idf`` is that of its most frequent alternative; ``terms`` has each alternative's weight, and
    ``marks`` how much each counts in a passage.
    """

    idf: float
    terms: Mapping[str, float]
    marks: Mapping[str, float]


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
        totals = [sum([row[field] for row in lengths.values()]) for field in range(len(FIELDS))]
        self._means = [total / max(1, self._count) or 1.0 for total in totals]
        self._lengths = lengths
        self._norms: dict[int, tuple[float, ...]] = {}
        self._cache: dict[str, Added] = {}
        self._telling: Bounded[Group, Telling] = Bounded(_KNOWN_GROUPS)

    def of(self, term: str) -> Added:
        """What a term adds to every entry that has it."""
        found = self._cache.get(term)
        if found is None:
            found = self._cache[term] = self._work_out(term)
        return found

    def idf(self, holders: int) -> float:
        """How much a term tells that stands in so many documents (never negative)."""
        return math.log(1 + (self._count - holders + 0.5) / (holders + 0.5))

    def telling(self, group: Group) -> Telling:
        """How much a group tells."""
        found = self._telling.get(group)
        if found is None:
            found = self._telling[group] = self._tell(group)
        return found

    def best(self, group: Group) -> dict[int, float]:
        """By place, what the alternative adds that does best there."""
        best: dict[int, float] = {}
        for alternative in group.alternatives:
            weight = alternative.weight
            for place, impact in zip(*self.of(alternative.term), strict=True):
                if impact * weight > best.get(place, 0.0):
                    best[place] = impact * weight
        return best

    def stands(self, group: Group) -> dict[int, float]:
        """By place, how much of the group an entry has: its idf, times how well it stands."""
        found: dict[int, float] = {}
        telling = self.telling(group)
        for term, weight in telling.terms.items():
            for place in self.of(term).places:
                found[place] = max(found.get(place, 0.0), weight * telling.idf)
        return found

    def _tell(self, group: Group) -> Telling:
        terms: dict[str, float] = {}
        for one in group.alternatives:
            terms[one.term] = max(terms.get(one.term, 0.0), one.weight)
        holders = {term: self.of(term).holders for term in terms}
        idf = self.idf(max(holders.values()))
        # A synonym tells no more than the word that was typed, however rare it is.
        typed = max(
            [holders[one.term] for one in group.alternatives if one.kind == "term"], default=0
        )
        for one in group.alternatives:
            if one.kind == "synonym":
                holders[one.term] = max(holders[one.term], typed)
        marks = {term: weight * (0.1 + self.idf(holders[term])) for term, weight in terms.items()}
        return Telling(idf, terms, marks)

    def _work_out(self, term: str) -> Added:
        postings = self._snapshot.postings(term)
        if len(postings) >= MANY:
            return self._work_out_many(postings)
        known = self._norms
        idf = self.idf(len(postings))
        values = []
        for number, frequencies in postings:
            norms = known.get(number) or self._norm(number)
            weight = sum([f * n for f, n in zip(frequencies, norms, strict=True) if f])
            values.append(idf * weight / (SATURATION + weight))
        return Added([self._places[posting[0]] for posting in postings], values)

    def _work_out_many(self, postings: Sequence[Posting]) -> Added:
        import numpy as np

        numbers, frequencies = zip(*postings, strict=True)
        places = np.array([self._places[number] for number in numbers])
        counted = np.fromiter(chain.from_iterable(frequencies), np.float64)
        weight = (counted.reshape(-1, len(FIELDS)) * self._norm_rows[places]).sum(axis=1)
        return Added(places, self.idf(len(postings)) * weight / (SATURATION + weight))

    @cached_property
    def _norm_rows(self) -> Any:
        """:meth:`_norm` of every document, by place."""
        import numpy as np

        lengths = np.empty((self._count, len(FIELDS)))
        lengths[[self._places[number] for number in self._lengths]] = list(self._lengths.values())
        norms = np.array([LENGTH_NORMS[name] for name in FIELDS])
        return np.array([WEIGHTS[name] for name in FIELDS]) / (
            1 - norms + norms * lengths / self._means
        )

    def _norm(self, number: int) -> tuple[float, ...]:
        """How much one occurrence counts in each field of a document."""
        self._norms[number] = norm = tuple(
            WEIGHTS[name] / (1 - LENGTH_NORMS[name] + LENGTH_NORMS[name] * length / mean)
            for name, length, mean in zip(FIELDS, self._lengths[number], self._means, strict=True)
        )
        return norm
