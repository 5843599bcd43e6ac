"""How campaigns stand, for the pages: counted from the visits; what is counted of many is kept for a while.

To count reads every visit of a campaign, which takes up to ten microseconds of each. Of campaigns with fewer visits
than ``MANY`` everything is counted at each request. Of others it is at most a minute old, or thirty times as old as it
takes to count: so counting never takes more than a thirtieth of the time, however often pages are looked at, and many
who look at once wait for the same count. Reports of a protocol are always counted (``reports.py``).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast

from msgspec import Struct

from ...model.canvassing.permissions import Permit
from ...model.canvassing.reports import QuestionReport
from ...model.canvassing.surveys import Question
from ...model.instants import now
from ...model.tenancy import Actor, Right
from .quality import Oddity, Quality, Suspect
from .reports import Figures, Knocked, Reports, Scope

MANY = 2_000
_SECONDS = 60
_TIMES_THE_COUNT = 30
_MOST_KEPT = 200

T = TypeVar("T")


class Counted(NamedTuple, Generic[T]):
    """What was counted, and when, if that was for an earlier request."""

    value: T
    at: int | None = None


class Doors(NamedTuple):
    """The doors of a campaign that somebody knocked at, by day and by canvasser."""

    days: Sequence[Knocked]
    crew: Sequence[Knocked]


class Answers(NamedTuple):
    """The questions by their ids, and how each was answered."""

    questions: dict[str, Question]
    reports: Sequence[QuestionReport]


class _Count(Struct):
    task: asyncio.Task[Any]
    at: int
    until: float = 0.0


class Standing:
    """Use cases around how campaigns stand. ``among`` are the figures of the campaign, which tell how much is counted.

    What is kept is kept for those who see the same visits alone.
    """

    def __init__(self, reports: Reports, quality: Quality) -> None:
        self._reports = reports
        self._quality = quality
        self._known: dict[Hashable, _Count] = {}

    async def figures(self, actor: Actor, permit: Permit, campaigns: Sequence[str]) -> Counted[dict[str, Figures]]:
        """Return the figures of campaigns; those without visits are left out."""
        return await self._counted(
            (actor, permit),
            ("figures", *campaigns),
            lambda: self._reports.figures(actor, permit, campaigns),
            lambda found: sum(one.knocked for one in found.values()) >= MANY,
        )

    async def doors(self, actor: Actor, permit: Permit, scope: Scope, among: Figures) -> Counted[Doors]:
        """Return how many doors somebody knocked at, by day and by canvasser."""

        async def count() -> Doors:
            days = await self._reports.doors_knocked(actor, permit, scope, "day")
            return Doors(days, await self._reports.doors_knocked(actor, permit, scope, "canvasser"))

        return await self._counted((actor, permit), ("doors", scope), count, lambda _: _is_many(among))

    async def answers(self, actor: Actor, permit: Permit, scope: Scope, among: Figures) -> Counted[Answers]:
        """Return how each question was answered; see ``Reports.answered``."""

        async def count() -> Answers:
            return Answers(*await self._reports.answered(actor, permit, scope))

        return await self._counted((actor, permit), ("answers", scope), count, lambda _: _is_many(among))

    async def suspects(
        self, actor: Actor, permit: Permit, campaign: str, among: Figures, *, metres: float, speed: float, limit: int
    ) -> Counted[dict[Oddity, list[Suspect]]]:
        """Return what looks odd; see ``Quality.suspects``."""
        return await self._counted(
            (actor, permit),
            ("suspects", campaign, metres, speed, limit),
            lambda: self._quality.suspects(actor, permit, campaign, metres=metres, speed=speed, limit=limit),
            lambda _: _is_many(among),
        )

    async def _counted(
        self,
        reader: tuple[Actor, Permit],
        what: tuple[Hashable, ...],
        count: Callable[[], Awaitable[T]],
        is_kept: Callable[[T], bool],
    ) -> Counted[T]:
        reader[0].require(Right.READ)
        key = (*_sight(*reader), *what)
        known = self._known.get(key)
        if known is not None and (not known.task.done() or known.until > time.monotonic()):
            return Counted(cast("T", await asyncio.shield(known.task)), known.at)
        self._make_room()
        begun = time.monotonic()
        entry = self._known[key] = _Count(asyncio.ensure_future(count()), now())
        try:
            value = cast("T", await asyncio.shield(entry.task))
        except BaseException:
            self._known.pop(key, None)
            raise
        if is_kept(value):
            ended = time.monotonic()
            entry.until = ended + max(_SECONDS, _TIMES_THE_COUNT * (ended - begun))
        else:
            self._known.pop(key, None)
        return Counted(value)

    def _make_room(self) -> None:
        if len(self._known) >= _MOST_KEPT:
            at = time.monotonic()
            fresh = {key: entry for key, entry in self._known.items() if entry.until > at}
            self._known = fresh if len(fresh) < _MOST_KEPT else {}


def _sight(actor: Actor, permit: Permit) -> tuple[Hashable, ...]:
    """Return what decides which visits somebody sees."""
    return actor.tenant.id, tuple(sorted(actor.groups)), permit.user if permit.assigned_only else None


def _is_many(among: Figures) -> bool:
    return among.knocked >= MANY


__all__ = ["MANY", "Answers", "Counted", "Doors", "Standing"]
