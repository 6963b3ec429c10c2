"""Writers that are killed, starved and lied to, and a reckoning of what they had acknowledged.

A :class:`Writer` is a forked process that makes numbered edits and reports each that was
acknowledged. The content after edit ``n`` follows from ``n`` alone, so that after any accident it
can be said whether an acknowledged edit was lost, or half of one is there.
"""

import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from faqlib.errors import StoreUnavailable
from faqlib.model import Cursor, Entry, Site
from faqlib.store import Change
from faqlib.store.check import verify
from faqlib.store.sql import SQLStore

SOAK = os.environ.get("FAQ_SOAK", "") not in ("", "0")
SITE = Site("s", name="Clinic")
IMPORT = 40  # entries of one import
REPORT = struct.Struct("=cq")  # what happened, and to which edit
DONE, FAILED, WRONG = b"d", b"f", b"w"
Tell = Callable[[bytes, int], None]
T = TypeVar("T")

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
needs_strace = pytest.mark.skipif(
    not shutil.which("strace"), reason="strace is not installed: apt-get install strace"
)


def count(small: int, large: int) -> int:
    """How often to try: a few times in ``make test``, often in ``make soak``."""
    return large if SOAK else small


# --- numbered edits ---------------------------------------------------------------------------


def entry(name: str, number: int) -> Entry:
    """The entry ``name`` as edit ``number`` writes it; its length varies by much."""
    return Entry(f"What is {name}?", f"{number} " * (1 + number * 37 % 300), id=name)


def edit(number: int) -> list[Change]:
    """Every fifth edit is an import, the others change two entries and one comes or goes."""
    if number % 5 == 0:
        return [Change(f"e{n}", entry(f"e{n}", number), "import") for n in range(IMPORT)]
    comes = entry("t", number) if number % 2 else None
    return [Change(n, entry(n, number)) for n in ("a", "b")] + [Change("t", comes)]


def content_after(number: int) -> dict[str, Entry]:
    """All entries after the edits 1 to ``number``."""
    content: dict[str, Entry] = {}
    first = max(1, number - 5)  # the last import and two of the other kind are among these
    for step in range(first, number + 1):
        for change in edit(step):
            content.pop(change.entry_id, None)
            if change.entry is not None:
                content[change.entry_id] = change.entry
    return content


def make(path: Path) -> None:
    """A database with the site and no edits."""
    with closing(SQLStore(path)) as store:
        store.save_site(SITE)


def content(store: SQLStore) -> dict[str, Entry]:
    """All entries of the site."""
    return {found.id: found for found in store.snapshot("s")[2]}


def edits_in(path: Path, acknowledged: int, *, unsure: int = 1) -> int:
    """How many edits the database holds; everything in it is checked.

    Args:
        path: the database, after an accident.
        acknowledged: the last edit that was reported as done.
        unsure: how many edits after it may have been under way.

    Raises:
        AssertionError: if an acknowledged edit is missing or half an edit is there.
    """
    with closing(SQLStore(path, create=False)) as store:
        with store.reading() as connection:
            verify(connection)
        found = content(store)
        for number in range(acknowledged, acknowledged + unsure + 1):
            if found == content_after(number):
                assert store.cursor("s").revision == number + 1
                return number
    raise AssertionError(f"after edit {acknowledged} the database holds {sorted(found)}")


def still_writes(path: Path, number: int) -> None:
    """Make the next edit in the same process that found the accident."""
    with closing(SQLStore(path, create=False)) as store:
        before: Cursor = store.cursor("s")
        store.apply("s", edit(number + 1))
        assert content(store) == content_after(number + 1)
        assert store.changed_since("s", before) is not None


# --- processes --------------------------------------------------------------------------------


def fork() -> int:
    """``os.fork``, which newer Pythons warn of when there are threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


class Child:
    """A forked process that waits for ``go``, works, and reports through a pipe."""

    def __init__(self, work: Callable[[Tell], None]) -> None:
        reports, tell = os.pipe()
        wait, self._go = os.pipe()
        self.pid = fork()
        if self.pid == 0:
            status = 1
            try:
                os.close(reports)
                os.close(self._go)
                os.read(wait, 1)
                work(lambda what, number: os.write(tell, REPORT.pack(what, number)) and None)
                status = 0
            except BaseException as error:  # noqa: BLE001  (nothing may get back into pytest)
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(status)
        os.close(tell)
        os.close(wait)
        self._reports = reports

    def go(self) -> None:
        """Let it begin."""
        os.write(self._go, b"!")

    def read(self) -> tuple[bytes, int] | None:
        """The next report; ``None`` when it has ended."""
        data = os.read(self._reports, REPORT.size)
        if len(data) < REPORT.size:
            return None
        what, number = REPORT.unpack(data)
        return what, number

    def kill(self) -> None:
        """End it as a power switch would end a program."""
        os.kill(self.pid, signal.SIGKILL)

    def finish(self) -> tuple[list[tuple[bytes, int]], int]:
        """All further reports, and how it ended: its exit code, or minus a signal."""
        reports = []
        while (report := self.read()) is not None:
            reports.append(report)
        os.close(self._reports)
        os.close(self._go)
        return reports, os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def insist(tell: Tell, number: int, work: Callable[[], T]) -> T:
    """Do ``work`` until no disk refuses it; each refusal is reported as one of edit ``number``."""
    while True:
        try:
            return work()
        except StoreUnavailable:
            tell(FAILED, number)


def last_done(reports: list[tuple[bytes, int]], default: int) -> int:
    """The number of the last acknowledged edit."""
    return max((number for what, number in reports if what == DONE), default=default)


@contextmanager
def traced(child: Child, *options: str) -> Iterator[None]:
    """strace watches ``child`` while the block runs; skips where nobody may trace."""
    words = ["strace", "-f", "-p", str(child.pid), *options]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr is not None
        line = tracer.stderr.readline()
        if b"attached" not in line:
            child.kill()
            child.finish()
            pytest.skip(f"this system lets nobody trace a process: {line.decode().strip()}")
        yield
        tracer.send_signal(signal.SIGINT)
        tracer.stderr.read()


class Tampering:
    """How often a system call was tampered with, known at the end."""

    struck = 0


@contextmanager
def tampered(child: Child, expression: str) -> Iterator[Tampering]:
    """A system call of ``child`` fails or kills it; the expression is of ``strace --inject``."""
    call, done = expression.partition(":")[0], Tampering()
    with tempfile.NamedTemporaryFile() as log:
        inject = ("-e", f"trace={call}", "-e", f"inject={expression}", "-o", log.name)
        with traced(child, *inject):
            yield done
        done.struck = log.read().count(b"(INJECTED)")


def outlives(work: Callable[[Tell], None], expression: str) -> tuple[list[tuple[bytes, int]], int]:
    """Let a process work on a disk that fails: its reports, none of anything wrong, and how often.

    Raises:
        AssertionError: if it ended by more than a refusal, or had seen anything wrong.
    """
    child = Child(work)
    with tampered(child, expression) as tampering:
        child.go()
        reports, status = child.finish()
    assert status == 0, expression
    assert [number for what, number in reports if what == WRONG] == [], expression
    return reports, tampering.struck


def recorded(child: Child, calls: str, log: Path) -> AbstractContextManager[None]:
    """The system calls of ``child`` are written to ``log``, with all that they wrote."""
    return traced(child, "-e", f"trace={calls}", "-xx", "-s", "1000000", "-o", str(log))


# --- places -----------------------------------------------------------------------------------


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path]:
    """A file system of its own with little room; skips where we may not make one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can make a file system for a test")
    with tempfile.TemporaryDirectory() as name:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"this system lets nobody mount: {made.stderr.strip()}")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def remount(disk: Path, how: str) -> None:
    """Make a file system read-only (``ro``) or writable (``rw``) again."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def expect_unavailable(work: Callable[[], object]) -> str:
    """Run ``work``, which has to be refused in one sentence; returns it."""
    with pytest.raises(StoreUnavailable) as caught:
        work()
    sentence = str(caught.value)
    assert re.fullmatch(r"[^\n]+[.]", sentence), sentence
    return sentence


def chance(seed: object) -> random.Random:
    """Chance that can be repeated: the seed stands in the report of a failure."""
    return random.Random(f"{os.environ.get('FAQ_SEED', '1')}-{seed}".encode(errors="replace"))
