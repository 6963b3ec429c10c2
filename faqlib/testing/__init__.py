"""Golden questions: what visitors ask, the entry that has to come first, and how often it does.

>>> from faqlib import FAQ, Entry
>>> from faqlib.testing import GoldenQuestion, evaluate
>>> with FAQ(semantic=False) as faq:
...     _ = faq.add(Entry("Is parking free?", "Yes, behind the house.", id="parking"))
...     evaluate(faq, [GoldenQuestion("parking", ("parking",))]).first
1.0

The command ``faqlib test`` and the pytest plugin (:mod:`faqlib.pytest_plugin`) show the same.
"""

from __future__ import annotations

from faqlib.testing.golden import GoldenReport, Outcome, ask, evaluate
from faqlib.testing.questions import GoldenQuestion, load_questions

__all__ = ["GoldenQuestion", "GoldenReport", "Outcome", "ask", "evaluate", "load_questions"]
