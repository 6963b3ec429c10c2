"""Nothing outside of what is served is ever opened, and nothing that was planted is run."""

from __future__ import annotations

import os
import pickle
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from faqlib import FAQ
from tests.faults.fault_harness import chance, count
from tests.guard.routes import ADMIN, address, rules
from tests.server.conftest import bearer

ROOT = Path(__file__).resolve().parents[2]
UP = (
    "..", "../..", "%2e%2e", "%2e%2e%2f", "..%2f", "..%5c", "..\\", "%252e%252e%252f", "....//",
    ".%2e/", "%c0%ae%c0%ae/", "%uff0e%uff0e/", "..;/", "../.", "/", "//", "%2f", "\\\\", "~", "file:///",
    "C:\\", "%00", ".", "..%00/", "%2e./", "․․/", "‥/", "..／",
)  # fmt: skip
ENDS = (
    "etc/passwd", "proc/self/environ", "pyproject.toml", "widget_server/app.py", "clinics.db",
    "windows/win.ini", "root/.ssh/id_rsa", "faqlib/__init__.py", "static/widget.js", "site.css", "",
)  # fmt: skip
KINDS = ("search", "feedback", "questions", "admin", "failed_tokens")
OPENED: list[str] = []
WATCHING: list[bool] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if WATCHING and event in ("open", "os.listdir", "os.scandir"):
        OPENED.append(os.fsdecode(arguments[0]) if isinstance(arguments[0], (str, bytes)) else "")


@contextmanager
def watched() -> Iterator[list[str]]:
    """What Python opens while the block runs."""
    if not hasattr(sys, "faq_watched"):  # a hook stays for as long as the process
        sys.addaudithook(_watch)
        sys.faq_watched = True  # type: ignore[attr-defined]
    OPENED.clear()
    WATCHING.append(True)
    try:
        yield OPENED
    finally:
        WATCHING.clear()


def traversal(rng: random.Random) -> str:
    """A text that climbs out of a folder, in one of the ways that worked somewhere."""
    steps = "".join(
        rng.choice(UP) + rng.choice(("/", "", "%2f", "\\")) for _ in range(rng.randint(1, 7))
    )
    return rng.choice(("", "", "/", "site.css/", "x/")) + steps + rng.choice(ENDS)


def test_no_address_opens_a_file_outside_of_what_is_served(
    make_app: Callable[..., Flask], database: str, tally: Callable[..., None]
) -> None:
    """Every route with a part that is free, with the part written in ways that climb."""
    app = make_app(**{f"rate_{kind}": "1000000/minute" for kind in KINDS})
    client, headers = app.test_client(), bearer(app)
    every = (*rules(app, admin=False), *rules(app, admin=True))
    free = [rule for rule in every if rule.arguments]
    for rule in free:  # what is only read once is read before
        client.get(address(rule), headers=headers)
    client.get("/widget.js")
    with watched() as opened:
        for turn in range(count(1_500, 20_000)):
            rng = chance(("path", turn))
            rule, text = free[turn % len(free)], traversal(rng)
            part = rng.choice(sorted(rule.arguments))
            path = address(rule, **{part: text}) if rng.random() < 0.9 else text
            path = "/" + path.lstrip("/")  # the client would take two for a host
            # Settings and imports name no file: neither does a format.
            asked = {"format": text} if rng.random() < 0.2 else {}
            method = "POST" if path.endswith("/import") else "GET"
            answer = client.open(path, method=method, query_string=asked, headers=headers)
            assert answer.status_code in (200, 301, 302, 304, 308, 400, 404, 405, 415, 422), path
            assert b"root:" not in answer.data, path
            assert b"[project]" not in answer.data, path
            assert b"SQLite format" not in answer.data, path
            tally("addresses that climb", tried=1, opened=0)
        outside = [name for name in opened if not name.startswith((database, str(ROOT)))]
    climbing = [name for name in opened if ".." in name or "passwd" in name or "environ" in name]
    assert climbing == []
    assert [name for name in outside if not name.startswith(sys.prefix)] == []
    assert any(rule.rule.startswith(ADMIN) for rule in free)


class Planted:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


def test_no_planted_index_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Index files of Whoosh hold pickles: wherever they lie, nobody reads them."""
    mark, path = tmp_path / "ran", tmp_path / "faq.db"
    data = pickle.dumps(Planted(mark))
    pickle.loads(data)
    mark.rmdir()
    with FAQ.open(path, semantic=False) as faq:
        faq.load(ROOT / "examples/family-practice/faq.yaml")
    for folder in (tmp_path, tmp_path / "faq.db.index", tmp_path / "index"):
        folder.mkdir(exist_ok=True)
        for name in ("_MAIN_1.toc", "_MAIN_99.toc", "MAIN_abc.seg", "index.pickle", "faq.db.pkl"):
            (folder / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    with watched() as opened, FAQ.open(path, semantic=False) as faq:
        assert faq.search("flu shot").hits
        faq.load(ROOT / "examples/exosomes/faq.yaml")
        assert faq.search("needle in my shoulder").hits
    assert not mark.exists()
    assert not [name for name in opened if name.endswith((".toc", ".seg", ".pickle", ".pkl"))]
