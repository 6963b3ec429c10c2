"""Words of the FAQ that are near to a word that is not: by deletions, looked up, not computed.

The table maps every form of a word with up to two letters left out to the word (the method of
SymSpell, W. Garbe 2012). It only ever grows, so that it can be shared by all states of an index:
a look-up is given the words that are alive.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from itertools import combinations, pairwise
from operator import itemgetter

_TWO_EDITS_FROM = 8  # letters; in shorter words two edits make another word
_MIN_LENGTH = 4
_PREFIX = 12  # letters that are tabled; what differs later is checked all the same

# Rows of the keyboard: a slip to a neighbour is the likeliest mistake.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = [pair for row in _ROWS for pair in pairwise(row)]
_BELOW = [
    pair
    for above, below in pairwise(_ROWS)
    for shifted in (above, above[1:])
    for pair in zip(shifted, below, strict=False)
]
_NEIGHBOURS = frozenset(pair for one in _BESIDE + _BELOW for pair in (one, one[::-1]))
_LIKELY = 0.8  # of an edit: the least that one counts
_FAR = math.inf


def edits_allowed(word: str) -> int:
    """How many slips a word of this length may have."""
    if len(word) < _MIN_LENGTH or any(map(str.isdigit, word)):
        return 0
    return 2 if len(word) >= _TWO_EDITS_FROM else 1


def distance(a: str, b: str, limit: int) -> float:
    """Optimal string alignment distance, or ``limit + 1`` once it is clear to be above.

    A swap of two letters next to each other is one edit; a neighbouring key, or a letter doubled
    or halved, counts 0.8 of one. Only what so few edits can reach is looked at.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    if (found := _one_edit(a, b)) is not None:
        return found
    if limit < 2 * _LIKELY:
        return limit + 1
    reach = int(limit / _LIKELY)
    dropped, inserted = _single(a), _single(b)
    before: list[float] = []
    row = [float(j) for j in range(len(b) + 1)]
    for i, char in enumerate(a):
        current = [_FAR] * len(row)
        first = max(0, i - reach)
        if not first:
            current[0] = i + 1.0
        for j in range(first, min(len(b), i + reach + 1)):
            other = b[j]
            best = min(
                row[j] + (0.0 if char == other else _replaced(char, other)),
                row[j + 1] + dropped[i],
                current[j] + inserted[j],
            )
            if i and j and char == b[j - 1] and a[i - 1] == other:
                best = min(best, before[j - 1] + 1.0)
            current[j + 1] = best
        if min(current) > limit:
            return limit + 1
        before, row = row, current
    return row[-1]


def _one_edit(a: str, b: str) -> float | None:
    """The distance of two words of which one edit makes the other, as most slips do.

    Where the letter that is there twice begins does not matter: the last of it is looked at.
    """
    at = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        at += 1
    if len(a) == len(b):
        if a[at + 1 :] == b[at + 1 :]:
            return _replaced(a[at], b[at]) if at < len(a) else 0.0
        swapped = a[at] == b[at + 1] and a[at + 1] == b[at] and a[at + 2 :] == b[at + 2 :]
        return 1.0 if swapped else None
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    if longer[at + 1 :] != shorter[at:]:
        return None
    return _LIKELY if at and longer[at] == longer[at - 1] else 1.0


def _single(word: str) -> list[float]:
    """What it costs that a letter is there or not: less if it is that before once more."""
    return [1.0, *(_LIKELY if one == other else 1.0 for one, other in pairwise(word))]


def _replaced(char: str, other: str) -> float:
    return _LIKELY if (char, other) in _NEIGHBOURS else 1.0


class SpellingTable:
    """Finds near words. Safe to read while another thread adds."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._by_form: dict[str, tuple[str, ...]] = {}

    def add(self, words: Iterable[str]) -> None:
        """Table the words that are not in yet."""
        for word in words:
            if word not in self._known and (edits := edits_allowed(word)):
                self._known.add(word)
                for form in _forms(word, edits):
                    self._by_form[form] = (*self._by_form.get(form, ()), word)

    def near(self, word: str, alive: Container[str]) -> list[tuple[str, float]]:
        """Words within the edits allowed, with their distance, nearest first."""
        limit = edits_allowed(word)
        if not limit:
            return []
        found: dict[str, float] = {}
        for form in self._by_form.keys() & _forms(word, limit):
            for candidate in self._by_form[form]:
                if candidate in found or candidate not in alive:
                    continue
                allowed = min(limit, edits_allowed(candidate))
                found[candidate] = distance(word, candidate, allowed)
        near = [(w, d) for w, d in found.items() if d <= limit]
        return sorted(near, key=itemgetter(1, 0))


def _forms(word: str, edits: int) -> set[str]:
    head = word[:_PREFIX]
    seen = {head}
    for count in range(1, edits + 1):
        seen.update(map("".join, combinations(head, len(head) - count)))
    return seen


def split_words(word: str, frequency: Mapping[str, int]) -> tuple[str, str] | None:
    """Two words of the FAQ that ``word`` is written together from, or ``None``."""
    options = [
        (min(frequency[word[:i]], frequency[word[i:]]), word[:i], word[i:])
        for i in range(2, len(word) - 1)
        if word[:i] in frequency and word[i:] in frequency
    ]
    return max(options)[1:] if options else None
