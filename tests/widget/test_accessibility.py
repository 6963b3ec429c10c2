"""Accessible in every state: axe-core, names and roles, sizes, reflow, text spacing, focus."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import Host, ask, still
from tests.widget.servers import Faults, answered

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


def _closed(host: Host, _: Faults) -> Page:
    return host.widget('site="exosomes" theme="auto"')


def _open(host: Host, _: Faults) -> Page:
    page = host.page
    page.get_by_role("button", name="What are exosomes?").click()
    page.get_by_role("button", name="How is the treatment given?").click()
    page.locator("summary").click()
    return page


def _results(host: Host, _: Faults) -> Page:
    ask(host.page, "what are exosomes")
    expect(host.page.locator(".best .item")).to_be_visible()
    return host.page


def _no_answer(host: Host, faults: Faults) -> Page:
    faults.changed["zebra"] = answered(False, suggestion="zebra fish")
    host.page.locator("input").first.fill("")
    ask(host.page, "zebra quilting chest pain")
    expect(host.page.locator(".best .contact")).to_be_visible()
    return host.page


def _error(host: Host, faults: Faults) -> Page:
    faults.failing["/bundle"] = 503
    return host.widget('site="family-practice" theme="auto"', wait="[role=alert]")


def _dialog(host: Host, faults: Faults) -> Page:
    faults.failing.clear()
    page = host.widget('site="rich" theme="auto" mode="launcher"', wait=".launcher")
    _axe(page, "launcher")
    page.locator(".launcher").click()
    page.get_by_role("button", name="Is parking free?").click()
    return page


STATES: list[Callable[[Host, Faults], Page]] = [
    _closed,
    _open,
    _results,
    _no_answer,
    _error,
    _dialog,
]


def _axe(page: Page, state: str) -> None:
    still(page)
    page.evaluate("source => { if (!window.axe) (0, eval)(source) }", AXE)
    found = page.evaluate(
        "rules => axe.run('faq-widget', {runOnly: rules, resultTypes: ['violations', 'incomplete']})",
        RULES,
    )
    told = [
        (
            kind,
            rule["id"],
            [node["target"] for node in rule["nodes"]],
            rule["nodes"][0]["failureSummary"],
        )
        for kind in ("violations", "incomplete")
        for rule in found[kind]
    ]
    assert told == [], state
    assert len(found["passes"]) > 5, state


@pytest.fixture(params=[320, 1280])
def wide(request: pytest.FixtureRequest, host: Host) -> Iterator[int]:
    """A phone's width and a desk's."""
    host.page.set_viewport_size({"width": request.param, "height": 900})
    return request.param


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(
    host: Host, faults: Faults, look: str, wide: int, artefact: Callable[[Page, str], None]
) -> None:
    """No violation and nothing left undecided: closed, open, results, no answer, error, dialog."""
    host.page.emulate_media(**LOOKS[look])
    for state in STATES:
        page = state(host, faults)
        name = state.__name__.strip("_")
        _axe(page, name)
        artefact(page, f"{name}-{look}-{wide}")


def test_the_search_field_has_a_label_and_a_landmark(host: Host) -> None:
    """A visible label, a search landmark, a status and no pretence of a combobox."""
    page = host.open("basic.html")
    field = page.get_by_role("search").get_by_role("searchbox", name="What would you like to know?")
    expect(field).to_be_visible()
    assert field.get_attribute("aria-expanded") is None
    expect(page.get_by_text("What would you like to know?")).to_be_visible()


def test_a_question_is_a_button_in_a_heading(host: Host) -> None:
    """The disclosure pattern: its name is the question and nothing else."""
    page = host.open("basic.html")
    heading = page.get_by_role("heading", name="What are exosomes?", exact=True, level=4)
    expect(heading.get_by_role("button", name="What are exosomes?", exact=True)).to_have_attribute(
        "aria-expanded", "false"
    )


def test_everything_to_press_is_large_enough(host: Host) -> None:
    """24 by 24 pixels at least."""
    page = host.widget('site="rich"')
    page.get_by_role("button", name="What can an answer hold?").click()
    page.locator("summary").click()
    small = page.evaluate("""() => [...document.querySelector('faq-widget').shadowRoot.querySelectorAll('button,summary,input,textarea,a')]
      .map(el => [el.textContent, el.getBoundingClientRect()]).filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([text, box]) => text + ' ' + box.height)""")
    assert small == []


@pytest.mark.parametrize("dx", [-11, 11])
def test_what_clears_the_field_is_large_enough_too(host: Host, dx: int) -> None:
    """The browser's own cross answers to a press 11 pixels beside its middle."""
    page = host.open("basic.html")
    field = page.locator("input").first
    field.fill("needle")
    box = field.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 25 + dx, box["y"] + box["height"] / 2)
    expect(field).to_have_value("")
    expect(page.locator(".categories")).to_be_visible()


def test_marked_words_can_be_read_in_forced_colours(host: Host) -> None:
    """The visitor's colours leave the ground of a mark pale: its text is that of the rest."""
    host.page.emulate_media(forced_colors="active", color_scheme="dark")
    page = host.open("basic.html")
    ask(page, "needle")
    colours = page.locator("mark").first.evaluate(
        "el => [el, el.parentElement].map(one => getComputedStyle(one).color)"
    )
    assert colours[0] == colours[1]


@pytest.mark.parametrize("width", [280, 320])
def test_reflows_without_scrolling_sideways(host: Host, width: int) -> None:
    """In 320 pixels and less nothing is cut and nothing scrolls sideways but a wide table."""
    host.page.set_viewport_size({"width": width, "height": 700})
    page = host.widget('site="rich"')
    for button in page.locator(".question").all():
        button.click()
    ask(page, "what can an answer hold", settled=False)
    page.locator("input").first.fill("")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate("""() => [...document.querySelector('faq-widget').shadowRoot.querySelectorAll('.body *')]
      .filter(el => !el.closest('.table,pre') && el.getBoundingClientRect().right > innerWidth + 1).map(el => el.className)""")
    assert outside == []


def test_bears_wider_text_spacing(host: Host) -> None:
    """WCAG 1.4.12: with larger line, word and letter spacing nothing is cut or overlaps."""
    page = host.open("sidebar.html")
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet;
      sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}');
      const root = document.querySelector('faq-widget').shadowRoot;
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    }""")
    page.locator(".question").nth(1).click()
    ask(page, "what are exosomes")
    cut = page.evaluate("""() => [...document.querySelector('faq-widget').shadowRoot.querySelectorAll('button,p,label,h2,h3')]
      .filter(el => el.offsetParent && !el.matches('.preview') && (el.scrollHeight > el.clientHeight + 2 || el.scrollWidth > el.clientWidth + 2))
      .map(el => el.className + el.textContent.slice(0, 30))""")
    assert cut == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_focus_can_be_seen_everywhere(host: Host, look: str) -> None:
    """Each thing that tabbing reaches has an outline of at least two pixels."""
    host.page.emulate_media(**LOOKS[look])
    page = host.widget('site="rich" theme="auto"')
    page.get_by_role("button", name="What can an answer hold?").click()
    seen = set()
    page.locator("input").first.focus()
    for _ in range(25):
        style = page.evaluate("""() => {
          const el = document.querySelector('faq-widget').shadowRoot.activeElement;
          const style = el && getComputedStyle(el);
          return el && [el.className || el.localName, style.outlineStyle, parseFloat(style.outlineWidth), el.matches(':focus-visible')];
        }""")
        if style is None:
            break
        seen.add(style[0])
        assert style[3], style
        assert style[1] != "none", style
        assert style[2] >= 2, style
        page.keyboard.press("Tab")
    assert {"question", "button", "input", "table"} <= seen


def test_reduced_motion_moves_nothing(host: Host) -> None:
    """Opening an answer is instant for those who asked for that, and soft for others."""
    for motion, moves in (("reduce", False), ("no-preference", True)):
        host.page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page = host.open("basic.html")
        running = page.locator(".question").first.evaluate(
            "el => { el.click(); return el.getRootNode().getAnimations().length }"
        )
        assert (running > 0) == moves, motion


@pytest.mark.parametrize(
    "accent",
    ["#ffff00", "#00ff00", "#0b6e5f", "#000000", "#ffffff", "#ff69b4", "#0000ff", "tomato"],
)
def test_any_accent_colour_can_be_read(host: Host, accent: str) -> None:
    """Contrast of at least 4.5 on light and dark, whatever colour a clinic has."""
    for scheme in ("light", "dark"):
        page = host.widget(f'site="exosomes" theme="{scheme}" accent="{accent}"')
        ratio = page.evaluate("""() => {
          const rgb = color => {
            const context = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
            context.fillStyle = color;
            context.fillRect(0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const luminance = color => rgb(color).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const root = document.querySelector('faq-widget').shadowRoot;
          const text = luminance(getComputedStyle(root.querySelector('summary')).color);
          const ground = luminance(getComputedStyle(root.querySelector('.faq')).backgroundColor);
          return (Math.max(text, ground) + .05) / (Math.min(text, ground) + .05);
        }""")
        assert ratio >= 4.5, (accent, scheme)


def test_headings_never_skip_a_level(host: Host) -> None:
    """h2, h3, h4 in the list; h2, h3 among results."""
    page = host.open("basic.html")
    for query in ("", "what are exosomes"):
        page.locator("input").first.fill(query)
        expect(page.locator(".status")).to_have_text(re.compile(r"\d" if query else "^$"))
        levels = [
            int(tag[1])
            for tag in page.evaluate("""() => [...document.querySelector('faq-widget').shadowRoot
          .querySelectorAll('h2,h3,h4,h5,h6')].filter(el => el.offsetParent && !el.closest('.answer')).map(el => el.localName)""")
        ]
        assert levels[0] == 2
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert re.fullmatch(r"\d+", str(levels[-1]))
