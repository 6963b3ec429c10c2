"""A bounded store of ready-made things, the least recently used going first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class _Sized(Protocol):
    @property
    def size(self) -> int: ...


T = TypeVar("T", bound=_Sized)


class Shelf(Generic[T]):
    """Things by key, up to ``limit`` bytes together; thread-safe.

    A key or the thing itself holds the site's cursor, so that what was made from an older
    state is never used again and falls out in time.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """What lies under ``key``, or ``None``."""
        found = self._things.get(key)
        if found is not None:
            with self._lock:
                if key in self._things:  # still
                    self._things.move_to_end(key)
        return found

    def put(self, key: Hashable, thing: T) -> T:
        """Keep ``thing``, unless it alone would take a quarter of the room."""
        size = thing.size
        if size > self.limit // 4:
            return thing
        with self._lock:
            old = self._things.pop(key, None)
            self.size += size if old is None else size - old.size
            self._things[key] = thing
            while self.size > self.limit:
                self.size -= self._things.popitem(last=False)[1].size
        return thing
