"""The compiled board says what the one of arrays says, whatever stands on it and however asked."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from faqlib import Entry, Reason
from faqlib.search import analysis, board_arrays, board_plain, words
from faqlib.search.prepared import Prepared, prepare
from faqlib.search.projection import Projection
from faqlib.search.projector import Projector

compiled = pytest.importorskip("faqlib.search._board", reason="built without a compiler")
NEAR = 2e-5  # float32 sums of numbers about 1
USUAL, DIMENSIONS = 5, 8
WEIGHT = st.sampled_from([0.1, 0.2, 0.3, 1.0, 3.0]) | st.floats(0.01, 10)


def unit_vectors(chance: np.random.Generator, count: int) -> Any:
    rows = chance.normal(size=(count, DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def boards(chance: np.random.Generator, size: int) -> tuple[Any, Any]:
    """Both boards with the same words, cosines and scores."""
    kinds = [list(map(int, chance.integers(1, most, size))) for most in (3, 2, 5)]
    kinds[2].sort(reverse=True)
    vectors, usual = unit_vectors(chance, sum(map(sum, kinds))), unit_vectors(chance, USUAL)
    words = [chance.normal(size=DIMENSIONS).astype(np.float32) for _ in range(4)]
    places = chance.permutation(2 * size)[: size // 3].astype(np.int32)
    rare = chance.random(len(places)).astype(np.float32)
    every = (chance.random(2 * size) < 0.2).astype(np.float32)
    made = []
    for kind in (compiled, board_arrays):
        board, groups = kind.Board(size), kind.Groups(kinds)
        board.say([kind.Said(1.5, places, rare), kind.Said(0.5, None, every)], 1.0)
        order = slice(None) if groups.order is None else groups.order
        rows = [
            kind.Row(
                np.concatenate([(vectors @ word)[order], usual @ word, word]), more, DIMENSIONS
            )
            for word, more in zip(words, (0.5, 1.0, 2.0, 1.5), strict=True)
        ]
        usually = board.near(rows, groups, DIMENSIONS)
        board.blend(0.03, 0.36, (0.67, 0.53, 0.3))
        made.append((board, usually))
    assert near(made[0][1]) == made[1][1]
    return made[0][0], made[1][0]


def entries(count: int) -> list[Prepared]:
    return [prepare(Entry("Asked?", "Yes.", id=f"e{n}", pinned=n % 7 == 0)) for n in range(count)]


@pytest.mark.parametrize("left_out", [0, 10_000])
@pytest.mark.parametrize("size", [1, 3, 64, 65, 300])
def test_both_boards_find_the_same(
    size: int, left_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without a mask, at any threshold, and asked again with another limit."""
    monkeypatch.setattr(compiled, "LEFT_OUT", left_out)
    chance = np.random.default_rng(size)
    order = entries(size)
    for _ in range(40):
        pair = boards(chance, size)
        mask = None if chance.random() < 0.5 else (chance.random(size) < 0.5).astype(np.uint8)
        for limit in map(int, chance.choice([1, 6, 20, 1_000], 3)):
            least = float(chance.choice([0.1234, 0.71, 1.1, 1.9]))
            found, wanted = (board.best(order, least, limit, mask) for board in pair)
            assert near([score for score, _, _ in found]) == [score for score, _, _ in wanted]
            assert mask is None or all(mask[place] for _, place, _ in found)
            assert all(item is order[place] for _, place, item in found)
            if found and found[0][1] == wanted[0][1]:
                known = [
                    board.evidence(best, least, rivals, mask)
                    for board, best in zip(pair, (found, wanted), strict=True)
                    for rivals in (1, 5)
                ]
                assert near([*known[0], *known[1]]) == [*known[2], *known[3]]
        largest, wanted_largest = (board.largest(6, mask) for board in pair)
        assert near(largest) == wanted_largest
        for place in map(int, chance.integers(0, size, 3)):
            here, there = (board.at(place) for board in pair)
            assert near(here) == there


def near(numbers: Any) -> Any:
    return pytest.approx(numbers, abs=NEAR)


def test_of_equals_the_pinned_come_first_then_those_whose_id_does() -> None:
    """On every board, also where the last of them are cut off."""
    order = entries(9)[::-1]
    for kind in (compiled.Board, board_arrays.Board, board_plain.PlainBoard):
        board = kind(9)
        board.blend(0.1, 0.1, (0.1, 0.1, 0.1))
        board.lift(4, 0.5)
        found = board.best(order, 0.0, 4, None)
        assert [item.entry.id for _, _, item in found] == ["e4", "e0", "e7", "e1"]


def test_hits_are_made_alike() -> None:
    """With scores of six decimals, passages and reasons where there are any; as any other hit."""
    order = entries(3)
    found = [(0.12345678, 2, order[2]), (2 / 3, 0, order[0]), (0.0, 1, order[1])]
    for passages in (None, ["a", "<mark>b</mark>", ""]):
        for reasons in (None, [(Reason("pinned"),), (), ()]):
            made = compiled.hits(found, passages, reasons)
            assert made == board_arrays.hits(found, passages, reasons)
            assert [hit.score for hit in made] == [0.123457, 0.666667, 0.0]
            assert pickle.loads(pickle.dumps(made)) == made
            with pytest.raises(dataclasses.FrozenInstanceError):
                made[0].score = 1.0
    assert compiled.hits([], None, None) == ()


@given(st.text(alphabet=st.sampled_from("aZs0'’.@ -_\t\x00é漢ก"), max_size=150))
@example("Shouldn't dr.smith's O'Clock's 3.5 a@b.c x. 'y' z' @ 's")
@example("a" * 63 + "'s " + "b" * 62 + "'S " + "c" * 200)
def test_words_are_told_apart_alike(text: str) -> None:
    """Also where a word is too long, ends with a sign or belongs to somebody."""
    assert compiled.words(text) == analysis.words(text)


HEADS, FILLER = ("", "No. ", "不。 "), "so it is, "
TEXTS = [
    "",
    "Swim: cost. " * 40,
    "cost " * 300 + "swim",
    "x" * 500 + " swim",
    "- Cost\n- *Swimming*\n\nก่อนมาต้องทำอะไร",
    *[f"{head}{FILLER * n}cost/swim. {FILLER * 30}" for n in (8, 14, 50) for head in HEADS],
]
WORDS = 'cost Costs, the swim. swimming <b> a & b it\'s "so" don’t 游泳多久 é😀'.split()
TERMS = ["cost", "swim", "swimming", "the", "it", "b", "游泳", "泳多", "ตอ", "x" * 64]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS) | st.lists(st.sampled_from(WORDS)).map(" ".join) | st.text()),
    st.lists(st.dictionaries(st.sampled_from(TERMS), WEIGHT)),
)
def test_snippets_are_cut_alike(answers: list[str], marks: list[dict[str, float]]) -> None:
    """In two languages, and also where a snippet is known already."""
    items = [prepare(Entry("So?", text, lang=lang)) for text in answers for lang in ("en", "de")]
    shown = [(1.0, 0, item) for item in items]
    wanted = board_arrays.snippets(shown, marks)
    assert compiled.snippets(shown, marks) == wanted
    assert compiled.snippets(shown, marks) == wanted


def test_words_are_taken_together_alike() -> None:
    """Stop words, words that stand nowhere, slips, and what a phrase may begin with."""
    texts = [
        "how much does it cost",
        "is it",
        "how do i get ther",
        "xqzv",
        "does does parkign parking do",
        "when can i go back to the gym",
    ]
    projection: Projection = Projector().project(
        [Entry("How do I get there?", "By bus; parking costs nothing.", id="way")]
    )
    reader = projection._reader
    for text in texts:
        typed = analysis.words(text)
        read = [reader._finished[word] for word in typed]
        query = compiled.gather(text, typed, read)
        assert type(query) is words.Query
        assert query == words.gather(text, typed, read)
