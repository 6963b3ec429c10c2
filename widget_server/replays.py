"""Public answers given again: the same bytes, or new bytes under the same headers.

What a public answer's headers depend on is its address without the query, the host, the origin
and the encoding; its body also depends on the query and on the site's state. So what Flask
once said for those is said again as long as the site's cursor is the same: exact, and without
the cost of a framework. Which answers this is right for is said by their view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from faqlib import FAQError
from widget_server.answering import Again
from widget_server.answers import Shelf
from widget_server.clinics import Clinics
from widget_server.compression import Encoding, choose_encoding, etag, is_held
from widget_server.errors import APIError

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes]
Key = tuple[str, ...]

_REPLAYED = ("/api/v1/sites/", "/widget", "/embed/", "/sites/", "/assets/")
# No page asks with more than this in address and headers: it is answered, and not remembered.
_LONGEST = 3_000
_OF_ONE_BODY = frozenset({"content-length", "content-encoding", "etag"})
_NOT_IN_304 = frozenset({"content-length", "content-encoding", "content-type"})


@dataclass(frozen=True, slots=True)
class Replayable:
    """What a view allows: its answer again, and if ``again`` is given, others like it.

    Without a ``site`` the answer is the same as long as the server runs.
    """

    site: str
    revision: str
    route: str
    again: Again | None = None


class _Kept(NamedTuple):
    allowed: Replayable
    headers: Headers
    tag: str  # of the body; the data is what it was encoded to
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data) + _LONGEST + 1_000  # the key, the headers


class _Pattern(NamedTuple):
    allowed: Replayable
    headers: Headers

    @property
    def size(self) -> int:
        return _LONGEST + 1_000


class Replays:
    """The answers of one application that may be given again; thread-safe."""

    def __init__(self, clinics: Clinics, limit: int) -> None:
        self._clinics = clinics
        self._answers: Shelf[_Kept] = Shelf(limit // 2)
        self._patterns: Shelf[_Pattern] = Shelf(limit // 2)

    def find(self, key: Key, environ: Environ) -> Answer | None:
        """An answer for this request, if one can be given without asking Flask."""
        kept = self._answers.get(key)
        try:
            if kept is not None and self._is_current(kept):
                return _answer(kept, environ)
            pattern = self._patterns.get(key[1:])
            if pattern is not None:
                return self._like(pattern, key, environ)
        except (APIError, FAQError):
            pass  # Flask says what is wrong, in the one error shape
        return None

    def keep(self, key: Key, environ: Environ, answer: Answer) -> None:
        """Remember an answer of Flask's, if its view allows it."""
        allowed: Replayable | None = environ.get("faq.replay")
        status, headers, data = answer
        if allowed is None or status[:3] != "200":
            return
        self._answers.put(key, _Kept(allowed, headers, environ["faq.tag"], data))
        if allowed.again is not None:
            common = [item for item in headers if item[0].lower() not in _OF_ONE_BODY]
            self._patterns.put(key[1:], _Pattern(allowed, common))

    def _is_current(self, kept: _Kept) -> bool:
        if not kept.allowed.site:
            return True
        return self._clinics.cursor(kept.allowed.site) == kept.allowed.revision

    def _like(self, pattern: _Pattern, key: Key, environ: Environ) -> Answer | None:
        """A new answer under the headers of one that differed in the query only."""
        allowed = pattern.allowed
        assert allowed.again is not None  # noqa: S101 - only such are kept as patterns
        faq = self._clinics.faq(allowed.site).snapshot()
        if str(faq.cursor) != allowed.revision:
            return None
        body = allowed.again(key[0], faq, environ.get("REMOTE_ADDR", ""))
        if body is None or not body.final:
            return None
        encoding: Encoding = key[-1]  # type: ignore[assignment]
        data, used = body.encoded(encoding)
        headers = [
            *pattern.headers,
            ("ETag", etag(body.tag, used)),
            ("Content-Length", str(len(data))),
        ]
        if used:
            headers.append(("Content-Encoding", used))
        return _answer(self._answers.put(key, _Kept(allowed, headers, body.tag, data)), environ)


def key_of(environ: Environ) -> Key | None:
    """What decides about an answer, the query first; ``None`` for what is never replayed."""
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "GET" or not path.startswith(_REPLAYED):
        return None
    get = environ.get
    key = (
        get("QUERY_STRING", ""),
        get("SCRIPT_NAME", ""),
        path,
        get("HTTP_HOST", ""),
        get("HTTP_ORIGIN", ""),
        choose_encoding(get("HTTP_ACCEPT_ENCODING", "")),
    )
    return key if sum(map(len, key)) <= _LONGEST else None


def _answer(kept: _Kept, environ: Environ) -> Answer:
    environ["faq.route"], environ["faq.site"] = kept.allowed.route, kept.allowed.site
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is not None and is_held(kept.tag, held):
        headers = [item for item in kept.headers if item[0].lower() not in _NOT_IN_304]
        return "304 NOT MODIFIED", headers, b""
    return "200 OK", kept.headers, kept.data
