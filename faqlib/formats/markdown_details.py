"""Questions that fold: ``<details>`` blocks, and list items with their answer indented below.

Many Markdown pages have the first; Notion exports its toggles as the second.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence

from faqlib.formats.document import Draft
from faqlib.formats.markers import asks
from faqlib.formats.outline_parts import entry_of, heading_in, set_aside, shown_text, take_above

DETAILS = re.compile(r"\s*<details\b", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,4}[.)])[ \t]+(?=\S)")
_TAG = re.compile(r"<[^<>]{0,500}>")


def read_details(lines: Sequence[str], draft: Draft) -> None:
    """Each ``<details>`` block is an entry; what stands between them is set aside."""
    _read_blocks(lines, DETAILS, _end_of_details, _add_details, draft)


def read_items(lines: Sequence[str], draft: Draft) -> bool:
    """Whether all items of the document's lists ask and are answered; then each is an entry.

    Text below the first of them that belongs to none says that they are a part of something.
    """
    asked = at = 0
    while at < len(lines):
        end = at + 1
        if _ITEM.match(lines[at]):
            end = _end_of_item(lines, at)
            if not asks(_question(lines[at])) or not any(map(str.strip, lines[at + 1 : end])):
                return False
            asked += 1
        elif asked and lines[at].strip() and heading_in(lines[at]) is None:
            return False
        at = end
    if asked > 1:
        _read_blocks(lines, _ITEM, _end_of_item, _add_item, draft)
    return asked > 1


def _read_blocks(
    lines: Sequence[str],
    opens: re.Pattern[str],
    end_of: Callable[[Sequence[str], int], int],
    add: Callable[[Sequence[str], int, int, str, Draft], None],
    draft: Draft,
) -> None:
    category = ""
    at = 0
    while at < len(lines):
        if opens.match(lines[at]):
            end = end_of(lines, at)
            add(lines, at, end, category, draft)
            at = end
            continue
        heading = heading_in(lines[at])
        if heading is not None and heading[0] == 1 and not (draft.title or draft.raws):
            draft.title = heading[1]
        elif heading is not None:
            category = heading[1]
        elif not draft.raws:
            take_above(lines, at, at + 1, draft)
        else:
            set_aside(lines, at, at + 1, draft)
        at += 1


def _end_of_details(lines: Sequence[str], start: int) -> int:
    depth = 0
    for at in range(start, len(lines)):
        depth += len(re.findall(r"<details\b", lines[at], re.IGNORECASE))
        depth -= len(re.findall(r"</details\s*>", lines[at], re.IGNORECASE))
        if depth <= 0:
            return at + 1
    return len(lines)


def _add_details(lines: Sequence[str], start: int, end: int, category: str, draft: Draft) -> None:
    block = "\n".join(lines[start:end])
    opened = re.search(r"<summary\b[^<>]*>", block, re.IGNORECASE)
    closed = opened and re.compile(r"</summary\s*>", re.IGNORECASE).search(block, opened.end())
    if not opened or not closed:
        set_aside(lines, start, end, draft)
        return
    question = shown_text(_TAG.sub("", block[opened.end() : closed.start()]).strip())
    answer = re.sub(r"</details\s*>\s*$", "", block[closed.end() :], flags=re.IGNORECASE)
    draft.raws.append(entry_of(question, answer.strip("\n").rstrip(), category, start + 1))


def _end_of_item(lines: Sequence[str], start: int) -> int:
    at = start + 1
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith(("  ", "\t"))):
        at += 1
    return at


def _question(item: str) -> str:
    return shown_text(_ITEM.sub("", item, count=1).strip())


def _add_item(lines: Sequence[str], start: int, end: int, category: str, draft: Draft) -> None:
    answer = textwrap.dedent("\n".join(lines[start + 1 : end])).strip("\n").rstrip()
    draft.raws.append(entry_of(_question(lines[start]), answer, category, start + 1))
