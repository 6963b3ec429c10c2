"""The fast ranking says what a plain one says that keeps nothing and adds up entry by entry."""

from __future__ import annotations

import itertools
import random
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqlib import FAQ, Entry, read_file
from faqlib.search import (
    Filter,
    Projector,
    board,
    board_arrays,
    bounded,
    meaning,
    projection,
    query,
    ranker,
    ranking,
    similarity,
    spelling,
    wordscores,
    wordvectors,
)
from faqlib.search.blend import blend
from faqlib.search.prepared import Prepared, prepare
from faqlib.search.projection import Projection
from faqlib.search.protocol import FIELDS
from faqlib.search.similarity import EntryVectors, Nearness, PlainIndex
from faqlib.search.words import Group, Query
from faqlib.search.wordvectors import CorpusWeights, rows_of, word_vectors
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


def plain_nearness(items: Sequence[Prepared], lang: str, words: Sequence[str]) -> Nearness:
    """The cosines of sums of word vectors."""
    table = word_vectors(lang)
    nothing = [0.0] * len(items)
    if table is None:
        return Nearness(nothing, nothing, nothing)
    bags = {i.entry.id: i.bags for i in items if i.lang == lang}
    holders: dict[int, int] = {}
    for bag in bags.values():
        for row in set(rows_of(bag.whole) if bag else ()):
            holders[row] = holders.get(row, 0) + 1
    weights = CorpusWeights(holders, len(bags))
    query = table.embed(table.bag(words), weights)
    if query is None:
        return Nearness(nothing, nothing, nothing)
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
    plain = board.PlainBoard(len(items))
    plain.words = plain_words(items, query.groups)
    plain.covered = plain_coverage(items, query)
    near = plain_nearness(items, rank._language_of(query), query.words)
    plain.question, plain.whole, plain.sentence = near
    for place in range(len(items)):
        assert signals.board.at(place) == pytest.approx(plain.at(place), abs=NEAR)
    blend(plain, 0.0, None, rank._asked(query))
    scores = {place: score for score, place, _ in plain.best(items, -1.0, len(items), None)}
    found = rank.rank(signals, limit, only)
    values = [value for value, _, _ in found]
    assert values == sorted(values, reverse=True)
    assert values == pytest.approx([scores[place] for _, place, _ in found], abs=NEAR)
    assert all(only is None or only.accepts(item.entry) for _, _, item in found)
    quick, steps = [projection.search(text, limit, only, explain=e) for e in (False, True)]
    assert [(hit.entry, hit.score, hit.snippet) for hit in quick] == [
        (hit.entry, hit.score, hit.snippet) for hit in steps
    ]
    assert [hit.score for hit in quick] == pytest.approx(values, abs=1e-6)
    assert quick.confidence == steps.confidence
    least = signals.weights.least
    floor = values[-1] if len(found) == limit else least
    for place in scores.keys() - {place for _, place, _ in found}:
        fits = only is None or only.accepts(items[place].entry)
        if fits and (scores[place] >= least or plain.words[place]):
            assert scores[place] <= floor + NEAR


@pytest.fixture(params=["compiled", "arrays"])
def fast(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Each of the fast boards, in use."""
    found: ModuleType = board_arrays
    if request.param == "compiled":
        found = pytest.importorskip("faqlib.search._board", reason="built without a compiler")
    for module in (meaning, projection, query, ranker, similarity, wordscores):
        monkeypatch.setattr(module, "fast", found)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_fast_ranking_is_the_plain_one(
    seed: int, fast: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers and order, on random FAQs, after edits too, with caches that are always full."""
    chance = random.Random(seed)
    if seed % 3 == 0:
        monkeypatch.setattr(fast, "LEFT_OUT", 0, raising=False)
    if seed % 2:
        monkeypatch.setattr(board_arrays, "_AT_ONCE", 0)
        monkeypatch.setattr(board_arrays, "_SCANNED", 0)
        monkeypatch.setattr(fast, "MANY", 0)
        monkeypatch.setattr(fast, "RARE", chance.choice([1, 8]))
        monkeypatch.setattr("faqlib.search.query.KNOWN_WORDS", 3)
        monkeypatch.setattr("faqlib.search.words.KNOWN_WORDS", 3)
        monkeypatch.setattr("faqlib.search.wordscores._KEPT_BYTES", 0)
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


def test_plain_lists_and_arrays_give_the_same_answers(
    fast: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.parametrize("mask", [None, Filter(category="Visits")])
def test_what_can_not_be_among_the_best_is_left_out(
    fast: ModuleType, mask: Filter | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many entries the compiled board works out few cosines, and finds the same."""
    projection = Projector().project(random_entries(random.Random(8), 300))
    found = [projection.search(question, 10, mask) for question in QUESTIONS[:40]]
    monkeypatch.setattr(fast, "LEFT_OUT", 100, raising=False)
    again = [projection.search(question, 10, mask) for question in QUESTIONS[:40]]
    for one, other in zip(found, again, strict=True):
        assert [hit.entry.id for hit in one] == [hit.entry.id for hit in other]
        assert [h.score for h in one] == pytest.approx([h.score for h in other], abs=NEAR)
        assert one.confidence == pytest.approx(other.confidence, abs=0.001)


def test_a_compiled_board_refuses_what_does_not_fit() -> None:
    """No index can leave its array: sizes, types and places are looked at first."""
    compiled = pytest.importorskip("faqlib.search._board", reason="built without a compiler")
    groups = compiled.Groups([[1, 2], [1, 1], [3, 1]])
    floats = np.zeros(9 + 1 + 2, np.float32)
    row, short = compiled.Row(floats), compiled.Row(floats[:5].copy())
    places, item = np.array([0, 4], np.int32), prepare(Entry("Asked?", "Yes."))
    two = np.zeros(2, np.float32)
    wrong: list[Callable[[], object]] = [
        lambda: compiled.Row(np.zeros(3)),
        lambda: compiled.Row(np.zeros(3, np.int32)),
        lambda: compiled.Said(1.0, places, floats),
        lambda: compiled.Said(1.0, places.astype(np.int64), two),
        lambda: compiled.Groups([[1, 0], [1, 1], [1, 1]]),
        lambda: compiled.Groups([[1, 1], [1, 1], [1]]),
        lambda: compiled.Groups([[], [], []]),
        lambda: groups.largest(floats, np.zeros((3, 2), np.float32)),
        lambda: groups.largest(floats[:9].copy(), np.zeros((2, 2), np.float32)),
        lambda: compiled.Board(-1),
        lambda: compiled.Board(2).say([compiled.Said(1.0, None, two)], 0.0),
        lambda: compiled.Board(2).say([compiled.Said(1.0, places, two)], 0.0),
        lambda: compiled.Board(2).near([], groups, 2),
        lambda: compiled.Board(2).near([row, short], groups, 2),
        lambda: compiled.Board(2).near([row], None, 2),
        lambda: compiled.Board(2).near([row] * 65, groups, 2),
        lambda: compiled.Board(2).near([row], groups, 3),
        lambda: compiled.Board(3).near([row], groups, 2),
        lambda: compiled.Board(2).add(1.0, floats),
        lambda: compiled.Board(2).lift(2, 1.0),
        lambda: compiled.Board(2).at(-1),
        lambda: compiled.Board(2).best([item, item], 0.0, 1, np.ones(3, np.uint8)),
        lambda: compiled.Board(2).best([item], 0.0, 1, None),
        lambda: compiled.gather("", ["word"], [("word",)]),
    ]
    for call in wrong:
        with pytest.raises(ValueError, match="do not fit"):
            call()
    for call in (lambda: compiled.Board(2).near([floats], groups, 2), lambda: compiled.Row("x")):
        with pytest.raises(TypeError):
            call()


def test_a_word_without_a_vector_is_compared_with_nothing(
    fast: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of a large FAQ would cost as much as a word that was never asked before."""
    projection = Projector().project(random_entries(random.Random(9), 60))
    known = projection.search("parking")
    compared: list[object] = []
    products = similarity.ArrayIndex.products

    def counted(index: similarity.ArrayIndex, vector: similarity.Vector) -> object:
        compared.append(vector)
        return products(index, vector)

    monkeypatch.setattr(similarity.ArrayIndex, "products", counted)
    found = projection.search("xqzv parking")
    assert not compared
    assert found[0].entry.id == known[0].entry.id
    projection.search("appointment")
    assert len(compared) == 1


def plain_distance(a: str, b: str) -> float:
    """Optimal string alignment, by its definition."""
    table = {(i, 0): float(i) for i in range(len(a) + 1)}
    table |= {(0, j): float(j) for j in range(len(b) + 1)}
    for i, j in itertools.product(range(1, len(a) + 1), range(1, len(b) + 1)):
        doubled = 0.8 if a[i - 2 : i - 1] == a[i - 1] and i > 1 else 1.0
        halved = 0.8 if b[j - 2 : j - 1] == b[j - 1] and j > 1 else 1.0
        beside = any({a[i - 1], b[j - 1]} == set(pair) for pair in ("ab", "ax", "xc"))
        other = 0.0 if a[i - 1] == b[j - 1] else 0.8 if beside else 1.0
        options = [table[i - 1, j] + doubled, table[i, j - 1] + halved]
        options.append(table[i - 1, j - 1] + other)
        if i > 1 and j > 1 and a[i - 2 : i] == b[j - 2 : j][::-1]:
            options.append(table[i - 2, j - 2] + 1)
        table[i, j] = min(options)
    return table[len(a), len(b)]


@given(st.lists(st.lists(st.sampled_from([0, 1, 255, 256, 49_997])), max_size=9), st.data())
def test_words_are_counted_in_few_texts_as_in_many(
    rows: list[list[int]], data: st.DataObject
) -> None:
    bags = [array("I", some).tobytes() for some in rows]
    counted = Counter(itertools.chain.from_iterable(map(set, rows)))
    for many in (0, 100):
        with mock.patch.object(wordvectors, "_MANY", many):
            assert wordvectors.holders(bags) == counted
    wanted = data.draw(st.sets(st.sampled_from([0, 1, 256])))
    table = word_vectors("en")
    assert table is not None
    assert list(table.touched(bags, wanted)) == [not wanted.isdisjoint(some) for some in rows]


@given(st.text("abcx", max_size=7), st.text("abcx", max_size=7), st.integers(0, 2))
def test_only_what_so_few_edits_can_reach_has_to_be_looked_at(a: str, b: str, limit: int) -> None:
    """The distance of two words is that of the whole table, wherever it is within the limit."""
    pairs = {(one, other) for pair in ("ab", "ax", "xc") for one in pair for other in pair}
    with mock.patch.object(spelling, "_NEIGHBOURS", pairs):
        found, whole = spelling.distance(a, b, limit), plain_distance(a, b)
    assert found == pytest.approx(whole) if whole <= limit else found > limit


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
