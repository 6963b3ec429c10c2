"""What visitors send, and what is kept of it: nothing that could point at a person."""

from __future__ import annotations

import http.server
import ipaddress
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from faqlib import open_store
from tests.patience import PATIENCE
from tests.server.conftest import assert_error, bearer, parts
from widget_server import housekeeping
from widget_server.counts import top_searches
from widget_server.log_lines import JSONLines
from widget_server.records.tables import feedback, questions, searches
from widget_server.redact import redact
from widget_server.webhook import Webhook, WebhookError, is_public

API = "/api/v1/sites"


def change(database: str, site: str = "north", **settings: Any) -> None:
    store = open_store(database)
    store.save_site(store.site(site).replace(**settings))
    store.close()


def rows(app: Flask, table: Any) -> list[Any]:
    with parts(app).records.begin() as connection:
        return list(connection.execute(select(table)))


@pytest.mark.parametrize("media", ["application/json", "text/plain", "text/plain;charset=UTF-8"])
def test_a_rating_is_taken_as_json_or_plain_text(stored: Flask, media: str) -> None:
    data = '{"entry": "parking", "helpful": false, "reason": "too short", "new": 1}'
    response = stored.test_client().post(f"{API}/north/feedback", data=data, content_type=media)
    assert response.status_code == 204
    kept = rows(stored, feedback)[0]
    assert (kept.site, kept.entry, kept.helpful, kept.reason) == (
        "north",
        "parking",
        False,
        "too short",
    )


def test_a_rating_needs_an_entry_that_is_published(stored: Flask) -> None:
    client = stored.test_client()
    for entry in ("draft", "nothing"):
        response = client.post(f"{API}/north/feedback", json={"entry": entry, "helpful": True})
        assert_error(response, 404)
    assert_error(client.post(f"{API}/north/feedback", json={"entry": "parking"}), 422)
    assert rows(stored, feedback) == []


def test_only_so_many_ratings_are_kept_of_a_day(make_app: Callable[..., Flask]) -> None:
    app = make_app(daily_limit=2)
    client, body = app.test_client(), {"entry": "parking", "helpful": True}
    old = {"site": "north", "entry": "parking", "helpful": True, "reason": "", "query": ""}
    with parts(app).records.begin() as connection:
        connection.execute(
            insert(feedback).values({**old, "day": datetime.now(UTC).date() - timedelta(days=1)})
        )
    codes = [client.post(f"{API}/north/feedback", json=body).status_code for _ in range(3)]
    assert codes == [204, 204, 429]
    assert "as it keeps" in assert_error(client.post(f"{API}/north/feedback", json=body))["message"]
    assert client.post(f"{API}/south/feedback", json=body).status_code == 204
    assert len(rows(app, feedback)) == 4


def test_what_was_searched_is_kept_with_a_rating_only_where_searches_are_counted(
    stored: Flask, database: str
) -> None:
    client = stored.test_client()
    body = {"entry": "parking", "helpful": True, "query": "parking 555-0123"}
    client.post(f"{API}/north/feedback", json=body)
    change(database, count_searches=True)
    client.post(f"{API}/north/feedback", json=body)
    client.post(f"{API}/north/feedback", json=body, headers={"Sec-GPC": "1"})
    assert [row.query for row in rows(stored, feedback)] == ["", "parking [number]", ""]


def assert_is_now(text: str) -> None:
    """A time as everywhere in the API: ISO 8601, with its zone."""
    assert abs(datetime.fromisoformat(text) - datetime.now(UTC)) < timedelta(minutes=10)


def test_questions_are_taken_only_where_the_site_wants_them(stored: Flask) -> None:
    client, body = stored.test_client(), {"question": "May I bring my dog?", "email": "a@b.example"}
    assert_error(client.post(f"{API}/south/questions", json=body), 403)
    assert client.get(f"{API}/south").get_json()["features"]["questions"] is False
    assert client.get(f"{API}/north").get_json()["features"]["questions"] is True
    assert client.post(f"{API}/north/questions", json=body).status_code == 204
    assert_error(client.post(f"{API}/north/questions", json={"question": " "}), 422)
    headers = bearer(stored, "north")
    admin = "/api/v1/admin/sites/north/questions"
    left = client.get(admin, headers=headers).get_json()["questions"]
    assert [(item["question"], item["contact"]) for item in left] == [
        ("May I bring my dog?", "a@b.example")
    ]
    assert_is_now(left[0]["created_at"])
    assert client.delete(f"{admin}/{left[0]['key']}", headers=headers).status_code == 204
    assert_error(client.delete(f"{admin}/{left[0]['key']}", headers=headers), 404)


def test_where_no_more_questions_fit_only_those_that_were_sent_on_go(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(questions_limit=2)
    client, records = app.test_client(), parts(app).records

    def ask(text: str) -> Any:
        return client.post(f"{API}/north/questions", json={"question": text})

    assert [ask(text).status_code for text in "123"] == [204, 204, 429]
    assert "contact" in assert_error(ask("4"))["message"]
    with records.begin() as connection:
        connection.execute(update(questions).values(state="delivered"))
    assert [ask(text).status_code for text in "567"] == [204, 204, 429]
    headers, path = bearer(app, "north"), "/api/v1/admin/sites/north/questions"
    left = client.get(f"{path}?limit=1&offset=1", headers=headers).get_json()
    assert (left["total"], [item["question"] for item in left["questions"]]) == (2, ["5"])
    client.delete(f"{path}/{left['questions'][0]['key']}", headers=headers)
    assert ask("8").status_code == 204


# Webhooks


class Receiver(http.server.BaseHTTPRequestHandler):
    """A clinic's webhook: fails as often as it is told, and remembers."""

    failures = 0
    seen: list[tuple[str, bytes]] = []  # noqa: RUF012 - one list a test, set by the fixture

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append((self.headers["X-FAQ-Signature"], body))
        status = 500 if len(self.seen) <= self.failures else 204
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen, Receiver.failures = [], 0
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?clinic=1"
    server.shutdown()
    thread.join()
    server.server_close()


SECRET = "0123456789abcdef" * 2


def test_a_question_is_delivered_signed_and_once_by_two_workers(
    make_app: Callable[..., Flask], database: str, receiver: str
) -> None:
    change(database, webhook=receiver)
    settings = {"webhook_secret": SECRET, "webhook_private": True}
    one, two = make_app(**settings), make_app(**settings)
    outbox = parts(one).outbox
    with parts(one).records.begin():
        pass
    outbox.start = lambda: None  # type: ignore[method-assign]  # delivered by hand below
    one.test_client().post(f"{API}/north/questions", json={"question": "Is there a lift?"})
    threads = [threading.Thread(target=parts(app).outbox.deliver_due) for app in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Receiver.seen) == 1
    signature, body = Receiver.seen[0]
    assert json.loads(body)["question"] == "Is there a lift?"
    assert_is_now(json.loads(body)["asked_at"])
    moment = int(re.match(r"t=(\d+)", signature)[1])  # type: ignore[index]
    hook = Webhook(SECRET)
    assert signature == hook.signature("north", body, moment)
    assert signature != hook.signature("south", body, moment)
    assert rows(one, questions)[0].state == "delivered"


def test_a_webhook_that_nothing_can_sign_is_told_in_the_log(
    make_app: Callable[..., Flask], database: str, caplog: pytest.LogCaptureFixture
) -> None:
    change(database, webhook="https://clinic.example/hook")
    app = make_app()
    assert (
        app.test_client().post(f"{API}/north/questions", json={"question": "Lift?"}).status_code
        == 204
    )
    assert "FAQ_WEBHOOK_SECRET" in caplog.text
    assert "Lift" not in caplog.text


def test_a_failed_delivery_is_tried_again_later_and_at_last_given_up(
    make_app: Callable[..., Flask], database: str, receiver: str
) -> None:
    change(database, webhook=receiver)
    app = make_app(webhook_secret=SECRET, webhook_private=True)
    outbox, now = parts(app).outbox, time.time()
    outbox.start = lambda: None  # type: ignore[method-assign]
    Receiver.failures = 2
    outbox.put("north", "Is there a lift?")
    assert outbox.deliver_due(now) == 1
    assert outbox.deliver_due(now + 5) == 0  # not yet
    assert outbox.deliver_due(now + 11) == 1
    assert outbox.deliver_due(now + 80) == 1
    assert rows(app, questions)[0].state == "delivered"
    Receiver.failures = 1_000
    outbox.put("north", "And a ramp?")
    for day in range(1, 30):
        outbox.deliver_due(now + day * 86_400)
    assert rows(app, questions)[1].state == "failed"
    assert rows(app, questions)[1].tries == 8


def test_the_background_thread_delivers(
    make_app: Callable[..., Flask], database: str, receiver: str
) -> None:
    change(database, webhook=receiver)
    app = make_app(webhook_secret=SECRET, webhook_private=True)
    app.test_client().post(f"{API}/north/questions", json={"question": "Is there a lift?"})
    deadline = time.monotonic() + PATIENCE
    while not Receiver.seen and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(Receiver.seen) == 1


def test_what_one_clinic_has_waiting_never_stands_before_anothers(
    make_app: Callable[..., Flask], database: str, receiver: str
) -> None:
    """Many questions of one site, to a receiver that is away or to none, and one of another."""
    app = make_app(webhook_secret=SECRET, webhook_private=True)
    outbox, now = parts(app).outbox, time.time()
    outbox.start = lambda: None  # type: ignore[method-assign]
    change(database, "north", webhook=receiver)
    for webhook in ("", "http://127.0.0.1:9/"):  # nobody listens there
        change(database, "south", webhook=webhook)
        for number in range(120):
            outbox.put("south", f"Question {number}?")
        outbox.put("north", "Is there a lift?")
        Receiver.seen.clear()
        outbox.deliver_due(now)
        outbox.deliver_due(now)
        assert len(Receiver.seen) == 1
    # It was tried once, not with each of its questions.
    assert sum(row.tries for row in rows(app, questions) if row.site == "south") == 1
    assert outbox.deliver_due(now + 11) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://clinic.example:99999/", "http://a..example/", f"http://{'a' * 64}.example/",
        "http://127.0.0.1:9/ü", "http://127.0.0.1:9/?ü", "http://[::1", "http://127.0.0.1:0/",
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_no_more_than_a_failed_try(address: str) -> None:
    with pytest.raises(WebhookError):
        Webhook(SECRET, private=True).send(address, "north", b"{}", 0)


def test_a_receiver_that_answers_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends a byte before each wait for one is over."""
    monkeypatch.setattr("widget_server.webhook.TIMEOUT", 0.5)
    left = threading.Event()

    def drip(listener: socket.socket) -> None:
        with listener.accept()[0] as sock:
            try:
                for _ in range(200):
                    sock.sendall(b"x")
                    time.sleep(0.05)
            except OSError:
                left.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(WebhookError, match="no answer"):
            Webhook(SECRET, private=True).send(address, "north", b"{}", 0)
        thread.join()
    assert left.is_set()


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x", "https://localhost/x", "https://169.254.169.254/latest", "https://10.0.0.8",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://192.168.1.1", "https://0.0.0.0",
        "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "http://example.com", "ftp://example.com",
        "https://100.64.0.1", "https://224.0.0.1", "https://[2002:7f00:1::]/",
        "https://[::127.0.0.1]/", "https://[::ffff:0:7f00:1]/", "https://[fec0::1]/",
        "https://[64:ff9b:1::7f00:1]/", "https://2130706433/", "https://0x7f.1/",
        "https://[2002:808:808::]/", "https://[2001::f7f7:f7f7]/",  # 8.8.8.8, through tunnels
    ],
)  # fmt: skip
def test_a_webhook_never_goes_inside(address: str) -> None:
    with pytest.raises(WebhookError, match=r"inside address|has to start with https"):
        Webhook(SECRET).send(address, "north", b"{}", 0)


def test_a_name_that_changes_its_address_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is connected to."""
    connected: list[Any] = []

    def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", 443))]

    def connect(address: Any, *_: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr("socket.create_connection", connect)
    with pytest.raises(WebhookError, match="no answer"):
        Webhook(SECRET).send("https://rebinding.example/x", "north", b"{}", 0)
    assert connected == [("93.184.216.34", 443)]


@settings(max_examples=200, deadline=None)
@given(st.ip_addresses())
def test_only_open_addresses_are_open(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not address.is_global:
        assert not is_public(str(address))


# Privacy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Call me at 503-555-0117 please", "call me at [number] please"),
        ("my mail is Jo.Doe+x@Clinic.example", "my mail is [email]"),
        ("born 12.03.1984", "born [date]"),
        ("born March 3, 1984 in Rome", "born [date] in rome"),
        ("MRN A1234567 results", "mrn [number] results"),
        ("see https://x.example/me?id=4", "see [link]"),
        ("+49 (0)30 1234 5678", "[number]"),
        ("SSN 123-45-6789", "ssn [number]"),
        ("B12 and covid-19 and 2 weeks", "b12 and covid-19 and 2 weeks"),
        ("  Flu   SHOT ", "flu shot"),
    ],
)
def test_what_could_point_at_a_person_is_taken_out(typed: str, kept: str) -> None:
    assert redact(typed) == kept


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_redacting_twice_changes_nothing_and_no_long_number_stays(text: str) -> None:
    once = redact(text)
    assert len(once) <= 200
    assert not re.search(r"\d{5}", once)
    assert redact(once) == once


@pytest.mark.parametrize("size", [1_000, 2_000, 4_000])
@pytest.mark.parametrize("piece", ["1 ", "a@", "1-", "www.", "jan ", "a1", "(((", "1.1."])
def test_redacting_takes_no_longer_for_evil_text(piece: str, size: int) -> None:
    started = time.process_time()
    redact(piece * size)
    assert time.process_time() - started < 10  # a hang, not a slow machine


def test_by_default_nothing_of_a_search_is_kept_anywhere(
    make_app: Callable[..., Flask], database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Canary words and addresses are in no table, no log and no metric."""
    caplog.set_level(logging.DEBUG)
    app = make_app(log_requests=True)
    client = app.test_client()
    for number in range(60):
        visitor = {"REMOTE_ADDR": f"203.0.113.{number}"}
        for place in ("search?q=", "suggest?q=", "entries/"):
            path = f"{API}/north/{place}canary{number % 7} zebrafish"
            client.get(path, environ_base=visitor, headers={"Referer": "https://canary.example"})
        client.get(f"/sites/north/?q=canary{number}", environ_base=visitor)
    formatted = "\n".join(JSONLines().format(record) for record in caplog.records)
    assert '"route": "/api/v1/sites/<site>/search"' in formatted
    stored_bytes = b"".join(path.read_bytes() for path in Path(database).parent.iterdir())
    metrics = client.get("/metrics").get_data(as_text=True)
    for canary in ("canary", "zebrafish", "203.0.113"):
        assert canary not in formatted
        assert canary not in metrics
        assert canary.encode() not in stored_bytes


def test_searches_are_counted_only_from_the_least_number_on(
    make_app: Callable[..., Flask], database: str
) -> None:
    change(database, count_searches=True)
    app = make_app(minimum_count=3)
    client = app.test_client()
    for _ in range(2):
        client.get(f"{API}/north/search?q=Rare words 555-0117")
    for _ in range(4):
        client.get(f"{API}/north/search?q=flu shots")
    client.get(f"{API}/south/search?q=flu shots")
    kept = [(row.site, row.query, row.asked) for row in rows(app, searches)]
    assert kept == [("north", "flu shots", 4)]
    headers = bearer(app, "north")
    report = client.get("/api/v1/admin/sites/north/reports/asked", headers=headers).get_json()
    assert [row["query"] for row in report["rows"]] == ["flu shots"]


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_a_browser_that_objects_is_not_counted(
    make_app: Callable[..., Flask], database: str, header: str
) -> None:
    change(database, count_searches=True)
    app = make_app(minimum_count=2)
    for _ in range(5):
        app.test_client().get(f"{API}/north/search?q=flu shots", headers={header: "1"})
    assert rows(app, searches) == []


def test_only_so_many_different_searches_are_kept_of_a_day(
    make_app: Callable[..., Flask], database: str
) -> None:
    change(database, count_searches=True)
    app = make_app(minimum_count=2, daily_limit=3)
    for _ in range(3):
        for query in ("parking", "flu shots", "cost", "hours", "stairs"):
            app.test_client().get(f"{API}/north/search?q={query}")
    kept = {row.query: row.asked for row in rows(app, searches)}
    assert kept == {"parking": 3, "flu shots": 3, "cost": 3}  # which are counted further


def test_two_workers_count_into_the_same_row(make_app: Callable[..., Flask], database: str) -> None:
    change(database, count_searches=True)
    apps = [make_app(minimum_count=2) for _ in range(2)]
    for app in apps:
        for _ in range(3):
            app.test_client().get(f"{API}/north/search?q=parking")
    assert [(row.query, row.asked) for row in rows(apps[0], searches)] == [("parking", 6)]


def test_half_typed_queries_are_not_reported(stored: Flask) -> None:
    today = date.today()
    with parts(stored).records.begin() as connection:
        for query, asked in (
            ("flu", 9),
            ("flu sh", 8),
            ("flu shot", 7),
            ("fl", 40),
            ("parking", 3),
        ):
            row = {"site": "north", "day": today, "query": query, "asked": asked, "answered": 0}
            connection.execute(insert(searches).values(row))
    found = [query for query, _, _ in top_searches(parts(stored).records, "north")]
    assert found == ["fl", "flu shot", "parking"]


def test_what_is_old_is_deleted(make_app: Callable[..., Flask]) -> None:
    app = make_app(retention_days=30)
    here, old = parts(app), datetime.now(UTC) - timedelta(days=31)
    here.outbox.put("north", "Recent?")
    with here.records.begin() as connection:
        base = {"site": "north", "query": "q", "asked": 9, "answered": 0}
        connection.execute(insert(searches).values(base | {"day": old.date()}))
        connection.execute(insert(searches).values(base | {"day": datetime.now(UTC).date()}))
        connection.execute(
            insert(questions).values(
                site="north", key="k", question="Old?", contact="", lang="", state="waiting",
                created_at=int(old.timestamp()), tries=0, next_try=0,
            )
        )  # fmt: skip
    assert housekeeping.tidy(here) == 2
    assert [row.question for row in rows(app, questions)] == ["Recent?"]
    assert len(rows(app, searches)) == 1
