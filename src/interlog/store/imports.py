"""Copies of tenants of other systems: how far they have come, and which ids are taken."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Column, bindparam, select, update

from ..model.imports import Import
from .database import Database
from .rows import encode
from .schema import (
    file,
    import_state,
    interaction,
    list_entry,
    note,
    opportunity,
    organization,
    party_field,
    party_list,
    person,
    reminder,
    subscription,
)
from .statements import Query, Unit, member_of, parameter

_decode = msgspec.json.Decoder(Import).decode

BY_SOURCE = Query(
    select(import_state.c.state).where(
        import_state.c.tenant_id == parameter("tenant"), import_state.c.source == bindparam("source")
    )
)
CHANGE = Query(
    update(import_state)
    .where(
        import_state.c.tenant_id == parameter("tenant"),
        import_state.c.source == bindparam("of_source"),
        import_state.c.version == parameter("read_version"),
    )
    .values(state=bindparam("new_state"), version=parameter("new_version"))
)


def _taken_query(tenant: Column[int], id_: Column[int]) -> Query:
    return Query(select(id_).where(tenant == parameter("tenant"), member_of(id_, "ids")))


TAKEN = {
    "person": _taken_query(person.c.tenant_id, person.c.id),
    "organization": _taken_query(organization.c.tenant_id, organization.c.id),
    "list": _taken_query(party_list.c.tenant_id, party_list.c.id),
    "opportunity": _taken_query(opportunity.c.tenant_id, opportunity.c.id),
    "entry": _taken_query(list_entry.c.tenant_id, list_entry.c.id),
    "opportunity_entry": _taken_query(opportunity.c.tenant_id, opportunity.c.entry_id),
    "interaction": _taken_query(interaction.c.tenant_id, interaction.c.number),
    "field": _taken_query(party_field.c.tenant_id, party_field.c.id),
    "file": _taken_query(file.c.tenant_id, file.c.id),
    "note": _taken_query(note.c.tenant_id, note.c.id),
    "reminder": _taken_query(reminder.c.tenant_id, reminder.c.id),
    "subscription": _taken_query(subscription.c.tenant_id, subscription.c.id),
}
"""Which of some ids are those of a record, deleted or not."""

_SHARED = {"entry": ("entry", "opportunity_entry")}
"""The kinds of numbers that more than one kind of record have."""


async def by_source(database: Database, tenant: int, source: str) -> Import | None:
    """Return how far the copy of a source has come; None where it has not begun."""
    rows = await database.fetch(BY_SOURCE, tenant=tenant, source=source)
    return _decode(rows[0][0]) if rows else None


async def taken(database: Database, tenant: int, kind: str, ids: Iterable[int]) -> set[int]:
    """Return which of some ids belong to a record, deleted or not."""
    asked, found = database.array(ids), set()
    for name in _SHARED.get(kind, (kind,)):
        found |= {id_ for (id_,) in await database.fetch(TAKEN[name], tenant=tenant, ids=asked)}
    return found


def insert(unit: Unit, tenant: int, item: Import) -> None:
    """Add the beginning of a copy to a unit."""
    unit.insert(import_state, [(tenant, item.source, item.version, encode(item).decode())])


def change(unit: Unit, tenant: int, item: Import) -> None:
    """Add to a unit how far a copy has come; ``Stale`` where somebody else copies the same."""
    unit.change(
        CHANGE,
        {
            "tenant": tenant,
            "of_source": item.source,
            "read_version": item.version - 1,
            "new_state": encode(item).decode(),
            "new_version": item.version,
        },
    )
