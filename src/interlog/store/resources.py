"""Resources of canvassing: rows, reads by a key, changes. Pages of them are read in ``resource_pages.py``."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update

from ..model.canvassing.resources import Ref, Resource, seen_below
from .database import Database, Row
from .rows import NOTHING, decode, encode, json_text, json_value, update_of
from .schema import resource, user
from .statements import Query, Unit, member_of, parameter

Columns = resource.c

BY_REFS = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        member_of(Columns.kind, "kinds", text=True),
        member_of(Columns.id, "ids", text=True),
    )
)
BY_NATURAL = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.natural_key.is_not(None),
        member_of(Columns.natural_key, "naturals", text=True),
        Columns.deleted_at.is_(None),
    )
)
BY_BEGINNING = Query(
    select(*Columns)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.natural_key.is_not(None),
        Columns.natural_key >= bindparam("beginning"),
        Columns.natural_key < bindparam("end"),
        Columns.deleted_at.is_(None),
    )
    .order_by(Columns.natural_key)
)
BY_PERSON = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.person.is_not(None),
        member_of(Columns.person, "persons"),
        Columns.deleted_at.is_(None),
    )
)
OWNED = Query(
    select(*Columns)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.owner == bindparam("owner"),
        Columns.id > bindparam("after"),
        Columns.deleted_at.is_(None),
        member_of(Columns.group_id, "groups"),
    )
    .order_by(Columns.id)
    .limit(parameter("limit"))
)
OWNED_BY_ANYBODY = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.owner == bindparam("owner"),
        Columns.deleted_at.is_(None),
    )
)
COUNTS = Query(
    select(Columns.owner, func.count())
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.owner.is_not(None),
        member_of(Columns.owner, "owners", text=True),
        Columns.deleted_at.is_(None),
    )
    .group_by(Columns.owner)
)
OF_KIND = Query(
    select(*Columns)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.id > bindparam("after"),
        Columns.deleted_at.is_(None),
    )
    .order_by(Columns.id)
    .limit(parameter("limit"))
)
USERS_WITHOUT = Query(
    select(user.c.person_id)
    .select_from(
        user.outerjoin(
            resource,
            and_(
                Columns.tenant_id == user.c.tenant_id,
                Columns.kind == "users",
                Columns.person == user.c.person_id,
                Columns.person.is_not(None),
                Columns.deleted_at.is_(None),
            ),
        )
    )
    .where(user.c.tenant_id == parameter("tenant"), Columns.id.is_(None))
)
_CHANGING = (
    "owner", "natural_key", "person", "value", "aside", "version", "created_at", "creator", "modified_at",
    "modifier", "deleted_at", "placeholder",
)  # fmt: skip
UPDATE = update_of(resource, ("tenant_id", "number"), *_CHANGING)
UPDATE_SAID = update_of(resource, ("tenant_id", "number"), "value", "aside", "version", "modified_at", "modifier")
"""Where nothing that an index holds is another: naming its columns alone would write the index anew."""
UPDATE_ASIDE = update_of(resource, ("tenant_id", "number"), "aside", "version")
REGROUP = Query(
    update(resource)
    .where(Columns.tenant_id == parameter("tenant"), Columns.number == parameter("number"))
    .values(group_id=parameter("new_group"))
)
REGROUP_OWNED = Query(
    update(resource)
    .where(
        Columns.tenant_id == parameter("tenant"),
        member_of(Columns.kind, "kinds", text=True),
        Columns.owner.is_not(None),
        Columns.owner == bindparam("of_owner"),
    )
    .values(group_id=parameter("new_group"))
)
_between = resource.alias("between")
REGROUP_BELOW = Query(
    update(resource)
    .where(
        Columns.tenant_id == parameter("tenant"),
        member_of(Columns.kind, "kinds", text=True),
        Columns.owner.is_not(None),
        Columns.owner.in_(
            select(_between.c.id).where(
                _between.c.tenant_id == parameter("tenant"),
                _between.c.kind == bindparam("between"),
                _between.c.owner.is_not(None),
                _between.c.owner == bindparam("of_owner"),
            )
        ),
    )
    .values(group_id=parameter("new_group"))
)
_PLACES = {column.name: index for index, column in enumerate(resource.columns)}


async def by_refs(database: Database, tenant: int, refs: Iterable[Ref]) -> dict[Ref, Resource]:
    """Return resources of any kinds by their kinds and ids, also deleted ones."""
    wanted = set(refs)
    if not wanted:
        return {}
    rows = await database.fetch(
        BY_REFS,
        tenant=tenant,
        kinds=database.array({kind for kind, _ in wanted}),
        ids=database.array({id_ for _, id_ in wanted}),
    )
    return {ref: resource_of(row) for row in rows if (ref := (row[1], row[2])) in wanted}


async def by_natural(database: Database, tenant: int, kind: str, naturals: Iterable[str]) -> dict[str, Resource]:
    """Return the resources of a kind by what else there is only one of."""
    rows = await database.fetch(BY_NATURAL, tenant=tenant, kind=kind, naturals=database.array(naturals))
    return {row[5]: resource_of(row) for row in rows}


async def by_beginning(database: Database, tenant: int, kind: str, beginning: str) -> list[Resource]:
    """Return the resources of a kind that there is only one of each, of which ``beginning`` and a colon come first."""
    rows = await database.fetch(BY_BEGINNING, tenant=tenant, kind=kind, beginning=f"{beginning}:", end=f"{beginning};")
    return [resource_of(row) for row in rows]


async def by_person(database: Database, tenant: int, kind: str, persons: Iterable[int]) -> dict[int, Resource]:
    """Return the resources of a kind by the persons whose they are; of several of one person that of the least id."""
    found: dict[int, Resource] = {}
    for item in await of_persons(database, tenant, kind, persons):
        found.setdefault(item.person or 0, item)
    return found


async def of_persons(database: Database, tenant: int, kind: str, persons: Iterable[int]) -> list[Resource]:
    """Return all resources of a kind that are some persons', in order of ids."""
    rows = await database.fetch(BY_PERSON, tenant=tenant, kind=kind, persons=database.array(persons))
    return sorted(map(resource_of, rows), key=lambda item: item.id)


async def owned(
    database: Database, tenant: int, kind: str, owner: str, groups: Iterable[int], *, after: str = "", limit: int
) -> list[Resource]:
    """Return the resources of a kind that belong to something, in order of ids, those behind ``after``."""
    rows = await database.fetch(
        OWNED, tenant=tenant, kind=kind, owner=owner, groups=database.array(groups), after=after, limit=limit
    )
    return [resource_of(row) for row in rows]


async def owned_by_anybody(database: Database, tenant: int, kind: str, owner: str) -> list[Resource]:
    """Return the resources of a kind that belong to something, whoever may see them: where they are few."""
    rows = await database.fetch(OWNED_BY_ANYBODY, tenant=tenant, kind=kind, owner=owner)
    return [resource_of(row) for row in rows]


async def counts(database: Database, tenant: int, kind: str, owners: Iterable[str]) -> dict[str, int]:
    """Return how many resources of a kind belong to each owner; those without any are left out."""
    rows = await database.fetch_long(COUNTS, tenant=tenant, kind=kind, owners=database.array(owners))
    return {row[0]: row[1] for row in rows}


async def of_kind(database: Database, tenant: int, kind: str, *, after: str = "", limit: int) -> list[Resource]:
    """Return the resources of a kind in order of ids, whoever may see them: for those of which there are few."""
    rows = await database.fetch(OF_KIND, tenant=tenant, kind=kind, after=after, limit=limit)
    return [resource_of(row) for row in rows]


async def users_without(database: Database, tenant: int) -> list[int]:
    """Return the ids of the persons who are users and have no resource of their own."""
    return [row[0] for row in await database.fetch(USERS_WITHOUT, tenant=tenant)]


# Rows


def insert(unit: Unit, tenant: int, items: Iterable[Resource]) -> None:
    """Add the rows of new resources to a unit."""
    unit.insert(resource, [row_of(tenant, item) for item in items])


def change(unit: Unit, tenant: int, read: Resource, new: Resource) -> None:
    """Add the update of a row to a unit, guarded by the version that was read."""
    if _found_by(read) == _found_by(new):
        change_said(unit, tenant, read, new)
    else:
        row = row_of(tenant, new)
        key = {"key_tenant_id": tenant, "key_number": read.number, "read_version": read.version}
        unit.change(UPDATE, key | {name: row[_PLACES[name]] for name in _CHANGING})
    if new.group != read.group:
        unit.change(REGROUP, {"tenant": tenant, "number": read.number, "new_group": new.group})


def change_said(unit: Unit, tenant: int, read: Resource, new: Resource) -> None:
    """Add to a unit that a resource says something else; what it is found by is the same as it was."""
    said = {"value": encode(new.data).decode(), "modified_at": new.modified_at, "modifier": new.modifier}
    unit.change(UPDATE_SAID, _aside(tenant, read, new) | said)


def change_aside(unit: Unit, tenant: int, read: Resource, new: Resource) -> None:
    """Add to a unit that something else is kept beside what a resource says."""
    unit.change(UPDATE_ASIDE, _aside(tenant, read, new))


def _aside(tenant: int, read: Resource, new: Resource) -> dict[str, Any]:
    key = {"key_tenant_id": tenant, "key_number": read.number, "read_version": read.version}
    return key | {"aside": json_text(new.aside), "version": new.version}


def regroup(unit: Unit, database: Database, tenant: int, kind: str, id_: str, group: int) -> None:
    """Add to a unit that what has the security group of a resource has another one, and what has the group of that.

    Neither is a new version: it is only seen by others.
    """
    arguments = {"tenant": tenant, "of_owner": id_, "new_group": group}
    below = seen_below(kind)
    if below:
        unit.change(REGROUP_OWNED, arguments | {"kinds": database.array(below)}, expect=None)
    for between in below:
        if last := seen_below(between):
            more = {"kinds": database.array(last), "between": between}
            unit.change(REGROUP_BELOW, arguments | more, expect=None)


_found_by = attrgetter("owner", "natural", "person", "created_at", "creator", "deleted_at", "placeholder")


def row_of(tenant: int, item: Resource) -> tuple[Any, ...]:
    """Return a resource's row, in the table's order of columns."""
    return (
        tenant,
        item.kind,
        item.id,
        item.number,
        item.owner,
        item.natural,
        item.person,
        item.group,
        encode(item.data).decode(),
        json_text(item.aside),
        item.version,
        item.created_at,
        item.creator,
        item.modified_at,
        item.modifier,
        item.deleted_at,
        int(item.placeholder),
    )


def resource_of(row: Row) -> Resource:
    """Return the resource of a row."""
    _, kind, id_, number, _, natural, person, group, value, aside, version, created_at, creator, *rest = row
    modified_at, modifier, deleted_at, placeholder = rest
    return Resource(
        kind=kind,
        id=id_,
        number=number,
        data=decode(value),
        aside=NOTHING if aside is None else json_value(aside),
        natural=natural,
        person=person,
        group=group,
        version=version,
        created_at=created_at,
        creator=creator,
        modified_at=modified_at,
        modifier=modifier,
        deleted_at=deleted_at,
        placeholder=bool(placeholder),
    )
