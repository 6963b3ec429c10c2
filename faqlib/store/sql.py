"""A store in SQLite or PostgreSQL: one set of statements for both."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, exc

from faqlib.errors import SiteNotFound, StoreUnavailable
from faqlib.model import Cursor, Entry, Site, Version
from faqlib.store import engine as engines
from faqlib.store import heads, rows
from faqlib.store.codec import add_seals
from faqlib.store.failures import translated
from faqlib.store.follow import Follower
from faqlib.store.migrate import bring_up_to_date
from faqlib.store.plan import check_room, check_site_is, growth_of, last_of_each, now, steps_for
from faqlib.store.protocol import Change, Follow
from faqlib.store.tables import sites
from faqlib.store.vectors import read_vectors, write_vectors
from faqlib.store.watch import PostgresWatch, SQLiteWatch, Watch


class SQLStore:
    """A :class:`~faqlib.store.protocol.Store` in a SQLite file or a PostgreSQL database.

    Every commit is on the disk when the method returns. Any number of threads and processes may
    use the same database; what one writes, the others see with their next call.

    Args:
        place: a file's path, ``sqlite:///path``, or ``postgresql://user:password@host/name``.
        timeout: how many seconds a write waits for those of other programs (SQLite).
        create: whether a file that is not there is made.

    Raises:
        StoreUnavailable: if the database can not be opened; the message names the fix.
        MissingExtra: if PostgreSQL is asked for and its driver is not installed.
    """

    def __init__(
        self, place: str | os.PathLike[str], *, timeout: float = 10.0, create: bool = True
    ) -> None:
        target = engines.parse(place)
        self.place = engines.shown(target)
        self._file: engines.SQLiteFile | None = None
        if isinstance(target, Path):
            self._file = engines.SQLiteFile(target, timeout=timeout, create=create)
            self._engine = engines.sqlite_engine(self._file)
        else:
            self._engine = engines.postgres_engine(target)
        self._reader = engines.for_reading(self._engine)
        self._writer = engines.for_writing(self._engine)
        self._hasty = engines.for_writing(self._engine, lasting=False)
        self._closed = False
        self._start()
        _OPEN.add(self)
        try:
            with translated(self.place):
                engines.check_encoding(self._engine, self.place)
                bring_up_to_date(self._engine, self.place)
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self._watch = self._new_watch()
        # SQLite takes one writer at a time; threads that queue here need not poll for it.
        self._turn: AbstractContextManager[Any] = threading.Lock() if self._file else nullcontext()

    def _new_watch(self) -> Watch:
        if self._file is not None:
            return SQLiteWatch(self._file, self._read_cursor)
        return PostgresWatch(
            self._engine, lambda connection, site: heads.read_head(connection, site).cursor
        )

    def _read_cursor(self, site: str) -> Cursor:
        with self.reading() as connection:
            return heads.read_head(connection, site).cursor

    # --- reading ------------------------------------------------------------------------------

    def sites(self) -> list[Site]:
        """All sites, by id."""
        with self.reading() as connection:
            return [heads.read_site_row(connection, name)[0] for name in heads.site_ids(connection)]

    def site(self, site: str) -> Site:
        """The settings of one site."""
        with self.reading() as connection:
            heads.read_head(connection, site)
            return heads.read_site_row(connection, site)[0]

    def cursor(self, site: str) -> Cursor:
        """The site's present state: some microseconds on SQLite, a round trip on PostgreSQL."""
        self._check_open()
        try:
            return self._watch.cursor(site)
        except Exception:  # asked before every answer: what guards it costs nothing until then
            with translated(self.place):
                raise

    def snapshot(self, site: str) -> tuple[Cursor, Site, list[Entry]]:
        """Cursor, settings and all entries of one and the same state, in listing order."""
        return self.follow(site)()

    def follow(self, site: str) -> Follow:
        """Snapshots of one site, one after the other: only what changed is read again."""
        return Follower(self.reading, site).snapshot

    def get(self, site: str, entry_id: str) -> Entry | None:
        """One entry, or ``None``."""
        with self.reading() as connection:
            row = rows.read_rows(connection, site, [entry_id]).get(entry_id)
        if row is not None:
            return row.entry()
        # That it is not there is only certain if nothing is missing.
        return next((entry for entry in self.snapshot(site)[2] if entry.id == entry_id), None)

    def changed_since(self, site: str, cursor: Cursor) -> Collection[str] | None:
        """Ids that changed after ``cursor``, or ``None`` where that state is not in our past."""
        with self.reading() as connection:
            head = heads.read_head(connection, site)
            return heads.ids_since(connection, site, cursor, head.cursor)

    def history(self, site: str, entry_id: str) -> list[Version]:
        """Every version of an entry, oldest first; empty for an id that never was."""
        with self.reading() as connection:
            head = heads.read_head(connection, site)
            return rows.read_versions(connection, site, head, entry_id)

    # --- writing ------------------------------------------------------------------------------

    def save_site(self, site: Site, *, expect: str = "") -> Cursor:
        """Make the site, or replace its settings."""
        try:
            return self._save_site(site, expect)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, exc.IntegrityError):
                raise
        return self._save_site(site, expect)  # somebody else made it at the same moment

    def _save_site(self, site: Site, expect: str) -> Cursor:
        with self.writing() as connection:
            try:
                head = heads.read_head(connection, site.id, lock=True)
                before, seal = heads.read_site_row(connection, site.id)
                removed = [seal]
            except SiteNotFound:
                head, before, removed = None, None, []
            check_site_is(before, expect)
            added = [heads.write_site_row(connection, site, new=head is None)]
            head = head or heads.insert_head(connection, site.id)
            total = add_seals(head.total, added=added, removed=removed)
            return heads.move_head(connection, site.id, head._replace(total=total), ())

    def delete_site(self, site: str) -> None:
        """Remove the site with all its entries and their history."""
        with self.writing() as connection:
            heads.read_head(connection, site, lock=True)
            connection.execute(delete(sites).where(sites.c.id == site))

    def apply(
        self, site: str, changes: Sequence[Change], *, actor: str = "", most: int | None = None
    ) -> Cursor:
        """Make all changes in one transaction, or none; returns the new cursor."""
        ids = {change.entry_id for change in changes}
        with self.writing() as connection:
            head = heads.read_head(connection, site, lock=True)
            stored = rows.read_rows(connection, site, ids)
            present = {name: row.entry() for name, row in stored.items()}
            places = {name: row.place for name, row in stored.items()}
            places |= rows.read_places(connection, site, ids - stored.keys())
            at = now()
            steps = steps_for(site, changes, present, places, head.sequence, at)
            if not steps:
                return head.cursor
            if most is not None and (growth := growth_of(steps, present)) > 0:
                check_room(site, rows.count(connection, site), growth, most)
            final = last_of_each(steps)
            revision = head.cursor.revision + 1
            texts = rows.texts_of(steps)
            kept = rows.write_versions(
                connection, site, steps, texts, revision=revision, at=at, actor=actor
            )
            gone = final.keys() & stored.keys()
            added = rows.write_entries(connection, site, gone, final.values(), texts)
            removed = [stored[name].digest for name in gone]
            head = head._replace(
                sequence=max(head.sequence, *(step.place.sequence for step in steps)),
                total=add_seals(head.total, added=added, removed=removed),
                past=add_seals(head.past, added=kept),
            )
            return heads.move_head(connection, site, head, final)

    # --- vectors ------------------------------------------------------------------------------

    def vectors(self, site: str, model: str, keys: Collection[str]) -> dict[str, bytes]:
        """What was kept for a model under these keys."""
        with self.reading() as connection:
            return read_vectors(connection, site, model, keys)

    def keep_vectors(
        self,
        site: str,
        model: str,
        new: Mapping[str, bytes],
        wanted: Collection[str] | None = None,
    ) -> None:
        """Keep ``new``, and forget of that model what is not ``wanted``, if that is said."""
        # They can be made again, so nobody waits for the disk: the next edit does.
        with self.writing(self._hasty) as connection:
            heads.read_head(connection, site)
            write_vectors(connection, site, model, new, wanted)

    # --- connections --------------------------------------------------------------------------

    def close(self) -> None:
        """Release connections; the store can not be used afterwards."""
        self._closed = True
        _OPEN.discard(self)
        with translated(self.place):
            self._watch.close()
            self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"The database {self.place} was closed: open it again.")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state from beginning to end."""
        self._check_open()
        with translated(self.place), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, engine: Engine | None = None) -> Iterator[Connection]:
        """A transaction that is committed when the block ends well, and undone if not."""
        self._check_open()
        begin = (engine or self._writer).begin
        with translated(self.place), self._turn, begin() as connection:
            yield connection

    def _forked(self) -> None:
        # A connection belongs to the process that opened it: closing it here could undo the
        # parent's locks, so it is neither used nor closed.
        _ABANDONED.append((self._engine.pool, self._watch))
        self._engine.dispose(close=False)
        self._start()


_OPEN: weakref.WeakSet[SQLStore] = weakref.WeakSet()
_ABANDONED: list[object] = []


def _after_fork() -> None:
    for store in list(_OPEN):
        store._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
