"""CSV and TSV: columns by name, cells that no spreadsheet runs, lists that read back."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faqlib import Entry, ImportFormatError, Source, formats
from faqlib.formats import Document
from faqlib.formats.cells import guard, read_list, unguard, write_list


def read(text: str) -> Document:
    return formats.read(text, name="faq.csv")


def refusal(text: str) -> str:
    with pytest.raises(ImportFormatError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        "question,answer", "Question,Answer", "ANSWER,QUESTION", "\ufeffQuestion,Answer",
        "title,body", "Q,A", "Frage,Antwort", "Pregunta,Respuesta", "Question,Réponse",
        "FAQ Question,FAQ Answer", "  question  ,content", '"Question","Response"',
    ],
)  # fmt: skip
def test_columns_go_by_name_in_any_order_and_case(header: str) -> None:
    cells = "Yes,One?" if header.startswith("ANSWER") else "One?,Yes"
    (entry,) = read(f"{header}\n{cells}\n").entries
    assert (entry.question, entry.answer) == ("One?", "Yes")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found_by_the_names(delimiter: str, ends: str) -> None:
    rows = ["question", "answer", "tags"], ["a, b; c|d?", "1,2;3|4", "x"]
    text = ends.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    (entry,) = read(text).entries
    assert (entry.question, entry.answer, entry.tags) == ("a, b; c|d?", "1,2;3|4", ("x",))


def test_a_table_saved_by_excel_in_another_country_is_read() -> None:
    document = read(
        "\ufeffsep=;\r\nFrage;Antwort;Status;Last reviewed;Review due\r\n"
        "Eins?;1;Draft;31.5.2026;01.12.2026\r\nZwei?;;Published;;\r\n"
    )
    one, two = document.entries
    assert (one.status, str(one.last_reviewed), str(one.review_due)) == (
        "draft",
        "2026-05-31",
        "2026-12-01",
    )
    assert two.status == "published"
    assert [(warning.line, warning.field) for warning in document.warnings] == [(4, "answer")]


@pytest.mark.parametrize("day", ["5/6/2026", "31.2.2026", "31.5.26"])
def test_a_date_that_could_be_another_is_refused(day: str) -> None:
    assert "last_reviewed: is no date" in refusal(f"question,answer,last_reviewed\nA?,b,{day}\n")


def test_every_field_has_a_column() -> None:
    (entry,) = read(
        "Slug,Question,Answer,Section,Keywords,Also asked,Language,Status,Sort order,Featured,"
        "Reviewed by,Last reviewed,Review due,Sources,Notice\n"
        'p,One?,Yes,Money,"a, b","Two? | Three, four?",pt-BR,draft,7,yes,Dr. A,2026-01-02,'
        '2027-01-02,"T <https://a.example>\nhttps://b.example",Mind'
    ).entries
    assert (entry.id, entry.category, entry.tags) == ("p", "Money", ("a", "b"))
    assert entry.aliases == ("Two?", "Three, four?")
    assert (entry.lang, entry.status, entry.position, entry.pinned) == ("pt-BR", "draft", 7, True)
    assert entry.sources == (
        Source("T", "https://a.example"),
        Source("https://b.example", "https://b.example"),
    )
    assert (str(entry.last_reviewed), entry.notice) == ("2026-01-02", "Mind")


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    message = refusal("Name of it;Text\nOne?;Yes\n")
    assert message.startswith("faq.csv:1: has no column that can be told to be the question")
    assert "'Name of it', 'Text'" in message


def test_of_two_columns_for_one_field_the_plainer_name_has_it() -> None:
    document = read("title,question,answer\nT,One?,Yes")
    assert document.entries[0].question == "One?"
    assert document.set_aside[0].text == "title"
    assert "both name the question" in refusal("question,Question,answer\na,b,c")


def test_unknown_columns_are_set_aside() -> None:
    (aside,) = read("question,answer,Author\nOne?,Yes,me").set_aside
    assert (aside.text, aside.line) == ("Author", 1)


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    rows = '\nquestion,answer\nOne?,"a\nb\nc"\n\n,x\nTwo?,"y\n'
    message = refusal(rows)
    assert "faq.csv:7: entry 2, question" in message
    rows = f'question,answer,status\nOne?,"a\nb",draft\nTwo?,b,x\nThree?,{"x" * 50_001},draft\n'
    assert re.findall(r"csv:(\d+)", refusal(rows)) == ["4", "5"]


def test_cells_beyond_the_columns_are_named() -> None:
    assert "csv:2: has 4 cells under 2 columns" in refusal("question,answer\nIs it 5,00?,a,b\n")
    assert len(read("question,answer\nOne?,Yes,,\n").entries) == 1


def test_answers_in_html_come_in_as_markdown() -> None:
    (entry,) = read('question,answer\nOne?,"<p>a <b>b</b></p><ul><li>c</li></ul>"').entries
    assert entry.answer == "a **b**\n\n- c"


LEAD_INS = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r]")


@example("=1+1")
@example("\xa0 @x")
@example("a\n\t=x")
@example("'=x")
@example("''\n'-")
@given(
    st.lists(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " ", "\xa0", "'", "x", "＝"]))
)
def test_no_line_of_a_cell_is_a_formula_and_every_cell_reads_back(parts: list[str] | str) -> None:
    text = "".join(parts)
    guarded = guard(text)
    assert not any(LEAD_INS.match(line) for line in guarded.split("\n"))
    assert unguard(guarded) == text


def test_no_cell_and_no_line_of_an_export_is_a_formula() -> None:
    entry = Entry(
        "=cmd|' /C calc'!A0",
        "@SUM(1)\n- a\n\t+b\n\xa0-c",
        id="-1",
        tags=("=1", "+2"),
        aliases=("@a", "\u3000=b"),
        position=-5,
        notice="＝x",
    )
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        written = str(formats.write([entry], format=name))
        assert formats.read(written, format=name).entries == (entry,)
        for row in csv.reader(io.StringIO(written.lstrip("\ufeff")), delimiter=delimiter):
            for cell in row:
                assert not any(LEAD_INS.match(line) for line in cell.split("\n"))
        assert not any(LEAD_INS.match(line) for line in written.split("\n"))


@pytest.mark.parametrize("field", ["tags", "aliases"])
@given(items=st.lists(st.text(min_size=1)))
def test_a_list_in_a_cell_reads_back_whatever_it_holds(field: str, items: list[str]) -> None:
    assert read_list(field, write_list(field, items)) == items


def test_lists_are_written_as_people_write_them_where_that_is_clear() -> None:
    assert write_list("tags", ["a", "b c"]) == "a; b c"
    assert write_list("aliases", ["a, b?", "c?"]) == "a, b?\nc?"
    assert write_list("sources", [{"title": "T", "url": "https://a.example"}]) == (
        "T <https://a.example>"
    )
    assert write_list("tags", ["a; b"]) == '["a; b"]'


def test_a_byte_order_mark_is_written_only_where_it_matters() -> None:
    assert not str(formats.write([Entry("One?", "1")], format="csv")).startswith("\ufeff")
    assert str(formats.write([Entry("Où?", "1")], format="csv")).startswith("\ufeff")


def test_a_million_columns_are_refused() -> None:
    header = "question,answer," + ",".join(f"c{number}" for number in range(1_000_000))
    assert "columns" in refusal(header)


def test_an_unclosed_quote_is_named_where_it_opens() -> None:
    assert "csv:2: cannot be read" in refusal('question,answer\na,"' + "x" * 1_100_000)


@pytest.mark.parametrize("end", ["", ',"last"'])
def test_an_unclosed_quote_does_not_swallow_the_rows_below_it(end: str) -> None:
    table = f'\nquestion,answer\nOne?,"yes\nTwo?,no\nThree?,maybe{end}\n'
    assert "csv:3: cannot be read" in refusal(table)
