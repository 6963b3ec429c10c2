"""Asking: results at once, the server's answer merged in, honesty when there is none."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import Host, ask, until
from tests.widget.servers import Faults, answered


def _rows(page: Page) -> list[str]:
    return page.locator(".results .question > span").all_text_contents()


def _places(page: Page) -> dict[str, float]:
    """Where each painted row stands."""
    return page.evaluate("""() => Object.fromEntries(
      [...document.querySelector('faq-widget').shadowRoot.querySelectorAll('.results .question')]
        .map(el => [el.textContent, el.getBoundingClientRect().y]))""")  # type: ignore[no-any-return]


def test_first_results_within_one_frame_of_the_keystroke(host: Host) -> None:
    """What is here is ranked before the browser paints again, with no request."""
    page = host.open("basic.html")
    found, asked = page.evaluate("""() => {
      const input = document.querySelector('faq-widget').shadowRoot.querySelector('input');
      const send = window.fetch;
      let asked = 0;
      window.fetch = (...all) => (asked++, send(...all));
      input.value = 'side effects';
      input.dispatchEvent(new Event('input'));
      return [input.getRootNode().querySelectorAll('.results .item').length, asked];
    }""")
    assert found > 0
    assert asked == 0


@pytest.mark.parametrize("width", [280, 400, 640, 1_200])
@pytest.mark.parametrize(
    "query", ["needle in my shoulder", "autoimmune", "zebra pain", "what are exosomes"]
)
def test_the_servers_answer_moves_nothing_that_is_painted(
    host: Host, faults: Faults, query: str, width: int
) -> None:
    """It fills the box that was kept free and adds rows below; no painted row changes its place."""
    gate = faults.hold("/search")
    host.page.set_viewport_size({"width": width, "height": 900})
    page = host.open("basic.html")
    ask(page, query, settled=False)
    before = _places(page)
    gate.set()
    page.locator(".status").filter(has_text=re.compile(r"\d")).wait_for()
    after = _places(page)
    assert before
    best = page.locator(".best .question").all_text_contents()
    kept = [name for name in before if name not in best[:1]]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert list(after)[: len(kept)] == kept


def test_a_confident_answer_is_featured(host: Host) -> None:
    """The best answer stands first, with the passage that fits and what matched marked in it."""
    page = host.open("basic.html")
    ask(page, "what are exosomes")
    best = page.locator(".best")
    expect(best).to_contain_text("Best answer")
    assert best.locator(".preview mark").count() > 0
    best.locator(".question").click()
    expect(best.locator(".answer .text")).to_be_visible()
    expect(best.locator(".preview")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1_000])
def test_the_passage_fills_the_room_that_was_kept(host: Host, width: int) -> None:
    """In a narrow box more lines of it are shown than in a list, and none beyond its edge."""
    host.page.set_viewport_size({"width": width, "height": 900})
    page = host.open("basic.html")
    ask(page, "what are exosomes")
    box = page.locator(".best").bounding_box()
    passage = page.locator(".best .preview").bounding_box()
    assert box
    assert passage
    assert passage["y"] + passage["height"] <= box["y"] + box["height"]
    if width == 320:
        line = float(page.locator(".best .preview").evaluate(
            "el => parseFloat(getComputedStyle(el).lineHeight)"
        ))  # fmt: skip
        assert passage["height"] > 4 * line


def test_the_best_answer_is_shown_once(host: Host, faults: Faults) -> None:
    """Where it was the first row, a heading of the same height stands, until the next question."""
    gate = faults.hold("/search")
    page = host.open("basic.html")
    ask(page, "what are exosomes", settled=False)
    first = page.locator(".results > *").first
    expect(first).to_have_text("What are exosomes?")
    before = first.bounding_box()
    gate.set()
    expect(page.locator(".best .question")).to_have_text("What are exosomes?")
    expect(first).to_have_text("More questions")
    assert first.bounding_box() == before
    rows = page.locator(".results .question").all_text_contents()
    assert "What are exosomes?" not in rows
    assert len(set(rows)) == len(rows) > 1
    page.locator("input").first.fill("what are exosome")
    expect(page.locator(".results .question").first).to_have_text("What are exosomes?")


def test_no_heading_stands_above_nothing(host: Host) -> None:
    """Where the best answer was the only row, its place stays empty."""
    page = host.widget('site="bare"')
    ask(page, "parking free")
    expect(page.locator(".best .question")).to_have_text("Is parking free?")
    expect(page.locator(".results .label")).to_be_hidden()


@pytest.mark.parametrize("way", ["opened", "focused"])
def test_a_row_in_use_is_not_taken_away(host: Host, faults: Faults, way: str) -> None:
    """Who reads the first row, or has the focus on it, keeps it when it becomes the best answer."""
    gate = faults.hold("/search")
    page = host.open("basic.html")
    ask(page, "what are exosomes", settled=False)
    row = page.locator(".results .question").first
    if way == "opened":
        row.dispatch_event("click")
    else:
        row.focus()
    gate.set()
    expect(page.locator(".best .question")).to_have_text("What are exosomes?")
    expect(row).to_have_text("What are exosomes?")


def test_a_keystroke_that_changes_no_row_builds_none(host: Host, faults: Faults) -> None:
    """The rows on the page stay the same elements while order and marks are the same."""
    faults.hold("/search")
    page = host.open("basic.html")
    ask(page, "inflammation", settled=False)
    rows = page.locator(".results .item")
    rows.first.evaluate("el => { el.old = true }")
    page.locator("input").first.press_sequentially(" ?")
    assert rows.first.evaluate("el => el.old")
    page.locator("input").first.fill("side effects")
    expect(rows.first).to_contain_text("side effects")
    assert not rows.first.evaluate("el => el.old")


def test_no_answer_is_said_honestly_with_a_way_to_ask(host: Host, faults: Faults) -> None:
    """The clinic's phone and e-mail, and the question ready to be sent."""
    faults.changed["zebra"] = answered(False)
    page = host.open("basic.html")
    ask(page, "zebra crossing opera tickets")
    best = page.locator(".best")
    expect(best).to_contain_text("We have no clear answer to that. Please ask us:")
    expect(best.get_by_role("link", name="+1 503-555-0117")).to_have_attribute(
        "href", "tel:+1503-555-0117"
    )
    expect(best.get_by_role("link", name="care@example.com")).to_have_attribute(
        "href", "mailto:care@example.com"
    )
    page.locator("summary").click()
    field = page.get_by_role("textbox", name="Send us your question")
    expect(field).to_have_value("zebra crossing opera tickets")
    faults.seen.clear()
    page.get_by_label("Your e-mail").fill("me@example.org")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("form [role=status]").last).to_have_text("Thank you!")
    (sent,) = faults.seen
    assert (sent.method, sent.headers["content-type"].split(";")[0]) == ("POST", "text/plain")
    assert json.loads(sent.body) == {
        "question": "zebra crossing opera tickets",
        "email": "me@example.org",
    }


def test_a_question_that_cannot_be_sent_is_not_lost(host: Host, faults: Faults) -> None:
    """The text stays in the field and the visitor is told."""
    faults.failing["/questions"] = 500
    page = host.open("basic.html")
    page.locator("summary").click()
    field = page.get_by_role("textbox", name="Send us your question")
    field.fill("May I bring my dog?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sorry, that did not work.")).to_be_visible()
    expect(field).to_have_value("May I bring my dog?")
    page.get_by_label("Your e-mail").fill("nonsense")
    faults.seen.clear()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_timeout(150)
    assert faults.seen == []  # the browser itself asks for a right address


def test_what_the_visitor_wrote_is_not_overwritten(host: Host, faults: Faults) -> None:
    """A question that was begun stays when another search finds nothing."""
    faults.changed["zebra"] = answered(False)
    page = host.open("basic.html")
    page.locator("summary").click()
    field = page.get_by_role("textbox", name="Send us your question")
    field.fill("My own words")
    ask(page, "zebra opera")
    expect(field).to_have_value("My own words")


@pytest.mark.parametrize(
    "query", ["chest pain", "I have CHEST PAINS!", "cant breathe chest-pain", "可以吗胸痛"]
)
def test_urgent_words_bring_up_the_emergency_text_at_once(host: Host, query: str) -> None:
    """Above all results, in any spelling of the words, without waiting for the server."""
    page = host.widget('site="rich"')
    ask(page, query, settled=False)
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("Call 911 now.")
    top = alert.bounding_box()
    assert top
    assert top["y"] < (page.locator(".best").bounding_box() or {"y": 0})["y"]
    page.locator("input").first.fill("opening hours")
    expect(alert).to_have_count(0)


def test_did_you_mean(host: Host, faults: Faults) -> None:
    """The server's suggestion is one press away."""

    faults.changed["exosmoes"] = answered(False, suggestion="exosomes")
    page = host.open("basic.html")
    ask(page, "exosmoes")
    expect(page.locator(".best")).to_contain_text("Did you mean: exosomes")
    page.locator(".best .link", has_text="exosomes").click()
    expect(page.locator("input").first).to_have_value("exosomes")
    expect(page.locator(".best")).to_contain_text("Best answer")


def test_the_newest_question_wins(host: Host, faults: Faults) -> None:
    """An old answer that comes late is dropped, its request aborted."""
    gate = faults.hold(r"q=side(%20|\+)effects$")
    aborted: list[str] = []
    host.page.on("requestfailed", lambda request: aborted.append(request.url))
    page = host.open("basic.html")
    with page.expect_request(lambda request: "side" in request.url and "effects" in request.url):
        ask(page, "side effects", settled=False)
    page.locator("input").first.fill("where do exosomes come from")
    expect(page.locator(".best .question")).to_contain_text("come from")
    gate.set()
    until(page, lambda: [url for url in aborted if "side" in url])
    page.wait_for_timeout(300)
    expect(page.locator(".best .question")).to_contain_text("come from")
    assert host.errors == []


def test_clearing_the_field_brings_the_list_back(host: Host, faults: Faults) -> None:
    """Also when an answer is still on its way."""
    gate = faults.hold("/search")
    page = host.open("basic.html")
    with page.expect_request(lambda request: "/search" in request.url):
        ask(page, "pain", settled=False)
    expect(page.locator(".categories")).to_be_hidden()
    page.locator("input").first.fill("")
    expect(page.locator(".categories")).to_be_visible()
    gate.set()
    page.wait_for_timeout(500)
    expect(page.locator(".categories")).to_be_visible()
    expect(page.locator(".best")).to_be_hidden()
    expect(page.locator(".status")).to_have_text("")


@pytest.mark.parametrize("kind", ["down", "offline"])
def test_without_the_network_local_search_goes_on(host: Host, faults: Faults, kind: str) -> None:
    """Results from what is here, and a word about it; nothing is thrown."""
    page = host.open("basic.html")
    if kind == "down":
        faults.failing["/search"] = 503
    else:
        page.context.set_offline(True)
    ask(page, "side effects")
    expect(page.locator(".best")).to_contain_text("You seem to be offline.")
    assert "What side effects can I expect afterward?" in _rows(page)
    page.context.set_offline(False)
    assert host.errors == []


def _stop_the_clock(page: Page) -> None:
    """Time passes for the page only when it is told so, however slow the machine is."""
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))


def test_at_most_three_requests_in_ten_keystrokes(host: Host) -> None:
    """At a fast, an ordinary and a slow typist's speed."""
    page = host.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.install()
    host.open("basic.html")
    _stop_the_clock(page)
    for delay, text in (
        (60, "can i go to the gym"),
        (150, "is it painful"),
        (320, "who is it for"),
    ):
        page.locator("input").first.fill("")
        asked.clear()
        for letter in text:
            page.locator("input").first.press_sequentially(letter)
            page.clock.run_for(delay)
        page.clock.run_for(1_000)
        page.locator(".status").filter(has_text=re.compile(r"\d")).wait_for()
        assert 1 <= len([url for url in asked if "/search" in url]) <= 0.3 * len(text), delay


def test_nothing_is_asked_twice(host: Host, faults: Faults) -> None:
    """Going back to an earlier wording asks nobody."""
    page = host.open("basic.html")
    ask(page, "gym")
    page.locator("input").first.fill("gymn")
    page.locator(".status").filter(has_text=re.compile(r"\d")).wait_for()
    faults.seen.clear()
    page.locator("input").first.fill("gym")
    expect(page.locator(".best")).not_to_have_text("…")
    assert faults.paths("/search") == []


def test_a_longer_question_is_asked_anew(host: Host, faults: Faults) -> None:
    """Also where every entry was found already: which one is best depends on the whole question."""
    faults.changed[r"q=parking$"] = answered(False, complete=True)
    page = host.widget('site="bare"')
    ask(page, "parking")
    expect(page.locator(".best")).to_contain_text("We have no clear answer")
    page.locator("input").first.press_sequentially(" free")
    expect(page.locator(".best .question")).to_have_text("Is parking free?")


def test_enter_asks_at_once_and_stays_on_the_page(host: Host) -> None:
    """Submitting the field neither reloads the page nor waits."""
    host.page.clock.install()
    page = host.open("basic.html")
    address = page.url
    _stop_the_clock(page)
    page.locator("input").first.fill("gym")
    with page.expect_request(lambda request: "/search" in request.url):
        page.locator("input").first.press("Enter")
        page.clock.run_for(1)
    assert page.url == address


def test_results_highlight_what_matched(host: Host, faults: Faults) -> None:
    """Words of the query are marked in the questions, whatever their ending, accents or case."""
    faults.hold("/search")
    page = host.widget('site="rich"')
    ask(page, "naive CAFES", settled=False)
    assert page.locator(".results mark").all_text_contents() == ["naïve", "café"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("parking", "Is parking free?"), ("naive cafe", "Is the naïve café open?"), ("停车", "停车场收费吗？"),
     ("פתוחים", "מתי אתם פתוחים?"), ("preformatted", "What can an answer hold?"), ("houses", "Is parking free?")],
)  # fmt: skip
def test_local_ranking_finds(host: Host, faults: Faults, query: str, wanted: str) -> None:
    """In questions and answers, in any script, without accents, whatever the word's ending."""
    faults.hold("/search")
    page = host.widget('site="rich"')
    ask(page, query, settled=False)
    assert _rows(page)[0].startswith(wanted)


def test_the_number_of_results_is_announced(host: Host) -> None:
    """In a status that screen readers speak, after the results have settled."""
    page = host.open("basic.html")
    status = page.get_by_role("status").first
    expect(status).to_have_text("")
    ask(page, "exosomes")
    expect(status).to_have_text(re.compile(r"^Questions found: \d+$"))
    shown = (
        page.locator(".results .item, .best .item").count()
        - page.locator(".results .label").count()
    )
    expect(status).to_have_text(f"Questions found: {shown}")


def test_hostile_queries_are_text(host: Host) -> None:
    """Markup, regular expressions, very long and odd input: shown as text, nothing thrown."""
    page = host.open("basic.html")
    field = page.locator("input").first
    for query in (
        "<img src=x onerror=alert(1)>",
        "((((",
        "\\",
        "a" * 5_000,
        "\ud83d\ude00",
        "   ",
        "%",
        "__proto__",
    ):
        field.fill(query)
        page.wait_for_timeout(260)
    assert (
        page.locator("faq-widget").evaluate(
            "el => el.shadowRoot.querySelectorAll('.body img').length"
        )
        == 0
    )
    assert host.errors == []
