"""The host page cannot break the widget, and the widget cannot break the host page."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.widget.conftest import Host, ask, still
from tests.widget.servers import Faults


def _picture(host: Host, name: str, *, search: bool) -> Image.Image:
    host.page.set_viewport_size({"width": 800, "height": 3_000})  # all in view: no scrolling
    page = host.open(name)
    page.locator(".question").nth(1).click()
    if search:
        ask(page, "what are exosomes")
    page.mouse.move(0, 0)
    page.evaluate("document.querySelector('faq-widget').shadowRoot.activeElement?.blur()")
    still(page)
    return Image.open(
        io.BytesIO(page.locator("faq-widget").screenshot(animations="disabled"))
    ).convert("RGB")


@pytest.mark.parametrize("search", [False, True], ids=["list", "results"])
def test_pixel_identical_on_a_hostile_page(host: Host, search: bool) -> None:
    """Fifty hostile declarations, all !important, change not one pixel."""
    benign = _picture(host, "benign.html", search=search)
    hostile = _picture(host, "hostile.html", search=search)
    assert benign.size == hostile.size
    assert ImageChops.difference(benign, hostile).getbbox() is None


def test_leaves_the_host_page_alone(host: Host) -> None:
    """No style, no class, no global but one, no storage and no cookie outside the element."""
    page = host.show("<body><p>Text</p>", wait=None)
    measure = """() => ({
      globals: Object.keys(window).sort(), html: document.documentElement.outerHTML,
      sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
      color: getComputedStyle(document.body).color, prototype: Object.keys(Element.prototype).length,
    })"""
    before = page.evaluate(measure)
    page.evaluate("""async api => {
      const script = Object.assign(document.createElement('script'), {src: api + '/widget.js'});
      script.dataset.site = 'exosomes';
      document.body.append(script);
      await new Promise(resolve => addEventListener('faq:ready', resolve, {once: true}));
    }""", host._app.api)  # fmt: skip
    after = page.evaluate(measure)
    assert set(after["globals"]) - set(before["globals"]) == {"FAQ_WIDGET"}
    assert after["sheets"] == before["sheets"] == 0
    assert (after["color"], after["prototype"]) == (before["color"], before["prototype"])
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        "",
        0,
        0,
    ]


@pytest.mark.parametrize("name", ["csp.html", "trusted-types.html"])
def test_works_under_a_strict_policy(host: Host, name: str, faults: Faults) -> None:
    """default-src 'none' plus the FAQ's origin, and Trusted Types: everything works, no report."""
    host.page.add_init_script(
        "window.reports = [];"
        "addEventListener('securitypolicyviolation', e => reports.push(e.violatedDirective + ' ' + e.blockedURI));"
    )
    page = host.open(name)
    page.locator(".question").first.click()
    expect(page.locator(".answer .text").first).to_be_visible()
    ask(page, "what are exosomes")
    expect(page.locator(".best .item")).to_be_visible()
    page.locator("input[type=search]").fill("")
    page.get_by_role("button", name="Yes").first.click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    page.evaluate("document.querySelector('faq-widget').setAttribute('mode', 'launcher')")
    page.locator(".launcher").click()
    expect(page.locator(".dialog")).to_be_visible()
    page.evaluate("document.querySelector('faq-widget').setAttribute('lang', 'es')")
    page.locator(".launcher").filter(has_text="¿Preguntas?").wait_for()
    assert page.evaluate("reports") == []
    host.clean()


def test_an_answer_cannot_bring_markup_of_its_own(host: Host, faults: Faults) -> None:
    """Even a server that was taken over gets no script, no handler, no odd address into the page."""
    import json

    def evil(body: bytes) -> bytes:
        bundle = json.loads(body)
        entry = bundle["entries"][0]
        entry["question"] = "<img src=x onerror=bad()>"
        entry["answer"] = [
            ["script", {}, "bad()"], ["img", {"src": "javascript:bad()", "onerror": "bad()"}],
            ["a", {"href": "javascript:bad()", "onclick": "bad()", "style": "x"}, "one"],
            ["a", {"href": " JaVaScRiPt:bad()"}, "two"], ["a", {"href": "data:text/html,x"}, "three"],
            ["iframe", {"srcdoc": "<script>bad()</script>"}, "frame"], ["p", {"id": "x", "class": "y"}, "fine"],
            ["svg", {"onload": "bad()"}, "drawing"], ["style", {}, "*{display:none}"], ["form", {"action": "//x"}],
        ]  # fmt: skip
        entry["sources"] = [{"title": "source", "url": "javascript:bad()"}]
        bundle["site"]["contact"]["url"] = "javascript:bad()"
        bundle["site"]["theme"] = {
            "accent": "red;} * {display:none",
            "radius": "url(//evil.example/x)",
        }
        return json.dumps(bundle).encode()

    faults.changed["/bundle"] = evil
    host.page.add_init_script("window.bad = () => { window.ran = true }")
    outside: list[str] = []
    host.page.on(
        "request",
        lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None,
    )
    page = host.widget()
    page.locator(".question").first.click()
    expect(page.get_by_text("fine")).to_be_visible()
    found = page.evaluate("""() => [...document.querySelector('faq-widget').shadowRoot.querySelectorAll('*')].flatMap(el => [
      ...(/^(script|iframe|style|svg|form\\b.*action)$/.test(el.localName) ? [el.localName] : []),
      ...[...el.attributes].filter(a => a.name.startsWith('on') || a.name == 'id'
        || /^(href|src|action)$/.test(a.name) && !/^(https?:|mailto:|tel:|$)/.test(a.value)).map(a => a.name + '=' + a.value)])""")
    assert found == []
    assert page.evaluate("window.ran") is None
    assert outside == []
