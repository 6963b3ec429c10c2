"""Whole answers of one state of a FAQ: visitors ask the same few dozen questions every day.

They are handed out again as the very objects that they were, for nothing in them can be changed.
What is asked for the first time is not kept yet: most questions are asked only once, and keeping
their answers would slow down the next search by a tenth.
They go with the state: whatever is edited, the next search is made anew.
"""

from __future__ import annotations

from typing import TypeAlias

from faqlib.model import Results
from faqlib.search.bounded import Bounded
from faqlib.search.filters import Filter

_KEPT_BYTES = 2**20  # about a hundred answers of ten hits each
_ASKED_ONCE = 1_024  # questions
_MOST_HITS = 100  # of an answer that is worth remembering
# What a hit takes at most, its reasons left out and with them: sizes are told by numbers alone,
# for a search takes hardly longer than adding up texts would.
_HIT, _EXPLAINED = 1_000, 6_000
_LONGEST = 400  # characters of a question that is worth remembering


# All that an answer depends on, besides the state: the text, how many hits at most, which entries,
# whether with passages, whether with reasons.
Asked: TypeAlias = tuple[str, int, Filter | None, bool, bool]


class Memory:
    """Remembers answers, up to so many bytes. Threads may share it."""

    def __init__(self) -> None:
        self._answers: Bounded[Asked, Results] = Bounded(_KEPT_BYTES, _size)
        self._once: set[int] = set()  # hashes

    def recall(self, asked: Asked) -> Results | None:
        """The answer that was given, if it is remembered."""
        return self._answers.get(asked)

    def keep(self, asked: Asked, answer: Results) -> None:
        """Remember an answer that was asked for before, unless it is very large."""
        key, once = hash(asked), self._once
        if key not in once:
            if len(once) >= _ASKED_ONCE:
                once.clear()
            once.add(key)
        elif len(asked[0]) <= _LONGEST and len(answer.hits) <= _MOST_HITS:
            self._answers[asked] = answer


def _size(answer: Results) -> int:
    """What an answer and its question take, roughly, in bytes."""
    hits = answer.hits
    return 1_000 + len(hits) * (_EXPLAINED if hits and hits[0].reasons else _HIT)
