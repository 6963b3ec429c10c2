"""The server's own tables. Times are UTC, as seconds since 1970: no database disagrees on those."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()
# SQLite counts up on INTEGER alone.
_ID = BigInteger().with_variant(Integer, "sqlite")

tokens = Table(
    "faqserver_tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("site", String(64), nullable=False),
    Column("write", Boolean, nullable=False),
    Column("note", String(200), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

feedback = Table(
    "faqserver_feedback",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("site", String(64), nullable=False),
    Column("entry", String(200), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("query", String(200), nullable=False),
    Column("day", Date, nullable=False),
    Index("faqserver_feedback_site_day", "site", "day"),
)

questions = Table(
    "faqserver_questions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("site", String(64), nullable=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("question", Text, nullable=False),
    Column("contact", String(320), nullable=False),
    Column("lang", String(35), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", BigInteger, nullable=False),
    Index("faqserver_questions_site", "site", "created_at"),
    Index("faqserver_questions_due", "state", "next_try"),
)

searches = Table(
    "faqserver_searches",
    metadata,
    Column("site", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("query", String(200), primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
)

widgets = Table(
    "faqserver_widgets",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", BigInteger, nullable=False),
)
