"""Settings, records and the extension: what the application is put together from."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from faqlib import FAQ, Entry, Site, StoreUnavailable, open_store
from tests.server.conftest import PLAIN, assert_error
from widget_server import FAQServer, Settings, SettingsError, create_app
from widget_server.records import Records
from widget_server.records.database import VERSION_TABLE
from widget_server.records.tables import metadata


def test_settings_come_from_the_environment_and_from_mappings_alike() -> None:
    values = {
        "DATABASE": "x.db", "PROXIES": "2", "LIST_SITES": "no",
        "TRUSTED_HOSTS": "a.example, b.example",
        "RATE_QUESTIONS": "10/hour;30/day",
    }  # fmt: skip
    one = Settings.from_env({f"FAQ_{key}": value for key, value in values.items()} | {"PATH": "/"})
    two = Settings.from_mapping({key.lower(): value for key, value in values.items()})
    assert one == two
    assert one.proxies == 2
    assert one.list_sites is False
    assert one.trusted_hosts == ("a.example", "b.example")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.proxies = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAQ_DATABSE", "x.db"),
        ("FAQ_PROXIES", "-1"),
        ("FAQ_PROXIES", "many"),
        ("FAQ_MAX_AGE", "1e9"),
        ("FAQ_LIST_SITES", "perhaps"),
        ("FAQ_RATE_SEARCH", "often"),
        ("FAQ_RATE_SEARCH", "0/minute"),
        ("FAQ_PUBLIC_URL", "faq.example"),
        ("FAQ_PUBLIC_URL", "https://faq.example/?x=1"),
        ("FAQ_WEBHOOK_SECRET", "secret"),
        ("FAQ_BODY_LIMIT", "1"),
        ("FAQ_QUERY_LIMIT", "99999"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.removeprefix("FAQ_").lower()[:7] + "|DATABSE"):
        Settings.from_env({name: value})


def test_no_settings_serve_the_demo_and_leave_the_environment_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAQ_DATABASE", str(tmp_path / "other.db"))
    client = create_app().test_client()
    for site in ("exosomes", "family-practice"):
        assert client.get(f"/api/v1/sites/{site}").status_code == 200
    assert not (tmp_path / "other.db").exists()


def test_every_setting_has_words() -> None:
    for item in dataclasses.fields(Settings):
        assert item.metadata["help"].endswith("."), item.name


def test_the_package_names_what_it_exports() -> None:
    import widget_server

    assert sorted(widget_server.__all__) == widget_server.__all__
    for name in widget_server.__all__:
        assert getattr(widget_server, name).__doc__
    with pytest.raises(AttributeError, match="nothing"):
        widget_server.nothing  # noqa: B018


# Records


def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    records = Records(str(tmp_path / "faq.db"))
    with records.engine.connect() as connection:
        options = {
            "version_table": VERSION_TABLE,
            "compare_type": True,
            "include_name": lambda name, kind, _: (
                kind != "table" or str(name).startswith("faqserver")
            ),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        tables = set(inspect(connection).get_table_names())
    assert tables == {*metadata.tables, VERSION_TABLE}


def test_workers_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    problems: list[BaseException] = []

    def start() -> None:
        try:
            Records(str(tmp_path / "faq.db")).check()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells
            problems.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_the_tables_are_made_in_a_file_that_another_writes_at_this_moment(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.execute("CREATE TABLE others (number)")
        other.execute("BEGIN IMMEDIATE")
        end = threading.Timer(0.2, other.rollback)
        end.start()
        Records(str(path)).check()
        end.join()
    Records(str(path)).check()
    assert path.read_bytes()[18:20] == b"\2\2"  # SQLite's sign for a write-ahead log


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "faq.db").write_bytes(b"no database " * 500)
    with pytest.raises(StoreUnavailable):
        Records(str(tmp_path / "faq.db"))
    with pytest.raises(StoreUnavailable):
        create_app({"database": str(tmp_path / "no" / "folder.db")})


# The extension


@pytest.fixture
def host() -> Flask:
    """Another application, with the server under /help/faq."""
    store = open_store(":memory:")
    store.save_site(Site(id="north", name="North"))
    faq = FAQ(store=store, site="north", semantic=False)
    faq.add(Entry(question="Is parking free?", answer="Yes."))
    app = Flask("host")

    @app.get("/")
    def home() -> str:
        from flask import render_template_string

        return render_template_string("{{ faq_widget('north', mode='launcher') }}")

    FAQServer(app, PLAIN, url_prefix="/help/faq", store=store)
    return app


def test_another_application_mounts_the_server_under_a_prefix(host: Flask) -> None:
    client = host.test_client()
    assert client.get("/help/faq/api/v1/sites/north/search?q=parking").get_json()["results"]
    tag = client.get("/").get_data(as_text=True)
    assert 'src="/help/faq/embed/north.js"' in tag
    assert client.get("/help/faq/embed/north.js").status_code == 200
    assert 'data-mode="launcher"' in tag
    assert client.get("/help/faq/widget.js").status_code == 200
    page = client.get("/help/faq/sites/north/").get_data(as_text=True)
    assert 'href="/help/faq/assets/site.css' in page
    assert client.get("/help/faq/sites/north").headers["Location"] == "/help/faq/sites/north/"
    moved = client.get("/help/faq/api/v1/sites/north/bundle/old").headers["Location"]
    assert client.get(moved).status_code == 200


def test_errors_of_the_host_stay_its_own(host: Flask) -> None:
    client = host.test_client()
    assert client.get("/nowhere").mimetype == "text/html"
    assert_error(client.get("/help/faq/nowhere"), 404)
    with pytest.raises(ValueError, match="url_prefix"):
        FAQServer(Flask("other"), PLAIN, url_prefix="/")


def test_the_command_starts_without_loading_a_framework() -> None:
    code = (
        "import sys, widget_server.cli; print('flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_library_and_its_examples_are_found_in_a_checkout() -> None:
    from widget_server.places import find

    found: Any = find("static/widget.js")
    assert found.is_file()
    with pytest.raises(FileNotFoundError, match="install faqlib again"):
        find("static/nothing.js")
