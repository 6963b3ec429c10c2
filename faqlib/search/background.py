"""What people ask any clinic, whatever its FAQ is about: prices, hours, parking, other treatments.

A question that is more like one of these than like anything in the FAQ is hardly answered there.
That is told by likeness alone, so it costs nothing where the FAQ does speak of parking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from faqlib.search import analysis
from faqlib.search.wordvectors import (
    CorpusWeights,
    WordVectors,
    dot,
    word_vectors,
)

_LANG = "en"
# These questions are no corpus whose rare words tell more.
_ALIKE = CorpusWeights({}, 0)


@cache
def questions() -> tuple[str, ...]:
    """The questions, in English."""
    text = (files("faqlib.search") / "data" / f"background.{_LANG}.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def embedded() -> tuple[str, str, bytes]:
    """Vectors of the questions by a sentence model: its key, that of the texts, and they.

    See ``tools/embed_background.py``.
    """
    head, _, vectors = (
        (files("faqlib.search") / "minilm" / "background.bin").read_bytes().partition(b"\n")
    )
    model, _, texts = head.decode("ascii").partition(" ")
    return model, texts, vectors


def likeness(words: Iterable[str], lang: str) -> float:
    """The largest cosine of word vectors between folded words and one of the questions.

    0 in a language that there are none in. In plain Python: with numpy :func:`products` are kept.
    """
    table = word_vectors(lang) if lang == _LANG else None
    bag = table.bag(words) if table is not None else ()
    if table is None or not bag:
        return 0.0
    query = table.embed(bag, _ALIKE)
    return max([dot(query, vector) for vector in _vectors()]) if query else 0.0


def products(table: WordVectors, word: str, lang: str) -> Any:
    """A word's products with all questions; in a language without questions one, which is 0.

    They are as linear as vectors are: the largest sum of products, by the length of the sum of
    vectors that count as :func:`weight` says, is what :func:`likeness` says.
    """
    import numpy as np

    return np.vecdot(_array(), table.scaled(word, _ALIKE)) if lang == _LANG else np.zeros(1)


def weight(row: int) -> float:
    """How much a word counts in these questions, by its row in the table of word vectors."""
    return _ALIKE(row)


def _embed(table: WordVectors, words: Iterable[str]) -> tuple[float, ...] | None:
    return table.embed(table.bag(words), _ALIKE)


@cache
def _vectors() -> Sequence[tuple[float, ...]]:
    table = word_vectors(_LANG)
    texts = (map(analysis.fold, analysis.words(question)) for question in questions())
    return [] if table is None else [v for text in texts if (v := _embed(table, text))]


@cache
def _array() -> Any:
    import numpy as np

    return np.array(_vectors(), np.float32)
