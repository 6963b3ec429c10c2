"""HTML becomes clean Markdown: what a reader sees, without what makes a page work.

Paragraphs, headings, lists, tables, links, bold, italics, code and quotes are kept; scripts,
styles, forms, navigation and hidden parts are dropped. Everything else is its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from faqlib.formats.emphasis import BREAK, Run, joined
from faqlib.formats.html_inline import DEPTH, embedded, escaped, inline
from faqlib.formats.html_visible import BLOCKS, Element, is_dropped, is_hidden, plain_text
from faqlib.markup import escape_start

_NESTED = 8  # lists in lists; below them only the text is kept


def to_markdown(element: Element) -> str:
    """What is inside of ``element``, as Markdown."""
    return "\n\n".join(_blocks(element, 0))


class _Flow:
    """Collects blocks, and the inline pieces between them as paragraphs."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._runs: list[Run] = []

    def text(self, piece: str) -> None:
        self._runs.append(Run(piece))

    def inline(self, runs: Iterable[Run]) -> None:
        self._runs += runs

    def block(self, blocks: Iterable[str]) -> None:
        self.end()
        self.blocks += [block for block in blocks if block]

    def end(self) -> None:
        paragraph = _lines(joined(self._runs))
        self._runs.clear()
        if paragraph:
            self.blocks.append(paragraph)


def _lines(text: str) -> str:
    """Inline Markdown without blanks at the ends of lines and of the whole."""
    lines = [re.sub(r"[ \n]+", " ", line).strip() for line in text.split(BREAK)]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    paragraphs = BREAK.join(escape_start(line) for line in lines)
    return re.sub(rf"(?:{re.escape(BREAK)}){{2,}}", "\n\n", paragraphs)


def _blocks(element: Element, depth: int) -> list[str]:
    flow = _Flow()
    flow.text(escaped(element.text))
    for child in element:
        _child(flow, child, depth)
        flow.text(escaped(child.tail))
    flow.end()
    return flow.blocks


def _child(flow: _Flow, child: Element, depth: int) -> None:
    if not isinstance(child.tag, str):
        return
    if child.tag in ("img", "iframe"):
        flow.text(embedded(child))
    elif is_dropped(child):
        return
    elif depth >= DEPTH:
        flow.text(f" {escaped(plain_text(child))} ")
    elif child.tag in _WRITERS:
        flow.block(_WRITERS[child.tag](child, depth + 1))
    elif child.tag in BLOCKS or _holds_block(child):
        flow.block(_blocks(child, depth + 1))
    else:
        flow.inline(inline(child, depth + 1))


def _holds_block(element: Element) -> bool:
    """Whether an inline element, such as a link around a card, has blocks in it."""
    return any(node.tag in BLOCKS for node in element.iterdescendants())


def _heading(element: Element, depth: int) -> list[str]:
    text = " ".join(" ".join(_blocks(element, depth)).replace(BREAK, " ").split())
    text = re.sub(r"^\*\*([^*]+)\*\*$", r"\1", text)
    text = re.sub(r"(?<![^ ])(#+)$", r"\\\1", text)  # or it would close the heading
    return [f"{'#' * int(element.tag[1])} {text}"] if text else []


def _list(element: Element, depth: int) -> list[str]:
    if sum(1 for _ in element.iterancestors("ul", "ol", "blockquote")) >= _NESTED:
        return [escaped(plain_text(element))]
    start = element.get("start") or ""
    number = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
    items: list[str] = []
    tight = True
    for item in element:
        if is_dropped(item):
            continue
        blocks = _WRITERS[item.tag](item, depth + 1) if item.tag in ("ul", "ol") else None
        blocks = blocks or _blocks(item, depth + 1)
        if not blocks:
            continue
        mark = "- " if element.tag == "ul" else f"{number}. "
        number += 1
        tight = tight and len(blocks) <= 1 + _is_list(blocks[-1])
        text = ("\n" if tight else "\n\n").join(blocks)
        items.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    return [re.sub(r"\n +\n", "\n\n", ("\n" if tight else "\n\n").join(items))] if items else []


def _is_list(block: str) -> bool:
    return re.match(r"- |[0-9]{1,9}\. ", block) is not None


def _table(element: Element, depth: int) -> list[str]:
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in _own_rows(element)]
    rows = [row for row in rows if row]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or next(element.iterdescendants("table"), None) is not None:
        return [block for row in rows for cell in row for block in _blocks(cell, depth)]
    lines = [[_cell(cell, depth) for cell in row] for row in rows]
    lines[0] += [""] * (width - len(lines[0]))  # Markdown fills up the others
    lines.insert(1, ["---"] * width)
    caption = [plain_text(cell) for cell in element.iterchildren("caption")]
    return [*map(escaped, caption), "\n".join(f"| {' | '.join(cells)} |" for cells in lines)]


def _own_rows(table: Element) -> Iterator[Element]:
    """The rows of a table, but none of a table in it."""
    for part in table:
        group = part if part.tag in ("thead", "tbody", "tfoot") else [part]
        yield from (row for row in group if row.tag == "tr" and not is_hidden(row))


def _cell(cell: Element, depth: int) -> str:
    """A cell in one line; list items in it are divided by semicolons."""
    lines = [line for block in _blocks(cell, depth) for line in block.split("\n")]
    return "; ".join(re.sub(r"^(?:- |[0-9]+\. )|\\$", "", line.strip()) for line in lines if line)


def _quote(element: Element, depth: int) -> list[str]:
    text = "\n\n".join(_blocks(element, depth))
    return ["\n".join(f"> {line}".rstrip() for line in text.split("\n"))] if text else []


def _preformatted(element: Element, depth: int) -> list[str]:
    text = "".join(element.itertext()).strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}\n{text}\n{fence}"] if text.strip() else []


def _term(element: Element, depth: int) -> list[str]:
    """A term of a list of definitions, or the line that opens a part of an answer."""
    text = " ".join(_blocks(element, depth)).replace(BREAK, " ")
    return [text if "**" in text else f"**{text}**"] if text else []


def _rule(element: Element, depth: int) -> Sequence[str]:
    return ["---"]


_WRITERS: dict[str, Callable[[Element, int], Sequence[str]]] = {
    **{f"h{level}": _heading for level in range(1, 7)},
    "ul": _list,
    "ol": _list,
    "table": _table,
    "blockquote": _quote,
    "pre": _preformatted,
    "dt": _term,
    "summary": _term,
    "hr": _rule,
}
