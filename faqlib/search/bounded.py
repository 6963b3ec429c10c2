"""A dictionary that does not grow without end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """A cache: at its limit the older half is dropped. Threads may share it.

    Only what is written takes a lock; who reads sees an entry or none.

    Args:
        limit: how many entries are kept, or of which sum of sizes.
        size: tells a value's size, where that is what the limit means.
    """

    def __init__(self, limit: int, size: Callable[[V], int] | None = None) -> None:
        super().__init__()
        self._limit = max(2, limit)
        self._size = size
        self._held = 0  # the sum of the sizes
        self._writing = threading.Lock()

    def __setitem__(self, key: K, value: V) -> None:
        with self._writing:
            self._held += self._weigh(value)
            if self._held > self._limit:
                for old in list(islice(self, (len(self) + 1) // 2)):
                    self._held -= self._weigh(self.pop(old))
            if key in self:  # another thread was sooner
                self._held -= self._weigh(self[key])
            super().__setitem__(key, value)

    def _weigh(self, value: V) -> int:
        return 1 if self._size is None else self._size(value)
