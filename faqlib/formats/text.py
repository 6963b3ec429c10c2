"""Plain text, as people paste it from a web page or a letter.

Read in the first of these ways that fits the file: marked (``Q:`` and ``A:`` in several
languages), numbered (``1. …?``), decorated (``**…?**`` or ``## …?``), or bare, where a line of
its own that ends with a question mark is a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from faqlib.formats import markers as mark
from faqlib.formats.document import Draft, Raw
from faqlib.formats.leftovers import leftover
from faqlib.formats.markers import Markers
from faqlib.formats.plain import plain_blocks
from faqlib.formats.prose import Line, to_markdown
from faqlib.model import Entry, SetAside

_INLINE_ANSWER = re.compile(
    rf"(?P<question>.*?[?？؟])[ ]+(?:a|r|{mark.ANSWER_WORDS})[ ]?[:：][ ]+(?P<answer>.+)",
    re.IGNORECASE,
)
_QUESTION_LINES = 3  # a wrapped question has no more


@dataclass(slots=True)
class _Section:
    """One question with the lines below it."""

    question: str
    number: int
    category: str = ""
    lines: list[Line] = field(default_factory=list)
    answered: bool = False  # whether its answer's marker was seen


def read(text: str, name: str) -> Draft:
    """Entries from pasted text; left-overs of the page are set aside, everything else is kept."""
    draft = Draft()
    lines = list(_tidied(text, draft))
    head, sections = _Splitter(lines).split()
    _take_head(draft, head)
    for section in _without_contents(sections, draft):
        draft.raws.append(_raw(section))
    return draft


def write(entries: Iterable[Entry]) -> str:
    """Questions and answers without markup; categories are kept, other fields are not."""
    parts: list[str] = []
    category = ""
    for entry in entries:
        if entry.category != category:
            category = entry.category
            parts.append(f"Category: {category}".rstrip())
        answer = "\n\n".join(_written(entry.answer))
        parts += [f"Q: {' '.join(entry.question.split())}", f"A: {answer}".rstrip()]
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


class _Splitter:
    """Finds where each question starts."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._markers = mark.markers_of(line.text for line in lines)
        self._head: list[Line] = []
        self._sections: list[_Section] = []
        self._category = ""

    def split(self) -> tuple[list[Line], list[_Section]]:
        """What stands before the first question, and the questions."""
        if self._markers is not None:
            self._split_marked(self._markers)
        else:
            self._split_at(self._finder())
        return self._head, self._sections

    def _split_marked(self, markers: Markers) -> None:
        for index, line in enumerate(self._lines):
            question = markers.question_in(line.text)
            answer = markers.answer_in(line.text)
            section = self._sections[-1] if self._sections else None
            if question is not None:
                self._start(question, line)
            elif section is None or self._is_category(line):
                self._keep(line)
            elif answer is not None and not section.answered:
                section.answered = True
                section.lines.append(_unguarded(Line(line.number, answer, line.indent)))
            elif self._belongs_to_question(section, index, markers):
                section.question = f"{section.question} {line.text}".strip()
            else:
                self._keep(line)

    def _belongs_to_question(self, section: _Section, index: int, markers: Markers) -> bool:
        """Whether a question goes on in this line: it was empty, or its answer follows at once."""
        text = self._lines[index].text
        if not text or section.answered or section.lines:
            return False
        if not section.question:
            return True
        for line in self._lines[index + 1 : index + _QUESTION_LINES]:
            if markers.answer_in(line.text) is not None:
                return not section.question.endswith("?") or text.endswith("?")
            if not line.text:
                return False
        return False

    def _split_at(self, question_in: Callable[[int], str | None]) -> None:
        for index, line in enumerate(self._lines):
            question = question_in(index) if line.text else None
            if question is not None:
                self._start(question, line)
            else:
                self._keep(line)

    def _finder(self) -> Callable[[int], str | None]:
        texts = [line.text for line in self._lines]
        for find in (mark.numbered_question, mark.decorated_question):
            if any(find(text) for text in texts):
                return lambda index: find(texts[index])
        bare = [index for index, text in enumerate(texts) if mark.bare_question(text)]
        apart = {index for index in bare if index == 0 or not texts[index - 1]}
        wanted = apart or set(bare)
        return lambda index: texts[index] if index in wanted else None

    def _start(self, question: str, line: Line) -> None:
        inline = _INLINE_ANSWER.fullmatch(question)
        section = _Section(question, line.number, self._category)
        if inline is not None:
            section.question, section.answered = inline["question"], True
            section.lines.append(Line(line.number, inline["answer"], line.indent))
        self._sections.append(section)

    def _is_category(self, line: Line) -> bool:
        return mark.category_in(line.text) is not None

    def _keep(self, line: Line) -> None:
        category = mark.category_in(line.text)
        if category is not None:
            self._category = category
            return
        line = _unguarded(line)
        below = self._sections[-1].lines if self._sections else self._head
        if line.text or below:
            below.append(line)


def _take_head(draft: Draft, lines: Sequence[Line]) -> None:
    """The first line above the questions is the title, the next the subtitle, the rest an intro."""
    texts = [line.text for line in lines if line.text]
    draft.title = texts[0] if texts else ""
    draft.subtitle = texts[1] if len(texts) > 1 else ""
    draft.intro = "\n".join(texts[2:])


def _without_contents(sections: Sequence[_Section], draft: Draft) -> Iterator[_Section]:
    """Leaves out a page's table of contents: questions that come again, there with an answer."""
    answered = {section.question: section for section in sections if _has_text(section)}
    for section in sections:
        again = answered.get(section.question)
        if _has_text(section) or again is None:
            yield section
        else:
            reason = f"listed here, answered in line {again.number}"
            draft.set_aside.append(SetAside(section.question, reason, section.number))


def _has_text(section: _Section) -> bool:
    return any(line.text for line in section.lines)


def _raw(section: _Section) -> Raw:
    data = {
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
    return f"\\{line}" if _needs_guard(line) else line


def _unguarded(line: Line) -> Line:
    if line.text.startswith("\\") and _needs_guard(line.text[1:]):
        return Line(line.number, line.text[1:], line.indent)
    return line


def _needs_guard(line: str) -> bool:
    return (
        line.startswith("\\")
        or mark.USUAL.question_in(line) is not None
        or mark.USUAL.answer_in(line) is not None
        or mark.category_in(line) is not None
        or leftover(line) is not None
    )
