"""How sure it is that the first hit answers the query.

There is one calibrated model with sentence embeddings and one without. They were fitted on judged
questions, leaving one set out at a time (docs/quality.md).
"""

from __future__ import annotations

import math
from operator import mul
from typing import NamedTuple

RIVALS = 5  # behind the first hit


class Evidence(NamedTuple):
    """What is known of the first hit.

    Attributes:
        score: its score.
        lead: by how much it leads the mean of the five behind it.
        coverage: the share of the query's words that it has, by how much they tell.
        elsewhere: how much more the query is like what people ask any clinic than like any text
            of the hit, in cosines.
    """

    score: float
    lead: float
    coverage: float
    elsewhere: float


class _Model(NamedTuple):
    bias: float
    weights: Evidence


_BY_WORDS = _Model(-1.79, Evidence(0.32, 5.0, 1.16, -7.3))
_BY_SENTENCES = _Model(-1.71, Evidence(0.30, 5.2, 0.68, -8.6))

#: At or above it the first hit is more likely right than not, where three of four visitors ask
#: what the FAQ answers.
THRESHOLD = 0.5


def confidence(evidence: Evidence, *, by_sentences: bool) -> float:
    """The probability (0-1) that the first hit answers the query."""
    model = _BY_SENTENCES if by_sentences else _BY_WORDS
    logit = model.bias + sum(map(mul, model.weights, evidence))
    return round(1 / (1 + math.exp(-logit)), 4)
