"""The outermost layer: request ids, replayed answers, and one log line and metric a request."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from widget_server.replays import Answer, Environ, Headers, Replays, key_of
from widget_server.watch import Watch

StartResponse = Callable[..., Callable[[bytes], object]]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BYTE = re.compile(r"[^\x00-\x7f]")


class Front:
    """A WSGI application around the Flask application."""

    def __init__(self, app: WSGIApp, replays: Replays, watch: Watch) -> None:
        self.app = app
        self.replays = replays
        self.watch = watch
        # Unique without asking the system for random numbers at every request.
        self._prefix = secrets.token_hex(5)
        self._numbers = itertools.count()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        request_id = environ["faq.request_id"] = self._request_id(environ)
        if not environ.get("QUERY_STRING", "").isascii():
            _quote_query(environ)
        key = key_of(environ)
        answer = self.replays.find(key, environ) if key is not None else None
        if answer is None:
            answer = self._ask(environ)
            if key is not None:
                self.replays.keep(key, environ, answer)
        status, headers, body = answer
        start_response(status, [*headers, ("X-Request-ID", request_id)])
        self.watch.seen(environ, int(status[:3]), len(body), time.perf_counter() - started)
        return [body]

    def _ask(self, environ: Environ) -> Answer:
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
        given: str = environ.get("HTTP_X_REQUEST_ID", "")
        if given and _ID.fullmatch(given):
            return given
        return f"{self._prefix}{next(self._numbers):08x}"


def _quote_query(environ: Environ) -> None:
    """Bytes that a client should have quoted: Flask fails on those that are no UTF-8."""
    raw = environ["QUERY_STRING"]
    environ["QUERY_STRING"] = _BYTE.sub(lambda found: f"%{ord(found[0]):02X}", raw)
