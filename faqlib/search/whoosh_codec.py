"""How a segment of the Whoosh index is kept: in memory, as the records that each term stands for.

Whoosh's own codec pickles, hashes and measures each term's postings for a file, and takes that
apart again for each term that is asked for. A segment of ours is one document, and all its terms
with their records are the one value of that document's one field: a dictionary, kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whoosh.codec.base import Codec, FieldWriter, PerDocumentReader, PerDocumentWriter, TermsReader
from whoosh.codec.whoosh3 import W3Segment
from whoosh.fields import FieldType
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Existence, Format
from whoosh.matching import ListMatcher

Packed = Mapping[str, bytes]  # term -> records by ascending place in the segment


class Terms(FieldType):  # type: ignore[misc]
    """A Whoosh field that takes the records of a segment."""

    indexed = False  # Whoosh need not look at each term
    scorable = False
    stored = True
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = Existence()
        self.analyzer = None


class Memory(RamStorage):  # type: ignore[misc]
    """Whoosh's storage in memory, whose temporary files are in memory too.

    Whoosh itself puts them into one folder that all indexes of the machine share, and each
    writer empties it when it ends.

    Attributes:
        terms: by segment the records of each term.
    """

    def __init__(self) -> None:
        super().__init__()
        self.terms: dict[str, Packed] = {}

    def temp_storage(self, name: str | None = None) -> RamStorage:
        """Where a writer keeps what it does not need later."""
        return RamStorage()


class _Kept(TermsReader):  # type: ignore[misc]
    """Reads the terms of a segment's one field."""

    def __init__(self, terms: Packed) -> None:
        self._terms = terms

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return term[1].decode("utf-8") in self._terms

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        terms = sorted(term.encode("utf-8") for term in self._terms)
        return ((fieldname, term) for term in terms if term >= prefix)

    def matcher(self, fieldname: str, term: bytes, format_: Format, **_: Any) -> ListMatcher:
        return ListMatcher((0,), (1.0,), (self._terms[term.decode("utf-8")],), format_)


class _NoFields(FieldWriter):  # type: ignore[misc]
    """Writes nothing, for no field has terms that Whoosh would know of."""

    is_closed = False

    def add_postings(self, *_: object) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True


class _Keeper(PerDocumentWriter):  # type: ignore[misc]
    """Keeps the value of a segment's one document."""

    is_closed = False

    def __init__(self, storage: Memory, segment: W3Segment) -> None:
        self._terms, self._segment = storage.terms, segment.segment_id()

    def start_doc(self, docnum: int) -> None:
        pass

    def add_field(self, fieldname: str, field: Terms, value: Packed, length: int) -> None:
        self._terms[self._segment] = value

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
        """What writes the fields of a segment."""
        return _NoFields()

    def terms_reader(self, storage: Memory, segment: W3Segment) -> TermsReader:
        """What reads them."""
        return _Kept(storage.terms[segment.segment_id()])

    def per_document_writer(self, storage: Memory, segment: W3Segment) -> PerDocumentWriter:
        """What writes the rest of a document."""
        return _Keeper(storage, segment)

    def per_document_reader(self, storage: Memory, segment: W3Segment) -> PerDocumentReader:
        """What reads it."""
        return _Alive(segment)

    def new_segment(self, storage: Memory, indexname: str) -> W3Segment:
        """A segment with nothing in it."""
        return W3Segment(self, indexname)
