"""Fields of persons, organizations and opportunities that users add, their values, and how these changed."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

party_field = Table(
    "party_field",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("list_id"),
    whole("party_kind"),
    text_column("name"),
    whole("value_type"),
    whole("allows_multiple"),
    whole("is_required"),
    text_column("options"),
    whole("creator"),
    whole("version"),
    whole("created_at"),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
)
"""``list_id``: 0 where a field is not one list's alone. When a field is deleted its values stay, unseen."""

party_value = Table(
    "party_value",
    metadata,
    whole("tenant_id"),
    whole("party_kind"),
    whole("party_id"),
    whole("entry_id"),
    whole("id"),
    whole("field_id"),
    whole("slot"),
    text_column("value"),
    whole("ref_kind", **NULL),
    whole("ref_id", **NULL),
    whole("version"),
    whole("created_at"),
    whole("updated_at", **NULL),
    key("tenant_id", "party_kind", "party_id", "entry_id", "id"),
    Index("uq_party_value_id", "tenant_id", "id", unique=True),
    Index("uq_party_value_slot", "tenant_id", "field_id", "party_kind", "party_id", "entry_id", "slot", unique=True),
    Index(
        "ix_party_value_ref",
        "tenant_id",
        "ref_kind",
        "ref_id",
        "id",
        sqlite_where=text("ref_id IS NOT NULL"),
        postgresql_where=text("ref_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""Values: those of a party lie together, and among them those of each of its entries (0: of the party itself).

``slot`` is 0 where a field takes one value, and else the value's id. ``ref_kind`` and ``ref_id``: whom the value names.
"""

value_change = Table(
    "value_change",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("field_id"),
    whole("party_kind"),
    whole("party_id"),
    whole("entry_id"),
    whole("action"),
    whole("changer"),
    whole("at"),
    text_column("value"),
    key("tenant_id", "id"),
    Index("ix_value_change_at", "tenant_id", "at", "id"),
    Index("ix_value_change_field", "tenant_id", "field_id", "at", "id"),
    Index("ix_value_change_party", "tenant_id", "field_id", "party_kind", "party_id", "at", "id"),
)
"""``at`` in whole milliseconds, as those who read it page by page can say it."""
