"""The widget beside its peers, in one run: weight, first use, keystrokes, tasks, memory, shifts.

    python benchmarks/widget.py                 all, peers from npm
    python benchmarks/widget.py --alone         the widget, a plain filter and a blank page

Figures of one run compare with each other, not with those of another machine. Every page stands
on another origin than the FAQ server, all texts travel in brotli, and the slow line is the
browser's own: 150 ms round trip, 1.6 Mbit/s.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server
from widget_bench import BLANK, ELEMENTS, LOADS, PEERS, PLAIN, Bench, Peer
from widget_host import Host, entries, index_site, install_peers

from faqlib import FAQ, Site, open_store
from widget_server import create_app

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "benchmarks-widget.md"
HEAD = """# The widget beside its peers

Written by `make bench`, every figure from one run on one machine, which other programs may have
used meanwhile: compare the lines, not the milliseconds.
"""
SIZES = (17, 500)
FOLDER = Path(tempfile.gettempdir()) / "faq-widget-peers"
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
# Heading, and how a cell is made of the figures of a page, of the blank one and of the plain one.
COLUMNS = (
    ("kB", lambda f, blank, _: f"{f['kilobytes'] - blank['kilobytes']:.1f}"),
    ("requests", lambda f, blank, _: f"{f['requests'] - blank['requests']:.0f}"),
    ("usable after a blank page, ms", lambda f, blank, _: f"{f['usable'] - blank['usable']:+.0f}"),
    ("first paint later, ms", lambda f, b, _: f"{f['first paint'] - b['first paint']:+.0f}"),
    ("first key to results, ms", lambda f, *_: f"{f['first result']:.0f}"),
    ("key, median, ms", lambda f, _, plain: _times(f, plain, "median key")),
    ("key, 95 %, ms", lambda f, _, plain: _times(f, plain, "95 % key")),
    ("requests per key", lambda f, *_: f"{f['requests per key']:.2f}"),
    ("longest task at ¼ speed, CPU ms", lambda f, *_: _task(f)),
    ("layout shift", lambda f, *_: f"{f['shift']:.3f}"),
    ("heap over a blank page, kB", lambda f, blank, _: f"{f['memory'] - blank['memory']:+.0f}"),
)
NOTES = f"""
Over a slow line (150 ms round trip, 1.6 Mbit/s) up to "first key to results", then over a fast
one; × is against the plain filter, a page whose script hides what does not contain the words.
"Two at a time" is the widget in two requests with the preload line of docs/embedding.md.
DocSearch's service is stood in for by the host at the same distance. "{ELEMENTS}" holds nothing
but a script that makes one element of each kind that the widget makes at once: the browser's own
tables for them are most of a small page's heap. The longest task is the processor's time at full
speed times four: median and range of {LOADS} loads, each in a new process. The browser's own
slowing is not used, because it goes by the clock: on a busy machine, a loop that took 42 or 43 ms
at full speed took between 72 and 209 with it instead of 168.
"""


def _times(f: dict[str, float], plain: dict[str, float], name: str) -> str:
    return f"{f[name]:.0f} (×{f[name] / plain[name]:.2f})"


def _task(f: dict[str, float]) -> str:
    return f"{f['longest task']:.0f} ({f['least task']:.0f}–{f['most task']:.0f})"


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of an application while it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def faq_server() -> Any:
    """The real server with a site of each size."""
    store = open_store(":memory:")
    for count in SIZES:
        store.save_site(Site(id=f"bench{count}"))
        FAQ(store=store, site=f"bench{count}", semantic=False).add_all(entries(count))
    settings = {"log_requests": False, "semantic": False, "rate_search": "100000/minute"}
    return create_app(settings, store=store).wsgi_app


def warm(api: str) -> None:
    """The server's first answers take a while: not what is measured here."""
    for count in SIZES:
        site = f"{api}/api/v1/sites/bench{count}"
        for url in (
            f"{api}/widget.js",
            f"{api}/embed/bench{count}.js",
            f"{site}/bundle",
            f"{site}/bundle?parts=questions",
            f"{site}/search?limit=8&q=knee",
        ):
            request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})
            with urllib.request.urlopen(request) as answer:
                answer.read()


def table(peers: dict[str, Peer]) -> Iterator[str]:
    """Each page a line; what a page cannot do is left empty."""
    blank, plain = peers[BLANK].figures, peers[PLAIN].figures
    yield "| | " + " | ".join(heading for heading, _ in COLUMNS) + " |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for name, peer in peers.items():
        cells = []
        for _, cell in COLUMNS:
            try:
                cells.append(cell(peer.figures, blank, plain))
            except KeyError:
                cells.append("")
        yield f"| {name} | " + " | ".join(cells) + " |"


def chromium() -> str | None:
    """The path of an installed Chromium, or None for Playwright's own."""
    spec = importlib.util.spec_from_file_location("setup_browser", ROOT / "tools/setup_browser.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str | None = module.find_chromium()
    return found


def peers_at(folder: Path) -> Path:
    """The peers' files, and Pagefind's index of each size."""
    modules = install_peers(folder)
    for count in SIZES:
        index_site(modules, folder / f"site-{count}", count)
    return modules


def report(rounds: int = 2, folder: Path = FOLDER, *, alone: bool = False) -> Iterator[str]:
    """The lines of a section in Markdown; what cannot be had is said in its place."""
    modules = None
    if not alone:
        try:
            modules = peers_at(folder)
        except (OSError, subprocess.CalledProcessError, SystemExit) as error:
            yield f"MiniSearch, Pagefind and DocSearch are left out: {error}\n"
    chosen = PEERS if modules else {name: PEERS[name] for name in list(PEERS)[:6]}
    with (
        serving(faq_server()) as api,
        serving(Host(api, modules, folder)) as host,
        sync_playwright() as playwright,
    ):
        warm(api)
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        except Error:
            yield "Left out: there is no Chromium here. `python tools/setup_browser.py` gets one."
            return
        bench = Bench(browser, host, rounds)
        bench.settle()
        for count in SIZES:
            for name, peer in chosen.items():
                print(f"{count} entries: {name} …", file=sys.stderr)
                try:
                    bench.measure(peer, count)
                except Error as error:  # the other pages' figures are not lost with it
                    why = error.message.splitlines()[0]
                    yield f"{name}, {count} entries, did not finish: {why}\n"
            yield f"\n### {count} entries\n"
            yield from table(chosen)
        browser.close()
    yield NOTES


def write(rounds: int = 2) -> None:
    """Write the page in docs/, line by line: a run that is ended early leaves what it has."""
    with TARGET.open("w", encoding="utf-8") as page:
        page.write(HEAD)
        for line in report(rounds):
            page.write(line + "\n")
            page.flush()


def main() -> None:
    """Measure, and print a table for each size."""
    parser = argparse.ArgumentParser(description="The widget beside its peers.")
    parser.add_argument("--alone", action="store_true", help="without the peers from npm")
    parser.add_argument("--rounds", type=int, default=2, help="how often each figure is taken")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the peers are kept")
    options = parser.parse_args()
    for line in report(options.rounds, options.folder, alone=options.alone):
        print(line, flush=True)


if __name__ == "__main__":
    main()
