"""The database store: opening and migrating, other threads and processes, and clear errors."""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from faqlib.errors import DamagedEntry, MissingExtra, SiteNotFound, StoreUnavailable
from faqlib.model import Entry, Site
from faqlib.store import Change, MemoryStore, Store, migrate, open_store
from faqlib.store import engine as engines
from faqlib.store.sql import SQLStore
from faqlib.store.tables import SCHEMA, VERSION_TABLE, metadata
from tests.lib import postgres_server
from tests.patience import PATIENCE

SPAWN = multiprocessing.get_context("spawn")


def entry(name: str, answer: str = "") -> Entry:
    return Entry(f"What is {name}?", answer, id=name)


def put(store: Store, name: str, answer: str = "", site: str = "s") -> None:
    store.apply(site, [Change(name, entry(name, answer))])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(SQLStore(tmp_path / "faq.db")) as store:
        store.save_site(Site("s"))
        put(store, "a", "first")
    return tmp_path / "faq.db"


# --- opening ----------------------------------------------------------------------------------


def test_memory_and_its_addresses_load_no_sqlalchemy() -> None:
    program = (
        "import sys; from faqlib.store import open_store, MemoryStore\n"
        "assert isinstance(open_store(':memory:'), MemoryStore)\n"
        "assert isinstance(open_store('sqlite://'), MemoryStore)\n"
        "loaded = {'sqlalchemy', 'alembic', 'psycopg', 'sqlite3'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_up_to_date_database_is_opened_without_alembic(path: Path) -> None:
    program = (
        "import sys; from faqlib.store import open_store\n"
        "store = open_store(sys.argv[1]); assert store.get('s', 'a').answer == 'first'\n"
        "assert 'alembic' not in sys.modules and 'psycopg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)


@pytest.mark.parametrize("name", ["faq.db", "with space.db", "a%20b?c#d&e=f.db", "é停.db"])
def test_any_file_name_can_be_opened_by_path_and_most_by_address(tmp_path: Path, name: str) -> None:
    with closing(open_store(tmp_path / name)) as store:
        store.save_site(Site("s"))
    assert (tmp_path / name).stat().st_size > 0
    with closing(open_store(str(tmp_path / name), create=False)) as store:
        assert store.site("s") == Site("s")
    if "?" not in name and "%" not in name:
        with closing(open_store(f"sqlite:///{tmp_path / name}", create=False)) as store:
            assert store.site("s") == Site("s")


def test_a_relative_path_stays_the_same_file_when_the_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(open_store("faq.db")) as store:
        store.save_site(Site("s"))
        monkeypatch.chdir("/")
        put(store, "a")
        assert store.cursor("s").revision == 2


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("mysql://host/name", "the kind 'mysql' are not supported"),
        ("postgresql+asyncpg://host/name", "not supported"),
        ("postgresql://host:port/name", "no database address"),
        ("://", "no database address"),
        ("/nowhere/at/all/faq.db", "no such file or directory.: check its path"),
        ("/", "can not be opened"),
    ],
)
def test_a_place_that_can_be_no_database_is_refused_in_one_sentence(
    place: str, message: str
) -> None:
    with pytest.raises(StoreUnavailable, match=message) as caught:
        open_store(place)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_only_made_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="There is no database"):
        open_store(tmp_path / "typo.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Dr. Hall,\n" * 500)
    with pytest.raises(StoreUnavailable, match="is no database: name another file"):
        open_store(file)
    assert file.read_text() == "Dear Dr. Hall,\n" * 500


def test_postgres_without_its_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"faqlib\[postgres\]"):
        open_store("postgresql://localhost/faq")


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    with pytest.raises(StoreUnavailable) as caught:
        open_store("postgresql://ann:secret@127.0.0.1:1/faq")
    assert "secret" not in str(caught.value)
    assert "does not answer" in str(caught.value)


def test_a_closed_store_says_so(path: Path) -> None:
    store = SQLStore(path)
    store.close()
    for call in (lambda: store.cursor("s"), lambda: store.snapshot("s"), lambda: put(store, "b")):
        with pytest.raises(StoreUnavailable, match="was closed: open it again"):
            call()


# --- migrations -------------------------------------------------------------------------------


def test_the_migrations_make_the_tables_that_the_code_uses(address: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with closing(SQLStore(address)) as store, store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == SCHEMA
        for table in metadata.tables.values():
            key = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key]


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(migrate._STEPS)).get_current_head() == SCHEMA


def test_a_newer_database_is_refused_and_left_alone(address: str) -> None:
    with closing(SQLStore(address)) as store, store.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match=r"newer faqlib .* step 9999.*upgrade"):
        SQLStore(address)


def test_an_older_database_is_upgraded_and_keeps_its_rows(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    with closing(SQLStore(address)) as store:
        store.save_site(Site("s", name="kept"))
    steps = tmp_path / "migrations"
    shutil.copytree(migrate._STEPS, steps)
    (steps / "versions" / "9000_more.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision, down_revision = '9000', '{SCHEMA}'\n"
        "def upgrade():\n    op.add_column('sites', sa.Column('more', sa.Text))\n"
    )
    monkeypatch.setattr(migrate, "_STEPS", steps)
    monkeypatch.setattr(migrate, "SCHEMA", "9000")
    with closing(SQLStore(address)) as store, store.reading() as connection:
        assert store.site("s").name == "kept"
        assert migrate.schema_of(connection) == "9000"
        assert "more" in {column["name"] for column in inspect(connection).get_columns("sites")}


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
    steps = tmp_path / "migrations"
    shutil.copytree(migrate._STEPS, steps)
    (steps / "versions" / "9000_broken.py").write_text(
        f"from alembic import op\nrevision, down_revision = '9000', '{SCHEMA}'\n"
        "def upgrade():\n    op.drop_table('entry_versions')\n    op.drop_table('nowhere')\n"
    )
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "_STEPS", steps)
        patch.setattr(migrate, "SCHEMA", "9000")
        with pytest.raises(StoreUnavailable):
            SQLStore(address)
    with closing(SQLStore(address)) as store:
        put(store, "a")
        assert len(store.history("s", "a")) == 1


def _open_and_add(address: str, number: int) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s", name="same"))
        put(store, f"e{number}")


def test_many_processes_may_open_a_new_database_at_once(address: str) -> None:
    runs = [SPAWN.Process(target=_open_and_add, args=(address, n)) for n in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0] * 4
    with closing(SQLStore(address)) as store:
        assert sorted(e.id for e in store.snapshot("s")[2]) == ["e0", "e1", "e2", "e3"]


def test_many_threads_may_open_new_databases_at_once(tmp_path: Path) -> None:
    def make(number: int) -> int:
        with closing(SQLStore(tmp_path / f"{number % 2}.db")) as store:
            return store.save_site(Site("s")).revision

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(make, range(6))) == [1, 1, 2, 2, 3, 3]


# --- others who use the same database ---------------------------------------------------------


def _write_alternately(address: str, mine: str, theirs: str, turns: int) -> None:
    with closing(SQLStore(address)) as store:
        for turn in range(turns):
            put(store, mine, str(turn))
            deadline = time.monotonic() + PATIENCE
            while (found := store.get("s", theirs)) is None or int(found.answer) < turn:
                assert time.monotonic() < deadline, "the other's edit was never seen"
            seen = store.cursor("s")
            assert seen.revision >= 2 * turn


def test_two_processes_see_each_other_s_edits_with_their_next_call(address: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
    runs = [
        SPAWN.Process(target=_write_alternately, args=(address, *names, 20))
        for names in (("a", "b"), ("b", "a"))
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    with closing(SQLStore(address)) as store:
        assert store.cursor("s").revision == 41
        assert len(store.history("s", "a")) == len(store.history("s", "b")) == 20


def test_the_cursor_is_current_after_every_commit_of_another_connection(address: str) -> None:
    with closing(SQLStore(address)) as reader, closing(SQLStore(address)) as writer:
        writer.save_site(Site("s"))
        writer.save_site(Site("t"))
        for number in range(50):
            expected = writer.apply("s", [Change("a", entry("a", str(number)))])
            assert reader.cursor("s") == writer.cursor("s") == expected
            assert reader.cursor("t").revision == 1


def test_a_site_that_is_made_or_deleted_elsewhere_is_noticed(address: str) -> None:
    with closing(SQLStore(address)) as reader, closing(SQLStore(address)) as writer:
        with pytest.raises(SiteNotFound):
            reader.cursor("s")
        made = writer.save_site(Site("s"))
        assert reader.cursor("s") == made
        writer.delete_site("s")
        with pytest.raises(SiteNotFound):
            reader.cursor("s")


def test_threads_that_read_and_write_one_store_lose_nothing(address: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        done = threading.Event()
        wrong: list[object] = []

        def read() -> None:
            last = 0
            while not done.is_set():
                before = store.cursor("s").revision
                cursor, _, entries = store.snapshot("s")
                after = store.cursor("s").revision
                total = sum(int(e.answer) for e in entries)
                if not last <= before <= cursor.revision <= after or total != cursor.revision - 1:
                    wrong.append((last, before, cursor, after, total))
                last = after

        def write(name: str) -> None:
            for number in range(1, 26):
                put(store, name, str(number))

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, "abcd"))
        done.set()
        for reader in readers:
            reader.join()
        assert wrong == []
        assert store.cursor("s").revision == 101


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")  # where there are threads
def test_a_forked_worker_uses_connections_of_its_own(address: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        put(store, "a", "parent")
        store.cursor("s")
        children = []
        for number in range(3):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    for turn in range(5):
                        put(store, f"child{number}", str(turn))
                        store.cursor("s")
                        store.snapshot("s")
                    status = 0
                finally:
                    os._exit(status)
            children.append(child)
        for turn in range(5):
            put(store, "a", str(turn))
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
        assert store.cursor("s").revision == 2 + 20
        assert [e.answer for e in store.snapshot("s")[2]] == ["4"] * 4


def test_an_importer_s_long_write_does_not_stop_readers(path: Path) -> None:
    writer, reader = SQLStore(path), SQLStore(path)
    with closing(writer), closing(reader), writer.writing() as connection:
        connection.execute(text("DELETE FROM entries"))
        assert reader.get("s", "a") == entry("a", "first")
        assert reader.cursor("s").revision == 2
        connection.rollback()


# --- what can go wrong ------------------------------------------------------------------------


def test_a_writer_that_holds_the_lock_for_too_long_is_named(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with closing(SQLStore(path, timeout=0.1)) as store:
        with pytest.raises(StoreUnavailable, match="written to by another program"):
            put(store, "b")
        assert store.get("s", "a") == entry("a", "first")
        other.execute("ROLLBACK")
        other.close()
        put(store, "b")
        assert store.get("s", "b") == entry("b")


def test_a_database_file_that_was_moved_away_is_missed_and_not_made_anew(path: Path) -> None:
    with closing(SQLStore(path)) as store:
        store.cursor("s")
        away = path.rename(path.with_name("away.db"))
        for call in (lambda: store.cursor("s"), lambda: store.snapshot("s")):
            with pytest.raises(StoreUnavailable, match="can not be opened"):
                call()
        with pytest.raises(StoreUnavailable):
            put(store, "b")
        assert not path.exists()
        away.rename(path)
        put(store, "b")
        assert store.get("s", "b") == entry("b")


def test_a_database_file_that_was_replaced_is_the_one_that_is_used(path: Path) -> None:
    new = path.with_name("new.db")
    with closing(SQLStore(new)) as store:
        store.save_site(Site("s"))
        put(store, "a", "second")
    with closing(SQLStore(path)) as store:
        before = store.cursor("s")
        assert store.get("s", "a") == entry("a", "first")
        new.replace(path)
        assert store.cursor("s") != before
        assert store.get("s", "a") == entry("a", "second")
        put(store, "b")
    with closing(SQLStore(path)) as store:
        assert store.get("s", "b") == entry("b")


def test_a_copy_of_the_file_alone_has_every_commit(path: Path) -> None:
    with closing(SQLStore(path)) as store:
        put(store, "b", "just now")
        copy = path.with_name("copy.db")
        copy.write_bytes(path.read_bytes())
    with closing(SQLStore(copy)) as store:
        assert store.get("s", "b") == entry("b", "just now")


def test_two_futures_of_one_state_never_look_alike(path: Path) -> None:
    """A worker that saw the one, before an older copy was put back, notices the other."""
    other = path.with_name("other.db")
    other.write_bytes(path.read_bytes())
    with closing(SQLStore(path)) as one, closing(SQLStore(other)) as two:
        assert one.cursor("s") == two.cursor("s")
        for store in (one, two):
            put(store, "b", "the same edit")
        assert one.cursor("s").revision == two.cursor("s").revision
        assert one.cursor("s") != two.cursor("s")


CHANGES_BY_HAND = [
    "UPDATE entries SET data = replace(data, 'first', 'wrong')",
    "UPDATE entries SET id = 'b'",
    "UPDATE entries SET updated_at = '1999-01-01T00:00:00+00:00'",
    "UPDATE entries SET sequence = sequence + 1",
    "UPDATE entries SET digest = 'x'",
    "DELETE FROM entries",
    "UPDATE sites SET data = replace(data, 'name', 'nane')",
    "UPDATE cursors SET revision = revision + 1",
    "UPDATE cursors SET nonce = '0'",
    "UPDATE cursors SET total = '0'",
]


@pytest.mark.parametrize("statement", CHANGES_BY_HAND)
def test_a_row_that_was_changed_behind_our_back_is_never_served(
    address: str, statement: str
) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        put(store, "a", "first")
        with store.writing() as connection:
            connection.execute(text(statement))
        with pytest.raises((DamagedEntry, StoreUnavailable), match="estore it from a backup"):
            store.snapshot("s")


def test_an_older_row_with_its_own_good_digest_is_still_recognised(address: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        put(store, "a", "first")
        with store.writing() as connection:
            connection.execute(text("CREATE TABLE old AS SELECT * FROM entries"))
        put(store, "a", "second")
        with store.writing() as connection:
            connection.execute(text("DELETE FROM entries"))
            connection.execute(text("INSERT INTO entries SELECT * FROM old"))
        with pytest.raises(StoreUnavailable, match="list of entries"):
            store.snapshot("s")


def test_who_follows_a_site_reads_only_what_changed(address: str) -> None:
    with closing(SQLStore(address)) as store, closing(SQLStore(address)) as other:
        store.save_site(Site("s"))
        put(store, "a", "first")
        put(store, "b", "first")
        follow = store.follow("s")
        _, _, (a, _) = follow()
        put(other, "b", "second")
        put(other, "c")
        cursor, _, found = follow()
        assert cursor == other.cursor("s")
        assert found[0] is a
        assert found == other.snapshot("s")[2]
        other.apply("s", [Change("a", None, "delete")])
        other.save_site(Site("s", name="North"))
        assert follow() == other.snapshot("s")


def test_who_follows_a_site_is_never_given_an_older_row(address: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        put(store, "a", "first")
        put(store, "b")
        with store.writing() as connection:
            connection.execute(text("CREATE TABLE old AS SELECT * FROM entries WHERE id = 'a'"))
        follow = store.follow("s")
        follow()
        put(store, "a", "second")
        with store.writing() as connection:
            connection.execute(text("DELETE FROM entries WHERE id = 'a'"))
            connection.execute(text("INSERT INTO entries SELECT * FROM old"))
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="list of entries"):
                follow()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry_versions SET data = '{}' WHERE number = 1",
        "UPDATE entry_versions SET actor = 'Eve' WHERE number = 2",
        "DELETE FROM entry_versions WHERE number = 1",
        "DELETE FROM entry_versions WHERE number = 2",
        "DELETE FROM entry_versions",
    ],
)
def test_a_history_that_was_tampered_with_is_never_served(address: str, statement: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        put(store, "a", "1")
        put(store, "a", "2")
        with store.writing() as connection:
            connection.execute(text(statement))
        with pytest.raises(DamagedEntry) as caught:
            store.history("s", "a")
        assert (caught.value.entry_id, caught.value.site) == ("a", "s")


def test_a_deleted_entry_s_history_is_whole_or_refused(address: str) -> None:
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        put(store, "a", "1")
        store.apply("s", [Change("a", None, "delete")])
        assert [version.action for version in store.history("s", "a")] == ["update", "delete"]
        with store.writing() as connection:
            connection.execute(text("DELETE FROM entry_versions"))
        with pytest.raises(StoreUnavailable, match="history of site 's' is damaged"):
            store.history("s", "a")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE changes SET ids = '[]' WHERE revision = 2",
        "DELETE FROM changes WHERE revision = 2",
        "DELETE FROM changes WHERE revision = 3",
        "UPDATE changes SET revision = 9 WHERE revision = 3",
    ],
)
def test_a_log_with_a_gap_says_nothing_rather_than_too_little(address: str, statement: str) -> None:
    with closing(SQLStore(address)) as store:
        before = store.save_site(Site("s"))
        put(store, "a")
        put(store, "b")
        assert store.changed_since("s", before) == {"a", "b"}
        with store.writing() as connection:
            connection.execute(text(statement))
        assert store.changed_since("s", before) is None


@pytest.mark.parametrize("table", ["sites", "cursors"])
def test_a_site_that_lost_one_of_its_rows_is_damaged_and_not_unknown(
    path: Path, table: str
) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"DELETE FROM {table}")
    with closing(SQLStore(path)) as store:
        calls = (store.sites, lambda: store.site("s"), lambda: store.snapshot("s"))
        for call in calls:
            with pytest.raises(StoreUnavailable, match="damaged"):
                call()


def test_a_database_that_lost_its_list_of_tables_is_not_taken_for_a_new_one(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[103:105] = b"\0\0"  # how many tables there are, in the header of the first page
    path.write_bytes(data)
    with pytest.raises(StoreUnavailable, match="lost its tables and is damaged"):
        SQLStore(path)
    assert path.read_bytes() == data


def test_opening_waits_for_a_reader_that_stands_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    reader.execute("CREATE TABLE t (x)")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()
    with pytest.raises(StoreUnavailable, match="by another program"):
        SQLStore(path, timeout=0.05)
    threading.Timer(0.2, reader.close).start()
    with closing(SQLStore(path)) as store:
        store.save_site(Site("s"))


def test_a_row_of_a_newer_version_asks_for_an_upgrade(path: Path) -> None:
    from faqlib.store.codec import read_entry

    with pytest.raises(StoreUnavailable, match="upgrade this installation"):
        read_entry("a", '{"question":"A?","mood":"calm"}', "2025-01-01T00:00:00+00:00")


# --- PostgreSQL alone -------------------------------------------------------------------------


@pytest.mark.xdist_group("postgres")
def test_a_restarted_server_is_found_again(postgres: str) -> None:
    if os.environ.get("FAQ_TEST_POSTGRES"):
        pytest.skip("the server is not ours to restart")
    with closing(SQLStore(postgres)) as store:
        store.save_site(Site("s"))
        before = store.cursor("s")
        postgres_server.restart(postgres)
        assert store.cursor("s") == before
        postgres_server.restart(postgres)
        put(store, "a")
        assert store.get("s", "a") == entry("a")


@pytest.mark.xdist_group("postgres")
def test_a_database_that_is_not_there_or_lacks_characters_is_refused(postgres: str) -> None:
    missing = postgres.replace("/postgres", "/nowhere")
    with pytest.raises(StoreUnavailable, match="createdb"):
        SQLStore(missing)
    with closing(SQLStore(postgres)) as store, store._engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("DROP DATABASE IF EXISTS latin"))
        connection.execute(
            text("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        )
    with pytest.raises(StoreUnavailable, match="encoding=UTF8"):
        SQLStore(postgres.replace("/postgres", "/latin"))


def test_an_unknown_host_is_named_as_such() -> None:
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    with pytest.raises(StoreUnavailable, match="no host of that name"):
        SQLStore("postgresql://ann@no-such-host.invalid/faq")


def test_open_store_gives_each_kind(address: str) -> None:
    with closing(open_store(address)) as store:
        assert isinstance(store, SQLStore)
        assert isinstance(store, Store)
    assert isinstance(open_store(":memory:"), MemoryStore)
    assert isinstance(engines.parse("faq.db"), Path)
