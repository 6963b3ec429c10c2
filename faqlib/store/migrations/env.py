"""What Alembic runs; ``migrate`` hands it the open connection and its transaction."""

from __future__ import annotations

from alembic import context

from faqlib.store.tables import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
