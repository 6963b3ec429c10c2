"""Metrics and the log line of each request, without queries, ids of entries or addresses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from widget_server.log_lines import opening, written

log = logging.getLogger("widget_server.access")

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_METHODS = frozenset(("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What requests of one method, route, site and status have in common."""

    count: Callable[[], None]
    observe: Callable[[float], None]
    facts: dict[str, Any]  # of the log line, with room for a request's own
    before: str  # in the log line: up to the request's id
    after: str  # from there to its size


class Watch:
    """Counts and logs the requests of one application.

    Labels are routes and status codes only: a path could hold an entry's id, and a query
    what somebody is ill with.
    """

    def __init__(self, *, log_requests: bool) -> None:
        self.registry = CollectorRegistry()
        self._log = log_requests
        self._requests = Counter(
            "faq_requests_total", "Requests answered.", ["method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "faq_request_seconds", "Time from request to answer.", ["route"],
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        # To find metrics by their labels and write the labels takes longer than to count.
        self._kind = lru_cache(maxsize=2_000)(self._make_kind)

    def seen(self, environ: dict[str, Any], status: int, size: int, seconds: float) -> None:
        """Note one answered request; its id has no sign that JSON would write otherwise."""
        method = environ["REQUEST_METHOD"]
        if method not in _METHODS:
            method = "other"  # a client may send any word as its method
        get = environ.get
        kind = self._kind(method, get("faq.route") or "none", get("faq.site", ""), status)
        kind.count()
        kind.observe(seconds)
        if self._log and log.isEnabledFor(logging.INFO):
            facts = kind.facts.copy()
            number = facts["id"] = environ["faq.request_id"]
            facts["bytes"] = size
            ms = facts["ms"] = round(seconds * 1_000, 2)
            line = f'{kind.before}{number}{kind.after}{size}, "ms": {ms}}}'
            log.handle(_record(facts, line))

    def _make_kind(self, method: str, route: str, site: str, status: int) -> _Kind:
        alike = {"method": method, "route": route, "site": site, "status": status}
        return _Kind(
            count=self._requests.labels(method, route, status).inc,
            observe=self._seconds.labels(route).observe,
            facts={"id": "", **alike, "bytes": 0, "ms": 0.0},
            before=f'{opening(_record({}))}, "id": "',
            after=f'"{written(alike)}, "bytes": ',
        )


# As log.info() would make it, which first looks for the calling line, the thread and the process.
_LIKE_THIS = {
    **vars(logging.LogRecord(log.name, logging.INFO, __file__, 0, "request", None, None)),
    "facts": {},
    "line": None,
}


def _record(facts: dict[str, Any], line: str | None = None) -> logging.LogRecord:
    record = logging.LogRecord.__new__(logging.LogRecord)
    # To copy it is faster than to fill what is empty.
    known = record.__dict__ = _LIKE_THIS.copy()
    known["created"], known["facts"], known["line"] = time.time(), facts, line
    return record
