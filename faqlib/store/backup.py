"""One file that holds a whole database, proves that it is whole, and fits any database.

A backup is text: a header, one JSON line for each row with the row's own digest in it, and a last
line with the sha256 of all before. It is not a copy of SQLite's file, because a clinic needs it
on the day when something is wrong:

* writing it reads and checks every row, so a damaged database can not quietly replace good
  backups by damaged ones, and damage outside the rows is not carried along;
* it restores into SQLite and PostgreSQL alike, whatever it was made from;
* a person can read it without this library.

It is one consistent state although others write meanwhile, and it takes its name only when it is
complete and on the disk.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import Connection, delete, insert, inspect, select

from faqlib.errors import StoreError, StoreUnavailable
from faqlib.model import Cursor
from faqlib.store import archive, heads
from faqlib.store.archive import TABLES, BackupInfo, Writer, check
from faqlib.store.check import Counts, verify
from faqlib.store.engine import parse
from faqlib.store.files import set_aside_if_damaged
from faqlib.store.plan import now
from faqlib.store.sql import SQLStore
from faqlib.store.tables import VERSION_TABLE, cursors, metadata
from faqlib.whole import replacing

__all__ = ["BackupInfo", "backup", "check", "restore"]

_BATCH = 500


def backup(place: str | os.PathLike[str], path: str | os.PathLike[str]) -> BackupInfo:
    """Write the whole database at ``place`` to the file ``path``, while others may write to it.

    A file that is there already is replaced when the new one is complete, and not before.

    Raises:
        StoreUnavailable: if the database can not be read, or the file not be written.
        DamagedEntry: if the database is damaged; an older backup at ``path`` stays.
    """
    target = Path(path)
    with closing(SQLStore(place, create=False)) as store, store.reading() as connection:
        counts = verify(connection)
        try:
            with replacing(target, private=True) as file:
                _write_rows(Writer(file, now()), connection, counts)
        except OSError as error:
            raise StoreUnavailable(
                f"The file {path} can not be written ({error.strerror}): check its directory, the "
                "free space and the rights; what was there before is unchanged."
            ) from error
        there = set(inspect(connection).get_table_names())
    others = there - metadata.tables.keys() - {VERSION_TABLE}
    return replace(check(target), left_out=tuple(sorted(others)))


def _write_rows(writer: Writer, connection: Connection, counts: Counts) -> None:
    for name, table in TABLES.items():
        query = select(table).execution_options(yield_per=1_000)
        with connection.execute(query) as result:
            for row in result:
                writer.line([name, *row])
    writer.end(counts)


def restore(
    path: str | os.PathLike[str], place: str | os.PathLike[str], *, overwrite: bool = False
) -> BackupInfo:
    """Put the backup ``path`` in place of all that the database at ``place`` holds.

    The file is checked first; then everything is replaced in one transaction, which is checked
    row by row before it is committed. Programs that have the database open go on and see the
    restored state with their next question. A SQLite file that is too damaged to be written to
    is renamed (``.damaged-`` and a number are added) and a new one takes its place.

    Args:
        path: a file that :func:`backup` wrote.
        place: a file's path or a database address; a file that is not there is made.
        overwrite: whether sites that are there may be replaced.

    Raises:
        ImportFormatError: if the backup is damaged; nothing was changed.
        StoreError: if there are sites and ``overwrite`` is false; nothing was changed.
        StoreUnavailable: if the database can not be written to; nothing was changed.
    """
    info = check(path)
    target = parse(place)
    if overwrite and isinstance(target, Path):
        set_aside_if_damaged(target)
    with closing(SQLStore(place)) as store, store.writing() as connection:
        if connection.dialect.name == "postgresql":
            # Every writer begins with a row of this table, so this stops them all.
            connection.exec_driver_sql("LOCK TABLE cursors IN EXCLUSIVE MODE")
        _replace_all(connection, Path(path), overwrite=overwrite)
        if verify(connection) != (info.sites, info.entries, info.versions):
            raise archive.broken(Path(path), None, "it holds other rows than it says")
    return info


def _replace_all(connection: Connection, path: Path, *, overwrite: bool) -> None:
    known = connection.execute(select(cursors.c.site, cursors.c.revision))
    before = {site: _as_revision(revision) for site, revision in known}
    if before and not overwrite:
        raise StoreError(
            f"The database already holds {len(before)} sites: restore into a new one, or say that "
            "they may be overwritten."
        )
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))
    for name, group in groupby(archive.read_rows(path), key=lambda row: row.table):
        while batch := [row.values for row in islice(group, _BATCH)]:
            connection.execute(insert(TABLES[name]), batch)
    for site in heads.site_ids(connection):
        head = heads.read_head(connection, site)
        revision = max(head.cursor.revision, before.get(site, 0))
        # A new nonce: whoever saw this revision before saw something else.
        heads.move_head(connection, site, head._replace(cursor=Cursor(revision)), ())


def _as_revision(value: object) -> int:
    # What is replaced may be damaged; a number that no site reaches says nothing.
    return value if isinstance(value, int) and value < 1 << 53 else 0
