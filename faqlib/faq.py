"""FAQ: the facade that keeps the store and the search index in step."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from faqlib import formats
from faqlib.errors import EntryExists, EntryNotFound, SiteNotFound
from faqlib.model import Cursor, Entry, ImportReport, Site, Version
from faqlib.reading import Reading, Snapshot, State, check_number
from faqlib.schema import check_entry, check_site, load_site
from faqlib.search import Embedder, Encoder, Projection, Projector, encoder_for
from faqlib.store import Change, MemoryStore, Store, check_room, open_store

_NEVER = Cursor(-1, "")
_EMBEDDED = 2_000  # entries; a model would read more of them for minutes

Semantic = bool | str | Path | Encoder | None


class FAQ(Reading):
    """A site's questions and answers: kept, searched, imported and exported.

    ``FAQ()`` lives in memory; :meth:`open` gives one that is stored. An object may be shared by
    threads. Every read sees every write that was acknowledged before, by this process or another.

    Args:
        store: where the entries are kept; by default, memory.
        site: the id of the site.
        semantic: whether sentence embeddings help the ranking. ``None`` (default): where the
            extra ``[semantic]`` is installed, up to 2,000 entries. ``False``: never. ``True``:
            always. A path: with the sentence model in that directory (``model.onnx`` with
            ``tokenizer.json`` or ``vocab.txt``). An :class:`Encoder`: with your own.
        background: whether a thread loads the model and lets it read the entries. Searches do
            not wait for it: they are answered by words alone until then (see :meth:`ready`).
        most_entries: how many entries the site may hold, for servers that several clinics share.

    Raises:
        SiteNotFound: if a store is given that has no such site.
        MissingExtra: if embeddings are asked for and the extra is not installed.
        ModelUnavailable: if the directory holds no model.
    """

    def __init__(
        self,
        *,
        store: Store | None = None,
        site: str = "default",
        semantic: Semantic = None,
        background: bool = False,
        most_entries: int | None = None,
    ) -> None:
        if isinstance(store, str | os.PathLike):
            raise TypeError(f"A database is opened with FAQ.open({str(store)!r}).")
        if most_entries is not None:
            check_number("most_entries", most_entries)
        encoder = encoder_for(semantic)
        self._owns_store = store is None
        self._store = store or open_store(":memory:")
        self._site_id = site
        self._most = most_entries
        if store is None:
            self._store.save_site(load_site({"id": site}))
        limit = _EMBEDDED if semantic is None else None
        self._embedder = (
            None
            if encoder is None
            else Embedder(encoder, self._store, site, limit=limit, background=background)
        )
        self._projector = Projector(embedder=self._embedder)
        self._lock = threading.RLock()
        self._state = State(_NEVER, Site(id=site), (), Projection.empty())
        self._follow = self._store.follow(site)
        self._store.cursor(site)  # an unknown site is an error now, not at the first search

    @classmethod
    def open(
        cls,
        url: str | Path,
        *,
        site: str = "default",
        create: bool = True,
        semantic: Semantic = None,
    ) -> FAQ:
        """The FAQ of ``site`` in a database: a file's path or a SQLAlchemy URL.

        With ``create`` a database and a site that are not there yet are made.

        Raises:
            StoreUnavailable: if the database can not be opened, or is not there.
            SiteNotFound: if the site is not there and ``create`` is false.
        """
        store = open_store(url, create=create)
        try:
            if create:
                _ensure_site(store, site)
            faq = cls(store=store, site=site, semantic=semantic)
        except BaseException:
            store.close()
            raise
        faq._owns_store = True
        return faq

    def close(self) -> None:
        """Release the database, if this object opened it."""
        if self._owns_store:
            self._store.close()

    def __enter__(self) -> FAQ:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        # What was read last: a repr, which debuggers ask for, never goes to the database.
        return f"<FAQ {self._site_id!r}: entries {len(self._state.entries)}>"

    def snapshot(self) -> Snapshot:
        """The FAQ as it is now, to ask it several things about one and the same state."""
        return Snapshot(self._current())

    # Changing

    def add(self, entry: Entry, *, actor: str = "") -> Entry:
        """Store a new entry; returns it as stored.

        Raises:
            InvalidData: if a field breaks a rule.
            EntryExists: if the id is taken.
        """
        return self.add_all([entry], actor=actor)[0]

    def add_all(self, entries: Iterable[Entry], *, actor: str = "") -> list[Entry]:
        """Store new entries, all or none, in one commit and one index update.

        Raises:
            InvalidData: if a field of any breaks a rule.
            EntryExists: if an id is taken, or stands twice.
        """
        checked = [check_entry(entry) for entry in entries]
        self._apply([Change(e.id, e, "add", "absent") for e in checked], actor)
        stored = self.snapshot()
        return [stored[entry.id] for entry in checked]

    def update(self, entry: Entry, *, expect: str | None = None, actor: str = "") -> Entry:
        """Put ``entry`` in place of the one with its id; returns it as stored.

        ``expect`` is the digest of the entry as it was read: if it was changed since, nothing is
        written.

        Raises:
            InvalidData: if a field breaks a rule.
            EntryNotFound: if no entry has the id.
            EditConflict: if ``expect`` does not match.
        """
        checked = check_entry(entry)
        self._apply([Change(checked.id, checked, "update", expect or "present")], actor)
        return self[checked.id]

    def remove(self, entry_id: str, *, expect: str | None = None, actor: str = "") -> None:
        """Delete an entry; its history stays.

        Raises:
            EntryNotFound: if no entry has the id.
            EditConflict: if ``expect`` does not match.
        """
        self._apply([Change(entry_id, None, "delete", expect or "present")], actor)

    def __delitem__(self, entry_id: str) -> None:
        self.remove(entry_id)

    def save_site(self, site: Site, *, expect: str = "") -> Site:
        """Replace the site's settings; its id stays.

        ``expect`` is the digest of the settings as they were read: if they were changed since,
        nothing is written.

        Raises:
            InvalidData: if a setting breaks a rule.
            EditConflict: if ``expect`` does not match.
        """
        checked = check_site(site).replace(id=self._site_id)
        self._store.save_site(checked, expect=expect)
        return checked

    def history(self, entry_id: str) -> list[Version]:
        """Every version of an entry, oldest first; empty for an id that never was."""
        return self._store.history(self._site_id, entry_id)

    def restore(self, entry_id: str, number: int, *, actor: str = "") -> Entry:
        """Make a past version of an entry the present one, also after it was deleted.

        Raises:
            EntryNotFound: if there is no such version, or it is a deletion.
        """
        past = self.history(entry_id)
        version = next((v for v in past if v.number == number), None)
        if version is None or version.entry is None:
            raise EntryNotFound(entry_id, self._site_id, number if past else None)
        self._apply([Change(entry_id, version.entry, "restore")], actor)
        return self[entry_id]

    # Files

    def load(
        self,
        source: str | os.PathLike[str] | bytes | bytearray | IO[bytes],
        *,
        format: str | None = None,  # noqa: A002 - the contract's name
        dry_run: bool = False,
        actor: str = "",
    ) -> ImportReport:
        """Import a file: entries with new ids are added, others updated, none removed.

        What such a file can not say of an entry that is there, as a page no tags, stays as it is.

        Args:
            source: a path, the content itself as bytes, or an open binary file.
            format: a name from :data:`faqlib.FORMATS`; by default from the suffix.
            dry_run: whether to write nothing, and only report.
            actor: who imports, for the history.

        Raises:
            ImportFormatError: with every problem of the file; nothing was imported.
        """
        document = _read(source, format)
        report = self.merge_documents([document], dry_run=dry_run, actor=actor)
        return dataclasses.replace(report, set_aside=tuple(document.set_aside))

    def merge_documents(
        self, documents: Iterable[formats.Document], *, dry_run: bool = False, actor: str = ""
    ) -> ImportReport:
        """Import files that were read, as :meth:`load` does: all of them, or none.

        Where a file names no language, new entries are in that of the site.

        Raises:
            EntryExists: if two hold different entries with one id.
        """
        stored, lang = self._by_id(), self._store.site(self._site_id).lang
        entries = [entry for document in documents for entry in document.over(stored.get, lang)]
        return self._merge(list(dict.fromkeys(entries)), stored, dry_run=dry_run, actor=actor)

    def merge(
        self, entries: Iterable[Entry], *, dry_run: bool = False, actor: str = ""
    ) -> ImportReport:
        """Import entries, all or none: those with new ids are added, others updated, none removed.

        Raises:
            InvalidData: if a field of any breaks a rule.
            EntryExists: if an id stands twice.
        """
        checked = [check_entry(entry) for entry in entries]
        return self._merge(checked, self._by_id(), dry_run=dry_run, actor=actor)

    def _merge(
        self, entries: Sequence[Entry], by_id: Mapping[str, Entry], *, dry_run: bool, actor: str
    ) -> ImportReport:
        _refuse_repeated(entries)
        new = [e for e in entries if e.id not in by_id]
        changed = [e for e in entries if by_id.get(e.id, e) != e]
        same = [e.id for e in entries if by_id.get(e.id) == e]
        check_room(self._site_id, len(by_id), len(new), self._most)  # before it is embedded
        if not dry_run:
            self._apply([Change(e.id, e, "import") for e in (*new, *changed)], actor)
        return ImportReport(tuple(e.id for e in new), tuple(e.id for e in changed), tuple(same))

    def dump(self, path: str | Path, *, format: str | None = None) -> None:  # noqa: A002
        """Write all entries to a file; its suffix, or ``format``, says how.

        Raises:
            ImportFormatError: if the format is unknown or can not be written.
        """
        formats.write_file(self._stored(), path, format=format)

    def dumps(self, format: str = "json") -> str | bytes:  # noqa: A002
        """All entries in a format, as :meth:`dump` writes them."""
        return formats.write(self._stored(), format=format)

    # In step

    def embed(self) -> int:
        """Make the sentence vectors that are still missing, so that no search has to.

        Writing makes those of what it writes; this is for entries that were written without the
        model. Returns how many entries have vectors now.
        """
        return self._current().projection.embed()

    def _apply(self, changes: list[Change], actor: str) -> None:
        if changes:
            self._foresee([change.entry for change in changes if change.entry is not None])
            self._store.apply(self._site_id, changes, actor=actor, most=self._most)

    def _foresee(self, entries: Sequence[Entry]) -> None:
        """Embed what is about to be written, so that no reader has to wait for it."""
        shared = not isinstance(self._store, MemoryStore)
        if self._embedder is not None and shared:
            known = self._store.cursor(self._site_id) == self._state.cursor
            self._projector.foresee(entries, forget=known)

    def _stored(self) -> Sequence[Entry]:
        """All entries as they are now: files need no index, and need not wait for one."""
        state = self._state
        if self._store.cursor(self._site_id) == state.cursor:
            return state.entries
        return self._store.snapshot(self._site_id)[2]

    def _by_id(self) -> Mapping[str, Entry]:
        return {entry.id: entry for entry in self._stored()}

    def _current(self) -> State:
        """The present state; brought up to date first if the store has moved on."""
        state, cursor = self._state, self._store.cursor(self._site_id)
        if cursor is state.cursor or cursor == state.cursor:
            return state
        with self._lock:
            if self._store.cursor(self._site_id) != self._state.cursor:
                cursor, site, entries = self._follow()
                projection = self._projector.project(entries, site.synonyms)
                self._state = State(cursor, site, tuple(entries), projection)
            return self._state


def _refuse_repeated(entries: Iterable[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise EntryExists(entry.id)
        seen.add(entry.id)


def _ensure_site(store: Store, site: str) -> None:
    try:
        store.cursor(site)
    except SiteNotFound:
        store.save_site(load_site({"id": site}))


def _read(source: Any, format_name: str | None) -> formats.Document:
    if isinstance(source, str | os.PathLike):
        if isinstance(source, str) and "\n" in source:
            raise TypeError("load takes a path: give the content itself as bytes, text.encode().")
        return formats.read_file(source, format=format_name)
    if isinstance(source, bytearray | memoryview):
        source = bytes(source)
    if not isinstance(source, bytes) and not hasattr(source, "read"):
        raise TypeError(f"load takes a path, bytes or an open file, not {source!r:.60}.")
    return formats.read(source, format=format_name, name=str(getattr(source, "name", "")))
