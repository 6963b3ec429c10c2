"""Rate limits on what writes or costs, counted in memory or, by the package limits, in Redis."""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import time
from typing import Literal, NamedTuple

from flask import request
from limits import parse_many
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string

from widget_server.counter import LazyMemory
from widget_server.errors import fail
from widget_server.settings import Settings, SettingsError

log = logging.getLogger("widget_server")

Kind = Literal["search", "feedback", "questions", "admin", "failed_tokens"]
_READS: frozenset[Kind] = frozenset({"search"})


def client_key(address: str | None) -> str:
    """What a visitor is counted by: an IPv4 address, or the /64 network of an IPv6 one.

    One household or attacker has a whole /64: counting single addresses would count nothing.
    """
    given = address or ""
    try:
        # Most addresses; to take them apart takes ten times as long.
        socket.inet_pton(socket.AF_INET, given)
    except (OSError, ValueError):
        return _network(given)
    return given


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def check_storage(place: str) -> None:
    """Whether requests can be counted there; nothing is connected to yet.

    Raises:
        SettingsError: when the address is none, or a package is missing.
    """
    try:
        storage_from_string(place)
    except (ConfigurationError, ValueError) as error:
        # The address itself is not repeated: it may hold a password.
        missing = re.match(r"'(\w+)' prerequisite", str(error))
        if missing is not None:
            fix = f"needs a package that is not installed: pip install {missing[1]}."
        else:
            fix = "takes memory:// or an address such as redis://host:6379."
        raise SettingsError(f"rate_storage {fix}") from None


class _Window(NamedTuple):
    name: str
    seconds: int
    most: int


class Limits:
    """The limits of one application. Addresses are used as keys and kept nowhere else.

    They are asked by hand: hooks around each request would cost as much as Flask itself, and could
    not tell reads from writes when the counter does not answer.
    """

    def __init__(self, settings: Settings) -> None:
        check_storage(settings.rate_storage)
        storage = settings.rate_storage
        own = f"{LazyMemory.STORAGE_SCHEME[0]}://" if storage == "memory://" else storage
        self._storage: Storage = storage_from_string(own)  # type: ignore[assignment]
        self._complained_at = float("-inf")
        self._windows: dict[Kind, list[_Window]] = {
            "search": _windows("search", settings.rate_search),
            "feedback": _windows("feedback", settings.rate_feedback),
            "questions": _windows("questions", settings.rate_questions),
            "admin": _windows("admin", settings.rate_admin),
            "failed_tokens": _windows("failed_tokens", settings.rate_failed_tokens),
        }

    def spend(self, kind: Kind, address: str | None = None) -> None:
        """Count one request of this kind for the visitor at ``address``.

        Without one it is the visitor of the present request.

        Raises:
            APIError: 429 when there were too many; 503 when the counter does not answer and the
                request would write something. Reads go through then.
        """
        try:
            visitor = client_key(request.remote_addr if address is None else address)
            broken = self._broken(kind, visitor)
        except Exception as error:  # noqa: BLE001 - each store has its own exceptions
            self._complain(error)
            if kind in _READS:
                return
            fail(503, "This cannot be accepted right now: try again in a moment.", Retry_After="5")
        if broken is not None:
            wait = max(1, int(broken - time.time()) + 1)
            fail(
                429,
                f"That was too often: try again in {wait} seconds.",
                Retry_After=str(wait),
            )

    def _complain(self, error: Exception) -> None:
        # Once a minute: a store that is away would fill the disk with its own absence.
        now = time.monotonic()
        if now - self._complained_at >= 60:
            self._complained_at = now
            facts = {"error": type(error).__name__}
            log.error("the rate limit store does not answer", extra={"facts": facts})

    def _broken(self, kind: Kind, visitor: str) -> float | None:
        """When the limit that is used up starts anew, or ``None``."""
        for name, seconds, most in self._windows[kind]:
            key = f"{name}/{visitor}"
            if self._storage.incr(key, seconds) > most:
                return float(self._storage.get_expiry(key))
        return None


def _windows(kind: Kind, limits: str) -> list[_Window]:
    return [
        _Window(item.key_for(kind), item.get_expiry(), item.amount) for item in parse_many(limits)
    ]
