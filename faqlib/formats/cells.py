"""What stands in one cell of a table: guarded against formulas, and lists that read back.

A spreadsheet runs a cell that begins with ``= + - @``, a tab or a line end as a formula, also
after blanks, and some programs split cells at line ends first. So every such line gets an
apostrophe in front, which spreadsheets themselves use to say "this is text", and every line
that has one before such a lead-in loses it when it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from faqlib.formats.fields import LIST_READERS

# Wide forms count too: spreadsheets in East Asian editions take them for the plain ones.
_LEAD_IN = r"(?:[\s\u200b\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r])"
_RISKY = re.compile(rf"^(?='*{_LEAD_IN})")
_GUARDED = re.compile(rf"^'(?='*{_LEAD_IN})")
_SEPARATORS = {"tags": "; ", "aliases": "\n", "sources": "\n"}


def guard(text: str) -> str:
    """``text`` with an apostrophe before each line that a spreadsheet could run."""
    return "\n".join(_RISKY.sub("'", line) for line in text.split("\n"))


def unguard(text: str) -> str:
    """The text that :func:`guard` was given."""
    return "\n".join(_GUARDED.sub("", line) for line in text.split("\n"))


def write_list(field: str, items: Sequence[Any]) -> str:
    """A list as people would write it where that reads back the same, else as JSON."""
    if not items:
        return ""
    plain = _SEPARATORS[field].join(_item(item) for item in items)
    if not plain.startswith("[") and LIST_READERS[field](plain) == list(items):
        return plain
    return json.dumps(list(items), ensure_ascii=False)


def read_list(field: str, cell: str) -> list[Any]:
    """The items in a cell."""
    if cell.lstrip().startswith("["):
        try:
            items = json.loads(cell)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list):
            return items
    return LIST_READERS[field](cell)


def _item(item: Any) -> str:
    if isinstance(item, str):
        return item
    title, url = item.get("title", ""), item.get("url", "")
    return f"{title} <{url}>" if url else str(title)
