"""A damaged database file is refused; nothing that it holds is ever served wrong."""

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from faqlib.errors import DamagedEntry, StoreUnavailable
from faqlib.model import Cursor, Entry, Site, Source
from faqlib.store import Change
from faqlib.store.sql import SQLStore
from tests.faults.fault_harness import chance, count

REFUSALS = (DamagedEntry, StoreUnavailable)
REFUSED = "refused"
SITES = ("north", "south", "west")
VECTORS = {f"text {number}": bytes([number]) * 400 for number in range(6)}
Answers = dict[str, object]


def fill(path: Path) -> list[Cursor]:
    """Three sites with histories; returns states of the first to ask about."""
    states = []
    with closing(SQLStore(path)) as store:
        for site in SITES:
            states.append(store.save_site(Site(site, name=f"Clinic {site}")))
            texts = ("Short.", "Longer. " * 40, "Very long. " * 700)
            store.apply(site, [
                Change(f"e{n}", Entry(f"Question {n}?", texts[n % 3], id=f"e{n}",
                                      sources=(Source("FDA", "https://fda.example"),)))
                for n in range(8)
            ])  # fmt: skip
            store.apply(site, [Change("e1", None)])
            store.apply(site, [Change("e2", Entry("Question 2?", "Changed.", id="e2"))])
            store.keep_vectors(site, "model", VECTORS, VECTORS)
    return states[:1]


def questions(states: list[Cursor]) -> dict[str, Callable[[SQLStore], object]]:
    """All that can be asked of a store."""
    asked: dict[str, Callable[[SQLStore], object]] = {"sites": lambda store: store.sites()}
    for site in SITES:
        asked[f"snapshot {site}"] = lambda store, site=site: store.snapshot(site)
        asked[f"site {site}"] = lambda store, site=site: store.site(site)
        asked[f"vectors {site}"] = lambda store, site=site: store.vectors(site, "model", VECTORS)
        asked[f"cursor {site}"] = lambda store, site=site: store.cursor(site)
        for name in ("e0", "e1", "e2", "never"):
            asked[f"get {site} {name}"] = lambda s, site=site, name=name: s.get(site, name)
            asked[f"history {site} {name}"] = lambda s, site=site, name=name: s.history(site, name)
    for state in states:
        asked[f"since {state}"] = lambda store, state=state: store.changed_since("north", state)
    return asked


def ask(path: Path, states: list[Cursor]) -> Answers:
    """Every answer of the database at ``path``, or that it was refused."""
    answers: Answers = {}
    try:
        store = SQLStore(path, create=False)
    except REFUSALS:
        return dict.fromkeys(questions(states), REFUSED)
    with closing(store):
        for what, question in questions(states).items():
            try:
                answers[what] = question(store)
            except REFUSALS:
                answers[what] = REFUSED
    return answers


def wrong(answers: Answers, right: Answers) -> set[str]:
    """Which questions were answered, and answered wrong."""
    return {
        what
        for what, found in answers.items()
        if found not in (REFUSED, right[what])
        # Who is not told what changed reads everything: that is never wrong.
        and not (what.startswith("since") and found is None)
        # A vector that is not there is made again.
        and not (isinstance(found, dict) and found.items() <= VECTORS.items())
    }


def edit_and_ask(path: Path) -> object:
    """What a damaged database says after an edit that it took, or that it refused it."""
    try:
        with closing(SQLStore(path, create=False)) as store:
            store.apply("north", [Change("e3", Entry("Question 3?", "Edited.", id="e3"))])
            return store.snapshot("north")[2]
    except REFUSALS:
        return REFUSED


def flip(data: bytes, rng: random.Random) -> bytes:
    """One bit turned over; every fourth time a block of zeros, as a failing disk returns it."""
    damaged = bytearray(data)
    if rng.random() < 0.25:
        length = rng.choice((1, 16, 512, 4096))
        start = rng.randrange(0, len(data), length)
        damaged[start : start + length] = bytes(min(length, len(data) - start))
    else:
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def test_a_flipped_bit_is_harmless_or_refused(tmp_path: Path, tally: Callable[..., None]) -> None:
    good, path = tmp_path / "good.db", tmp_path / "faq.db"
    states = fill(good)
    data, right = good.read_bytes(), ask(good, states)
    assert REFUSED not in right.values()
    edited = tmp_path / "edited.db"
    edited.write_bytes(data)
    right_edited = edit_and_ask(edited)
    noticed = 0
    for turn in range(count(60, 2_400)):
        path.write_bytes(flip(data, chance(turn)))
        answers = ask(path, states)
        assert wrong(answers, right) == set(), turn
        refused = REFUSED in answers.values()
        noticed += refused
        after = edit_and_ask(path)
        assert after in (REFUSED, right_edited), turn
        for suffix in ("-wal", "-shm"):
            path.with_name(f"faq.db{suffix}").unlink(missing_ok=True)
        tally("bit flips and zeroed blocks in the database", tried=1, noticed=refused, wrong=0)
    assert noticed > count(60, 2_400) / 10


@pytest.mark.parametrize("kind", ["truncated", "page lost", "pages swapped", "page doubled"])
def test_pages_that_are_lost_or_mixed_up_are_refused(
    tmp_path: Path, kind: str, tally: Callable[..., None]
) -> None:
    good, path = tmp_path / "good.db", tmp_path / "faq.db"
    states = fill(good)
    data, right = good.read_bytes(), ask(good, states)
    pages = [data[start : start + 4096] for start in range(0, len(data), 4096)]
    for turn in range(count(4, 100)):
        rng, mixed = chance((kind, turn)), list(pages)
        one, other = rng.randrange(1, len(pages)), rng.randrange(1, len(pages))
        if kind == "truncated":
            mixed = mixed[:one]
        elif kind == "page lost":
            del mixed[one]
        elif kind == "pages swapped":
            mixed[one], mixed[other] = mixed[other], mixed[one]
        else:
            mixed[one] = mixed[other]
        path.write_bytes(b"".join(mixed))
        answers = ask(path, states)
        assert wrong(answers, right) == set(), (turn, one, other)
        tally("pages lost, swapped or doubled in the database", tried=1, wrong=0)
