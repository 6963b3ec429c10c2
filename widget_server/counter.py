"""Counting requests in memory, as a storage of the package limits.

The storage that comes with `limits` starts a thread to forget what has expired, some hundred
times a second under load, which costs more than a search. This one forgets while it counts.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from limits.storage import Storage

# Beyond so many counters all that have expired are dropped.
_SWEEP = 10_000


class LazyMemory(Storage):
    """Fixed windows in a dictionary: (count, end) by key; thread-safe."""

    STORAGE_SCHEME = ["faq-memory"]  # noqa: RUF012 - the base class wants a list

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweep_at = _SWEEP
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong here: nothing that a caller could expect."""
        return RuntimeError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` under ``key``, in a window of ``expiry`` seconds."""
        now = time.time()
        with self._lock:
            count, end = self._windows.get(key, (0, 0.0))
            if not now < end <= now + expiry:  # it ended, or the clock was set back
                count, end = 0, now + expiry
            self._windows[key] = (count + amount, end)
            if len(self._windows) > self._sweep_at:
                self._windows = {k: w for k, w in self._windows.items() if w[1] > now}
                self._sweep_at = max(_SWEEP, 2 * len(self._windows))
            return count + amount

    def get(self, key: str) -> int:
        """The count in the present window."""
        count, end = self._windows.get(key, (0, 0.0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends."""
        end = self._windows.get(key, (0, 0.0))[1]
        return max(end, time.time())

    def check(self) -> bool:
        """Memory always answers."""
        return True

    def reset(self) -> int:
        """Forget everything; how many counters there were."""
        with self._lock:
            gone = len(self._windows)
            self._windows = {}
        return gone

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._lock:
            self._windows.pop(key, None)
