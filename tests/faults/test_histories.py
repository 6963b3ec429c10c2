"""A database that goes back in time under running workers: none takes the old for the new."""

import dataclasses
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from faqlib.model import Cursor, Entry, Site
from faqlib.store import Change, MemoryStore, Store
from faqlib.store.backup import backup, restore
from faqlib.store.memory import _Room
from faqlib.store.protocol import Follow
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import chance, count


class Worker:
    """What a server process keeps of a site, and how it keeps up."""

    def __init__(self) -> None:
        self.cursor = Cursor()
        self.entries: dict[str, Entry] = {}
        self.follow: Follow | None = None

    def poll(self, store: Store) -> None:
        """Follow the store as cheaply as it allows."""
        if store.cursor("s") == self.cursor:
            return
        changed = store.changed_since("s", self.cursor)
        cursor, _, entries = store.snapshot("s")
        present = {entry.id: entry for entry in entries}
        for name in present.keys() | self.entries.keys() if changed is None else changed:
            self.entries.pop(name, None)
            if name in present:
                self.entries[name] = present[name]
        self.cursor = cursor

    def check(self, store: Store) -> None:
        """It holds what the store holds."""
        self.poll(store)
        present = store.snapshot("s")
        assert self.entries == {entry.id: entry for entry in present[2]}
        self.follow = self.follow or store.follow("s")
        assert self.follow() == present


def edit(store: Store, rng: random.Random) -> None:
    """One edit of few possible ones, so that old and new states are often alike."""
    name = rng.choice("abc")
    answer = rng.choice((None, "1", "2"))
    store.apply("s", [Change(name, answer and Entry(name, answer, id=name))])


def copied(room: _Room) -> _Room:
    """All that a store knows of a site, as it is now."""
    return dataclasses.replace(
        room,
        entries=dict(room.entries),
        places=dict(room.places),
        versions={name: list(versions) for name, versions in room.versions.items()},
        past=room.past.copy(),
    )


def test_a_store_put_back_in_time_is_noticed_by_every_worker(tally: Callable[..., None]) -> None:
    """The store is copied and replaced whole, as a machine's snapshot would be."""
    for turn in range(count(200, 10_000)):
        rng = chance(turn)
        store = MemoryStore()
        store.save_site(Site("s"))
        kept = copied(store._rooms["s"])
        workers = [Worker(), Worker()]
        for _ in range(rng.randint(5, 25)):
            chosen = rng.random()
            if chosen < 0.55:
                edit(store, rng)
            elif chosen < 0.65:
                kept = copied(store._rooms["s"])
            elif chosen < 0.75:
                store._rooms["s"] = copied(kept)
            else:
                rng.choice(workers).check(store)
        for worker in workers:
            worker.check(store)
        tally("histories with restored states, in memory", tried=1, stale=0)


def test_a_database_restored_under_workers_is_noticed_by_every_one(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    """By ``restore`` in place, and by an older file that is moved to the database's name."""
    path, kept, old = tmp_path / "faq.db", tmp_path / "backup", tmp_path / "old.db"
    for turn in range(count(8, 300)):
        rng = chance(turn)
        path.unlink(missing_ok=True)
        with closing(SQLStore(path)) as store:
            store.save_site(Site("s"))
            backup(path, kept)
            shutil.copy(path, old)
        with closing(SQLStore(path)) as store, closing(SQLStore(path)) as other:
            watching = [(store, Worker()), (other, Worker())]
            for _ in range(rng.randint(5, 15)):
                chosen = rng.random()
                if chosen < 0.5:
                    edit(rng.choice((store, other)), rng)
                elif chosen < 0.6:
                    backup(path, kept)
                    shutil.copy(path, old)
                elif chosen < 0.7:
                    restore(kept, path, overwrite=True)
                elif chosen < 0.8:
                    moved = tmp_path / "moved.db"
                    shutil.copy(old, moved)
                    for suffix in ("-wal", "-shm"):
                        path.with_name(f"faq.db{suffix}").unlink(missing_ok=True)
                    moved.replace(path)
                else:
                    mine, worker = rng.choice(watching)
                    worker.check(mine)
            for mine, worker in watching:
                worker.check(mine)
        tally("histories with restored states, in SQLite", tried=1, stale=0)
