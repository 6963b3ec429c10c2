"""A real server under load, with idlers, and behind nginx when it dies; `make load` is longer."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import load
from tests.patience import PATIENCE
from widget_server.patience import FOR_BODIES, FOR_ONE, Patience

ROOT = Path(__file__).resolve().parents[2]
FEEDBACK = f"/api/v1/sites/{load.SITE}/feedback"
SEARCH = f"/api/v1/sites/{load.SITE}/search?q="
pytestmark = pytest.mark.xdist_group("load")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[load.Running]:
    with load.served(tmp_path_factory.mktemp("load"), FAQ_SEMANTIC="false") as running:
        yield running


def test_nothing_but_a_limit_refuses_a_request_while_others_write(server: load.Running) -> None:
    tally = load.drive(server, seconds=4, rate=30)
    assert tally.wrong == {}
    assert sum(tally.codes.values()) == 120
    assert tally.codes[200] > 80
    # Whatever one request costs, it is given back.
    assert tally.memory[-1] < tally.memory[len(tally.memory) // 2] + 100_000_000


def test_slow_clients_stop_nobody_else(server: load.Running) -> None:
    """Sixty connections that begin a request, or a body, and then send a byte now and then."""
    with load.slow_clients(server.port, 60):
        for number in range(20):
            assert server.ask("GET", f"{SEARCH}word{number}")[0] == 200
        assert server.ask("GET", "/readyz")[0] == 200
    # And as soon as they have gone, bodies are read again.
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        code, _, _ = server.ask("POST", FEEDBACK, {"entry": "no-such", "helpful": True})
        if code != 503:
            break
        time.sleep(0.2)
    assert code == 404


def test_a_servers_own_log_holds_no_word_and_no_address_of_a_visitor(server: load.Running) -> None:
    canary = "zebrafish"
    for path in (
        SEARCH + canary,
        f"/sites/{load.SITE}/?q={canary}",
        f"/{canary}",
        f"{SEARCH}{canary}%",
    ):
        server.ask("GET", path, Referer=f"http://{canary}.example", **{"User-Agent": canary})
    server.ask("POST", FEEDBACK, {"entry": canary, "helpful": True, "query": canary})
    server.ask("GET", "/api/v1/admin/sites", Authorization=f"Bearer {canary}")
    text = server.log.read_text()
    assert '"route": "/api/v1/sites/<site>/search"' in text
    assert canary not in text
    # Its own address is where it listens; a visitor's would stand in the lines of requests.
    requests = [line for line in text.splitlines() if '"route"' in line]
    assert len(requests) >= 6
    assert not [line for line in requests if "127.0.0.1" in line]


# The waiting room


class Slow(io.RawIOBase):
    """A body that comes when it is told to."""

    def __init__(self) -> None:
        self.come = threading.Event()

    def read(self, size: int = -1) -> bytes:
        assert self.come.wait(PATIENCE)
        return b"x"


def waiting_room(*, proxied: bool = False) -> Patience:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [environ["wsgi.input"].read()]

    return Patience(app, threads=1, body_limit=1_000, proxied=proxied)


def ask(room: Patience, body: Any, address: str = "198.51.100.1", **more: str) -> str:
    codes: list[str] = []
    environ = {
        "PATH_INFO": "/api/v1/sites/x/feedback",
        "REQUEST_METHOD": "POST",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": "1",
        "wsgi.input": body,
        **more,
    }
    b"".join(room(environ, lambda status, *_: codes.append(status[:3])))
    return codes[0]


def held(room: Patience, count: int, address: Callable[[int], str]) -> tuple[Slow, list[Any]]:
    body = Slow()
    threads = [threading.Thread(target=ask, args=(room, body, address(n))) for n in range(count)]
    for thread in threads:
        thread.start()
    while room._waiting.total() < count:
        time.sleep(0.01)
    return body, threads


def test_one_visitor_waits_in_a_few_threads_and_another_still_finds_one() -> None:
    room = waiting_room()
    body, threads = held(room, FOR_ONE, lambda _: "198.51.100.1")
    assert ask(room, io.BytesIO(b"y")) == "503"
    assert ask(room, io.BytesIO(b"y"), "198.51.100.2") == "200"
    assert ask(room, io.BytesIO(b""), CONTENT_LENGTH="") == "200"  # a reading call
    body.come.set()
    for thread in threads:
        thread.join()
    assert ask(room, io.BytesIO(b"y")) == "200"
    assert room._waiting.total() == 0


@pytest.mark.parametrize("proxied", [False, True])
def test_all_together_leave_threads_for_those_who_read(proxied: bool) -> None:
    room = waiting_room(proxied=proxied)
    address = (lambda _: "10.0.0.1") if proxied else (lambda n: f"198.51.100.{n}")
    body, threads = held(room, FOR_BODIES, address)
    assert ask(room, io.BytesIO(b"y"), "203.0.113.1") == "503"
    assert ask(room, io.BytesIO(b""), CONTENT_LENGTH="") == "200"
    body.come.set()
    for thread in threads:
        thread.join()


def test_what_the_application_refuses_unread_is_not_waited_for() -> None:
    """A body beyond the limit, and an editor's before the token was looked at."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("413 Too Large", [])
        return []

    room = Patience(app, threads=1, body_limit=1_000, proxied=False)
    assert ask(room, Slow(), CONTENT_LENGTH="1001") == "413"
    assert ask(room, Slow(), PATH_INFO="/api/v1/admin/sites/x/import") == "413"
    assert ask(room, Slow(), CONTENT_LENGTH="nonsense") == "413"


# Behind nginx


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[[int], int]]:
    """Starts nginx with the configuration that deploy/ has, in front of a port."""
    if not (program := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    running: list[subprocess.Popen[bytes]] = []

    def run(behind: int) -> int:
        port = load.free_port()
        text = (ROOT / "deploy/nginx.conf").read_text("utf-8")
        text = text.replace("server faq:8000;", f"server 127.0.0.1:{behind};")
        text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
        text = text.replace("/tmp/", f"{tmp_path}/")
        text = re.sub(r"/dev/std(?:err|out)", f"{tmp_path}/log", text)
        temps = "client_body proxy fastcgi uwsgi scgi".split()
        places = "".join(f"{one}_temp_path {tmp_path}/{one};" for one in temps)
        text = text.replace("http {", f"http {{ {places}")
        if os.getuid() == 0:
            text = "user root;\n" + text  # else its processes may not enter the test's folder
        (tmp_path / "nginx.conf").write_text(text)
        command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        command += ["-e", str(tmp_path / "log"), "-g", "daemon off;"]
        running.append(subprocess.Popen(command))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                load.ask(port, "GET", "/healthz")
                return port
            except OSError:
                time.sleep(0.1)
        raise AssertionError((tmp_path / "log").read_text())

    yield run
    for process in running:
        process.terminate()
        process.wait(PATIENCE)


def test_behind_nginx_a_killed_server_is_missed_by_editors_only(
    tmp_path: Path, nginx: Callable[[int], int]
) -> None:
    """What was asked before is answered from the cache, though it is stale; then it goes on."""
    database = load.make_database(tmp_path / "clinic.db")
    # Without a sentence model that is loaded first: what is found until then is kept by no cache.
    settings = {"FAQ_MAX_AGE": "1", "FAQ_PROXIES": "1", "FAQ_SEMANTIC": "false"}
    server = load.start(database, tmp_path / "server.log", **settings)
    paths = [f"/api/v1/sites/{load.SITE}/bundle", f"{SEARCH}fever", f"/sites/{load.SITE}/",
             "/widget.js", f"/embed/{load.SITE}.js"]  # fmt: skip
    try:
        port = nginx(server.port)
        before = {path: load.ask(port, "GET", path) for path in paths}
        assert {answer[0] for answer in before.values()} == {200}
        assert {load.ask(port, "GET", path)[0] for path in ("/metrics", "//metrics")} == {403}
        load.stop(server, hard=True)
        time.sleep(2.5)  # the answers are stale now, and nobody can renew them
        for _ in range(3):
            for path in paths:
                code, headers, body = load.ask(port, "GET", path)
                assert (code, body) == (200, before[path][2]), path
                assert headers["x-cache"] in ("STALE", "UPDATING", "HIT"), path
        assert load.ask(port, "POST", FEEDBACK, {"entry": "x", "helpful": True})[0] == 502
        assert load.ask(port, "GET", "/api/v1/admin/sites")[0] == 502
        server = load.start(database, tmp_path / "server.log", port=server.port, **settings)
        for path in paths:
            assert load.ask(port, "GET", path)[0] == 200
        assert load.ask(port, "POST", FEEDBACK, {"entry": "x", "helpful": True})[0] == 404
        assert load.ask(port, "GET", f"{SEARCH}never+asked+before")[0] == 200
        log = (tmp_path / "log").read_text()
        assert "STALE" in log
        assert "fever" not in log
        assert "127.0.0.1" not in log
    finally:
        load.stop(server)
