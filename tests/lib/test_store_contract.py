"""What every store promises, held against each kind: memory, SQLite and PostgreSQL."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from faqlib.errors import EditConflict, EntryExists, EntryNotFound, SiteNotFound, TooManyEntries
from faqlib.model import Cursor, Entry, Site, Source
from faqlib.store import Change, Store
from faqlib.store import plan as reckoning

FULL = Entry(
    "Où se garer ? 停车 🅿️",
    "Behind the **house**.\n\n* one\n* two",
    id="Parking/ß 停",
    category="Visit",
    tags=("car", "Ünïcode"),
    aliases=("Is there parking?",),
    lang="pt-BR",
    status="draft",
    position=-3,
    pinned=True,
    reviewed_by='Dr. O\'Hara "x" \\ %s ? :name',
    last_reviewed=date(2025, 2, 28),
    review_due=date(2026, 2, 28),
    sources=(Source("FDA", "https://fda.example/"), Source("x")),
    notice="Line one\nline two",
)
SITE = Site(
    "clinic",
    name="Clínica",
    origins=("https://a.example",),
    contact={"phone": "+1 555"},
    synonyms=(("jab", "vaccine"), ("a", "b")),
    texts={"title": "FAQ"},
    count_searches=True,
)


def put(*entries: Entry) -> list[Change]:
    return [Change(entry.id, entry) for entry in entries]


def entry(name: str, answer: str = "", position: int = 0) -> Entry:
    return Entry(f"What is {name}?", answer, id=name, position=position)


@pytest.fixture
def site(store: Store) -> str:
    store.save_site(SITE)
    return SITE.id


def listed(store: Store, site: str) -> list[str]:
    return [found.id for found in store.snapshot(site)[2]]


def test_a_store_fits_the_protocol(store: Store) -> None:
    assert isinstance(store, Store)


def test_an_entry_comes_back_with_every_field_as_it_was(store: Store, site: str) -> None:
    store.apply(site, put(FULL))
    assert store.get(site, FULL.id) == FULL
    assert store.snapshot(site)[2] == [FULL]
    assert store.history(site, FULL.id)[0].entry == FULL


def test_a_site_comes_back_with_every_setting_as_it_was(store: Store, site: str) -> None:
    assert store.site(site) == SITE
    assert store.snapshot(site)[1] == SITE


def test_sites_are_listed_by_id_and_replaced_by_saving(store: Store) -> None:
    for name in ("b", "a-2", "a", "z9", "a1"):
        store.save_site(Site(name))
    store.save_site(Site("b", name="new"))
    assert [(found.id, found.name) for found in store.sites()] == [
        ("a", ""),
        ("a-2", ""),
        ("a1", ""),
        ("b", "new"),
        ("z9", ""),
    ]


def test_settings_that_somebody_else_changed_are_not_replaced(store: Store) -> None:
    store.save_site(Site("b", name="first"), expect="absent")
    read = store.site("b")
    store.save_site(read.replace(name="second"), expect=read.digest)
    for expect in (read.digest, "absent"):
        with pytest.raises(EditConflict) as caught:
            store.save_site(read.replace(name="lost"), expect=expect)
        assert caught.value.entry_id == ""
    with pytest.raises(EditConflict):
        store.save_site(Site("c"), expect=read.digest)
    assert [(found.id, found.name) for found in store.sites() if found.id != SITE.id] == [
        ("b", "second")
    ]


def test_an_unknown_site_is_refused_by_every_method(store: Store, site: str) -> None:
    calls = (
        lambda: store.site("nope"),
        lambda: store.delete_site("nope"),
        lambda: store.cursor("nope"),
        lambda: store.snapshot("nope"),
        lambda: store.get("nope", "a"),
        lambda: store.changed_since("nope", Cursor()),
        lambda: store.apply("nope", put(entry("a"))),
        lambda: store.apply("nope", []),
        lambda: store.history("nope", "a"),
        lambda: store.keep_vectors("nope", "m", {"k": b"v"}),
    )
    for call in calls:
        with pytest.raises(SiteNotFound) as caught:
            call()
        assert caught.value.site == "nope"


def test_a_deleted_site_takes_entries_and_history_along(store: Store, site: str) -> None:
    store.save_site(Site("other"))
    store.apply("other", put(entry("a", "other's")))
    before = store.apply(site, put(entry("a")))
    store.delete_site(site)
    with pytest.raises(SiteNotFound):
        store.get(site, "a")
    store.save_site(SITE)
    assert listed(store, site) == []
    assert store.history(site, "a") == []
    assert store.changed_since(site, before) is None
    assert store.get("other", "a") == entry("a", "other's")


@pytest.mark.parametrize("name", ["a\0b", "\0", "\ud800", "a\udfff", ""])
def test_an_id_that_no_database_takes_is_one_that_is_not_there(
    store: Store, site: str, name: str
) -> None:
    store.apply(site, put(entry("a")))
    assert store.get(site, name) is None
    assert store.history(site, name) == []
    with pytest.raises(EntryNotFound):
        store.apply(site, [Change(name, None, "delete", "present")])
    assert listed(store, site) == ["a"]
    for call in (store.cursor, store.site, store.snapshot, store.delete_site):
        with pytest.raises(SiteNotFound):
            call(name)


def test_vectors_are_kept_by_site_and_model_and_move_no_cursor(store: Store, site: str) -> None:
    store.save_site(Site("other"))
    before = store.cursor(site)
    store.keep_vectors(site, "m", {"a": b"\0\xff", "b": b"2"})
    store.keep_vectors(site, "n", {"a": b"of another model"})
    assert store.cursor(site) == before
    assert store.vectors(site, "m", ["a", "b", "c"]) == {"a": b"\0\xff", "b": b"2"}
    assert store.vectors(site, "n", ["a", "b"]) == {"a": b"of another model"}
    assert store.vectors("other", "m", ["a"]) == {}


def test_vectors_that_are_not_wanted_any_more_go(store: Store, site: str) -> None:
    store.keep_vectors(site, "m", {"a": b"1", "b": b"2"})
    store.keep_vectors(site, "n", {"a": b"1"})
    store.keep_vectors(site, "m", {"a": b"new"})
    assert store.vectors(site, "m", ["a", "b"]) == {"a": b"new", "b": b"2"}
    store.keep_vectors(site, "m", {"c": b"3"}, wanted=["a", "c"])
    assert store.vectors(site, "m", ["a", "b", "c"]) == {"a": b"new", "c": b"3"}
    assert store.vectors(site, "n", ["a"]) == {"a": b"1"}
    store.delete_site(site)
    store.save_site(SITE)
    assert store.vectors(site, "m", ["a", "c"]) == {}


def test_ids_are_told_apart_by_case_accent_and_composition(store: Store, site: str) -> None:
    names = [
        "a",
        "A",
        "é",
        "e\u0301",
        "E",
        "ﬁ",
        "fi",
        "ss",
        "ß",
        "İ",
        "i̇",
        " a",
        "a ",
        "%",
        "_",
        "'",
    ]
    store.apply(site, put(*(entry(name, answer=repr(name)) for name in names)))
    assert listed(store, site) == names
    for name in names:
        assert store.get(site, name) == entry(name, answer=repr(name))
        assert len(store.history(site, name)) == 1
    assert store.get(site, "á") is None


def test_entries_are_listed_by_position_then_by_when_they_were_first_added(
    store: Store, site: str
) -> None:
    store.apply(site, put(entry("c"), entry("b", position=2), entry("a"), entry("z", position=-1)))
    assert listed(store, site) == ["z", "c", "a", "b"]
    store.apply(site, put(entry("c", "new"), entry("0")))
    assert listed(store, site) == ["z", "c", "a", "0", "b"]
    store.apply(site, put(entry("z", position=5)))
    assert listed(store, site) == ["c", "a", "0", "b", "z"]


def test_an_entry_that_comes_back_takes_its_old_place(store: Store, site: str) -> None:
    store.apply(site, put(entry("a"), entry("b"), entry("c")))
    store.apply(site, [Change("a", None, "delete"), Change("b", None, "delete")])
    assert listed(store, site) == ["c"]
    store.apply(site, put(entry("d"), entry("b"), entry("a")))
    assert listed(store, site) == ["a", "b", "c", "d"]


def test_the_history_has_every_version_with_who_what_and_when(store: Store, site: str) -> None:
    store.apply(site, [Change("a", entry("a", "1"), "import")], actor="Ann")
    store.apply(site, [Change("a", entry("a", "2"), "update")], actor="Bob")
    store.apply(site, [Change("a", None, "delete")])
    store.apply(site, [Change("a", entry("a", "1"), "restore")], actor="Ann")
    history = store.history(site, "a")
    assert [(v.number, v.action, v.actor, v.entry and v.entry.answer) for v in history] == [
        (1, "import", "Ann", "1"),
        (2, "update", "Bob", "2"),
        (3, "delete", "", None),
        (4, "restore", "Ann", "1"),
    ]
    assert all(v.at.tzinfo is not None for v in history)
    assert history[-1].entry is not None
    assert store.history(site, "never") == []


def test_updated_at_is_set_by_the_store_in_utc(store: Store, site: str) -> None:
    before = datetime.now(UTC)
    store.apply(site, put(entry("a").replace(updated_at=datetime(1999, 1, 1, tzinfo=UTC))))
    (found,) = store.snapshot(site)[2]
    assert found.updated_at is not None
    assert before <= found.updated_at <= datetime.now(UTC)
    assert found.updated_at.utcoffset() == timedelta(0)
    stored = store.get(site, "a")
    assert stored is not None
    assert stored.updated_at == found.updated_at == store.history(site, "a")[0].at


@pytest.mark.parametrize(
    ("stored", "change", "error"),
    [
        (True, Change("a", entry("a", "new"), "add", "absent"), EntryExists),
        (False, Change("a", entry("a", "new"), "update", "present"), EntryNotFound),
        (False, Change("a", None, "delete", "present"), EntryNotFound),
        (True, Change("a", entry("a", "new"), "update", entry("a", "other").digest), EditConflict),
        (False, Change("a", entry("a", "new"), "update", entry("a").digest), EditConflict),
        (True, Change("a", None, "delete", entry("a", "other").digest), EditConflict),
    ],
)
def test_an_expectation_that_fails_changes_nothing_at_all(
    store: Store, site: str, stored: bool, change: Change, error: type[Exception]
) -> None:
    if stored:
        store.apply(site, put(entry("a")))
    before = store.snapshot(site)
    with pytest.raises(error):
        store.apply(site, [*put(entry("first")), change, *put(entry("last"))])
    assert store.snapshot(site) == before
    assert store.cursor(site) == before[0]
    assert store.history(site, "first") == []


def test_a_site_grows_no_further_than_it_may(store: Store, site: str) -> None:
    store.apply(site, put(entry("a"), entry("b")), most=2)
    before = store.snapshot(site)
    for changes in (put(entry("c")), [*put(entry("c"), entry("d")), Change("a", None, "delete")]):
        with pytest.raises(TooManyEntries):
            store.apply(site, changes, most=2)
        assert store.snapshot(site) == before
    store.apply(site, [Change("a", None, "delete"), *put(entry("c"))], most=2)
    store.apply(site, put(entry("d"), entry("e")))  # by a program that knows no bound
    store.apply(site, put(entry("e", "edited")), most=2)
    assert len(store.snapshot(site)[2]) == 4


def test_those_who_write_at_once_do_not_pass_the_bound_together(store: Store, site: str) -> None:
    refused: list[str] = []
    start = threading.Barrier(6)

    def write(name: str) -> None:
        start.wait()
        try:
            store.apply(site, put(entry(name), entry(name + "2")), most=5)
        except TooManyEntries:
            refused.append(name)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(store.snapshot(site)[2]), len(refused)) == (4, 4)


def test_an_expectation_that_holds_lets_the_change_through(store: Store, site: str) -> None:
    store.apply(site, [Change("a", entry("a"), "add", "absent")])
    store.apply(site, [Change("a", entry("a", "2"), "update", entry("a").digest)])
    store.apply(site, [Change("a", entry("a", "3"), "update", "present")])
    store.apply(site, [Change("a", None, "delete", entry("a", "3").digest)])
    assert len(store.history(site, "a")) == 4


def test_changes_of_one_call_are_made_one_after_the_other(store: Store, site: str) -> None:
    store.apply(
        site,
        [
            Change("a", entry("a", "1"), "add", "absent"),
            Change("a", entry("a", "2"), "update", entry("a", "1").digest),
            Change("b", entry("b"), "add"),
            Change("b", None, "delete", "present"),
            Change("a", None, "delete"),
            Change("a", entry("a", "3"), "add", "absent"),
        ],
    )
    assert [found.answer for found in store.snapshot(site)[2]] == ["3"]
    assert [v.action for v in store.history(site, "a")] == ["add", "update", "delete", "add"]
    assert [v.action for v in store.history(site, "b")] == ["add", "delete"]


def test_an_entry_under_another_id_is_refused(store: Store, site: str) -> None:
    with pytest.raises(ValueError, match="can not be stored as 'b'"):
        store.apply(site, [Change("b", entry("a"))])


def test_the_cursor_moves_with_every_change_and_only_then(store: Store, site: str) -> None:
    seen = [store.cursor(site)]

    def moved(cursor: Cursor) -> bool:
        assert cursor == store.cursor(site) == store.snapshot(site)[0]
        seen.append(cursor)
        return seen[-1] != seen[-2]

    assert moved(store.apply(site, put(entry("a"))))
    assert not moved(store.apply(site, put(entry("a"))))
    assert not moved(store.apply(site, [Change("never", None, "delete")]))
    assert not moved(store.apply(site, []))
    assert moved(store.apply(site, [Change("a", None, "delete")]))
    assert moved(store.save_site(SITE))
    revisions = [cursor.revision for cursor in dict.fromkeys(seen)]
    assert revisions == list(range(seen[0].revision, seen[0].revision + 4))
    nonces = {cursor.nonce for cursor in seen}
    assert len(nonces) == 4
    assert all(len(nonce) == 16 for nonce in nonces)


def test_one_site_s_change_moves_no_other_site_s_cursor(store: Store, site: str) -> None:
    other = store.save_site(Site("other"))
    store.apply(site, put(entry("a")))
    assert store.cursor("other") == other
    assert store.get("other", "a") is None


def test_changed_since_names_what_changed_after_a_state(store: Store, site: str) -> None:
    states = [store.cursor(site)]
    states += [store.apply(site, put(entry(name))) for name in ("a", "b", "c")]
    states.append(store.save_site(SITE.replace(name="new")))
    states.append(store.apply(site, [Change("a", None, "delete")]))
    expected = [{"a", "b", "c"}, {"a", "b", "c"}, {"a", "c"}, {"a"}, {"a"}, set()]
    assert [store.changed_since(site, state) for state in states] == expected


def test_changed_since_does_not_know_a_state_that_never_was(store: Store, site: str) -> None:
    present = store.apply(site, put(entry("a")))
    for revision in (-1, 0, 1, present.revision, present.revision + 1, 10**6, 2**70):
        assert store.changed_since(site, Cursor(revision, "0" * 16)) is None
    assert store.changed_since(site, Cursor(present.revision + 1, present.nonce)) is None
    assert store.changed_since(site, Cursor(present.revision - 1, present.nonce)) is None


def test_changed_since_gives_up_on_too_much_and_on_too_long_ago(store: Store, site: str) -> None:
    before = store.cursor(site)
    many = [entry(str(number)) for number in range(reckoning.LISTED + 1)]
    after = store.apply(site, put(*many))
    assert store.changed_since(site, before) is None
    assert store.changed_since(site, after) == set()
    for number in range(reckoning.REMEMBERED - 1):
        store.apply(site, put(entry("a", str(number))))
    assert store.changed_since(site, after) == {"a"}
    store.apply(site, put(entry("a", "once more")))
    assert store.changed_since(site, after) is None


def test_a_clock_that_jumps_changes_no_order(
    store: Store, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [store.cursor(site)]
    for number, year in enumerate((2030, 1999, 2040, 1970, 2024)):
        monkeypatch.setattr(
            f"{type(store).__module__}.now", lambda year=year: datetime(year, 1, 1, tzinfo=UTC)
        )
        states.append(store.apply(site, put(entry("a", str(number)), entry(f"e{number}"))))
    assert listed(store, site) == ["a", "e0", "e1", "e2", "e3", "e4"]
    answers = [v.entry.answer for v in store.history(site, "a") if v.entry]
    assert answers == ["0", "1", "2", "3", "4"]
    assert store.get(site, "a") == entry("a", "4")
    assert store.changed_since(site, states[-2]) == {"a", "e4"}
    revisions = [state.revision for state in states]
    assert revisions == sorted(revisions)


def test_ten_thousand_entries_are_one_change(store: Store, site: str) -> None:
    many = [entry(str(number), "An answer.") for number in range(10_000)]
    before = store.cursor(site)
    cursor = store.apply(site, [Change(e.id, e, "import") for e in many])
    assert cursor.revision == before.revision + 1
    assert store.snapshot(site)[2] == many
