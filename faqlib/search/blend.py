"""One score from all that speaks for an entry.

The weights were fitted on the judged sets by leaving one set out at a time, so that none pays for
another (docs/quality.md says how, and ``benchmarks/quality.py`` repeats the measurement).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from faqlib.search.board import Board
from faqlib.search.similarity import Nearness


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


def by_words() -> tuple[Weights, float]:
    """How much counts where words alone decide, and what is added to what is asked word by word."""
    return _BY_WORDS, _ASKED


class Signals(NamedTuple):
    """What speaks for the entries.

    Attributes:
        board: BM25F, coverage and cosines of word vectors, by the entries' places; and scores.
        usual: the query's largest cosine of word vectors with what people ask any clinic.
        meant: cosines of sentence embeddings, where there are any.
        weights: how much each counts.
    """

    board: Board
    usual: float
    meant: Nearness | None
    weights: Weights


def blend(board: Board, usual: float, meant: Nearness | None, asked: Iterable[int]) -> Signals:
    """Make the scores: words, coverage and cosines as one weighted sum.

    ``asked`` are the places of entries whose question or alias is the query, word by word.
    """
    by = _BY_WORDS if meant is None else _BY_SENTENCES
    board.blend(by.words, by.covered, by.near)
    if meant is not None:
        for weight, column in zip(by.meant, meant, strict=True):
            board.add(weight, column)
    for place in asked:
        board.lift(place, _ASKED)
    return Signals(board, usual, meant, by)
