"""FAQs of any size and queries that no engine has seen, from the example FAQs."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

from faqlib import Entry, read_file, render_text
from faqlib.testing import load_questions

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ("exosomes", "family-practice")

Row = dict[str, str]


def words(doc: str | None) -> list[str]:
    """What stands behind a benchmark's name on the command line; ``--help`` prints its ``doc``."""
    if {"-h", "--help"} & set(sys.argv):
        print(doc)
        sys.exit()
    return sys.argv[1:]


def numbers(doc: str | None) -> list[int]:
    """The same as whole numbers, such as sizes."""
    found = [word.replace(",", "").replace("_", "") for word in words(doc)]
    if wrong := [word for word in found if not word.isdecimal()]:
        sys.exit(f"Not a number: {wrong[0]}. Say --help for what can be said here.")
    return [int(word) for word in found]


def made(size: int) -> list[Row]:
    """A FAQ of ``size`` entries: first the real ones, then mixtures of their sentences."""
    entries = [e for name in NAMES for e in read_file(EXAMPLES / name / "faq.yaml").entries]
    rows = [{"id": e.id, "question": e.question, "answer": render_text(e.answer)} for e in entries]
    sentences = [s for row in rows for s in re.split(r"(?<=[.!?])\s+", row["answer"]) if s]
    chance = random.Random(1)
    while len(rows) < size:
        one, other = chance.choice(entries).question, chance.choice(entries).question
        answer = " ".join(chance.sample(sentences, 4))
        row = {"id": f"mixed-{len(rows)}", "question": _mixed(one, other), "answer": answer}
        rows.append(row)
    return rows[:size]


def entries(size: int) -> list[Entry]:
    """The same as entries."""
    return [Entry(row["question"], row["answer"], id=row["id"]) for row in made(size)]


def queries() -> list[str]:
    """The golden questions, in an order of their own."""
    asked = [g for name in NAMES for g in load_questions(EXAMPLES / name / "questions.yaml")]
    texts = list(dict.fromkeys(golden.question for golden in asked))
    random.Random(2).shuffle(texts)
    return texts


def mixtures(texts: list[str], count: int) -> list[str]:
    """Queries that are none of these, but made of their words: half of one, half of another."""
    chance = random.Random(3)
    found: dict[str, None] = {}
    while len(found) < count:
        found[_mixed(chance.choice(texts), chance.choice(texts))] = None
    return [query for query in found if query not in texts]


def misspelt(query: str) -> str:
    """The query with two letters swapped in the middle of its longest word."""
    word = max(re.findall(r"[a-z]+", query.lower()), key=len)
    at = len(word) // 2
    slip = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return re.sub(re.escape(word), slip, query, count=1, flags=re.IGNORECASE)


def _mixed(one: str, other: str) -> str:
    first, second = one.split(), other.split()
    return " ".join(first[: len(first) // 2] + second[len(second) // 2 :])
