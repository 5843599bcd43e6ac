"""What somebody wants to be reminded of."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

_LIVE = text("deleted_at IS NULL")

reminder = Table(
    "reminder",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("kind"),
    text_column("content", **NULL),
    whole("due_at"),
    whole("party_kind"),
    whole("party_id"),
    whole("creator"),
    whole("owner"),
    whole("created_at"),
    whole("completed_at", **NULL),
    whole("completer", **NULL),
    whole("reset", **NULL),
    whole("days", **NULL),
    whole("updated_at", **NULL),
    whole("version"),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
    Index("ix_reminder_due_at", "tenant_id", "due_at", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index(
        "ix_reminder_party",
        "tenant_id",
        "party_kind",
        "party_id",
        "due_at",
        "id",
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
    Index("ix_reminder_owner", "tenant_id", "owner", "due_at", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("ix_reminder_creator", "tenant_id", "creator", "due_at", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
)
"""Reminders. Those about a party that is deleted stay, and are there again with it."""
