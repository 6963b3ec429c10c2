"""One state of a site's FAQ, ready to be searched: everything here is read-only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from heapq import nlargest

from faqlib.model import Entry, Hit, Results
from faqlib.search import analysis
from faqlib.search.blend import confidence, scores
from faqlib.search.explain import reasons
from faqlib.search.highlight import snippet
from faqlib.search.meaning import Meaning
from faqlib.search.prepared import Prepared
from faqlib.search.protocol import Snapshot
from faqlib.search.query import Query, QueryReader
from faqlib.search.ranking import Impacts, score
from faqlib.search.similarity import Nearness
from faqlib.search.thesaurus import Thesaurus, general
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.whoosh_backend import WhooshBackend

Synonyms = Sequence[Sequence[str]]
Accept = Callable[[Entry], bool]

THRESHOLD = 0.5  # at or above it, the first hit is more likely right than not
_LEAST_LIKENESS = 0.12  # the score of an entry that is found by its meaning alone


class Projection:
    """Answers searches from one state. Threads may share it."""

    def __init__(
        self,
        prepared: Mapping[str, Prepared],
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        synonyms: Synonyms = (),
    ) -> None:
        self._by_id = prepared
        self._order = list(prepared.values())
        self._snapshot = snapshot
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._meanings: dict[str, Meaning] = {}

    @classmethod
    def empty(cls) -> Projection:
        """A projection of nothing."""
        return cls({}, WhooshBackend().replace([]), Vocabulary())

    def __len__(self) -> int:
        return len(self._order)

    def search(
        self, text: str, limit: int = 10, accept: Accept | None = None, *, explain: bool = False
    ) -> Results:
        """The best entries for ``text``, at most ``limit``, of those that ``accept`` lets pass."""
        query = self._reader.read(text)
        near = self._nearness(query)
        ranked = self._ranked(query, near, max(limit, 2), accept)
        weigh = self._weigher(query)
        hits = tuple(
            Hit(
                item.entry,
                round(value, 6),
                snippet(item.answer, weigh(item)),
                reasons(query, item, near.at(place), self._impacts) if explain else (),
            )
            for value, place, item in ranked[:limit]
        )
        sure = self._confidence(query, ranked)
        return Results(text, hits, sure, sure >= THRESHOLD, self._suggestion(query))

    def suggest(self, text: str, limit: int = 5, accept: Accept | None = None) -> list[str]:
        """Questions that complete what is being typed, best first."""
        query = self._reader.read(text)
        typed = analysis.fold(" ".join(query.text.split()))
        if not typed:
            return []
        entries = [item.entry for item in self._order if accept is None or accept(item.entry)]
        begins = [e.question for e in entries if analysis.fold(e.question).startswith(typed)]
        ranked = self._ranked(query, self._nearness(query), limit, accept)
        found = [item.entry.question for _, _, item in ranked]
        return list(dict.fromkeys(begins + found))[:limit]

    def related(self, entry_id: str, limit: int = 3) -> list[Entry]:
        """The entries that share most with one entry, in its language."""
        entry = self._by_id[entry_id].entry
        query = self._reader.read(entry.question + ".")

        def accept(other: Entry) -> bool:
            return other.id != entry_id and other.lang == entry.lang

        ranked = self._ranked(query, self._nearness(query), limit, accept)
        return [item.entry for _, _, item in ranked]

    def _ranked(
        self, query: Query, near: Nearness, limit: int, accept: Accept | None
    ) -> list[tuple[float, int, Prepared]]:
        """Score, place and entry of the best, of all that have to do with the query."""
        if not query.words:
            return []
        words = score(query.groups, self._impacts)
        order = self._order
        found = [
            (value, place)
            for place, value in enumerate(scores(words, near, self._asked(query)))
            if (value >= _LEAST_LIKENESS or place in words)
            and (accept is None or accept(order[place].entry))
        ]
        if len(found) > limit:  # ties at the end are kept until they are told apart below
            least = nlargest(limit, found)[-1][0]
            found = [row for row in found if row[0] >= least]
        ranked = [(value, place, order[place]) for value, place in found]
        ranked.sort(key=lambda row: (-row[0], not row[2].entry.pinned, row[2].entry.id))
        return ranked[:limit]

    def _asked(self, query: Query) -> set[int]:
        """The places of entries that are asked for in the very words of a question or alias."""
        words = analysis.words(query.text)
        return {
            place
            for lang in self.languages
            for place in self._askings.get(tuple(analysis.stem(w, lang) for w in words), ())
            if self._order[place].lang == lang
        }

    @cached_property
    def _askings(self) -> dict[tuple[str, ...], list[int]]:
        found: dict[tuple[str, ...], list[int]] = {}
        for place, item in enumerate(self._order):
            for asking in item.askings:
                found.setdefault(asking, []).append(place)
        return found

    def _nearness(self, query: Query) -> Nearness:
        return self._meaning(query).compare(query.words)

    def _confidence(self, query: Query, ranked: Sequence[tuple[float, int, Prepared]]) -> float:
        if not ranked:
            return 0.0
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        return confidence(ranked[0][0], second, self._coverage(query, ranked[0][2]))

    def _coverage(self, query: Query, item: Prepared) -> float:
        """The share of the query's words, by how much they tell, that the entry has."""
        have = frozenset(item.words.values())
        total = self._impacts.idf(0) * query.unknown
        covered = 0.0
        for group in query.groups:
            weight = self._impacts.idf(
                max(len(self._impacts.of(a.term)) for a in group.alternatives)
            )
            total += weight
            covered += weight * max(a.weight if a.term in have else 0 for a in group.alternatives)
        return covered / total if total else 0.0

    def _meaning(self, query: Query) -> Meaning:
        lang = self._language_of(query)
        if lang not in self._meanings:
            self._meanings[lang] = Meaning(lang, self._order)
        return self._meanings[lang]

    def _language_of(self, query: Query) -> str:
        """The entries' language that most words of the query belong to."""
        langs = self.languages
        if len(langs) <= 1:
            return langs[0] if langs else "en"
        hits = {
            lang: sum(
                analysis.is_stop_word(w, lang) or w in self._words_by_language[lang]
                for w in query.words
            )
            for lang in langs
        }
        return max(langs, key=lambda lang: (hits[lang], lang == "en"))

    def _suggestion(self, query: Query) -> str | None:
        if not query.corrections:
            return None
        words = [query.corrections.get(word, word) for word in analysis.words(query.text)]
        return " ".join(words)

    def _weigher(self, query: Query) -> Callable[[Prepared], Callable[[str], float]]:
        weights: dict[str, float] = {}
        for group in query.groups:
            for a in group.alternatives:
                idf = self._impacts.idf(len(self._impacts.of(a.term)))
                weights[a.term] = max(weights.get(a.term, 0.0), a.weight * (0.1 + idf))

        def for_item(item: Prepared) -> Callable[[str], float]:
            return lambda word: weights.get(analysis.stem(word, item.lang), 0.0)

        return for_item

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the entries, primary subtags."""
        return tuple(sorted({item.lang for item in self._order}))

    @cached_property
    def _words_by_language(self) -> dict[str, frozenset[str]]:
        return {
            lang: frozenset(w for item in self._order if item.lang == lang for w in item.words)
            for lang in self.languages
        }

    @cached_property
    def _impacts(self) -> Impacts:
        place_of = {item.entry.id: place for place, item in enumerate(self._order)}
        numbers = self._snapshot.numbers
        return Impacts(
            self._snapshot,
            {
                n: [len(terms) for terms in self._by_id[e].document.terms]
                for n, e in numbers.items()
            },
            {n: place_of[e] for n, e in numbers.items()},
        )

    @cached_property
    def _reader(self) -> QueryReader:
        thesaurus = Thesaurus({})
        for lang in self.languages:
            thesaurus = thesaurus.joined(general(lang)).joined(Thesaurus.of(self._synonyms, lang))
        return QueryReader(self.languages, self._vocabulary, thesaurus)
