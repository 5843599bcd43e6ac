"""What users define: types of interactions and of profiles, and documents by kind and name."""

from sqlalchemy import Index, Table

from .columns import NULL, key, metadata, text_column, whole

interaction_type = Table(
    "interaction_type",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("version"),
    text_column("definition"),
    whole("created_at"),
    key("tenant_id", "id", "version"),
)

profile_type = Table(
    "profile_type",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("version"),
    text_column("definition"),
    whole("created_at"),
    key("tenant_id", "id", "version"),
)

collection = Table(
    "collection",
    metadata,
    whole("tenant_id"),
    text_column("name"),
    whole("of_profiles"),
    whole("type_id"),
    key("tenant_id", "name"),
    sqlite_with_rowid=False,
)
"""The names, in lower case, under which records of a type are listed: each belongs to one type, also when it has
another by now."""

definition = Table(
    "definition",
    metadata,
    whole("tenant_id"),
    text_column("kind"),
    text_column("name_key"),
    whole("number"),
    text_column("name"),
    text_column("value"),
    whole("version"),
    whole("created_at"),
    whole("modified_at", **NULL),
    key("tenant_id", "kind", "name_key"),
    Index("uq_definition_number", "tenant_id", "number", unique=True),
    Index("ix_definition_created_at", "tenant_id", "kind", "created_at"),
    sqlite_with_rowid=False,
)
"""Documents that a protocol keeps here by kind and name."""

chore = Table(
    "chore",
    metadata,
    whole("tenant_id"),
    text_column("kind"),
    whole("subject"),
    whole("made"),
    whole("person"),
    text_column("protocol"),
    text_column("place"),
    whole("claimed_until"),
    key("tenant_id", "kind", "subject"),
    sqlite_with_rowid=False,
)
"""What a definition of a type, the ``subject``, has left to do on what is stored already: see ``chores.py``."""
