"""CSV and TSV: columns by their names, in any order, case and of several languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from faqlib.errors import Problem
from faqlib.formats.cells import guard, read_list, unguard, write_list
from faqlib.formats.document import Draft, Raw, unreadable
from faqlib.formats.fields import FIELDS, LIST_READERS, columns_of, field_of
from faqlib.model import Entry, SetAside
from faqlib.schema import dump_entry

_DELIMITERS = (",", ";", "\t", "|")
_COLUMNS = 200
# A line for Excel alone, which says what divides the cells.
_SAYS_HOW = re.compile(r"\A\"?sep=.\"?[;,\t]*\n", re.IGNORECASE)
_CELL = 1_000_000  # characters; the schema's bounds are far lower
_HEADER = 100_000
csv.field_size_limit(max(csv.field_size_limit(), _CELL))


def read(text: str, name: str) -> Draft:
    """One entry a row, by the names in the first row.

    Cells that this module wrote come back as they were; in other files blanks around a cell
    are dropped. A column with an unknown name is set aside.

    Raises:
        ImportFormatError: if no column holds questions, or none answers.
    """
    table = _SAYS_HOW.sub("", text.lstrip("\n"), count=1)
    delimiter, header = _header(table, name)
    columns = columns_of(header)
    draft = Draft()
    _check_columns(header, columns, draft, name)
    exact = tuple(header) == FIELDS
    draft.fields = frozenset(filter(None, columns)) - {"id"}
    above = text.count("\n", 0, len(text) - len(table))
    for line, cells in islice(_rows(table, delimiter, above, draft, name), 1, None):
        if any(cell.strip() for cell in cells):
            row = cells if exact else _foreign(cells, columns)
            _add_row(draft, columns, row, line, name)
    return draft


def write_csv(entries: Iterable[Entry]) -> str:
    """All fields, one entry a row. A byte-order mark, which Excel needs, only where it matters."""
    text = _write(entries, ",")
    return text if text.isascii() else "\ufeff" + text


def write_tsv(entries: Iterable[Entry]) -> str:
    """All fields, one entry a row, divided by tabs."""
    return _write(entries, "\t")


def _write(entries: Iterable[Entry], delimiter: str) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(FIELDS)
    for entry in entries:
        data = dump_entry(entry)
        writer.writerow([guard(_cell(field, data.get(field, ""))) for field in FIELDS])
    return file.getvalue()


def _cell(field: str, value: Any) -> str:
    if field in LIST_READERS:
        return write_list(field, value or [])
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _header(text: str, name: str) -> tuple[str, list[str]]:
    """The delimiter under which most column names are known, and the names."""
    found: list[tuple[int, bool, str, list[str]]] = []
    for delimiter in _DELIMITERS:
        try:
            cells: list[str] = next(_reader(text[:_HEADER], delimiter), [])
        except csv.Error:
            continue
        known = sum(field_of(cell) is not None for cell in cells[:_COLUMNS])
        found.append((known, len(cells) <= _COLUMNS, delimiter, cells))
    if not found:
        raise unreadable("has a first row that is no table: name its columns there.", name, 1)
    _, few, delimiter, header = max(found, key=lambda item: (item[0], item[1]))
    if not few:
        message = f"has more than {_COLUMNS} columns: keep those that belong to the FAQ."
        raise unreadable(message, name, 1)
    return delimiter, header


def _reader(text: str, delimiter: str) -> Any:
    # Not strict, a quote that nothing closes would swallow all rows below it without a word.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _check_columns(
    header: Sequence[str], columns: Sequence[str | None], draft: Draft, name: str
) -> None:
    shown = ", ".join(repr(cell[:40]) for cell in header[:20])
    for wanted in ("question", "answer"):
        if wanted not in columns:
            message = (
                f"has no column that can be told to be the {wanted}; its columns are {shown}. "
                f"Name one of them {wanted!r}."
            )
            raise unreadable(message, name, 1)
    for index, field in enumerate(columns):
        title = header[index].strip()
        if field is None and title:
            draft.set_aside.append(SetAside(title[:80], "a column of an unknown name", 1))
        elif field is not None and field in columns[:index]:
            first = header[columns.index(field)]
            message = f"{first!r} and {title!r} both name the {field}: rename one of them."
            draft.problems.append(Problem(message, name, 1))


def _rows(
    text: str, delimiter: str, above: int, draft: Draft, name: str
) -> Iterator[tuple[int, list[str]]]:
    reader = _reader(text, delimiter)
    while True:
        line = above + reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"cannot be read as a table ({error}): close the quote, or double it inside."
            draft.problems.append(Problem(message, name, line))
            return


_HTML = re.compile(r"</(?:p|ul|ol|li|a|strong|b|em|i|div|span|h[1-6])>|<br ?/?>", re.IGNORECASE)


def _foreign(cells: Sequence[str], columns: Sequence[str | None]) -> list[str]:
    """Cells of another program: blanks around them dropped, answers in HTML made Markdown."""
    row = [cell.strip() for cell in cells]
    at = columns.index("answer")
    if at < len(row) and _HTML.search(row[at]):
        from faqlib.formats.html_sources import markdown_of  # most tables hold no HTML

        row[at] = guard(markdown_of(unguard(row[at])))
    return row


def _add_row(
    draft: Draft, columns: Sequence[str | None], cells: Sequence[str], line: int, name: str
) -> None:
    if any(cell.strip() for cell in cells[len(columns) :]):
        message = (
            f"has {len(cells)} cells under {len(columns)} columns: put texts that hold the "
            "separator in double quotes."
        )
        draft.problems.append(Problem(message, name, line))
        return
    data: dict[str, Any] = {}
    for field, cell in zip(columns, cells, strict=False):
        if field is not None and cell:
            text = unguard(cell)
            data[field] = read_list(field, text) if field in LIST_READERS else text
    draft.raws.append(Raw(data, line))
