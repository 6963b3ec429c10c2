"""How a segment of the Whoosh index is kept: in memory, as the records that each term stands for.

Whoosh's own codec pickles, hashes and measures each term's postings for a file, and takes that
apart again for each term that is asked for. A segment of ours is one document, so a term has one
posting in it: the bytes of its records, in a dictionary of the storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whoosh.codec.base import Codec, FieldWriter, PerDocumentReader, PerDocumentWriter, TermsReader
from whoosh.codec.whoosh3 import W3Segment
from whoosh.fields import FieldType
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Existence, Format
from whoosh.matching import ListMatcher

Packed = Mapping[str, bytes]  # term -> records by ascending place in the segment
_Posting = tuple[str, bytes, int, float, bytes]  # field, term, document, weight, records


class Terms(FieldType):  # type: ignore[misc]
    """A Whoosh field that takes the records of a segment."""

    scorable = False
    stored = False
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = Existence()
        self.analyzer = None

    def index(self, value: Packed, **_: Any) -> Iterable[tuple[bytes, int, float, bytes]]:
        """Each term of a segment with its records."""
        return [(term.encode("utf-8"), 1, 1.0, records) for term, records in value.items()]


class Memory(RamStorage):  # type: ignore[misc]
    """Whoosh's storage in memory, whose temporary files are in memory too.

    Whoosh itself puts them into one folder that all indexes of the machine share, and each
    writer empties it when it ends.

    Attributes:
        terms: by segment the records of each term.
    """

    def __init__(self) -> None:
        super().__init__()
        self.terms: dict[str, dict[bytes, bytes]] = {}

    def temp_storage(self, name: str | None = None) -> RamStorage:
        """Where a writer keeps what it does not need later."""
        return RamStorage()


class _Fields(FieldWriter):  # type: ignore[misc]
    """Keeps the terms of a segment's one field."""

    is_closed = False

    def __init__(self, terms: dict[bytes, bytes]) -> None:
        self._terms = terms

    def add_postings(self, schema: object, lengths: object, items: Iterable[_Posting]) -> None:
        self._terms.update((term, records) for _, term, _, _, records in items)

    def close(self) -> None:
        self.is_closed = True


class _Kept(TermsReader):  # type: ignore[misc]
    """Reads them."""

    def __init__(self, terms: Mapping[bytes, bytes]) -> None:
        self._terms = terms

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return term[1] in self._terms

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return ((fieldname, term) for term in sorted(self._terms) if term >= prefix)

    def matcher(self, fieldname: str, term: bytes, format_: Format, **_: Any) -> ListMatcher:
        return ListMatcher((0,), (1.0,), (self._terms[term],), format_)


class _NoColumns(PerDocumentWriter):  # type: ignore[misc]
    """Writes nothing of a document: all there is stands in its terms."""

    is_closed = False

    def start_doc(self, docnum: int) -> None:
        pass

    def add_field(self, *_: object) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True


class _Alive(PerDocumentReader):  # type: ignore[misc]
    """Reads how many documents there are: none is ever deleted."""

    def __init__(self, segment: W3Segment) -> None:
        self.doc_count_all = segment.doc_count_all

    def deleted_docs(self) -> tuple[int, ...]:
        return ()


class MemoryCodec(Codec):  # type: ignore[misc]
    """Whoosh's door to how a segment is written and read."""

    length_stats = False  # nothing ranks by them

    def field_writer(self, storage: Memory, segment: W3Segment) -> FieldWriter:
        """What writes the terms of a segment."""
        return _Fields(storage.terms.setdefault(segment.segment_id(), {}))

    def terms_reader(self, storage: Memory, segment: W3Segment) -> TermsReader:
        """What reads them."""
        return _Kept(storage.terms[segment.segment_id()])

    def per_document_writer(self, storage: Memory, segment: W3Segment) -> PerDocumentWriter:
        """What writes the rest of a document."""
        return _NoColumns()

    def per_document_reader(self, storage: Memory, segment: W3Segment) -> PerDocumentReader:
        """What reads it."""
        return _Alive(segment)

    def new_segment(self, storage: Memory, indexname: str) -> W3Segment:
        """A segment with nothing in it."""
        return W3Segment(self, indexname)
