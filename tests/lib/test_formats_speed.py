"""No reader takes more than its share of time, however the text is made."""

import contextlib
import time

import pytest

from faqlib import ImportFormatError, formats

REPEATED = {
    "text": [
        "Q: a? ",
        "• a\n",
        "**a ",
        "a?\n",
        "Q: a?\n1. b\n",
        "Q:",
        " ",
        "?",
        "https://a",
        "cookie ",
    ],
    "markdown": [
        "# a?\n",
        "```\n",
        "<details>\n<summary>",
        "<details>\n",
        "<!-- ",
        "## a ",
        "#",
        "**a?**\n",
        "- ",
        "> ",
        "<",
        "a\n-\n",
        "</details>\n",
        "[a](",
        "![",
        "|",
    ],
    "html": [
        "<p>a?</p>",
        "<b>",
        "<a b='",
        "<!--",
        "<dl><dt>a?<dd>b</dl>",
        "<script>",
        "&amp;",
        "<ul><li>",
        "<a ",
        "</",
        "<a href=x>a?",
        "<details><summary>a?</summary>b</details>",
        "a ",
        "x=' ",
        "<div aria-expanded=false>a?</div>",
        "<p class=question>a?<p class=answer>b",
    ],
    "csv": ["question,answer\n", '"', "a,", "a,b\n", "'=", ";", "\t"],
    "json": ['{"a":', "[", '"', '{"question":"a"},', "\\", '\\"', "1", " "],
    "jsonl": ['{"question":"a"}\n', "[\n", '"', "1\n"],
    "yaml": ["- ", "? ", "a: ", "- question: a\n", "[", "&a ", "'", "#", "- [", "{a: "],
}
CASES = [(name, unit) for name, units in REPEATED.items() for unit in units]
LEADS = {"csv": "question,answer\n", "json": "[" * 101, "yaml": "- question: "}
SIZE = 60_000


@pytest.mark.parametrize(("name", "unit"), CASES, ids=[f"{name}-{unit!r}" for name, unit in CASES])
def test_every_reader_ends_soon_on_endless_repetition(name: str, unit: str) -> None:
    start = time.process_time()
    for lead in ("", LEADS.get(name, "Q: ")):
        with contextlib.suppress(ImportFormatError):
            formats.read(lead + unit * (SIZE // len(unit)) + "\n", format=name)
    assert time.process_time() - start < 60  # a hang, not a slow machine


@pytest.mark.parametrize("unit", ["<b>", "<h2>"])
def test_a_page_of_parts_in_parts_is_not_read_for_each_of_them(unit: str) -> None:
    start = time.process_time()
    with contextlib.suppress(ImportFormatError):
        formats.read(f"{unit}a" * 1_000 + "<i></i>" * 90_000, format="html")
    assert time.process_time() - start < 60  # each of them was read to its end


def test_a_megabyte_of_quotes_is_refused_at_once() -> None:
    start = time.process_time()
    with pytest.raises(ImportFormatError):
        formats.read("[" * 101 + '\\"' * 500_000, format="json")
    assert time.process_time() - start < 60  # once, each quote was tried to the end
