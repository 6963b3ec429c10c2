"""A Word document's tables: one of questions and answers, or a part of an answer.

Cells are walked here by hand: the library looks for each that is merged with the one above in all
rows above it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from faqlib.formats.docx_inline import marked
from faqlib.formats.emphasis import BREAK
from faqlib.formats.fields import columns_of
from faqlib.formats.markers import asks

Rows = list[list[list[Any]]]
_SHORT = 200  # characters: a category; what is longer is not said again in each row


def questions_in(table: Any) -> tuple[list[str | None], Rows] | None:
    """The field that each column holds, and the rows; ``None`` for a table of anything else.

    A column is as wide as its name: of each row, it has all cells below that. The row of names
    comes first, also where rows of one cell, such as a title, stand above it.
    """
    rows = list(_rows(table))
    names = next((row for row in rows if len(row) > 1), [])
    columns = columns_of([cell.text.strip() for cell, _, _ in names])
    body = [_below([at for _, at, _ in names], row) for row in rows]
    if {"question", "answer"} <= set(columns):
        return columns, [body.pop(rows.index(names)), *body]
    if names and all(len(row) == 1 or _asks(row) for row in rows):
        return ["question", "answer"], [[], *body]
    return None


def _asks(row: list[tuple[Any, int, int]]) -> bool:
    return len(row) == 2 and asks(row[0][0].text.strip())


def _below(starts: list[int], row: list[tuple[Any, int, int]]) -> list[list[Any]]:
    parts: list[list[Any]] = [[] for _ in starts]
    for cell, at, _ in row:
        parts[max(0, bisect_right(starts, at) - 1)].append(cell)
    return parts


def grid(table: Any) -> Iterator[str]:
    """A table of Markdown; what was merged stands in the first of its columns."""
    rows = [
        [text for cell, _, width in row for text in (_shown(cell), *[""] * (width - 1))]
        for row in _rows(table)
    ]
    width = max((len(row) for row in rows), default=0)
    for index, row in enumerate(rows):
        # Markdown fills up all rows but the first.
        cells = row + [""] * (width - len(row)) if index == 0 else row
        yield f"| {' | '.join(cells)} |"
        if index == 0:
            yield f"| {' | '.join(['---'] * width)} |"


def _shown(cell: Any) -> str:
    lines = (line for part in cell.paragraphs for line in marked(part).split(BREAK))
    return " ".join(filter(None, lines))


def _rows(table: Any) -> Iterator[list[tuple[Any, int, int]]]:
    """Each row's cells, where each begins and how wide it is.

    What is merged with a short one above is that one.
    """
    from docx.table import _Cell

    above: dict[int, Any] = {}
    for row in table._tbl.tr_lst:
        at, here, cells = row.grid_before, {}, []
        for tc in row.tc_lst:
            cell = _Cell(tc, table)
            if tc.vMerge == "continue":
                cell = above.get(at, cell)
            if tc.vMerge is not None and (cell is above.get(at) or len(cell.text) < _SHORT):
                here[at] = cell
            cells.append((cell, at, tc.grid_span))
            at += tc.grid_span
        above = here
        yield cells
