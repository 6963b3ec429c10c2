"""Serves the example pages, each with the headers that its first lines name.

    python examples/embed/serve.py --api http://127.0.0.1:8000

The pages stand on another origin than the FAQ server, as a clinic's pages do. In each,
``https://faq.example`` is replaced by the address given with ``--api``; a line such as
``<!-- header Content-Security-Policy: default-src 'none' -->`` becomes a header.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

HERE = Path(__file__).parent
PLACEHOLDER = "https://faq.example"
_HEADER = re.compile(r"^<!-- header ([\w-]+): (.*) -->$", re.MULTILINE)
_TITLE = re.compile(r"<title>(.*?)</title>")

Headers = list[tuple[str, str]]


class Pages:
    """The pages of this folder, and any that are added, as a WSGI application."""

    def __init__(self, api: str) -> None:
        self.api = api
        self.added: dict[str, str] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        """Answer one request."""
        name = environ["PATH_INFO"].strip("/")
        if name == "favicon.ico":
            start_response("204 No Content", [])
            return []
        html = self.html(name) if name else self._index()
        if html is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is no such page."]
        headers: Headers = [("Content-Type", "text/html; charset=utf-8")]
        headers += _HEADER.findall(html)
        start_response("200 OK", headers)
        return [html.encode()]

    def html(self, name: str) -> str | None:
        """A page's text with the FAQ server's address in it, or ``None``."""
        path = HERE / name
        if name in self.added:
            text = self.added[name]
        elif re.fullmatch(r"[a-z0-9-]+\.html", name) and path.exists():
            text = path.read_text("utf-8")
        else:
            return None
        return text.replace(PLACEHOLDER, self.api)

    def _index(self) -> str:
        links = []
        for path in sorted(HERE.glob("*.html")):
            title = _TITLE.search(path.read_text("utf-8"))
            links.append(
                f'<li><a href="{path.name}">{escape(title[1] if title else path.name)}</a>'
            )
        return f"<!doctype html><title>Host pages</title><ul>{''.join(links)}</ul>"


def main() -> None:
    """Serve the pages until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="the FAQ server's address")
    parser.add_argument("--port", type=int, default=8100)
    options = parser.parse_args()
    with make_server("127.0.0.1", options.port, Pages(options.api.rstrip("/"))) as server:
        print(f"http://127.0.0.1:{options.port}/ (Ctrl-C ends it)")
        server.serve_forever()


if __name__ == "__main__":
    main()
