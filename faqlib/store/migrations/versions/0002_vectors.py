"""The vectors of entries' texts, which are made once and kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    site = sa.ForeignKey("sites.id", ondelete="CASCADE")
    op.create_table(
        "vectors",
        sa.Column("site", sa.Text, site, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True, nullable=False),
        sa.Column("id", sa.Text, primary_key=True, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
