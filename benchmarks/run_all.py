"""Run the benchmarks that need nothing from elsewhere, and write docs/benchmarks.md anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import corpus
import http_rates
import speed
from quality import ENGINES, Row, measure

from faqlib import read_file
from faqlib.testing import load_questions

TARGET = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`: every figure of a table comes from one run on one machine, faqlib beside
its peers on the same entries and queries. Compare the ratios; the milliseconds are the machine's.
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


def main() -> None:
    """Write the page."""
    parts = [
        HEAD,
        "## Finding the answer\n\nThe example FAQs' golden questions, aliases left out: "
        "nDCG@10 / P@1 (AUROC).\n",
        *found(),
        "\n## A search\n\nCPU time, median, and how many times faqlib's it is.\n",
        *speed.table({size: speed.bare(size) for size in (20, 1_000)}),
        "\n## Over HTTP\n\nThe server with log, metrics, limits and a database file, beside bytes "
        "that lie ready, in the same processes.\n",
        *http_rates.table(),
    ]
    TARGET.write_text("\n".join(parts) + "\n", "utf-8")
    print(TARGET.read_text("utf-8"))


if __name__ == "__main__":
    main()
