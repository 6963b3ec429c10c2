"""What a response depends on, who may be believed, and how much one visitor may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.server.conftest import assert_error, parts
from widget_server.limits import client_key


@pytest.mark.parametrize("path", ["//metrics", "///healthz", "//api/v1/sites/north", "//"])
def test_no_address_is_there_with_two_slashes(stored: Flask, path: str) -> None:
    response = stored.test_client().get("/", environ_overrides={"PATH_INFO": path})
    assert_error(response, 404)


def test_only_trusted_hosts_are_answered(make_app: Callable[..., Flask]) -> None:
    client = make_app(trusted_hosts="faq.example,localhost").test_client()
    for host, code in (("faq.example", 200), ("localhost", 200), ("evil.example", 400)):
        for _ in range(2):
            response = client.get("/api/v1/sites/north", headers={"Host": host})
            assert response.status_code == code
    assert_error(client.get("/healthz", headers={"Host": "evil.example"}), 400)


def test_pages_allow_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", "/docs", "/sites/exosomes/", "/preview?site=exosomes"):
        response = client.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        page = response.get_data(as_text=True)
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page
        assert "http" not in "".join(part.split(">")[0] for part in page.split("<link")[1:])
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


def test_the_faq_page_may_be_framed_by_the_sites_own_pages_only(stored: Flask) -> None:
    policy = stored.test_client().get("/sites/south/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://www.south.example;" in policy
    policy = stored.test_client().get("/sites/north/").headers["Content-Security-Policy"]
    assert "frame-ancestors *;" in policy


def test_https_is_kept_where_the_public_address_has_it(make_app: Callable[..., Flask]) -> None:
    secure = make_app(public_url="https://faq.example").test_client().get("/healthz")
    assert "Strict-Transport-Security" in secure.headers
    plain = make_app(public_url="http://faq.example").test_client().get("/healthz")
    assert "Strict-Transport-Security" not in plain.headers


def test_a_request_keeps_a_sensible_id_and_gets_one_otherwise(client: FlaskClient) -> None:
    for given, kept in (
        ("abc-12345", True),
        ("short", False),
        ("x" * 65, False),
        ("a b\tc" * 3, False),
    ):
        answer = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert (answer == given) is kept
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (0, lambda n: {}),
        (0, lambda n: {"X-Forwarded-For": f"10.0.0.{n}"}),
        (1, lambda n: {"X-Forwarded-For": f"10.0.0.{n}, 198.51.100.7"}),
        (2, lambda n: {"X-Forwarded-For": f"10.0.0.{n}, 198.51.100.7, 203.0.113.9"}),
    ],
)  # fmt: skip
def test_no_forged_address_gets_round_a_limit(
    make_app: Callable[..., Flask], proxies: int, forwarded: Callable[[int], dict[str, str]]
) -> None:
    client = make_app(proxies=proxies, rate_feedback="3/minute").test_client()
    codes = [
        client.post(
            "/api/v1/sites/north/feedback",
            json={"entry": "parking", "helpful": True},
            headers=forwarded(number)
            | {"X-Real-IP": f"10.1.1.{number}", "Forwarded": f"for={number}"},
        ).status_code
        for number in range(5)
    ]
    assert codes == [204, 204, 204, 429, 429]


def test_visitors_behind_a_proxy_are_counted_each_for_himself(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(proxies=1, rate_feedback="1/minute").test_client()
    for number in range(3):
        response = client.post(
            "/api/v1/sites/north/feedback", json={"entry": "parking", "helpful": True},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )  # fmt: skip
        assert response.status_code == 204


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_ipv6_visitor_is_counted_by_the_network(address: str, key: str) -> None:
    assert client_key(address) == key


def test_a_limit_says_when_to_try_again(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_search="2/minute").test_client()
    for number in range(2):
        assert client.get(f"/api/v1/sites/north/search?q=new{number}").status_code == 200
    response = client.get("/api/v1/sites/north/search?q=other")
    body = assert_error(response, 429)
    assert 1 <= int(response.headers["Retry-After"]) <= 61
    assert "try again in" in body["message"]
    assert client.get("/api/v1/sites/north/search?q=new1").status_code == 200  # costs nothing


def test_without_a_counter_reads_pass_and_writes_wait(
    stored: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: Any, **__: Any) -> bool:
        raise ConnectionError("redis is away")

    monkeypatch.setattr(parts(stored).limits._storage, "incr", dead)
    client = stored.test_client()
    assert client.get("/api/v1/sites/north/search?q=anything").status_code == 200
    response = client.post(
        "/api/v1/sites/north/feedback", json={"entry": "parking", "helpful": True}
    )
    assert_error(response, 503)
    assert response.headers["Retry-After"] == "5"


def test_wrong_tokens_are_limited(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_failed_tokens="3/minute").test_client()
    codes = [
        client.get("/api/v1/admin/sites", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(5)
    ]
    assert codes == [401, 401, 401, 429, 429]
