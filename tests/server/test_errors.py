"""Every failure has the one shape, whatever was sent to whatever address."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.server.conftest import assert_error, bearer

FILLED = {
    "site": "north",
    "entry_id": "parking",
    "revision": "0-no",
    "hash_": "0123456789ab",
    "lang": "xx",
    "name": "nothing.css",
    "report": "nothing",
    "key": "nothing",
}


def address(rule: Rule, **values: str) -> str:
    path = rule.rule
    for name in rule.arguments:
        for form in (f"<{name}>", f"<anything:{name}>"):
            path = path.replace(form, values.get(name, FILLED[name]))
    return path


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def test_every_route_refuses_a_method_it_has_not_in_the_one_shape(stored: Flask) -> None:
    client = stored.test_client()
    for path in sorted({address(rule) for rule in rules(stored)}):
        allowed = client.options(path, headers=bearer(stored)).headers.get("Allow", "")
        for method in ("DELETE", "PUT", "PATCH", "POST", "BREW"):
            if method not in allowed:
                response = client.open(path, method=method)
                assert_error(response, 405)
                assert response.headers["Allow"]


def test_every_route_answers_for_an_unknown_site_in_the_one_shape(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored)
    for rule in rules(stored):
        if "site" in rule.arguments:
            for site in ("nowhere", "UPPER", "x" * 100, "..", "a b", "%00", "é"):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS", "PUT"}):
                    path = address(rule, site=site)
                    response = client.open(path, method=method, headers=headers, json={})
                    assert response.status_code >= 400, (method, path)
                    assert_error(response)


def test_every_route_survives_bodies_and_queries_of_every_wrong_kind(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored)
    bodies: list[tuple[bytes, str]] = [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 50_000, "text/plain"),
        (b"\xff\xfe\x00{", "application/json"),
        (b'"\xff"', "text/plain"),
        (b"null", "application/json"),
        (b'[1, "a", null]', "application/json"),
        (b'{"question": "a\\u0000b", "entry": "\\ud800", "helpful": NaN}', "application/json"),
        (b'{"number": 1e999, "status": []}', "application/json"),
        (b'{"number": ' + b"9" * 5_000 + b"}", "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"x" * 300_000, "text/plain"),
    ]
    for rule in rules(stored):
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH"}):
            for body, media in bodies:
                response = client.open(
                    address(rule) + "?limit=x&format=zip",
                    method=method,
                    data=body,
                    content_type=media,
                    headers=headers | {"If-Match": "*"},
                )
                assert response.status_code < 500, (method, rule.rule, body[:40])
                if response.status_code >= 400:
                    assert_error(response)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/sites", 404),
        ("GET", "/api/v1/sites/north/search", 422),
        ("GET", "/api/v1/sites/north/search?q=x&limit=0", 422),
        ("GET", "/api/v1/sites/north/search?q=x&limit=many", 422),
        ("GET", "/api/v1/sites/north/search?q=" + "x" * 2_001, 422),
        ("GET", "/api/v1/sites/north/suggest", 422),
        ("GET", "/api/v1/sites/north/bundle?parts=some", 422),
        ("GET", "/api/v1/sites/north/entries/nothing", 404),
        ("GET", "/api/v1/sites/north/entries/draft", 404),
        ("GET", "/widget-000000000000.js", 404),
        ("GET", "/widget/i18n/xx.json", 404),
        ("GET", "/embed/nowhere.js", 404),
        ("GET", "/sites/nowhere/", 404),
        ("GET", "/preview?site=nowhere", 404),
        ("GET", "/builder.json?site=nowhere", 404),
        ("GET", "/api/v1/admin/sites", 401),
        ("POST", "/widget.js", 405),
    ],
)
def test_a_failure_has_its_own_code(stored: Flask, method: str, path: str, code: int) -> None:
    assert_error(stored.test_client().open(path, method=method), code)


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_that_opens_a_page_gets_a_failure_as_a_page(stored: Flask) -> None:
    client = stored.test_client()
    for path in ("/sites/never/", "/nothing", "/sites/north/nothing", "/preview?site=never"):
        shown = client.get(path, headers=BROWSER)
        assert (shown.status_code, shown.mimetype) == (404, "text/html")
        told = assert_error(client.get(path), 404)["message"]
        assert escape(told) in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert "trusted-types" in shown.headers["Content-Security-Policy"]
    assert client.delete("/docs", headers=BROWSER).headers["Allow"]
    for path in ("/api/v1/sites/never", "/widget/i18n/xx.json", "/embed/never.js"):
        assert_error(client.get(path, headers=BROWSER), 404)


def test_a_failure_of_the_program_says_nothing_of_its_inside(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("the visitor asked for fistulas")

    monkeypatch.setattr("widget_server.payloads.search_json", broken)
    body = assert_error(app.test_client().get("/api/v1/sites/exosomes/search?q=fistula"), 500)
    assert "Zero" not in body["message"]
    assert "ZeroDivisionError" in caplog.text
    assert "fistula" not in caplog.text


def test_a_dead_database_is_503_and_says_when_to_try_again(stored: Flask, database: str) -> None:
    client = stored.test_client()
    assert client.get("/api/v1/sites/north/search?q=parking").status_code == 200
    Path(database + "-new").write_bytes(b"not a database" * 1_000)
    Path(database + "-new").replace(database)
    for path in ("/api/v1/sites/north/search?q=parking", "/readyz"):
        response = client.get(path)
        assert_error(response, 503)
    assert client.get("/healthz").status_code == 200


def test_what_is_too_large_is_413(stored: Flask) -> None:
    data = b'{"entry": "parking", "helpful": true, "reason": "' + b"x" * 300_000 + b'"}'
    response = stored.test_client().post("/api/v1/sites/north/feedback", data=data)
    assert_error(response, 415)
    response = stored.test_client().post(
        "/api/v1/sites/north/feedback", data=data, content_type="text/plain"
    )
    assert_error(response, 413)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=80), raw=st.binary(max_size=30))
def test_no_text_makes_a_5xx(client: FlaskClient, query: str, raw: bytes) -> None:
    path = "/api/v1/sites/exosomes"
    answer = client.get(f"{path}/search", query_string={"q": query.encode("utf-8", "replace")})
    assert answer.status_code == 200
    for place in ("search?q=", "suggest?q=", "entries/", "bundle/"):
        quoted = "".join(f"%{byte:02x}" for byte in raw)
        assert client.get(f"{path}/{place}{quoted}").status_code < 500
        assert client.get(f"/sites/exosomes/?q={quoted}&lang={quoted}").status_code < 500


def test_bytes_that_nobody_quoted_are_no_5xx(stored: Flask) -> None:
    for path in ("/api/v1/sites/north/search", "/sites/north/", "/", "/api/v1/admin/sites", "/é"):
        for name in ("q", "site", "limit", "lang"):
            environ = EnvironBuilder(path="/").get_environ()
            environ["PATH_INFO"], environ["QUERY_STRING"] = path, f"q=x&{name}=\xff\xfe\xc3("
            _, status, _ = run_wsgi_app(stored.wsgi_app, environ)
            assert int(status[:3]) < 500, (path, name)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=st.lists(
        st.sampled_from(["..", "%2e%2e", "%252e", "/", "%2f", "\\", "%5c", "%00", "etc", "passwd",
                         "static", "widget.js", ".", "site.css", "~", "con"]),
        max_size=8,
    )
)  # fmt: skip
def test_no_path_leads_to_a_file_that_is_not_served(client: FlaskClient, parts: list[str]) -> None:
    tail = "/".join(parts)
    for root in ("/assets/", "/widget/i18n/", "/embed/", "/widget-", "/sites/"):
        response = client.get(root + tail)
        assert response.status_code in (200, 302, 308, 404, 405)
        assert b"root:" not in response.data
        if response.status_code == 200:
            assert response.mimetype in ("text/css", "text/javascript", "text/html")
