"""Quick, also with five hundred questions on a slow phone. The benchmarks measure it finely."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

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
    """The page paints before the script has run."""
    page = host.open(name)
    painted, ran = page.evaluate("""() => [
      performance.getEntriesByName('first-paint')[0].startTime,
      performance.getEntriesByType('resource').find(entry => entry.name.includes('/embed/')).responseEnd]""")
    assert painted > 0
    assert ran > 0
    assert page.evaluate("document.querySelector('script').defer") is True
