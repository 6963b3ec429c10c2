"""A process that is killed at any moment loses nothing that it acknowledged."""

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from faqlib.store.backup import backup, check, restore
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import (
    DONE,
    SITE,
    Child,
    chance,
    content,
    content_after,
    count,
    edit,
    edits_in,
    last_done,
    make,
    needs_fork,
    needs_strace,
    still_writes,
    tampered,
)

pytestmark = needs_fork
Tell = Callable[[bytes, int], None]
# The calls by which SQLite and a backup change what is on the disk.
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "write", "rename", "openat")


def editing(path: Path, first: int, last: int = 10**9) -> Callable[[Tell], None]:
    def work(tell: Tell) -> None:
        with closing(SQLStore(path)) as store:
            for number in range(first, last + 1):
                store.apply("s", edit(number))
                tell(DONE, number)

    return work


def restoring(file: Path, place: Path) -> Callable[[Tell], None]:
    def work(tell: Tell) -> None:
        restore(file, place, overwrite=True)
        tell(DONE, 6)

    return work


def test_killed_at_any_time_every_acknowledged_edit_is_there(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    done = 0
    for turn in range(count(12, 600)):
        child = Child(editing(path, done + 1))
        child.go()
        assert child.read() == (DONE, done + 1)
        time.sleep(chance(turn).uniform(0, 0.02))
        child.kill()
        reports, status = child.finish()
        assert status == -9
        done = edits_in(path, last_done(reports, done + 1))
        still_writes(path, done)
        done += 1
        tally("kill -9 at a random moment of edits and imports", tried=1, lost=0)


@needs_strace
def test_killed_at_each_system_call_every_acknowledged_edit_is_there(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    done, moments = 0, [(call, nth) for nth in range(1, 41) for call in CALLS[:4]]
    for turn in range(count(12, 450)):
        call, nth = moments[turn * count(7, 1) % len(moments)]
        child = Child(editing(path, done + 1, done + 12))
        with tampered(child, f"{call}:signal=SIGKILL:when={nth}"):
            child.go()
            reports, status = child.finish()
        assert status in (-9, 0)
        done = edits_in(path, last_done(reports, done))
        still_writes(path, done)
        done += 1
        tally("kill -9 at a system call of edits and imports", tried=int(status == -9), lost=0)


@needs_strace
def test_killed_while_the_database_is_made_it_is_made_by_the_next(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    def work(tell: Tell) -> None:
        with closing(SQLStore(path)) as store:
            store.save_site(SITE)
            tell(DONE, 0)

    with closing(SQLStore(tmp_path / "first.db")):  # Alembic is imported before any fork
        pass
    for turn in range(count(4, 60)):
        path = tmp_path / f"{turn}.db"
        child = Child(work)
        with tampered(child, f"{CALLS[turn % 2]}:signal=SIGKILL:when={1 + turn // 2}"):
            child.go()
            reports, status = child.finish()
        with closing(SQLStore(path)) as store:
            there = [site.id for site in store.sites()]
            assert there == ["s"] if reports else there in ([], ["s"])
            store.save_site(SITE)
        still_writes(path, 0)
        tally("kill -9 at a system call of making a database", tried=int(status == -9), lost=0)


@needs_strace
def test_killed_while_a_backup_is_restored_the_old_or_the_new_is_there(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path, file = tmp_path / "faq.db", tmp_path / "file"
    make(path)
    with closing(SQLStore(path)) as store:
        for number in range(1, 7):
            store.apply("s", edit(number))
        backup(path, file)
        store.apply("s", edit(7))
    for turn in range(count(4, 80)):
        copy = tmp_path / f"{turn}.db"
        shutil.copy(path, copy)
        child = Child(restoring(file, copy))
        with tampered(child, f"{CALLS[turn % 2]}:signal=SIGKILL:when={1 + turn // 2}"):
            child.go()
            reports, status = child.finish()
        with closing(SQLStore(copy)) as store:
            found = content(store)
            assert found == content_after(6) or (not reports and found == content_after(7))
        backup(copy, tmp_path / "checked")
        tally("kill -9 at a system call of a restore", tried=int(status == -9), lost=0)


@needs_strace
def test_killed_while_a_backup_is_written_the_old_or_the_new_is_there(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path, file = tmp_path / "faq.db", tmp_path / "file"
    make(path)
    with closing(SQLStore(path)) as store:
        store.apply("s", edit(1))
        old = backup(path, file).sha256
        store.apply("s", edit(5))

    def backing_up(tell: Tell) -> None:
        backup(path, file)
        tell(DONE, 1)

    for turn in range(count(4, 60)):
        child = Child(backing_up)
        call = ("write", "fsync", "rename", "openat")[turn % 4]
        with tampered(child, f"{call}:signal=SIGKILL:when={1 + turn // 4}"):
            child.go()
            reports, status = child.finish()
        assert check(file).sha256 != old if reports else check(file)
        tally("kill -9 at a system call of a backup", tried=int(status == -9), lost=0)
