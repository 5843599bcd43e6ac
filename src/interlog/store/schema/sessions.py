"""Who is signed in to the pages."""

from sqlalchemy import Index, Table

from .columns import NULL, key, metadata, text_column, whole

session = Table(
    "session",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("kind"),
    whole("person_id"),
    text_column("digest"),
    whole("created_at"),
    whole("expires_at"),
    text_column("agent", **NULL),
    whole("used_at", **NULL),
    whole("ended_at", **NULL),
    key("tenant_id", "id"),
    Index("uq_session_digest", "tenant_id", "digest", unique=True),
    Index("ix_session_person", "tenant_id", "person_id", "id"),
)
"""Sessions, and links that each begin one."""
