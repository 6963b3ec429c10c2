"""The script stays small, and holds nothing that could run or parse foreign text."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import brotli
import minify
import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
SOURCE = (STATIC / "widget.js").read_text("utf-8")
LIMIT = 6_000  # bytes, brotli, with styles and English texts


def test_weighs_at_most_six_kilobytes() -> None:
    """Minified and compressed as the server does it."""
    script = minify.string("text/javascript", SOURCE).encode()
    assert len(brotli.compress(script, quality=11)) <= LIMIT


def test_is_served_with_that_weight(api: str) -> None:
    """What travels over the wire is that small."""
    request = urllib.request.Request(f"{api}/widget.js", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert len(answer.read()) <= LIMIT


@pytest.mark.parametrize(
    "word",
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTML", "document.write", "DOMParser", "eval(",
     "new Function", "createContextualFragment", "srcdoc", "localStorage", "sessionStorage",
     "indexedDB", "document.cookie", "sendBeacon", "XMLHttpRequest", "import("],
)  # fmt: skip
def test_does_without(word: str) -> None:
    """No parser of HTML, no code from text, no storage, no cookie."""
    assert word not in SOURCE


def test_names_no_address() -> None:
    """No third party: there is no address in the script at all."""
    assert not re.findall(r"https?://[^\s'\"`)$]+", SOURCE)


@pytest.mark.parametrize(
    "path", sorted((STATIC / "i18n").glob("*.json")), ids=lambda path: path.stem
)
def test_every_language_has_every_text(path: Path) -> None:
    """The same keys as English, none of them empty, and the same punctuation at the end."""
    english = re.search(r"const TEXTS = \{(.*?)\n\};", SOURCE, re.DOTALL)
    assert english
    keys = re.findall(r"^  (\w+):", english[1], re.MULTILINE)
    texts = json.loads(path.read_text("utf-8"))
    assert list(texts) == keys
    assert all(text.strip() == text != "" for text in texts.values())
    for key in ("none", "suggest"):
        assert texts[key][-1] in ":：", key


def test_there_are_twelve_languages() -> None:
    """English stands in the script, eleven beside it."""
    found = {path.stem for path in (STATIC / "i18n").glob("*.json")}
    assert found == set("es fr de pt it nl pl ar he zh ja".split())
