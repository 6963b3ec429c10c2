"""A browser, the real server on one origin, host pages on another."""

from __future__ import annotations

import importlib.util
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.patience import PATIENCE
from tests.widget.servers import Faults, Served
from tests.widget.sites import make_store
from widget_server import create_app

ROOT = Path(__file__).resolve().parents[2]
UNLIMITED = {f"rate_{what}": "100000/minute" for what in ("search", "feedback", "questions")}
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)


def pytest_configure(config: pytest.Config) -> None:
    """What the browser plugins do that newer versions of pytest warn of is not ours to mend."""
    text = "Session-scoped fixtures defined as instance methods"
    config.addinivalue_line("filterwarnings", f"ignore:{text}:pytest.PytestRemovedIn10Warning")
    expect.set_options(timeout=PATIENCE * 1_000)


def _load(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, else the one that Playwright downloaded."""
    found = _load("setup_browser", ROOT / "tools/setup_browser.py").find_chromium()
    chosen = {"executable_path": found} if found else {}
    waits = {"args": list(SWITCHES), "timeout": PATIENCE * 1_000}
    return {**browser_type_launch_args, **chosen, **waits}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A fresh browser context, which is waited for."""
    context.set_default_timeout(PATIENCE * 1_000)
    return context


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, Faults]]:
    """The real server on an origin of its own, behind the switchboard of faults."""
    app = create_app({"log_requests": False, "semantic": False, **UNLIMITED}, store=make_store())
    faults = Faults(app.wsgi_app)
    with Served(faults) as served:
        # Its first answer takes a while, and is the server's affair.
        with urllib.request.urlopen(f"{served.url}/embed/large.js") as answer:
            answer.read()
        yield served.url, faults


@pytest.fixture(scope="session")
def pages(server: tuple[str, Faults]) -> Iterator[tuple[str, Any]]:
    """The host pages on another origin."""
    app = _load("embed_pages", ROOT / "examples/embed/serve.py").Pages(server[0])
    with Served(app) as served:
        yield served.url, app


@pytest.fixture
def api(server: tuple[str, Faults]) -> str:
    """The server's address."""
    return server[0]


@pytest.fixture
def faults(server: tuple[str, Faults]) -> Iterator[Faults]:
    """The switchboard, all well at the start and at the end."""
    server[1].reset()
    yield server[1]
    server[1].reset()


class Host:
    """Opens host pages and holds what their consoles said."""

    def __init__(self, url: str, app: Any, page: Page) -> None:
        self.url, self._app, self.page = url, app, page
        self.said: list[str] = []
        self.errors: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            self.said.append(message.text)

    def open(self, name: str, *, wait: str | None = ".question", anchor: str = "") -> Page:
        """Go to a host page and wait until the widget shows ``wait``."""
        self.page.goto(f"{self.url}/{name}{anchor}")
        if wait:
            self.page.locator(wait).first.wait_for()
        return self.page

    def show(self, html: str, *, wait: str | None = ".question", anchor: str = "") -> Page:
        """The same for a page that is written in the test."""
        name = f"made-{len(self._app.added)}.html"
        whole = (
            html
            if "<!doctype" in html
            else f'<!doctype html><html lang="en"><title>Host</title>{html}'
        )
        self._app.added[name] = whole
        return self.open(name, wait=wait, anchor=anchor)

    def widget(
        self,
        attributes: str = 'site="exosomes"',
        *,
        anchor: str = "",
        wait: str | None = ".question",
    ) -> Page:
        """A page with one element in it."""
        return self.show(
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<body><faq-widget {attributes}></faq-widget>"
            '<script src="https://faq.example/widget.js" crossorigin="anonymous" defer></script>',
            wait=wait,
            anchor=anchor,
        )

    def wait_said(self, *parts: str) -> None:
        """Wait until the console has been told a sentence with each of these in it."""
        until(self.page, lambda: all(any(part in one for one in self.said) for part in parts))

    def clean(self) -> None:
        """Nothing was thrown and nothing was complained about."""
        assert self.errors == []
        assert self.said == []


@pytest.fixture
def host(pages: tuple[str, Any], page: Page, faults: Faults) -> Host:
    """Host pages in a fresh browser context."""
    return Host(*pages, page)


@pytest.fixture(scope="session")
def artefact() -> Callable[[Page, str], None]:
    """Keeps a screenshot for people to look at."""
    folder = ROOT / "test-artifacts/widget"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(
            path=folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}.png", full_page=True
        )

    return keep


def until(page: Page, test: Callable[[], object]) -> None:
    """Wait until something outside the page is so."""
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end, "It never became so."
        page.wait_for_timeout(50)


def still(page: Page) -> None:
    """Wait until nothing in the widget is being animated any more."""
    page.wait_for_function("""() => document.querySelector('faq-widget').shadowRoot
      .getAnimations().every(one => one.playState == 'finished')""")


def ask(page: Page, text: str, *, settled: bool = True) -> None:
    """Type a question as a person does, and wait for the server's answer."""
    page.locator("input[type=search]").first.press_sequentially(text, delay=15)
    if settled:
        page.locator(".status").filter(has_text=re.compile(r"\d")).first.wait_for()
