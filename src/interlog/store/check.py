"""What must hold between rows, since no foreign key says so."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from sqlalchemy import and_, bindparam, select, tuple_

from ..model.expressions import Kind
from ..model.interactions import Interaction
from ..model.journal import Action, Entity
from ..model.parties import normal_email
from . import visits
from .canvassing_check import resource_problems, visit_problems
from .database import Database, Row
from .field_values import rows_of
from .interactions import interaction_of, participant_rows, row_of
from .orphans import orphans
from .rows import json_value
from .schema import (
    field_index,
    field_value,
    interaction,
    journal,
    membership,
    participant,
    person,
    person_email,
    tenant,
)
from .statements import Query, member_of, parameter
from .value_check import value_problems

_BATCH = 2_000

_INTERACTIONS = Query(
    select(*interaction.c)
    .where(interaction.c.tenant_id == parameter("tenant"), interaction.c.number > parameter("after"))
    .order_by(interaction.c.number)
    .limit(parameter("limit"))
)
_PARTICIPANTS = Query(
    select(*participant.c)
    .where(
        participant.c.tenant_id == parameter("tenant"),
        tuple_(participant.c.party_kind, participant.c.party_id, participant.c.occurred_at, participant.c.number)
        > tuple_(parameter("kind"), parameter("id"), parameter("at"), parameter("number")),
    )
    .order_by(*participant.primary_key.columns)
    .limit(parameter("limit"))
)
_VALUES = Query(
    select(*field_value.c)
    .select_from(
        field_value.join(
            interaction,
            and_(
                interaction.c.tenant_id == field_value.c.tenant_id,
                interaction.c.number == field_value.c.number,
                interaction.c.changed_at == field_value.c.changed_at,
            ),
        )
    )
    .where(
        field_value.c.tenant_id == parameter("tenant"),
        interaction.c.deleted_at.is_(None),
        tuple_(*list(field_value.c)[1:])
        > tuple_(
            parameter("type"),
            bindparam("field", type_=field_value.c.field.type),
            bindparam("value", type_=field_value.c.value.type),
            parameter("at"),
            parameter("number"),
        ),
    )
    .order_by(*field_value.primary_key.columns)
    .limit(parameter("limit"))
)
_READY = Query(
    select(field_index.c.type_id, field_index.c.field, field_index.c.kind).where(
        field_index.c.tenant_id == parameter("tenant")
    )
)
_CREATED = Query(
    select(journal.c.entity_id).where(
        journal.c.tenant_id == parameter("tenant"),
        journal.c.entity == Entity.INTERACTION.value,
        journal.c.action == Action.CREATE.value,
    )
)
_TENANTS = Query(select(tenant.c.id, tenant.c.name).order_by(tenant.c.id))


_PERSONS = Query(
    select(person.c.id, person.c.emails, person.c.organization_ids)
    .where(person.c.tenant_id == parameter("tenant"), person.c.id > parameter("after"), person.c.deleted_at.is_(None))
    .order_by(person.c.id)
    .limit(parameter("limit"))
)
_ADDRESSES = Query(
    select(person_email.c.person_id, person_email.c.email).where(
        person_email.c.tenant_id == parameter("tenant"), member_of(person_email.c.person_id, "persons")
    )
)
_MEMBERSHIPS = Query(
    select(membership.c.person_id, membership.c.organization_id).where(
        membership.c.tenant_id == parameter("tenant"), member_of(membership.c.person_id, "persons")
    )
)


async def content_problems(database: Database) -> list[str]:
    """Return what does not hold between rows, in plain English."""
    problems = []
    for what, query in orphans().items():
        ((count,),) = await database.fetch_long(query)
        if count:
            problems.append(f"{count} {what}")
    for tenant_id, name in await database.fetch(_TENANTS):
        problems += [f"tenant {name}: {problem}" for problem in await _interaction_problems(database, tenant_id)]
        problems += [f"tenant {name}: {problem}" for problem in await _person_problems(database, tenant_id)]
        problems += [f"tenant {name}: {problem}" for problem in await resource_problems(database, tenant_id)]
        problems += [f"tenant {name}: {problem}" for problem in await value_problems(database, tenant_id)]
    return problems


async def _person_problems(database: Database, tenant_id: int) -> list[str]:
    """Compare the persons with the rows by which they are found: their addresses and their memberships."""
    problems = []
    after = 0
    while rows := await database.fetch_long(_PERSONS, tenant=tenant_id, after=after, limit=_BATCH):
        after = rows[-1][0]
        persons = database.array([row[0] for row in rows])
        addresses = {tuple(row) for row in await database.fetch_long(_ADDRESSES, tenant=tenant_id, persons=persons)}
        members = {tuple(row) for row in await database.fetch_long(_MEMBERSHIPS, tenant=tenant_id, persons=persons)}
        own = {(id_, normal_email(email)) for id_, emails, _ in rows for email in json_value(emails)}
        joined = {(id_, organization) for id_, _, organizations in rows for organization in json_value(organizations)}
        problems += _listed("person {} is found by other addresses than listed", {id_ for id_, _ in own ^ addresses})
        problems += _listed(
            "person {} is a member of other organizations than listed", {id_ for id_, _ in joined ^ members}
        )
    return problems


async def _interaction_problems(database: Database, tenant_id: int) -> list[str]:
    """Compare the interactions with their participant rows and their entries in the journal, and their columns.

    Sums of hashes are compared first, so that a large store is checked in little memory; only where they differ are
    the rows themselves.
    """
    created = {row[0] for row in await database.fetch_long(_CREATED, tenant=tenant_id)}
    problems = []
    wanted = found = wanted_visits = 0
    async for row, item in _interactions(database, tenant_id):
        visit_row = visits.row_of(tenant_id, item)
        wanted_visits += hash(visit_row) if visit_row is not None else 0
        if tuple(row) != row_of(tenant_id, item):
            problems.append(f"the columns of interaction {item.number} contradict each other")
        if item.number not in created:
            problems.append(f"interaction {item.number} has no entry in the journal")
        if item.deleted_at is None:
            wanted += sum(hash(row) for row in participant_rows(tenant_id, item))
    async for row in _participants(database, tenant_id):
        found += hash(row)
    if wanted != found:
        expected = set()
        async for _, item in _interactions(database, tenant_id):
            if item.deleted_at is None:
                expected.update(participant_rows(tenant_id, item))
        stored = {row async for row in _participants(database, tenant_id)}
        problems += _listed("interaction {} lacks a participant row", {row[4] for row in expected - stored})
        problems += _listed("interaction {} has a participant row too many", {row[4] for row in stored - expected})
    problems += await visit_problems(database, tenant_id, wanted_visits)
    return problems + await _index_problems(database, tenant_id)


async def _index_problems(database: Database, tenant_id: int) -> list[str]:
    """Compare the interactions with what the index of marked fields has of them."""
    fields: dict[int, dict[str, Kind]] = {}
    for type_id, field, kind in await database.fetch(_READY, tenant=tenant_id):
        fields.setdefault(type_id, {})[field] = Kind(kind)
    if not fields:
        return []
    wanted = found = 0
    async for _, item in _interactions(database, tenant_id):
        wanted += sum(hash(row) for row in rows_of(tenant_id, item, fields.get(item.type_id, {})))
    place: tuple[Any, ...] = (0, "", "", 0, 0)
    names = ("type", "field", "value", "at", "number")
    while rows := await database.fetch_long(
        _VALUES, tenant=tenant_id, limit=_BATCH, **dict(zip(names, place, strict=True))
    ):
        place = tuple(rows[-1])[1:]
        found += sum(hash(tuple(row)) for row in rows if row[2] in fields.get(row[1], {}))
    return [] if wanted == found else ["the index of marked fields does not agree with the interactions"]


async def _interactions(database: Database, tenant_id: int) -> AsyncIterator[tuple[Row, Interaction]]:
    after = 0
    while rows := await database.fetch_long(_INTERACTIONS, tenant=tenant_id, after=after, limit=_BATCH):
        for row in rows:
            yield row, interaction_of(row)
        after = rows[-1][1]


async def _participants(database: Database, tenant_id: int) -> AsyncIterator[tuple[int, ...]]:
    kind = id_ = at = number = -(2**62)
    while rows := await database.fetch_long(
        _PARTICIPANTS, tenant=tenant_id, kind=kind, id=id_, at=at, number=number, limit=_BATCH
    ):
        for row in rows:
            yield tuple(row)
        _, kind, id_, at, number, *_ = rows[-1]


def _listed(text: str, numbers: Iterable[int]) -> list[str]:
    return [text.format(number) for number in sorted(numbers)]
