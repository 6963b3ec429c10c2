"""A deleted site takes along what visitors sent: also what was not yet written, or just was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from faqlib import FAQ, Entry, Site, SiteNotFound, open_store
from tests.lib import postgres_server
from tests.server.conftest import PLAIN, bearer, parts
from widget_server import create_app
from widget_server.records import Records
from widget_server.records.tables import feedback, questions, searches

API, ADMIN = "/api/v1/sites", "/api/v1/admin/sites"
SITE = Site("north", name="North", count_searches=True, accept_questions=True)
TABLES = (feedback, questions, searches)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, database: str) -> Iterator[str]:
    """A database in which site `north` counts its searches."""
    if request.param == "sqlite":
        begin(database)
        yield database
    elif reason := postgres_server.why_not():
        pytest.skip(reason)
    else:
        with postgres_server.server() as address:
            begin(address)
            yield address


def begin(database: str) -> None:
    """Make the site, as whoever gets its id would."""
    with closing(open_store(database)) as store:
        store.save_site(SITE)
        with FAQ(store=store, site="north", semantic=False) as faq:
            faq.merge([Entry("Is parking free?", "Yes.", id="parking")])


@pytest.fixture
def worker(place: str) -> Iterator[Callable[[], Flask]]:
    """Makes applications over it, as several workers are."""
    made: list[Flask] = []

    def make() -> Flask:
        made.append(create_app({**PLAIN, "database": place, "minimum_count": 3}))
        return made[-1]

    yield make
    for app in made:
        parts(app).clinics.store.close()
        parts(app).records.close()


def written(records: Records) -> list[Any]:
    """All that visitors of the site sent, as far as the database has it."""
    with records.begin() as connection:
        return [row for table in TABLES for row in connection.execute(select(table)).all()]


def test_searches_of_a_deleted_site_are_not_counted_for_the_next_with_its_id(
    place: str, worker: Callable[[], Flask]
) -> None:
    """Each worker counts in memory first; none hears of the deletion but by the database."""
    apps = [worker(), worker()]
    clients = [app.test_client() for app in apps]
    for client in clients:
        for _ in range(2):
            assert client.get(f"{API}/north/search?q=is parking free").status_code == 200
    assert clients[0].delete(f"{ADMIN}/north", headers=bearer(apps[0])).status_code == 204
    begin(place)
    for client in clients:
        client.get(f"{API}/north/search?q=is parking free")
        assert written(parts(apps[0]).records) == []
    for client in clients:  # and the new site's own searches count from its beginning
        for _ in range(2):
            client.get(f"{API}/north/search?q=is parking free")
    assert [row.asked for row in written(parts(apps[0]).records)] == [6]


def test_edits_between_searches_lose_no_count(place: str, worker: Callable[[], Flask]) -> None:
    app = worker()
    for number in range(3):
        app.test_client().get(f"{API}/north/search?q=is parking free")
        with FAQ.open(place, site="north", semantic=False) as faq:
            faq.merge([Entry("Is parking free?", f"Yes, {number}.", id="parking")])
            faq.save_site(SITE)
    assert [row.asked for row in written(parts(app).records)] == [3]


def test_what_was_sent_at_the_moment_of_the_deletion_is_not_written_after_it(
    worker: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor's request was let in before; its last step comes when the site is gone."""
    app = worker()
    here, client, headers = parts(app), app.test_client(), bearer(app)
    cursor = here.clinics.store.cursor("north")
    begin_for = Records.begin_for

    def late(records: Records, *rest: Any) -> Any:
        client.delete(f"{ADMIN}/north", headers=headers)
        return begin_for(records, *rest)

    monkeypatch.setattr(Records, "begin_for", late)
    rating = {"entry": "parking", "helpful": True}
    assert client.post(f"{API}/north/feedback", json=rating).status_code == 404
    with pytest.raises(SiteNotFound):
        here.outbox.put("north", "Is there a lift?")
    for _ in range(3):
        here.counts.note("north", cursor, "is there a lift", True)
    assert written(here.records) == []


def test_no_order_of_writing_and_deleting_leaves_anything(
    place: str, worker: Callable[[], Flask]
) -> None:
    apps = [worker(), worker()]
    here, headers = parts(apps[0]), bearer(apps[0])
    for _ in range(6):
        begin(place)
        begun, ended = threading.Barrier(4), threading.Event()

        def visit(app: Flask, begun: threading.Barrier, ended: threading.Event) -> None:
            client = app.test_client()
            begun.wait()
            while not ended.is_set():
                client.get(f"{API}/north/search?q=is parking free")
                client.post(f"{API}/north/feedback", json={"entry": "parking", "helpful": True})
                client.post(f"{API}/north/questions", json={"question": "Is there a lift?"})

        threads = [
            threading.Thread(target=visit, args=(apps[number % 2], begun, ended))
            for number in range(3)
        ]
        for thread in threads:
            thread.start()
        begun.wait()
        while not written(here.records):
            pass
        assert apps[0].test_client().delete(f"{ADMIN}/north", headers=headers).status_code == 204
        ended.set()
        for thread in threads:
            thread.join()
        assert written(here.records) == []
