"""Power that fails at any moment: what was acknowledged is on the disk, whatever else is not.

A writer's system calls are recorded. For each moment between two of them a disk is made up as it
might be found: what was synced is there, and of what was written since, any part: none, all, or
some sectors of some writes. The same holds for files that were made or removed.
"""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from faqlib.errors import FAQError
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import (
    DONE,
    REPORT,
    SITE,
    Child,
    chance,
    count,
    edit,
    edits_in,
    make,
    needs_fork,
    needs_strace,
    recorded,
    still_writes,
)

pytestmark = [needs_fork, needs_strace]
Tell = Callable[[bytes, int], None]
SECTOR = 512
CALLS = "openat,close,pwrite64,write,fsync,fdatasync,ftruncate,unlink"
LINE = re.compile(r'^\d+ +(\w+)\((?:AT_FDCWD, )?(?:(\d+)|"([^"]*)")(?:, (.*))?\) += (\d+)')


@dataclass
class Disk:
    """Files as they surely are, and what was done to each since its last sync.

    A file is known by a number, as on a real disk: its name can go while it is written to, and
    come back for another one. Names change in order; contents in any.
    """

    contents: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    changes: list[tuple[int, str, int, bytes]] = field(default_factory=list)
    renames: list[tuple[str, int | None]] = field(default_factory=list)
    present: dict[str, int] = field(default_factory=dict)

    def add(self, path: Path) -> None:
        """A file that was there, and on the disk, before."""
        number = self.number(str(path))
        self.contents[number] = path.read_bytes()
        self.sync_names()

    def number(self, path: str) -> int:
        """The file at ``path``, which is made if it is not there."""
        if path not in self.present:
            self.present[path] = len(self.contents)
            self.contents[self.present[path]] = b""
            self.renames.append((path, self.present[path]))
        return self.present[path]

    def remove(self, path: str) -> None:
        """Take the name away."""
        del self.present[path]
        self.renames.append((path, None))

    def sync(self, number: int) -> None:
        """All that was done to the file is on the disk."""
        for change in self.changes:
            if change[0] == number:
                apply(self.contents, change)
        self.changes = [change for change in self.changes if change[0] != number]

    def sync_names(self) -> None:
        """All names are on the disk."""
        rename(self.names, self.renames)
        self.renames = []

    def found(self, rng: random.Random) -> dict[str, bytes]:
        """The files as the next start might find them."""
        contents, names, share = dict(self.contents), dict(self.names), rng.choice((0, 0.5, 0.9, 1))
        for number, what, where, data in self.changes:
            if what == "write":
                for start in range(0, len(data), SECTOR):
                    if rng.random() < share:
                        piece = data[start : start + SECTOR]
                        apply(contents, (number, what, where + start, piece))
            elif rng.random() < share:
                apply(contents, (number, what, where, data))
        rename(names, self.renames[: rng.randint(0, len(self.renames))])
        return {path: contents[number] for path, number in names.items()}


def apply(contents: dict[int, bytes], change: tuple[int, str, int, bytes]) -> None:
    """Do what a system call did to a file's content."""
    number, what, where, data = change
    old = contents[number]
    if what == "cut":
        contents[number] = old[:where].ljust(where, b"\0")
    else:
        contents[number] = old.ljust(where, b"\0")[:where] + data + old[where + len(data) :]


def rename(names: dict[str, int], renames: list[tuple[str, int | None]]) -> None:
    """Do what system calls did to names."""
    for path, number in renames:
        if number is None:
            names.pop(path, None)
        else:
            names[path] = number


def record(work: Callable[[Tell], None], log: Path) -> list[str]:
    """Run ``work`` in a process of its own; returns its system calls in order."""
    child = Child(work)
    with recorded(child, CALLS, log):
        child.go()
        _, status = child.finish()
    assert status == 0
    return log.read_text().splitlines()


def replay(disk: Disk, calls: list[str], home: Path) -> Iterator[int]:
    """Follow the calls on ``disk``; yields, after each, the last edit that was acknowledged."""
    handles: dict[int, str | int] = {}  # directories and files elsewhere by name, ours by number
    done = -1
    for line in calls:
        if (match := LINE.match(line)) is None:
            continue  # a call that failed
        call, handle, name, rest, result = match.groups()
        if name is not None:
            follow_name(disk, handles, call, decoded(name).decode(), home, int(result))
        elif call == "close":
            handles.pop(int(handle), None)
        elif call == "write" and int(handle) not in handles:
            done = max(done, acknowledged(rest))
        elif handles.get(int(handle)) == str(home):
            disk.sync_names()
        elif isinstance(file := handles.get(int(handle)), int):
            change(disk, call, file, rest)
        yield done


def follow_name(
    disk: Disk, handles: dict[int, str | int], call: str, path: str, home: Path, result: int
) -> None:
    """One call that opens a file or removes it."""
    if call == "openat":
        ours = path.startswith(f"{home}/") and not path.endswith("-shm")
        handles[result] = disk.number(path) if ours else path
    elif path in disk.present:
        disk.remove(path)


def acknowledged(rest: str) -> int:
    """The edit that was reported as done by what was written; -1 if it is no such report."""
    data = decoded(rest.split('"')[1])
    whole = len(data) == REPORT.size and data[:1] == DONE
    return REPORT.unpack(data)[1] if whole else -1


def change(disk: Disk, call: str, file: int, rest: str | None) -> None:
    """One call that changes a file of the database."""
    if call in ("fsync", "fdatasync"):
        disk.sync(file)
    elif call == "ftruncate":
        disk.changes.append((file, "cut", int(rest or ""), b""))
    elif call == "pwrite64":
        _, data, numbers = (rest or "").split('"')
        disk.changes.append((file, "write", int(numbers.split(", ")[2]), decoded(data)))


def decoded(text: str) -> bytes:
    """A string of strace's, which writes every byte as ``\\x`` and two digits."""
    return bytes.fromhex(text.replace("\\x", ""))


def editing(path: Path, last: int) -> Callable[[Tell], None]:
    def work(tell: Tell) -> None:
        with closing(SQLStore(path)) as store:
            if not store.sites():
                store.save_site(SITE)
                tell(DONE, 0)
            for number in range(1, last + 1):
                if number > last // 2:  # written without a sync, in front of what has to last
                    store.keep_vectors("s", "model", {str(number): bytes(5_000)})
                store.apply("s", edit(number))
                tell(DONE, number)

    return work


def put(files: dict[str, bytes], home: Path) -> Path:
    """Lay out what was found as files; returns the database."""
    for old in home.iterdir():
        old.unlink()
    for path, data in files.items():
        (home / Path(path).name).write_bytes(data)
    return home / "faq.db"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The directory of the database whose writer is recorded."""
    (tmp_path / "found").mkdir()
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def test_power_lost_between_any_two_calls_costs_no_acknowledged_edit(
    tmp_path: Path, home: Path, tally: Callable[..., None]
) -> None:
    make(home / "faq.db")
    disk = Disk()
    disk.add(home / "faq.db")
    calls = record(editing(home / "faq.db", 11), tmp_path / "log")
    tried = 0
    for moment, done in enumerate(replay(disk, calls, home)):
        rng = chance(moment)
        for _ in range(count(int(moment % 12 == 0), 3)):
            database = put(disk.found(rng), tmp_path / "found")
            still_writes(database, edits_in(database, max(done, 0)))
            tried += 1
            tally("power lost between two system calls of edits", tried=1, lost=0)
    assert tried > 30


def test_power_lost_while_a_database_is_made_leaves_one_that_can_be_made(
    tmp_path: Path, home: Path, tally: Callable[..., None]
) -> None:
    with closing(SQLStore(tmp_path / "first.db")):  # Alembic is imported before the fork
        pass
    disk = Disk()
    calls = record(editing(home / "faq.db", 0), tmp_path / "log")
    for moment, done in enumerate(replay(disk, calls, home)):
        for _ in range(count(int(moment % 8 == 0), 2)):
            database = put(disk.found(chance(moment)), tmp_path / "found")
            with closing(SQLStore(database)) as store:
                there = [site.id for site in store.sites()]
                assert there == ["s"] or (done < 0 and there == [])
                store.save_site(SITE)
            tally("power lost while a database is made", tried=1, lost=0)


def test_without_syncs_this_harness_finds_lost_edits(tmp_path: Path, home: Path) -> None:
    """What passes above passes because of the syncs: taken out of the record, edits are lost."""
    make(home / "faq.db")
    disk = Disk()
    disk.add(home / "faq.db")
    calls = record(editing(home / "faq.db", 6), tmp_path / "log")
    lost = 0
    unsynced = [line for line in calls if "sync(" not in line]
    for moment, done in enumerate(replay(disk, unsynced, home)):
        if moment % 5 == 0:
            try:
                edits_in(put(disk.found(chance(moment)), tmp_path / "found"), max(done, 0))
            except (AssertionError, FAQError):
                lost += 1
    assert lost > 5
