"""The tables. Texts and whole numbers only, so that SQLite and PostgreSQL can not differ.

Times are ISO 8601 texts; nothing is ordered or compared by them, nor by the database's idea of
how texts sort: rows are put in order by numbers, and names in Python.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, Table, Text

metadata = MetaData()

SCHEMA = "0002"  # the newest migration
VERSION_TABLE = "faqlib_version"


def _site() -> Column[str]:
    owner = ForeignKey("sites.id", ondelete="CASCADE")
    return Column("site", Text, owner, primary_key=True)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=False, autoincrement=False)


sites = Table("sites", metadata, _text("id", key=True), _text("data"), _text("digest"))

# One row for each site, written last in the transaction of every change: which state this is,
# what the rows of that state add up to (``total``), and what all versions ever (``past``).
cursors = Table(
    "cursors",
    metadata,
    _site(),
    _number("revision"),
    _text("nonce"),
    _number("sequence"),
    _text("total"),
    _text("past"),
    _text("digest"),
)

# The recent states of a site and the ids that led to each; ``ids`` is empty for too many.
changes = Table(
    "changes",
    metadata,
    _site(),
    _number("revision", key=True),
    _text("nonce"),
    _text("ids"),
    _text("digest"),
)

entries = Table(
    "entries",
    metadata,
    _site(),
    _text("id", key=True),
    _number("number"),
    _number("sequence"),
    _text("updated_at"),
    _text("data"),
    _text("digest"),
)

# Every state that an entry ever had, the present one too; ``data`` is empty for a deletion.
entry_versions = Table(
    "entry_versions",
    metadata,
    _site(),
    _text("id", key=True),
    _number("number", key=True),
    _number("sequence"),
    _number("revision"),
    _text("at"),
    _text("actor"),
    _text("action"),
    _text("data"),
    _text("digest"),
)

# The vectors of entries' texts by a model, under a digest of the texts; in no backup.
vectors = Table(
    "vectors",
    metadata,
    _site(),
    _text("model", key=True),
    _text("id", key=True),
    _text("data"),
    _text("digest"),
)
