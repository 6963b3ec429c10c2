"""Following one site: only the rows that changed since the last time are read and made entries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from sqlalchemy import Connection

from faqlib.model import Cursor, Entry, Site
from faqlib.store import heads, rows
from faqlib.store.codec import NO_ROWS, add_seals
from faqlib.store.heads import Head


class _Kept(NamedTuple):
    """An entry as it was read, with what tells its place and that it was whole."""

    entry: Entry
    sequence: int
    digest: str


class _Seen(NamedTuple):
    """A site's state as it was read, and what the digests of its rows add up to."""

    cursor: Cursor
    kept: dict[str, _Kept]
    total: str


class Follower:
    """Reads the states of one site one after the other. One thread at a time.

    What is read is held to the same sum of digests as a whole snapshot: rows that are remembered
    count as they were read. Where it does not come out, or the database was put back in time,
    everything is read anew, and what is damaged is refused as ever.

    Args:
        reading: makes a transaction that sees one state.
        site: the site's id.
    """

    def __init__(
        self, reading: Callable[[], AbstractContextManager[Connection]], site: str
    ) -> None:
        self._reading = reading
        self._site = site
        self._seen = _Seen(Cursor(-1), {}, NO_ROWS)

    def snapshot(self) -> tuple[Cursor, Site, list[Entry]]:
        """Cursor, settings and all entries of the present state, in listing order."""
        site = self._site
        with self._reading() as connection:
            head = heads.read_head(connection, site)
            settings, digest = heads.read_site_row(connection, site)
            changed = heads.ids_since(connection, site, self._seen.cursor, head.cursor)
            seen = None
            if changed is not None:
                found = rows.read_rows(connection, site, changed)
                seen = self._moved_on(head, digest, changed, found)
            if seen is None:
                found = rows.read_rows(connection, site)
        if seen is None:
            rows.check_total(site, head, digest, found.values())
            seen = _seen(head, digest, {name: _kept(row) for name, row in found.items()})
        self._seen = seen
        listed = sorted(seen.kept.values(), key=lambda kept: (kept.entry.position, kept.sequence))
        return head.cursor, settings, [kept.entry for kept in listed]

    def _moved_on(
        self, head: Head, settings: str, changed: set[str], found: dict[str, rows.Stored]
    ) -> _Seen | None:
        """What was seen before with the changed rows in place, if that is the present state."""
        before = self._seen
        old = [before.kept[name].digest for name in changed if name in before.kept]
        new = [row.digest for row in found.values()]
        total = add_seals(before.total, added=new, removed=old)
        if add_seals(total, added=[settings]) != head.total:
            return None
        kept = {name: one for name, one in before.kept.items() if name not in changed}
        kept |= {name: _kept(row) for name, row in found.items()}
        return _Seen(head.cursor, kept, total)


def _kept(row: rows.Stored) -> _Kept:
    return _Kept(row.entry(), row.place.sequence, row.digest)


def _seen(head: Head, settings: str, kept: dict[str, _Kept]) -> _Seen:
    return _Seen(head.cursor, kept, add_seals(head.total, removed=[settings]))
