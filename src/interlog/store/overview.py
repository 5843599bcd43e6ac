"""What the first page of the pages tells: how much happened each week, and when persons were last in touch."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, literal_column, select

from ..model.parties import Party
from .database import Database
from .schema import interaction, participant, person
from .statements import Query, member_of, parameter

Columns = interaction.c

_WEEK = (Columns.occurred_at - parameter("start")) // parameter("length")
WEEKS = Query(
    select(Columns.type_id, _WEEK.label("week"), func.count())
    .where(
        Columns.tenant_id == parameter("tenant"),
        member_of(Columns.type_id, "types"),
        Columns.occurred_at >= parameter("start"),
        Columns.occurred_at < parameter("end"),
        Columns.deleted_at.is_(None),
        member_of(Columns.group_id, "groups"),
    )
    .group_by(Columns.type_id, literal_column("week"))
)
LAST = Query(
    select(
        person.c.id,
        select(participant.c.occurred_at)
        .where(
            participant.c.tenant_id == person.c.tenant_id,
            participant.c.party_kind == int(Party.PERSON),
            participant.c.party_id == person.c.id,
            member_of(participant.c.group_id, "groups"),
        )
        .order_by(participant.c.occurred_at.desc(), participant.c.number.desc())
        .limit(literal_column("1"))
        .correlate(person)
        .scalar_subquery(),
    ).where(person.c.tenant_id == parameter("tenant"), member_of(person.c.id, "persons"), person.c.deleted_at.is_(None))
)


async def weeks(
    database: Database, tenant: int, types: Iterable[int], groups: Sequence[int], start: int, end: int, length: int
) -> list[tuple[int, int, int]]:
    """Return (type, stretch, how many) of the interactions from ``start`` until before ``end``: one range per type.

    A stretch is as long as ``length``, and the first one, 0, begins at ``start``.
    """
    rows = await database.fetch_long(
        WEEKS, tenant=tenant, types=database.array(types), groups=database.array(groups), start=start, end=end,
        length=length,
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]


async def last(database: Database, tenant: int, persons: Iterable[int], groups: Sequence[int]) -> dict[int, int]:
    """Return when the newest interaction of each person is, also one that is planned: a look-up for each."""
    rows = await database.fetch(LAST, tenant=tenant, persons=database.array(persons), groups=database.array(groups))
    return {id_: at for id_, at in rows if at is not None}
