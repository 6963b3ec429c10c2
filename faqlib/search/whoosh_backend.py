"""The Whoosh backend: what touches Whoosh stands here and in :mod:`~faqlib.search.whoosh_codec`.

Each segment is one Whoosh document, and the value of a term's posting in it lists the segment's
entries with the term's frequency in every field: Whoosh's work is for each term, not for each of
its occurrences, and a term is read in one go. Segments live in memory only. Whoosh's query parser,
searcher and merging are not used: the first hangs on hostile input, the others cost more than the
ranking (docs/design.md).
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from whoosh.fields import Schema
from whoosh.reading import EmptyReader

from faqlib.search.protocol import FIELDS, Document, Posting, Snapshot
from faqlib.search.whoosh_codec import Memory, MemoryCodec, Packed, Terms

_SMALL = 32
_FEW = 8  # edits that are kept beside the index of the smallest FAQ
_POOL_MEGABYTES = 1024
_MANY = 100  # documents from which on numpy packs them sooner than Python
_MAX_FREQUENCY = 255  # one byte; BM25 tells nothing apart beyond it
# A record is one number: the frequencies, a byte for each field, above them the entry's place.
_BITS = 8 * len(FIELDS)
_FREQUENCIES = (1 << _BITS) - 1

Counts = Mapping[str, int]  # term -> its frequencies in one document


def _count(document: Document) -> Counts:
    """How often each term of a document stands in each field."""
    found: dict[str, int] = {}
    for field, terms in enumerate(document.terms):
        one = 1 << 8 * field
        if len(terms) > _MAX_FREQUENCY:
            for term, count in Counter(terms).items():
                found[term] = found.get(term, 0) + min(count, _MAX_FREQUENCY) * one
        else:
            for term in terms:
                found[term] = found.get(term, 0) + one
    return found


def _pack(documents: Iterable[Counts]) -> Packed:
    packed: dict[str, bytes] = {}
    for place, counts in enumerate(documents):
        above = place << _BITS
        for term, frequencies in counts.items():
            record = (above | frequencies).to_bytes(8, sys.byteorder)
            packed[term] = packed.get(term, b"") + record
    return packed


class _Numbers(dict[str, int]):
    """A number for each term, in the order in which they are asked for."""

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        return number


def _pack_many(documents: Sequence[Document]) -> Packed:
    """What :func:`_pack` makes of their counts, by putting one number for each word in order."""
    import numpy as np

    numbers, flat = _Numbers(), chain.from_iterable
    terms = flat(flat([document.terms for document in documents]))
    lengths = np.array([document.lengths for document in documents], np.intp).ravel()
    # From above: the number of the term, the place of the document, the field.
    place, field = np.divmod(np.arange(len(lengths), dtype=np.uint64), len(FIELDS))
    number = np.fromiter(map(numbers.__getitem__, terms), np.uint64)
    # Few different numbers are sorted by counting, if they are kept in as few bytes as they need.
    order = np.argsort(number.astype(np.min_scalar_type(len(numbers))), kind="stable")
    words = (number << 32 | np.repeat(place << 8 | field, lengths))[order]
    starts = np.flatnonzero(np.diff(words, prepend=~words[:1]))
    counts = np.minimum(np.diff(starts, append=len(words)), _MAX_FREQUENCY).astype(np.uint64)
    words = words[starts]
    counts <<= 8 * (words & 255)
    words >>= 8
    starts = np.flatnonzero(np.diff(words, prepend=~words[:1]))
    words = words[starts]
    records = np.add.reduceat(counts, starts) | (words & 0xFFFFFF) << _BITS
    ends = 8 * np.searchsorted(words >> 24, np.arange(len(numbers) + 1))
    data, parts = records.tobytes(), pairwise(ends.tolist())
    return {term: data[start:end] for term, (start, end) in zip(numbers, parts, strict=True)}


def _posting(number: int, frequencies: int) -> Posting:
    return Posting(number, frequencies.to_bytes(len(FIELDS), "little"))


class _Segments:
    """What is written: read by every snapshot until more is.

    Args:
        reader: Whoosh's, of all segments.
        bases: the first document number of each segment, and of what comes behind them.
    """

    def __init__(self, reader: Any, bases: Sequence[int]) -> None:
        self.end = bases[-1]
        self._reader = reader
        self._bases = bases
        self._read: dict[str, Sequence[Posting]] = {}

    def postings(self, term: str) -> Sequence[Posting]:
        """Where a term was written, dead documents too: read once."""
        found = self._read.get(term)
        if found is None:
            found = list(self._load(term.encode("utf-8")))
            if found:  # what is nowhere is not kept: of that there is no end
                self._read[term] = found
        return found

    def _load(self, key: bytes) -> Iterator[Posting]:
        if ("terms", key) not in self._reader:
            return
        matcher = self._reader.postings("terms", key)
        while matcher.is_active():
            records, base = array("Q", matcher.value()), self._bases[matcher.id()]
            yield from [_posting(base + (r >> _BITS), r & _FREQUENCIES) for r in records]
            matcher.next()

    def terms(self) -> Iterable[str]:
        """Every term that was written."""
        return [term.decode("utf-8") for term in self._reader.lexicon("terms")]


class WhooshSnapshot:
    """One state of the index. A term's postings are read once and kept.

    Args:
        segments: what is written.
        fresh: the terms of what is not in a segment yet, and comes behind them.
        numbers: the ids of the documents that are alive, by number.
    """

    def __init__(
        self, segments: _Segments, fresh: Sequence[Counts], numbers: dict[int, str]
    ) -> None:
        self.numbers = numbers
        self._segments = segments
        self._fresh = fresh
        self._read: dict[str, Sequence[Posting]] = {}

    def postings(self, term: str) -> Sequence[Posting]:
        """Where a term stands, by ascending document number."""
        found = self._read.get(term)
        if found is None:
            fresh = [
                _posting(number, counts[term])
                for number, counts in enumerate(self._fresh, self._segments.end)
                if term in counts
            ]
            written, alive = self._segments.postings(term), self.numbers
            found = tuple([p for p in chain(written, fresh) if p[0] in alive])
            self._read[term] = found
        return found

    def terms(self) -> Iterable[str]:
        """Every term of the index."""
        return set(self._segments.terms()).union(*self._fresh)


class WhooshBackend:
    """An in-memory Whoosh index of analysed documents.

    A few changes are only kept beside the index; more are written as a new segment. All is written
    anew when more is dead than alive, so each document is written a bounded number of times.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._numbers: dict[int, str] = {}
        self._begin()

    def _begin(self) -> None:
        """With an index that nothing is written in."""
        self._index: Any = None  # as long as nothing is written
        self._bases = [0]  # of each segment, and of what comes behind them
        self._fresh: tuple[Document, ...] = ()
        self._counts: tuple[Counts, ...] = ()  # of these
        self._segments = _Segments(EmptyReader(Schema()), self._bases)

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
        first, fresh = self._bases[-1] + len(self._fresh), (*self._fresh, *changed)
        self._numbers = {n: e for n, e in self._numbers.items() if e not in gone}
        self._numbers.update(enumerate([document.id for document in changed], first))
        if self._bases[-1] + len(fresh) > 2 * len(self._documents) + _SMALL:
            self._write_anew()
        elif len(fresh) > self._bearable:
            self._write(fresh)
        else:
            self._fresh = fresh
            self._counts += tuple(map(_count, changed))
        return WhooshSnapshot(self._segments, self._counts, self._numbers)

    @property
    def _bearable(self) -> int:
        """How many documents may stay beside the index; none as long as there is no index."""
        return len(self._documents) // 16 + _FEW if self._bases[-1] else 0

    def _write_anew(self) -> None:
        alive = list(self._documents.values())
        self._begin()
        self._write(alive)
        self._numbers = {number: document.id for number, document in enumerate(alive)}

    def _write(self, documents: Sequence[Document]) -> None:
        """Write a segment behind the others."""
        self._fresh = self._counts = ()
        if not documents:
            return
        self._index = self._index or Memory().create_index(Schema(terms=Terms()))
        # No compound file: there is nothing to gain in memory. Postings are never spilt to disk.
        writer = self._index.writer(compound=False, limitmb=_POOL_MEGABYTES, codec=MemoryCodec())
        many = len(documents) >= _MANY
        packed = _pack_many(documents) if many else _pack(map(_count, documents))
        writer.add_document(terms=packed)
        writer.commit(merge=False)
        self._bases = [*self._bases, self._bases[-1] + len(documents)]
        self._segments = _Segments(self._index.reader(), self._bases)
