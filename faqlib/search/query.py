"""A visitor's words, read by the vocabulary of a FAQ.

Nothing here parses: a sign that is no letter or digit only parts words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from faqlib.search import analysis
from faqlib.search.bounded import Bounded
from faqlib.search.spelling import split_words
from faqlib.search.thesaurus import Thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.wordvectors import word_vectors

MAX_CHARACTERS = 400
MAX_WORDS = 32
_KNOWN_WORDS = 4_096  # of queries, kept read for each state of the index
_PREFIX_FROM = 2  # letters of an unfinished word
_PREFIX_TERMS = 12
_TYPO_TERMS = 3
# How well a term stands for the word that was typed: chosen on the judged sets (docs/quality.md).
_SYNONYM, _PREFIX, _JOINED = 0.6, 0.8, 0.8
_TYPO_LOSS = 0.25  # per edit


@dataclass(frozen=True, slots=True)
class Alternative:
    """A term that may stand for a word of the query, and how well it does (0-1)."""

    term: str
    weight: float = 1.0
    kind: str = "term"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One word of the query and all that may stand for it: the best counts, not the sum.

    The same word gives the same object as long as it is remembered, so that what belongs to a
    group can be kept under it.
    """

    word: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What the vocabulary says of one word, in whichever query it stands.

    Attributes:
        typed: the word, lower-case.
        stems: its stem in each language, in the languages' order.
        is_stop: whether it says nothing about what is asked.
        meant: the word folded, or what it is a slip of.
        group: what may stand for it.
        is_slip: whether ``meant`` is another word.
        synonyms: terms that stand for it by itself, in the FAQ or not.
        following: the words that follow it in phrases of the thesaurus.
        stem: what stands for it in a phrase.
    """

    typed: str
    stems: tuple[str, ...]
    is_stop: bool
    meant: str
    group: Group
    is_slip: bool
    synonyms: tuple[str, ...]
    following: frozenset[str]
    stem: str


class Query(NamedTuple):
    """What was typed, as it is looked up; ``text`` is no longer than is looked at.

    ``typed`` are all its words, read, and ``words`` the same folded, with typing slips put right;
    ``groups`` has one group for each different word that carries meaning; ``unknown`` counts
    those that stand nowhere in the FAQ.
    """

    text: str
    typed: Sequence[Word]
    words: Sequence[str]
    groups: Sequence[Group]
    unknown: int = 0

    @property
    def suggestion(self) -> str | None:
        """The query with its typing slips put right, or ``None`` where there is none."""
        if True not in [word.is_slip for word in self.typed]:
            return None
        return " ".join(word.meant if word.is_slip else word.typed for word in self.typed)


def read_words(text: str) -> list[str]:
    """The words of a query; at most 400 characters and 32 words of it are looked at."""
    return analysis.words(text[:MAX_CHARACTERS])[:MAX_WORDS]


class QueryReader:
    """Reads queries by the vocabulary and thesaurus of one state of the index.

    What it says of a word is worked out once. Threads may share it.
    """

    def __init__(
        self, languages: Sequence[str], vocabulary: Vocabulary, thesaurus: Thesaurus
    ) -> None:
        self._languages = languages
        self._vocabulary = vocabulary
        self._thesaurus = thesaurus
        self._finished: Bounded[str, Word] = Bounded(_KNOWN_WORDS)
        self._unfinished: Bounded[str, Word] = Bounded(_KNOWN_WORDS)
        self._in_phrase: Bounded[tuple[str, bool, tuple[str, ...]], Word] = Bounded(_KNOWN_WORDS)

    def read(self, text: str) -> Query:
        """The query of a text."""
        text = text[:MAX_CHARACTERS]
        typed = read_words(text)
        known = self._finished.get
        words = [known(word) or self._learn(word) for word in typed]
        growing = bool(words) and text[-1:].isalnum()
        if growing:
            words[-1] = self._unfinished.get(typed[-1]) or self._learn_growing(typed[-1])
        if True in [after.stem in word.following for word, after in pairwise(words)]:
            words = self._by_phrases(words, growing=growing)
        unique = {word.typed: word.group for word in words if not word.is_stop}
        if not unique:
            unique = {word.typed: word.group for word in words}
        groups = [group for group in unique.values() if group.alternatives]
        meant = [word.meant for word in words]
        return Query(text, words, meant, groups, len(unique) - len(groups))

    def _learn(self, typed: str) -> Word:
        """Read a word that is not remembered."""
        synonyms = tuple(self._thesaurus.of_word(self._stems(typed)))
        word = self._finished[typed] = self._read(typed, synonyms)
        return word

    def _learn_growing(self, typed: str) -> Word:
        """Read the last word: the very object that it is elsewhere, unless it may become more."""
        word = self._finished.get(typed) or self._learn(typed)
        word = self._unfinished[typed] = self._grown(word)
        return word

    def _grown(self, word: Word) -> Word:
        """The word with what it may become; it is no slip then."""
        folded = analysis.fold(word.typed)
        if word.is_slip and self._vocabulary.completions(folded, 1):
            word = self._read(word.typed, word.synonyms, slips=False)
        known = word.group.alternatives
        longer = tuple(self._longer(folded, {one.term for one in known}))
        return replace(word, group=Group(word.typed, known + longer)) if longer else word

    def _by_phrases(self, words: list[Word], *, growing: bool) -> list[Word]:
        """The words again, where a phrase of several gives the first of them its synonyms."""
        read, at = words.copy(), 0
        while at < len(words):
            length = 1
            if words[at].following:
                length, synonyms = self._thesaurus.longest([word.stem for word in words[at:]])
            if length > 1:
                for place in range(at, at + length):
                    last = growing and place == len(words) - 1
                    read[place] = self._with(words[place], synonyms, growing=last)
                    synonyms = ()
            at += length
        return read

    def _with(self, word: Word, synonyms: tuple[str, ...], *, growing: bool) -> Word:
        """The word with these synonyms instead of its own."""
        if synonyms == word.synonyms:
            return word
        key = (word.typed, growing, synonyms)
        found = self._in_phrase.get(key)
        if found is None:
            found = self._read(word.typed, synonyms)
            found = self._in_phrase[key] = self._grown(found) if growing else found
        return found

    def _read(self, typed: str, synonyms: tuple[str, ...], *, slips: bool = True) -> Word:
        folded, stems = analysis.fold(typed), self._stems(typed)
        near = self._near(folded, stems) if slips else ()
        alternatives = self._alternatives(folded, stems, near, synonyms)
        return Word(
            typed,
            tuple(analysis.stem(typed, lang) for lang in self._languages),
            self._is_stop_word(typed),
            near[0][0] if near else folded,
            Group(typed, tuple(alternatives)),
            bool(near),
            synonyms,
            self._thesaurus.following(stems[0] if stems else ""),
            stems[0] if stems else "",
        )

    def _stems(self, word: str) -> list[str]:
        return sorted({analysis.stem(word, lang) for lang in self._languages})

    def _is_stop_word(self, word: str) -> bool:
        return any(analysis.is_stop_word(word, lang) for lang in self._languages)

    def _near(self, folded: str, stems: Sequence[str]) -> Sequence[tuple[str, float]]:
        """Words that this one is a slip of, with their distance; empty if it is none."""
        if (
            folded in self._vocabulary.words
            or self._is_stop_word(folded)
            or any(stem in self._vocabulary.terms for stem in stems)
            or self._is_a_word(folded)
            or self._thesaurus.knows(stems)
        ):
            return ()
        return self._vocabulary.near(folded)[:_TYPO_TERMS]

    def _is_a_word(self, word: str) -> bool:
        """Whether a language of the FAQ has the word at all: then it is no slip of another."""
        tables = (word_vectors(lang) for lang in self._languages)
        return any(word in table for table in tables if table is not None)

    def _alternatives(
        self,
        folded: str,
        stems: Sequence[str],
        near: Sequence[tuple[str, float]],
        synonyms: Sequence[str],
    ) -> Iterator[Alternative]:
        known = self._vocabulary.terms
        found = [stem for stem in stems if stem in known]
        yield from (Alternative(stem) for stem in found)
        yield from (Alternative(t, _SYNONYM, "synonym") for t in synonyms if t in known)
        for word, distance in near:
            for term in self._vocabulary.words[word]:
                yield Alternative(term, 1 - _TYPO_LOSS * distance, "typo")
        if not near and not found:
            for part in split_words(folded, self._vocabulary.forms) or ():
                for term in self._vocabulary.words.get(part, (part,)):
                    yield Alternative(term, _JOINED, "typo")

    def _longer(self, folded: str, have: set[str]) -> Iterator[Alternative]:
        """What a word that may still be growing may become."""
        if len(folded) < _PREFIX_FROM:
            return
        for word in self._vocabulary.completions(folded, _PREFIX_TERMS):
            for term in self._vocabulary.words[word]:
                if term not in have:
                    yield Alternative(term, _PREFIX, "prefix")
