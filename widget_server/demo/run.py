"""Runs both origins of the demo in one process until it is interrupted."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from widget_server.app import create_app
from widget_server.demo.website import Website
from widget_server.options import Failure
from widget_server.state import NAME, Server

HOST = "127.0.0.1"
FIRST_PORT = 8000
# Printed in this order, after the API's own address.
PLACES = (
    ("/harbor-lane/", "Harbor Lane Regenerative Clinic: the FAQ behind a button"),
    ("/harbor-lane/exosomes.html", "its page on exosomes: the FAQ in the page"),
    ("/alder-street/", "Alder Street Family Practice: the FAQ behind a button"),
    ("/alder-street/questions.html", "its questions page: the FAQ in the page, three languages"),
)


class PortTaken(Failure):
    """Something else listens on the port; the text says what to do."""


class _Quiet(WSGIRequestHandler):
    """No line on stderr for each request: a demo's queries are nobody's business either."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Log nothing."""


def listen(wanted: int | None, first: int = FIRST_PORT) -> socket.socket:
    """A socket on ``wanted``; without a wish on the first free port from ``first`` on.

    It listens from now on, so that nobody else takes the port while the sites are made.

    Raises:
        PortTaken: when the wanted port is in use.
    """
    candidates = [wanted] if wanted is not None else range(first, first + 100)
    for port in candidates:
        with contextlib.suppress(OSError):
            return socket.create_server((HOST, port))
    raise PortTaken(
        f"Port {wanted or FIRST_PORT} is in use: name a free one with --port, or --port 0 for any."
    )


class Demo:
    """The two servers, listening but not yet answering.

    Args:
        port: the API's port; the website takes the next free one.
    """

    def __init__(self, port: int | None = None) -> None:
        with listen(port) as api, listen(None, first=_port(api) + 1) as website:
            self.api = f"http://{HOST}:{_port(api)}"
            self.website = f"http://{HOST}:{_port(website)}"
            app = create_app({"public_url": self.api, "log_requests": False})
            here: Server = app.extensions[NAME]
            self._clinics = here.clinics
            self._clinics.background = True
            self._servers: list[BaseWSGIServer] = [
                _serve(api, app.wsgi_app),
                _serve(website, Website(self.api)),
            ]

    def addresses(self) -> list[tuple[str, str]]:
        """Each address with what is there, the API's first."""
        first = [(self.api, "the API, and the page that builds a snippet")]
        return first + [(self.website + path, text) for path, text in PLACES]

    def start(self) -> None:
        """Answer requests, in threads that end with the process.

        The sites are loaded meanwhile, and their sentence vectors made: until then they search by
        words alone.
        """
        threading.Thread(target=self._load, daemon=True).start()
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def _load(self) -> None:
        self._clinics.warm()
        self._clinics.embed()

    def stop(self) -> None:
        """Stop both servers."""
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _port(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


def _serve(listening: socket.socket, app: Any) -> BaseWSGIServer:
    port, fd = _port(listening), listening.fileno()
    return make_server(HOST, port, app, threaded=True, request_handler=_Quiet, fd=fd)


def open_browser(address: str) -> bool:
    """Show the address in a browser where there is a display; whether one was asked."""
    has_display = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if not has_display:
        return False
    with contextlib.suppress(Exception):
        return webbrowser.open(address)
    return False


def run(port: int | None, show: bool, say: Callable[[str], None]) -> None:
    """Run the demo until the process is told to end.

    Raises:
        PortTaken: when the wanted port is in use.
    """
    demo = Demo(port)
    demo.start()
    width = max(len(address) for address, _ in demo.addresses())
    for address, text in demo.addresses():
        # Alone on its line for a program; with a word of explanation for a person.
        say(f"{address:<{width}}  {text}" if sys.stdout.isatty() else address)
    if show:
        open_browser(demo.website + "/")
    try:
        threading.Event().wait()
    finally:
        demo.stop()
