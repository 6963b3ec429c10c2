"""Reading a FAQ: what the live facade and a snapshot of it have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar

from faqlib.errors import EntryNotFound
from faqlib.model import STATUSES, Cursor, Entry, Results, Site, Status
from faqlib.search import Filter, Projection, language


class State:
    """A site at one cursor: never changed, only replaced."""

    def __init__(
        self, cursor: Cursor, site: Site, entries: tuple[Entry, ...], projection: Projection
    ) -> None:
        self.cursor = cursor
        self.site = site
        self.entries = entries
        self.projection = projection
        self.by_id = {entry.id: entry for entry in entries}

    @cached_property
    def listed(self) -> tuple[Entry, ...]:
        """The published entries as they are listed: worked out when they are first asked for."""
        return _in_listing_order(self.site, self.entries)


class Reading(ABC):
    """Everything that a FAQ can be asked; subclasses say of which state."""

    _remembers: ClassVar[bool] = True  # who asks the same often gets what was found before

    @abstractmethod
    def _current(self) -> State:
        """The state to answer from."""

    # What is there

    @property
    def site(self) -> Site:
        """The site's settings."""
        return self._current().site

    @property
    def cursor(self) -> Cursor:
        """The state that reads answer from now."""
        return self._current().cursor

    def __getitem__(self, entry_id: str) -> Entry:
        """The entry with this id, whatever its status; :class:`EntryNotFound` if none has it."""
        entry = self.get(entry_id)
        if entry is None:
            raise EntryNotFound(entry_id, self.site.id)
        return entry

    def get(self, entry_id: str) -> Entry | None:
        """The entry with this id, whatever its status, or ``None``."""
        return self._current().by_id.get(entry_id)

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._current().by_id

    def __len__(self) -> int:
        return len(self._current().entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._current().entries)

    def entries(self, status: Status | None = None) -> tuple[Entry, ...]:
        """All entries, or those of one status, by position and then by age.

        Raises:
            ValueError: if there is no such status.
        """
        if status not in (None, *STATUSES):
            raise ValueError(f"status is one of {', '.join(STATUSES)}, or None, not {status!r}.")
        found = self._current().entries
        return found if status is None else tuple(e for e in found if e.status == status)

    def published(self) -> tuple[Entry, ...]:
        """The published entries as they are listed: by category, pinned first, by position."""
        return self._current().listed

    # Finding

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        category: str | None = None,
        tags: Iterable[str] = (),
        lang: str | None = None,
        snippets: bool = True,
        explain: bool = False,
    ) -> Results:
        """The published entries that answer ``query``, best first.

        Args:
            query: the visitor's words; no sign in them has a meaning.
            limit: how many hits at most, 1 or more.
            category: only entries of this category.
            tags: only entries that have all of these.
            lang: only entries in this language; ``pt`` also finds ``pt-BR``.
            snippets: whether each hit gets its passage; without, a search takes half the time.
            explain: whether each hit gets its reasons.

        Raises:
            ValueError: if ``limit`` is below 1.
        """
        _check_asked(query, limit)
        only = _filter(category, tags, lang)
        projection = self._current().projection
        find = projection.answer if self._remembers else projection.search
        return find(query, limit, only, snippets=snippets, explain=explain)

    def ready(self) -> bool:
        """Whether searches are answered by all that ever will speak for entries.

        False while the sentence model is loaded or reads the entries in another thread.
        """
        return self._current().projection.ready()

    def suggest(self, prefix: str, *, limit: int = 5, lang: str | None = None) -> list[str]:
        """Questions that complete what is being typed, best first.

        Args:
            prefix: the visitor's words so far; the last may be half a word.
            limit: how many questions at most, 1 or more.
            lang: only questions in this language; ``pt`` also finds ``pt-BR``.

        Raises:
            ValueError: if ``limit`` is below 1.
        """
        _check_asked(prefix, limit)
        return self._current().projection.suggest(prefix, limit, _filter(None, (), lang))

    def related(self, entry_id: str, *, limit: int = 3) -> list[Entry]:
        """Published entries that share most with a published one, nearest first.

        Raises:
            EntryNotFound: if no published entry has this id.
            ValueError: if ``limit`` is below 1.
        """
        _check_asked(entry_id, limit)
        state = self._current()
        entry = state.by_id.get(entry_id)
        if entry is None or entry.status != "published":
            raise EntryNotFound(entry_id, self.site.id)
        return state.projection.related(entry_id, limit)


class Snapshot(Reading):
    """A FAQ as it was at one moment, from :meth:`faqlib.FAQ.snapshot`.

    It can be asked what a FAQ can be asked. All its answers are of one and the same state,
    however many others edit meanwhile, and none of them asks the database. It remembers no
    answers: who takes one for each request, as the server does, keeps what it made of them.
    """

    _remembers = False

    def __init__(self, state: State) -> None:
        self._state = state

    def __repr__(self) -> str:
        return f"<Snapshot of {self.site.id!r} at {self.cursor}: entries {len(self)}>"

    def _current(self) -> State:
        return self._state


def _check_asked(text: object, limit: object) -> None:
    if not isinstance(text, str):
        raise TypeError(f"a text is needed to search for, not {text!r:.60}.")
    check_number("limit", limit)


def check_number(name: str, value: object) -> None:
    """Whether an argument that bounds something is 1 or more."""
    if not isinstance(value, int):
        raise TypeError(f"{name} takes a whole number, not {value!r}.")
    if value < 1:
        raise ValueError(f"{name} has to be 1 or more, not {value}.")


def _in_listing_order(site: Site, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    published = [entry for entry in entries if entry.status == "published"]
    names = dict.fromkeys((*site.categories, *(entry.category for entry in published)))
    rank = {name: place for place, name in enumerate(names)}
    return tuple(sorted(published, key=lambda e: (rank[e.category], not e.pinned, e.position)))


def _filter(category: str | None, tags: Iterable[str], lang: str | None) -> Filter | None:
    if isinstance(tags, str):
        raise TypeError(f"tags takes a list of tags, not one text: write [{tags!r}].")
    wanted = frozenset(tags)
    if category is None and not wanted and lang is None:
        return None
    for name, text in (("category", category), ("lang", lang)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} takes a text, not {text!r:.60}.")
    return Filter(category, wanted, language(lang) if lang else None)
