"""Run by Alembic when orderkit migrates by itself: on the connection it is handed, in the transaction open there.

A host's history has an environment of its own and never runs this one.
"""

from __future__ import annotations

from alembic import context

from orderkit.adapters.sqlalchemy.migrating import VERSION_TABLE
from orderkit.adapters.sqlalchemy.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    version_table_pk=True,
    transactional_ddl=True,  # SQLite's is, too; Alembic would not take it for granted
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
