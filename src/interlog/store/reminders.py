"""Reminders: rows and reads."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    bindparam,
    case,
    func,
    literal_column,
    select,
    tuple_,
    update,
)

from ..model.conditions import Condition
from ..model.parties import Party
from ..model.reminders import Reminder, ReminderKind, Reset, Status
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database, Row
from .parties import is_seen
from .schema import reminder
from .statements import Query, Unit, member_of, parameter

Columns = reminder.c
_LIVE = (Columns.tenant_id == parameter("tenant"), Columns.deleted_at.is_(None))
_CHANGING = ("kind", "content", "due_at", "party_id", "owner", "completed_at", "completer", "reset", "days",
             "updated_at", "version", "deleted_at")  # fmt: skip

BY_IDS = Query(select(*Columns).where(*_LIVE, member_of(Columns.id, "ids")))
OF_PARTIES = Query(
    select(*Columns).where(
        *_LIVE, Columns.party_kind == parameter("party_kind"), member_of(Columns.party_id, "parties")
    )
)
RECURRING = Query(
    select(*Columns).where(
        *_LIVE,
        Columns.party_kind == parameter("party_kind"),
        member_of(Columns.party_id, "parties"),
        Columns.kind == int(ReminderKind.RECURRING),
    )
)
CHANGE = Query(
    update(reminder)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.id == parameter("id"),
        Columns.version == parameter("read_version"),
    )
    .values(
        content=bindparam("new_content", type_=Columns.content.type),
        **{name: parameter(f"new_{name}") for name in _CHANGING if name != "content"},
    )
)

FILTERS = ("party", "owner", "creator", "completer", "kind", "reset")
"""What a list can be narrowed by."""


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(int(value)))


def _about(kind: Party) -> ColumnElement[int]:
    return case((Columns.party_kind == _number(kind), Columns.party_id))


_FIELDS: dict[str, ColumnElement[Any]] = {
    **{name: Columns[name] for name in ("id", "creator", "owner", "completer", "kind", "reset", "due_at", "created_at",
                                        "updated_at")},
    "person": _about(Party.PERSON),
    "organization": _about(Party.ORGANIZATION),
    "opportunity": _about(Party.OPPORTUNITY),
    "status": case(
        (Columns.completed_at.is_not(None), _number(Status.COMPLETED)),
        (Columns.due_at < parameter("now"), _number(Status.OVERDUE)),
        else_=_number(Status.ACTIVE),
    ),
}  # fmt: skip
"""What conditions can be about."""


@lru_cache(maxsize=SHAPES)
def page_query(by: frozenset[str], *, completed: bool | None = None, shape: Shape | None = None) -> Query:
    """Return the statement of a page, soonest due first, narrowed by some of ``FILTERS`` and by a condition."""
    statement = select(*Columns).where(
        *_LIVE,
        tuple_(Columns.due_at, Columns.id) > tuple_(parameter("after_at"), parameter("after_id")),
        Columns.due_at < parameter("until"),
    )
    for name in sorted(by):
        if name == "party":
            statement = statement.where(
                Columns.party_kind == parameter("party_kind"), Columns.party_id == parameter("party")
            )
        else:
            statement = statement.where(Columns[name] == parameter(name))
    if completed is not None:
        is_open = Columns.completed_at.is_(None)
        statement = statement.where(~is_open if completed else is_open)
    if shape is not None:
        statement = statement.where(matching(shape, _FIELDS))
    return Query(statement.order_by(Columns.due_at, Columns.id).limit(parameter("limit")))


@lru_cache(maxsize=SHAPES)
def count_query(shape: Shape | None = None) -> Query:
    """Return the statement that counts the reminders that meet a condition, and whose party is there and seen."""
    seen = is_seen(Columns.tenant_id, Columns.party_kind, Columns.party_id)
    statement = select(func.count()).select_from(reminder).where(*_LIVE, seen)
    return Query(statement if shape is None else statement.where(matching(shape, _FIELDS)))


async def page(
    database: Database,
    tenant: int,
    by: Mapping[str, int],
    *,
    party_kind: int = 0,
    completed: bool | None = None,
    after: tuple[int, int],
    until: int,
    limit: int,
    condition: Condition | None = None,
    now: int = 0,
) -> list[Reminder]:
    """Return reminders behind a (due_at, id), those due before ``until``, soonest first.

    ``now``: the instant at which a condition about how they stand is meant.
    """
    arguments: dict[str, Any] = {
        "tenant": tenant, "after_at": after[0], "after_id": after[1], "until": until, "limit": limit, **by
    }  # fmt: skip
    if "party" in by:
        arguments["party_kind"] = party_kind
    if condition is None:
        rows = await database.fetch(page_query(frozenset(by), completed=completed), **arguments)
    else:
        query = page_query(frozenset(by), completed=completed, shape=shape_of(condition))
        rows = await database.fetch_long(query, **arguments, **arguments_of(condition), now=now)
    return [_reminder_of(row) for row in rows]


async def count(database: Database, tenant: int, lists: Iterable[int], condition: Condition | None, *, now: int) -> int:
    """Return how many reminders meet a condition whose party is there; of opportunities those on some lists."""
    query = count_query(None if condition is None else shape_of(condition))
    values = {} if condition is None else arguments_of(condition)
    rows = await database.fetch_long(query, tenant=tenant, lists=database.array(lists), now=now, **values)
    return int(rows[0][0])


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Reminder]:
    """Return reminders by their ids, without deleted ones."""
    rows = await database.fetch(BY_IDS, tenant=tenant, ids=database.array(ids))
    return {row[1]: _reminder_of(row) for row in rows}


async def of_parties(database: Database, tenant: int, kind: Party, parties: Iterable[int]) -> list[Reminder]:
    """Return the reminders about some parties of a kind, also where these are deleted."""
    rows = await database.fetch(OF_PARTIES, tenant=tenant, party_kind=int(kind), parties=database.array(parties))
    return [_reminder_of(row) for row in rows]


async def recurring(database: Database, tenant: int, kind: Party, parties: Iterable[int]) -> list[Reminder]:
    """Return the recurring reminders about some parties of a kind."""
    rows = await database.fetch(RECURRING, tenant=tenant, party_kind=int(kind), parties=database.array(parties))
    return [_reminder_of(row) for row in rows]


def insert(unit: Unit, tenant: int, item: Reminder) -> None:
    """Add a new reminder to a unit."""
    unit.insert(reminder, [_row_of(tenant, item, None)])


def change(unit: Unit, tenant: int, read: Reminder, new: Reminder, *, deleted_at: int | None = None) -> None:
    """Add what a reminder is by now to a unit; ``Stale`` where it was changed since it was read."""
    row = dict(zip(reminder.c.keys(), _row_of(tenant, new, deleted_at), strict=True))
    values = {f"new_{name}": row[name] for name in _CHANGING}
    unit.change(CHANGE, {"tenant": tenant, "id": read.id, "read_version": read.version, **values})


def _row_of(tenant: int, item: Reminder, deleted_at: int | None) -> tuple[Any, ...]:
    return (
        tenant, item.id, int(item.kind), item.content, item.due_at, int(item.party_kind), item.party, item.creator,
        item.owner, item.created_at, item.completed_at, item.completer, None if item.reset is None else int(item.reset),
        item.days, item.updated_at, item.version, deleted_at,
    )  # fmt: skip


def _reminder_of(row: Row) -> Reminder:
    _, id_, kind, content, due_at, party_kind, party, creator, owner, created_at, completed_at, completer, *rest = row
    reset, days, updated_at, version, _ = rest
    return Reminder(
        id=id_,
        kind=ReminderKind(kind),
        content=content,
        due_at=due_at,
        party_kind=Party(party_kind),
        party=party,
        creator=creator,
        owner=owner,
        created_at=created_at,
        completed_at=completed_at,
        completer=completer,
        reset=None if reset is None else Reset(reset),
        days=days,
        updated_at=updated_at,
        version=version,
    )
