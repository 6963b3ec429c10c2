"""Entries and their versions, inside a transaction. What is read was checked against its digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, select

from faqlib.errors import DamagedEntry
from faqlib.model import Entry, Version
from faqlib.store.codec import NO_ROWS, add_seals, entry_text, is_text, read_entry, seal
from faqlib.store.heads import Head, damaged
from faqlib.store.plan import Place, Step
from faqlib.store.tables import entries, entry_versions

# Fewer than the number of variables that any SQLite takes in one statement.
_CHUNK = 500
# Made once, as in ``heads``.
_SITE: BindParameter[str] = bindparam("of_site")
_IDS: BindParameter[Sequence[str]] = bindparam("of_ids", expanding=True)
_ALL = select(entries).where(entries.c.site == _SITE)
_SOME = _ALL.where(entries.c.id.in_(_IDS))


Texts = Mapping[int, str]  # by the identity of a step


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


def read_rows(
    connection: Connection, site: str, ids: Collection[str] | None = None
) -> dict[str, Stored]:
    """The site's rows by id; of all entries, or of ``ids``."""
    parts = [None] if ids is None else list(chunks(ids))
    found: dict[str, Stored] = {}
    for chunk in parts:
        query = _ALL if chunk is None else _SOME
        for row in connection.execute(query, {"of_site": site, "of_ids": chunk}):
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


def check_past(site: str, head: Head, digests: Iterable[str]) -> None:
    """Make sure that these are the digests of all versions that the site ever had."""
    if add_seals(NO_ROWS, added=digests) != head.past:
        raise damaged(site, "history")


def count(connection: Connection, site: str) -> int:
    """How many entries the site has."""
    query = select(func.count()).select_from(entries).where(entries.c.site == site)
    return connection.execute(query).scalar_one()


def read_places(connection: Connection, site: str, ids: Collection[str]) -> dict[str, Place]:
    """Where entries of these ids once stood, as far as there ever were any."""
    past = entry_versions.c
    query = select(past.id, func.max(past.number), func.max(past.sequence)).group_by(past.id)
    found: dict[str, Place] = {}
    for chunk in chunks(ids):
        narrowed = query.where(past.site == site, past.id.in_(chunk))
        found |= {
            name: Place(number, place) for name, number, place in connection.execute(narrowed)
        }
    return found


def texts_of(steps: Iterable[Step]) -> Texts:
    """What is written of each step's entry, as its version and, of the last, as the entry."""
    return {id(step): "" if step.entry is None else entry_text(step.entry) for step in steps}


def write_entries(
    connection: Connection, site: str, gone: Iterable[str], final: Iterable[Step], texts: Texts
) -> list[str]:
    """Take the rows ``gone`` out and put those of ``final`` in; returns the new digests."""
    for chunk in chunks(gone):
        connection.execute(delete(entries).where(entries.c.site == site, entries.c.id.in_(chunk)))
    rows: list[dict[str, Any]] = []
    for step in final:
        if step.entry is not None and step.entry.updated_at is not None:
            at = step.entry.updated_at.isoformat()
            row = (site, step.entry_id, *_numbers(step.place), at, texts[id(step)])
            rows.append(dict(zip(entries.c.keys(), (*row, seal("entry", *row)), strict=True)))
    if rows:
        connection.execute(insert(entries), rows)
    return [row["digest"] for row in rows]


def _numbers(place: Place) -> tuple[int, int]:
    return place.number, place.sequence


def write_versions(
    connection: Connection,
    site: str,
    steps: Sequence[Step],
    texts: Texts,
    revision: int,
    at: datetime,
    actor: str,
) -> list[str]:
    """Keep what each step makes of its entry; returns the new digests."""
    rows: list[dict[str, Any]] = []
    for step in steps:
        place, data = _numbers(step.place), texts[id(step)]
        row = (site, step.entry_id, *place, revision, at.isoformat(), actor, step.action, data)
        rows.append(dict(zip(entry_versions.c.keys(), (*row, seal("version", *row)), strict=True)))
    connection.execute(insert(entry_versions), rows)
    return [row["digest"] for row in rows]


def read_versions(connection: Connection, site: str, head: Head, entry_id: str) -> list[Version]:
    """An entry's versions, oldest first; each is checked, and that none is missing."""
    present = read_rows(connection, site, [entry_id]).get(entry_id)
    if present is None:
        # Only all versions of the site together say that this entry has no more of them.
        rows = list(all_versions(connection, site))
        check_past(site, head, (row.digest for row in rows))
        rows = [row for row in rows if row.id == entry_id]
    else:
        rows = list(all_versions(connection, site, entry_id))
        if len(rows) != present.place.number:
            raise DamagedEntry(entry_id, site)
    return [_version(row) for row in rows]


def all_versions(
    connection: Connection, site: str, entry_id: str | None = None
) -> Iterator[Row[Any]]:
    """The rows of a site's versions, or of one entry's, in order; each entry's without a gap."""
    past = entry_versions.c
    query = select(entry_versions).where(past.site == site).order_by(past.id, past.number)
    if entry_id is not None:
        query = query.where(past.id == entry_id)
    name, number = None, 0
    with connection.execute(query.execution_options(yield_per=1_000)) as result:
        for row in result:
            number = number + 1 if row.id == name else 1
            name = row.id
            if row.number != number or row.digest != seal("version", *row[:-1]):
                raise DamagedEntry(str(name), site)
            yield row


def _version(row: Row[Any]) -> Version:
    entry = read_entry(row.id, row.data, row.at) if row.data else None
    return Version(row.number, entry, datetime.fromisoformat(row.at), row.actor, row.action)


def chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """``ids`` in order, in parts that fit into one statement."""
    # What no database takes as a text is no entry's id, and need not be looked for.
    known = sorted(name for name in ids if is_text(name))
    for start in range(0, len(known), _CHUNK):
        yield known[start : start + _CHUNK]
