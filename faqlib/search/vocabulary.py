"""The unstemmed words of a FAQ, for typing slips, unfinished words and "did you mean"."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

from faqlib.search.spelling import SpellingTable


class Vocabulary:
    """All words of one state of the index. It does not change; :meth:`changed` makes the next.

    Attributes:
        words: folded word -> the terms it was indexed as (one for each language it occurs in).
        counts: folded word -> in how many entries it stands.
    """

    def __init__(
        self,
        words: Mapping[str, tuple[str, ...]] | None = None,
        counts: Counter[str] | None = None,
        spelling: SpellingTable | None = None,
    ) -> None:
        self.words = words or {}
        self.counts = counts or Counter()
        self._spelling = spelling or SpellingTable()

    def changed(
        self,
        removed: Iterable[Sequence[str]],
        added: Sequence[tuple[Sequence[str], Sequence[str]]],
    ) -> Vocabulary:
        """The vocabulary after entries went and came.

        Args:
            removed: the folded words of each that went.
            added: the same of each that came, and the term of each word.
        """
        words, counts = dict(self.words), Counter(self.counts)
        gone = Counter(chain.from_iterable(removed))
        counts.subtract(gone)
        counts.update(chain.from_iterable([entry_words for entry_words, _ in added]))
        for entry_words, entry_terms in added:
            for word, term in zip(entry_words, entry_terms, strict=True):
                if word not in words:
                    words[word] = (term,)
                elif term not in words[word]:
                    words[word] = (*words[word], term)
        for word in gone:
            if not counts[word]:
                del counts[word], words[word]
        return Vocabulary(words, counts, self._spelling)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every term."""
        return frozenset(term for terms in self.words.values() for term in terms)

    @cached_property
    def forms(self) -> dict[str, int]:
        """Every word and every term, and in how many entries it stands at least."""
        found = dict.fromkeys(self.terms, 1)
        found.update(self.counts)
        return found

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    def completions(self, prefix: str, limit: int) -> list[str]:
        """The most frequent words that begin with ``prefix`` and are longer, at most ``limit``."""
        start = bisect_left(self._sorted, prefix)
        end = bisect_left(self._sorted, prefix + "\U0010ffff")
        longer = (word for word in self._sorted[start:end] if word != prefix)
        return sorted(longer, key=lambda word: (-self.counts[word], word))[:limit]

    def near(self, word: str) -> list[tuple[str, float]]:
        """Words that ``word`` may be a slip of, with their edit distance, nearest first."""
        return self._tabled.near(word, self.counts)

    @cached_property
    def _tabled(self) -> SpellingTable:
        self._spelling.add(self.words)
        return self._spelling
