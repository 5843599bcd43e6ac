"""Organizations below each other, and what their members see: their own security groups and those of all below."""

from collections.abc import Iterable, Mapping

from ..tenancy import Right, Tenant
from .resources import Resource, organization_group, root_organization

ACTIVE = "active"
DISABLED = "disabled"


def deciding(memberships: Iterable[Resource], right: Right) -> list[Resource]:
    """Return the memberships that decide what a user of this right may do and see in the tenant.

    One that nobody has confirmed yet gives nothing, and takes nothing away. To be disabled takes everything away, but
    from whoever administers the tenant.
    """
    counting = (ACTIVE,) if right is Right.ADMIN else (ACTIVE, DISABLED)
    return [item for item in memberships if item.data.get("status") in counting]


def groups_seen(
    tenant: Tenant, organizations: Mapping[str, Resource], memberships: Iterable[Resource], *, bound: bool = False
) -> set[int]:
    """Return the security groups that a user sees by these memberships; 0, which everybody sees, is not among them.

    Who has no membership at all sees what a member of the root sees, everything; ``bound``: sees nothing.
    """
    own = list(memberships)
    if not own and not bound:
        return _all(tenant, organizations)
    groups: set[int] = set()
    for membership in own:
        if membership.data.get("status") == ACTIVE:
            groups |= _below(tenant, organizations, membership.data.get("organizationId", ""))
    return groups


def groups_of(tenant: Tenant, organizations: Mapping[str, Resource], id_: str) -> set[int]:
    """Return the security groups of an organization and of all below."""
    return _below(tenant, organizations, id_) | ({0} if id_ == root_organization(tenant) else set())


def line_of(organizations: Mapping[str, Resource], id_: str, root: str) -> list[str]:
    """Return an organization's id and the ids of those above it, the nearest first; the root is the last."""
    line: list[str] = []
    while id_ in organizations and id_ not in line and id_ != root:
        line.append(id_)
        id_ = organizations[id_].owner or root
    return [*line, root]


def _all(tenant: Tenant, organizations: Mapping[str, Resource]) -> set[int]:
    return {organization_group(tenant, item) for item in organizations.values()} - {0}


def _below(tenant: Tenant, organizations: Mapping[str, Resource], start: str) -> set[int]:
    root = root_organization(tenant)
    if start == root:
        return _all(tenant, organizations)
    return {
        organization_group(tenant, item)
        for id_, item in organizations.items()
        if start in line_of(organizations, id_, root)
    } - {0}
