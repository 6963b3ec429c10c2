"""Metrics and the log line of each request, without queries, ids of entries or addresses."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

log = logging.getLogger("widget_server.access")

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


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
        # Finding a metric by its labels takes longer than counting it.
        self._request = lru_cache(maxsize=2_000)(self._requests.labels)
        self._second = lru_cache(maxsize=500)(self._seconds.labels)

    def seen(self, environ: dict[str, Any], status: int, size: int, seconds: float) -> None:
        """Note one answered request."""
        route = environ.get("faq.route") or "none"
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"):
            method = "other"  # a client may send any word as its method
        self._request(method, route, status).inc()
        self._second(route).observe(seconds)
        if self._log and log.isEnabledFor(logging.INFO):
            facts = {
                "id": environ["faq.request_id"],
                "method": method,
                "route": route,
                "site": environ.get("faq.site", ""),
                "status": status,
                "bytes": size,
                "ms": round(seconds * 1_000, 2),
            }
            log.handle(_record(facts))


# As log.info() would make it, which first looks for the calling line, the thread and the process.
_LIKE_THIS = vars(logging.LogRecord(log.name, logging.INFO, __file__, 0, "request", None, None))


def _record(facts: dict[str, Any]) -> logging.LogRecord:
    record = logging.LogRecord.__new__(logging.LogRecord)
    record.__dict__.update(_LIKE_THIS, created=time.time(), facts=facts)
    return record
