"""What every search backend has to do, and the smallest one that does it.

A backend's own tests subclass :class:`BackendContract` and say how one is made:

>>> class TestMine(BackendContract):
...     make = DictBackend
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from faqlib.search import FIELDS, Backend, Document, Posting, Snapshot


class DictSnapshot:
    """One state of a :class:`DictBackend`."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.numbers = {number: document.id for number, document in enumerate(documents)}
        self._documents = documents

    def postings(self, term: str) -> Sequence[Posting]:
        """Where a term stands, found by looking through everything."""
        counted = (
            Posting(number, [terms.count(term) for terms in document.terms])
            for number, document in enumerate(self._documents)
        )
        return [posting for posting in counted if any(posting.frequencies)]

    def terms(self) -> Iterable[str]:
        """Every term."""
        return {term for d in self._documents for terms in d.terms for term in terms}


class DictBackend:
    """The toy backend: right, and slow."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def replace(self, documents: Sequence[Document]) -> Snapshot:
        """Keep exactly these documents."""
        self._documents = {}
        return self.update(documents, ())

    def update(self, changed: Sequence[Document], removed: Iterable[str]) -> Snapshot:
        """Put documents in and take others out."""
        for entry_id in removed:
            self._documents.pop(entry_id, None)
        self._documents.update((document.id, document) for document in changed)
        return DictSnapshot(list(self._documents.values()))


def _document(entry_id: str, question: str, answer: str = "") -> Document:
    fields = {"question": tuple(question.split()), "answer": tuple(answer.split())}
    return Document(entry_id, tuple(fields.get(name, ()) for name in FIELDS))


def _found(snapshot: Snapshot, term: str) -> dict[str, list[int]]:
    """By document, how often the term stands in question and answer."""
    places = FIELDS.index("question"), FIELDS.index("answer")
    return {
        snapshot.numbers[number]: [frequencies[place] for place in places]
        for number, frequencies in snapshot.postings(term)
    }


class BackendContract:
    """The suite: pytest runs each method for each subclass."""

    make: ClassVar[Callable[[], Backend]]

    def test_frequencies_are_told_by_field(self) -> None:
        """A term's count in each field comes back, and nothing for a term that is not there."""
        snapshot = type(self).make().replace([_document("a", "x y x", "x"), _document("b", "z")])
        assert _found(snapshot, "x") == {"a": [2, 1]}
        assert _found(snapshot, "nowhere") == {}
        assert set(snapshot.terms()) >= {"x", "y", "z"}

    def test_postings_come_by_ascending_number(self) -> None:
        """Document numbers rise along a term's postings."""
        snapshot = type(self).make().replace([_document(str(n), "x") for n in range(50)])
        numbers = [posting.number for posting in snapshot.postings("x")]
        assert numbers == sorted(numbers)
        assert len(numbers) == 50

    def test_a_changed_document_takes_the_place_of_the_old(self) -> None:
        """An id is there once, with its last terms."""
        backend = type(self).make()
        backend.replace([_document("a", "old"), _document("b", "kept")])
        snapshot = backend.update([_document("a", "new")], ())
        assert _found(snapshot, "old") == {}
        assert _found(snapshot, "new") == {"a": [1, 0]}
        assert sorted(snapshot.numbers.values()) == ["a", "b"]

    def test_a_removed_document_is_gone(self) -> None:
        """Removing what is not there is no error."""
        backend = type(self).make()
        backend.replace([_document("a", "x"), _document("b", "x")])
        snapshot = backend.update((), ["a", "never"])
        assert _found(snapshot, "x") == {"b": [1, 0]}
        assert list(snapshot.numbers.values()) == ["b"]

    def test_a_snapshot_does_not_change(self) -> None:
        """What was read from one state stays so after the next was made."""
        backend = type(self).make()
        before = backend.replace([_document("a", "x")])
        backend.update([_document("b", "x")], ["a"])
        assert _found(before, "x") == {"a": [1, 0]}

    def test_many_small_changes_end_where_one_large_one_does(self) -> None:
        """The history of edits leaves no trace in the postings."""
        edited, built = type(self).make(), type(self).make()
        edited.replace([_document(str(n), "x") for n in range(20)])
        for n in range(200):
            snapshot = edited.update([_document(str(n % 20), f"x w{n % 7}")], [str((n + 5) % 25)])
        documents = {i: _found(snapshot, "x").get(i) for i in snapshot.numbers.values()}
        whole = built.replace(
            [
                _document(i, " ".join(t for t in snapshot.terms() if i in _found(snapshot, t)))
                for i in documents
            ]
        )
        for term in ("x", *(f"w{n}" for n in range(7))):
            assert _found(snapshot, term) == _found(whole, term)

    def test_any_word_is_a_term(self) -> None:
        """Terms of every script, and signs that mean something to a query language, are kept."""
        terms = ["ärzte", "医生", "a:b", "*", "نعم", "x" * 200]
        snapshot = type(self).make().replace([_document("a", " ".join(terms))])
        assert all(_found(snapshot, term) == {"a": [1, 0]} for term in terms)
