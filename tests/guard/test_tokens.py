"""Who may edit: every editing route, as the server has them, with every kind of token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.guard.routes import ADMIN, BODIES, OPEN_WRITES, address, calls, methods, rules
from tests.server.conftest import assert_error, bearer, parts
from widget_server import tokens
from widget_server.records.tables import feedback, questions, searches
from widget_server.records.tables import tokens as table

PLENTY = {"rate_admin": "1000000/minute", "rate_failed_tokens": "1000000/minute"}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A server that counts no tries: here it is the token that has to stop them."""
    return make_app(**PLENTY)


def text_of(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


def bad_tokens(app: Flask) -> dict[str, dict[str, Any]]:
    """Every way to come without a valid token, as options of a request."""
    good, own = text_of(bearer(app)), text_of(bearer(app, "north"))
    revoked = text_of(bearer(app, "north"))
    tokens.revoke(parts(app).records, revoked)
    _, token_id, secret = good.split("_", 2)
    lines = {
        "none": None, "empty": "", "no text": "Bearer", "a blank": "Bearer ", "null": "Bearer null",
        "None": "Bearer None", "undefined": "Bearer undefined", "star": "Bearer *",
        "revoked": f"Bearer {revoked}",
        "another's secret": f"Bearer faq_{token_id}_{own.split('_', 2)[2]}",
        "unknown id": f"Bearer faq_{'0' * 12}_{secret}",
        "no secret": f"Bearer faq_{token_id}_", "id alone": f"Bearer {token_id}",
        "secret alone": f"Bearer {secret}", "cut": f"Bearer {good[:-1]}",
        "longer": f"Bearer {good}A", "upper case": f"Bearer {good.upper()}",
        "in quotes": f'Bearer "{good}"', "twice": f"Bearer {good}, Bearer {good}",
        "two words": f"Bearer {good} {good}", "basic": f"Basic {good}",
        "other kind": f"Token {good}",
        "the hash": f"Bearer faq_{token_id}_{tokens._digest(secret)[:43]}",
        "a wildcard": f"Bearer faq_{token_id}_{'%' * 43}", "no kind": good,
        "SQL": f"Bearer faq_{token_id}_' OR '1'='1",
    }  # fmt: skip
    found = {
        name: {"headers": {"Authorization": line} if line is not None else {}}
        for name, line in lines.items()
    }
    for place in ("X-Api-Key", "X-Auth-Token", "Proxy-Authorization", "X-Authorization", "Cookie"):
        found[f"in {place}"] = {"headers": {place: f"token={good}" if place == "Cookie" else good}}
    for name in ("token", "access_token", "authorization", "api_key"):
        found[f"in the address as {name}"] = {"query_string": {name: good}}
    return found


def everything(app: Flask) -> list[Any]:
    """All that an edit could change."""
    here = parts(app)
    kept: list[Any] = [str(here.clinics.cursor(site.id)) for site in here.clinics.sites()]
    with here.records.begin() as connection:
        for what in (feedback, questions, searches):
            kept += [tuple(row) for row in connection.execute(select(what))]
        kept.append(sorted(row.id for row in connection.execute(select(table))))
    return kept


def ask(app: Flask, method: str, rule: Any, options: dict[str, Any], **values: str) -> Any:
    """Make a call with a body that would do, and the options of a bad token."""
    body = BODIES.get((method, rule.endpoint), {})
    merged: dict[str, Any] = {**body, **options}
    merged["headers"] = {"If-Match": "*", **options.get("headers", {})}
    merged["query_string"] = {**body.get("query_string", {}), **options.get("query_string", {})}
    return app.test_client().open(address(rule, **values), method=method, **merged)


def test_every_call_that_changes_something_asks_for_a_token(app: Flask) -> None:
    """Whatever is not a reading call stands below the editing API, or is open on purpose."""
    for rule in rules(app, admin=False):
        if set(methods(rule)) - {"GET"}:
            assert rule.endpoint in OPEN_WRITES, f"{rule.rule} writes and asks for no token"


def test_nobody_without_a_valid_token_gets_anything_from_any_editing_call(app: Flask) -> None:
    kinds, tried = bad_tokens(app), 0
    before = everything(app)
    shapes = set()
    for method, rule in calls(app):
        for name, options in kinds.items():
            for asked in (method, "HEAD", "OPTIONS") if method == "GET" else (method,):
                answer = ask(app, asked, rule, options)
                assert answer.status_code == 401, (asked, rule.rule, name)
                assert answer.headers["Cache-Control"] == "private, no-store"
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                assert "Set-Cookie" not in answer.headers
                if asked != "HEAD":
                    assert_error(answer, 401)
                    shapes.add(answer.data)
                tried += 1
    assert len(shapes) == 1  # nothing tells one kind from another
    assert everything(app) == before
    assert tried > 500


def test_another_sites_token_finds_nothing_that_a_random_site_has_not(app: Flask) -> None:
    headers = {"headers": bearer(app, "south")}
    before = everything(app)
    for method, rule in calls(app):
        if "site" not in rule.arguments:
            continue
        theirs = ask(app, method, rule, headers)
        nobodys = ask(app, method, rule, headers, site="never-was")
        assert theirs.status_code == nobodys.status_code == 404, (method, rule.rule)
        assert theirs.data == nobodys.data
        assert names(theirs) == names(nobodys)
    listed = app.test_client().get(f"{ADMIN}/sites", headers=headers["headers"]).get_json()
    assert [site["id"] for site in listed["sites"]] == ["south"]
    assert everything(app) == before


def names(answer: Any) -> list[tuple[str, str]]:
    return sorted(item for item in answer.headers if item[0] != "X-Request-ID")


def test_a_reading_token_reads_and_changes_nothing(app: Flask) -> None:
    options = {"headers": bearer(app, "north", write=False)}
    before = everything(app)
    for method, rule in calls(app):
        answer = ask(app, method, rule, options)
        if method == "GET":
            assert answer.status_code == 200, rule.rule
        else:
            assert answer.status_code == 403, (method, rule.rule)
            assert_error(answer, 403)
    assert everything(app) == before


def test_with_a_good_token_each_of_these_calls_does_something(
    make_app: Callable[..., Flask],
) -> None:
    """Else the tests above would be about calls that never work."""
    for method, rule in calls(make_app(**PLENTY)):
        app = make_app(**PLENTY)
        headers = bearer(app)
        app.test_client().post("/api/v1/sites/north/questions", json={"question": "A visitor's?"})
        left = app.test_client().get(f"{ADMIN}/sites/north/questions", headers=headers).get_json()
        if method in ("PUT", "PATCH", "DELETE") and "entry_id" in rule.arguments:
            read = app.test_client().get(f"{ADMIN}/sites/north/entries/parking", headers=headers)
            if read.status_code == 404:  # an earlier call deleted it
                app.test_client().post(
                    f"{ADMIN}/sites/north/restore/parking", json={"number": 1}, headers=headers
                )
                read = app.test_client().get(
                    f"{ADMIN}/sites/north/entries/parking", headers=headers
                )
            headers["If-Match"] = read.headers["ETag"]
        site = "south" if (method, rule.endpoint) == ("DELETE", "admin.delete_site") else "north"
        answer = ask(app, method, rule, {"headers": headers}, key=left["questions"][0]["key"],
                     site=site)  # fmt: skip
        assert answer.status_code < 300, (method, rule.rule, answer.data)


def test_no_page_may_read_the_editing_api(app: Flask) -> None:
    headers = bearer(app)
    for method, rule in calls(app):
        for origin in ("https://www.south.example", "http://localhost", "null"):
            for asked in (method, "OPTIONS"):
                answer = ask(app, asked, rule, {"headers": {**headers, "Origin": origin}},
                             site="south")  # fmt: skip
                assert not [name for name, _ in answer.headers if "access-control" in name.lower()]


def test_secrets_are_compared_in_constant_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no token has the id: an unknown one takes as long as a known one."""
    compared: list[tuple[Any, Any]] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((a, b)) or real(a, b))
    good = text_of(bearer(app))
    for text in (good, good[:-4] + "AAAA", f"faq_{'0' * 12}_{'A' * 43}"):
        tokens.verify(parts(app).records, text)
    assert len(compared) == 3
    assert all(len(a) == len(b) == 64 for a, b in compared)


def test_a_deleted_site_leaves_nothing_to_whoever_gets_its_name_next(app: Flask) -> None:
    """Not what visitors wrote, and no token that still opens it."""
    client, headers, own = app.test_client(), bearer(app), bearer(app, "north")
    client.post("/api/v1/sites/north/questions", json={"question": "Am I the canary?"})
    rating = {"entry": "parking", "helpful": False, "reason": "canary"}
    client.post("/api/v1/sites/north/feedback", json=rating)
    with parts(app).records.begin() as connection:
        row = {"site": "north", "day": date.today(), "query": "canary"}
        connection.execute(searches.insert().values(**row, asked=9, answered=0))
    assert client.delete(f"{ADMIN}/sites/north", headers=headers).status_code == 204
    assert client.get(f"{ADMIN}/sites/north", headers=own).status_code == 401
    assert (
        client.put(f"{ADMIN}/sites/north", json={"id": "north"}, headers=headers).status_code == 201
    )
    fresh = bearer(app, "north")
    for path in ("questions", "reports/unhelpful", "reports/asked", "reports/unanswered", "entries",
                 "history/parking", "export?format=json"):  # fmt: skip
        answer = client.get(f"{ADMIN}/sites/north/{path}", headers=fresh)
        assert "canary" not in answer.get_data(as_text=True).lower(), path
        assert "behind the house" not in answer.get_data(as_text=True), path
    assert client.get(f"{ADMIN}/sites/north", headers=own).status_code == 401
