"""What a page may read of a site: settings, bundle, search, suggestions, single entries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Response, g, request
from werkzeug.routing import BaseConverter

from faqlib import FAQ, EntryNotFound
from widget_server import cors, payloads
from widget_server.compression import Body
from widget_server.counts import objects
from widget_server.openapi import operation, routes
from widget_server.respond import IMMUTABLE, cacheable, send
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

# Above this, compressed, the widget asks for questions first and for answers when idle.
SMALL = 16_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

public = routes("public", "/api/v1/sites/<site>", "What pages read: no token needed.")
_REFUSALS = (403, 404, 503)


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


@operation(public, "GET", "", answer=SiteBody, failures=_REFUSALS)
def site() -> Response:
    """The site's texts, look, categories and contact."""
    faq, revision = visited()
    return _cached(("site",), lambda: payloads.site_payload(faq.site, faq.published(), revision))


@operation(
    public, "GET", "/bundle", query=BundleQuery, answer=BundleBody, failures=(*_REFUSALS, 422)
)
def bundle(args: dict[str, Any]) -> Response:
    """All published entries: what the widget paints from."""
    return _answer(bundle_body(*visited(), parts=args["parts"]), cacheable(server().settings))


@operation(public, "GET", "/bundle/<revision>", answer=BundleBody, failures=(*_REFUSALS, 302))
def pinned_bundle(revision: str) -> Response:
    """The bundle of one revision, to be kept for ever.

    A revision that is not the present one leads to the present bundle.
    """
    faq, current = visited()
    if revision != current:
        # Without a host, so that nothing of the request's headers stands in it.
        address = f"{request.script_root}/api/v1/sites/{g.site.id}/bundle"
        headers = {"Location": address, "Cache-Control": "no-store"}
        away = Response(status=302, headers=headers)
        del away.headers["Content-Type"]
        return away
    return _answer(bundle_body(faq, current), IMMUTABLE)


@operation(
    public, "GET", "/search", query=SearchQuery, answer=SearchBody,
    failures=(*_REFUSALS, 422, 429),
)  # fmt: skip
def search(args: dict[str, Any]) -> Response:
    """The entries that answer what was asked, best first."""
    here = server()
    faq, revision = visited()
    query = normalised(args["q"], here.settings.query_limit)
    limit, category, lang = args["limit"], args["category"], args["lang"]

    def make() -> payloads.Payload:
        here.limits.spend("search")
        results = faq.search(query, limit=limit, category=category, lang=lang)
        return payloads.search_payload(results, revision, limit, len(faq.published()))

    if not g.site.count_searches:
        return _cached(("search", query, limit, category, lang), make)
    # A site that counts its searches hears of each one: no answer is replayed without it.
    body = ready(g.site.id, revision, ("search", query, limit, category, lang), make)
    if not objects(request):
        here.counts.note(g.site.id, query, body.answered)
    return _answer(body, cacheable(here.settings), replay=False)


@operation(
    public, "GET", "/suggest", query=SuggestQuery, answer=SuggestBody,
    failures=(*_REFUSALS, 422, 429),
)  # fmt: skip
def suggest(args: dict[str, Any]) -> Response:
    """Questions that complete what is being typed."""
    here = server()
    faq, revision = visited()
    query = normalised(args["q"], here.settings.query_limit)

    def make() -> payloads.Payload:
        here.limits.spend("search")
        found = faq.suggest(query, limit=args["limit"], lang=args["lang"])
        return {"query": query, "suggestions": found, "revision": revision}

    return _cached(("suggest", query, args["limit"], args["lang"]), make)


@operation(public, "GET", "/entries/<anything:entry_id>", answer=SingleBody, failures=_REFUSALS)
def entry(entry_id: str) -> Response:
    """One published entry with its answer."""
    faq, revision = visited()
    found = faq.get(entry_id)
    if found is None or found.status != "published":
        raise EntryNotFound(entry_id, faq.site.id)
    return _cached(("entry", entry_id), lambda: payloads.single_payload(faq, found, revision))


def bundle_body(faq: FAQ, revision: str, *, parts: str = "all") -> Body:
    """The ready-made bundle; ``parts="questions"`` holds the answers too where that is small."""

    def whole() -> payloads.Payload:
        return payloads.bundle_payload(faq, revision)

    body = ready(faq.site.id, revision, ("bundle",), whole)
    if parts == "all" or len(body.encoded("gzip")[0]) < SMALL:
        return body
    return ready(
        faq.site.id,
        revision,
        ("questions",),
        lambda: payloads.bundle_payload(faq, revision, answers=False),
    )


def normalised(query: str, limit: int) -> str:
    """The query as it is cached: single blanks, no control characters, cut at the limit."""
    return " ".join(_CONTROL.sub(" ", query).split())[:limit]


def ready(
    site: str, revision: str, what: tuple[Any, ...], make: Callable[[], payloads.Payload]
) -> Body:
    """A ready-made body of a site's state, from the shelf or new."""
    shelf = server().bodies
    key = (site, revision, *what)
    found = shelf.get(key)
    if found is None:
        payload = make()
        raw = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        answered = payload.get("answered", False)
        found = shelf.put(key, Body(raw, revision, answered=answered))
    return found


def _cached(what: tuple[Any, ...], make: Callable[[], payloads.Payload]) -> Response:
    body = ready(g.site.id, g.revision, what, make)
    return _answer(body, cacheable(server().settings))


def _answer(body: Body, cache_control: str, *, replay: bool = True) -> Response:
    response = send(body, cache_control)
    if replay:
        request.environ["faq.replay"] = (g.site.id, g.revision)
    return response
