"""Lines of plain text become an answer's Markdown: paragraphs and lists, nothing by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from faqlib.markup import escape_inline, escape_start

# Bullets that mean nothing else, also those of word processors' symbol fonts.
_BULLET = re.compile(r"(?P<mark>[•◦▪▫‣⁃●○■□➢➤\uf0b7\uf0a7])[ \t]*(?P<text>.*)")
_ASCII_BULLET = re.compile(r"(?P<mark>[*\-–·+])[ \t]+(?P<text>.+)")
_NUMBER = re.compile(r"(?P<mark>[0-9]{1,3})[.)][ \t]+(?P<text>.+)")
_BOLD = re.compile(r"(?<![\w*])\*\*(?P<text>[^\s*](?:[^*]{0,500}?[^\s*])?)\*\*(?![\w*])")
_URL = re.compile(r"https?://[^\s<>\"\\^`{|}]{1,1500}[\w/#=&-]")
_WRAPPED, _WHOLE = 60, 120  # characters: the shortest full line of wrapped text; no wrapped line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number, its text without blanks around it, its indent."""

    number: int
    text: str
    indent: int = 0


@dataclass(slots=True)
class _Paragraph:
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Item:
    text: str
    source: str
    indent: int


@dataclass(slots=True)
class _List:
    kind: str  # "bullet", "number", or the mark itself where it may mean something else
    start: int = 1
    items: list[_Item] = field(default_factory=list)


def to_markdown(lines: Iterable[Line]) -> str:
    """The lines as Markdown.

    Bullets with or without blank lines between them become one list. A text between two bullets
    stays where it is, as a paragraph. Short lines keep their line breaks, wrapped ones are
    joined. Every other character is escaped where Markdown would read it as markup, except for
    ``**bold**`` and addresses, which become links.
    """
    blocks = _Blocks()
    for line in lines:
        blocks.add(line)
    return "\n\n".join(filter(None, (_block(block) for block in blocks.done())))


class _Blocks:
    def __init__(self) -> None:
        self._blocks: list[_Paragraph | _List] = []
        self._apart = True  # whether the next line stands apart from the one before

    def add(self, line: Line) -> None:
        if not line.text:
            self._apart = True
            return
        if not self._add_item(line) and not self._continue_item(line):
            self._add_text(line.text)
        self._apart = False

    def _add_item(self, line: Line) -> bool:
        for kind, pattern in (("bullet", _BULLET), ("ascii", _ASCII_BULLET), ("number", _NUMBER)):
            if (found := pattern.fullmatch(line.text)) is None:
                continue
            kind = found["mark"] if kind == "ascii" else kind
            item = _Item(found["text"], line.text, line.indent)
            last = self._blocks[-1] if self._blocks else None
            number = int(found["mark"]) if kind == "number" else 1
            if not isinstance(last, _List) or not _continues(last, kind, number):
                last = _List(kind, number)
                self._blocks.append(last)
            last.items.append(item)
            return True
        return False

    def _continue_item(self, line: Line) -> bool:
        last = self._blocks[-1] if self._blocks else None
        if not isinstance(last, _List):
            return False
        item = last.items[-1]
        belongs = not self._apart and (line.indent > item.indent or line.text[0].islower())
        if belongs or not item.text:  # some pages put a bullet on a line of its own
            item.text = f"{item.text} {line.text}".strip()
            item.source = f"{item.source} {line.text}"
            return True
        return False

    def _add_text(self, text: str) -> None:
        last = self._blocks[-1] if self._blocks else None
        if self._apart or not isinstance(last, _Paragraph) or len(last.lines[-1]) > _WHOLE:
            self._blocks.append(_Paragraph([text]))
        else:
            last.lines.append(text)

    def done(self) -> Iterator[_Paragraph | _List]:
        """The blocks; a lone ``* note`` or ``2. March`` is a paragraph, not a list of one."""
        for block in self._blocks:
            if isinstance(block, _List) and block.kind != "bullet" and len(block.items) == 1:
                yield _Paragraph([block.items[0].source])
            else:
                yield block


def _continues(last: _List, kind: str, number: int) -> bool:
    return last.kind == kind and (kind != "number" or number == last.start + len(last.items))


def _block(block: _Paragraph | _List) -> str:
    return _paragraph(block.lines) if isinstance(block, _Paragraph) else _list(block)


def _paragraph(lines: Sequence[str]) -> str:
    longest = max(map(len, lines))
    parts = [inline(lines[0])]
    for before, line in pairwise(lines):
        wrapped = longest >= _WRAPPED and len(before) >= longest * 0.7
        parts += ["\n" if wrapped else "\\\n", inline(line)]
    return "".join(parts)


def _list(block: _List) -> str:
    indents: list[int] = []
    lines = []
    for number, item in enumerate(filter(lambda item: item.text, block.items), block.start):
        while indents and item.indent < indents[-1]:
            indents.pop()
        if not indents or (item.indent > indents[-1] and len(indents) < 4):
            indents.append(item.indent)
        mark = f"{number}." if block.kind == "number" else "-"
        lines.append(f"{'   ' * (len(indents) - 1)}{mark} {inline(item.text)}".rstrip())
    return "\n".join(lines)


def inline(text: str) -> str:
    """One line of plain text as Markdown, with ``**bold**`` kept and addresses linked."""
    parts, end = [], 0
    for found in re.finditer(f"{_BOLD.pattern}|(?P<url>{_URL.pattern})", text):
        parts.append(escape_inline(text[end : found.start()]))
        shown = f"<{found['url']}>" if found["url"] else f"**{escape_inline(found['text'])}**"
        parts.append(shown)
        end = found.end()
    parts.append(escape_inline(text[end:]))
    return escape_start("".join(parts))
