"""What one application holds, and how a view gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import current_app, g

from faqlib import Snapshot
from faqlib import __version__ as version
from widget_server.answering import Answering
from widget_server.answers import Shelf
from widget_server.assets import Assets, page_files, short_hash
from widget_server.clinics import Clinics
from widget_server.compression import Body
from widget_server.counts import SearchCounts
from widget_server.limits import Limits
from widget_server.outbox import Outbox
from widget_server.records import Records
from widget_server.settings import Settings

NAME = "widget_server"


@dataclass(slots=True, weakref_slot=True)
class Server:
    """The parts of one application; all are safe to share between threads."""

    settings: Settings
    clinics: Clinics
    records: Records
    assets: Assets
    limits: Limits
    counts: SearchCounts
    outbox: Outbox
    bodies: Shelf[Body] = field(init=False)
    answering: Answering = field(init=False)

    def __post_init__(self) -> None:
        self.bodies = Shelf(self.settings.cache_megabytes * 500_000)
        self.answering = Answering(
            self.bodies, self.limits, self.settings.query_limit, self._build()
        )

    def _build(self) -> str:
        """Of all that answers are made of, besides a site's state: alike in all workers."""
        chosen = self.settings
        files = [self.assets.hash, *(file.tag for file in page_files().values())]
        search = chosen.semantic, chosen.semantic_model, chosen.query_limit
        return short_hash(repr((version, files, chosen.public_url, search)).encode())[:6]


def server() -> Server:
    """The parts of the application that handles this request."""
    return cast(Server, current_app.extensions[NAME])


def visited() -> Snapshot:
    """The FAQ of the site in this request's address, as it was when the request came."""
    return cast(Snapshot, g.faq)


def visit(site: str) -> Snapshot:
    """Find the site's FAQ as it is now, and note it for the rest of the request.

    Raises:
        SiteNotFound: when there is no such site.
    """
    faq = g.faq = server().clinics.faq(site).snapshot()
    g.site = faq.site
    return faq
