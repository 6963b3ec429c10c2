"""What is not for everybody leaves by no route: drafts, the past, other sites, visitors' words."""

from __future__ import annotations

import gzip
import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask

from faqlib import FAQ, Entry, Site, open_store
from tests.guard.routes import ADMIN, LANGS, readings
from tests.server.conftest import bearer, parts
from widget_server.log_lines import JSONLines

ROOT = Path(__file__).resolve().parents[2]
PLENTY = {"rate_search": "1000000/minute", "rate_feedback": "1000000/minute"}
# Each of these words stands in one place only, and none of them is for everybody.
SECRET = {
    "draft": "quokkadraft",
    "archived": "wombatarchive",
    "past": "numbatversion",
    "deleted": "bilbydeleted",
    "elsewhere": "potooothersite",
    "asked": "dugongquestion",
    "reason": "tapirreason",
}
SHOWN = "okapishown"


def hidden(word: str, status: str) -> Entry:
    """An entry that holds ``word`` in every field."""
    return Entry(
        question=f"Is {word} allowed?", answer=f"The {word} is.", id=f"{word}-id",
        category=f"C {word}", tags=(word,), aliases=(f"About {word}?",),
        reviewed_by=f"Dr. {word}", notice=f"N {word}",
        lang="es", status=status,
    )  # fmt: skip


@pytest.fixture
def app(make_app: Callable[..., Flask], database: str) -> Flask:
    """A site with one of everything that must not get out, and a neighbour."""
    with FAQ.open(database, site="north", semantic=False) as faq:
        faq.add(hidden(SECRET["draft"], "draft"))
        faq.add(hidden(SECRET["archived"], "archived"))
        faq.add(Entry(f"An old {SECRET['past']}?", f"Once {SECRET['past']}.", id="changed"))
        faq.update(Entry("A new one?", f"Now {SHOWN}.", id="changed"))
        faq.add(hidden(SECRET["deleted"], "published"))
        del faq[f"{SECRET['deleted']}-id"]
    with FAQ.open(database, site="south", semantic=False) as faq:
        faq.add(hidden(SECRET["elsewhere"], "published"))
    made = make_app(**PLENTY)
    client = made.test_client()
    client.post("/api/v1/sites/north/questions", json={"question": SECRET["asked"]})
    rating = {"entry": "parking", "helpful": False, "reason": SECRET["reason"]}
    assert client.post("/api/v1/sites/north/feedback", json=rating).status_code == 204
    return made


def words_asked(secrets: list[str]) -> list[str]:
    """The words themselves, begun, mistyped and in a sentence."""
    found = ["allowed", "about", "is", "what"]
    for word in secrets:
        found += [word, word[:5], word[:-2] + "xx", f"is {word} allowed"]
    return found


def texts(app: Flask, paths: list[str], **headers: str) -> Iterator[tuple[str, Any, str]]:
    """Each answer with its headers and its body, unpacked."""
    for path in paths:
        answer = app.test_client().get(path, headers=headers)
        data = answer.data
        packed = answer.headers.get("Content-Encoding")
        if data and packed:
            data = gzip.decompress(data) if packed == "gzip" else brotli.decompress(data)
        yield path, answer, f"{answer.headers}\n{data.decode('utf-8', 'replace')}"


def test_nothing_that_is_not_for_everybody_leaves_by_any_route(app: Flask) -> None:
    secrets = list(SECRET.values())
    ids = [f"{word}-id" for word in secrets] + ["changed", "parking", "never"]
    paths = readings(app, "north", ids, words_asked(secrets))
    assert len(paths) > 150
    seen_shown = False
    for encoding in ("", "br"):
        for path, answer, text in texts(app, paths, **{"Accept-Encoding": encoding}):
            assert answer.status_code < 500
            for word in secrets:
                # What was asked may be repeated: as the query, and in the field of the page.
                found = len(re.findall(word, text)) - path.count(word) * 4
                if "q=" in path and found > 0:
                    found = len(re.findall(rf"C {word}|Dr\. {word}|The {word}|N {word}", text))
                assert found <= 0, (path, word)
            seen_shown |= SHOWN in text
    assert seen_shown


def test_counts_categories_and_suggestions_know_nothing_of_what_is_hidden(app: Flask) -> None:
    client, root = app.test_client(), "/api/v1/sites/north"
    site = client.get(root).get_json()
    assert site["categories"] == []
    assert len(client.get(f"{root}/bundle").get_json()["entries"]) == 3
    for word in SECRET.values():
        for form in (word[:-1] + "x", word[:-2], word + "s"):
            for lang in LANGS:
                body = client.get(
                    f"{root}/search", query_string={"q": form, "lang": lang}
                ).get_json()
                assert body["suggestion"] is None or word not in body["suggestion"]
    for entry in client.get(f"{root}/bundle").get_json()["entries"]:
        assert not [one for one in entry.get("related", []) if one.endswith("-id")]


@pytest.mark.parametrize("how", ["draft", "archived", "deleted", "site"])
def test_what_is_taken_back_is_gone_from_every_representation(
    app: Flask, database: str, how: str
) -> None:
    """Even for a client that holds the answer of before, and for caches that ask again."""
    word = "echidnaword"
    entry = hidden(word, "published").replace(lang="en")
    with FAQ.open(database, site="north", semantic=False) as faq:
        made = faq.add(entry)
        paths = readings(app, "north", [made.id, "parking"], [word, word[:6], "allowed"])
        before = {}
        for encoding in ("", "gzip", "br"):
            for path, answer, text in texts(app, paths, **{"Accept-Encoding": encoding}):
                if word in text.replace(path, ""):
                    before[path, encoding] = answer.headers.get("ETag")
        assert len({path for path, _ in before}) >= 10
        if how == "deleted":
            del faq[made.id]
        elif how != "site":
            faq.update(made.replace(status=how))
    if how == "site":
        answer = app.test_client().delete(f"{ADMIN}/sites/north", headers=bearer(app))
        assert answer.status_code == 204
    for (path, encoding), etag in before.items():
        held = {"If-None-Match": etag} if etag else {}
        for headers in ({"Accept-Encoding": encoding}, {"Accept-Encoding": encoding, **held}):
            for _, answer, text in texts(app, [path], **headers):
                assert answer.status_code != 304, path
                shown = re.sub(r"(?i)echidnaword(?= ?[·”<\"&])", "", text) if "q=" in path else text
                assert f"The {word}" not in text, path
                assert "q=" in path or word not in shown, path


def test_an_id_of_another_site_is_answered_like_one_that_never_was(app: Flask) -> None:
    """By every route that takes an entry's id, byte by byte, and by what visitors may send."""
    known, random = f"{SECRET['elsewhere']}-id", "x" * len(f"{SECRET['elsewhere']}-id")
    for hidden_id in (known, f"{SECRET['draft']}-id", f"{SECRET['deleted']}-id", "where-south"):
        for path in readings(app, "north", ["ID"], []):
            if "ID" in path:
                one, two = (
                    app.test_client().get(path.replace("ID", name)) for name in (hidden_id, random)
                )
                assert (one.status_code, one.data) == (two.status_code, two.data), path
                assert one.status_code == 404
        answers = [
            app.test_client().post(
                "/api/v1/sites/north/feedback", json={"entry": name, "helpful": True}
            )
            for name in (hidden_id, random)
        ]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].data == answers[1].data


def test_exports_for_the_public_hold_published_entries_only(app: Flask) -> None:
    """The HTML export is a page: it goes on a website as it is."""
    headers = bearer(app, "north")
    text = app.test_client().get(f"{ADMIN}/sites/north/export?format=html", headers=headers).text
    assert SHOWN in text
    assert not [word for word in SECRET.values() if word in text]


def test_no_route_ever_sets_a_cookie(app: Flask) -> None:
    for _, answer, _ in texts(app, readings(app, "north", ["parking"], ["parking"])):
        assert "Set-Cookie" not in answer.headers
    posted = app.test_client().post(
        "/api/v1/sites/north/feedback", json={"entry": "parking", "helpful": True}
    )
    assert "Set-Cookie" not in posted.headers


# What a visitor writes


def test_no_log_holds_what_a_visitor_wrote_or_a_token(
    make_app: Callable[..., Flask],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every route, with canary words in every place that a request has, refused ones too."""
    log = logging.getLogger("widget_server")
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JSONLines())
    monkeypatch.setattr(log, "handlers", [handler])
    caplog.set_level(logging.DEBUG, log.name)  # loggers remember what an earlier test allowed
    app = make_app(log_requests=True, **PLENTY)
    token = bearer(app, "north")
    canary = "zebrafish"
    client = app.test_client()
    visitor = {"REMOTE_ADDR": "203.0.113.77"}
    for path in readings(app, "north", [canary, "parking"], [canary]):
        for origin in ("https://zebrafish.example", ""):
            headers = {"Referer": f"https://x.example/{canary}", "User-Agent": canary, **token}
            headers |= {"Origin": origin} if origin else {}
            client.get(path, headers=headers, environ_base=visitor)
            client.open(f"{path}/{canary}", method=canary.upper(), environ_base=visitor)
    for body in (
        {"entry": canary, "helpful": True},
        {"question": canary, "email": f"{canary}@x.dk"},
    ):
        for what in ("feedback", "questions"):
            client.post(f"/api/v1/sites/north/{what}", json=body, environ_base=visitor)
            client.post(f"/api/v1/sites/north/{what}", data=canary, environ_base=visitor)
    client.get(f"{ADMIN}/sites/north/entries", headers={"Authorization": f"Bearer {canary}"})
    written = out.getvalue()
    assert written.count("\n") > 100
    secret = token["Authorization"].rpartition("_")[2]
    for what in (canary, canary.upper(), "203.0.113", secret):
        assert what not in written


def test_neither_database_nor_metrics_hold_what_was_asked_for(
    make_app: Callable[..., Flask], database: str
) -> None:
    """By default, whatever is searched for and from wherever: a thousand times."""
    app = make_app(**PLENTY)
    client = app.test_client()
    for number in range(334):
        visitor = {"REMOTE_ADDR": f"203.0.113.{number % 250}"}
        asked = f"zebrafish {number % 5}"
        for path in ("/api/v1/sites/north/search", "/api/v1/sites/north/suggest", "/sites/north/"):
            headers = {"Referer": f"https://x.example/{asked}", "User-Agent": asked}
            found = client.get(
                path, query_string={"q": asked}, headers=headers, environ_base=visitor
            )
            assert found.status_code == 200
    metrics = client.get("/metrics").get_data()
    parts(app).clinics.store.close()
    parts(app).records.close()
    files = [path.read_bytes() for path in Path(database).parent.glob("clinics.db*")]
    assert b"parking" in b"".join(files)
    for held in (metrics, *files):
        assert b"zebrafish" not in held
        assert b"203.0.113" not in held


def test_the_example_proxy_logs_no_address_query_or_page() -> None:
    text = (ROOT / "deploy/nginx.conf").read_text("utf-8")
    forms = re.findall(r"log_format \w+ ([^;]+);", text)
    assert forms
    assert re.findall(r"access_log [^;]*;", text) == ["access_log /dev/stdout quiet;"]
    for form in forms:
        named = set(re.findall(r"\$(\w+)", form))
        kept = {name for name in named if re.search(r"remote|forwarded|real|cookie|args", name)}
        assert kept == set()
        assert not named & {"request", "request_uri", "uri", "document_uri", "http_referer",
                            "http_user_agent", "query_string", "http_origin"}  # fmt: skip


# Headers


SWEPT = """
    X-Forwarded-Host X-Forwarded-Server X-Forwarded-For X-Forwarded-Prefix X-Forwarded-Proto
    X-Forwarded-Scheme X-Forwarded-Port X-Forwarded-Ssl X-Original-URL X-Rewrite-URL X-Host
    X-Original-Host X-Real-IP X-Cluster-Client-IP X-ProxyUser-Ip Forwarded Via True-Client-IP
    CF-Connecting-IP Fastly-Client-IP X-Client-IP X-HTTP-Method X-HTTP-Method-Override
    X-Method-Override Referer User-Agent From Cookie Accept Accept-Language Accept-Charset TE
    Trailer Sec-Fetch-Site Sec-Fetch-Mode Sec-Fetch-Dest Sec-GPC DNT X-Requested-With X-Wap-Profile
    Front-End-Https Pragma Cache-Control Save-Data Range If-Range Expect Upgrade-Insecure-Requests
    X-Api-Version X-Custom-IP-Authorization Max-Forwards Content-Type Authorization X-Debug
    If-Modified-Since If-Unmodified-Since Purpose Early-Data
""".split()


@pytest.mark.parametrize("proxies", [0, 1])
def test_no_header_that_caches_do_not_know_of_changes_any_public_answer(
    make_app: Callable[..., Flask], proxies: int
) -> None:
    app = make_app(proxies=proxies, **PLENTY)
    paths = readings(app, "north", ["parking", "never"], ["parking"])
    paths = [path for path in paths if not path.startswith("/metrics")]

    def seen(path: str, **headers: str) -> Any:
        answer = app.test_client().get(path, headers=headers)
        kept = sorted(item for item in answer.headers if item[0] != "X-Request-ID")
        return answer.status_code, kept, answer.data

    for path in paths:
        plain = seen(path)
        for name in SWEPT:
            for value in ("evil.example", "1"):
                assert seen(path, **{name: value}) == plain, (path, name)
        hosted = seen(path, Host="evil.example")
        assert hosted == plain, path


def test_the_store_of_each_site_is_asked_for_that_site_only(database: str) -> None:
    """Below the server, too: whatever the name, nothing of another site comes back."""
    with closing(open_store(database)) as store:
        store.save_site(Site(id="empty"))
        for name in ("parking", "where-north", "draft", "%", "_", "' OR '1'='1", "north"):
            with FAQ(store=store, site="empty", semantic=False) as faq:
                assert faq.get(name) is None
                assert faq.history(name) == []
                assert not faq.search(name).hits
                assert faq.suggest(name) == []
