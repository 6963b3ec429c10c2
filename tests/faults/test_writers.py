"""Several writers at once, from the moment at which the database is made: no edit gets lost."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from faqlib.model import Entry
from faqlib.store import Change
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import DONE, SITE, Child, content, count, make, needs_fork

pytestmark = needs_fork
Tell = Callable[[bytes, int], None]
WRITERS, EDITS = 4, 3


def writer(path: Path, me: int) -> Callable[[Tell], None]:
    def work(tell: Tell) -> None:
        with closing(SQLStore(path)) as store:
            store.save_site(SITE)
            for number in range(EDITS):
                shared = store.get("s", "shared") or Entry("Shared?", "0", id="shared")
                mine = Entry(f"Mine {me}?", str(number), id=f"e{me}")
                store.apply("s", [Change(mine.id, mine), Change("shared", shared)])
                tell(DONE, number)

    return work


def test_writers_that_start_together_wait_for_each_other(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    """Every other time the database is there before; else they make it, all at once."""
    with closing(SQLStore(tmp_path / "first.db")):  # Alembic is imported before any fork
        pass
    for turn in range(count(6, 400)):
        path = tmp_path / f"{turn}.db"
        if turn % 2:
            make(path)
        children = [Child(writer(path, me)) for me in range(WRITERS)]
        for child in children:
            child.go()
        for child in children:
            assert child.finish() == ([(DONE, number) for number in range(EDITS)], 0)
        with closing(SQLStore(path)) as store:
            found = content(store)
            assert [found[f"e{me}"].answer for me in range(WRITERS)] == [str(EDITS - 1)] * WRITERS
            assert all(len(store.history("s", f"e{me}")) == EDITS for me in range(WRITERS))
        tally("four writers that open a database at once", tried=1, lost=0)
