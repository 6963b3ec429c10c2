"""Removes one guard at a time and shows that a test notices: `make mutants`.

The guards stand in mutants.toml beside this file: what is changed, and the tests that have to fail
then. All of it happens in a copy of the tree; the tree itself is never touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("mutants.toml")
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "node_modules", "test-artifacts", "bench",
    "*.so", "*.pyd",  # a guard that is removed in Python would still stand in what is compiled
)  # fmt: skip
PATIENCE = 600  # seconds for the tests of one mutant


@dataclass(frozen=True)
class Mutant:
    """A guard, the change that removes it, and the tests that have to notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def problem(self, root: Path = ROOT) -> str:
        """Why this row no longer fits the tree, or an empty text."""
        path = root / self.file
        count = path.read_text(encoding="utf-8").count(self.old) if path.exists() else 0
        if count != 1:
            return f"the old text stands {count} times in {self.file}: it has to stand there once"
        if self.old == self.new:
            return "old and new text are the same"
        if not self.tests:
            return "it names no test"
        for test in self.tests:
            name, _, rest = test.partition("::")
            function = rest.partition("[")[0].rpartition("::")[2]
            if not (root / name).exists():
                return f"there is no {name}"
            if function and f"def {function}(" not in (root / name).read_text(encoding="utf-8"):
                return f"there is no {function} in {name}"
        return ""


def read(path: Path = LIST) -> list[Mutant]:
    """The rows of the list."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**row | {"tests": tuple(row["tests"])}) for row in rows]


def copy_tree(target: Path) -> Path:
    """The tree without what was made in it."""
    return Path(shutil.copytree(ROOT, target / "tree", ignore=LEFT_OUT))


def run_tests(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """The exit code of pytest and the end of what it said, for these tests in ``tree``."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "--tb=line"]
    command += ["-p", "no:cacheprovider", *tests]
    environ = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environ, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end after {PATIENCE} seconds"
    return done.returncode, "\n".join(done.stdout.strip().splitlines()[-6:])


def try_one(tree: Path, mutant: Mutant) -> str:
    """Why no test noticed that this guard is gone, or an empty text if one did."""
    path = tree / mutant.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        # Each of the tests alone has to notice: a guard that two tests hold stays held by both.
        for test in mutant.tests:
            code, said = run_tests(tree, [test])
            if code == 0:
                return f"{test} passes without this guard"
            if code != 1:
                return f"{test} did not run (pytest says {code}):\n{said}"
    finally:
        path.write_text(whole, encoding="utf-8")
    return ""


def main() -> int:
    """Try the chosen mutants; 1 if any survives."""
    parser = argparse.ArgumentParser(description="Remove each guard; a test has to notice.")
    parser.add_argument("words", nargs="*", help="only guards whose name holds one of these words")
    parser.add_argument("--list", action="store_true", help="show the guards and try none")
    options = parser.parse_args()
    chosen = [m for m in read() if not options.words or any(w in m.name for w in options.words)]
    if options.list:
        for mutant in chosen:
            print(f"{mutant.name}: {mutant.file}")
        return 0
    with tempfile.TemporaryDirectory(prefix="faq-mutants-") as folder:
        return report(copy_tree(Path(folder)), chosen)


def report(tree: Path, chosen: Sequence[Mutant]) -> int:
    """Try each, say how it went, and write the result to test-artifacts/mutants.json."""
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    print(f"{len(tests)} tests with every guard in place ...", flush=True)
    code, said = run_tests(tree, tests)
    if code != 0:
        print(f"they fail before anything was removed:\n{said}")
        return 1
    survived = []
    for mutant in chosen:
        problem = mutant.problem(tree) or try_one(tree, mutant)
        print(f"{'SURVIVED' if problem else 'noticed '} {mutant.name}", flush=True)
        if problem:
            survived.append(mutant.name)
            print(f"         {problem}", flush=True)
    print(f"{len(chosen) - len(survived)} of {len(chosen)} removed guards were noticed")
    place = ROOT / "test-artifacts"
    place.mkdir(exist_ok=True)
    facts = {"tried": len(chosen), "survived": survived, "guards": [m.name for m in chosen]}
    (place / "mutants.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
