"""The embed builder: choose a site and a look, see it, copy the snippet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from faqlib import Site, SiteNotFound
from widget_server import colours, security
from widget_server.assets import Assets, languages
from widget_server.errors import fail
from widget_server.page_texts import language_name
from widget_server.pages import DEFAULT_ACCENT, page_file
from widget_server.respond import PRIVATE
from widget_server.state import server, visit

builder = Blueprint("builder", __name__, template_folder="templates")
MODES = {"inline": "In the page, where the tag stands", "launcher": "Behind a button in the corner"}
THEMES = {"auto": "Automatic", "light": "Always light", "dark": "Always dark"}
# Put in by the page's script where the server was not told its own address.
UNKNOWN = "https://YOUR-FAQ-SERVER"
_REFUSED = "Choose a colour that can be read first."


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen in the form; anything that cannot be used is at its default."""

    site: Site
    mode: str = "inline"
    lang: str = ""
    theme: str = "auto"
    accent: str = ""

    def attributes(self) -> dict[str, str]:
        """The choices that differ from the default, as the widget's options."""
        chosen = {"site": self.site.id}
        if self.mode != "inline":
            chosen["mode"] = self.mode
        if self.lang:
            chosen["lang"] = self.lang
        if self.theme != "auto":
            chosen["theme"] = self.theme
        if self.accent:
            chosen["accent"] = self.accent
        return chosen


@builder.get("/")
def start() -> Response:
    """The builder itself."""
    listed = server().clinics.sites() if server().settings.list_sites else []
    wanted = request.args.get("site", "")
    site = _find(wanted or (listed[0].id if listed else ""))
    html = render_template(
        "builder.html",
        sites=listed,
        built=build(_choice(site, request.args), request.args.get("accent", "")) if site else None,
        unknown_site=wanted if wanted and site is None else "",
        has_sites=not server().settings.list_sites or bool(listed),
        modes=MODES,
        themes=THEMES,
        languages=[(code, language_name(code)) for code in languages()],
        styles=page_file("pages.css"),
        script=page_file("builder.js"),
        root=request.script_root,
    )
    return _page(html, security.page_policy())


@builder.get("/builder.json")
def rebuilt() -> Response:
    """The same as the builder's page, for its script."""
    site = _find(request.args.get("site", ""))
    if site is None:
        fail(404, "There is no such site here: check the id.")
    response = jsonify(build(_choice(site, request.args), request.args.get("accent", "")))
    response.headers["Cache-Control"] = PRIVATE
    return response


@builder.get("/preview")
def preview() -> Response:
    """A page with the widget in it, for the builder's frame."""
    site = visit(request.args.get("site", "")).site
    html = render_template(
        "preview.html",
        site=site,
        attributes=_choice(site, request.args).attributes(),
        styles=page_file("pages.css"),
        root=request.script_root,
    )
    return _page(html, security.page_policy("'self'", answers=True))


def build(choice: Choice, accent: str) -> dict[str, Any]:
    """The snippet, the policy line and what is wrong with the colour, for a choice."""
    problem, nearest = check_accent(accent)
    base = server().settings.public_url.rstrip("/") or UNKNOWN
    return {
        "site": choice.site.id,
        "name": choice.site.name or choice.site.id,
        "mode": choice.mode,
        "lang": choice.lang,
        "theme": choice.theme,
        "accent": colours.parse(accent) or _own_accent(choice.site),
        "problem": problem,
        "nearest": nearest,
        "snippet": _REFUSED if problem else snippet(choice, base, server().assets),
        "policy": f"script-src {base}; connect-src {base}",
        "origins": list(choice.site.origins),
        "query": choice.attributes(),
    }


def check_accent(accent: str) -> tuple[str, str]:
    """What is wrong with a colour, and the nearest one that is right; empty texts if nothing."""
    if not accent:
        return "", ""
    colour = colours.parse(accent)
    if colour is None:
        return "Write the colour as #rrggbb, such as #0b6e5f.", DEFAULT_ACCENT
    ratio = colours.contrast(colour, colours.WHITE)
    if ratio >= colours.ENOUGH:
        return "", ""
    nearest = colours.readable(colour)
    return (
        f"{colour} on white has a contrast of {ratio:.1f}, and readable text needs "
        f"{colours.ENOUGH}: {nearest} is the nearest shade that has it.",
        nearest,
    )


def snippet(choice: Choice, base: str, assets: Assets) -> str:
    """The tags to paste: what the script will ask for, the script itself, a way in without it.

    The script stands at its unchanging address; the browser loads the data beside it, not after.
    """
    attributes = choice.attributes()
    data = "".join(
        f'\n  data-{name}="{escape(value, quote=True)}"' for name, value in attributes.items()
    )
    preloads = "".join(
        f'<link rel="preload" as="fetch" href="{base}/{path}" crossorigin="anonymous">\n'
        for path in _asked_for(choice)
    )
    return (
        f'{preloads}<script src="{base}/{assets.pinned_name}"\n'
        f'  integrity="{assets.integrity}"\n'
        f'  crossorigin="anonymous"{data} defer></script>\n'
        f'<noscript><a href="{base}/sites/{choice.site.id}/">'
        "Questions and answers</a></noscript>"
    )


def _asked_for(choice: Choice) -> Iterator[str]:
    """The addresses that the script asks for in any case."""
    yield f"api/v1/sites/{choice.site.id}/bundle?parts=questions"
    code = (choice.lang or choice.site.lang)[:2]
    if code != "en" and code in languages():
        yield f"widget/i18n/{code}.json"


def _choice(site: Site, args: Any) -> Choice:
    def one_of(name: str, known: Any, default: str) -> str:
        value: str = args.get(name, default)
        return value if value in known else default

    accent = colours.parse(args.get("accent", "")) or ""
    return Choice(
        site=site,
        mode=one_of("mode", MODES, "inline"),
        lang=one_of("lang", languages(), ""),
        theme=one_of("theme", THEMES, "auto"),
        accent="" if accent == _own_accent(site) else accent,
    )


def _own_accent(site: Site) -> str:
    """The site's own colour, as far as a form's field can show it."""
    return colours.parse(site.theme.get("accent", "")) or DEFAULT_ACCENT


def _find(site: str) -> Site | None:
    try:
        return server().clinics.site(site)
    except SiteNotFound:
        return None


def _page(html: str, policy: str) -> Response:
    response = Response(html, mimetype="text/html")
    response.headers["Cache-Control"] = PRIVATE
    response.headers["Content-Security-Policy"] = policy
    return response
