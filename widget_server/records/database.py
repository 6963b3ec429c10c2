"""The connection to the server's own tables, which it brings up to date when it opens."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool

from faqlib import StoreUnavailable
from widget_server.records.tables import feedback, metadata, questions, searches, tokens

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
VERSION_TABLE = "alembic_version_widget_server"
HEAD = "0001"
# Any number will do, as long as nobody else who shares the database locks the same one.
_LOCK = 7_203_118_452


class Records:
    """The server's own tables in the database at ``url``; thread-safe.

    Args:
        url: a file name or SQLAlchemy URL; empty keeps the tables in memory.

    Raises:
        StoreUnavailable: when the database cannot be opened or brought up to date.
    """

    def __init__(self, url: str = "") -> None:
        self.engine = _engine(url)
        # In memory there is one connection for all threads: one transaction at a time.
        self._turn: contextlib.AbstractContextManager[Any] = (
            threading.RLock() if _in_memory(self.engine) else contextlib.nullcontext()
        )
        try:
            with self.engine.connect() as connection:
                current = _version(connection)
            if current != HEAD:
                _migrate(self.engine)
        except SQLAlchemyError as error:
            raise StoreUnavailable(_reason(error)) from None

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block.

        Raises:
            StoreUnavailable: when the database does not answer.
        """
        try:
            with self._turn, self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreUnavailable(_reason(error)) from None

    @contextlib.contextmanager
    def begin_for(self, site_is_there: Callable[[], object]) -> Iterator[Connection]:
        """The same, for what a visitor wrote to a site that may be deleted at this moment.

        Args:
            site_is_there: asked when :meth:`forget` has to wait for this transaction, or has
                ended before it; raises where nothing is to be written.
        """
        with self.begin() as connection:
            _lock_writers(connection)
            site_is_there()
            yield connection

    def forget(self, site: str) -> None:
        """Delete all that belongs to a site that was deleted, and end its tokens.

        Whoever gets the same id later must find nothing of what visitors wrote to another.

        Raises:
            StoreUnavailable: when the database does not answer.
        """
        with self.begin() as connection:
            _lock_writers(connection)
            for table in (feedback, questions, searches, tokens):
                connection.execute(delete(table).where(table.c.site == site))

    def check(self) -> None:
        """Ask the database for one row.

        Raises:
            StoreUnavailable: when it does not answer.
        """
        with self.begin() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Release the connections."""
        self.engine.dispose()


def _reason(error: SQLAlchemyError) -> str:
    # The statement's parameters can hold what a visitor wrote: the driver's own words do not.
    cause = getattr(error, "orig", None) or type(error).__name__
    return f"The server's tables cannot be reached: {cause}. Check FAQ_DATABASE."


def _engine(url: str) -> Engine:
    if url in ("", ":memory:", "sqlite://", "sqlite:///:memory:"):
        return create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    parsed = make_url(url if "://" in url else URL.create("sqlite", database=url))
    if parsed.get_backend_name() == "sqlite":
        # A new connection each time: the file may have been replaced by one from a backup.
        engine = create_engine(parsed, poolclass=NullPool)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def _in_memory(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 10000")  # as long as the store waits
    # SQLite waits for nobody here. Who finds others at it leaves it to them, or to the next one.
    with contextlib.suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
    # As the store does it: a copy of the file alone has everything.
    cursor.execute("PRAGMA wal_autocheckpoint = 1")
    cursor.close()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = "SELECT version_num FROM " + VERSION_TABLE  # noqa: S608 - a name of ours
    found: str | None = connection.scalar(text(query))
    return found


def _migrate(engine: Engine) -> None:
    if _in_memory(engine):
        metadata.create_all(engine)
        return
    # Alembic takes longer to import than a worker takes to start, and is rarely needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection, _alone(connection):
        if _version(connection) != HEAD:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        connection.commit()


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let one of several workers that start at once do the migration, and the others wait."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    else:
        connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    yield


def _lock_writers(connection: Connection) -> None:
    """Let nobody else who calls this go on before the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK + 1})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
