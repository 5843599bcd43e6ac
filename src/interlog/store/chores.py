"""Work that is left to do on what is stored already, by kind and type: how far it is, and who is at it."""

from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, select, update

from .database import Database
from .rows import encode, json_value
from .schema import chore
from .statements import Query, Unit, parameter

Columns = chore.c


class Chore(Struct, frozen=True, kw_only=True):
    """Some work: ``made`` tells it from what was to be done before about the same. ``place``: where it goes on.

    ``claimed_until``: until when (an instant) somebody is at it.
    """

    tenant: int
    kind: str
    subject: int
    made: int
    person: int
    protocol: str
    place: Any
    claimed_until: int


_KEY = (
    Columns.tenant_id == parameter("tenant"),
    Columns.kind == bindparam("kind"),
    Columns.subject == parameter("subject"),
)
LEFT = Query(select(*Columns).where(Columns.tenant_id == parameter("tenant")))
FORGET = Query(delete(chore).where(*_KEY))
DONE = Query(delete(chore).where(*_KEY, Columns.made == parameter("made")))
PROGRESS = Query(
    update(chore)
    .values(place=bindparam("place", type_=Columns.place.type))
    .where(*_KEY, Columns.made == parameter("made"))
)
CLAIM = Query(
    update(chore)
    .values(claimed_until=parameter("until"))
    .where(*_KEY, Columns.made == parameter("made"), Columns.claimed_until == parameter("read"))
)

HOLD = Query(update(chore).values(claimed_until=parameter("until")).where(*_KEY, Columns.made == parameter("made")))


async def left(database: Database, tenant: int) -> list[Chore]:
    """Return the work that is left to do in a tenant."""
    rows = await database.fetch(LEFT, tenant=tenant)
    return [
        Chore(
            tenant=row[0], kind=row[1], subject=row[2], made=row[3], person=row[4], protocol=row[5],
            place=json_value(row[6]), claimed_until=row[7],
        )
        for row in rows
    ]  # fmt: skip


def insert(unit: Unit, item: Chore) -> None:
    """Add work to a unit, in the place of what was left of the same."""
    forget(unit, item.tenant, item.kind, item.subject)
    place = encode(item.place).decode()
    row = (item.tenant, item.kind, item.subject, item.made, item.person, item.protocol, place, item.claimed_until)
    unit.insert(chore, [row])


def forget(unit: Unit, tenant: int, kind: str, subject: int) -> None:
    """Add to a unit that there is nothing left of some work."""
    unit.change(FORGET, {"tenant": tenant, "kind": kind, "subject": subject}, expect=None)


def done(unit: Unit, item: Chore) -> None:
    """Add to a unit that work is done; ``Stale`` where other work has taken its place."""
    unit.change(DONE, _named(item))


def progress(unit: Unit, item: Chore, place: Any) -> None:
    """Add to a unit how far work has come; ``Stale`` where other work has taken its place."""
    unit.change(PROGRESS, _named(item) | {"place": encode(place).decode()})


def claim(unit: Unit, item: Chore, until: int) -> None:
    """Add to a unit that one is at some work; ``Stale`` where somebody else was quicker, or it is done."""
    unit.change(CLAIM, _named(item) | {"until": until, "read": item.claimed_until})


def hold(unit: Unit, item: Chore, until: int) -> None:
    """Add to a unit until when one is at some work, if it is still to be done: 0 for no longer."""
    unit.change(HOLD, _named(item) | {"until": until}, expect=None)


def _named(item: Chore) -> dict[str, Any]:
    return {"tenant": item.tenant, "kind": item.kind, "subject": item.subject, "made": item.made}
