"""Hostile bodies for every route that takes one: no 5xx, and both databases say the same."""

import random
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from faqlib import FAQ, Entry, EntrySchema, Site, formats, open_store
from tests.faults import hostile
from tests.faults.fault_harness import chance, count
from tests.lib import postgres_server
from widget_server import create_app, tokens
from widget_server.state import NAME

ADMIN = "/api/v1/admin/sites"
RATES = {
    f"rate_{kind}": "100000000/minute"
    for kind in ("search", "feedback", "questions", "admin", "failed_tokens")
}
ENTRIES = [
    Entry("Is parking free?", "Yes, **behind** the house.", id="parking", tags=("car",)),
    Entry("Where is it?", "In the north.", id="where", category="Visit", aliases=("Address?",)),
]
GOOD: dict[str, dict[str, object]] = {
    "entry": EntrySchema().dump(ENTRIES[0]),
    "new": {"question": "When is it open?", "answer": "All day.", "tags": ["time"]},
    "site": {"id": "north", "name": "Clinic", "lang": "en", "origins": [],
             "theme": {"accent": "#123456"}, "accept_questions": True, "count_searches": True,
             "texts": {"title": "Questions"}, "categories": ["Visit"],
             "synonyms": [["car", "auto"]]},
    "status": {"status": "draft"},
    "number": {"number": 1},
    "feedback": {"entry": "parking", "helpful": True, "reason": "x", "query": "car"},
    "question": {"question": "May I come?", "email": "a@b.example", "lang": "en"},
}  # fmt: skip
# Every route that takes a body, and a good one for it: a test holds this list to the application.
ROUTES = [
    ("PUT", f"{ADMIN}/{{site}}", "site"),
    ("POST", f"{ADMIN}/{{site}}/entries", "new"),
    ("PUT", f"{ADMIN}/{{site}}/entries/{{entry}}", "entry"),
    ("PATCH", f"{ADMIN}/{{site}}/entries/{{entry}}", "status"),
    ("POST", f"{ADMIN}/{{site}}/restore/{{entry}}", "number"),
    ("POST", f"{ADMIN}/{{site}}/import", "file"),
    ("POST", "/api/v1/sites/{site}/feedback", "feedback"),
    ("POST", "/api/v1/sites/{site}/questions", "question"),
    ("POST", "/playground", "form"),
]
FORM = b"site=north&query=is+parking+free&token=TOKEN"  # each place puts its own token in
FORM_MEDIA = "application/x-www-form-urlencoded"
BOTH = 10_000  # bodies that both databases get; what comes after goes to SQLite alone
MEDIA = (
    "text/plain", "application/octet-stream", "a", "\x80/\xff;=", "multipart/form-data; boundary=x",
    "application/json; charset=utf-7", "application/x-www-form-urlencoded",
)  # fmt: skip
FILES = {
    name: made.encode() if isinstance(made := formats.write(ENTRIES, format=name), str) else made
    for name in formats.FORMATS
}


class Place:
    """An application over one database, and a client with a token."""

    def __init__(self, database: str, import_limit: int = 300_000) -> None:
        settings = {"semantic": False, "log_requests": False, "import_limit": import_limit}
        settings["minimum_count"] = 2
        self.app: Flask = create_app({**settings, **RATES, "database": database})
        server = self.app.extensions[NAME]
        self.store = server.clinics.store
        self.begin()
        token = tokens.create(server.records, "*", write=True)
        self.token = token.encode()
        self.headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        self.client: FlaskClient = self.app.test_client()

    def begin(self) -> None:
        """The site as it is at first, whatever was made of it."""
        for site in self.store.sites():
            self.store.delete_site(site.id)
        self.store.save_site(Site(id="north", name="North", accept_questions=True,
                                  count_searches=True))  # fmt: skip
        FAQ(store=self.store, site="north", semantic=False).add_all(ENTRIES)

    def send(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        """Status and body of the answer; the body must be of the one shape if it is a refusal."""
        if isinstance(data := options.get("data"), bytes):
            options["data"] = data.replace(b"TOKEN", self.token)
        answer = self.client.open(path, method=method, headers=self.headers, **options)
        if answer.status_code >= 400:
            said = answer.get_json()
            assert said["code"] == answer.status_code
            assert said["message"].strip()
        return answer.status_code, answer.data


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Place]]:
    """One on SQLite, and one on PostgreSQL where there is a server."""
    database = tmp_path_factory.mktemp("bodies") / "faq.db"
    open_store(database).close()
    if postgres_server.why_not():
        yield [Place(str(database))]
        return
    with postgres_server.server() as address:
        both = [Place(str(database)), Place(address)]
        yield both
        for place in both:
            place.store.close()
            place.app.extensions[NAME].records.close()
    shutil.rmtree(database.parent, ignore_errors=True)


def request(rng: random.Random) -> tuple[str, str, dict[str, Any]]:
    """Method, path and the rest of one hostile request."""
    method, path, kind = rng.choice(ROUTES)
    site = rng.choice(("north",) * 20 + ("new", "UPPER", "é"))
    entry = rng.choice(("parking", "where", "parking", "nothing", "a%00b", "%ed%a0%80"))
    path = path.format(site=site, entry=entry)
    if kind == "file":
        name = rng.choice(sorted(FILES))
        dry = rng.choice(("", "&dry_run=true", "&dry_run=x"))
        data = hostile.mutated(
            rng, FILES[rng.choice((name, name, name, rng.choice(sorted(FILES))))]
        )
        return method, f"{path}?format={name}{dry}", {"data": data}
    if kind == "form":
        return method, path, {"data": hostile.mutated(rng, FORM), "content_type": FORM_MEDIA}
    if kind == "site" and rng.random() < 0.5:
        kind = rng.choice(sorted(GOOD))
    data = hostile.body(rng, GOOD[kind])
    return (
        method,
        path,
        {
            "data": data,
            "content_type": "application/json" if rng.random() < 0.9 else rng.choice(MEDIA),
        },
    )


def test_every_route_that_takes_a_body_is_tried(places: list[Place]) -> None:
    there = {
        (method, rule.rule.replace("<anything:entry_id>", "{entry}").replace("<site>", "{site}"))
        for rule in places[0].app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH"}
    }
    assert there == {(method, path) for method, path, _ in ROUTES}


@pytest.mark.xdist_group("postgres")
def test_no_body_makes_a_5xx_and_both_databases_answer_alike(
    places: list[Place], tally: Callable[..., None]
) -> None:
    accepted = 0
    for turn in range(count(300, 100_000)):
        tried = places if turn < BOTH else places[:1]
        if turn % 200 == 0:
            for place in tried:
                place.begin()
        method, path, options = request(chance(turn))
        codes, answers = zip(*(place.send(method, path, **options) for place in tried), strict=True)
        assert max(codes) < 500, (turn, method, path, answers)
        assert len(set(codes)) == 1, (turn, method, path, answers)
        if codes[0] < 300 and path != "/playground":
            accepted += 1
            held = [place.store.snapshot("north")[1:] for place in tried]
            assert held[0] == held[-1], (turn, method, path)
        tally("hostile bodies", tried=1, failed=0)
        tally("hostile bodies to both databases", tried=len(tried) - 1, different=0)
    assert accepted > count(300, 100_000) / 50


ODD = ("a%00b", "%00", "%ed%a0%80", "%ff", "..%2f..", "%e2%80%ae", "%5c", "a%0ab", "x" * 3_000)


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("odd", ODD)
def test_no_address_makes_a_5xx_and_both_databases_answer_alike(
    places: list[Place], odd: str
) -> None:
    for rule in places[0].app.url_map.iter_rules():
        for odd_one in sorted(rule.arguments):
            path = rule.rule
            for name in rule.arguments:
                value = odd if name == odd_one else {"site": "north"}.get(name, "parking")
                path = path.replace(f"<anything:{name}>", value).replace(f"<{name}>", value)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                answers = [place.send(method, path, json={"number": 1}) for place in places]
                assert max(code for code, _ in answers) < 500, (method, path, answers)
                assert answers[0][0] == answers[-1][0], (method, path, answers)


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("odd", ODD)
def test_no_query_makes_a_5xx_and_both_databases_answer_alike(
    places: list[Place], odd: str
) -> None:
    """The site counts its searches: from the second on, what was asked is written down."""
    for path in ("/search", "/suggest", "/bundle", "/entries/parking", ""):
        for name in ("q", "lang", "category", "limit", "parts"):
            for _ in range(3):
                address = f"/api/v1/sites/north{path}?q=word+{odd}&{name}=word+{odd}"
                answers = [place.send("GET", address)[0] for place in places]
                assert max(answers) < 500, (address, answers)
                assert answers[0] == answers[-1], (address, answers)


def test_the_server_still_answers_what_was_stored(places: list[Place]) -> None:
    """What came in is found, listed and written out by every route that shows it."""
    for place in places:
        shown = ["", "/bundle", "/search?q=parking", "/suggest?q=pa"]
        for path in [f"/api/v1/sites/north{tail}" for tail in shown] + ["/sites/north/"]:
            assert place.client.get(path).status_code == 200, path
        for name in formats.FORMATS:
            path = f"{ADMIN}/north/export?format={name}"
            assert place.client.get(path, headers=place.headers).status_code == 200, name


def test_what_is_mutated_is_good_before(places: list[Place]) -> None:
    places[0].begin()
    for method, path, kind in ROUTES:
        for name, data in FILES.items() if kind == "file" else [("", b"")]:
            options: dict[str, Any] = {"data": data} if data else {"json": GOOD.get(kind)}
            if kind == "form":
                options = {"data": FORM, "content_type": FORM_MEDIA}
            address = path.format(site="north", entry="parking") + f"?format={name}" * bool(name)
            assert places[0].send(method, address, **options)[0] < 300, (address, name)
