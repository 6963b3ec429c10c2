"""Asking golden questions, and counting how often the right entry comes first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from faqlib import FAQ, Entry, ImportFormatError, Problem, Results
from faqlib.testing.questions import GoldenQuestion

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one golden question.

    ``rank`` is the place (from 1) of the first expected entry among the first ten, or ``None``;
    ``came_first`` what was found first, ``answered`` and ``confidence`` what the search said.
    """

    golden: GoldenQuestion
    rank: int | None = None
    came_first: Entry | None = None
    confidence: float = 0.0
    answered: bool = False

    @property
    def missed(self) -> bool:
        """Whether something else came first, or an answer was claimed where there is none."""
        return self.rank != 1 if self.golden.expected else self.answered

    def __str__(self) -> str:
        """One line: the place, the question, what was expected and what came instead."""
        place = f"{self.golden.file}:{self.golden.line}: " if self.golden.line else ""
        first = f"{self.came_first.id!r} came first" if self.came_first else "nothing was found"
        if not self.golden.expected:
            sure = f"is answered with a confidence of {self.confidence:.0%}, but has no answer"
            return f"{place}{self.golden.question!r} {sure}: {first}"
        wanted = " or ".join(repr(name) for name in self.golden.expected)
        rank = f", which came {_ordinal(self.rank)}" if self.rank else ", which was not found"
        return f"{place}{self.golden.question!r} should find {wanted}{rank}: {first}"


@dataclass(frozen=True, slots=True)
class GoldenReport:
    """How well a FAQ answers golden questions."""

    outcomes: tuple[Outcome, ...]

    @property
    def answerable(self) -> tuple[Outcome, ...]:
        """The questions that have an answer."""
        return tuple(outcome for outcome in self.outcomes if outcome.golden.expected)

    @property
    def unanswerable(self) -> tuple[Outcome, ...]:
        """The questions that have none."""
        return tuple(outcome for outcome in self.outcomes if not outcome.golden.expected)

    @property
    def misses(self) -> tuple[Outcome, ...]:
        """What did not come out as expected."""
        return tuple(outcome for outcome in self.outcomes if outcome.missed)

    @property
    def first(self) -> float:
        """P@1: the share of answerable questions whose entry comes first; 1.0 if there are none."""
        return _mean([outcome.rank == 1 for outcome in self.answerable], 1.0)

    @property
    def mrr(self) -> float:
        """The mean of 1/rank of the expected entry over the answerable questions."""
        ranks = [1 / outcome.rank if outcome.rank else 0.0 for outcome in self.answerable]
        return _mean(ranks, 1.0)

    @property
    def answered(self) -> float:
        """The share of answerable questions for which the search says that it has the answer."""
        return _mean([outcome.answered for outcome in self.answerable], 1.0)

    @property
    def wrong(self) -> float:
        """The share of unanswerable questions for which it says so too; 0.0 if there are none."""
        return _mean([outcome.answered for outcome in self.unanswerable], 0.0)

    def passes(self, *, min_first: float = 1.0, max_wrong: float = 0.0) -> bool:
        """Whether enough comes first and not too much is wrongly answered."""
        return self.first >= min_first and self.wrong <= max_wrong

    def __str__(self) -> str:
        """Each miss on a line of its own, then the totals."""
        lines = [str(outcome) for outcome in self.misses]
        if self.answerable:
            hits = sum(outcome.rank == 1 for outcome in self.answerable)
            lines.append(
                f"{hits} of {len(self.answerable)} questions find their entry first "
                f"(P@1 {self.first:.3f}, MRR {self.mrr:.3f}); {self.answered:.0%} are said to be "
                "answered"
            )
        if self.unanswerable:
            wrong = sum(outcome.answered for outcome in self.unanswerable)
            lines.append(
                f"{wrong} of {len(self.unanswerable)} questions without an answer are wrongly "
                f"answered ({self.wrong:.0%})"
            )
        return "\n".join(lines)


def evaluate(faq: FAQ, questions: Iterable[GoldenQuestion]) -> GoldenReport:
    """Ask every question, and see what comes first.

    Raises:
        ImportFormatError: if questions expect entries that are not there or not published.
    """
    known = {name for entry in faq.published() for name in (entry.id, entry.question)}
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    for golden in questions:
        problems += _unknown(golden, known)
        outcomes.append(ask(faq, golden))
    if problems:
        raise ImportFormatError(problems)
    return GoldenReport(tuple(outcomes))


def ask(faq: FAQ, golden: GoldenQuestion) -> Outcome:
    """Ask one question."""
    results = faq.search(golden.question, limit=DEPTH)
    return Outcome(
        golden,
        _rank(results, golden.expected),
        results[0].entry if results else None,
        results.confidence,
        results.answered,
    )


def _unknown(golden: GoldenQuestion, known: Collection[str]) -> Iterator[Problem]:
    for name in golden.expected:
        if name not in known:
            message = f"expects {name!r}, which is no published entry's id or question."
            yield Problem(message, golden.file, golden.line, repr(golden.question[:60]))


def _rank(results: Results, expected: tuple[str, ...]) -> int | None:
    for place, hit in enumerate(results, 1):
        if hit.entry.id in expected or hit.entry.question in expected:
            return place
    return None


def _mean(values: Sequence[float], empty: float) -> float:
    return sum(values) / len(values) if values else empty


def _ordinal(number: int | None) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{endings.get(number or 0, 'th')}"
