"""What the widget's benchmark measures of a page, and how each of its pages is used."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

QUERIES = ("knee treat", "heart trea", "lung treat")
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
LONGEST = 6_000  # ms, the most that the first results are waited for
UNCHANGED = 1_500  # ms without a change after which a keystroke counts as one that changed nothing
LOADS = 5  # how often a page is loaded to find its longest task
SLOWED = 4  # how much slower the processor is taken to be for it

# Runs in the page before all else. A result counts as painted in the task behind the frame in
# which it stood in the document.
PROBE = """
window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => { shift += entry.value }))
  .observe({type: 'layout-shift', buffered: true});
window.painted = test => new Promise(resolve => {
  const look = () => test() ? setTimeout(() => resolve(performance.now()))
    : requestAnimationFrame(look);
  requestAnimationFrame(look);
});
window.watch = (place, hits) => {
  let changed = false;
  new MutationObserver(() => { changed = true }).observe(place(),
    {subtree: true, childList: true, attributes: true, characterData: true});
  addEventListener('keydown', event => {
    if (event.key.length > 1) return;
    changed = false;
    window.answer = painted(() => changed && hits() > 0).then(time => time - event.timeStamp);
  }, true);
};
"""
SHADOW = "document.querySelector('faq-widget')?.shadowRoot"


@dataclass
class Peer:
    """How a page is used: when it can be, where to type, where results appear."""

    page: str
    usable: str
    entry: str = ""
    place: str = "document.body"
    hits: str = ""
    before: str = ""
    figures: dict[str, float] = field(default_factory=dict)


def _widget(page: str) -> Peer:
    rows = f"{SHADOW}.querySelectorAll('.results .item').length"
    return Peer(page, f"{SHADOW}?.querySelector('.question')", "input[type=search]", SHADOW, rows)


BLANK, ELEMENTS, PLAIN = "blank page", "page with elements", "plain filter"
PEERS = {
    BLANK: Peer("blank", "document.querySelector('p')"),
    ELEMENTS: Peer("elements", "document.querySelector('x-elements')"),
    PLAIN: Peer(
        "plain",
        "document.querySelector('details')",
        "#q",
        hits="1",  # that nothing contains the words is an answer too
    ),
    "**widget**": _widget("widget"),
    "**widget**, two requests": _widget("widget-two-requests"),
    "**widget**, two at a time": _widget("widget-preload"),
    "MiniSearch": Peer(
        "minisearch", "window.usable", "#q", hits="document.querySelectorAll('details').length"
    ),
    "Pagefind": Peer(
        "pagefind",
        "document.querySelector('.pagefind-ui__search-input')",
        ".pagefind-ui__search-input",
        hits="document.querySelectorAll('.pagefind-ui__result').length",
    ),
    "DocSearch": Peer(
        "docsearch",
        "document.querySelector('.DocSearch-Button')",
        ".DocSearch-Input",
        hits="document.querySelectorAll('.DocSearch-Hit').length",
        before=".DocSearch-Button",
    ),
}


class Bench:
    """Measures one page after the other in one browser."""

    def __init__(self, browser: Browser, host: str, rounds: int) -> None:
        self._browser, self._host, self._rounds = browser, host, rounds

    def settle(self) -> None:
        """Load a page unmeasured: a browser asks for the site's icon once, with its first page."""
        with self._page() as (page, _):
            self._open(page, PEERS[BLANK], 0)
            page.wait_for_timeout(700)

    def measure(self, peer: Peer, count: int) -> None:
        """Fill in the figures of a page."""
        peer.figures = {}
        self._first_use(peer, count)
        self._footprint(peer, count)
        self._tasks(peer, count)
        if peer.entry:
            self._keystrokes(peer, count)

    @contextmanager
    def _page(self, *, slow: bool = False) -> Iterator[tuple[Page, CDPSession]]:
        context = self._browser.new_context(viewport={"width": 1_000, "height": 800})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.add_init_script(PROBE)
        client = context.new_cdp_session(page)
        client.send("Network.enable")
        if slow:
            client.send("Network.emulateNetworkConditions", SLOW)
        try:
            yield page, client
        finally:
            context.close()

    def _open(self, page: Page, peer: Peer, count: int) -> float:
        page.goto(f"{self._host}/page/{peer.page}/{count}", wait_until="commit")
        usable = float(page.evaluate(f"painted(() => {peer.usable})"))
        page.wait_for_load_state("load")
        return usable

    def _keys(self, page: Page, peer: Peer, text: str, longest: int) -> list[float]:
        if peer.before:
            page.locator(peer.before).click()
        page.locator(peer.entry).first.focus()
        page.evaluate(f"watch(() => {peer.place}, () => {peer.hits})")
        late = f"new Promise(done => setTimeout(done, {longest}, {longest}))"
        times = []
        for letter in text:
            page.keyboard.press(letter)
            times.append(float(page.evaluate(f"Promise.race([answer, {late}])")))
            page.wait_for_timeout(120)
        return times

    def _first_use(self, peer: Peer, count: int) -> None:
        """On the slow line: usable, first paint, weight, requests, first results."""
        found: dict[str, list[float]] = {}

        def note(name: str, value: float) -> None:
            found.setdefault(name, []).append(value)

        for _ in range(self._rounds):
            with self._page(slow=True) as (page, client):
                sizes: dict[str, float] = {}

                def loaded(event: Any, sizes: dict[str, float] = sizes) -> None:
                    sizes[event["requestId"]] = event["encodedDataLength"]

                client.on("Network.loadingFinished", loaded)
                note("usable", self._open(page, peer, count))
                first = "performance.getEntriesByName('first-paint')[0]?.startTime ?? 0"
                note("first paint", page.evaluate(first))
                if peer.entry:
                    note("first result", self._keys(page, peer, "k", LONGEST)[0])
                page.wait_for_timeout(700)
                note("kilobytes", sum(sizes.values()) / 1_000)
                note("requests", float(len(sizes)))
        peer.figures |= {name: statistics.median(values) for name, values in found.items()}

    def _keystrokes(self, peer: Peer, count: int) -> None:
        """On a fast line, once everything is there: keystroke to first paint."""
        times: list[float] = []
        asked: list[str] = []
        for query in QUERIES * self._rounds:
            with self._page() as (page, _):
                self._open(page, peer, count)
                page.wait_for_timeout(600)
                page.on("request", lambda request: asked.append(request.url))
                found = self._keys(page, peer, query, UNCHANGED)[1:]
                times += [time for time in found if time < UNCHANGED]
        letters = sum(map(len, QUERIES)) * self._rounds
        peer.figures["median key"] = statistics.median(times)
        peer.figures["95 % key"] = statistics.quantiles(times, n=20)[-1]
        peer.figures["requests per key"] = len(asked) / letters

    def _footprint(self, peer: Peer, count: int) -> None:
        """Memory after loading, and layout shift."""
        memory, shifts = [], []
        for _ in range(self._rounds):
            with self._page() as (page, client):
                self._open(page, peer, count)
                page.wait_for_timeout(1_500)
                for _ in range(3):
                    client.send("HeapProfiler.collectGarbage")
                memory.append(client.send("Runtime.getHeapUsage")["usedSize"] / 1_000)
                shifts.append(page.evaluate("shift"))
        peer.figures["memory"] = statistics.median(memory)
        peer.figures["shift"] = max(shifts)

    def _tasks(self, peer: Peer, count: int) -> None:
        """The longest task on a slowed processor.

        It is the processor's time at full speed, times the slowing. The browser's own slowing
        goes by the clock: what other programs take meanwhile it takes from the page once more.
        """
        tasks = []
        for _ in range(LOADS):
            with self._page() as (page, client), _traced(client, page) as events:
                page.goto(f"{self._host}/page/{peer.page}/{count}")
                page.wait_for_timeout(3_000)
            tasks.append(SLOWED * longest_task(events))
        peer.figures["longest task"] = statistics.median(tasks)
        peer.figures["least task"], peer.figures["most task"] = min(tasks), max(tasks)


@contextmanager
def _traced(client: CDPSession, page: Page) -> Iterator[list[dict[str, Any]]]:
    """What the browser does meanwhile; the list is full once the block has ended."""
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    client.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    client.on("Tracing.tracingComplete", lambda _: ended.append(True))
    categories = "toplevel,devtools.timeline"
    client.send("Tracing.start", {"categories": categories, "transferMode": "ReportEvents"})
    yield events
    client.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)


def longest_task(events: list[dict[str, Any]]) -> float:
    """The processor time, in ms, of the page's longest task, other processes' share left out.

    The task in which the browser sets up the document is the same for every page and does not
    count.
    """
    main = {
        (e["pid"], e["tid"])
        for e in events
        if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    begun = {e["pid"]: e["ts"] for e in events if e["name"] == "CommitLoad"}
    tasks = [
        e["tdur"] / 1_000
        for e in events
        if e["name"].endswith("RunTask") and "tdur" in e and (e["pid"], e["tid"]) in main
        and e["ts"] > begun.get(e["pid"], e["ts"])
    ]  # fmt: skip
    return max(tasks, default=0.0)
