"""A whole database, row by row: does everything stand there that was acknowledged?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from faqlib.errors import DamagedEntry, StoreUnavailable
from faqlib.store import heads, rows
from faqlib.store.tables import entries, entry_versions


class Counts(NamedTuple):
    """How much a database holds."""

    sites: int
    entries: int
    versions: int


def verify(connection: Connection) -> Counts:
    """Check every digest, every site's total, and that no version is missing.

    Raises:
        DamagedEntry, StoreUnavailable: at the first thing that is wrong.
    """
    names = heads.site_ids(connection)
    counted = [_verify_site(connection, name) for name in names]
    found = Counts(len(names), sum(n for n, _ in counted), sum(n for _, n in counted))
    for table, expected in ((entries, found.entries), (entry_versions, found.versions)):
        if connection.scalar(select(func.count()).select_from(table)) != expected:
            raise StoreUnavailable(
                "The database holds rows of no known site and is damaged: restore it from a backup."
            )
    return found


def _verify_site(connection: Connection, site: str) -> tuple[int, int]:
    head = heads.read_head(connection, site)
    _, settings = heads.read_site_row(connection, site)
    found = rows.read_rows(connection, site)
    rows.check_total(site, head, settings, found.values())
    last: dict[str, int] = {}
    digests = []
    for version in rows.all_versions(connection, site):
        last[version.id] = version.number
        digests.append(version.digest)
    rows.check_past(site, head, digests)
    for row in found.values():
        if last.get(row.id) != row.place.number:
            raise DamagedEntry(row.id, site)
    return len(found), len(digests)
