"""How far it goes: FAQs of 14 to 100,000 entries, and servers of 1 to 10,000 sites.

    python benchmarks/growth.py [SITES ...]

A FAQ of each size has a process of its own, for its memory to be told. The sites are in one SQLite
file and one process, which keeps the 200 that were used last: each is visited once, and meanwhile
one of them is asked again and again, as a busy clinic is while others are looked at once a day.
"""

from __future__ import annotations

import multiprocessing
import re
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import speed
from corpus import entries, mixtures, numbers, queries
from indexing import timed
from quality import ENGINES

from faqlib import FAQ, Entry, Site, open_store
from widget_server.clinics import Clinics

SIZES = (14, 100, 1_000, 10_000, 100_000)
PEERS = ("SQLite FTS5", "tantivy")
SITES = (1, 100, 10_000)
A_SITE = 14  # entries
KEPT = 200  # sites, as servers do unless they are told otherwise
BUSY = 200  # searches
PAUSE = 0.01  # seconds between them

Found = TypeVar("Found")


class Grown(NamedTuple):
    """A FAQ of one size: CPU milliseconds, and kilobytes of memory for an entry."""

    built: float
    edit: float
    kilobytes: float
    searches: dict[str, speed.Spent]


def grown(size: int) -> Grown:
    """What a FAQ of this size takes."""
    rows = entries(size)
    _asked_much(_filled(entries(50)))  # what is imported and read once
    before = _kilobytes()
    built, faq = timed(lambda: _filled(rows))
    _asked_much(faq)
    taken = _kilobytes() - before
    edits = [timed(lambda day=day: _edit(faq, rows[0], day))[0] for day in ("Monday", "Friday")]
    faq.close()
    engines = {"faqlib": lambda rows: speed.bare_faqlib(len(rows))}
    engines |= {name: ENGINES[name] for name in PEERS}
    spent = speed.measure(engines, size)
    return Grown(built, statistics.median(edits), taken / size, spent)


def _filled(rows: Sequence[Any]) -> FAQ:
    faq = FAQ(semantic=False)
    faq.add_all(rows)
    faq.search("does it hurt")
    return faq


def _asked_much(faq: FAQ) -> None:
    for query in mixtures(queries(), 100):
        faq.search(query)


def _edit(faq: FAQ, entry: Entry, day: str) -> None:
    faq.update(entry.replace(answer=f"{entry.answer} We also do so on a {day}."))
    faq.search(f"on a {day}")


def _kilobytes() -> int:
    """The most memory that this process ever had."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says there may be the parent's
        return int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def apart(measure: Callable[[int], Found], size: int) -> Found:
    """What is measured, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(measure, (size,))


def sizes_table(found: dict[int, Grown]) -> Iterator[str]:
    """One line a size; behind a peer's median how many times faqlib's it is."""
    yield f"| entries | built | an edit | memory for an entry | a search | {' | '.join(PEERS)} |"
    yield "|---" * (5 + len(PEERS)) + "|"
    for size, one in found.items():
        ours = one.searches["faqlib"].median
        cells = [
            f"{one.searches[name].median:.2f} ms {one.searches[name].median / ours:.1f}x"
            if name in one.searches
            else "not installed"
            for name in PEERS
        ]
        yield (
            f"| {size:,} | {one.built:,.0f} ms | {one.edit:,.1f} ms | {one.kilobytes:.0f} kB "
            f"| {ours:.2f} ms | {' | '.join(cells)} |"
        )


def visited(count: int) -> str:
    """What so many sites in one process take: a line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        clinics = _clinics(Path(folder) / "faq.db", count)
        before = _kilobytes()
        visits = [_visit(clinics, 0)]
        alone, meanwhile = _busy(clinics, threading.Event()), []
        if count > 1:
            meanwhile = _while_visited(clinics, count, visits)
        taken = (_kilobytes() - before) / 1024
        clinics.store.close()
    firsts, nexts = zip(*visits, strict=True)
    cells = [_told(firsts), _told(nexts), f"{taken:,.0f} MB", _told(alone), _told(meanwhile)]
    return f"| {count:,} | {' | '.join(cells)} |"


def sites_table(counts: Sequence[int]) -> Iterator[str]:
    """One line for each number of sites."""
    yield (
        "| sites | a site's first answer | its next | memory, when all were visited "
        "| the busy site alone | while all others are visited |"
    )
    yield "|---" * 6 + "|"
    for count in counts:
        yield apart(visited, count)


def _clinics(path: Path, count: int) -> Clinics:
    store, rows = open_store(path), entries(A_SITE)
    for name in map(_name, range(count)):
        store.save_site(Site(name, f"Clinic {name}"))
        FAQ(store=store, site=name, semantic=False).add_all(rows)
    return Clinics(store, bound=KEPT, semantic=False)


def _name(number: int) -> str:
    return f"clinic-{number:05}"


def _visit(clinics: Clinics, number: int) -> tuple[float, float]:
    """CPU milliseconds of a site's first search, and of its next."""
    faq, spent = clinics.faq(_name(number)), []
    for query in ("does it hurt", "how long until it works"):
        start = time.thread_time()
        faq.search(query)
        spent.append(1000 * (time.thread_time() - start))
    return spent[0], spent[1]


def _while_visited(clinics: Clinics, count: int, visits: list[tuple[float, float]]) -> list[float]:
    """Visit all other sites, one after another; what the busy one's visitors wait meanwhile."""
    done = threading.Event()

    def visit() -> None:
        visits.extend(_visit(clinics, number) for number in range(1, count))
        done.set()

    visitor = threading.Thread(target=visit)
    visitor.start()
    waited = _busy(clinics, done)
    visitor.join()
    return waited


def _busy(clinics: Clinics, done: threading.Event) -> list[float]:
    """Milliseconds that new searches of one site take, by the clock, until all is visited."""
    waited, asked = [], mixtures(queries(), BUSY)
    for query in asked:
        start = time.perf_counter()
        clinics.faq(_name(0)).search(query)
        waited.append(1000 * (time.perf_counter() - start))
        if done.wait(PAUSE):
            break
    return waited


def _told(values: Sequence[float]) -> str:
    if not values:
        return "-"
    middle, slow = statistics.median(values), sorted(values)[int(len(values) * 0.95)]
    return f"{middle:.1f} ms (95 %: {slow:.1f})"


def main(counts: Sequence[int]) -> None:
    """Print both tables."""
    print(*sizes_table({size: apart(grown, size) for size in SIZES}), sep="\n", flush=True)
    print("", *sites_table(counts), sep="\n")


if __name__ == "__main__":
    main(numbers(__doc__) or SITES)
