"""Merges of persons and of organizations."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

merge = Table(
    "party_merge",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("party_kind"),
    whole("survivor"),
    whole("gone"),
    whole("state"),
    whole("creator"),
    text_column("protocol"),
    whole("created_at"),
    whole("ended_at", **NULL),
    key("tenant_id", "id"),
    Index("ix_party_merge_survivor", "tenant_id", "party_kind", "survivor", "id"),
    Index("ix_party_merge_gone", "tenant_id", "party_kind", "gone", "id"),
    Index(
        "ix_party_merge_open",
        "tenant_id",
        "id",
        sqlite_where=text("state = 0 OR state = 2"),
        postgresql_where=text("state = 0 OR state = 2"),
    ),
)
"""That one party was merged into another one. ``state``: see ``MergeState``."""

merge_part = Table(
    "party_merge_part",
    metadata,
    whole("tenant_id"),
    whole("merge_id"),
    text_column("entity"),
    whole("entity_id"),
    whole("version"),
    key("tenant_id", "merge_id", "entity", "entity_id"),
    sqlite_with_rowid=False,
)
"""The records that a merge has changed, until it is undone. The journal holds what stood before this ``version``."""
