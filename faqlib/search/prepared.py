"""An entry with all that analysis finds in it: made once per change of the entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from faqlib.markup import render_text
from faqlib.model import Entry
from faqlib.search import analysis
from faqlib.search.protocol import FIELDS, Document
from faqlib.search.words import MAX_CHARACTERS, MAX_WORDS
from faqlib.search.wordvectors import Bag, word_vectors

_ENDS = (".", "!", "?", "。", "！", "？")  # of a sentence, before a blank
_SENTENCE_END = re.compile(rf"(?<=[{''.join(_ENDS)}])\s+|\n+")
_MAX_SENTENCES = 40
_KNOWN_TOKENS = 65_536  # of a language
_LONGEST_TOKEN = 64
_LINE_END = " . "  # where no sentence goes on: it ends one, and is none itself
_ANSWER = FIELDS.index("answer")


# Nothing changes these two either; that they are not frozen makes them four times as fast to make.
@dataclass(slots=True, eq=False)
class Bags:
    """The words of an entry's texts as rows of the word-vector table."""

    questions: tuple[Bag, ...]  # of the question and each alias
    whole: Bag
    sentences: tuple[Bag, ...]


@dataclass(slots=True, eq=False)
class Prepared:
    """One analysed entry."""

    entry: Entry
    lang: str
    folded: str  # the question
    answer: str  # plain text
    document: Document
    words: tuple[str, ...]  # folded, each once
    word_terms: tuple[str, ...]  # of each
    askings: Sequence[tuple[str, ...]]  # who asks in these terms, in this order, means this entry
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


# What stands between two blanks, as analysis sees it, mostly one word and its signs: the words,
# folded, each with its term; the rows of those that the word-vector table has; whether it ends a
# sentence.
_Token: TypeAlias = tuple[tuple[tuple[str, str], ...], Bag, bool]


class _Read(NamedTuple):
    """A text: its terms, the rows of its words, and those of each sentence that has words."""

    terms: tuple[str, ...]
    bag: Bag
    sentences: tuple[Bag, ...]


class _Tokens(dict[str, _Token]):
    """What each token of a language is read as: worked out once, whichever text it stands in.

    No word goes on beyond a blank, so the words of a text are those of its tokens.
    """

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang
        self._vectors = word_vectors(lang)

    def __missing__(self, token: str) -> _Token:
        words = analysis.words(token)
        folded = [analysis.fold(word) for word in words]
        terms = [analysis.stem(word, self._lang) for word in words]
        bag = self._vectors.bag(folded) if self._vectors else b""
        found = tuple(zip(folded, terms, strict=True)), bag, token.endswith(_ENDS)
        if len(token) <= _LONGEST_TOKEN:
            if len(self) >= _KNOWN_TOKENS:
                self.clear()
            self[token] = found
        return found

    def read(self, text: str, words: dict[str, str]) -> _Read:
        """A text token by token; its words and their terms are put into ``words``."""
        if not text:
            return _NOTHING
        terms: list[str] = []
        bags: list[Bag] = []
        sentences: list[Bag] = []
        begin = 0
        # One plain loop: to take the parts of all tokens apart and chain them takes longer.
        for pairs, bag, ends in map(self.__getitem__, text.split()):
            for word, term in pairs:
                words[word] = term
                terms.append(term)
            if pairs:
                bags.append(bag)
            if ends and begin < len(bags):
                sentences.append(b"".join(bags[begin:]))
                begin = len(bags)
        if begin < len(bags):
            sentences.append(b"".join(bags[begin:]))
        return _Read(tuple(terms), b"".join(bags), tuple(sentences))


_NOTHING = _Read((), b"", ())
_tokens = lru_cache(maxsize=64)(_Tokens)


def prepare(entry: Entry) -> Prepared:
    """Analyse one entry in its own language: each text once."""
    lang = analysis.language(entry.lang)
    read = _tokens(lang).read
    answer = render_text(entry.answer)
    questions = (entry.question, *entry.aliases)
    words: dict[str, str] = {}
    askings = [read(text, words) for text in questions]
    told = read(answer.replace("\n", _LINE_END), words)
    category, tags = read(entry.category, words), [read(tag, words) for tag in entry.tags]
    fields = (askings[0].terms, _terms(askings[1:]), told.terms, category.terms, _terms(tags))
    return Prepared(
        entry,
        lang,
        analysis.fold(entry.question),
        answer,
        Document(entry.id, fields),
        tuple(words),
        tuple(words.values()),
        tuple({_asking(*pair, lang) for pair in zip(questions, askings, strict=True)}),
        _bags(askings, told) if word_vectors(lang) else None,
    )


def _terms(texts: Sequence[_Read]) -> tuple[str, ...]:
    """The terms of some texts."""
    return tuple(chain.from_iterable([text.terms for text in texts]))


def _asking(text: str, read: _Read, lang: str) -> tuple[str, ...]:
    """The terms of a question as far as those of a query are read."""
    if len(text) > MAX_CHARACTERS:
        read = _tokens(lang).read(text[:MAX_CHARACTERS], {})
    return read.terms[:MAX_WORDS]


def _bags(askings: Sequence[_Read], told: _Read) -> Bags:
    questions = tuple([text.bag for text in askings])
    return Bags(questions, questions[0] + told.bag, told.sentences[:_MAX_SENTENCES])


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(s for s in _SENTENCE_END.split(text) if s.strip())[:_MAX_SENTENCES]
