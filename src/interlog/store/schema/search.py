"""What full-text search has indexed.

The index of words itself is PostgreSQL's ``words``; on SQLite it is the virtual table ``search_index``, which only the
migration and ``store/search.py`` name.
"""

from sqlalchemy import Column, Index, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from .columns import key, metadata, whole

search_entry = Table(
    "search_entry",
    metadata,
    whole("tenant_id"),
    whole("kind"),
    whole("id"),
    whole("entry"),
    whole("type_id"),
    whole("at"),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
    key("tenant_id", "kind", "id"),
    Index("uq_search_entry", "tenant_id", "entry", unique=True),
    Index("ix_search_entry_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
)
"""Each record as it was when it was indexed last: ``entry`` is its number in the index of words, never used again."""

search_position = Table(
    "search_position",
    metadata,
    whole("tenant_id"),
    whole("epoch"),
    whole("sequence"),
    key("tenant_id"),
    sqlite_with_rowid=False,
)
"""The place in the journal up to which all changes are indexed."""
