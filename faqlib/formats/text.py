"""Plain text, as people paste it from a web page or a letter.

Read in the first of these ways that fits the file: marked (``Q:`` and ``A:`` in several
languages), numbered (``1. …?``), decorated (``**…?**`` or ``## …?``), or bare, where a line of
its own that ends with a question mark is a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from faqlib.formats import markers as mark
from faqlib.formats.document import ABOVE, WRITTEN, Draft, Raw
from faqlib.formats.leftovers import leftover
from faqlib.formats.plain import plain_blocks
from faqlib.formats.prose import Line, to_markdown
from faqlib.formats.splitting import Section, needs_guard, split_lines
from faqlib.model import Entry, SetAside, slug


def read(text: str, name: str) -> Draft:
    """Entries from pasted text; left-overs of the page are set aside, everything else is kept."""
    draft = Draft(fields=WRITTEN, plain=True)
    lines = list(_tidied(text, draft))
    head, sections = split_lines(lines)
    _take_head(draft, head)
    for section in _without_contents(sections, draft):
        draft.raws.append(_raw(section))
    return draft


def write(entries: Iterable[Entry]) -> str:
    """Questions and answers without markup; ids and categories are kept, other fields are not."""
    parts: list[str] = []
    category = ""
    for entry in entries:
        if entry.category != category:
            category = entry.category
            parts.append(f"Category: {category}".rstrip())
        answer = "\n\n".join(_written(entry.answer))
        parts.append(f"Q: {' '.join(entry.question.split())}")
        if entry.id != slug(entry.question):
            parts.append(f"ID: {entry.id}")
        parts.append(f"A: {answer}".rstrip())
    return "\n\n".join(parts) + "\n"


def _tidied(text: str, draft: Draft) -> Iterator[Line]:
    """Every line, blanks of any kind made plain; a left-over becomes a blank line."""
    for number, source in enumerate(text.split("\n"), 1):
        spaced = re.sub(r"[\u00a0\u2007\t\x0b\x0c]", " ", source).strip("\u200b\u2060\ufeff")
        line = spaced.strip()
        reason = leftover(line)
        if reason is not None:
            draft.set_aside.append(SetAside(line, reason, number))
            line = ""
        yield Line(number, line, len(spaced) - len(spaced.lstrip()))


def _take_head(draft: Draft, lines: Sequence[Line]) -> None:
    """The first line above the questions is the title, the next the subtitle, the rest an intro."""
    kept = [line for line in lines if line.text]
    texts = [line.text for line in kept]
    draft.title = texts[0] if texts else ""
    draft.subtitle = texts[1] if len(texts) > 1 else ""
    draft.intro = texts[2:]
    draft.set_aside += [SetAside(line.text[:200], ABOVE, line.number) for line in kept[2:]]


def _without_contents(sections: Sequence[Section], draft: Draft) -> Iterator[Section]:
    """Leaves out a page's table of contents: questions that come again, there with an answer."""
    answered = {section.question: section for section in sections if _has_text(section)}
    for section in sections:
        again = answered.get(section.question)
        if _has_text(section) or again is None:
            yield section
        else:
            reason = f"listed here, answered in line {again.number}"
            draft.set_aside.append(SetAside(section.question, reason, section.number))


def _has_text(section: Section) -> bool:
    return any(line.text for line in section.lines)


def _raw(section: Section) -> Raw:
    data = {
        "id": section.id,
        "question": section.question,
        "answer": to_markdown(section.lines),
        "category": section.category,
        "aliases": mark.halves(section.question),
    }
    return Raw(data, section.number)


def _written(answer: str) -> Iterator[str]:
    for block in plain_blocks(answer):
        lead = f"{'  ' * block.level}{block.mark} " if block.mark else ""
        lines = [line if lead else _guarded(line) for line in block.lines]
        yield lead + (" " if lead else "\n").join(lines)


def _guarded(line: str) -> str:
    """A backslash before a line that would be read as a marker or a left-over."""
    return f"\\{line}" if needs_guard(line) else line
