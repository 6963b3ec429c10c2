"""What a serving worker does on the side: send waiting questions, delete what is old."""

from __future__ import annotations

import logging
import random
import threading
import time

from flask import Flask

from faqlib import FAQError
from widget_server.counts import purge
from widget_server.state import NAME, Server

log = logging.getLogger("widget_server")
_DAY = 86_400


def start(app: Flask) -> None:
    """Begin, in a thread that ends with the process."""
    here: Server = app.extensions[NAME]
    if here.outbox.can_send:
        here.outbox.start()
    threading.Thread(target=_daily, args=(here,), name="housekeeping", daemon=True).start()


def tidy(here: Server) -> int:
    """Delete counts, ratings and questions beyond their time; how many rows went."""
    days = here.settings.retention_days
    return purge(here.records, days) + here.outbox.purge(days)


class Clock:
    """Tells whether the time of day has gone on as time does, or was set in between."""

    def __init__(self) -> None:
        self._ahead = self._difference()

    @staticmethod
    def _difference() -> float:
        return time.time() - time.monotonic()

    def was_set(self) -> bool:
        """Whether it was set by more than a day since it was last asked for."""
        before, self._ahead = self._ahead, self._difference()
        return abs(self._ahead - before) > _DAY


def _daily(here: Server) -> None:
    clock = Clock()
    while True:
        # Workers start together: they need not all do this at the same moment.
        time.sleep(random.uniform(60, 600))  # noqa: S311 - spreads load, guards nothing
        try:
            tidy_unless(here, clock)
        except FAQError as error:
            log.error("housekeeping failed", extra={"facts": {"error": str(error)}})
        time.sleep(_DAY)


def tidy_unless(here: Server, clock: Clock) -> int:
    """:func:`tidy`, but not on a day on which the clock was set: all would look old at once."""
    if clock.was_set():
        log.warning("the clock was set: nothing is deleted before tomorrow")
        return 0
    return tidy(here)
