"""The word-vector layer of one state of the index: how near each entry is in meaning."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from faqlib.search.prepared import Prepared
from faqlib.search.similarity import ArrayIndex, EntryVectors, Nearness, PlainIndex, Vector
from faqlib.search.wordvectors import Bag, WordVectors, corpus_weights, word_vectors

# Below so many entries plain Python serves the first searches sooner than numpy can be imported.
_PLAIN_ENTRIES = 24
_PLAIN_SEARCHES = 16

Row = Callable[[int], float]


class Meaning:
    """Compares a query's words with the entries of one language.

    Args:
        lang: the language; entries in another are never near.
        prepared: all entries, in the order in which nearness is told.
    """

    def __init__(self, lang: str, prepared: Sequence[Prepared]) -> None:
        self._lang = lang
        self._prepared = prepared
        self._searches = 0

    def compare(self, words: Iterable[str]) -> Nearness:
        """Nearness of every entry to folded ``words``."""
        table = self._table
        if table is None or all(item.lang != self._lang for item in self._prepared):
            return Nearness.none(len(self._prepared))
        self._searches += 1
        query = self._embed(table.bag(words))
        return Nearness.none(len(self._prepared)) if query is None else self._index.compare(query)

    @property
    def _is_plain(self) -> bool:
        few = len(self._prepared) <= _PLAIN_ENTRIES and self._searches <= _PLAIN_SEARCHES
        return few and "numpy" not in sys.modules

    @property
    def _index(self) -> PlainIndex | ArrayIndex:
        return self._plain if self._is_plain else self._arrays

    def _embed(self, bag: Bag) -> Vector | None:
        table = self._table
        if table is None:
            return None
        if self._is_plain:
            return table.embed(bag, self._weigh)
        vector: Vector | None = table.embed_array(bag, self._weigh)
        return vector

    @cached_property
    def _plain(self) -> PlainIndex:
        return PlainIndex(self._vectors)

    @cached_property
    def _arrays(self) -> ArrayIndex:
        return ArrayIndex(self._vectors)

    @cached_property
    def _table(self) -> WordVectors | None:
        return word_vectors(self._lang)

    @cached_property
    def _weigh(self) -> Row:
        holders: Counter[int] = Counter()
        bags = [item.bags for item in self._prepared if item.lang == self._lang]
        for item in bags:
            if item is not None:
                holders.update(set(item.whole))
        return corpus_weights(holders, len(bags))

    @cached_property
    def _vectors(self) -> list[EntryVectors]:
        return [self._of(item) for item in self._prepared]

    def _of(self, item: Prepared) -> EntryVectors:
        if item.bags is None or item.lang != self._lang:
            return EntryVectors((), (), ())
        return EntryVectors(
            self._embedded(item.bags.questions),
            self._embedded([item.bags.whole]),
            self._embedded(item.bags.sentences),
        )

    def _embedded(self, bags: Iterable[Bag]) -> tuple[Vector, ...]:
        found = (self._embed(bag) for bag in bags)
        return tuple(vector for vector in found if vector is not None)
