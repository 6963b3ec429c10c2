"""Reads a visitor's words by the vocabulary of a FAQ.

Nothing here parses: a sign that is no letter or digit only parts words.
"""

from __future__ import annotations

from collections.abc import Sequence

from faqlib.search.board import fast
from faqlib.search.bounded import Bounded
from faqlib.search.thesaurus import Thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.words import KNOWN_WORDS, MAX_CHARACTERS, MAX_WORDS, Lexicon, Query, Word


class QueryReader:
    """Reads queries by the vocabulary and thesaurus of one state of the index.

    What it says of a word is worked out once. Threads may share it.
    """

    def __init__(
        self, languages: Sequence[str], vocabulary: Vocabulary, thesaurus: Thesaurus
    ) -> None:
        self._thesaurus = thesaurus
        self._finished = Lexicon(languages, vocabulary, thesaurus)
        self._unfinished: Bounded[str, Word] = Bounded(KNOWN_WORDS)
        self._phrases: Bounded[tuple[object, ...], Sequence[Word]] = Bounded(KNOWN_WORDS)

    def read(self, text: str) -> Query:
        """The query of a text."""
        text = text[:MAX_CHARACTERS]
        typed = fast.words(text)[:MAX_WORDS]
        words = list(map(self._finished.__getitem__, typed))
        if not words:
            return Query(text)
        if growing := text[-1].isalnum():
            last = words[-1]
            words[-1] = self._unfinished.get(last.typed) or self._learn_growing(last)
        query: Query = fast.gather(text, typed, words)
        if query.opens:
            words = self._by_phrases(words, query.opens, growing=growing)
            query = fast.gather(text, typed, words)
        return query

    def _learn_growing(self, word: Word) -> Word:
        """Read the last word: the very object that it is elsewhere, unless it may become more."""
        word = self._unfinished[word.typed] = self._finished.grown(word)
        return word

    def _by_phrases(self, words: list[Word], opens: Sequence[int], *, growing: bool) -> list[Word]:
        """The words again, where a phrase of several gives the first of them its synonyms."""
        read, end = words.copy(), 0
        for at in opens:
            if at < end:
                continue  # inside the phrase before
            part = words[at : at + words[at].following[words[at + 1].stem]]
            last = growing and at + len(part) == len(words)
            key = (last, *[word.typed for word in part])
            found = self._phrases.get(key)
            if found is None:
                found = self._phrases[key] = self._phrase(part, growing=last)
            end = at + len(found)
            read[at:end] = found
        return read

    def _phrase(self, words: Sequence[Word], *, growing: bool) -> Sequence[Word]:
        """The words of the longest phrase that these begin with; none, where none does.

        The first has its synonyms; the last may still be growing.
        """
        length, synonyms = self._thesaurus.longest(tuple([word.stem for word in words]))
        if length == 1:
            return ()
        first, *others = words[:length]
        found = [self._with(first, synonyms), *[self._with(word, ()) for word in others]]
        if growing and length == len(words):
            found[-1] = self._finished.grown(found[-1])
        return found

    def _with(self, word: Word, synonyms: tuple[str, ...]) -> Word:
        """The word with these synonyms instead of its own."""
        if synonyms == word.synonyms:
            return word
        return self._finished.read(word.typed, synonyms)
