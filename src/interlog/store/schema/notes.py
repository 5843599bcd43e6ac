"""Notes, and whom they concern."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

note = Table(
    "note",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("interaction", **NULL),
    whole("parent", **NULL),
    whole("group_id"),
    whole("kind"),
    text_column("content", **NULL),
    text_column("links", **NULL),
    text_column("mentions", **NULL),
    whole("creator", **NULL),
    whole("version"),
    whole("created_at"),
    whole("updated_at", **NULL),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
    Index("ix_note_created_at", "tenant_id", "created_at", "id"),
    Index("ix_note_creator", "tenant_id", "creator", "created_at", "id"),
    Index(
        "ix_note_parent",
        "tenant_id",
        "parent",
        "created_at",
        "id",
        sqlite_where=text("parent IS NOT NULL"),
        postgresql_where=text("parent IS NOT NULL"),
    ),
)
"""Notes. The root note of an interaction has no text of its own: the text is the interaction's ``body``."""

note_link = Table(
    "note_link",
    metadata,
    whole("tenant_id"),
    whole("party_kind"),
    whole("party_id"),
    whole("created_at"),
    whole("id"),
    whole("group_id"),
    key("tenant_id", "party_kind", "party_id", "created_at", "id", "group_id"),
    sqlite_with_rowid=False,
)
"""Which notes concern a party: attached to it, or on an interaction that it took part in."""
