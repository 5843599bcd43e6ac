"""The journal's rows.

An entry's place is (epoch, sequence). On SQLite the one writer numbers entries inside its transaction: places follow
the order of commits. On PostgreSQL the epoch is the transaction's id (plus a constant, so that it goes on growing after
a restore into another server), and a reader sees only entries of transactions older than every one still running:
whatever commits late comes after the reader's position, in any number of processes.
"""

from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal_column, or_, select, true, tuple_

from ..model.journal import Action, Entity, JournalEntry, Position
from ..model.tenancy import Actor
from .database import Database, Row
from .rows import json_value
from .schema import journal
from .statements import Query, Unit, parameter

_SETTLED: ColumnElement[int] = literal_column("journal_epoch(pg_snapshot_xmin(pg_current_snapshot()))")


def settled(*, postgresql: bool) -> ColumnElement[bool]:
    """Return the condition of being an entry before which none can appear any more."""
    return journal.c.epoch < _SETTLED if postgresql else true()


def _since(*, postgresql: bool) -> Select[tuple[object, ...]]:
    return (
        select(*journal.c)
        .where(
            journal.c.tenant_id == parameter("tenant"),
            tuple_(journal.c.epoch, journal.c.sequence) > tuple_(parameter("epoch"), parameter("sequence")),
            settled(postgresql=postgresql),
        )
        .order_by(journal.c.epoch, journal.c.sequence)
        .limit(parameter("limit"))
    )


SINCE_SQLITE = Query(_since(postgresql=False))
SINCE_POSTGRESQL = Query(_since(postgresql=True))
_PLACE = tuple_(journal.c.epoch, journal.c.sequence)
_NEWEST_FIRST = (journal.c.epoch.desc(), journal.c.sequence.desc())
_BEFORE = and_(journal.c.tenant_id == parameter("tenant"), tuple_(parameter("epoch"), parameter("sequence")) > _PLACE)
ANY = -1
"""Stands for any number where entries are asked for; for any text it is the empty one."""


def _is(given: ColumnElement[Any], any_: str, parameter_: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(parameter_ == literal_column(any_), given == parameter_)


def _asked() -> Select[tuple[object, ...]]:
    """Entries before a place that are asked for, newest first: one range of the key, of which the rest is left out.

    What a record was before is long, and read of those only that are meant.
    """
    looked = select(*(column for column in journal.c if column is not journal.c.before)).where(_BEFORE)
    looked_at = looked.order_by(*_NEWEST_FIRST).limit(parameter("looked_through")).subquery("looked_at")
    entry = looked_at.c
    meant = (
        select(entry.epoch, entry.sequence)
        .where(
            *(_is(entry[name], str(ANY), parameter(name)) for name in ("actor", "token_id", "entity_id")),
            *(_is(entry[name], "''", bindparam(name)) for name in ("protocol", "entity")),
            entry.at >= parameter("since"),
            entry.at < parameter("until"),
        )
        .order_by(entry.epoch.desc(), entry.sequence.desc())
        .limit(parameter("limit"))
        .subquery("meant")
    )
    is_it = and_(
        journal.c.tenant_id == parameter("tenant"),
        journal.c.epoch == meant.c.epoch,
        journal.c.sequence == meant.c.sequence,
    )
    return (
        select(*journal.c)
        .select_from(meant.join(journal, is_it))
        .order_by(meant.c.epoch.desc(), meant.c.sequence.desc())
    )


ASKED = Query(_asked())
AWAY = Query(
    select(journal.c.epoch, journal.c.sequence, journal.c.at)
    .where(_BEFORE)
    .order_by(*_NEWEST_FIRST)
    .limit(literal_column("1"))
    .offset(parameter("away"))
)
VERSIONS = Query(
    select(*journal.c)
    .where(
        journal.c.tenant_id == parameter("tenant"),
        journal.c.entity == bindparam("entity"),
        journal.c.entity_id == parameter("entity_id"),
        journal.c.before.is_not(None),
    )
    .order_by(journal.c.version.desc())
    .limit(parameter("limit"))
)


def add_entry(
    unit: Unit, actor: Actor, action: Action, entity: Entity, entity_id: int, version: int, at: int,
    before: str | None = None,
) -> None:  # fmt: skip
    """Add the entry of one change to the unit that makes it. ``before``: the record as it was, as JSON text."""
    add_entries(unit, actor, action, entity, [(entity_id, version, before)], at)


def add_entries(
    unit: Unit, actor: Actor, action: Action, entity: Entity, changes: Iterable[tuple[int, int, str | None]], at: int,
    request_ids: Iterable[str | None] = (),
) -> None:  # fmt: skip
    """Add the entries of many changes of one kind: (id of the record, its version, the record before) each.

    ``request_ids``: by which request each came, if not all by the actor's.
    """
    head = (actor.tenant.id, at, actor.person_id, actor.token_id, actor.protocol)
    what = (str(action), str(entity))
    ids = request_ids or repeat(actor.request_id)
    unit.insert(journal, [(*head, id_, *what, *change) for id_, change in zip(ids, changes, strict=False)])


async def entries_since(database: Database, tenant: int, position: Position, limit: int) -> list[JournalEntry]:
    """Return the next entries behind a position, oldest first."""
    query = SINCE_POSTGRESQL if database.is_postgresql else SINCE_SQLITE
    rows = await database.fetch(query, tenant=tenant, epoch=position.epoch, sequence=position.sequence, limit=limit)
    return [_entry(row) for row in rows]


async def entries_asked(
    database: Database, tenant: int, before: Position, asked: Mapping[str, Any], limit: int, looked_through: int
) -> list[JournalEntry]:
    """Return the entries before a position that are asked for, newest first; so many are looked through.

    ``asked`` has ``actor``, ``token_id``, ``entity_id``, ``protocol``, ``entity``, ``since`` and ``until``.
    """
    rows = await database.fetch_long(
        ASKED, tenant=tenant, epoch=before.epoch, sequence=before.sequence, limit=limit,
        looked_through=looked_through, **asked,
    )  # fmt: skip
    return [_entry(row) for row in rows]


async def entry_away(database: Database, tenant: int, before: Position, away: int) -> tuple[Position, int] | None:
    """Return the position and the time of the entry that lies so many before a position; None where there is none."""
    rows = await database.fetch_long(AWAY, tenant=tenant, epoch=before.epoch, sequence=before.sequence, away=away - 1)
    return (Position(rows[0][0], rows[0][1]), rows[0][2]) if rows else None


async def versions_of(
    database: Database, tenant: int, entity: Entity, entity_id: int, limit: int
) -> list[JournalEntry]:
    """Return the amendments of a record, newest first, each with the record as it was before."""
    rows = await database.fetch(VERSIONS, tenant=tenant, entity=entity.value, entity_id=entity_id, limit=limit)
    return [_entry(row) for row in rows]


def _entry(row: Row) -> JournalEntry:
    _, epoch, sequence, at, actor, token_id, protocol, request_id, action, entity, entity_id, version, before = row
    return JournalEntry(
        position=Position(epoch, sequence),
        at=at,
        actor=actor,
        token_id=token_id,
        protocol=protocol,
        request_id=request_id,
        action=Action(action),
        entity=Entity(entity),
        entity_id=entity_id,
        version=version,
        before=json_value(before) if before is not None else None,
    )
