"""A site's own rows: its settings, its cursor, and the log of its recent states."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from faqlib.errors import SiteNotFound, StoreUnavailable
from faqlib.model import Cursor, Site
from faqlib.store.codec import NO_ROWS, is_text, read_site, seal, site_text
from faqlib.store.plan import LISTED, REMEMBERED
from faqlib.store.tables import changes, cursors, sites

# Made once: making a statement takes as long as SQLite takes to answer it.
_SITE: BindParameter[str] = bindparam("of_site")
_REVISION: BindParameter[int] = bindparam("of_revision")
_READ_HEAD = select(cursors).where(cursors.c.site == _SITE)
_LOCK_HEAD = _READ_HEAD.with_for_update()
_MOVE_HEAD = update(cursors).where(cursors.c.site == _SITE)
_READ_SITE = select(sites).where(sites.c.id == _SITE)
_READ_LOG = (
    select(changes)
    .where(changes.c.site == _SITE, changes.c.revision >= _REVISION)
    .order_by(changes.c.revision)
)
_FORGET = delete(changes).where(changes.c.site == _SITE, changes.c.revision <= _REVISION)


class Head(NamedTuple):
    """A site's row in ``cursors``."""

    cursor: Cursor
    sequence: int
    total: str
    past: str


def damaged(site: str, what: str) -> StoreUnavailable:
    """The error for a site whose rows do not add up."""
    return StoreUnavailable(
        f"The database's {what} of site {site!r} is damaged: restore it from a backup."
    )


def read_head(connection: Connection, site: str, *, lock: bool = False) -> Head:
    """The site's head; with ``lock`` no other writer of the site passes until the commit."""
    if not is_text(site):
        raise SiteNotFound(site)
    query = _LOCK_HEAD if lock else _READ_HEAD
    row = connection.execute(query, {"of_site": site}).first()
    if row is None:
        if not connection.execute(select(sites.c.id).where(sites.c.id == site)).first():
            raise SiteNotFound(site)
        # PostgreSQL may have let somebody make the site between the two questions.
        row = connection.execute(query, {"of_site": site}).first()
        if row is None:
            raise damaged(site, "cursor")
    if row.digest != _head_seal(*row[:6]):
        raise damaged(site, "cursor")
    return Head(Cursor(row.revision, row.nonce), row.sequence, row.total, row.past)


def insert_head(connection: Connection, site: str) -> Head:
    """The head of a site that is made in this transaction."""
    head = Head(Cursor(), 0, NO_ROWS, NO_ROWS)
    connection.execute(insert(cursors), _head_row(site, head))
    return head


def move_head(connection: Connection, site: str, head: Head, ids: Collection[str]) -> Cursor:
    """Write down the new state: the last thing that a transaction does.

    Args:
        connection: in a transaction that writes.
        site: the site's id.
        head: the head as it was read, with the new sequence and totals.
        ids: the entries that changed.
    """
    cursor = Cursor(head.cursor.revision + 1, os.urandom(8).hex())
    listed = json.dumps(sorted(ids)) if len(ids) <= LISTED else ""
    row = (site, cursor.revision, cursor.nonce, listed)
    connection.execute(
        insert(changes), dict(zip(changes.c.keys(), (*row, seal("change", *row)), strict=True))
    )
    last = cursor.revision - REMEMBERED
    connection.execute(_FORGET, {"of_site": site, "of_revision": last})
    new = _head_row(site, head._replace(cursor=cursor))
    connection.execute(_MOVE_HEAD, {"of_site": site, **new})
    return cursor


def _head_row(site: str, head: Head) -> dict[str, Any]:
    row = (site, head.cursor.revision, head.cursor.nonce, head.sequence, head.total, head.past)
    return dict(zip(cursors.c.keys(), (*row, _head_seal(*row)), strict=True))


def _head_seal(*row: object) -> str:
    return seal("cursor", *row)


def ids_since(connection: Connection, site: str, seen: Cursor, present: Cursor) -> set[str] | None:
    """Ids that changed between two states, or ``None`` where the log does not say."""
    if not 0 <= present.revision - seen.revision < REMEMBERED:
        return None
    rows = connection.execute(_READ_LOG, {"of_site": site, "of_revision": seen.revision}).all()
    states = [Cursor(row.revision, row.nonce) for row in rows]
    if len(states) != present.revision - seen.revision + 1:
        return None
    if states[0] != seen or states[-1] != present:
        return None
    if any(row.digest != seal("change", *row[:4]) for row in rows):
        return None
    if not all(row.ids for row in rows[1:]):
        return None
    return {name for row in rows[1:] for name in json.loads(row.ids)}


def site_ids(connection: Connection) -> list[str]:
    """All sites' ids, in order; a site that lost one of its two rows is not passed over."""
    named = set(connection.scalars(select(sites.c.id)))
    for site in named ^ set(connection.scalars(select(cursors.c.site))):
        raise damaged(site, "record")
    return sorted(named)


def read_site_row(connection: Connection, site: str) -> tuple[Site, str]:
    """A site's settings and their digest."""
    row = connection.execute(_READ_SITE, {"of_site": site}).first()
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
