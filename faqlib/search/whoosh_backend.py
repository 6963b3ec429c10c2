"""The Whoosh backend: everything that touches Whoosh's index stands here.

Each segment is one Whoosh document, and the value of a term's posting in it lists the segment's
entries with the term's frequency in every field: Whoosh's work is for each term, not for each of
its occurrences, and a term is read in one go. Segments live in memory only. Whoosh's query parser,
searcher and merging are not used: the first hangs on hostile input, the others cost more than the
ranking (docs/design.md).
"""

from __future__ import annotations

import struct
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whoosh.fields import FieldType, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Format

from faqlib.search.protocol import FIELDS, Document, Posting, Snapshot

_SMALL = 32
_POOL_MEGABYTES = 1024
_MAX_FREQUENCY = 255  # one byte; BM25 tells nothing apart beyond it
_RECORD = struct.Struct(f"<I{len(FIELDS)}B")  # an entry's offset in its segment, the frequencies

Packed = Mapping[str, bytes]  # term -> records by ascending offset


def _frequencies(document: Document) -> dict[str, list[int]]:
    """How often each term of a document stands in each field."""
    found: dict[str, list[int]] = {}
    for field, terms in enumerate(document.terms):
        for term, count in Counter(terms).items():
            if term not in found:
                found[term] = [0] * len(FIELDS)
            found[term][field] = min(count, _MAX_FREQUENCY)
    return found


def _pack(documents: Iterable[Document]) -> Packed:
    packed: dict[str, bytearray] = {}
    for offset, document in enumerate(documents):
        for term, frequencies in _frequencies(document).items():
            packed.setdefault(term, bytearray()).extend(_RECORD.pack(offset, *frequencies))
    return {term: bytes(records) for term, records in packed.items()}


def _unpack(records: bytes, base: int) -> Iterator[Posting]:
    for offset, *frequencies in _RECORD.iter_unpack(records):
        yield Posting(base + offset, frequencies)


class _Records(Format):  # type: ignore[misc]
    """A Whoosh format whose values are made already."""

    def word_values(
        self, value: Packed, analyzer: object, **_: Any
    ) -> Iterator[tuple[str, int, float, bytes]]:
        return ((term, 1, 1.0, records) for term, records in value.items())


class _Terms(FieldType):  # type: ignore[misc]
    """A Whoosh field that takes the records of a segment."""

    scorable = False
    stored = False
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = _Records()
        self.analyzer = None

    def index(self, value: Packed, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        return (
            (term.encode("utf-8"), count, weight, packed)
            for term, count, weight, packed in self.format.word_values(value, None)
        )


class _Memory(RamStorage):  # type: ignore[misc]
    """Whoosh's storage in memory, whose temporary files are in memory too.

    Whoosh itself puts them into one folder that all indexes of the machine share, and each
    writer empties it when it ends.
    """

    def temp_storage(self, name: str | None = None) -> RamStorage:
        return RamStorage()


class WhooshSnapshot:
    """One state of the index. A term's postings are read once and kept.

    Args:
        reader: Whoosh's, of all segments.
        bases: the first document number of each segment.
        fresh: the records of what is not in a segment yet, and comes behind them.
        numbers: the ids of the documents that are alive, by number.
    """

    def __init__(
        self, reader: Any, bases: Sequence[int], fresh: Packed, numbers: dict[int, str]
    ) -> None:
        self.numbers = numbers
        self._reader = reader
        self._bases = bases
        self._fresh = fresh
        self._read: dict[str, Sequence[Posting]] = {}
        self._lock = threading.Lock()  # Whoosh's readers share a file position

    def postings(self, term: str) -> Sequence[Posting]:
        """Where a term stands, by ascending document number."""
        found = self._read.get(term)
        if found is None:
            with self._lock:
                loaded = [posting for posting in self._load(term) if posting.number in self.numbers]
                found = self._read[term] = tuple(loaded)
        return found

    def terms(self) -> Iterable[str]:
        """Every term of the index."""
        with self._lock:
            written = [term.decode("utf-8") for term in self._reader.lexicon("terms")]
        return {*written, *self._fresh}

    def _load(self, term: str) -> Iterator[Posting]:
        key = term.encode("utf-8")
        if ("terms", key) in self._reader:
            matcher = self._reader.postings("terms", key)
            while matcher.is_active():
                yield from _unpack(matcher.value(), self._bases[matcher.id()])
                matcher.next()
        yield from _unpack(self._fresh.get(term, b""), self._bases[-1])


class WhooshBackend:
    """An in-memory Whoosh index of analysed documents.

    A few changes are only kept beside the index; more are written as a new segment. All is written
    anew when more is dead than alive, so each document is written a bounded number of times.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._numbers: dict[int, str] = {}
        self._bases = [0]  # of each segment, and of what comes behind them
        self._fresh: list[Document] = []
        self._index: Any = _Memory().create_index(Schema(terms=_Terms()))

    def replace(self, documents: Sequence[Document]) -> Snapshot:
        """Index exactly these documents in one new segment."""
        self.__init__()  # type: ignore[misc]
        return self.update(documents, ())

    def update(self, changed: Sequence[Document], removed: Iterable[str]) -> Snapshot:
        """Take in what changed; what it replaces is dead from now on."""
        gone = {document.id for document in changed} | set(removed)
        for entry_id in gone:
            self._documents.pop(entry_id, None)
        self._documents.update((document.id, document) for document in changed)
        first = self._bases[-1] + len(self._fresh)
        self._numbers = {n: e for n, e in self._numbers.items() if e not in gone}
        self._numbers.update((first + i, document.id) for i, document in enumerate(changed))
        self._fresh += changed
        if self._bases[-1] + len(self._fresh) > 2 * len(self._documents) + _SMALL:
            self._write_anew()
        elif len(self._fresh) > len(self._documents) // 16 + 1:
            self._write(self._fresh, keep=True)
        return WhooshSnapshot(
            self._index.reader(), tuple(self._bases), _pack(self._fresh), self._numbers
        )

    def _write_anew(self) -> None:
        alive = list(self._documents.values())
        self._bases = [0]
        self._write(alive, keep=False)
        self._numbers = {number: document.id for number, document in enumerate(alive)}

    def _write(self, documents: Sequence[Document], *, keep: bool) -> None:
        """Write a segment, behind the others or instead of them."""
        # No compound file: there is nothing to gain in memory. Postings are never spilt to disk.
        writer = self._index.writer(compound=False, limitmb=_POOL_MEGABYTES)
        try:
            if documents:
                writer.add_document(terms=_pack(documents))
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=lambda _, segments: segments if keep else [])
        if documents:
            self._bases.append(self._bases[-1] + len(documents))
        self._fresh = []
