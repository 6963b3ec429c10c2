"""What a FAQ's vocabulary and thesaurus say of words, and the query that some are together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count
from operator import contains
from typing import NamedTuple

from faqlib.search import analysis
from faqlib.search.bounded import Bounded
from faqlib.search.spelling import split_words
from faqlib.search.thesaurus import Thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.wordvectors import word_vectors

MAX_CHARACTERS = 400  # of a query, that are looked at
MAX_WORDS = 32  # the same
KNOWN_WORDS = 4_096  # of queries, kept read for each state of the index
_PREFIX_FROM = 2  # letters of an unfinished word
_PREFIX_TERMS = 12
_TYPO_TERMS = 3
# How well a term stands for the word that was typed: chosen on the judged sets (docs/quality.md).
_SYNONYM, _PREFIX, _JOINED = 0.6, 0.8, 0.8
_TYPO_LOSS = 0.25  # per edit
_NOTHING: frozenset[str] = frozenset()


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


class Word(NamedTuple):
    """What is said of one word.

    Attributes:
        typed: the word, lower-case.
        stem: what stands for it in a phrase.
        stems: its stem in each language, in the languages' order.
        following: the words that follow it in phrases of the thesaurus, as that has them.
        tells: whether it says what is asked, which a stop word does not.
        meant: the word folded, or what it is a slip of.
        group: what may stand for it.
        is_slip: whether ``meant`` is another word.
        synonyms: terms that stand for it by itself, in the FAQ or not.
    """

    typed: str
    stem: str
    stems: tuple[str, ...]
    following: Mapping[str, int]
    tells: bool
    meant: str
    group: Group
    is_slip: bool
    synonyms: tuple[str, ...]


class Query(NamedTuple):
    """What was typed, as it is looked up.

    Attributes:
        text: no more of it than is looked at.
        typed: all its words, read.
        words: each folded, with typing slips put right.
        groups: one for each different word that carries meaning and stands in the FAQ.
        unknown: how many of these stand nowhere in it.
        has_slips: whether one is a slip.
        opens: the places of words with which a phrase of the thesaurus may begin.
    """

    text: str
    typed: Sequence[Word] = ()
    words: Sequence[str] = ()
    groups: Sequence[Group] = ()
    unknown: int = 0
    has_slips: bool = False
    opens: Sequence[int] = ()

    @property
    def suggestion(self) -> str | None:
        """The query with its typing slips put right, or ``None`` where there is none."""
        if not self.has_slips:
            return None
        return " ".join(word.meant if word.is_slip else word.typed for word in self.typed)


def gather(text: str, typed: list[str], words: list[Word]) -> Query:
    """The query that some words are together; where none carries meaning, all count."""
    _, stem, _, following, tells, meant, group, is_slip, _ = zip(*words, strict=True)
    opens = compress(count(), map(contains, following, stem[1:]))
    unique = dict(compress(zip(typed, group, strict=True), tells))
    if not unique:
        unique = dict(zip(typed, group, strict=True))
    groups = [group for group in unique.values() if group.alternatives]
    unknown = len(unique) - len(groups)
    return Query(text, words, list(meant), groups, unknown, True in is_slip, list(opens))


class Lexicon(Bounded[str, Word]):
    """What is said of each word, by the word: read when it is first asked for, and kept.

    Threads may share it.
    """

    def __init__(
        self, languages: Sequence[str], vocabulary: Vocabulary, thesaurus: Thesaurus
    ) -> None:
        super().__init__(KNOWN_WORDS)
        self._languages = languages
        self._vocabulary = vocabulary
        self._thesaurus = thesaurus
        stop_words = [analysis.STOP_WORDS.get(lang, _NOTHING) for lang in languages]
        self._stop_words = _NOTHING.union(*stop_words)

    def __missing__(self, typed: str) -> Word:
        word = self[typed] = self.read(typed)
        return word

    def read(
        self, typed: str, synonyms: tuple[str, ...] | None = None, *, slips: bool = True
    ) -> Word:
        """What is said of a word; these terms stand for it, or those that do so by themselves."""
        folded = analysis.fold(typed)
        by_language = tuple([analysis.stem(typed, lang) for lang in self._languages])
        stems = by_language if len(by_language) == 1 else sorted(set(by_language))
        if synonyms is None:
            synonyms = tuple(self._thesaurus.of_word(stems))
        tells = folded not in self._stop_words
        near = self._near(folded, stems) if slips and tells else ()
        alternatives = self._alternatives(folded, stems, near, synonyms)
        stem = stems[0] if stems else ""
        return Word(
            typed,
            stem,
            by_language,
            self._thesaurus.following(stem),
            tells,
            near[0][0] if near else folded,
            Group(typed, tuple(alternatives)),
            bool(near),
            synonyms,
        )

    def grown(self, word: Word) -> Word:
        """The word with what it may become while it is typed; it is no slip then."""
        folded = analysis.fold(word.typed)
        if word.is_slip and self._vocabulary.completions(folded, 1):
            word = self.read(word.typed, word.synonyms, slips=False)
        known = word.group.alternatives
        longer = tuple(self._longer(folded, {one.term for one in known}))
        return word._replace(group=Group(word.typed, known + longer)) if longer else word

    def _near(self, folded: str, stems: Sequence[str]) -> Sequence[tuple[str, float]]:
        """Words that this one is a slip of, with their distance; empty if it is none."""
        if (
            folded in self._vocabulary.words
            or not self._vocabulary.terms.isdisjoint(stems)
            or self._is_a_word(folded)
            or self._thesaurus.knows(stems)
        ):
            return ()
        return self._vocabulary.near(folded)[:_TYPO_TERMS]

    def _is_a_word(self, word: str) -> bool:
        """Whether a language of the FAQ has the word at all: then it is no slip of another."""
        for lang in self._languages:
            table = word_vectors(lang)
            if table is not None and word in table:
                return True
        return False

    def _alternatives(
        self,
        folded: str,
        stems: Sequence[str],
        near: Sequence[tuple[str, float]],
        synonyms: Sequence[str],
    ) -> Iterator[Alternative]:
        known = self._vocabulary.terms
        found = [stem for stem in stems if stem in known]
        yield from map(Alternative, found)
        for term in synonyms:
            if term in known:
                yield Alternative(term, _SYNONYM, "synonym")
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
