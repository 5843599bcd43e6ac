"""Persons: rows, reads, search by a part of the name or of an address."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, literal_column, or_, select

from ..model.parties import Directory, Person, PersonKind, email_domain, normal_email
from .database import Database, Row
from .moments import Kinds, moment_at
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
    pattern_of,
    successors,
    successors_query,
)
from .rows import array_text, update_of
from .schema import membership, person, person_email
from .statements import Query, Unit, member_of, parameter

Columns = person.c
_SHOWN = (
    Columns.id, Columns.kind, Columns.first_name, Columns.last_name, Columns.emails, Columns.primary_email,
    Columns.organization_ids, Columns.uuid, Columns.version, Columns.created_at, Columns.modified_at,
)  # fmt: skip

_texts = msgspec.json.Decoder(tuple[str, ...])
_ids = msgspec.json.Decoder(tuple[int, ...])

LIVE_BY_IDS = by_ids_query(person, _SHOWN)
DELETED = deleted_query(person, _SHOWN)
SUCCESSORS = successors_query(person)
MERGED = merged_query(person, _SHOWN)
BY_EMAILS = Query(
    select(person_email.c.email, person_email.c.person_id).where(
        person_email.c.tenant_id == parameter("tenant"), member_of(person_email.c.email, "emails", text=True)
    )
)
BY_UUIDS = by_uuids_query(person)
NAMESAKES = namesakes_query(person, _SHOWN)
MEMBERS = Query(
    select(membership.c.organization_id, membership.c.person_id)
    .where(membership.c.tenant_id == parameter("tenant"), member_of(membership.c.organization_id, "organizations"))
    .order_by(membership.c.organization_id, membership.c.person_id)
)
WITH_DOMAIN = Query(
    select(person_email.c.person_id).where(
        person_email.c.tenant_id == parameter("tenant"), person_email.c.domain == bindparam("domain")
    )
)
UPDATE = update_of(
    person,
    ("tenant_id", "id"),
    "kind", "first_name", "last_name", "emails", "primary_email", "organization_ids", "search", "name_key",
    "version", "modified_at", "deleted_at", "merged_into",
)  # fmt: skip
RELEASE_EMAIL = Query(
    delete(person_email).where(
        person_email.c.tenant_id == parameter("tenant"), person_email.c.email == bindparam("email")
    )
)
LEAVE = Query(
    delete(membership).where(
        membership.c.tenant_id == parameter("tenant"),
        membership.c.organization_id == parameter("organization"),
        membership.c.person_id == parameter("person"),
    )
)


@lru_cache(maxsize=256)
def page_query(term: bool, bounds: tuple[tuple[str, str], ...], moments: bool, internal: bool) -> Query:
    """Return the statement of a page in order of ids.

    ``bounds``: pairs of ("min" or "max", name of a moment) that the person's moments must keep; ``moments``: only
    persons with any interaction; ``internal``: only those who work for the tenant.
    """
    statement = live(person, _SHOWN)
    if term:
        statement = containing(statement, person)
    if internal:
        statement = statement.where(Columns.kind == literal_column("1"))  # as text, for the index of just these
    if moments:
        statement = statement.where(
            or_(moment_at("last_interaction").is_not(None), moment_at("next_event").is_not(None))
        )
    for edge, name in bounds:
        at, bound = moment_at(name), parameter(f"{edge}_{name}")
        statement = statement.where(at >= bound if edge == "min" else at <= bound)
    return in_order(statement, person)


async def page(
    database: Database,
    tenant: int,
    *,
    after: int,
    limit: int,
    term: str | None = None,
    bounds: Mapping[tuple[str, str], int] | None = None,
    with_moments: bool = False,
    internal: bool = False,
    kinds: Kinds | None = None,
    groups: Sequence[int] = (),
    now: int = 0,
) -> list[Person]:
    """Return persons in order of ids, those behind ``after``."""
    bounds = bounds or {}
    query = page_query(term is not None, tuple(sorted(bounds)), with_moments, internal)
    arguments: dict[str, Any] = {"tenant": tenant, "after": after, "limit": limit}
    if term is not None:
        arguments["pattern"] = pattern_of(term)
    if bounds or with_moments:
        assert kinds is not None
        arguments |= {"groups": database.array(groups), "now": now, **kinds.arguments(database)}
        arguments |= {f"{edge}_{name}": bound for (edge, name), bound in bounds.items()}
    unbounded = term is not None or bounds or with_moments or internal
    fetch = database.fetch_long if unbounded else database.fetch
    return [person_of(row) for row in await fetch(query, **arguments)]


async def exact_matches(database: Database, tenant: int, term: str) -> list[Person]:
    """Return the persons whose whole name or one of whose addresses is the term."""
    rows = await namesake_rows(database, NAMESAKES, tenant, term)
    found = {row[0]: person_of(row) for row in rows}
    found = {id_: item for id_, item in found.items() if item.name.casefold() == term.strip().casefold()}
    owners = await ids_by_email(database, tenant, [normal_email(term)])
    return list((found | await by_ids(database, tenant, owners.values())).values())


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Person]:
    """Return persons by their ids, without deleted ones."""
    wanted = set(ids)
    found = await directory(database, tenant, wanted)
    return {id_: found[id_] for id_ in wanted if id_ in found}


async def directory(database: Database, tenant: int, ids: set[int]) -> Directory:
    """Return a directory with all of these persons who are there, and perhaps with others: nothing is copied."""
    recent = database.recent_persons
    known = recent.directory(tenant) if recent is not None else Directory()
    if known.keys() >= ids:
        return known
    missing = [id_ for id_ in ids if id_ not in known]  # a difference of sets would pass by everybody who is known
    rows = await database.fetch(LIVE_BY_IDS, tenant=tenant, ids=database.array(missing))
    read = {row[0]: person_of(row) for row in rows}
    return recent.keep(tenant, read) if recent is not None else Directory(read)


async def ids_by_email(database: Database, tenant: int, emails: Iterable[str]) -> dict[str, int]:
    """Return whose the (normal) addresses are."""
    rows = await database.fetch(BY_EMAILS, tenant=tenant, emails=database.array(emails))
    return {row[0]: row[1] for row in rows}


async def ids_by_uuid(database: Database, tenant: int, uuids: Iterable[str]) -> dict[str, int]:
    """Return the ids of persons by their uuids, without deleted ones."""
    rows = await database.fetch(BY_UUIDS, tenant=tenant, uuids=database.array(uuids))
    return {row[0]: row[1] for row in rows}


async def members(database: Database, tenant: int, organizations: Iterable[int]) -> dict[int, list[int]]:
    """Return the ids of the persons of each organization."""
    rows = await database.fetch(MEMBERS, tenant=tenant, organizations=database.array(organizations))
    found: dict[int, list[int]] = {}
    for organization, person_id in rows:
        found.setdefault(organization, []).append(person_id)
    return found


async def ids_at_domain(database: Database, tenant: int, domain: str) -> set[int]:
    """Return the ids of the persons with an address at the domain."""
    rows = await database.fetch_long(WITH_DOMAIN, tenant=tenant, domain=domain)
    return {person_id for (person_id,) in rows}


async def successors_of(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, int]:
    """Return who the persons are by now that were merged into others."""
    return await successors(database, SUCCESSORS, tenant, ids)


async def merged_away(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Person]:
    """Return those that were merged into others, as they were then."""
    rows = await database.fetch(MERGED, tenant=tenant, ids=database.array(ids))
    return {row[0]: person_of(row) for row in rows}


async def deleted(database: Database, tenant: int, id_: int) -> Person | None:
    """Return a person that is deleted, and was not merged into another; None where there is none."""
    rows = await database.fetch(DELETED, tenant=tenant, id=id_)
    return person_of(rows[0]) if rows else None


def insert(
    unit: Unit, tenant: int, item: Person, *, deleted_at: int | None = None, merged_into: int | None = None
) -> None:
    """Add the rows of a new person to a unit; of one that is known only as merged into another, too."""
    unit.insert(
        person,
        [
            (
                tenant, item.id, item.uuid, int(item.kind), item.first_name, item.last_name, array_text(item.emails),
                item.primary_email, array_text(item.organization_ids), search_text(item), name_key(item.name),
                item.version, item.created_at, item.modified_at, deleted_at, merged_into,
            )
        ],
    )  # fmt: skip
    unit.insert(person_email, [(tenant, email, item.id, email_domain(email)) for email in _normal(item)])
    unit.insert(membership, [(tenant, organization, item.id) for organization in item.organization_ids])


def change(
    unit: Unit,
    tenant: int,
    read: Person,
    new: Person,
    *,
    deleted_at: int | None = None,
    merged_into: int | None = None,
) -> None:
    """Add the update of a person to a unit, guarded by the version that was read.

    ``deleted_at`` and ``merged_into``: when and into whom it goes.
    """
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_id": read.id,
            "read_version": read.version,
            "kind": int(new.kind),
            "first_name": new.first_name,
            "last_name": new.last_name,
            "emails": array_text(new.emails),
            "primary_email": new.primary_email,
            "organization_ids": array_text(new.organization_ids),
            "search": search_text(new),
            "name_key": name_key(new.name),
            "version": new.version,
            "modified_at": new.modified_at,
            "deleted_at": deleted_at,
            "merged_into": merged_into,
        },
    )
    old_emails, emails = _normal(read), [] if deleted_at is not None else _normal(new)
    for email in set(old_emails) - set(emails):
        unit.change(RELEASE_EMAIL, {"tenant": tenant, "email": email})
    added = [(tenant, email, new.id, email_domain(email)) for email in emails if email not in old_emails]
    unit.insert(person_email, added)
    old_organizations = read.organization_ids
    organizations = () if deleted_at is not None else new.organization_ids
    for organization in set(old_organizations) - set(organizations):
        unit.change(LEAVE, {"tenant": tenant, "organization": organization, "person": new.id})
    unit.insert(
        membership, [(tenant, organization, new.id) for organization in set(organizations) - set(old_organizations)]
    )


def search_text(item: Person) -> str:
    """Return what a search looks through: the name as one line, then each address as a line; lower case."""
    return "\n".join([f"{item.first_name} {item.last_name}".strip(), *item.emails]).casefold() + "\n"


def person_of(row: Row) -> Person:
    """Return the person of a row of ``_SHOWN``."""
    id_, kind, first, last, emails, primary, organizations, uuid, version, created_at, modified_at = row
    return Person(
        id=id_,
        kind=_KINDS[kind],
        first_name=first,
        last_name=last,
        emails=_texts.decode(emails),
        primary_email=primary,
        organization_ids=_ids.decode(organizations),
        uuid=uuid,
        version=version,
        created_at=created_at,
        modified_at=modified_at,
    )


def _normal(item: Person) -> list[str]:
    return list(dict.fromkeys(normal_email(email) for email in item.emails))


_KINDS = tuple(PersonKind)
