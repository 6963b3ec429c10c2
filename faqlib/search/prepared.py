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
from faqlib.search.protocol import FIELDS, Document
from faqlib.search.query import read_words
from faqlib.search.wordvectors import Bag, word_vectors

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_MAX_SENTENCES = 40
_KNOWN_WORDS = 65_536  # of a language
_ANSWER = FIELDS.index("answer")


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
    def answer_terms(self) -> tuple[str, ...]:
        """What each word of the answer was indexed as, in order."""
        return self.document.terms[_ANSWER]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer's sentences, at most 40."""
        return _sentences(self.answer)


class _Read(NamedTuple):
    """The words of a text as analysis sees them."""

    folded: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    rows: tuple[int | None, ...] = ()  # in the word-vector table

    @property
    def bag(self) -> Bag:
        """The rows of the words that the table has."""
        return tuple([row for row in self.rows if row is not None])


class _Words(dict[str, tuple[str, str, int | None]]):
    """What each word of a language is read as: itself folded, its term, its row in the table."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang
        self._vectors = word_vectors(lang)

    def __missing__(self, word: str) -> tuple[str, str, int | None]:
        if len(self) >= _KNOWN_WORDS:
            self.clear()
        folded = analysis.fold(word)
        row = self._vectors.row(folded) if self._vectors else None
        found = self[word] = folded, analysis.stem(word, self._lang), row
        return found

    def read(self, text: str) -> _Read:
        """A text word by word."""
        found = [self[word] for word in analysis.words(text)]
        return _Read(*zip(*found, strict=True)) if found else _NOTHING


_NOTHING = _Read()
_words = lru_cache(maxsize=64)(_Words)


def prepare(entry: Entry) -> Prepared:
    """Analyse one entry in its own language: each text once."""
    lang = analysis.language(entry.lang)
    read = _words(lang).read
    answer = render_text(entry.answer)
    askings = [read(text) for text in (entry.question, *entry.aliases)]
    # No word goes on from one sentence to the next, so the answer's words are its sentences'.
    sentences = [read(text) for text in _SENTENCE_END.split(answer)]
    category = read(entry.category)
    tags = read("\n".join(entry.tags))
    fields = ([askings[0]], askings[1:], sentences, [category], [tags])
    terms = tuple([tuple(chain.from_iterable([t.terms for t in texts])) for texts in fields])
    words: dict[str, str] = {}
    for text in chain.from_iterable(fields):
        words.update(zip(text.folded, text.terms, strict=True))
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
    known = _words(lang)
    return tuple([known[word][1] for word in read_words(text)])


def _bags(askings: Sequence[_Read], sentences: Sequence[_Read]) -> Bags:
    told = [text.bag for text in sentences if text.folded]
    questions = tuple([text.bag for text in askings])
    return Bags(questions, questions[0] + tuple(chain.from_iterable(told)),
                tuple(told[:_MAX_SENTENCES]))  # fmt: skip


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(s for s in _SENTENCE_END.split(text) if s.strip())[:_MAX_SENTENCES]
