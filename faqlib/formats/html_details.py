"""Questions in ``<details>``, also where those are folded into others, as Notion exports them."""

from __future__ import annotations

from collections.abc import Iterator

from faqlib.formats.document import LONGEST_CATEGORY
from faqlib.formats.html_markdown import to_markdown
from faqlib.formats.html_sources import Found, in_chrome
from faqlib.formats.html_visible import Element, is_dropped, plain_text
from faqlib.formats.markers import asks


def details(root: Element) -> Iterator[Found]:
    """``<details>`` with a ``<summary>``; those inside of an answer stay in it.

    One that asks nothing, and holds nothing but others that ask, is the category of these.
    """
    groups: dict[Element, str] = {}
    for item in root.iter("details"):
        summary = next(item.iterchildren("summary"), None)
        above = next(item.iterancestors("details"), None)
        nested = above is not None and above not in groups
        if summary is None or nested or in_chrome(item):
            continue
        question = plain_text(summary)
        if not asks(question) and _only_folds_questions(item, summary):
            groups[item] = question[:LONGEST_CATEGORY]
            continue
        summary.clear(keep_tail=True)
        summary.tag = "script"
        answer = to_markdown(item)
        yield Found(question, answer, item.sourceline, [item], groups.get(above, ""))


def _only_folds_questions(item: Element, summary: Element) -> bool:
    asked = False
    waiting = [item]
    while waiting:
        node = waiting.pop()
        if (node.text or "").strip():
            return False
        for child in node:
            if (child.tail or "").strip():
                return False
            folded = child.find("summary") if child.tag == "details" else None
            if folded is not None:
                asked = asked or asks(plain_text(folded))
            elif child is not summary and not is_dropped(child):
                waiting.append(child)
    return asked
