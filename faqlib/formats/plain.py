"""An answer as plain text that keeps its paragraphs and lists, for formats without markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from faqlib.markup import Node, node_lines, render_tree


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """A paragraph (``mark`` is empty) or a list item at ``level``, counted from 0."""

    lines: tuple[str, ...]
    mark: str = ""
    level: int = 0


def plain_blocks(markdown: str) -> list[PlainBlock]:
    """The visible blocks of an answer, in order."""
    return list(_blocks(render_tree(markdown)))


def _blocks(nodes: Iterable[Node]) -> Iterator[PlainBlock]:
    for node in nodes:
        if isinstance(node, list) and node[0] in ("ul", "ol"):
            yield from _items(node, 0)
        elif isinstance(node, list) and node[0] == "blockquote":
            yield from _blocks(node[2:])
        else:
            lines = node_lines([node])
            if lines:
                yield PlainBlock(tuple(lines))


def _items(listing: list[Any], level: int) -> Iterator[PlainBlock]:
    number = int(listing[1].get("start") or 1)
    for item in listing[2:]:
        if isinstance(item, str):
            continue
        mark = "•" if listing[0] == "ul" else f"{number}."
        number += 1
        own = [node for node in item[2:] if isinstance(node, str) or node[0] not in ("ul", "ol")]
        if lines := node_lines(own):
            yield PlainBlock(tuple(lines), mark, level)
        for node in item[2:]:
            if not isinstance(node, str) and node[0] in ("ul", "ol"):
                yield from _items(node, level + 1)
