"""Who is told of changes, and what is on its way to them."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

subscription = Table(
    "subscription",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("protocol"),
    text_column("name"),
    text_column("url"),
    text_column("signing_key"),
    text_column("bearer", **NULL),
    text_column("about"),
    whole("application", **NULL),
    whole("person_id"),
    whole("paused"),
    whole("epoch"),
    whole("sequence"),
    whole("created_at"),
    whole("ended_at", **NULL),
    whole("ordered"),
    whole("last_delivery"),
    whole("changed_at", **NULL),
    key("tenant_id", "id"),
    Index("uq_subscription_name", "tenant_id", "protocol", "name", unique=True),
)
"""(``epoch``, ``sequence``): the place in the journal up to which all is delivered or waits to be. ``person_id``: whose
eyes decide what may be told. ``name`` is the protocol's own, ``about`` what its words are needed for.
``ordered``: nothing is tried before all that happened earlier was taken. ``last_delivery``: the greatest id of its
deliveries, which follow the journal."""

delivery = Table(
    "delivery",
    metadata,
    whole("tenant_id"),
    whole("subscription"),
    whole("id"),
    text_column("key"),
    text_column("event"),
    text_column("body", **NULL),
    text_column("state"),
    whole("attempts"),
    whole("next_at", **NULL),
    whole("created_at"),
    whole("ended_at", **NULL),
    whole("status", **NULL),
    text_column("problem", **NULL),
    key("tenant_id", "subscription", "id"),
    Index(
        "ix_delivery_due",
        "tenant_id",
        "subscription",
        "next_at",
        "id",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
    Index(
        "ix_delivery_waiting",
        "tenant_id",
        "subscription",
        "id",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
    Index(
        "ix_delivery_dead",
        "tenant_id",
        "subscription",
        "id",
        sqlite_where=text("state = 'dead'"),
        postgresql_where=text("state = 'dead'"),
    ),
    Index(
        "ix_delivery_ended_at",
        "tenant_id",
        "ended_at",
        sqlite_where=text("ended_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""The body goes when it has arrived, unless it may be asked for again. ``next_at``: when it is tried next, None where
it is not."""
