"""Launcher mode: a button in the corner, a panel as a dialog."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Host, until


def test_opens_a_dialog_and_gives_the_focus_back(host: Host) -> None:
    """Named, modal, focus inside, no button behind; Escape closes it and that has the focus again."""
    page = host.open("launcher.html", wait=".launcher")
    button = page.get_by_role("button", name="Questions?")
    dialog = page.get_by_role("dialog", name="Questions about exosome treatment")
    expect(dialog).to_have_count(0)
    button.focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    expect(page.locator(".launcher")).to_be_hidden()
    assert page.evaluate(
        "!!document.querySelector('faq-widget').shadowRoot.activeElement.closest('dialog')"
    )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_the_focus_stays_inside(host: Host) -> None:
    """Tabbing on never reaches the page behind."""
    page = host.open("launcher.html", wait=".launcher")
    page.locator(".launcher").click()
    for _ in range(45):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") != "before"


def test_closes_by_its_button_and_beside_it(host: Host) -> None:
    """The close button and a press on the page behind close it; a press inside does not."""
    page = host.open("launcher.html", wait=".launcher")
    dialog = page.locator("dialog")
    page.locator(".launcher").click()
    page.locator(".title").click()
    expect(dialog).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    page.locator(".launcher").click()
    page.mouse.click(20, 20)
    expect(dialog).to_be_hidden()
    host.clean()


def test_what_is_pressed_inside_works(host: Host) -> None:
    """The form below opens and takes a question, and a link leads where it says."""
    page = host.open("launcher.html", wait=".launcher")
    page.route("https://example.com/**", lambda route: route.fulfill(body="The clinic."))
    page.locator(".launcher").click()
    page.locator("dialog summary").click()
    field = page.get_by_role("textbox", name="Send us your question")
    field.click()
    page.keyboard.type("May I bring my dog?")
    expect(field).to_have_value("May I bring my dog?")
    page.get_by_role("link", name="Contact us").click()
    page.wait_for_url("https://example.com/contact")


def test_a_link_to_a_question_opens_the_panel(host: Host) -> None:
    """#faq-<id> leads into the dialog."""
    page = host.open("launcher.html", wait="dialog", anchor="#faq-side-effects")
    expect(page.locator("dialog [aria-expanded=true]")).to_be_in_viewport()
    expect(page.locator("dialog [aria-expanded=true]")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (844, 390), (1280, 800)])
def test_fits_every_screen(host: Host, width: int, height: int) -> None:
    """Inside the window, full on a phone, floating elsewhere, its own content scrolling."""
    host.page.set_viewport_size({"width": width, "height": height})
    page = host.open("launcher.html", wait=".launcher")
    page.locator(".launcher").click()
    box = page.locator("dialog").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    assert ((box["width"], box["height"]) == (width, height)) == (width <= 480)
    assert page.locator("dialog").evaluate("el => el.scrollHeight > el.clientHeight")
    assert page.locator("dialog").evaluate("el => el.scrollWidth <= el.clientWidth")
    expect(page.locator("input").first).to_be_in_viewport()


def test_stands_above_the_page_and_out_of_its_way(host: Host) -> None:
    """The element itself takes no room; the button lies above what has a high z-index."""
    page = host.show(
        '<p id="p">Text</p><faq-widget site="exosomes" mode="launcher"></faq-widget>'
        '<div style="position:fixed;inset:0;z-index:99999"></div>'
        '<script src="https://faq.example/widget.js" defer></script>',
        wait=".launcher",
    )
    assert (page.locator("faq-widget").bounding_box() or {"height": 0})["height"] == 0
    page.locator(".launcher").click()
    expect(page.locator("dialog")).to_be_visible()


def test_leaves_the_page_as_it_is_where_its_tag_stands(host: Host) -> None:
    """No ground of its own is painted around an element that takes no room."""
    page = host.show(
        '<body style="background:#89a"><p>Text</p>'
        '<faq-widget site="exosomes" mode="launcher"></faq-widget><p>More</p>'
        '<script src="https://faq.example/widget.js" defer></script>',
        wait=".launcher",
    )
    around = {"x": 0.0, "y": 0.0, "width": 600.0, "height": 150.0}
    before = page.screenshot(clip=around)
    page.locator("faq-widget").evaluate("el => el.shadowRoot.replaceChildren()")
    assert page.screenshot(clip=around) == before


def test_keeps_off_the_safe_areas_of_phones(host: Host) -> None:
    """Button and panel stay clear of a phone's home bar."""
    client = host.page.context.new_cdp_session(host.page)
    host.page.set_viewport_size({"width": 390, "height": 844})
    page = host.open("launcher.html", wait=".launcher")
    client.send("Emulation.setSafeAreaInsetsOverride", {"insets": {"top": 47, "bottom": 34}})
    button = page.locator(".launcher")
    until(page, lambda: button.evaluate("el => el.getBoundingClientRect().bottom") <= 844 - 34)
    page.locator(".launcher").click()
    close = page.locator(".close")
    assert (
        close.evaluate(
            "el => el.getBoundingClientRect().bottom - parseFloat(getComputedStyle(el).paddingBottom) - 47"
        )
        > 10
    )
    page.locator("dialog").evaluate("el => el.scrollTo(0, 9999)")
    assert close.evaluate("el => parseFloat(getComputedStyle(el).paddingTop)") == 47
    expect(close).to_be_in_viewport()
    last = page.locator(".footer").bounding_box()
    assert last
    assert last["y"] + last["height"] <= 844 - 34
