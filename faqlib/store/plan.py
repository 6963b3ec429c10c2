"""What a list of changes comes to: the same reckoning for every store, apart from any database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from faqlib.errors import EditConflict, EntryExists, EntryNotFound, TooManyEntries
from faqlib.model import Entry, Site
from faqlib.store.protocol import Action, Change

# How many past states of a site are remembered, so that a worker that is behind by less can
# ask what changed; one that is further behind reads everything.
REMEMBERED = 256
# A change of more entries than this is not listed id by id: reading everything is cheaper.
LISTED = 1_000


class Place(NamedTuple):
    """What outlives an entry's deletion: its last version's number and its place in the order."""

    number: int
    sequence: int


class Step(NamedTuple):
    """One version that comes to be; ``entry`` is ``None`` where it is deleted."""

    entry_id: str
    entry: Entry | None
    action: Action
    place: Place


def check_site_is(before: Site | None, expect: str) -> None:
    """Whether a site's settings are those that an edit was made on.

    Args:
        before: the stored settings, or ``None`` for a site that is not there.
        expect: their digest as the editor saw it; ``"absent"``, or nothing for any.

    Raises:
        EditConflict: if they are others.
    """
    if expect and expect != ("absent" if before is None else before.digest):
        raise EditConflict


def now() -> datetime:
    """The time that is written beside a change; nothing is ever ordered by it."""
    return datetime.now(UTC)


def steps_for(
    site: str,
    changes: Iterable[Change],
    present: Mapping[str, Entry],
    places: Mapping[str, Place],
    sequence: int,
    at: datetime,
) -> list[Step]:
    """The versions that ``changes``, made one after the other, add to the site.

    What changes nothing (an entry equal to the stored one, a deletion of what is not there)
    adds no version. An entry that was deleted and comes back takes its old place.

    Args:
        site: the site's id, for messages.
        changes: what is asked for.
        present: the stored entries of at least all ids that are named.
        places: their places, and those of deleted entries.
        sequence: the last place that was given away.
        at: becomes ``updated_at``.

    Raises:
        EntryExists, EntryNotFound, EditConflict: if a change's ``expect`` does not hold.
        ValueError: if an entry's id is not the id that it is stored under.
    """
    current: dict[str, Entry | None] = dict(present)
    known = dict(places)
    steps: list[Step] = []
    for change in changes:
        name, stored = change.entry_id, current.get(change.entry_id)
        _check(site, change, stored)
        if change.entry == stored:
            continue
        if (place := known.get(name)) is None:
            sequence += 1
            place = Place(0, sequence)
        entry = change.entry and change.entry.replace(updated_at=at)
        action: Action = change.action if entry else "delete"
        known[name] = Place(place.number + 1, place.sequence)
        current[name] = entry
        steps.append(Step(name, entry, action, known[name]))
    return steps


def _check(site: str, change: Change, stored: Entry | None) -> None:
    if change.entry is not None and change.entry.id != change.entry_id:
        raise ValueError(
            f"the entry {change.entry.id!r} can not be stored as {change.entry_id!r}: "
            "delete the one and add the other."
        )
    if change.expect is None:
        return
    if change.expect == "absent":
        if stored is not None:
            raise EntryExists(change.entry_id)
    elif change.expect == "present":
        if stored is None:
            raise EntryNotFound(change.entry_id, site)
    elif stored is None or stored.digest != change.expect:
        raise EditConflict(change.entry_id)


def growth_of(steps: Sequence[Step], present: Mapping[str, Entry]) -> int:
    """By how many entries a site grows."""
    final = last_of_each(steps)
    return sum((step.entry is not None) - (name in present) for name, step in final.items())


def check_room(site: str, count: int, growth: int, most: int | None) -> None:
    """Whether a site of ``count`` entries may grow so far.

    Raises:
        TooManyEntries: if it may not. One that holds more already can still be edited.
    """
    if most is not None and growth > 0 and count + growth > most:
        raise TooManyEntries(site, most)


def last_of_each(steps: Sequence[Step]) -> dict[str, Step]:
    """The final state of each id that the steps touch."""
    return {step.entry_id: step for step in steps}
