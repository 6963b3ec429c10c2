"""The served FAQ page: complete without JavaScript, printable, with an anchor for each answer."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup

from faqlib import Entry, Results, Site, Snapshot, direction, render_html
from widget_server import colours, security
from widget_server.answering import normalised
from widget_server.compression import Body, Effort
from widget_server.page_texts import language_name, page_texts
from widget_server.payloads import categories
from widget_server.respond import cacheable, send_often
from widget_server.state import server, visit
from widget_server.structured import anchor, faq_page

pages = Blueprint("pages", __name__, template_folder="templates")
DEFAULT_ACCENT = "#0b6e5f"


@dataclass(frozen=True, slots=True)
class View:
    """An entry as the template shows it."""

    entry: Entry
    anchor: str
    html: Markup
    notice: str
    related: list[Entry]


@pages.get("/sites/<site>")
def without_slash(site: str) -> Any:
    """The address people type."""
    visit(site)
    # Without a host, so that nothing of the request's headers stands in it.
    return redirect(f"{request.script_root}/sites/{site}/", 308)


@pages.get("/sites/<site>/")
def faq_site(site: str) -> Response:
    """The whole FAQ, or with ``?q=`` what was found in it."""
    faq = visit(site)
    here = server()
    query = normalised(request.args.get("q", "")[:2_000], here.settings.query_limit)
    lang = chosen_language(faq, request.args.get("lang", ""))

    def make() -> Body:
        if query:
            here.limits.spend("search")
        final = faq.ready()
        html = _page(faq, lang, query).encode("utf-8")
        effort: Effort = "quick" if query else "good"
        return Body(html, here.answering.tag(faq), "text/html", effort, final=final)

    body = here.answering.ready(faq, ("page", lang, query), make)
    response = send_often(body, cacheable(here.settings), faq)
    framing = " ".join(["'self'", *faq.site.origins]) if faq.site.origins else "*"
    response.headers["Content-Security-Policy"] = security.page_policy(framing, answers=True)
    return response


@pages.get("/sites/<site>/theme.css")
def theme(site: str) -> Response:
    """The site's colour, as a file: the page's policy allows no style inside it."""
    faq = visit(site)
    css = colours.sheet(faq.site.theme.get("accent", ""), DEFAULT_ACCENT)
    here = server()
    body = Body(css.encode("ascii"), here.answering.tag(faq), "text/css")
    return send_often(body, cacheable(here.settings), faq)


def chosen_language(faq: Snapshot, wanted: str) -> str:
    """The language to show: the one asked for or the site's, if any entry is in it; else any."""
    spoken = languages(faq)
    for lang in (wanted, faq.site.lang):
        for known in spoken:
            if lang and known.split("-")[0].lower() == lang.split("-")[0].lower():
                return known
    return spoken[0] if spoken else faq.site.lang


def languages(faq: Snapshot) -> list[str]:
    """The languages of the published entries, as they first come."""
    return list(dict.fromkeys(entry.lang for entry in faq.published()))


def urgent(site: Site, query: str) -> bool:
    """Whether the query holds one of the site's words of an emergency."""
    words = _folded(query)
    return any(f" {_folded(term).strip()} " in words for term in site.urgent_terms)


def _folded(text: str) -> str:
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(char)
    )
    words = re.findall(r"[^\W_]+", plain)
    return f" {' '.join(words)} "


def _page(faq: Snapshot, lang: str, query: str) -> str:
    shown = [entry for entry in faq.published() if entry.lang == lang]
    results = faq.search(query, limit=10, lang=lang) if query else None
    spoken, own = languages(faq), chosen_language(faq, "")
    addresses = {code: _address(faq, "" if code == own else code) for code in spoken}
    address = addresses.get(lang, _address(faq))
    return render_template(
        "site.html",
        site=faq.site,
        lang=lang,
        dir=direction(lang),
        texts=page_texts(faq.site, lang),
        groups=[] if query else _groups(faq, shown),
        query=query,
        results=_results(results),
        urgent=faq.site.urgent_text if query and urgent(faq.site, query) else "",
        languages=[(code, language_name(code), addresses[code]) for code in spoken],
        address=address,
        revision=str(faq.cursor),
        structured=Markup(faq_page(faq.site, shown, lang, address)),  # noqa: S704 - escaped there
        styles=page_file("site.css"),
        anchor=anchor,
    )


def _address(faq: Snapshot, lang: str = "") -> str:
    """Where visitors find the page, if that was said; never made from a request's headers."""
    public_url = server().settings.public_url.rstrip("/")
    query = f"?{urlencode({'lang': lang})}" if lang else ""
    return f"{public_url}/sites/{faq.site.id}/{query}" if public_url else ""


def _groups(faq: Snapshot, entries: list[Entry]) -> list[tuple[str, str, list[View]]]:
    views = [_view(faq, entry) for entry in entries]
    names = [*categories(faq.site, entries), ""]
    found = []
    for number, name in enumerate(names):
        if members := [view for view in views if view.entry.category == name]:
            found.append((name, f"part-{number + 1}", members))
    return found


def _view(faq: Snapshot, entry: Entry) -> View:
    return View(
        entry=entry,
        anchor=anchor(entry.id),
        html=Markup(render_html(entry.answer)),  # noqa: S704 - sanitised by the library
        notice=entry.notice or faq.site.notice,
        related=[item for item in faq.related(entry.id) if item.lang == entry.lang],
    )


def _results(results: Results | None) -> dict[str, Any] | None:
    if results is None:
        return None
    first = render_html(results[0].entry.answer) if results.hits else ""
    return {
        "answered": results.answered,
        "suggestion": results.suggestion,
        "answer": Markup(first) if first else "",  # noqa: S704 - sanitised by the library
        "hits": [
            (hit.entry, anchor(hit.entry.id), Markup(hit.snippet))  # noqa: S704 - escaped there
            for hit in results
        ],
    }


def page_file(name: str) -> str:
    """The address of a style or script of the pages, from anywhere under the server's root."""
    body = server().assets.page_file(name)
    version = body.tag if body is not None else ""
    return f"{request.script_root}/assets/{name}?v={version}"
