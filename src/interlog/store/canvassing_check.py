"""What must hold between the rows of canvassing: resources and visits."""

from typing import Any

from sqlalchemy import bindparam, select, tuple_

from ..model.journal import Action, Entity
from .database import Database
from .resources import resource_of, row_of
from .schema import journal, resource, visit
from .statements import Query, parameter

_BATCH = 2_000

_RESOURCES = Query(
    select(*resource.c)
    .where(
        resource.c.tenant_id == parameter("tenant"),
        tuple_(resource.c.kind, resource.c.id)
        > tuple_(
            bindparam("kind", type_=resource.c.kind.type),
            bindparam("id", type_=resource.c.id.type),
        ),
    )
    .order_by(resource.c.kind, resource.c.id)
    .limit(parameter("limit"))
)
_CREATED = Query(
    select(journal.c.entity_id).where(
        journal.c.tenant_id == parameter("tenant"),
        journal.c.entity == Entity.RESOURCE.value,
        journal.c.action == Action.CREATE.value,
    )
)
_VISITS = Query(
    select(*visit.c)
    .where(
        visit.c.tenant_id == parameter("tenant"),
        tuple_(visit.c.campaign, visit.c.id)
        > tuple_(
            bindparam("campaign", type_=visit.c.campaign.type),
            bindparam("id", type_=visit.c.id.type),
        ),
    )
    .order_by(visit.c.campaign, visit.c.id)
    .limit(parameter("limit"))
)


async def resource_problems(database: Database, tenant_id: int) -> list[str]:
    """Compare the columns of resources with each other, and the resources with the journal."""
    created = {row[0] for row in await database.fetch_long(_CREATED, tenant=tenant_id)}
    problems = []
    kind = id_ = ""
    while rows := await database.fetch_long(_RESOURCES, tenant=tenant_id, kind=kind, id=id_, limit=_BATCH):
        for row in rows:
            kind, id_, number = row[1:4]
            if tuple(row) != row_of(tenant_id, resource_of(row)):
                problems.append(f"the columns of {kind} {id_} contradict each other")
            if number not in created:
                problems.append(f"{kind} {id_} has no entry in the journal")
    return problems


async def visit_problems(database: Database, tenant_id: int, wanted: int) -> list[str]:
    """Compare the rows of visits with the sum of the hashes of those that the interactions should have."""
    found = 0
    place: tuple[Any, Any] = ("", "")
    while rows := await database.fetch_long(_VISITS, tenant=tenant_id, campaign=place[0], id=place[1], limit=_BATCH):
        found += sum(hash(tuple(row)) for row in rows)
        place = rows[-1][1], rows[-1][2]
    return [] if wanted == found else ["the rows of visits do not agree with the interactions"]
