"""Keeping the index of marked fields: a definition marks fields, and what is stored already is put into it."""

import asyncio
from collections.abc import AsyncIterator

from ..model.expressions import Kind
from ..model.ids import stamp
from ..model.instants import MINUTE
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import field_values
from ..store.database import Database
from ..store.field_values import marked
from ..store.statements import Unit

UNAWARE = 1.1
"""Seconds after which every process knows of a new definition, and writes into the index itself."""


def declare(unit: Unit, tenant: int, new: InteractionType, old: InteractionType | None) -> None:
    """Add to a unit what a definition says of the index: a new type's is complete, being empty."""
    wanted = marked(new)
    if old is None:
        field_values.declare_ready(unit, tenant, new.id, wanted)
        return
    dropped = [field for field, kind in marked(old).items() if wanted.get(field) is not kind]
    field_values.forget(unit, tenant, new.id, dropped)


async def complete(
    database: Database, actor: Actor, type_: InteractionType, place: tuple[int, int, int] | None, done: Unit
) -> AsyncIterator[tuple[int, int, int]]:
    """Put into the index what is missing of a type's marked fields: those stored before they were marked.

    Until it is ``done``, filters on these fields are answered without it. Who stored at the same moment may not have
    known of the mark yet, so that what has changed lately is looked at once more. A ``place`` is when the work began,
    what it has come to, and how many interactions it has looked at.
    """
    tenant = actor.tenant.id
    missing = await lacking(database, tenant, type_)
    if not missing:
        return
    began, first, looked_at = place or (stamp(), 0, 0)
    async for after, many in field_values.build(database, tenant, type_.id, missing, first):
        looked_at += many
        yield began, after, looked_at
    await asyncio.sleep(UNAWARE)
    async for after, _ in field_values.build(database, tenant, type_.id, missing, began - MINUTE):
        yield began, after, looked_at
    field_values.declare_ready(done, tenant, type_.id, missing)


async def lacking(database: Database, tenant: int, type_: InteractionType) -> dict[str, Kind]:
    """Return the marked fields of a type that are not in the index with all their values."""
    there = await field_values.ready(database, tenant, type_.id)
    return {field: kind for field, kind in marked(type_).items() if there.get(field) is not kind}
