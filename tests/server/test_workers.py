"""Several workers and several clinics over one store: all see the same, none sees another's."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faqlib import FAQ, Entry, Site, StoreUnavailable, open_store
from tests.server.conftest import bearer, parts
from widget_server import tokens

API = "/api/v1/sites"
ADMIN = "/api/v1/admin/sites"


def test_an_edit_through_one_worker_is_in_the_others_next_answer(
    make_app: Callable[..., Flask],
) -> None:
    one, two = make_app(), make_app()
    editor, reader = one.test_client(), two.test_client()
    headers = bearer(one)
    for number in range(5):
        before = reader.get(f"{API}/north/search?q=bicycle stand").get_json()
        assert f"Stand {number}" not in str(before)
        editor.post(
            f"{ADMIN}/north/entries",
            json={"question": f"Bicycle stand {number}?", "answer": f"Stand {number}."},
            headers=headers,
        )
        for path in ("/search?q=bicycle stand", "/bundle", ""):
            assert reader.get(f"{API}/north{path}").get_json()["revision"] != before["revision"]
        after = reader.get(f"{API}/north/search?q=bicycle stand").get_json()
        assert f"Stand {number}" in str(after)


def test_a_revoked_token_ends_on_every_worker_at_once(make_app: Callable[..., Flask]) -> None:
    one, two = make_app(), make_app()
    headers = bearer(one)
    assert two.test_client().get(ADMIN, headers=headers).status_code == 200
    tokens.revoke(parts(one).records, headers["Authorization"].removeprefix("Bearer "))
    assert two.test_client().get(ADMIN, headers=headers).status_code == 401


def test_readers_see_whole_states_while_somebody_writes(
    make_app: Callable[..., Flask], database: str
) -> None:
    """Question and answer always belong together, and the revision never goes back."""
    app = make_app()
    problems: list[str] = []
    done = threading.Event()

    def read() -> None:
        client, last = app.test_client(), 0
        while not done.is_set():
            bundle = client.get(f"{API}/north/bundle").get_json()
            revision = int(bundle["revision"].partition("-")[0])
            entry = next(item for item in bundle["entries"] if item["id"] == "parking")
            number = entry["question"].split()[-1]
            if revision < last or (number != "free?" and number not in str(entry["answer"])):
                problems.append(str(bundle))
            last = revision

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    with FAQ.open(database, site="north", semantic=False) as faq:
        for number in range(25):
            faq.update(Entry(question=f"Parking {number}", answer=f"{number}", id="parking"))
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["north", "south"]), st.sampled_from("abc"), st.booleans()),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_no_order_of_edits_lets_one_site_see_anothers_entries(
    stored: Flask, database: str, steps: list[tuple[str, str, bool]]
) -> None:
    client = stored.test_client()
    for site, name, keep in steps:
        with FAQ.open(database, site=site, semantic=False) as faq:
            if name in faq:
                del faq[name]
            if keep:
                faq.add(Entry(question=f"Shared word {site}?", answer=f"From {site}.", id=name))
        for here, other in (("north", "south"), ("south", "north")):
            for path in ("/search?q=shared word", "/bundle", "/suggest?q=shared"):
                assert f"{other}?" not in client.get(f"{API}/{here}{path}").get_data(as_text=True)


def test_another_sites_ids_are_answered_like_ids_that_never_were(stored: Flask) -> None:
    client = stored.test_client()
    for path in ("entries/{}",):
        foreign = client.get(f"{API}/north/{path.format('where-south')}")
        random = client.get(f"{API}/north/{path.format('x' * 11)}")
        assert foreign.status_code == random.status_code == 404
        assert foreign.data == random.data
    feedback = [
        client.post(f"{API}/north/feedback", json={"entry": name, "helpful": True})
        for name in ("where-south", "x" * 11)
    ]
    assert feedback[0].status_code == 404
    assert feedback[0].data == feedback[1].data


def test_a_token_of_one_site_finds_another_like_one_that_is_not_there(stored: Flask) -> None:
    client, headers = stored.test_client(), bearer(stored, "north") | {"If-Match": "*"}
    for rule in stored.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/admin/sites/<site>"):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answers = []
            for site in ("south", "never-was"):
                path = rule.rule.replace("<site>", site).replace("<report>", "review")
                path = path.replace("<anything:entry_id>", "parking").replace("<key>", "k")
                body = {"id": site, "question": "x?", "status": "draft", "number": 1}
                answers.append(client.open(path, method=method, json=body, headers=headers))
            assert answers[0].status_code == 404, (method, rule.rule)
            assert answers[0].data == answers[1].data


def test_many_sites_share_bounded_memory(make_app: Callable[..., Flask], database: str) -> None:
    with closing(open_store(database)) as store:
        for number in range(30):
            store.save_site(Site(id=f"s{number}"))
    app = make_app(sites_in_memory=5, cache_megabytes=1)
    for number in range(30):
        assert app.test_client().get(f"{API}/s{number}/bundle").status_code == 200
    assert len(parts(app).clinics._faqs) == 5
    assert parts(app).bodies.size <= parts(app).bodies.limit


def test_an_application_that_is_let_go_closes_what_it_opened(
    make_app: Callable[..., Flask], database: str
) -> None:
    with closing(open_store(database)) as given:
        assert make_app(store=given).test_client().get(f"{API}/north").status_code == 200
        app = make_app()
        own = parts(app).clinics.store
        del app
        gc.collect()
        assert given.sites()
        with pytest.raises(StoreUnavailable, match="was closed"):
            own.sites()


def test_a_warm_worker_reads_nothing_more_for_its_first_visitor(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    clinics = parts(app).clinics
    assert clinics.warm() == 2
    monkeypatch.setattr(clinics.store, "snapshot", lambda _: pytest.fail("read again"))
    for site in ("north", "south"):
        assert app.test_client().get(f"{API}/{site}/search?q=parking").get_json()["results"]


class Slow:
    """A sentence model that reads entries only when it is let."""

    key = "slow"

    def __init__(self) -> None:
        self.may_read = threading.Event()

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        assert self.may_read.wait(60)
        return [[1.0, 0.0] for _ in texts]

    def encode_query(self, text: str) -> list[float]:
        return [1.0, 0.0]


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/north/search?q=parking", f"{API}/north/bundle", f"{API}/north/entries/parking",
        "/embed/north.js", "/sites/north/", "/sites/north/?q=parking",
    ],
)  # fmt: skip
def test_no_visitor_waits_for_the_model_and_no_cache_keeps_what_was_found_without_it(
    make_app: Callable[..., Flask], path: str
) -> None:
    app, model = make_app(), Slow()
    clinics = parts(app).clinics
    clinics._semantic, clinics.background = model, True
    client = app.test_client()
    for _ in range(3):
        early = client.get(path)
        assert (early.status_code, early.headers["Cache-Control"]) == (200, "no-store")
        assert b"parking" in early.data
    model.may_read.set()
    clinics.embed()
    for _ in range(3):
        assert client.get(path).headers["Cache-Control"].startswith("public")
    if "/search" in path:  # its scores are others
        assert client.get(path).data != early.data


def test_warming_up_survives_a_database_that_is_away(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise StoreUnavailable("The database is away.")

    clinics = parts(make_app()).clinics
    monkeypatch.setattr(clinics.store, "sites", away)
    assert clinics.warm() == 0


HEAPS = """
import ctypes, sys, threading
from widget_server.serve import _share_heaps

libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
_share_heaps()
together = threading.Barrier(16)

def need():
    libc.malloc(1_000)
    together.wait()

threads = [threading.Thread(target=need) for _ in range(16)]
for one in threads: one.start()
for one in threads: one.join()
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library's heaps")
@pytest.mark.parametrize(("environ", "most"), [({}, 2), ({"MALLOC_ARENA_MAX": "5"}, 5)])
def test_the_threads_of_a_worker_share_two_heaps(
    tmp_path: Path, environ: dict[str, str], most: int
) -> None:
    """Memory stays flat under load; whoever says otherwise in the environment is heard."""
    heaps = tmp_path / "heaps.xml"
    clean = {key: value for key, value in os.environ.items() if key != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", HEAPS, str(heaps)]
    subprocess.run(command, check=True, env=clean | environ)
    assert heaps.read_text().count("<heap nr=") == most


def test_what_a_worker_loads_at_its_start_is_not_collected_again(database: str) -> None:
    code = (
        "import gc, widget_server.wsgi as worker\n"
        "app = worker.app.test_client()\n"
        "answers = [app.get(f'/api/v1/sites/north/search?q=parking+{n}') for n in range(9)]\n"
        "print(gc.get_freeze_count() > 10 * len(gc.get_objects()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "FAQ_DATABASE": database, "FAQ_SEMANTIC": "false"},
    )
    assert done.stdout.strip() == "True"
