"""The format of a backup: JSON lines that begin with a header and end with a hash of them all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from faqlib.errors import ImportFormatError, Problem
from faqlib.store.check import Counts
from faqlib.store.tables import SCHEMA, changes, metadata, vectors

KIND = "faqlib backup 1"
# The log of recent states is left out: no state of before a restore is in its past. So are
# vectors, which are made anew.
TABLES = {t.name: t for t in metadata.sorted_tables if t is not changes and t is not vectors}
_FITTING = ("0001", SCHEMA)  # what was made at these steps has the same rows


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What a backup holds.

    ``left_out`` names tables in the database that are not this library's; they are in no backup.
    """

    path: Path
    made_at: datetime
    sites: int
    entries: int
    versions: int
    size: int
    sha256: str
    left_out: tuple[str, ...] = ()


class Writer:
    """Writes the lines of a backup to a binary file."""

    def __init__(self, file: BinaryIO, made_at: datetime) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        columns = {name: table.c.keys() for name, table in TABLES.items()}
        self.line([KIND, {"schema": SCHEMA, "made_at": made_at.isoformat(), "columns": columns}])

    def line(self, record: Sequence[object]) -> None:
        """Write one row: its table's name and its values."""
        data = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._hash.update(data)
        self._file.write(data)

    def end(self, counts: Counts) -> None:
        """Write the last line."""
        self.line(["counts", *counts])
        digest = self._hash.hexdigest()
        self.line(["end", digest])


class Row(NamedTuple):
    """A row of a backup: its table's name and its values by column."""

    table: str
    values: dict[str, Any]


def check(path: str | os.PathLike[str]) -> BackupInfo:
    """Make sure that a backup is whole, without restoring it.

    Raises:
        ImportFormatError: if it is no backup, is damaged, or comes from a newer version.
    """
    target = Path(path)
    running = hashlib.sha256()
    header: dict[str, Any] = {}
    counts = Counts(0, 0, 0)
    last: list[Any] = []
    for number, data, record in _records(target):
        if number == 1:
            header = _header(target, record)
        elif record[0] == "counts":
            counts = Counts(*record[1:])
        elif record[0] == "end" and record[1:] != [running.hexdigest()]:
            raise broken(target, number, "what stands before it is not what was written")
        running.update(data)
        last = record
    if last[:1] != ["end"]:
        raise broken(target, None, "its end is missing")
    return BackupInfo(
        target,
        datetime.fromisoformat(header["made_at"]),
        *counts,
        target.stat().st_size,
        last[1],
    )


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a backup that was checked, in an order in which they can be inserted."""
    columns: dict[str, list[str]] = {}
    for number, _, record in _records(path):
        if number == 1:
            columns = _header(path, record)["columns"]
        elif record[0] in TABLES:
            yield Row(record[0], dict(zip(columns[record[0]], record[1:], strict=True)))


def broken(path: Path, line: int | None, what: str) -> ImportFormatError:
    """The error for a backup that is not whole."""
    message = f"the backup is damaged ({what}): use an older one."
    return ImportFormatError([Problem(message, str(path), line)])


def _records(path: Path) -> Iterator[tuple[int, bytes, list[Any]]]:
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                yield number, data, _record(path, number, data)
            if file.tell() == 0:
                raise broken(path, None, "it is empty")
    except OSError as error:
        problem = Problem(f"can not be read ({error.strerror}): check its path.", str(path))
        raise ImportFormatError([problem]) from error


def _record(path: Path, number: int, data: bytes) -> list[Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, list) and record and isinstance(record[0], str) and data[-1:] == b"\n":
        return record
    if number == 1:
        problem = Problem("is no backup: name a file that faqlib backup wrote.", str(path))
        raise ImportFormatError([problem])
    raise broken(path, number, "the line can not be read")


def _header(path: Path, record: list[Any]) -> dict[str, Any]:
    if record[0] != KIND or len(record) != 2 or not isinstance(record[1], dict):
        problem = Problem("is no backup: name a file that faqlib backup wrote.", str(path))
        raise ImportFormatError([problem])
    header: dict[str, Any] = record[1]
    if header.get("schema") not in _FITTING:
        problem = Problem(
            f"was made by another version of faqlib (tables at step {header.get('schema')}, here "
            f"{SCHEMA}): restore it with that version, then upgrade.",
            str(path),
        )
        raise ImportFormatError([problem])
    return header
