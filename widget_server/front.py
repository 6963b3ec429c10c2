"""The outermost layer: request ids, replayed answers, and one log line and metric a request.

A public answer depends on the site's state, the address, and four headers. So the bytes and
headers that Flask once gave for those are given again, as long as the site's cursor is the
same: exact, and without the cost of a framework. What may be replayed is said by the view, in
``environ["faq.replay"]``.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from faqlib import FAQError
from widget_server.answers import Shelf
from widget_server.clinics import Clinics
from widget_server.compression import choose_encoding
from widget_server.watch import Watch

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Callable[[bytes], object]]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_NOT_IN_304 = frozenset({"content-length", "content-type", "content-encoding"})


@dataclass(slots=True)
class Replay:
    """One answer as it left, and the state of the site it was made from."""

    site: str
    revision: str
    route: str
    headers: Headers
    body: bytes
    etags: frozenset[str]

    @property
    def size(self) -> int:
        """Bytes held, for the bound."""
        return len(self.body) + 2_000


def replay_of(environ: Environ, headers: Headers, body: bytes) -> Replay | None:
    """What to keep of an answer that Flask has just given, if its view allows it."""
    allowed = environ.get("faq.replay")
    if allowed is None:
        return None
    etag = next((value for name, value in headers if name == "ETag"), '""').strip('"')
    plain = etag.removesuffix("-gzip").removesuffix("-br")
    etags = frozenset(f'"{plain}{suffix}"' for suffix in ("", "-gzip", "-br")) | {"*"}
    site, revision = allowed
    return Replay(site, revision, environ.get("faq.route", ""), headers, body, etags)


class Front:
    """A WSGI application around the Flask application."""

    def __init__(self, app: WSGIApp, clinics: Clinics, watch: Watch, limit: int) -> None:
        self.app = app
        self.clinics = clinics
        self.watch = watch
        self.replays: Shelf[Replay] = Shelf(limit)
        # Unique without asking the system for random numbers at every request.
        self._prefix = secrets.token_hex(5)
        self._numbers = itertools.count()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        request_id = environ["faq.request_id"] = self._request_id(environ)
        key = _key(environ) if environ["REQUEST_METHOD"] == "GET" else None
        found = self._current(key) if key is not None else None
        if found is not None:
            status, headers, body = _again(found, environ)
            environ["faq.route"], environ["faq.site"] = found.route, found.site
        else:
            status, headers, body = self._ask(environ)
            kept = replay_of(environ, headers, body) if key and status[:3] == "200" else None
            if kept is not None:
                self.replays.put(key, kept)
        start_response(status, [*headers, ("X-Request-ID", request_id)])
        self.watch.seen(environ, int(status[:3]), len(body), time.perf_counter() - started)
        return [body]

    def _current(self, key: tuple[str, ...]) -> Replay | None:
        found = self.replays.get(key)
        if found is None:
            return None
        try:
            current = self.clinics.cursor(found.site)
        except FAQError:
            return None  # Flask says what is wrong, in the one error shape
        return found if current == found.revision else None

    def _ask(self, environ: Environ) -> tuple[str, Headers, bytes]:
        answer: list[Any] = []

        def start(status: str, headers: Headers, _: Any = None) -> Callable[[bytes], object]:
            answer[:] = [status, headers]
            return lambda _: None

        parts = self.app(environ, start)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return answer[0], answer[1], body

    def _request_id(self, environ: Environ) -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if _ID.fullmatch(given) else f"{self._prefix}{next(self._numbers):08x}"


def _key(environ: Environ) -> tuple[str, ...] | None:
    path = environ["PATH_INFO"]
    if not path.startswith("/api/v1/sites/"):
        return None
    get = environ.get
    return (
        environ.get("SCRIPT_NAME", ""),
        path,
        get("QUERY_STRING", ""),
        get("HTTP_HOST", ""),
        get("HTTP_ORIGIN", ""),
        choose_encoding(get("HTTP_ACCEPT_ENCODING", "")),
    )


def _again(found: Replay, environ: Environ) -> tuple[str, Headers, bytes]:
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is not None:
        tags = {part.strip().removeprefix("W/") for part in held.split(",")}
        if not found.etags.isdisjoint(tags):
            headers = [item for item in found.headers if item[0].lower() not in _NOT_IN_304]
            return "304 NOT MODIFIED", headers, b""
    return "200 OK", found.headers, found.body
