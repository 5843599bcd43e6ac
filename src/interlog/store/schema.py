"""The tables, once for both engines.

Every key begins with the tenant, so that the same schema can be distributed by tenant. Times are instants
(microseconds) and JSON is text, so that both raw drivers return the same Python values. There are no foreign keys:
rows are only ever deleted softly, and ``interlog db check`` verifies the references.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Whole = BigInteger().with_variant(Integer, "sqlite")


def _whole(name: str, **options: Any) -> Column[int]:
    return Column(name, Whole, **{"nullable": False, "autoincrement": False} | options)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, **{"nullable": False} | options)


def _key(*names: str) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint(*names)


NULL = {"nullable": True}

tenant = Table(
    "tenant",
    metadata,
    _whole("id"),
    _text("name"),
    _text("settings"),
    _whole("created_at"),
    _whole("version"),
    _whole("home", **NULL),
    _whole("deleted_at", **NULL),
    _key("id"),
    Index("uq_tenant_name", "name", unique=True),
    Index("ix_tenant_home", "home", "id"),
)
"""``home``: the tenant whose user created this one. A deleted tenant has its id behind its name, so that the name is
free again."""

counter = Table(
    "counter",
    metadata,
    _whole("tenant_id"),
    _text("kind"),
    _whole("next"),
    _key("tenant_id", "kind"),
    sqlite_with_rowid=False,
)
"""The next free number of each kind of record. Numbers are taken in blocks, see ``numbers.py``."""

interaction_type = Table(
    "interaction_type",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _whole("version"),
    _text("definition"),
    _whole("created_at"),
    _key("tenant_id", "id", "version"),
)

profile_type = Table(
    "profile_type",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _whole("version"),
    _text("definition"),
    _whole("created_at"),
    _key("tenant_id", "id", "version"),
)

collection = Table(
    "collection",
    metadata,
    _whole("tenant_id"),
    _text("name"),
    _whole("of_profiles"),
    _whole("type_id"),
    _key("tenant_id", "name"),
    sqlite_with_rowid=False,
)
"""The names, in lower case, under which records of a type are listed: each belongs to one type, also when it has
another by now."""

definition = Table(
    "definition",
    metadata,
    _whole("tenant_id"),
    _text("kind"),
    _text("name_key"),
    _whole("number"),
    _text("name"),
    _text("value"),
    _whole("version"),
    _whole("created_at"),
    _whole("modified_at", **NULL),
    _key("tenant_id", "kind", "name_key"),
    Index("uq_definition_number", "tenant_id", "number", unique=True),
    sqlite_with_rowid=False,
)
"""Documents that a protocol keeps here by kind and name."""

profile = Table(
    "profile",
    metadata,
    _whole("tenant_id"),
    _whole("type_id"),
    _whole("number"),
    _text("key"),
    _text("fields"),
    _whole("version"),
    _whole("created_at"),
    _whole("modified_at", **NULL),
    _whole("changed_at"),
    _key("tenant_id", "type_id", "number"),
    Index("ix_profile_changed_at", "tenant_id", "type_id", "changed_at", "number"),
)
"""Profiles by type and number. Of a person or an organization, whose id the number then is, the row holds what has no
place in their own tables; most have none. ``key`` is the ProfileId, empty where that is the number."""

profile_key = Table(
    "profile_key",
    metadata,
    _whole("tenant_id"),
    _whole("type_id"),
    _text("name"),
    _text("key"),
    _whole("number"),
    _key("tenant_id", "type_id", "name", "key"),
    sqlite_with_rowid=False,
)
"""Whose the keys of profiles are: each complete strong id, by the names of its fields, belongs to one profile."""

user = Table(
    "app_user",
    metadata,
    _whole("tenant_id"),
    _whole("person_id"),
    _text("role"),
    _text("groups"),
    _whole("active"),
    _whole("created_at"),
    _key("tenant_id", "person_id"),
)

token = Table(
    "token",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _whole("person_id"),
    _text("digest"),
    _text("prefix"),
    _text("label"),
    _text("scopes"),
    _whole("created_at"),
    _whole("expires_at", **NULL),
    _whole("last_used_at", **NULL),
    _whole("revoked_at", **NULL),
    _key("tenant_id", "id"),
    Index("uq_token_digest", "tenant_id", "digest", unique=True),
)

interaction = Table(
    "interaction",
    metadata,
    _whole("tenant_id"),
    _whole("number"),
    _text("uuid"),
    _whole("type_id"),
    _whole("group_id"),
    _whole("occurred_at"),
    _whole("direction", **NULL),
    _whole("logging"),
    _whole("note_id", **NULL),
    _whole("created_at"),
    _whole("modified_at", **NULL),
    _whole("deleted_at", **NULL),
    _whole("version"),
    _text("identity", **NULL),
    _text("brief"),
    _text("detail"),
    _text("body", **NULL),
    _text("fields", **NULL),
    _whole("changed_at"),
    _whole("voided_by", **NULL),
    _key("tenant_id", "number"),
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

Ordered = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that compares by its characters' code points on both engines."""

field_value = Table(
    "field_value",
    metadata,
    _whole("tenant_id"),
    _whole("type_id"),
    _text("field"),
    Column("value", Ordered, nullable=False),
    _whole("changed_at"),
    _whole("number"),
    _key("tenant_id", "type_id", "field", "value", "changed_at", "number"),
    sqlite_with_rowid=False,
)
"""The values of the fields that are marked for it, as texts that sort as the values do: see ``field_values.py``.

A row counts while the interaction has the same ``changed_at``; those of its former versions are passed by."""

field_index = Table(
    "field_index",
    metadata,
    _whole("tenant_id"),
    _whole("type_id"),
    _text("field"),
    _text("kind"),
    _key("tenant_id", "type_id", "field"),
    sqlite_with_rowid=False,
)
"""The fields whose every value is in ``field_value``, and the kind as of which they are there."""

participant = Table(
    "participant",
    metadata,
    _whole("tenant_id"),
    _whole("party_kind"),
    _whole("party_id"),
    _whole("occurred_at"),
    _whole("number"),
    _whole("type_id"),
    _whole("group_id"),
    _key("tenant_id", "party_kind", "party_id", "occurred_at", "number", "type_id", "group_id"),
    sqlite_with_rowid=False,
)
"""Who took part in what, and when: a row for each known person, and for each organization or opportunity that an
interaction is linked to directly. Its key is the one index that every list of interactions reads; it holds no
deleted interactions."""

unbound = Table(
    "unbound",
    metadata,
    _whole("tenant_id"),
    _text("address"),
    _whole("number"),
    _key("tenant_id", "address", "number"),
    sqlite_with_rowid=False,
)
"""Interactions with a participant whose address nobody has yet, or whose profile is not there yet: the address then
is a text made from what is referred to, which is no e-mail address."""

external_id = Table(
    "external_id",
    metadata,
    _whole("tenant_id"),
    _text("system"),
    _text("external_id"),
    _whole("number"),
    _key("tenant_id", "system", "external_id"),
    sqlite_with_rowid=False,
)

request = Table(
    "request",
    metadata,
    _whole("tenant_id"),
    _text("key"),
    _text("fingerprint"),
    _whole("number"),
    _whole("at"),
    _key("tenant_id", "key"),
    sqlite_with_rowid=False,
)
"""Requests that name themselves (``Idempotency-Key`` and the like), and the interaction each one made."""

note = Table(
    "note",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _whole("interaction", **NULL),
    _whole("parent", **NULL),
    _whole("group_id"),
    _whole("kind"),
    _text("content", **NULL),
    _text("links", **NULL),
    _text("mentions", **NULL),
    _whole("creator", **NULL),
    _whole("version"),
    _whole("created_at"),
    _whole("updated_at", **NULL),
    _whole("deleted_at", **NULL),
    _key("tenant_id", "id"),
    Index("ix_note_created_at", "tenant_id", "created_at", "id"),
    Index("ix_note_creator", "tenant_id", "creator", "created_at", "id"),
    Index(
        "ix_note_parent",
        "tenant_id",
        "parent",
        "created_at",
        "id",
        sqlite_where=text("parent IS NOT NULL"),
        postgresql_where=text("parent IS NOT NULL"),
    ),
)
"""Notes. The root note of an interaction has no text of its own: the text is the interaction's ``body``."""

note_link = Table(
    "note_link",
    metadata,
    _whole("tenant_id"),
    _whole("party_kind"),
    _whole("party_id"),
    _whole("created_at"),
    _whole("id"),
    _whole("group_id"),
    _key("tenant_id", "party_kind", "party_id", "created_at", "id", "group_id"),
    sqlite_with_rowid=False,
)
"""Which notes concern a party: attached to it, or on an interaction that it took part in."""

person = Table(
    "person",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _text("uuid"),
    _whole("kind"),
    _text("first_name"),
    _text("last_name"),
    _text("emails"),
    _text("primary_email", **NULL),
    _text("organization_ids"),
    _text("search"),
    _text("name_key"),
    _whole("version"),
    _whole("created_at"),
    _whole("modified_at", **NULL),
    _whole("deleted_at", **NULL),
    _whole("merged_into", **NULL),
    _key("tenant_id", "id"),
    Index("uq_person_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_person_name_key", "tenant_id", "name_key", "id"),
    Index("ix_person_internal", "tenant_id", "id", sqlite_where=text("kind = 1"), postgresql_where=text("kind = 1")),
)
"""``search``: lower-case "first last", a line feed, and each address between line feeds; see ``persons.py``.
``name_key``: the lower-case name, or its beginning where it is too long for an index."""

person_email = Table(
    "person_email",
    metadata,
    _whole("tenant_id"),
    _text("email"),
    _whole("person_id"),
    _text("domain"),
    _key("tenant_id", "email"),
    Index("ix_person_email_domain", "tenant_id", "domain", "person_id"),
    sqlite_with_rowid=False,
)

membership = Table(
    "membership",
    metadata,
    _whole("tenant_id"),
    _whole("organization_id"),
    _whole("person_id"),
    _key("tenant_id", "organization_id", "person_id"),
    sqlite_with_rowid=False,
)
"""The persons of an organization; the other way round stands in ``person.organization_ids``."""

organization = Table(
    "organization",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _text("uuid"),
    _text("name"),
    _text("domains"),
    _text("search"),
    _text("name_key"),
    _whole("is_global"),
    _whole("version"),
    _whole("created_at"),
    _whole("modified_at", **NULL),
    _whole("deleted_at", **NULL),
    _whole("merged_into", **NULL),
    _key("tenant_id", "id"),
    Index("uq_organization_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_organization_name_key", "tenant_id", "name_key", "id"),
)

organization_domain = Table(
    "organization_domain",
    metadata,
    _whole("tenant_id"),
    _text("domain"),
    _whole("organization_id"),
    _key("tenant_id", "domain", "organization_id"),
    sqlite_with_rowid=False,
)

party_list = Table(
    "party_list",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _text("name"),
    _whole("kind"),
    _whole("is_public"),
    _whole("owner"),
    _whole("creator"),
    _whole("created_at"),
    _whole("deleted_at", **NULL),
    _key("tenant_id", "id"),
)

opportunity = Table(
    "opportunity",
    metadata,
    _whole("tenant_id"),
    _whole("id"),
    _text("uuid"),
    _text("name"),
    _text("search"),
    _whole("list_id"),
    _whole("entry_id"),
    _text("person_ids"),
    _text("organization_ids"),
    _whole("creator"),
    _whole("version"),
    _whole("created_at"),
    _whole("modified_at", **NULL),
    _whole("deleted_at", **NULL),
    _key("tenant_id", "id"),
    Index("uq_opportunity_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_opportunity_list", "tenant_id", "list_id", "id"),
    Index("uq_opportunity_entry", "tenant_id", "entry_id", unique=True),
)

opportunity_party = Table(
    "opportunity_party",
    metadata,
    _whole("tenant_id"),
    _whole("party_kind"),
    _whole("party_id"),
    _whole("opportunity_id"),
    _key("tenant_id", "party_kind", "party_id", "opportunity_id"),
    sqlite_with_rowid=False,
)
"""The opportunities of a party; the other way round stands in the opportunity's row."""

journal = Table(
    "journal",
    metadata,
    _whole("tenant_id"),
    _whole("epoch"),
    _whole("sequence"),
    _whole("at"),
    _whole("actor", **NULL),
    _whole("token_id", **NULL),
    _text("protocol"),
    _text("request_id", **NULL),
    _text("action"),
    _text("entity"),
    _whole("entity_id"),
    _whole("version"),
    _text("before", **NULL),
    _key("tenant_id", "epoch", "sequence"),
    Index(
        "ix_journal_before",
        "tenant_id",
        "entity",
        "entity_id",
        "version",
        sqlite_where=text("before IS NOT NULL"),
        postgresql_where=text("before IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""Every change. (epoch, sequence) is its place: see ``journal.py`` for how no reader misses a late commit."""

ASSIGNED_BY_WRITER = (journal.c.epoch, journal.c.sequence)
"""Columns that the engine's writer fills in inside the transaction, not the unit."""
