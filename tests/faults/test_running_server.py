"""The server's own processes, over HTTP: killed, and with older databases put under them."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load import free_port
from faqlib import Site, open_store
from faqlib.store.backup import check
from tests.faults.fault_harness import chance, count
from tests.patience import PATIENCE
from widget_server import tokens
from widget_server.records import Records

ADMIN = "/api/v1/admin/sites/s/entries"


class Server:
    """``widget-server serve`` with two workers, in a process group of its own."""

    def __init__(self, database: Path, token: str) -> None:
        port = free_port()
        self.base, self.token = f"http://127.0.0.1:{port}", token
        environment = {key: value for key, value in os.environ.items() if key[:4] != "FAQ_"}
        environment |= {"PYTHONWARNINGS": "ignore", "FAQ_RATE_ADMIN": "1000000/minute"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "widget_server.cli", "serve", "--db", str(database),
             "--port", str(port), "--workers", "2"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None
            try:
                self.ask("/readyz")
                return
            except (OSError, AssertionError):
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        """The JSON of an answer, which has to be a good one."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": "*",
                   "Content-Type": "application/json"}  # fmt: skip
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def kill(self) -> None:
        """End all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def shown(self) -> set[str]:
        """The answer of the one entry, by every way it is served, asked of both workers."""
        found = set()
        for _ in range(4):
            bundle = self.ask("/api/v1/sites/s/bundle")["entries"]
            results = self.ask("/api/v1/sites/s/search?q=lift")["results"]
            found |= {json.dumps(entry["answer"]) for entry in bundle}
            found |= {entry["answer_html"] for entry in results}
        return {text for one in found for text in one.split() if text.startswith("n")}


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, str]:
    """A database with one entry, and a token."""
    path = tmp_path / "faq.db"
    with closing(open_store(path)) as store:
        store.save_site(Site("s", name="Clinic"))
    with closing(Records(str(path))) as records:
        token = tokens.create(records, "*", write=True)
    return path, token


@contextmanager
def serving(database: Path, token: str) -> Iterator[Server]:
    server = Server(database, token)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def put(server: Server, number: int) -> None:
    body = {"id": "lift", "question": "Is there a lift?", "answer": f"It is n{number} ."}
    server.ask(ADMIN if number == 0 else f"{ADMIN}/lift", "PUT" if number else "POST", body)


def editing(server: Server, first: int, done: list[int]) -> threading.Thread:
    """Edits in the background, one after the other, until the server is gone."""

    def work() -> None:
        try:
            for number in range(first, first + 100_000):
                put(server, number)
                done.append(number)
        except (OSError, http.client.HTTPException):  # also in the middle of an answer
            return

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_every_edit_that_a_killed_server_acknowledged_is_served_by_the_next(
    place: tuple[Path, str], tally: Callable[..., None]
) -> None:
    done: list[int] = [0]
    with serving(*place) as server:
        put(server, 0)
    for turn in range(count(2, 30)):
        with serving(*place) as server:
            thread = editing(server, done[-1] + 1, done)
            time.sleep(chance(turn).uniform(0.05, 0.5))
            server.kill()
            thread.join()
        with serving(*place) as server:
            shown = server.shown()
            assert shown in ({f"n{done[-1]}"}, {f"n{done[-1] + 1}"}), (shown, done[-1])
            done.append(int(shown.pop()[1:]))
        tally("kill -9 of a server that is edited over HTTP", tried=1, lost=0, wrong=0)


def command(*words: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "faqlib.cli", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_an_older_database_under_a_running_server_is_what_it_serves_from_then_on(
    place: tuple[Path, str], tmp_path: Path, tally: Callable[..., None]
) -> None:
    """By ``faqlib restore``, and by a file that is moved to the database's name."""
    database, _ = place
    file, copy = tmp_path / "clinic.backup", tmp_path / "copy.db"
    with serving(*place) as server:
        put(server, 0)
        for turn in range(count(2, 20)):
            old = turn * 10 + 1
            put(server, old)
            command("backup", "--db", database, file)
            copy.unlink(missing_ok=True)
            with closing(sqlite3.connect(database)) as raw:
                raw.execute("VACUUM INTO ?", (str(copy),))
            for number in range(chance(turn).randint(1, 4)):
                put(server, old + 1 + number)
            before = server.ask("/api/v1/sites/s")["revision"]
            assert server.shown() != {f"n{old}"}
            if turn % 2:
                for suffix in ("-wal", "-shm"):
                    database.with_name(f"faq.db{suffix}").unlink(missing_ok=True)
                copy.replace(database)
            else:
                command("restore", file, "--db", database, "--overwrite")
            assert server.ask("/api/v1/sites/s")["revision"] != before
            assert server.shown() == {f"n{old}"}
            put(server, old + 9)  # the same processes take edits again
            assert server.shown() == {f"n{old + 9}"}
            tally("older databases under a running server", tried=1, stale=0)


def test_backups_by_the_command_while_a_server_is_edited_are_whole(
    place: tuple[Path, str], tmp_path: Path, tally: Callable[..., None]
) -> None:
    database, _ = place
    done: list[int] = [0]
    with serving(*place) as server:
        put(server, 0)
        thread = editing(server, 1, done)
        for turn in range(count(2, 20)):
            before = done[-1]
            file, other = tmp_path / "file", tmp_path / f"{turn}.db"
            command("backup", "--db", database, file)
            after = done[-1] + 1
            assert check(file).entries == 1
            command("restore", file, "--db", other)
            with closing(open_store(other)) as store:
                entry = store.get("s", "lift")
                versions = store.history("s", "lift")
            assert entry is not None
            assert before <= int(entry.answer.split()[2][1:]) <= after
            assert versions[-1].entry == entry
            tally("backups by the command while a server is edited", tried=1, half=0)
        server.kill()
        thread.join()
