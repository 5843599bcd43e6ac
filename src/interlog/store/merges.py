"""Merges of parties: their rows, what they have changed, and what names a party."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from ..model.conditions import Condition
from ..model.journal import Entity
from ..model.merges import Merge, MergeState
from ..model.parties import Party
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database, Row
from .rows import json_value
from .schema import (
    file,
    journal,
    list_entry,
    membership,
    merge,
    merge_part,
    note_link,
    opportunity_party,
    participant,
    reminder,
    user,
)
from .statements import Query, Unit, member_of, parameter

Columns = merge.c
_OF_TENANT = Columns.tenant_id == parameter("tenant")
_OF_PARTY = (_OF_TENANT, Columns.party_kind == parameter("kind"))
_NEWEST = Columns.id.desc()

BY_ID = Query(select(*Columns).where(_OF_TENANT, Columns.id == parameter("id")))
INTO = Query(
    select(*Columns)
    .where(*_OF_PARTY, Columns.survivor == parameter("party"))
    .order_by(_NEWEST)
    .limit(parameter("limit"))
)
OPEN = Query(
    select(*Columns)
    .where(_OF_TENANT, or_(Columns.state == literal_column("0"), Columns.state == literal_column("2")))
    .order_by(Columns.id)
)
"""Those that are not done with; written so that the index of just these is used."""
CHANGE = Query(
    update(merge)
    .where(_OF_TENANT, Columns.id == parameter("of_id"), Columns.state == parameter("read_state"))
    .values(state=parameter("new_state"), ended_at=parameter("new_ended_at"))
)
USERS = Query(
    select(user.c.person_id).where(user.c.tenant_id == parameter("tenant"), member_of(user.c.person_id, "persons"))
)

Parts = merge_part.c
_OF_MERGE = (Parts.tenant_id == parameter("tenant"), Parts.merge_id == parameter("merge"))
_BEFORE = (  # the latest one up to the version is that of the version itself: SQLite needs the order to use the index
    select(journal.c.before)
    .where(
        journal.c.tenant_id == Parts.tenant_id,
        journal.c.entity == Parts.entity,
        journal.c.entity_id == Parts.entity_id,
        journal.c.version <= Parts.version,
        journal.c.before.is_not(None),
    )
    .order_by(journal.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_WITH_BEFORE = select(Parts.entity, Parts.entity_id, Parts.version, _BEFORE).where(*_OF_MERGE)
PARTS = Query(_WITH_BEFORE.order_by(Parts.entity, Parts.entity_id).limit(parameter("limit")))
PARTS_OF_KIND = Query(_WITH_BEFORE.where(Parts.entity == bindparam("entity")))
FORGET = Query(
    delete(merge_part).where(*_OF_MERGE, Parts.entity == bindparam("entity"), member_of(Parts.entity_id, "ids"))
)


def _naming(table: Table, record: Column[int], *order: Column[int], party: Column[int] | None = None) -> Select[Any]:
    """Return the statement of some of the records that name a party."""
    kind = table.c.party_kind == parameter("kind") if party is None else true()
    owner = table.c.party_id if party is None else party
    found = select(record).where(table.c.tenant_id == parameter("tenant"), kind, owner == parameter("party"))
    return found.order_by(*order, record).limit(parameter("limit"))


def _number_of(statement: Select[Any]) -> Query:
    return Query(select(func.count()).select_from(statement.subquery("counted")))


_INTERACTIONS = _naming(participant, participant.c.number, participant.c.occurred_at)
_NOTES = _naming(note_link, note_link.c.id, note_link.c.created_at)
_OPPORTUNITIES = _naming(opportunity_party, opportunity_party.c.opportunity_id)
_ENTRIES = _naming(list_entry, list_entry.c.id).where(list_entry.c.deleted_at.is_(None))
_REMINDERS = _naming(reminder, reminder.c.id, reminder.c.due_at).where(reminder.c.deleted_at.is_(None))
_FILES = (  # parties have the same codes as what holds files
    select(file.c.id)
    .where(
        file.c.tenant_id == parameter("tenant"),
        file.c.holder_kind == parameter("kind"),
        file.c.holder_id == parameter("party"),
        file.c.deleted_at.is_(None),
    )
    .order_by(file.c.id)
    .limit(parameter("limit"))
)
_MEMBERS = _naming(membership, membership.c.person_id, party=membership.c.organization_id)
INTERACTIONS, NUMBER_OF_INTERACTIONS = Query(_INTERACTIONS), _number_of(_INTERACTIONS)
NOTES, NUMBER_OF_NOTES = Query(_NOTES), _number_of(_NOTES)
OPPORTUNITIES, NUMBER_OF_OPPORTUNITIES = Query(_OPPORTUNITIES), _number_of(_OPPORTUNITIES)
ENTRIES, NUMBER_OF_ENTRIES = Query(_ENTRIES), _number_of(_ENTRIES)
REMINDERS, NUMBER_OF_REMINDERS = Query(_REMINDERS), _number_of(_REMINDERS)
FILES, NUMBER_OF_FILES = Query(_FILES), _number_of(_FILES)
MEMBERS, NUMBER_OF_MEMBERS = Query(_MEMBERS), _number_of(_MEMBERS)
_OF_ORGANIZATIONS = (MEMBERS, NUMBER_OF_MEMBERS)

_FIELDS: dict[str, ColumnElement[Any]] = {
    "id": Columns.id,
    "state": case((Columns.state == literal_column("2"), literal_column("0")), else_=Columns.state),
}
"""What conditions can be about. One that is being undone counts as one that is under way."""


@lru_cache(maxsize=SHAPES)
def page_query(shape: Shape | None = None) -> Query:
    """Return the statement of a page of the merges of a kind, newest first."""
    statement = select(*Columns).where(*_OF_PARTY, Columns.id < parameter("before"))
    if shape is not None:
        statement = statement.where(matching(shape, _FIELDS))
    return Query(statement.order_by(_NEWEST).limit(parameter("limit")))


class Part(NamedTuple):
    """A record that a merge has changed: the version it had then, and what it was before; None where it was new."""

    entity: Entity
    id: int
    version: int
    before: dict[str, Any] | None


async def by_id(database: Database, tenant: int, id_: int) -> Merge | None:
    """Return a merge; None where there is none."""
    rows = await database.fetch(BY_ID, tenant=tenant, id=id_)
    return _merge_of(rows[0]) if rows else None


async def into(database: Database, tenant: int, kind: Party, party: int, limit: int) -> list[Merge]:
    """Return the latest merges that a party has survived, newest first."""
    rows = await database.fetch(INTO, tenant=tenant, kind=int(kind), party=party, limit=limit)
    return [_merge_of(row) for row in rows]


async def page(
    database: Database, tenant: int, kind: Party, condition: Condition | None, *, before: int, limit: int
) -> list[Merge]:
    """Return the merges of a kind that meet a condition, newest first, behind an id."""
    query = page_query(None if condition is None else shape_of(condition))
    values = {} if condition is None else arguments_of(condition)
    rows = await database.fetch_long(query, tenant=tenant, kind=int(kind), before=before, limit=limit, **values)
    return [_merge_of(row) for row in rows]


async def unfinished(database: Database, tenant: int) -> list[tuple[Merge, str]]:
    """Return the merges that are under way, each with the protocol through which it was asked for."""
    return [(_merge_of(row), row[7]) for row in await database.fetch(OPEN, tenant=tenant)]


async def users_among(database: Database, tenant: int, persons: Iterable[int]) -> set[int]:
    """Return those of the persons who are users, or were."""
    return {row[0] for row in await database.fetch(USERS, tenant=tenant, persons=database.array(persons))}


async def naming(database: Database, query: Query, tenant: int, kind: Party, party: int, limit: int) -> list[int]:
    """Return some of the records that name a party, by one of the statements above; or their number, up to a limit."""
    arguments: dict[str, Any] = {"tenant": tenant, "party": party, "limit": limit}
    if query not in _OF_ORGANIZATIONS:
        arguments["kind"] = int(kind)
    return [row[0] for row in await database.fetch(query, **arguments)]


async def parts(database: Database, tenant: int, merge_id: int, limit: int) -> list[Part]:
    """Return some of the records that a merge has changed: the first ones by kind and id."""
    rows = await database.fetch(PARTS, tenant=tenant, merge=merge_id, limit=limit)
    return [_part_of(row) for row in rows]


async def parts_of_kinds(database: Database, tenant: int, merge_id: int, kinds: Iterable[Entity]) -> list[Part]:
    """Return all records of some kinds, which are few, that a merge has changed."""
    found: list[Part] = []
    for entity in kinds:
        rows = await database.fetch(PARTS_OF_KIND, tenant=tenant, merge=merge_id, entity=str(entity))
        found += [_part_of(row) for row in rows]
    return found


def _part_of(row: Row) -> Part:
    entity, id_, version, before = row
    return Part(Entity(entity), id_, version, json_value(before) if before is not None else None)


def insert(unit: Unit, tenant: int, item: Merge, protocol: str) -> None:
    """Add a new merge to a unit."""
    unit.insert(
        merge,
        [
            (tenant, item.id, int(item.kind), item.survivor, item.gone, int(item.state), item.creator, protocol,
             item.created_at, item.ended_at)
        ],
    )  # fmt: skip


def change(unit: Unit, tenant: int, read: Merge, new: Merge) -> None:
    """Add to a unit how far a merge is; ``Stale`` where somebody else was quicker."""
    unit.change(
        CHANGE,
        {
            "tenant": tenant,
            "of_id": read.id,
            "read_state": int(read.state),
            "new_state": int(new.state),
            "new_ended_at": new.ended_at,
        },
    )


def add_parts(
    unit: Unit, database: Database, tenant: int, merge_id: int, changed: Mapping[tuple[Entity, int], int], *, new: bool
) -> None:
    """Add to a unit which records a merge has changed, by their versions then. ``new``: it has changed none before."""
    if not new:
        forget(unit, database, tenant, merge_id, changed)
    unit.insert(merge_part, [(tenant, merge_id, str(entity), id_, v) for (entity, id_), v in changed.items()])


def forget(unit: Unit, database: Database, tenant: int, merge_id: int, changed: Iterable[tuple[Entity, int]]) -> None:
    """Add to a unit that records are not counted among those that a merge has changed."""
    by_entity: dict[Entity, list[int]] = {}
    for entity, id_ in changed:
        by_entity.setdefault(entity, []).append(id_)
    for entity, ids in by_entity.items():
        arguments = {"tenant": tenant, "merge": merge_id, "entity": str(entity), "ids": database.array(ids)}
        unit.change(FORGET, arguments, expect=None)


def _merge_of(row: Row) -> Merge:
    _, id_, kind, survivor, gone, state, creator, _, created_at, ended_at = row
    return Merge(
        id=id_,
        kind=Party(kind),
        survivor=survivor,
        gone=gone,
        state=MergeState(state),
        creator=creator,
        created_at=created_at,
        ended_at=ended_at,
    )
