"""Interactions, who took part, and what they are found by."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, ordered_text, text_column, whole

interaction = Table(
    "interaction",
    metadata,
    whole("tenant_id"),
    whole("number"),
    text_column("uuid"),
    whole("type_id"),
    whole("group_id"),
    whole("occurred_at"),
    whole("direction", **NULL),
    whole("logging"),
    whole("note_id", **NULL),
    whole("created_at"),
    whole("modified_at", **NULL),
    whole("deleted_at", **NULL),
    whole("version"),
    text_column("identity", **NULL),
    text_column("brief"),
    text_column("detail"),
    text_column("body", **NULL),
    text_column("fields", **NULL),
    whole("changed_at"),
    whole("voided_by", **NULL),
    key("tenant_id", "number"),
    Index("uq_interaction_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_interaction_changed_at", "tenant_id", "changed_at", "number"),
    Index("ix_interaction_type", "tenant_id", "type_id", "occurred_at", "number"),
    Index("ix_interaction_type_changed_at", "tenant_id", "type_id", "changed_at", "number"),
    Index(
        "uq_interaction_identity",
        "tenant_id",
        "identity",
        "type_id",
        unique=True,
        sqlite_where=text("identity IS NOT NULL"),
        postgresql_where=text("identity IS NOT NULL"),
    ),
)
"""The record. ``brief`` is all that a list shows, as one JSON text: fetching twelve columns instead takes three times
as long. Only what keys, indexes and conditions need stands beside it, once more; ``detail`` holds the rest."""

field_value = Table(
    "field_value",
    metadata,
    whole("tenant_id"),
    whole("type_id"),
    text_column("field"),
    ordered_text("value"),
    whole("changed_at"),
    whole("number"),
    key("tenant_id", "type_id", "field", "value", "changed_at", "number"),
    sqlite_with_rowid=False,
)
"""The values of the fields that are marked for it, as texts that sort as the values do: see ``field_values.py``.

A row counts while the interaction has the same ``changed_at``; those of its former versions are passed by."""

field_index = Table(
    "field_index",
    metadata,
    whole("tenant_id"),
    whole("type_id"),
    text_column("field"),
    text_column("kind"),
    key("tenant_id", "type_id", "field"),
    sqlite_with_rowid=False,
)
"""The fields whose every value is in ``field_value``, and the kind as of which they are there."""

participant = Table(
    "participant",
    metadata,
    whole("tenant_id"),
    whole("party_kind"),
    whole("party_id"),
    whole("occurred_at"),
    whole("number"),
    whole("type_id"),
    whole("group_id"),
    key("tenant_id", "party_kind", "party_id", "occurred_at", "number", "type_id", "group_id"),
    sqlite_with_rowid=False,
)
"""Who took part in what, and when: a row for each known person, and for each organization or opportunity that an
interaction is linked to directly. Its key is the one index that every list of interactions reads; it holds no
deleted interactions."""

unbound = Table(
    "unbound",
    metadata,
    whole("tenant_id"),
    text_column("address"),
    whole("number"),
    key("tenant_id", "address", "number"),
    sqlite_with_rowid=False,
)
"""Interactions with a participant whose address nobody has yet, or whose profile is not there yet: the address then
is a text made from what is referred to, which is no e-mail address."""

external_id = Table(
    "external_id",
    metadata,
    whole("tenant_id"),
    text_column("system"),
    text_column("external_id"),
    whole("number"),
    key("tenant_id", "system", "external_id"),
    sqlite_with_rowid=False,
)

NAMED = (
    "substr(key, 1, 4) = 'put ' OR substr(key, 1, 1) = '\x1f' OR substr(key, 1, 8) = 'request ' "
    "OR substr(key, 1, 10) = '[\"request\"'"
)
"""Whether a row of ``request`` is of a name that a client gave its request, and not of the interaction's own ids."""

request = Table(
    "request",
    metadata,
    whole("tenant_id"),
    text_column("key"),
    text_column("fingerprint"),
    whole("number"),
    whole("at"),
    key("tenant_id", "key"),
    Index("ix_request_named", "tenant_id", "at", sqlite_where=text(NAMED), postgresql_where=text(NAMED)),
    sqlite_with_rowid=False,
)
"""Requests that name themselves (``Idempotency-Key`` and the like), and the interaction each one made."""
