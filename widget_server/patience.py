"""Bodies that come slowly must not hold the threads that answer everybody else.

A WSGI server hands a request on when its headers are there; reading the body then waits for the
sender, and cannot be broken off. A few connections that send a byte now and then would stop a
server of a few threads. So there are many more threads than may work at a time: the rest wait for
bodies, and one visitor, or all together, may have only so many of them wait. Reading calls have no
body and always find one. What editors send is read after their token was looked at.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any

from widget_server.errors import error_response
from widget_server.limits import client_key

# How many threads work, said by `serve` to the processes it starts.
THREADS = "WIDGET_SERVER_THREADS"
WAITING = 64  # threads besides those that work
FOR_BODIES = 48  # of them
FOR_ONE = 8  # of these, for one visitor
_ADMIN = "/api/v1/admin/"

Environ = dict[str, Any]
WSGIApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Patience:
    """A WSGI application around one that at most ``threads`` requests may be in at a time.

    Args:
        app: the application, which gives its answers whole.
        threads: how many requests are worked on at a time.
        body_limit: longer bodies are left for the application to refuse.
        proxied: whether a proxy stands in front: then all visitors have its address, and it is the
            proxy that waits for bodies.
    """

    def __init__(self, app: WSGIApp, *, threads: int, body_limit: int, proxied: bool) -> None:
        self._app = app
        # One for each request that may be worked on: to take and give back what lies in a queue
        # takes a tenth of the time of a semaphore, which is written in Python.
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(threads):
            self._turns.put(None)
        self._body_limit = body_limit
        self._for_one = FOR_BODIES if proxied else FOR_ONE
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Read the body, then answer."""
        if self._is_awaited(environ) and not self._read(environ):
            message = "Too many requests are still being sent: try again in a moment."
            return error_response(503, message, headers={"Retry-After": "5"})(
                environ, start_response
            )
        turn = self._turns.get()
        try:
            return self._app(environ, start_response)
        finally:
            self._turns.put(turn)

    def _is_awaited(self, environ: Environ) -> bool:
        if environ.get("PATH_INFO", "").startswith(_ADMIN):
            return False
        length = environ.get("CONTENT_LENGTH") or ""
        if not length:
            return "HTTP_TRANSFER_ENCODING" in environ
        return length.isdecimal() and 0 < int(length) <= self._body_limit

    def _read(self, environ: Environ) -> bool:
        """Put the whole body in place of the stream, unless too many are waited for."""
        visitor = client_key(environ.get("REMOTE_ADDR"))
        with self._lock:
            if self._waiting[visitor] >= self._for_one or self._waiting.total() >= FOR_BODIES:
                return False
            self._waiting[visitor] += 1
        try:
            size = int(environ.get("CONTENT_LENGTH") or self._body_limit + 1)
            data = environ["wsgi.input"].read(size)
        finally:
            with self._lock:
                self._waiting[visitor] -= 1
                if not self._waiting[visitor]:
                    del self._waiting[visitor]
        environ["wsgi.input"] = io.BytesIO(data)
        environ["CONTENT_LENGTH"] = str(len(data))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return True
