"""The demo's clinic website: a few pages on an origin of their own that embed the widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

PAGES = Path(__file__).resolve().parent / "site"
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
          ".svg": "image/svg+xml"}  # fmt: skip
Start = Callable[..., Any]


class Website:
    """A WSGI application: the files of ``site/``, with the API's address put in.

    Args:
        api: the API's origin, such as ``http://127.0.0.1:8000``.
    """

    def __init__(self, api: str) -> None:
        self._files = {
            f"/{path.relative_to(PAGES).as_posix()}": path
            for path in sorted(PAGES.rglob("*"))
            if path.suffix in _TYPES
        }
        self._api = api
        # As strict as a careful clinic's: what the widget needs, and nothing more.
        self._policy = (
            f"default-src 'none'; style-src 'self'; img-src 'self'; script-src {api}; "
            f"connect-src {api}; base-uri 'none'; form-action {api}; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        found = self._files.get(path + "index.html" if path.endswith("/") else path)
        if found is None:
            start("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"There is no such page here.\n"]
        body = found.read_text("utf-8").replace("{{API}}", self._api).encode("utf-8")
        headers = [
            ("Content-Type", _TYPES[found.suffix]),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", self._policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-cache"),
        ]
        start("200 OK", headers)
        return [body]
