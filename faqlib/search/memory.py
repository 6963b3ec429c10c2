"""Whole answers of one state of a FAQ: visitors ask the same few dozen questions every day.

They are handed out again as the very objects that they were, for nothing in them can be changed.
They go with the state: whatever is edited, the next search is made anew.
"""

from __future__ import annotations

from typing import NamedTuple

from faqlib.model import Results
from faqlib.search.bounded import Bounded
from faqlib.search.filters import Filter

_KEPT_BYTES = 2**19  # about a hundred answers of ten hits each
_LONGEST = 400  # characters of a question that is worth remembering


class Asked(NamedTuple):
    """All that an answer depends on, besides the state."""

    text: str
    limit: int
    only: Filter | None
    snippets: bool
    explain: bool


class Memory:
    """Remembers answers, up to so many bytes. Threads may share it."""

    def __init__(self) -> None:
        self._answers: Bounded[Asked, Results] = Bounded(_KEPT_BYTES, _size)

    def recall(self, asked: Asked) -> Results | None:
        """The answer that was given, if it is remembered."""
        return self._answers.get(asked)

    def keep(self, asked: Asked, answer: Results) -> None:
        """Remember an answer, unless it is so large that many others would have to go."""
        if len(asked.text) <= _LONGEST and _size(answer) <= _KEPT_BYTES // 8:
            self._answers[asked] = answer


def _size(answer: Results) -> int:
    """What an answer and its question take, roughly, in bytes."""
    hits = sum([250 + 2 * len(hit.snippet) + 150 * len(hit.reasons) for hit in answer.hits])
    return 1_000 + 2 * len(answer.query) + hits
