"""What the first page of the pages tells: how much happened each week, and who has gone quiet."""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..model.instants import DAY, EPOCH, MINUTE, SECOND, now
from ..model.parties import Party, Person, PersonKind
from ..model.tenancy import Actor, Right
from ..model.types import Category
from ..store import overview as rows
from ..store import persons as person_rows
from ..store import timeline
from ..store.store import Store

WEEK = 7 * DAY
WEEKS = 53
QUIET_AFTER = 45 * DAY
"""Who was not in touch for so long has gone quiet."""

_LOOKED_BACK = 365 * DAY
_LOOKED_THROUGH = 1_000
_LOOKED_AT = 40
_MANY = 3
_KEPT = 10 * MINUTE / SECOND
_MOST_KEPT = 200


class Week(NamedTuple):
    """How much happened in a week. ``start``: its Monday, as an instant in the zone that was asked for."""

    start: int
    counts: Mapping[Category, int]


class Quiet(NamedTuple):
    """Somebody who was often in touch and is not any more: how often within a year, and when last."""

    person: Person
    often: int
    last: int


class Overview:
    """Use cases around the first page."""

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._known: dict[tuple[int, tuple[int, ...], int], tuple[list[Week], float]] = {}

    async def weeks(self, actor: Actor, zone: str) -> list[Week]:
        """Return how much happened in each week of the last year, this one last; ten minutes old at most.

        All weeks are as long as each other: one in which clocks change begins an hour off.
        """
        actor.require(Right.READ)
        today = (EPOCH + timedelta(microseconds=now())).astimezone(ZoneInfo(zone))
        monday = (today - timedelta(days=today.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        start = (monday - EPOCH) // timedelta(microseconds=1) - (WEEKS - 1) * WEEK
        key = actor.tenant.id, tuple(sorted(actor.groups)), start
        known = self._known.get(key)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        counts: list[Counter[Category]] = [Counter() for _ in range(WEEKS)]
        types = actor.tenant.types_by_id
        found = await rows.weeks(
            self._database, actor.tenant.id, types, actor.groups, start, start + WEEKS * WEEK, WEEK
        )
        for type_id, week, count in found:
            counts[week][types[type_id].category] += count
        weeks = [Week(start + index * WEEK, count) for index, count in enumerate(counts)]
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[key] = weeks, time.monotonic() + _KEPT
        return weeks

    async def quiet(self, actor: Actor, *, limit: int) -> list[Quiet]:
        """Return with whom the actor was often in touch and nobody is any more, who most often was first.

        Three statements, each bounded: the newest of one's own interactions before it went quiet, the persons in them,
        and when each of those was last in touch with any of us.
        """
        actor.require(Right.READ)
        at = now()
        selection = timeline.Selection(
            tenant=actor.tenant.id,
            parties=[(int(Party.PERSON), actor.person_id)],
            types=[*actor.tenant.types_by_id],
            groups=actor.groups,
            start=at - _LOOKED_BACK,
            end=at - QUIET_AFTER,
            limit=_LOOKED_THROUGH,
        )
        often: Counter[int] = Counter()
        for item in await timeline.page(self._database, selection):
            often.update({part.person for part in item.participants if part.person is not None})
        wanted = [id_ for id_, count in often.items() if count >= _MANY]
        people = await person_rows.directory(self._database, actor.tenant.id, set(wanted)) if wanted else {}
        outside = [id_ for id_ in wanted if id_ in people and people[id_].kind is not PersonKind.INTERNAL]
        most = sorted(outside, key=lambda id_: (-often[id_], id_))[:_LOOKED_AT]
        last = await rows.last(self._database, actor.tenant.id, most, actor.groups) if most else {}
        silent = [id_ for id_ in most if id_ in last and last[id_] < at - QUIET_AFTER]
        return [Quiet(people[id_], often[id_], last[id_]) for id_ in silent[:limit]]
