"""The house: who may import whom, what the root offers, what importing costs, how large things are.

See docs/design.md.
"""

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import faqlib
from tests.patience import PATIENCE
from tools import mutants

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([*ROOT.glob("faqlib/**/*.py"), *ROOT.glob("widget_server/**/*.py")])
HEAVY = {
    "alembic", "bs4", "flask", "granian", "jinja2", "lxml", "markdown_it", "marshmallow", "nh3",
    "numpy", "onnxruntime", "psycopg", "Stemmer", "snowballstemmer", "sqlalchemy", "tokenizers",
    "werkzeug", "whoosh", "yaml",
}  # fmt: skip
LIMIT = 275  # 250, and a little patience
# The longer ones, each with the reason why it is one piece.
LONG = {
    "faqlib/faq.py": "the facade: one class that callers read from top to bottom",
    "faqlib/model.py": "every noun of the FAQ, and nothing but nouns",
    "faqlib/schema.py": "the one door: two schemas and the fields they share",
    "faqlib/markup.py": "one renderer, whose steps only make sense in their order",
}


def in_a_fresh_python(code: str) -> str:
    """What a program prints in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_imports_point_one_way() -> None:
    # In an interpreter of its own: it switches off the loggers that it finds.
    configuration = str(ROOT / "pyproject.toml")
    code = (
        "from importlinter.cli import lint_imports\n"
        f"print('code', lint_imports(config_filename={configuration!r}, no_cache=True))"
    )
    assert in_a_fresh_python(code).endswith("code 0")


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = "import sys, faqlib; print(sorted(name.partition('.')[0] for name in sys.modules))"
    loaded = set(re.findall(r"'(\w+)'", in_a_fresh_python(code)))
    assert loaded & HEAVY == set()


def test_a_faq_in_memory_needs_no_database_and_no_server() -> None:
    code = (
        "import sys\n"
        "from faqlib import FAQ, Entry\n"
        "faq = FAQ(semantic=False)\n"
        "faq.add(Entry('Is parking free?', 'Yes.'))\n"
        "print(faq.search('is parking free')[0].entry.id)\n"
        "print(sorted({'sqlalchemy', 'alembic', 'flask', 'numpy'} & sys.modules.keys()))"
    )
    assert in_a_fresh_python(code) == "is-parking-free\n[]"


def test_a_faq_with_everything_installed_works_in_a_fresh_interpreter() -> None:
    code = (
        "from faqlib import FAQ, Entry\n"
        "with FAQ() as faq:\n"
        "    faq.add(Entry('Is parking free?', 'Yes.'))\n"
        "    print(faq.search('is parking free')[0].entry.id)"
    )
    assert in_a_fresh_python(code) == "is-parking-free"


# The root


def test_the_root_s_names_are_sorted_complete_and_there() -> None:
    assert faqlib.__all__ == sorted(set(faqlib.__all__))
    assert set(faqlib._HOME_OF) == set(faqlib.__all__)
    for name in faqlib.__all__:
        assert getattr(faqlib, name) is not None
    assert set(faqlib.__all__) <= set(dir(faqlib))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Faq'"):
        faqlib.Faq  # noqa: B018


def test_type_checkers_see_the_same_names() -> None:
    source = (ROOT / "faqlib/__init__.py").read_text(encoding="utf-8")
    imported = re.findall(r"^    from faqlib\.\w+ import (\([^)]*\)|.*)$", source, re.M)
    assert set(re.findall(r"\w+", " ".join(imported))) == set(faqlib.__all__)


PUBLIC = [name for name in faqlib.__all__ if callable(getattr(faqlib, name))]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_and_its_methods_have_a_docstring(name: str) -> None:
    value = getattr(faqlib, name)
    assert inspect.getdoc(value)
    assert value.__doc__
    for method, function in vars(value).items() if inspect.isclass(value) else ():
        if not method.startswith("_") and inspect.isfunction(function):
            assert function.__doc__, f"{name}.{method}"


@pytest.mark.parametrize("module", ["faqlib", "faqlib.testing"])
def test_every_public_name_is_documented(module: str) -> None:
    page = (ROOT / "docs/python-api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)", page))
    assert set(__import__(module, fromlist=["__all__"]).__all__) - named == set()


def test_every_method_of_a_faq_is_documented() -> None:
    page = (ROOT / "docs/python-api.md").read_text(encoding="utf-8")
    methods = [name for name in vars(faqlib.FAQ) if not name.startswith("_")]
    assert [name for name in methods if not re.search(rf"\b{name}\b", page)] == []


# Sizes and names


def test_modules_stay_small_enough_to_read() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCES
    }
    over = {name: size for name, size in sizes.items() if size > LIMIT}
    assert over.keys() - LONG.keys() == set(), f"split them, or say in LONG why not: {over}"
    assert LONG.keys() - over.keys() == set(), "these are short now: take them out of LONG"


TEXTS = {".css", ".html", ".js", ".json", ".lock", ".md", ".py", ".toml", ".yaml"}


def texts() -> Iterator[Path]:
    """The texts of the checkout, without what was made in it."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        yield from (Path(folder, name) for name in names if Path(name).suffix in TEXTS)


def test_nothing_speaks_of_the_machine_that_it_was_made_on() -> None:
    places = re.compile("|".join("/" + name for name in ("work/", "tmp/dev", "root/", "Users/")))
    found = [path for path in texts() if places.search(path.read_text(encoding="utf-8"))]
    assert found == []


# Guards


@pytest.mark.parametrize("mutant", mutants.read(), ids=lambda mutant: mutant.name)
def test_a_guard_stands_where_the_list_says_and_its_tests_are_there(
    mutant: mutants.Mutant,
) -> None:
    """Else `make mutants` would remove nothing: see tools/mutants.toml."""
    assert mutant.problem() == ""


def test_no_two_guards_have_one_name_or_one_change() -> None:
    rows = mutants.read()
    assert len({mutant.name for mutant in rows}) == len(rows)
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in rows}) == len(rows)
