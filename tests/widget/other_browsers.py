"""Firefox and WebKit without a driver of their own: WebDriver BiDi and WebDriver, by hand.

Debian has no geckodriver, but its Firefox speaks WebDriver BiDi over a web socket; WebKitGTK has
a WebDriver that speaks plain HTTP. Both need little, so nothing is installed for them.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from benchmarks.load import free_port
from tests.patience import PATIENCE


class Browser(Protocol):
    """What a test needs of a browser."""

    def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""

    def run(self, script: str) -> Any:
        """The value of an async function's body."""

    def press(self, text: str) -> None:
        """Type into what has the focus; ``\\ue00c`` is Escape, ``\\ue007`` Enter."""

    def close(self) -> None:
        """End the browser."""


class _Socket:
    """The client's half of the web socket protocol, as far as BiDi uses it."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        if b" 101 " not in self._file.readline():
            raise ConnectionError("Firefox refused the web socket.")
        while self._file.readline().strip():
            pass

    def send(self, text: str) -> None:
        data = text.encode()
        if len(data) < 126:
            length = struct.pack("!B", 0x80 | len(data))
        elif len(data) < 65_536:
            length = struct.pack("!BH", 0x80 | 126, len(data))
        else:
            length = struct.pack("!BQ", 0x80 | 127, len(data))
        mask = os.urandom(4)
        self._socket.sendall(
            b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        )

    def receive(self) -> str:
        parts = b""
        while True:
            first, second = self._file.read(2)
            length = second & 127
            if length > 125:
                size = 2 if length == 126 else 8
                length = int.from_bytes(self._file.read(size), "big")
            payload = self._file.read(length)
            if first & 15 in (0, 1):
                parts += payload
                if first & 128:
                    return parts.decode()

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Firefox:
    """Debian's Firefox over WebDriver BiDi."""

    def __init__(self, binary: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="faq-firefox-")
        port = free_port()
        self._process = subprocess.Popen(
            [binary, "--headless", "--no-remote", "--profile", self._profile,
             "--remote-debugging-port", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self._profile, "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
        )  # fmt: skip
        self._socket = self._connect(port)
        self._numbers = itertools.count(1)
        self._call("session.new", {"capabilities": {}})
        tree = self._call("browsingContext.getTree", {})
        self._context = tree["contexts"][0]["context"]

    @staticmethod
    def _connect(port: int) -> _Socket:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return _Socket(port, "/session")
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _call(self, method: str, params: dict[str, Any]) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.receive())
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def open(self, url: str) -> None:
        self._call(
            "browsingContext.navigate",
            {"context": self._context, "url": "about:blank", "wait": "complete"},
        )
        self._call(
            "browsingContext.navigate", {"context": self._context, "url": url, "wait": "complete"}
        )

    def run(self, script: str) -> Any:
        answer = self._call(
            "script.evaluate",
            {"expression": f"(async () => JSON.stringify(await (async () => {{ {script} }})() ?? null))()",
             "target": {"context": self._context}, "awaitPromise": True},
        )  # fmt: skip
        if answer["type"] == "exception":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def press(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._call(
            "input.performActions",
            {"context": self._context, "actions": [{"type": "key", "id": "keys", "actions": keys}]},
        )

    def close(self) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(PATIENCE)
        shutil.rmtree(self._profile, ignore_errors=True)


class WebKit:
    """WebKitGTK's MiniBrowser over WebDriver, on a screen that nobody sees."""

    def __init__(self, driver: str, browser: str, screen: str) -> None:
        told, tell = os.pipe()
        self._screen = subprocess.Popen(
            [screen, "-displayfd", str(tell), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(tell,),
        )  # fmt: skip
        os.close(tell)
        with os.fdopen(told) as number:  # of the first screen that was free, when it is there
            display = f":{number.readline().strip()}"
        self._root = f"http://127.0.0.1:{(port := free_port())}"
        self._driver = subprocess.Popen(
            [driver, f"--port={port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "DISPLAY": display, "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
                 "LIBGL_ALWAYS_SOFTWARE": "1", "GDK_BACKEND": "x11"},
        )  # fmt: skip
        options = {"binary": browser, "args": ["--automation"]}
        answer = self._wait_for_session(
            {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        )
        self._session = f"/session/{answer['sessionId']}"
        self._call("/timeouts", {"script": PATIENCE * 1_000})

    def _wait_for_session(self, body: dict[str, Any]) -> Any:
        end = time.monotonic() + PATIENCE
        self._session = ""
        while True:
            try:
                return self._call("/session", body)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def _call(self, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(
            self._root + self._session + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="DELETE" if body is None else "POST",
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())["value"]

    def open(self, url: str) -> None:
        self._call("/url", {"url": "about:blank"})
        self._call("/url", {"url": url})

    def run(self, script: str) -> Any:
        whole = (
            f"const done = arguments[0]; (async () => {{ {script} }})()"
            ".then(value => done(JSON.stringify([value ?? null])), error => done('!' + error))"
        )
        answer = self._call("/execute/async", {"script": whole, "args": []})
        assert not answer.startswith("!"), answer
        return json.loads(answer)[0]

    def press(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._call("/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def close(self) -> None:
        try:
            self._call("", None)
        finally:
            for process in (self._driver, self._screen):
                process.terminate()
                process.wait(PATIENCE)


def find_minibrowser() -> str | None:
    """WebKitGTK's own small browser, which lies beside the library."""
    found = sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser"))
    return str(found[-1]) if found else None


def start(name: str) -> Browser | str:
    """The browser, or why it can not be had."""
    if name == "firefox":
        binary = (
            os.environ.get("FAQ_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
        )
        return (
            Firefox(binary) if binary else "There is no Firefox here: apt-get install firefox-esr."
        )
    driver, screen, browser = (
        shutil.which("WebKitWebDriver"),
        shutil.which("Xvfb"),
        find_minibrowser(),
    )
    if not (driver and screen and browser):
        return "There is no WebKit here: apt-get install webkit2gtk-driver xvfb."
    return WebKit(driver, browser, screen)
