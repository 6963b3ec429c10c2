"""HTML becomes clean Markdown: what a reader sees, without what makes a page work.

Paragraphs, headings, lists, tables, links, bold, italics, code and quotes are kept; scripts,
styles, forms, navigation and hidden parts are dropped. Everything else is its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from faqlib.markup import escape_inline, escape_start

Element: TypeAlias = Any  # lxml ships no types

DEPTH = 120  # levels that are told apart; below them only the text is kept
DROPPED = frozenset(
    {"audio", "button", "canvas", "datalist", "dialog", "embed", "form", "head", "input", "link"}
    | {"math", "menu", "meta", "nav", "noscript", "object", "option", "script", "select", "style"}
    | {"svg", "template", "textarea", "title", "video"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_WRAPS = {"b": "**", "strong": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "strike": "~~"}
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|screen-reader-text)(?:\s|$)")
_LINKABLE = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d])", re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_BREAK = "\\\n"
_EDGE = re.compile(r"(?:\\\n|\s)+")


def to_markdown(element: Element) -> str:
    """What is inside of ``element``, as Markdown."""
    return "\n\n".join(_blocks(element, 0))


def nodes_to_markdown(nodes: Iterable[Element | str]) -> str:
    """Several nodes in a row, as Markdown. They are moved into an element of their own."""
    holder = etree.Element("div")
    for node in nodes:
        if isinstance(node, str):
            _append_text(holder, node)
        else:
            holder.append(node)
    return to_markdown(holder)


def plain_text(element: Element) -> str:
    """The visible text of ``element`` in one line."""
    return " ".join("".join(_visible(element)).split())


def is_hidden(element: Element) -> bool:
    """Whether the page does not show ``element``, or shows it to nobody as content."""
    get = element.get
    return bool(
        (get("hidden") is not None and get("hidden") != "until-found")
        or get("aria-hidden") == "true"
        or _HIDDEN_STYLE.search(get("style") or "")
        or _HIDDEN_CLASS.search(get("class") or "")
    )


def is_dropped(element: Element) -> bool:
    """Whether ``element`` is no content: no element at all, a control, a script, hidden."""
    return not isinstance(element.tag, str) or element.tag in DROPPED or is_hidden(element)


def _append_text(holder: Element, text: str) -> None:
    if len(holder):
        holder[-1].tail = (holder[-1].tail or "") + text
    else:
        holder.text = (holder.text or "") + text


def _visible(element: Element) -> Iterator[str]:
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        apart = " " if node.tag in _BLOCKS or node.tag == "br" else ""
        if event == "end":
            yield apart if node is element else apart + (node.tail or "")
        elif node is not element and is_dropped(node):
            walk.skip_subtree()
        else:
            yield apart + (node.text or "")


class _Flow:
    """Collects blocks, and the inline pieces between them as paragraphs."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._pieces: list[str] = []

    def inline(self, piece: str) -> None:
        self._pieces.append(piece)

    def block(self, blocks: Iterable[str]) -> None:
        self.end()
        self.blocks += [block for block in blocks if block]

    def end(self) -> None:
        paragraph = _lines("".join(self._pieces))
        self._pieces.clear()
        if paragraph:
            self.blocks.append(paragraph)


def _lines(text: str) -> str:
    """Inline Markdown without blanks at the ends of lines and of the whole."""
    text = re.sub(r"\*\*\*\*|~~~~", "", text)  # two bold parts side by side are one
    lines = [re.sub(r"[ \n]+", " ", line).strip() for line in text.split(_BREAK)]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    paragraphs = _BREAK.join(escape_start(line) for line in lines)
    return re.sub(rf"(?:{re.escape(_BREAK)}){{2,}}", "\n\n", paragraphs)


def _blocks(element: Element, depth: int) -> list[str]:
    flow = _Flow()
    flow.inline(_escaped(element.text))
    for child in element:
        _child(flow, child, depth)
        flow.inline(_escaped(child.tail))
    flow.end()
    return flow.blocks


def _child(flow: _Flow, child: Element, depth: int) -> None:
    if not isinstance(child.tag, str):
        return
    if child.tag in ("img", "iframe"):
        flow.inline(_embedded(child))
    elif is_dropped(child):
        return
    elif depth >= DEPTH:
        flow.inline(f" {_escaped(plain_text(child))} ")
    elif child.tag in _WRITERS:
        flow.block(_WRITERS[child.tag](child, depth + 1))
    elif child.tag in _BLOCKS or _holds_block(child):
        flow.block(_blocks(child, depth + 1))
    else:
        flow.inline(_inline(child, depth + 1))


def _holds_block(element: Element) -> bool:
    """Whether an inline element, such as a link around a card, has blocks in it."""
    return any(node.tag in _BLOCKS for node in element.iterdescendants())


def _inline(element: Element, depth: int) -> str:
    if element.tag == "br":
        return _BREAK
    if element.tag in ("code", "kbd", "samp", "tt"):
        return _code("".join(element.itertext()))
    if depth >= DEPTH:
        return _escaped(plain_text(element))
    parts = [_escaped(element.text)]
    for child in element:
        if isinstance(child.tag, str) and child.tag in ("img", "iframe"):
            parts.append(_embedded(child))
        elif not is_dropped(child):
            parts.append(_inline(child, depth + 1))
        parts.append(_escaped(child.tail))
    return _wrapped(element, "".join(parts))


def _wrapped(element: Element, text: str) -> str:
    if not text.strip(" \n\\"):
        return text
    if element.tag == "a":
        return _link(text, (element.get("href") or "").strip())
    if element.tag in _WRAPS:
        mark = _WRAPS[element.tag]
        return text if mark in text else _around(text, mark)
    if element.tag == "sup":
        return _shifted(text, _RAISED, "^")
    return _shifted(text, _LOWERED, "") if element.tag == "sub" else text


def _around(text: str, mark: str) -> str:
    """The mark right at the text: blanks and line breaks inside would keep it from working."""
    found = re.fullmatch(
        r"(?P<before>(?:\\\n|\s)*)(?P<text>.*?)(?P<after>(?:\\\n|\s)*)", text, re.S
    )
    if found is None or not found["text"]:
        return text
    return f"{found['before']}{mark}{found['text']}{mark}{found['after']}"


def _shifted(text: str, table: dict[int, int], otherwise: str) -> str:
    small = text.strip()
    done = small.translate(table)
    kept = any(left == right for left, right in zip(small, done, strict=True))
    return f"{otherwise}{small}" if kept else done


def _link(text: str, url: str) -> str:
    shown = re.sub(r"(?:\\?\n)+", " ", text).strip()
    if not _LINKABLE.match(url) or "](" in shown:
        return text
    url = re.sub(r"[\s<>\\]", lambda char: f"%{ord(char[0]) % 256:02X}", url)
    if shown == _escaped(url):
        return f"<{url}>"
    return f"[{shown}](<{url}>)" if re.search(r"[()]", url) else f"[{shown}]({url})"


def _code(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _embedded(element: Element) -> str:
    """An image with a full https address, or its description; a video as a link to it."""
    source = (element.get("src") or "").strip()
    shown = " ".join((element.get("alt") or element.get("title") or "").split())
    safe = re.fullmatch(r"https://[^\s<>()\\]+", source) is not None
    if element.tag == "iframe":
        return f"[{_escaped(shown or source)}]({source})" if safe else ""
    if not shown or is_hidden(element):
        return ""  # an image without a description is decoration
    return f"![{_escaped(shown)}]({source})" if safe else _escaped(shown)


def _escaped(text: str | None) -> str:
    if not text:
        return ""
    return escape_inline(re.sub(r"[\s\u200b\u2060]+", " ", text))


def _heading(element: Element, depth: int) -> list[str]:
    text = " ".join(" ".join(_blocks(element, depth)).replace(_BREAK, " ").split())
    text = re.sub(r"^\*\*([^*]+)\*\*$", r"\1", text)
    return [f"{'#' * int(element.tag[1])} {text}"] if text else []


def _list(element: Element, depth: int) -> list[str]:
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
    rows = [
        [cell for cell in row if cell.tag in ("td", "th")]
        for row in element.iterdescendants("tr")
        if not is_hidden(row)
    ]
    rows = [row for row in rows if row]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or next(element.iterdescendants("table"), None) is not None:
        return [block for row in rows for cell in row for block in _blocks(cell, depth)]
    lines = [[_cell(cell, depth) for cell in row] + [""] * (width - len(row)) for row in rows]
    lines.insert(1, ["---"] * width)
    caption = [plain_text(cell) for cell in element.iterchildren("caption")]
    return [*map(_escaped, caption), "\n".join(f"| {' | '.join(cells)} |" for cells in lines)]


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
    text = " ".join(_blocks(element, depth)).replace(_BREAK, " ")
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
