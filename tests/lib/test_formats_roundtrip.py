"""What is written reads back as the same entries, whatever they hold."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faqlib import FAQ, Entry, Site, Source, formats
from faqlib.markup import render_text
from faqlib.schema import check_entry, clean_text, is_visible
from faqlib.search.projector import Projector

EXACT = ["json", "jsonl", "yaml", "markdown", "csv", "tsv", "html"]

# What each format could take for its own, beside any other text.
LOOKALIKES = st.sampled_from(
    [
        "- ",
        "# ",
        "## x?",
        "\\## ",
        "=1+1",
        "@x",
        "+",
        "'",
        "'=",
        "''-",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\xa0",
        "<!-- faq",
        "-->",
        "---",
        "```",
        '"',
        ",",
        ";",
        "|",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "&a",
        "*b",
        "!t",
        "null",
        "yes",
        "~",
        "<b>",
        "</script>",
        "&amp;",
        "Q: ",
        "A: ",
        "\\",
        "%",
        "é",
        "😀",
        "\u200b",
        "\u3000",
        "1. ",
        "?",
        "<details>",
        "==",
        "＝",
        "\ue000",
        "> ",
        "    ",
        "\ud7ff",
    ]
)
RAW = st.lists(LOOKALIKES | st.text(max_size=4), max_size=8).map("".join)


def cleaned(*, lines: bool = False, visible: bool = False) -> st.SearchStrategy[str]:
    def clean(text: str) -> str | None:
        try:
            text = clean_text(text[:100], lines=lines)
        except ValueError:
            return None
        return text if not visible or is_visible(text) else None

    found: st.SearchStrategy[Any] = RAW.map(clean).filter(lambda text: text is not None)
    return found


LINE, BLOCK, VISIBLE = cleaned(), cleaned(lines=True), cleaned(visible=True)
TEXTS = st.lists(VISIBLE, max_size=3).map(tuple)
ADDRESSES = st.sampled_from(["", "https://a.example/b?c=d", "mailto:x@y.example", "tel:+451"])
ENTRIES = st.builds(
    Entry,
    question=VISIBLE,
    answer=BLOCK,
    id=LINE,
    category=LINE,
    tags=TEXTS,
    aliases=TEXTS,
    lang=st.sampled_from(["en", "de", "pt-BR"]),
    status=st.sampled_from(["published", "draft", "archived"]),
    position=st.integers(-(2**31), 2**31 - 1),
    pinned=st.booleans(),
    reviewed_by=LINE,
    last_reviewed=st.none() | st.dates(),
    review_due=st.none() | st.dates(),
    sources=st.lists(st.builds(Source, VISIBLE, ADDRESSES), max_size=2).map(tuple),
    notice=BLOCK,
)
FILES = st.lists(ENTRIES, min_size=1, max_size=3, unique_by=lambda entry: entry.id)


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(entries=FILES)
def test_every_field_reads_back_as_it_was(name: str, entries: list[Entry]) -> None:
    assert [check_entry(entry) for entry in entries] == entries
    if name == "html":  # a page is public
        entries = [entry.replace(status="published") for entry in entries]
    written = formats.write(entries, format=name)
    assert isinstance(written, str)
    assert list(formats.read(written, format=name).entries) == entries
    assert list(formats.read(written.encode("utf-8"), format=name).entries) == entries


FULL = Entry(
    question="  Is *it* 24/7? #1 ",
    answer="Yes.\n\n- a\n- b\n\n## Really?\n\n<!-- faq\nid: x\n-->\n",
    id="=1+1",
    category="Money; and more",
    tags=("a, b", "c;d", "[e]", "yes"),
    aliases=("If late, what then?", "a|b"),
    lang="es",
    status="draft",
    position=-3,
    pinned=True,
    reviewed_by="Dr. Ø",
    last_reviewed=date(2026, 1, 2),
    review_due=date(2027, 1, 2),
    sources=(Source("A <b>", "https://a.example"), Source("only a title"), Source("", "tel:+1")),
    notice="Mind\nthe gap",
)


@pytest.mark.parametrize("name", [name for name in EXACT if name != "html"])
def test_a_file_keeps_every_field(name: str) -> None:
    entry = check_entry(FULL)
    assert formats.read(formats.write([entry], format=name), format=name).entries == (entry,)


@pytest.mark.parametrize("name", EXACT)
def test_no_entries_are_written_as_a_file_that_says_so_when_it_is_read(name: str) -> None:
    with pytest.raises(formats.ImportFormatError, match=r"question|empty"):
        formats.read(formats.write([], format=name), format=name)


WORDS = st.lists(
    st.sampled_from(
        ["alpha", "Q:", "A:", "x_y", "*b*", "Loading", "2.", "- c", "10%", "<d>", "é?"]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
PROSE = st.lists(WORDS | WORDS.map("- {0}\n- {0}".format) | WORDS.map("## {}".format), max_size=4)


def _plain(markdown: str) -> list[str]:
    """The words; what looks like a list in plain text is one, and the reverse."""
    return [word for word in render_text(markdown).split() if word not in ("2.", "3.", "4.", "-")]


@pytest.mark.parametrize("name", ["text", "docx"])
@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(answers=st.lists(PROSE.map("\n\n".join), min_size=1, max_size=3))
def test_plain_formats_keep_every_question_and_every_word(name: str, answers: list[str]) -> None:
    entries = [
        Entry(f"What is number {number}?", answer, category="Numbers")
        for number, answer in enumerate(answers)
    ]
    read = formats.read(formats.write(entries, format=name), format=name).entries
    assert [entry.question for entry in read] == [entry.question for entry in entries]
    assert {entry.category for entry in read} == {"Numbers"}
    if name == "text":
        assert [_plain(entry.answer) for entry in read] == [_plain(answer) for answer in answers]


@pytest.mark.parametrize("name", ["text", "docx"])
@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    ids=st.lists(
        VISIBLE.map(lambda text: " ".join(text.split())).filter(str.isprintable),
        min_size=1,
        max_size=5,
        unique=True,
    ),
    answer=st.sampled_from(["", "Yes.", "ID: a passport", "Loading", "© 2026 Print", "Q: a?"]),
)
def test_plain_formats_keep_ids(name: str, ids: list[str], answer: str) -> None:
    entries = [Entry("What do I bring?", answer, id=given) for given in ids]
    document = formats.read(formats.write(entries, format=name), format=name)
    assert [entry.id for entry in document.entries] == ids
    assert {render_text(entry.answer) for entry in document.entries} == {render_text(answer)}
    assert document.set_aside == ()


@pytest.mark.parametrize("write", [lambda entries, name: formats.write(entries, format=name)])
@pytest.mark.parametrize("name", [*EXACT, "text", "docx"])
def test_writing_takes_any_iterable(write: Callable[[Any, str], Any], name: str) -> None:
    assert write((entry for entry in [Entry("One?", "1")]), name)


STORED = Entry(
    "Is parking free?",
    "Yes, **behind** the house.",
    id="parking",
    category="Arrival",
    tags=("car",),
    status="draft",
    notice="From May on it costs a pound.",
    reviewed_by="Dr Poe",
    pinned=True,
)
EDITED = "No, it costs a pound."


def _again(content: str | bytes, name: str) -> Entry:
    with FAQ(semantic=False) as faq:
        faq.add(STORED)
        data = content if isinstance(content, bytes) else content.encode()
        faq.load(data, format=name)
        return faq["parking"].replace(updated_at=STORED.updated_at)


@pytest.mark.parametrize("name", [*EXACT[:-1], "text", "docx"])
def test_a_file_that_nobody_edited_changes_nothing(name: str) -> None:
    assert _again(formats.write([STORED], format=name), name) == STORED


def test_links_lists_and_tables_outlive_a_word_file_that_nobody_edited() -> None:
    answer = (
        "1. See the [map](https://m.example/?a=1&b=2).\n2. Call [988](tel:988), or write to "
        "<https://m.example>.\n\n**Or** [mail **us**](mailto:a@m.example).\n\n"
        "| Who | Where |\n| --- | --- |\n| **We** \\| you | [here](https://m.example) |"
    )
    with FAQ(semantic=False) as faq:
        faq.add(STORED.replace(answer=answer))
        data = faq.dumps("docx")
        assert isinstance(data, bytes)
        assert faq.load(data, format="docx", dry_run=True).changed == ()


@pytest.mark.parametrize("example", ["exosomes", "family-practice"])
def test_tables_outlive_a_text_file_that_nobody_edited(example: str) -> None:
    with FAQ(semantic=False) as faq:
        faq.load(Path(__file__).parents[2] / "examples" / example / "faq.yaml")
        data = str(faq.dumps("text"))
        assert faq.load(data.encode(), format="text", dry_run=True).changed == ()
        if example == "exosomes":
            edited = data.replace("a knee or a shoulder", "a knee or a hip").encode()
            assert faq.load(edited, format="text").changed == ("how-given",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text", f"Q: Is parking free?\n\nID: parking\n\nA: {EDITED}\n"),
        ("docx", formats.write([STORED.replace(answer=EDITED)], format="docx")),
        ("csv", f"id,question,answer\nparking,Is parking free?,{EDITED!r}\n".replace("'", '"')),
    ],
)
def test_what_a_file_can_not_say_stays_as_it_is(name: str, content: str | bytes) -> None:
    assert _again(content, name) == STORED.replace(answer=EDITED)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("html", "<h2>Is parking free?</h2><p>{}</p>"),
        ("markdown", "## Is parking free?\n\n{}\n"),
    ],
)
def test_a_page_pasted_again_changes_what_it_says(name: str, content: str) -> None:
    stored = STORED.replace(id="is-parking-free")
    with FAQ(semantic=False) as faq:
        faq.add(stored)
        faq.load(content.format(EDITED).encode(), format=name)
        found = faq["is-parking-free"]
    assert found.replace(updated_at=stored.updated_at) == stored.replace(answer=EDITED)


def test_a_column_without_a_word_clears_what_was_there() -> None:
    content = f"id,question,answer,category,tags\nparking,Is parking free?,{EDITED!r},,\n"
    found = _again(content.replace("'", '"'), "csv")
    assert found == STORED.replace(answer=EDITED, category="", tags=())


@pytest.mark.parametrize("name", [*EXACT[:-1], "text", "docx"])
def test_a_file_that_names_no_language_is_in_the_sites(name: str) -> None:
    entries = [Entry("Wo?", "Hier.", id="wo"), Entry("¿Dónde?", "Aquí.", id="es", lang="es")]
    data = formats.write(entries[:1], format=name)
    with FAQ(semantic=False) as faq:
        faq.save_site(Site(lang="de"))
        faq.add(Entry("Wann?", "Um acht.", id="wann", lang="fr"))
        for content in (data, formats.write([faq["wann"].replace(lang="en")], format=name)):
            faq.load(content if isinstance(content, bytes) else content.encode(), format=name)
        assert {entry.id: entry.lang for entry in faq} == {"wann": "fr", "wo": "de"}
        if name not in ("text", "docx"):  # one that names one says what each is in
            mixed = formats.write(entries, format=name)
            faq.load(mixed if isinstance(mixed, bytes) else mixed.encode(), format=name)
            assert {entry.id: entry.lang for entry in faq} == {"wann": "fr", "wo": "en", "es": "es"}


def test_an_import_builds_no_index_to_see_what_stays(tmp_path: Path) -> None:
    with FAQ.open(tmp_path / "faq.db", semantic=False) as faq:
        faq.add(STORED.replace(status="published"))
    with (
        FAQ.open(tmp_path / "faq.db", semantic=False) as faq,
        mock.patch.object(Projector, "project", side_effect=AssertionError),
    ):
        faq.load(f"Q: Is parking free?\n\nID: parking\n\nA: {EDITED}\n".encode(), format="text")
