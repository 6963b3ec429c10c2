"""Alembic's entry: runs the migrations on the connection that the server hands in."""

from alembic import context

from widget_server.records.database import VERSION_TABLE
from widget_server.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transaction_per_migration=False,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
