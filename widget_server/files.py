"""The scripts and texts that embedding pages load."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from widget_server import assets
from widget_server.compression import Body
from widget_server.errors import fail
from widget_server.respond import IMMUTABLE, cacheable, send_often
from widget_server.state import server, visit

files = Blueprint("files", __name__)


@files.get("/widget.js")
def widget() -> Response:
    """The widget, always the newest."""
    here = server()
    return send_often(here.assets.widget, cacheable(here.settings))


@files.get("/widget-<hash_>.js")
def pinned_widget(hash_: str) -> Response:
    """The widget with exactly these bytes, for ``integrity``; to be kept for ever."""
    body = server().assets.twin(hash_)
    if body is None:
        fail(404, "There is no such version of the widget here: copy the snippet again.")
    return send_often(body, IMMUTABLE)


@files.get("/widget/i18n/<lang>.json")
def widget_texts(lang: str) -> Response:
    """The widget's interface texts in one language."""
    here = server()
    body = here.assets.texts(lang)
    if body is None:
        known = ", ".join(assets.languages())
        fail(404, f"The widget has no texts in this language: it speaks {known}.")
    return send_often(body, cacheable(here.settings))


@files.get("/embed/<site>.js")
def embed(site: str) -> Response:
    """The widget with the site's data behind it: one request instead of two."""
    here = server()
    faq = visit(site)

    def make() -> Body:
        bundle = here.answering.bundle(faq, parts="questions")
        texts = here.assets.texts(faq.site.lang)
        arguments = [json.dumps(site), bundle.raw.decode("utf-8")]
        arguments += [texts.raw.decode("utf-8")] if texts else []
        call = f";FAQ_WIDGET.data({_in_script(','.join(arguments))});"
        raw = here.assets.widget.raw + call.encode("utf-8")
        return Body(raw, here.answering.tag(faq), assets.SCRIPT, effort="good", final=bundle.final)

    body = here.answering.ready(faq, ("embed", here.assets.hash), make)
    return send_often(body, cacheable(here.settings), faq)


def _in_script(text: str) -> str:
    """JSON as it may stand in a script that a page could also hold inline."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@files.get("/assets/<name>")
def page_asset(name: str) -> Response:
    """A style or script of the server's own pages."""
    body = server().assets.page_file(name)
    if body is None:
        fail(404, "There is no such file here.")
    current = request.args.get("v") == body.tag
    return send_often(body, IMMUTABLE if current else cacheable(server().settings))
