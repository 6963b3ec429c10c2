"""Real processes: the demo, and a server that stops without breaking off what was begun."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks.load import free_port
from faqlib import FAQ, Entry
from tests.patience import PATIENCE
from widget_server import create_app
from widget_server.demo.run import Demo

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command; ends what is left at the end."""
    running: list[subprocess.Popen[str]] = []

    def run(*words: str, **extra: str) -> subprocess.Popen[str]:
        environment = {key: value for key, value in os.environ.items() if key[:4] != "FAQ_"}
        environment |= {"PYTHONWARNINGS": "ignore", "FAQ_SEMANTIC": "false", **extra}
        environment.pop("DISPLAY", None)
        process = subprocess.Popen(
            [sys.executable, "-m", "widget_server.cli", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.terminate()  # killed, it would leave its workers behind
        process.communicate(timeout=PATIENCE)


def get(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            if get(url)[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")


def test_the_demo_prints_its_addresses_and_all_of_them_answer(start: Start) -> None:
    process = start("demo", "--port", str(free_port()), "--open")
    assert process.stdout is not None
    lines = [process.stdout.readline().strip() for _ in range(5)]
    api, *pages = lines
    status, body = get(f"{api}/api/v1/sites/exosomes/search?q=needle%20in%20my%20shoulder")
    assert status == 200
    assert json.loads(body)["results"]
    assert get(f"{api}/sites/family-practice/")[0] == 200
    for page in pages:
        status, html = get(page)
        assert status == 200
        assert api.encode() in html
        assert page.split("/")[2] != api.split("/")[2]
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    assert process.communicate()[1] == ""


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_the_demo_ends_in_order_while_it_still_begins(how: str) -> None:
    code = (
        "import os, signal\n"
        "from widget_server.cli import main\n"
        "from widget_server.demo.run import Demo\n"
        "begin = Demo.start\n"
        f"Demo.start = lambda demo: (begin(demo), os.kill(os.getpid(), signal.{how}))\n"
        "main(['demo', '--port', '0'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_demo_says_when_its_port_is_taken(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("demo", "--port", str(taken.getsockname()[1]))
        assert process.wait(PATIENCE) == 1
    assert "is in use" in process.communicate()[1]


def test_the_demo_holds_its_ports_while_it_makes_its_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(settings: dict[str, Any]) -> Any:
        port = urlsplit(settings["public_url"]).port or 0
        for held in (port, port + 1):
            with pytest.raises(OSError, match="in use"):
                socket.create_server(("127.0.0.1", held))
        return create_app(settings)

    monkeypatch.setattr("widget_server.demo.run.create_app", make)
    for server in Demo(free_port())._servers:
        server.server_close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_server_serves_with_two_workers_and_stops_in_order(
    start: Start, database: str, how: signal.Signals
) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    process = start("serve", "--db", database, "--port", str(port), "--workers", "2")
    wait_for(f"{base}/readyz", process)
    codes: list[int] = []

    def ask(number: int) -> None:
        codes.append(get(f"{base}/api/v1/sites/north/search?q=parking%20{number}")[0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 12
    with FAQ.open(database, site="north", semantic=False) as faq:
        for number in range(4):
            faq.add(Entry(question=f"Bicycle stand {number}?", answer="In front."))
            for _ in range(4):  # whichever worker answers
                found = json.loads(get(f"{base}/api/v1/sites/north/bundle")[1])["entries"]
                assert f"bicycle-stand-{number}" in [entry["id"] for entry in found]
    metrics = get(f"{base}/metrics")[1].decode()
    line = next(line for line in metrics.splitlines() if "/search" in line and "total" in line)
    assert line.endswith(" 12.0")
    process.send_signal(how)
    assert process.wait(PATIENCE) == 0
    logged = process.communicate()[1]
    lines: list[dict[str, Any]] = [json.loads(line) for line in logged.splitlines()]
    # On a busy machine one of the workers may still be beginning; it is killed in the end then.
    late = "refused to gracefully stop"
    assert not [line for line in lines if line["level"] != "info" and late not in str(line)]
    assert any(f"Listening at: {base}" in line["message"] for line in lines)
    asked = [line for line in lines if line["logger"] == "widget_server.access"]
    assert {"method", "route", "site", "status", "ms", "id"} <= set(asked[-1])
    assert "parking" not in logged
    assert "127.0.0.1" not in json.dumps(asked)


def test_a_request_that_was_begun_is_answered_before_the_end(start: Start, database: str) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    process = start("serve", "--db", database, "--port", str(port), "--workers", "1")
    wait_for(f"{base}/healthz", process)
    with FAQ.open(database, site="north", semantic=False) as faq:
        faq.add_all(
            Entry(question=f"Question {n}?", answer=" ".join(f"word{n * k}" for k in range(150)))
            for n in range(80)
        )
    # The server says when it waits for the body; only then, and when it takes no other request
    # any more, is the body sent. Its index is built anew after that.
    body = b'{"entry": "question-79", "helpful": true}'
    head = (
        "POST /api/v1/sites/north/feedback HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as visitor,
        visitor.makefile("rb") as answer,
    ):
        visitor.sendall(head.encode())
        assert [answer.readline().split()[1:2] for _ in range(2)] == [[b"100"], []]
        process.send_signal(signal.SIGTERM)
        while is_open(port):
            time.sleep(0.05)
        visitor.sendall(body)
        assert answer.readline().split()[1] == b"204"
    assert process.wait(PATIENCE) == 0


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_serve_fails_in_one_sentence_without_a_usable_database(
    start: Start, tmp_path: Path
) -> None:
    process = start("serve", "--db", str(tmp_path / "no" / "such" / "folder.db"))
    assert process.wait(PATIENCE) == 1
    error = process.communicate()[1].strip()
    assert error.startswith("widget-server: ")
    assert error.count("\n") == 0


@pytest.mark.parametrize("filled", [True, False])
def test_serve_says_that_a_database_has_no_site(
    start: Start, database: str, tmp_path: Path, filled: bool
) -> None:
    """As one has whose name was mistyped; it is served all the same, and filled while it is."""
    port = free_port()
    place = database if filled else str(tmp_path / "mistyped.db")
    process = start("serve", "--db", place, "--port", str(port), "--workers", "1")
    wait_for(f"http://127.0.0.1:{port}/healthz", process)
    process.send_signal(signal.SIGTERM)
    assert ("has no site yet" in process.communicate(timeout=PATIENCE)[1]) is not filled


def test_serve_does_not_share_the_port_of_another_server(start: Start, database: str) -> None:
    port = free_port()
    words = ("serve", "--db", database, "--port", str(port), "--host", "localhost")
    first = start(*words, "--workers", "1")
    wait_for(f"http://localhost:{port}/healthz", first)
    second = start(*words)
    assert second.wait(PATIENCE) == 1
    error = second.communicate()[1].strip()
    assert str(port) in error
    assert "--port" in error
    assert error.count("\n") == 0


def test_serve_says_when_there_is_no_such_host(start: Start, database: str) -> None:
    process = start("serve", "--db", database, "--host", "no-such-host.invalid")
    assert process.wait(PATIENCE) == 1
    error = process.communicate()[1].strip()
    assert "no-such-host.invalid" in error
    assert error.count("\n") == 0
