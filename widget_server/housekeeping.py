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


def _daily(here: Server) -> None:
    while True:
        # Workers start together: they need not all do this at the same moment.
        time.sleep(random.uniform(60, 600))  # noqa: S311 - spreads load, guards nothing
        try:
            tidy(here)
        except FAQError as error:
            log.error("housekeeping failed", extra={"facts": {"error": str(error)}})
        time.sleep(_DAY)
