"""The data model: plain values that cannot change, compare as they should, and say who they are."""

import copy
import dataclasses
import pickle
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqlib import (
    Cursor,
    DamagedEntry,
    EditConflict,
    Entry,
    EntryExists,
    EntryNotFound,
    FAQError,
    Hit,
    ImportFormatError,
    ImportReport,
    InvalidData,
    MissingExtra,
    ModelUnavailable,
    Problem,
    Results,
    SetAside,
    Site,
    SiteNotFound,
    Source,
    TooManyEntries,
    direction,
    slug,
)
from faqlib.model import SLUG_LENGTH

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@given(st.text())
def test_a_slug_is_never_empty_never_long_and_its_own_slug(text: str) -> None:
    made = slug(text)
    assert 0 < len(made) <= SLUG_LENGTH
    assert made == slug(text)
    assert not any(char.isspace() for char in made)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is parking free?", "is-parking-free"),
        ("  What's  NEW?! ", "whats-new"),
        ("Où se garer ?", "où-se-garer"),
        ("停车 吗？", "停车-吗"),
        ("a_b/c", "a-b-c"),
        ("word " * 40, "-".join(["word"] * 16)),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_slug_reads_like_the_question(question: str, expected: str) -> None:
    assert slug(question) == expected


def test_questions_without_letters_get_different_ids() -> None:
    assert slug("???") != slug("!!!")
    assert slug("???").startswith("entry-")


def test_an_entry_names_itself_and_keeps_its_id_when_the_question_changes() -> None:
    entry = Entry("Is parking free?")
    assert entry.id == "is-parking-free"
    assert entry.replace(question="Where can I park?").id == "is-parking-free"
    assert Entry("Is parking free?", id="p").id == "p"


def test_an_entry_takes_lists_dates_and_mappings_as_files_have_them() -> None:
    entry = Entry(
        "Q?",
        tags=["a"],  # type: ignore[arg-type]
        aliases=["b"],  # type: ignore[arg-type]
        last_reviewed="2026-01-02",  # type: ignore[arg-type]
        review_due="",  # type: ignore[arg-type]
        sources=[{"title": "FDA", "url": "https://fda.example"}],  # type: ignore[arg-type]
    )
    assert entry.tags == ("a",)
    assert entry.aliases == ("b",)
    assert entry.last_reviewed == date(2026, 1, 2)
    assert entry.review_due is None
    assert entry.sources == (Source("FDA", "https://fda.example"),)


@pytest.mark.parametrize("name", ["tags", "aliases"])
def test_one_text_in_place_of_a_list_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} takes a list"):
        Entry("Q?", **{name: "abc"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"question": None}, "question takes a text, not None."),
        ({"tags": None}, "tags takes a list of texts, not None."),
        ({"last_reviewed": "May"}, "last_reviewed takes a date such as 2026-05-31, not 'May'."),
        ({"review_due": "2026-02-30"}, "review_due takes a date such as"),
        ({"sources": ["https://fda.example"]}, "sources takes each as Source(title, url)"),
        ({"sources": [{"name": "FDA"}]}, "sources takes each as Source(title, url)"),
    ],
)
def test_a_field_that_cannot_be_put_right_is_named(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        Entry(**{"question": "Q?", **wrong})


def test_values_do_not_change() -> None:
    for value in (Entry("Q?"), Site(), Hit(Entry("Q?"), 1.0), Results("q"), Cursor()):
        name = dataclasses.fields(value)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, "other")
    with pytest.raises(TypeError):
        Site(texts={"title": "a"}).texts["title"] = "b"  # type: ignore[index]


def test_a_site_does_not_follow_the_dictionary_that_it_was_made_from() -> None:
    texts = {"title": "a"}
    site = Site(texts=texts)
    texts["title"] = "b"
    assert site.texts["title"] == "a"


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]
)
def test_values_can_be_copied_sent_to_another_process_and_put_in_a_set(
    again: Callable[[Any], Any],
) -> None:
    site = Site("north", contact={"phone": "1"}, texts={"title": "a"}, synonyms=(("MS", "b"),))
    hit = Hit(Entry("Q?", sources=(Source("s"),)), 1.0)
    for value in (site, hit, Results("q", (hit,)), Cursor(1, "a"), ImportReport(("a",))):
        assert again(value) == value
        assert len({again(value), value}) == 1


def test_when_an_entry_was_changed_is_no_part_of_what_it_is() -> None:
    entry = Entry("Q?", "A")
    later = entry.replace(updated_at=NOW)
    assert entry == later
    assert entry.digest == later.digest


@pytest.mark.parametrize(
    "change",
    [
        {"question": "R?"},
        {"answer": "B"},
        {"category": "c"},
        {"tags": ("t",)},
        {"aliases": ("a",)},
        {"lang": "es"},
        {"status": "draft"},
        {"position": 1},
        {"pinned": True},
        {"reviewed_by": "x"},
        {"last_reviewed": date(2026, 1, 1)},
        {"review_due": date(2026, 1, 1)},
        {"sources": (Source("s"),)},
        {"notice": "n"},
    ],
)
def test_any_other_field_changes_the_digest(change: dict[str, object]) -> None:
    entry = Entry("Q?", "A")
    assert entry.replace(**change).digest != entry.digest


def test_a_digest_tells_a_list_from_its_joined_text() -> None:
    assert Entry("Q?", tags=("a", "b")).digest != Entry("Q?", tags=("a,b",)).digest
    assert Site(texts={"a": "b"}).digest != Site(theme={"a": "b"}).digest


def test_results_are_a_sequence_of_hits() -> None:
    hits = tuple(Hit(Entry(f"Q{number}?"), 1.0) for number in range(3))
    results = Results("q", hits)
    assert len(results) == 3
    assert list(results) == list(hits)
    assert results[0] is hits[0]
    assert results[1:] == hits[1:]
    assert hits[2] in results
    assert not Results("q")


def test_a_cursor_is_one_word() -> None:
    assert str(Cursor(3, "ab")) == "3-ab"
    assert str(Cursor()) == "0"
    assert Cursor(3, "ab") != Cursor(3, "cd")


def test_an_import_report_counts_and_names_what_was_set_aside() -> None:
    report = ImportReport(("a",), ("b",), ("c", "d"), (SetAside("Loading", "left over", 9),))
    assert report.total == 4
    assert str(report) == (
        "4 entries: 1 new, 1 changed, 2 unchanged; 1 line set aside\n"
        "  line 9: 'Loading' (left over)"
    )


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "ltr"), ("ar", "rtl"), ("HE-il", "rtl"), ("", "ltr")]
)
def test_languages_know_their_direction(lang: str, expected: str) -> None:
    assert direction(lang) == expected


# Errors


@pytest.mark.parametrize(
    ("error", "also", "carries"),
    [
        (EntryNotFound("p", "north"), KeyError, {"entry_id": "p", "site": "north"}),
        (SiteNotFound("north"), KeyError, {"site": "north"}),
        (EntryExists("p"), FAQError, {"entry_id": "p"}),
        (TooManyEntries("north", 5), FAQError, {"site": "north", "most": 5}),
        (EditConflict("p"), FAQError, {"entry_id": "p"}),
        (MissingExtra("docx", "Reading DOCX"), ImportError, {"extra": "docx"}),
        (InvalidData([Problem("is bad.")]), ValueError, {"problems": (Problem("is bad."),)}),
    ],
)
def test_errors_are_in_one_tree_and_carry_facts(
    error: FAQError, also: type[Exception], carries: dict[str, object]
) -> None:
    assert isinstance(error, FAQError)
    assert isinstance(error, also)
    for name, value in carries.items():
        assert getattr(error, name) == value
    assert not str(error).startswith(("'", '"'))
    assert str(error).endswith(".")


ERRORS = [
    EntryNotFound("p", "north"),
    EntryExists("p"),
    SiteNotFound("north"),
    TooManyEntries("north", 5),
    InvalidData([Problem("is bad.")]),
    ImportFormatError([Problem("is bad.", "faq.csv", 3)]),
    ModelUnavailable("The model is damaged."),
    DamagedEntry("p", "north"),
    EditConflict("p"),
    MissingExtra("docx", "Reading DOCX"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_says_the_same_in_the_process_that_asked_for_it(error: FAQError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_a_problem_names_file_line_entry_and_field() -> None:
    problem = Problem("is empty.", "faq.csv", 3, "'Q?'", "answer", "warning")
    assert str(problem) == "faq.csv:3: warning: 'Q?', answer: is empty."
    assert str(Problem("is empty.")) == "is empty."


def test_an_import_error_shows_every_problem() -> None:
    error = ImportFormatError([Problem("a.", "f", 1), Problem("b.", "f", 2)])
    assert str(error) == "f:1: a.\nf:2: b."
