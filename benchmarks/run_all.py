"""Run the benchmarks, and write docs/benchmarks.md and docs/benchmarks-widget.md anew."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import corpus
import growth
import http_rates
import indexing
import speed
import start
import widget
from plots import bars, rows
from quality import ENGINES, Row, measure

from faqlib import read_file
from faqlib.testing import load_questions

TARGET = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`: every figure of a table comes from one run on one machine, faqlib beside
its peers on the same entries and queries. Compare the ratios; the milliseconds are the machine's.
All times are processor time of one thread; 1.0x is faqlib's.
"""
SEARCH = """
## A search

Ten hits. Medians, and between which values eight of ten searches lie. Every query is new to every
engine; its words are not. faqlib's search is the whole one, without sentence embeddings: typing
slips, synonyms, meaning, confidence and suggestion, none of which the peers have. tantivy and bm25s
are compiled and compare words alone. faqlib's loops are compiled where it was installed with a C
compiler at hand; where not, numpy and Python do the same.

Ids and scores only:
"""
WHOLE = """
With a passage of each answer in which the matches are marked; bm25s and lunr have none:
"""
CASES = """
faqlib alone, with passages. The first search of all works out what it needs of every entry; a word
that was in no query before is compared with every sentence once. Then both are kept. In these
columns, as in the tables above, each query is asked for the first time, those with a slip are of
the same kind as those of known words, and asked by turns with them; in the last column a query was
asked twice before, and the answer is remembered until somebody edits.
"""
INDEX = """
## Building and editing

From the entries to the first answer, and from an edit to an answer that shows it. faqlib's part is
all of it: entries checked, Markdown rendered, every version kept, vectors made. Whoosh and FTS5
take plain texts.
"""
KEEPING = """
There is no index on disk: it is built from the database when a FAQ is opened.
"""
START = """
## Starting

Whole processes, Python's own start included.
"""


def golden(name: str) -> tuple[list[Row], list[Row], dict[str, dict[str, int]]]:
    """An example FAQ and its golden questions, in the form of a judged set."""
    rows = [row for row in corpus.made(58) if not row["id"].startswith("mixed-")]
    asked = load_questions(corpus.EXAMPLES / name / "questions.yaml")
    wanted = {f"q{n}": dict.fromkeys(g.expected, 1) for n, g in enumerate(asked) if g.expected}
    queries = [{"id": f"q{n}", "text": g.question} for n, g in enumerate(asked)]
    ids = {entry.id for entry in read_file(corpus.EXAMPLES / name / "faq.yaml").entries}
    return [row for row in rows if row["id"] in ids], queries, wanted


def found() -> Iterator[str]:
    """How well the golden questions are answered, an engine a line."""
    sets = {name: golden(name) for name in corpus.NAMES}
    yield "| engine | " + " | ".join(sets) + " |"
    yield "|---" * (len(sets) + 1) + "|"
    for name, build in ENGINES.items():
        try:
            cells = [measure(build(c), queries, wanted) for c, queries, wanted in sets.values()]
        except ImportError:
            continue
        yield f"| {name} | " + " | ".join(cells) + " |"


def searches() -> Iterator[str]:
    """The section about searching."""
    yield SEARCH
    bare = {size: speed.bare(size) for size in speed.SIZES}
    yield from speed.table(bare)
    yield WHOLE
    whole = {size: speed.whole(size) for size in speed.SIZES}
    yield from speed.table(whole)
    yield "\n" + _picture("search", "A search with marked passages", whole)
    yield CASES
    yield from speed.cases_table({size: speed.cases(size) for size in speed.SIZES})


def _picture(name: str, title: str, spent: Mapping[int, Mapping[str, speed.Spent]]) -> str:
    engines = next(iter(spent.values()))
    medians = {
        engine: {f"{size:,} entries": by[engine].median for size, by in spent.items()}
        for engine in engines
    }
    return bars(name, title, medians, "ms of processor time")


def indexes() -> Iterator[str]:
    """The section about building and editing."""
    yield INDEX
    costs = indexing.measure(indexing.SIZES)
    yield from indexing.table(costs)
    built = {
        name: {f"{size:,} entries": one.built for size, one in by_size.items()}
        for name, by_size in costs.items()
    }
    yield "\n" + bars("build", "Building an index", built, "ms of processor time")
    yield KEEPING
    yield from indexing.keeping(indexing.OPENED)


def starts() -> Iterator[str]:
    """The section about starting."""
    yield START
    found = start.measure()
    yield from start.table(found)
    medians = {name: statistics.median(spent) for name, spent in found.items()}
    yield "\n" + rows("start", "A fresh process", medians, "ms of processor time")


GROWTH = """
## Growing

A FAQ in memory, of each size in a process of its own: from the entries to the first answer, an edit
until an answer shows it, the most memory that an entry took, and a search for ids and scores. Most
FAQs have less than a few hundred entries: what an edit of more costs grows with them.
"""
SITES = """
Sites of 14 entries in one SQLite file, visited one after another by one process, which keeps the
index of the 200 that were used last. CPU time of their searches; and, by the clock, what a search
of one busy site takes in the meantime.
"""


def grown() -> Iterator[str]:
    """The section about many entries and many sites."""
    yield GROWTH
    found = {size: growth.apart(growth.grown, size) for size in growth.SIZES}
    yield from growth.sizes_table(found)
    spent = {size: one.searches for size, one in found.items()}
    yield "\n" + _picture("growth", "A search in larger FAQs", spent)
    yield SITES
    yield from growth.sites_table(growth.SITES)


HTTP = """
## Over HTTP

The server with log, metrics, limits and a database file, beside bytes that lie ready, in the same
processes. Searches are new each time, and made of words that are not. Under load about a sixth
of what such a search costs the server is the search, where words alone decide; with the sentence
model nearly all of it. What has been answered before comes at the rate of the bare route.
"""


def over_http() -> Iterator[str]:
    """The section about the server."""
    yield HTTP
    runs = http_rates.measure_all()
    yield from http_rates.table(runs)
    title = "Requests a second, beside a bare Flask route"
    yield "\n" + rows("http", title, http_rates.shares(runs), "times as many")


def main() -> None:
    """Write the page."""
    parts = [
        HEAD,
        "## Finding the answer\n\nThe example FAQs' golden questions, aliases left out: "
        "nDCG@10 / P@1 (AUROC).\n",
        *found(),
        *searches(),
        *indexes(),
        *starts(),
        *grown(),
        *over_http(),
    ]
    TARGET.write_text("\n".join(parts) + "\n", "utf-8")
    print(TARGET.read_text("utf-8"))
    widget.write()


if __name__ == "__main__":
    main()
