"""Plain text, as people paste it: what becomes a question, what an answer, what is set aside."""

import re
from pathlib import Path

import pytest

from faqlib import Entry, formats
from faqlib.formats import Document
from faqlib.formats.leftovers import leftover
from faqlib.formats.markers import halves
from faqlib.markup import render_html

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "exosomes-qa.txt"

# Each trait of the real page, in a page of our own.
PASTED = """Laser Q & A\u00a0

Q & A for Skin Laser Visits

Q: What does the laser do?\u00a0

A: It warms the skin.\u00a0

It does not cut (most of the time).

Our practice offers it on weekdays

Q: Who should not come?

A: Please wait if you have:
• A fresh tan\u00a0

• An open wound, e.g. a graze (also a small one)\u00a0

• A fever

Q: Will It Hurt Very Much? Can I drive home?\u00a0

A: Less than 5% of (mostly first) visits hurt. * Ask for cream.

# 1 in our town

Q: When Can I Swim Again?

A: We recommend:\u00a0

• No pool for 2–3 days

• Sun cream

If your face was treated:\u00a0

• No make-up for a day

• After a week, all is allowed

Loading"""


def read(text: str) -> Document:
    return formats.read(text, format="text", name="page.txt")


def pairs(text: str) -> list[tuple[str, str]]:
    return [(entry.question, entry.answer) for entry in read(text).entries]


@pytest.fixture
def pasted() -> Document:
    return read(PASTED)


def test_a_pasted_page_gives_its_questions_and_sets_only_the_left_over_aside(
    pasted: Document,
) -> None:
    assert [entry.question for entry in pasted.entries] == [
        "What does the laser do?",
        "Who should not come?",
        "Will It Hurt Very Much? Can I drive home?",
        "When Can I Swim Again?",
    ]
    (aside,) = pasted.set_aside
    assert (aside.text, aside.line) == ("Loading", PASTED.count("\n") + 1)
    assert "loading" in aside.reason


def test_title_and_subtitle_are_kept(pasted: Document) -> None:
    assert (pasted.title, pasted.subtitle) == ("Laser Q & A", "Q & A for Skin Laser Visits")
    assert pasted.intro == ""


def test_an_answer_keeps_its_paragraphs_without_odd_blanks(pasted: Document) -> None:
    assert pasted.entries[0].answer == (
        "It warms the skin.\n\nIt does not cut (most of the time).\n\n"
        "Our practice offers it on weekdays"
    )


def test_bullets_with_blank_lines_between_them_are_one_list(pasted: Document) -> None:
    html = render_html(pasted.entries[1].answer)
    assert html.count("<ul>") == 1
    assert html.count("<li>") == 3
    assert "<li><p>" not in html.replace("\n", "")


def test_a_text_between_bullets_stays_there_as_a_paragraph(pasted: Document) -> None:
    assert pasted.entries[3].answer.split("\n\n") == [
        "We recommend:",
        "- No pool for 2–3 days\n- Sun cream",
        "If your face was treated:",
        "- No make-up for a day\n- After a week, all is allowed",
    ]


def test_nothing_becomes_markup_by_accident(pasted: Document) -> None:
    html = render_html(pasted.entries[2].answer)
    assert html == (
        "<p>Less than 5% of (mostly first) visits hurt. * Ask for cream.</p>\n"
        "<p># 1 in our town</p>"
    )


def test_both_halves_of_a_two_question_question_become_aliases(pasted: Document) -> None:
    assert pasted.entries[2].aliases == ("Will It Hurt Very Much?", "Can I drive home?")


@pytest.mark.parametrize(
    "question",
    [
        "What is it?",
        "Does it hurt much? If so, how long?",
        "Is it safe here? Why?",
        "A? B?",
        "Can I come early today? What about the evening?",
        "Is this a laser? Does it burn a lot?",
    ],
)
def test_a_half_that_leans_on_the_other_is_no_alias(question: str) -> None:
    assert halves(question) == []


@pytest.mark.skipif(not REAL.exists(), reason="the page is not part of the repository")
def test_the_real_page_gives_fourteen_entries_and_one_line_set_aside() -> None:
    document = formats.read_file(REAL)
    assert len(document.entries) == 14
    (aside,) = document.set_aside
    lines = REAL.read_text(encoding="utf-8").split("\n")
    assert (aside.text, aside.line) == ("Loading", lines.index("Loading") + 1)
    kept = [document.title, document.subtitle]
    for entry in document.entries:
        kept += [entry.question, entry.answer.replace("\n- ", "\n• ")]
    everything = "".join("".join(kept).split())
    for line in lines:
        text = "".join(line.removeprefix("Q:").removeprefix("A:").split()).removeprefix("•")
        assert text in everything or text == "Loading"
    activity = next(entry for entry in document.entries if "Activity" in entry.question)
    assert render_html(activity.answer).count("<ul>") == 2
    assert not document.warnings


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Q:", "A:"), ("q:", "a:"), ("Question:", "Answer:"), ("QUESTION:", "ANSWER:"),
        ("Q1.", "A1."), ("Q 1:", "A 1:"), ("Q1)", "A1)"), ("Question 1:", "Answer 1:"),
        ("Q：", "A："), ("Q.", "A."), ("**Q:**", "**A:**"), ("Q -", "A -"),
        ("P:", "R:"), ("Pregunta:", "Respuesta:"), ("F:", "A:"), ("Frage:", "Antwort:"),
        ("Question :", "Réponse :"), ("Domanda:", "Risposta:"), ("Vraag:", "Antwoord:"),
        ("Pergunta:", "Resposta:"), ("Spørgsmål:", "Svar:"), ("質問：", "回答："),
    ],
)  # fmt: skip
def test_questions_and_answers_are_marked_in_many_ways(question: str, answer: str) -> None:
    text = f"{question} One?\n{answer} First.\n\n{question} Two?\n\n{answer} Second.\n"
    assert pairs(text) == [("One?", "First."), ("Two?", "Second.")]


@pytest.mark.parametrize(
    "text",
    [
        "1. What is it?\nA laser.\n\n2. Who comes?\nAdults.",
        "1) What is it?\n\nA laser.\n\n2) Who comes?\n\nAdults.",
        "**What is it?**\nA laser.\n\n**Who comes?**\nAdults.",
        "1. **What is it?**\nA laser.\n\n2. **Who comes?**\nAdults.",
        "## What is it?\nA laser.\n## Who comes?\nAdults.",
        "What is it?\nA laser.\nWho comes?\nAdults.",
        "What is it?\n\nA laser.\n\nWho comes?\n\nAdults.",
        "Q: What is it? A: A laser.\nQ: Who comes? A: Adults.",
        "**Q: What is it?**\n**A:** A laser.\n\n**Q: Who comes?**\n**A:** Adults.",
        "Q: What\nis it?\nA: A laser.\n\nQ:\nWho comes?\nA:\nAdults.",
        "\ufeffQ: What is it?\r\nA: A laser.\r\n\r\nQ: Who comes?\r\nA: Adults.\r\n",
    ],
)
def test_questions_are_recognised_with_and_without_markers(text: str) -> None:
    assert pairs(text) == [("What is it?", "A laser."), ("Who comes?", "Adults.")]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("问：一？", "答：一。"), ("問題 2：一？", "答案：一。"), ("س: أ؟", "ج: ب."),
     ("س٢: أ؟", "ج٢: ب."), ("السؤال: أ؟", "الجواب: ب."),
     ("שאלה: א?", "תשובה: ב."), ("질문: 가?", "답변: 나.")],
)  # fmt: skip
def test_markers_of_other_scripts_are_no_part_of_what_is_asked(question: str, answer: str) -> None:
    assert pairs(f"{question}\n{answer}") == [
        (re.split("[:：] ?", question)[1], re.split("[:：] ?", answer)[1])
    ]


def test_what_stands_above_the_first_question_is_told_line_by_line() -> None:
    text = "Our FAQ\nNovember\n\nFirst without a mark\nIts answer.\n\nQ: One?\nA: 1"
    for name in ("text", "markdown"):
        document = formats.read(text, format=name)
        assert (document.title, document.subtitle) == ("Our FAQ", "November")
        assert [(aside.text, aside.line) for aside in document.set_aside] == [
            ("First without a mark", 4),
            ("Its answer.", 5),
        ]
        assert document.intro == "First without a mark\nIts answer."


def test_a_telephone_number_is_no_question_in_spanish() -> None:
    text = "P: ¿Uno?\nR: Sí.\n\nP: ¿Dos?\nR: Llame.\n\nP: 555 0100"
    assert pairs(text) == [("¿Uno?", "Sí."), ("¿Dos?", "Llame.\n\nP: 555 0100")]


def test_a_question_inside_of_a_marked_answer_stays_there() -> None:
    text = "Q: One?\nA: Yes.\n\nWhy is that?\n\nBecause."
    assert pairs(text) == [("One?", "Yes.\n\nWhy is that?\n\nBecause.")]


def test_categories_are_taken_from_lines_that_name_them() -> None:
    text = (
        "Category: Money\nQ: One?\nA: 1\nKategorie: Zeit\nQ: Two?\nA: 2\nCategory:\nQ: Three?\nA: 3"
    )
    assert [entry.category for entry in read(text).entries] == ["Money", "Zeit", ""]


def test_a_table_of_contents_is_set_aside() -> None:
    document = read("Our FAQ\n\nWhat is it?\n\nWho comes?\n\nWhat is it?\n\nX.\n\nWho comes?\n\nY.")
    assert [(entry.question, entry.answer) for entry in document.entries] == [
        ("What is it?", "X."),
        ("Who comes?", "Y."),
    ]
    assert [(aside.text, aside.line) for aside in document.set_aside] == [
        ("What is it?", 3),
        ("Who comes?", 5),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Loading",
        "Loading...",
        "READ MORE",
        "Read more »",
        "Show less",
        "Back to top ↑",
        "Share",
        "Print",
        "Skip to content",
        "Expand all",
        "+",
        "−",
        "---",
        "Accept all cookies",
        "© 2026 The Clinic",
        "Copyright 2026 The Clinic. All rights reserved.",
        "Ver más",
        "By continuing to use this site you agree to our use of cookies.",
    ],
)
def test_left_overs_of_a_page_are_set_aside_and_reported(line: str) -> None:
    document = read(f"Q: One?\nA: Yes.\n{line}\n\nMore of it.\n{line}")
    assert document.entries[0].answer == "Yes.\n\nMore of it."
    assert [aside.line for aside in document.set_aside] == [3, 6]
    assert all(aside.reason for aside in document.set_aside)


@pytest.mark.parametrize(
    "line",
    [
        "Loading doses are given first.",
        "Print the form.",
        "We use cookies to count visits.",
        "•",
        "Share your results with us",
        "Read more about it on our page.",
        "5",
        "+45 1234 5678",
        "",
    ],
)
def test_what_could_be_an_answer_is_never_set_aside(line: str) -> None:
    assert leftover(line) is None


@pytest.mark.parametrize(
    ("lines", "markdown"),
    [
        ("1. wash\n2. dry", "1. wash\n2. dry"),
        ("3. March", "3\\. March"),
        ("* single note", "\\* single note"),
        ("- a\n- b", "- a\n- b"),
        ("* a\n\n* b", "- a\n- b"),
        ("• a\n  • b\n• c", "- a\n   - b\n- c"),
        ("• a long item that\ngoes on", "- a long item that goes on"),
        ("•\nalone\n•\nagain", "- alone\n- again"),
        ("Main Street 1\nOurtown", "Main Street 1\\\nOurtown"),
        ("see https://a.example/x_y_z.", "see <https://a.example/x_y_z>."),
        ("**really** 5 ** 3", "**really** 5 \\*\\* 3"),
        ("<b>x</b> [y](z) a_b _c_", "\\<b>x\\</b> \\[y\\](z) a_b \\_c\\_"),
        ("> no quote\n---x", "\\> no quote\\\n---x"),
        ("a | b\n:-", "a \\| b\\\n\\:-"),
    ],
)
def test_lines_become_clean_markdown(lines: str, markdown: str) -> None:
    assert pairs(f"Q: One?\nA:\n{lines}") == [("One?", markdown)]


def test_wrapped_lines_are_joined() -> None:
    wrapped = "This is a line of text that was wrapped by an editor at some\nwidth, and ends here."
    assert "\\" not in pairs(f"Q: One?\nA: {wrapped}")[0][1]


def test_lines_that_look_like_markers_survive_being_written() -> None:
    answer = "Q: is a letter.\n\nLoading\n\n\\\\ two\n\nCategory: none"
    written = formats.write([Entry("One?", f"x\n\n{answer}")], format="text")
    (entry,) = formats.read(str(written), format="text").entries
    assert render_html(entry.answer) == render_html(f"x\n\n{answer}")


def test_a_text_without_questions_says_how_to_write_them() -> None:
    with pytest.raises(formats.ImportFormatError, match=r"^page.txt: holds no question.*'Q: …'"):
        read("just a note\nand another")
