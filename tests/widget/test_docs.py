"""Every example in docs/embedding.md works as it is printed."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Host

TEXT = (Path(__file__).resolve().parents[2] / "docs/embedding.md").read_text("utf-8")
SOURCE = (Path(__file__).resolve().parents[2] / "static/widget.js").read_text("utf-8")


def _blocks(language: str) -> list[tuple[str, str]]:
    """(heading, code) of every block in a language."""
    found = []
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        name = section.split("\n", 1)[0]
        found += [
            (name, code) for code in re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
        ]
    return found


def _runnable(code: str) -> str:
    return code.replace("northside", "exosomes").replace("'parking'", "'side-effects'")


def _pinned(code: str, api: str) -> str:
    with urllib.request.urlopen(f"{api}/builder.json?site=exosomes") as answer:
        snippet = json.loads(answer.read())["snippet"]
    file = re.search(r"widget-\w+\.js", snippet)
    integrity = re.search(r"sha384-[\w+/=]+", snippet)
    assert file
    assert integrity
    return code.replace("widget-HASH.js", file[0]).replace("sha384-HASH", integrity[0])


@pytest.mark.parametrize(("heading", "code"), _blocks("html"), ids=lambda value: value[:30])
def test_html_example(host: Host, api: str, heading: str, code: str) -> None:
    """Pasted into an empty page, it paints the questions or the button."""
    code = _pinned(_runnable(code), api)
    wait = ".launcher" if "launcher" in code else ".question"
    host.show(f'<html lang="en"><body>{code}', wait=wait)
    wanted = code.count("data-site") + code.count("<faq-widget") or 1
    expect(host.page.locator("faq-widget")).to_have_count(wanted)
    host.clean()


@pytest.mark.parametrize(("heading", "code"), _blocks("js"), ids=lambda value: value[:30])
def test_script_example(host: Host, heading: str, code: str) -> None:
    """Run in a page with the widget, it throws nothing."""
    page = host.open("basic.html")
    page.evaluate(f"() => {{ {_runnable(code)} }}")
    page.locator(".question").last.wait_for()
    host.clean()


@pytest.mark.parametrize(("heading", "code"), _blocks("css"), ids=lambda value: value[:30])
def test_style_example(host: Host, heading: str, code: str) -> None:
    """Each property and part in it is one that the widget has."""
    for name in re.findall(r"--faq-[\w-]+", code):
        assert f"var({name}" in SOURCE
    for name in re.findall(r"::part\(([\w-]+)\)", code):
        assert f"`{name}`" in TEXT


def test_every_custom_property_is_documented() -> None:
    """What the styles read is what the page lists."""
    assert set(re.findall(r"var\((--faq-[\w-]+)", SOURCE)) == set(
        re.findall(r"^  (--faq-[\w-]+):", TEXT, re.MULTILINE)
    )


def test_every_part_is_documented() -> None:
    """The table of parts is complete and names none that is not there."""
    named = set(re.findall(r"h\('\w*\.(\w+)'", SOURCE))
    table = TEXT[TEXT.index("| where | parts |") : TEXT.index("Margins and width")]
    assert set(re.findall(r"`(\w+)`", table)) == named


def test_every_option_and_event_is_documented() -> None:
    """The table of options and the list of events are complete."""
    options = re.search(r"const OPTIONS = '(.*?)'", SOURCE)
    assert options
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == set(
        re.findall(r"\w+", options[1])
    )
    assert set(re.findall(r"emit\('(\w+)'", SOURCE)) == set(re.findall(r"'faq:(\w+)'", TEXT))


def test_every_link_in_the_page_leads_somewhere() -> None:
    """The table of contents names headings that exist."""
    anchors = {
        re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) == anchors
