"""Payloads by every way in and every way out, in a real browser: none runs.

Hundreds of small sites, each poisoned in every field, are shown side by side. In a short run all
payloads are read by the browser's parser, and every eighth is shown too; in a long run all are.
What was tried is written to test-artifacts/payloads.json.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page

from faqlib import open_store
from tests.guard.canary import CHECK_TEXTS, Canary
from tests.guard.corpus import groups, payloads
from tests.guard.poisoned import Poisoner
from tests.server.conftest import bearer
from tests.widget.servers import Served, WSGIApp
from widget_server import create_app

pytestmark = pytest.mark.xdist_group("payloads")
ROOT = Path(__file__).resolve().parents[2]
ALL = payloads()
TOGETHER = 16  # payloads that share a site made from files
AT_ONCE = 80  # frames or widgets on one host page
# Every payload is shown in a frame of its own in a long run, and every eighth in a short one.
SOAK = os.environ.get("FAQ_SOAK", "") not in ("", "0")
STEP = 1 if SOAK else 8
PLENTY = {f"rate_{what}": "1000000/minute" for what in ("search", "feedback", "questions", "admin")}
SHOWN = range(0, len(ALL), STEP)
SITES = [f"p{number}" for number in SHOWN]
FILED = [f"f{start}" for start in range(0, len(ALL), TOGETHER * (1 if SOAK else 4))]
# How a page without any guard would hold a payload of a group; the rest like tags.
_START = "<!doctype html><body><script>function f() {{}}</script>"
_CLICK = "<script>document.links[0]?.click()</script>"
UNGUARDED = {
    "tags": [_START + "{raw}"],
    "ends of attributes and elements": [
        _START + form
        for form in ('<input value="{raw}">', "<input value='{raw}'>", "<textarea>{raw}", "{raw}")
    ],
    "ends of scripts, strings and templates": [
        f"{_START}<script>{form};</script>"
        for form in ('f("{raw}")', "f('{raw}')", 'f({{a: "{raw}"}})', "`{raw}`", "{raw}")
    ],
    "addresses": [_START + f'<a href="{form}">x</a>' + _CLICK for form in ("{raw}", "{quoted}")],
    "Markdown": [_START + "{markdown}" + _CLICK],
    "styles": [_START + "<style>p{{background:{raw}}}</style><p>x</p>"],
}


class Bare:
    """The server with its policies taken off, and host pages of the test's own beside it.

    A policy stops a browser from running what should not be there in the first place: without it
    there is nothing between a hole and the canary.
    """

    def __init__(self, app: WSGIApp) -> None:
        self.app = app
        self.added: dict[str, tuple[str, bytes]] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] in self.added:
            kind, body = self.added[environ["PATH_INFO"]]
            start("200 OK", [("Content-Type", f"{kind}; charset=utf-8")])
            return [body]

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            held = ("content-security-policy", "x-content-type-options", "content-disposition")
            return start(status, [h for h in headers if h[0].lower() not in held], *rest)

        return self.app(environ, begin)

    def add(self, path: str, body: str | bytes, kind: str = "text/html") -> str:
        """A page of the test's own."""
        self.added[path] = (kind, body.encode() if isinstance(body, str) else body)
        return path


@pytest.fixture(scope="module")
def tried() -> Iterator[dict[str, int]]:
    """Paths out by name, with how many payloads were shown on them."""
    counts: dict[str, int] = {}
    yield counts
    folder = ROOT / "test-artifacts"
    folder.mkdir(exist_ok=True)
    note = {"payloads": len(ALL), "ran": 0, "shown by path": counts}
    (folder / "payloads.json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def app(tried: dict[str, int]) -> Any:
    """A server whose every site is poisoned, through its own editing API."""
    settings = {"semantic": False, "log_requests": False, "sites_in_memory": 2_000, **PLENTY}
    made = create_app(settings, store=open_store(":memory:"))
    poisoner = Poisoner(made.test_client(), bearer(made))
    for number, payload in enumerate(ALL):
        poisoner.site(f"p{number}", number, payload)
    numbered = list(enumerate(ALL))
    for site in FILED:
        start = int(site[1:])
        poisoner.files(site, numbered[start : start + TOGETHER])
    tried |= {f"in: {what}": count for what, count in poisoner.taken.items()}
    tried |= {f"in, refused: {what}": count for what, count in poisoner.refused.items()}
    # Most have to get past the door, or the rest would show nothing.
    assert poisoner.taken["answer"] == 2 * len(ALL)
    assert poisoner.taken["html file"] > 0.9 * TOGETHER * (len(FILED) - 1)
    return made


@pytest.fixture(scope="module")
def server(app: Any) -> Iterator[str]:
    """The server as it is."""
    with Served(app.wsgi_app) as served:
        yield served.url


@pytest.fixture(scope="module")
def bare(app: Any) -> Iterator[tuple[str, Bare]]:
    """The same on another origin, without its policies."""
    stripped = Bare(app.wsgi_app)
    with Served(stripped) as served:
        yield served.url, stripped


def chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def show(page: Page, base: str, host: Bare, body: str) -> None:
    """Open a page of the test's own, and wait for all that it loads."""
    path = host.add("/host.html", f"<!doctype html><html lang=en><title>Host</title>{body}")
    page.goto(base + path, wait_until="load")


def frames(page: Page, bare: tuple[str, Bare], addresses: list[str]) -> None:
    """Open addresses in frames, in portions, and look through each."""
    canary = Canary(page)
    for some in chunks(addresses):
        body = "".join(f'<iframe data-host src="{escape(one)}"></iframe>' for one in some)
        show(page, *bare, f"<body data-top>{body}")
        canary.quiet()


def test_without_any_guard_most_payloads_run(
    page: Page, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """Else the tests below would show nothing: the payloads are alive, and the canary sings."""
    canary, number = Canary(page), 0
    markdown = MarkdownIt(options_update={"html": True})
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    for group, lines in groups().items():
        for payload in lines[::STEP]:
            filled = {"raw": payload, "quoted": payload.replace('"', "&quot;")}
            filled["markdown"] = markdown.render(payload)
            for form in UNGUARDED.get(group, UNGUARDED["tags"]):
                bare[1].add(f"/raw/{number}/{ALL.index(payload)}", form.format(**filled))
                number += 1
    alive = set()
    for some in chunks([one for one in bare[1].added if one.startswith("/raw/")]):
        show(page, *bare, "<body>" + "".join(f'<iframe src="{one}"></iframe>' for one in some))
        canary.settle()
    for address in (*canary.ran, *canary.outside):
        alive.add(address.rpartition("/raw/")[2].rpartition("/")[2])
    tried["run or load something without any guard"] = len(alive)
    assert len(alive) > len(ALL) / STEP / 2


@pytest.mark.parametrize("mode", ["inline", "launcher"])
def test_nothing_runs_in_the_widget(
    page: Page, server: str, bare: tuple[str, Bare], tried: dict[str, int], mode: str
) -> None:
    """Every site's widget on a foreign page without a policy: read, searched and asked."""
    canary = Canary(page)
    for some in chunks([*SITES, *FILED]):
        tags = "".join(f'<faq-widget site="{site}" mode="{mode}"></faq-widget>' for site in some)
        script = f'<script data-host src="{server}/widget.js" data-site="{some[0]}" defer></script>'
        count = "let ready = 0; addEventListener('faq:ready', () => ready++);"
        show(page, *bare, f"<body><script data-host>{count}</script>{tags}{script}")
        # The script's own tag is one more.
        page.wait_for_function("n => ready > n", arg=len(some))
        open_all(page)
        canary.quiet()
        texts = [ALL[int(site[1:])] for site in some]
        for wanted in (texts, ["What is thing"] * len(some)):
            search_all(page, wanted)
            open_all(page)
            canary.quiet()
        page.emulate_media(media="print")
        canary.quiet()
        page.emulate_media(media="screen")
    tried[f"out: widget, {mode}"] = len(SITES)


def open_all(page: Page) -> None:
    """Open every question, and fill every panel."""
    page.evaluate("""() => {
      for (const el of document.querySelectorAll('faq-widget'))
        for (const button of el.shadowRoot.querySelectorAll('.launcher, .question'))
          if (button.ariaExpanded != 'true') button.click();
    }""")


def search_all(page: Page, texts: list[str]) -> None:
    """Search in every widget, and wait for the servers' answers."""
    page.evaluate(
        """async texts => {
      const all = [...document.querySelectorAll('faq-widget')].slice(0, texts.length);
      const found = Promise.all(all.map((el, i) => !texts[i].trim() ? 0 :
        new Promise(done => el.addEventListener('faq:search', done, {once: true}))));
      all.forEach((el, i) => el.search(texts[i]));
      await found;
    }""",
        texts,
    )


def test_nothing_runs_in_a_page_that_embeds_the_data(
    page: Page, server: str, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """The one script that brings its data, also where a page holds the same text inline."""
    canary = Canary(page)
    for site in SITES:
        script = page.request.get(f"{server}/embed/{site}.js").text()
        data = script.rpartition(";FAQ_WIDGET.data(")[2]
        bare[1].add(
            f"/inline/{site}", f"<!doctype html><body><script data-host>({data[:-2]})</script>"
        )
    for some in chunks([f"/inline/{site}" for site in SITES]):
        body = "".join(f'<iframe data-host src="{one}"></iframe>' for one in some)
        scripts = "".join(
            f'<script data-host src="{server}/embed/{one[8:]}.js"></script>' for one in some[:8]
        )
        show(page, *bare, f"<body>{body}{scripts}")
        canary.quiet()
    tried["out: data in a script"] = len(SITES)


def test_nothing_runs_in_the_served_pages(
    page: Page, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """The FAQ as a page, its search page, the builder and its preview."""
    addresses = [one for number in SHOWN for one in pages_of(number)]
    frames(page, bare, [*addresses, *(f"/sites/{site}/" for site in FILED)])
    tried["out: served pages and builder"] = len(SHOWN)


def pages_of(number: int) -> list[str]:
    """The addresses that show a payload: its site's pages, and those that repeat what was asked."""
    site, asked = f"p{number}", quote(ALL[number])
    return [
        f"/sites/{site}/",
        f"/sites/{site}/?q={asked}",
        f"/sites/{site}/?q=thing+{number}&lang={asked}",
        f"/?site={site}&accent={asked}&lang={asked}&theme={asked}&mode={asked}",
        f"/?site={asked}",
    ]


def test_no_served_page_holds_what_could_run(
    page: Page, app: Any, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """All payloads, read by the browser's own parser."""
    show(page, *bare, "<body>")
    client = app.test_client()
    for number in range(len(ALL)):
        addresses = [*pages_of(number)[:2], f"/?site=p{number}", f"/preview?site=p{number}"]
        texts = [client.get(one).get_data(as_text=True) for one in addresses]
        assert page.evaluate(CHECK_TEXTS, texts) == []
    tried["out: text of the served pages and builder"] = len(ALL)


def test_the_policies_of_the_served_pages_have_nothing_to_hold_back(
    page: Page, server: str, tried: dict[str, int]
) -> None:
    """With the policies on, no report comes: they are the second wall, not the first."""
    canary = Canary(page)
    for number in SHOWN[::3]:
        for path in (f"/sites/p{number}/", f"/sites/p{number}/?q=thing", f"/?site=p{number}"):
            page.goto(server + path, wait_until="load")
    canary.settle()
    canary.quiet()
    tried["out: served pages with their policies"] = len(SHOWN[::3])


def test_nothing_runs_in_messages_of_failure(
    page: Page, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """Whatever an address holds, also where a browser guesses what kind of text it got."""
    addresses = []
    for payload in ALL[::STEP]:
        asked = quote(payload, safe="")
        addresses += [
            f"/api/v1/sites/{asked}",
            f"/api/v1/sites/p1/entries/{asked}",
            f"/api/v1/sites/p1/search?q=x&limit={asked}",
            f"/embed/{asked}.js",
            f"/nowhere/{asked}",
        ]
    canary = Canary(page)
    for at in range(0, len(addresses), 200):
        some = addresses[at : at + 200]
        show(
            page, *bare, "<body>" + "".join(f'<iframe data-host src="{a}"></iframe>' for a in some)
        )
        canary.settle()
        assert canary.ran == canary.outside == canary.reports == []
    tried["out: messages of failure"] = len(SHOWN)


def test_nothing_runs_where_a_program_puts_the_safe_html_into_its_page(
    page: Page, app: Any, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """answer_html and snippet by innerHTML, and read twice; the structured data's answers too."""
    client, pieces = app.test_client(), []
    for number, payload in enumerate(ALL):
        for asked in (payload, f"thing {number}"):
            found = client.get(f"/api/v1/sites/p{number}/search", query_string={"q": asked})
            for hit in found.get_json()["results"]:
                pieces += [hit["answer_html"], hit["snippet"]]
        text = client.get(f"/sites/p{number}/").get_data(as_text=True)
        data = text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        pieces += [one["acceptedAnswer"]["text"] for one in json.loads(data)["mainEntity"]]
    assert len(pieces) > 4 * len(ALL)
    canary = Canary(page)
    pieces = list(dict.fromkeys(pieces))
    for at in range(0, len(pieces), 500):
        show(page, *bare, "<body>")
        page.evaluate(
            """pieces => {
              const tags = ['div', 'p', 'td', 'svg', 'select', 'title'];
              for (const html of pieces) for (const tag of tags) {
                const one = document.createElement(tag), two = document.createElement('div');
                one.innerHTML = html;
                two.innerHTML = one.innerHTML;
                document.body.append(two);
                if (tag == 'div') document.body.append(one);
              }
            }""",
            pieces[at : at + 500],
        )
        canary.quiet()
    tried["out: answer_html, snippets and structured data"] = len(ALL)


def test_nothing_runs_in_exported_files(
    page: Page, app: Any, bare: tuple[str, Bare], tried: dict[str, int]
) -> None:
    """Opened as a page, whatever the format: only HTML is meant to be one."""
    client, headers = app.test_client(), bearer(app)
    addresses = []
    for number, site in enumerate((*SITES, *FILED)):
        root = f"/api/v1/admin/sites/{site}"
        answer = client.get(f"{root}/export?format=html", headers=headers)
        addresses.append(bare[1].add(f"/export/{site}.html", answer.data))
        kinds = ("csv", "tsv", "json", "jsonl", "yaml", "markdown", "text")
        for kind in kinds if number % 8 == 0 else kinds[:1]:
            answer = client.get(f"{root}/export?format={kind}", headers=headers)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.mimetype != "text/html"
    frames(page, bare, addresses)
    tried["out: exported page"] = len(SITES)
