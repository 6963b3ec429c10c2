"""The editing API: no update is lost, every change can be taken back."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from faqlib import FAQ, FORMATS, Entry, Site, open_store
from tests.server.conftest import assert_error, bearer, parts
from widget_server import reports, tokens

Editor = Callable[..., Any]


def test_an_entry_is_added_read_changed_and_deleted(editor: Editor) -> None:
    made = editor("POST", "/entries", json={"question": "Do you bill?", "answer": "Yes."})
    assert made.status_code == 201
    entry_id = made.get_json()["id"]
    assert entry_id == "do-you-bill"
    path = f"/entries/{entry_id}"
    read = editor("GET", path)
    assert read.headers["ETag"] == made.headers["ETag"]
    assert editor("GET", path, headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    changed = editor(
        "PUT", path, json={"question": "Do you bill?", "answer": "No."},
        headers={"If-Match": read.headers["ETag"]},
    )  # fmt: skip
    assert changed.get_json()["answer"] == "No."
    gone = editor("DELETE", path, headers={"If-Match": changed.headers["ETag"]})
    assert gone.status_code == 204
    assert_error(editor("GET", path), 404)


def test_a_change_to_an_older_state_is_412_and_changes_nothing(editor: Editor) -> None:
    path, body = "/entries/parking", {"question": "Is parking free?", "answer": "First."}
    etag = editor("GET", path).headers["ETag"]
    assert editor("PUT", path, json=body, headers={"If-Match": etag}).status_code == 200
    lost = editor("PUT", path, json=body | {"answer": "Second."}, headers={"If-Match": etag})
    assert_error(lost, 412)
    for method, data in (("PATCH", {"status": "draft"}), ("DELETE", None)):
        assert_error(editor(method, path, json=data, headers={"If-Match": etag}), 412)
    assert editor("GET", path).get_json()["answer"] == "First."


@pytest.mark.parametrize("mark", ['W/"{}"', '"{}-gzip"', 'W/"{};br"', '"old", W/"{}"'])
def test_an_etag_that_a_compressing_proxy_marked_still_names_its_state(
    editor: Editor, mark: str
) -> None:
    for path, body in (("/entries/parking", {"question": "Is parking free?"}), ("", {"name": "N"})):
        held = {"If-Match": mark.format(editor("GET", path).headers["ETag"].strip('"'))}
        assert editor("PUT", path, json=body, headers=held).status_code == 200
        assert_error(editor("PUT", path, json={**body, "lang": "de"}, headers=held), 412)


def test_a_change_without_if_match_is_428(editor: Editor) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        body = {"status": "draft"} if method == "PATCH" else {"question": "x?"}
        assert_error(editor(method, "/entries/parking", json=body), 428)


def test_of_many_editors_at_once_one_wins(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    headers = bearer(app)
    path = "/api/v1/admin/sites/north/entries/parking"
    etag = app.test_client().get(path, headers=headers).headers["ETag"]
    codes: list[int] = []

    def edit(number: int) -> None:
        body = {"question": "Is parking free?", "answer": f"Edit {number}."}
        merged = headers | {"If-Match": etag}
        codes.append(app.test_client().put(path, json=body, headers=merged).status_code)

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 412, 412, 412, 412, 412]


def test_what_breaks_the_rules_is_422_by_field(editor: Editor) -> None:
    body = assert_error(
        editor("POST", "/entries", json={"question": "\u200b", "lang": "?", "colour": "red"}), 422
    )
    assert set(body["errors"]) == {"question", "lang", "colour"}
    assert_error(
        editor("POST", "/entries", json={"question": "Is parking free?", "id": "parking"}), 409
    )


def test_what_is_wrong_is_said_in_words_that_name_the_fix(editor: Editor) -> None:
    match = {"If-Match": "*"}
    for method, path, body, field, words in (
        ("PATCH", "/entries/parking", {"status": "gone"}, "status", "has to be draft"),
        ("PATCH", "/entries/parking", {}, "status", "is missing"),
        ("PATCH", "/entries/parking", {"answer": "x"}, "answer", "check its spelling"),
        ("POST", "/restore/parking", {"number": "1"}, "number", "is no whole number"),
        ("POST", "/restore/parking", {"number": 0}, "number", "the number of a version"),
        ("POST", "/entries", [], "body", "is no mapping"),
        ("POST", "/entries", {"\ud800": 1, "question": "x"}, "?", "check its spelling"),
        ("GET", "/entries?limit=abc", None, "limit", "is no whole number"),
        ("POST", "/import?format=csv&dry-run=true", None, "dry-run", "check its spelling"),
        ("GET", "/export?fromat=csv", None, "fromat", "check its spelling"),
        ("POST", "/import?format=json", [{"question": 1}], "question", "line 1: '1': is no text"),
        ("POST", "/import?format=csv", ["question"], "line 1", "has no column"),
    ):
        sent = {"data": json.dumps(body), "content_type": "application/json"}
        failed = assert_error(editor(method, path, headers=match, **sent), 422)
        assert words in failed["errors"][field][0], failed


def test_an_id_in_the_body_that_is_not_the_addresss_renames_nothing(editor: Editor) -> None:
    before = editor("GET", "/entries/parking")
    match = {"If-Match": before.headers["ETag"]}
    body = {"id": "garage", "question": "Is parking free?", "answer": "No."}
    failed = assert_error(editor("PUT", "/entries/parking", json=body, headers=match), 422)
    assert "to rename" in failed["errors"]["id"][0]
    assert editor("GET", "/entries/parking").get_json() == before.get_json()
    body["id"] = "parking"
    assert editor("PUT", "/entries/parking", json=body, headers=match).status_code == 200


@pytest.mark.parametrize("name", ["a/b", "../x", "50 % off?", "日本", "a.b"])
def test_a_new_entry_says_where_it_is_found(editor: Editor, stored: Flask, name: str) -> None:
    made = editor("POST", "/entries", json={"question": "New?", "id": name})
    there = stored.test_client().get(made.headers["Location"], headers=bearer(stored, "north"))
    assert there.get_json() == made.get_json()
    assert json.dumps(name, ensure_ascii=False).encode() in made.data
    taken = assert_error(editor("POST", "/entries", json={"question": "New?", "id": name}), 409)
    assert "PUT" in taken["message"]


def test_an_entry_that_names_no_language_is_in_the_sites(stored: Flask, database: str) -> None:
    with closing(open_store(database)) as store:
        store.save_site(Site(id="south", lang="de"))
    client, headers, root = (
        stored.test_client(),
        bearer(stored, "south"),
        "/api/v1/admin/sites/south",
    )
    for path, lang in (({"lang": "en"}, "en"), ({}, "de")):
        body = {"question": f"Wo? {lang}", "answer": "Hier."} | path
        made = client.post(f"{root}/entries", json=body, headers=headers)
        assert made.get_json()["lang"] == lang
        match = headers | {"If-Match": made.headers["ETag"]}
        put = client.put(made.headers["Location"], json=body | {"answer": "Da."}, headers=match)
        assert put.get_json()["lang"] == lang
    table = b"Frage,Antwort\nWie weit?,Nah.\n"
    for _ in range(2):
        client.post(f"{root}/import?format=csv", data=table, headers=headers)
        assert client.get(f"{root}/entries/wie-weit", headers=headers).get_json()["lang"] == "de"


def test_an_entry_is_published_and_taken_back(editor: Editor, stored: Flask) -> None:
    path = "/entries/draft"
    public = "/api/v1/sites/north/entries/draft"
    for status, code in (("published", 200), ("draft", 404), ("archived", 404)):
        etag = editor("GET", path).headers["ETag"]
        answer = editor("PATCH", path, json={"status": status}, headers={"If-Match": etag})
        assert answer.get_json()["status"] == status
        assert stored.test_client().get(public).status_code == code


def test_history_tells_who_and_restore_brings_back_what_was_deleted(editor: Editor) -> None:
    etag = editor("GET", "/entries/parking").headers["ETag"]
    editor("DELETE", "/entries/parking", headers={"If-Match": etag})
    versions = editor("GET", "/history/parking").get_json()["versions"]
    assert [version["action"] for version in versions] == ["add", "delete"]
    assert versions[1]["entry"] is None
    assert versions[1]["actor"].startswith("token:")
    back = editor("POST", "/restore/parking", json={"number": 1})
    assert back.get_json()["answer"] == "Yes, behind the house."
    missing = assert_error(editor("POST", "/restore/parking", json={"number": 99}), 404)
    assert "no such version" in missing["message"]
    assert_error(editor("GET", "/history/never"), 404)


def test_a_file_is_imported_after_a_dry_run_that_changes_nothing(editor: Editor) -> None:
    data = b"question,answer\nIs parking free?,For one hour.\nIs there a lift?,Yes.\n"
    dry = editor("POST", "/import?format=csv&dry_run=true", data=data).get_json()
    assert dry["dry_run"] is True
    assert "is-there-a-lift" in dry["new"]
    assert editor("GET", "/entries/is-there-a-lift").status_code == 404
    real = editor("POST", "/import?format=csv", data=data).get_json()
    assert real == dry | {"dry_run": False}
    assert editor("GET", "/entries/is-there-a-lift").get_json()["answer"] == "Yes."
    for label in ("application/x-www-form-urlencoded", "text/csv", "nonsense"):
        same = editor("POST", "/import?format=csv", data=data, content_type=label).get_json()
        assert same["unchanged"] == real["new"] + real["changed"]
    upload = {"file": (io.BytesIO(data), "faq.csv")}
    again = editor("POST", "/import?format=csv", data=upload, content_type="multipart/form-data")
    assert again.get_json()["unchanged"] == real["new"] + real["changed"]


def test_a_site_takes_no_more_entries_than_the_server_allows(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(entries_limit=4)  # there are three
    client, headers, root = app.test_client(), bearer(app, "north"), "/api/v1/admin/sites/north"

    def post(path: str, **body: Any) -> Any:
        return client.post(f"{root}/{path}", headers=headers, **body)

    table = b"question,answer\nOne?,1\nTwo?,2\n"
    for how in ("&dry_run=1", ""):
        assert (
            "at most 4" in assert_error(post(f"import?format=csv{how}", data=table), 422)["message"]
        )
    assert post("import?format=csv", data=b"question,answer\nOne?,1\n").status_code == 200
    assert_error(post("entries", json={"question": "Two?"}), 422)
    again = post("import?format=csv", data=b"question,answer\nOne?,Yes.\n").get_json()
    assert again["changed"] == ["one"]  # what is there can be edited
    assert post("restore/parking", json={"number": 1}).status_code == 200
    client.delete(f"{root}/entries/one", headers=headers | {"If-Match": "*"})
    assert post("entries", json={"question": "Two?"}).status_code == 201
    assert_error(post("restore/one", json={"number": 1}), 422)


def test_a_broken_file_is_422_with_its_lines_and_imports_nothing(editor: Editor) -> None:
    before = editor("GET", "/entries").get_json()["total"]
    body = assert_error(editor("POST", "/import?format=json", data=b'[{"question": 1}]'), 422)
    assert body["errors"]
    assert_error(editor("POST", "/import?format=csv", data=b""), 422)
    assert_error(editor("POST", "/import?format=exe", data=b"x"), 422)
    assert editor("GET", "/entries").get_json()["total"] == before


def test_a_format_may_go_by_its_suffix(editor: Editor) -> None:
    by_suffix, by_name = (
        editor("GET", "/export?format=md"),
        editor("GET", "/export?format=markdown"),
    )
    assert by_suffix.data == by_name.data
    assert by_suffix.headers["Content-Disposition"].endswith('north.md"')
    report = editor("POST", "/import?format=txt&dry_run=1", data=b"Is it far?\n\nNo.\n").get_json()
    assert report["new"] == ["is-it-far"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_exported_is_imported_again_unchanged(editor: Editor, name: str) -> None:
    response = editor("GET", f"/export?format={name}")
    assert response.status_code == 200, response.data
    assert response.headers["Content-Disposition"].startswith('attachment; filename="north.')
    again = editor("POST", f"/import?format={name}&dry_run=1", data=response.data).get_json()
    assert again["new"] == [], again
    assert "parking" in again["unchanged"]


def test_entries_are_listed_by_status_and_in_stretches(editor: Editor) -> None:
    everything = editor("GET", "/entries").get_json()
    assert everything["total"] == 3
    assert [e["id"] for e in editor("GET", "/entries?status=draft").get_json()["entries"]] == [
        "draft"
    ]
    assert len(editor("GET", "/entries?limit=1&offset=2").get_json()["entries"]) == 1
    assert_error(editor("GET", "/entries?status=secret"), 422)


def test_a_site_is_made_changed_and_deleted_by_a_token_for_all(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored)
    path = "/api/v1/admin/sites/east"
    body = {"id": "east", "name": "East", "origins": ["https://east.example"]}
    assert client.put(path, json=body, headers=headers).get_json()["origins"] == body["origins"]
    assert client.get("/api/v1/sites/east").status_code == 200
    headers |= {"If-Match": "*"}
    assert_error(client.put(path, json={"id": "west"}, headers=headers), 422)
    for origins in (["*"], ["null"], ["https://*.east.example"], ["https://east.example/"]):
        assert_error(client.put(path, json=body | {"origins": origins}, headers=headers), 422)
    misspelt = {"texts": {"serach": "x", "title": "y"}, "theme": {"colour": "red"}}
    failed = assert_error(client.put(path, json=body | misspelt, headers=headers), 422)
    assert set(failed["errors"]) == {"texts.serach", "theme.colour"}
    assert "accent" in failed["errors"]["theme.colour"][0]
    for webhook in ("http://east.example/hook", "mailto:a@b.example"):
        assert_error(client.put(path, json=body | {"webhook": webhook}, headers=headers), 422)
    assert client.delete(path, headers=headers).status_code == 204
    assert_error(client.get("/api/v1/sites/east"), 404)


def test_settings_are_replaced_as_they_were_read_or_not_at_all(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored)
    path = "/api/v1/admin/sites/east"
    assert_error(client.put(path, json={}, headers=headers | {"If-Match": "*"}), 412)
    made = client.put(path, json={"name": "East"}, headers=headers)
    assert (made.status_code, made.get_json()["id"]) == (201, "east")
    assert made.headers["Location"] == path
    assert made.headers["ETag"] == client.get(path, headers=headers).headers["ETag"]
    assert "If-Match" in assert_error(client.put(path, json={}, headers=headers), 428)["message"]
    seen = headers | {"If-Match": made.headers["ETag"]}
    changed = client.put(path, json={"name": "Far East"}, headers=seen)
    assert changed.status_code == 200
    assert "Location" not in changed.headers
    assert_error(client.put(path, json={"name": "Lost"}, headers=seen), 412)
    latest = client.get(path, headers=headers)
    assert latest.get_json()["name"] == "Far East"
    assert latest.headers["ETag"] == changed.headers["ETag"]


def test_of_many_who_change_settings_at_once_one_wins(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    headers, path = bearer(app), "/api/v1/admin/sites/north"
    seen = {"If-Match": app.test_client().get(path, headers=headers).headers["ETag"]}
    codes: list[int] = []

    def put(address: str, number: int, **more: str) -> None:
        body = {"name": f"Clinic {number}"}
        codes.append(app.test_client().put(address, json=body, headers=headers | more).status_code)

    for address, more, done in ((path, seen, 200), ("/api/v1/admin/sites/new", {}, 201)):
        codes.clear()
        threads = [threading.Thread(target=put, args=(address, n), kwargs=more) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert codes.count(done) == 1
        assert set(codes) <= {done, 412, 428}


def test_a_sites_own_token_may_change_it_but_neither_make_nor_delete_sites(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored, "north") | {"If-Match": "*"}
    path = "/api/v1/admin/sites"
    changed = client.put(f"{path}/north", json={"id": "north", "name": "New"}, headers=headers)
    assert changed.status_code == 200
    assert_error(client.delete(f"{path}/north", headers=headers), 403)
    assert_error(client.put(f"{path}/east", json={"id": "east"}, headers=headers), 404)
    listed = client.get(path, headers=headers).get_json()["sites"]
    assert [site["id"] for site in listed] == ["north"]


def test_a_reading_token_changes_nothing(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored, "north", write=False)
    root = "/api/v1/admin/sites/north"
    assert client.get(f"{root}/entries", headers=headers).status_code == 200
    assert_error(client.post(f"{root}/entries", json={"question": "x"}, headers=headers), 403)
    assert_error(client.post(f"{root}/import?format=csv", data=b"q", headers=headers), 403)
    with_tag = headers | {"If-Match": "*"}
    assert_error(client.delete(f"{root}/entries/parking", headers=with_tag), 403)


def test_only_the_header_can_hold_the_token(stored: Flask) -> None:
    client = stored.test_client()
    text = bearer(stored)["Authorization"].removeprefix("Bearer ")
    assert_error(client.get(f"/api/v1/admin/sites?token={text}&access_token={text}"), 401)
    client.set_cookie("token", text)
    assert_error(client.get("/api/v1/admin/sites"), 401)
    wrong = [
        "", "Bearer", "Bearer ", "Bearer None", "Bearer null", "Bearer admin", "Basic YTpi",
        f"Token {text}", f"Bearer {text}x", f"Bearer {text[:-1]}", f"Bearer {text[:17]}" + "A" * 43,
        "Bearer faq_000000000000_" + "A" * 43, "Bearer faq__",
    ]  # fmt: skip
    for header in wrong:
        response = client.get("/api/v1/admin/sites", headers={"Authorization": header})
        assert_error(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_database_holds_no_token_and_no_two_are_alike(stored: Flask, database: str) -> None:
    made = [tokens.create(parts(stored).records, "north", write=True) for _ in range(20)]
    assert len(set(made)) == 20
    content = b"".join(path.read_bytes() for path in Path(database).parent.iterdir())
    for text in made:
        secret = text.rpartition("_")[2] if text.count("_") == 2 else text.split("_", 2)[2]
        assert len(secret) == 43
        assert secret.encode() not in content


def test_no_answer_of_the_editing_api_may_be_cached(editor: Editor) -> None:
    for path in ("/entries", "", "/export", "/questions", "/reports/review", "/entries/no"):
        response = editor("GET", path)
        assert "private" in response.headers["Cache-Control"]
        assert "no-store" in response.headers["Cache-Control"]


def test_reports_come_as_json_and_csv(editor: Editor, stored: Flask, database: str) -> None:
    with FAQ.open(database, site="north", semantic=False) as faq:
        faq.add(Entry(question="=cmd()?", answer="x", id="old", review_due="2020-01-01"))
    client = stored.test_client()
    for _ in range(3):
        body = {"entry": "old", "helpful": False, "reason": "=HYPERLINK(1)"}
        client.post("/api/v1/sites/north/feedback", json=body)
    client.post("/api/v1/sites/north/feedback", json={"entry": "old", "helpful": True})
    rows = editor("GET", "/reports/unhelpful").get_json()["rows"]
    assert rows[0]["entry"] == "old"
    assert (rows[0]["helpful"], rows[0]["unhelpful"]) == (1, 3)
    due = editor("GET", "/reports/review").get_json()["rows"]
    assert (due[0]["entry"], due[0]["overdue"]) == ("old", True)
    table = editor("GET", "/reports/unhelpful?format=csv")
    assert table.mimetype == "text/csv"
    assert "'=cmd()?" in table.get_data(as_text=True)
    assert ",=" not in table.get_data(as_text=True)
    assert json.loads(editor("GET", "/reports/asked").data)["rows"] == []


def test_reports_show_letters_as_they_are_to_programs_and_spreadsheets(
    editor: Editor, stored: Flask
) -> None:
    rating = {"entry": "parking", "helpful": False, "reason": "zu eng für Größere"}
    stored.test_client().post("/api/v1/sites/north/feedback", json=rating)
    assert "für Größere".encode() in editor("GET", "/reports/unhelpful").data
    assert editor("GET", "/reports/unhelpful?format=csv").data.startswith(b"\xef\xbb\xbfentry,")


def test_an_empty_report_is_a_table_with_its_head(editor: Editor) -> None:
    for name, columns in reports.COLUMNS.items():
        assert editor("GET", f"/reports/{name}").get_json()["rows"] == []
        table = editor("GET", f"/reports/{name}?format=csv").get_data(as_text=True)
        assert table == ",".join(columns) + "\r\n"
    assert set(reports.COLUMNS) == set(reports.REPORTS)
