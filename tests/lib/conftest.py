"""Fixtures of the library's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from faqlib.store import MemoryStore, Store
from faqlib.store.sql import SQLStore
from tests.lib import postgres_server

IN_ONE_PROCESS = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a PostgreSQL database; skips, and says why, where there can be none."""
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    with postgres_server.server() as address:
        yield address


@pytest.fixture
def postgres(postgres_address: str) -> str:
    """The address of a PostgreSQL database without tables."""
    engine = create_engine(postgres_address.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres_address


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=IN_ONE_PROCESS)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new database can be made, of each kind."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres")
    return str(tmp_path / "faq.db")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=IN_ONE_PROCESS)])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes an empty store of each kind; all are closed at the end."""
    opened: list[Store] = []

    def make() -> Store:
        if request.param == "memory":
            store: Store = MemoryStore()
        elif request.param == "sqlite":
            store = SQLStore(tmp_path / "faq.db")
        else:
            store = SQLStore(request.getfixturevalue("postgres"))
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    """An empty store of each kind."""
    return new_store()
