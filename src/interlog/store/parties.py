"""What persons, organizations and opportunities are read by alike: ids, order of ids, a part of their texts, a name.

Each of the three tables has ``tenant_id``, ``id``, ``deleted_at`` and ``search``, the lower-case texts that a search
looks through; persons and organizations have ``name_key`` besides.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, literal_column, or_, select

from ..model.parties import Party
from .database import Database, Row
from .schema import opportunity, organization, person
from .statements import Query, member_of, parameter

_INDEXED = 200
"""Characters of a name that its index holds."""

_MOST_EXACT = 1_000
"""Namesakes beyond this number are found like any other match, without precedence."""


def live(table: Table, shown: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Return the statement of all that is not deleted, to be narrowed."""
    return select(*shown).where(table.c.tenant_id == parameter("tenant"), table.c.deleted_at.is_(None))


def by_ids_query(table: Table, shown: Sequence[ColumnElement[Any]]) -> Query:
    """Return the statement of some by their ids (parameter ``ids``)."""
    return Query(live(table, shown).where(member_of(table.c.id, "ids")))


def deleted_query(table: Table, shown: Sequence[ColumnElement[Any]]) -> Query:
    """Return the statement of one that is deleted (parameter ``id``), and was not merged into another."""
    statement = select(*shown).where(
        table.c.tenant_id == parameter("tenant"), table.c.id == parameter("id"), table.c.deleted_at.is_not(None)
    )
    return Query(statement.where(table.c.merged_into.is_(None)) if "merged_into" in table.c else statement)


def is_seen(tenant: ColumnElement[int], kind: ColumnElement[int], id_: ColumnElement[int]) -> ColumnElement[bool]:
    """Return whether the one whom a row names is there; of opportunities, those on some lists (parameter ``lists``)."""
    arms = []
    for party, table, more in (
        (Party.PERSON, person, ()),
        (Party.ORGANIZATION, organization, ()),
        (Party.OPPORTUNITY, opportunity, (member_of(opportunity.c.list_id, "lists"),)),
    ):
        found: Select[Any] = select(literal_column("1")).where(
            table.c.tenant_id == tenant, table.c.id == id_, table.c.deleted_at.is_(None), *more
        )
        # As a value, since PostgreSQL would read whole tables for EXISTS.
        arms.append(and_(kind == literal_column(str(int(party))), found.scalar_subquery().is_not(None)))
    return or_(*arms)


def by_uuids_query(party: Table) -> Query:
    """Return the statement of the ids of those who have these uuids, without deleted ones."""
    return Query(
        select(party.c.uuid, party.c.id).where(
            party.c.tenant_id == parameter("tenant"),
            member_of(party.c.uuid, "uuids", text=True),
            party.c.deleted_at.is_(None),
        )
    )


def successors_query(table: Table) -> Query:
    """Return the statement of what some (parameter ``ids``) were merged into, for those that were."""
    return Query(
        select(table.c.id, table.c.merged_into).where(
            table.c.tenant_id == parameter("tenant"),
            member_of(table.c.id, "ids"),
            table.c.merged_into.is_not(None),
        )
    )


async def successors(database: Database, query: Query, tenant: int, ids: Iterable[int]) -> dict[int, int]:
    """Return who some are by now that were merged, perhaps several times, into others; a statement for each time."""
    steps: dict[int, int] = {}
    asked = set(ids)
    while asked:
        found = {row[0]: row[1] for row in await database.fetch(query, tenant=tenant, ids=database.array(asked))}
        steps |= found
        asked = set(found.values()).difference(steps)
    last: dict[int, int] = {}
    for id_ in ids:
        place = id_
        while place in steps:
            place = steps[place]
        if place != id_:
            last[id_] = place
    return last


def merged_query(table: Table, shown: Sequence[ColumnElement[Any]]) -> Query:
    """Return the statement of some (parameter ``ids``) that were merged into others, as they were."""
    return Query(
        select(*shown).where(
            table.c.tenant_id == parameter("tenant"), member_of(table.c.id, "ids"), table.c.merged_into.is_not(None)
        )
    )


def in_order(statement: Select[Any], table: Table) -> Query:
    """Return the statement of a page in order of ids: at most ``limit`` of those behind ``after``."""
    return Query(statement.where(table.c.id > parameter("after")).order_by(table.c.id).limit(parameter("limit")))


def containing(statement: Select[Any], table: Table) -> Select[Any]:
    """Return the statement narrowed to what contains a text, see ``pattern_of``."""
    return statement.where(table.c.search.like(bindparam("pattern"), escape="\\"))


def namesakes_query(table: Table, shown: Sequence[ColumnElement[Any]]) -> Query:
    """Return the statement of those with a name (parameter ``name_key``), in order of ids."""
    statement = live(table, shown).where(table.c.name_key == bindparam("name_key"))
    return Query(statement.order_by(table.c.id).limit(parameter("limit")))


async def page_rows(
    database: Database, page: Query, search: Query, tenant: int, *, after: int, limit: int, term: str | None
) -> Sequence[Row]:
    """Return the rows of a page, or of a page of what contains a term: that reads all the others, too."""
    if term is None:
        return await database.fetch(page, tenant=tenant, after=after, limit=limit)
    return await database.fetch_long(search, tenant=tenant, after=after, limit=limit, pattern=pattern_of(term))


async def namesake_rows(database: Database, query: Query, tenant: int, name: str) -> Sequence[Row]:
    """Return the rows of those whose name is this one, or begins as a very long one does."""
    return await database.fetch(query, tenant=tenant, name_key=name_key(name), limit=_MOST_EXACT)


def name_key(name: str) -> str:
    """Return what a name is looked up by: lower case, and no longer than an index takes."""
    return name.strip().casefold()[:_INDEXED]


def pattern_of(term: str) -> str:
    """Return the pattern of LIKE (escape character: backslash) for texts that contain the term."""
    text = term.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{text}%"
