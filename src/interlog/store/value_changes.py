"""How values changed, in one field or in all together: rows and reads, in order of time."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import literal_column, select, tuple_

from ..model.conditions import Condition
from ..model.fields import ChangeAction, ValueChange
from ..model.parties import Party
from .conditions import SHAPES, Shape, arguments_of, matching, query_of, shape_of
from .database import Database, Row
from .rows import decode, encode
from .schema import value_change
from .statements import Query, Unit, member_of, parameter

_COLUMNS = value_change.c
_FIELDS = {
    "field": _COLUMNS.field_id,
    "entry": _COLUMNS.entry_id,
    "changer": _COLUMNS.changer,
    "action": _COLUMNS.action,
    "at": _COLUMNS.at,
}
"""What conditions can be about."""

Place = tuple[int, int]
"""An instant and an id: changes at the same instant are in order of ids."""


class Asked(NamedTuple):
    """The shape of a page: of one entry of a party, and which condition it keeps."""

    of_entry: bool
    descending: bool
    condition: Shape | None


@lru_cache(maxsize=SHAPES)
def page_query(asked: Asked) -> Query:
    """Return the statement of a page behind a place."""
    at: Any = _COLUMNS.at
    if asked.of_entry:  # whose changes are few: they are found by whose they are, and not by when they were
        at = at + literal_column("0")
    here, place = tuple_(at, _COLUMNS.id), tuple_(parameter("place_at"), parameter("place_id"))
    statement = select(*_COLUMNS).where(
        _COLUMNS.tenant_id == parameter("tenant"),
        here < place if asked.descending else here > place,
        member_of(_COLUMNS.field_id, "fields"),
    )
    if asked.of_entry:
        statement = statement.where(
            _COLUMNS.party_kind == parameter("party_kind"),
            _COLUMNS.party_id == parameter("party"),
            _COLUMNS.entry_id == parameter("entry"),
        )
    if asked.condition is not None:
        statement = statement.where(matching(asked.condition, _FIELDS))
    order = (at.desc(), _COLUMNS.id.desc()) if asked.descending else (at, _COLUMNS.id)
    return Query(statement.order_by(*order).limit(parameter("limit")))


async def page(
    database: Database,
    tenant: int,
    *,
    fields: Iterable[int],
    entry: tuple[Party, int, int] | None,
    condition: Condition | None,
    place: Place,
    limit: int,
    descending: bool,
) -> list[ValueChange]:
    """Return changes of the values in these fields behind a place; ``entry``: a party's, and the id of its entry."""
    arguments = arguments_of(condition) if condition is not None else {}
    shape = shape_of(condition) if condition is not None else None
    kind, party, entry_id = entry if entry is not None else (Party.PERSON, 0, 0)
    query = query_of(page_query, Asked(entry is not None, descending, shape), arguments)
    rows = await database.fetch_asked(
        query, tenant=tenant, fields=database.array(fields), party_kind=int(kind), party=party, entry=entry_id,
        place_at=place[0], place_id=place[1], limit=limit, **arguments,
    )  # fmt: skip
    return [change_of(row) for row in rows]


# Of one field

CHANGES_BY_IDS = Query(
    select(*_COLUMNS).where(_COLUMNS.tenant_id == parameter("tenant"), member_of(_COLUMNS.id, "ids"))
)


@lru_cache(maxsize=8)
def changes_query(*, of_party: bool, descending: bool, of_entry: bool = False, action: bool = False) -> Query:
    """Return the statement of a field's changes behind a place, in order of time."""
    columns = _COLUMNS
    here, place = tuple_(columns.at, columns.id), tuple_(parameter("after_at"), parameter("after_id"))
    statement = select(*columns).where(
        columns.tenant_id == parameter("tenant"), columns.field_id == parameter("field"), here > place
    )
    if of_party:
        statement = statement.where(
            columns.party_kind == parameter("party_kind"), columns.party_id == parameter("party")
        )
    if of_entry:
        statement = statement.where(columns.entry_id == parameter("entry"))
    if action:
        statement = statement.where(columns.action == parameter("action"))
    order = (columns.at.desc(), columns.id.desc()) if descending else (columns.at, columns.id)
    if descending:
        statement = statement.where(here < tuple_(parameter("before_at"), parameter("before_id")))
    return Query(statement.order_by(*order).limit(parameter("limit")))


async def changes(
    database: Database, tenant: int, field: int, *, party: tuple[Party, int] | None = None, entry: int | None = None,
    action: ChangeAction | None = None, after: Place, before: Place, limit: int, descending: bool,
) -> list[ValueChange]:  # fmt: skip
    """Return the changes of a field's values between two places, in order of time; ``before`` counts only backwards."""
    query = changes_query(
        of_party=party is not None, descending=descending, of_entry=entry is not None, action=action is not None
    )
    kind, id_ = party or (Party.PERSON, 0)
    rows = await database.fetch_long(
        query, tenant=tenant, field=field, party_kind=int(kind), party=id_, entry=entry or 0,
        action=int(action or 0), after_at=after[0], after_id=after[1], before_at=before[0], before_id=before[1],
        limit=limit,
    )  # fmt: skip
    return [change_of(row) for row in rows]


async def changes_by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, ValueChange]:
    """Return changes by their ids."""
    rows = await database.fetch(CHANGES_BY_IDS, tenant=tenant, ids=database.array(ids))
    return {item.id: item for item in map(change_of, rows)}


def add_change(unit: Unit, tenant: int, item: ValueChange) -> None:
    """Add the row of a change to the unit that makes it."""
    unit.insert(
        value_change,
        [
            (
                tenant, item.id, item.field_id, int(item.kind), item.party, item.entry or 0, int(item.action),
                item.changer, item.at, encode(item.value).decode(),
            )
        ],
    )  # fmt: skip


def change_of(row: Row) -> ValueChange:
    """Return the change of a row."""
    _, id_, field_id, kind, party, entry, action, changer, at, value = row
    return ValueChange(
        id=id_,
        field_id=field_id,
        kind=Party(kind),
        party=party,
        entry=entry or None,
        action=ChangeAction(action),
        changer=changer,
        at=at,
        value=decode(value),
    )
