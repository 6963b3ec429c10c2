"""How long a search takes, beside the peers, in one run: CPU time, medians, as ratios.

    python benchmarks/speed.py [SIZE ...]

Each measured query is new to every engine. Before, each engine has answered others of the same
words, so that what it keeps of single words is warm; what words cost that it meets for the first
time stands in a table of its own. faqlib remembers whole answers: what a query costs that was
asked before stands there too, and no such query is among those that are compared. faqlib does all
it always does: typing slips, synonyms, meaning, confidence, suggestion.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpus import Row, entries, made, misspelt, mixtures, numbers, queries
from highlighting import ANSWERING
from quality import ENGINES

from faqlib import FAQ

HERE = Path(__file__).parent
SIZES = (20, 1_000, 10_000)
MEASURED = 160
WARMING = 320
ROUNDS = 4  # the engines take turns, so that a slow moment of the machine meets all alike
KEEP_NOTHING = ("Whoosh, OR", "lunr")  # of single words: a few queries warm them
# Entries up to which it is measured. What a sentence model takes is shown over HTTP, where each
# question is new to it: here it has read the golden questions before.
TOO_SLOW = {"lunr": 1_000, "faqlib with embeddings": 0}

Engines = Mapping[str, Callable[[Sequence[Row]], Callable[[str], Any]]]


class Spent(NamedTuple):
    """Milliseconds of CPU: median, and what a tenth was below and above of."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spent:
        """The three figures of measured values."""
        tenths = statistics.quantiles(values, n=10)
        return cls(statistics.median(values), tenths[0], tenths[-1])


def bare_faqlib(size: int) -> Callable[[str], Any]:
    """Ids and scores, as the peers give them."""
    faq = FAQ(semantic=False)
    faq.add_all(entries(size))
    return lambda query: [(hit.entry.id, hit.score) for hit in faq.search(query, snippets=False)]


def milliseconds(call: Callable[[str], Any], query: str) -> float:
    """The CPU time of one call."""
    start = time.process_time()
    call(query)
    return 1000 * (time.process_time() - start)


def measure(engines: Engines, size: int) -> dict[str, Spent]:
    """What each engine spends on a query of a FAQ of this size."""
    measured = queries()[:MEASURED]
    warming = mixtures(measured, WARMING)
    rows = made(size)
    built: dict[str, Callable[[str], Any]] = {}
    for name, build in engines.items():
        if size <= TOO_SLOW.get(name, size):
            try:
                built[name] = build(rows)
            except ImportError:
                continue
    for name, call in built.items():
        for query in warming[: 20 if name in KEEP_NOTHING else None]:
            call(query)
    spent: dict[str, list[float]] = {name: [] for name in built}
    for turn in range(ROUNDS):
        for name, call in built.items():
            spent[name] += [milliseconds(call, query) for query in measured[turn::ROUNDS]]
    return {name: Spent.of(values) for name, values in spent.items()}


class Cases(NamedTuple):
    """faqlib's own figures at one size."""

    first: float
    new_words: Spent
    known_words: Spent
    slip: Spent
    again: float


def cases(size: int) -> Cases:
    """The first search; new words, known words, a slip in one: each query is asked once.

    Only the last figure is of a query that was asked before, and whose answer is remembered.
    """
    faq = FAQ(semantic=False)
    faq.add_all(entries(size))
    asked = queries()
    first = milliseconds(faq.search, asked[-1])
    half = len(asked) // 2
    for query in asked[half:]:
        faq.search(query)
    new = [milliseconds(faq.search, query) for query in asked[:half]]
    mixed = mixtures(asked[:half], 2 * WARMING)
    for query in mixed[:WARMING]:
        faq.search(query)
    known, slip = [], []  # by turns, so that both are of one kind
    for plain, other in zip(mixed[WARMING::2], mixed[WARMING + 1 :: 2], strict=False):
        known.append(milliseconds(faq.search, plain))
        slip.append(milliseconds(faq.search, misspelt(other)))
    again = statistics.median(asked_again(faq, query) for query in asked[:half])
    return Cases(first, Spent.of(new), Spent.of(known), Spent.of(slip), again)


def asked_again(faq: FAQ, query: str, times: int = 100) -> float:
    """The CPU time of a search whose answer is remembered: of many, for each takes so little."""
    for _ in range(2):
        faq.search(query)
    return milliseconds(lambda query: [faq.search(query) for _ in range(times)], query) / times


def table(spent: Mapping[int, Mapping[str, Spent]]) -> Iterator[str]:
    """Medians with the spread, and how many times faqlib's each is."""
    yield "| engine | " + " | ".join(f"{size:,} entries" for size in spent) + " |"
    yield "|---" * (len(spent) + 1) + "|"
    for name in next(iter(spent.values())):
        cells = []
        for by_name in spent.values():
            one = by_name.get(name)
            ratio = "" if one is None else f"{one.median / by_name['faqlib'].median:.1f}x"
            cells.append(f"{_told(one)} {ratio}" if one else "not measured")
        yield f"| {name} | " + " | ".join(cells) + " |"


def _told(one: Spent) -> str:
    return f"{one.median:.2f} ms ({one.low:.2f} to {one.high:.2f})"


def cases_table(found: Mapping[int, Cases]) -> Iterator[str]:
    """One line a size."""
    yield (
        "| entries | first of all | words not asked before | words known | with a typing slip "
        "| the same query again |"
    )
    yield "|---" * 6 + "|"
    for size, case in found.items():
        ratio = case.slip.median / case.known_words.median
        yield (
            f"| {size:,} | {case.first:.0f} ms | {_told(case.new_words)} "
            f"| {_told(case.known_words)} | {_told(case.slip)} {ratio:.1f}x "
            f"| {case.again:.4f} ms |"
        )


def bare(size: int) -> dict[str, Spent]:
    """Ids and scores of ten hits."""
    found = measure({**ENGINES, "faqlib": lambda rows: bare_faqlib(len(rows))}, size)
    return {"faqlib": found.pop("faqlib"), "faqlib, not compiled": not_compiled(size), **found}


_NOT_COMPILED = """
import json, sys
sys.modules["faqlib.search._board"] = None  # as where no compiler was
import quality, speed
engines = {"faqlib": lambda rows: speed.bare_faqlib(len(rows))}
engines |= {name: quality.ENGINES[name] for name in ("SQLite FTS5", "tantivy")}
print(json.dumps(speed.measure(engines, int(sys.argv[1]))["faqlib"]))
"""


def not_compiled(size: int) -> Spent:
    """What faqlib spends with numpy alone, beside others in a process of its own."""
    command = [sys.executable, "-c", _NOT_COMPILED, str(size)]
    done = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True)
    return Spent(*json.loads(done.stdout))


def whole(size: int) -> dict[str, Spent]:
    """Ten hits with a marked passage each."""
    return measure(ANSWERING, size)


def main(sizes: Sequence[int]) -> None:
    """Print the three tables."""
    for what in (bare, whole):
        print(what.__doc__, *table({size: what(size) for size in sizes}), sep="\n", flush=True)
    print(*cases_table({size: cases(size) for size in sizes}), sep="\n")


if __name__ == "__main__":
    main(numbers(__doc__) or SIZES)
