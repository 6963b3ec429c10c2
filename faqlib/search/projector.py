"""Makes the next state of a site's FAQ from what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from faqlib.model import Entry
from faqlib.search.embedding import Embedder
from faqlib.search.prepared import Prepared, prepare
from faqlib.search.projection import Projection, Synonyms
from faqlib.search.protocol import Backend
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.whoosh_backend import WhooshBackend


class Projector:
    """Makes the next :class:`Projection` from what changed. One thread at a time."""

    def __init__(
        self, backend: Callable[[], Backend] = WhooshBackend, embedder: Embedder | None = None
    ) -> None:
        self._make = backend
        self._embedder = embedder
        self._forget()

    def _forget(self) -> None:
        self._backend = self._make()
        self._prepared: dict[str, Prepared] = {}
        self._vocabulary = Vocabulary()
        self._last: Projection | None = None

    def project(self, entries: Iterable[Entry], synonyms: Synonyms = ()) -> Projection:
        """The projection of exactly ``entries``; what did not change is not analysed again."""
        try:
            return self._project(entries, synonyms)
        except BaseException:
            self._forget()  # half a change was made: the next call builds everything anew
            raise

    def foresee(self, entries: Iterable[Entry], *, forget: bool) -> None:
        """Embed entries that are about to be written, if there is a model for it.

        ``forget`` says that the last projection is of the present entries: what was embedded and
        is in neither can go.
        """
        wanted = [prepare(entry) for entry in entries if entry.status == "published"]
        if self._embedder is None or not wanted or not self._embedder.takes(len(wanted)):
            return
        last = self._last
        self._embedder.foresee(wanted, forget=forget and last is not None and last.is_embedded)

    def _project(self, entries: Iterable[Entry], synonyms: Synonyms) -> Projection:
        wanted = {entry.id: entry for entry in entries if entry.status == "published"}
        before, after = self._prepared, dict[str, Prepared]()
        changed: list[Prepared] = []
        for entry_id, entry in wanted.items():
            item = before.get(entry_id)
            # Most are the very objects that were there before: faster told than equality.
            if item is None or (item.entry is not entry and item.entry != entry):
                item = prepare(entry)
                changed.append(item)
            after[entry_id] = item
        gone = before.keys() - after.keys()
        replaced = [before[item.entry.id] for item in changed if item.entry.id in before]
        snapshot = self._backend.update([item.document for item in changed], gone)
        self._vocabulary = self._vocabulary.changed(
            [item.words for item in (*replaced, *(before[e] for e in gone))],
            [(item.words, item.word_terms) for item in changed],
        )
        self._prepared = after
        self._last = Projection(
            self._prepared,
            snapshot,
            self._vocabulary,
            synonyms,
            before=self._last,
            embedder=self._embedder,
        )
        return self._last
