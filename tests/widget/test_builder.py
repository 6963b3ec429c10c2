"""The embed builder in a browser: what is chosen shows at once, and only a tag can be copied."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.patience import PATIENCE
from tests.widget.conftest import Host
from tests.widget.servers import Faults, Served
from tests.widget.sites import make_store
from widget_server import create_app


@pytest.fixture
def discreet() -> Iterator[str]:
    """A server that lists no sites."""
    settings = {"log_requests": False, "semantic": False, "list_sites": False}
    with Served(create_app(settings, store=make_store()).wsgi_app) as served:
        yield served.url


def test_what_is_chosen_is_in_the_tag_and_in_the_preview(page: Page, api: str) -> None:
    page.goto(f"{api}/")
    page.get_by_label("Site").select_option("exosomes")
    page.get_by_label("Behind a button").check()
    expect(page.locator("#snippet")).to_contain_text('data-mode="launcher"')
    expect(page.locator("#snippet")).to_contain_text('data-site="exosomes"')
    page.frame_locator("#frame").locator(".launcher").wait_for()


def test_what_is_chosen_is_in_the_address_and_there_again_after_a_reload(
    page: Page, api: str
) -> None:
    page.goto(f"{api}/?site=nothing&utm=1")
    page.get_by_label("Site").select_option("rich")
    expect(page.locator("#snippet")).to_contain_text('data-site="rich"')  # a page of its own
    page.get_by_label("Behind a button").check()
    page.get_by_label("Language").select_option("es")
    page.get_by_label("Light or dark").select_option("dark")
    page.get_by_label("Colour").fill("#8a3b12")
    address = "/?site=rich&mode=launcher&lang=es&theme=dark&accent=%238a3b12"
    expect(page).to_have_url(api + address)
    chosen = page.locator("#snippet").text_content()
    page.reload()
    expect(page.locator("#snippet")).to_have_text(chosen or "")
    expect(page.get_by_label("Language")).to_have_value("es")
    expect(page.get_by_label("Colour")).to_have_value("#8a3b12")
    page.get_by_label("In the page").check()
    expect(page).to_have_url(api + address.replace("&mode=launcher", ""))


def test_an_address_that_was_tampered_with_chooses_only_what_there_is(page: Page, api: str) -> None:
    page.goto(f"{api}/?site=rich&mode=%22%3E%3Cscript%3E&lang=xx&theme=pink&accent=red&x=1")
    expect(page.get_by_label("In the page")).to_be_checked()
    expect(page.get_by_label("Language")).to_have_value("")
    expect(page.get_by_label("Light or dark")).to_have_value("auto")
    expect(page.locator("#problem")).to_contain_text("#rrggbb")
    expect(page.get_by_role("button", name="Copy the tag")).to_be_hidden()
    page.get_by_label("Behind a button").check()
    expect(page.locator("#snippet")).to_contain_text('data-mode="launcher" defer')  # and not black


def test_a_colour_that_cannot_be_read_gives_nothing_to_copy(page: Page, api: str) -> None:
    page.goto(f"{api}/?site=exosomes")
    copy = page.get_by_role("button", name="Copy the tag")
    expect(copy).to_be_visible()
    page.get_by_label("Colour").fill("#ff8800")
    expect(copy).to_be_hidden()
    page.get_by_role("button", name="nearest shade").click()
    expect(copy).to_be_visible()
    expect(page.locator("#snippet")).to_contain_text("data-accent")


def test_from_a_site_that_is_not_there_another_can_be_chosen(page: Page, api: str) -> None:
    page.goto(f"{api}/?site=nowhere")
    page.get_by_label("Site").select_option("exosomes")
    expect(page.locator("#snippet")).to_contain_text('data-site="exosomes"')
    expect(page.locator("#snippet")).not_to_contain_text("data-accent")


def test_where_no_sites_are_listed_the_id_is_typed(page: Page, discreet: str) -> None:
    page.goto(f"{discreet}/")
    page.get_by_label("Site").fill("exosomes")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#snippet")).to_contain_text('data-site="exosomes"')
    page.get_by_label("Site").fill("nowhere")
    expect(page.locator("#snippet")).to_contain_text("no such site")
    expect(page.get_by_role("button", name="Copy the tag")).to_be_hidden()


@pytest.mark.parametrize(
    ("choice", "asked"),
    [("site=exosomes", ["bundle"]), ("site=exosomes&lang=fr", ["bundle", "fr.json"]),
     ("site=clinica&mode=launcher", ["bundle", "es.json"])],
)  # fmt: skip
def test_the_tag_lets_the_browser_ask_for_everything_at_once(
    host: Host, api: str, faults: Faults, choice: str, asked: list[str]
) -> None:
    """Questions and texts are on their way before the script is there, and come once."""
    with urllib.request.urlopen(f"{api}/builder.json?{choice}") as answer:
        tag = json.loads(answer.read())["snippet"].replace("YOUR-FAQ-SERVER", "faq.example")
    faults.reset()
    questions = threading.Event()

    def asked_for(body: bytes) -> bytes:
        questions.set()
        return body

    # The script is held until the questions have been asked for.
    faults.changed["/widget-"] = lambda body: body if questions.wait(PATIENCE) else b""
    faults.changed["/bundle"] = asked_for
    page = host.show(tag, wait=".launcher" if "launcher" in choice else ".question")
    expect(page.locator("faq-widget")).to_have_count(1)
    paths = [one.path for one in faults.seen]
    assert len(paths) == 1 + len(asked)
    for name in asked:
        assert any(path.endswith(name) for path in paths)
    host.clean()
