"""Backup and restore: whole or refused, between databases, while others write."""

import json
import multiprocessing
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from faqlib.errors import (
    DamagedEntry,
    FAQError,
    ImportFormatError,
    StoreError,
    StoreUnavailable,
)
from faqlib.model import Entry, Site, Source, Version
from faqlib.store import Change
from faqlib.store import backup as module
from faqlib.store.backup import backup, check, restore
from faqlib.store.sql import SQLStore
from faqlib.store.tables import SCHEMA

SPAWN = multiprocessing.get_context("spawn")
Content = dict[str, tuple[Site, list[Entry], list[list[Version]]]]


def entry(name: str, answer: str = "") -> Entry:
    return Entry(f"What is {name}?", answer, id=name, sources=(Source("FDA"),))


def fill(place: str, answer: str = "first") -> None:
    with closing(SQLStore(place)) as store:
        for site in ("north", "south"):
            store.save_site(Site(site, name=f"Clínica {site}"))
            store.apply(site, [Change(n, entry(n, answer)) for n in ("b", "a", "停")], actor="Ann")
            store.apply(site, [Change("b", None, "delete")])


def content(place: str) -> Content:
    with closing(SQLStore(place, create=False)) as store:
        return {
            site.id: (
                site,
                store.snapshot(site.id)[2],
                [store.history(site.id, name) for name in ("a", "b", "停")],
            )
            for site in store.sites()
        }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clinic.backup"


def test_what_is_restored_is_what_was_backed_up(address: str, file: Path) -> None:
    fill(address)
    before = content(address)
    info = backup(address, file)
    assert (info.sites, info.entries, info.versions, info.left_out) == (2, 4, 8, ())
    assert info == check(file)
    fill(address, "second")
    with closing(SQLStore(address)) as store:
        store.save_site(Site("east"))
    assert restore(file, address, overwrite=True) == info
    assert content(address) == before


@pytest.mark.xdist_group("postgres")
def test_a_backup_moves_between_sqlite_and_postgres(
    postgres: str, tmp_path: Path, file: Path
) -> None:
    first, second = str(tmp_path / "one.db"), str(tmp_path / "two.db")
    fill(first)
    backup(first, file)
    restore(file, postgres)
    assert content(postgres) == content(first)
    backup(postgres, file)
    restore(file, second)
    assert content(second) == content(first)


def test_a_worker_that_runs_notices_a_restored_database(address: str, file: Path) -> None:
    fill(address)
    with closing(SQLStore(address)) as worker:
        at_backup = worker.cursor("north")
        backup(address, file)
        later = worker.apply("north", [Change("a", entry("a", "later"))])
        restore(file, address, overwrite=True)
        now = worker.cursor("north")
        assert now.nonce not in (at_backup.nonce, later.nonce)
        assert now.revision > later.revision
        assert worker.changed_since("north", at_backup) is None
        assert worker.changed_since("north", later) is None
        found = worker.get("north", "a")
        assert found is not None
        assert found.answer == "first"
        worker.apply("north", [Change("a", entry("a", "after"))])
        assert worker.changed_since("north", now) == {"a"}
        assert len(worker.history("north", "a")) == 2


def test_a_database_that_holds_something_is_only_overwritten_when_told_to(
    address: str, file: Path
) -> None:
    fill(address)
    backup(address, file)
    fill(address, "second")
    before = content(address)
    with pytest.raises(StoreError, match="already holds 2 sites"):
        restore(file, address)
    assert content(address) == before


def test_an_older_backup_is_replaced_only_by_a_whole_one(tmp_path: Path, file: Path) -> None:
    place = str(tmp_path / "faq.db")
    fill(place)
    backup(place, file)
    before = file.read_bytes()
    with closing(sqlite3.connect(place)) as raw, raw:
        raw.execute("UPDATE entries SET data = replace(data, 'first', 'wrong')")
    with pytest.raises(DamagedEntry):
        backup(place, file)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic.backup", "faq.db"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry_versions WHERE number = 1 AND id = 'a'",
        "DELETE FROM entry_versions WHERE number = 2",
        "DELETE FROM entry_versions WHERE id = 'a'",
        "UPDATE entry_versions SET actor = 'Eve' WHERE number = 2",
        "DELETE FROM entries WHERE id = 'a'",
        "DELETE FROM cursors",
        "UPDATE sites SET id = 'west' WHERE id = 'north'",
    ],
)
def test_a_damaged_database_is_not_backed_up(tmp_path: Path, file: Path, statement: str) -> None:
    place = str(tmp_path / "faq.db")
    fill(place)
    with closing(sqlite3.connect(place)) as raw, raw:
        raw.execute(statement)
    with pytest.raises((DamagedEntry, StoreUnavailable)):
        backup(place, file)
    assert not file.exists()


def test_a_backup_can_be_read_by_its_owner_alone(tmp_path: Path, file: Path) -> None:
    fill(str(tmp_path / "faq.db"))
    backup(tmp_path / "faq.db", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(str(tmp_path / "faq.db"))
    synced = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), file.exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    backup(tmp_path / "faq.db", file)
    assert synced == [(False, False), (True, True)]


def test_a_backup_is_lines_of_json_that_a_person_can_read(tmp_path: Path, file: Path) -> None:
    fill(str(tmp_path / "faq.db"))
    backup(tmp_path / "faq.db", file)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines[0][0] == "faqlib backup 1"
    assert [line[0] for line in lines[-2:]] == ["counts", "end"]
    assert "Clínica north" in file.read_text(encoding="utf-8")


def test_tables_of_others_are_named_as_left_out(address: str, file: Path) -> None:
    fill(address)
    with closing(SQLStore(address)) as store, store.writing() as connection:
        connection.execute(text("CREATE TABLE visitors (name TEXT)"))
    assert backup(address, file).left_out == ("visitors",)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: b"", "empty"),
        (lambda data: b"Dear Dr. Hall,\n" + data, "is no backup"),
        (lambda data: b'{"a": 1}\n', "is no backup"),
        (lambda data: b"[" * 100_000 + b"\n", "is no backup"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: b"".join(data.splitlines(keepends=True)[:-1]), "its end is missing"),
        (lambda data: data.replace(b"first", b"wrong", 1), "not what was written"),
        (
            lambda data: data.replace(f'"schema":"{SCHEMA}"'.encode(), b'"schema":"9999"'),
            "another version",
        ),
        (lambda data: data + b'["sites"]\n', "damaged"),
        (lambda data: data + data, "damaged"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    tmp_path: Path, file: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    place = str(tmp_path / "faq.db")
    fill(place)
    backup(place, file)
    before = content(place)
    file.write_bytes(damage(file.read_bytes()))
    for attempt in (
        lambda: check(file),
        lambda: restore(file, place, overwrite=True),
        lambda: restore(file, tmp_path / "new.db"),
    ):
        with pytest.raises(ImportFormatError, match=message) as caught:
            attempt()
        assert str(file) in str(caught.value)
    assert content(place) == before
    assert not (tmp_path / "new.db").exists()


def test_a_backup_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="can not be read"):
        restore(tmp_path / "nowhere", tmp_path / "new.db")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_flipped_bit_of_a_backup_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    home = tmp_path_factory.getbasetemp() / "flipped-backup"
    home.mkdir(exist_ok=True)
    file = home / "file"
    if not (home / "good").exists():
        fill(str(home / "faq.db"))
        backup(home / "faq.db", home / "good")
    whole = bytearray((home / "good").read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(whole)
    with pytest.raises(ImportFormatError):
        check(file)


def test_a_row_that_does_not_fit_its_digest_stops_a_restore_half_way(
    address: str, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = str(tmp_path / "source.db")
    fill(source)
    with monkeypatch.context() as patch:  # a writer that does not look: its file is "whole"
        patch.setattr(module, "verify", lambda _: module.archive.Counts(2, 4, 8))
        with closing(sqlite3.connect(source)) as raw, raw:
            raw.execute("UPDATE entries SET data = replace(data, 'first', 'wrong')")
        backup(source, file)
    fill(address, "kept")
    before = content(address)
    with pytest.raises(DamagedEntry):
        restore(file, address, overwrite=True)
    assert content(address) == before


def test_a_damaged_sqlite_file_is_kept_aside_when_a_backup_takes_its_place(
    tmp_path: Path, file: Path
) -> None:
    place = tmp_path / "faq.db"
    fill(str(place))
    before = content(str(place))
    backup(place, file)
    place.write_bytes(b"\0" * 100 + place.read_bytes()[100:])
    broken = place.read_bytes()
    with pytest.raises(StoreUnavailable):
        restore(file, place)
    restore(file, place, overwrite=True)
    assert content(str(place)) == before
    assert (tmp_path / "faq.db.damaged-1").read_bytes() == broken
    place.write_bytes(b"no database at all")
    restore(file, place, overwrite=True)
    assert content(str(place)) == before
    assert (tmp_path / "faq.db.damaged-2").read_bytes() == b"no database at all"


def test_a_worker_goes_on_when_its_damaged_file_is_replaced(tmp_path: Path, file: Path) -> None:
    place = tmp_path / "faq.db"
    fill(str(place))
    backup(place, file)
    with closing(SQLStore(place)) as worker:
        before = worker.cursor("north")
        damaged = bytearray(place.read_bytes())
        damaged[4096:8192] = b"\xff" * 4096
        place.write_bytes(damaged)
        restore(file, place, overwrite=True)
        assert worker.cursor("north") != before
        assert [e.id for e in worker.snapshot("north")[2]] == ["a", "停"]
        worker.apply("north", [Change("c", entry("c"))])
    assert [e.id for e in content(str(place))["north"][1]] == ["a", "停", "c"]


def test_a_backup_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    fill(str(tmp_path / "faq.db"))
    with pytest.raises(StoreUnavailable, match="can not be written"):
        backup(tmp_path / "faq.db", tmp_path / "nowhere" / "file")
    (tmp_path / "directory").mkdir()
    with pytest.raises(StoreUnavailable, match="can not be written"):
        backup(tmp_path / "faq.db", tmp_path / "directory")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such pipes")
def test_a_backup_takes_the_place_of_files_alone(tmp_path: Path) -> None:
    fill(str(tmp_path / "faq.db"))
    os.mkfifo(tmp_path / "device")
    with pytest.raises(StoreUnavailable, match="no file that can be replaced"):
        backup(tmp_path / "faq.db", tmp_path / "device")
    assert (tmp_path / "device").is_fifo()


def test_a_backup_of_nothing_is_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(StoreUnavailable, match="There is no database"):
        backup(tmp_path / "typo.db", file)
    assert list(tmp_path.iterdir()) == []


def test_backups_taken_under_writes_are_each_one_state(address: str, tmp_path: Path) -> None:
    """Each change sets two entries to the same number; no backup has them differ."""
    with closing(SQLStore(address)) as store:
        store.save_site(Site("s"))
        pair = [Change(n, entry(n, "0")) for n in ("a", "b")]
        store.apply("s", pair)
        done = threading.Event()

        def write() -> None:
            for number in range(1, 10_000):
                if done.is_set():
                    return
                store.apply("s", [Change(n, entry(n, str(number))) for n in ("a", "b")])

        writer = threading.Thread(target=write)
        writer.start()
        seen = []
        for number in range(8):
            file, copy = tmp_path / f"{number}.backup", tmp_path / f"{number}.db"
            backup(address, file)
            acknowledged = int(store.snapshot("s")[2][0].answer)
            restore(file, copy)
            with closing(SQLStore(copy)) as restored:
                answers = {e.answer for e in restored.snapshot("s")[2]}
            assert len(answers) == 1
            seen.append(int(answers.pop()))
            assert seen[-1] <= acknowledged
        done.set()
        writer.join()
        assert seen == sorted(seen)


def _hold_restores(place: str, file: str, count: int) -> None:
    for _ in range(count):
        restore(file, place, overwrite=True)


def test_edits_made_while_a_backup_is_restored_are_before_or_after_it(
    address: str, file: Path
) -> None:
    fill(address)
    backup(address, file)
    run = SPAWN.Process(target=_hold_restores, args=(address, str(file), 5))
    run.start()
    with closing(SQLStore(address)) as store:
        number = 0
        while run.is_alive() or number == 0:
            number += 1
            store.apply("north", [Change("n", entry("n", str(number)))])
            found = store.get("north", "n")
            assert found is None or found.answer == str(number)
    run.join()
    assert run.exitcode == 0
    assert content(address).keys() == {"north", "south"}


def test_every_error_here_is_one_that_the_command_line_prints(tmp_path: Path) -> None:
    for attempt in (
        lambda: check(tmp_path),
        lambda: backup(tmp_path / "no.db", tmp_path / "x"),
        lambda: restore(tmp_path / "no", "mysql://x/y"),
    ):
        with pytest.raises(FAQError):
            attempt()
