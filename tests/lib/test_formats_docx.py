"""Word documents: what counts as a question, and bombs that are refused before they unpack."""

import builtins
import contextlib
import io
import random
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from lxml import etree

from faqlib import Entry, ImportFormatError, MissingExtra, formats
from faqlib.formats import Document
from faqlib.markup import render_text


def read(data: bytes) -> Document:
    return formats.read(data, format="docx", name="faq.docx")


def written(fill: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    fill(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members:
            package.writestr(name, content)
    return file.getvalue()


def add_rows(table: Any, *rows: tuple[str, ...]) -> None:
    """Fill new rows of a table, cell by cell."""
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def headings(document: Any) -> None:
    document.add_heading("Our FAQ", 0)
    document.add_heading("Money", 1)
    document.add_heading("One?", 2)
    paragraph = document.add_paragraph("First ")
    paragraph.add_run("bold").bold = True
    paragraph.add_run(" and ")
    paragraph.add_run("slanted").italic = True
    document.add_paragraph("a", style="List Bullet")
    document.add_paragraph("b", style="List Bullet 2")
    document.add_paragraph("c", style="List Number")
    document.add_heading("Two?", 2)
    document.add_paragraph("# Second * time")


def test_headings_are_questions_with_categories_above_them() -> None:
    document = read(written(headings))
    assert [(entry.question, entry.category) for entry in document.entries] == [
        ("One?", "Money"),
        ("Two?", "Money"),
    ]
    assert document.title == "Our FAQ"
    assert document.entries[0].answer.startswith("First **bold** and *slanted*\n\n- a\n   - b\n")
    assert document.entries[1].answer == "\\# Second * time".replace("*", "\\*")


def marked(document: Any) -> None:
    for text in (
        "Our FAQ",
        "Q: One?\u00a0",
        "A: First.",
        "• a",
        "• b",
        "Loading",
        "Q: Two?",
        "A: 2",
    ):
        document.add_paragraph(text)


def test_marked_paragraphs_are_read_like_pasted_text() -> None:
    document = read(written(marked))
    assert [(entry.question, entry.answer) for entry in document.entries] == [
        ("One?", "First.\n\n- a\n- b"),
        ("Two?", "2"),
    ]
    assert [aside.text for aside in document.set_aside] == ["Loading"]
    assert document.title == "Our FAQ"


def bold(document: Any) -> None:
    for question, answer in (("One?", "First."), ("Two?", "Second.")):
        document.add_paragraph().add_run(question).bold = True
        document.add_paragraph(answer)


def bare(document: Any) -> None:
    for text in ("What is one?", "First.", "What is two?", "Second."):
        document.add_paragraph(text)


@pytest.mark.parametrize("fill", [bold, bare])
def test_bold_and_bare_questions_are_recognised(fill: Callable[[Any], None]) -> None:
    assert [entry.answer for entry in read(written(fill)).entries] == ["First.", "Second."]


@pytest.mark.parametrize("header", [["Question", "Answer"], ["Frage", "Antwort"], []])
def test_a_table_of_two_columns_is_a_faq(header: list[str]) -> None:
    def fill(document: Any) -> None:
        rows = [header, ["One?", "First.\n* note"], ["Two?", "Second."]]
        table = document.add_table(rows=0, cols=2)
        add_rows(table, *filter(None, rows))

    entries = read(written(fill)).entries
    assert [entry.question for entry in entries] == ["One?", "Two?"]
    assert render_text(entries[0].answer) == "First.\n* note"


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def piece(xml: str) -> Any:
    """A piece of a document as Word writes it."""
    return parse_xml(re.sub(r"^<[\w:]+", rf"\g<0> {WORD}", xml))


RUN = "<w:r><w:t>{}</w:t></w:r>"
BOX = f"<w:pict><w:txbxContent><w:p>{RUN.format('kept')}</w:p></w:txbxContent></w:pict>"
WRAPPED = {
    "a tracked insertion": f'<w:ins w:id="1" w:author="a">{RUN.format("kept")}</w:ins>',
    "a tracked move": f'<w:moveTo w:id="1" w:author="a">{RUN.format("kept")}</w:moveTo>',
    "a form field": f"<w:sdt><w:sdtPr/><w:sdtContent>{RUN.format('kept')}</w:sdtContent></w:sdt>",
    "one in another": f"<w:smartTag><w:ins w:id='1'>{RUN.format('kept')}</w:ins></w:smartTag>",
    "a field": f'<w:fldSimple w:instr="REF x">{RUN.format("kept")}</w:fldSimple>',
    "a text box": f"<w:r>{BOX}</w:r>",
    "a text box, again for older versions": "<w:r><mc:AlternateContent "
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    f"<mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r>",
}


@pytest.mark.parametrize("what", WRAPPED)
def test_what_word_shows_is_read_wherever_it_is_kept(what: str) -> None:
    def fill(document: Any) -> None:
        document.add_heading("One?", 2)
        paragraph = document.add_paragraph("First ")
        paragraph._p.append(piece(WRAPPED[what]))
        paragraph._p.append(piece('<w:del w:id="2"><w:r><w:delText>gone</w:delText></w:r></w:del>'))
        paragraph._p.append(piece(f'<w:moveFrom w:id="3">{RUN.format("gone")}</w:moveFrom>'))

    (entry,) = read(written(fill)).entries
    assert " ".join(entry.answer.split()) == "First kept"


def test_runs_that_word_parts_are_one_where_they_look_alike() -> None:
    """It parts them at each mistake that it marks and each edit: both marks are kept."""

    def fill(document: Any) -> None:
        document.add_heading("One?", 2)
        paragraph = document.add_paragraph("It is ")
        for text in ("ve", "ry"):
            run = paragraph.add_run(text)
            run.bold = run.italic = True
        paragraph.add_run(" far.")

    (entry,) = read(written(fill)).entries
    assert entry.answer == "It is ***very*** far."


def test_a_whole_paragraph_in_a_form_field_is_read_and_a_prompt_is_not() -> None:
    def fill(document: Any) -> None:
        document.add_heading("One?", 2)
        for prompt, text in (("", "kept"), ("<w:showingPlcHdr/>", "Click here")):
            content = f"<w:sdtContent><w:p>{RUN.format(text)}</w:p></w:sdtContent>"
            box = piece(f"<w:sdt><w:sdtPr>{prompt}</w:sdtPr>{content}</w:sdt>")
            document.element.body.insert(-1, box)

    assert [entry.answer for entry in read(written(fill)).entries] == ["kept"]


def test_hidden_text_and_footnotes_are_set_aside() -> None:
    def fill(document: Any) -> None:
        document.add_heading("One?", 2)
        paragraph = document.add_paragraph("First")
        paragraph.add_run(" secret").font.hidden = True
        paragraph.add_run(".").font.hidden = False
        notes = piece(f"<w:footnotes><w:footnote><w:p>{RUN.format('small')}</w:p></w:footnote>"
                      "</w:footnotes>")  # fmt: skip
        kind = RT.FOOTNOTES
        part = Part(PackURI("/word/footnotes.xml"), "text/xml", etree.tostring(notes))
        document.part.relate_to(part, kind)

    document = read(written(fill))
    assert document.entries[0].answer == "First."
    assert [(aside.text, aside.reason) for aside in document.set_aside] == [
        ("secret", "hidden text"),
        ("small", "a footnote"),
    ]


def test_lines_of_one_paragraph_that_are_marked_are_lines_of_their_own() -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("Q: One?\nA: First.\n• a\n• b\nQ: Two?\nA: Second\nline.")

    assert [(entry.question, entry.answer) for entry in read(written(fill)).entries] == [
        ("One?", "First.\n\n- a\n- b"),
        ("Two?", "Second\n\nline."),
    ]


def test_a_table_says_as_much_as_its_columns_do() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(rows=0, cols=5)
        add_rows(
            table,
            ("Category", "Frage", "Antwort", "Tags", "Room"),
            ("Money", "One?", "First.", "a; b", "7"),
            ("", "Two?", "Second.", "", ""),
            ("", "", "lost", "", ""),
            ("Visits", "", "", "", ""),
            ("", "Three?", "Third.", "", ""),
        )
        table.cell(1, 0).merge(table.cell(2, 0))
        answer = table.cell(1, 2)
        answer.paragraphs[0].add_run("bold").bold = True
        answer.add_table(1, 1).cell(0, 0).text = "inner"
        table.cell(4, 0).merge(table.cell(4, 4))

    document = read(written(fill))
    assert [(entry.question, entry.category, entry.tags) for entry in document.entries] == [
        ("One?", "Money", ("a", "b")),
        ("Two?", "Money", ()),
        ("Three?", "Visits", ()),
    ]
    assert document.entries[0].answer == "First.**bold**\n\n| inner |\n| --- |"
    assert document.fields == {"question", "answer", "category", "tags"}
    assert [(aside.text, aside.reason) for aside in document.set_aside] == [
        ("Room", "a column of an unknown name"),
        ("lost", "a row without a question"),
    ]


def test_merged_cells_leave_the_others_in_their_columns() -> None:
    def fill(document: Any) -> None:
        document.add_heading("One?", 2)
        table = document.add_table(2, 3)
        for at, cell in enumerate([*table.rows[0].cells, *table.rows[1].cells]):
            cell.text = str(at)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"

    (entry,) = read(written(fill)).entries
    assert entry.answer == "| wide |  | 2 |\n| --- | --- | --- |\n| 3 | 4 | 5 |"


def test_names_of_columns_may_be_wider_than_the_cells_below() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(rows=0, cols=5)
        add_rows(
            table,
            ("Question", "", "Answer", "", "Category"),
            ("1.", "One?", "First.", "More.", "Money"),
            ("Two?", "", "Second.", "", "Money"),
            ("3.", "Three?", "Third.", "", "Visits"),
        )
        for row, column in ((0, 0), (0, 2), (2, 0), (2, 2), (3, 2)):
            table.cell(row, column).merge(table.cell(row, column + 1))

    entries = read(written(fill)).entries
    assert [(entry.question, entry.answer, entry.category) for entry in entries] == [
        ("1. One?", "First.\n\nMore.", "Money"),
        ("Two?", "Second.", "Money"),
        ("3. Three?", "Third.", "Visits"),
    ]


def test_a_bold_question_may_have_its_answer_in_its_own_paragraph() -> None:
    def fill(document: Any) -> None:
        document.add_heading("FAQ", 0)
        for question, answer in (("One?", " First."), ("Two?", "\nSecond.\nMore.")):
            paragraph = document.add_paragraph()
            paragraph.add_run(question).bold = True
            paragraph.add_run(answer)

    document = read(written(fill))
    assert document.title == "FAQ"
    assert [(entry.question, render_text(entry.answer)) for entry in document.entries] == [
        ("One?", "First."),
        ("Two?", "Second.\nMore."),
    ]


def rows(document: Any, *texts: str) -> Any:
    table = document.add_table(rows=0, cols=2)
    add_rows(table, *zip(texts[::2], texts[1::2], strict=True))
    return table


def test_headings_above_tables_of_questions_are_a_title_and_categories() -> None:
    def fill(document: Any) -> None:
        document.add_heading("Our FAQ", 0)
        rows(document, "Question", "Answer", "One?", "First.")
        document.add_heading("Money", 1)
        document.add_paragraph("All about it.")
        rows(document, "Question", "Answer", "Two?", "Second.")
        document.add_heading("Visits", 1)
        rows(document, "Three?", "Third.")
        document.add_heading("Is there more?", 1)
        document.add_paragraph("Yes.")

    document = read(written(fill))
    assert document.title == "Our FAQ"
    found = [(entry.question, entry.answer, entry.category) for entry in document.entries]
    assert found == [
        ("One?", "First.", ""),
        ("Two?", "Second.", "Money"),
        ("Three?", "Third.", "Visits"),
        ("Is there more?", "Yes.", ""),
    ]
    assert [(aside.text, aside.reason) for aside in document.set_aside] == [
        ("All about it.", "stands outside of the questions")
    ]


@pytest.mark.parametrize("names", [(), ("Question", "Answer")])
def test_a_row_from_edge_to_edge_above_the_questions_is_their_category(names: list[str]) -> None:
    def fill(document: Any) -> None:
        table = rows(document, "Money", "", *names, "One?", "First.")
        table.cell(0, 0).merge(table.cell(0, 1))

    entries = read(written(fill)).entries
    assert [(entry.question, entry.answer, entry.category) for entry in entries] == [
        ("One?", "First.", "Money")
    ]


def test_what_is_written_can_be_edited_and_read_again() -> None:
    answer = "a **b** [c](https://c.example)\n\n- d\n  - e\n- f\n\n|g|h|\n|-|-|\n|i|j|\n\n> k"
    entries = [Entry("One?", answer, category="X"), Entry("Two?", "l")]
    data = formats.write(entries, format="docx")
    assert isinstance(data, bytes)
    document = read(data)
    assert [entry.question for entry in document.entries] == ["Two?", "One?"]
    assert [entry.category for entry in document.entries] == ["", "X"]
    assert render_text(document.entries[1].answer) == render_text(answer)
    assert "[c](https://c.example)" in document.entries[1].answer


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w>&b;</w>'
WIDE = b'<w xmlns:v="w"><v:gridSpan v:val="1_000_000"/></w>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'


def many(count: int) -> bytes:
    """A central directory of ``count`` members, more than the end record could tell of."""
    one = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 9, 1, *[0] * 4, 0, 0) + b"a"
    body = one * count
    return body + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(body), 0, 0)


def misplaced(package: bytes) -> bytes:
    """The package, with a list of members that says it begins later than it does."""
    at = package.rindex(b"PK\x05\x06") + 16
    return package[:at] + struct.pack("<L", 1_000) + package[at + 4 :]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped(("word/document.xml", LAUGHS)), "declares XML entities"),
        (zipped(("word/document.xml", OUTSIDE)), "declares XML entities"),
        (zipped(("word/document.xml", b"<w/>"), ("x.rels", LAUGHS)), "declares XML entities"),
        (zipped(("word/document.xml", b"<w>" + b" " * 9_000_000 + b"</w>")), "unpacks to more"),
        (zipped(("word/document.xml", b"<w/>"), ("m.bin", bytes(70_000_000))), "unpacks to more"),
        (zipped(("word/document.xml", b"<a>" * 5_000 + b"</a>" * 5_000)), "unpacks to more"),
        (zipped(("word/document.xml", b"<w>" + b"<a/>" * 300_000 + b"</w>")), "unpacks to more"),
        (zipped(("word/document.xml", b"<w>" + b"<a/>" * 30_000 + b"</w>")), "unpacks to more"),
        (zipped(("word/document.xml", WIDE)), "unpacks to more"),
        (zipped(("word/document.xml", b"<w/>"), *((f"{n}", b"") for n in range(2_000))), "unpacks"),
        (many(300_000), "unpacks to more"),
        (zipped(("word/document.xml", b"<w")), "damaged"),
        (misplaced(zipped(("word/document.xml", b"<w/>"))), "damaged"),
        (zipped(("word/document.xml", b"<w/>")), "damaged"),
        (zipped(("other.xml", b"<w/>")), "no Word document"),
        (b"\xd0\xcf\x11\xe0" * 100, "no Word document"),
        (b"", "no Word document"),
    ],
    ids=[
        "laughs",
        "outside",
        "rels",
        "xml",
        "media",
        "deep",
        "wide",
        "siblings",
        "one cell",
        "members",
        "directory",
        "cut",
        "misplaced",
        "empty",
        "other",
        "doc",
        "nothing",
    ],
)
def test_bombs_and_other_files_are_refused_fast_and_small(data: bytes, message: str) -> None:
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(ImportFormatError, match=message):
        read(data)
    spent, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000
    assert spent < 60  # a hang, not a slow machine


def test_a_document_without_a_text_is_told_so() -> None:
    with pytest.raises(ImportFormatError, match="holds no question"):
        read(written(lambda document: None))


def test_a_damaged_document_is_an_error_and_never_a_crash() -> None:
    good = written(headings)
    chance = random.Random(7)
    for _ in range(60):
        bad = bytearray(good)
        for _ in range(chance.choice([1, 5, 50])):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        with contextlib.suppress(ImportFormatError):
            read(bytes(bad))


def test_text_instead_of_bytes_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="rb"):
        formats.read("text", format="docx")


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "docx":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    good = written(marked)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"pip install 'faqlib\[docx\]'"):
        read(good)
    with pytest.raises(MissingExtra):
        formats.write([Entry("One?", "1")], format="docx")
