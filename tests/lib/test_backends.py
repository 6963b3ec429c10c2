"""Every search backend passes one contract, and ranks alike."""

from __future__ import annotations

from pathlib import Path

from faqlib import read_file
from faqlib.search import Projector
from faqlib.search.whoosh_backend import WhooshBackend
from faqlib.testing.backends import BackendContract, DictBackend

EXAMPLE = Path(__file__).parents[2] / "examples" / "exosomes" / "faq.yaml"


class TestWhoosh(BackendContract):
    """Whoosh, with segments that are written and merged."""

    make = WhooshBackend


class TestToy(BackendContract):
    """A dictionary."""

    make = DictBackend


def test_the_ranking_is_the_same_over_every_backend() -> None:
    entries = read_file(EXAMPLE).entries
    whoosh = Projector(WhooshBackend).project(entries)
    toy = Projector(DictBackend).project(entries)
    for entry in entries:
        assert [(h.entry.id, h.score) for h in whoosh.search(entry.question)] == [
            (h.entry.id, h.score) for h in toy.search(entry.question)
        ]
