"""Files: formats by suffix, encodings, all problems at once, and writing wholly or not at all."""

import io
import os
import re
import threading
from pathlib import Path

import pytest

from faqlib import Entry, ImportFormatError, formats

TEXT = "Q: Où?\nA: Là – “ici”.\n"
ONE = [Entry("One?", "First.")]


def refusal(path: Path) -> str:
    with pytest.raises(ImportFormatError) as caught:
        formats.read_file(path)
    assert [str(problem) for problem in formats.check(path)] == str(caught.value).split("\n")
    return str(caught.value).removeprefix(str(path))


def test_every_format_has_its_suffixes() -> None:
    suffixes = {suffix: item.name for item in formats.FORMATS.values() for suffix in item.suffixes}
    assert suffixes == {
        ".txt": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html",
        ".htm": "html", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl",
        ".ndjson": "jsonl", ".yaml": "yaml", ".yml": "yaml", ".docx": "docx",
    }  # fmt: skip
    for name in ("TEXT", "txt", ".TXT"):
        assert formats.format_of("", name).name == "text"
    assert formats.format_of("a/b.C.YML").name == "yaml"


@pytest.mark.parametrize("suffix", [s for item in formats.FORMATS.values() for s in item.suffixes])
def test_every_suffix_is_written_and_read(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"faq{suffix}"
    formats.write_file(ONE, path)
    (entry,) = formats.read_file(str(path)).entries
    assert (entry.question, entry.answer) == ("One?", "First.")


def test_the_format_can_be_named_instead(tmp_path: Path) -> None:
    path = tmp_path / "faq.bin"
    formats.write_file(ONE, path, format="json")
    assert formats.read_file(path, format="json").entries == tuple(ONE)


def test_an_unknown_suffix_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    path = tmp_path / "faq.pdf"
    path.write_bytes(b"x")
    assert "the format '.pdf' is not known: use one of .txt, .md" in refusal(path)
    for suffix, instead in ((".xlsx", ".csv"), (".DOC", ".docx")):
        (tmp_path / f"faq{suffix}").write_bytes(b"x")
        assert f"{suffix!r} is not known: use {instead}," in refusal(tmp_path / f"faq{suffix}")
    (tmp_path / "faq").touch()
    assert "no format is given" in refusal(tmp_path / "faq")
    with pytest.raises(ImportFormatError):
        formats.write_file(ONE, path)
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_usual_encodings_are_understood(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "faq.txt"
    mark = "\ufeff" if encoding.endswith(("-le", "-be")) else ""
    path.write_bytes((mark + TEXT).encode(encoding))
    document = formats.read_file(path)
    assert document.entries[0].answer == "Là – “ici”."
    guessed = [str(warning) for warning in document.warnings]
    assert guessed == (
        [
            f"{path}:1: warning: is no UTF-8 and was read as Windows-1252: "
            "check accents, and save it as UTF-8."
        ]
        if encoding == "cp1252"
        else []
    )


@pytest.mark.parametrize(
    ("declared", "encoding", "answer"),
    [
        ('<meta charset="windows-1251">', "cp1251", "Да, за домом."),
        (
            "<META HTTP-EQUIV=Content-Type CONTENT='a; charset=iso-8859-2'>",
            "latin2",
            "Żółć",
        ),
        ('<?xml version="1.0" encoding="ISO-8859-7"?>', "iso8859-7", "Ναι, πίσω."),
        ("<!-- <meta charset=koi8-r> --><meta charset = x-sjis >", "cp932", "はい、①です。"),
        ("<meta charset=gb2312>", "gb18030", "有，在镕基楼后。"),
        ("<meta charset='iso-8859-8-i'>", "iso8859-8", "כן, מאחור."),
        ("<meta charset=iso-8859-1>", "cp1252", "Là – “ici”, 5 €."),
        ("<meta charset=windows-1251>", "utf-8", "Là – “ici”."),  # its server knew better
        ("<meta charset=windows-1251>", "utf-16", "Là – “ici”."),
    ],
)
def test_a_page_is_read_as_what_it_names_itself(declared: str, encoding: str, answer: str) -> None:
    html = f"<html><head>{declared}</head><body><h2>Open?</h2><p>{answer}</p></body></html>"
    document = formats.read(html.encode(encoding), format="html")
    assert [entry.answer for entry in document.entries] == [answer]
    assert document.warnings == ()


@pytest.mark.parametrize("label", ["base64", "utf-7", "none-such", "utf-8", "../x", "rot13"])
def test_a_page_that_names_no_encoding_of_pages_is_guessed(label: str) -> None:
    html = f"<meta charset={label}><h2>Open?</h2><p>Là.</p>"
    document = formats.read(html.encode("cp1252"), format="html")
    assert document.entries[0].answer == "Là."
    assert "was read as Windows-1252" in str(document.warnings[0])


def test_a_page_that_is_not_what_it_names_itself_is_told() -> None:
    html = b"<meta charset=euc-jp>\n<h2>Open?</h2>\n<p>\xff\xff</p>"
    with pytest.raises(ImportFormatError) as caught:
        formats.read(html, format="html", name="faq.html")
    assert str(caught.value) == "faq.html:3: is damaged EUC_JP: save the file again as UTF-8."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": is empty: put at least one question"),
        (b"\xef\xbb\xbf \n", ": is empty"),
        (b"Q: a\nA: b\0c", ":2: holds a NUL character, so it is no text file"),
        ("Q: a\nA: b".encode("utf-16-le"), ":1: holds a NUL character"),
        (b"Q: a\nA: \x81\xff", ":2: is neither UTF-8 nor Windows-1252"),
        (b"\xff\xfeQ\x00:\x00\xd8", ":1: is damaged UTF-16-LE"),
        (b"Q: a\nA: \x07", ":1: 'a', answer: has the control character U+0007"),
    ],
)
def test_what_is_no_text_is_said_to_be_none(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "faq.txt"
    path.write_bytes(content)
    assert refusal(path).startswith(message)


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    assert "cannot be opened (no such file or directory)" in refusal(tmp_path / "none.txt")
    (tmp_path / "dir.txt").mkdir()
    assert "is a directory: name the files in it" in refusal(tmp_path / "dir.txt")


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "faq.md"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    assert "is larger than 16 MB, the most for markdown: split it" in refusal(path)


def test_open_files_and_contents_are_read_too() -> None:
    for source in (TEXT, TEXT.encode(), io.StringIO(TEXT), io.BytesIO(TEXT.encode())):
        assert formats.read(source, name="a.txt").entries[0].question == "Où?"


def test_ids_are_made_from_questions_and_differ() -> None:
    document = formats.read(
        '[{"question": "One?", "answer": "1"}, {"question": "One?", "answer": "2"},'
        '{"question": "Other", "id": "one-2"}, {"question": "ONE", "answer": "3"}]',
        format="json",
    )
    assert [entry.id for entry in document.entries] == ["one", "one-3", "one-2", "one-4"]
    assert ["too, with another answer" in warning.message for warning in document.warnings] == [
        True,
        False,
    ]


def test_an_id_that_is_given_twice_is_an_error() -> None:
    with pytest.raises(
        ImportFormatError, match=r"f:3: 'Two\?', id: 'a' is the id of another entry in line 1"
    ):
        formats.read(
            "- id: a\n  question: One?\n- id: a\n  question: Two?", format="yaml", name="f"
        )


def test_the_same_question_with_the_same_answer_is_set_aside() -> None:
    document = formats.read("Q: a?\nA: b\n\nQ: a?\nA: b\n", format="text")
    assert len(document.entries) == 1
    assert (document.set_aside[0].line, document.set_aside[0].reason) == (
        4,
        "the same question and answer stand in line 1",
    )


def test_check_names_errors_and_warnings_by_line(tmp_path: Path) -> None:
    path = tmp_path / "faq.txt"
    path.write_text(f"Q: a?\nA: b\nRead more\nQ: {'x' * 501}\nA: c\nQ: d?\nQ: A?\nA: e\n")
    found = [(item.line, item.field, item.severity) for item in formats.check(path)]
    assert found == [
        (3, "", "warning"),
        (4, "question", "error"),
        (6, "answer", "warning"),
        (7, "question", "warning"),
    ]


def test_a_draft_may_be_without_an_answer() -> None:
    text = "- question: a?\n  status: draft\n- question: b?\n  answer: c"
    assert formats.read(text, format="yaml").warnings == ()


def test_writing_replaces_a_file_wholly_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "faq.json"
    path.write_text("old")
    path.chmod(0o640)
    formats.write_file(ONE, path)
    assert formats.read_file(path).entries == tuple(ONE)
    assert [item.name for item in tmp_path.iterdir()] == ["faq.json"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    formats.write_file(ONE, link)
    assert link.is_symlink()
    assert formats.read_file(target).entries == tuple(ONE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such pipes")
def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    formats.write_file(ONE, pipe, format="json")
    reader.join(30)
    assert formats.read(got[0], format="json").entries == tuple(ONE)
    assert pipe.is_fifo()


@pytest.mark.parametrize("place", ["nowhere/faq.json", "folder.json"])
def test_a_file_that_cannot_be_written_is_named(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(OSError, match=re.escape(f"'{tmp_path / place}'")) as caught:
        formats.write_file(ONE, tmp_path / place)
    assert caught.value.filename == str(tmp_path / place)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_as_it_was(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "faq.json"
    path.write_text("old")
    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OSError, match="No space"):
        formats.write_file(ONE, path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["faq.json"]


def test_an_entry_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "faq.json"
    path.write_text("old")

    def broken() -> object:
        yield ONE[0]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        formats.write_file(broken(), path)  # type: ignore[arg-type]
    assert path.read_text() == "old"


def test_an_address_that_will_not_be_shown_is_a_warning() -> None:
    text = "- question: a?\n  answer: '[x](/y) ![z](http://i.example) [ok](https://k.example)'"
    messages = [warning.message for warning in formats.read(text, format="yaml").warnings]
    assert [message.split()[0] for message in messages] == ["'/y'", "'http://i.example'"]
