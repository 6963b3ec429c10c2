"""Questions in the rows of a page's tables."""

from __future__ import annotations

from collections.abc import Iterator

from faqlib.formats.document import LONGEST_CATEGORY
from faqlib.formats.fields import columns_of
from faqlib.formats.html_sources import Found, Parts, in_chrome
from faqlib.formats.html_visible import Element, plain_text
from faqlib.formats.markers import asks


def tables(root: Element, read: Parts) -> Iterator[Found]:
    """The rows of tables whose columns are named question and answer, or in which each row asks.

    A table around others only lays a page out.
    """
    for table in root.iter("table"):
        if in_chrome(table) or next(table.iterdescendants("table"), None) is not None:
            continue
        rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
        yield from _questions([row for row in rows if row], table, read)


def _questions(rows: list[list[Element]], table: Element, read: Parts) -> Iterator[Found]:
    names = columns_of([plain_text(cell) for cell in rows[0]]) if rows else []
    if {"question", "answer"} <= set(names):
        rows = rows[1:]
    elif rows and all(len(row) == 2 and asks(plain_text(row[0])) for row in rows):
        names = ["question", "answer"]
    else:
        return
    for row in rows:
        cells = dict(zip(names, row, strict=False))
        question = plain_text(cells["question"]) if "question" in cells else ""
        if question and "answer" in cells:
            category = (
                plain_text(cells["category"])[:LONGEST_CATEGORY] if "category" in cells else ""
            )
            answer = read.markdown(cells["answer"])
            yield Found(question, answer, row[0].sourceline, [table], category)
