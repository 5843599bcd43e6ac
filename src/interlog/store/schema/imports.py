"""Copies of tenants of other systems."""

from sqlalchemy import Table

from .columns import key, metadata, text_column, whole

import_state = Table(
    "import_state",
    metadata,
    whole("tenant_id"),
    text_column("source"),
    whole("version"),
    text_column("state"),
    key("tenant_id", "source"),
    sqlite_with_rowid=False,
)
"""How far each copy has come: changed in the same transactions as what it stores."""
