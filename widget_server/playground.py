"""The ranking playground: a site's staff try a question, and see why which entry was found."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, render_template, request

from faqlib import Hit, Reason, Results
from widget_server import security
from widget_server.auth import accept_token, allow
from widget_server.errors import APIError
from widget_server.pages import page_file
from widget_server.respond import PRIVATE
from widget_server.state import server, visit

playground = Blueprint("playground", __name__, template_folder="templates")

LIMIT = 10
_UNKNOWN = "A valid token is needed: make one with widget-server token create, and put it in above."
# In the order in which they are shown.
KINDS = {
    "term": "Words",
    "typo": "Typing slips",
    "prefix": "Unfinished words",
    "synonym": "Synonyms",
    "similarity": "Likeness of words",
    "embedding": "Likeness of sentences",
    "pinned": "Pinned",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed into the form."""

    site: str = ""
    query: str = ""
    token: str = ""


@playground.get("/playground")
def form() -> Response:
    """The empty form; it says nothing about any site."""
    return _page(Asked(site=request.args.get("site", "")))


@playground.post("/playground")
def tried() -> Response:
    """The same with what was found. The token comes in the body, never in an address."""
    sent = request.form
    limit = server().settings.query_limit
    asked = Asked(
        sent.get("site", "").strip(), sent.get("query", "")[:limit].strip(), sent.get("token", "")
    )
    try:
        accept_token(asked.token.strip())
        allow(asked.site, write=False)
        results = visit(asked.site).search(asked.query, limit=LIMIT, explain=True)
    except APIError as error:
        if error.code == 429:
            raise
        # A form that is filled in wrongly comes back with what is wrong, as the builder's does.
        return _page(asked, problem=_UNKNOWN if error.code == 401 else error.message)
    return _page(asked, results)


def _page(asked: Asked, results: Results | None = None, *, problem: str = "") -> Response:
    html = render_template(
        "playground.html",
        asked=asked,
        results=results,
        hits=[(hit, _by_kind(hit)) for hit in results or ()],
        best=results[0].score if results else 1.0,
        problem=problem,
        styles=page_file("pages.css"),
        root=request.script_root,
    )
    response = Response(html, mimetype="text/html")
    response.headers["Cache-Control"] = PRIVATE
    response.headers["Content-Security-Policy"] = security.page_policy()
    return response


def _by_kind(hit: Hit) -> list[tuple[str, list[Reason]]]:
    """A hit's reasons under the names of their kinds."""
    order = list(KINDS)
    known = sorted(
        (reason for reason in hit.reasons if reason.kind in KINDS),
        key=lambda reason: order.index(reason.kind),
    )
    return [(KINDS[kind], list(group)) for kind, group in groupby(known, lambda r: r.kind)]
