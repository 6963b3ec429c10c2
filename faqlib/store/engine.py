"""Connections: how each database is opened, so that a commit that returned is on the disk."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import QueuePool

from faqlib.errors import MissingExtra, StoreUnavailable
from faqlib.store.failures import translated

# cell_size_check finds damaged pages before their content is believed.
# wal_autocheckpoint=1 moves each commit into the file itself at once: one more fsync for an edit,
# and a copy of the file alone, as people make it, has everything.
_PRAGMAS = (
    "synchronous=FULL",
    "wal_autocheckpoint=1",
    "foreign_keys=ON",
    "cell_size_check=ON",
    "trusted_schema=OFF",
)
_WRITES = "faqlib_writes"
_LASTING = "faqlib_lasting"


def parse(place: str | os.PathLike[str]) -> Path | URL:
    """A SQLite file's path, or a PostgreSQL address.

    Raises:
        StoreUnavailable: if it is an address of any other kind.
    """
    text = os.fspath(place)
    if "://" not in text:
        return Path(text)
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        raise StoreUnavailable(
            "This is no database address: write a file's path, or "
            "postgresql://user:password@host/name."
        ) from None
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database:
        return Path(url.database)
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    raise StoreUnavailable(
        f"Databases of the kind {url.drivername!r} are not supported: use a file's path or "
        "postgresql://."
    )


def shown(place: Path | URL) -> str:
    """``place`` for messages: without its password."""
    return str(place) if isinstance(place, Path) else place.render_as_string(hide_password=True)


class FileConnection(sqlite3.Connection):
    """A connection that knows which file it is to."""

    identity: tuple[int, int] | None = None
    _lasting = True

    def lasting(self, lasting: bool) -> None:
        """Whether its commits wait for the disk; what does not is on it with the next that does."""
        if lasting != self._lasting:
            self.execute(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
            self.execute(f"PRAGMA wal_autocheckpoint={int(lasting)}")
            self._lasting = lasting


class SQLiteFile:
    """One SQLite file: opens connections to it and tells whether it was replaced."""

    def __init__(self, path: Path, *, timeout: float, create: bool) -> None:
        self.path = path.absolute()
        self.timeout = timeout
        self._mode = "rw"
        if not self.path.exists():
            if not create:
                raise StoreUnavailable(f"There is no database {path}: check its path.")
            with translated(str(path)):
                self.path.touch()
        self._use_wal()

    def connect(self) -> FileConnection:
        """A connection that leaves transactions to us and may be used by any thread."""
        identity = self.identity()  # before it is opened: better too old than too new
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?{self._mode}",
            uri=True,
            timeout=self.timeout,
            isolation_level=None,
            check_same_thread=False,
            factory=FileConnection,
        )
        connection.identity = identity
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def identity(self) -> tuple[int, int] | None:
        """Which file stands at the path; ``None`` for none."""
        try:
            status = os.stat(self.path)  # noqa: PTH116  (half the time of Path.stat; on every read)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _use_wal(self) -> None:
        self._mode = "mode=rw"
        if _on_read_only_disk(self.path) and not _has_wal(self.path):
            # Nobody can change it, and WAL's index can not be made beside it.
            self._mode = "mode=ro&immutable=1"
            return
        with translated(str(self.path)):
            deadline = time.monotonic() + self.timeout
            while not self._switched_to_wal(deadline):
                time.sleep(0.01)

    def _switched_to_wal(self, deadline: float) -> bool:
        # SQLite does not wait for others here, as it does everywhere else.
        with closing(self.connect()) as connection:
            try:
                if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() > deadline:
                    raise
                return False
            return True


def _on_read_only_disk(path: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def sqlite_engine(file: SQLiteFile) -> Engine:
    """An engine whose transactions begin when we say so, on the file that is there now."""
    engine = create_engine(
        "sqlite://", creator=file.connect, poolclass=QueuePool, pool_size=4, max_overflow=12
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The lock is taken at once: a transaction that reads first and writes later can find
        # that somebody else wrote in between, and waiting does not help it.
        options = connection.get_execution_options()
        if options.get(_WRITES):
            connection.connection.dbapi_connection.lasting(options[_LASTING])  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    @event.listens_for(engine, "checkout")
    def compare(connection: FileConnection, *_: Any) -> None:
        if connection.identity != file.identity():
            raise exc.DisconnectionError("the file was replaced")

    return engine


def postgres_engine(url: URL) -> Engine:
    """An engine on a PostgreSQL server.

    Raises:
        MissingExtra: if psycopg is not installed.
    """
    options = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    try:
        return create_engine(url, pool_pre_ping=True, connect_args=options)
    except ImportError:
        raise MissingExtra("postgres", "A PostgreSQL database") from None


def check_encoding(engine: Engine, place: str) -> None:
    """Make sure that the server keeps every character.

    Raises:
        StoreUnavailable: if it does not.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise StoreUnavailable(
                f"The database {place} keeps texts as {encoding}, which lacks characters: make "
                "it anew with createdb --encoding=UTF8 --template=template0."
            )


def for_reading(engine: Engine) -> Engine:
    """The same engine for transactions that see one state from beginning to end."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def for_writing(engine: Engine, *, lasting: bool = True) -> Engine:
    """The same engine for transactions that write.

    With ``lasting=False`` SQLite does not wait for the disk: after a power cut what was written
    may not be there.
    """
    return engine.execution_options(**{_WRITES: True, _LASTING: lasting})
