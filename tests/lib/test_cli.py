"""The ``faqlib`` command: what people see, what scripts get, and how it fails."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from faqlib import FAQ, Entry, read_file
from faqlib.cli import main
from faqlib.cli.common import _FORMAT_NAMES, _SUFFIXES
from faqlib.cli.progress import waiting
from faqlib.formats import FORMATS, format_of
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
EXOSOMES = ROOT / "examples" / "exosomes" / "faq.yaml"
COMMANDS = sorted(main.commands)

PAGE = """About us
Q: Is parking free?
A: Yes, behind the house.

Q: Do you take walk-ins?
A: On Mondays & Fridays.

Loading
"""
TABLE = "question,answer\nHow much is a visit?,It costs 40 dollars.\n"


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAQ_SEMANTIC", "false")  # loading the model is not what takes time here
    Path("page.txt").write_text(PAGE, encoding="utf-8")
    Path("prices.csv").write_text(TABLE, encoding="utf-8")


def run(*words: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin, prog_name="faqlib")


def works(*words: str | Path, stdin: str | bytes | None = None) -> Result:
    result = run(*words, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result


def fails(*words: str | Path, code: int = 1, stdin: str | bytes | None = None) -> str:
    """The one sentence that a command fails with."""
    result = run(*words, stdin=stdin)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("faqlib: ")
    return lines[0]


def edit(name: str, old: str, new: str) -> None:
    path = Path(name)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


# Help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(name: str) -> None:
    text = works(name, "--help").stdout
    assert "Example" in text
    assert re.search(rf"^  faqlib {name} ", text, re.M)
    assert "--debug" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    options = [p for p in main.commands[name].params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_help_lists_the_commands_each_with_its_purpose() -> None:
    text = works("--help").stdout
    for name in COMMANDS:
        assert re.search(rf"^  {name} +[A-Z]\w+", text, re.M), name


def test_the_formats_that_options_offer_are_those_that_there_are() -> None:
    assert tuple(FORMATS) == _FORMAT_NAMES
    assert all(format_of("", suffix).name for suffix in _SUFFIXES)


def test_the_version_is_the_package_s() -> None:
    from faqlib import __version__

    assert works("--version").stdout.strip().endswith(__version__)


# import


def test_import_without_a_database_reports_and_says_how_to_keep_it() -> None:
    text = works("import", "page.txt").stdout
    assert "2 entries: 2 new, 0 changed, 0 unchanged; 1 line set aside" in text
    assert "line 8: 'Loading'" in text
    assert "--db" in text
    assert sorted(path.name for path in Path().iterdir()) == ["page.txt", "prices.csv"]


def test_import_keeps_entries_and_the_second_time_nothing_changes() -> None:
    first = works("import", "page.txt", "prices.csv", "--db", "c.db", "--site", "north").stdout
    assert "3 entries in site 'north': 3 new, 0 changed, 0 unchanged" in first
    again = works("import", "page.txt", "--db", "c.db").stdout
    assert "0 new, 0 changed, 2 unchanged" in again
    with FAQ.open("c.db", site="north", semantic=False) as faq:
        assert faq["is-parking-free"].answer == "Yes, behind the house."


def test_import_updates_what_changed_and_removes_nothing() -> None:
    works("import", "page.txt", "--db", "c.db")
    edit("page.txt", "behind", "beside")
    edit("page.txt", "Q: Do you take walk-ins?\nA: On Mondays & Fridays.\n", "")
    assert "0 new, 1 changed, 0 unchanged" in works("import", "page.txt", "--db", "c.db").stdout
    with FAQ.open("c.db", semantic=False) as faq:
        assert len(faq) == 2
        assert faq["is-parking-free"].answer == "Yes, beside the house."


def test_an_import_of_several_files_is_all_or_nothing() -> None:
    Path("broken.json").write_text('[{"question": ""}]', encoding="utf-8")
    assert "broken.json" in fails("import", "page.txt", "broken.json", "--db", "c.db")
    assert not Path("c.db").exists()


def test_an_id_that_two_files_give_to_different_entries_is_an_error() -> None:
    Path("other.txt").write_text("Q: Is parking free?\nA: No.\n", encoding="utf-8")
    sentence = fails("import", "page.txt", "other.txt", "--db", "c.db")
    assert "other.txt" in sentence
    assert "page.txt" in sentence
    assert "is-parking-free" in sentence


def test_an_entry_that_two_files_have_alike_is_imported_once() -> None:
    Path("other.txt").write_text("Q: Is parking free?\nA: Yes, behind the house.\n", "utf-8")
    assert "2 entries: 2 new" in works("import", "page.txt", "other.txt").stdout


def test_a_dry_run_says_what_would_change_and_stores_nothing() -> None:
    text = works("import", "page.txt", "--db", "c.db", "--dry-run").stdout
    assert "+ is-parking-free" in text
    assert not Path("c.db").exists()
    works("import", "page.txt", "--db", "c.db")
    edit("page.txt", "behind", "beside")
    text = works("import", "page.txt", "--db", "c.db", "--dry-run").stdout
    assert "~ is-parking-free" in text
    assert "+" not in text
    assert "1 changed" in works("import", "page.txt", "--db", "c.db").stdout


def test_a_dry_run_into_a_site_that_is_not_there_makes_none() -> None:
    works("import", "page.txt", "--db", "c.db", "--site", "north")
    text = works("import", "page.txt", "--db", "c.db", "--site", "south", "--dry-run").stdout
    assert "2 new" in text
    assert "it has north." in fails("search", "--db", "c.db", "--site", "south", "parking")


def test_import_reads_standard_input_when_the_format_is_named() -> None:
    assert "2 new" in works("import", "-", "--format", "text", stdin=PAGE).stdout
    assert "--format" in fails("import", "-", stdin=PAGE)


def test_several_sites_have_to_be_told_apart() -> None:
    for site in ("north", "south"):
        works("import", "page.txt", "--db", "c.db", "--site", site)
    for command in (("import", "page.txt"), ("export",), ("search", "parking")):
        assert "--site (north, south)" in fails(*command, "--db", "c.db")


def test_the_history_says_who_imported() -> None:
    works("import", "page.txt", "--db", "c.db", "--actor", "Dr. Hart")
    text = works("history", "is-parking-free", "--db", "c.db").stdout
    assert re.fullmatch(
        r"1  \d{4}-\d\d-\d\d \d\d:\d\d UTC  import by Dr. Hart  Is parking free\?\n", text
    )


# search


def test_each_example_question_in_its_own_words_comes_first() -> None:
    for entry in read_file(EXOSOMES).entries:
        text = works("search", EXOSOMES, entry.question, "--limit", "1", "--no-semantic").stdout
        assert " ".join(f"1. {entry.question}".split()) in " ".join(text.split())
        assert f"[{entry.id} · {entry.category}]" in text


def test_search_shows_rank_question_snippet_and_id_without_escapes_in_a_pipe() -> None:
    text = works("search", "page.txt", "walk-ins on Fridays?").stdout
    assert "1. Do you take walk-ins?" in text
    assert "On Mondays & Fridays." in text
    assert "[do-you-take-walk-ins]" in text
    assert "\x1b" not in text
    assert "<mark>" not in text
    assert "\ue000" not in text


def test_search_says_honestly_when_nothing_answers() -> None:
    result = works("search", "page.txt", "zygomorphic quokkas")
    assert result.stdout.startswith("No answer")


def test_search_takes_words_without_quotes() -> None:
    assert "1. Is parking free?" in works("search", "page.txt", "is", "parking", "free").stdout


def test_search_as_json_has_the_shape_of_the_server_s_answer() -> None:
    data = json.loads(works("search", "page.txt", "is parking free", "--json").stdout)
    assert set(data) == {"query", "answered", "confidence", "suggestion", "results"}
    assert data["query"] == "is parking free"
    first = data["results"][0]
    assert set(first) == {"id", "question", "answer_html", "snippet", "score", "category"}
    assert first["id"] == "is-parking-free"
    assert first["answer_html"].strip() == "<p>Yes, behind the house.</p>"


def test_search_filters_and_limits() -> None:
    entries = [
        Entry("Where is parking?", "Here.", category="Visit", tags=("car",)),
        Entry("Dove si parcheggia? parking", "Qui.", category="Visita", lang="it"),
    ]
    with FAQ(semantic=False) as faq:
        faq.add_all(entries)
        faq.dump("faq.json")

    def found(*options: str) -> list[str]:
        text = works("search", "faq.json", "parking", "--json", *options).stdout
        return [hit["id"] for hit in json.loads(text)["results"]]

    assert len(found()) == 2
    assert len(found("--limit", "1")) == 1
    assert found("--category", "Visita") == ["dove-si-parcheggia-parking"]
    assert found("--tag", "car") == ["where-is-parking"]
    assert found("--lang", "it") == ["dove-si-parcheggia-parking"]


def test_search_in_a_database_finds_what_was_imported() -> None:
    works("import", "page.txt", "--db", "c.db", "--site", "north")
    text = works("search", "--db", "c.db", "--site", "north", "is parking free").stdout
    assert "1. Is parking free?" in text


def test_search_reads_a_faq_from_standard_input() -> None:
    text = works("search", "-", "is parking free", "--format", "text", stdin=PAGE).stdout
    assert "1. Is parking free?" in text


def test_drafts_are_not_found() -> None:
    Path("faq.json").write_text(
        '[{"question": "Is parking free?", "answer": "Yes.", "status": "draft"}]', "utf-8"
    )
    assert json.loads(works("search", "faq.json", "parking", "--json").stdout)["results"] == []


# check, convert, export


def test_check_lists_all_problems_with_file_and_line() -> None:
    Path("faq.csv").write_text(
        'question,answer,status\nA?,Yes.,nonsense\nB?,Yes.,published\n" ",Yes.,\nC?,,\n', "utf-8"
    )
    result = run("check", "faq.csv", "page.txt")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        "faq.csv:2",
        "faq.csv:4",
        "faq.csv:5",
        "page.txt:8",
    ]
    assert lines[-1] == "2 files: 2 errors and 2 warnings."


def test_check_is_quiet_about_a_good_file() -> None:
    assert works("check", EXOSOMES).stdout == "1 file: no problems.\n"


def test_check_can_let_warnings_pass() -> None:
    assert run("check", "page.txt").exit_code == 1
    assert "warning" in works("check", "page.txt", "--allow-warnings").stdout


def test_check_reads_standard_input_when_the_format_is_named() -> None:
    text = run("check", "-", "--format", "text", stdin=PAGE).stdout
    assert text.startswith("standard input:8: warning: 'Loading' is set aside")


def test_check_goes_on_after_a_file_that_is_not_there() -> None:
    result = run("check", "gone.txt", ".", "page.txt")
    assert result.exit_code == 1
    assert "gone.txt: cannot be opened (no such file or directory)" in result.stdout
    assert ".: is a directory" in result.stdout
    assert "page.txt:8" in result.stdout


def test_import_names_the_first_problem_and_counts_the_others() -> None:
    Path("faq.json").write_text('[{"question": ""}, {"question": 3}]', encoding="utf-8")
    sentence = fails("import", "faq.json")
    assert "faq.json:1" in sentence
    assert "1 more problem" in sentence


WRITABLE = [name for name, item in FORMATS.items() if not item.binary]


@pytest.mark.parametrize("name", WRITABLE)
def test_convert_keeps_questions_and_answers_in_every_text_format(name: str) -> None:
    target = f"out{FORMATS[name].suffixes[0]}"
    result = works("convert", "page.txt", target)
    assert result.stdout == ""
    assert f"2 entries, 1 line set aside written to {target}" in result.stderr
    pairs = [(entry.question, entry.answer) for entry in read_file(target).entries]
    assert pairs == [
        ("Is parking free?", "Yes, behind the house."),
        ("Do you take walk-ins?", "On Mondays & Fridays."),
    ]


def test_convert_works_in_a_pipe() -> None:
    result = works("convert", "-", "-", "--from", "text", "--to", "jsonl", stdin=PAGE)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [
        "is-parking-free",
        "do-you-take-walk-ins",
    ]
    assert "--to" in fails("convert", "page.txt", "-")


def test_export_writes_everything_drafts_too() -> None:
    with FAQ.open("c.db", semantic=False) as faq:
        faq.add(Entry("Ünï?", "a", status="draft"))
    assert json.loads(works("export", "--db", "c.db").stdout)["entries"][0]["status"] == "draft"
    works("export", "--db", "c.db", "-o", "out.yaml")
    assert read_file("out.yaml").entries[0].question == "Ünï?"
    assert "id,question,answer" in works("export", "--db", "c.db", "--format", "csv").stdout


# What is kept


def test_a_past_version_comes_back_also_after_it_was_deleted() -> None:
    works("import", "page.txt", "--db", "c.db")
    with FAQ.open("c.db", semantic=False) as faq:
        del faq["is-parking-free"]
    assert "(deleted)" in works("history", "is-parking-free", "--db", "c.db").stdout
    works("restore-entry", "is-parking-free", "1", "--db", "c.db")
    with FAQ.open("c.db", semantic=False) as faq:
        assert faq["is-parking-free"].answer == "Yes, behind the house."
    assert "no version 9" in fails("restore-entry", "is-parking-free", "9", "--db", "c.db")
    assert "never had" in fails("history", "nothing", "--db", "c.db")


def test_a_backup_restores_into_a_new_database() -> None:
    works("import", "page.txt", "--db", "c.db", "--site", "north")
    assert "1 site, 2 entries and 2 versions" in works("backup", "c.bak", "--db", "c.db").stdout
    assert "is whole" in works("restore", "c.bak", "--db", "new.db", "--dry-run").stdout
    assert not Path("new.db").exists()
    works("restore", "c.bak", "--db", "new.db")
    assert "2 unchanged" in works("import", "page.txt", "--db", "new.db").stdout


def test_restore_replaces_nothing_unless_told_to() -> None:
    works("import", "page.txt", "--db", "c.db")
    works("backup", "c.bak", "--db", "c.db")
    assert "--overwrite" in fails("restore", "c.bak", "--db", "c.db")
    works("restore", "c.bak", "--db", "c.db", "--overwrite")
    Path("c.bak").write_text("nonsense", encoding="utf-8")
    assert "no backup" in fails("restore", "c.bak", "--db", "c.db", "--overwrite")


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "c.db", "--db", "c.db"),
        ("backup", "other.db", "--db", "c.db"),
        ("export", "--db", "c.db", "-o", "c.db", "--format", "json"),
        ("convert", "page.txt", "c.db", "--to", "json"),
    ],
)
def test_a_database_is_not_written_over(words: tuple[str, ...]) -> None:
    works("import", "page.txt", "--db", "c.db")
    works("import", "page.txt", "--db", "other.db")
    assert "it is a database: name another file" in fails(*words)
    for database in ("c.db", "other.db"):
        assert "2 unchanged" in works("import", "page.txt", "--db", database).stdout


# Failing

WRONG = {
    "a file that is not there": (("search", "gone.yaml", "x"), "gone.yaml: cannot be opened (no"),
    "a directory": (("import", "."), "is a directory"),
    "an unknown suffix": (("import", "notes.xyz"), "'.xyz' is not known"),
    "a format to read": (("convert", "notes.xyz", "a.csv"), "or name it with --from."),
    "a format to write": (("convert", "page.txt", "a.xyz"), "or name it with --to."),
    "an empty file": (("import", "empty.txt"), "is empty"),
    "a database that is not there": (("export", "--db", "gone.db"), "no database gone.db"),
    "a directory that is not there": (("import", "page.txt", "--db", "no/c.db"), "no/c.db"),
    "another kind of database": (("export", "--db", "mysql://h/n"), "'mysql'"),
    "a file that is no database": (("export", "--db", "page.txt"), "page.txt"),
    "a folder that is not there": (("convert", "page.txt", "no/out.csv"), "no"),
    "a backup that is not there": (("restore", "gone", "--db", "c.db"), "gone"),
    "binary content": (("import", "binary.txt"), "binary.txt"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(what: str) -> None:
    Path("notes.xyz").write_text("?", encoding="utf-8")
    Path("empty.txt").touch()
    Path("binary.txt").write_bytes(bytes(range(256)) * 4)
    words, needle = WRONG[what]
    assert needle in fails(*words)


WRONG_CALLS: dict[str, tuple[str, ...]] = {
    "no such command": ("serch", "page.txt"),
    "no such option": ("search", "page.txt", "x", "--fuzzy"),
    "nothing to search in": ("search",),
    "nothing to search for": ("search", "page.txt"),
    "a limit of nothing": ("search", "page.txt", "x", "--limit", "0"),
    "a site without a database": ("search", "page.txt", "x", "--site", "north"),
    "an import into nowhere": ("import", "page.txt", "--site", "north"),
    "no file": ("check",),
    "no database": ("export",),
    "a bad site": ("import", "page.txt", "--db", "c.db", "--site", "North Side"),
    "a file and a database": ("search", "--db", "c.db", "page.txt", "x"),
    "a format that is none": ("convert", "page.txt", "-", "--to", "pdf"),
}


@pytest.mark.parametrize("what", WRONG_CALLS)
def test_a_wrong_call_is_one_sentence_that_points_to_the_help_and_exit_code_2(what: str) -> None:
    works("import", "page.txt", "--db", "there.db")
    assert "--help" in fails(*WRONG_CALLS[what], code=2)


@pytest.fixture
def closed() -> Iterator[str]:
    """A file that may not be read. Root reads anything, so it is nobody for a while."""
    Path("page.txt").chmod(0)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        os.seteuid(65_534)
    yield "page.txt"
    if is_root:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights")
def test_a_file_that_may_not_be_read_is_one_sentence(closed: str) -> None:
    assert closed in fails("import", closed)


def test_a_bug_is_one_sentence_and_a_traceback_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("so\nit goes")

    monkeypatch.setattr(FAQ, "search", broken)
    assert "ZeroDivisionError" in fails("search", "page.txt", "x")
    result = run("search", "page.txt", "x", "--debug")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr


def test_stopping_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FAQ, "search", stop)
    assert fails("search", "page.txt", "x") == "faqlib: stopped."


# Pipes and terminals


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes")
@pytest.mark.parametrize("words", [("export", "--db", "c.db"), ("search", "page.txt", "parking")])
def test_a_reader_that_closes_the_pipe_is_met_with_silence(words: tuple[str, ...]) -> None:
    works("import", "page.txt", "--db", "c.db")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "faqlib.cli", *words],
            stdout=closed,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    assert ended.stderr == b""
    assert ended.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_behind_the_pipe_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "faqlib.cli", "check", "prices.csv"],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith(b"faqlib: the output: no space left")
    assert ended.stderr.count(b"\n") == 1


def test_text_stays_utf_8_where_the_locale_knows_only_ascii() -> None:
    Path("faq.json").write_text('[{"question": "Wo ist der Süden?", "answer": "Dört."}]', "utf-8")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for words in (("convert", "faq.json", "-", "--to", "text"), ("search", "faq.json", "süden")):
        ended = subprocess.run(
            [sys.executable, "-m", "faqlib.cli", *words],
            capture_output=True,
            env=ascii_only,
            timeout=PATIENCE,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert "Wo ist der Süden?" in ended.stdout.decode("utf-8")


@pytest.fixture
def terminal() -> Callable[..., str]:
    """Runs the command with a terminal as output; gives what a person sees."""
    pty = pytest.importorskip("pty", reason="no terminals to make here")

    def show(*words: str) -> str:
        ours, theirs = pty.openpty()
        started = subprocess.Popen(
            [sys.executable, "-m", "faqlib.cli", *words],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "COLUMNS": "80", "TERM": "xterm"},
        )
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:  # the other end is closed
            pass
        finally:
            os.close(ours)
            started.wait(PATIENCE)
        return seen.decode()

    return show


def test_on_a_terminal_what_matched_is_bold(terminal: Callable[..., str]) -> None:
    seen = terminal("search", "page.txt", "fridays", "--no-semantic")
    assert "\x1b[1mFridays\x1b[22m" in seen


def test_on_a_terminal_long_work_shows_a_bar(terminal: Callable[..., str]) -> None:
    seen = terminal("import", "page.txt", "prices.csv")
    assert re.search(r"Reading  \[#+\]\s+100%", seen)
    assert "3 new" in seen


def test_on_a_terminal_one_long_step_shows_the_time_and_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("faqlib.cli.progress.PATIENCE", 0.02)
    with waiting("Storing"):
        time.sleep(0.1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    told, echo = threading.Event(), click.echo
    monkeypatch.setattr(click, "echo", lambda *args, **more: (echo(*args, **more), told.set()))
    with waiting("Storing"):
        assert told.wait(PATIENCE)
    text = capsys.readouterr().err
    assert "\rStoring … 0 s" in text.replace("\x1b[K", "")
    assert re.sub(r".*\r", "", text.replace("\x1b[K", "")) == ""


def test_it_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from faqlib.cli import main\n"
        "heavy = {'sqlalchemy', 'whoosh', 'flask', 'marshmallow', 'lxml', 'bs4', 'numpy', 'yaml'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert ended.stdout.strip() == "[]"


def _ended(code: str) -> tuple[int, str]:
    """The exit code of another Python that runs this, and what it says of errors."""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return ended.returncode, ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(
    ("package", "command"), [("faqlib", "faqlib"), ("widget_server", "widget-server")]
)
def test_ctrl_c_while_a_command_loads_is_one_sentence(package: str, command: str) -> None:
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's job ignores it
        "class Hand:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'click':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Hand())\n"
        f"from {package}.__main__ import main; main()"
    )
    assert _ended(code) == (1, f"{command}: stopped.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("package", ["faqlib", "widget_server"])
def test_ctrl_c_after_a_command_has_ended_stops_nothing(package: str) -> None:
    code = (
        "import atexit, os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
        "sys.argv[1:] = ['--version']\n"
        f"from {package}.__main__ import main; main()"
    )
    assert _ended(code) == (0, "")
