"""Every error of a database driver becomes one sentence that names the fix."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from faqlib.errors import StoreUnavailable

_DAMAGED = "is damaged: restore it from a backup."
_LOCKED = "is being written to by another program for too long: try again."
_FULL = "has no room: free some disk space; nothing was changed."
_READ_ONLY = "can not be written to: let this program write to the file and its directory."

# By SQLite's name for the error, the longest fitting beginning first.
_SQLITE = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_NOTADB": "is no database: name another file, or restore it from a backup.",
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_IOERR": "could not be read or written (input/output error): check the disk, "
    "its free space and limits; nothing was changed.",
    "SQLITE_CANTOPEN": "can not be opened: check that the file is there, and that this program "
    "may read and write it and its directory.",
    "SQLITE_NOMEM": "needs more memory than there is: nothing was changed.",
    "SQLITE_CONSTRAINT": _DAMAGED,
    # A table or column that is not there: its name in the file was damaged.
    "SQLITE_ERROR": _DAMAGED,
    "SQLITE_TOOBIG": "does not take a text of this size: shorten it.",
}

# By the SQL standard's code, the longest fitting beginning first.
_POSTGRES = {
    "08": "does not answer: check that the server runs and its address is right.",
    "25006": _READ_ONLY,
    "28": "refuses the user or password: check both.",
    "3D": "is not there: create it with createdb.",
    "40": _LOCKED,
    "42501": "does not allow this user to do that: grant it the rights.",
    "53100": _FULL,
    "53": "has no room for another connection or more memory: try again later.",
    "55": _LOCKED,
    "57": "was stopped by its administrator: try again later.",
    "58": "could not read or write its files: check the server's disk.",
    "XX": _DAMAGED,
    "23": _DAMAGED,
    "42": _DAMAGED,
}


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn what a driver raises inside into :class:`StoreUnavailable`, naming ``place``."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise StoreUnavailable(f"The database {place} {explain(error)}") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"The database {place} can not be used ({reason}): check its path and its rights."
        raise StoreUnavailable(message) from error


def explain(error: Exception) -> str:
    """What is wrong and what to do: the end of a sentence that begins with the database."""
    if isinstance(error, exc.TimeoutError):
        return "has too many requests waiting for it: try again later."
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "") or ""
        return _longest(_SQLITE, name) or f"failed ({cause}); nothing was changed."
    state = getattr(cause, "sqlstate", None) or ""
    if found := _longest(_POSTGRES, state):
        return found
    return _unanswered(str(cause))


def _unanswered(text: str) -> str:
    # libpq reports what goes wrong before there is a session as text alone.
    if "does not exist" in text and "database" in text:
        return _POSTGRES["3D"]
    if "authentication failed" in text or "no password" in text or "role" in text:
        return _POSTGRES["28"]
    if "resolve host" in text or "Name or service" in text or "name resolution" in text:
        return "can not be found: there is no host of that name; check the address."
    return _POSTGRES["08"]


def _longest(table: dict[str, str], code: str) -> str | None:
    fitting = [start for start in table if code.startswith(start)]
    return table[max(fitting, key=len)] if fitting else None
