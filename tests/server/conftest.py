"""Fixtures of the server's tests: applications over memory and over a file, and tokens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from faqlib import FAQ, Entry, Site, open_store
from widget_server import create_app, tokens
from widget_server.records import Records
from widget_server.state import NAME, Server

# Embeddings are no part of what the server does: without them the tests start sooner.
PLAIN = {"semantic": False, "log_requests": False}


def parts(app: Flask) -> Server:
    """What the application holds."""
    found: Server = app.extensions[NAME]
    return found


@pytest.fixture(scope="session")
def shared_app() -> Flask:
    """The demo's application, for tests that only read."""
    return create_app(PLAIN)


@pytest.fixture
def client(shared_app: Flask) -> FlaskClient:
    return shared_app.test_client()


@pytest.fixture
def app() -> Flask:
    """A demo application of the test's own."""
    return create_app(PLAIN)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with two small sites: `north` is open, `south` lists one origin."""
    path = tmp_path_factory.mktemp("template") / "clinics.db"
    store = open_store(str(path))
    store.save_site(Site(id="north", name="North Clinic", accept_questions=True))
    store.save_site(Site(id="south", name="South Clinic", origins=("https://www.south.example",)))
    for site in ("north", "south"):
        FAQ(store=store, site=site, semantic=False).add_all(
            [
                Entry(question="Is parking free?", answer="Yes, behind the house.", id="parking"),
                Entry(question=f"Where is {site}?", answer=f"In the {site}.", id=f"where-{site}"),
                Entry(question="Secret plans?", answer="Not yet.", id="draft", status="draft"),
            ]
        )
    store.close()
    Records(str(path)).close()
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> str:
    """The test's own copy of that file."""
    return str(shutil.copy(template, tmp_path / "clinics.db"))


@pytest.fixture
def make_app(database: str) -> Callable[..., Flask]:
    """Makes applications over the same file, as several workers are."""

    def make(*, store: Any = None, **settings: Any) -> Flask:
        return create_app({**PLAIN, "database": database, **settings}, store=store)

    return make


@pytest.fixture
def stored(make_app: Callable[..., Flask]) -> Flask:
    """An application over the file."""
    return make_app()


def bearer(app: Flask, site: str = "*", *, write: bool = True) -> dict[str, str]:
    """The header of a new token."""
    text = tokens.create(parts(app).records, site, write=write)
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def editor(stored: Flask) -> Callable[..., Any]:
    """Calls the editing API of `stored` with a token for site `north`."""
    headers = bearer(stored, "north")
    client = stored.test_client()

    def call(method: str, path: str, **options: Any) -> Any:
        merged = headers | options.pop("headers", {})
        return client.open(
            f"/api/v1/admin/sites/north{path}", method=method, headers=merged, **options
        )

    return call


def assert_error(response: Any, code: int | None = None) -> dict[str, Any]:
    """The one error shape, and nothing a cache may keep."""
    assert response.mimetype == "application/json", response.data[:200]
    body: dict[str, Any] = response.get_json()
    assert set(body) <= {"code", "status", "message", "errors"}
    assert {"code", "status", "message"} <= set(body)
    assert body["code"] == response.status_code
    assert body["message"].strip()
    for name, texts in body.get("errors", {}).items():
        assert isinstance(name, str)
        assert all(isinstance(text, str) for text in texts)
    assert "no-store" in response.headers["Cache-Control"]
    if code is not None:
        assert response.status_code == code, body
    return body
