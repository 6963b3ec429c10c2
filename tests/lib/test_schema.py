"""The one door for outside data: what it lets in, what it cleans, what it refuses and says."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from faqlib import (
    Entry,
    InvalidData,
    Site,
    Source,
    dump_entry,
    dump_site,
    is_safe_url,
    load_entry,
    load_site,
)
from faqlib.schema import _ENTRY, check_entry, clean_text, is_visible


def problem(data: dict[str, Any], load: Any = load_entry) -> tuple[str, str]:
    """Field and message of the one thing that is wrong."""
    with pytest.raises(InvalidData) as caught:
        load(data)
    (found,) = caught.value.problems
    return found.field, found.message


def with_question(**fields: Any) -> dict[str, Any]:
    return {"question": "Is parking free?", **fields}


# Nearly everything; what is left out is refused, see below.
CHARACTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
VISIBLE = st.text(CHARACTERS, max_size=60).map("Q{}".format)
ENTRIES = st.builds(
    Entry,
    question=VISIBLE,
    answer=st.text(CHARACTERS | st.sampled_from("\n\t\r"), max_size=200),
    category=st.text(CHARACTERS, max_size=20),
    tags=st.lists(VISIBLE, max_size=3).map(tuple),
    lang=st.sampled_from(["en", "pt-BR"]),
    status=st.sampled_from(["draft", "published", "archived"]),
    position=st.integers(-(2**31), 2**31 - 1),
    pinned=st.booleans(),
    last_reviewed=st.none() | st.dates(),
    notice=st.text(CHARACTERS, max_size=50),
)


TEXTS = st.text(max_size=30) | st.text("ab \n", max_size=600) | st.just(7)
LISTS = st.lists(TEXTS, max_size=3).map(tuple) | st.just(("a",) * 51)
ANY_ENTRIES = st.builds(
    Entry,
    question=TEXTS,
    answer=TEXTS,
    id=TEXTS.map(lambda text: text or "x"),
    category=TEXTS,
    tags=LISTS,
    aliases=LISTS,
    lang=st.sampled_from(["en", "en\n", "pt-BR", "", "e"]),
    status=st.sampled_from(["draft", "published", "other"]),
    position=st.integers(-(2**31) - 1, 2**31) | st.booleans() | st.just(1.0),
    pinned=st.sampled_from([True, False, 1, "yes"]),
    last_reviewed=st.none() | st.dates() | st.datetimes(),
    sources=st.sampled_from([(), (Source("", "javascript:x"),), (Source("a"),)]),
    notice=TEXTS,
    updated_at=st.none() | st.datetimes() | st.just(datetime(2026, 1, 2, tzinfo=UTC)),
)


def told(call: Callable[[], Entry]) -> object:
    """What comes of it, in all fields and types: an entry, or what is wrong with it."""
    try:
        return repr(call())
    except InvalidData as error:
        return error.problems
    except (TypeError, ValueError, AttributeError) as error:  # no value of the field's kind
        return type(error)


def as_data(entry: Entry) -> dict[str, Any]:
    """An entry as it would stand in a file, whatever kinds its values are of."""
    values = {name: getattr(entry, name) for name in _ENTRY.fields}
    return values | {
        "tags": list(entry.tags),
        "aliases": list(entry.aliases),
        "sources": [{"title": source.title, "url": source.url} for source in entry.sources],
        "last_reviewed": entry.last_reviewed and entry.last_reviewed.isoformat(),
        "updated_at": entry.updated_at and entry.updated_at.isoformat(),
    }


@settings(max_examples=300)
@given(ENTRIES | ANY_ENTRIES)
def test_an_entry_is_let_in_as_its_schema_would(entry: Entry) -> None:
    assert told(lambda: check_entry(entry)) == told(lambda: load_entry(as_data(entry)))


@pytest.mark.parametrize(
    "wrong",
    [{"answer": 42}, {"id": 7}, {"position": 3.7}, {"tags": (1,)}, {"last_reviewed": 20260531}],
)
def test_a_value_that_a_program_gave_is_refused_and_not_made_another(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidData) as caught:
        check_entry(Entry("Is parking free?", **wrong))
    assert caught.value.problems[0].field.split(".")[0] == next(iter(wrong))


@given(ENTRIES)
def test_what_was_let_in_is_let_in_again_unchanged(entry: Entry) -> None:
    checked = check_entry(entry)
    assert check_entry(checked) == checked
    assert load_entry(dump_entry(checked)) == checked


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"))))
def test_every_printable_character_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@given(st.text())
@example("\ud800")
@example("a\r\nb\u2028c\td")
def test_a_text_is_cleaned_once_and_for_all_or_refused(text: str) -> None:
    try:
        cleaned = clean_text(text, lines=True)
    except ValueError:
        return
    cleaned.encode("utf-8")
    assert clean_text(cleaned, lines=True) == cleaned
    assert not set(cleaned) & set("\r\x00\u202e\u2066\ufeff\u2028")
    assert "\n" not in clean_text(text)


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\ud800", "\uffff"])
@pytest.mark.parametrize("field", ["question", "answer", "category", "notice"])
def test_control_characters_are_refused_with_field_and_code(bad: str, field: str) -> None:
    found, message = problem(with_question() | {field: f"ab{bad}c"})
    assert found == field
    assert f"U+{ord(bad):04X} at position 2" in message


@pytest.mark.parametrize("invisible", ["", " ", "\u200b", "\u00ad\u2060", "\n\t", "\u0301"])
def test_a_question_has_to_be_visible(invisible: str) -> None:
    with pytest.raises(InvalidData) as caught:
        load_entry({"question": invisible})
    assert caught.value.problems[0].field == "question"
    assert not is_visible(invisible)


# What Intl.DisplayNames takes, and tags in the right letters of which it makes an error.
TAGS = "es pt-BR es-419 zh-Hant-TW sr-Latn de-CH-1996 ca-valencia sl-rozaj-biske-1994".split()
NO_TAGS = "en-x en-abc en-USA de-DE-DE zh-cmn en-12 en-x-a pt-BR-Latn sl-rozaj-ROZAJ".split()
NO_TAGS += "en- - -- en--us -en en-US- en-US--".split()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"answer": "no question"}, "question"),
        (with_question(question="x" * 501), "question"),
        (with_question(answer="x" * 50_001), "answer"),
        (with_question(id="x" * 201), "id"),
        (with_question(tags=["t"] * 51), "tags"),
        (with_question(aliases=["t"] * 51), "aliases"),
        (with_question(tags="t"), "tags"),
        (with_question(status="live"), "status"),
        (with_question(lang="english language"), "lang"),
        *((with_question(lang=tag), "lang") for tag in NO_TAGS),
        (with_question(position="first"), "position"),
        (with_question(position=2**31), "position"),
        (with_question(last_reviewed="yesterday"), "last_reviewed"),
        (with_question(question=3), "question"),
        (with_question(colour="red"), "colour"),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_the_field_is_named(
    data: dict[str, Any], field: str
) -> None:
    found, message = problem(data)
    assert found == field
    assert message


@pytest.mark.parametrize("tag", TAGS)
def test_language_tags_that_browsers_can_name_are_let_in(tag: str) -> None:
    assert load_entry(with_question(lang=tag)).lang == tag
    assert load_site({"id": "north", "lang": tag}).lang == tag


def test_the_bounds_themselves_are_let_in() -> None:
    entry = load_entry(
        {"question": "x" * 500, "answer": "y" * 50_000, "tags": [str(n) for n in range(50)]}
    )
    assert len(entry.answer) == 50_000


def test_all_problems_of_an_entry_are_told_at_once_with_its_name() -> None:
    with pytest.raises(InvalidData) as caught:
        load_entry(with_question(status="live", lang="?"), file="a.csv", line=7)
    assert {found.field for found in caught.value.problems} == {"status", "lang"}
    for found in caught.value.problems:
        assert str(found).startswith("a.csv:7: 'Is parking free?', ")


def test_the_name_of_an_unknown_field_does_nothing_to_a_terminal() -> None:
    with pytest.raises(InvalidData) as caught:
        load_entry(with_question(**{"colour\x1b[2J": "red"}))
    assert caught.value.problems[0].field == "'colour\\x1b[2J'"
    assert str(caught.value).isprintable()


def test_unknown_fields_can_be_passed_over() -> None:
    assert load_entry(with_question(colour="red"), ignore_unknown=True) == Entry("Is parking free?")


SAFE = ["https://a.example/b?c#d", "http://a.example", "mailto:a@b.example", "tel:+15550100"]
UNSAFE = [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//a.example",
    "/relative",
    "a.example",
    "https://",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", SAFE)
def test_addresses_people_can_follow_are_let_in(url: str) -> None:
    assert is_safe_url(url)
    assert load_entry(with_question(sources=[{"url": url}])).sources == (Source(url, url),)


@pytest.mark.parametrize("url", UNSAFE)
def test_addresses_that_run_code_or_lead_nowhere_are_refused(url: str) -> None:
    assert not is_safe_url(url)
    with pytest.raises(InvalidData):
        load_entry(with_question(sources=[{"title": "x", "url": url}]))


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("id", "question", "answer", "category", "notice", "reviewed_by", "colour"), TEXTS
        )
        | dict.fromkeys(("tags", "aliases"), LISTS.map(list) | TEXTS)
        | {"lang": st.sampled_from([*TAGS, *NO_TAGS]), "status": st.just("draft") | TEXTS},
    )
)
def test_a_plain_row_is_loaded_as_its_schema_would_do_it(data: dict[str, Any]) -> None:
    try:
        expected = _ENTRY.load(data)
    except ValidationError:
        with pytest.raises(InvalidData):
            load_entry(data)
    else:
        assert load_entry(data) == expected


@given(ENTRIES)
@example(Entry("Q", id="q", sources=(Source("A", "https://a.example"), Source("B"))))
@example(Entry("Q", id="q", review_due=date(2027, 1, 2), updated_at=datetime.now(UTC), position=-1))
def test_an_entry_is_dumped_as_its_schema_would_do_it(entry: Entry) -> None:
    whole = _ENTRY.dump(entry)
    assert whole == whole | dump_entry(entry)
    left_out = whole.keys() - dump_entry(entry).keys()
    assert all(whole[name] in ("", None, [], False, 0, "en", "published") for name in left_out)


def test_what_is_at_its_default_is_left_out_of_the_dump() -> None:
    assert dump_entry(Entry("Q?")) == {"id": "q", "question": "Q?", "answer": ""}


# Sites


@pytest.mark.parametrize("good", ["a", "north-side", "0", "a" * 64])
def test_site_ids_are_plain(good: str) -> None:
    assert load_site({"id": good}) == Site(id=good)


@pytest.mark.parametrize("bad", ["", "A", "a b", "../x", "-a", "a-", "a" * 65, "é", "a\n"])
def test_other_site_ids_are_refused(bad: str) -> None:
    assert problem({"id": bad}, load_site)[0] == "id"


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "https://*.clinic.example",
        "clinic.example",
        "https://a.example/path",
        "ftp://a",
    ],
)
def test_origins_are_exact_or_refused(origin: str) -> None:
    assert problem({"id": "a", "origins": [origin]}, load_site)[0].startswith("origins")


@pytest.mark.parametrize(
    "value",
    ["url(https://x)", "URL(//x)", "red;color:blue", "a}b", "x" * 101, 'image-set("//x" 1x)',
     "cross-fade('//x','//y')", "rgb(1 2 3) src(//x)", "element(#x)", "calc(1px+attr(x))", ""],
)  # fmt: skip
def test_a_theme_holds_values_and_nothing_that_could_end_a_rule(value: str) -> None:
    for name in ("accent", "radius", "size", "font"):
        assert problem({"id": "a", "theme": {name: value}}, load_site)[0] == f"theme.{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("accent", "#0b6e5f"), ("text", "#FFF8"), ("accent", "RebeccaPurple"), ("text", "CanvasText"),
     ("background", "transparent"), ("background", "light-dark(#fff, rgb(1 2 3 / 50%))"),
     ("accent", "oklch(from var(--faq-text) l c h)"), ("radius", "0"), ("radius", "4px  8px"),
     ("radius", "calc(1em + min(2px, 1%))"), ("size", "1.1rem"), ("size", "medium"),
     ("font", "'Source Sans', serif")],
)  # fmt: skip
def test_a_theme_takes_colours_and_lengths(name: str, value: str) -> None:
    assert load_site({"id": "a", "theme": {name: value}}).theme[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [("accent", "blurple"), ("accent", "#0b6e5"), ("text", "0b6e5f"), ("text", "12px"),
     ("background", "rgb(1 2 3"), ("background", "rgb()"), ("accent", "rgb(1 2 3) red"),
     ("accent", "light-dark(blurple, #fff)"), ("accent", "light-dark(#fff)"),
     ("accent", "calc(1px + 2px)"), ("radius", "teal"), ("radius", "12"), ("radius", "-4px"),
     ("radius", " "), ("size", "12pixels"), ("size", "1px 2px"), ("size", "bigger"),
     ("size", "1.px"), ("size", "١px")],
)  # fmt: skip
def test_a_look_that_css_does_not_know_is_refused_with_one_that_it_knows(
    name: str, value: str
) -> None:
    where, message = problem({"id": "a", "theme": {name: value}}, load_site)
    assert where == f"theme.{name}"
    assert value in message
    assert {"radius": "12px", "size": "18px"}.get(name, "#0b6e5f") in message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "//clinic.example"),
        ("url", "clinic.example/contact"),
        ("email", "nobody"),
        ("email", "a b@clinic.example"),
        ("email", "a@clinic.example?bcc=b@c"),
        ("fax", "1"),
    ],
)
def test_a_contact_is_what_its_name_says(key: str, value: str) -> None:
    assert problem({"id": "a", "contact": {key: value}}, load_site)[0].startswith(f"contact.{key}")
    good = {"phone": "+1 555 0100", "email": "o@clinic.example", "url": "https://clinic.example"}
    assert load_site({"id": "a", "contact": good}).contact == good


def test_a_long_value_of_a_theme_is_refused_at_once() -> None:
    start = time.process_time()
    site = {"id": "s", "theme": {"accent": "x" * 250_000}}
    assert "theme" in problem(site, load_site)[0]
    assert time.process_time() - start < 60  # a hang, not a slow machine


def test_a_site_comes_back_from_its_dump() -> None:
    site = Site(
        "north",
        name="Nørth",
        origins=("https://a.example",),
        categories=("Visit",),
        contact={"phone": "+1 555 0100"},
        synonyms=(("jab", "vaccine"),),
        theme={"accent": "#0a7"},
        texts={"title": "FAQ"},
        accept_questions=True,
    )
    assert load_site(dump_site(site)) == site


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"question": 5}, "question", "is no text: put it in quotes."),
        ({"tags": [5]}, "tags.0", "is no text: put it in quotes."),
        ({"tags": "a"}, "tags", "is no list: put its items in [ ]."),
        ({"tags": ["x" * 101]}, "tags.0", "has more than 100 characters: shorten it."),
        ({"position": "1"}, "position", "is no whole number: write it in digits, without quotes."),
        ({"position": 1 << 31}, "position", "has to be from -2147483648 to 2147483647."),
        ({"pinned": "maybe"}, "pinned", "has to be true or false."),
        ({"last_reviewed": "May"}, "last_reviewed", "is no date: write it like 2026-05-31."),
        ({"updated_at": "x"}, "updated_at", "is no time: write it like 2026-05-31T09:00:00Z."),
        (
            {"updated_at": "2026-05-31T09:00:00"},
            "updated_at",
            "has no time zone: put Z, or +02:00, behind the time.",
        ),
        ({"sources": [5]}, "sources.0", "is no mapping: write names with their values."),
        ({"category": "x" * 201}, "category", "has more than 200 characters: shorten it."),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_what_it_should_be(
    wrong: dict[str, Any], field: str, message: str
) -> None:
    assert problem(with_question(**wrong)) == (field, message)


def test_what_is_no_mapping_at_all_is_told_so() -> None:
    for load in (load_entry, load_site):
        assert problem([], load) == ("", "is no mapping: write names with their values.")  # type: ignore[arg-type]
