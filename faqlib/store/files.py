"""Files that are whole or not there: written beside their name, then moved to it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from faqlib.errors import StoreUnavailable

_WORN = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the name ``path`` when the block ends well; else nothing changes.

    Only its owner may read it. The content is on the disk before the name is.

    Raises:
        StoreUnavailable: if the file can not be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)


def set_aside_if_damaged(path: Path) -> Path | None:
    """Rename a SQLite file that can not be written to safely, with all that belongs to it.

    Returns:
        its new path, or ``None`` if it is sound or not there.
    """
    if not path.exists() or _is_sound(path):
        return None
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    # The file goes first: a log without its file is not made anew by programs that have it open.
    path.rename(aside)
    for suffix in ("-wal", "-shm", "-journal"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    _sync_directory(path.parent)
    return aside


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as file:
            return bool(file.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    except sqlite3.Error as error:
        # A file that is locked or not ours to open is no reason to move it.
        return not (getattr(error, "sqlite_errorname", None) or "").startswith(_WORN)


def _sync_directory(path: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unwritable(path: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"The file {path} can not be written ({error.strerror}): check its directory, the free "
        "space and the rights; what was there before is unchanged."
    )
