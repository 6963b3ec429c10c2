"""A Word document's tables: one of questions and answers, or a part of an answer.

Cells are walked here by hand: the library looks for each that is merged with the one above in all
rows above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from faqlib.formats.docx_inline import marked
from faqlib.formats.fields import columns_of
from faqlib.formats.html_inline import BREAK
from faqlib.formats.markers import asks

Rows = list[list[Any]]
_SHORT = 200  # characters: a category; what is longer is not said again in each row


def questions_in(table: Any) -> tuple[list[str | None], Rows] | None:
    """The field that each column holds, and the rows; ``None`` for a table of anything else."""
    rows = [[cell for cell, _ in row] for row in _rows(table)]
    columns = columns_of([cell.text.strip() for cell in rows[0]]) if rows else []
    if {"question", "answer"} <= set(columns):
        return columns, rows
    if rows and all(len(row) == 2 and asks(row[0].text.strip()) for row in rows):
        return ["question", "answer"], [[], *rows]
    return None


def grid(table: Any) -> Iterator[str]:
    """A table of Markdown; what was merged stands in the first of its columns."""
    rows = [
        [text for cell, width in row for text in (_shown(cell), *[""] * (width - 1))]
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


def _rows(table: Any) -> Iterator[list[tuple[Any, int]]]:
    """Each row's cells with their widths; what is merged with a short one above is that one."""
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
            cells.append((cell, tc.grid_span))
            at += tc.grid_span
        above = here
        yield cells
