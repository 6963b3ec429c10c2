"""A visitor's words, read by the vocabulary of a FAQ.

Nothing here parses: a sign that is no letter or digit only parts words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from faqlib.search.board import fast
from faqlib.search.bounded import Bounded
from faqlib.search.thesaurus import Thesaurus
from faqlib.search.vocabulary import Vocabulary
from faqlib.search.words import KNOWN_WORDS, MAX_CHARACTERS, Group, Lexicon, Word, read_words


class Query(NamedTuple):
    """What was typed, as it is looked up; ``text`` is no longer than is looked at.

    ``typed`` are all its words, read; the rest is what these are together, as
    :class:`~faqlib.search.words.Gathered` says, where ``words`` is what is meant.
    """

    text: str
    typed: Sequence[Word] = ()
    words: Sequence[str] = ()
    groups: Sequence[Group] = ()
    unknown: int = 0
    has_slips: bool = False

    @property
    def suggestion(self) -> str | None:
        """The query with its typing slips put right, or ``None`` where there is none."""
        if not self.has_slips:
            return None
        return " ".join(word.meant if word.is_slip else word.typed for word in self.typed)


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
        self._in_phrase: Bounded[tuple[str, bool, tuple[str, ...]], Word] = Bounded(KNOWN_WORDS)

    def read(self, text: str) -> Query:
        """The query of a text."""
        text = text[:MAX_CHARACTERS]
        words = list(map(self._finished.__getitem__, read_words(text)))
        if not words:
            return Query(text)
        if growing := text[-1].isalnum():
            last = words[-1]
            words[-1] = self._unfinished.get(last.typed) or self._learn_growing(last)
        *found, opens = fast.gather(words)
        if opens:
            words = self._by_phrases(words, opens, growing=growing)
            *found, _ = fast.gather(words)
        return Query(text, words, *found)

    def _learn_growing(self, word: Word) -> Word:
        """Read the last word: the very object that it is elsewhere, unless it may become more."""
        word = self._unfinished[word.typed] = self._finished.grown(word)
        return word

    def _by_phrases(self, words: list[Word], opens: Sequence[int], *, growing: bool) -> list[Word]:
        """The words again, where a phrase of several gives the first of them its synonyms."""
        read, stems, end = words.copy(), tuple([word.stem for word in words]), 0
        for at in opens:
            if at < end:
                continue  # inside the phrase before
            length, synonyms = self._thesaurus.longest(stems[at:])
            if length > 1:
                end = at + length
                for place in range(at, end):
                    last = growing and place == len(words) - 1
                    read[place] = self._with(words[place], synonyms, growing=last)
                    synonyms = ()
        return read

    def _with(self, word: Word, synonyms: tuple[str, ...], *, growing: bool) -> Word:
        """The word with these synonyms instead of its own."""
        if synonyms == word.synonyms:
            return word
        key = (word.typed, growing, synonyms)
        found = self._in_phrase.get(key)
        if found is None:
            found = self._finished.read(word.typed, synonyms)
            found = self._in_phrase[key] = self._finished.grown(found) if growing else found
        return found
