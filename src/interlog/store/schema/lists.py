"""What stands on lists."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, whole

list_entry = Table(
    "list_entry",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("list_id"),
    whole("party_kind"),
    whole("party_id"),
    whole("creator"),
    whole("version"),
    whole("created_at"),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
    Index(
        "ix_list_entry_list",
        "tenant_id",
        "list_id",
        "id",
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("ix_list_entry_party", "tenant_id", "party_kind", "party_id", "id"),
)
"""That persons and organizations stand on lists; that an opportunity does stands in its own row, as it is on just one.

When a party is deleted its entries are, at the same instant: by that they are known when it comes back.
"""
