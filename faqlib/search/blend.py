"""One score from all that speaks for an entry.

The weights were fitted on the judged sets by leaving one set out at a time, so that none pays for
another (docs/quality.md says how, and ``benchmarks/quality.py`` repeats the measurement).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from faqlib.search.columns import Column, weighted
from faqlib.search.similarity import Nearness


class Signals(NamedTuple):
    """What speaks for the entries, by their places.

    Attributes:
        words: BM25F, above 0 where an entry has a word of the query.
        covered: which share of the query's words, by how much they tell, an entry has.
        near: cosines of word vectors.
        usual: the query's largest cosine of word vectors with what people ask any clinic.
        asked: entries whose question or alias is the query, word by word.
        meant: cosines of sentence embeddings, where there are any.
        table: an array of which the rows are ``words``, ``covered`` and those of ``near``, unless
            they are lists.
    """

    words: Column
    covered: Column
    near: Nearness
    usual: float
    asked: Collection[int]
    meant: Nearness | None = None
    table: Any = None


class Weights(NamedTuple):
    """How much each signal counts.

    ``near`` and ``meant`` have a weight for the question, the whole and the nearest sentence.
    ``least`` is the score that an entry needs which shares no word with the query.
    """

    words: float
    covered: float
    near: tuple[float, float, float]
    meant: tuple[float, float, float]
    least: float


_BY_WORDS = Weights(0.033, 0.36, (0.67, 0.53, 0.3), (0, 0, 0), 0.12)
_BY_SENTENCES = Weights(0.022, 0.36, (0.36, 0, 0), (0.39, 1.05, 0.47), 0.3)
_ASKED = 0.5  # more than any entry whose question differs has been seen to lead by


def weights(signals: Signals) -> Weights:
    """The weights for what there is."""
    return _BY_WORDS if signals.meant is None else _BY_SENTENCES


def scores(signals: Signals) -> Column:
    """The score of each entry: words, coverage and cosines as one weighted sum."""
    by, meant = weights(signals), signals.meant
    if signals.table is None:
        columns = [signals.words, signals.covered, *signals.near]
        found = weighted((by.words, by.covered, *by.near), columns)
    else:
        found = _blended(by, signals.table)
    for weight, column in () if meant is None else zip(by.meant, meant, strict=True):
        found += weight * column
    for place in signals.asked:
        found[place] += _ASKED
    return found


def _blended(by: Weights, table: Any) -> Any:
    """The weighted sum of the rows of a table: not by BLAS, which may add up equals unequally."""
    import numpy as np

    return np.add.reduce(table * _factors(by))


@cache
def _factors(by: Weights) -> Any:
    """The weights of the rows of a table."""
    import numpy as np

    return np.array([[by.words], [by.covered], *([weight] for weight in by.near)], np.float32)
