"""The index is made anew in memory from what is stored: no accident leaves anything wrong in it.

No file of it is ever on a disk, so there is none that could be damaged or planted. What is tried
is that the process ends, or its disk fails, while it imports and makes the index.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from faqlib import FAQ, Entry
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import (
    DONE,
    IMPORT,
    WRONG,
    Child,
    Tell,
    chance,
    content,
    count,
    entry,
    insist,
    last_done,
    make,
    needs_fork,
    needs_strace,
    outlives,
)

pytestmark = needs_fork


def entries(number: int) -> list[Entry]:
    """What import ``number`` makes of all entries: one word in them is the import's own."""
    return [
        made.replace(answer=f"mark{number} {made.answer[:400]}")
        for made in (entry(f"e{place}", number) for place in range(IMPORT))
    ]


def is_whole(faq: FAQ, number: int) -> bool:
    """Whether the index is that of import ``number``, of no other, and of all of it."""
    with_it = {hit.entry.id for hit in faq.search(f"mark{number}.", limit=IMPORT + 9)}
    answers = {found.answer.split()[0] for found in faq}
    return len(with_it) == IMPORT and answers == {f"mark{number}"}


def importing(path: Path, first: int, last: int = 10**9) -> Callable[[Tell], None]:
    """Imports, and makes the index anew; what a failing disk refuses is tried again."""

    def work(tell: Tell) -> None:
        faq = insist(tell, first, lambda: FAQ.open(path, site="s", semantic=False))
        with faq:
            for number in range(first, last + 1):
                made = entries(number)
                insist(tell, number, lambda: faq.merge(made))  # noqa: B023
                whole = insist(tell, number, lambda: is_whole(faq, number))  # noqa: B023
                tell(DONE if whole else WRONG, number)

    return work


def imports_in(path: Path, done: int) -> int:
    """Which import the database holds, whole: the last that was acknowledged or the next."""
    with FAQ.open(path, site="s", create=False, semantic=False) as faq:
        for number in (done, done + 1):
            if (not len(faq) and number == 0) or (len(faq) and is_whole(faq, number)):
                return number
    raise AssertionError(f"neither import {done} nor the next is there whole")


def test_killed_while_it_imports_and_makes_its_index_the_next_process_has_all(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    with FAQ.open(path, site="s", semantic=False) as faq:
        faq.search("the index is imported before any fork")
    done = 0
    for turn in range(count(5, 200)):
        child = Child(importing(path, done + 1))
        child.go()
        time.sleep(chance(turn).uniform(0, 0.15))
        child.kill()
        reports, status = child.finish()
        assert status == -9
        assert WRONG not in {what for what, _ in reports}
        done = imports_in(path, last_done(reports, done))
        tally("kill -9 at a random moment of imports and index rebuilds", tried=1, lost=0, wrong=0)
    with closing(SQLStore(path)) as store:
        assert len(content(store)) == (IMPORT if done else 0)


@needs_strace
def test_a_disk_that_fails_under_an_import_leaves_no_half_index(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    make(path)
    with FAQ.open(path, site="s", semantic=False) as faq:
        faq.search("the index is imported before any fork")
    done = 0
    faults = ("pwrite64:error=ENOSPC", "pread64:error=EIO", "fdatasync:error=EIO",
              "pwrite64:error=EIO")  # fmt: skip
    for turn in range(count(4, 160)):
        nth = chance(turn).randint(1, 12)
        work = importing(path, done + 1, done + 2)
        reports, struck = outlives(work, f"{faults[turn % 4]}:when={nth}..{nth + 4}")
        assert last_done(reports, done) == done + 2
        done = imports_in(path, done + 2)
        tally("disk errors under imports and index rebuilds", tried=struck, lost=0, wrong=0)
