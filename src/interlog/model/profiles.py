"""Profiles: persons, organizations and whatever else a user's profile types describe, and their strong ids."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from .ids import index_text
from .instants import parse_moment, to_datetime
from .parties import Party, normal_email
from .types import FieldDefinition, FieldKind

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


class ProfileDraft(Struct, frozen=True, kw_only=True, gc=False):
    """A profile to be put. ``fields`` have the declared names and canonical values; one that is None is cleared.

    ``key`` is the ProfileId, if the author knows or chooses it. ``expected_version``: the stored version that a change
    was made from.
    """

    fields: dict[str, Any] = {}
    key: str | None = None
    expected_version: int | None = None


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


Names = tuple[str, ...]
"""Fields of profiles that are looked up together, in one order."""


def id_names(type_: ProfileType) -> Names:
    """Return the fields that are the ProfileId."""
    if type_.id == CONTACT.id:
        return PROFILE_ID, "ContactId"
    return (PROFILE_ID, "OrganizationId") if type_.id == ORGANIZATION.id else (PROFILE_ID,)


def with_id(type_: ProfileType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of fields with the ProfileId under that name."""
    own = id_names(type_)
    return {PROFILE_ID if name in own else name: value for name, value in values.items()}


def key_fields(type_: ProfileType) -> list[Names]:
    """Return the fields of each key, ProfileId first, each in one order and under one name: no two the same."""
    own = id_names(type_)
    keys = (tuple(sorted(PROFILE_ID if name in own else name for name in key.fields)) for key in type_.strong_ids)
    return list(dict.fromkeys([(PROFILE_ID,), *keys]))


def party_of(type_id: int) -> Party:
    """Return what kind of party the profiles of a type are."""
    return _PARTIES.get(type_id, Party.PROFILE)


def joined_ids(kinds: Sequence[FieldKind | None], values: tuple[Any, ...], *, exact: bool = True) -> tuple[str, ...]:
    """Return the ids that values make, joined by ``_`` in their order: the first one, and with hashes behind it those
    for values that make the same as others have made before.

    ``exact``: nothing but these values makes such ids, so that a text by itself needs no second one.
    """
    text = "_".join(_id_text(kind, value) for kind, value in zip(kinds, values, strict=True))
    if exact and len(values) == 1 and text == values[0]:
        return (text,)
    digest = hashlib.sha256(msgspec.json.encode(values)).hexdigest()
    return text, f"{text}~{digest[:8]}", f"{text}~{digest}"


def _id_text(kind: FieldKind | None, value: Any) -> str:
    if kind is FieldKind.INSTANT and isinstance(value, str) and (moment := parse_moment(value)) is not None:
        return to_datetime(moment.instant).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return "" if value is None else text_of(value)


def waiting_key(type_id: int, names: Sequence[str], key: str) -> str:
    """Return what an interaction waits under for a profile with a key: no e-mail address looks like it."""
    return index_text("\x1f" + msgspec.json.encode([type_id, *names, key]).decode())


def text_of(value: Any) -> str:
    """Return the text by which a value stands in ids and keys: texts verbatim, all else as JSON writes it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def profile_ids(type_: ProfileType, strong_id: StrongId, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ProfileIds that the values of a complete strong id make: a later one where others made an earlier."""
    names = sorted(strong_id.fields, key=lambda name: (name.casefold(), name))
    kinds = {field.name: field.kind for field in type_.fields}
    return joined_ids([kinds.get(name) for name in names], tuple(fields[name] for name in names), exact=False)


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
