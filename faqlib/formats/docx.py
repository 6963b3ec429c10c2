"""Word documents: headings, ``Q:`` and ``A:``, bold questions, or a table of two columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from faqlib.errors import MissingExtra
from faqlib.formats.document import WRITTEN, Draft, Raw, unreadable
from faqlib.formats.docx_bounds import bounded_package
from faqlib.formats.docx_write import WRITTEN_HERE, write_document
from faqlib.formats.fields import columns_of
from faqlib.formats.html_inline import BREAK, around, escaped, joined, link
from faqlib.formats.leftovers import leftover
from faqlib.formats.markdown_outline import read_outline
from faqlib.formats.markers import halves, id_in
from faqlib.formats.outline_parts import shown_text
from faqlib.formats.prose import Line, to_markdown
from faqlib.markup import escape_start
from faqlib.model import Entry, SetAside

_HEADING = re.compile(r"(?:heading|überschrift|título|titre) ?(?P<level>[1-6])", re.IGNORECASE)
_LISTED = re.compile(r"list (?P<kind>bullet|number)(?: (?P<level>[2-9]))?", re.IGNORECASE)
_BULLETED = re.compile(r"(?:[•◦▪‣●○■\uf0b7\uf0a7]|\\?[-*](?= ))\s*")


def read(data: bytes, name: str) -> Draft:
    """The questions of a document, and of its tables.

    Raises:
        ImportFormatError: if the file is no Word document, damaged, or a bomb.
        MissingExtra: if python-docx is not installed.
    """
    library = _library("Reading")
    package = bounded_package(data, name)
    try:
        draft = Draft(fields=WRITTEN)
        document = library.Document(io.BytesIO(package))
        ours = document.core_properties.identifier == WRITTEN_HERE
        lines = list(_Reader(document, draft, ours=ours).lines())
    except Exception as error:
        message = "is a damaged Word document: open it in a word processor and save it again."
        raise unreadable(message, name) from error
    outline = read_outline(lines, name, level=2 if ours else None)
    for raw in outline.raws:
        raw.line = None  # a document has no lines that anybody could look up
        if ours:
            _take_id(raw)
        draft.raws.append(raw)
    draft.set_aside += [SetAside(item.text, item.reason) for item in outline.set_aside]
    draft.title, draft.subtitle, draft.intro = outline.title, outline.subtitle, outline.intro
    return draft


def _take_id(raw: Raw) -> None:
    first, _, rest = raw.data["answer"].partition("\n")
    if (given := id_in(shown_text(first))) is not None:
        raw.data.update(id=given, answer=rest.lstrip("\n"))


def write(entries: Iterable[Entry]) -> bytes:
    """Categories and questions as headings, answers as paragraphs, lists and tables.

    Raises:
        MissingExtra: if python-docx is not installed.
    """
    return write_document(entries, _library("Writing"))


def _library(doing: str) -> Any:
    try:
        import docx
    except ImportError:
        raise MissingExtra("docx", f"{doing} Word documents") from None
    return docx


class _Reader:
    """Turns a document's paragraphs into lines of Markdown.

    Of one that was not written here, tables of questions are taken, left-overs set aside.
    """

    def __init__(self, document: Any, draft: Draft, *, ours: bool) -> None:
        self._document = document
        self._draft = draft
        self._formats = dict(_number_formats(document))
        self._ours = ours
        self._listing = False

    def lines(self) -> Iterator[str]:
        for item in self._document.iter_inner_content():
            if hasattr(item, "rows"):
                yield from ("", *self._table(item))
                self._listing = False
            else:
                yield from self._paragraph(item)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        text = _marked(paragraph)
        if not text:
            return
        plain = shown_text(text)
        reason = None if self._ours else leftover(plain)
        if reason is not None:
            self._draft.set_aside.append(SetAside(plain, reason))
            return
        style = str(paragraph.style.name) if paragraph.style is not None else ""
        item = self._list_item(paragraph, style, text)
        if item is not None:
            yield from ([item] if self._listing else ["", item])
            self._listing = True
            return
        self._listing = False
        heading = _HEADING.fullmatch(style)
        if heading is not None or style == "Title":
            level = int(heading["level"]) if heading is not None else 1
            yield from ("", f"{'#' * level} {_unmarked(text)}")
        else:
            yield from ("", BREAK.join(escape_start(line) for line in text.split(BREAK)))

    def _list_item(self, paragraph: Any, style: str, text: str) -> str | None:
        listed = _LISTED.fullmatch(style)
        numbering = paragraph._p.pPr.numPr if paragraph._p.pPr is not None else None
        if numbering is not None and numbering.numId is not None and numbering.numId.val:
            level = numbering.ilvl.val if numbering.ilvl is not None else 0
            ordered = self._formats.get((numbering.numId.val, level), "bullet") != "bullet"
        elif listed is not None:
            level = int(listed["level"] or 1) - 1
            ordered = listed["kind"].lower() == "number"
        elif (typed := _BULLETED.match(text)) is not None:
            level, ordered, text = 0, False, text[typed.end() :]
        else:
            return None
        line = escape_start(text.replace(BREAK, " "))
        return f"{'   ' * min(level, 4)}{'1.' if ordered else '-'} {line}"

    def _table(self, table: Any) -> Iterator[str]:
        rows = [list(_cells(row)) for row in table.rows]
        columns = columns_of(rows[0]) if rows and not self._ours else []
        if {"question", "answer"} <= set(columns):
            pairs = [(columns.index("question"), columns.index("answer"), row) for row in rows[1:]]
        elif (
            not self._ours and rows and all(len(row) == 2 and row[0].endswith("?") for row in rows)
        ):
            pairs = [(0, 1, row) for row in rows]
        else:
            yield from _grid(rows)
            return
        for question_at, answer_at, row in pairs:
            if max(question_at, answer_at) < len(row) and row[question_at]:
                self._draft.raws.append(_raw(row[question_at], row[answer_at]))


def _raw(question: str, cell: str) -> Raw:
    question = " ".join(question.split())
    lines = (Line(number, line.strip()) for number, line in enumerate(cell.split("\n"), 1))
    answer = to_markdown(lines)
    return Raw({"question": question, "answer": answer, "aliases": halves(question)})


def _cells(row: Any) -> Iterator[str]:
    """Each cell's text; a merged cell comes once, its paragraphs stay apart."""
    seen: list[Any] = []
    for cell in row.cells:
        if not any(cell._tc is other for other in seen):
            seen.append(cell._tc)
            yield "\n\n".join(paragraph.text for paragraph in cell.paragraphs).strip()


def _grid(rows: list[list[str]]) -> Iterator[str]:
    width = max((len(row) for row in rows), default=0)
    for index, row in enumerate(rows):
        cells = [escaped(cell).strip() for cell in row] + [""] * (width - len(row))
        yield f"| {' | '.join(cells)} |"
        if index == 0:
            yield f"| {' | '.join(['---'] * width)} |"


def _marked(paragraph: Any) -> str:
    """A paragraph with its bold and italic runs and its links."""
    pieces = []
    for item in paragraph.iter_inner_content():
        if hasattr(item, "address"):
            pieces.append(link(escaped(item.text), item.url or ""))
            continue
        text = BREAK.join(escaped(line) for line in item.text.split("\n"))
        for mark, wanted in (("*", item.italic), ("**", item.bold)):
            text = around(text, mark) if wanted and text.strip() else text
        pieces.append(text)
    lines = [re.sub(r" +", " ", line).strip() for line in joined(pieces).split(BREAK)]
    return BREAK.join(filter(None, lines))


def _unmarked(text: str) -> str:
    return escaped(" ".join(shown_text(text).split()))


def _number_formats(document: Any) -> Iterator[tuple[tuple[int, int], str]]:
    """For each numbering and level whether it counts (``decimal``, …) or is a ``bullet``."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return
    levels = {
        kind.get(_name("abstractNumId")): {
            int(level.get(_name("ilvl"))): fmt.get(_name("val"))
            for level in kind.findall(_name("lvl"))
            if (fmt := level.find(_name("numFmt"))) is not None
        }
        for kind in root.findall(_name("abstractNum"))
    }
    for number in root.findall(_name("num")):
        kind = number.find(_name("abstractNumId"))
        for level, form in levels.get(kind.get(_name("val")), {}).items():
            yield (int(number.get(_name("numId"))), level), str(form)


def _name(local: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{local}"
