"""A pytest plugin: every ``*.faqtest.yaml`` is a test of how well a FAQ answers.

::

    # parking.faqtest.yaml
    faq: faq.yaml
    questions:
      - {question: "where do i leave my car", entry: parking}
      - {question: "do you do dental", entry: null}

Each question is a test of its own. With ``min_first`` or ``max_wrong`` in the file the questions
are one test instead, which passes when enough of them come out right. ``questions`` can name
another file; ``settings: site.yaml`` adds the site's synonyms, and ``semantic: false`` compares
words only. Until pytest meets such a file, nothing of the library but this module is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from faqlib import FAQ
    from faqlib.testing import GoldenQuestion, GoldenReport

SUFFIXES = (".faqtest.yaml", ".faqtest.yml")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the files that are tests of a FAQ."""
    if file_path.name.endswith(SUFFIXES):
        collector: pytest.Collector = GoldenFile.from_parent(parent, path=file_path)
        return collector
    return None


class GoldenFile(pytest.File):
    """A file of golden questions; reads its FAQ once."""

    def collect(self) -> Iterable[pytest.Item]:
        """One test for each question, or one for all where the file sets limits."""
        from faqlib import ImportFormatError
        from faqlib.testing.plan import load_plan

        try:
            self.plan = load_plan(self.path)
        except ImportFormatError as error:
            raise self.CollectError(str(error)) from None
        if self.plan.limits:
            yield _Whole.from_parent(self, name="questions")
            return
        for golden in self.plan.questions:
            yield _Single.from_parent(self, name=golden.question, golden=golden)

    def setup(self) -> None:
        """Read the FAQ."""
        from faqlib import FAQ

        with _in_one_sentence():
            self.faq: FAQ = FAQ(semantic=self.plan.semantic)
            self.addfinalizer(self.faq.close)
            self.faq.load(self.plan.faq)
            if self.plan.settings is not None:
                from faqlib.formats.settings import read_settings

                self.faq.save_site(read_settings(self.plan.settings))


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """What is wrong with a file fails a test without a traceback, which nobody needs for it."""
    from faqlib import FAQError

    try:
        yield
    except FAQError as error:
        pytest.fail(str(error), pytrace=False)


class _Golden(pytest.Item):
    parent: GoldenFile

    def ask(self, questions: Sequence[GoldenQuestion]) -> GoldenReport:
        from faqlib.testing import evaluate

        with _in_one_sentence():
            return evaluate(self.parent.faq, questions)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class _Single(_Golden):
    """One golden question."""

    def __init__(self, *, golden: GoldenQuestion, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.golden = golden

    def runtest(self) -> None:
        report = self.ask([self.golden])
        if not report.passes():
            pytest.fail(str(report.misses[0]), pytrace=False)


class _Whole(_Golden):
    """All golden questions of a file against its limits."""

    def runtest(self) -> None:
        report = self.ask(self.parent.plan.questions)
        limits = self.parent.plan.limits
        if not report.passes(**limits):
            wanted = ", ".join(f"{name} {limit}" for name, limit in limits.items())
            pytest.fail(f"{report}\nThe file asks for {wanted}.", pytrace=False)
