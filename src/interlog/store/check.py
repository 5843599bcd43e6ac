"""What must hold between rows, since no foreign key says so."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, literal_column, select, tuple_

from ..model.expressions import Kind
from ..model.interactions import Interaction
from ..model.journal import Action, Entity
from ..model.parties import Party
from .database import Database, Row
from .field_values import rows_of
from .interactions import interaction_of, participant_rows, row_of
from .schema import (
    field_index,
    field_value,
    interaction,
    journal,
    note,
    note_link,
    participant,
    person,
    person_email,
    profile,
    profile_key,
    tenant,
    unbound,
)
from .statements import Query, parameter

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


def _count(table: Any, condition: Any) -> Query:
    return Query(select(func.count()).select_from(table).where(condition))


def _missing(source: Any, condition: Any) -> Any:
    return ~exists(select(literal_column("1")).select_from(source).where(condition))


_COUNTS = {
    "participant rows of a person that does not exist": _count(
        participant,
        and_(
            participant.c.party_kind == 0,
            _missing(
                person, and_(person.c.tenant_id == participant.c.tenant_id, person.c.id == participant.c.party_id)
            ),
        ),
    ),
    "participant rows of an interaction that does not exist or is deleted": _count(
        participant,
        _missing(
            interaction,
            and_(
                interaction.c.tenant_id == participant.c.tenant_id,
                interaction.c.number == participant.c.number,
                interaction.c.deleted_at.is_(None),
            ),
        ),
    ),
    "interactions whose note does not exist": _count(
        interaction,
        and_(
            interaction.c.note_id.is_not(None),
            interaction.c.deleted_at.is_(None),
            _missing(
                note,
                and_(
                    note.c.tenant_id == interaction.c.tenant_id,
                    note.c.id == interaction.c.note_id,
                    note.c.interaction == interaction.c.number,
                    note.c.deleted_at.is_(None),
                ),
            ),
        ),
    ),
    "note links of a note that does not exist or is deleted": _count(
        note_link,
        _missing(
            note,
            and_(note.c.tenant_id == note_link.c.tenant_id, note.c.id == note_link.c.id, note.c.deleted_at.is_(None)),
        ),
    ),
    "participant rows of a profile that does not exist": _count(
        participant,
        and_(
            participant.c.party_kind == int(Party.PROFILE),
            _missing(
                profile,
                and_(profile.c.tenant_id == participant.c.tenant_id, profile.c.number == participant.c.party_id),
            ),
        ),
    ),
    "keys of a profile that does not exist": _count(
        profile_key,
        _missing(
            profile,
            and_(
                profile.c.tenant_id == profile_key.c.tenant_id,
                profile.c.type_id == profile_key.c.type_id,
                profile.c.number == profile_key.c.number,
            ),
        ),
    ),
    "interactions that are waited for and do not exist": _count(
        unbound,
        _missing(
            interaction, and_(interaction.c.tenant_id == unbound.c.tenant_id, interaction.c.number == unbound.c.number)
        ),
    ),
    "e-mail addresses of a person that does not exist or is deleted": _count(
        person_email,
        _missing(
            person,
            and_(
                person.c.tenant_id == person_email.c.tenant_id,
                person.c.id == person_email.c.person_id,
                person.c.deleted_at.is_(None),
            ),
        ),
    ),
}


async def content_problems(database: Database) -> list[str]:
    """Return what does not hold between rows, in plain English."""
    problems = []
    for what, query in _COUNTS.items():
        ((count,),) = await database.fetch_long(query)
        if count:
            problems.append(f"{count} {what}")
    for tenant_id, name in await database.fetch(_TENANTS):
        problems += [f"tenant {name}: {problem}" for problem in await _interaction_problems(database, tenant_id)]
    return problems


async def _interaction_problems(database: Database, tenant_id: int) -> list[str]:
    """Compare the interactions with their participant rows and their entries in the journal, and their columns.

    Sums of hashes are compared first, so that a large store is checked in little memory; only where they differ are
    the rows themselves.
    """
    created = {row[0] for row in await database.fetch_long(_CREATED, tenant=tenant_id)}
    problems = []
    wanted = found = 0
    async for row, item in _interactions(database, tenant_id):
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
