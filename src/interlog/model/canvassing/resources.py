"""Resources of canvassing: campaigns, lists, surveys, households and the like, as documents with an id.

An id may be chosen by a client, and is unique in its kind. What each tenant has from the beginning has ids that are
derived from the tenant's name, so that whoever makes it twice makes the same.
"""

from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from msgspec import Struct

from ..tenancy import Tenant

Ref: TypeAlias = tuple[str, str]
"""The kind and the id of a resource."""

NOTHING: dict[str, Any] = {}
"""The one empty dict of all resources: none is changed in place."""

OWNERS = {
    "campaigns": "organizationId",
    "lists": "organizationId",
    "integrations": "organizationId",
    "organizations": "parentId",
    "memberships": "userId",
    "surveys": "campaignId",
    "segments": "campaignId",
    "status-campaign": "campaignId",
    "walklists": "campaignId",
    "turfs": "campaignId",
    "contacts": "listId",
    "contact-household-lists": "listId",
    "contact-households": "contactId",
    "notes": "contactId",
}
"""By kind, the member of the data that names what a resource belongs to: by it they are listed and counted."""

ASSIGNABLE = ("walklists", "turfs")
"""Kinds that are assigned to users. By what there is only one of, the user's id and their own, a user's are found."""

_SEEN_WITH = {
    "campaigns": ("organizations", "organizationId"),
    "lists": ("organizations", "organizationId"),
    "integrations": ("organizations", "organizationId"),
    "memberships": ("organizations", "organizationId"),
    "surveys": ("campaigns", "campaignId"),
    "segments": ("campaigns", "campaignId"),
    "status-campaign": ("campaigns", "campaignId"),
    "walklists": ("campaigns", "campaignId"),
    "turfs": ("campaigns", "campaignId"),
    "contacts": ("lists", "listId"),
    "contact-household-lists": ("lists", "listId"),
    "contact-households": ("contacts", "contactId"),
    "notes": ("contacts", "contactId"),
}


class Resource(Struct, frozen=True, kw_only=True, gc=False):
    """A resource. ``data`` is what clients write; neither it nor ``aside`` is ever changed in place.

    ``number`` is unique in the tenant; an organization's is also its security group. ``aside`` is what is kept beside
    the data. ``natural``: what else there is only one of in a kind. ``person``: whose it is where it describes a
    person. ``creator`` and ``modifier`` are uuids of persons. Times are microseconds, of whole milliseconds. A
    ``placeholder`` was only referred to so far.
    """

    kind: str
    id: str
    number: int
    data: dict[str, Any]
    aside: dict[str, Any] = NOTHING
    natural: str | None = None
    person: int | None = None
    group: int = 0
    version: int = 1
    created_at: int
    creator: str | None = None
    modified_at: int
    modifier: str | None = None
    deleted_at: int | None = None
    placeholder: bool = False

    @property
    def owner(self) -> str | None:
        """The id of what it belongs to."""
        return owner_of(self.kind, self.data)

    @property
    def ref(self) -> Ref:
        """Its kind and its id."""
        return self.kind, self.id


class ResourceDraft(Struct, frozen=True, kw_only=True):
    """A resource to be created. Without an ``id`` it is given one; without a ``group``, that of what it belongs to.

    ``created_at``, ``creator``, ``modified_at`` and ``modifier`` are only for what is imported with its history.
    """

    kind: str
    data: dict[str, Any]
    id: str | None = None
    aside: dict[str, Any] = NOTHING
    natural: str | None = None
    person: int | None = None
    group: int | None = None
    placeholder: bool = False
    created_at: int | None = None
    creator: str | None = None
    modified_at: int | None = None
    modifier: str | None = None


def owner_of(kind: str, data: dict[str, Any]) -> str | None:
    """Return the id of what a resource belongs to, if its data names it."""
    member = OWNERS.get(kind)
    owner = data.get(member) if member is not None else None
    return owner if isinstance(owner, str) else None


def natural_of(kind: str, id_: str, data: dict[str, Any]) -> str | None:
    """Return what else there is only one of, of the kinds whose data alone say it."""
    assignee = data.get("assignedTo") if kind in ASSIGNABLE else None
    return f"{assignee}:{id_}" if isinstance(assignee, str) else None


def seen_below(kind: str) -> tuple[str, ...]:
    """Return the kinds whose resources have the security group of one of this kind."""
    return tuple(sorted(below for below, (source, _) in _SEEN_WITH.items() if source == kind))


def seen_with(kind: str, data: dict[str, Any]) -> Ref | None:
    """Return whose security group a new resource has; None: everybody sees it."""
    source = _SEEN_WITH.get(kind)
    id_ = data.get(source[1]) if source is not None else None
    return (source[0], id_) if source is not None and isinstance(id_, str) else None


_NAMESPACE = UUID("1f0c7b52-8f0e-5d0a-9c39-5a4f5b0c6a11")


def customer_id(tenant: Tenant) -> str:
    """Return a tenant's id as canvassing knows it."""
    return _customer_ids.get(tenant.name) or _customer_ids.setdefault(tenant.name, str(uuid5(_NAMESPACE, tenant.name)))


_customer_ids: dict[str, str] = {}


def derived_id(tenant: Tenant, *words: str) -> str:
    """Return the id that belongs to some words within a tenant: always the same."""
    return _derived_id(customer_id(tenant), words)


@lru_cache(maxsize=10_000)
def _derived_id(customer: str, words: tuple[str, ...]) -> str:
    return str(uuid5(UUID(customer), "/".join(words)))


def security_group_id(tenant: Tenant, group: int) -> str:
    """Return a security group's id as canvassing knows it."""
    return derived_id(tenant, "security-group", str(group))


def root_organization(tenant: Tenant) -> str:
    """Return the id of the organization that all others are below; its security group is the open one."""
    return derived_id(tenant, "organization", "root")


def organization_group(tenant: Tenant, organization: Resource) -> int:
    """Return the security group that an organization owns."""
    return 0 if organization.id == root_organization(tenant) else organization.number


def role_id(tenant: Tenant, name: str) -> str:
    """Return the id of a role that every tenant has."""
    return derived_id(tenant, "role", name)


def catch_all_campaign(tenant: Tenant) -> str:
    """Return the id of the campaign of visits that were recorded elsewhere."""
    return derived_id(tenant, "campaign", "catch-all")


def nil_survey(tenant: Tenant) -> str:
    """Return the id of the survey without questions."""
    return derived_id(tenant, "survey", "nil")
