"""The ranking playground: for a site's staff, with the token in the body alone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.server.conftest import bearer


def post(client: FlaskClient, **fields: str):
    return client.post("/playground", data={"site": "north", "query": "parkng", **fields})


def token(app: Flask, site: str = "north") -> str:
    return bearer(app, site, write=False)["Authorization"].removeprefix("Bearer ")


def test_the_form_is_there_for_everybody_and_says_nothing_of_any_site(stored: Flask) -> None:
    response = stored.test_client().get("/playground?site=%3Cb%3Enorth")
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'method="post"' in page
    assert "&lt;b&gt;north" in page
    assert "Is parking free" not in page
    assert "script-src" in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


def test_staff_see_what_is_found_and_why(stored: Flask) -> None:
    response = post(stored.test_client(), token=token(stored))
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "Is parking free?" in page
    assert "Typing slips" in page
    assert "parkng → park" in page
    assert "Likeness of words" in page
    assert "Did you mean <b>parking</b>" in page
    assert "no-store" in response.headers["Cache-Control"]
    assert "Secret plans" not in page
    assert "<script" not in page
    assert "style=" not in page


def test_nothing_is_told_without_a_token_that_covers_the_site(stored: Flask) -> None:
    client = stored.test_client()
    for wrong in ("", "nonsense"):
        page = post(client, token=wrong).get_data(as_text=True)
        assert 'role="alert">A valid token is needed' in page
        assert "Is parking free" not in page
    other = post(client, token=token(stored, "south"))
    nowhere = post(client, token=token(stored, "south"), site="nowhere")
    for response in (other, nowhere):
        page = response.get_data(as_text=True)
        assert 'role="alert">There is no such site here' in page
        assert "Is parking free" not in page


def test_a_token_in_an_address_does_not_count(stored: Flask) -> None:
    response = stored.test_client().post(
        f"/playground?token={token(stored)}", data={"site": "north", "query": "parking"}
    )
    assert "A valid token is needed" in response.get_data(as_text=True)


def test_tokens_cannot_be_guessed_at_leisure(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_failed_tokens="3/minute").test_client()
    codes = [post(client, token="nonsense").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]


def test_what_is_typed_is_text_on_the_page(stored: Flask) -> None:
    hostile = "<img src=x onerror=alert(1)>\" '"
    page = post(stored.test_client(), token=token(stored), query=hostile).get_data(as_text=True)
    assert "<img" not in page
