"""An answer's Markdown as safe HTML, as a node tree for the widget, and as plain text.

CommonMark with tables and strikethrough; raw HTML shows as the text it is. The sanitizer comes
last, and nothing decodes after it: tree and text are made from what it let through. The text
of every construct that is left out (a link to nowhere, a level too deep) stays.

Choices: links open nothing foreign by accident (``noopener``) and do not tell the other site
which health page a visitor came from (``noreferrer``), but carry no ``nofollow``, because the
clinic's own staff wrote them and vouch for them. Relative addresses are dropped, as the widget
stands on pages the author never saw. Images come over https only, lazily and without a
referrer: an http image would be blocked or downgrade the host page, ``data:`` hides payloads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, TypeAlias

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token

Node: TypeAlias = str | list[Any]  # a text, or [tag, {attribute: value}, *children]

TOP_HEADING = 4  # h3 is the question on every page
_DEPTH = 40  # far beyond any real answer, far below any recursion limit
_CACHED = 1024
# What an answer of the greatest length can spell out; a few letters can ask for far more.
_CELLS = 25_000
_ADDRESSES = 500_000

TAGS = frozenset({"a", "blockquote", "br", "code", "em", "h4", "h5", "h6", "hr", "img", "li", "ol"})
TAGS |= {"p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_VOID = frozenset({"br", "hr", "img"})
_INLINE = frozenset({"a", "br", "code", "em", "img", "s", "strong"})
_LINKABLE = re.compile(r"https?://[^\s/?#]|mailto:[^\s?]|tel:[+\d]", re.IGNORECASE)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src" and not value.lower().startswith("https://"):
        return None
    if (tag, name) == ("ol", "start") and not re.fullmatch(r"[0-9]{1,9}", value):
        return None
    return value


# Both are built once and hold no state of a call, so that threads can share them.
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel="noopener noreferrer",
    # One each: more come out in another order in each process, and so with another ETag.
    set_tag_attribute_values={"img": {"referrerpolicy": "no-referrer"}, "th": {"scope": "col"}},
    tag_attribute_values={"img": {"loading": {"lazy"}}},
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEPTH})
_MARKDOWN.enable(["table", "strikethrough"])
_RENDERER = RendererHTML()


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Markdown's tables, until an answer has more cells than letters: short rows are filled up."""
    before = len(state.tokens)
    if state.env.get("table", 0) > _CELLS * 3:  # a cell is three tokens
        return False
    found = table(state, start, end, silent)
    state.env["table"] = state.env.get("table", 0) + len(state.tokens) - before
    return found


_MARKDOWN.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
# An address that may not be linked is dropped below, with its text kept.
_MARKDOWN.validateLink = lambda url: True  # type: ignore[method-assign]


def sanitize(html: str) -> str:
    """``html`` with the allow-list's tags and attributes only; doing it twice changes nothing."""
    return _CLEANER.clean(_storable(html))


@lru_cache(_CACHED)
def render_html(markdown: str) -> str:
    """An answer as safe HTML. Its top heading is ``h4``; deeper ones follow without a gap.

    Args:
        markdown: any text at all; no text raises an error.

    Returns:
        HTML whose tags and attributes are all in the allow-list of this module.
    """
    tokens = _MARKDOWN.parse(_storable(markdown))
    _demote(tokens)
    room = _Room(_ADDRESSES)
    for token in tokens:
        if token.children:
            token.children = list(_tidy(token.children, room))
    html = _RENDERER.render(tokens, _MARKDOWN.options, {})
    return sanitize(html).strip()


def render_tree(markdown: str) -> list[Node]:
    """An answer as JSON-ready nodes, made from the sanitized HTML.

    Returns:
        A list in which a text is a ``str`` and an element ``[tag, attributes, *children]``.
    """
    builder = _TreeBuilder()
    builder.feed(render_html(markdown))
    builder.close()
    return builder.finish()


@lru_cache(_CACHED)
def render_text(markdown: str) -> str:
    """An answer as plain text, for the index and for snippets.

    Each paragraph, heading, list item and table row is a line of its own, and the cells of a
    row are joined by `` · ``, so that words never run together. Links keep their text, images
    their description.
    """
    if "_" not in markdown and _PLAIN.fullmatch(markdown):
        if "\n" not in markdown and "  " not in markdown:
            return markdown
        paragraphs = re.split(r"\n{2,}", markdown)
        return "\n".join([" ".join(paragraph.split()) for paragraph in paragraphs])
    return "\n".join(node_lines(render_tree(markdown)))


# Lines that begin with a letter or digit, are no item of a list, and hold no sign that can be
# markup: no parser finds more in them than paragraphs, so none is asked. Blanks at a line's end
# can break it. The underscore is a word's letter to ``re`` and is looked for apart.
_PLAIN_LINE = r"""(?!\d+[.)](?: |$))\w[\w ,.;:?!'"()%/@$€£°·…–—‘’“”-]*(?<! )"""
_PLAIN = re.compile(rf"{_PLAIN_LINE}(?:\n+{_PLAIN_LINE})*", re.MULTILINE)


def dropped_addresses(markdown: str) -> list[str]:
    """The addresses of links and images that are left out where the answer is shown."""
    inline = [child for token in _MARKDOWN.parse(_storable(markdown)) for child in _below(token)]
    links = [str(token.attrGet("href")) for token in inline if token.type == "link_open"]
    images = [str(token.attrGet("src")) for token in inline if token.type == "image"]
    dropped = [url for url in links if not _LINKABLE.match(url)]
    return dropped + [url for url in images if not url.lower().startswith("https://")]


def escape_markdown(text: str) -> str:
    """Plain text as Markdown that shows exactly that text: nothing in it becomes markup.

    Line breaks stay line breaks in the source, which Markdown shows as blanks.
    """
    lines = (line.strip(" \t") for line in text.split("\n"))
    return "\n".join(escape_start(escape_inline(line)) for line in lines)


def escape_inline(text: str) -> str:
    """A part of a line, escaped without regard to where in the line it stands."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def escape_start(line: str) -> str:
    """A line of Markdown that no longer begins a heading, list, quote, rule or table."""
    if (start := _LINE_START.match(line)) is None:
        return line
    if start["number"]:
        return f"{start['number']}\\{start['mark']}{line[start.end() :]}"
    return f"\\{line}"


_SPECIAL = re.compile(
    r"[\\`*\[\]<|]"  # always markup, or nearly
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside a word is none
    r"|~(?=~)|(?<=~)~"
    r"|&(?=#?\w{1,40};)"
)
_LINE_START = re.compile(
    r"(?:#{1,6}(?=[ \t]|$)|>|[-+](?=[ \t]|$)|[-=+:~](?=[-=+:~ \t]*$)|~~~)"
    r"|(?P<number>[0-9]{1,9})(?P<mark>[.)])(?=[ \t]|$)"
)


def _storable(text: str) -> str:
    """Lone surrogates can not be encoded: they become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _demote(tokens: Sequence[Token]) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(TOP_HEADING + levels.index(token.tag), 6)}"


class _Room:
    """How many characters of addresses and titles still fit: a reference repeats those it names."""

    def __init__(self, left: int) -> None:
        self.left = left

    def takes(self, token: Token) -> bool:
        """Whether the attributes of ``token`` do."""
        self.left -= sum(len(str(value)) for value in token.attrs.values())
        return self.left >= 0


def _tidy(tokens: Iterable[Token], room: _Room) -> Iterator[Token]:
    """Inline tokens without links that lead nowhere, foreign images and endless nesting."""
    kept: list[bool] = []  # for each open token whether it is kept
    for token in tokens:
        if token.nesting == 1:
            kept.append(kept.count(True) < _DEPTH and _is_kept(token) and room.takes(token))
            if kept[-1]:
                yield token
        elif token.nesting == -1:
            if kept.pop():
                yield token
        elif token.type == "image":
            yield _image(token, room)
        else:
            yield token


def _image(token: Token, room: _Room) -> Token:
    if str(token.attrGet("src")).lower().startswith("https://") and room.takes(token):
        token.attrSet("loading", "lazy")
        return token
    return Token(
        "text", "", 0, content=_RENDERER.renderInlineAsText(token.children, _MARKDOWN.options, {})
    )


def _below(token: Token) -> list[Token]:
    return token.children or []


def _is_kept(token: Token) -> bool:
    return token.type != "link_open" or bool(_LINKABLE.match(str(token.attrGet("href"))))


class _TreeBuilder(HTMLParser):
    """Builds nodes from what :func:`sanitize` gives out, which is always well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[list[Any]] = [["", {}]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = [tag, {name: value or "" for name, value in attrs}]
        self._open[-1].append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self._open) > 1:
            _drop_indentation(self._open.pop())

    def handle_data(self, data: str) -> None:
        parent = self._open[-1]
        if len(parent) > 2 and isinstance(parent[-1], str):
            parent[-1] += data
        else:
            parent.append(data)

    def finish(self) -> list[Node]:
        root = self._open[0]
        _drop_indentation(root)
        return root[2:]


def _drop_indentation(element: list[Any]) -> None:
    """Drops the line ends between blocks, which only serve people who read the source."""
    children = element[2:]
    element[2:] = [
        child
        for index, child in enumerate(children)
        if not (isinstance(child, str) and "\n" in child and not child.strip())
        or not (_is_block(children, index - 1) or _is_block(children, index + 1))
    ]


def _is_block(children: Sequence[Node], index: int) -> bool:
    if not 0 <= index < len(children):
        return False
    child = children[index]
    return not isinstance(child, str) and child[0] not in _INLINE


def node_lines(nodes: Iterable[Node]) -> list[str]:
    """The visible lines below ``nodes``; the depth is bounded by the parser's."""
    writer = _TextWriter()
    writer.walk(nodes)
    writer.end_line()
    return writer.lines


class _TextWriter:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._running: list[str] = []

    def walk(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._running.append(node)
            elif node[0] == "img":
                self._running.append(f" {node[1].get('alt', '')} ")
            elif node[0] in _INLINE and node[0] != "br":
                self.walk(node[2:])
            else:
                self.end_line()
                self._block(node)

    def _block(self, node: list[Any]) -> None:
        if node[0] == "tr":
            cells = (
                " ".join(node_lines(cell[2:])) for cell in node[2:] if not isinstance(cell, str)
            )
            self._running.append(" · ".join(cell for cell in cells if cell))
        elif node[0] == "pre":
            self.lines += [line.strip() for line in _text(node).split("\n") if line.strip()]
        else:
            self.walk(node[2:])
        self.end_line()

    def end_line(self) -> None:
        text = re.sub(r"[ \t\n]+", " ", "".join(self._running)).strip(" ")
        self._running.clear()
        if text:
            self.lines.append(text)


def _text(node: Node) -> str:
    return node if isinstance(node, str) else "".join(map(_text, node[2:]))
