"""Markdown: our own readable form, and the outlines that other people write."""

import pytest

from faqlib import Entry, formats
from faqlib.formats import Document
from faqlib.formats.metadata import read_fields, write_fields


def read(text: str) -> Document:
    return formats.read(text, format="markdown", name="faq.md")


def pairs(text: str) -> list[tuple[str, str]]:
    return [(entry.question, entry.answer) for entry in read(text).entries]


def test_what_is_written_is_pleasant_to_read() -> None:
    entry = Entry("Is parking free?", "Yes, **behind** the house.", id="parking", tags=("car",))
    assert formats.write([entry], format="md") == (
        "## Is parking free?\n\n<!-- faq\nid: parking\ntags: [car]\n-->\n\n"
        "Yes, **behind** the house.\n"
    )


def test_fields_can_be_edited_by_hand() -> None:
    (entry,) = read(
        "# Our FAQ\n\n## One?\n\n<!-- faq\nid: one\ntags: a, b\npinned: yes\nposition: 7\n"
        "sources:\n  - title: T\n    url: https://a.example\n-->\n\nText.\n"
    ).entries
    assert (entry.id, entry.tags, entry.pinned, entry.position) == ("one", ("a", "b"), True, 7)
    assert entry.sources[0].url == "https://a.example"


def test_an_entry_added_by_hand_needs_no_fields() -> None:
    written = str(formats.write([Entry("One?", "1", id="first")], format="md"))
    document = read(f"# Title\n\n{written}\n## Two?\n\nSecond.\n")
    assert [(entry.id, entry.answer) for entry in document.entries] == [
        ("first", "1"),
        ("two", "Second."),
    ]
    assert document.title == "Title"


def test_a_mistake_in_the_fields_is_named_with_its_line() -> None:
    text = "## One?\n\n<!-- faq\nid: one\nstatus: hidden\n-->\n\nx\n\n"
    text += "## Two?\n\n<!-- faq\nid: [\n-->\n"
    with pytest.raises(formats.ImportFormatError) as caught:
        read(text)
    lines = [problem.line for problem in caught.value.problems]
    assert lines[0] in (13, 14)
    assert caught.value.problems[1].field == "status"


def test_fields_without_a_heading_are_no_entry() -> None:
    with pytest.raises(formats.ImportFormatError, match="holds no question"):
        read("# One?\n\n<!-- faq\nid: one\n-->\n\nx\n")


@pytest.mark.parametrize(
    "value", ["-->", "--\\>", "a: b", "null", "-", '"', "\u2066", "é\n", "x -->"]
)
def test_no_value_ends_the_comment_it_stands_in(value: str) -> None:
    written = write_fields({"id": value, "tags": [value], "pinned": True})
    assert "-->" not in written
    assert read_fields(written, "") == {"id": value, "tags": [value], "pinned": "yes"}


def test_headings_are_questions_and_those_above_are_categories() -> None:
    document = read(
        "---\ntitle: From the front\n---\n\nWelcome.\n\n## Money\n\n### What does it cost?\n\n"
        "- 5\n  - a day\n\n#### Detail\n\nx\n\n### Free?\n\nNo.\n\n## Time\n\nHours are short.\n\n"
        "### When?\n\n```\n### not one?\n```\n"
    )
    assert [(entry.question, entry.category) for entry in document.entries] == [
        ("What does it cost?", "Money"),
        ("Free?", "Money"),
        ("When?", "Time"),
    ]
    assert document.entries[0].answer == "- 5\n  - a day\n\n#### Detail\n\nx"
    assert document.entries[2].answer == "```\n### not one?\n```"
    assert (document.title, document.subtitle) == ("From the front", "Welcome.")
    assert [(aside.text, aside.line) for aside in document.set_aside] == [("Hours are short.", 24)]


@pytest.mark.parametrize(
    "text",
    [
        "# FAQ\n\n## One?\n\n1\n\n## Two?\n\n2",
        "One?\n----\n\n1\n\nTwo?\n----\n\n2",
        "### One? ###\n1\n### Two? ###\n2",
        "**Q:** One?\n\n**A:** 1\n\n**Q:** Two?\n\n**A:** 2",
        "**Q: One?**\n\n1\n\n**Q: Two?**\n\n2",
        "**One?**\n\n1\n\n**Two?**\n\n2",
        "1. **One?**\n\n1\n\n2. **Two?**\n\n2",
        "Q: One?\nA: 1\n\nQ: Two?\nA: 2",
        "**One?** 1\n\n**Two?** 2",
        "**One?**\\\n1\n\n1. **Two?**: 2",
        "# FAQ\n\n1. One?\n\n1\n\n2. Two?\n\n2",
        "# FAQ\n\n## A\n\nOne?\n\n1\n\nTwo?\n\n2",
        "1. One?\n\n   1\n\n2. Two?\n\n   2",
        "# FAQ\n\n- One?\n    \n    1\n    \n- **Two?**\n    \n    2\n    ",
        "<details>\n<summary>One?</summary>\n\n1\n\n</details>\n<details><summary><b>Two?</b></summary>2</details>",
    ],
)
def test_questions_are_found_in_any_usual_outline(text: str) -> None:
    assert pairs(text) == [("One?", "1"), ("Two?", "2")]


def test_list_items_with_their_answers_below_keep_what_is_in_these() -> None:
    document = read(
        "# Title\n\nHello.\n\n## Money\n\n- One?\n\n    a\n\n    - b\n        - c\n"
        "- Two?\n\n    2\n\n## Time\n\n* Three?\n  3"
    )
    assert [(entry.question, entry.answer, entry.category) for entry in document.entries] == [
        ("One?", "a\n\n- b\n    - c", "Money"),
        ("Two?", "2", "Money"),
        ("Three?", "3", "Time"),
    ]
    assert (document.title, document.subtitle) == ("Title", "Hello.")


@pytest.mark.parametrize(
    "answer",
    [
        "- Have you eaten?\n  Then wait.\n- Have you slept?\n  Good.\n\nElse call us.",
        "- Have you eaten?\n  Then wait.\n- Bring water.\n  Cold.",
        "- Have you eaten?\n- Have you slept?",
        "- Have you eaten?\n  Then wait.",
    ],
)
def test_lists_that_only_ask_in_passing_belong_to_an_answer(answer: str) -> None:
    assert pairs(f"## Before the visit\n\n{answer}") == [("Before the visit", answer)]


def test_topics_right_above_questions_are_categories() -> None:
    document = read(
        "# FAQ\n\n## Money\n\nIs it dear?\n\nNo.\n\nIs it fair?\n\nYes.\n\n"
        "## Visits\n\nDo I need one?\n\n**Really?** Yes.\n"
    )
    assert [(entry.question, entry.category) for entry in document.entries] == [
        ("Is it dear?", "Money"),
        ("Is it fair?", "Money"),
        ("Do I need one?", "Visits"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "## Parking\n\nLooking for a place?\n\nBehind the house.",
        "## Parking\n\nBehind the house.\n\nOut late?\n\nRing.\n\nLost?\n\nCall.",
    ],
)
def test_a_topic_that_only_asks_in_passing_is_an_entry(text: str) -> None:
    assert [question for question, _ in pairs(text)] == ["Parking"]


def test_bold_lines_are_questions_where_nothing_asks() -> None:
    text = "**FAQ**\n\n**Parking:**\n\nHere.\n\n**Hours**\n\n8–12\n"
    assert pairs(text) == [("Parking", "Here."), ("Hours", "8–12")]
    with pytest.raises(formats.ImportFormatError):
        read("**a**\n\n**b**\n\n**c**")


def test_headings_without_question_marks_are_questions_where_nothing_asks() -> None:
    assert pairs("# FAQ\n\n## Parking\n\nHere.\n\n## Hours\n\n8–12\n") == [
        ("Parking", "Here."),
        ("Hours", "8–12"),
    ]


def test_headings_above_marked_questions_are_categories() -> None:
    document = read(
        "# Title\n\n## Money\n\n**Q:** One?\n\n**A:** 1\n\n## Time\n**Q:** Two?\n**A:** 2"
    )
    assert [entry.category for entry in document.entries] == ["Money", "Time"]
    assert document.title == "Title"


def test_markdown_of_the_answer_stays_as_it_is() -> None:
    answer = "- *a*\n    - b\n\n> c\n\n| d | e |\n| - | - |\n| f | g |"
    assert pairs(f"Q: One?\n\n{answer}") == [("One?", answer)]


def test_headings_above_details_are_title_and_categories() -> None:
    document = read(
        "# Title\n\n## Money\n\n<details>\n<summary>One?</summary>\n\n1\n\n</details>\n\n"
        "## Time\n<details><summary>Two?</summary>2</details>\n"
    )
    assert document.title == "Title"
    assert [entry.category for entry in document.entries] == ["Money", "Time"]


def test_comments_and_text_between_blocks_are_set_aside() -> None:
    document = read("<!-- todo -->\n<details><summary>One?</summary>1</details>\nstray\n")
    assert [(aside.text, aside.line) for aside in document.set_aside] == [
        ("<!-- todo -->", 1),
        ("stray", 3),
    ]


def test_lines_are_those_of_the_file() -> None:
    with pytest.raises(formats.ImportFormatError) as caught:
        read(f"# T\n\n## One?\n\n1\n\n## {'x' * 501}?\n\n2\n\n## Three?\n\n3\n")
    assert [(problem.line, problem.field) for problem in caught.value.problems] == [(7, "question")]
