"""A visitor's words as groups of terms. Nothing here parses: every sign is just not a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faqlib.search import analysis
from faqlib.search.ranking import Alternative, Group
from faqlib.search.spelling import split_words
from faqlib.search.vocabulary import Vocabulary

MAX_CHARACTERS = 400
MAX_WORDS = 32
_PREFIX_FROM = 2  # letters of an unfinished word
_PREFIX_TERMS = 12
_TYPO_TERMS = 4


def words_of(text: str) -> list[str]:
    """The query's words, as many as are looked at."""
    return analysis.words(text[:MAX_CHARACTERS])[:MAX_WORDS]


class QueryBuilder:
    """Turns words into groups, by the vocabulary of one state of the index."""

    def __init__(
        self,
        languages: Sequence[str],
        vocabulary: Vocabulary,
        synonyms: Mapping[str, Sequence[tuple[str, float]]],
    ) -> None:
        self._languages = languages
        self._vocabulary = vocabulary
        self._synonyms = synonyms

    def groups(self, text: str) -> list[Group]:
        """A group for each word that carries meaning; for all of them when none does."""
        words = words_of(text)
        unfinished = text[-1:].isalnum()
        telling = [w for w in words if not self._is_stop_word(w)] or words
        return [
            Group(word, tuple(self._alternatives(word, unfinished and word == words[-1])))
            for word in dict.fromkeys(telling)
        ]

    def _is_stop_word(self, word: str) -> bool:
        return any(analysis.is_stop_word(word, lang) for lang in self._languages)

    def _alternatives(self, word: str, unfinished: bool) -> list[Alternative]:
        known = self._vocabulary
        stems = sorted({analysis.stem(word, lang) for lang in self._languages})
        found = [Alternative(term) for term in stems if term in known.terms]
        for term in stems:
            found += [Alternative(t, w, "synonym") for t, w in self._synonyms.get(term, ())]
        if unfinished and len(word) >= _PREFIX_FROM:
            completed = known.completions(analysis.fold(word), _PREFIX_TERMS)
            found += [Alternative(t, 0.8, "prefix") for w in completed for t in known.words[w]]
        return found or self._corrections(analysis.fold(word))

    def _corrections(self, word: str) -> list[Alternative]:
        known = self._vocabulary
        near = known.near(word)[:_TYPO_TERMS]
        if near:
            return [Alternative(t, 1 - 0.25 * d, "typo") for w, d in near for t in known.words[w]]
        parts = split_words(word, known.counts) or ()
        return [Alternative(t, 0.8, "typo") for part in parts for t in known.words[part]]
