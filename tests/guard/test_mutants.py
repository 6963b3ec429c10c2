"""The list of guards fits the tree: see tools/mutants.py, which removes them one by one."""

from __future__ import annotations

import pytest

from tools import mutants

ROWS = mutants.read()


@pytest.mark.parametrize("mutant", ROWS, ids=lambda mutant: mutant.name)
def test_a_guard_stands_where_the_list_says_and_its_tests_are_there(
    mutant: mutants.Mutant,
) -> None:
    assert mutant.problem() == ""


def test_no_two_guards_have_one_name_or_one_change() -> None:
    assert len({mutant.name for mutant in ROWS}) == len(ROWS)
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in ROWS}) == len(ROWS)
