"""The parties: persons, organizations, opportunities, and profiles of types that users define."""

from sqlalchemy import Index, Table, text

from .columns import NULL, key, metadata, text_column, whole

person = Table(
    "person",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("uuid"),
    whole("kind"),
    text_column("first_name"),
    text_column("last_name"),
    text_column("emails"),
    text_column("primary_email", **NULL),
    text_column("organization_ids"),
    text_column("search"),
    text_column("name_key"),
    whole("version"),
    whole("created_at"),
    whole("modified_at", **NULL),
    whole("deleted_at", **NULL),
    whole("merged_into", **NULL),
    key("tenant_id", "id"),
    Index("uq_person_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_person_name_key", "tenant_id", "name_key", "id"),
    Index("ix_person_internal", "tenant_id", "id", sqlite_where=text("kind = 1"), postgresql_where=text("kind = 1")),
)
"""``search``: lower-case "first last", a line feed, and each address between line feeds; see ``persons.py``.
``name_key``: the lower-case name, or its beginning where it is too long for an index."""

person_email = Table(
    "person_email",
    metadata,
    whole("tenant_id"),
    text_column("email"),
    whole("person_id"),
    text_column("domain"),
    key("tenant_id", "email"),
    Index("ix_person_email_domain", "tenant_id", "domain", "person_id"),
    sqlite_with_rowid=False,
)

membership = Table(
    "membership",
    metadata,
    whole("tenant_id"),
    whole("organization_id"),
    whole("person_id"),
    key("tenant_id", "organization_id", "person_id"),
    sqlite_with_rowid=False,
)
"""The persons of an organization; the other way round stands in ``person.organization_ids``."""

organization = Table(
    "organization",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("uuid"),
    text_column("name"),
    text_column("domains"),
    text_column("search"),
    text_column("name_key"),
    whole("is_global"),
    whole("version"),
    whole("created_at"),
    whole("modified_at", **NULL),
    whole("deleted_at", **NULL),
    whole("merged_into", **NULL),
    key("tenant_id", "id"),
    Index("uq_organization_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_organization_name_key", "tenant_id", "name_key", "id"),
)

organization_domain = Table(
    "organization_domain",
    metadata,
    whole("tenant_id"),
    text_column("domain"),
    whole("organization_id"),
    key("tenant_id", "domain", "organization_id"),
    sqlite_with_rowid=False,
)

party_external_id = Table(
    "party_external_id",
    metadata,
    whole("tenant_id"),
    whole("party_kind"),
    text_column("system"),
    text_column("external_id"),
    whole("party_id"),
    key("tenant_id", "party_kind", "system", "external_id"),
    Index("ix_party_external_id_party", "tenant_id", "party_kind", "party_id"),
    sqlite_with_rowid=False,
)
"""By which ids other systems know persons and organizations; ``system`` in lower case. See ``external_ids.py``."""

party_list = Table(
    "party_list",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("name"),
    whole("kind"),
    whole("is_public"),
    whole("owner"),
    whole("creator"),
    text_column("permissions"),
    whole("created_at"),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
)
"""``permissions``: pairs of an internal person's id and the role that he has on the list."""

opportunity = Table(
    "opportunity",
    metadata,
    whole("tenant_id"),
    whole("id"),
    text_column("uuid"),
    text_column("name"),
    text_column("search"),
    whole("list_id"),
    whole("entry_id"),
    text_column("person_ids"),
    text_column("organization_ids"),
    whole("creator"),
    whole("version"),
    whole("created_at"),
    whole("modified_at", **NULL),
    whole("deleted_at", **NULL),
    key("tenant_id", "id"),
    Index("uq_opportunity_uuid", "tenant_id", "uuid", unique=True),
    Index("ix_opportunity_list", "tenant_id", "list_id", "id"),
    Index("uq_opportunity_entry", "tenant_id", "entry_id", unique=True),
)

opportunity_party = Table(
    "opportunity_party",
    metadata,
    whole("tenant_id"),
    whole("party_kind"),
    whole("party_id"),
    whole("opportunity_id"),
    key("tenant_id", "party_kind", "party_id", "opportunity_id"),
    sqlite_with_rowid=False,
)
"""The opportunities of a party; the other way round stands in the opportunity's row."""

profile = Table(
    "profile",
    metadata,
    whole("tenant_id"),
    whole("type_id"),
    whole("number"),
    text_column("key"),
    text_column("fields"),
    whole("version"),
    whole("created_at"),
    whole("modified_at", **NULL),
    whole("changed_at"),
    key("tenant_id", "type_id", "number"),
    Index("ix_profile_changed_at", "tenant_id", "type_id", "changed_at", "number"),
)
"""Profiles by type and number. Of a person or an organization, whose id the number then is, the row holds what has no
place in their own tables; most have none. ``key`` is the ProfileId, empty where that is the number."""

profile_key = Table(
    "profile_key",
    metadata,
    whole("tenant_id"),
    whole("type_id"),
    text_column("name"),
    text_column("key"),
    whole("number"),
    key("tenant_id", "type_id", "name", "key"),
    sqlite_with_rowid=False,
)
"""Whose the keys of profiles are: each complete strong id, by the names of its fields, belongs to one profile."""

profile_value = Table(
    "profile_value",
    metadata,
    whole("tenant_id"),
    whole("type_id"),
    text_column("name"),
    text_column("key"),
    whole("number"),
    key("tenant_id", "type_id", "name", "key", "number"),
    sqlite_with_rowid=False,
)
"""The profiles by the values of other fields than keys, those that a slot of some interaction type refers to. Persons
and organizations have such rows, too."""

value_index = Table(
    "value_index",
    metadata,
    whole("tenant_id"),
    whole("type_id"),
    text_column("name"),
    key("tenant_id", "type_id", "name"),
    sqlite_with_rowid=False,
)
"""The fields by whose values every profile is in ``profile_value``."""
