"""Reading and writing rows inside a transaction. What is read was checked against its digest."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from faqlib.errors import DamagedEntry, SiteNotFound, StoreUnavailable
from faqlib.model import Cursor, Entry, Site, Version
from faqlib.store.codec import (
    NO_ROWS,
    add_seals,
    entry_text,
    read_entry,
    read_site,
    seal,
    site_text,
)
from faqlib.store.plan import LISTED, REMEMBERED, Place, Step
from faqlib.store.tables import changes, cursors, entries, entry_versions, sites

# Fewer than the number of variables that any SQLite takes in one statement.
_CHUNK = 500


class Head(NamedTuple):
    """A site's row in ``cursors``."""

    cursor: Cursor
    sequence: int
    total: str


class Stored(NamedTuple):
    """A row of ``entries`` that matches its digest, not yet made into an entry."""

    id: str
    place: Place
    updated_at: str
    data: str
    digest: str

    def entry(self) -> Entry:
        """The entry that the row holds."""
        return read_entry(self.id, self.data, self.updated_at)


def damaged(site: str, what: str) -> StoreUnavailable:
    """The error for a site whose rows do not add up."""
    return StoreUnavailable(
        f"The database's {what} of site {site!r} is damaged: restore it from a backup."
    )


# --- the cursor -------------------------------------------------------------------------------


def read_head(connection: Connection, site: str, *, lock: bool = False) -> Head:
    """The site's head; with ``lock`` no other writer of the site passes until the commit."""
    query = select(cursors).where(cursors.c.site == site)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        if connection.execute(select(sites.c.id).where(sites.c.id == site)).first():
            raise damaged(site, "cursor")
        raise SiteNotFound(site)
    if row.digest != _head_seal(*row[:5]):
        raise damaged(site, "cursor")
    return Head(Cursor(row.revision, row.nonce), row.sequence, row.total)


def insert_head(connection: Connection, site: str) -> Head:
    """The head of a site that is made in this transaction."""
    head = Head(Cursor(), 0, NO_ROWS)
    connection.execute(insert(cursors), _head_row(site, head))
    return head


def move_head(connection: Connection, site: str, head: Head, ids: Collection[str]) -> Cursor:
    """Write down the new state: the last thing that a transaction does.

    Args:
        connection: in a transaction that writes.
        site: the site's id.
        head: the head as it was read, with the new sequence and total.
        ids: the entries that changed.
    """
    cursor = Cursor(head.cursor.revision + 1, os.urandom(8).hex())
    listed = json.dumps(sorted(ids)) if len(ids) <= LISTED else ""
    row = (site, cursor.revision, cursor.nonce, listed)
    connection.execute(
        insert(changes), dict(zip(changes.c.keys(), (*row, seal("change", *row)), strict=True))
    )
    forgotten = changes.c.revision <= cursor.revision - REMEMBERED
    connection.execute(delete(changes).where(changes.c.site == site, forgotten))
    new = _head_row(site, head._replace(cursor=cursor))
    connection.execute(update(cursors).where(cursors.c.site == site), new)
    return cursor


def _head_row(site: str, head: Head) -> dict[str, Any]:
    row = (site, head.cursor.revision, head.cursor.nonce, head.sequence, head.total)
    return dict(zip(cursors.c.keys(), (*row, _head_seal(*row)), strict=True))


def _head_seal(*row: object) -> str:
    return seal("cursor", *row)


def ids_since(connection: Connection, site: str, seen: Cursor, present: Cursor) -> set[str] | None:
    """Ids that changed between two states, or ``None`` where the log does not say."""
    query = (
        select(changes)
        .where(changes.c.site == site, changes.c.revision >= seen.revision)
        .order_by(changes.c.revision)
    )
    rows = connection.execute(query).all()
    states = [Cursor(row.revision, row.nonce) for row in rows]
    whole = [row.revision for row in rows] == list(range(seen.revision, present.revision + 1))
    if not whole or states[0] != seen or states[-1] != present:
        return None
    ids: set[str] = set()
    for row in rows:
        if row.digest != seal("change", *row[:4]):
            return None
        if row.revision > seen.revision:
            if not row.ids:
                return None
            ids.update(json.loads(row.ids))
    return ids


# --- sites ------------------------------------------------------------------------------------


def site_ids(connection: Connection) -> list[str]:
    """All sites' ids, in order; a site that lost one of its two rows is not passed over."""
    named = set(connection.scalars(select(sites.c.id)))
    for site in named ^ set(connection.scalars(select(cursors.c.site))):
        raise damaged(site, "record")
    return sorted(named)


def read_site_row(connection: Connection, site: str) -> tuple[Site, str]:
    """A site's settings and their digest."""
    row = connection.execute(select(sites).where(sites.c.id == site)).first()
    if row is None or row.digest != seal("site", row.id, row.data):
        raise damaged(site, "settings")
    return read_site(row.id, row.data), row.digest


def write_site_row(connection: Connection, site: Site, *, new: bool) -> str:
    """Write a site's settings; returns their digest."""
    data = site_text(site)
    row = {"id": site.id, "data": data, "digest": seal("site", site.id, data)}
    statement = insert(sites) if new else update(sites).where(sites.c.id == site.id)
    connection.execute(statement, row)
    return row["digest"]


# --- entries ----------------------------------------------------------------------------------


def read_rows(
    connection: Connection, site: str, ids: Collection[str] | None = None
) -> dict[str, Stored]:
    """The site's rows by id; of all entries, or of ``ids``."""
    query = select(entries).where(entries.c.site == site)
    chunks = [None] if ids is None else list(_chunks(sorted(ids)))
    found: dict[str, Stored] = {}
    for chunk in chunks:
        narrowed = query if chunk is None else query.where(entries.c.id.in_(chunk))
        for row in connection.execute(narrowed):
            found[row[1]] = _checked(site, row)
    return found


def _checked(site: str, row: Any) -> Stored:
    where, name, number, sequence, updated_at, data, digest = row
    if where != site or digest != seal("entry", where, name, number, sequence, updated_at, data):
        raise DamagedEntry(str(name), site)
    return Stored(name, Place(number, sequence), updated_at, data, digest)


def check_total(site: str, head: Head, settings: str, rows: Iterable[Stored]) -> None:
    """Make sure that settings and entries are together what the last change left behind."""
    digests = [settings, *(row.digest for row in rows)]
    if add_seals(NO_ROWS, added=digests) != head.total:
        raise damaged(site, "list of entries")


def read_places(connection: Connection, site: str, ids: Collection[str]) -> dict[str, Place]:
    """Where entries of these ids once stood, as far as there ever were any."""
    past = entry_versions.c
    query = select(past.id, func.max(past.number), func.max(past.sequence)).group_by(past.id)
    found: dict[str, Place] = {}
    for chunk in _chunks(sorted(ids)):
        narrowed = query.where(past.site == site, past.id.in_(chunk))
        found |= {
            name: Place(number, place) for name, number, place in connection.execute(narrowed)
        }
    return found


def write_entries(
    connection: Connection, site: str, gone: Iterable[str], final: Iterable[Step]
) -> list[str]:
    """Take the rows ``gone`` out and put those of ``final`` in; returns the new digests."""
    if old := [{"name": name} for name in gone]:
        connection.execute(_DELETE_ENTRY.where(entries.c.site == site), old)
    rows: list[dict[str, Any]] = []
    for step in final:
        if step.entry is not None and step.entry.updated_at is not None:
            at = step.entry.updated_at.isoformat()
            row = (site, step.entry_id, *_numbers(step.place), at, entry_text(step.entry))
            rows.append(dict(zip(entries.c.keys(), (*row, seal("entry", *row)), strict=True)))
    if rows:
        connection.execute(insert(entries), rows)
    return [row["digest"] for row in rows]


_DELETE_ENTRY = delete(entries).where(entries.c.id == bindparam("name"))


def _numbers(place: Place) -> tuple[int, int]:
    return place.number, place.sequence


# --- versions ---------------------------------------------------------------------------------


def write_versions(
    connection: Connection,
    site: str,
    steps: Sequence[Step],
    revision: int,
    at: datetime,
    actor: str,
) -> None:
    """Keep what each step makes of its entry."""
    rows = []
    for step in steps:
        data = "" if step.entry is None else entry_text(step.entry)
        place = _numbers(step.place)
        row = (site, step.entry_id, *place, revision, at.isoformat(), actor, step.action, data)
        rows.append(dict(zip(entry_versions.c.keys(), (*row, seal("version", *row)), strict=True)))
    connection.execute(insert(entry_versions), rows)


def read_versions(connection: Connection, site: str, entry_id: str) -> Iterator[Version]:
    """An entry's versions, oldest first; each is checked, and that none is missing."""
    past = entry_versions.c
    query = select(entry_versions).where(past.site == site, past.id == entry_id)
    rows = connection.execute(query.order_by(past.number)).all()
    present = read_rows(connection, site, [entry_id]).get(entry_id)
    if present is not None and present.place.number != len(rows):
        raise DamagedEntry(entry_id, site)
    for number, row in enumerate(rows, start=1):
        if row.number != number or row.digest != seal("version", *row[:-1]):
            raise DamagedEntry(entry_id, site)
        yield _version(row)


def _version(row: Any) -> Version:
    entry = read_entry(row.id, row.data, row.at) if row.data else None
    return Version(row.number, entry, datetime.fromisoformat(row.at), row.actor, row.action)


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
