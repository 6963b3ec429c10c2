r"""Markdown: a heading for each question, its other fields in a comment, the answer below.

::

    ## Is parking free?

    <!-- faq
    id: parking
    tags: [car, arrival]
    -->

    Yes, behind the house.

In a file with such comments each ``## `` line starts an entry, and a line of an answer that
begins like one has a backslash in front. Files from elsewhere are read by their ``<details>``
blocks, their ``Q:`` markers, their headings or their bold questions, whichever there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from faqlib.errors import ImportFormatError, Problem
from faqlib.formats.document import WRITTEN, Draft, Raw
from faqlib.formats.markdown_outline import read_outline
from faqlib.formats.metadata import read_fields, write_fields
from faqlib.formats.outline_parts import shown_text
from faqlib.markup import escape_markdown
from faqlib.model import Entry
from faqlib.schema import dump_entry

_OPEN = "<!-- faq"
_CLOSE = "-->"
_RISKY = re.compile(r"^(?=\\*(?:##[ \t]|<!-- faq))", re.MULTILINE)
_GUARDED = re.compile(r"^\\(?=\\*(?:##[ \t]|<!-- faq))", re.MULTILINE)


def read(text: str, name: str) -> Draft:
    """Entries from a file of ours, or from the outline of any other."""
    lines = text.split("\n")
    if not any(line.rstrip() == _OPEN for line in lines):
        outline = read_outline(lines, name)
        outline.fields = WRITTEN
        return outline
    draft = Draft()
    starts = [number for number, line in enumerate(lines) if line.startswith("## ")]
    _take_head(draft, lines[: starts[0]] if starts else lines)
    for start, end in pairwise([*starts, len(lines)]):
        _add_entry(draft, lines, start, end, name)
    return draft


def write(entries: Iterable[Entry]) -> str:
    """One section for each entry; every field reads back as it was."""
    return "\n".join(_section(entry) for entry in entries)


def _section(entry: Entry) -> str:
    data = dump_entry(entry)
    heading = escape_markdown(entry.question)
    shown = not entry.answer.startswith("\n") and not entry.answer.endswith("\n")
    hidden = {"question"} if _question(f"## {heading}") == entry.question else set()
    hidden |= {"answer"} if shown else set()
    fields = write_fields({key: value for key, value in data.items() if key not in hidden})
    answer = _RISKY.sub(r"\\", entry.answer) if shown else ""
    parts = [f"## {heading}\n", f"{_OPEN}\n{fields}{_CLOSE}\n"]
    return "\n".join([*parts, f"{answer}\n"] if answer else parts)


def _question(line: str) -> str:
    return shown_text(line.removeprefix("## "))


def _take_head(draft: Draft, lines: Sequence[str]) -> None:
    texts = [line.lstrip("# ").strip() for line in lines if line.strip()]
    draft.title = texts[0] if texts else ""
    draft.intro = texts[1:]


def _add_entry(draft: Draft, lines: Sequence[str], start: int, end: int, name: str) -> None:
    first = next((at for at in range(start + 1, end) if lines[at].strip()), end)
    data = {}
    body = start + 1
    if first < end and lines[first].rstrip() == _OPEN:
        body = _end_of_comment(lines, first, end)
        try:
            data = read_fields("\n".join(lines[first + 1 : body - 1]), name)
        except ImportFormatError as error:
            draft.problems += list(_shifted(error, first + 1))
            return
    answer = "\n".join(lines[body:end]).strip("\n")
    shown = {"question": _question(lines[start]), "answer": _GUARDED.sub("", answer)}
    draft.raws.append(Raw(shown | data, start + 1))


def _end_of_comment(lines: Sequence[str], start: int, end: int) -> int:
    for at in range(start + 1, end):
        if lines[at].rstrip() == _CLOSE:
            return at + 1
    return end


def _shifted(error: ImportFormatError, lines: int) -> Iterator[Problem]:
    for problem in error.problems:
        line = problem.line + lines if problem.line else lines
        yield replace(problem, line=line)
