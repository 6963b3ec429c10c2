"""The pages: complete without JavaScript, true in their structured data, readable in colour."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from faqlib import FAQ, Entry, Site, Source, open_store, render_text
from tests.server.conftest import PLAIN, assert_error, parts
from widget_server import assets, colours, create_app
from widget_server.builder import check_accent
from widget_server.demo.run import PLACES
from widget_server.demo.website import Website
from widget_server.page_texts import language_name, page_texts


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    return BeautifulSoup(response.data, "lxml")


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_faq_page_has_every_answer_with_its_anchor(client: FlaskClient) -> None:
    tree = page(client, "/sites/exosomes/")
    entries = client.get("/api/v1/sites/exosomes/bundle").get_json()["entries"]
    for entry in entries:
        article = tree.find(id=f"faq-{entry['id']}")
        assert article is not None
        assert entry["question"] in article.h3.get_text()
        assert entry["reviewed_by"] in article.get_text()
        assert entry["last_reviewed"] in article.get_text()
        assert words(entry["notice"]) in words(article.get_text())
        for source in entry["sources"]:
            assert article.find("a", href=source["url"])["rel"] == ["noopener", "noreferrer"]
    for link in tree.select("nav.contents a, .related a"):
        assert tree.find(id=link["href"].removeprefix("#")) is not None
    headings = [int(tag.name[1]) for tag in tree.find_all(re.compile("^h[1-6]$"))]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))


def test_the_structured_data_says_what_is_visible(client: FlaskClient) -> None:
    tree = page(client, "/sites/exosomes/")
    data = json.loads(tree.find("script", type="application/ld+json").string)
    assert data["@type"] == "FAQPage"
    visible = words(tree.get_text(" "))
    assert len(data["mainEntity"]) == len(tree.find_all("article")) == 14
    for question in data["mainEntity"]:
        assert question["name"] in visible
        answer = BeautifulSoup(question["acceptedAnswer"]["text"], "lxml")
        assert words(answer.get_text(" ")) in visible
    for person in data["reviewedBy"]:
        assert person["name"] in visible
    dates = [time["datetime"] for time in tree.find_all("time")]
    assert data["lastReviewed"] == min(dates)


def test_the_page_searches_without_javascript(client: FlaskClient) -> None:
    form = page(client, "/sites/exosomes/").form
    assert form["method"] == "get"
    assert form.find("input", attrs={"name": "q"})["type"] == "search"
    assert form.find("label")["for"] == "q"
    tree = page(client, "/sites/exosomes/?q=is it painful")
    links = [link["href"] for link in tree.select(".found h3 a")]
    assert any("faq-side-effects" in link for link in links)
    assert tree.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert tree.find("script") is None
    nothing = page(client, "/sites/exosomes/?q=zzzzqqqq")
    assert "There is no answer" in nothing.h2.get_text() or nothing.select(".found .soft")
    assert nothing.find("a", href=re.compile("^tel:"))


def test_an_emergency_comes_first(client: FlaskClient) -> None:
    for query in ("I have CHEST PAIN now", "chest hurts!", "can’t breathe", "cant breathe"):
        alert = page(client, f"/sites/exosomes/?q={query}").find(role="alert")
        assert alert is not None, query
        assert "911" in alert.get_text()
    for query in ("chest", "pain", "orchestra hurts"):
        assert page(client, f"/sites/exosomes/?q={query}").find(role="alert") is None


def test_each_language_has_its_own_page(client: FlaskClient) -> None:
    for lang, word in (("es", "Preguntas"), ("de", "Fragen"), ("en", "Questions")):
        tree = page(client, f"/sites/family-practice/?lang={lang}")
        assert tree.html["lang"] == lang
        assert tree.h1.get_text()
        assert tree.find("a", attrs={"aria-current": "true"})["lang"] == lang
        if lang != "en":
            assert word in tree.h1.get_text()
    assert page(client, "/sites/family-practice/?lang=xx").html["lang"] == "en"


def test_each_language_names_its_own_address_and_the_others() -> None:
    client = create_app({**PLAIN, "public_url": "https://faq.example"}).test_client()
    root = "https://faq.example/sites/family-practice/"
    addresses = {"en": root, "es": f"{root}?lang=es", "de": f"{root}?lang=de"}
    for lang, address in addresses.items():
        tree = page(client, f"/sites/family-practice/?lang={lang}")
        assert tree.find("link", rel="canonical")["href"] == address
        others = tree.find_all("link", rel="alternate")
        assert {link["hreflang"]: link["href"] for link in others} == addresses
        assert json.loads(tree.find("script", type="application/ld+json").string)["url"] == address
    found = page(client, "/sites/family-practice/?lang=de&q=termin")
    assert found.find("link", rel="canonical") is None


def test_whatever_an_editor_writes_stays_text(stored: Flask, database: str) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    with closing(open_store(database)) as store:
        texts = {"title": evil, "intro": evil}
        store.save_site(store.site("north").replace(name=evil, notice=evil, texts=texts))
    with FAQ.open(database, site="north", semantic=False) as faq:
        made = Entry(question=evil, answer=f"[x](javascript:alert(1)) {evil}", id='a"b<c>')
        sources = (Source(evil),)
        faq.add(made.replace(category=evil, reviewed_by=evil, notice=evil, sources=sources))
    client = stored.test_client()
    for path in ("/sites/north/", f"/sites/north/?q={evil}", "/?site=north", "/preview?site=north"):
        tree = page(client, path)
        for script in tree.find_all("script"):
            assert (
                script.get("src", "").startswith("/") or script.get("type") == "application/ld+json"
            )
        assert not tree.find_all(attrs={"onerror": True})
        assert not [tag for tag in tree.find_all(href=True) if "javascript" in tag["href"]]
    data = json.loads(page(client, "/sites/north/").find(type="application/ld+json").string)
    assert evil in [question["name"] for question in data["mainEntity"]]


def test_the_short_address_leads_to_the_page(client: FlaskClient) -> None:
    assert client.get("/sites/exosomes").headers["Location"] == "/sites/exosomes/"
    assert_error(client.get("/sites/nowhere"), 404)


def paint(database: str, accent: str) -> None:
    with closing(open_store(database)) as store:
        store.save_site(Site(id="north", theme={"accent": accent}))


def test_the_pages_colour_can_be_read_in_light_and_dark(stored: Flask, database: str) -> None:
    for accent in ("#ffee00", "#000033", "#0b6e5f", "red"):
        paint(database, accent)
        css = stored.test_client().get("/sites/north/theme.css").get_data(as_text=True)
        light, dark = re.findall(r"--accent:(#[0-9a-f]{6})", css)
        assert colours.contrast(light, colours.WHITE) >= 4.5
        assert colours.contrast(dark, colours.DARK) >= 4.5


@pytest.mark.parametrize("accent", ["", "#123456", "a}b{c", "red/**/", "url('x')", "var(--x)"])
def test_a_colour_that_is_no_case_for_the_browser_is_not_given_to_it(accent: str) -> None:
    assert "@supports" not in colours.sheet(accent, "#0b6e5f")


def test_a_site_with_a_colour_that_has_a_name_keeps_it_in_the_builder(
    stored: Flask, database: str
) -> None:
    paint(database, "teal")
    field = page(stored.test_client(), "/?site=north").find(id="accent")["value"]
    assert colours.parse(field)
    query = {"site": "north", "accent": field}
    built = stored.test_client().get("/builder.json", query_string=query).get_json()
    assert built["query"] == {"site": "north"}


# Colours


@given(
    st.integers(0, 0xFFFFFF), st.sampled_from([colours.WHITE, colours.DARK, "#808080", "#ffe0b0"])
)
def test_the_nearest_readable_shade_can_be_read(number: int, background: str) -> None:
    colour = f"#{number:06x}"
    found = colours.readable(colour, background)
    possible = max(colours.contrast("#000000", background), colours.contrast("#ffffff", background))
    assert colours.contrast(found, background) >= min(4.5, possible) - 0.9
    if background in (colours.WHITE, colours.DARK):
        assert colours.contrast(found, background) >= 4.5
    if colours.contrast(colour, background) >= 4.5:
        assert found == colour


def test_contrast_is_what_wcag_says() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert colours.parse("#ABC") == "#aabbcc"
    for text in ("abc", "#12", "#1234567", "red", "", "#gggggg"):
        assert colours.parse(text) is None


# The embed builder


def test_the_builder_makes_a_snippet_that_works(make_app: Callable[..., Flask]) -> None:
    app = make_app(public_url="https://faq.example/")
    client = app.test_client()
    query = "site=north&mode=launcher&lang=de&accent=%23123456"
    built = client.get(f"/builder.json?{query}").get_json()
    tag = BeautifulSoup(built["snippet"], "lxml").script
    assert tag["src"] == f"https://faq.example/{parts(app).assets.pinned_name}"
    assert tag["integrity"] == parts(app).assets.integrity
    assert tag["crossorigin"] == "anonymous"
    assert tag.has_attr("defer")
    assert (tag["data-site"], tag["data-mode"], tag["data-lang"], tag["data-accent"]) == (
        "north", "launcher", "de", "#123456",
    )  # fmt: skip
    assert built["policy"] == "script-src https://faq.example; connect-src https://faq.example"
    assert client.get("/" + tag["src"].rpartition("/")[2]).status_code == 200
    shown = page(client, f"/?{query}")
    assert shown.find(id="snippet").get_text() == built["snippet"]
    assert shown.find("iframe")["src"].startswith("preview?")
    frame = page(client, "/" + html.unescape(shown.find("iframe")["src"]))
    assert frame.find("script")["data-mode"] == "launcher"


def test_the_builder_refuses_colours_that_cannot_be_read(client: FlaskClient) -> None:
    built = client.get("/builder.json?site=exosomes&accent=%23ff8800").get_json()
    assert "2.4" in built["problem"]
    assert "<script" not in built["snippet"]
    assert check_accent(built["nearest"]) == ("", "")
    assert built["nearest"] in page(client, "/?site=exosomes&accent=%23ff8800").get_text()
    assert check_accent("tomato")[0]


def test_the_builder_lists_sites_only_where_it_may(make_app: Callable[..., Flask]) -> None:
    assert "South Clinic" in page(make_app().test_client(), "/?site=north").get_text()
    secret = make_app(list_sites=False).test_client()
    assert "South Clinic" not in page(secret, "/?site=north").get_text()
    for path in ("/", "/?site=nowhere"):
        shown = page(secret, path).get_text()
        assert "North" not in shown
        assert "No site yet" not in shown
    assert "no site “nowhere”" in shown
    assert page(secret, "/").find("input", checked=True)["value"] == "inline"


def test_without_a_public_address_none_is_made_up(client: FlaskClient) -> None:
    built = client.get("/builder.json?site=exosomes", headers={"Host": "evil.example"}).get_json()
    assert "https://YOUR-FAQ-SERVER/" in built["snippet"]


def test_an_empty_server_still_has_its_pages() -> None:
    from widget_server import create_app

    app = create_app({"semantic": False}, store=open_store(":memory:"))
    client = app.test_client()
    assert "No site yet" in page(client, "/").get_text()
    assert client.get("/readyz").get_json() == {"status": "ok", "sites": 0, "current": True}


@pytest.mark.parametrize("lang", assets.languages())
def test_the_page_speaks_every_language_that_the_widget_speaks(lang: str) -> None:
    own, english = (page_texts(Site(id="x", lang=tag), tag) for tag in (lang, "en"))
    alike = {key for key in own if own[key] == english[key]}
    assert lang == "en" or alike <= {"contact", "sources", "contents", "urgent"}
    assert language_name(lang) != lang


def test_a_site_without_questions_says_so() -> None:
    store = open_store(":memory:")
    store.save_site(Site(id="new", lang="fr"))
    app = create_app({"semantic": False}, store=store)
    shown = page(app.test_client(), "/sites/new/")
    assert "pas encore de questions" in shown.main.get_text()
    assert shown.find(class_="contents") is None
    assert shown.find(class_="up") is None


def test_the_api_page_lists_every_call(client: FlaskClient) -> None:
    shown = page(client, "/docs")
    text = shown.get_text()
    assert "`" not in text
    assert "entry *, helpful *, reason, query" in words(text)
    assert "query, answered, confidence, suggestion" in words(text)
    assert "How many results at most. 1 to 50" in words(text)
    assert "Codes: 200 OK, 201 Created, 400 Bad Request" in words(text)
    for path in client.get("/openapi.json").get_json()["paths"]:
        assert path in text


def test_answers_on_the_page_read_as_the_library_renders_them(client: FlaskClient) -> None:
    tree = page(client, "/sites/exosomes/")
    with FAQ(semantic=False) as faq:
        from widget_server.places import find

        faq.load(find("examples/exosomes/faq.yaml"))
        for entry in faq.published():
            shown = tree.find(id=f"faq-{entry.id}").find(class_="answer").get_text(" ")
            letters = re.findall(r"\w+", render_text(entry.answer))
            assert re.findall(r"\w+", shown) == letters


def test_the_drawings_of_the_demo_are_well_formed() -> None:
    from widget_server.demo.website import PAGES

    drawings: list[Any] = sorted(PAGES.rglob("*.svg"))
    assert drawings
    for path in drawings:
        ElementTree.fromstring(path.read_text("utf-8"))


@pytest.mark.parametrize("path", ["/", *(path for path, _ in PLACES)])
def test_the_demo_site_asks_for_nothing_that_is_not_there(path: str) -> None:
    website = Client(Website("https://faq.example"))
    tree = BeautifulSoup(website.get(path).data, "lxml")
    assert tree.find("link", rel="icon") is not None
    for tag in tree.select("[href], [src]"):
        where = urljoin(path, tag.get("href") or tag["src"])
        if not urlsplit(where).scheme:
            assert website.get(urlsplit(where).path).status_code == 200, where
