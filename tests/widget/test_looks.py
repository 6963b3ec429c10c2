"""How it looks: light and dark, left and right, narrow and wide, themed; nothing jumps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import Host, ask, until
from tests.widget.servers import Faults

STYLE = """([selector, property]) =>
  getComputedStyle(document.querySelector('faq-widget').shadowRoot.querySelector(selector))[property]"""
SHIFTS = """window.shift = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) shift += entry.value; })
  .observe({type: 'layout-shift', buffered: true});"""


def _style(page: Page, selector: str, name: str) -> str:
    return str(page.evaluate(STYLE, [selector, name]))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["embed", "large"])
def test_no_layout_shift_with_the_documented_snippet(
    host: Host, faults: Faults, name: str, width: int
) -> None:
    """The wrapper keeps the room: the score is 0, also when the script comes late."""
    gate, page = faults.hold("/embed/"), host.page
    page.add_init_script(SHIFTS)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{host.url}/{name}.html", wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('first-paint').length > 0")
    gate.set()
    page.locator(".question").first.wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("shift") == 0


@pytest.mark.parametrize(
    ("theme", "declared", "visitor", "dark"),
    [("", "", "dark", False), ("", "light dark", "dark", True), ("", "light dark", "light", False),
     ("", "dark", "light", True), ("auto", "", "dark", True), ("auto", "", "light", False),
     ("dark", "", "light", True), ("light", "dark", "dark", False)],
)  # fmt: skip
def test_light_and_dark(host: Host, theme: str, declared: str, visitor: str, dark: bool) -> None:
    """Without an option as the page is, with theme="auto" as the visitor likes it, or fixed."""
    host.page.emulate_media(color_scheme=visitor)  # type: ignore[arg-type]
    page = host.show(
        f"<style>:root{{color-scheme:{declared or 'normal'}}}</style>"
        f'<faq-widget site="exosomes" {f"theme={theme}" if theme else ""}></faq-widget>'
        '<script src="https://faq.example/widget.js" defer></script>'
    )
    expected = "rgb(22, 28, 33)" if dark else "rgb(255, 255, 255)"
    assert _style(page, ".faq", "backgroundColor") == expected


def test_follows_the_visitor_without_a_reload(host: Host) -> None:
    """Switching the system to dark switches the widget."""
    page = host.widget('site="exosomes" theme="auto"')
    assert _style(page, ".faq", "backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert _style(page, ".faq", "backgroundColor") == "rgb(22, 28, 33)"


def test_takes_the_hosts_font_and_the_visitors_size(host: Host) -> None:
    """The page's family; the browser's own size, whatever the page makes of rem."""
    page = host.show(
        "<style>html{font-size:62.5%}body{font:italic 700 11px/1 Courier}</style>"
        '<faq-widget site="exosomes"></faq-widget><script src="https://faq.example/widget.js" defer></script>'
    )
    for name, value in (("fontFamily", "Courier"), ("fontSize", "16px"), ("fontStyle", "normal")):
        assert _style(page, ".text", name) == value
    assert float(_style(page, ".text", "lineHeight")[:-2]) == pytest.approx(25.6)


def test_the_pages_properties_beat_the_sites_theme(host: Host) -> None:
    """Site theme, then the page's custom properties, then the element's own option."""
    page = host.open("themed.html")
    assert _style(page, ".faq", "backgroundColor") == "rgb(246, 241, 231)"
    assert _style(page, ".faq", "fontSize") == "18px"
    assert _style(page, ".input", "borderRadius") == "2px"
    assert _style(page, ".title", "textAlign") == "center"
    assert _style(page, ".question", "fontWeight") == "400"
    page_accent = _style(page, "summary", "color")
    page.evaluate("document.querySelector('faq-widget').setAttribute('accent', '#0000cc')")
    until(page, lambda: _style(page, "summary", "color") != page_accent)


def test_the_pages_properties_count_when_they_change_too(host: Host, faults: Faults) -> None:
    """What the page says now, on the element or around it; where it says nothing, the site's theme."""

    def themed(body: bytes) -> bytes:
        bundle = json.loads(body)
        bundle["site"]["theme"] = {"background": "#102030", "radius": "3px"}
        return json.dumps(bundle).encode()

    faults.changed["/bundle"] = themed
    page = host.widget()
    assert _style(page, ".faq", "backgroundColor") == "rgb(16, 32, 48)"
    assert _style(page, ".input", "borderRadius") == "3px"
    page.evaluate("document.documentElement.style.setProperty('--faq-background', '#405060')")
    assert _style(page, ".faq", "backgroundColor") == "rgb(64, 80, 96)"
    page.evaluate("document.documentElement.style.removeProperty('--faq-background')")
    assert _style(page, ".faq", "backgroundColor") == "rgb(16, 32, 48)"


def test_every_documented_part_is_there(host: Host) -> None:
    """A style for ::part(name) reaches the element of that name."""
    page = host.widget('site="rich"')
    for button in page.locator(".question").all():
        button.click()
    page.locator("summary").click()
    ask(page, "parking")
    parts = set(page.evaluate("""() => [...document.querySelector('faq-widget').shadowRoot.querySelectorAll('[part]')]
      .map(el => el.getAttribute('part'))"""))  # fmt: skip
    wanted = set(
        "faq body title search input status urgent best label results categories category heading "
        "item question answer text notice meta foot feedback button link footer contact ask send".split()
    )
    assert wanted <= parts


def test_two_columns_where_there_is_room(host: Host, artefact: Callable[[Page, str], None]) -> None:
    """Categories beside their questions at 1,200 pixels, above them in a sidebar."""
    host.page.set_viewport_size({"width": 1280, "height": 900})
    page = host.open("embed.html")
    page.locator(".question").nth(1).click()
    heading = page.locator(".heading").first.bounding_box()
    question = page.locator(".question").first.bounding_box()
    assert heading
    assert question
    assert question["x"] > heading["x"] + heading["width"] / 2
    artefact(page, "wide")
    page = host.open("sidebar.html")
    page.locator(".question").nth(1).click()
    heading = page.locator(".heading").first.bounding_box()
    question = page.locator(".question").first.bounding_box()
    assert heading
    assert question
    assert question["x"] == heading["x"]
    assert question["y"] > heading["y"]
    assert (page.locator("faq-widget").bounding_box() or {})["width"] == 280
    artefact(page, "sidebar")


def test_from_right_to_left(host: Host, artefact: Callable[[Page, str], None]) -> None:
    """Mirrored as a whole, while English answers within keep their own direction."""
    page = host.open("rtl.html")
    expect(page.locator(".faq")).to_have_attribute("dir", "rtl")
    assert _style(page, ".title", "direction") == "rtl"
    assert _style(page, ".item", "direction") == "ltr"
    expect(page.get_by_label("מה תרצו לדעת?")).to_be_visible()
    page.locator(".question").nth(1).click()
    expect(page.locator(".foot")).to_have_css("direction", "rtl")
    # A telephone number and an English question keep their order in the Hebrew interface.
    expect(page.locator(".contact a").first).to_have_css("direction", "ltr")
    expect(page.locator("li", has=page.locator(".link")).first).to_have_css("direction", "ltr")
    artefact(page, "rtl")


@pytest.mark.parametrize("lang", "es fr de pt it nl pl ar he zh ja".split())
def test_speaks_twelve_languages(host: Host, faults: Faults, lang: str) -> None:
    """Each loads its texts once, on demand, and says which language it is in."""
    page = host.widget(f'site="rich" lang="{lang}"')
    expect(page.locator(".faq")).to_have_attribute("lang", lang)
    assert faults.paths("/i18n/") == [f"/widget/i18n/{lang}.json"]
    expect(page.locator(".search")).not_to_contain_text("What would you like")
    host.clean()


def test_a_site_in_another_language_needs_no_second_request(host: Host, faults: Faults) -> None:
    """The texts come with the data."""
    host.show('<script src="https://faq.example/embed/clinica.js" defer></script>')
    expect(host.page.get_by_label("¿Qué le gustaría saber?")).to_be_visible()
    assert faults.paths() == ["/embed/clinica.js"]


def test_a_language_without_texts_falls_back_to_english(host: Host) -> None:
    """Unknown languages and regional tags are no error."""
    page = host.widget('site="rich" lang="sv"')
    expect(page.get_by_label("What would you like to know?")).to_be_visible()
    page = host.widget('site="rich" lang="es-MX"')
    expect(page.get_by_label("¿Qué le gustaría saber?")).to_be_visible()
    assert host.errors == []


def test_a_phone_and_its_launcher(host: Host, artefact: Callable[[Page, str], None]) -> None:
    """Pictures for people: the button, the panel, an answer on a phone."""
    host.page.set_viewport_size({"width": 390, "height": 844})
    page = host.open("launcher.html", wait=".launcher")
    artefact(page, "phone button")
    page.locator(".launcher").click()
    expect(page.locator("dialog")).to_be_visible()
    artefact(page, "phone panel")
    ask(page, "what are exosomes")
    artefact(page, "phone results")
    page = host.open("themed.html")
    artefact(page, "themed")


@pytest.mark.parametrize(("scheme", "lightness"), [("light", "0.5"), ("dark", "0.8")])
def test_the_served_page_has_the_sites_colour_however_it_is_written(
    page: Page, api: str, scheme: Any, lightness: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{api}/sites/clinica/")
    colour = page.locator("form button").evaluate("el => getComputedStyle(el).backgroundColor")
    assert re.fullmatch(rf"oklch\({lightness}\S* 0\.09\S* 194\.\d+\)", colour), colour
