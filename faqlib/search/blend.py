"""One score and one confidence from all that speaks for an entry.

The weights were fitted on the judged sets by leaving one set out at a time, so that none pays for
another (docs/quality.md says how, and ``benchmarks/quality.py`` repeats the measurement).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

from faqlib.search.columns import Column, weighted
from faqlib.search.similarity import Nearness

_BM25, _QUESTION, _WHOLE, _SENTENCE = 0.084, 0.57, 0.37, 0.31
LEAST = 0.12  # the score of an entry that is found by its meaning alone
_ASKED = 0.5  # more than any entry whose question differs has been seen to lead by


class Signals(NamedTuple):
    """What speaks for the entries, by their places.

    Attributes:
        words: BM25F, above 0 where an entry has a word of the query.
        near: cosines of word vectors.
        asked: entries whose question or alias is the query, word by word.
    """

    words: Column
    near: Nearness
    asked: Collection[int]


def scores(signals: Signals) -> Column:
    """The score of each entry: BM25F and cosines as one weighted sum."""
    near = signals.near
    found = weighted(
        [
            (_BM25, signals.words),
            (_QUESTION, near.question),
            (_WHOLE, near.whole),
            (_SENTENCE, near.sentence),
        ]
    )
    for place in signals.asked:
        found[place] += _ASKED
    return found


def confidence(best: float, second: float, coverage: float) -> float:
    """The probability (0-1) that the first hit answers the query.

    Args:
        best: its score.
        second: the score of the hit behind it, 0 where there is none.
        coverage: which share of the query's words, by how much they tell, it has (0-1).
    """
    logit = -1.75 + 0.1 * best + 1.8 * coverage + 5.4 * (best - second)
    return round(1 / (1 + math.exp(-logit)), 4)
