"""Visitors, editors and idlers at one server, over the loopback: `make load`.

    python benchmarks/load.py --seconds 60 --rate 150

Requests start at fixed moments, whether the ones before were answered or not (an open loop, as
visitors come), and a request's time counts from the moment it was due. Beside them some clients
send a byte now and then and hold their connections. Ends by itself; the figures go to
test-artifacts/load.json.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from faqlib import FAQ

ROOT = Path(__file__).resolve().parents[1]
SITE = "family-practice"
WORDS = (
    "appointment refill fever flu shot parking insurance bill results referral doctor nurse child "
    "baby cough hours closed portal password records cancel late pharmacy test blood"
).split()
KINDS = ("SEARCH", "FEEDBACK", "QUESTIONS", "ADMIN")  # that have limits for each visitor
# 412 is an editor who was overtaken by another one; 429 is a limit that does its work.
FINE = {200, 201, 204, 302, 304, 412, 429}


# Below those that systems give to connections, so that none of these comes to listen there first;
# and of each process its own, so that two never choose the same.
FIRST_PORT = 20_000 + os.getpid() % 400 * 25
PORTS = itertools.cycle(range(FIRST_PORT, FIRST_PORT + 25))


def free_port() -> int:
    """A port that nobody listens on, and that nobody else is about to."""
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", port := next(PORTS))):
            return port


@dataclass
class Running:
    """A server in processes of its own."""

    process: subprocess.Popen[bytes]
    port: int
    database: str
    log: Path

    def ask(
        self, method: str, path: str, body: Any = None, source: str = "", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own."""
        return ask(self.port, method, path, body, source, **headers)

    def memory(self) -> int:
        """Bytes that the server's processes hold together."""
        pages = 0
        for pid in family(self.process.pid):
            try:
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError):  # ended just now
                continue
        return pages * os.sysconf("SC_PAGE_SIZE")


def ask(
    port: int, method: str, path: str, body: Any = None, source: str = "", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """One request, from an address if that is said: status, headers in lower case, body."""
    place = (source, 0) if source else None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=place)
    try:
        data = None if body is None else json.dumps(body)
        kind = {"Content-Type": "application/json"} if data else {}
        connection.request(method, path, data, kind | headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, named, answer.read()
    finally:
        connection.close()


def family(pid: int) -> set[int]:
    """A process and all below it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(parts[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def make_database(path: Path) -> str:
    """The example practice with its questions, in a file."""
    with FAQ.open(path, site=SITE, semantic=False) as faq:
        faq.load(ROOT / f"examples/{SITE}/faq.yaml")
    return str(path)


def start(database: str, log: Path, port: int = 0, **settings: str) -> Running:
    """Start `widget-server serve` and wait until it answers."""
    port = port or free_port()
    environ = {key: value for key, value in os.environ.items() if key[:4] != "FAQ_"}
    environ |= {"FAQ_DATABASE": database, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "widget_server.cli", "serve", "--port", str(port)]
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environ)
    made = Running(process, port, database, log)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2_000:]}")
        try:
            if made.ask("GET", "/readyz")[0] == 200:
                return made
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the server did not answer within two minutes")


def stop(server: Running, *, hard: bool = False) -> None:
    """End the server's own processes: in order, or at once as a crash does."""
    pids = family(server.process.pid)
    server.process.kill() if hard else server.process.terminate()
    if hard:
        for pid in pids - {server.process.pid}:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
    try:
        server.process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Running]:
    """A server over a fresh database."""
    server = start(make_database(folder / "clinic.db"), folder / "server.log", **settings)
    try:
        yield server
    finally:
        stop(server)


def make_token(database: str) -> str:
    """A token that may edit."""
    command = [sys.executable, "-m", "widget_server.cli", "token", "create", "--db", database]
    command += ["--site", SITE, "--write"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.split()[0]


# Visitors and editors


@dataclass
class Tally:
    """What came back."""

    codes: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    times: list[tuple[float, float]] = field(default_factory=list)  # when due, how long
    memory: list[int] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, int]:
        """Whatever should not have come."""
        codes = {str(code): count for code, count in self.codes.items() if code not in FINE}
        return codes | dict(self.broken)

    def p(self, share: float, quarter: int | None = None) -> float:
        """Milliseconds below which ``share`` of the requests were answered, of all or a quarter."""
        dues = [due for due, _ in self.times]
        if not dues:
            return 0.0
        begin, step = min(dues), (max(dues) - min(dues)) / 4 or 1.0
        took = sorted(
            took
            for due, took in self.times
            if quarter is None or min(3, int((due - begin) / step)) == quarter
        )
        return round(took[min(len(took) - 1, int(len(took) * share))] * 1_000, 1) if took else 0.0

    def between(self, share: float) -> dict[str, float]:
        """The same for all requests, for those of the first quarter and for those of the last."""
        return {"all": self.p(share), "first quarter": self.p(share, 0), "last": self.p(share, 3)}


def somebody(number: int) -> str:
    """One of many addresses of this machine, so that visitors are not all one visitor."""
    return f"127.0.1.{1 + number % 250}" if sys.platform == "linux" else ""


def one_request(server: Running, dice: random.Random, token: str) -> int:
    """What one visitor or editor does."""
    root, kind, whence = f"/api/v1/sites/{SITE}", dice.random(), somebody(dice.randrange(250))
    if kind < 0.70:
        asked = quote(" ".join(dice.choices(WORDS, k=dice.randint(1, 4))))
        path = f"{root}/{dice.choice(('search', 'suggest'))}?q={asked}"
        return server.ask("GET", path, source=whence)[0]
    if kind < 0.85:
        return server.ask("GET", f"{root}/bundle", source=whence)[0]
    if kind < 0.90:
        return server.ask("GET", f"/sites/{SITE}/", source=whence)[0]
    if kind < 0.95:
        rating = {"entry": "load-0", "helpful": True}
        return server.ask("POST", f"{root}/feedback", rating, source=whence)[0]
    return one_edit(server, dice, token)


def one_edit(server: Running, dice: random.Random, token: str) -> int:
    """What one editor does: reads an entry, and writes it unless another one was faster."""
    path = f"/api/v1/admin/sites/{SITE}/entries/load-{dice.randrange(5)}"
    bearer = {"Authorization": f"Bearer {token}"}
    code, headers, _ = server.ask("GET", path, **bearer)
    if code != 200:
        return code
    body = {"question": f"Is {dice.choice(WORDS)} possible?", "answer": f"{dice.random()}"}
    return server.ask("PUT", path, body, **bearer, **{"If-Match": headers["etag"]})[0]


def drive(server: Running, seconds: float, rate: float, seed: int = 1) -> Tally:
    """Send ``rate`` requests a second for ``seconds``, each at its moment."""
    token, tally, lock = make_token(server.database), Tally(), threading.Lock()
    for number in range(5):
        body = {"id": f"load-{number}", "question": f"Load {number}?", "answer": "Yes."}
        entries = f"/api/v1/admin/sites/{SITE}/entries"
        server.ask("POST", entries, body, Authorization=f"Bearer {token}")

    def run(due: float, number: int) -> None:
        try:
            code = one_request(server, random.Random(seed * 1_000_003 + number), token)
            with lock:
                tally.codes[code] += 1
        except (OSError, http.client.HTTPException) as error:
            with lock:
                tally.broken[type(error).__name__] += 1
        with lock:
            tally.times.append((due, time.monotonic() - due))

    began = time.monotonic()
    with ThreadPoolExecutor(64) as pool:
        for number in range(int(seconds * rate)):
            due = began + number / rate
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            if number % max(1, int(rate)) == 0:
                tally.memory.append(server.memory())
            pool.submit(run, due, number)
    tally.memory.append(server.memory())
    return tally


# Those who hold connections


@contextmanager
def slow_clients(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Connections that begin a request and then send a byte now and then."""
    begun = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ",
        b"POST /api/v1/sites/" + SITE.encode() + b"/feedback HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: text/plain\r\nContent-Length: 200000\r\n\r\n{",
        b"",
    )
    held = []
    ended = threading.Event()

    def drip() -> None:
        while not ended.wait(0.5):
            for one in held:
                try:
                    one.send(b"a")
                except OSError:
                    continue  # the server has had enough of it

    for number in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=60)
        one.sendall(begun[number % len(begun)])
        held.append(one)
    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield held
    finally:
        ended.set()
        thread.join()
        for one in held:
            one.close()


def main() -> int:
    """Drive a server and say how it went; 1 if anything but a limit refused a request."""
    parser = argparse.ArgumentParser(description="Load on one server, over the loopback.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=100, help="requests a second")
    parser.add_argument("--limits", action="store_true", help="leave the limits as they are")
    parser.add_argument("--slow", type=int, default=60, help="connections that idlers hold")
    options = parser.parse_args()
    # Where all come from one address, limits for each visitor would answer in the server's place.
    limits = {} if options.limits else {f"FAQ_RATE_{kind}": "1000000/minute" for kind in KINDS}
    with (
        tempfile.TemporaryDirectory(prefix="faq-load-") as folder,
        served(Path(folder), **limits) as server,
    ):
        with slow_clients(server.port, options.slow):
            tally = drive(server, options.seconds, options.rate)
        logged = server.log.read_text()
    sizes = [round(size / 1e6) for size in tally.memory]
    facts = {
        "seconds": options.seconds, "rate": options.rate, "idlers": options.slow,
        "answers": {str(code): count for code, count in sorted(tally.codes.items())},
        "wrong": tally.wrong, "p50 ms": tally.between(0.5), "p99 ms": tally.between(0.99),
        "megabytes": {"begin": sizes[0], "after a quarter": sizes[len(sizes) // 4],
                      "end": sizes[-1], "most": max(sizes)},
        "failures logged": logged.count('"level": "error"'),
    }  # fmt: skip
    print(json.dumps(facts, indent=1))
    place = ROOT / "test-artifacts"
    place.mkdir(exist_ok=True)
    (place / "load.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
