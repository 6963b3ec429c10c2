"""Which WSGI server, and what the framework costs: requests a second, side by side in one run.

    python benchmarks/wsgi_servers.py [SECONDS]

Each server runs the same three applications on the same cores as the load: one that answers a
prepared body and nothing else, one Flask route with that body, and widget_server. Eight
connections stay open. Servers that are not installed are left out. Compare the ratios.
"""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus import numbers

HERE = Path(__file__).resolve()
CONNECTIONS = 8
SITE = "/api/v1/sites/exosomes"
SERVERS: dict[str, tuple[str, ...]] = {
    "granian": ("granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "2",
                "--no-ws", "--log-level", "error", "--port", "{port}", "wsgi_servers:app"),
    "gunicorn": ("gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4",
                 "--log-level", "error", "--bind", "127.0.0.1:{port}", "wsgi_servers:app"),
    "waitress": ("waitress", "--threads", "4", "--listen", "127.0.0.1:{port}", "wsgi_servers:app"),
}  # fmt: skip


CACHED = f"{SITE}/search?q=needle+in+my+shoulder"


def make() -> Callable[..., Iterable[bytes]]:
    """widget_server from memory, and what it is measured beside."""
    from widget_server import create_app

    return beside(
        create_app({"semantic": False, "rate_search": "1000000000/minute", "log_requests": False})
    )


def beside(faq: Any) -> Callable[..., Iterable[bytes]]:
    """Three applications behind one address: ``faq``, and a cached answer of its, prepared.

    ``/raw`` answers with the bytes and no framework, ``/flask`` from a route that does nothing.
    """
    import flask

    body = faq.test_client().get(CACHED).data
    plain = flask.Flask("plain")

    @plain.get("/flask")
    def prepared() -> flask.Response:
        return flask.Response(body, mimetype="application/json")

    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]

    def choose(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/raw":
            start("200 OK", headers)
            return [body]
        return (plain if path == "/flask" else faq).wsgi_app(environ, start)

    return choose


if os.environ.get("FAQ_BENCHMARK"):
    del os.environ["FAQ_BENCHMARK"]
    app = make()


PATHS: dict[str, Callable[[], str]] = {
    "a prepared body, no framework": lambda: "/raw",
    "a prepared body in Flask": lambda: "/flask",
    "search, in the cache": lambda: CACHED,
    "bundle": lambda: f"{SITE}/bundle",
    "search, new each time": lambda: f"{SITE}/search?q=how+soon+can+i+exercise+{next(_NUMBERS)}",
}
_NUMBERS = itertools.count()


@contextmanager
def running(name: str) -> Iterator[int]:
    """The server on a free port, its workers ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [word.format(port=port) for word in SERVERS[name]]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *words],
        cwd=HERE.parent,
        env={**os.environ, "FAQ_BENCHMARK": "1", "PYTHONPATH": str(HERE.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                asyncio.run(ask(port, PATHS["bundle"], 0.05))
                break
            except OSError:
                time.sleep(0.1)
        asyncio.run(ask(port, PATHS["search, new each time"], 1.5))  # each worker builds its index
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


async def ask(port: int, path: Callable[[], str], seconds: float) -> float:
    """Requests a second over all connections."""
    end = time.perf_counter() + seconds

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < end:
            writer.write(f"GET {path()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            count += 1
        writer.close()
        return count

    started = time.perf_counter()
    counts = await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - started)


def main(seconds: float = 2.0) -> None:
    """Print a table: medians of three rounds, and each row's share of the bare answer."""
    names = [name for name in SERVERS if importlib.util.find_spec(name)]
    found: dict[tuple[str, str], list[float]] = {}
    for name in names:
        with running(name) as port:
            for label in [*PATHS] * 3:  # round by round, so that a slow moment meets all alike
                rate = asyncio.run(ask(port, PATHS[label], seconds))
                found.setdefault((name, label), []).append(rate)
    print("| requests a second | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for label in PATHS:
        cells = []
        for name in names:
            rate = statistics.median(found[name, label])
            bare = statistics.median(found[name, "a prepared body in Flask"])
            cells.append(f"{rate:,.0f} ({rate / bare:.2f})")
        print(f"| {label} | " + " | ".join(cells) + " |")
    print("\nIn brackets: times what a bare Flask route answers in the same server.")


if __name__ == "__main__":
    main(*numbers(__doc__))
