"""One score and one confidence from all that speaks for an entry.

The weights were fitted on the judged sets by leaving one set out at a time, so that none pays for
another (docs/quality.md says how, and ``benchmarks/quality.py`` repeats it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Signals(NamedTuple):
    """What speaks for an entry: BM25F, the share of the query it covers, and cosines."""

    bm25: float
    coverage: float
    question: float
    whole: float
    sentence: float


_WEIGHTS = Signals(0.57, 0.0, 5.5, 3.9, 3.4)


def score_of(signals: Signals) -> float:
    """The score that entries are ranked by: above 0 for all that is found."""
    return sum(w * max(0.0, s) for w, s in zip(_WEIGHTS, signals, strict=True)) / 10


def confidence_of(best: Sequence[Signals]) -> float:
    """The probability (0-1) that the first of the ranked entries answers the query."""
    if not best:
        return 0.0
    first = best[0]
    margin = score_of(first) - (score_of(best[1]) if len(best) > 1 else 0.0)
    logit = -4.0 + 3.0 * score_of(first) + 2.0 * first.coverage + 2.0 * margin
    return round(1 / (1 + math.exp(-logit)), 4)
