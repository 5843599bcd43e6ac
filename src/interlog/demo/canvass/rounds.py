"""Walklists, the shifts in which they are walked, and what happens at each door."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from .city import Household, kilometres, moved
from .questions import answers
from .residents import Resident

DOORS = 30
"""Doors of a walklist."""

_SHIFTS = (
    # days of the week from Monday, first and last hour, how often
    ((1, 2, 3), 16, 20, 55),
    ((5,), 10, 18, 35),
    ((6,), 12, 17, 10),
)
_TIMES, _TIME_WEIGHTS = (0, 1, 2, 3), (40, 37, 16, 7)
"""How often a contact is to be visited; again, mostly where nobody was at home."""

_BETWEEN = timedelta(minutes=15)
"""From the last door of a walklist to the first of another."""

_AGAIN = ("Not Home", "Come Back")


class Walklist(NamedTuple):
    """A way from door to door. ``residents`` are keys in the order of the way, ``canvasser`` is an index."""

    key: int
    campaign: int
    canvasser: int
    residents: tuple[int, ...]


class Knock(NamedTuple):
    """A visit. ``at`` is when it was, ``sent_at`` when it arrived; both in UTC.

    ``answers``: by tag, None for a question that was shown and not answered. ``place``: latitude, longitude and the
    accuracy in metres, 0 where it is not known. ``twice``: it was recorded a second time. ``amended``: why nobody was
    available, as it was mended later. ``deleted``: it was taken back.
    """

    key: int
    campaign: int
    walklist: int
    canvasser: int
    resident: int
    at: datetime
    sent_at: datetime
    answers: dict[str, Any]
    place: tuple[float, float, float] | None
    twice: bool = False
    amended: str | None = None
    deleted: bool = False


def walklists(seed: int, homes: Sequence[Household], people: Sequence[Resident], crew: int) -> list[Walklist]:
    """Return walklists over all doors, each going on to what is nearest; two of three are of the first campaign."""
    rng = Random(f"{seed} walklists")
    at_home: dict[int, list[int]] = {}
    for person in people:
        at_home.setdefault(person.household, []).append(person.key)
    found = []
    for key, doors in enumerate(_ways(homes), 1):
        those = tuple(person for home in doors for person in at_home.get(home.key, ()))
        found.append(Walklist(key, 2 if key % 3 == 0 else 1, _busy(rng, crew), those))
    return found


def _ways(homes: Sequence[Household]) -> Iterator[list[Household]]:
    """Yield the doors of one walklist after the other: neighbourhoods first, then from door to door."""
    placed = [home for home in homes if home.lat is not None]
    placed.sort(key=lambda home: (round((home.lat or 0) * 120), round((home.lng or 0) * 90), home.key))
    order = placed + [home for home in homes if home.lat is None]
    for start in range(0, len(order), DOORS):
        left = order[start : start + DOORS]
        way = [left.pop(0)]
        while left:
            nearest = min(left, key=lambda home: _distance(way[-1], home))
            left.remove(nearest)
            way.append(nearest)
        yield way


def _distance(one: Household, other: Household) -> float:
    if one.lat is None or one.lng is None or other.lat is None or other.lng is None:
        return 99.0
    return math.hypot(*kilometres((one.lat, one.lng), (other.lat, other.lng)))


def knocks(
    seed: int,
    lists: Sequence[Walklist],
    homes: Sequence[Household],
    people: Sequence[Resident],
    crew: int,
    periods: Sequence[tuple[date, date]],
    now: datetime,
) -> Iterator[Knock]:
    """Yield all visits, walklist by walklist. ``periods``: first and last day of each campaign."""
    rng = Random(f"{seed} knocks")
    rounds = _Rounds(rng, homes, people, now)
    for walklist in lists:
        wanted = dict(
            zip(walklist.residents, rng.choices(_TIMES, _TIME_WEIGHTS, k=len(walklist.residents)), strict=True)
        )
        first, last = periods[walklist.campaign - 1]
        days = _days(rng, first, last)
        told: dict[int, str] = {}
        for visit in (1, 2, 3):
            doors = [person for person in walklist.residents if wanted[person] >= visit]
            if visit > 1:
                doors = [person for person in doors if told.get(person) in _AGAIN or rng.random() < 0.4]
            canvasser = walklist.canvasser if rng.random() < 0.8 else _busy(rng, crew)
            for knock in rounds.walk(walklist, canvasser, doors, days[visit - 1], second=visit > 1):
                told[knock.resident] = knock.answers.get("unavailable_reason", "")
                yield knock


def _days(rng: Random, first: date, last: date) -> list[tuple[date, int, int]]:
    """Return three shifts in order of time: day, first and last hour."""
    found = []
    for _ in range(3):
        weekdays, start, end, _ = rng.choices(_SHIFTS, [shift[3] for shift in _SHIFTS])[0]
        day = first + timedelta(days=rng.randrange(max(1, (last - first).days - 7)))
        while day.weekday() not in weekdays:
            day += timedelta(days=1)
        found.append((day, start, end))
    return sorted(found)


class _Rounds:
    """Walks walklists; keys count on over all of them."""

    def __init__(self, rng: Random, homes: Sequence[Household], people: Sequence[Resident], now: datetime) -> None:
        self._rng, self._now = rng, now
        self._homes = {home.key: home for home in homes}
        self._home_of = {person.key: person.household for person in people}
        self._key = 0
        self._until: dict[tuple[int, date], datetime] = {}

    def walk(
        self, walklist: Walklist, canvasser: int, doors: Sequence[int], shift: tuple[date, int, int], *, second: bool
    ) -> Iterator[Knock]:
        """Yield the visits of a walk, which goes on the next day of the same kind where the shift is over.

        Who has walked another list on the day begins when that is done.
        """
        rng = self._rng
        day, start, end = shift
        at = self._free(canvasser, day, _local(day, start) + timedelta(minutes=rng.randrange(25)))
        last = _local(day, end)
        made_up = len(doors) >= 10 and rng.random() < 0.012  # all from one point, as if nobody had walked
        point = self._far_from(doors[0]) if made_up else None
        offline: datetime | None = None
        for person in doors:
            while at >= last:
                self._until[canvasser, day] = at
                day += timedelta(days=7)
                at, last = self._free(canvasser, day, _local(day, start)), _local(day, end)
            said = answers(rng, second=second)
            if rng.random() < 0.03 and offline is None:
                offline = at + timedelta(hours=rng.uniform(1, 72))
            if at < self._now - timedelta(minutes=1):
                yield self._knock(walklist, canvasser, person, at, said, point, offline)
            if offline is not None and rng.random() < 0.5:
                offline = None
            at += timedelta(seconds=rng.uniform(20, 40) if made_up else _pause(rng, said))
        self._until[canvasser, day] = at

    def _free(self, canvasser: int, day: date, at: datetime) -> datetime:
        """Return when a canvasser can begin, who may have to come from elsewhere."""
        until = self._until.get((canvasser, day))
        return at if until is None else max(at, until + _BETWEEN)

    def _knock(
        self,
        walklist: Walklist,
        canvasser: int,
        person: int,
        at: datetime,
        said: dict[str, Any],
        point: tuple[float, float] | None,
        offline: datetime | None,
    ) -> Knock:
        rng = self._rng
        self._key += 1
        draw = rng.random()
        delay = timedelta(seconds=rng.uniform(0.3, 10) if draw < 0.88 else rng.uniform(60, 5_400))
        sent_at = max(offline, at + delay) if offline is not None else at + delay
        shown_at = at + timedelta(hours=rng.uniform(1, 12)) if rng.random() < 0.004 else at
        gone = said.get("available") == "false"
        return Knock(
            key=self._key,
            campaign=walklist.campaign,
            walklist=walklist.key,
            canvasser=canvasser,
            resident=person,
            at=_whole(shown_at),
            sent_at=_whole(min(sent_at, self._now)),
            answers=said,
            place=self._place(person, point),
            twice=rng.random() < 0.002,
            amended="Moved" if gone and rng.random() < 0.02 else None,
            deleted=rng.random() < 0.003,
        )

    def _place(self, person: int, point: tuple[float, float] | None) -> tuple[float, float, float] | None:
        rng = self._rng
        home = self._homes[self._home_of[person]]
        if home.lat is None or home.lng is None or rng.random() < 0.03:
            return None
        lat, lng = point or moved((home.lat, home.lng), rng.gauss(0, 0.012), rng.gauss(0, 0.012))
        return lat, lng, 0 if rng.random() < 0.2 else round(rng.lognormvariate(math.log(9), 0.6), 1)

    def _far_from(self, person: int) -> tuple[float, float]:
        home = self._homes[self._home_of[person]]
        angle, far = self._rng.uniform(0, 2 * math.pi), self._rng.uniform(0.8, 6.4)
        return moved((home.lat or 43.07, home.lng or -89.4), far * math.cos(angle), far * math.sin(angle))


def _pause(rng: Random, said: dict[str, Any]) -> float:
    """Return the seconds from one door to the next."""
    if said.get("available") == "true":
        return 240 + rng.lognormvariate(math.log(180), 0.7)
    return 90 + rng.lognormvariate(math.log(60), 0.8)


def _busy(rng: Random, crew: int) -> int:
    """Return the index of a canvasser: the first knock at most doors."""
    return rng.choices(range(crew), [1 / (place + 1) ** 1.1 for place in range(crew)])[0]


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _local(day: date, hour: int) -> datetime:
    """Return the instant at which it is this hour in the town: six hours behind UTC, in summer five."""
    march, november = date(day.year, 3, 1), date(day.year, 11, 1)
    summer = (
        march + timedelta(days=7 + (6 - march.weekday()) % 7)
        <= day
        < november + timedelta(days=(6 - november.weekday()) % 7)
    )
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(hours=5 if summer else 6)
