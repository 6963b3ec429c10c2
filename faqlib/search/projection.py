"""One state of a site's FAQ, ready to be searched: everything here is read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from faqlib.model import Entry, Hit, Results
from faqlib.search import analysis
from faqlib.search.blend import confidence
from faqlib.search.explain import reasons
from faqlib.search.filters import Filter
from faqlib.search.highlight import passage, snippet
from faqlib.search.prepared import Prepared
from faqlib.search.protocol import Snapshot
from faqlib.search.query import MAX_CHARACTERS, Query, QueryReader
from faqlib.search.ranker import Found, Ranker
from faqlib.search.thesaurus import thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.whoosh_backend import WhooshBackend

Synonyms = Sequence[Sequence[str]]  # tuples

THRESHOLD = 0.5  # at or above it, the first hit is more likely right than not


class Projection:
    """Answers searches from one state. Threads may share it.

    Args:
        prepared: the entries by id, in the order in which they are listed.
        snapshot: their index.
        vocabulary: their words.
        synonyms: the site's own.
        before: an earlier state; what still holds of it is taken over.
    """

    def __init__(
        self,
        prepared: Mapping[str, Prepared],
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        synonyms: Synonyms = (),
        before: Projection | None = None,
    ) -> None:
        self._by_id = prepared
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._ranker: Ranker = Ranker(
            prepared, snapshot, None if before is None else before._ranker
        )

    @classmethod
    def empty(cls) -> Projection:
        """A projection of nothing."""
        return cls({}, WhooshBackend().replace([]), Vocabulary())

    def __len__(self) -> int:
        return len(self._by_id)

    def search(
        self, text: str, limit: int = 10, only: Filter | None = None, *, explain: bool = False
    ) -> Results:
        """The best entries for ``text``, at most ``limit``, of those that the filter lets pass."""
        query = self._reader.read(text)
        if not query.typed or not self._by_id:
            return Results(text)
        signals = self._ranker.signals(query)
        ranked = self._ranker.rank(signals, max(limit, 2), only)
        marks = self._marks(query)
        impacts = self._ranker.impacts
        hits = tuple(
            [
                Hit(
                    item.entry,
                    round(value, 6),
                    snippet(passage(item.answer, item.lang), marks),
                    reasons(query, item, signals.near.at(place), impacts) if explain else (),
                )
                for value, place, item in ranked[:limit]
            ]
        )
        sure = self._confidence(query, ranked)
        return Results(text, hits, sure, sure >= THRESHOLD, query.suggestion)

    def suggest(self, text: str, limit: int = 5, only: Filter | None = None) -> list[str]:
        """Questions that complete what is being typed, best first."""
        typed = analysis.fold(" ".join(text[:MAX_CHARACTERS].split()))
        if not typed:
            return []
        begins = [
            item.entry.question
            for item in self._by_id.values()
            if item.folded.startswith(typed) and (only is None or only.accepts(item.entry))
        ]
        found = [item.entry.question for _, _, item in self._ranked(text, limit, only)]
        return list(dict.fromkeys(begins + found))[:limit]

    def related(self, entry_id: str, limit: int = 3) -> list[Entry]:
        """The entries that share most with one entry, in its language."""
        entry = self._by_id[entry_id].entry
        ranked = self._ranked(entry.question + ".", limit + 1, Filter(tag=entry.lang))
        return [item.entry for _, _, item in ranked if item.entry.id != entry_id][:limit]

    def _ranked(self, text: str, limit: int, only: Filter | None) -> list[Found]:
        query = self._reader.read(text)
        if not query.typed or not self._by_id:
            return []
        return self._ranker.rank(self._ranker.signals(query), limit, only)

    def _confidence(self, query: Query, ranked: Sequence[Found]) -> float:
        if not ranked:
            return 0.0
        second = ranked[1].value if len(ranked) > 1 else 0.0
        return confidence(ranked[0].value, second, self._coverage(query, ranked[0].item))

    def _coverage(self, query: Query, item: Prepared) -> float:
        """The share of the query's words, by how much they tell, that the entry has."""
        impacts = self._ranker.impacts
        have = item.terms
        total = impacts.idf(0) * query.unknown
        covered = 0.0
        for group in query.groups:
            idf, weights, _ = impacts.telling(group)
            total += idf
            covered += idf * max([weights[term] for term in weights.keys() & have], default=0.0)
        return covered / total if total else 0.0

    def _marks(self, query: Query) -> Mapping[str, float]:
        """How much each term counts in a passage."""
        marks: dict[str, float] = {}
        for group in query.groups:
            for term, weight in self._ranker.impacts.telling(group).marks.items():
                if weight > marks.get(term, 0.0):
                    marks[term] = weight
        return marks

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the entries, primary subtags."""
        return self._ranker.languages

    @cached_property
    def _reader(self) -> QueryReader:
        known = thesaurus(self.languages, self._synonyms)
        return QueryReader(self.languages, self._vocabulary, known)
