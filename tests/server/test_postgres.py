"""The whole server over PostgreSQL: what it does over a file it does there too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.lib import postgres_server
from tests.server.conftest import PLAIN, assert_error, bearer, parts
from widget_server import create_app

API, ADMIN = "/api/v1/sites/harbor", "/api/v1/admin/sites/harbor"
CSV = b"question,answer,id,review_due\nWhere can I park?,Behind the house.,park,2020-01-01\n"
pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A PostgreSQL server of this module's own."""
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    with postgres_server.server() as found:
        yield found


@pytest.fixture
def worker(address: str) -> Iterator[Callable[[], Flask]]:
    """Makes applications over it, as several workers are; closes them at the end."""
    made: list[Flask] = []

    def make() -> Flask:
        made.append(create_app({**PLAIN, "database": address, "minimum_count": 2}))
        return made[-1]

    yield make
    for app in made:
        parts(app).clinics.store.close()
        parts(app).records.close()


def test_two_workers_over_postgresql_serve_edit_count_and_report(
    worker: Callable[[], Flask],
) -> None:
    one, two = worker(), worker()
    editor, reader = one.test_client(), two.test_client()
    headers: dict[str, Any] = bearer(one)
    site = {"id": "harbor", "name": "Harbor", "count_searches": True, "accept_questions": True}
    assert editor.put(ADMIN, json=site, headers=headers).status_code == 201
    for dry_run, expected in ((1, 0), (0, 1)):
        report = editor.post(
            f"{ADMIN}/import?format=csv&dry_run={dry_run}", data=CSV, headers=headers
        ).get_json()
        assert report["new"] == ["park"]
        assert len(reader.get(f"{API}/bundle").get_json()["entries"]) == expected

    first = reader.get(f"{ADMIN}/entries/park", headers=headers)
    change = first.get_json() | {"answer": "In front of the house."}
    changed = {key: change[key] for key in ("question", "answer", "review_due")}
    match = headers | {"If-Match": first.headers["ETag"]}
    assert editor.put(f"{ADMIN}/entries/park", json=changed, headers=match).status_code == 200
    lost = reader.put(f"{ADMIN}/entries/park", json=changed, headers=match)
    assert_error(lost, 412)
    for _ in range(3):
        found = reader.get(f"{API}/search?q=park").get_json()
        assert found["results"][0]["answer_html"] == "<p>In front of the house.</p>"

    for client in (editor, reader):
        rating = {"entry": "park", "helpful": False, "reason": "Which house?"}
        assert client.post(f"{API}/feedback", json=rating).status_code == 204
        asked = {"question": "May I bring my dog?"}
        assert client.post(f"{API}/questions", json=asked).status_code == 204
        client.get(f"{API}/search?q=flu shots")
    left = reader.get(f"{ADMIN}/questions", headers=headers).get_json()["questions"]
    assert [question["question"] for question in left] == ["May I bring my dog?"] * 2
    reports = {
        name: reader.get(f"{ADMIN}/reports/{name}", headers=headers).get_json()["rows"]
        for name in ("unhelpful", "asked", "review")
    }
    assert (reports["unhelpful"][0]["entry"], reports["unhelpful"][0]["unhelpful"]) == ("park", 2)
    assert [row["query"] for row in reports["asked"]] == ["park"]
    assert reports["review"][0]["overdue"] is True
    assert reader.get("/readyz").get_json()["current"] is True


def test_a_postgresql_that_was_restarted_is_found_again(
    address: str, worker: Callable[[], Flask]
) -> None:
    app = worker()
    client, headers = app.test_client(), bearer(app)
    client.put(ADMIN, json={"id": "harbor", "name": "Harbor"}, headers=headers)
    assert client.get(f"{API}/bundle").status_code == 200
    postgres_server.restart(address)
    for path in (f"{API}/bundle", "/readyz", f"{API}/search?q=park", "/sites/harbor/"):
        assert client.get(path).status_code in (200, 503)
        assert client.get(path).status_code == 200
    assert client.get(ADMIN, headers=headers).status_code in (200, 503)
    assert client.get(ADMIN, headers=headers).status_code == 200
