"""A clock that jumps, by years and backwards: nothing is ordered, kept or refused by it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from faqlib import FAQ, Entry, Site, open_store
from faqlib.model import Cursor
from faqlib.store import MemoryStore, Store, memory, sql
from faqlib.store.backup import backup, restore
from tests.faults.fault_harness import chance, content_after, count, edit
from widget_server import create_app, housekeeping, tokens
from widget_server.outbox import WAITS
from widget_server.records.tables import questions, searches
from widget_server.state import NAME

YEAR = 365 * 86_400.0
API, ADMIN = "/api/v1/sites/s", "/api/v1/admin/sites/s"


class Clock:
    """The time of day, as somebody sets it; goes on by a second each time it is asked for."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        self.now += 1
        return self.now

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the store and the server take for the time of day."""
    made = Clock()
    monkeypatch.setattr(sql, "now", made.moment)
    monkeypatch.setattr(memory, "now", made.moment)
    monkeypatch.setattr(time, "time", made.time)
    return made


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    database = str(tmp_path / "faq.db")
    with closing(open_store(database)) as store:
        store.save_site(Site("s", name="Clinic", accept_questions=True))
    made: list[Flask] = []

    def make(**options: Any) -> Flask:
        plain = {"semantic": False, "log_requests": False, "database": database}
        made.append(create_app({**plain, **options}))
        return made[-1]

    yield make
    for app in made:
        app.extensions[NAME].clinics.store.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_edits_are_kept_in_the_order_in_which_they_were_made(
    kind: str, clock: Clock, tmp_path: Path, tally: Callable[..., None]
) -> None:
    path = tmp_path / "faq.db"
    one: Store = MemoryStore() if kind == "memory" else sql.SQLStore(path)
    other: Store = one if kind == "memory" else sql.SQLStore(path)
    one.save_site(Site("s"))
    seen: set[Cursor] = set()
    with closing(one), closing(other):
        for number in range(1, count(25, 600)):
            clock.now = chance(number).choice((0, 10 * YEAR, 60 * YEAR, 200 * YEAR, clock.now))
            before = other.cursor("s")
            cursor = one.apply("s", edit(number))
            assert cursor == other.cursor("s") != before
            assert cursor not in seen
            seen.add(cursor)
            assert {found.id: found for found in other.snapshot("s")[2]} == content_after(number)
            assert other.changed_since("s", before) is not None
            if kind == "sqlite" and number % 8 == 0:
                backup(path, tmp_path / "file")
                restore(tmp_path / "file", path, overwrite=True)
            tally("edits under a clock that jumps", tried=1, lost=0, wrong=0)
        numbers = [version.number for version in one.history("s", "a")]
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_worker_serves_the_newest_state(
    clock: Clock, make_app: Callable[..., Flask], tally: Callable[..., None]
) -> None:
    one, two = make_app(rate_admin="100000/minute"), make_app()
    token = tokens.create(one.extensions[NAME].records, "*", write=True)
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    editor, readers = one.test_client(), [one.test_client(), two.test_client()]
    etags: set[str] = set()
    for number in range(count(12, 300)):
        clock.now = chance(number).choice((1.0, 20 * YEAR, 60 * YEAR, 130 * YEAR, clock.now))
        body = {"id": "lift", "question": "Is there a lift?", "answer": f"Answer {number}."}
        method, tail = ("PUT", "/entries/lift") if number else ("POST", "/entries")
        assert (
            editor.open(ADMIN + tail, method=method, json=body, headers=headers).status_code < 300
        )
        tags = set()
        for reader in readers:
            for path in ("/search?q=lift", "/bundle", "/entries/lift"):
                answer = reader.get(API + path)
                assert f"Answer {number}." in answer.text, path
                tags.add(path + answer.headers["ETag"])
        assert tags.isdisjoint(etags)
        etags |= tags
        tally("edits through the server under a clock that jumps", tried=1, stale=0)


@pytest.mark.parametrize("jump", [-50 * YEAR, -3_600, 3_600, 50 * YEAR])
def test_a_limit_never_lasts_longer_than_its_window(
    clock: Clock, make_app: Callable[..., Flask], jump: float
) -> None:
    client = make_app(rate_questions="3/minute").test_client()

    def ask() -> Any:
        return client.post(f"{API}/questions", json={"question": "Is there a lift?"})

    assert [ask().status_code for _ in range(4)] == [204, 204, 204, 429]
    clock.now += jump
    answer = ask()
    if answer.status_code == 429:
        assert int(answer.headers["Retry-After"]) <= 62
    clock.now += 62
    assert ask().status_code == 204


def test_a_question_is_sent_when_the_clock_is_right_again(
    clock: Clock, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = make_app(webhook_secret="x" * 32).extensions[NAME]
    sent: list[str] = []
    monkeypatch.setattr(here.outbox._webhook, "send", lambda address, *_: sent.append(address))
    monkeypatch.setattr(here.outbox, "start", lambda: None)
    here.clinics.store.save_site(Site("s", webhook="https://hook.example/in"))
    here.outbox.put("s", "Is there a lift?")
    with here.records.begin() as connection:  # tried in vain while the clock was ahead
        connection.execute(update(questions).values(tries=1, next_try=int(clock.now + 10 * YEAR)))
    assert here.outbox.deliver_due(clock.now) == 1
    assert sent == ["https://hook.example/in"]
    here.outbox.put("s", "And a ramp?")
    with here.records.begin() as connection:  # one that only has to wait for its turn
        waiting = questions.c.state == "waiting"
        connection.execute(
            update(questions).where(waiting).values(tries=1, next_try=int(clock.now + WAITS[-1]))
        )
    assert here.outbox.deliver_due(clock.now) == 0


def test_a_clock_that_was_set_ahead_deletes_nothing(
    clock: Clock, make_app: Callable[..., Flask]
) -> None:
    here = make_app().extensions[NAME]
    with here.records.begin() as connection:
        row = {"site": "s", "query": "q", "asked": 9, "answered": 0}
        connection.execute(insert(searches).values(row | {"day": datetime(2020, 1, 1).date()}))
    watched = housekeeping.Clock()
    clock.now += 10 * YEAR
    assert housekeeping.tidy_unless(here, watched) == 0
    clock.now += 60
    assert housekeeping.tidy_unless(here, watched) == 1  # it stayed so: now it is the time


def test_a_faq_is_searched_and_edited_at_any_time(clock: Clock) -> None:
    with FAQ(semantic=False) as faq:
        for number, moment in enumerate((0.0, 60 * YEAR, 1.0, 200 * YEAR)):
            clock.now = moment
            faq.merge([Entry("Is there a lift?", f"Answer {number}.", id="lift")])
            assert faq.search("lift")[0].entry.answer == f"Answer {number}."
