"""A store in the memory of one process: for trying things out, for tests, for one-off programs."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from faqlib.errors import SiteNotFound
from faqlib.model import Cursor, Entry, Site, Version
from faqlib.store.plan import (
    LISTED,
    REMEMBERED,
    Place,
    check_room,
    check_site_is,
    growth_of,
    last_of_each,
    now,
    steps_for,
)
from faqlib.store.protocol import Change, Follow


@dataclass(slots=True)
class _Past:
    """One state of a site, and the ids that led to it; ``None`` for too many to list."""

    cursor: Cursor
    ids: frozenset[str] | None


@dataclass(slots=True)
class _Room:
    """All that is known of one site."""

    site: Site
    cursor: Cursor = field(default_factory=Cursor)
    sequence: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    vectors: dict[tuple[str, str], bytes] = field(default_factory=dict)
    past: deque[_Past] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def move(self, ids: Collection[str]) -> Cursor:
        self.cursor = Cursor(self.cursor.revision + 1, os.urandom(8).hex())
        self.past.append(_Past(self.cursor, frozenset(ids) if len(ids) <= LISTED else None))
        return self.cursor


class MemoryStore:
    """A :class:`~faqlib.store.protocol.Store` that is gone when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._rooms: dict[str, _Room] = {}

    def sites(self) -> list[Site]:
        """All sites, by id."""
        with self._lock:
            return [room.site for _, room in sorted(self._rooms.items())]

    def site(self, site: str) -> Site:
        """The settings of one site."""
        return self._room(site).site

    def save_site(self, site: Site, *, expect: str = "") -> Cursor:
        """Make the site, or replace its settings."""
        with self._lock:
            before = self._rooms.get(site.id)
            check_site_is(None if before is None else before.site, expect)
            room = self._rooms.setdefault(site.id, _Room(site))
            room.site = site
            return room.move(())

    def delete_site(self, site: str) -> None:
        """Remove the site with all its entries and their history."""
        with self._lock:
            self._room(site)
            del self._rooms[site]

    def cursor(self, site: str) -> Cursor:
        """The site's present state."""
        return self._room(site).cursor

    def snapshot(self, site: str) -> tuple[Cursor, Site, list[Entry]]:
        """Cursor, settings and all entries of one and the same state, in listing order."""
        with self._lock:
            room = self._room(site)
            entries = sorted(
                room.entries.values(),
                key=lambda entry: (entry.position, room.places[entry.id].sequence),
            )
            return room.cursor, room.site, entries

    def follow(self, site: str) -> Follow:
        """Snapshots of one site, one after the other."""
        return partial(self.snapshot, site)

    def get(self, site: str, entry_id: str) -> Entry | None:
        """One entry, or ``None``."""
        return self._room(site).entries.get(entry_id)

    def changed_since(self, site: str, cursor: Cursor) -> Collection[str] | None:
        """Ids that changed after ``cursor``, or ``None`` where that state is not in our past."""
        with self._lock:
            past = list(self._room(site).past)
        changed: set[str] = set()
        for state in reversed(past):
            if state.cursor == cursor:
                return changed
            if state.ids is None:
                return None
            changed |= state.ids
        return None

    def apply(
        self, site: str, changes: Sequence[Change], *, actor: str = "", most: int | None = None
    ) -> Cursor:
        """Make all changes, or none; returns the new cursor."""
        with self._lock:
            room = self._room(site)
            at = now()
            steps = steps_for(site, changes, room.entries, room.places, room.sequence, at)
            check_room(site, len(room.entries), growth_of(steps, room.entries), most)
            for step in steps:
                room.places[step.entry_id] = step.place
                room.sequence = max(room.sequence, step.place.sequence)
                room.versions.setdefault(step.entry_id, []).append(
                    Version(step.place.number, step.entry, at, actor, step.action)
                )
            final = last_of_each(steps)
            for name, step in final.items():
                if step.entry is None:
                    room.entries.pop(name, None)
                else:
                    room.entries[name] = step.entry
            return room.move(final) if steps else room.cursor

    def history(self, site: str, entry_id: str) -> list[Version]:
        """Every version of an entry, oldest first; empty for an id that never was."""
        with self._lock:
            return list(self._room(site).versions.get(entry_id, ()))

    def vectors(self, site: str, model: str, keys: Collection[str]) -> dict[str, bytes]:
        """What was kept for a model under these keys."""
        kept = self._room(site).vectors
        return {key: kept[model, key] for key in keys if (model, key) in kept}

    def keep_vectors(
        self,
        site: str,
        model: str,
        new: Mapping[str, bytes],
        wanted: Collection[str] | None = None,
    ) -> None:
        """Keep ``new``, and forget of that model what is not ``wanted``, if that is said."""
        with self._lock:
            room = self._room(site)
            kept = {
                place: vector
                for place, vector in room.vectors.items()
                if wanted is None or place[0] != model or place[1] in wanted
            }
            room.vectors = kept | {(model, key): vector for key, vector in new.items()}

    def close(self) -> None:
        """Nothing is held open; here so that every store can be closed."""

    def _room(self, site: str) -> _Room:
        try:
            return self._rooms[site]
        except KeyError:
            raise SiteNotFound(site) from None
