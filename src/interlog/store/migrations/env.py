"""Alembic's environment: our connection, our metadata."""

from alembic import context

from interlog.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
