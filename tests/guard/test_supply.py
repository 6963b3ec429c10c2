"""What comes from others: least versions, hashes, the bill of materials, and no secret of ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.patience import PATIENCE
from tools import sbom

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PACKAGES = list(sbom.locked(LOCK))
# Of two versions of a package, for older and for newer Pythons, the older.
LOCKED: dict[str, Version] = {}
for _name, _number, _ in PACKAGES:
    LOCKED[_name] = min(LOCKED.get(_name, Version(_number)), Version(_number))
# Below these a hole is known that somebody could use against a server of ours.
LEAST = {
    "flask": "3.1.3",  # answers that a cache could give to the wrong visitor
    "werkzeug": "3.1.6",  # names of devices as paths; forms without a bound
    "flask-cors": "6.0.2",  # origins matched as patterns, in any case, in any order
    "marshmallow": "4.1.2",  # long lists that cost time
    "brotli": "1.2",  # bombs
    "defusedxml": "0.7.1",
    "lxml": "6.0",
    "markdown-it-py": "4.0",
    "nh3": "0.3",
    "pyyaml": "6.0.2",
    "python-docx": "1.2",
    "click": "8.3",
}
# Requirements that another one imports for us.
BEHIND = {"pystemmer": "snowballstemmer"}
# The same for what these bring along: a lower bound in the lock file alone.
LEAST_LOCKED = LEAST | {"jinja2": "3.1.6", "markupsafe": "3.0", "urllib3": "2.6", "h11": "0.16"}


def declared() -> dict[str, Requirement]:
    """Every requirement of the package and of its extras."""
    project = PROJECT["project"]
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    return {canonicalize_name(item.name): item for item in map(Requirement, lines)}


def test_no_requirement_allows_a_version_with_a_known_hole() -> None:
    asked = declared()
    for name, least in LEAST.items():
        bounds = [Version(one.version) for one in asked[name].specifier if one.operator == ">="]
        assert bounds, f"{name} has no lower bound"
        assert max(bounds) >= Version(least), name


def test_every_requirement_has_a_lower_bound() -> None:
    for name, item in declared().items():
        assert ">=" in str(item.specifier), f"{name} may be of any age"


def test_what_is_required_is_used_by_who_requires_it() -> None:
    """A package that only the server needs is no requirement of the library, and none is left."""
    modules: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(canonicalize_name(package), set()).add(module)
    project = PROJECT["project"]
    for extra, lines in {"": project["dependencies"], **project["optional-dependencies"]}.items():
        folder = ROOT / ("widget_server" if extra == "server" else "faqlib")
        source = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
        for name in (canonicalize_name(Requirement(line).name) for line in lines):
            named = modules.get(BEHIND.get(name, name), {name})
            assert re.search(rf"\b(?:{'|'.join(named)})\b", source), f"{folder.name} uses no {name}"


def test_the_lock_file_has_no_version_with_a_known_hole() -> None:
    for name, least in LEAST_LOCKED.items():
        if name in LOCKED:
            assert LOCKED[name] >= Version(least), name
    assert LEAST.keys() <= LOCKED.keys()


def test_every_locked_package_has_hashes_and_one_exact_version() -> None:
    assert len(LOCKED) > 60
    assert [name for name, _, hashes in PACKAGES if not hashes] == []
    assert len({package[:2] for package in PACKAGES}) == len(PACKAGES)
    assert len(re.findall(r"^[A-Za-z0-9]", LOCK, re.M)) == len(PACKAGES)
    assert "://" not in LOCK  # no place of its own to load from
    assert "-e " not in LOCK


def test_the_lock_file_has_all_that_is_asked_for() -> None:
    groups = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
    for item in [*declared().values(), *groups]:
        found = [number for name, number, _ in PACKAGES if name == canonicalize_name(item.name)]
        assert any(item.specifier.contains(number, prereleases=True) for number in found), item


# The bill of materials


def test_the_bill_of_materials_is_complete_and_always_the_same() -> None:
    made = sbom.make()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    components = made["components"]
    assert [(one["name"], one["version"]) for one in components] == [one[:2] for one in PACKAGES]
    for one, (name, number, hashes) in zip(components, PACKAGES, strict=True):
        assert one["purl"] == one["bom-ref"] == f"pkg:pypi/{name}@{number}"
        assert [item["content"] for item in one["hashes"]] == hashes
    refs = {one["bom-ref"] for one in components}
    refs.add(made["metadata"]["component"]["bom-ref"])
    assert {one["ref"] for one in made["dependencies"]} == refs
    assert {ref for one in made["dependencies"] for ref in one["dependsOn"]} <= refs
    assert json.dumps(made) == json.dumps(sbom.make())


def test_the_bill_says_what_a_server_runs_with() -> None:
    made = {one["name"]: one["scope"] for one in sbom.make()["components"]}
    for name in (*declared(), "jinja2", "markupsafe", "itsdangerous", "blinker", "limits"):
        if name in made:
            assert made[name] == "required", name
    for name in ("pytest", "ruff", "mypy", "hypothesis", "bandit", "playwright"):
        assert made[name] == "excluded", name


def test_the_bill_is_written_by_its_command(tmp_path: Path) -> None:
    target = tmp_path / "new" / "bill.json"
    command = [sys.executable, str(ROOT / "tools/sbom.py"), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert f"{len(PACKAGES)} packages" in done.stdout
    assert json.loads(target.read_text("utf-8")) == sbom.make()


# Our own code


def test_the_security_rules_find_nothing() -> None:
    """Ruff's S rules, and bandit beside them: what one of them passes over the other may see."""
    assert "S" in PROJECT["tool"]["ruff"]["lint"]["select"]
    for command in (
        ["ruff", "check", "--no-cache", "--select", "S", "faqlib", "widget_server"],
        ["bandit", "-q", "-c", "pyproject.toml", "-r", "faqlib", "widget_server"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_exception_from_a_security_rule_has_its_reason_beside_it() -> None:
    for folder in ("faqlib", "widget_server"):
        for path in (ROOT / folder).rglob("*.py"):
            for line in path.read_text("utf-8").splitlines():
                if re.search(r"# noqa: .*\bS\d|# nosec", line):
                    assert re.search(
                        r"(?:noqa|nosec)[^-:]*: [A-Z0-9, ]+ - \w|nosec B\d+: \w", line
                    ), line


SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bglpat-[A-Za-z0-9_-]{20}\b|\bxox[abprs]-[A-Za-z0-9-]{20,}|\bsk-[A-Za-z0-9]{32,}\b"
    r"|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[A-Za-z0-9_-]{40,}"
    r"|\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\."
    r"|\bfaq_[0-9a-f]{12}_(?!(.)\1{20})[A-Za-z0-9_-]{43}\b"
)


def files() -> Iterator[Path]:
    """Everything in the checkout that was not made in it."""
    for folder, folders, names in os.walk(ROOT):
        made = (".git", ".venv", "node_modules", "test-artifacts", "dist", "build")
        folders[:] = [n for n in folders if n not in made and not n.startswith(("__", "."))]
        yield from (Path(folder, name) for name in names)


def test_there_is_no_secret_in_the_tree() -> None:
    for path in files():
        assert path.suffix not in (".pem", ".key", ".p12", ".pfx", ".keystore"), path
        assert path.name not in (".env", ".npmrc", ".pypirc", "id_rsa", "id_ed25519"), path
        if path.stat().st_size < 3_000_000:
            text = path.read_text("utf-8", errors="ignore")
            assert SECRETS.search(text) is None, path


@pytest.mark.parametrize(
    "text",
    ["-----BEGIN RSA " + "PRIVATE KEY-----", "AKIA" + "ABCDEFGHIJKLMNOP", "ghp_" + "a1B2" * 9,
     "faq_" + "0a" * 6 + "_" + "aB3-" * 10 + "xyz"],
)  # fmt: skip
def test_a_secret_would_be_found(text: str) -> None:
    assert SECRETS.search(f"x = '{text}'")
