"""How sure it is that the first hit answers the query.

There is one calibrated model with sentence embeddings and one without. They were fitted on judged
questions, leaving one set out at a time (docs/quality.md).
"""

from __future__ import annotations

import math
from typing import NamedTuple

RIVALS = 5  # behind the first hit
STEPS = 10_000  # four decimals


class Model(NamedTuple):
    """How much each piece of evidence counts, as :func:`confidence` has them."""

    bias: float
    score: float
    lead: float
    coverage: float
    elsewhere: float


#: Where words alone decide.
BY_WORDS = Model(-1.79, 0.32, 5.0, 1.16, -7.3)
_BY_SENTENCES = Model(-1.71, 0.30, 5.2, 0.68, -8.6)

#: At or above it the first hit is more likely right than not, where three of four visitors ask
#: what the FAQ answers.
THRESHOLD = 0.5


def confidence(
    score: float, lead: float, coverage: float, elsewhere: float, *, by_sentences: bool
) -> float:
    """The probability (0-1) that the first hit answers the query.

    Args:
        score: its score.
        lead: by how much it leads the mean of the five behind it.
        coverage: the share of the query's words that it has, by how much they tell.
        elsewhere: how much more the query is like what people ask any clinic than like any text
            of the hit, in cosines.
        by_sentences: whether sentence embeddings had their say.
    """
    bias, a, b, c, d = _BY_SENTENCES if by_sentences else BY_WORDS
    logit = bias + a * score + b * lead + c * coverage + d * elsewhere
    return int(STEPS / (1 + math.exp(-logit)) + 0.5) / STEPS
