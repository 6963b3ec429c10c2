"""Texts that would be SQL, or patterns of it, are texts: on both databases and in every place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from sqlalchemy import select

from faqlib import FAQ, Entry, Site, open_store
from tests.lib import postgres_server
from tests.server.conftest import PLAIN, bearer, parts
from widget_server import create_app
from widget_server.records.tables import feedback, questions

# Each in the words of one who wants in: ends of strings, comments, unions, wildcards, parameters.
TEXTS = [
    text.replace("Q", mark)
    for mark in ("'", '"', "`", "\\'", "''", "’")
    for text in (
        "Q", "aQ OR Q1Q=Q1", "Q OR 1=1 --", "Q; DROP TABLE entries; --", "Q UNION SELECT 1, 2 --",
        "Q || (SELECT data FROM entries) || Q", "Q AND sleep(9)=Q", "Q/**/OR/**/1=1#", "xQ) OR (1",
    )
] + [
    "%", "_", "%%", "a%", "parkin_", "*", "[a-z]*", ":site", "?", "?1", "$1", "$$a$$", "%(site)s",
    "%s", "{0}", "{site}", "1 OR 1=1", "1; SELECT pg_sleep(9)", "NULL", "null", "true", "0x27",
    "id", "entries.id", "E'\\047'", "U&'\\0027'", "CHAR(39)", "1e9", "-1", "now()", "@@version",
    "Robert'); DROP TABLE sites;--", "north' --", "south", "NORTH", "parking ", "pärking",
]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database of this module's own."""
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("sql") / "faq.db")
    elif reason := postgres_server.why_not():
        pytest.skip(reason)
    else:
        with postgres_server.server() as address:
            yield address


def entries() -> list[Entry]:
    """An entry for each text, which stands in all of its fields."""
    return [
        Entry(f"Is {text} there?", f"It is {text} .", id=text, category=text, tags=(text,))
        for text in TEXTS
    ]


def test_every_text_names_the_entry_of_that_name_and_no_other(place: str) -> None:
    """The oracle is a FAQ in memory, which knows no SQL: it is asked the same."""
    made = entries()
    with closing(open_store(place)) as store, FAQ(semantic=False) as plain:
        store.save_site(Site("other"))
        with FAQ(store=store, site="other", semantic=False) as other:
            other.add_all([Entry("Is parking free?", "Yes.", id="parking")])
        store.save_site(Site("default"))
        with FAQ(store=store, site="default", semantic=False) as faq:
            for one in (faq, plain):
                one.add_all(made)
            for text in TEXTS:
                assert faq[text].answer == plain[text].answer
                assert len(faq.history(text)) == 1
                found, expected = faq.search(text, limit=50), plain.search(text, limit=50)
                assert [hit.entry.id for hit in found] == [hit.entry.id for hit in expected]
                assert faq.suggest(text, limit=50) == plain.suggest(text, limit=50)
            for text in TEXTS[::2]:
                faq.remove(text)
            assert {entry.id for entry in faq} == set(TEXTS[1::2])
        for text in TEXTS:
            assert text == "other" or store.get("other", text) is None
        assert [entry.id for entry in store.snapshot("other")[2]] == ["parking"]


def test_no_part_of_an_address_and_no_field_is_sql(place: str) -> None:
    """Every call that takes a text answers like it does for a word that nobody has."""
    with closing(open_store(place)) as store:
        store.save_site(Site("north", accept_questions=True, count_searches=True))
        with FAQ(store=store, site="north", semantic=False) as faq:
            faq.merge([Entry("Is parking free?", "Yes.", id="parking", category="Visit")])
    many = {
        f"rate_{what}": "1000000/minute" for what in ("search", "feedback", "questions", "admin")
    }
    app = create_app({**PLAIN, **many, "database": place, "minimum_count": 2})
    client, headers, here = app.test_client(), bearer(app), parts(app)
    api, admin = "/api/v1/sites/north", "/api/v1/admin/sites/north"

    def asked(path: str, **values: str) -> int:
        return client.get(path, query_string=values, headers=headers).status_code

    def answers(text: str) -> dict[str, int]:
        rating = {"entry": f"{text}x", "helpful": True}
        return {
            "category": asked(f"{api}/search", q="zzz", category=text),
            "limit": asked(f"{api}/search", q="zzz", limit=f"{text}x"),
            "status": asked(f"{admin}/entries", status=f"{text}x"),
            "offset": asked(f"{admin}/entries", offset=f"{text}x"),
            "report": asked(f"{admin}/reports/{quote(text, safe='')}x"),
            "rating": client.post(f"{api}/feedback", json=rating).status_code,
        }

    with closing(here.clinics.store), closing(here.records):
        expected = answers("zzz")
        for text in TEXTS:
            assert answers(text) == expected, text
            assert [asked(f"{api}/search", q=text) for _ in "twice"] == [
                200
            ] * 5  # so it is counted
            assert (
                client.post(f"{api}/questions", json={"question": f"a {text}"}).status_code == 204
            )
            body = {"entry": "parking", "helpful": False, "reason": f"a {text}", "query": text}
            assert client.post(f"{api}/feedback", json=body).status_code == 204
        with here.records.begin() as connection:
            assert len(connection.execute(select(feedback)).all()) == len(TEXTS)
            kept = {row.question for row in connection.execute(select(questions)).all()}
        assert kept == {f"a {text}" for text in TEXTS}
        assert client.get(f"{api}/bundle").get_json()["entries"][0]["id"] == "parking"
