"""One state of a site's FAQ, ready to be searched: everything here is read-only.

:class:`Projector` makes the next state from the changes, :class:`Projection` answers from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from faqlib.markup import render_text
from faqlib.model import Entry, Hit, Results
from faqlib.search import analysis
from faqlib.search.highlight import snippet
from faqlib.search.protocol import Backend, Document, Snapshot
from faqlib.search.query import QueryBuilder
from faqlib.search.ranking import Group, Impacts, score
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.whoosh_backend import WhooshBackend

Synonyms = Sequence[Sequence[str]]
Accept = Callable[[Entry], bool]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry with all that analysis found in it."""

    entry: Entry
    answer: str  # plain text
    document: Document
    words: Mapping[str, str]  # folded word -> term


def prepare(entry: Entry) -> Prepared:
    """Analyse one entry in its own language."""
    lang = analysis.language(entry.lang)
    answer = render_text(entry.answer)
    texts = (
        entry.question,
        "\n".join(entry.aliases),
        answer,
        entry.category,
        "\n".join(entry.tags),
    )
    terms: list[tuple[str, ...]] = []
    words: dict[str, str] = {}
    for text in texts:
        found = analysis.words(text)
        stems = [analysis.stem(word, lang) for word in found]
        words.update((analysis.fold(word), term) for word, term in zip(found, stems, strict=True))
        terms.append(tuple(stems))
    return Prepared(entry, answer, Document(entry.id, tuple(terms)), words)


class Projection:
    """Answers searches from one state. Threads may share it."""

    def __init__(
        self,
        prepared: Mapping[str, Prepared],
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        synonyms: Synonyms = (),
    ) -> None:
        self._prepared = prepared
        self._snapshot = snapshot
        self._vocabulary = vocabulary
        self._synonyms = synonyms

    @classmethod
    def empty(cls) -> Projection:
        """A projection of nothing."""
        return cls({}, WhooshBackend().replace([]), Vocabulary())

    def __len__(self) -> int:
        return len(self._prepared)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the entries, primary subtags."""
        found = {analysis.language(item.entry.lang) for item in self._prepared.values()}
        return tuple(sorted(found))

    @cached_property
    def _impacts(self) -> Impacts:
        return Impacts(
            self._snapshot,
            {
                number: [len(terms) for terms in self._prepared[entry_id].document.terms]
                for number, entry_id in self._snapshot.numbers.items()
            },
        )

    @cached_property
    def _queries(self) -> QueryBuilder:
        return QueryBuilder(self.languages, self._vocabulary, {})

    def search(
        self, text: str, limit: int = 10, accept: Accept | None = None, *, explain: bool = False
    ) -> Results:
        """The best entries for ``text``, at most ``limit``, of those that ``accept`` lets pass."""
        groups = self._queries.groups(text)
        scores = score(groups, self._impacts)
        ranked = []
        for number, value in scores.items():
            item = self._prepared[self._snapshot.numbers[number]]
            if accept is None or accept(item.entry):
                ranked.append((value, item))
        ranked.sort(key=lambda pair: (-pair[0], not pair[1].entry.pinned, pair[1].entry.id))
        weigh = self._weigher(groups)
        hits = tuple(
            Hit(item.entry, round(value, 6), snippet(item.answer, weigh(item.entry)))
            for value, item in ranked[:limit]
        )
        confidence = self._confidence(groups, ranked[0][1]) if ranked else 0.0
        return Results(text, hits, confidence, confidence >= 0.5)

    def _weigher(self, groups: Sequence[Group]) -> Callable[[Entry], Callable[[str], float]]:
        weights = {
            a.term: max(1.0, 10.0 / (1 + len(self._impacts.of(a.term)))) * a.weight
            for group in groups
            for a in group.alternatives
        }

        def for_entry(entry: Entry) -> Callable[[str], float]:
            lang = analysis.language(entry.lang)
            return lambda word: weights.get(analysis.stem(word, lang), 0.0)

        return for_entry

    def _confidence(self, groups: Sequence[Group], best: Prepared) -> float:
        """How much of what the query asks the first hit covers, by the words' weight."""
        have = {term for terms in best.document.terms for term in terms}
        total = covered = 0.0
        for group in groups:
            holders = min((len(self._impacts.of(a.term)) for a in group.alternatives), default=0)
            weight = self._impacts.idf(holders)
            total += weight
            if any(a.term in have for a in group.alternatives):
                covered += weight
        return round(covered / total, 4) if total else 0.0

    def suggest(self, text: str, limit: int = 5, accept: Accept | None = None) -> list[str]:
        """Questions that complete what is being typed, best first."""
        typed = analysis.fold(" ".join(text.split()))
        if not typed:
            return []
        begins = [
            item.entry.question
            for item in self._prepared.values()
            if analysis.fold(item.entry.question).startswith(typed)
            and (accept is None or accept(item.entry))
        ]
        found = [hit.entry.question for hit in self.search(text, limit, accept)]
        return list(dict.fromkeys(begins + found))[:limit]

    def related(self, entry_id: str, limit: int = 3) -> list[Entry]:
        """The entries that share most with one entry, in its language."""
        entry = self._prepared[entry_id].entry
        groups = self._queries.groups(entry.question)
        scores = score(groups, self._impacts)
        numbers = sorted(scores, key=lambda n: (-scores[n], self._snapshot.numbers[n]))
        found = (self._prepared[self._snapshot.numbers[n]].entry for n in numbers)
        return [e for e in found if e.id != entry_id and e.lang == entry.lang][:limit]


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
