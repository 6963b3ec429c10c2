"""What a page may read of a site: settings, bundle, search, suggestions, single entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, request
from werkzeug.routing import BaseConverter

from faqlib import EntryNotFound
from widget_server import cors, payloads
from widget_server.answering import again, normalised
from widget_server.counts import objects
from widget_server.openapi import operation, routes
from widget_server.respond import IMMUTABLE, cacheable, send, send_often
from widget_server.shapes import (
    BundleBody,
    BundleQuery,
    SearchBody,
    SearchQuery,
    SingleBody,
    SiteBody,
    SuggestBody,
    SuggestQuery,
)
from widget_server.state import server, visit, visited

public = routes("public", "/api/v1/sites/<site>", "What pages read: no token needed.")
_REFUSALS = (403, 404, 503)
_SEARCH, _SUGGEST = SearchQuery(), SuggestQuery()


class AnyText(BaseConverter):
    """The rest of an address, slashes and all: ids may hold any sign."""

    regex = ".+"
    part_isolating = False


def find_site() -> None:
    """Find the site, and turn away pages of origins that may not read it."""
    site = (request.view_args or {}).pop("site")
    visit(site)
    cors.check(g.site, request)


public.before_request(find_site)


@operation(public, "GET", "", answer=SiteBody, tagged=True, failures=_REFUSALS)
def site() -> Response:
    """The site's texts, look, categories and contact."""
    faq = visited()
    return _cached(("site",), lambda: payloads.site_payload(faq))


@operation(
    public, "GET", "/bundle", query=BundleQuery, answer=BundleBody, tagged=True,
    failures=(*_REFUSALS, 422),
)  # fmt: skip
def bundle(args: dict[str, Any]) -> Response:
    """All published entries: what the widget paints from."""
    here, faq = server(), visited()
    body = here.answering.bundle(faq, parts=args["parts"])
    return send_often(body, cacheable(here.settings), faq)


@operation(
    public, "GET", "/bundle/<revision>", answer=BundleBody, tagged=True, failures=(*_REFUSALS, 302)
)
def pinned_bundle(revision: str) -> Response:
    """The bundle of one revision, to be kept for ever.

    A revision that is not the present one leads to the present bundle.
    """
    faq = visited()
    if revision != str(faq.cursor):
        # Without a host, so that nothing of the request's headers stands in it.
        address = f"{request.script_root}/api/v1/sites/{g.site.id}/bundle"
        headers = {"Location": address, "Cache-Control": "no-store"}
        away = Response(status=302, headers=headers)
        del away.headers["Content-Type"]
        return away
    return send_often(server().answering.bundle(faq), IMMUTABLE, faq)


@operation(
    public, "GET", "/search", query=SearchQuery, answer=SearchBody, tagged=True,
    failures=(*_REFUSALS, 422, 429),
)  # fmt: skip
def search(args: dict[str, Any]) -> Response:
    """The entries that answer what was asked, best first."""
    here, faq = server(), visited()
    body = here.answering.search(faq, args, request.remote_addr or "")
    if not faq.site.count_searches:
        others = again(_SEARCH, here.answering.found)
        return send_often(body, cacheable(here.settings), faq, others)
    # A site that counts its searches hears of each one: none is answered without it.
    if not objects(request):
        query = normalised(args["q"], here.settings.query_limit)
        here.counts.note(faq.site.id, faq.cursor, query, body.answered)
    return send(body, cacheable(here.settings))


@operation(
    public, "GET", "/suggest", query=SuggestQuery, answer=SuggestBody, tagged=True,
    failures=(*_REFUSALS, 422, 429),
)  # fmt: skip
def suggest(args: dict[str, Any]) -> Response:
    """Questions that complete what is being typed."""
    here, faq = server(), visited()
    body = here.answering.suggested(faq, args, request.remote_addr or "")
    others = again(_SUGGEST, here.answering.suggested)
    return send_often(body, cacheable(here.settings), faq, others)


@operation(
    public, "GET", "/entries/<anything:entry_id>", answer=SingleBody, tagged=True,
    failures=_REFUSALS,
)  # fmt: skip
def entry(entry_id: str) -> Response:
    """One published entry with its answer."""
    faq = visited()
    found = faq.get(entry_id)
    if found is None or found.status != "published":
        raise EntryNotFound(entry_id, faq.site.id)
    return _cached(("entry", entry_id), lambda: payloads.single_payload(faq, found), by_model=True)


def _cached(
    what: tuple[Any, ...], make: Callable[[], payloads.Payload], *, by_model: bool = False
) -> Response:
    here, faq = server(), visited()
    body = here.answering.settled(faq, what, make, by_model=by_model)
    return send_often(body, cacheable(here.settings), faq)
