"""The wheel, built and installed where only what it declares can be imported.

There is no network: the environment sees exactly those installed packages that the wheel's
``Requires-Dist`` lead to, so a dependency that is used and not declared is not there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import faqlib
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("faqlib", "widget_server")
# Modules that need more than the library declares for everybody, and what that is.
COMPILED = {".so", ".pyd"}
OPTIONAL = {"faqlib.pytest_plugin": "pytest"}
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="made of symbolic links"),
    pytest.mark.xdist_group("wheel"),
]


def build(folder: Path, source: Path = ROOT, **settings: str) -> Path:
    """A wheel of a source tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = os.environ | settings
    subprocess.run(
        command, cwd=source, env=environment, check=True, capture_output=True, timeout=PATIENCE
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is built on this machine."""
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    """What is in it."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def requirements(of: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    """What a distribution needs here, with these extras."""
    for text in of.requires or ():
        needed = Requirement(text)
        marker = needed.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in extras | {""}):
            yield needed


def closure(wheel: Path, extras: frozenset[str]) -> dict[str, Distribution]:
    """Every installed distribution that the wheel leads to."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(_of_wheel(wheel), extras)]
    while waiting:
        of, wanted = waiting.pop()
        for needed in requirements(of, wanted):
            key = (canonicalize_name(needed.name), frozenset(needed.extras))
            if key not in seen:
                seen.add(key)
                found[key[0]] = distribution(needed.name)
                waiting.append((found[key[0]], key[1]))
    return found


def _of_wheel(wheel: Path) -> Distribution:
    """The wheel's own metadata."""

    class InWheel(Distribution):
        def read_text(self, filename: str) -> str | None:
            with zipfile.ZipFile(wheel) as archive:
                inside = [n for n in archive.namelist() if n.endswith(f".dist-info/{filename}")]
                return archive.read(inside[0]).decode() if inside else None

        def locate_file(self, path: object) -> Path:
            return wheel / str(path)

    return InWheel()


class Environment:
    """A virtual environment that holds the wheel and sees what it declares."""

    def __init__(self, home: Path, wheel: Path, extras: frozenset[str]) -> None:
        venv.create(home / "env", symlinks=True, with_pip=False)
        self.home = home
        self.programs = home / "env" / "bin"
        pip = [sys.executable, "-m", "pip", "--python", str(self.programs / "python"), "install"]
        options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, *options, str(wheel)], check=True, capture_output=True, timeout=PATIENCE
        )
        view = home / "declared"
        view.mkdir()
        for each in closure(wheel, extras).values():
            _show(each, view)
        (site,) = (home / "env" / "lib").glob("python*/site-packages")
        (site / "declared.pth").write_text(f"{view}\n", encoding="utf-8")

    def run(self, program: str, *words: str, check: bool = True) -> str:
        """What a program of the environment prints."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FAQ_", "COV"))}
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.home,
            env=clean,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def _show(each: Distribution, view: Path) -> None:
    """Make a distribution's packages and modules importable from ``view``."""
    for file in each.files or ():
        first = file.parts[0]
        if first in ("..", "__pycache__") or (view / first).exists():
            continue
        (view / first).symlink_to(Path(str(each.locate_file(first))))


@pytest.fixture(scope="session")
def library(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel without extras."""
    return Environment(tmp_path_factory.mktemp("library"), wheel, frozenset())


@pytest.fixture(scope="session")
def server(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel with the extra ``server``."""
    return Environment(tmp_path_factory.mktemp("server"), wheel, frozenset({"server"}))


# What is in it


def test_everything_in_the_packages_is_in_the_wheel_and_nothing_else(names: set[str]) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.suffix not in {".pyx", ".pxi", *COMPILED}
    }
    forced = {
        f"widget_server/{path.relative_to(ROOT).as_posix()}"
        for folder in ("static", "examples/exosomes", "examples/family-practice")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    packed = {n for n in names if ".dist-info/" not in n and Path(n).suffix not in COMPILED}
    assert packed == wanted | forced


@pytest.mark.parametrize(
    "name",
    [
        "faqlib/py.typed",
        "faqlib/search/data/thesaurus.en.txt",
        "faqlib/search/minilm/LICENSE",
        "faqlib/search/minilm/background.bin",
        "faqlib/search/minilm/quick.json",
        "faqlib/search/minilm/quick.onnx",
        "faqlib/search/minilm/vocab.txt",
        "faqlib/store/migrations/env.py",
        "faqlib/store/migrations/versions/0001_first_tables.py",
        "widget_server/records/migrations/env.py",
        "widget_server/templates/site.html",
        "widget_server/static/widget.js",
        "widget_server/static/i18n/es.json",
        "widget_server/examples/exosomes/faq.yaml",
        "widget_server/examples/family-practice/site.yaml",
    ],
)
def test_what_is_no_code_is_there_too(names: set[str], name: str) -> None:
    assert name in names


def test_the_widget_in_the_wheel_is_the_one_at_the_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("widget_server/static/widget.js")
    assert packed == (ROOT / "static/widget.js").read_bytes()


def test_the_metadata_says_what_it_is(wheel: Path, names: set[str]) -> None:
    about = Parser().parsestr(_of_wheel(wheel).read_text("METADATA") or "")
    assert about["Name"] == "faqlib"
    assert about["Version"] == faqlib.__version__
    assert about["License-Expression"] == "MIT"
    assert about["Requires-Python"] == ">=3.11"
    assert {"server", "semantic", "postgres", "docx"} <= set(about.get_all("Provides-Extra", []))
    assert any(name.endswith("licenses/LICENSE") for name in names)
    entry_points = _of_wheel(wheel).read_text("entry_points.txt") or ""
    assert "faqlib = faqlib.__main__:main" in entry_points
    assert "widget-server = widget_server.__main__:main" in entry_points
    assert "[pytest11]\nfaqlib = faqlib.pytest_plugin" in entry_points


def test_a_wheel_has_a_compiled_search_or_is_for_every_machine(
    names: set[str], wheel: Path, library: Environment, tmp_path: Path
) -> None:
    """Where there is a compiler, the one that is used is in it; ``FAQLIB_PURE=1`` makes do."""
    pure = build(tmp_path / "pure", _copied(tmp_path / "source"), FAQLIB_PURE="1")
    with zipfile.ZipFile(pure) as archive:
        assert not {n for n in archive.namelist() if Path(n).suffix in COMPILED}
    assert pure.name.endswith("-py3-none-any.whl")
    code = "from faqlib.search import board; print(board.fast.__name__)"
    # Whoosh warns where pip has not compiled it.
    used = library.run("python", "-W", "ignore", "-c", code).strip()
    compiled = {n for n in names if Path(n).suffix in COMPILED}
    headers = Path(sysconfig.get_path("include"), "Python.h")
    if shutil.which("cc") and headers.is_file():
        assert len(compiled) == 1
        assert not wheel.name.endswith("-any.whl")
    assert used == f"faqlib.search.{'_board' if compiled else 'board_arrays'}"


def _copied(to: Path) -> Path:
    """The source as an image gets it: without git's list of what to leave out, with left-overs."""
    for folder in (*PACKAGES, "static", "examples", "tools"):
        shutil.copytree(ROOT / folder, to / folder)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, to)
    for suffix in COMPILED:
        (to / f"faqlib/search/_board.cpython-300{suffix}").touch()
    return to


# Where it is installed

IMPORT_ALL = """
import importlib, pkgutil, sys
import {package}
for module in pkgutil.walk_packages({package}.__path__, "{package}."):
    if "migrations" in module.name or module.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        print("MISSING", module.name, error.name)
"""


def missing(environment: Environment, package: str) -> dict[str, str]:
    """The modules that cannot be imported, and what each lacks."""
    printed = environment.run("python", "-c", IMPORT_ALL.format(package=package))
    lines = [line.split() for line in printed.splitlines() if line.startswith("MISSING ")]
    return {module: name for _, module, name in lines}


def test_the_library_imports_nothing_that_it_does_not_declare(library: Environment) -> None:
    assert missing(library, "faqlib") == OPTIONAL


def test_the_server_imports_nothing_that_its_extra_does_not_declare(server: Environment) -> None:
    assert missing(server, "widget_server") == {}


def test_it_is_the_installed_library_that_answers(library: Environment) -> None:
    code = (
        "import faqlib; from faqlib import FAQ, Entry; print(faqlib.__file__)\n"
        "with FAQ() as faq:\n"
        "    faq.add(Entry('Is parking free?', '**Yes.**'))\n"
        "    print(faq.search('is parking free')[0].entry.id)"
    )
    where, found = library.run("python", "-c", code).splitlines()
    assert Path(where).is_relative_to(library.home)
    assert found == "is-parking-free"


def test_the_command_works_from_the_wheel(library: Environment) -> None:
    assert "Usage: faqlib" in library.run("faqlib", "--help")
    faq = str(ROOT / "examples/exosomes/faq.yaml")
    assert "14 new" in library.run("faqlib", "import", faq, "--db", "c.db")
    for suffix in ("txt", "md", "html", "csv", "tsv", "json", "jsonl", "yaml"):
        library.run("faqlib", "export", "--db", "c.db", "-o", f"out.{suffix}")
        assert "14 entries" in library.run("faqlib", "import", f"out.{suffix}")
    text = library.run("faqlib", "search", "--db", "c.db", "when can i exercise again")
    assert "1. When can I exercise again after treatment?" in text


def test_a_larger_faq_is_searched_without_extras(library: Environment) -> None:
    faq = str(ROOT / "examples/family-practice/faq.yaml")
    text = library.run("faqlib", "search", faq, "where do i leave my car", "--limit", "1")
    assert re.search(r"^1\. ", text, re.M)


def test_what_an_extra_is_needed_for_says_so(library: Environment) -> None:
    for words, extra in (
        (("convert", "out.json", "out.docx"), "docx"),
        (("export", "--db", "postgresql://nobody@localhost/none"), "postgres"),
    ):
        library.run("faqlib", "convert", str(ROOT / "examples/exosomes/faq.yaml"), "out.json")
        text = library.run("faqlib", *words, check=False)
        assert f"pip install 'faqlib[{extra}]'" in text
        assert text.count("\n") == 1


def test_the_server_works_from_the_wheel(server: Environment) -> None:
    assert "Usage: widget-server" in server.run("widget-server", "--help")
    code = (
        "from widget_server import create_app\n"
        "client = create_app({'semantic': False}).test_client()\n"
        "print(len(client.get('/widget.js').data) > 1000)\n"
        "found = client.get('/api/v1/sites/exosomes/search?q=when can i exercise again')\n"
        "print(found.json['results'][0]['id'])\n"
        "print(client.get('/sites/family-practice/').status_code)"
    )
    assert server.run("python", "-c", code).split() == ["True", "resume-activity", "200"]
