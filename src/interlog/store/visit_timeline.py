"""The timeline of a campaign: its visits, newest first."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, exists, select, tuple_

from ..model.instants import EVER
from ..model.interactions import Brief
from ..model.parties import Party
from .database import Database
from .interactions import brief_of
from .schema import interaction, participant, visit
from .statements import Query, member_of, parameter

Columns = visit.c


class Wanted(NamedTuple):
    """Which visits of a campaign are listed, newest first: ``states`` are places in ``STATES``.

    ``before``: the (occurred_at, id) of the last one seen. ``canvasser``: only theirs. ``start`` is inclusive, ``end``
    exclusive. ``person``: this person took part, as a contact or as a canvasser.
    """

    tenant: int
    groups: Sequence[int]
    campaign: str
    limit: int
    before: tuple[int, str] | None = None
    canvasser: str | None = None
    states: Sequence[int] = (0, 1, 2)
    start: int = -EVER
    end: int = EVER
    person: int | None = None


STATES = ("unavailable", "contacted", "successful")
"""How a visit may go."""

_STATE = case((Columns.unavailable == 1, 0), (Columns.successful == 1, 2), else_=1)


@lru_cache(maxsize=4)
def newest_query(mine: bool, with_person: bool = False) -> Query:
    """Return the statement of ``newest``: an index range of the campaign, no longer than the page."""
    statement = (
        select(interaction.c.brief, Columns.occurred_at, Columns.id)
        .select_from(visit)
        .join(interaction, (interaction.c.tenant_id == Columns.tenant_id) & (interaction.c.number == Columns.number))
        .where(
            Columns.tenant_id == parameter("tenant"),
            Columns.campaign == bindparam("campaign"),
            Columns.occurred_at >= parameter("start"),
            tuple_(Columns.occurred_at, Columns.id) < tuple_(parameter("before_at"), bindparam("before_id")),
            member_of(Columns.group_id, "groups"),
            member_of(_STATE, "states"),
        )
    )
    if mine:
        statement = statement.where(Columns.canvasser == bindparam("canvasser"))
    if with_person:
        part = participant.c
        took_part = exists().where(
            part.tenant_id == Columns.tenant_id,
            part.party_kind == int(Party.PERSON),
            part.party_id == parameter("person"),
            part.occurred_at == Columns.occurred_at,
            part.number == Columns.number,
        )
        statement = statement.where(took_part)
    order = (Columns.occurred_at.desc(), Columns.id.desc())
    return Query(statement.order_by(*order).limit(parameter("limit")))


async def newest(database: Database, wanted: Wanted) -> list[tuple[Brief, tuple[int, str]]]:
    """Return visits of a campaign, newest first, each with its place."""
    end = (wanted.end, "")
    at, id_ = min(wanted.before or end, end)
    arguments: dict[str, Any] = {} if wanted.canvasser is None else {"canvasser": wanted.canvasser}
    if wanted.person is not None:
        arguments["person"] = wanted.person
    rows = await database.fetch_long(
        newest_query(wanted.canvasser is not None, wanted.person is not None),
        tenant=wanted.tenant,
        campaign=wanted.campaign,
        groups=database.array(wanted.groups),
        states=database.array(wanted.states),
        start=wanted.start,
        before_at=at,
        before_id=id_,
        limit=wanted.limit,
        **arguments,
    )
    return [(brief_of(row[0]), (row[1], row[2])) for row in rows]
