"""One state of a site's FAQ, ready to be searched: everything here is read-only.

:class:`Projector` makes the next state from the changes, :class:`Projection` answers from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from faqlib.model import Entry, Hit, Results
from faqlib.search import analysis
from faqlib.search.blend import Signals, confidence_of, score_of
from faqlib.search.explain import reasons
from faqlib.search.highlight import snippet
from faqlib.search.meaning import Meaning
from faqlib.search.prepared import Prepared, prepare
from faqlib.search.protocol import Backend, Snapshot
from faqlib.search.query import Query, QueryReader
from faqlib.search.ranking import Impacts, score
from faqlib.search.thesaurus import Thesaurus, general
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.whoosh_backend import WhooshBackend

Synonyms = Sequence[Sequence[str]]
Accept = Callable[[Entry], bool]

THRESHOLD = 0.5  # at or above it, the first hit is more likely right than not
_LEAST_LIKENESS = 0.30  # an entry without any word of the query has to be this near in meaning


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
        ranked = self._ranked(query, accept)
        shown = ranked[:limit]
        weigh = self._weigher(query)
        hits = tuple(
            Hit(
                item.entry,
                round(value, 6),
                snippet(item.answer, weigh(item)),
                reasons(query, item, signals, self._impacts) if explain else (),
            )
            for value, item, signals in shown
        )
        confidence = confidence_of([signals for _, _, signals in ranked[:2]])
        return Results(text, hits, confidence, confidence >= THRESHOLD, self._suggestion(query))

    def suggest(self, text: str, limit: int = 5, accept: Accept | None = None) -> list[str]:
        """Questions that complete what is being typed, best first."""
        typed = analysis.fold(" ".join(text.split()))
        if not typed:
            return []
        entries = [item.entry for item in self._order if accept is None or accept(item.entry)]
        begins = [e.question for e in entries if analysis.fold(e.question).startswith(typed)]
        query = self._reader.read(text)
        found = [item.entry.question for _, item, _ in self._ranked(query, accept)[:limit]]
        return list(dict.fromkeys(begins + found))[:limit]

    def related(self, entry_id: str, limit: int = 3) -> list[Entry]:
        """The entries that share most with one entry, in its language."""
        entry = self._by_id[entry_id].entry
        ranked = self._ranked(self._reader.read(entry.question + "."), None)
        found = (item.entry for _, item, _ in ranked)
        return [e for e in found if e.id != entry_id and e.lang == entry.lang][:limit]

    def _ranked(self, query: Query, accept: Accept | None) -> list[tuple[float, Prepared, Signals]]:
        found = []
        for item, signals in self.signals(query):
            if accept is None or accept(item.entry):
                found.append((score_of(signals), item, signals))
        found.sort(key=lambda row: (-row[0], not row[1].entry.pinned, row[1].entry.id))
        return found

    def signals(self, query: Query) -> Iterable[tuple[Prepared, Signals]]:
        """Each entry that has anything to do with the query, and what speaks for it."""
        if not query.words:
            return
        words = score(query.groups, self._impacts)
        covered = self._coverage(query)
        near = self._meaning(query).compare(query.words)
        number_of = self._numbers
        for place, item in enumerate(self._order):
            number = number_of[item.entry.id]
            bm25 = words.get(number, 0.0)
            likeness = (0.0, 0.0, 0.0)
            if near is not None:
                likeness = (near.question[place], near.whole[place], near.sentence[place])
            if bm25 or max(likeness) >= _LEAST_LIKENESS:
                yield item, Signals(bm25, covered.get(number, 0.0), *likeness)

    def _coverage(self, query: Query) -> dict[int, float]:
        """By document, the share of the query's words, by how much they tell, that it has."""
        total, covered = 0.0, dict[int, float]()
        for group in query.groups:
            holders: dict[int, float] = {}
            for alternative in group.alternatives:
                for number, _ in self._impacts.of(alternative.term):
                    holders[number] = max(holders.get(number, 0.0), alternative.weight)
            weight = self._impacts.idf(len(holders))
            total += weight
            for number, share in holders.items():
                covered[number] = covered.get(number, 0.0) + weight * share
        total += self._impacts.idf(0) * query.unknown
        return {number: value / total for number, value in covered.items()} if total else {}

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
    def _numbers(self) -> dict[str, int]:
        return {entry_id: number for number, entry_id in self._snapshot.numbers.items()}

    @cached_property
    def _impacts(self) -> Impacts:
        lengths = {
            number: [len(terms) for terms in self._by_id[entry_id].document.terms]
            for number, entry_id in self._snapshot.numbers.items()
        }
        return Impacts(self._snapshot, lengths)

    @cached_property
    def _reader(self) -> QueryReader:
        thesaurus = Thesaurus({})
        for lang in self.languages:
            thesaurus = thesaurus.joined(general(lang)).joined(Thesaurus.of(self._synonyms, lang))
        return QueryReader(self.languages, self._vocabulary, thesaurus)


class Projector:
    """Makes the next :class:`Projection` from what changed. One thread at a time."""

    def __init__(
        self, backend: Backend | None = None, semantic: bool | str | Path | None = None
    ) -> None:
        self._backend = backend or WhooshBackend()
        self._prepared: dict[str, Prepared] = {}
        self._vocabulary = Vocabulary()

    def project(self, entries: Iterable[Entry], synonyms: Synonyms = ()) -> Projection:
        """The projection of exactly ``entries``; what did not change is not analysed again."""
        wanted = {entry.id: entry for entry in entries if entry.status == "published"}
        before = self._prepared
        changed = [
            prepare(entry)
            for entry in wanted.values()
            if entry.id not in before or before[entry.id].entry != entry
        ]
        gone = [entry_id for entry_id in before if entry_id not in wanted]
        replaced = [before[item.entry.id] for item in changed if item.entry.id in before]
        snapshot = self._backend.update([item.document for item in changed], gone)
        self._vocabulary = self._vocabulary.changed(
            [item.words for item in (*replaced, *(before[e] for e in gone))],
            [item.words for item in changed],
        )
        fresh = {item.entry.id: item for item in changed}
        self._prepared = {
            entry.id: fresh.get(entry.id) or before[entry.id] for entry in wanted.values()
        }
        return Projection(self._prepared, snapshot, self._vocabulary, synonyms)
