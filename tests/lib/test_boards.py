"""The compiled board says what the one of arrays says, whatever stands on it and however asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from faqlib.search import board_arrays
from faqlib.search.board_plain import cut

compiled = pytest.importorskip("faqlib.search._board", reason="built without a compiler")
NEAR = 2e-5  # float32 sums of numbers about 1
USUAL, DIMENSIONS = 5, 8


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
            kind.Row(np.concatenate([(vectors @ word)[order], usual @ word, word, word]))
            for word in words
        ]
        usually = board.near(rows, groups, DIMENSIONS)
        board.blend(0.03, 0.36, (0.67, 0.53, 0.3))
        made.append((board, usually))
    assert near(made[0][1]) == made[1][1]
    return made[0][0], made[1][0]


@pytest.mark.parametrize("left_out", [0, 10_000])
@pytest.mark.parametrize("size", [1, 3, 64, 65, 300])
def test_both_boards_find_the_same(
    size: int, left_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without a mask, at any threshold, and asked again with another limit."""
    monkeypatch.setattr(compiled, "LEFT_OUT", left_out)
    chance = np.random.default_rng(size)
    for _ in range(40):
        pair = boards(chance, size)
        mask = None if chance.random() < 0.5 else (chance.random(size) < 0.5).astype(np.uint8)
        for limit in map(int, chance.choice([1, 6, 20, 1_000], 3)):
            least = float(chance.choice([0.1234, 0.71, 1.1, 1.9]))
            found, wanted = (cut(board.best(least, limit, mask), limit) for board in pair)
            assert near([score for _, score in found]) == [score for _, score in wanted]
            assert mask is None or all(mask[place] for place, _ in found)
        largest, wanted_largest = (board.largest(6, mask) for board in pair)
        assert near(largest) == wanted_largest
        for place in map(int, chance.integers(0, size, 3)):
            here, there = (board.at(place) for board in pair)
            assert near(here) == there


def near(numbers: Any) -> Any:
    return pytest.approx(numbers, abs=NEAR)
