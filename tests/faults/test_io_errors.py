"""A disk that fails, is full or can not be written: a clear refusal, and then it goes on."""

import os
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from faqlib.errors import StoreUnavailable
from faqlib.store import Change
from faqlib.store.backup import backup, check
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import (
    DONE,
    FAILED,
    WRONG,
    Child,
    Tell,
    chance,
    content,
    content_after,
    count,
    edit,
    edits_in,
    entry,
    expect_unavailable,
    insist,
    last_done,
    make,
    needs_fork,
    needs_strace,
    outlives,
    remount,
    small_disk,
    still_writes,
    tampered,
)

BIG = Change("big", entry("big", 1).replace(answer="x" * 50_000))
NOBODY = 65_534
# About how often six edits and the opening and closing of the database make each call.
OFTEN = {"pwrite64": 60, "fdatasync": 12, "pread64": 9, "ftruncate": 1, "unlink": 3}
FAULTS = [
    (call, error)
    for call in ("pwrite64", "fdatasync", "pread64", "ftruncate", "unlink")
    for error in ("EIO", "ENOSPC")
    if not (call == "pread64" and error == "ENOSPC")
]


def stubborn(path: Path, first: int, last: int) -> Callable[[Tell], None]:
    """Makes each edit until it is acknowledged; what is read between is always a whole state."""

    def work(tell: Tell) -> None:
        with closing(insist(tell, 0, lambda: SQLStore(path))) as store:
            for number in range(first, last + 1):
                changes = edit(number)
                insist(tell, number, lambda: store.apply("s", changes))  # noqa: B023  (run at once)
                if insist(tell, number, lambda: content(store)) != content_after(number):
                    tell(WRONG, number)
                tell(DONE, number)

    return work


@needs_fork
@needs_strace
def test_a_disk_that_fails_once_costs_no_edit_and_serves_nothing_wrong(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    done = 0
    for turn in range(count(18, 700)):
        call, error = FAULTS[turn % len(FAULTS)]
        nth = chance(turn).randint(1, OFTEN[call])
        work = stubborn(path, done + 1, done + 6)
        reports, struck = outlives(work, f"{call}:error={error}:when={nth}")
        assert last_done(reports, done) == done + 6
        done = edits_in(path, done + 6, unsure=0)
        tally(f"{error} once, at {call}", tried=struck, lost=0, wrong=0)


@needs_fork
@needs_strace
def test_a_disk_that_fails_for_a_while_is_used_again_by_the_same_process(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    done = 0
    for turn in range(count(4, 150)):
        call, error = FAULTS[turn % 4]
        first = chance(turn).randint(1, 12)
        work = stubborn(path, done + 1, done + 4)
        reports, struck = outlives(work, f"{call}:error={error}:when={first}..{first + 9}")
        done = edits_in(path, last_done(reports, done), unsure=0)
        tally(f"{error} up to ten times, at {call}", tried=struck, lost=0, wrong=0)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_may_not_grow_refuses_and_then_goes_on(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    done, sentences = 0, set()
    with closing(SQLStore(path)) as store:
        for turn in range(count(15, 300)):
            wal = path.with_name("faq.db-wal")
            size = max(path.stat().st_size, wal.stat().st_size if wal.exists() else 0)
            with files_up_to(chance(turn).randint(0, size + 8192)):
                try:
                    store.apply("s", edit(done + 1))
                    done += 1
                except StoreUnavailable as error:
                    sentences.add(str(error).partition("faq.db ")[2])
                    assert content(store) == content_after(done)
            store.apply("s", edit(done + 1))
            done += 1
            assert content(store) == content_after(done)
            tally("a limit on the file's size", tried=1, lost=0, wrong=0)
    assert sentences == {
        "could not be read or written (input/output error): check the disk, its free space and "
        "limits; nothing was changed."
    }
    assert edits_in(path, done, unsure=0) == done


def test_a_full_disk_refuses_and_then_goes_on(tally: Callable[..., None]) -> None:
    with small_disk(700) as disk:
        path = disk / "faq.db"
        make(path)
        done = 0
        with closing(SQLStore(path)) as store:
            for _ in range(count(2, 30)):
                with closing(sqlite3.connect(path)) as raw:  # room that WAL has kept for itself
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                ballast = disk / "ballast"
                with ballast.open("wb", buffering=0) as file:
                    try:
                        while file.write(b"x" * 512):
                            pass
                    except OSError:
                        pass
                sentence = expect_unavailable(lambda: store.apply("s", [BIG]))
                assert "has no room: free some disk space" in sentence
                assert content(store) == content_after(done)
                expect_unavailable(lambda: backup(path, disk / "backup"))
                assert not (disk / "backup").exists()
                ballast.unlink()
                store.apply("s", edit(done + 1))
                done += 1
                tally("a full disk", tried=1, lost=0, wrong=0)
        assert edits_in(path, done, unsure=0) == done
        still_writes(path, done)


def test_a_read_only_disk_is_read_and_written_again_when_it_can_be(
    tally: Callable[..., None],
) -> None:
    with small_disk(4096) as disk:
        path = disk / "faq.db"
        make(path)
        with closing(SQLStore(path)) as store:
            store.apply("s", edit(1))
            # Whoever has it open keeps the disk writable; a running worker sees refused writes.
        for turn in range(count(2, 20)):
            remount(disk, "ro")
            with closing(SQLStore(path)) as reader:
                assert content(reader) == content_after(turn + 1)
                assert reader.cursor("s").revision == turn + 2
                sentence = expect_unavailable(lambda: reader.apply("s", edit(turn + 2)))  # noqa: B023
                assert "can not be written to" in sentence
                assert content(reader) == content_after(turn + 1)
            expect_unavailable(lambda: SQLStore(disk / "new.db"))
            remount(disk, "rw")
            still_writes(path, turn + 1)
            tally("a read-only disk", tried=1, lost=0, wrong=0)


@needs_fork
def test_a_file_that_may_not_be_written_is_read_and_refuses_edits(
    tally: Callable[..., None],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "faq.db")
        make(path)

        def work(tell: Tell) -> None:
            if os.geteuid() == 0:  # root may write to every file
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            with closing(SQLStore(path)) as store:
                assert store.site("s").id == "s"
                try:
                    store.apply("s", edit(1))
                except StoreUnavailable as error:
                    tell(FAILED if "can not be written to" in str(error) else WRONG, 1)
                assert content(store) == {}

        Path(name).chmod(0o777)
        path.chmod(0o444)
        child = Child(work)
        child.go()
        assert child.finish() == ([(FAILED, 1)], 0)
        path.chmod(0o644)
        still_writes(path, 0)
        tally("a file that may not be written", tried=1, lost=0)


@needs_fork
def test_a_writer_that_dies_with_the_lock_leaves_it_to_the_next(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)

    def hold(tell: Tell) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("DELETE FROM sites")
            tell(DONE, 0)
            time.sleep(60)

    with closing(SQLStore(path, timeout=0.05)) as store:
        for turn in range(count(3, 60)):
            child = Child(hold)
            child.go()
            assert child.read() == (DONE, 0)
            sentence = expect_unavailable(lambda: store.apply("s", edit(99)))
            assert "written to by another program" in sentence
            child.kill()
            child.finish()
            store.apply("s", edit(turn + 1))
            assert content(store) == content_after(turn + 1)
            tally("a writer that died holding the lock", tried=1, lost=0)
    assert edits_in(path, turn + 1, unsure=0)


@needs_strace
@needs_fork
def test_a_backup_on_a_failing_disk_is_whole_or_not_there(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path, file = tmp_path / "faq.db", tmp_path / "file"
    make(path)
    with closing(SQLStore(path)) as store:
        store.apply("s", edit(5))
        entries = len(content(store))

    def work(tell: Tell) -> None:
        try:
            backup(path, file)
            tell(DONE, 1)
        except StoreUnavailable:
            tell(FAILED, 1)

    for turn in range(count(4, 60)):
        file.unlink(missing_ok=True)
        call, nth = ("write", "fsync", "rename", "openat")[turn % 4], 1 + turn // 4
        child = Child(work)
        with tampered(child, f"{call}:error={('EIO', 'ENOSPC')[turn % 2]}:when={nth}") as tampering:
            child.go()
            reports, _ = child.finish()
        if (reports and reports[-1][0] == DONE) or file.exists():
            assert check(file).entries == entries
        tally("an error while a backup is written", tried=tampering.struck, half=0)
