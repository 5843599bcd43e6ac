"""The journal."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

journal = Table(
    "journal",
    metadata,
    whole("tenant_id"),
    whole("epoch"),
    whole("sequence"),
    whole("at"),
    whole("actor", **NULL),
    whole("token_id", **NULL),
    text_column("protocol"),
    text_column("request_id", **NULL),
    text_column("action"),
    text_column("entity"),
    whole("entity_id"),
    whole("version"),
    text_column("before", **NULL),
    key("tenant_id", "epoch", "sequence"),
    Index(
        "ix_journal_before",
        "tenant_id",
        "entity",
        "entity_id",
        "version",
        sqlite_where=text("before IS NOT NULL"),
        postgresql_where=text("before IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""Every change. (epoch, sequence) is its place: see ``journal.py`` for how no reader misses a late commit."""

ASSIGNED_BY_WRITER = (journal.c.epoch, journal.c.sequence)
"""Columns that the engine's writer fills in inside the transaction, not the unit."""
