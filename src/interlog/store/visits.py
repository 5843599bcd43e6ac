"""The rows by which visits are listed and counted, and what is read of them but pages (``visit_pages.py``).

A row follows from the visit's interaction alone; it is written and removed in the interaction's own unit.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    null,
    select,
    union_all,
    update,
)

from ..model.canvassing.resources import NOTHING, Ref, Resource
from ..model.canvassing.visits import PROTOCOL, TYPE_ID
from ..model.interactions import Interaction
from .database import Database
from .resources import resource_of
from .schema import interaction, resource, visit
from .statements import Query, Unit, member_of, parameter

Columns = visit.c
_NAMES = tuple(column.name for column in visit.columns)
_CHANGING = tuple(name for name in _NAMES if name not in ("tenant_id", "id", "number", "created_at"))

UPDATE = Query(
    update(visit)
    .where(Columns.tenant_id == parameter("of_tenant"), Columns.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=Columns[name].type) for name in _CHANGING})
)
REMOVE = Query(delete(visit).where(Columns.tenant_id == parameter("of_tenant"), Columns.id == bindparam("of_id")))
OF_CONTACTS = Query(
    select(Columns.number).where(
        Columns.tenant_id == parameter("tenant"), member_of(Columns.contact, "contacts", text=True)
    )
)


_OWN = {"tenant_id": interaction.c.tenant_id, "id": interaction.c.uuid, "number": interaction.c.number}
_STORED = [_OWN.get(column.name, null()) for column in resource.c]
"""A visit that is stored, in the form of what it refers to, so that one statement finds both."""


def _resources(kind: ColumnElement[bool], id_: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    return select(*resource.c).where(resource.c.tenant_id == parameter("tenant"), kind, id_)


def _visits(uuid: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    return select(*_STORED).where(interaction.c.tenant_id == parameter("tenant"), uuid)


AROUND = Query(
    union_all(
        _resources(member_of(resource.c.kind, "kinds", text=True), member_of(resource.c.id, "ids", text=True)),
        _visits(member_of(interaction.c.uuid, "uuids", text=True)),
    )
)
AROUND_ONE = Query(
    union_all(
        _resources(resource.c.kind == "contacts", resource.c.id == bindparam("contact")),
        _resources(resource.c.kind == "campaigns", resource.c.id == bindparam("campaign")),
        _visits(interaction.c.uuid == bindparam("uuid")),
    )
)
"""The same for one visit, as most come, at half the price."""
CONTACT = Query(_resources(resource.c.kind == "contacts", resource.c.id == bindparam("contact")))
"""The same where all else is known already."""


async def around(
    database: Database, tenant: int, refs: Collection[Ref], uuids: Sequence[str]
) -> tuple[dict[Ref, Resource], bool]:
    """Return these contacts and campaigns, also deleted ones, and whether an interaction has one of the uuids."""
    given = dict(refs)
    if not uuids and len(refs) == 1 and "contacts" in given:
        rows = await database.fetch(CONTACT, tenant=tenant, contact=given["contacts"])
    elif len(given) == len(refs) and len(uuids) <= 1:
        rows = await database.fetch(
            AROUND_ONE,
            tenant=tenant,
            contact=given.get("contacts"),
            campaign=given.get("campaigns"),
            uuid=uuids[0] if uuids else None,
        )
    else:
        rows = await database.fetch(
            AROUND,
            tenant=tenant,
            kinds=database.array(given),
            ids=database.array({id_ for _, id_ in refs}),
            uuids=database.array(uuids),
        )
    found = [resource_of(row) for row in rows if row[1] is not None]
    return {item.ref: item for item in found}, len(found) < len(rows)


def row_of(tenant: int, item: Interaction) -> tuple[Any, ...] | None:
    """Return the row of a visit; None for what is none, is deleted, or lacks what a visit must have."""
    if item.type_id != TYPE_ID or item.deleted_at is not None:
        return None
    fields = item.content.fields
    if "campaignId" not in fields or "contactId" not in fields:
        return None
    kept = item.content.extras.get(PROTOCOL, NOTHING)
    successful = fields.get("successful")
    return (
        tenant,
        fields["campaignId"],
        item.uuid,
        item.number,
        item.content.occurred_at,
        item.created_at,
        item.modified_at or kept.get("modified_at") or item.created_at,
        fields["contactId"],
        kept.get("creator"),
        item.group,
        fields.get("surveyId", ""),
        fields.get("listId"),
        fields.get("householdId"),
        fields.get("walklistId"),
        fields.get("turfId"),
        fields.get("statusId"),
        None if successful is None else int(successful),
        int(fields.get("unavailable", False)),
    )


def insert(unit: Unit, tenant: int, items: Iterable[Interaction]) -> None:
    """Add the rows of new visits to a unit; interactions that are none have no row."""
    unit.insert(visit, [row for item in items if (row := row_of(tenant, item)) is not None])


def change(unit: Unit, tenant: int, read: Interaction, new: Interaction) -> None:
    """Add to a unit what becomes of a visit's row when its interaction changes."""
    before, after = row_of(tenant, read), row_of(tenant, new)
    key = {"of_tenant": tenant, "of_id": new.uuid}
    if before is None and after is not None:
        unit.insert(visit, [after])
    elif before is not None and after is None:
        unit.change(REMOVE, key)
    elif after is not None and after != before:
        row = dict(zip(_NAMES, after, strict=True))
        unit.change(UPDATE, key | {name: row[name] for name in _CHANGING})


async def numbers_of_contacts(database: Database, tenant: int, contacts: Iterable[str]) -> list[int]:
    """Return the numbers of the interactions that the visits of contacts are, whoever may see them."""
    rows = await database.fetch(OF_CONTACTS, tenant=tenant, contacts=database.array(contacts))
    return [row[0] for row in rows]


class Window(NamedTuple):
    """Which visits are meant: of an organization's campaigns, between two instants, both included."""

    organization: str
    start: int
    end: int


def _in_window() -> tuple[ColumnElement[bool], ...]:
    campaigns = select(resource.c.id).where(
        resource.c.tenant_id == parameter("tenant"),
        resource.c.kind == "campaigns",
        resource.c.owner == bindparam("organization"),
    )
    return (
        Columns.tenant_id == parameter("tenant"),
        Columns.campaign.in_(campaigns),
        Columns.occurred_at >= parameter("start"),
        Columns.occurred_at <= parameter("end"),
        member_of(Columns.group_id, "groups"),
    )


def _latest() -> Select[tuple[Any, ...]]:
    place = (Columns.occurred_at.desc(), Columns.created_at.desc(), Columns.id.desc())
    ranked = (
        select(
            Columns.number,
            Columns.occurred_at,
            Columns.id,
            func.row_number().over(partition_by=Columns.canvasser, order_by=place).label("place"),
        )
        .where(*_in_window(), Columns.canvasser.is_not(None))
        .subquery("ranked")
    )
    return (
        select(ranked.c.number)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.occurred_at.desc(), ranked.c.id)
        .limit(parameter("limit"))
        .offset(parameter("skip"))
    )


LATEST = Query(_latest())


async def latest_by_canvasser(
    database: Database, tenant: int, window: Window, groups: Iterable[int], *, limit: int, skip: int = 0
) -> list[int]:
    """Return the number of the newest visit of each canvasser, newest first."""
    rows = await database.fetch_long(
        LATEST, tenant=tenant, groups=database.array(groups), limit=limit, skip=skip, **window._asdict()
    )
    return [row[0] for row in rows]


def _duplicates(*, of_one_campaign: bool) -> Select[tuple[Any, ...]]:
    same = (Columns.contact, Columns.occurred_at, Columns.canvasser, Columns.survey)
    visits = select(
        Columns.number,
        Columns.contact,
        Columns.occurred_at,
        Columns.id,
        func.count().over(partition_by=same).label("many"),
    ).where(Columns.tenant_id == parameter("tenant"), member_of(Columns.group_id, "groups"))
    if of_one_campaign:
        visits = visits.where(Columns.campaign == bindparam("campaign"))
    counted = visits.subquery("counted")
    return (
        select(counted.c.number)
        .where(counted.c.many > 1)
        .order_by(counted.c.contact, counted.c.occurred_at, counted.c.id)
        .limit(parameter("limit"))
        .offset(parameter("skip"))
    )


DUPLICATES = Query(_duplicates(of_one_campaign=False))
DUPLICATES_OF_CAMPAIGN = Query(_duplicates(of_one_campaign=True))


async def duplicates(
    database: Database, tenant: int, campaign: str | None, groups: Sequence[int], *, limit: int, skip: int = 0
) -> list[int]:
    """Return the numbers of visits that another one equals in contact, moment, canvasser and survey."""
    arguments = {"tenant": tenant, "groups": database.array(groups), "limit": limit, "skip": skip}
    if campaign is None:
        rows = await database.fetch_long(DUPLICATES, **arguments)
    else:
        rows = await database.fetch_long(DUPLICATES_OF_CAMPAIGN, campaign=campaign, **arguments)
    return [row[0] for row in rows]
