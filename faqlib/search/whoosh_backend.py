"""The Whoosh backend: everything that touches Whoosh's index stands here.

Each document is one posting per term, whose value holds the term's frequency in every field:
the ranking needs no more, and one list per term is read instead of five. Nothing else is stored,
and segments live in memory only. Whoosh's query parser, searcher and merging are not used: the
first hangs on hostile input, the others cost more than the ranking (docs/design.md).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from whoosh.fields import FieldType, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Format

from faqlib.search.protocol import FIELDS, Document, Posting, Snapshot

_SMALL = 32
_POOL_MEGABYTES = 1024
_MAX_FREQUENCY = 255  # one byte; BM25 tells nothing apart beyond it


class _FieldFrequencies(Format):  # type: ignore[misc]
    """A Whoosh format: a posting's value is one byte per field, the frequency there."""

    def word_values(
        self, value: Document, analyzer: object, **_: Any
    ) -> Iterator[tuple[str, int, float, bytes]]:
        counts: dict[str, list[int]] = {}
        for field, terms in enumerate(value.terms):
            for term, count in Counter(terms).items():
                if term not in counts:
                    counts[term] = [0] * len(FIELDS)
                counts[term][field] = min(count, _MAX_FREQUENCY)
        for term, frequencies in counts.items():
            yield term, 1, 1.0, bytes(frequencies)


class _Terms(FieldType):  # type: ignore[misc]
    """A Whoosh field that takes a :class:`Document` as it was analysed."""

    scorable = False
    stored = False
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = _FieldFrequencies()
        self.analyzer = None

    def index(self, value: Document, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
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
    """One state of the index. A term's postings are read once and kept."""

    def __init__(self, reader: Any, numbers: dict[int, str]) -> None:
        self.numbers = numbers
        self._reader = reader
        self._read: dict[str, Sequence[Posting]] = {}
        self._lock = threading.Lock()  # Whoosh's readers share a file position

    def postings(self, term: str) -> Sequence[Posting]:
        """Where a term stands, by ascending document number."""
        found = self._read.get(term)
        if found is None:
            with self._lock:
                found = self._read[term] = tuple(self._load(term))
        return found

    def terms(self) -> Iterable[str]:
        """Every term of the index."""
        with self._lock:
            return [term.decode("utf-8") for term in self._reader.lexicon("terms")]

    def _load(self, term: str) -> Iterator[Posting]:
        key = term.encode("utf-8")
        if ("terms", key) not in self._reader:
            return
        matcher = self._reader.postings("terms", key)
        while matcher.is_active():
            if matcher.id() in self.numbers:
                yield Posting(matcher.id(), matcher.value())
            matcher.next()


class WhooshBackend:
    """An in-memory Whoosh index of analysed documents.

    A change writes a new segment. Segments of like size are written again as one, so that there
    are few of them, and each document is rewritten a logarithmic number of times.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._numbers: dict[int, str] = {}
        self._sizes: list[int] = []  # documents per segment, deleted ones too
        self._index: Any = _Memory().create_index(Schema(terms=_Terms()))

    def replace(self, documents: Sequence[Document]) -> Snapshot:
        """Index exactly these documents in one new segment."""
        self.__init__()  # type: ignore[misc]
        return self.update(documents, ())

    def update(self, changed: Sequence[Document], removed: Iterable[str]) -> Snapshot:
        """Write what changed, together with the segments that are no larger, as one segment."""
        gone = {document.id for document in changed} | set(removed)
        for entry_id in gone:
            self._documents.pop(entry_id, None)
        self._documents.update((document.id, document) for document in changed)
        live = {n: e for n, e in self._numbers.items() if e not in gone}
        keep = self._segments_to_keep(len(changed), len(live))
        base = sum(self._sizes[:keep])
        written = [self._documents[e] for n, e in live.items() if n >= base] + list(changed)
        if written or keep < len(self._sizes):
            self._write(written, keep)
        self._sizes = [*self._sizes[:keep], len(written)]
        self._numbers = {n: e for n, e in live.items() if n < base} | {
            base + offset: document.id for offset, document in enumerate(written)
        }
        return WhooshSnapshot(self._index.reader(), self._numbers)

    def _segments_to_keep(self, new: int, live: int) -> int:
        if sum(self._sizes) > 2 * (live + new) + _SMALL:  # more dead than alive
            return 0
        keep = len(self._sizes)
        while keep and self._sizes[keep - 1] <= max(new, 1):
            keep -= 1
            new += self._sizes[keep]
        return keep

    def _write(self, documents: Sequence[Document], keep: int) -> None:
        # No compound file: there is nothing to gain in memory. Postings are never spilt to disk.
        writer = self._index.writer(compound=False, limitmb=_POOL_MEGABYTES)
        try:
            for document in documents:
                writer.add_document(terms=document)
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=lambda _, segments: segments[:keep])
