"""Quick, also with five hundred questions on a slow phone. The benchmarks measure it finely."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.widget.conftest import Host


def test_every_question_is_built_soon(host: Host) -> None:
    """All five hundred are in the page, in order, and answers can be found in it."""
    page = host.open("large.html")
    expect(page.locator(".question")).to_have_count(500)
    texts = page.locator(".question").all_text_contents()
    assert texts[0].endswith("number 0?")
    assert texts[499].endswith("number 499?")
    expect(page.locator(".heading")).to_have_count(20)


@pytest.mark.parametrize("name", ["embed.html", "large.html"])
def test_does_not_delay_the_hosts_first_paint(host: Host, name: str) -> None:
    """The page paints while the script is still on its way."""
    held: list[Route] = []
    host.page.route("**/embed/**", lambda route: held.append(route))
    host.page.goto(f"{host.url}/{name}", wait_until="commit")
    host.page.wait_for_function("performance.getEntriesByName('first-paint').length > 0")
    assert len(held) == 1
    assert host.page.locator(".question").count() == 0
    held[0].continue_()
    host.page.locator(".question").first.wait_for()
