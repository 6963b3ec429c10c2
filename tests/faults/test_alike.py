"""FAQs in memory, SQLite and PostgreSQL beside a plain model: all find, list and refuse the same.

Any text that the schema lets in is edited in and asked for. What an index says after many edits is
what one says that is made anew from the same entries.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from faqlib import FAQ, Entry, EntryNotFound, FAQError, InvalidData, Site, open_store
from faqlib.search import analysis
from tests.faults.fault_harness import count
from tests.faults.hostile import OPERATORS, SIGNS
from tests.lib import postgres_server

WORDS = ("parking", "parked", "Kosten", "niño", "停車場", "ไทย", "3.5", "o'clock", "ß", "İstanbul")
PIECES = st.sampled_from((*WORDS, *SIGNS)) | st.text(max_size=6)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map(" ".join)
IDS = st.sampled_from(("a", "b", "c", "é", "a\0", "\ud800"))
QUERIES = TEXTS | st.builds(
    lambda make, a, b: make(a, b), st.sampled_from(OPERATORS), TEXTS, st.sampled_from(WORDS)
)
ENTRIES = st.builds(
    dict, id=IDS, question=TEXTS, answer=TEXTS, aliases=st.lists(TEXTS, max_size=1),
    lang=st.sampled_from(("en", "de", "th")), category=st.sampled_from(("", "Visit")),
    status=st.sampled_from(("published", "published", "draft", "archived")),
    pinned=st.booleans(),
)  # fmt: skip


def outcome(work: Any) -> tuple[str, Any]:
    """What a call returned, or by which error it was refused."""
    try:
        return "done", work()
    except FAQError as error:
        return type(error).__name__, None


class Alike(RuleBasedStateMachine):
    """The same calls on every FAQ: the same answers, and those that the model expects."""

    postgres = ""

    @initialize()
    def begin(self) -> None:
        self.home = tempfile.TemporaryDirectory()
        self.file = str(Path(self.home.name, "faq.db"))
        self.model: dict[str, Entry] = {}
        self.faqs = [FAQ(semantic=False), FAQ.open(self.file, semantic=False)]
        self.faqs.append(FAQ.open(self.file, semantic=False))  # another worker, that only reads
        if self.postgres:
            with_sites = open_store(self.postgres)
            for site in with_sites.sites():
                with_sites.delete_site(site.id)
            with_sites.close()
            self.faqs.append(FAQ.open(self.postgres, semantic=False))

    def teardown(self) -> None:
        for faq in getattr(self, "faqs", ()):
            faq.close()
        if hasattr(self, "home"):
            self.home.cleanup()

    def change(self, call: Any) -> str:
        """Make one change on all but the reader; returns how it ended, alike on all."""
        ends = {outcome(lambda faq=faq: call(faq))[0] for faq in (*self.faqs[:2], *self.faqs[3:])}
        assert len(ends) == 1
        return ends.pop()

    def asked(self, call: Any) -> Any:
        """Ask all; returns the one answer."""
        answers = [outcome(lambda faq=faq: call(faq)) for faq in self.faqs]
        assert all(answer == answers[0] for answer in answers), answers
        return answers[0][1]

    @rule(data=ENTRIES)
    def put(self, data: dict[str, Any]) -> None:
        try:
            entry = Entry(**{**data, "aliases": tuple(data["aliases"])})
        except (FAQError, ValueError):
            return
        if self.change(lambda faq: faq.merge([entry])) == "done":
            kept = self.faqs[0].get(entry.id)
            assert kept is not None
            self.model[entry.id] = kept

    @rule(name=IDS)
    def remove(self, name: str) -> None:
        ended = self.change(lambda faq: faq.remove(name))
        assert ended == ("done" if self.model.pop(name, None) else EntryNotFound.__name__)

    @rule(name=IDS, number=st.integers(0, 3))
    def bring_back(self, name: str, number: int) -> None:
        if self.change(lambda faq: faq.restore(name, number)) == "done":
            self.model[name] = self.faqs[0][name]

    @rule(groups=st.lists(st.lists(TEXTS, min_size=2, max_size=3), max_size=2))
    def synonyms(self, groups: list[list[str]]) -> None:
        site = Site("default", synonyms=tuple(tuple(group) for group in groups))
        ended = self.change(lambda faq: faq.save_site(site))
        assert ended in ("done", InvalidData.__name__)

    @rule()
    def reopen(self) -> None:
        self.faqs[1].close()
        self.faqs[1] = FAQ.open(self.file, semantic=False)

    @rule(query=QUERIES, limit=st.sampled_from((1, 3, 50)))
    def search(self, query: str, limit: int) -> None:
        found = self.asked(lambda faq: faq.search(query, limit=limit, explain=True))
        published = {name for name, entry in self.model.items() if entry.status == "published"}
        assert {hit.entry.id for hit in found} <= published
        assert all(self.model[hit.entry.id] == hit.entry for hit in found)
        with FAQ(semantic=False) as fresh:
            fresh.save_site(self.faqs[0].site)
            fresh.add_all(self.faqs[0])
            again = fresh.search(query, limit=limit)
        told = [(hit.entry.id, hit.score, hit.snippet) for hit in found]
        assert told == [(hit.entry.id, hit.score, hit.snippet) for hit in again]
        assert found.confidence == again.confidence

    @rule(query=QUERIES)
    def suggest(self, query: str) -> None:
        questions = {e.question for e in self.model.values() if e.status == "published"}
        assert set(self.asked(lambda faq: faq.suggest(query))) <= questions

    @rule(name=IDS)
    def related(self, name: str) -> None:
        self.asked(lambda faq: faq.related(name))
        self.asked(lambda faq: [version.entry for version in faq.history(name)])

    @rule()
    def each_is_found_by_its_own_question(self) -> None:
        for name, entry in self.model.items():
            if entry.status == "published" and analysis.words(entry.question[:400]):
                found = self.faqs[0].search(entry.question, limit=50)
                assert name in {hit.entry.id for hit in found}

    @invariant()
    def all_hold_what_the_model_holds(self) -> None:
        if hasattr(self, "faqs"):
            held = self.asked(lambda faq: {entry.id: entry for entry in faq})
            assert held == self.model
            self.asked(lambda faq: faq.published())


def counted(machine: type[Alike], tally: Callable[..., None]) -> type[Alike]:
    """The same, of which each history that was gone through to its end is counted."""

    class Counted(machine):  # type: ignore[misc, valid-type]
        def teardown(self) -> None:
            super().teardown()
            with_postgres = " and PostgreSQL" if self.postgres else ""
            tally(f"histories in memory, SQLite{with_postgres} beside a model", tried=1, unlike=0)

    return Counted


STEPS = settings(
    max_examples=count(15, 400), stateful_step_count=15, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


def test_memory_and_sqlite_answer_alike(tally: Callable[..., None]) -> None:
    run_state_machine_as_test(counted(Alike, tally), settings=STEPS)


@pytest.mark.xdist_group("postgres")
def test_postgres_answers_like_the_others(tally: Callable[..., None]) -> None:
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    with postgres_server.server() as address:

        class WithPostgres(Alike):
            postgres = address

        run_state_machine_as_test(
            counted(WithPostgres, tally), settings=settings(STEPS, max_examples=count(8, 200))
        )
