"""What faqlib is made of, as CycloneDX 1.6: `make sbom`.

Every package of requirements.lock with its hashes, and of those that are installed also the licence
and what they need. ``scope`` says whether a server runs with it or only the tests do. The same lock
file gives the same bill, byte by byte.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("server", "semantic", "postgres", "docx")


def locked(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and sha256 hashes of every package in a lock file."""
    for block in re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip()):
        found = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", block)
        if found is None:
            raise ValueError(f"{block[:60]!r} names no exact version.")
        hashes = sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", block))
        yield canonicalize_name(found[1]), found[2], hashes


def needs(name: str, extras: Iterable[str] = ()) -> set[str]:
    """The packages that an installed package asks for here."""
    try:
        asked = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return set()
    chosen = [{"extra": extra} for extra in (*extras, "")]
    requirements = [Requirement(text) for text in asked]
    return {
        canonicalize_name(item.name)
        for item in requirements
        if item.marker is None or any(item.marker.evaluate(extra) for extra in chosen)
    }


def running() -> set[str]:
    """All packages that an installation with every extra runs with."""
    waiting, found = needs("faqlib", EXTRAS), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            # psycopg's compiled half comes by an extra of its own.
            waiting |= needs(name, ("binary",) if name == "psycopg" else ())
    return found


def bill(lock: str, version: str) -> dict[str, Any]:
    """The bill of materials of a lock file."""
    packages, used = list(locked(lock)), running()
    own = f"pkg:pypi/faqlib@{version}"
    # A package may stand there in one version for older and one for newer Pythons.
    refs: dict[str, list[str]] = {}
    for name, number, _ in packages:
        refs.setdefault(name, []).append(f"pkg:pypi/{name}@{number}")

    def rely(ref: str, names: set[str]) -> dict[str, Any]:
        return {"ref": ref, "dependsOn": sorted(one for n in names for one in refs.get(n, ()))}

    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library", "bom-ref": own, "name": "faqlib", "version": version,
                "purl": own, "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [_component(*package, used) for package in packages],
        "dependencies": [
            rely(own, needs("faqlib", EXTRAS)),
            *(rely(ref, needs(name)) for name, found in refs.items() for ref in found),
        ],
    }  # fmt: skip


def _component(name: str, number: str, hashes: list[str], used: set[str]) -> dict[str, Any]:
    ref = f"pkg:pypi/{name}@{number}"
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": ref,
        "name": name,
        "version": number,
        "purl": ref,
        "scope": "required" if name in used else "excluded",
        "hashes": [{"alg": "SHA-256", "content": value} for value in hashes],
    }
    if licence := _licence(name):
        found["licenses"] = [licence]
    return found


def _licence(name: str) -> dict[str, Any] | None:
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := facts.get("License-Expression"):
        return {"expression": expression}
    named = (facts.get("License") or "").strip().splitlines()
    return {"license": {"name": named[0][:100]}} if named else None


def make() -> dict[str, Any]:
    """The bill of this checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return bill(lock, project["version"])


def main() -> None:
    """Write the bill to the file that is named."""
    parser = argparse.ArgumentParser(description="The bill of materials, as CycloneDX JSON.")
    parser.add_argument("file", type=Path, nargs="?", default=ROOT / "dist/faqlib.cdx.json")
    path: Path = parser.parse_args().file
    path.parent.mkdir(parents=True, exist_ok=True)
    made = make()
    path.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    used = sum(one["scope"] == "required" for one in made["components"])
    print(f"{path}: {len(made['components'])} packages, {used} of them at run time")


if __name__ == "__main__":
    main()
