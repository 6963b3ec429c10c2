"""An entry with all that analysis finds in it: made once per change of the entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from faqlib.markup import render_text
from faqlib.model import Entry
from faqlib.search import analysis
from faqlib.search.protocol import Document
from faqlib.search.query import read_words
from faqlib.search.wordvectors import Bag, word_vectors

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_MAX_SENTENCES = 40


@dataclass(frozen=True, slots=True)
class Bags:
    """The words of an entry's texts as rows of the word-vector table."""

    questions: tuple[Bag, ...]  # of the question and each alias
    whole: Bag
    sentences: tuple[Bag, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One analysed entry."""

    entry: Entry
    lang: str
    folded: str  # the question
    answer: str  # plain text
    document: Document
    words: Mapping[str, str]  # folded word -> term
    terms: frozenset[str]
    askings: frozenset[tuple[str, ...]]  # who asks in these terms, in this order, means this entry
    bags: Bags | None  # None for a language without word vectors

    @property
    def questions(self) -> tuple[str, ...]:
        """The question and all its aliases."""
        return (self.entry.question, *self.entry.aliases)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer's sentences, at most 40."""
        return _sentences(self.answer)


class _Read(NamedTuple):
    """A word as analysis sees it; ``row`` is its row in the word-vector table."""

    folded: str
    term: str
    row: int | None


@lru_cache(maxsize=65_536)
def _read(word: str, lang: str) -> _Read:
    vectors, folded = word_vectors(lang), analysis.fold(word)
    return _Read(folded, analysis.stem(word, lang), vectors.row(folded) if vectors else None)


def prepare(entry: Entry) -> Prepared:
    """Analyse one entry in its own language: each text once."""
    lang = analysis.language(entry.lang)
    answer = render_text(entry.answer)

    def read(text: str) -> list[_Read]:
        return [_read(word, lang) for word in analysis.words(text)]

    askings = [read(text) for text in (entry.question, *entry.aliases)]
    # No word goes on from one sentence to the next, so the answer's words are its sentences'.
    sentences = [read(text) for text in _SENTENCE_END.split(answer)]
    fields = (
        askings[0],
        list(chain.from_iterable(askings[1:])),
        list(chain.from_iterable(sentences)),
        read(entry.category),
        read("\n".join(entry.tags)),
    )
    terms = tuple(tuple([word.term for word in words]) for words in fields)
    words = {word.folded: word.term for word in chain.from_iterable(fields)}
    return Prepared(
        entry,
        lang,
        analysis.fold(entry.question),
        answer,
        Document(entry.id, terms),
        words,
        frozenset(words.values()),
        frozenset(_asking(text, lang) for text in (entry.question, *entry.aliases)),
        _bags(askings, sentences) if word_vectors(lang) else None,
    )


def _asking(text: str, lang: str) -> tuple[str, ...]:
    return tuple([_read(word, lang).term for word in read_words(text)])


def _bags(askings: Sequence[Sequence[_Read]], sentences: Sequence[Sequence[_Read]]) -> Bags:
    told = [_bag(words) for words in sentences if words]
    questions = tuple([_bag(words) for words in askings])
    return Bags(questions, sum(told, questions[0]), tuple(told[:_MAX_SENTENCES]))


def _bag(words: Sequence[_Read]) -> Bag:
    return tuple([word.row for word in words if word.row is not None])


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(s for s in _SENTENCE_END.split(text) if s.strip())[:_MAX_SENTENCES]
