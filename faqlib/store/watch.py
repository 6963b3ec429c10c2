"""The cheapest true answer to "did anything change?", which is asked before every search."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, Engine, exc

from faqlib.model import Cursor
from faqlib.store.engine import FileConnection, SQLiteFile

Read = Callable[[Connection, str], Cursor]


class Watch(Protocol):
    """Knows each site's present cursor."""

    def cursor(self, site: str) -> Cursor:
        """The cursor of the last committed change."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


class SQLiteWatch:
    """Remembers cursors for as long as SQLite says that nobody has committed anything.

    ``PRAGMA data_version`` of a connection changes exactly when any *other* connection commits,
    in this process or in another one. The connection kept here never writes, so every commit
    is another's. The version is asked before the cursor is read: a commit in between makes the
    remembered cursor newer than the version, and the next question reads it once more.
    """

    def __init__(self, file: SQLiteFile, read: Callable[[str], Cursor]) -> None:
        self._file = file
        self._read = read
        self._lock = threading.Lock()
        self._connection: FileConnection | None = None
        self._version = -1
        self._seen: dict[str, Cursor] = {}

    def cursor(self, site: str) -> Cursor:
        """The cursor of the last committed change: microseconds if there was none."""
        with self._lock:
            version = self._data_version()
            if version != self._version:
                self._seen.clear()
                self._version = version
            found = self._seen.get(site)
            if found is None:
                found = self._seen[site] = self._read(site)
            return found

    def close(self) -> None:
        """Let the connection go."""
        with self._lock:
            self._drop()

    def _data_version(self) -> int:
        connection = self._connection
        if connection is None or connection.identity != self._file.identity():
            self._drop()
            connection = self._connection = self._file.connect()
        try:
            version: int = connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            self._drop()
            raise
        return version

    def _drop(self) -> None:
        self._seen.clear()
        self._version = -1
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresWatch:
    """Asks the server, on one kept connection without transactions: one round trip."""

    def __init__(self, engine: Engine, read: Read) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read = read
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def cursor(self, site: str) -> Cursor:
        """The cursor of the last committed change."""
        with self._lock:
            try:
                return self._ask(site)
            except exc.DBAPIError as error:
                self._drop()
                if not error.connection_invalidated:
                    raise
            return self._ask(site)  # the server was restarted since the last question

    def close(self) -> None:
        """Let the connection go."""
        with self._lock:
            self._drop()

    def _ask(self, site: str) -> Cursor:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._read(self._connection, site)

    def _drop(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()
