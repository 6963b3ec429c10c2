"""How a segment of the Whoosh index is written: terms whose postings are made already.

Whoosh's own codec pickles, counts and measures each term's postings; a segment of ours is one
document, so a term has one posting in it, which is kept beside the term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whoosh.codec.base import PostingsWriter
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter
from whoosh.fields import FieldType, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Format

Packed = Mapping[str, bytes]  # term -> records by ascending place in the segment


class _Records(Format):  # type: ignore[misc]
    """A Whoosh format whose values are made already."""

    def word_values(
        self, value: Packed, analyzer: object, **_: Any
    ) -> Iterator[tuple[str, int, float, bytes]]:
        return ((term, 1, 1.0, records) for term, records in value.items())


class Terms(FieldType):  # type: ignore[misc]
    """A Whoosh field that takes the records of a segment."""

    scorable = False
    stored = False
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = _Records()
        self.analyzer = None

    def index(self, value: Packed, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Each term of a segment with its records."""
        return (
            (term.encode("utf-8"), count, weight, packed)
            for term, count, weight, packed in self.format.word_values(value, None)
        )


class _OnePosting(PostingsWriter):  # type: ignore[misc]
    """Keeps the one posting of each term beside the term."""

    def start_postings(self, format_: Format, terminfo: Any) -> None:
        self._info = terminfo

    def add_posting(
        self, id_: int, weight: float, vbytes: bytes, length: int | None = None
    ) -> None:
        self._info.set_inlined((id_,), (weight,), (vbytes,))

    def finish_postings(self) -> Any:
        return self._info

    def written(self) -> bool:
        return False


class _Fields(W3FieldWriter):  # type: ignore[misc]
    """Writes terms, and asks nobody how long their field is: nothing ranks by it."""

    def add_postings(self, schema: Schema, lengths: object, items: Iterator[Any]) -> None:
        super().add_postings(schema, None, items)


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec for segments of one document."""

    def field_writer(self, storage: RamStorage, segment: Any) -> W3FieldWriter:
        """What writes the terms of a segment."""
        return _Fields(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> PostingsWriter:
        """What writes their postings."""
        return _OnePosting()


class Memory(RamStorage):  # type: ignore[misc]
    """Whoosh's storage in memory, whose temporary files are in memory too.

    Whoosh itself puts them into one folder that all indexes of the machine share, and each
    writer empties it when it ends.
    """

    def temp_storage(self, name: str | None = None) -> RamStorage:
        """Where a writer keeps what it does not need later."""
        return RamStorage()
