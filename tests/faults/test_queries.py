"""Hostile queries: none is an error, none takes more work than any other."""

import random
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from faqlib import FAQ
from tests.faults import hostile
from tests.faults.fault_harness import SOAK, chance, count

CPU = 0.05  # seconds for one query, in a long run alone: a busy machine is no defect
CALLS = 250_000  # of functions, which do not depend on the machine: no word is remembered yet


@pytest.fixture(scope="module")
def faq() -> Iterator[FAQ]:
    with hostile.large_faq() as made:
        made.search("warm up")
        yield made


def ask(faq: FAQ, rng: random.Random, text: str) -> None:
    """Search and suggest, with whatever filters; the answer is well-formed."""
    category, lang = rng.choice((None, None, text)), rng.choice((None, None, "es", text[:35]))
    found = faq.search(text, limit=rng.choice((1, 10, 50)), category=category, lang=lang)
    assert 0 <= found.confidence <= 1
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert len(faq.suggest(text, limit=5)) <= 5


def calls_of(work: Callable[[], None]) -> int:
    """How many functions ``work`` calls, those of C too."""
    seen = 0

    def saw(_frame: object, event: str, _argument: object) -> None:
        nonlocal seen
        seen += event in ("call", "c_call")

    sys.setprofile(saw)
    try:
        work()
    finally:
        sys.setprofile(None)
    return seen


def test_no_query_is_an_error_or_takes_more_than_its_share(
    faq: FAQ, tally: Callable[..., None]
) -> None:
    slow = []
    for turn in range(count(400, 100_000)):
        rng = chance(turn)
        text = hostile.query(rng)
        start = time.process_time()
        ask(faq, rng, text)
        spent = time.process_time() - start
        if SOAK and spent > CPU:
            # A collection of garbage in between is not the query's own work.
            start = time.process_time()
            ask(faq, chance(turn), text)
            spent = min(spent, time.process_time() - start)
            if spent > CPU:
                slow.append((round(spent, 3), turn, text[:100]))
        tally("hostile queries at 1,000 entries", tried=1, failed=0, slow=0)
    assert not SOAK or slow == []


def test_a_hostile_query_calls_no_more_functions_than_its_length_allows(faq: FAQ) -> None:
    """The work of a query is bounded, however long it is; counted, so that no clock matters."""
    most = 0
    for turn in range(count(150, 2_000)):
        text = hostile.query(chance(turn))
        calls = calls_of(lambda: faq.search(text))  # noqa: B023  (run at once)
        most = max(most, calls)
        assert calls < CALLS, (calls, turn, text[:100])
    assert most > 100


@pytest.mark.parametrize("unit", ["parking ", "停", "a&#0;", "\u0301", "tpyo\u200b", "' "])
def test_what_goes_beyond_the_longest_query_is_not_looked_at(faq: FAQ, unit: str) -> None:
    long, longer = unit * 1_000, unit * 20_000
    for find in (faq.search, faq.suggest):
        find(long)
        calls = [calls_of(lambda text=text: find(text)) for text in (long, longer)]  # noqa: B023
        assert calls[1] <= calls[0] + 50
    assert len(faq.search(longer).suggestion or "") < 1_000
