"""A database's file that is too damaged to be written to makes room for a new one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from faqlib.whole import sync_directory

_WORN = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


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
    sync_directory(path.parent)
    return aside


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as file:
            return bool(file.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    except sqlite3.Error as error:
        # A file that is locked or not ours to open is no reason to move it.
        return not (getattr(error, "sqlite_errorname", None) or "").startswith(_WORN)
