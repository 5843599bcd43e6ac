"""The parties: persons, organizations, and the opportunities they are part of."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from msgspec import Struct


class Party(IntEnum):
    """What kind of thing an id belongs to: each kind counts for itself."""

    PERSON = 0
    ORGANIZATION = 1
    OPPORTUNITY = 8
    PROFILE = 100  # of a type that a user defined


class PersonKind(IntEnum):
    """A person's relation to the tenant."""

    EXTERNAL = 0
    INTERNAL = 1
    COLLABORATOR = 2


class Person(Struct, frozen=True, kw_only=True, gc=False):
    """A person. ``emails`` in the order given; ``primary_email`` is the one most likely current."""

    id: int
    kind: PersonKind
    first_name: str
    last_name: str
    emails: tuple[str, ...] = ()
    primary_email: str | None = None
    organization_ids: tuple[int, ...] = ()
    uuid: str = ""
    version: int = 1
    created_at: int = 0
    modified_at: int | None = None

    @property
    def name(self) -> str:
        """First and last name, as one reads it."""
        return f"{self.first_name} {self.last_name}".strip()


class Directory(dict[int, Person]):
    """Persons by their ids: those who were asked for and are there, and perhaps others, so look them up one by one.

    ``derived`` keeps what a protocol made of them, under the protocol's name: it lasts as long as the records do.
    """

    __slots__ = ("derived",)

    def __init__(self, persons: Mapping[int, Person] | Iterable[tuple[int, Person]] = ()) -> None:
        super().__init__(persons)
        self.derived: dict[str, Any] = {}


class Card(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What another system says of somebody: a name, an e-mail address, and ids as pairs of a system and the id in it.

    The names of systems are in lower case. ``uuid`` is the id that we have given, in its usual spelling.
    """

    name: str | None = None
    email: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    uuid: str | None = None


class PersonDraft(Struct, frozen=True, kw_only=True):
    """A person to be created. ``ids``: pairs of another system, in lower case, and the id in it."""

    first_name: str
    last_name: str = ""
    emails: tuple[str, ...] = ()
    organization_ids: tuple[int, ...] = ()
    kind: PersonKind = PersonKind.EXTERNAL
    ids: tuple[tuple[str, str], ...] = ()


class Organization(Struct, frozen=True, kw_only=True, gc=False):
    """An organization. A person whose e-mail domain is one of ``domains`` belongs to it."""

    id: int
    name: str
    domains: tuple[str, ...] = ()
    is_global: bool = False
    uuid: str = ""
    version: int = 1
    created_at: int = 0
    modified_at: int | None = None

    @property
    def domain(self) -> str | None:
        """The main domain."""
        return self.domains[0] if self.domains else None


class OrganizationDraft(Struct, frozen=True, kw_only=True):
    """An organization to be created, with the persons that belong to it. ``ids`` are as those of persons."""

    name: str
    domains: tuple[str, ...] = ()
    person_ids: tuple[int, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()


class Opportunity(Struct, frozen=True, kw_only=True, gc=False):
    """An opportunity on a list, through its only entry there."""

    id: int
    name: str
    list_id: int
    entry_id: int
    creator: int
    person_ids: tuple[int, ...] = ()
    organization_ids: tuple[int, ...] = ()
    uuid: str = ""
    version: int = 1
    created_at: int = 0
    modified_at: int | None = None


class OpportunityDraft(Struct, frozen=True, kw_only=True):
    """An opportunity to be created. ``created_at``: when it came up, if that was not now."""

    name: str
    list_id: int
    person_ids: tuple[int, ...] = ()
    organization_ids: tuple[int, ...] = ()
    created_at: int | None = None


class ListRole(IntEnum):
    """What somebody to whom a list was opened may do with it, besides reading it.

    ``BASIC``: change what stands on it, and the values there; ``STANDARD``: its fields, too; ``ADMIN``: everything.
    """

    ADMIN = 0
    BASIC = 1
    STANDARD = 2


class Permission(Struct, frozen=True, array_like=True):
    """The role that an internal person has on a list."""

    person: int
    role: ListRole


class PartyList(Struct, frozen=True, kw_only=True):
    """A list of parties of one kind. ``permissions``: to whom it was opened, whether or not it is public."""

    id: int
    name: str
    kind: Party
    is_public: bool
    owner: int
    creator: int
    created_at: int
    permissions: tuple[Permission, ...] = ()


class ListEntry(Struct, frozen=True, kw_only=True, gc=False):
    """That a party stands on a list: a person or an organization perhaps several times, an opportunity once."""

    id: int
    list_id: int
    kind: Party
    party: int
    creator: int
    created_at: int
    version: int = 1


def normal_email(text: str) -> str:
    """Return the form by which two spellings of an e-mail address are the same address."""
    return text.strip().casefold()


def email_domain(address: str) -> str:
    """Return the part behind the last ``@``, lower-case; empty where there is none."""
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""
