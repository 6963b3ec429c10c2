"""FAQ: store and search in step, in memory and on disk, whoever writes."""

import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from faqlib import (
    FAQ,
    EditConflict,
    Entry,
    EntryExists,
    EntryNotFound,
    ImportFormatError,
    InvalidData,
    Results,
    Site,
    SiteNotFound,
    StoreUnavailable,
    TooManyEntries,
    open_store,
    read_file,
    write_file,
)
from faqlib.search.memory import _KEPT_BYTES, _size

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PARKING = Entry("Is parking free?", "Yes, behind the house.", id="parking")
WALK_INS = Entry("Do you take walk-ins?", "On Mondays and Fridays.", id="walk-ins")


@pytest.fixture(params=["memory", "file"])
def faq(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FAQ]:
    """An empty FAQ, in memory and in a file."""
    opened = (
        FAQ(semantic=False)
        if request.param == "memory"
        else FAQ.open(tmp_path / "faq.db", site="north", semantic=False)
    )
    with opened:
        yield opened


def first(faq: FAQ, query: str) -> str | None:
    results = faq.search(query)
    return results[0].entry.id if results else None


def ids(faq: FAQ, query: str) -> set[str]:
    return {hit.entry.id for hit in faq.search(query)}


def test_a_faq_takes_no_more_entries_than_it_was_made_for() -> None:
    with FAQ(semantic=False, most_entries=2) as faq:
        faq.add(Entry("One?", "1"))
        for dry_run in (True, False):
            with pytest.raises(TooManyEntries, match="holds at most 2 entries"):
                faq.merge([Entry("Two?", "2"), Entry("Three?", "3")], dry_run=dry_run)
        assert len(faq) == 1
        faq.load(b"Q: One?\nA: edited\n\nQ: Two?\nA: 2", format="text")
        with pytest.raises(TooManyEntries):
            faq.add(Entry("Three?", "3"))
    with pytest.raises(ValueError, match="most_entries has to be 1 or more"):
        FAQ(most_entries=0)
    with pytest.raises(TypeError, match="most_entries takes a whole number"):
        FAQ(most_entries="5")  # type: ignore[arg-type]


def test_a_mistyped_path_makes_no_database_where_none_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="There is no database"):
        FAQ.open(tmp_path / "typo.db", create=False)
    assert list(tmp_path.iterdir()) == []
    FAQ.open(tmp_path / "faq.db", site="north").close()
    with pytest.raises(SiteNotFound):
        FAQ.open(tmp_path / "faq.db", site="south", create=False)


# Reading and writing


def test_what_was_added_is_there_and_is_found(faq: FAQ) -> None:
    stored = faq.add(PARKING)
    assert stored == PARKING
    assert stored.updated_at is not None
    assert faq["parking"] == PARKING
    assert "parking" in faq
    assert len(faq) == 1
    assert list(faq) == [PARKING]
    assert first(faq, "is parking free") == "parking"


def test_many_entries_are_added_at_once_or_not_at_all(faq: FAQ) -> None:
    assert faq.add_all(iter([PARKING, WALK_INS])) == [PARKING, WALK_INS]
    before = faq.cursor
    with pytest.raises(EntryExists):
        faq.add_all([Entry("New?", id="new"), PARKING])
    with pytest.raises(InvalidData):
        faq.add_all([Entry("New?", id="new"), Entry("", id="bad")])
    with pytest.raises(EntryExists):
        faq.add_all([Entry("New?", id="new"), Entry("Newer?", id="new")])
    assert faq.cursor == before
    assert [entry.id for entry in faq] == ["parking", "walk-ins"]


def test_an_update_is_found_by_its_new_words_and_no_more_by_the_old(faq: FAQ) -> None:
    faq.add(PARKING)
    faq.update(PARKING.replace(question="Where do horses wait?", answer="In the stable."))
    assert first(faq, "where do horses wait") == "parking"
    assert not faq.search("is parking free").answered


def test_what_was_deleted_is_not_found(faq: FAQ) -> None:
    faq.add_all([PARKING, WALK_INS])
    del faq["parking"]
    assert "parking" not in faq
    assert faq.get("parking") is None
    assert "parking" not in ids(faq, "is parking free")
    with pytest.raises(EntryNotFound):
        faq["parking"]


@pytest.mark.parametrize(
    "change",
    [
        lambda faq: faq.update(PARKING),
        lambda faq: faq.remove("parking"),
        lambda faq: faq["parking"],
        lambda faq: faq.restore("parking", 1),
        lambda faq: faq.related("parking"),
    ],
)
def test_an_id_that_is_not_there_is_a_key_error_with_facts(
    faq: FAQ, change: Callable[[FAQ], object]
) -> None:
    with pytest.raises(EntryNotFound) as caught:
        change(faq)
    assert isinstance(caught.value, KeyError)
    assert caught.value.entry_id == "parking"
    assert caught.value.site == faq.site.id


def test_an_edit_of_what_somebody_else_changed_is_refused(faq: FAQ) -> None:
    read = faq.add(PARKING)
    faq.update(read.replace(answer="No."))
    with pytest.raises(EditConflict):
        faq.update(read.replace(answer="Maybe."), expect=read.digest)
    with pytest.raises(EditConflict):
        faq.remove("parking", expect=read.digest)
    assert faq["parking"].answer == "No."
    faq.update(read.replace(answer="Maybe."), expect=faq["parking"].digest)


def test_only_published_entries_are_found_listed_or_suggested(faq: FAQ) -> None:
    for status in ("draft", "archived"):
        faq.add(Entry(f"Secret {status}?", "zebra", id=status, status=status))
    assert first(faq, "secret zebra") is None
    assert faq.suggest("sec") == []
    assert faq.published() == ()
    assert len(faq.entries()) == 2
    assert [entry.id for entry in faq.entries("draft")] == ["draft"]
    faq.update(faq["draft"].replace(status="published"))
    assert first(faq, "secret zebra") == "draft"
    faq.update(faq["draft"].replace(status="archived"))
    assert first(faq, "secret zebra") is None


def test_published_entries_are_listed_by_category_pinned_first_then_by_position(faq: FAQ) -> None:
    faq.save_site(Site(categories=("Visit", "Money")))
    faq.add_all(
        [
            Entry("a?", id="other", category="Other"),
            Entry("b?", id="money", category="Money"),
            Entry("c?", id="late", category="Visit", position=2),
            Entry("d?", id="early", category="Visit", position=1),
            Entry("e?", id="pinned", category="Visit", position=9, pinned=True),
        ]
    )
    assert [e.id for e in faq.published()] == ["pinned", "early", "late", "money", "other"]


# Searching


@pytest.mark.parametrize("name", ["exosomes", "family-practice"])
def test_each_example_asked_in_its_own_words_comes_first(name: str) -> None:
    entries = read_file(EXAMPLES / name / "faq.yaml").entries
    with FAQ(semantic=False) as faq:
        faq.add_all(entries)
        others = [entry.id for entry in entries if first(faq, entry.question) != entry.id]
    assert others == []


def test_an_answered_search_says_so_and_one_about_nothing_does_not(faq: FAQ) -> None:
    faq.add_all([PARKING, WALK_INS])
    found = faq.search("is parking free?")
    assert found.answered
    assert 0.0 < found.confidence <= 1.0
    nothing = faq.search("zygomorphic quokkas")
    assert not nothing.answered
    assert nothing.confidence == 0.0


def test_filters_leave_only_what_they_allow(faq: FAQ) -> None:
    faq.add_all(
        [
            Entry("Parking one?", id="a", category="Visit", tags=("car", "free"), lang="pt-BR"),
            Entry("Parking two?", id="b", category="Money", tags=("car",), lang="en"),
        ]
    )

    def found(**filters: object) -> set[str]:
        return {hit.entry.id for hit in faq.search("parking", **filters)}  # type: ignore[arg-type]

    assert found() == {"a", "b"}
    assert found(category="Visit") == {"a"}
    assert found(tags=["car"]) == {"a", "b"}
    assert found(tags=["car", "free"]) == {"a"}
    assert found(lang="pt") == {"a"}
    assert found(category="Visit", lang="en") == set()
    assert found(limit=1) < {"a", "b"}


def test_wrong_calls_of_search_name_the_fix(faq: FAQ) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        faq.search("x", limit=0)
    with pytest.raises(TypeError, match="list of tags"):
        faq.search("x", tags="car")


@pytest.mark.parametrize(
    "query", ["", " ", "?", "*", "a:[a TO z]", '"', "(" * 500, "x" * 100_000, "\x00\ud800", "🅿️"]
)
def test_no_query_is_an_error(faq: FAQ, query: str) -> None:
    faq.add(PARKING)
    results = faq.search(query)
    assert results.query == query or len(query) > 1_000
    assert isinstance(faq.suggest(query), list)


def test_suggestions_complete_what_is_typed(faq: FAQ) -> None:
    faq.add_all([PARKING, WALK_INS])
    assert faq.suggest("Is par") == ["Is parking free?"]
    assert len(faq.suggest("i", limit=1)) <= 1


def test_new_synonyms_of_the_site_are_searched_with_at_once(faq: FAQ) -> None:
    faq.add(PARKING)
    faq.save_site(Site(synonyms=(("parking", "garage"),)))
    assert first(faq, "garage") == "parking"


def test_a_site_keeps_its_id(faq: FAQ) -> None:
    before = faq.site.id
    assert faq.save_site(Site("other", name="N")).id == before
    assert faq.site.name == "N"


# History


def test_every_version_is_kept_and_any_comes_back(faq: FAQ) -> None:
    faq.add(PARKING, actor="ann")
    faq.update(PARKING.replace(answer="No."), actor="bob")
    faq.remove("parking", actor="cy")
    told = [(version.number, version.action, version.actor) for version in faq.history("parking")]
    assert told == [(1, "add", "ann"), (2, "update", "bob"), (3, "delete", "cy")]
    assert faq.restore("parking", 1) == PARKING
    assert first(faq, "is parking free") == "parking"
    with pytest.raises(EntryNotFound):
        faq.restore("parking", 3)  # a deletion holds nothing to bring back
    with pytest.raises(EntryNotFound, match="has no version 9 that could be restored"):
        faq.restore("parking", 9)
    assert faq.history("nothing") == []


# Files


def test_load_adds_updates_and_leaves_what_is_the_same(faq: FAQ, tmp_path: Path) -> None:
    faq.add_all([PARKING, WALK_INS])
    path = tmp_path / "faq.json"
    with FAQ(semantic=False) as other:
        other.add_all([PARKING.replace(answer="No."), WALK_INS, Entry("New?", id="new")])
        other.dump(path)
    dry = faq.load(path, dry_run=True)
    assert faq["parking"] == PARKING
    report = faq.load(path)
    assert report == dry
    assert (report.new, report.changed, report.unchanged) == (("new",), ("parking",), ("walk-ins",))
    assert faq["parking"].answer == "No."
    assert set(faq.load(path).unchanged) == {"new", "parking", "walk-ins"}
    assert faq.history("new")[0].action == "import"


def test_load_takes_a_path_bytes_or_an_open_file(faq: FAQ, tmp_path: Path) -> None:
    content = b"Q: Is parking free?\nA: Yes.\n"
    path = tmp_path / "faq.txt"
    path.write_bytes(content)
    assert faq.load(path).new == ("is-parking-free",)
    assert faq.load(str(path)).unchanged == ("is-parking-free",)
    assert faq.load(content, format="text").unchanged == ("is-parking-free",)
    assert faq.load(io.BytesIO(content), format="text").unchanged == ("is-parking-free",)
    with path.open("rb") as file:
        assert faq.load(file).unchanged == ("is-parking-free",)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda faq: faq.search(None), "a text is needed to search for, not None."),
        (lambda faq: faq.suggest(b"how"), "a text is needed to search for, not b'how'."),
        (lambda faq: faq.search("x", limit="5"), "limit takes a whole number, not '5'."),
        (lambda faq: faq.suggest("x", limit=0), "limit has to be 1 or more, not 0."),
        (lambda faq: faq.related("x", limit=-1), "limit has to be 1 or more, not -1."),
        (lambda faq: faq.entries("live"), "status is one of draft, published, archived, or None"),
        (lambda faq: faq.add({"question": "Q?"}), "is no Entry: plain data becomes one with"),
        (lambda faq: faq.add_all("ab"), "'a' is no Entry"),
        (lambda faq: faq.merge([None]), "None is no Entry"),
        (lambda faq: faq.load(None), "load takes a path, bytes or an open file, not None."),
        (lambda faq: faq.load("Q: a?\nA: b"), "load takes a path: give the content itself as"),
        (lambda faq: faq.save_site({}), "{} is no Site: plain data becomes one with load_site()."),
        (lambda faq: faq.search("x", lang=4), "lang takes a text, not 4."),
        (lambda faq: faq.search("x", category=["a"]), "category takes a text, not ['a']."),
        (lambda faq: faq.load(b"x", format=3), "the format '3' is not known"),
        (lambda faq: FAQ.open(":memory:", site=None), "id: is null"),
        (lambda faq: write_file([{}], "faq.json"), "{} is no Entry"),
        (lambda faq: FAQ(store="faq.db"), "A database is opened with FAQ.open('faq.db')."),
    ],
)
def test_what_is_given_in_the_wrong_place_is_told_in_one_sentence(
    faq: FAQ, call: Callable[[FAQ], object], said: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        call(faq)
    assert len(faq) == 0


def test_a_file_with_a_mistake_changes_nothing(faq: FAQ) -> None:
    before = faq.cursor
    with pytest.raises(ImportFormatError) as caught:
        faq.load(b'[{"question": "A?"}, {"question": ""}, {"question": 3}]', format="json")
    assert len(caught.value.problems) == 2
    assert faq.cursor == before


def test_merge_is_all_or_nothing(faq: FAQ) -> None:
    assert faq.merge([PARKING, WALK_INS]).new == ("parking", "walk-ins")
    before = faq.cursor
    with pytest.raises(EntryExists):
        faq.merge([Entry("a?", id="x"), Entry("b?", id="x")])
    with pytest.raises(InvalidData):
        faq.merge([Entry("a?", id="x"), Entry("", id="y")])
    assert faq.merge([WALK_INS, PARKING]).unchanged == ("walk-ins", "parking")
    assert faq.cursor == before


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".yaml", ".csv", ".md"])
def test_what_is_dumped_loads_again_as_the_same(faq: FAQ, tmp_path: Path, suffix: str) -> None:
    faq.add_all([PARKING.replace(tags=("a", "b,c"), status="draft"), WALK_INS])
    path = tmp_path / f"faq{suffix}"
    faq.dump(path)
    assert faq.load(path).unchanged == ("parking", "walk-ins")
    content = faq.dumps(suffix[1:])
    assert (content.encode() if isinstance(content, str) else content) == path.read_bytes()


# Opening


def test_a_stored_faq_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    with FAQ.open(path, site="north", semantic=False) as faq:
        faq.add(PARKING)
    with FAQ.open(f"sqlite:///{path}", site="north", create=False, semantic=False) as again:
        assert list(again) == [PARKING]
        assert repr(again) == "<FAQ 'north': entries 1>"


def test_sites_of_one_database_do_not_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    with (
        FAQ.open(path, site="north", semantic=False) as north,
        FAQ.open(path, site="south", semantic=False) as south,
    ):
        north.add(PARKING)
        south.add(WALK_INS)
        assert "parking" not in ids(south, "is parking free")
        assert [entry.id for entry in north] == ["parking"]
        assert north.history("walk-ins") == []


def test_a_site_that_is_not_there_is_an_error_when_none_is_to_be_made(tmp_path: Path) -> None:
    with FAQ.open(tmp_path / "faq.db", site="north", semantic=False):
        pass
    with pytest.raises(SiteNotFound, match="south"):
        FAQ.open(tmp_path / "faq.db", site="south", create=False, semantic=False)
    with closing(open_store(":memory:")) as store, pytest.raises(SiteNotFound):
        FAQ(store=store, site="south")


def test_a_bad_site_id_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidData):
        FAQ.open(tmp_path / "faq.db", site="../x", semantic=False)
    with pytest.raises(InvalidData):
        FAQ(site="A B")


def test_a_store_that_was_given_is_left_open() -> None:
    with closing(open_store(":memory:")) as store:
        store.save_site(Site("north"))
        with FAQ(store=store, site="north", semantic=False) as faq:
            faq.add(PARKING)
        assert store.get("north", "parking") == PARKING


# In step


def test_a_reader_sees_at_once_what_another_wrote(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    with FAQ.open(path, semantic=False) as reader, FAQ.open(path, semantic=False) as writer:
        assert first(reader, "is parking free") is None
        for answer in ("Yes.", "No.", "Maybe."):
            writer.merge([PARKING.replace(answer=answer)])
            assert reader["parking"].answer == answer
            assert first(reader, "is parking free") == "parking"


def test_threads_share_one_faq(faq: FAQ) -> None:
    faq.add(PARKING)

    def write(name: str) -> None:
        for number in range(5):
            faq.add(Entry(f"What about {name} {number}?", id=f"{name}-{number}"))
            assert f"{name}-{number}" in faq
            assert first(faq, "is parking free") == "parking"

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(write, name) for name in ("ann", "bob", "cy")]:
            done.result()
    assert len(faq) == 16


class Beside(RuleBasedStateMachine):
    """A FAQ beside a plain dictionary: the same after any sequence of changes."""

    ids = st.sampled_from(["a", "b", "c"])
    words = st.sampled_from(["amber", "birch", "cedar"])
    statuses = st.sampled_from(["draft", "published"])

    def __init__(self) -> None:
        super().__init__()
        self.faq = FAQ(semantic=False)
        self.model: dict[str, Entry] = {}

    def teardown(self) -> None:
        self.faq.close()

    @rule(entry_id=ids, word=words, status=statuses)
    def put(self, entry_id: str, word: str, status: str) -> None:
        entry = Entry(f"What is {word}?", f"It is {word}.", id=entry_id, status=status)  # type: ignore[arg-type]
        report = self.faq.merge([entry])
        known = self.model.get(entry_id)
        expected = "new" if known is None else "unchanged" if known == entry else "changed"
        assert getattr(report, expected) == (entry_id,)
        self.model[entry_id] = entry

    @rule(entry_id=ids)
    def remove(self, entry_id: str) -> None:
        if self.model.pop(entry_id, None):
            del self.faq[entry_id]
        else:
            with pytest.raises(EntryNotFound):
                del self.faq[entry_id]

    @rule(entry_id=ids)
    def undo(self, entry_id: str) -> None:
        past = [version for version in self.faq.history(entry_id) if version.entry]
        if past:
            self.model[entry_id] = self.faq.restore(entry_id, past[0].number)

    @invariant()
    def same_entries(self) -> None:
        assert {entry.id: entry for entry in self.faq} == self.model

    @rule(word=words)
    def search(self, word: str) -> None:
        published = {e.id: e for e in self.model.values() if e.status == "published"}
        having = {name for name, entry in published.items() if word in entry.question}
        assert having <= ids(self.faq, word) <= published.keys()


TestBeside = Beside.TestCase
TestBeside.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)


def test_a_snapshot_stays_as_it_was_and_asks_the_store_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = open_store(":memory:")
    store.save_site(Site(id="north"))
    faq = FAQ(store=store, site="north", semantic=False)
    faq.add(Entry("Is parking free?", "Yes.", id="parking"))
    before = faq.snapshot()
    faq.update(faq["parking"].replace(answer="No longer."))
    faq.add(Entry("Where can I park?", "Behind the house.", id="where"))
    assert (len(faq), len(before)) == (2, 1)
    monkeypatch.setattr(store, "cursor", lambda _: pytest.fail("the store was asked"))

    assert before["parking"].answer == "Yes."
    assert [hit.entry.id for hit in before.search("parking")] == ["parking"]
    assert ("where" in before, before.cursor.revision) == (False, 2)
    assert "north" in repr(before)


# Asking again


def twice(faq: FAQ, query: str, **options: Any) -> Results:
    """What is found the second time: from then on it is remembered."""
    found = faq.search(query, **options)
    again = faq.search(query, **options)
    assert found == again
    return again


def test_a_question_that_is_asked_often_gets_the_same_answer_until_somebody_edits(
    faq: FAQ,
) -> None:
    faq.add_all([PARKING, WALK_INS])
    before = twice(faq, "is parking free")
    assert faq.search("is parking free") is before
    faq.update(PARKING.replace(answer="No longer."))
    after = twice(faq, "is parking free")
    assert after[0].entry.answer == "No longer."
    faq.save_site(Site(id=faq.site.id, synonyms=(("car", "parking"),)))
    assert faq.search("is parking free") is not after


def test_an_answer_is_remembered_by_all_that_it_depends_on(faq: FAQ) -> None:
    faq.add_all([PARKING.replace(category="House", tags=("car",)), WALK_INS])
    asked: list[dict[str, Any]] = [
        {},
        {"limit": 1},
        {"category": "House"},
        {"tags": ["car"]},
        {"lang": "en"},
        {"lang": "es"},
        {"snippets": False},
        {"explain": True},
    ]
    found = [twice(faq, "is parking free on monday", **options) for options in asked]
    assert len({id(results) for results in found}) == len(asked)
    for options, results in zip(asked, found, strict=True):
        assert faq.search("is parking free on monday", **options) is results
        assert faq.snapshot().search("is parking free on monday", **options) == results


def test_what_is_remembered_of_answers_is_bounded(faq: FAQ) -> None:
    """By size, whatever is asked; what is too long to be asked again is not kept at all."""
    faq.add_all([PARKING, WALK_INS])
    long = "parking " * 100
    assert twice(faq, long) is not faq.search(long)
    first = twice(faq, "parking 0")
    for number in range(1, 1_000):
        twice(faq, f"parking {number}")
    memory = faq._current().projection._memory
    assert sum(map(_size, memory._answers.values())) <= _KEPT_BYTES
    assert faq.search("parking 0") is not first
    assert faq.search("parking 999") is faq.search("parking 999")


def test_a_snapshot_remembers_no_answers(faq: FAQ) -> None:
    faq.add(PARKING)
    snapshot = faq.snapshot()
    assert snapshot.search("parking") is not snapshot.search("parking")
