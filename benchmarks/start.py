"""How long it takes until a fresh process can answer: CPU time, of which Python itself is part.

python benchmarks/start.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpus import entries

from faqlib import FAQ

RUNS = 7
TELL = "; import time; print(time.process_time())"


def programs(database: Path) -> dict[str, str]:
    """What is measured, as a program."""
    ask = "faq.search('does it hurt')"
    return {
        "Python alone": "pass",
        "`import faqlib`": "import faqlib",
        "`FAQ()`, one entry, one search, sentence embeddings loaded": "from faqlib import "
        f"FAQ, Entry; faq = FAQ(); faq.add(Entry('Does it hurt?', 'A little.')); {ask}",
        "500 entries opened from SQLite, one search": "from faqlib import FAQ; "
        f"faq = FAQ.open({str(database)!r}, semantic=False); {ask}",
        "Whoosh: one document, one search": "from whoosh.fields import Schema, TEXT; "
        "from whoosh.filedb.filestore import RamStorage; from whoosh.qparser import QueryParser; "
        "ix = RamStorage().create_index(Schema(q=TEXT(stored=True))); w = ix.writer(); "
        "w.add_document(q='Does it hurt?'); w.commit(); s = ix.searcher(); "
        "s.search(QueryParser('q', ix.schema).parse('hurt'))",
        "`import flask`": "import flask",
    }


def milliseconds(program: str) -> list[float]:
    """The CPU time of fresh processes that run a program."""
    command = [sys.executable, "-c", program + TELL]
    return [
        1000 * float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(RUNS)
    ]


def measure() -> dict[str, list[float]]:
    """The CPU time of each program's processes."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "faq.db"
        with FAQ.open(database, semantic=False) as faq:
            faq.add_all(entries(500))
        return {name: milliseconds(program) for name, program in programs(database).items()}


def table(found: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """One line a program: the median, and the least and most."""
    yield "| a fresh process | CPU time |"
    yield "|---|---|"
    for name, spent in found.items():
        median = statistics.median(spent)
        yield f"| {name} | {median:.0f} ms ({min(spent):.0f} to {max(spent):.0f}) |"


if __name__ == "__main__":
    print(*table(measure()), sep="\n")
