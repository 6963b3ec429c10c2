"""Which parts of a page a reader sees, and their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

Element: TypeAlias = Any  # lxml ships no types

DROPPED = frozenset(
    {"audio", "button", "canvas", "datalist", "dialog", "embed", "form", "head", "input", "link"}
    | {"math", "menu", "meta", "nav", "noscript", "object", "option", "script", "select", "style"}
    | {"svg", "template", "textarea", "title", "video"}
)
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_PIECES = 300  # of text, between tags
_LONG = 5_000  # letters, with the blanks of the source
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|screen-reader-text)(?:\s|$)")


def plain_text(element: Element) -> str:
    """The visible text of ``element`` in one line."""
    return " ".join("".join(_visible(element)).split())


def short_text(element: Element) -> str:
    """The visible text of ``element`` if it may be a question; of what holds more, nothing.

    Elements can stand in each other by the thousand: then all of them cannot be read to the end.
    """
    pieces = list(islice(_visible(element), _PIECES + 1))
    if len(pieces) > _PIECES or sum(map(len, pieces)) > _LONG:
        return ""
    return " ".join("".join(pieces).split())


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


def _visible(element: Element) -> Iterator[str]:
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        apart = " " if node.tag in BLOCKS or node.tag == "br" else ""
        if event == "end":
            yield apart if node is element else apart + (node.tail or "")
        elif node is not element and is_dropped(node):
            walk.skip_subtree()
        else:
            yield apart + (node.text or "")
