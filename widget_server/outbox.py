"""Questions that visitors leave: kept in a table, and sent to the clinic's webhook if it has one.

A worker claims a due row by moving its next try into the future in one conditional update, so
that two workers never send the same question at once. A try that fails is repeated later and
later; after the last one the question stays in the table, where reports show it.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from faqlib import FAQError
from widget_server.clinics import Clinics
from widget_server.records import Records
from widget_server.records.tables import questions
from widget_server.webhook import Webhook, WebhookError

log = logging.getLogger("widget_server")

# Seconds until the next try: about two days in all.
WAITS = (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)


class Outbox:
    """The questions of one application's sites, ``most`` of each; thread-safe."""

    def __init__(self, records: Records, clinics: Clinics, webhook: Webhook, most: int) -> None:
        self._records = records
        self._clinics = clinics
        self._webhook = webhook
        self._most = most
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def can_send(self) -> bool:
        """Whether there is a secret to sign webhooks with."""
        return self._webhook.ready

    def put(self, site: str, question: str, contact: str = "", lang: str = "") -> bool:
        """Keep a question; it is sent in the background if the site has a webhook.

        Where there is no room the oldest that the clinic's webhook has goes. None that nobody
        may have seen does: rather than that the new one is not kept, and this is false.

        Raises:
            SiteNotFound: when the site was deleted meanwhile.
        """
        with self._records.begin_for(lambda: self._clinics.cursor(site)) as connection:
            if not self._make_room(connection, site):
                return False
            connection.execute(
                insert(questions).values(
                    site=site,
                    key=secrets.token_hex(16),
                    question=question,
                    contact=contact,
                    lang=lang,
                    created_at=int(time.time()),
                    state="waiting",
                    tries=0,
                    next_try=0,
                )
            )
        if self._clinics.site(site).webhook:
            if self.can_send:
                self.start()
            else:
                message = "webhook not called: set FAQ_WEBHOOK_SECRET, which it is signed with"
                log.warning(message, extra={"facts": {"site": site}})
        return True

    def _make_room(self, connection: Connection, site: str) -> bool:
        mine = questions.c.site == site
        if (connection.scalar(select(func.count()).where(mine)) or 0) < self._most:
            return True
        sent = select(func.min(questions.c.id)).where(mine, questions.c.state == "delivered")
        oldest = delete(questions).where(questions.c.id == sent.scalar_subquery())
        return bool(connection.execute(oldest).rowcount)

    def listing(self, site: str, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
        """How many questions the site has, and a stretch of them, newest first."""
        mine = questions.c.site == site
        chosen = select(questions).where(mine).order_by(questions.c.id.desc())
        with self._records.begin() as connection:
            total = connection.scalar(select(func.count()).where(mine)) or 0
            rows = connection.execute(chosen.limit(limit).offset(offset)).all()
        names = ("key", "question", "contact", "lang", "state", "tries")
        return total, [
            {name: getattr(row, name) for name in names} | {"created_at": _asked_at(row)}
            for row in rows
        ]

    def remove(self, site: str, key: str) -> bool:
        """Delete a question that was dealt with; whether it was there."""
        if not key.isalnum():
            return False  # no key looks like that, and not every database takes any text
        mine = (questions.c.site == site) & (questions.c.key == key)
        with self._records.begin() as connection:
            return bool(connection.execute(delete(questions).where(mine)).rowcount)

    def purge(self, days: int) -> int:
        """Delete questions that were asked more than ``days`` ago, whatever became of them."""
        old = questions.c.created_at < int(time.time()) - days * 86_400
        with self._records.begin() as connection:
            return connection.execute(delete(questions).where(old)).rowcount

    def start(self) -> None:
        """Deliver in the background from now on, and look for work at once."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                while self.deliver_due():
                    pass
            except FAQError as error:
                log.error("outbox stopped for now", extra={"facts": {"error": str(error)}})
            self._wake.wait(timeout=10)

    def deliver_due(self, now: float | None = None) -> int:
        """Try each question that is due once; returns how many were tried."""
        moment = int(time.time() if now is None else now)
        # A try that is further away than any wait was planned by a clock that has since been set.
        now_or_never = (questions.c.next_try <= moment) | (
            questions.c.next_try > moment + WAITS[-1]
        )
        addresses = {site.id: site.webhook for site in self._clinics.sites() if site.webhook}
        due = (questions.c.state == "waiting") & now_or_never & questions.c.site.in_(addresses)
        with self._records.begin() as connection:
            rows = connection.execute(select(questions).where(due).limit(50)).all()
        tried, down = 0, set[str]()
        for row in rows:
            if row.site not in down and self._claim(row, moment):
                tried += 1
                if not self._deliver(row, addresses[row.site], moment):
                    down.add(row.site)
                    self._put_off(row.site, moment)
        return tried

    def _put_off(self, site: str, moment: int) -> None:
        """Let what else a site has waiting wait too: others' questions shall not stand behind it.

        A receiver that does not answer takes its time each time.
        """
        mine = (questions.c.site == site) & (questions.c.state == "waiting")
        later = update(questions).where(mine, questions.c.next_try <= moment)
        with self._records.begin() as connection:
            connection.execute(later.values(next_try=moment + WAITS[0]))

    def _claim(self, row: Row[Any], moment: int) -> bool:
        last = row.tries + 1 >= len(WAITS)
        claim = (
            update(questions)
            .where(questions.c.id == row.id, questions.c.tries == row.tries)
            .values(
                tries=row.tries + 1,
                next_try=moment + WAITS[min(row.tries, len(WAITS) - 1)],
                state="failed" if last else "waiting",
            )
        )
        with self._records.begin() as connection:
            return bool(connection.execute(claim).rowcount)

    def _deliver(self, row: Row[Any], address: str, moment: int) -> bool:
        """Send one question; whether the receiver took it."""
        body = {
            "id": row.key,
            "site": row.site,
            "question": row.question,
            "contact": row.contact,
            "lang": row.lang,
            "asked_at": _asked_at(row).isoformat(),
        }
        try:
            self._webhook.send(address, row.site, json.dumps(body).encode("utf-8"), moment)
        except WebhookError as error:
            facts = {"site": row.site, "try": row.tries + 1, "error": str(error)}
            log.warning("webhook not delivered", extra={"facts": facts})
            return False
        done = update(questions).where(questions.c.id == row.id).values(state="delivered")
        with self._records.begin() as connection:
            connection.execute(done)
        return True


def _asked_at(row: Row[Any]) -> datetime:
    return datetime.fromtimestamp(row.created_at, UTC)
