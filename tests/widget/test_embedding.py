"""One tag, in every kind of page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Host
from tests.widget.servers import Faults


@pytest.mark.parametrize("name", ["basic", "embed", "element", "query", "two", "flex", "spa"])
def test_paints_where_its_tag_stands(host: Host, name: str) -> None:
    """Whatever the way of embedding, the questions appear and nothing is complained about."""
    page = host.open(f"{name}.html")
    expect(page.get_by_role("button", name="What are exosomes?").first).to_be_visible()
    after = page.locator("#after")
    if after.count():
        widget = page.locator("faq-widget").bounding_box()
        below = after.bounding_box()
        assert widget
        assert below
        assert below["y"] >= widget["y"] + widget["height"]
    host.clean()


def test_one_request_with_the_data(host: Host, faults: Faults) -> None:
    """/embed/{site}.js is all that is loaded until the FAQ can be used."""
    host.open("embed.html")
    assert faults.paths() == ["/embed/exosomes.js"]


def test_two_requests_without_the_data_and_none_is_a_preflight(host: Host, faults: Faults) -> None:
    """The script and one bundle, both plain GETs."""
    host.open("basic.html")
    assert [one.method for one in faults.seen] == ["GET", "GET"]
    assert [path.split("?")[0] for path in faults.paths()] == [
        "/widget.js", "/api/v1/sites/exosomes/bundle",
    ]  # fmt: skip


def test_no_request_on_a_repeat_visit(host: Host, faults: Faults) -> None:
    """A second visit soon after is painted from the browser's cache."""
    host.open("basic.html")
    faults.seen.clear()
    host.open("basic.html")
    assert faults.paths() == []


def test_two_and_another_on_one_page(host: Host, faults: Faults) -> None:
    """Three elements, two sites, one script and one bundle each."""
    page = host.open("two.html")
    expect(page.locator("#one .question")).to_have_count(14)
    expect(page.locator("#two .question")).to_have_count(14)
    expect(page.locator("#three .title")).to_have_count(1)
    page.locator("#one .question").first.click()
    expect(page.locator("#one [aria-expanded=true]")).to_have_count(1)
    expect(page.locator("#two [aria-expanded=true]")).to_have_count(0)
    bundles = faults.paths("/bundle")
    assert bundles.pop(0) == "/api/v1/sites/exosomes/bundle?parts=questions"
    # Two seconds later come the answers that the other site's script was too large for.
    assert bundles in ([], ["/api/v1/sites/family-practice/bundle"])
    host.clean()


def test_async_in_the_head_waits_for_the_page(host: Host) -> None:
    """A script in the head puts its launcher at the end of the body."""
    page = host.open("head.html", wait=".launcher")
    assert page.evaluate("document.body.lastElementChild.localName") == "faq-widget"
    host.clean()


def test_the_element_keeps_its_fallback_until_it_can_paint(host: Host, faults: Faults) -> None:
    """What stands inside the tag shows while the data is on its way, and then no more."""
    gate = faults.hold("/bundle")
    page = host.show(
        '<faq-widget site="exosomes"><a id="fallback" href="/">Our questions</a></faq-widget>'
        '<script src="https://faq.example/widget.js" defer></script>',
        wait="#fallback",
    )
    page.wait_for_function("!!customElements.get('faq-widget')")
    expect(page.locator("#fallback")).to_be_visible()
    gate.set()
    page.locator(".question").first.wait_for()
    expect(page.locator("#fallback")).to_be_hidden()


def test_an_embed_script_leaves_the_place_to_the_element(host: Host) -> None:
    """/embed/{site}.js beside <faq-widget> does not paint a second one."""
    page = host.open("element.html")
    expect(page.locator("faq-widget")).to_have_count(1)
    page.wait_for_timeout(200)
    expect(page.locator("faq-widget")).to_have_count(1)


def test_without_javascript_the_links_lead_to_the_served_page(host: Host, browser: object) -> None:
    """Fallback and noscript link show, and their target answers without JavaScript."""
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    try:
        page = context.new_page()
        page.goto(f"{host.url}/noscript.html")
        expect(page.locator("#inside")).to_be_visible()
        expect(page.locator("#noscript")).to_be_visible()
        page.locator("#noscript").click()
        expect(page.get_by_text("What are exosomes?").first).to_be_visible()
    finally:
        context.close()


def test_in_a_single_page_application(host: Host) -> None:
    """Added, moved, removed, given other options: it follows, and leaves nothing behind."""
    page = host.open("spa.html")
    page.locator("#left .question").nth(1).click()
    page.evaluate("document.getElementById('right').append(document.querySelector('faq-widget'))")
    expect(page.locator("#right [aria-expanded=true]")).to_have_count(1)  # moving keeps its state
    page.evaluate("document.querySelector('faq-widget').setAttribute('site', 'family-practice')")
    expect(page.locator("#right .title")).not_to_contain_text("exosome")
    page.evaluate("document.querySelector('faq-widget').setAttribute('mode', 'launcher')")
    page.locator("#right .launcher").wait_for()
    page.evaluate("put('left', {site: 'exosomes', lang: 'es'})")
    expect(page.locator("#left .close, #left .title")).to_have_count(1)
    page.evaluate("document.querySelectorAll('faq-widget').forEach(one => one.remove())")
    page.evaluate("location.hash = '#faq-what-are-mscs'")
    page.wait_for_timeout(100)
    host.clean()


def test_removed_while_loading(host: Host, faults: Faults) -> None:
    """An element that is gone when its data comes does nothing with it."""
    gate = faults.hold("/bundle")
    page = host.open("spa.html", wait=None)
    page.wait_for_function("!!customElements.get('faq-widget')")
    page.evaluate("window.gone = document.querySelector('faq-widget'); gone.remove()")
    gate.set()
    page.wait_for_timeout(500)
    assert page.evaluate("gone.shadowRoot?.querySelector('.question')") is None
    host.clean()


def test_wrong_options_say_the_fix_once_each_and_throw_nothing(host: Host) -> None:
    """No site, an unknown site, an unknown mode and theme: one sentence each, and no exception."""
    page = host.open("wrong.html")
    expect(page.locator("#fallback")).to_be_visible()
    host.wait_said("nowhere", "popup", "blue")
    said = [text for text in host.said if text.startswith("faq-widget")]
    assert len([text for text in said if "nowhere" in text and "data-site" in text]) == 1
    assert len([text for text in said if "popup" in text and "inline launcher" in text]) == 1
    assert len([text for text in said if "blue" in text and "light dark auto" in text]) == 1
    assert host.errors == []


def test_a_script_without_a_site_says_so(host: Host) -> None:
    """A lone script tag without data-site is told what to add."""
    host.show('<script src="https://faq.example/widget.js" defer></script>', wait=None)
    host.wait_said("add data-site")
    assert host.errors == []


def test_a_server_that_is_down_leaves_the_fallback_and_a_way_to_try_again(
    host: Host, faults: Faults
) -> None:
    """The page stays whole, says what is wrong, and one press loads the FAQ once it is up."""
    faults.failing["/bundle"] = 503
    page = host.show(
        '<faq-widget site="exosomes"><a id="fallback" href="/">Our questions</a></faq-widget>'
        '<script src="https://faq.example/widget.js" defer></script>',
        wait="[role=alert]",
    )
    expect(page.locator("#fallback")).to_be_visible()
    assert host.errors == []
    faults.failing.clear()
    page.get_by_role("button", name="Try again").click()
    page.locator(".question").first.wait_for()
    expect(page.locator("#fallback")).to_be_hidden()


def test_a_server_below_a_path(host: Host, api: str, faults: Faults) -> None:
    """The widget asks the server it came from, also when that has a path before it."""
    requests: list[str] = []
    host.page.on("request", lambda request: requests.append(request.url))
    script = api + "/widget.js"
    host.page.route("**/below/here/**", lambda route: route.fulfill(
        response=route.fetch(url=route.request.url.replace("/below/here", ""))))  # fmt: skip
    host.show(
        f'<script src="{script.replace("/widget.js", "/below/here/widget.js")}" data-site="exosomes" defer></script>'
    )
    assert all("/below/here/" in url for url in requests if "made-" not in url)


@pytest.mark.parametrize("lang", ["en_US", "e", "en-", "en-US-US", "English please"])
def test_a_language_as_no_browser_names_it_still_shows_the_answers(host: Host, lang: str) -> None:
    """WordPress writes en_US; what is no tag at all gives the site's own language."""
    page = host.widget(f'site="rich" lang="{lang}"')
    expect(page.locator(".title")).to_have_text("Questions and answers")
    page.locator(".question").first.click()
    expect(page.locator(".answer").first).to_contain_text("Reviewed")
    assert host.errors == []
