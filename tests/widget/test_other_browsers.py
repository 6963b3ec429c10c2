"""The main flows again in Firefox and in WebKit, where they are installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.widget.other_browsers import Browser, start
from tests.widget.servers import Faults

HELP = """
const root = () => document.querySelector('faq-widget')?.shadowRoot;
const one = selector => root()?.querySelector(selector);
const until = async test => {
  const end = performance.now() + 100_000;
  while (performance.now() < end) {
    const value = test();
    if (value) return value;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('never: ' + test);
};
const shown = el => !!el && el.getClientRects().length > 0 && el.checkVisibility?.({contentVisibilityAuto: true}) !== false;
"""


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def browser_of(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A running browser; where there is none the test says what to install."""
    found = start(request.param)
    if isinstance(found, str):
        pytest.skip(found)
    yield found
    found.close()


def _run(browser: Browser, script: str) -> Any:
    return browser.run(HELP + script)


@pytest.mark.parametrize("name", ["embed", "basic", "csp", "trusted-types", "hostile"])
def test_reads_everywhere(
    browser_of: Browser, pages: tuple[str, Any], faults: Faults, name: str
) -> None:
    """The list is painted, an answer opens and closes, under policies and hostile styles too."""
    browser_of.open(f"{pages[0]}/{name}.html")
    assert _run(browser_of, """
      await until(() => one('.question'));
      const button = one('.question'), panel = one('.answer');
      const before = shown(panel.firstChild);
      button.click();
      await until(() => shown(panel.querySelector('.text')));
      const opened = [button.ariaExpanded, getComputedStyle(one('.title')).textTransform, getComputedStyle(button).letterSpacing];
      button.click();
      return [before, ...opened, button.ariaExpanded, shown(panel.querySelector('.text'))];
    """) == [False, "true", "none", "normal", "false", False]  # fmt: skip


def test_searches(browser_of: Browser, pages: tuple[str, Any], faults: Faults) -> None:
    """Typing shows results at once and then the server's answer."""
    browser_of.open(f"{pages[0]}/basic.html")
    _run(browser_of, "(await until(() => one('input'))).focus()")
    gate = faults.hold("/search")
    browser_of.press("what are exosomes")
    local = _run(browser_of, """
      await until(() => one('input').value == 'what are exosomes');
      return root().querySelectorAll('.results .item').length;
    """)  # fmt: skip
    assert local > 0
    gate.set()
    found = _run(browser_of, """
      await until(() => one('.best .question'));
      return [one('.best .question').textContent, one('.status').textContent];
    """)  # fmt: skip
    assert found[0] == "What are exosomes?"
    assert found[1].startswith("Questions found: ")


def test_opens_and_closes_the_launcher(
    browser_of: Browser, pages: tuple[str, Any], faults: Faults
) -> None:
    """The dialog takes the focus, Escape gives it back."""
    browser_of.open(f"{pages[0]}/launcher.html")
    _run(
        browser_of,
        "const button = await until(() => one('.launcher')); button.focus(); button.click();",
    )
    assert _run(
        browser_of, "return [one('dialog').open, !!root().activeElement?.closest('dialog')]"
    ) == [True, True]
    browser_of.press("\ue00c")
    focused = _run(browser_of, """
      await until(() => !one('dialog').open);
      return root().activeElement?.className;
    """)  # fmt: skip
    assert focused == "launcher"


def test_follows_a_link_to_a_question(
    browser_of: Browser, pages: tuple[str, Any], faults: Faults
) -> None:
    """#faq-<id> opens the question."""
    browser_of.open(f"{pages[0]}/basic.html#faq-side-effects")
    assert _run(browser_of, """
      const opened = await until(() => one('[aria-expanded=true]'));
      const box = opened.getBoundingClientRect();
      return [opened.textContent, box.top >= 0 && box.bottom <= innerHeight];
    """) == ["What side effects can I expect afterward?", True]  # fmt: skip


def test_colours_are_made(browser_of: Browser, pages: tuple[str, Any], faults: Faults) -> None:
    """Relative colours and light-dark() work, so text and ground differ in both schemes."""
    browser_of.open(f"{pages[0]}/basic.html")
    assert _run(browser_of, """
      await until(() => one('.question'));
      const look = () => [getComputedStyle(one('.faq')).backgroundColor, getComputedStyle(one('summary')).color];
      const light = look();
      document.querySelector('faq-widget').setAttribute('theme', 'dark');
      await until(() => look()[0] != light[0]);
      return [light[0], look()[0], light[1] != look()[1]];
    """) == ["rgb(255, 255, 255)", "rgb(22, 28, 33)", True]  # fmt: skip
