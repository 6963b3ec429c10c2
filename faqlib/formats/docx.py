"""Word documents: headings, ``Q:`` and ``A:``, bold questions, or a table of two columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from faqlib.errors import MissingExtra
from faqlib.formats.document import LONGEST_CATEGORY, WRITTEN, Draft, Raw, unreadable
from faqlib.formats.docx_bounds import bounded_package
from faqlib.formats.docx_headings import take_heading, take_title
from faqlib.formats.docx_inline import marked
from faqlib.formats.docx_tables import Rows, grid, questions_in
from faqlib.formats.docx_unwrap import footnotes, unwrap, word
from faqlib.formats.docx_write import WRITTEN_HERE, write_document
from faqlib.formats.emphasis import BREAK
from faqlib.formats.html_inline import escaped
from faqlib.formats.leftovers import leftover
from faqlib.formats.markdown_outline import read_outline
from faqlib.formats.markers import USUAL, decorated_question, halves, id_in
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
        draft.set_aside += unwrap(document.element.body)
        draft.set_aside += footnotes(document.part, library.oxml.parse_xml)
        lines = _Reader(document, draft, ours=ours).lines()
    except Exception as error:
        message = "is a damaged Word document: open it in a word processor and save it again."
        raise unreadable(message, name) from error
    outline = read_outline(lines, name, level=2 if ours else None)
    if draft.raws:  # of its tables
        take_title(lines, outline, draft)
    draft.raws += outline.raws
    for raw in draft.raws:
        raw.line = None  # a document has no lines that anybody could look up
        if ours:
            _take_id(raw)
    aside = [*draft.set_aside, *outline.set_aside]
    draft.set_aside = [SetAside(item.text, item.reason) for item in aside]
    draft.title = draft.title or outline.title
    draft.subtitle = draft.subtitle or outline.subtitle
    draft.intro += outline.intro
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
        self._styles: dict[str | None, str] = {}
        self._ours = ours
        self._listing = False
        self._lines: list[str] = []
        self._read = 0  # lines that stand above the last table of questions
        self._category = ""

    def lines(self) -> list[str]:
        """The document but for its tables of questions, and what stands above these."""
        for item in self._document.iter_inner_content():
            if hasattr(item, "rows"):
                self._lines += ("", *self._table(item))
                self._listing = False
                continue
            text = marked(item)
            plain = shown_text(text)
            reason = None if self._ours else leftover(plain)
            if reason is not None:
                self._draft.set_aside.append(SetAside(plain, reason))
            else:
                self._lines += self._paragraph(item, text)
        return self._lines

    def _paragraph(self, paragraph: Any, text: str) -> Iterator[str]:
        pieces = text.split(BREAK)
        asked = decorated_question(pieces[0]) is not None
        if not self._ours and (asked or any(map(_begins, pieces[1:]))):
            for piece in pieces:
                yield from self._piece(paragraph, piece)
        elif text:
            yield from self._piece(paragraph, text)

    def _piece(self, paragraph: Any, text: str) -> Iterator[str]:
        style = self._style_of(paragraph)
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

    def _style_of(self, paragraph: Any) -> str:
        wanted = paragraph._p.style
        if wanted not in self._styles:  # the library looks through all of them each time
            found = paragraph.style
            self._styles[wanted] = str(found.name) if found is not None else ""
        return self._styles[wanted]

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
        found = None if self._ours else questions_in(table)
        if found is None:
            yield from grid(table)
            return
        columns, (header, *rows) = found
        self._note_columns(columns, header)
        self._category = take_heading(self._lines, self._read, self._draft) or self._category
        self._read = len(self._lines)
        self._take_rows(columns, rows, self._category)

    def _note_columns(self, columns: list[str | None], header: list[list[Any]]) -> None:
        named = frozenset(filter(None, columns)) - WRITTEN - {"id"}
        if named or "category" in columns:
            self._draft.fields = WRITTEN | named
        for field, cells in zip(columns, header, strict=False):
            text = _text(cells)
            if field is None and text:
                self._draft.set_aside.append(SetAside(text[:80], "a column of an unknown name"))

    def _take_rows(self, columns: list[str | None], rows: Rows, category: str) -> None:
        for row in rows:
            texts = [_text(cells) for cells in row]
            if sum(map(len, row)) == 1 and len(text := "".join(texts)) < LONGEST_CATEGORY:
                category = " ".join(text.split())  # one cell from edge to edge
                continue
            data: dict[str, Any] = {
                field: text for field, text in zip(columns, texts, strict=False) if field and text
            }
            question = data["question"] = " ".join(data.get("question", "").split())
            if question:
                cells = row[columns.index("answer")]
                data["answer"] = "\n\n".join(filter(None, map(self._answer, cells)))
                extra = {"category": category, "aliases": halves(question)}
                self._draft.raws.append(Raw(extra | data))
            elif any(texts):
                text = " · ".join(filter(None, texts))
                self._draft.set_aside.append(SetAside(text, "a row without a question"))

    def _answer(self, cell: Any) -> str:
        if cell._tc.xpath(_RICH):
            return "\n".join(self._inside(cell)).strip()
        text = "\n\n".join(paragraph.text for paragraph in cell.paragraphs)
        return to_markdown(
            Line(number, line.strip()) for number, line in enumerate(text.split("\n"))
        )

    def _inside(self, cell: Any) -> Iterator[str]:
        self._listing = False
        for item in cell.iter_inner_content():
            if hasattr(item, "rows"):
                yield from ("", *grid(item))
            else:
                yield from self._paragraph(item, marked(item))
        self._listing = False


# What a cell's plain text would lose.
_RICH = ".//w:hyperlink | .//w:b | .//w:i | .//w:numPr | .//w:pStyle | .//w:tbl"


def _text(cells: Iterable[Any]) -> str:
    return "\n".join(filter(None, (cell.text.strip() for cell in cells)))


def _begins(piece: str) -> bool:
    """Whether a line inside of a paragraph begins something of its own."""
    marked = USUAL.question_in(piece) is not None or USUAL.answer_in(piece) is not None
    return marked or _BULLETED.match(piece) is not None


def _unmarked(text: str) -> str:
    return escaped(" ".join(shown_text(text).split()))


def _number_formats(document: Any) -> Iterator[tuple[tuple[int, int], str]]:
    """For each numbering and level whether it counts (``decimal``, …) or is a ``bullet``."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return
    levels = {
        kind.get(word("abstractNumId")): {
            int(level.get(word("ilvl"))): fmt.get(word("val"))
            for level in kind.findall(word("lvl"))
            if (fmt := level.find(word("numFmt"))) is not None
        }
        for kind in root.findall(word("abstractNum"))
    }
    for number in root.findall(word("num")):
        kind = number.find(word("abstractNumId"))
        for level, form in levels.get(kind.get(word("val")), {}).items():
            yield (int(number.get(word("numId"))), level), str(form)
