"""Golden questions: read however people write them, counted rightly, told by command and pytest."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faqlib import FAQ, Entry, ImportFormatError, read_file
from faqlib.cli import main
from faqlib.formats.settings import read_settings
from faqlib.testing import GoldenQuestion, GoldenReport, Outcome, evaluate, load_questions
from faqlib.testing.plan import load_plan
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PARKING = Entry("Is parking free?", "Yes, behind the house.", id="parking")
WALK_INS = Entry("Do you take walk-ins?", "On Mondays.", id="walk-ins")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with FAQ(semantic=False) as faq:
        faq.add_all([PARKING, WALK_INS])
        faq.dump("faq.yaml")


def read(text: str) -> list[tuple[str, tuple[str, ...]]]:
    path = Path("questions.yaml")
    path.write_text(text, encoding="utf-8")
    return [(golden.question, golden.expected) for golden in load_questions(path)]


EXPECTED = [("where do i park", ("parking",)), ("dental?", ()), ("either", ("parking", "walk-ins"))]


@pytest.mark.parametrize(
    "text",
    [
        "- {question: where do i park, entry: parking}\n- {question: 'dental?', entry: null}\n"
        "- {question: either, entry: [parking, walk-ins]}\n",
        "questions:\n- {q: where do i park, expect: parking}\n- {text: 'dental?', id: }\n"
        "- {ask: either, entries: [parking, walk-ins]}\n",
        "where do i park: parking\ndental?: ~\neither: [parking, walk-ins]\n",
        json.dumps([{"query": q, "expected": list(e) or None} for q, e in EXPECTED]),
        "\ufeff- {question: where do i park, answer: parking, note: old}\n"
        "- {question: 'dental?', entry: null}\n- {question: either, entry: [parking, walk-ins]}",
    ],
)
def test_questions_are_read_however_they_are_written(text: str) -> None:
    assert read(text) == EXPECTED


def test_names_that_yaml_takes_for_something_else_stay_names() -> None:
    assert read("- {question: 24, entry: no}\n- {question: yes, entry: 2026-01-02}\n") == [
        ("24", ("no",)),
        ("yes", ("2026-01-02",)),
    ]


def test_each_question_knows_its_file_and_line() -> None:
    read("# two\n- question: a\n  entry: b\n- {question: c, entry: d}\n")
    assert [(golden.file, golden.line) for golden in load_questions("questions.yaml")] == [
        ("questions.yaml", 2),
        ("questions.yaml", 4),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [None]),
        ("[]", [None]),
        ("just words", [1]),
        ("- {question: a}\n- {entry: b}\n- words\n", [1, 2, 3]),
        ("- {question: ' ', entry: b}\n- {question: a, entry: []}\n", [1, 2]),
        ("- {question: a, entry: {id: b}}\n- {question: a, entry: [[b]]}\n", [1, 2]),
        ("- {question: a\n  - b: ]", [2]),
        ("- &a [*a]", [1]),
        ("[" * 5000, [None]),
    ],
)
def test_all_that_is_wrong_is_told_with_its_line(text: str, lines: list[int | None]) -> None:
    with pytest.raises(ImportFormatError) as caught:
        read(text)
    assert [problem.line for problem in caught.value.problems] == lines
    assert {problem.file for problem in caught.value.problems} == {"questions.yaml"}


def test_a_file_that_is_not_there_or_no_text_is_named() -> None:
    Path("latin.yaml").write_bytes("- {question: Süd, entry: a}".encode("latin-1"))
    for name in ("gone.yaml", "latin.yaml", "."):
        with pytest.raises(ImportFormatError, match=f"^{name}"):
            load_questions(name)


@pytest.mark.parametrize("name", ["exosomes", "family-practice"])
def test_the_examples_expect_only_entries_that_are_there(name: str) -> None:
    for path in sorted((EXAMPLES / name).glob("questions*.yaml")):
        source = path.with_name(path.name.replace("questions", "faq"))
        known = {entry.id for entry in read_file(source).entries}
        questions = load_questions(path)
        assert len(questions) > 20
        assert {entry for golden in questions for entry in golden.expected} <= known


# Counting


def outcome(rank: int | None, *, expected: bool = True, answered: bool = True) -> Outcome:
    return Outcome(GoldenQuestion("q", ("a",) if expected else ()), rank, None, 0.5, answered)


def test_the_totals_are_what_they_are_called() -> None:
    report = GoldenReport(
        (
            outcome(1),
            outcome(2, answered=False),
            outcome(4),
            outcome(None),
            outcome(None, expected=False),
            outcome(None, expected=False, answered=False),
        )
    )
    assert report.first == 1 / 4
    assert report.mrr == (1 + 1 / 2 + 1 / 4) / 4
    assert report.answered == 3 / 4
    assert report.wrong == 1 / 2
    assert len(report.misses) == 4
    assert not report.passes()
    assert report.passes(min_first=0.25, max_wrong=0.5)
    assert not report.passes(min_first=0.26, max_wrong=0.5)
    assert not report.passes(min_first=0.25, max_wrong=0.49)


def test_nothing_asked_is_nothing_missed() -> None:
    assert GoldenReport(()).passes()
    assert str(GoldenReport(())) == ""


def test_an_entry_can_be_expected_by_its_exact_question() -> None:
    with FAQ(semantic=False) as faq:
        faq.add_all([PARKING, WALK_INS])
        report = evaluate(faq, [GoldenQuestion("is parking free", (PARKING.question,))])
    assert report.passes()


def test_an_expected_entry_that_is_not_there_is_an_error_not_a_miss() -> None:
    golden = [GoldenQuestion("a", ("parkng",), 3, "q.yaml"), GoldenQuestion("b", ("draft",), 4)]
    with FAQ(semantic=False) as faq:
        faq.add_all([PARKING, Entry("Draft?", id="draft", status="draft")])
        with pytest.raises(ImportFormatError) as caught:
            evaluate(faq, golden)
    assert str(caught.value).startswith("q.yaml:3: 'a': expects 'parkng'")
    assert len(caught.value.problems) == 2


# The command

GOOD = "- {question: is parking free, entry: parking}\n"
MISS = "- {question: is parking free, entry: walk-ins}\n"
FREE = "- {question: zygomorphic quokkas, entry: null}\n"
WRONG = "- {question: is parking free, entry: null}\n"


def run(text: str, *options: str) -> Result:
    Path("questions.yaml").write_text(text, encoding="utf-8")
    words = ["test", "faq.yaml", "questions.yaml", "--no-semantic", *options]
    return CliRunner().invoke(main, words, prog_name="faqlib")


def test_the_command_is_content_when_everything_is_found() -> None:
    result = run(GOOD + FREE)
    assert result.exit_code == 0
    assert result.stdout.startswith("1 of 1 questions find their entry first (P@1 1.000, MRR 1.000")
    assert "0 of 1 questions without an answer are wrongly answered (0%)" in result.stdout


def test_the_command_shows_each_miss_and_what_came_instead() -> None:
    result = run(GOOD + MISS + WRONG)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("questions.yaml:2: 'is parking free' should find 'walk-ins'")
    assert lines[0].endswith(": 'parking' came first")
    assert lines[1].startswith("questions.yaml:3: 'is parking free' is answered with a confidence")
    assert lines[2].startswith("1 of 2 questions")


def test_the_command_names_the_lines_of_all_questions_that_expect_what_is_not_there() -> None:
    result = run(GOOD + MISS.replace("walk-ins", "gone") * 2)
    assert result.exit_code == 1
    assert "questions.yaml:2: 'is parking free': expects 'gone', which" in result.stderr
    assert result.stderr.endswith("(and so in line 3).\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (GOOD + MISS, ("--min-first", "0.5"), 0),
        (GOOD + MISS, ("--min-first", "0.6"), 1),
        (GOOD + WRONG, ("--min-first", "0.5"), 1),
        (GOOD + WRONG + FREE, ("--max-wrong", "0.5"), 0),
        (GOOD + MISS, ("--min-first", "1.5"), 2),
    ],
)
def test_limits_say_how_much_may_be_missed(text: str, options: tuple[str, ...], code: int) -> None:
    assert run(text, *options).exit_code == code


def test_the_command_writes_json_for_programs() -> None:
    data = json.loads(run(GOOD + MISS, "--json").stdout)
    assert data["questions"] == 2
    assert data["first"] == 0.5
    (miss,) = data["misses"]
    assert miss["line"] == 2
    assert miss["expected"] == ["walk-ins"]
    assert miss["came_first"] == "parking"


def test_the_command_asks_a_database_too() -> None:
    runner = CliRunner()
    runner.invoke(main, ["import", "faq.yaml", "--db", "c.db"])
    Path("questions.yaml").write_text(GOOD, encoding="utf-8")
    words = ["test", "--db", "c.db", "questions.yaml", "--no-semantic"]
    assert runner.invoke(main, words).exit_code == 0
    assert runner.invoke(main, ["test", "faq.yaml"]).exit_code == 2


# The site's own settings

SLANG = "- {question: jalopies, entry: walk-ins}\n"


def test_a_file_is_asked_with_its_sites_synonyms() -> None:
    Path("site.yaml").write_text("name: Hill\nsynonyms:\n  - [jalopy, walk-ins]\n", "utf-8")
    assert run(SLANG).exit_code == 1
    assert run(SLANG, "--settings", "site.yaml").exit_code == 0
    words = ["search", "faq.yaml", "--settings", "site.yaml", "--no-semantic", "jalopy"]
    assert "[walk-ins]" in CliRunner().invoke(main, words).stdout


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("synonyms: none\n", "site.yaml: "),
        ("- [a, b]\n", "site.yaml: has to be a mapping of settings"),
        ("synonyms: [\n", "site.yaml:2: is no valid YAML"),
        ("x" * 1_000_001, "site.yaml: is too large"),
        (None, "site.yaml: cannot be opened"),
    ],
)
def test_what_is_wrong_with_settings_is_one_sentence(text: str | None, needle: str) -> None:
    if text is not None:
        Path("site.yaml").write_text(text, "utf-8")
    ended = run(GOOD, "--settings", "site.yaml")
    assert ended.exit_code == 1
    assert needle in ended.stderr


def test_settings_go_with_a_file_only() -> None:
    words = ["test", "--db", "c.db", "q.yaml", "--settings", "site.yaml"]
    ended = CliRunner().invoke(main, words)
    assert ended.exit_code == 2
    assert "the database has the site's" in ended.stderr


@pytest.mark.parametrize("name", ["exosomes", "family-practice"])
def test_the_examples_settings_can_be_read_from_their_files(name: str) -> None:
    site = read_settings(EXAMPLES / name / "site.yaml")
    assert (site.id, len(site.synonyms) > 5, site.count_searches) == (name, True, False)


# The pytest plugin


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("faq: faq.yaml", "names no FAQ or no questions"),
        ("- faq", "names no FAQ or no questions"),
        ("faq: []\nquestions: {a: b}", ":1: takes a file's path"),
        ("faq: a\nquestions: {a: b}\nmin_first: most", ":3: takes a share"),
        ("faq: a\nquestions: {a: b}\nmax_wrong: 2", ":3: takes a share"),
        ("faq: a\nquestions: {a: b}\nmax_wrong: [1]", ":3: takes a share"),
        ("faq: a\nsemantic: perhaps\nquestions: {a: b}", ":2: takes true or false"),
        ("faq: a\nlimit: 3\nquestions: {a: b}", ":2: knows no 'limit'"),
        ("faq: a\nquestions: gone.yaml", "gone.yaml: cannot be opened"),
    ],
)
def test_a_mistake_in_a_plan_is_told_with_its_place(text: str, needle: str) -> None:
    Path("a.faqtest.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ImportFormatError) as caught:
        load_plan(Path("a.faqtest.yaml"))
    assert needle in str(caught.value)


def test_a_plan_sees_files_from_where_it_stands() -> None:
    Path("in").mkdir()
    Path("in/q.yaml").write_text("a: b", encoding="utf-8")
    Path("in/a.faqtest.yaml").write_text(
        "faq: ../faq.yaml\nquestions: q.yaml\nmin_first: 0.5\nsemantic: true", encoding="utf-8"
    )
    plan = load_plan(Path("in/a.faqtest.yaml"))
    assert plan.faq == Path("in/../faq.yaml")
    assert [golden.expected for golden in plan.questions] == [("b",)]
    assert plan.limits == {"min_first": 0.5}
    assert plan.semantic is True


def pytest_says(*words: str) -> str:
    """What pytest prints of the files here, with no plugin but this one."""
    plugins = ("-p", "faqlib.pytest_plugin", "-p", "no:cacheprovider")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-q", "-rA", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        timeout=PATIENCE,
        check=False,
    )
    return ended.stdout + ended.stderr


def test_pytest_makes_each_question_a_test() -> None:
    Path("a.faqtest.yaml").write_text(
        f"faq: faq.yaml\nsemantic: false\nquestions:\n{GOOD}{MISS.replace('free', 'FREE')}", "utf-8"
    )
    text = pytest_says()
    assert "1 failed, 1 passed" in text
    assert "PASSED a.faqtest.yaml::is parking free" in text
    assert "a.faqtest.yaml:5: 'is parking FREE' should find 'walk-ins'" in text
    assert "Traceback" not in text


def test_pytest_asks_with_the_settings_that_a_file_names() -> None:
    Path("site.json").write_text('{"synonyms": [["jalopy", "walk-ins"]]}', encoding="utf-8")
    plan = f"faq: faq.yaml\nsemantic: false\nsettings: site.json\nquestions:\n{SLANG}"
    Path("a.faqtest.yaml").write_text(plan, encoding="utf-8")
    assert "1 passed" in pytest_says()
    Path("a.faqtest.yaml").write_text(plan.replace("site.json", "gone.yaml"), encoding="utf-8")
    text = pytest_says()
    assert "gone.yaml: cannot be opened" in text
    assert "Traceback" not in text
    assert "def " not in text  # nor a piece of the program


def test_pytest_makes_questions_with_limits_one_test_and_tells_mistakes_in_a_file() -> None:
    Path("questions.yaml").write_text(GOOD + MISS, encoding="utf-8")
    start = "faq: faq.yaml\nsemantic: false\nquestions: questions.yaml\nmin_first: "
    Path("enough.faqtest.yaml").write_text(start + "0.5\n", encoding="utf-8")
    Path("scarce.faqtest.yml").write_text(start + "0.9\n", encoding="utf-8")
    Path("broken.faqtest.yaml").write_text("faq: faq.yaml\nquestion: []\n", encoding="utf-8")
    Path("absent.faqtest.yaml").write_text(f"faq: gone.yaml\nquestions:\n{GOOD}", encoding="utf-8")
    text = pytest_says("--continue-on-collection-errors")
    assert "PASSED enough.faqtest.yaml::questions" in text
    assert "FAILED scarce.faqtest.yml::questions" in text
    assert "The file asks for min_first 0.9." in text
    assert "broken.faqtest.yaml:2: knows no 'question'" in text
    assert "gone.yaml" in text
    assert "Traceback" not in text
    assert "def " not in text


def test_the_plugin_loads_nothing_until_it_is_needed() -> None:
    code = (
        "import sys, faqlib.pytest_plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith('faqlib')))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert ended.stdout.strip() == "['faqlib', 'faqlib.pytest_plugin']"
