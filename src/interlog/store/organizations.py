"""Organizations: rows, reads, search by a part of the name or of a domain."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, delete, select

from ..model.parties import Organization
from .database import Database, Row
from .parties import (
    by_ids_query,
    by_uuids_query,
    containing,
    deleted_query,
    in_order,
    live,
    merged_query,
    name_key,
    namesake_rows,
    namesakes_query,
    page_rows,
    successors,
    successors_query,
)
from .rows import array_text, update_of
from .schema import organization, organization_domain
from .statements import Query, Unit, member_of, parameter

Columns = organization.c
_SHOWN = (
    Columns.id, Columns.name, Columns.domains, Columns.is_global, Columns.uuid, Columns.version, Columns.created_at,
    Columns.modified_at,
)  # fmt: skip

_texts = msgspec.json.Decoder(tuple[str, ...])

LIVE_BY_IDS = by_ids_query(organization, _SHOWN)
DELETED = deleted_query(organization, _SHOWN)
SUCCESSORS = successors_query(organization)
MERGED = merged_query(organization, _SHOWN)
BY_DOMAINS = Query(
    select(organization_domain.c.domain, organization_domain.c.organization_id)
    .where(
        organization_domain.c.tenant_id == parameter("tenant"),
        member_of(organization_domain.c.domain, "domains", text=True),
    )
    .order_by(organization_domain.c.domain, organization_domain.c.organization_id)
)
PAGE = in_order(live(organization, _SHOWN), organization)
SEARCH = in_order(containing(live(organization, _SHOWN), organization), organization)
BY_UUIDS = by_uuids_query(organization)
NAMESAKES = namesakes_query(organization, _SHOWN)
UPDATE = update_of(
    organization,
    ("tenant_id", "id"),
    "name", "domains", "search", "name_key", "version", "modified_at", "deleted_at", "merged_into",
)  # fmt: skip
RELEASE_DOMAIN = Query(
    delete(organization_domain).where(
        organization_domain.c.tenant_id == parameter("tenant"),
        organization_domain.c.domain == bindparam("domain"),
        organization_domain.c.organization_id == parameter("organization"),
    )
)


async def page(
    database: Database, tenant: int, *, after: int, limit: int, term: str | None = None
) -> list[Organization]:
    """Return organizations in order of ids, those behind ``after``."""
    rows = await page_rows(database, PAGE, SEARCH, tenant, after=after, limit=limit, term=term)
    return [organization_of(row) for row in rows]


async def exact_matches(database: Database, tenant: int, term: str) -> list[Organization]:
    """Return the organizations whose whole name or one of whose domains is the term."""
    rows = await namesake_rows(database, NAMESAKES, tenant, term)
    found = {row[0]: organization_of(row) for row in rows}
    found = {id_: item for id_, item in found.items() if item.name.casefold() == term.strip().casefold()}
    owners = await ids_by_domain(database, tenant, [term.strip().lower()])
    at_domain = [id_ for ids in owners.values() for id_ in ids if id_ not in found]
    if at_domain:
        found |= await by_ids(database, tenant, at_domain)
    return list(found.values())


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Organization]:
    """Return organizations by their ids, without deleted ones."""
    rows = await database.fetch(LIVE_BY_IDS, tenant=tenant, ids=database.array(ids))
    return {row[0]: organization_of(row) for row in rows}


async def ids_by_uuid(database: Database, tenant: int, uuids: Iterable[str]) -> dict[str, int]:
    """Return the ids of organizations by their uuids, without deleted ones."""
    rows = await database.fetch(BY_UUIDS, tenant=tenant, uuids=database.array(uuids))
    return {row[0]: row[1] for row in rows}


async def ids_by_domain(database: Database, tenant: int, domains: Iterable[str]) -> dict[str, list[int]]:
    """Return which organizations the domains belong to."""
    rows = await database.fetch(BY_DOMAINS, tenant=tenant, domains=database.array(domains))
    found: dict[str, list[int]] = {}
    for domain, organization_id in rows:
        found.setdefault(domain, []).append(organization_id)
    return found


async def successors_of(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, int]:
    """Return who the organizations are by now that were merged into others."""
    return await successors(database, SUCCESSORS, tenant, ids)


async def merged_away(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Organization]:
    """Return those that were merged into others, as they were then."""
    rows = await database.fetch(MERGED, tenant=tenant, ids=database.array(ids))
    return {row[0]: organization_of(row) for row in rows}


async def deleted(database: Database, tenant: int, id_: int) -> Organization | None:
    """Return an organization that is deleted, and was not merged into another; None where there is none."""
    rows = await database.fetch(DELETED, tenant=tenant, id=id_)
    return organization_of(rows[0]) if rows else None


def insert(
    unit: Unit, tenant: int, item: Organization, *, deleted_at: int | None = None, merged_into: int | None = None
) -> None:
    """Add the rows of a new organization to a unit; of one that is known only as merged into another, too."""
    unit.insert(
        organization,
        [
            (
                tenant, item.id, item.uuid, item.name, array_text(item.domains), search_text(item),
                name_key(item.name), int(item.is_global), item.version, item.created_at, item.modified_at, deleted_at,
                merged_into,
            )
        ],
    )  # fmt: skip
    unit.insert(organization_domain, [(tenant, domain, item.id) for domain in _normal(item)])


def change(
    unit: Unit,
    tenant: int,
    read: Organization,
    new: Organization,
    *,
    deleted_at: int | None = None,
    merged_into: int | None = None,
) -> None:
    """Add the update of an organization to a unit, guarded by the version that was read.

    ``deleted_at`` and ``merged_into``: when and into whom it goes.
    """
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_id": read.id,
            "read_version": read.version,
            "name": new.name,
            "domains": array_text(new.domains),
            "search": search_text(new),
            "name_key": name_key(new.name),
            "version": new.version,
            "modified_at": new.modified_at,
            "deleted_at": deleted_at,
            "merged_into": merged_into,
        },
    )
    old_domains, domains = _normal(read), [] if deleted_at is not None else _normal(new)
    for domain in set(old_domains) - set(domains):
        unit.change(RELEASE_DOMAIN, {"tenant": tenant, "domain": domain, "organization": new.id})
    unit.insert(organization_domain, [(tenant, domain, new.id) for domain in domains if domain not in old_domains])


def search_text(item: Organization) -> str:
    """Return what a search looks through: the name, then each domain, a line each; lower case."""
    return "\n".join([item.name.strip(), *item.domains]).casefold() + "\n"


def organization_of(row: Row) -> Organization:
    """Return the organization of a row of ``_SHOWN``."""
    id_, name, domains, is_global, uuid, version, created_at, modified_at = row
    return Organization(
        id=id_,
        name=name,
        domains=_texts.decode(domains),
        is_global=bool(is_global),
        uuid=uuid,
        version=version,
        created_at=created_at,
        modified_at=modified_at,
    )


def _normal(item: Organization) -> list[str]:
    return list(dict.fromkeys(domain.strip().lower() for domain in item.domains))
