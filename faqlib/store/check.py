"""A whole database, row by row: does everything stand there that was acknowledged?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from faqlib.errors import DamagedEntry
from faqlib.store import heads, rows
from faqlib.store.codec import seal
from faqlib.store.tables import entry_versions


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
    last: dict[tuple[str, str], int] = {}
    for name in names:
        head = heads.read_head(connection, name)
        _, settings = heads.read_site_row(connection, name)
        found = rows.read_rows(connection, name)
        rows.check_total(name, head, settings, found.values())
        last |= {(name, entry_id): row.place.number for entry_id, row in found.items()}
    return Counts(len(names), len(last), _verify_versions(connection, last))


def _verify_versions(connection: Connection, last: dict[tuple[str, str], int]) -> int:
    past = entry_versions.c
    query = select(entry_versions).order_by(past.site, past.id, past.number)
    numbers: dict[tuple[str, str], int] = {}
    gone: dict[tuple[str, str], bool] = {}
    count = 0
    for row in connection.execute(query.execution_options(yield_per=1_000)):
        key = (row.site, row.id)
        number = numbers.get(key, 0) + 1
        if row.number != number or row.digest != seal("version", *row[:-1]):
            raise DamagedEntry(str(row.id), str(row.site))
        numbers[key], gone[key] = number, not row.data
        count += 1
    present = {key: number for key, number in numbers.items() if not gone[key]}
    for site, entry_id in dict(present.items() ^ last.items()):
        raise DamagedEntry(entry_id, site)
    return count
