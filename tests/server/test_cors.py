"""Which pages may read: exactly the origins a site lists, or all when it lists none."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from faqlib import FAQ, Entry, Site, open_store
from tests.server.conftest import assert_error
from widget_server import create_app

ORIGINS = (
    "https://clinic.dk",
    "https://www.clinic.dk",
    "http://localhost:3000",
    "https://a.example:8443",
)
PATHS = (
    "",
    "/bundle",
    "/search?q=parking",
    "/suggest?q=is",
    "/entries/parking",
    "/entries/no",
    "/no",
)
TEMPTING = (
    "null", "*", "https://*.clinic.dk", "https://clinic.dk.evil.example", "https://xclinic.dk",
    "https://clinicxdk", "https://clinic.dk@evil.example", "https://clinic.dk:444", "HTTPS://CLINIC.DK",
    "https://Clinic.dk", "https://clinic.dk.", "https://clinic.dk/", "http://clinic.dk", "https://clinic",
    "https://evil.example", "https://clinic.dk https://evil.example", "clinic.dk", "https://xn--clnic-3qa.dk",
    "https://a.clinic.dk", "https://clinic.dk:443", "file://", "chrome-extension://abc",
)  # fmt: skip


@pytest.fixture(scope="module")
def many() -> Flask:
    """A site for each set of origins."""
    store = open_store(":memory:")
    for size in range(3):
        for number, chosen in enumerate(itertools.combinations(ORIGINS, size)):
            site = f"site-{size}-{number}"
            store.save_site(Site(id=site, origins=chosen))
            entry = Entry(question="Is parking free?", answer="Yes.", id="parking")
            FAQ(store=store, site=site, semantic=False).add(entry)
    return create_app({"semantic": False, "log_requests": False}, store=store)


def check(app: Flask, site: str, listed: tuple[str, ...], path: str, origin: str | None) -> None:
    headers = {"Origin": origin} if origin is not None else {}
    response = app.test_client().get(f"/api/v1/sites/{site}{path}", headers=headers)
    allowed = response.headers.getlist("Access-Control-Allow-Origin")
    varies = "Origin" in ", ".join(response.headers.getlist("Vary"))
    assert "Access-Control-Allow-Credentials" not in response.headers
    if not listed:
        assert allowed == ["*"]
        assert not varies
    else:
        assert varies
        assert allowed == ([origin] if origin in listed else [])
        if origin is not None and origin not in listed:
            assert response.status_code in (403, 404)


def test_every_site_answers_every_origin_as_it_says(many: Flask) -> None:
    for site in many.extensions["widget_server"].clinics.sites():
        for path in PATHS:
            for origin in (None, *ORIGINS, *TEMPTING[:6]):
                # Twice: the second answer may be a replayed one.
                check(many, site.id, site.origins, path, origin)
                check(many, site.id, site.origins, path, origin)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_change_to_an_allowed_origin_is_allowed(many: Flask, data: st.DataObject) -> None:
    base = data.draw(st.sampled_from((*ORIGINS, *TEMPTING)))
    place = data.draw(st.integers(0, len(base)))
    added = data.draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=4))
    cut = data.draw(st.integers(0, 2))
    origin = base[:place] + added + base[place + cut :]
    for site in ("site-0-0", "site-1-0", "site-2-0"):
        listed = many.extensions["widget_server"].clinics.site(site).origins
        check(many, site, listed, "/search?q=parking", origin or None)


def test_a_page_without_an_origin_is_told_no_command_that_would_fail(stored: Flask) -> None:
    refused = stored.test_client().get("/api/v1/sites/south/bundle", headers={"Origin": "null"})
    message = assert_error(refused, 403)["message"]
    assert "--any-origin" in message
    assert "--add-origin" not in message


def test_a_refusal_names_the_origin_and_the_command(stored: Flask) -> None:
    response = stored.test_client().get(
        "/api/v1/sites/south/search?q=x", headers={"Origin": "https://south.example"}
    )
    body = assert_error(response, 403)
    assert "'https://south.example'" in body["message"]
    assert "widget-server site set south --add-origin https://south.example" in body["message"]
    assert "https://www.south.example is allowed" in body["message"]


def test_a_refused_page_may_not_post_either(stored: Flask) -> None:
    for origin, code in (("https://evil.example", 403), ("https://www.south.example", 204)):
        response = stored.test_client().post(
            "/api/v1/sites/south/feedback",
            data='{"entry": "parking", "helpful": true}',
            content_type="text/plain",
            headers={"Origin": origin},
        )
        assert response.status_code == code


def test_a_preflight_is_answered_for_listed_origins_only(stored: Flask) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    good = stored.test_client().options(
        "/api/v1/sites/south/feedback", headers=asked | {"Origin": "https://www.south.example"}
    )
    assert good.headers["Access-Control-Allow-Origin"] == "https://www.south.example"
    assert "POST" in good.headers["Access-Control-Allow-Methods"]
    assert good.headers["Access-Control-Allow-Headers"].lower() == "content-type"
    bad = stored.test_client().options(
        "/api/v1/sites/south/feedback", headers=asked | {"Origin": "https://evil.example"}
    )
    assert bad.status_code == 403
    assert "Access-Control-Allow-Origin" not in bad.headers


def test_the_script_is_for_every_page_and_the_editing_api_for_none(stored: Flask) -> None:
    client, origin = stored.test_client(), {"Origin": "https://any.example"}
    for path in ("/widget.js", "/widget/i18n/de.json", "/embed/north.js"):
        assert client.get(path, headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/api/v1/admin/sites", "/", "/metrics", "/openapi.json"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=origin).headers


def test_the_servers_own_pages_may_post_to_it(make_app: Callable[..., Flask]) -> None:
    """The builder's preview shows a site that lists other origins."""
    response = (
        make_app()
        .test_client()
        .get("/api/v1/sites/south/search?q=x", headers={"Origin": "http://localhost"})
    )
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
