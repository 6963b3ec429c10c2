"""Runs the application under granian, one process a core.

Of gunicorn, waitress and granian it answered the most requests a second on two cores (see
benchmarks/wsgi_servers.py): its HTTP is compiled and does not wait for Python's lock.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from granian.constants import Interfaces
from granian.server import Server as Granian

from faqlib import open_store
from widget_server.limits import check_storage
from widget_server.log_lines import LOG_OF_GRANIAN
from widget_server.options import Failure
from widget_server.patience import THREADS, WAITING
from widget_server.records import Records
from widget_server.settings import Settings

# Time for requests that were begun when the server is told to stop.
GRACE = 10
HEAPS = 2  # of the C library, in a worker
COUNTERS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's own name for it
_OURS = "faq-metrics-"
_M_ARENA_MAX = -8  # its number in glibc's malloc.h
_EMPTY = (  # a file that is not there is made: its name may be mistyped
    "widget-server: this database has no site yet. Fill it with faqlib import FILE --db ... "
    "--site ID, which needs no restart; if it should have one, look at the name after --db."
)


def serve(settings: Settings, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        Failure: when the port cannot be listened on.
        SettingsError: when requests cannot be counted where they should be.
        StoreUnavailable: when the database cannot be opened: before any worker starts.
    """
    address = _free_place(host, port)
    check_storage(settings.rate_storage)
    # Opened once here, so that tables are made before several workers want them.
    with closing(open_store(settings.database)) as store:
        if not store.sites():
            click.echo(_EMPTY, err=True)
    Records(settings.database).close()
    os.environ[THREADS] = str(threads)
    if settings.metrics and workers > 1 and COUNTERS not in os.environ:
        os.environ[COUNTERS] = tempfile.mkdtemp(prefix=_OURS)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_end_at_once)
    try:
        Granian(
            "widget_server.wsgi:app",
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads + WAITING,
            backlog=2_048,
            respawn_failed_workers=True,
            workers_kill_timeout=GRACE,
            websockets=False,
            log_dictconfig=LOG_OF_GRANIAN,
        ).serve(target_loader=_load)
    finally:
        _drop_counters()


def _drop_counters() -> None:
    """Delete the folder in which workers add up their counts, if it was made here."""
    folder = Path(os.environ.get(COUNTERS, ""))
    if folder.name.startswith(_OURS):
        shutil.rmtree(folder, ignore_errors=True)


def _end_at_once() -> None:
    """Let a worker be ended in the usual way until it answers.

    It is forked with the handlers of the process that started it. Until granian sets those that
    finish what was begun, they would swallow a signal, and the end be waited for in vain.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who pressed Ctrl-C is told to end it by SIGTERM
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _load(_target: str) -> Any:
    """In a worker: the application."""
    _end_at_once()  # where it was not forked
    # Where workers are not forked, Python would take itself apart under threads that still read
    # the sentence model, and abort: nothing is left to do by then.
    atexit.register(os._exit, 0)
    if (starter := multiprocessing.parent_process()) is not None and starter.pid is not None:
        args = (starter.pid,)
        threading.Thread(target=_end_with, args=args, name="end", daemon=True).start()
    _share_heaps()
    from widget_server.wsgi import app

    return app


def _share_heaps() -> None:
    """Let the threads of this worker share their heaps, where the C library is glibc.

    It gives each thread its own, eight a core, and each keeps what it once needed: under load
    workers would grow for long. Whoever sets MALLOC_ARENA_MAX has decided already.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS)
    except (AttributeError, OSError, TypeError):
        return  # another C library, which has heaps of another kind


def _end_with(starter: int) -> None:
    """End this worker when the process that started it is gone, however that ended.

    Else workers of a killed server would go on, and hold the port against the next one.
    """
    while os.getppid() == starter:
        time.sleep(1)
    _drop_counters()
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)  # a request that never ends has nobody else who would


def _free_place(host: str, port: int) -> str:
    """The host as an address, which granian wants, if nobody listens there.

    Workers share their port, so a second server would silently share it too.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or str(error)).lower().partition(" (while")[0]
        raise Failure(
            f"Cannot listen on port {port} of {host} ({reason}): choose others with --port and "
            "--host."
        ) from None
    return str(place[0])
