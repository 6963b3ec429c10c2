"""Coverage-guided fuzzing of all that reads what others wrote: `make fuzz`.

Each target runs in a process of its own, for so many seconds, from files that it kept the last
time. What makes it fail is left in test-artifacts/fuzz, and the exit code is 1. Needs atheris,
which is no dependency of anything else here: `pip install atheris`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "test-artifacts" / "fuzz"
READERS = ("text", "markdown", "html", "csv", "tsv", "json", "jsonl", "yaml", "docx")
TARGETS = (*(f"read-{name}" for name in READERS), "query", "entry-schema", "site-schema", "markup")
LIMITS = ("-rss_limit_mb=1500", "-timeout=30", "-max_len=20000", "-print_final_stats=1")


def reader(name: str) -> Callable[[bytes], None]:
    """Bytes are a file of this format: entries that the schema lets in, or a refusal."""
    from faqlib import ImportFormatError, formats
    from faqlib.schema import check_entry

    def target(data: bytes) -> None:
        try:
            document = formats.read(data, format=name)
        except ImportFormatError:
            return
        if not all(check_entry(entry) == entry for entry in document.entries):
            raise AssertionError("an entry came out that the schema changes")

    return target


def query() -> Callable[[bytes], None]:
    """Bytes are a query to the example FAQ."""
    from faqlib import FAQ

    faq = FAQ(semantic=False)
    faq.load(ROOT / "examples" / "exosomes" / "faq.yaml")

    def target(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        found = faq.search(text, explain=True)
        if not 0 <= found.confidence <= 1 or len(faq.suggest(text)) > 5:
            raise AssertionError("an answer that can not be")

    return target


def schema(name: str) -> Callable[[bytes], None]:
    """Bytes are JSON for a schema: taken, and taken again unchanged, or refused."""
    from marshmallow import ValidationError

    from faqlib import EntrySchema, SiteSchema

    chosen = EntrySchema() if name == "entry-schema" else SiteSchema()

    def target(data: bytes) -> None:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return
        try:
            loaded = chosen.load(value)
        except ValidationError:
            return
        dumped = chosen.dump(loaded)
        dumped.pop("updated_at", None)
        if chosen.load(dumped) != loaded:
            raise AssertionError("what was let in is not let in again unchanged")

    return target


def markup() -> Callable[[bytes], None]:
    """Bytes are an answer: its HTML is one that the sanitizer leaves as it is."""
    from faqlib.markup import render_html, render_text, sanitize

    def target(data: bytes) -> None:
        html = render_html(data.decode("utf-8", "replace"))
        if sanitize(html) != html:
            raise AssertionError("HTML came out that the sanitizer changes")
        render_text(data.decode("utf-8", "replace"))

    return target


def make(name: str) -> Callable[[bytes], None]:
    """The target of this name."""
    if name.startswith("read-"):
        return reader(name.removeprefix("read-"))
    return {"query": query, "markup": markup}.get(name, lambda: schema(name))()


def run_here(name: str, seconds: int, kept: Path) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["faqlib"]):
        target = make(name)
        for seed in sorted(kept.glob("seed-*")):  # what is only imported when it is used
            target(seed.read_bytes())
    words = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        *LIMITS,
        f"-artifact_prefix={PLACE}/{name}-",
    ]
    atheris.Setup([*words, str(kept)], target)
    atheris.Fuzz()


def sow(name: str) -> Path:
    """The directory of what the target kept, with good files to begin from."""
    from faqlib import FAQ, EntrySchema, formats

    kept = PLACE / name
    kept.mkdir(parents=True, exist_ok=True)
    with FAQ(semantic=False) as faq:
        faq.load(ROOT / "examples" / "exosomes" / "faq.yaml")
        entries = list(faq)[:3]
        seeds = [json.dumps(EntrySchema().dump(entry)) for entry in entries]
        seeds += [entry.question for entry in entries] + [entry.answer for entry in entries]
        if name.startswith("read-"):
            seeds = [formats.write(entries, format=name.removeprefix("read-"))]  # type: ignore[list-item]
    for number, seed in enumerate(seeds):
        data = seed.encode() if isinstance(seed, str) else seed
        (kept / f"seed-{number}").write_bytes(data)
    return kept


def main() -> int:
    """Fuzz the chosen targets one after the other; 1 if any failed."""
    parser = argparse.ArgumentParser(description="Fuzz the readers, the search and the schemas.")
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; by default all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        run_here(options.targets[0], options.seconds, PLACE / options.targets[0])
        return 0
    tried: dict[str, int] = {}
    failed = []
    for name in options.targets or TARGETS:
        sow(name)
        words = [sys.executable, __file__, "--here", name, "--seconds", str(options.seconds)]
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        runs = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        tried[name] = int(runs[0].split()[-1]) if runs else 0
        print(f"{name}: {tried[name]:,} inputs, {'FAILED' if done.returncode else 'none failed'}")
        if done.returncode:
            failed.append(name)
            print("\n".join((done.stdout + done.stderr).splitlines()[-30:]))
    facts = {"tried": tried, "failed": failed}
    PLACE.joinpath("result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
