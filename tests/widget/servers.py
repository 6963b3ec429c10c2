"""The two origins of every widget test: the real server behind a switchboard of faults, and pages."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.patience import PATIENCE

StartResponse = Callable[..., Any]
WSGIApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        pass


class Served:
    """A WSGI application on a free port, in a thread."""

    def __init__(self, app: WSGIApp) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(frozen=True)
class Seen:
    """One request that arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Faults:
    """The server with waits and failures that a test switches on, and a record of requests.

    Patterns are searched for in the path with its query.
    """

    app: WSGIApp
    seen: list[Seen] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    changed: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    gates: list[threading.Event] = field(default_factory=list)

    def reset(self) -> None:
        """All well again, no request seen, and none held any longer."""
        for gate in self.gates:
            gate.set()
        for things in (self.seen, self.failing, self.changed, self.gates):
            things.clear()

    def hold(self, pattern: str) -> threading.Event:
        """Answers wait until the event is set: not for a time that is short on a busy machine."""
        gate = threading.Event()
        self.gates.append(gate)
        self.changed[pattern] = lambda body: body if gate.wait(PATIENCE) else b""
        return gate

    def paths(self, part: str = "") -> list[str]:
        """The paths with queries of the requests that contain ``part``."""
        return [full for one in self.seen if part in (full := _full(one.path, one.query))]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        full = _full(environ["PATH_INFO"], environ["QUERY_STRING"])
        self.seen.append(_seen(environ))
        for pattern, status in list(self.failing.items()):  # the test may change them meanwhile
            if re.search(pattern, full):
                # As a proxy fails: no JSON, no CORS header.
                start_response(f"{status} Failed", [("Content-Type", "text/plain")])
                return [b"out of order"]
        for pattern, change in list(self.changed.items()):
            if re.search(pattern, full):
                return self._change(environ, start_response, change)
        return self.app(environ, start_response)

    def _change(
        self,
        environ: dict[str, Any],
        start_response: StartResponse,
        change: Callable[[bytes], bytes],
    ) -> list[bytes]:
        kept: list[Any] = []
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        parts = self.app(environ, lambda *arguments: kept.append(arguments))
        body = change(b"".join(parts))
        headers = [one for one in kept[0][1] if one[0].lower() not in ("content-length", "etag")]
        start_response(kept[0][0], [*headers, ("Content-Length", str(len(body)))])
        return [body]


def answered(yes: bool, **more: Any) -> Callable[[bytes], bytes]:
    """A change of what a search answers: sure or unsure, whatever the ranking thinks today."""

    def change(body: bytes) -> bytes:
        return json.dumps({**json.loads(body), "answered": yes, **more}).encode()

    return change


def _full(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _seen(environ: dict[str, Any]) -> Seen:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    if length:
        environ["wsgi.input"] = io.BytesIO(body)
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Seen(
        environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], headers, body
    )
