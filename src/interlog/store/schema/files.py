"""What is known of files; their contents lie in a folder beside the database."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

LISTED = "deleted_at IS NULL AND holder_kind < 50"
"""Files of parties, not of interactions."""

_LIVE = text("deleted_at IS NULL")

file = Table(
    "file",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("key"),
    whole("holder_kind"),
    whole("holder_id"),
    text_column("name"),
    text_column("media_type"),
    whole("size"),
    text_column("digest"),
    whole("uploader"),
    whole("created_at"),
    whole("version"),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
    Index("ix_file_key", "tenant_id", "key", unique=True),
    Index("ix_file_listed", "tenant_id", "id", sqlite_where=text(LISTED), postgresql_where=text(LISTED)),
    Index("ix_file_holder", "tenant_id", "holder_kind", "holder_id", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
)
"""Files, each beside one party or interaction. Those beside something deleted stay, and are there again with it."""
