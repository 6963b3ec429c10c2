"""A database is brought up to date when it is opened; one from the future is left alone."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, Engine, Text, column, func, inspect, select, table

from faqlib.errors import StoreUnavailable
from faqlib.store.engine import for_writing
from faqlib.store.tables import SCHEMA, VERSION_TABLE

_STEPS = Path(__file__).parent / "migrations"
# Any number, as long as it is always the same: PostgreSQL's name for our lock.
_LOCK = 4_636_187_024
# Alembic keeps the migration that runs in module-wide variables.
_ALEMBIC = threading.Lock()


def schema_of(connection: Connection) -> str | None:
    """The last migration that was run on the database; ``None`` for a new one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = select(column("version_num", Text)).select_from(table(VERSION_TABLE))
    found: str | None = connection.scalar(query)
    return found


def bring_up_to_date(engine: Engine, place: str) -> None:
    """Make the tables, or change them into what this version needs, in one transaction.

    Any number of programs may do so at once: one does the work, the others wait for it.

    Raises:
        StoreUnavailable: if a newer version made the database, or it is damaged.
    """
    with engine.connect() as connection:
        found = schema_of(connection)
    if found == SCHEMA:
        return
    _refuse_newer(found, place)
    with for_writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        elif found is None:
            _refuse_damaged(connection, place)
        if schema_of(connection) != SCHEMA:
            _run(connection)


def _refuse_newer(found: str | None, place: str) -> None:
    known = {path.name.split("_")[0] for path in (_STEPS / "versions").glob("[0-9]*.py")}
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"The database {place} was made by a newer faqlib (its tables are at step {found}, "
            f"this version knows {SCHEMA}): upgrade this installation."
        )


def _refuse_damaged(connection: Connection, place: str) -> None:
    # A database that lost its list of tables looks new; its pages are still there.
    if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
        raise StoreUnavailable(
            f"The database {place} lost its tables and is damaged: restore it from a backup."
        )


def _run(connection: Connection) -> None:
    # Imported here: an up-to-date database is opened without Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")
