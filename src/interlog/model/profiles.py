"""Profiles: persons, organizations and whatever else a user's profile types describe, and their strong ids."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from .ids import index_text
from .parties import Party, normal_email
from .types import FieldDefinition

PROFILE_ID = "ProfileId"
"""The name of the field, and of the strong id, under which every profile is known."""

MAX_PROFILE_ID = 1_024
"""Characters that a ProfileId may have."""


class StrongId(Struct, frozen=True):
    """A key of a profile type: fields that together belong to one profile at most."""

    name: str
    fields: tuple[str, ...]


class ProfileType(Struct, frozen=True, kw_only=True):
    """A definition of profiles. Profiles may always have fields that it does not declare.

    ``strong_ids`` are in the order of the definition, without the one that every type has, ``ProfileId``.
    ``collections``, ``retired``, ``attributes`` and ``defined_at`` are as an interaction type's.
    """

    id: int
    name: str
    version: int = 1
    built_in: bool = False
    display_name: str | None = None
    fields: tuple[FieldDefinition, ...] = ()
    strong_ids: tuple[StrongId, ...] = ()
    timestamp_field: str | None = None
    collections: tuple[str, ...] = ()
    retired: tuple[FieldDefinition, ...] = ()
    attributes: dict[str, Any] = {}
    revision: tuple[int, int, int] = (1, 0, 0)
    defined_at: int = 0
    deleted: bool = False

    @property
    def party(self) -> Party:
        """What kind of party its profiles are."""
        return party_of(self.id)


class Profile(Struct, frozen=True, kw_only=True, gc=False):
    """A profile. ``number`` is its integer id: a person's, an organization's, or unique among all other profiles.

    ``key`` is its ProfileId; ``fields`` hold no None. ``modified_at`` is None until the first change.
    """

    type_id: int
    number: int
    key: str
    fields: dict[str, Any]
    version: int = 1
    created_at: int = 0
    modified_at: int | None = None


CONTACT = ProfileType(
    id=1,
    name="Contact",
    built_in=True,
    display_name="Contact",
    fields=(
        FieldDefinition("ContactId"),
        FieldDefinition("FirstName"),
        FieldDefinition("LastName"),
        FieldDefinition("DisplayName"),
        FieldDefinition("Email"),
        FieldDefinition("Phone"),
        FieldDefinition("OrganizationId"),
    ),
    strong_ids=(StrongId("ContactId", ("ContactId",)), StrongId("Email", ("Email",))),
    collections=("Contacts",),
)
"""Persons."""

ORGANIZATION = ProfileType(
    id=2,
    name="Organization",
    built_in=True,
    display_name="Organization",
    fields=(FieldDefinition("OrganizationId"), FieldDefinition("Name"), FieldDefinition("Domain")),
    strong_ids=(StrongId("OrganizationId", ("OrganizationId",)), StrongId("Domain", ("Domain",))),
    collections=("Organizations",),
)
"""Organizations."""

BUILT_IN_PROFILE_TYPES = (CONTACT, ORGANIZATION)
"""Created with each tenant, with these ids."""

FIRST_USER_PROFILE_TYPE_ID = 100

_PARTIES = {CONTACT.id: Party.PERSON, ORGANIZATION.id: Party.ORGANIZATION}


def party_of(type_id: int) -> Party:
    """Return what kind of party the profiles of a type are."""
    return _PARTIES.get(type_id, Party.PROFILE)


def text_of(value: Any) -> str:
    """Return the text by which a value stands in ids and keys: texts verbatim, all else as JSON writes it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def key_of(type_: ProfileType, names: tuple[str, ...], fields: Mapping[str, Any]) -> str | None:
    """Return the text under which fields of a profile are looked up; None where one of them has no value.

    Two sets of values have the same text exactly when they are the same values. E-mail addresses and domains of the
    built-in types are the same in any case.
    """
    values = []
    for name in names:
        value = fields.get(name)
        if value is None or isinstance(value, (list, dict)):
            return None
        text = text_of(value)
        values.append(normal_email(text) if type_.built_in and name in ("Email", "Domain") else text)
    return index_text(values[0] if len(values) == 1 else msgspec.json.encode(values).decode())
