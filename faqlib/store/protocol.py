"""What the facade asks of a store: the smallest set of calls that keeps a FAQ safe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from faqlib.model import Cursor, Entry, Site, Version

Action = Literal["add", "update", "delete", "import", "restore"]
Follow = Callable[[], tuple[Cursor, Site, list[Entry]]]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry to write, or with ``entry=None`` to delete.

    ``expect`` is what has to be stored under the id for the change to be made: ``"absent"``,
    ``"present"``, the digest of the entry as it was read, or ``None`` for anything.
    """

    entry_id: str
    entry: Entry | None
    action: Action = "update"
    expect: str | None = None


@runtime_checkable
class Store(Protocol):
    """Sites and their entries, with every past version. Safe to share between threads.

    A change that changes nothing (an entry equal to the stored one, deleting what is not there)
    adds no version and does not move the cursor. ``updated_at`` is set by the store.

    Every method raises :class:`~faqlib.errors.SiteNotFound` for an unknown site, except
    ``save_site``, and :class:`~faqlib.errors.StoreUnavailable` when the database does not answer.
    """

    def sites(self) -> list[Site]:
        """All sites, by id."""
        ...

    def site(self, site: str) -> Site:
        """The settings of one site."""
        ...

    def save_site(self, site: Site, *, expect: str = "") -> Cursor:
        """Make the site, or replace its settings; the cursor moves in either case.

        ``expect`` is the digest of the settings that are replaced, or ``"absent"``.

        Raises:
            EditConflict: if the settings are others by now.
        """
        ...

    def delete_site(self, site: str) -> None:
        """Remove the site with all its entries and their history."""
        ...

    def cursor(self, site: str) -> Cursor:
        """The site's present state: cheap, it is asked for before every answer."""
        ...

    def snapshot(self, site: str) -> tuple[Cursor, Site, list[Entry]]:
        """Cursor, settings and all entries of one and the same state, in listing order.

        Entries come by ``position``, then in the order in which they were first added; one that
        was deleted and comes back takes its old place.

        Raises:
            DamagedEntry: if a row does not match its digest.
        """
        ...

    def follow(self, site: str) -> Follow:
        """What gives the site's snapshot at each call, from one thread at a time.

        It may remember what it gave last, and read only what changed since.
        """
        ...

    def get(self, site: str, entry_id: str) -> Entry | None:
        """One entry, or ``None``."""
        ...

    def changed_since(self, site: str, cursor: Cursor) -> Collection[str] | None:
        """Ids that changed after ``cursor``, or ``None`` where that state is not in our past.

        New settings of the site change no entry: they move the cursor and list no id. ``None``
        also stands for too much or too long ago; it always means: read a snapshot.
        """
        ...

    def apply(
        self, site: str, changes: Sequence[Change], *, actor: str = "", most: int | None = None
    ) -> Cursor:
        """Make all changes, in their order, in one transaction, or none; returns the new cursor.

        ``most`` is how many entries the site may hold if the changes add to them.

        Raises:
            EntryExists: an id that had to be absent is taken.
            EntryNotFound: an id that had to be present is not there.
            EditConflict: a digest does not match.
            TooManyEntries: the site would hold more than ``most``.
        """
        ...

    def history(self, site: str, entry_id: str) -> list[Version]:
        """Every version of an entry, oldest first; empty for an id that never was."""
        ...

    def vectors(self, site: str, model: str, keys: Collection[str]) -> dict[str, bytes]:
        """What was kept for a model under these keys, as far as it is there and whole."""
        ...

    def keep_vectors(
        self,
        site: str,
        model: str,
        new: Mapping[str, bytes],
        wanted: Collection[str] | None = None,
    ) -> None:
        """Keep ``new``, and forget of that model what is not ``wanted``, if that is said.

        No cursor moves: vectors can be made again at any time.
        """
        ...

    def close(self) -> None:
        """Release connections; the store can not be used afterwards."""
        ...
