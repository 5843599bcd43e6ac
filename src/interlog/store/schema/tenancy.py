"""Tenants, who may act for them, and the numbers that they have given out."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

tenant = Table(
    "tenant",
    metadata,
    whole("id"),
    text_column("name"),
    text_column("settings"),
    whole("created_at"),
    whole("version"),
    whole("home", **NULL),
    whole("deleted_at", **NULL),
    key("id"),
    Index("uq_tenant_name", "name", unique=True),
    Index("ix_tenant_home", "home", "id"),
)
"""``home``: the tenant whose user created this one. A deleted tenant has its id behind its name, so that the name is
free again."""

counter = Table(
    "counter",
    metadata,
    whole("tenant_id"),
    text_column("kind"),
    whole("next"),
    key("tenant_id", "kind"),
    sqlite_with_rowid=False,
)
"""The next free number of each kind of record. Numbers are taken in blocks, see ``numbers.py``."""

user = Table(
    "app_user",
    metadata,
    whole("tenant_id"),
    whole("person_id"),
    text_column("role"),
    text_column("groups"),
    whole("active"),
    whole("created_at"),
    key("tenant_id", "person_id"),
)

token = Table(
    "token",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("person_id"),
    text_column("digest"),
    text_column("prefix"),
    text_column("label"),
    text_column("scopes"),
    whole("created_at"),
    whole("expires_at", **NULL),
    whole("last_used_at", **NULL),
    whole("revoked_at", **NULL),
    text_column("organization", **NULL),
    whole("application", **NULL),
    whole("consent", **NULL),
    key("tenant_id", "id"),
    Index("uq_token_digest", "tenant_id", "digest", unique=True),
    Index(
        "ix_token_application",
        "tenant_id",
        "application",
        "consent",
        sqlite_where=text("application IS NOT NULL"),
        postgresql_where=text("application IS NOT NULL"),
    ),
)
