"""The fast ranking says what a plain one says that keeps nothing and adds up entry by entry."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from faqlib import FAQ, Entry, read_file
from faqlib.search import Filter, Projector, bounded, columns, ranker, ranking, similarity
from faqlib.search.prepared import Prepared
from faqlib.search.projection import Projection
from faqlib.search.protocol import FIELDS
from faqlib.search.query import Group, Query
from faqlib.search.similarity import EntryVectors, PlainIndex
from faqlib.search.wordvectors import CorpusWeights, word_vectors
from faqlib.testing import load_questions

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = read_file(EXAMPLES / "family-practice" / "faq.yaml").entries
SENTENCES = [s for entry in PAGE for s in entry.answer.split(". ") if s]
QUESTIONS = [q.question for q in load_questions(EXAMPLES / "family-practice" / "questions.yaml")]
NEAR = 2e-5  # float32 sums of numbers about 1


def random_entries(chance: random.Random, count: int) -> list[Entry]:
    """Entries of mixed sentences, some with aliases, tags or nothing to answer."""
    return [
        Entry(
            question=chance.choice(PAGE).question,
            answer=". ".join(chance.sample(SENTENCES, chance.randrange(6))),
            id=f"entry-{number}",
            category=chance.choice(["", "Visits", "Costs"]),
            tags=chance.choice([(), ("travel",), ("travel", "children")]),
            aliases=tuple(chance.sample(QUESTIONS, chance.choice([0, 0, 1, 3]))),
            lang=chance.choice(["en", "en", "en-GB", "es"]),
            pinned=chance.random() < 0.1,
        )
        for number in range(count)
    ]


def random_query(chance: random.Random) -> str:
    words = chance.choice(QUESTIONS).split()
    if chance.random() < 0.5:
        spot = chance.randrange(len(words))
        word = list(words[spot])
        chance.shuffle(word)
        words[spot] = "".join(word)
    return " ".join(chance.sample(words, len(words)) if chance.random() < 0.3 else words)


def plain_words(items: Sequence[Prepared], groups: Sequence[Group]) -> list[float]:
    """BM25F, as it stands in the book."""
    lengths = [item.document.lengths for item in items]
    means = [sum(column) / len(items) or 1.0 for column in zip(*lengths, strict=True)]
    totals = [0.0] * len(items)
    for group in groups:
        best = [0.0] * len(items)
        for alternative in group.alternatives:
            holders = sum(any(alternative.term in f for f in i.document.terms) for i in items)
            idf = np.log(1 + (len(items) - holders + 0.5) / (holders + 0.5))
            for place, item in enumerate(items):
                weight = sum(
                    ranking.WEIGHTS[name]
                    * terms.count(alternative.term)
                    / (1 - ranking.LENGTH_NORMS[name] * (1 - len(terms) / mean))
                    for name, terms, mean in zip(FIELDS, item.document.terms, means, strict=True)
                )
                value = alternative.weight * idf * weight / (ranking.SATURATION + weight)
                best[place] = max(best[place], value)
        totals = [a + b for a, b in zip(totals, best, strict=True)]
    return totals


def plain_coverage(items: Sequence[Prepared], query: Query) -> list[float]:
    """The share of the query's words that each entry has, each by its idf."""
    total = query.unknown * np.log(1 + (len(items) + 0.5) / 0.5)
    covered = [0.0] * len(items)
    for group in query.groups:
        has = [
            [a.weight for a in group.alternatives if any(a.term in f for f in i.document.terms)]
            for i in items
        ]
        holders = max(
            sum(any(a.term in f for f in i.document.terms) for i in items)
            for a in group.alternatives
        )
        idf = np.log(1 + (len(items) - holders + 0.5) / (holders + 0.5))
        total += idf
        for place, found in enumerate(has):
            covered[place] += idf * max(found, default=0.0)
    return [value / total if total else 0.0 for value in covered]


def plain_nearness(
    items: Sequence[Prepared], lang: str, words: Sequence[str]
) -> similarity.Nearness:
    """The cosines of sums of word vectors."""
    table = word_vectors(lang)
    if table is None:
        return similarity.Nearness.none(len(items))
    bags = {i.entry.id: i.bags for i in items if i.lang == lang}
    holders: dict[int, int] = {}
    for bag in bags.values():
        for row in set(bag.whole if bag else ()):
            holders[row] = holders.get(row, 0) + 1
    weights = CorpusWeights(holders, len(bags))
    query = table.embed(table.bag(words), weights)
    if query is None:
        return similarity.Nearness.none(len(items))
    vectors = []
    for item in items:
        found = bags.get(item.entry.id)
        kinds = (found.questions, (found.whole,), found.sentences) if found else ((), (), ())
        embedded = [[table.embed(bag, weights) for bag in kind] for kind in kinds]
        vectors.append(EntryVectors(*([v for v in kind if v] for kind in embedded)))
    return PlainIndex(vectors).compare(query)


def check(projection: Projection, text: str, limit: int, only: Filter | None) -> None:
    """Signals and order are those of the plain ranking."""
    rank = projection._ranker
    query = projection._reader.read(text)
    items = rank._order
    signals = rank.signals(query)
    words = plain_words(items, query.groups)
    near = plain_nearness(items, rank._language_of(query), query.words)
    assert np.allclose(signals.words, words, atol=NEAR)
    for fast, slow in zip(signals.near, near, strict=True):
        assert np.allclose(fast, slow, atol=NEAR)
    covered = plain_coverage(items, query)
    assert np.allclose(signals.covered, covered, atol=NEAR)
    plain = signals._replace(words=words, covered=covered, near=near, table=None)
    scores = dict(enumerate(ranker.scores(plain)))
    found = rank.rank(signals, limit, only)
    values = [value for value, _, _ in found]
    assert values == sorted(values, reverse=True)
    assert values == pytest.approx([scores[place] for _, place, _ in found], abs=NEAR)
    assert all(only is None or only.accepts(item.entry) for _, _, item in found)
    least = ranker.weights(signals).least
    floor = values[-1] if len(found) == limit else least
    for place in scores.keys() - {place for _, place, _ in found}:
        fits = only is None or only.accepts(items[place].entry)
        if fits and (scores[place] >= least or words[place]):
            assert scores[place] <= floor + NEAR


@pytest.mark.parametrize("seed", range(12))
def test_the_fast_ranking_is_the_plain_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and order, on random FAQs, after edits too, with caches that are always full."""
    chance = random.Random(seed)
    if seed % 2:
        monkeypatch.setattr(similarity, "_AT_ONCE", 0)
        monkeypatch.setattr(columns, "_SCANNED", 0)
        monkeypatch.setattr("faqlib.search.query._KNOWN_WORDS", 3)
        monkeypatch.setattr("faqlib.search.wordscores._KEPT_BYTES", 0)
        monkeypatch.setattr("faqlib.search.wordscores._MANY_ENTRIES", 0)
        monkeypatch.setattr("faqlib.search.wordscores.MANY", chance.choice([0, 5]))
        monkeypatch.setattr(ranking, "MANY", 1)
        monkeypatch.setattr("faqlib.search.meaning._KEPT_BYTES", -(10**9))
    projector = Projector()
    entries = random_entries(chance, chance.choice([1, 2, 7, 40]))
    for _ in range(3):
        projection = projector.project(entries)
        for _ in range(6):
            only = chance.choice([None, Filter(category="Visits"), Filter(lang="es")])
            check(projection, random_query(chance), chance.choice([1, 3, 10]), only)
        entries = random_entries(chance, chance.randrange(3)) + entries[1:]


def test_plain_lists_and_arrays_give_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small FAQ's first searches, made without numpy, find what later ones find."""
    entries = random_entries(random.Random(5), 20)
    with FAQ(semantic=False) as first, FAQ(semantic=False) as later:
        first.add_all(entries)
        later.add_all(entries)
        for question in QUESTIONS[:10]:
            with monkeypatch.context() as without:
                without.delitem(sys.modules, "numpy")
                plain = first.search(question)
            fast = later.search(question)
            assert [h.entry.id for h in plain] == [h.entry.id for h in fast]
            assert [h.score for h in plain] == pytest.approx([h.score for h in fast], abs=NEAR)
            assert plain.confidence == pytest.approx(fast.confidence, abs=0.001)


def test_threads_that_warm_one_state_together_find_what_one_alone_finds() -> None:
    """Caches are filled by whoever comes first, and dropped while others read them."""
    entries = random_entries(random.Random(6), 60)
    queries = [random_query(random.Random(n)) for n in range(80)]
    alone = Projector().project(entries)
    wanted = [[(h.entry.id, h.score, h.snippet) for h in alone.search(q)] for q in queries]
    for _ in range(3):
        shared = Projector().project(entries)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(shared.search, queries))
        assert [[(h.entry.id, h.score, h.snippet) for h in one] for one in found] == wanted


def test_a_bounded_cache_drops_the_older_half() -> None:
    """At its limit it forgets what came first, and keeps what came last."""
    cache: bounded.Bounded[int, int] = bounded.Bounded(4)
    for number in range(5):
        cache[number] = number
    assert list(cache) == [2, 3, 4]


def test_a_bounded_cache_may_count_sizes() -> None:
    """Its limit is then what all of them come to, and something put in again counts once."""
    cache: bounded.Bounded[str, str] = bounded.Bounded(10, len)
    for key in ("one", "two", "two", "three"):
        cache[key] = key
    assert list(cache) == ["two", "three"]
    cache["four"] = "four"
    assert list(cache) == ["three", "four"]
