"""Methods and events for the page's own scripts."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.widget.conftest import Host, ask

LISTEN = """window.heard = [];
for (const name of ['ready', 'open', 'search', 'feedback'])
  document.addEventListener('faq:' + name, e => heard.push([name, e.detail, e.target.localName]));"""


def _call(page: Page, call: str) -> Any:
    return page.evaluate(f"document.querySelector('faq-widget').{call}")


def test_events_bubble_to_the_document(host: Host) -> None:
    """ready, open, search and feedback, each with what a page needs to count."""
    host.page.add_init_script(LISTEN)
    page = host.open("basic.html")
    page.locator(".question").first.click()
    page.get_by_role("button", name="Yes", exact=True).first.click()
    ask(page, "my chest hurts")
    heard = page.evaluate("heard")
    assert heard[0] == ["ready", {"site": "exosomes", "entries": 14}, "faq-widget"]
    assert heard[1] == ["open", {"id": "what-are-exosomes"}, "faq-widget"]
    assert heard[2] == ["feedback", {"id": "what-are-exosomes", "helpful": True}, "faq-widget"]
    assert heard[3][0] == "search"
    assert set(heard[3][1]) == {"results", "answered"}


def test_events_carry_nothing_that_was_typed(host: Host) -> None:
    """A question about one's health is nobody's business but the clinic's."""
    host.page.add_init_script(LISTEN)
    page = host.open("basic.html")
    ask(page, "xylophone pain after treatment")
    page.locator("summary").click()
    page.get_by_label("Your e-mail").fill("someone@example.org")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_timeout(200)
    text = page.evaluate("JSON.stringify(heard)")
    assert "xylophone" not in text
    assert "someone" not in text


def test_open_search_and_close(host: Host) -> None:
    """open(id) shows a question, search(text) its results at once, close() the list again."""
    page = host.open("basic.html")
    _call(page, "open('side-effects')")
    expect(page.locator("[aria-expanded=true]")).to_have_text(
        "What side effects can I expect afterward?"
    )
    _call(page, "search('what are exosomes')")
    expect(page.locator("input").first).to_have_value("what are exosomes")
    expect(page.locator(".best .question")).to_be_visible()
    _call(page, "close()")
    expect(page.locator(".categories")).to_be_visible()
    expect(page.locator("input").first).to_have_value("")
    _call(page, "open('no-such-question')")
    _call(page, "open()")
    host.clean()


def test_methods_drive_the_launcher(host: Host) -> None:
    """open() shows the panel, close() hides it, search() opens it with results."""
    page = host.open("launcher.html", wait=".launcher")
    _call(page, "open()")
    expect(page.locator("dialog")).to_be_visible()
    _call(page, "close()")
    expect(page.locator("dialog")).to_be_hidden()
    _call(page, "search('what are exosomes')")
    expect(page.locator("dialog .best")).to_be_visible()


def test_methods_before_the_data_is_there_throw_nothing(host: Host) -> None:
    """Too early is no error."""
    page = host.open("spa.html", wait=None)
    page.wait_for_function("!!customElements.get('faq-widget')")
    page.evaluate("""() => {
      const early = document.createElement('faq-widget');
      early.open('x'); early.search('y'); early.close(); early.open();
      document.body.append(early); early.open('x'); early.search('y'); early.close(); early.remove();
    }""")
    page.wait_for_timeout(100)
    assert host.errors == []
