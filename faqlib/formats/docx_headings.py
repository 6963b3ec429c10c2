"""Headings beside tables of questions: the title of the document, and categories."""

from __future__ import annotations

from faqlib.formats.document import LONGEST_CATEGORY, Draft
from faqlib.formats.markers import USUAL, asks, decorated_question
from faqlib.formats.outline_parts import heading_in, set_aside, take_above


def take_heading(lines: list[str], start: int, draft: Draft) -> str | None:
    """Takes the heading above a table of questions, and what stands between, out of ``lines``.

    One at the top is the document's title; another one is returned: it names a category.
    """
    for at in reversed(range(start, len(lines))):
        if (found := heading_in(lines[at])) is not None:
            return None if asks(found[1]) else _taken(lines, at, *found, draft)
    return None


def _taken(lines: list[str], at: int, level: int, text: str, draft: Draft) -> str | None:
    below = lines[at + 1 :]
    if any(USUAL.question_in(line) or decorated_question(line) for line in below):
        return text[:LONGEST_CATEGORY]
    del lines[at:]
    if level == 1 and not draft.raws and not any(lines):
        draft.title = text
        take_above(below, 0, len(below), draft)
        return None
    set_aside(below, 0, len(below), draft)
    return text[:LONGEST_CATEGORY]


def take_title(lines: list[str], outline: Draft, draft: Draft) -> None:
    """Beside tables of questions, a heading at the top asks nothing, nor does one without text."""
    top = heading_in(next(filter(None, lines), ""))
    first = outline.raws[0].data if outline.raws else {"question": ""}
    if top == (1, first["question"]) and not asks(first["question"]) and not draft.title:
        draft.title = first["question"]
        below = first["answer"].split("\n")
        take_above(below, 0, len(below), draft)
        del outline.raws[0]
    outline.raws = [raw for raw in outline.raws if raw.data["answer"] or asks(raw.data["question"])]
