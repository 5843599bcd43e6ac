"""What canvassing needs: its resources, and visits by what they are listed and counted by."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, ordered_text, text_column, whole

resource = Table(
    "resource",
    metadata,
    whole("tenant_id"),
    text_column("kind"),
    ordered_text("id"),
    whole("number"),
    ordered_text("owner", **NULL),
    ordered_text("natural_key", **NULL),
    whole("person", **NULL),
    whole("group_id"),
    text_column("value"),
    text_column("aside", **NULL),
    whole("version"),
    whole("created_at"),
    text_column("creator", **NULL),
    whole("modified_at"),
    text_column("modifier", **NULL),
    whole("deleted_at", **NULL),
    whole("placeholder"),
    key("tenant_id", "kind", "id"),
    Index("uq_resource_number", "tenant_id", "number", unique=True),
    Index(
        "ix_resource_owner",
        "tenant_id",
        "kind",
        "owner",
        "id",
        sqlite_where=text("owner IS NOT NULL"),
        postgresql_where=text("owner IS NOT NULL"),
    ),
    Index(
        "uq_resource_natural",
        "tenant_id",
        "kind",
        "natural_key",
        unique=True,
        sqlite_where=text("natural_key IS NOT NULL AND deleted_at IS NULL"),
        postgresql_where=text("natural_key IS NOT NULL AND deleted_at IS NULL"),
    ),
    Index(
        "ix_resource_person",
        "tenant_id",
        "kind",
        "person",
        sqlite_where=text("person IS NOT NULL AND deleted_at IS NULL"),
        postgresql_where=text("person IS NOT NULL AND deleted_at IS NULL"),
    ),
)
"""Campaigns, lists, surveys, households and the like: documents with an id that a client may choose. ``number`` is the
journal's id of it, ``owner`` the id of what it belongs to, ``natural_key`` what else there is only one of, ``person``
whose it is where it describes one, ``aside`` what is kept beside ``value``. A ``placeholder`` was only referred to so
far."""

visit = Table(
    "visit",
    metadata,
    whole("tenant_id"),
    ordered_text("campaign"),
    ordered_text("id"),
    whole("number"),
    whole("occurred_at"),
    whole("created_at"),
    whole("modified_at"),
    ordered_text("contact"),
    ordered_text("canvasser", **NULL),
    whole("group_id"),
    text_column("survey"),
    text_column("list", **NULL),
    text_column("household", **NULL),
    text_column("walklist", **NULL),
    text_column("turf", **NULL),
    text_column("status", **NULL),
    whole("successful", **NULL),
    whole("unavailable"),
    key("tenant_id", "campaign", "id"),
    Index("uq_visit_id", "tenant_id", "id", unique=True),
    Index("ix_visit_occurred_at", "tenant_id", "campaign", "occurred_at", "id"),
    Index("ix_visit_contact", "tenant_id", "contact", "id", "number", "group_id"),
    sqlite_with_rowid=False,
)
"""The visits of each campaign: interactions by what they are listed and counted by. Like ``participant``, it holds no
deleted ones. The index by contact holds all that a list of a contact's visits must know: they lie far apart, and to
look each one up would cost more the more visits there are."""
