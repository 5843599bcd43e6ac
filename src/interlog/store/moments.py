"""A person's moments: the first and the last interaction of each kind, and with whom it shared them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, asc, desc, literal_column, select

from ..model.interactions import Brief
from ..model.parties import Party
from .database import Database
from .interactions import Columns, brief_of
from .schema import interaction, participant, person
from .statements import Query, member_of, parameter


class Moments(NamedTuple):
    """The numbers of a person's first and last interactions of each kind, None where there is none."""

    first_email: int | None
    last_email: int | None
    first_event: int | None
    last_event: int | None
    next_event: int | None
    first_chat_message: int | None
    last_chat_message: int | None
    last_interaction: int | None


@lru_cache(maxsize=64)
def _edge(types: str, *, last: bool, future: bool, wanted: str) -> Any:
    """The number (or time) of a person's earliest or latest interaction of some types, as a scalar subquery."""
    entry = participant.alias()
    way = desc if last else asc
    return (
        select(entry.c[wanted])
        .where(
            entry.c.tenant_id == person.c.tenant_id,
            entry.c.party_kind == int(Party.PERSON),
            entry.c.party_id == person.c.id,
            entry.c.occurred_at > parameter("now") if future else entry.c.occurred_at <= parameter("now"),
            member_of(entry.c.type_id, types),
            member_of(entry.c.group_id, "groups"),
        )
        .order_by(way(entry.c.occurred_at), way(entry.c.number))
        .limit(literal_column("1"))
        .correlate(person)
        .scalar_subquery()
    )


_EDGES: dict[str, dict[str, Any]] = {
    "first_email": {"types": "emails", "last": False, "future": False},
    "last_email": {"types": "emails", "last": True, "future": False},
    "first_event": {"types": "events", "last": False, "future": False},
    "last_event": {"types": "events", "last": True, "future": False},
    "next_event": {"types": "events", "last": False, "future": True},
    "first_chat_message": {"types": "messages", "last": False, "future": False},
    "last_chat_message": {"types": "messages", "last": True, "future": False},
    "last_interaction": {"types": "all_types", "last": True, "future": False},
}


def moment_at(name: str) -> Any:
    """Return the SQL expression of the time of one of a person's ``Moments``."""
    return _edge(**_EDGES[name], wanted="occurred_at")


MOMENTS = Query(
    select(person.c.id, *(_edge(**edge, wanted="number").label(name) for name, edge in _EDGES.items())).where(
        person.c.tenant_id == parameter("tenant"), member_of(person.c.id, "persons")
    )
)


class Kinds(NamedTuple):
    """Ids of the types that count as e-mails, events (meetings, calls, visits) and chat messages."""

    emails: Sequence[int]
    events: Sequence[int]
    messages: Sequence[int]

    def arguments(self, database: Database) -> dict[str, Any]:
        """Return the parameters of the statements over a person's moments."""
        return {
            "emails": database.array(self.emails),
            "events": database.array(self.events),
            "messages": database.array(self.messages),
            "all_types": database.array([*self.emails, *self.events, *self.messages]),
        }


async def moments(
    database: Database, tenant: int, persons: Sequence[int], kinds: Kinds, groups: Sequence[int], now: int
) -> dict[int, Moments]:
    """Return the moments of some persons, by one statement of eight index look-ups per person."""
    fetch = database.fetch if len(persons) <= 100 else database.fetch_long
    rows = await fetch(
        MOMENTS,
        tenant=tenant,
        persons=database.array(persons),
        groups=database.array(groups),
        now=now,
        **kinds.arguments(database),
    )
    return {row[0]: Moments(*row[1:]) for row in rows}


SHARED_WITH = Query(
    select(Columns.brief)
    .select_from(
        participant.join(
            interaction,
            and_(Columns.tenant_id == participant.c.tenant_id, Columns.number == participant.c.number),
        )
    )
    .where(
        participant.c.tenant_id == parameter("tenant"),
        participant.c.party_kind == int(Party.PERSON),
        member_of(participant.c.party_id, "persons"),
        participant.c.occurred_at > parameter("start"),
        participant.c.occurred_at <= parameter("now"),
        member_of(participant.c.group_id, "groups"),
    )
)


async def shared_with(
    database: Database, tenant: int, persons: Sequence[int], groups: Sequence[int], start: int, now: int
) -> list[Brief]:
    """Return the interactions of some persons in a time range, each once, in no order."""
    rows = await database.fetch_long(
        SHARED_WITH, tenant=tenant, persons=database.array(persons), groups=database.array(groups), start=start, now=now
    )
    briefs = map(brief_of, (text for (text,) in rows))
    return list({item.number: item for item in briefs}.values())
