"""Entries as a Word document that people can edit and hand in again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from faqlib.formats.docx_unwrap import word
from faqlib.formats.markers import id_in
from faqlib.markup import Node, node_lines, render_tree
from faqlib.model import Entry, slug

WRITTEN_HERE = "faqlib"  # the document's identifier: its questions are headings of level 2
# What a Word document calls a link to elsewhere, and where a part refers to one.
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS, _REFERENCE = f"{_OFFICE}/hyperlink", f"{{{_OFFICE}}}id"
_LEVELS = 3  # as many list styles as Word's own template has


def write_document(entries: Iterable[Entry], library: Any) -> bytes:
    """The document's bytes. Entries without a category come first: nothing closes a category."""
    document = library.Document()
    document.core_properties.identifier = WRITTEN_HERE
    document.add_heading("Questions and answers", level=0)
    category = ""
    for entry in sorted(entries, key=lambda entry: entry.category != ""):
        if entry.category != category:
            category = entry.category
            document.add_heading(category, level=1)
        document.add_heading(entry.question, level=2)
        if entry.id != slug(entry.question) or id_in(entry.answer.partition("\n")[0]):
            document.add_paragraph(f"ID: {entry.id}")
        _Blocks(document).add(render_tree(entry.answer))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class _Blocks:
    """Adds an answer's blocks to a document."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def add(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._document.add_paragraph(node)
            elif node[0] in ("ul", "ol"):
                self._list(node, 1)
            elif node[0] == "table":
                self._table(node)
            elif node[0] == "blockquote":
                self.add(node[2:])
            elif node[0] == "pre":
                self._document.add_paragraph("\n".join(node_lines([node])))
            elif node[0] != "hr":
                # A heading inside of an answer is bold text: headings are questions here.
                bold = node[0] in ("h4", "h5", "h6")
                _runs(self._document.add_paragraph(), node[2:], bold=bold)

    def _list(self, listing: list[Any], level: int) -> None:
        style = "List Bullet" if listing[0] == "ul" else "List Number"
        style = f"{style} {level}" if level > 1 else style
        for item in listing[2:]:
            if isinstance(item, str):
                continue
            nested = [node for node in item[2:] if _is(node, "ul", "ol")]
            own = [node for node in item[2:] if not _is(node, "ul", "ol")]
            _runs(self._document.add_paragraph(style=style), own)
            for inner in nested:
                self._list(inner, min(level + 1, _LEVELS))

    def _table(self, node: list[Any]) -> None:
        rows = [row for part in node[2:] for row in part[2:] if _is(row, "tr")]
        width = max(len(row) - 2 for row in rows)
        table = self._document.add_table(rows=0, cols=width)
        table.style = "Table Grid"
        for row in rows:
            cells = table.add_row().cells
            for cell, source in zip(cells, row[2:], strict=False):
                _runs(cell.paragraphs[0], source[2:])


def _is(node: Node, *tags: str) -> bool:
    return not isinstance(node, str) and node[0] in tags


def _runs(
    paragraph: Any,
    nodes: Sequence[Node],
    *,
    bold: bool = False,
    italic: bool = False,
    link: bool = False,
) -> None:
    for node in nodes:
        if isinstance(node, str):
            run = paragraph.add_run(node.replace("\n", " "))
            run.bold, run.italic, run.underline = bold or None, italic or None, link or None
        elif node[0] == "br":
            paragraph.add_run().add_break()
        elif node[0] == "img":
            paragraph.add_run(node[1].get("alt", ""))
        else:
            strong, slanted = bold or node[0] == "strong", italic or node[0] == "em"
            before, url = len(paragraph._p), node[1].get("href", "")
            _runs(paragraph, node[2:], bold=strong, italic=slanted, link=link or bool(url))
            if url:
                _link(paragraph, list(paragraph._p)[before:], url)


def _link(paragraph: Any, runs: list[Any], url: str) -> None:
    """Make one link of runs that stand in a paragraph."""
    element = paragraph._p.makeelement(word("hyperlink"))
    element.set(_REFERENCE, paragraph.part.relate_to(url, _LINKS, is_external=True))
    paragraph._p.append(element)
    element.extend(runs)
