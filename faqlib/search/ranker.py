"""Scores every entry for a query, and picks the best."""

from __future__ import annotations

import sys
from collections.abc import Container, Mapping, Sequence
from functools import cached_property
from typing import Any

from faqlib.search import analysis
from faqlib.search.blend import Signals, blend, by_words
from faqlib.search.board import Board, Found, Mask, PlainBoard, fast
from faqlib.search.bounded import Bounded
from faqlib.search.confidence import BY_WORDS, RIVALS, confidence
from faqlib.search.embedding import Embedder, SentenceIndex
from faqlib.search.filters import Filter
from faqlib.search.meaning import Meaning, meaning
from faqlib.search.prepared import Prepared
from faqlib.search.protocol import Snapshot
from faqlib.search.ranking import Impacts
from faqlib.search.words import Query
from faqlib.search.wordscores import WordScores

# Below so many entries plain Python serves the first searches sooner than numpy can be imported;
# each state of the FAQ counts as a quarter of them.
_PLAIN_ENTRIES = 24
_PLAIN_SEARCHES = 16
_KEPT_MASKS = 64

_Asking = tuple[str, ...]  # its terms


class Ranker:
    """Ranks the entries of one state. Threads may share it.

    Args:
        prepared: the entries by id.
        snapshot: their index.
        before: the ranker of an earlier state; what still holds of it is taken over.
        embedder: what makes sentence embeddings, if any are used.
    """

    def __init__(
        self,
        prepared: Mapping[str, Prepared],
        snapshot: Snapshot,
        before: Ranker | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        # By the number of sentences, which their comparison is fastest for.
        self._order = sorted(prepared.values(), key=_sentences, reverse=True)
        self._by_id = prepared
        self._snapshot = snapshot
        self._searches: int = 0 if before is None else before._searches + _PLAIN_SEARCHES // 4
        self._embedder = embedder
        self._wants_embeddings = (
            bool(prepared) and embedder is not None and embedder.takes(len(prepared))
        )
        self._embedded: SentenceIndex | None = None
        self._before: Mapping[str, Meaning | None] = (
            {} if before is None else {**before._before, **before._meanings}
        )
        self._meanings: dict[str, Meaning | None] = {}
        self._judges: dict[str, Any] = {}
        self._masks: Bounded[Filter, Mask] = Bounded(_KEPT_MASKS)

    def quickly(
        self, query: Query, limit: int, only: Filter | None
    ) -> tuple[list[Found], float] | None:
        """What :meth:`rank` and :meth:`confidence` say, in one go: where words alone decide.

        ``None`` where that needs the steps; :meth:`signals` is the first of them.
        """
        lang = self._language_of(query)
        judge = self._judges.get(lang) or self._judge(lang)
        if judge is None:
            return None
        mask, asked = self._mask(only), self._asked(query)
        found: tuple[list[Found], float] = judge.find(query, asked, limit, mask)
        return found

    def _judge(self, lang: str) -> Any:
        """A judge of a language, which is kept; ``None`` where the steps are needed."""
        if self._wants_embeddings or fast.Judge is None or self._is_plain:
            return None
        near, (weights, asked) = self._meaning(lang), by_words()
        judge = self._judges[lang] = fast.Judge(
            self._order,
            self._words.said,
            self._words.unknown,
            None if near is None else near.products,
            weights,
            asked,
            RIVALS,
            BY_WORDS,
        )
        return judge

    def signals(self, query: Query, *, by_words: bool = False) -> Signals:
        """What speaks for each entry; sentence embeddings do if ``by_words`` is false."""
        self._searches += 1
        sentences = self._embedded if not by_words and self.ready() else None
        board = (PlainBoard if self._is_plain else fast.Board)(len(self._order))
        self._words.tell(query, board)
        usual = self._nearness(query, board)
        meant = None if sentences is None else sentences.compare(query.text)
        return blend(board, usual, meant, self._asked(query))

    def ready(self, *, wait: bool = False) -> bool:
        """Whether all that ever will speak for entries does.

        Sentence embeddings are made or read when they are first needed; while another thread
        does that, the answer is no, unless ``wait`` is true.
        """
        if self._embedder is not None and not self.is_ready:
            self._embedded = self._embedder.index(self._order, wait=wait)
        return self.is_ready

    @property
    def is_ready(self) -> bool:
        """The same, without making or reading anything."""
        return self._embedded is not None or not self._wants_embeddings

    @property
    def is_embedded(self) -> bool:
        """Whether sentence embeddings speak for entries."""
        return self._embedded is not None

    def rank(self, signals: Signals, limit: int, only: Filter | None) -> list[Found]:
        """The best of all that have to do with the query; a tie goes to the pinned, then by id."""
        board = signals.board
        mask = self._mask(only, plain=isinstance(board, PlainBoard))
        return board.best(self._order, signals.weights.least, limit, mask)

    def confidence(
        self, query: Query, signals: Signals, ranked: list[Found], only: Filter | None
    ) -> float:
        """The probability (0-1) that the first of the entries that were ranked answers it."""
        board, least = signals.board, signals.weights.least
        mask = self._mask(only, plain=isinstance(board, PlainBoard))
        lead, covered, near = board.evidence(ranked, least, RIVALS, mask)
        anywhere = signals.usual
        if signals.meant is not None and self._embedded is not None:
            near = max(signals.meant.at(ranked[0][1]))
            anywhere = self._embedded.likeness(query.text)
        elsewhere, by_sentences = max(anywhere - near, 0.0), signals.meant is not None
        return confidence(ranked[0][0], lead, covered, elsewhere, by_sentences=by_sentences)

    @property
    def _is_plain(self) -> bool:
        few = len(self._order) <= _PLAIN_ENTRIES and self._searches <= _PLAIN_SEARCHES
        return few and "numpy" not in sys.modules

    def _mask(self, only: Filter | None, *, plain: bool = False) -> Mask | None:
        if only is None:
            return None
        mask = self._masks.get(only)
        if mask is None:
            mask = [only.accepts(item.entry) for item in self._order]
            if not plain:
                import numpy as np

                mask = self._masks[only] = np.array(mask, np.uint8)
        return mask

    def _asked(self, query: Query) -> Sequence[int]:
        """The places of entries that are asked for in the very words of a question or alias."""
        found: list[int] = []
        first, others, ends = self._askings
        last = query.typed[-1].stems
        for number, lang in enumerate(self.languages):
            if last[number] not in ends:  # so is it nearly always
                continue
            stems = tuple([word.stems[number] for word in query.typed])
            if (place := first.get(stems)) is not None:
                places = (place, *others.get(stems, ()))
                found += [place for place in places if self._order[place].lang == lang]
        return found

    @cached_property
    def _askings(
        self,
    ) -> tuple[Mapping[_Asking, int], Mapping[_Asking, Sequence[int]], Container[str]]:
        """By a question or alias the first that has it, and the others of the few that more have.

        Also the last terms of all. Made at every edit: thousands of new lists would wake the
        collector.
        """
        first: dict[_Asking, int] = {}
        others: dict[_Asking, list[int]] = {}
        for place, item in enumerate(self._order):
            for asking in item.askings:
                if first.setdefault(asking, place) != place:
                    others.setdefault(asking, []).append(place)
        return first, others, {asking[-1] for asking in first if asking}

    def _nearness(self, query: Query, board: Board) -> float:
        found = self._meaning(self._language_of(query))
        return 0.0 if found is None else found.compare(query.words, board)

    def _meaning(self, lang: str) -> Meaning | None:
        try:
            return self._meanings[lang]
        except KeyError:
            made = meaning(lang, self._order, self._before.get(lang))
            return self._meanings.setdefault(lang, made)

    def _language_of(self, query: Query) -> str:
        """The entries' language that most words of the query belong to."""
        langs = self.languages
        if len(langs) <= 1:
            return langs[0] if langs else "en"
        hits = {
            lang: sum(
                analysis.is_stop_word(word, lang) or word in self._words_by_language[lang]
                for word in query.words
            )
            for lang in langs
        }
        return max(langs, key=lambda lang: (hits[lang], lang == "en"))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the entries, primary subtags."""
        return tuple(sorted({item.lang for item in self._order}))

    @cached_property
    def _words_by_language(self) -> dict[str, frozenset[str]]:
        return {
            lang: frozenset(w for item in self._order if item.lang == lang for w in item.words)
            for lang in self.languages
        }

    @cached_property
    def _words(self) -> WordScores:
        return WordScores(self.impacts, len(self._order))

    @cached_property
    def impacts(self) -> Impacts:
        """What each term adds to each entry's score."""
        place_of = {item.entry.id: place for place, item in enumerate(self._order)}
        numbers = self._snapshot.numbers
        return Impacts(
            self._snapshot,
            {n: self._by_id[e].document.lengths for n, e in numbers.items()},
            {n: place_of[e] for n, e in numbers.items()},
        )


def _sentences(item: Prepared) -> int:
    return 0 if item.bags is None else len(item.bags.sentences)
