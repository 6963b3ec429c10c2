"""What it costs to build an index, to edit one entry, to open a stored FAQ, and to keep it.

    python benchmarks/indexing.py [SIZE ...]

Every engine gets the same five fields. An edit counts until a search has found it; faqlib's is the
whole way, with the entry checked and its history kept, in memory and in an SQLite file (synced).
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpus import Row, entries, made, numbers

from faqlib import FAQ, Entry

SIZES = (20, 500, 2_000)
OPENED = (20, 500, 10_000)
TRACED = 500  # entries up to which memory is traced, which takes ten times as long
EDITS = 15
FIELDS = ("question", "aliases", "answer", "category", "tags")

Edit = Callable[[Row], int]  # puts a row in place of the old, and finds it: how many hits


def faqlib_index(rows: Sequence[Row]) -> Edit:
    """In memory."""
    return _filled(FAQ(semantic=False), rows)


def stored_index(rows: Sequence[Row]) -> Edit:
    """In an SQLite file."""
    folder = tempfile.mkdtemp()
    return _filled(FAQ.open(Path(folder) / "faq.db", semantic=False), rows)


def _filled(faq: FAQ, rows: Sequence[Row]) -> Edit:
    faq.add_all(Entry(row["question"], row["answer"], id=row["id"]) for row in rows)
    faq.search("first")

    def edit(row: Row) -> int:
        faq.update(faq[row["id"]].replace(answer=row["answer"]))
        return len(faq.search("what about a monday"))

    return edit


def whoosh_index(rows: Sequence[Row]) -> Edit:
    """Stock Whoosh: stemmed fields, one commit an edit."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.filedb.filestore import RamStorage
    from whoosh.query import Term

    fields = {name: TEXT(analyzer=StemmingAnalyzer()) for name in FIELDS}
    index = RamStorage().create_index(Schema(id=ID(stored=True, unique=True), **fields))

    def write(changed: Sequence[Row]) -> None:
        writer = index.writer()
        for row in changed:
            writer.update_document(**row)
        writer.commit()

    writer = index.writer()
    for row in rows:
        writer.add_document(**row)
    writer.commit()

    def edit(row: Row) -> int:
        write([row])
        with index.searcher() as searcher:
            return len(searcher.search(Term("id", row["id"])))

    return edit


def fts5_index(rows: Sequence[Row]) -> Edit:
    """SQLite FTS5, in memory."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE faq USING fts5(id UNINDEXED, question, answer, tokenize='porter')"
    )
    database.executemany("INSERT INTO faq VALUES (:id, :question, :answer)", rows)
    database.commit()

    def edit(row: Row) -> int:
        database.execute("UPDATE faq SET answer = :answer WHERE id = :id", row)
        database.commit()
        return len(database.execute("SELECT id FROM faq WHERE faq MATCH 'monday'").fetchall())

    return edit


ENGINES: dict[str, Callable[[Sequence[Row]], Edit]] = {
    "faqlib": faqlib_index,
    "faqlib, SQLite file": stored_index,
    "Whoosh": whoosh_index,
    "SQLite FTS5": fts5_index,
}


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """CPU milliseconds, and what came of them."""
    start = time.process_time()
    made = call()
    return 1000 * (time.process_time() - start), made


def edits(edit: Edit, rows: Sequence[Row]) -> list[float]:
    """What each of some edits costs until it is found."""
    spent = []
    for row in rows[1 : EDITS + 1]:
        changed = {**row, "answer": row["answer"] + " We also do so on a Monday."}
        milliseconds, found = timed(lambda changed=changed: edit(changed))
        assert found, row["id"]
        spent.append(milliseconds)
    return spent


class Costs(NamedTuple):
    """CPU milliseconds of one engine at one size."""

    built: float
    edits: list[float]

    @property
    def edit(self) -> float:
        """The median edit."""
        return statistics.median(self.edits)


def measure(sizes: Sequence[int]) -> dict[str, dict[int, Costs]]:
    """What building and editing cost each engine."""
    found: dict[str, dict[int, Costs]] = {}
    for name, build in ENGINES.items():
        build(made(50))  # what is imported and read once is measured by start.py
        for size in sizes:
            rows = made(size)
            gc.collect()
            built, edit = timed(lambda build=build, rows=rows: build(rows))
            found.setdefault(name, {})[size] = Costs(built, edits(edit, rows))
    return found


def table(found: Mapping[str, Mapping[int, Costs]]) -> Iterator[str]:
    """Building, and how many times faqlib's it is; one edit, median and worst."""
    ours = found["faqlib"]
    yield "| engine | " + " | ".join(f"{n:,}: built | {n:,}: an edit" for n in ours) + " |"
    yield "|---" * (2 * len(ours) + 1) + "|"
    for name, by_size in found.items():
        cells = [
            f"{one.built:,.0f} ms {one.built / ours[size].built:.1f}x "
            f"| {one.edit:.1f} ms (worst {max(one.edits):.0f})"
            for size, one in by_size.items()
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"


def keeping(sizes: Sequence[int]) -> Iterator[str]:
    """What opening a stored FAQ costs to its first answer, and what an entry takes in memory."""
    yield "| entries | opened from SQLite, first search | next search | memory for an entry |"
    yield "|---" * 4 + "|"
    for size in sizes:
        path = Path(tempfile.mkdtemp()) / "faq.db"
        with FAQ.open(path, semantic=False) as faq:
            faq.add_all(entries(size))
        gc.collect()
        spent, faq = timed(lambda path=path: _opened(path))
        again, _ = timed(lambda faq=faq: faq.search("how long does it take to heal"))
        faq.close()
        memory = f"{_kilobytes(path) / size:.0f} kB" if size <= TRACED else "not traced"
        yield f"| {size:,} | {spent:,.0f} ms | {again:.1f} ms | {memory} |"


def _kilobytes(path: Path) -> float:
    tracemalloc.start()
    with _opened(path):
        taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return taken / 1024


def _opened(path: Path) -> FAQ:
    faq = FAQ.open(path, semantic=False)
    faq.search("does it hurt")
    return faq


def main(sizes: Sequence[int]) -> None:
    """Print both tables."""
    print(*table(measure(sizes)), "", *keeping(OPENED), sep="\n")


if __name__ == "__main__":
    main(numbers(__doc__) or SIZES)
