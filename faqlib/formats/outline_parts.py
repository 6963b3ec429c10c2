"""What both ways through a Markdown document need: headings, what stands outside, entries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from faqlib.formats import markers as mark
from faqlib.formats.document import ABOVE, Draft, Raw
from faqlib.markup import render_text
from faqlib.model import SetAside

_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?=[ \t]|$)")
_SHORT = 2_000  # characters


def shown_text(markdown: str) -> str:
    """A heading or question as plain text; what is far too long for one stays as it is."""
    return render_text(markdown) if len(markdown) <= _SHORT else markdown


def heading_in(line: str) -> tuple[int, str] | None:
    """Level and text of a line that begins with ``#``; a closing ``#`` is no text."""
    found = _HEADING.match(line)
    if found is None:
        return None
    text = line[found.end() :].strip(" \t")
    closed = text.rstrip("#")
    if not closed or closed[-1] in " \t":
        text = closed
    return len(found["level"]), shown_text(text)


def take_above(lines: Sequence[str], start: int, end: int, draft: Draft) -> None:
    """Takes what stands above the questions as subtitle and intro, which are no entry's."""
    for at in range(start, end):
        text = shown_text(lines[at].strip())
        if text and not draft.subtitle:
            draft.subtitle = text
        elif text:
            draft.intro.append(text)
            draft.set_aside.append(SetAside(text[:200], ABOVE, at + 1))


def set_aside(lines: Sequence[str], start: int, end: int, draft: Draft) -> None:
    """Reports lines that belong to no question."""
    for at in range(start, end):
        if lines[at].strip():
            reason = "stands outside of the questions"
            draft.set_aside.append(SetAside(lines[at].strip()[:200], reason, at + 1))


def entry_of(question: str, answer: str, category: str, line: int) -> Raw:
    """An entry with the aliases that its question gives."""
    data = {"question": question, "answer": answer, "category": category}
    return Raw(data | {"aliases": mark.halves(question)}, line)
