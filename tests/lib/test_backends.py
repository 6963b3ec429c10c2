"""Every search backend passes one contract, and ranks alike."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from faqlib import read_file
from faqlib.search import FIELDS, Document, Projector
from faqlib.search.whoosh_backend import WhooshBackend, _count, _pack, _pack_many
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


TERMS = st.lists(st.sampled_from("abcé医")).map(tuple) | st.just(("a", "b") * 300)
DOCUMENTS = st.lists(st.tuples(*[TERMS] * len(FIELDS)), max_size=8)


@given(DOCUMENTS)
def test_many_documents_are_packed_as_a_few_are(fields: list[tuple[tuple[str, ...], ...]]) -> None:
    documents = [Document(str(number), terms) for number, terms in enumerate(fields)]
    assert _pack_many(documents) == _pack(map(_count, documents))
