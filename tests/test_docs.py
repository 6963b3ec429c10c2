"""The documentation is true: every example in it runs, and it leaves no command or option out.

Blocks marked ``python`` run in order, in one namespace for each page. In blocks marked
``console`` every ``$ faqlib …``, ``$ widget-server …`` and ``$ python …`` line runs, and what
follows it has to be what it prints (``...`` stands for anything). Both in a directory of their own
that has ``examples/`` in it. A block that cannot run says so, and why, in a comment above it::

    <!-- not run: needs a certificate -->
"""

import doctest
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from faqlib.cli import main
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *ROOT.glob("static/*.md"),
        *ROOT.glob("widget_server/**/*.md"),
    ]
)
RUN = ("faqlib", "widget-server", "python")
# These run until they are stopped; the server's own tests start them.
ENDLESS = ("widget-server demo", "widget-server serve")
_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]+?) -->\n+)?^```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)^```",
    re.M | re.S,
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    kind: str
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("text"))
        yield Block(page, line, match["kind"], match["text"], match["reason"])


BLOCKS = [block for page in PAGES for block in blocks(page)]


def pages_with(kind: str) -> list[Path]:
    return sorted({block.page for block in BLOCKS if block.kind == kind and not block.reason})


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory as a reader has it: the examples, and the command on the path."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    programs = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", programs + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize("path", pages_with("python"), ids=name_of)
def test_the_python_of_a_page_runs(path: Path, place: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(path):
        if block.kind == "python" and not block.reason:
            source = "\n" * block.line + block.text  # errors name the page's own lines
            exec(compile(source, str(path), "exec"), names)


def test_the_python_of_all_pages_is_typed_as_the_library_says(tmp_path: Path) -> None:
    files = []
    for page in pages_with("python"):
        parts = [b.text for b in blocks(page) if b.kind == "python" and not b.reason]
        files.append(tmp_path / f"page{len(files)}.py")
        files[-1].write_text("\n".join(parts), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache")]
    done = subprocess.run(
        [*command, *files], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block with what is shown to follow it."""
    text = block.text.replace("\\\n", "")
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command.partition("  #")[0].strip(), output


def runs(command: str) -> bool:
    return command.split()[0] in RUN and not command.startswith(ENDLESS)


@pytest.mark.parametrize("path", pages_with("console"), ids=name_of)
def test_the_commands_of_a_page_run_and_print_what_it_shows(path: Path, place: Path) -> None:
    for block in blocks(path):
        if block.kind != "console" or block.reason:
            continue
        for command, shown in commands(block):
            if runs(command):
                done = subprocess.run(
                    command,
                    shell=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=PATIENCE,
                    check=False,
                )
                assert done.returncode == 0, f"{block}: $ {command}\n{done.stdout}"
                assert fits(shown, done.stdout), f"{block}: $ {command}\n{done.stdout}"


def fits(shown: str, printed: str) -> bool:
    if not shown.strip():
        return True
    pattern = re.escape(shown.strip()).replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, printed.strip(), re.S) is not None


def test_commands_stand_in_console_blocks_where_they_are_run() -> None:
    others = [
        str(block)
        for block in BLOCKS
        if block.kind in ("sh", "bash", "shell", "text") and not block.reason
        if re.search(r"^\$? ?faqlib ", block.text, re.M)
    ]
    assert others == []


def test_what_is_not_run_says_why() -> None:
    reasons = {str(block): block.reason for block in BLOCKS if block.reason is not None}
    assert [place for place, reason in reasons.items() if len(reason.split()) < 2] == []


@pytest.mark.parametrize("name", ["faqlib", "faqlib.testing"])
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted > 0
    assert done.failed == 0


def test_the_quickstart_runs(place: Path) -> None:
    done = subprocess.run(
        [sys.executable, "examples/quickstart.py"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout.startswith("14 entries: 14 new")
    assert "When can I exercise again after treatment?" in done.stdout
    assert "Is parking free?" in done.stdout
    assert "zygomorphic quokkas\n  The FAQ has no answer" in done.stdout


# Nothing is left out


def parts(page: str) -> dict[str, str]:
    """A page's text by its second headings."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.split(r"^## (.*)\n", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_is_documented(name: str) -> None:
    here = [text for heading, text in parts("command-line.md").items() if name in heading.split()]
    assert len(here) == 1, f"docs/command-line.md has no part named {name}"
    assert f"`faqlib {name} " in here[0]
    for option in main.commands[name].params:
        for spelling in option.opts if isinstance(option, click.Option) else ():
            if spelling != "--debug":
                assert spelling in here[0], f"{spelling} of faqlib {name}"


def test_every_dependency_has_its_line_in_the_design() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    wanted = {
        re.split(r"[\[<>=,;]", requirement)[0].lower()
        for requirements in (project["project"]["dependencies"], *extras, *groups)
        for requirement in requirements
    }
    rows = re.findall(r"^\| (`.*?) \|", parts("design.md")["Dependencies"], re.M)
    listed = {name for row in rows for name in re.findall(r"`(.*?)`", row)}
    assert wanted - listed == set()
    assert listed - wanted == set()


# Links


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    text = _BLOCK.sub("", path.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{name_of(path)} links to {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name_of(path)} links to {link}"
