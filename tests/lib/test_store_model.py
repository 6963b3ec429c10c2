"""Random edits on every store at once, beside a plain dictionary: all four agree at all times."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from faqlib.errors import EditConflict, EntryExists, EntryNotFound
from faqlib.model import Cursor, Entry, Site
from faqlib.store import Change, MemoryStore, Store
from faqlib.store.backup import backup, restore
from faqlib.store.sql import SQLStore

# What the schema lets through: any character but controls and half of a pair.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
IDS = st.sampled_from(["a", "A", "á", "a\u0301", "停", "'; --", "%"]) | TEXT
ENTRIES = st.builds(
    Entry,
    TEXT,
    TEXT,
    id=IDS,
    position=st.integers(-2, 2),
    tags=st.lists(TEXT, max_size=2),
    status=st.sampled_from(["draft", "published"]),
)
EXPECT = st.sampled_from([None, "absent", "present", "digest", "old digest"])
STEPS = st.lists(st.tuples(st.booleans(), ENTRIES, EXPECT), min_size=1, max_size=4)


class Model:
    """What a store has to look like, in the plainest words."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.versions: dict[str, list[Entry | None]] = {}
        self.order: list[str] = []

    def apply(self, changes: list[Change]) -> bool:
        before = dict(self.entries)
        made: list[tuple[str, Entry | None]] = []
        for change in changes:
            name, stored = change.entry_id, self.entries.get(change.entry_id)
            fits = {
                None: True,
                "absent": stored is None,
                "present": stored is not None,
            }.get(change.expect, stored is not None and stored.digest == change.expect)
            if not fits:
                self.entries = before
                return False
            if stored != change.entry:
                made.append((name, change.entry))
            self.entries = {key: e for key, e in self.entries.items() if key != name}
            if change.entry is not None:
                self.entries[name] = change.entry
        for name, entry in made:
            self.versions.setdefault(name, []).append(entry)
            if name not in self.order:
                self.order.append(name)
        return True

    def listed(self) -> list[Entry]:
        rank = {name: number for number, name in enumerate(self.order)}
        return sorted(self.entries.values(), key=lambda e: (e.position, rank[e.id]))


class Stores(RuleBasedStateMachine):
    """The same edits on all stores; after each, the same content."""

    @initialize()
    def begin(self) -> None:
        self.home = tempfile.TemporaryDirectory()
        self.file = str(Path(self.home.name, "faq.db"))
        self.stores: list[Store] = [MemoryStore(), SQLStore(self.file), *self.others()]
        self.model = Model()
        self.states: list[list[tuple[Cursor, dict[str, Entry]]]] = []
        for store in self.stores:
            if any(site.id == "s" for site in store.sites()):
                store.delete_site("s")
            self.states.append([(store.save_site(Site("s")), {})])
        self.follows = [store.follow("s") for store in self.stores]

    def others(self) -> list[Store]:
        return []

    def teardown(self) -> None:
        for store in getattr(self, "stores", ()):
            store.close()
        if hasattr(self, "home"):
            self.home.cleanup()

    @rule(steps=STEPS)
    def edit(self, steps: list[tuple[bool, Entry, str | None]]) -> None:
        changes = []
        for delete, entry, expect in steps:
            stored = self.model.entries.get(entry.id, entry)
            digest = {"digest": stored.digest, "old digest": entry.replace(lang="xx").digest}
            changes.append(
                Change(
                    entry.id,
                    None if delete else entry,
                    "delete" if delete else "update",
                    digest.get(expect or "", expect),
                )
            )
        fits = self.model.apply(changes)
        for store, states in zip(self.stores, self.states, strict=True):
            if fits:
                states.append((store.apply("s", changes), dict(self.model.entries)))
            else:
                with pytest.raises((EntryExists, EntryNotFound, EditConflict)):
                    store.apply("s", changes)

    @rule()
    def reopen(self) -> None:
        self.stores[1].close()
        self.stores[1] = SQLStore(self.file)
        self.follows[1] = self.stores[1].follow("s")

    @rule()
    def back_up_and_restore(self) -> None:
        path = Path(self.home.name, "backup")
        backup(self.file, path)
        restore(path, self.file, overwrite=True)
        for cursor, _ in self.states[1]:
            assert self.stores[1].changed_since("s", cursor) is None
        self.states[1] = [(self.stores[1].cursor("s"), dict(self.model.entries))]

    @invariant()
    def all_hold_what_the_model_holds(self) -> None:
        for store, states in zip(self.stores, self.states, strict=True):
            cursor, _, entries = store.snapshot("s")
            assert entries == self.model.listed()
            assert cursor == store.cursor("s") == states[-1][0]
            for name, versions in self.model.versions.items():
                assert store.get("s", name) == self.model.entries.get(name)
                assert [version.entry for version in store.history("s", name)] == versions

    @invariant()
    def who_follows_is_given_what_anybody_is(self) -> None:
        for store, follow in zip(self.stores, self.follows, strict=True):
            assert follow() == store.snapshot("s")

    @invariant()
    def what_is_not_named_as_changed_is_as_it_was(self) -> None:
        for store, states in zip(self.stores, self.states, strict=True):
            for cursor, then in states:
                changed = store.changed_since("s", cursor)
                assert changed is not None
                names = then.keys() | self.model.entries.keys()
                for name in names - set(changed):
                    assert then.get(name) == self.model.entries.get(name)


MODEST = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TestMemoryAndSQLite = Stores.TestCase
TestMemoryAndSQLite.settings = MODEST


@pytest.mark.xdist_group("postgres")
def test_postgres_agrees_with_the_others(postgres: str) -> None:
    class WithPostgres(Stores):
        def others(self) -> list[Store]:
            return [SQLStore(postgres)]

    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(WithPostgres, settings=settings(MODEST, max_examples=8))
