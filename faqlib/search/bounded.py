"""A dictionary that does not grow without end."""

from __future__ import annotations

import threading
from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """A cache: at its limit the older half is dropped. Threads may share it.

    Only what is written takes a lock; who reads sees an entry or none.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = max(2, limit)
        self._writing = threading.Lock()

    def __setitem__(self, key: K, value: V) -> None:
        with self._writing:
            if len(self) >= self._limit:
                for old in list(islice(self, self._limit // 2)):
                    del self[old]
            super().__setitem__(key, value)
