"""Markdown from elsewhere: which parts of a document are questions, and which their answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from faqlib.errors import ImportFormatError
from faqlib.formats import markers as mark
from faqlib.formats.document import Draft
from faqlib.formats.markdown_details import DETAILS, read_details, read_items
from faqlib.formats.metadata import read_fields
from faqlib.formats.outline_parts import entry_of, heading_in, set_aside, shown_text, take_above
from faqlib.formats.prose import Line
from faqlib.formats.splitting import Section, split_lines
from faqlib.model import SetAside

_UNDERLINE = re.compile(r" {0,3}(?P<mark>=|-)(?P=mark)*[ \t]*")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_COMMENT = re.compile(r"[ \t]*<!--.*-->[ \t]*")


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    text: str
    start: int  # index of its first line, and of the first line after it
    end: int


def read_outline(lines: Sequence[str], name: str, *, level: int | None = None) -> Draft:
    """The entries of a document.

    Args:
        lines: its lines.
        name: the file's name for messages.
        level: the level of the headings that are questions, where that is known for certain.
    """
    draft = Draft()
    lines = _without_front_matter(lines, draft, name)
    lines = _without_comments(lines, draft)
    headings = _headings(lines)
    if level is not None:
        _read_headings(lines, headings, draft, level)
        return draft
    if any(DETAILS.match(line) for line in lines):
        folded = Draft(title=draft.title, set_aside=list(draft.set_aside))
        read_details(lines, folded)
        if folded.raws:
            return folded
    if not any(mark.asks(heading.text) for heading in headings) and read_items(lines, draft):
        return draft
    if headings and not _lead_to_questions(lines, headings) and _asks_by_headings(lines, headings):
        _read_headings(lines, headings, draft)
    else:
        _read_marked(lines, headings, draft)
    return draft


def _lead_to_questions(lines: Sequence[str], headings: Sequence[_Heading]) -> bool:
    """Whether no heading asks, and right below each that has text a question stands.

    Where that is only a line that asks, there have to be more of these than headings.
    """
    starts = {heading.start for heading in headings}
    below = [at for heading in headings for at in _below(lines, heading)]
    led = [lines[at].strip() for at in below if at not in starts]
    if not led or any(mark.asks(heading.text) for heading in headings):
        return False
    if all(map(_is_marked, led)):
        return True
    return all(map(_is_question, led)) and sum(map(_is_question, lines)) > len(led)


def _next_text(lines: Sequence[str], start: int) -> int:
    return next((at for at in range(start, len(lines)) if lines[at].strip()), len(lines))


def _below(lines: Sequence[str], heading: _Heading) -> range:
    """The first line below a heading that has text, if there is any."""
    at = _next_text(lines, heading.end)
    return range(at, min(at + 1, len(lines)))


def _is_marked(text: str) -> bool:
    finds = (mark.USUAL.question_in, mark.numbered_question, mark.decorated_question)
    return mark.led_question(text) is not None or any(find(text) is not None for find in finds)


def _is_question(line: str) -> bool:
    bare = re.match(r"[-*+>|]", line) is None and mark.bare_question(line) is not None
    return bare or _is_marked(line)


def _asks_by_headings(lines: Sequence[str], headings: Sequence[_Heading]) -> bool:
    """Whether headings ask at least as often as marked or bold lines do."""
    texts = [line.strip() for line in lines]
    markers = mark.markers_of(texts)
    marked = sum(markers.question_in(text) is not None for text in texts) if markers else 0
    bold = sum(text[:2] == "**" and mark.decorated_question(text) is not None for text in texts)
    return sum(mark.asks(heading.text) for heading in headings) >= max(marked, bold)


def _without_front_matter(lines: Sequence[str], draft: Draft, name: str) -> list[str]:
    """Blanks out the block between ``---`` lines at the top, after its title was taken."""
    if not lines or lines[0].rstrip() != "---":
        return list(lines)
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return list(lines)
    try:
        data = read_fields("\n".join(lines[1:end]), name)
    except ImportFormatError:
        return list(lines)
    draft.title = str(data.get("title") or "")
    return [""] * (end + 1) + list(lines[end + 1 :])


def _without_comments(lines: Sequence[str], draft: Draft) -> list[str]:
    kept = list(lines)
    for at, line in enumerate(lines):
        if _COMMENT.fullmatch(line):
            draft.set_aside.append(SetAside(line.strip(), "a comment", at + 1))
            kept[at] = ""
    return kept


def _headings(lines: Sequence[str]) -> list[_Heading]:
    found: list[_Heading] = []
    fence = ""
    for at, line in enumerate(lines):
        if (opened := _FENCE.match(line)) is not None:
            if not fence:
                fence = opened["fence"]
            elif opened["fence"].startswith(fence):
                fence = ""
        if fence:
            continue
        if (heading := heading_in(line)) is not None:
            found.append(_Heading(*heading, at, at + 1))
        elif (under := _UNDERLINE.fullmatch(line)) is not None and _underlines(lines, at):
            level = 1 if under["mark"] == "=" else 2
            found.append(_Heading(level, shown_text(lines[at - 1].strip()), at - 1, at + 1))
    return [heading for heading in found if heading.text]


def _underlines(lines: Sequence[str], at: int) -> bool:
    """Whether the line above is a paragraph of one line, so that this one makes it a heading."""
    if at == 0 or not lines[at - 1].strip() or (at > 1 and lines[at - 2].strip()):
        return False
    return re.match(r"\s*(?:[-*+>|]|#{1,6}\s|\d+[.)]\s)", lines[at - 1]) is None


def _question_level(headings: Sequence[_Heading]) -> tuple[int, bool]:
    """The level of the questions, and whether every heading on it is one."""
    asking = Counter(heading.level for heading in headings if mark.asks(heading.text))
    every = Counter(heading.level for heading in headings)
    level = max(asking or every, key=lambda level: ((asking or every)[level], level))
    return level, not asking or asking[level] * 2 >= every[level]


def _read_headings(
    lines: Sequence[str], headings: Sequence[_Heading], draft: Draft, level: int | None = None
) -> None:
    level, all_of_it = (level, True) if level else _question_level(headings)
    starts = [
        heading
        for heading in headings
        if heading.level < level
        or (heading.level == level and (all_of_it or mark.asks(heading.text)))
    ]
    category = ""
    take_above(lines, 0, starts[0].start if starts else len(lines), draft)
    ends = [*(heading.start for heading in starts), len(lines)][1:]
    for heading, end in zip(starts, ends, strict=True):
        body = "\n".join(lines[heading.end : end]).strip("\n").rstrip()
        if heading.level == level:
            draft.raws.append(entry_of(heading.text, body, category, heading.start + 1))
            continue
        if not draft.raws and not draft.title and heading.level == 1:
            draft.title = heading.text
        else:
            category = heading.text
        if draft.raws:
            set_aside(lines, heading.end, end, draft)
        else:
            take_above(lines, heading.end, end, draft)


def _read_marked(lines: Sequence[str], headings: Sequence[_Heading], draft: Draft) -> None:
    """``**Q:**`` and the like; headings right above a question name its category."""
    given = [
        Line(at + 1, line.strip(), len(line) - len(line.lstrip())) for at, line in enumerate(lines)
    ]
    for heading in headings:
        top = heading is headings[0] and _next_text(lines, 0) == heading.start
        if top and heading.level == 1 and not draft.title:
            draft.title, replacement = heading.text, ""
        elif any(_is_question(lines[at].strip()) for at in _below(lines, heading)):
            replacement = f"Category: {heading.text}"
        else:
            continue
        for at in range(heading.start, heading.end):
            given[at] = Line(at + 1, replacement if at == heading.start else "")
    head, sections = split_lines(given)
    above = [line for line in head if line.text]
    if above and not draft.title:
        draft.title = shown_text(above.pop(0).text)
    for line in above:
        take_above(lines, line.number - 1, line.number, draft)
    for section in sections:
        question, answer = shown_text(section.question), _source(section, lines)
        draft.raws.append(entry_of(question, answer, section.category, section.number))
        draft.raws[-1].data["id"] = shown_text(section.id)


def _source(section: Section, lines: Sequence[str]) -> str:
    """The answer's lines as they stand in the file: their indent means something here."""
    kept = [
        lines[line.number - 1] if lines[line.number - 1].strip() == line.text else line.text
        for line in section.lines
    ]
    return "\n".join(kept).strip("\n").rstrip()
