"""Processes that are told to end, at any moment: in order, in time, and none is left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import load
from faqlib import FAQ
from tests.faults.fault_harness import count
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/family-practice/faq.yaml"
# Where Python forks no workers (on macOS, and since 3.14 anywhere) they are started so.
SPAWNED = (
    "import multiprocessing; multiprocessing.set_start_method('spawn');"
    "from widget_server.cli import main; main()"
)
WAYS = {"usual": ["-m", "widget_server.cli"], "spawned": ["-c", SPAWNED]}
ABORTED = re.compile(r"Traceback|terminate called|[Ff]atal|Aborted|core dumped|Unexpected exit")


@contextmanager
def serving(way: str, database: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server with two workers of which one is about to load the sentence model."""
    port = load.free_port()
    environ = {key: value for key, value in os.environ.items() if key[:4] != "FAQ_"}
    process = subprocess.Popen(
        [sys.executable, *WAYS[way], "serve", "--db", str(database), "--port", str(port),
         "--workers", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ, cwd=ROOT,
    )  # fmt: skip
    try:
        yield process, port
    finally:
        for pid in load.family(process.pid) if process.poll() is None else ():
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def until(process: subprocess.Popen[str], said: str) -> None:
    """Wait for a line of the process."""
    stream = process.stdout or process.stderr
    assert stream is not None
    while said not in (line := stream.readline()):
        assert line, "it ended"


def database(path: Path) -> Path:
    """The example practice, whose vectors are not made yet."""
    with FAQ.open(path, semantic=False) as faq:
        faq.load(EXAMPLE)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_still_loads_its_model_ends_in_order(
    way: str, tmp_path: Path, tally: Callable[..., None]
) -> None:
    turns = count(2, 30)
    for turn in range(turns):
        with serving(way, database(tmp_path / f"{turn}.db")) as (process, _):
            until(process, "worker ready")
            time.sleep(0.2 + 1.5 * turn / turns)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 0
        assert not ABORTED.search(said), said
        tally("SIGTERM while the sentence model is loaded", tried=1, aborted=0)


def test_a_server_that_only_begins_ends_in_order(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    """Its workers are being made, or make the application."""
    path, turns = database(tmp_path / "faq.db"), count(2, 30)
    for turn in range(turns):
        with serving("usual", path) as (process, _):
            until(process, "Starting granian")
            time.sleep(1.0 * turn / turns)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 0
        assert not ABORTED.search(said), said
        tally("SIGTERM while a server begins", tried=1, aborted=0)


def test_a_worker_can_be_ended_from_its_first_moment(tmp_path: Path) -> None:
    """Before it has signal handlers of its own it has none of those of who started it."""
    code = f"""
import os, signal
from widget_server import Settings, serve

class Granian:
    def __init__(self, *_, **__): signal.signal(signal.SIGTERM, lambda *_: None)
    def serve(self, **_):
        reader, writer = os.pipe()
        if (worker := os.fork()) == 0:
            signal.alarm(30)  # where it is not ended, it does not stay for ever
            os.write(writer, b".")
            signal.pause()
        os.read(reader, 1)
        os.kill(worker, signal.SIGTERM)
        print(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))

serve.Granian = Granian
serve.serve(Settings(database={str(tmp_path / "faq.db")!r}), "127.0.0.1", 0, 1, 1)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT
    )
    assert done.stdout == f"{-signal.SIGTERM}\n", done.stderr


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc"
)
def test_a_killed_server_leaves_no_worker_and_no_counts_and_its_port_to_the_next(
    tmp_path: Path, tally: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first process is killed: whoever did it knows of no other."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    path = database(tmp_path / "faq.db")
    for _ in range(count(1, 20)):
        with serving("usual", path) as (process, port):
            until(process, "worker ready")
            workers = load.family(process.pid) - {process.pid}
            assert workers
            assert list(tmp_path.glob("faq-metrics-*"))
            process.kill()
            left, deadline = workers, time.monotonic() + PATIENCE
            while left and time.monotonic() < deadline:
                time.sleep(0.1)
                left = {pid for pid in left if Path(f"/proc/{pid}/exe").exists()}
            for pid in left:  # they hold what this process would wait for
                os.kill(pid, signal.SIGKILL)
            assert left == set()
            assert not list(tmp_path.glob("faq-metrics-*"))
            socket.create_server(("127.0.0.1", port)).close()
        tally("a server's first process killed alone", tried=1, left=0)


def test_a_search_that_is_stopped_says_so_in_one_sentence(tally: Callable[..., None]) -> None:
    """At any moment after it began, in the middle of loading libraries and the model too."""
    program = (
        "import sys; from faqlib.cli import main as command; run = command.invoke\n"
        "def begin(*args): print('begun', file=sys.stderr, flush=True); return run(*args)\n"
        f"command.invoke = begin; sys.argv[1:] = ['search', {str(EXAMPLE)!r}, 'flu shot']\n"
        "from faqlib.__main__ import main; main()"
    )
    turns = count(4, 100)
    for turn in range(turns):
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", program],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        until(process, "begun")
        time.sleep(0.05 + 1.0 * turn / turns)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)[1]
        assert (process.returncode, said.strip()) in ((1, "faqlib: stopped."), (0, "")), said
        tally("Ctrl-C while a search loads its model", tried=1, aborted=0)
