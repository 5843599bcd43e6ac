"""How much is asked of a tenant's data."""

from sqlalchemy import Table

from .columns import key, metadata, text_column, whole

usage = Table(
    "api_usage",
    metadata,
    whole("tenant_id"),
    text_column("protocol"),
    whole("month"),
    whole("calls"),
    key("tenant_id", "protocol", "month"),
    sqlite_with_rowid=False,
)
"""The calls of each calendar month, by all processes. ``month``: those since the year 0."""
