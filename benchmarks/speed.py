"""How long a search takes, beside the peers, in one run: CPU time, medians, as ratios.

    python benchmarks/speed.py [SIZE ...]

The entries are the example FAQs' questions and answers, shuffled together sentence by sentence up
to each size (20 and 1,000 unless given); the queries are their golden questions. faqlib does all it
always does: typing slips, synonyms, meaning, snippets, confidence, suggestion.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from quality import ENGINES, Row, Search

from faqlib import read_file, render_text
from faqlib.testing import load_questions

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ("exosomes", "family-practice")
QUERIES = 120
ROUNDS = 3


def made(size: int) -> list[Row]:
    """A FAQ of ``size`` entries: first the real ones, then mixtures of their sentences."""
    entries = [e for name in NAMES for e in read_file(EXAMPLES / name / "faq.yaml").entries]
    rows = [{"id": e.id, "question": e.question, "answer": render_text(e.answer)} for e in entries]
    sentences = [s for row in rows for s in re.split(r"(?<=[.!?])\s+", row["answer"]) if s]
    chance = random.Random(1)
    while len(rows) < size:
        one, other = chance.choice(entries).question, chance.choice(entries).question
        half = one.split()[: len(one.split()) // 2] + other.split()[len(other.split()) // 2 :]
        answer = " ".join(chance.sample(sentences, 4))
        rows.append({"id": f"mixed-{len(rows)}", "question": " ".join(half), "answer": answer})
    return rows[:size]


def queries() -> list[str]:
    """What the golden questions ask."""
    found = [g for name in NAMES for g in load_questions(EXAMPLES / name / "questions.yaml")]
    return [golden.question for golden in random.Random(2).sample(found, QUERIES)]


def milliseconds(search: Search, asked: Sequence[str]) -> float:
    """The median CPU time of one search, the best of three rounds."""
    search(asked[0])
    rounds = []
    for _ in range(ROUNDS):
        spent = []
        for query in asked:
            start = time.process_time()
            search(query)
            spent.append(1000 * (time.process_time() - start))
        rounds.append(statistics.median(spent))
    return min(rounds)


def table(sizes: Sequence[int]) -> Iterator[str]:
    """The lines of the table: milliseconds, and how many times faqlib's they are."""
    yield "| engine | " + " | ".join(f"{size:,} entries" for size in sizes) + " |"
    yield "|---" * (len(sizes) + 1) + "|"
    asked = queries()
    ours: list[float] = []
    for name, build in ENGINES.items():
        try:
            spent = [milliseconds(build(made(size)), asked) for size in sizes]
        except ImportError:
            continue
        ours = ours or spent
        cells = [f"{ms:.2f} ms ({ms / own:.1f}x)" for ms, own in zip(spent, ours, strict=True)]
        yield f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    for line in table([int(size) for size in sys.argv[1:]] or [20, 1_000]):
        print(line, flush=True)
