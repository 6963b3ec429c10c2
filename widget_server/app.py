"""The application factory: puts the parts together."""

from __future__ import annotations

import dataclasses
import re
import weakref
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from faqlib import FAQError, Site, SiteNotFound, open_store
from faqlib import __version__ as version
from widget_server import cors, security
from widget_server.assets import Assets
from widget_server.clinics import Clinics
from widget_server.counts import SearchCounts
from widget_server.front import Front
from widget_server.limits import Limits
from widget_server.openapi import make_api
from widget_server.outbox import Outbox
from widget_server.public import AnyText
from widget_server.records import Records
from widget_server.replays import Replays
from widget_server.settings import Settings, make_settings
from widget_server.state import NAME, Server, server
from widget_server.watch import Watch
from widget_server.webhook import Webhook

_SITE_PATH = re.compile(r"/(?:api/v1/sites|embed)/([a-z0-9-]{1,64})(?:[/.]|$)")


def create_app(settings: Settings | Mapping[str, Any] | None = None, *, store: Any = None) -> Flask:
    """The server as a Flask application.

    Args:
        settings: a :class:`Settings`, or a mapping of their names; by default the demo's sites
            are served from memory.
        store: a store that is open already, instead of the one that ``database`` names.

    Raises:
        SettingsError: when a setting is unknown or out of bounds.
        StoreUnavailable: when the database cannot be opened.
    """
    settings = make_settings(settings)
    if settings.demo:
        # Everybody on this machine is one visitor: whoever tries things out is not held up.
        settings = dataclasses.replace(settings, rate_search="1000000/minute")
    app = Flask(NAME, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.body_limit,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )
    app.json.sort_keys = app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False
    app.url_map.converters["anything"] = AnyText
    here = _parts(settings, store)
    app.extensions[NAME] = here
    _register(app, settings)
    watch = Watch(log_requests=settings.log_requests)
    app.extensions["faq_watch"] = watch
    replays = Replays(here.clinics, settings.cache_megabytes * 500_000)
    front = Front(app.wsgi_app, replays, watch)
    # Only as many proxies are believed as were said to be there.
    count = settings.proxies
    app.wsgi_app = (  # type: ignore[method-assign]
        ProxyFix(front, x_for=count, x_proto=count, x_host=0) if count else front
    )
    return app


def _parts(settings: Settings, store: Any) -> Server:
    chosen = store if store is not None else open_store(settings.database or ":memory:")
    if settings.demo and store is None:
        from widget_server.demo.sites import load_examples

        load_examples(chosen)
    semantic = (settings.semantic_model or None) if settings.semantic else False
    clinics = Clinics(
        chosen,
        bound=settings.sites_in_memory,
        semantic=semantic,
        most_entries=settings.entries_limit,
    )
    records = Records(settings.database)
    webhook = Webhook(settings.webhook_secret, private=settings.webhook_private)
    here = Server(
        settings=settings,
        clinics=clinics,
        records=records,
        assets=Assets(records),
        limits=Limits(settings),
        counts=SearchCounts(records, clinics, settings.minimum_count, settings.daily_limit),
        outbox=Outbox(records, clinics, webhook, settings.questions_limit),
    )
    # Nobody ends an application: what it opened is closed when it is let go.
    for opened in (records,) if store is not None else (records, chosen):
        weakref.finalize(here, opened.close).atexit = False
    return here


def _register(app: Flask, settings: Settings) -> None:
    # Imported here, since these modules look at the request's application.
    from widget_server import admin_files, visitors  # noqa: F401 - they add their routes
    from widget_server.admin import admin
    from widget_server.builder import builder
    from widget_server.error_page import for_browsers
    from widget_server.files import files
    from widget_server.operations import operations
    from widget_server.pages import pages
    from widget_server.playground import playground
    from widget_server.public import public

    api = make_api(app, version)
    app.extensions["faq_api"] = api
    app.before_request(_know_one_address)
    app.after_request(_note_route)
    security.install(app, https=settings.public_url.startswith("https://"))
    # The last one that is named here comes first.
    app.after_request(_allow_origin)
    app.after_request(for_browsers)
    api.register_blueprint(public)
    api.register_blueprint(admin)
    for blueprint in (files, pages, builder, playground, operations):
        app.register_blueprint(blueprint)


def _know_one_address() -> None:
    # Werkzeug takes //metrics for /metrics: not so a proxy that keeps that from the public.
    if request.environ["PATH_INFO"].startswith("//"):
        abort(404)


def _note_route(response: Response) -> Response:
    rule = request.url_rule
    request.environ["faq.route"] = rule.rule if rule is not None else ""
    site = g.get("site")
    if site is not None:
        request.environ["faq.site"] = site.id
    return response


def _allow_origin(response: Response) -> Response:
    """CORS for everything that other pages load, failures included."""
    path = request.path
    if path.startswith("/widget"):
        cors.add_headers(None, request, response)
    elif (match := _SITE_PATH.match(path)) is not None:
        cors.add_headers(_site(match[1]), request, response)
    elif path.startswith("/api/v1/sites"):
        cors.add_headers(None, request, response)
    return response


def _site(name: str) -> Site | None:
    found: Site | None = g.get("site")
    if found is not None and found.id == name:
        return found
    try:
        return server().clinics.site(name)
    except SiteNotFound:
        return None
    except FAQError:
        # Which pages may read this site is not known now: none, rather than too many.
        return Site(id=name, origins=("https://unknown.invalid",))
