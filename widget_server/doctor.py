"""Finds what keeps an embed from working: looks at the page, then asks the server it names."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from faqlib import InvalidData, load_site
from widget_server.builder import MODES, THEMES
from widget_server.csp import allows
from widget_server.fetch import Fetched, fetch

_SCRIPT = re.compile(
    r"^(?P<base>.*/)(?:widget(?:-(?P<hash>[0-9a-f]+))?|embed/(?P<site>[^/]+))\.js$"
)


@dataclass
class Page:
    """A page: its HTML, its address (empty if unknown) and its policies, one a line."""

    html: str
    url: str = ""
    policies: str = ""

    @property
    def origin(self) -> str:
        """The origin a browser would name, or empty."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @cached_property
    def tree(self) -> BeautifulSoup:
        """The parsed page."""
        return BeautifulSoup(self.html, "lxml")


@dataclass(frozen=True)
class Embed:
    """One script tag of the widget."""

    address: str
    base: str
    hash: str
    site: str
    integrity: str
    crossorigin: bool


def examine(page: Page) -> list[str]:
    """What is wrong, one sentence each; empty when nothing is.

    Raises:
        Failure: when a server that the page names cannot be reached at all.
    """
    embeds = list(find_embeds(page))
    if not embeds:
        return [_nothing_found(page)]
    findings = list(_options(page))
    for embed in embeds:
        findings += _in_page(page, embed)
        findings += _policy(page, embed)
        findings += _at_server(page, embed)
    return list(dict.fromkeys(findings))


def find_embeds(page: Page) -> Iterator[Embed]:
    """Each script tag of the page that loads the widget, once for each site that it shows."""
    elements = [str(tag["site"]) for tag in page.tree.find_all("faq-widget", site=True)]
    for tag, address in _scripts(page):
        parts = urlsplit(address)
        match = _SCRIPT.match(parts.path)
        if match is None:
            continue
        chosen = _option(tag, address, "site") or match["site"]
        for site in [chosen, *elements] if chosen else elements or [""]:
            yield Embed(
                address=address,
                base=f"{parts.scheme}://{parts.netloc}{match['base']}",
                hash=match["hash"] or "",
                site=site,
                integrity=str(tag.get("integrity", "")),
                crossorigin=tag.has_attr("crossorigin"),
            )


def _scripts(page: Page) -> Iterator[tuple[Tag, str]]:
    for tag in page.tree.find_all("script", src=True):
        yield tag, urljoin(page.url, str(tag["src"]))


def _option(tag: Tag, address: str, name: str) -> str:
    """An option of a script tag: its attribute, or what its address says."""
    said = parse_qs(urlsplit(address).query).get(name, [""])
    return str(tag.get(f"data-{name}", "")) or said[0]


def _options(page: Page) -> Iterator[str]:
    """Options that the widget would put aside, or that would take its colours away."""
    scripts = [one for one in _scripts(page) if _SCRIPT.match(urlsplit(one[1]).path)]

    def given(name: str) -> Iterator[str]:
        values = [_option(tag, address, name) for tag, address in scripts]
        values += [str(tag.get(name, "")) for tag in page.tree.find_all("faq-widget")]
        return filter(None, values)

    for name, known in (("mode", MODES), ("theme", THEMES)):
        for value in given(name):
            if value not in known:
                yield f"The {name} {value!r} is none: write {' or '.join(known)}."
    for accent in given("accent"):
        try:
            load_site({"id": "any", "theme": {"accent": accent}})
        except InvalidData as error:
            yield f"The accent {error.problems[0].message}"


def _nothing_found(page: Page) -> str:
    if page.tree.find("faq-widget") is not None:
        return "There is a <faq-widget> but no script that makes it work: paste the whole snippet."
    if "widget.js" in page.html or "&lt;script" in page.html:
        return (
            "The snippet stands on the page as text: paste it in the site builder's field for "
            "HTML or code."
        )
    return "There is no embed on this page: paste what `widget-server site snippet` prints."


def _in_page(page: Page, embed: Embed) -> Iterator[str]:
    if not embed.site:
        yield (
            "The script tag names no site, probably because the site builder removed data-site: "
            f"put it in the address instead, {embed.base}widget.js?site=YOUR-SITE."
        )
    if embed.integrity and not embed.crossorigin:
        yield 'The script has integrity but no crossorigin: add crossorigin="anonymous".'
    if page.origin.startswith("https:") and embed.address.startswith("http:"):
        yield (
            f"The page is https but loads {embed.address} by http, which browsers block: "
            "use the server's https address."
        )


def _policy(page: Page, embed: Embed) -> Iterator[str]:
    metas = page.tree.find_all("meta", attrs={"http-equiv": re.compile("^content-security", re.I)})
    policies = [*page.policies.split("\n"), *(str(meta.get("content", "")) for meta in metas)]
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(embed.address))
    wanted = (("script-src", embed.address), ("connect-src", f"{embed.base}api/v1/sites/x"))
    for policy in policies:
        for directive, address in wanted:
            if policy.strip() and not allows(policy, directive, address, page.origin):
                yield (
                    f"The page's Content-Security-Policy does not allow {origin} in "
                    f"{directive}: add {directive} {origin}."
                )


def _at_server(page: Page, embed: Embed) -> Iterator[str]:
    if not embed.base.startswith(("http://", "https://")):
        yield f"The script's address {embed.address} is not absolute: copy the snippet again."
        return
    script = fetch(embed.address)
    yield from _version(embed, script)
    if embed.site:
        yield from _access(page, embed)


def _version(embed: Embed, script: Fetched) -> Iterator[str]:
    if script.status != 200:
        yield (
            f"{embed.address} answers {script.status}: copy the snippet again, from the server's "
            "start page."
        )
        return
    digest = base64.b64encode(hashlib.sha384(script.body).digest()).decode("ascii")
    if embed.integrity and f"sha384-{digest}" not in embed.integrity.split():
        yield "The integrity does not fit the script, so browsers block it: copy the snippet again."
    if embed.hash:
        newest = fetch(f"{embed.base}widget.js").headers.get("etag", "").strip('"')
        if newest and newest != embed.hash:
            yield (
                f"The page pins the widget {embed.hash}, and the server's is {newest}: it still "
                "works; copy the snippet again for the new one."
            )


def _access(page: Page, embed: Embed) -> Iterator[str]:
    headers = {"Origin": page.origin} if page.origin else {}
    answer = fetch(f"{embed.base}api/v1/sites/{embed.site}", headers)
    if answer.status == 404:
        yield f"The server has no site {embed.site!r}: check data-site, `widget-server site list`."
    elif answer.status == 403:
        yield _message(answer)
    elif answer.status != 200:
        yield f"The server answers {answer.status} for the site {embed.site!r}: {_message(answer)}"
    elif page.origin and page.origin != "{0.scheme}://{0.netloc}".format(urlsplit(embed.base)):
        allowed = answer.headers.get("access-control-allow-origin", "")
        if allowed not in ("*", page.origin):
            yield f"Something between page and server removes the CORS headers for {page.origin}."


def _message(answer: Fetched) -> str:
    try:
        return str(json.loads(answer.body)["message"])
    except (ValueError, KeyError, TypeError):
        return f"it answers {answer.status}, and not as this server does"
