"""Reading: the accordion, links to a question, rich answers, print, translations."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Host, until
from tests.widget.servers import Faults


def test_questions_stand_under_their_categories(host: Host) -> None:
    """Headings in the site's order, pinned first, every question below its own."""
    page = host.open("basic.html")
    assert page.locator(".heading").all_text_contents() == [
        "Basics", "Treatment", "Recovery", "Safety", "Conditions",
    ]  # fmt: skip
    assert page.locator(".question").first.text_content() == "What are exosomes?"
    assert page.locator("h2").count() == 1
    assert page.locator("h4 .question").count() == 14


def test_an_entry_without_category_comes_last(host: Host) -> None:
    """It stands under a heading of its own, so that no question is lost."""
    page = host.widget('site="rich"')
    assert page.locator(".heading").last.text_content() == "More questions"
    expect(page.locator(".category").last).to_contain_text("An entry without a category?")


def test_a_site_without_categories_has_no_headings(host: Host) -> None:
    """One list, and the questions one level higher."""
    page = host.widget('site="bare"')
    assert page.locator(".heading").count() == 0
    assert page.locator("h3 .question").count() == 1
    assert page.locator(".contact, .ask").locator("visible=true").count() == 0


def test_opens_and_closes_by_mouse_and_keyboard(host: Host) -> None:
    """A press, Enter or Space on a question opens its answer, and again closes it."""
    page = host.open("basic.html")
    button = page.locator(".question").first
    answer = page.locator(".answer").first
    expect(answer).to_be_hidden()
    button.click()
    expect(answer).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    button.press("Enter")
    expect(answer).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Space")
    expect(answer).to_be_visible()


def test_the_browsers_own_search_opens_an_answer(host: Host) -> None:
    """Closed answers are hidden until found: a match in one reveals it and tells the button."""
    page = host.open("basic.html")
    panel = page.locator(".answer").nth(1)
    expect(panel).to_have_attribute("hidden", "until-found")
    expect(panel).to_contain_text("embryo")
    # What the browser does on a match: a beforematch event, then the attribute goes.
    panel.evaluate(
        "el => { el.dispatchEvent(new Event('beforematch', {bubbles: true})); el.hidden = false }"
    )
    expect(panel).to_be_visible()
    expect(page.locator(".question").nth(1)).to_have_attribute("aria-expanded", "true")


@pytest.mark.parametrize(
    ("site", "entry"), [("exosomes", "side-effects"), ("rich", "naïve-café"), ("rich", "停车")]
)
def test_a_link_opens_and_shows_its_question(host: Host, site: str, entry: str) -> None:
    """#faq-<id> opens the answer, scrolls to it and puts the focus there, in any script."""
    page = host.widget(f'site="{site}"', anchor=f"#faq-{entry}")
    opened = page.locator("[aria-expanded=true]")
    expect(opened).to_have_count(1)
    expect(opened).to_be_focused()
    expect(opened).to_be_in_viewport()


def test_a_link_that_is_followed_later_opens_too(host: Host) -> None:
    """Also while a search is shown; an unknown one does nothing."""
    page = host.open("basic.html")
    page.locator("input").first.fill("pain")
    page.evaluate("location.hash = '#faq-nothing'")
    page.wait_for_timeout(100)
    expect(page.locator(".results")).to_be_visible()
    page.evaluate("location.hash = '#faq-what-are-mscs'")
    expect(page.locator(".categories [aria-expanded=true]")).to_have_text(
        "What are mesenchymal stem cells?"
    )
    page.evaluate("location.hash = '#%E0%A4%A'")
    host.clean()


def test_copies_a_link_to_the_question(host: Host) -> None:
    """The link leads to this page and question; what was copied opens it."""
    page = host.open("basic.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".question").nth(1).click()
    page.get_by_role("link", name="Copy link").first.click()
    expect(page.get_by_role("link", name="Copy link ✓")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{host.url}/basic.html#faq-what-are-mscs"


def test_a_refused_clipboard_is_no_error(host: Host) -> None:
    """Where copying is not allowed the link still works as a link."""
    host.page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"
    )
    page = host.open("basic.html")
    page.locator(".question").nth(1).click()
    page.get_by_role("link", name="Copy link").first.click()
    expect(page).to_have_url(re.compile("#faq-what-are-mscs$"))
    host.clean()


def test_a_rich_answer_keeps_its_form(host: Host) -> None:
    """Paragraphs, lists, table, code, quote, heading and link, with their attributes."""
    page = host.widget('site="rich"')
    page.get_by_role("button", name="What can an answer hold?").click()
    answer = page.locator(".answer").first
    for tag, count in {
        "p": 1,
        "ol": 1,
        "table": 1,
        "th": 2,
        "pre": 1,
        "blockquote": 1,
        "strong": 1,
        "h4": 1,
    }.items():
        assert answer.locator(f".text > {tag}, .text > * {tag}").count() >= count, tag
    link = answer.get_by_role("link", name="a link")
    expect(link).to_have_attribute("href", "https://example.org/more")
    expect(link).to_have_attribute("title", "More")
    assert "noopener" in (link.get_attribute("rel") or "")


def test_says_who_checked_it_when_and_by_which_sources(host: Host) -> None:
    """Reviewer, date in the reader's language, sources with and without an address, notice."""
    page = host.widget('site="rich"')
    page.get_by_role("button", name="What can an answer hold?").click()
    answer = page.locator(".answer").first
    expect(answer).to_contain_text("Dr. Ada Lane")
    expect(answer).to_contain_text("March 2, 2026")
    expect(answer.get_by_role("link", name="A source")).to_have_attribute(
        "href", "https://example.org/s"
    )
    expect(answer).to_contain_text("A book")
    assert answer.get_by_role("link", name="A book").count() == 0
    expect(answer.locator(".notice")).to_have_text("Only with this answer.")
    page.get_by_role("button", name="Is parking free?").click()
    expect(page.locator(".notice").locator("visible=true").last).to_have_text(
        "General information only."
    )


def test_a_closed_answer_holds_what_is_read_or_printed(host: Host) -> None:
    """Text, notice, reviewer and sources are in the page; what one can press comes on opening."""
    page = host.widget('site="rich"')
    answer = page.locator(".answer").first
    expect(answer).to_contain_text("Dr. Ada Lane")
    expect(answer).to_contain_text("A source")
    expect(answer.locator("button")).to_have_count(0)
    button = page.get_by_role("button", name="What can an answer hold?")
    for _ in range(3):
        button.click()
    expect(answer.locator(".feedback button")).to_have_count(2)
    expect(answer.get_by_role("link", name="Copy link")).to_have_count(1)


def test_related_questions_lead_there(host: Host) -> None:
    """A press opens the other question and moves the focus to it."""
    page = host.open("basic.html")
    page.locator(".question").nth(1).click()
    related = page.locator(".answer").nth(1).locator(".link").first
    name = related.text_content()
    related.click()
    expect(page.locator(".question:focus")).to_have_text(name or "")
    expect(page.locator(".question:focus")).to_have_attribute("aria-expanded", "true")


def test_a_rating_is_sent_without_a_preflight_and_thanked_for(host: Host, faults: Faults) -> None:
    """One POST in plain text that holds the entry and the rating, nothing else."""
    page = host.open("basic.html")
    page.locator(".question").first.click()
    faults.seen.clear()
    page.get_by_role("button", name="No", exact=True).first.click()
    expect(page.locator(".feedback").first).to_have_text("Thank you!")
    expect(page.locator(".feedback").first).to_be_focused()
    until(page, lambda: faults.seen)
    (sent,) = faults.seen
    assert (sent.method, sent.path) == ("POST", "/api/v1/sites/exosomes/feedback")
    assert sent.headers["content-type"].startswith("text/plain")
    assert json.loads(sent.body) == {"entry": "what-are-exosomes", "helpful": False}


def test_a_rating_that_cannot_be_sent_disturbs_nobody(host: Host, faults: Faults) -> None:
    """The thanks stands, nothing is thrown."""
    faults.failing["/feedback"] = 500
    page = host.open("basic.html")
    page.locator(".question").first.click()
    page.get_by_role("button", name="Yes", exact=True).first.click()
    expect(page.locator(".feedback").first).to_have_text("Thank you!")
    until(page, lambda: faults.paths("/feedback"))
    assert host.errors == []


def test_print_shows_every_answer(host: Host) -> None:
    """On paper: all answers, no search field, no buttons."""
    page = host.open("basic.html")
    expect(page.locator(".answer .text")).to_have_count(14)
    page.locator(".question").first.click()
    page.emulate_media(media="print")
    for answer in page.locator(".answer .text").all():
        expect(answer).to_be_visible()
        assert (answer.bounding_box() or {"height": 0})["height"] > 40
    expect(page.locator("form").first).to_be_hidden()
    expect(page.locator(".foot")).to_have_count(1)
    expect(page.locator(".foot")).to_be_hidden()


def test_a_translation_stands_in_for_its_original(host: Host) -> None:
    """The entry "parking-es" replaces "parking" for a Spanish reader, and neither shows twice."""
    page = host.widget('site="rich" lang="es"')
    expect(page.get_by_role("button", name="¿Es gratis aparcar?")).to_have_count(1)
    expect(page.get_by_role("button", name="Is parking free?")).to_have_count(0)
    page = host.widget('site="rich"')
    expect(page.get_by_role("button", name="¿Es gratis aparcar?")).to_have_count(0)


def test_an_answer_in_another_language_says_so(host: Host) -> None:
    """The language's name stands beside the question; lang and dir are right on both."""
    page = host.widget('site="rich"')
    button = page.locator(".question", has_text="מתי אתם פתוחים?")
    expect(button).to_contain_text("Hebrew")
    item = page.locator(".item", has=button)
    expect(item).to_have_attribute("lang", "he")
    expect(item).to_have_attribute("dir", "rtl")
    expect(item.locator(".meta").first).to_have_attribute("lang", "en")
    button.click()
    expect(item.locator(".foot")).to_contain_text("Was this helpful?")
    own = page.locator(".question", has_text="Is parking free?")
    assert own.locator(".meta").count() == 0


def test_answers_of_a_large_site_come_when_they_are_needed(host: Host, faults: Faults) -> None:
    """Questions first, answers with the first press or when the page is idle; a failure says so."""
    faults.failing[r"/bundle$"] = 503
    host.page.clock.install()
    page = host.open("large.html")
    expect(page.locator(".question")).to_have_count(500)
    # The idle page has asked too by then, so that what follows is asked for by presses alone.
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.locator(".question").nth(3).click()
    expect(page.locator(".answer").nth(3)).to_have_text("Sorry, that did not work.")
    faults.failing.clear()
    page.locator(".question").nth(3).click()
    page.locator(".question").nth(3).click()
    expect(page.locator(".answer").nth(3)).to_contain_text("Treatment 3 of the")
    assert host.errors == []
