"""A visitor's words, read by the vocabulary of a FAQ.

Nothing here parses: a sign that is no letter or digit only parts words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faqlib.search import analysis
from faqlib.search.spelling import split_words
from faqlib.search.thesaurus import Thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.wordvectors import word_vectors

MAX_CHARACTERS = 400
MAX_WORDS = 32
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


@dataclass(frozen=True, slots=True)
class Group:
    """One word of the query and all that may stand for it: the best counts, not the sum."""

    word: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, as it is looked up; ``text`` is no longer than is looked at.

    ``groups`` has one group for each different word that carries meaning; ``words`` are all
    words, folded, with typing slips put right; ``corrections`` are those: typed -> meant;
    ``unknown`` counts the words that carry meaning and stand nowhere in the FAQ.
    """

    text: str
    groups: tuple[Group, ...]
    words: tuple[str, ...]
    corrections: dict[str, str]
    unknown: int = 0


class QueryReader:
    """Reads queries by the vocabulary and thesaurus of one state of the index."""

    def __init__(
        self, languages: Sequence[str], vocabulary: Vocabulary, thesaurus: Thesaurus
    ) -> None:
        self._languages = languages
        self._vocabulary = vocabulary
        self._thesaurus = thesaurus

    def read(self, text: str) -> Query:
        """The query of a text; at most 400 characters and 32 words of it are looked at."""
        text = text[:MAX_CHARACTERS]
        words = analysis.words(text)[:MAX_WORDS]
        corrections = self._corrections(words, unfinished=text[-1:].isalnum())
        telling = [word for word in words if not self._is_stop_word(word)] or words
        synonyms = self._thesaurus.find([self._stems(word) for word in words])
        groups = [
            Group(word, tuple(self._alternatives(word, corrections, synonyms.get(i, ()))))
            for i, word in enumerate(words)
            if word in telling
        ]
        if groups and text[-1:].isalnum():
            groups[-1] = self._completed(groups[-1])
        unique = {group.word: group for group in groups if group.alternatives}
        meant = tuple(corrections.get(word, analysis.fold(word)) for word in words)
        unknown = len({group.word for group in groups} - unique.keys())
        return Query(text, tuple(unique.values()), meant, corrections, unknown)

    def _stems(self, word: str) -> list[str]:
        return sorted({analysis.stem(word, lang) for lang in self._languages})

    def _is_stop_word(self, word: str) -> bool:
        return any(analysis.is_stop_word(word, lang) for lang in self._languages)

    def _is_known(self, word: str) -> bool:
        return (
            analysis.fold(word) in self._vocabulary.words
            or self._is_stop_word(word)
            or any(stem in self._vocabulary.terms for stem in self._stems(word))
            or self._is_a_word(analysis.fold(word))
        )

    def _is_a_word(self, word: str) -> bool:
        """Whether a language of the FAQ has the word at all: then it is no slip of another."""
        tables = (word_vectors(lang) for lang in self._languages)
        return any(word in table for table in tables if table is not None)

    def _corrections(self, words: Sequence[str], *, unfinished: bool) -> dict[str, str]:
        found: dict[str, str] = {}
        for i, word in enumerate(words):
            typing = unfinished and i == len(words) - 1
            if self._is_known(word) or self._thesaurus.knows(self._stems(word)):
                continue
            if typing and self._vocabulary.completions(analysis.fold(word), 1):
                continue
            near = self._vocabulary.near(analysis.fold(word))
            if near:
                found[word] = near[0][0]
        return found

    def _alternatives(
        self, word: str, corrections: dict[str, str], synonyms: Sequence[str]
    ) -> Iterator[Alternative]:
        known = self._vocabulary.terms
        stems = [stem for stem in self._stems(word) if stem in known]
        yield from (Alternative(stem) for stem in stems)
        yield from (Alternative(t, _SYNONYM, "synonym") for t in synonyms if t in known)
        if word in corrections:
            for near, distance in self._vocabulary.near(analysis.fold(word))[:_TYPO_TERMS]:
                for term in self._vocabulary.words[near]:
                    yield Alternative(term, 1 - _TYPO_LOSS * distance, "typo")
        elif not stems:
            for part in split_words(analysis.fold(word), self._vocabulary.forms) or ():
                for term in self._vocabulary.words.get(part, (part,)):
                    yield Alternative(term, _JOINED, "typo")

    def _completed(self, group: Group) -> Group:
        """The group of a word that may still be growing."""
        if len(group.word) < _PREFIX_FROM:
            return group
        longer = self._vocabulary.completions(analysis.fold(group.word), _PREFIX_TERMS)
        have = {alternative.term for alternative in group.alternatives}
        more = tuple(
            Alternative(term, _PREFIX, "prefix")
            for word in longer
            for term in self._vocabulary.words[word]
            if term not in have
        )
        return Group(group.word, group.alternatives + more)
