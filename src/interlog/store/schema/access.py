"""How people and programs come by tokens: passwords, applications, and what users allowed these."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

password = Table(
    "password",
    metadata,
    whole("tenant_id"),
    whole("person_id"),
    text_column("hash"),
    whole("set_at"),
    key("tenant_id", "person_id"),
    sqlite_with_rowid=False,
)

application = Table(
    "application",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("client_id"),
    text_column("digest", **NULL),
    text_column("name"),
    text_column("redirect_uris"),
    text_column("callback", **NULL),
    text_column("signing_key", **NULL),
    whole("person_id"),
    text_column("organization", **NULL),
    whole("token_seconds", **NULL),
    whole("created_at"),
    whole("revoked_at", **NULL),
    key("tenant_id", "id"),
    Index("uq_application_client_id", "tenant_id", "client_id", unique=True),
)
"""``digest`` is of the secret; an application that cannot keep one has none. ``person_id``: who registered it, and as
whom it acts on its own account."""

consent = Table(
    "consent",
    metadata,
    whole("tenant_id"),
    whole("id"),
    whole("application"),
    whole("person_id"),
    text_column("organization", **NULL),
    text_column("scopes"),
    whole("created_at"),
    whole("revoked_at", **NULL),
    key("tenant_id", "id"),
)
"""That a user let an application act for him."""

grant = Table(
    "grant_key",
    metadata,
    whole("tenant_id"),
    text_column("digest"),
    text_column("kind"),
    whole("application"),
    whole("person_id"),
    whole("consent", **NULL),
    text_column("redirect_uri", **NULL),
    text_column("challenge", **NULL),
    whole("expires_at", **NULL),
    whole("used_at", **NULL),
    key("tenant_id", "digest"),
    Index(
        "ix_grant_key_expires_at",
        "tenant_id",
        "expires_at",
        sqlite_where=text("expires_at IS NOT NULL"),
        postgresql_where=text("expires_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""Keys that give a token, each once: what a sign-in gives, authorization codes, and refresh tokens."""
