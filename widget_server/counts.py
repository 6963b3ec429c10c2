"""How often is asked what: only for sites that want it, only redacted, only above a count.

A search is first counted in memory. Only when the same redacted words were asked
``minimum_count`` times does the database learn of them, so a name that somebody typed once is
never written down. What was counted for a site that was deleted since is never written either,
whoever has its id by then.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Request
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from faqlib import Cursor, SiteNotFound
from widget_server.clinics import Clinics
from widget_server.records import Records
from widget_server.records.tables import feedback, searches
from widget_server.redact import redact

_REMEMBERED = 20_000
_Key = tuple[str, str]


def objects(request: Request) -> bool:
    """Whether the visitor's browser says Do Not Track or Global Privacy Control."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


@dataclass(slots=True)
class _Seen:
    since: Cursor  # the site's state from which on this was counted
    times: int = 0  # in all
    asked: int = 0  # not yet written
    answered: int = 0


class SearchCounts:
    """Counts of redacted searches; thread-safe.

    Of a site ``minimum`` and more of the same are kept, and ``most`` different ones a day.
    """

    def __init__(self, records: Records, clinics: Clinics, minimum: int, most: int) -> None:
        self._records = records
        self._clinics = clinics
        self._minimum = minimum
        self._most = most
        self._seen: OrderedDict[_Key, _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, site: str, cursor: Cursor, query: str, answered: bool) -> None:
        """Count one search of a site that wants it, which was at ``cursor`` when it answered."""
        key = (site, redact(query))
        if len(key[1]) < 3:
            return
        with self._lock:
            seen = self._seen.setdefault(key, _Seen(cursor))
            self._seen.move_to_end(key)
            seen.times += 1
            seen.asked += 1
            seen.answered += answered
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            if seen.times < self._minimum:
                return
            since, asked, found = seen.since, seen.asked, seen.answered
            seen.since, seen.asked, seen.answered = cursor, 0, 0
        try:
            self._write(key, since, asked, found)
        except SiteNotFound:
            with self._lock:
                self._seen.pop(key, None)
            if since != cursor:  # what went before belonged to another site, not this search
                self.note(site, cursor, query, answered)

    def _write(self, key: _Key, since: Cursor, asked: int, answered: int) -> None:
        site, query = key
        day = datetime.now(UTC).date()
        where = (searches.c.site == site) & (searches.c.day == day) & (searches.c.query == query)
        more = (
            update(searches)
            .where(where)
            .values(asked=searches.c.asked + asked, answered=searches.c.answered + answered)
        )
        first = insert(searches).values(
            site=site, day=day, query=query, asked=asked, answered=answered
        )
        with self._records.begin_for(lambda: self._clinics.follows(site, since)) as connection:
            if connection.execute(more).rowcount:
                return
            if has_room(connection, searches, site, day, self._most):
                connection.execute(first)


def has_room(connection: Connection, table: Table, site: str, day: date, most: int) -> bool:
    """Whether one more row may be kept of a day: nobody shall fill the database of all sites."""
    held = select(func.count()).where((table.c.site == site) & (table.c.day == day))
    return (connection.scalar(held) or 0) < most


def purge(records: Records, days: int) -> int:
    """Delete counts and ratings that are older than ``days``; how many rows went."""
    oldest = datetime.now(UTC).date() - timedelta(days=days)
    gone = 0
    with records.begin() as connection:
        for table in (searches, feedback):
            gone += connection.execute(delete(table).where(table.c.day < oldest)).rowcount
    return gone


def top_searches(records: Records, site: str, limit: int = 100) -> list[tuple[str, int, int]]:
    """What was searched most: (query, asked, answered), without half-typed beginnings."""
    with records.begin() as connection:
        rows = connection.execute(select(searches).where(searches.c.site == site)).all()
    totals: dict[str, list[int]] = {}
    for row in rows:
        total = totals.setdefault(row.query, [0, 0])
        total[0] += row.asked
        total[1] += row.answered
    whole = _without_beginnings(totals)
    ranked = sorted(whole, key=lambda query: (-totals[query][0], query))[:limit]
    return [(query, totals[query][0], totals[query][1]) for query in ranked]


def _without_beginnings(totals: dict[str, list[int]]) -> list[str]:
    """Drop a query that is what others look like half-typed: they account for its count."""
    ordered = sorted(totals)
    kept = []
    for place, query in enumerate(ordered):
        longer = 0
        for other in ordered[place + 1 :]:
            if not other.startswith(query):
                break
            longer = max(longer, totals[other][0])
        if longer * 2 < totals[query][0]:
            kept.append(query)
    return kept
