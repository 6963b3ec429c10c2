"""An entry with all that analysis finds in it: made once per change of the entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

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


def prepare(entry: Entry) -> Prepared:
    """Analyse one entry in its own language."""
    lang = analysis.language(entry.lang)
    answer = render_text(entry.answer)
    aliases, tags = "\n".join(entry.aliases), "\n".join(entry.tags)
    terms: list[tuple[str, ...]] = []
    words: dict[str, str] = {}
    for text in (entry.question, aliases, answer, entry.category, tags):
        found = analysis.words(text)
        stems = tuple([analysis.stem(word, lang) for word in found])
        words.update(zip(map(analysis.fold, found), stems, strict=True))
        terms.append(stems)
    return Prepared(
        entry,
        lang,
        analysis.fold(entry.question),
        answer,
        Document(entry.id, tuple(terms)),
        words,
        frozenset(words.values()),
        frozenset(_asking(text, lang) for text in (entry.question, *entry.aliases)),
        _bags(entry, answer, lang),
    )


def _asking(text: str, lang: str) -> tuple[str, ...]:
    return tuple(analysis.stem(word, lang) for word in read_words(text))


def _bags(entry: Entry, answer: str, lang: str) -> Bags | None:
    vectors = word_vectors(lang)
    if vectors is None:
        return None

    def bag(text: str) -> Bag:
        return vectors.bag(analysis.fold(word) for word in analysis.words(text))

    return Bags(
        tuple(bag(text) for text in (entry.question, *entry.aliases)),
        bag(f"{entry.question} {answer}"),
        tuple(bag(text) for text in _sentences(answer)),
    )


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(s for s in _SENTENCE_END.split(text) if s.strip())[:_MAX_SENTENCES]
