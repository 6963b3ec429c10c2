"""What JSON, JSON Lines and YAML share: data that is a list of entries, or holds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faqlib.errors import Problem
from faqlib.formats.document import Draft, Raw

DEPTH = 32  # real files need four levels
_SHAPE = "has to be a list of entries, or a mapping with such a list under 'entries'."
_BESIDES = frozenset({"entries", "site", "title", "version"})


class Deep(ValueError):
    """The data is nested deeper than any FAQ; carries ``line`` where it is known."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__(f"is nested more than {DEPTH} levels deep: an entry needs four.")
        self.line = line


def add_item(draft: Draft, item: Any, line: int | None, name: str, *, typed: bool) -> None:
    """Takes one item of a list of entries, or notes why it is none."""
    if isinstance(item, Mapping):
        draft.raws.append(Raw(dict(item), line, typed))
    else:
        message = f"is no entry but {_kind(item)}: write a mapping with question and answer."
        draft.problems.append(Problem(message, name, line, f"entry {len(draft.raws) + 1}"))


def add_besides(draft: Draft, data: Mapping[str, Any], name: str) -> None:
    """Takes what a mapping holds next to its entries."""
    draft.title = str(data.get("title") or "")
    site = data.get("site")
    draft.site = site if isinstance(site, Mapping) else None
    for key in data.keys() - _BESIDES:
        message = f"{key!r} is no part of a FAQ file: it may have 'entries' and 'site'."
        draft.problems.append(Problem(message, name))


def wrong_shape(draft: Draft, name: str, line: int | None = None) -> None:
    """Notes that the file is neither a list nor a mapping with one."""
    draft.problems.append(Problem(_SHAPE, name, line))


def _kind(item: object) -> str:
    return {str: "a text", list: "a list", type(None): "empty"}.get(type(item), "a value")
