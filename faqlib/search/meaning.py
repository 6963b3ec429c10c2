"""The word-vector layer of one state of the index: how near each entry is in meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, compress
from typing import Any

from faqlib.search import background
from faqlib.search.board import PlainBoard, fast
from faqlib.search.bounded import Bounded
from faqlib.search.prepared import Prepared
from faqlib.search.similarity import ArrayIndex, EntryVectors, PlainIndex
from faqlib.search.wordvectors import (
    DIMENSIONS,
    Bag,
    CorpusWeights,
    WordVectors,
    holders,
    word_vectors,
)

_KEPT_BYTES = 8 * 2**20  # for the products of words, besides six times what the vectors take
_NOTHING = EntryVectors((), (), ())


class Meaning:
    """Compares a query's words with the entries of one language. Threads may share it.

    Args:
        lang: the language; entries in another are never near.
        table: its word vectors.
        prepared: all entries, in the order in which nearness is told.
        before: the same of an earlier state, whose vectors are taken over where they still hold.
    """

    def __init__(
        self,
        lang: str,
        table: WordVectors,
        prepared: Sequence[Prepared],
        before: Meaning | None = None,
    ) -> None:
        self._lang = lang
        self._table = table
        self._prepared = prepared
        # Only who has vectors is worth remembering: a chain of states would never be freed.
        self._before: Meaning | None = (
            before if before is None or before._has_vectors else before._before
        )

    def compare(self, words: Sequence[str], board: Any) -> float:
        """Write the nearness of entries to folded ``words``; of what people ask any clinic, tell.

        ``board`` is one of :mod:`faqlib.search.board` that is still empty of cosines.
        """
        if isinstance(board, PlainBoard):
            return self._compare_plain(words, board)
        known = self.products
        rows = list(map(known.__getitem__, words))
        usual: float = board.near(rows, known.groups, known.dimensions)
        return usual

    def _compare_plain(self, words: Sequence[str], board: PlainBoard) -> float:
        bag = self._table.bag(words)
        query = self._embed(bag) if bag else ()
        if query:
            board.question, board.whole, board.sentence = self._plain.compare(query[0])
        return background.likeness(words, self._lang)

    @cached_property
    def _mine(self) -> dict[str, Prepared]:
        return {item.entry.id: item for item in self._prepared if item.lang == self._lang}

    @cached_property
    def _weights(self) -> CorpusWeights:
        return CorpusWeights(self._holders, len(self._mine))

    @cached_property
    def _holders(self) -> Mapping[int, int]:
        """How many entries have each row: counted anew for those that changed."""
        before, mine = self._before, self._mine
        known = {} if before is None else before._mine
        found = Counter() if before is None else Counter(before._holders)
        gone = [old for entry_id, old in known.items() if mine.get(entry_id) is not old]
        come = [new for entry_id, new in mine.items() if known.get(entry_id) is not new]
        found.subtract(_holders(gone))
        found.update(_holders(come))
        return {row: number for row, number in found.items() if number}

    @cached_property
    def _plain(self) -> PlainIndex:
        return PlainIndex(
            [
                EntryVectors(
                    self._embed(*item.bags.questions),
                    self._embed(item.bags.whole),
                    self._embed(*item.bags.sentences),
                )
                if item.bags is not None and item.lang == self._lang
                else _NOTHING
                for item in self._prepared
            ]
        )

    def _embed(self, *bags: Bag) -> list[tuple[float, ...]]:
        found = (self._table.embed(bag, self._weights) for bag in bags)
        return [vector for vector in found if vector is not None]

    @cached_property
    def products(self) -> _Products:
        """By word, what its nearness to each entry is summed up from."""
        index = ArrayIndex([self._vectors.get(i.entry.id, _NOTHING) for i in self._prepared],
                           DIMENSIONS)  # fmt: skip
        return _Products(index, self._lang, self._table, self._weights)

    @property
    def _has_vectors(self) -> bool:
        return "_vectors" in self.__dict__

    @cached_property
    def _vectors(self) -> dict[str, EntryVectors]:
        """By id, the vectors of each entry of the language, as arrays."""
        mine = [item for item in self._mine.values() if item.bags is not None]
        found = self._still_good(mine)
        found.update(self._embedded([item for item in mine if item.entry.id not in found]))
        self._before = None
        return found

    def _still_good(self, items: Sequence[Prepared]) -> dict[str, EntryVectors]:
        before = self._before
        if before is None:
            return {}
        known, vectors = before._mine, before._vectors
        same = {i.entry.id: i.bags for i in items if i.bags and known.get(i.entry.id) is i}
        found = {entry_id: vectors[entry_id] for entry_id in same}
        if changed := self._weights.changed(since=before._weights):
            bags = [bag.whole + b"".join(bag.questions[1:]) for bag in same.values()]
            for entry_id in compress(same, self._table.touched(bags, changed)):
                del found[entry_id]
        return found

    def _embedded(self, items: Sequence[Prepared]) -> dict[str, EntryVectors]:
        bags = {item.entry.id: item.bags for item in items if item.bags is not None}
        kinds = [(*bag.questions, bag.whole, *bag.sentences) for bag in bags.values()]
        rows = self._table.embed_all(list(chain.from_iterable(kinds)), self._weights)
        found: dict[str, EntryVectors] = {}
        at = 0
        for (entry_id, bag), kind in zip(bags.items(), kinds, strict=True):
            part = rows[at : (at := at + len(kind))].copy()
            asked = len(bag.questions)
            parts = part[:asked], part[asked : asked + 1], part[asked + 1 :]
            if not all(kind):  # a text of unknown words has no vector
                parts = tuple([some[some.any(axis=1)] for some in parts])
            found[entry_id] = EntryVectors(*parts)
        return found


class _Products(Bounded[str, Any]):
    """By word its products with all vectors and with what people ask any clinic.

    Behind them stands its own vector, as it counts here; the row knows how much more it counts
    there. They are worked out when a word is first asked for, and kept.
    """

    def __init__(
        self, index: ArrayIndex, lang: str, table: WordVectors, weights: CorpusWeights
    ) -> None:
        room = _KEPT_BYTES + 6 * 4 * DIMENSIONS * len(index)
        one = len(index) + len(background.questions()) + DIMENSIONS
        super().__init__(room // (4 * one))
        self.groups, self.dimensions = index.groups, DIMENSIONS
        self._index = index
        self._lang, self._table, self._weights = lang, table, weights

    def __missing__(self, word: str) -> Any:
        import numpy as np

        if (
            place := self._table.row(word)
        ) is None:  # not kept: it would push out one that took time
            return self._nothing
        vector = self._table.scaled(word, self._weights)
        usual = background.products(self._table, word, self._lang)
        products = np.concatenate([self._index.products(vector), usual, vector], dtype=np.float32)
        more = background.weight(place) / self._weights(place)
        found = self[word] = fast.Row(products, more, DIMENSIONS)
        return found

    @cached_property
    def _nothing(self) -> Any:
        """Those of a word that the table has not."""
        import numpy as np

        size = len(self._index) + len(background.products(self._table, "", self._lang))
        return fast.Row(np.zeros(size + DIMENSIONS, np.float32), 1.0, DIMENSIONS)


def _holders(items: Sequence[Prepared]) -> Mapping[int, int]:
    """By row, in how many of the entries it stands."""
    return holders([item.bags.whole for item in items if item.bags is not None])


def meaning(
    lang: str, prepared: Sequence[Prepared], before: Meaning | None = None
) -> Meaning | None:
    """The layer of a language, or ``None`` where it has no word vectors or no entries."""
    table = word_vectors(lang)
    if table is None or all(item.lang != lang for item in prepared):
        return None
    return Meaning(lang, table, prepared, before)
