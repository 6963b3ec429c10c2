"""One state of a site's FAQ, ready to be searched: everything here is read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from faqlib.model import Entry, Results
from faqlib.search import analysis
from faqlib.search.blend import Signals
from faqlib.search.board import Found, fast
from faqlib.search.board_plain import Reasons
from faqlib.search.confidence import RIVALS, THRESHOLD
from faqlib.search.embedding import Embedder
from faqlib.search.explain import reasons
from faqlib.search.filters import Filter
from faqlib.search.memory import Memory
from faqlib.search.prepared import Prepared
from faqlib.search.protocol import Snapshot
from faqlib.search.query import QueryReader
from faqlib.search.ranker import Ranker
from faqlib.search.thesaurus import thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.whoosh_backend import WhooshBackend
from faqlib.search.words import MAX_CHARACTERS, Query

Synonyms = Sequence[Sequence[str]]  # tuples


class Projection:
    """Answers searches from one state. Threads may share it.

    Args:
        prepared: the entries by id, in the order in which they are listed.
        snapshot: their index.
        vocabulary: their words.
        synonyms: the site's own.
        before: an earlier state; what still holds of it is taken over.
        embedder: what makes sentence embeddings, if any are used.
    """

    def __init__(
        self,
        prepared: Mapping[str, Prepared],
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        synonyms: Synonyms = (),
        before: Projection | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._by_id = prepared
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._memory = Memory()
        self._ranker: Ranker = Ranker(
            prepared, snapshot, None if before is None else before._ranker, embedder
        )

    @classmethod
    def empty(cls) -> Projection:
        """A projection of nothing."""
        return cls({}, WhooshBackend().replace([]), Vocabulary())

    def __len__(self) -> int:
        return len(self._by_id)

    def answer(
        self,
        text: str,
        limit: int = 10,
        only: Filter | None = None,
        *,
        snippets: bool = True,
        explain: bool = False,
    ) -> Results:
        """What :meth:`search` says, remembered: who asks the same often gets the same object."""
        asked = text, limit, only, snippets, explain
        found = self._memory.recall(asked)
        if found is None:
            final = self._ranker.is_ready
            found = self.search(text, limit, only, snippets=snippets, explain=explain)
            if final:
                self._memory.keep(asked, found)
        return found

    def search(
        self,
        text: str,
        limit: int = 10,
        only: Filter | None = None,
        *,
        snippets: bool = True,
        explain: bool = False,
    ) -> Results:
        """The best entries for ``text``, at most ``limit``, of those that the filter lets pass."""
        query = self._reader.read(text)
        if not query.typed or not self._by_id:
            return Results(text)
        most, signals = max(limit, RIVALS + 1), None
        if explain or (found := self._ranker.quickly(query, most, only)) is None:
            signals = self._ranker.signals(query)
            ranked = self._ranker.rank(signals, most, only)
            sure = self._ranker.confidence(query, signals, ranked, only) if ranked else 0.0
        else:
            ranked, sure = found
        shown = ranked[:limit]
        cut = self._snippets(query, shown) if snippets else None
        why = self._reasons(query, signals, shown) if explain and signals is not None else None
        hits = fast.hits(shown, cut, why)
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
        # By words alone: nothing waits for a model at every key that is pressed.
        ranked = self._ranked(self._reader.read(text), limit, only, by_words=True)
        found = [item.entry.question for _, _, item in ranked]
        return list(dict.fromkeys(begins + found))[:limit]

    def related(self, entry_id: str, limit: int = 3) -> list[Entry]:
        """The entries that share most with one entry, in its language."""
        entry = self._by_id[entry_id].entry
        # A full stop: its last word is no unfinished one. The model knows the question without.
        query = self._reader.read(entry.question + ".")._replace(text=entry.question)
        ranked = self._ranked(query, limit + 1, Filter(tag=entry.lang))
        return [item.entry for _, _, item in ranked if item.entry.id != entry_id][:limit]

    def _ranked(
        self, query: Query, limit: int, only: Filter | None, *, by_words: bool = False
    ) -> list[Found]:
        if not query.typed or not self._by_id:
            return []
        return self._ranker.rank(self._ranker.signals(query, by_words=by_words), limit, only)

    def _snippets(self, query: Query, shown: Sequence[Found]) -> list[str]:
        telling = self._ranker.impacts.telling
        made: list[str] = fast.snippets(shown, [telling(group).marks for group in query.groups])
        return made

    def _reasons(self, query: Query, signals: Signals, shown: Sequence[Found]) -> list[Reasons]:
        impacts = self._ranker.impacts
        return [reasons(query, item, signals, place, impacts) for _, place, item in shown]

    def ready(self) -> bool:
        """Whether all that ever will speak for entries does now."""
        return self._ranker.ready()

    def embed(self) -> int:
        """Wait until the sentence embeddings are made; of how many entries they are."""
        self._ranker.ready(wait=True)
        return len(self) if self.is_embedded else 0

    @property
    def is_embedded(self) -> bool:
        """Whether the sentence embeddings are made."""
        return self._ranker.is_embedded

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the entries, primary subtags."""
        return self._ranker.languages

    @cached_property
    def _reader(self) -> QueryReader:
        known = thesaurus(self.languages, self._synonyms)
        return QueryReader(self.languages, self._vocabulary, known)
