"""JSON, JSON Lines and YAML: what they may look like, and what is refused with its line."""

import json
from pathlib import Path

import pytest
import yaml

from faqlib import Entry, ImportFormatError, formats
from faqlib.formats import yaml_format

ROOT = Path(__file__).resolve().parents[2]


def refusal(text: str, name: str) -> str:
    with pytest.raises(ImportFormatError) as caught:
        formats.read(text, format=name, name="f")
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("json", '[{"question": "One?", "answer": "1"}]'),
        ("json", '{"entries": [{"question": "One?", "answer": "1"}], "site": {"id": "x"}}'),
        ("json", '\ufeff {"site": {"id": "x"}, "title": "T", "entries":[{"q":"One?","a":"1"}]} '),
        ("jsonl", '{"question": "One?", "answer": "1"}\n\n'),
        ("yaml", "- question: One?\n  answer: 1"),
        ("yaml", "entries:\n- question: One?\n  answer: |\n    1\nsite: {id: x}"),
        ("yaml", "---\n- Frage: One?\n  Antwort: '1'\n...\n---\n"),
    ],
)
def test_entries_stand_in_a_list_or_under_entries(name: str, text: str) -> None:
    (entry,) = formats.read(text, format=name).entries
    assert (entry.question, entry.answer) == ("One?", "1")


def test_settings_next_to_the_entries_are_kept() -> None:
    text = "title: T\nsite: {id: x, accept_questions: yes}\nentries:\n- question: One?\n  answer: a"
    document = formats.read(text, format="yaml")
    assert document.site == {"id": "x", "accept_questions": "yes"}
    assert document.title == "T"


def test_plain_values_in_yaml_are_the_text_that_stands_there() -> None:
    (entry,) = formats.read(
        "- question: 24/7?\n  answer: yes\n  category: 2024\n  tags: [no, 1.50, 0x10, 12:30, ~]\n"
        "  aliases: Is it, say, open?\n  position: 3\n  pinned: true\n  last_reviewed: 2026-01-02\n"
        "  notice: null\n  reviewed_by: ~\n".replace(", ~]", "]"),
        format="yaml",
    ).entries
    assert (entry.question, entry.answer, entry.category) == ("24/7?", "yes", "2024")
    assert entry.tags == ("no", "1.50", "0x10", "12:30")
    assert entry.aliases == ("Is it, say, open?",)
    assert (entry.position, entry.pinned, str(entry.last_reviewed)) == (3, True, "2026-01-02")
    assert (entry.notice, entry.reviewed_by) == ("", "")


def test_yaml_is_written_to_be_read_by_people() -> None:
    entries = [Entry("One?", "a\n\n- b\n- c", tags=("x",)), Entry("Two?", "d")]
    assert formats.write(entries, format="yaml") == (
        "entries:\n- id: one\n  question: One?\n  answer: |-\n    a\n\n    - b\n    - c\n"
        "  tags:\n  - x\n\n- id: two\n  question: Two?\n  answer: d\n"
    )


def test_other_programs_read_what_is_written() -> None:
    entries = [Entry("Où? #1: {x}", "é\n\u3000- y\n'\"\\", tags=("yes", "null", "1", "~"))]
    wanted = [{"id": "où-1-x", "question": "Où? #1: {x}", "answer": "é\n\u3000- y\n'\"\\"}]
    wanted[0]["tags"] = ["yes", "null", "1", "~"]  # type: ignore[assignment]
    assert json.loads(str(formats.write(entries, format="json"))) == {"entries": wanted}
    assert yaml.safe_load(str(formats.write(entries, format="yaml"))) == {"entries": wanted}


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("examples/*/faq*.yaml")), ids=lambda path: path.name
)
def test_the_examples_read_without_a_warning(path: Path) -> None:
    assert formats.check(path) == []
    document = formats.read_file(path)
    for name in ("json", "jsonl", "yaml", "markdown", "csv", "tsv", "html"):
        again = formats.read(formats.write(document.entries, format=name), format=name)
        assert again.entries == document.entries


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("json", '[{"question": "a"},\n{"a": "b", "a": "c"}]', "f:2: has the key 'a' twice"),
        ("json", '{"entries": [],\n"entries": []}', "'entries' twice"),
        ("json", '[\n{"question": NaN}]', "f:2: holds NaN"),
        ("json", '[\n{"question": "a", "position": 99999999999999999999}]', "f:2: holds a number"),
        ("json", '[\n\n{"question": }]', "f:3: is no valid JSON: expecting value at column 14"),
        ("json", '[{"question": "a"}] x', "is no valid JSON: extra data"),
        ("json", "{" + "4" * 20 + ": 1}", "f:1: holds a number of 20 digits"),
        ("json", "[" * 100_000, "f:1: is nested more than 32 levels deep"),
        ("json", '{"a":' * 50_000, "nested more than"),
        ("json", '"a"', "has to be a list of entries"),
        ("yaml", "entries:\n\t- question: A?", "f:2: is no valid YAML: found character"),
        ("yaml", "- question: A?\n\tanswer: b", "put blanks in place of the tab at the line's"),
        ("yaml", "- question: A?\nanswer: b", "give what belongs together the same indent"),
        ("json", '{"questions": []}', "has to be a list of entries"),
        ("json", '{"entries": {"a": 1}}', "has to be a list of entries"),
        ("json", '{"entries": [{"question":"a"}], "entires": 1}', "'entires' is no part"),
        ("json", '[{"question": "a"},\n"b"]', "f:2: entry 2: is no entry but a text"),
        ("json", '[{"question": "a", "colour": "red"}]', "colour"),
        ("json", '[{"question": "a", "tags": "b"}]', "tags"),
        ("json", "[]", "holds no question"),
        ("jsonl", '{"question": "a"}\n{"question": \n[]\n{"a": ' + "[" * 99, "f:2"),
        ("yaml", "a: &x 1\nb: *x", "f:1: uses an anchor or alias"),
        ("yaml", "- question: One?\n  answer: *yes", "f:2: uses an anchor"),
        ("yaml", "- question: !!python/name:os.system x", "f:1: uses a tag"),
        ("yaml", "- question: a\n  question: b", "f:2: has the key 'question' twice"),
        ("yaml", "[" * 100_000, "nested more than"),
        ("yaml", "\n".join(" " * level + "-" for level in range(100)), "nested more than"),
        ("yaml", "- question: a: b", "f:1: is no valid YAML"),
        ("yaml", "- question: 'a", "is no valid YAML"),
        ("yaml", "- ? [a]\n  : b", "f:1: has a key that is no text"),
        ("yaml", "- question: a\n- b", "f: entry 2: is no entry but a text"),
        ("yaml", "just text", "has to be a list of entries"),
        ("yaml", "- question: a\x07b", "forbids"),
        ("yaml", "# nothing\n", "holds no question"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(name: str, text: str, message: str) -> None:
    assert message in refusal(text, name)


def test_every_problem_of_a_file_is_named_with_its_line() -> None:
    text = '[\n{"question": ""},\n{"question": "a", "status": "x",\n"position": 1.5},\n\n{}]'
    lines = refusal(text, "json").split("\n")
    assert sorted(line.split(":")[1] for line in lines) == ["2", "3", "3", "6"]
    lines = refusal('{"question": ""}\n{"a":1}\n\n{"question": "a", "tags": 1}', "jsonl").split(
        "\n"
    )
    assert {line.split(":")[1] for line in lines} == {"1", "2", "4"}
    lines = refusal("- question: ''\n\n- question: a\n  status: x\n", "yaml").split("\n")
    assert {line.split(":")[1] for line in lines} == {"1", "3"}


def test_yaml_without_its_c_library_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_format, "_LOADER", yaml.SafeLoader)
    text = (ROOT / "examples/exosomes/faq.yaml").read_text(encoding="utf-8")
    slow = formats.read(text, format="yaml").entries
    monkeypatch.undo()
    assert formats.read(text, format="yaml").entries == slow
    monkeypatch.setattr(yaml_format, "_LOADER", yaml.SafeLoader)
    assert "nested more than" in refusal("[" * 100_000, "yaml")
    assert "forbids" in refusal("- question: a\x07b", "yaml")
