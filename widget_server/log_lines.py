"""The server's log: lines of JSON on stderr, granian's own among them.

Nothing that counts requests is imported here: that would have to know, before the workers are
started, where they add up their counts.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TextIO

_encode = json.JSONEncoder(ensure_ascii=False).encode
_quote = json.encoder.encode_basestring
_NUMBERS = frozenset((int, float))


class JSONLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's time, level, logger and message, and the facts that came with it.

        A record that comes with its ``line`` has all but the time written there.
        """
        line = record.__dict__.get("line")
        if line is None:
            line = f"{opening(record)}{written(getattr(record, 'facts', {}))}}}"
        return f'{{"at": "{_moment(int(record.created))}", {line}'


def opening(record: logging.LogRecord) -> str:
    """What stands in a line between the time and the facts."""
    return (
        f'"level": "{record.levelname.lower()}", "logger": "{record.name}", '
        f'"message": {_quote(record.getMessage())}'
    )


def written(facts: Mapping[str, Any]) -> str:
    """Facts as they stand in a line, a comma before each."""
    return "".join([_fact(name, value) for name, value in facts.items()])


def _fact(name: str, value: Any) -> str:
    # The encoder takes as long for one value as this for all.
    if type(value) is str:
        return f', "{name}": {_quote(value)}'
    return f', "{name}": {value if type(value) in _NUMBERS else _encode(value)}'


@lru_cache(maxsize=8)
def _moment(seconds: int) -> str:
    """The time as it is logged: many lines fall into one second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + "Z"


class _Lines(logging.StreamHandler[TextIO]):
    """Writes to stderr, which passes on each line by itself: there is nothing to flush."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Write the record, which nothing filters here."""
        try:
            line = self.format(record) + "\n"
            self.acquire()
            try:
                self.stream.write(line)
            finally:
                self.release()
        except Exception:  # noqa: BLE001 - as every handler of logging does
            self.handleError(record)
        return True


def log_to_stderr() -> None:
    """Send the server's log to stderr as JSON lines."""
    handler = _Lines(sys.stderr)
    handler.setFormatter(JSONLines())
    root = logging.getLogger("widget_server")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


class Expected(logging.Filter):
    """Leaves out what the WSGI server warns of and is meant to be so: see patience.py."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        return "backpressure" not in record.getMessage()


# For granian's own log: when it starts, listens and stops, as JSON lines like all others.
LOG_OF_GRANIAN: dict[str, Any] = {
    "formatters": {"lines": {"()": f"{__name__}.{JSONLines.__name__}"}},
    "filters": {"expected": {"()": f"{__name__}.{Expected.__name__}"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": "lines",
            "filters": ["expected"],
        }
    },
    "loggers": {"_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
