"""What pages read: the agreed shapes, cached exactly as long as they are true."""

from __future__ import annotations

import gc
import gzip
import itertools
import json
import tracemalloc
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import RAISE
from werkzeug.test import EnvironBuilder

from faqlib import FAQ, Entry, render_html
from tests.server.conftest import parts
from widget_server import shapes
from widget_server.compression import choose_encoding
from widget_server.log_lines import JSONLines
from widget_server.settings import Settings

API = "/api/v1/sites"


@pytest.mark.parametrize("site", ["exosomes", "family-practice"])
def test_public_answers_have_the_documented_shapes(client: FlaskClient, site: str) -> None:
    root = f"{API}/{site}"
    for path, shape in [
        ("", shapes.SiteBody),
        ("/bundle", shapes.BundleBody),
        ("/bundle?parts=questions", shapes.BundleBody),
        ("/search?q=how long", shapes.SearchBody),
        ("/search?q=zzzz", shapes.SearchBody),
        ("/suggest?q=wh", shapes.SuggestBody),
    ]:
        answer = client.get(root + path)
        assert answer.status_code == 200
        assert shape(unknown=RAISE).validate(answer.get_json()) == {}, path
    for entry in client.get(f"{root}/bundle").get_json()["entries"]:
        single = client.get(f"{root}/entries/{quote(entry['id'], safe='')}").get_json()
        assert shapes.SingleBody(unknown=RAISE).validate(single) == {}
        assert {key: single[key] for key in entry} == entry


def test_search_answers_the_contract(client: FlaskClient) -> None:
    answer = client.get(f"{API}/exosomes/search?q=needle in my shoulder&limit=3").get_json()
    assert set(answer) == {
        "query", "answered", "confidence", "suggestion", "revision", "complete", "results",
    }  # fmt: skip
    assert answer["query"] == "needle in my shoulder"
    assert len(answer["results"]) == 3
    for result in answer["results"]:
        assert set(result) == {"id", "question", "answer_html", "snippet", "score", "category"}
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)


def test_search_can_be_narrowed(client: FlaskClient) -> None:
    found = client.get(f"{API}/family-practice/search?q=cita&lang=es&limit=50").get_json()
    languages = {
        entry["id"]: entry["lang"]
        for entry in client.get(f"{API}/family-practice/bundle").get_json()["entries"]
    }
    assert found["results"]
    assert {languages[result["id"]] for result in found["results"]} == {"es"}
    every, open_ = (
        client.get(f"{API}/exosomes/search?q=treatment{rest}").get_json()
        for rest in ("", "&category=&lang=")
    )
    assert open_ == every
    only = client.get(f"{API}/exosomes/search?q=treatment&category=Safety").get_json()
    assert {result["category"] for result in only["results"]} == {"Safety"}


def test_a_small_bundle_comes_whole_and_a_large_one_without_answers(
    stored: Flask, database: str
) -> None:
    client = stored.test_client()
    first = client.get(f"{API}/north/bundle?parts=questions").get_json()
    assert all("answer" in entry for entry in first["entries"])
    with FAQ.open(database, site="north", semantic=False) as faq:
        faq.add_all(
            Entry(question=f"Question {n}?", answer=" ".join(str(n * k) for k in range(900)))
            for n in range(40)
        )
    large = client.get(f"{API}/north/bundle?parts=questions").get_json()
    assert len(large["entries"]) == 42
    assert not any("answer" in entry for entry in large["entries"])
    assert all("answer" in e for e in client.get(f"{API}/north/bundle").get_json()["entries"])


def test_a_search_is_complete_only_where_everything_was_found(stored: Flask) -> None:
    client = stored.test_client()
    assert client.get(f"{API}/north/search?q=zzzz").get_json()["complete"] is False
    some = client.get(f"{API}/north/search?q=parking&limit=1").get_json()
    assert some["complete"] is False


REPEATED = [
    f"{API}/north", f"{API}/north/bundle", f"{API}/north/search?q=parking",
    f"{API}/north/suggest?q=par", f"{API}/north/entries/parking", "/embed/north.js",
    "/sites/north/", "/sites/north/?q=parking", "/sites/north/theme.css", "/widget.js",
    "/widget/i18n/de.json", "/assets/pages.css", "/assets/pages.css?v=old",
]  # fmt: skip


def kept(response: Any) -> list[Any]:
    """The headers, without the one that is each request's own."""
    return [item for item in response.headers if item[0] != "X-Request-ID"]


@pytest.mark.parametrize("path", REPEATED)
def test_an_answer_is_the_same_fresh_and_replayed_and_304_when_held(
    make_app: Callable[..., Flask], path: str
) -> None:
    client = make_app().test_client()
    first, again = client.get(path), client.get(path)
    assert first.status_code == 200
    assert first.data == again.data
    assert kept(first) == kept(again)
    assert first.headers["X-Request-ID"] != again.headers["X-Request-ID"]
    etag = first.headers["ETag"]
    for held in (etag, f'"other", {etag}', "*", f"W/{etag}"):
        response = client.get(path, headers={"If-None-Match": held})
        fresh = make_app().test_client().get(path, headers={"If-None-Match": held})
        assert kept(response) == kept(fresh)
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == etag
    assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize("path", REPEATED)
def test_a_replayed_answer_is_not_for_other_origins_encodings_or_hosts(
    make_app: Callable[..., Flask], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path.replace("north", "south").replace("q=parking", "q=where")
    path = path.replace("entries/parking", "entries/where-south")
    apps = [make_app(trusted_hosts=("faq.example",)) for _ in range(2)]
    monkeypatch.setattr(cast(Any, apps[0]).wsgi_app.replays, "keep", lambda *_: None)
    always_fresh, warm = (app.test_client() for app in apps)
    for origin, encoding, host in itertools.product(
        ("https://www.south.example", "https://other.example", None),
        ("gzip", "br", ""),
        ("faq.example", "evil.example"),
    ):
        headers = {"Origin": origin, "Accept-Encoding": encoding, "Host": host}
        asked = {name: value for name, value in headers.items() if value is not None}
        fresh = always_fresh.get(path, headers=asked)
        for _ in range(2):
            answer = warm.get(path, headers=asked)
            assert (answer.status_code, answer.data) == (fresh.status_code, fresh.data)
            assert kept(answer) == kept(fresh)


@pytest.mark.parametrize("path", REPEATED)
def test_a_replayed_answer_is_counted_and_logged_as_a_fresh_one(
    make_app: Callable[..., Flask], path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_app(log_requests=True).test_client()
    with caplog.at_level("INFO", "widget_server.access"):
        for _ in range(3):
            client.get(path)
    first, *others = [record.facts for record in caplog.records]  # type: ignore[attr-defined]
    assert len(others) == 2
    for facts in others:
        assert all(facts[name] == first[name] for name in ("method", "route", "site", "status"))
    for record in caplog.records:
        said = json.loads(JSONLines().format(record))
        assert list(said.items())[4:] == list(record.facts.items())  # type: ignore[attr-defined]
    assert first["route"]
    line = f'faq_requests_total{{method="GET",route="{first["route"]}",status="200"}} 3.0'
    assert line in client.get("/metrics").get_data(as_text=True)


def test_caches_are_told_what_they_may_do(stored: Flask) -> None:
    client = stored.test_client()
    settings = Settings()
    header = client.get(f"{API}/north/bundle").headers["Cache-Control"]
    assert f"max-age={settings.max_age}" in header
    assert f"stale-while-revalidate={settings.stale_while_revalidate}" in header
    assert f"stale-if-error={settings.stale_if_error}" in header


@pytest.mark.parametrize("path", ["/widget.js", "/embed/exosomes.js", f"{API}/exosomes/bundle"])
def test_bodies_come_compressed_and_each_variant_has_its_own_tag(
    client: FlaskClient, path: str
) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
    small = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert gzip.decompress(zipped.data) == plain.data == brotli.decompress(small.data)
    assert len(small.data) < len(zipped.data) < len(plain.data)
    assert len({response.headers["ETag"] for response in (plain, zipped, small)}) == 3
    for response in (plain, zipped, small):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", ""), ("identity", ""), ("gzip", "gzip"), ("br", "br"), ("gzip, br", "br"),
        ("br;q=0, gzip", "gzip"), ("gzip;q=0", ""), ("*", "br"), ("*;q=0", ""),
        ("GZIP;q=0.5", "gzip"), ("x-gzip", ""), ("brotli", ""), ("br;q=1.0", "br"),
    ],
)  # fmt: skip
def test_the_encoding_is_one_the_client_takes(accept: str, chosen: str) -> None:
    assert choose_encoding(accept) == chosen


def test_a_bundle_of_one_revision_never_changes_and_an_old_one_leads_to_the_new(
    stored: Flask, database: str
) -> None:
    client = stored.test_client()
    revision = client.get(f"{API}/north").get_json()["revision"]
    pinned = client.get(f"{API}/north/bundle/{revision}")
    assert pinned.get_json() == client.get(f"{API}/north/bundle").get_json()
    assert "immutable" in pinned.headers["Cache-Control"]
    with FAQ.open(database, site="north", semantic=False) as faq:
        faq.add(Entry(question="New?", answer="Yes."))
    moved = client.get(f"{API}/north/bundle/{revision}")
    assert moved.status_code == 302
    assert moved.headers["Location"] == f"{API}/north/bundle"
    assert moved.headers["Cache-Control"] == "no-store"
    followed = client.get(f"{API}/north/bundle/{revision}", follow_redirects=True)
    assert len(followed.get_json()["entries"]) == 3


def test_the_widget_can_be_pinned_and_an_older_one_is_kept(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_app()
    before = old.test_client().get(f"/{parts(old).assets.pinned_name}")
    assert "immutable" in before.headers["Cache-Control"]
    assert before.data == old.test_client().get("/widget.js").data
    monkeypatch.setattr("widget_server.assets._minified", lambda *_: b"/* the next version */")
    new = make_app()
    assert parts(new).assets.pinned_name != parts(old).assets.pinned_name
    assert new.test_client().get(f"/{parts(old).assets.pinned_name}").data == before.data


def test_an_answer_of_another_build_of_the_server_is_not_taken_for_this_one(
    make_app: Callable[..., Flask],
) -> None:
    """What was made by an older version, or named another public address, is sent anew."""
    paths = [f"{API}/north/bundle", f"{API}/north/search?q=is", "/sites/north/", "/embed/north.js"]
    old, new = (make_app(public_url=f"https://{name}.example").test_client() for name in "ab")
    for path in paths:
        held = {"If-None-Match": old.get(path).headers["ETag"]}
        assert old.get(path, headers=held).status_code == 304
        assert new.get(path, headers=held).status_code == 200


def test_the_embedded_script_carries_the_data(client: FlaskClient) -> None:
    script = client.get("/embed/family-practice.js").get_data(as_text=True)
    assert script.startswith(client.get("/widget.js").get_data(as_text=True))
    call = script.rpartition(";FAQ_WIDGET.data(")[2].removesuffix(");")
    site, bundle = json.loads(f"[{call}]")[:2]
    assert site == "family-practice"
    assert bundle == client.get(f"{API}/family-practice/bundle?parts=questions").get_json()


def test_nothing_in_the_embedded_script_can_end_it(stored: Flask, database: str) -> None:
    with FAQ.open(database, site="north", semantic=False) as faq:
        faq.add(Entry(question="</script><script>alert(1)</script>\u2028?", answer="x\u2029y"))
    script = stored.test_client().get("/embed/north.js").get_data(as_text=True)
    tail = script.rpartition(";FAQ_WIDGET.data(")[2]
    assert "</script" not in tail
    assert not set("\u2028\u2029") & set(tail)


@pytest.mark.parametrize(
    "entry_id",
    ["a/b", "a//b", "ä ö?", "q#1", "100%", "日本", "a/", "x.js", "ни", "e+f", "a&b=c", "‮x"],
)
def test_an_id_may_hold_any_sign(stored: Flask, database: str, entry_id: str) -> None:
    with FAQ.open(database, site="north", semantic=False) as faq:
        kept = faq.add(Entry(question="Odd?", answer="Yes.", id=entry_id)).id
    response = stored.test_client().get(f"{API}/north/entries/{quote(kept, safe='')}")
    assert response.status_code == 200
    assert response.get_json()["id"] == kept


def test_what_is_no_longer_published_is_nowhere(stored: Flask, database: str) -> None:
    """After an entry is taken back, every address that showed it shows it no longer."""
    client, canary = stored.test_client(), "Wombats"
    with FAQ.open(database, site="north", semantic=False) as faq:
        made = faq.add(Entry(question=f"{canary} allowed?", answer=f"{canary} are.", id="w"))
        places = [
            f"{API}/north/bundle", f"{API}/north/bundle?parts=questions",
            f"{API}/north/search?q=wombats allowed", f"{API}/north/suggest?q=womb",
            f"{API}/north/entries/w", "/embed/north.js", "/sites/north/",
            "/sites/north/?q=wombats", f"{API}/north/entries/parking",
        ]  # fmt: skip
        for path in places[:-1]:
            assert canary in client.get(path).get_data(as_text=True), path
        for status in ("draft", "archived"):
            faq.update(made.replace(status=status))
            for path in places:
                answer = client.get(path)
                assert canary not in answer.get_data(as_text=True), path
            assert client.get(f"{API}/north/entries/w").status_code == 404
            faq.update(made)


def test_drafts_are_never_served(client: FlaskClient, stored: Flask) -> None:
    for path in ("/bundle", "/search?q=secret plans", "/suggest?q=secret", "/entries/draft"):
        text = stored.test_client().get(f"{API}/north{path}").get_data(as_text=True)
        assert "Not yet." not in text
        assert "Secret plans?" not in text


def test_a_search_under_remembered_headers_is_the_one_that_flask_would_give(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first search of a page goes through Flask: the others look no different."""
    fast, plain = make_app(), make_app()
    monkeypatch.setattr(plain.wsgi_app.replays, "find", lambda *_: None)  # type: ignore[attr-defined]
    queries = [
        "parking", "where is north", "", "%20", "a&b=c", "x&limit=1", "x&lang=de", "x&limit=0",
        "é%C3%28", "%00", "x&q=parking", "y" * 2_001, "z" * 500, "parking&category=", "p+q%2Br",
        "x&%71=parking", "x&q", "x&&",
    ]  # fmt: skip
    for headers in ({}, {"Origin": "https://www.south.example"}, {"Accept-Encoding": "gzip, br"}):
        for site in ("north", "south"):
            fast.test_client().get(f"{API}/{site}/search?q=first", headers=headers)
            for query in queries:
                path = f"{API}/{site}/search?q={query}"
                shown, seen = (
                    app.test_client().get(path, headers=headers) for app in (plain, fast)
                )
                assert (seen.status_code, seen.data) == (shown.status_code, shown.data), path
                kept = [
                    sorted(item for item in response.headers if item[0] != "X-Request-ID")
                    for response in (shown, seen)
                ]
                assert kept[0] == kept[1], path


def test_search_s_json_is_what_its_schema_writes(client: FlaskClient, shared_app: Flask) -> None:
    """It is put together from ready pieces; the schema writes it from what the library found."""
    for site, query in itertools.product(
        ("exosomes", "family-practice"),
        ("how long does it last", 'ex"oso\\mes ☂ <b>', "appointmnet cost", "cita", "zzzz"),
    ):
        found = parts(shared_app).clinics.faq(site).snapshot().search(query)
        results = [
            {
                "id": hit.entry.id,
                "question": hit.entry.question,
                "answer_html": render_html(hit.entry.answer),
                "snippet": hit.snippet,
                "score": round(hit.score, 4),
                "category": hit.entry.category,
            }
            for hit in found
        ]
        answer = client.get(f"{API}/{site}/search", query_string={"q": query}).get_json()
        assert answer == shapes.SearchBody().dump(
            {
                "query": query,
                "answered": found.answered,
                "confidence": round(found.confidence, 4),
                "suggestion": found.suggestion,
                "revision": answer["revision"],
                "complete": answer["complete"],
                "results": results,
            }
        )


@pytest.mark.parametrize(
    "where", ["QUERY_STRING", "HTTP_HOST", "HTTP_ORIGIN", "HTTP_ACCEPT_ENCODING"]
)
def test_what_is_put_into_an_address_or_a_header_fills_no_memory(stored: Flask, where: str) -> None:
    """An answer that is kept is kept for what was asked with, which may be any length."""

    def ask(number: int, length: int) -> None:
        junk = f"{'q=parking&n=' if where == 'QUERY_STRING' else ''}{number}{'.x' * length}"
        environ = EnvironBuilder(f"{API}/north/search?q=parking").get_environ() | {where: junk}
        for _ in range(2):
            b"".join(stored.wsgi_app(environ, lambda *_: None))

    ask(0, 10)
    tracemalloc.start()
    try:
        for number in range(40):
            ask(number, 25_000)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 500_000  # of two million
    finally:
        tracemalloc.stop()
