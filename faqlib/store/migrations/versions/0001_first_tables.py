"""Sites, their entries, every version of these, and the cursor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table("sites", _text("id", True), _text("data"), _text("digest"))
    op.create_table(
        "cursors",
        _site(),
        _number("revision"),
        _text("nonce"),
        _number("sequence"),
        _text("total"),
        _text("past"),
        _text("digest"),
    )
    op.create_table(
        "changes",
        _site(),
        _number("revision", True),
        _text("nonce"),
        _text("ids"),
        _text("digest"),
    )
    op.create_table(
        "entries",
        _site(),
        _text("id", True),
        _number("number"),
        _number("sequence"),
        _text("updated_at"),
        _text("data"),
        _text("digest"),
    )
    op.create_table(
        "entry_versions",
        _site(),
        _text("id", True),
        _number("number", True),
        _number("sequence"),
        _number("revision"),
        _text("at"),
        _text("actor"),
        _text("action"),
        _text("data"),
        _text("digest"),
    )


def _site() -> sa.Column[str]:
    return sa.Column(
        "site", sa.Text, sa.ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True
    )


def _text(name: str, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _number(name: str, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)
