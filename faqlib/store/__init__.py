"""Where entries are kept: the truth that every index is a projection of.

:class:`MemoryStore` keeps a FAQ in the process; ``faqlib.store.sql`` keeps it in SQLite or
PostgreSQL and is imported only when a database is opened. Both reckon a change in ``plan``, so
that they can not differ in what an edit means.
"""

from __future__ import annotations

import os

from faqlib.store.memory import MemoryStore
from faqlib.store.plan import check_room
from faqlib.store.protocol import Action, Change, Store

__all__ = ["Action", "Change", "MemoryStore", "Store", "check_room", "open_store"]

_IN_MEMORY = (":memory:", "sqlite://", "sqlite:///:memory:")


def open_store(place: str | os.PathLike[str], *, create: bool = True) -> Store:
    """The store at ``place``, with its tables made or brought up to date.

    Args:
        place: a file's path, ``sqlite:///path``, ``postgresql://user@host/name``, or
            ``":memory:"``.
        create: whether a file that is not there is made.

    Raises:
        StoreUnavailable: if the database can not be opened; the message names the fix.
        MissingExtra: if PostgreSQL is asked for and its driver is not installed.
    """
    if str(place) in _IN_MEMORY:
        return MemoryStore()
    from faqlib.store.sql import SQLStore  # SQLAlchemy takes half a second to import

    return SQLStore(place, create=create)
