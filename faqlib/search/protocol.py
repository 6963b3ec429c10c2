"""What ranking asks of a search backend: analysed documents in, postings out.

A backend keeps an inverted index and nothing else. Ranking, spelling and snippets are the same
over every backend, so a new one is these five calls; :mod:`faqlib.testing.backends` has
a toy one and the contract suite that each has to pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

#: The parts of an entry that are searched, in the order of a posting's frequencies.
FIELDS = ("question", "aliases", "answer", "category", "tags")


@dataclass(frozen=True, slots=True)
class Document:
    """An entry as it is indexed: for each of :data:`FIELDS` its terms, in order.

    ``lengths`` says how many each field has; every state of the FAQ asks all documents for it.
    """

    id: str
    terms: tuple[tuple[str, ...], ...]
    lengths: tuple[int, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(map(len, self.terms)))


class Posting(NamedTuple):
    """How often a term stands in each of :data:`FIELDS` of the document with this number."""

    number: int
    frequencies: Sequence[int]


class Snapshot(Protocol):
    """The index at one moment. It never changes, and threads may share it."""

    @property
    def numbers(self) -> Mapping[int, str]:
        """Document ids by document number."""
        ...

    def postings(self, term: str) -> Sequence[Posting]:
        """Where a term stands, by ascending document number; empty for an unknown term."""
        ...

    def terms(self) -> Iterable[str]:
        """Every term; some may stand in deleted documents only."""
        ...


class Backend(Protocol):
    """An inverted index. Calls come from one thread at a time; snapshots go to many."""

    def replace(self, documents: Sequence[Document]) -> Snapshot:
        """Index exactly these documents, instead of all before."""
        ...

    def update(self, changed: Sequence[Document], removed: Iterable[str]) -> Snapshot:
        """Put documents in, in place of those with the same ids, and take others out."""
        ...
