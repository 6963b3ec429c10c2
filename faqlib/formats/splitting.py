"""Finds where each question starts in lines of text, and which lines are its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from faqlib.formats import markers as mark
from faqlib.formats.leftovers import leftover
from faqlib.formats.markers import Markers
from faqlib.formats.prose import Line

_INLINE_ANSWER = re.compile(
    rf"(?P<question>.*?[?？؟])[ ]+(?:a|r|{mark.ANSWER_WORDS})[ ]?[:：][ ]+(?P<answer>.+)",
    re.IGNORECASE,
)
_QUESTION_LINES = 3  # a wrapped question has no more


@dataclass(slots=True)
class Section:
    """One question with the lines below it."""

    question: str
    number: int
    category: str = ""
    id: str = ""
    lines: list[Line] = field(default_factory=list)
    answered: bool = False  # whether its answer's marker was seen


def split_lines(lines: Sequence[Line]) -> tuple[list[Line], list[Section]]:
    """What stands before the first question, and the questions, in the first way that fits."""
    return _Splitter(lines).split()


def needs_guard(line: str) -> bool:
    """Whether a line of an answer would be taken for something else when it is read."""
    return (
        line.startswith("\\")
        or mark.USUAL.question_in(line) is not None
        or mark.USUAL.answer_in(line) is not None
        or mark.category_in(line) is not None
        or leftover(line) is not None
    )


def _unguarded(line: Line) -> Line:
    if line.text.startswith("\\") and needs_guard(line.text[1:]):
        return Line(line.number, line.text[1:], line.indent)
    return line


def _led(line: str) -> str | None:
    found = mark.led_question(line)
    return None if found is None else found[0]


def _titles(texts: Sequence[str]) -> dict[int, str]:
    """The lines that are bold as a whole and have text below that is not."""
    shown = [(index, mark.bold_line(text)) for index, text in enumerate(texts) if text]
    return {index: bold for (index, bold), (_, below) in pairwise(shown) if bold and below is None}


class _Splitter:
    """Finds where each question starts."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._markers = mark.markers_of(line.text for line in lines)
        self._head: list[Line] = []
        self._sections: list[Section] = []
        self._category = ""

    def split(self) -> tuple[list[Line], list[Section]]:
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
            elif (given := self._id_in(section, index, markers)) is not None:
                section.id = given
            elif answer is not None and not section.answered:
                section.answered = True
                section.lines.append(_unguarded(Line(line.number, answer, line.indent)))
            elif self._belongs_to_question(section, index, markers):
                section.question = f"{section.question} {line.text}".strip()
            else:
                self._keep(line)

    def _id_in(self, section: Section, index: int, markers: Markers) -> str | None:
        """The id in a line between a question and the line of its answer."""
        given = mark.id_in(self._lines[index].text)
        if given is None or section.answered or section.lines:
            return None
        near = self._lines[index + 1 : index + 1 + _QUESTION_LINES]
        below = next((line.text for line in near if line.text), "")
        return given if markers.answer_in(below) is not None else None

    def _belongs_to_question(self, section: Section, index: int, markers: Markers) -> bool:
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
                led = mark.led_question(line.text)
                if led is not None and led[0] == question:
                    self._sections[-1].lines.append(Line(line.number, led[1], line.indent))
            else:
                self._keep(line)

    def _finder(self) -> Callable[[int], str | None]:
        texts = [line.text for line in self._lines]
        if any(map(mark.numbered_question, texts)):
            return lambda index: mark.numbered_question(texts[index])
        if any(map(mark.decorated_question, texts)):
            return lambda index: mark.decorated_question(texts[index]) or _led(texts[index])
        bare = [index for index, text in enumerate(texts) if mark.bare_question(text)]
        apart = {index for index in bare if not any(texts[max(0, index - 1) : index])}
        wanted = apart if apart - {0} else set(bare)
        if sum(_led(text) is not None for text in texts) > len(wanted):
            return lambda index: _led(texts[index])
        if not wanted and len(titles := _titles(texts)) > 1:
            return titles.get
        return lambda index: texts[index] if index in wanted else None

    def _start(self, question: str, line: Line) -> None:
        inline = _INLINE_ANSWER.fullmatch(question)
        section = Section(question, line.number, self._category)
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
