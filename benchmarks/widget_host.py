"""The host pages of the widget's benchmark, its peers' files, and a stand-in for their services."""

from __future__ import annotations

import html
import json
import mimetypes
import random
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import brotli

from faqlib import Entry

PAGES = Path(__file__).parent / "pages"
PACKAGES = ("pagefind@1", "@docsearch/js@4", "@docsearch/css@4", "minisearch@7", "esbuild@0.25")
TOPICS = ("knee", "hip", "shoulder", "back", "heart", "lung", "skin", "eye", "ear", "tooth")
VERBS = ("before", "after", "during", "without", "instead of")


def entries(count: int) -> list[Entry]:
    """Made-up questions of ordinary length; the same in every run."""
    dice = random.Random(7)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "en", "i", "or", "u")]
    made = []
    for number in range(count):
        words = " ".join("".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(60))
        topic = TOPICS[number % len(TOPICS)]
        made.append(
            Entry(
                id=f"q{number}",
                question=f"What should I know {dice.choice(VERBS)} {topic} treatment {number}?",
                answer=f"The treatment of the {topic} takes some time. {words}.",
                category=f"Ward {number * 6 // count + 1}",
            )
        )
    return made


def install_peers(folder: Path) -> Path:
    """The peers from npm, once; their files' folder."""
    if shutil.which("npm") is None:
        raise SystemExit(
            "The peers come from npm: install Node.js, or leave them out with --alone."
        )
    modules = folder / "node_modules"
    if not modules.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
        subprocess.run([*command, *PACKAGES], check=True)
    return modules


def index_site(modules: Path, folder: Path, count: int) -> None:
    """A page for each entry, indexed by Pagefind."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for entry in entries(count):
        (folder / f"{entry.id}.html").write_text(
            f'<!doctype html><html lang="en"><title>{html.escape(entry.question)}</title>'
            f"<body><h1>{html.escape(entry.question)}</h1><p>{html.escape(entry.answer)}</p>",
            "utf-8",
        )
    binary = modules / ".bin" / "pagefind"
    subprocess.run([str(binary), "--site", str(folder)], check=True, stdout=subprocess.DEVNULL)


class Host:
    """A WSGI application: pages, peers, data; brotli throughout, scripts minified."""

    def __init__(self, api: str, modules: Path | None, sites: Path) -> None:
        self._api, self._modules, self._sites = api, modules, sites
        self._made: dict[str, tuple[str, bytes]] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/algolia-"):
            length = int(environ.get("CONTENT_LENGTH") or 0)
            wanted = json.loads(environ["wsgi.input"].read(length))
            return self._send(start, "application/json", _algolia(wanted, int(path[9:])))
        if path not in self._made:
            found = self._find(path)
            if found is None:
                start("404 Not Found", [("Content-Length", "0")])
                return []
            self._made[path] = found[0], brotli.compress(found[1], quality=11)
        kind, body = self._made[path]
        return self._send(start, kind, body, compressed=True)

    @staticmethod
    def _send(
        start: Callable[..., Any], kind: str, body: bytes, *, compressed: bool = False
    ) -> list[bytes]:
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        headers += [("Cache-Control", "max-age=600")]
        start("200 OK", headers + ([("Content-Encoding", "br")] if compressed else []))
        return [body]

    def _find(self, path: str) -> tuple[str, bytes] | None:
        if path.startswith("/entries-"):
            count = int(path[9:].removesuffix(".json"))
            data = [
                {"id": e.id, "question": e.question, "answer": e.answer} for e in entries(count)
            ]
            return "application/json", json.dumps(data).encode()
        if path.startswith("/page/"):
            _, _, name, count = path.split("/")
            return "text/html; charset=utf-8", self._page(name, int(count)).encode()
        if path.startswith("/peers/") and self._modules:
            file = self._modules / path[7:]
        else:
            file = self._sites / path[1:]
        if not file.is_file():
            return None
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        content = file.read_bytes()
        if file.suffix == ".js" and path.startswith("/peers/") and self._modules:
            command = [str(self._modules / ".bin/esbuild"), "--minify", str(file)]
            content = subprocess.run(command, check=True, capture_output=True).stdout
        return kind, content

    def _page(self, name: str, count: int) -> str:
        text = (PAGES / f"{name}.html").read_text("utf-8")
        if "@DETAILS@" in text:
            details = "".join(
                f"<details><summary>{html.escape(e.question)}</summary>{html.escape(e.answer)}</details>"
                for e in entries(count)
            )
            text = text.replace("@DETAILS@", details)
        return text.replace("@API@", self._api).replace("@COUNT@", str(count))


def _algolia(body: Any, count: int) -> bytes:
    """Hits in the form that DocSearch's service gives them."""
    requests = body if isinstance(body, list) else body["requests"]
    query = str(requests[0].get("query") or requests[0].get("params", {}).get("query", "")).lower()
    found = [e for e in entries(count) if all(w in e.question.lower() for w in query.split())][:8]
    hits = []
    for entry in found:
        levels = {"lvl0": entry.category, "lvl1": entry.question}
        marked = {name: {"value": text, "matchLevel": "full"} for name, text in levels.items()}
        hits.append(
            {"objectID": entry.id, "url": f"/{entry.id}", "type": "lvl1", "hierarchy": levels,
             "content": None, "anchor": None, "_highlightResult": {"hierarchy": marked},
             "_snippetResult": {"hierarchy": marked}}
        )  # fmt: skip
    return json.dumps(
        {"results": [{"hits": hits, "nbHits": len(hits), "query": query, "index": "i"}]}
    ).encode()
