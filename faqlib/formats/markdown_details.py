"""Questions folded into ``<details>`` blocks, as many Markdown pages have them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from faqlib.formats.document import Draft
from faqlib.formats.outline_parts import entry_of, heading_in, set_aside, shown_text, take_above

_TAG = re.compile(r"<[^<>]{0,500}>")


def read_details(lines: Sequence[str], draft: Draft) -> None:
    """Each ``<details>`` block is an entry; what stands between them is set aside."""
    category = ""
    at = 0
    while at < len(lines):
        if re.match(r"\s*<details\b", lines[at], re.IGNORECASE):
            end = _end_of_details(lines, at)
            _add_details(lines, at, end, category, draft)
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
