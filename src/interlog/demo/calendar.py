"""When things happen: how busy each day is, at what time of day, and the firm's zone offset."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import accumulate
from random import Random

YEARS_BACK = 3
DAYS_AHEAD = 28

TIME_ZONE = "Europe/Zurich"
WINTER = timezone(timedelta(hours=1))
SUMMER = timezone(timedelta(hours=2))

# Monday to Sunday, against an average working day.
_WEEK = (0.96, 1.1, 1.1, 1.06, 0.83, 0.035, 0.045)

# Weight of each hour of the day. Noon is a dip; mail begins earlier, ends later and does not stop for lunch.
_MEETING_HOURS = {8: 3, 9: 12, 10: 15, 11: 13, 12: 4, 13: 8, 14: 14, 15: 13, 16: 11, 17: 6, 18: 1}
_CALL_HOURS = {8: 6, 9: 12, 10: 13, 11: 11, 12: 4, 13: 8, 14: 12, 15: 12, 16: 11, 17: 8, 18: 3}
_CHAT_HOURS = {
    7: 1,
    8: 7,
    9: 12,
    10: 11,
    11: 11,
    12: 6,
    13: 9,
    14: 11,
    15: 11,
    16: 11,
    17: 9,
    18: 4,
    19: 2,
    20: 1,
    21: 1,
}
_MAIL_HOURS = {
    6: 1,
    7: 4,
    8: 14,
    9: 16,
    10: 14,
    11: 13,
    12: 6,
    13: 9,
    14: 13,
    15: 13,
    16: 12,
    17: 10,
    18: 5,
    19: 2,
    20: 2,
}
_MAIL_HOURS |= {21: 2, 22: 1}
_WEEKEND_HOURS = {9: 2, 10: 4, 11: 3, 12: 1, 14: 2, 15: 2, 16: 3, 17: 3, 18: 3, 19: 4, 20: 4, 21: 2}


def _minutes(hours: dict[int, int], step: int) -> tuple[int, ...]:
    """Return minutes of the day, each as often as its weight, so that one draw is one look-up."""
    return tuple(
        hour * 60 + minute for hour, weight in hours.items() for _ in range(weight) for minute in range(0, 60, step)
    )


# Meetings begin on the hour more often than on the half, and seldom on a quarter.
MEETING_MINUTES = tuple(
    hour * 60 + minute
    for hour, weight in _MEETING_HOURS.items()
    for _ in range(weight)
    for minute in (0, 0, 0, 0, 30, 30, 30, 15, 45)
)
CALL_MINUTES = _minutes(_CALL_HOURS, 1)
CHAT_MINUTES = _minutes(_CHAT_HOURS, 1)
MAIL_MINUTES = _minutes(_MAIL_HOURS, 1)
WEEKEND_MINUTES = _minutes(_WEEKEND_HOURS, 1)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def zone_on(day: date) -> timezone:
    """Return the offset at noon of a day in the firm's zone.

    The rule is written out because a host without a time zone database must make the same data.
    """
    summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    return SUMMER if summer else WINTER


def local(instant: datetime) -> datetime:
    """Return an instant in the firm's zone."""
    utc = instant.astimezone(UTC)
    start, end = (datetime.combine(_last_sunday(utc.year, m), datetime.min.time(), UTC) for m in (3, 10))
    hour = timedelta(hours=1)
    return utc.astimezone(SUMMER if start + hour <= utc < end + hour else WINTER)


class Calendar:
    """Three years up to ``now`` and four weeks beyond. Days are ordinals (``date.toordinal``)."""

    def __init__(self, seed: int, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime")
        self.now = local(now)
        self.today = self.now.date().toordinal()
        self.now_minute = self.now.hour * 60 + self.now.minute
        self.first = self.today - YEARS_BACK * 365
        self.last = self.today + DAYS_AHEAD
        self._noise = Random(f"{seed} calendar")
        weights = [self._weight(day) for day in range(self.first, self.today)]
        passed = bisect_right(sorted(MAIL_MINUTES), self.now_minute) / len(MAIL_MINUTES)
        weights.append(self._weight(self.today) * passed)
        self._until = list(accumulate(weights))
        self._open = self._open_days()

    def due(self, day: int, total: int) -> int:
        """Return how many of ``total`` events have happened by the end of a day of the past."""
        return round(total * self._until[day - self.first] / self._until[-1])

    def spread(self, count: int, start: float = 0.0) -> list[int]:
        """Return ``count`` days of the past in order, as dense as the days are busy, from a share of the way on."""
        until = self._until
        whole = until[-1]
        return [
            self.first + min(bisect_right(until, whole * (start + (1 - start) * (i + 0.5) / count)), len(until) - 1)
            for i in range(count)
        ]

    def open_day(self, day: int) -> int:
        """Return the first day from ``day`` on at which people are back at work."""
        index = day - self.first
        return self._open[index] if 0 <= index < len(self._open) else day

    def maker(self, day: int) -> Callable[[int, int], datetime]:
        """Return a function that makes the time of a second of that day (and its minute) in the firm's zone."""
        of = date.fromordinal(day)
        year, month, number, zone = of.year, of.month, of.day, zone_on(of)

        def make(minute: int, second: int = 0) -> datetime:
            return datetime(year, month, number, minute // 60, minute % 60, second, 0, zone)

        return make

    def _weight(self, day: int) -> float:
        of = date.fromordinal(day)
        grown = 0.75 + 0.5 * (day - self.first) / (self.today - self.first)
        return _WEEK[of.weekday()] * _season(of) * grown * self._noise.uniform(0.8, 1.2)

    def _open_days(self) -> list[int]:
        days = list(range(self.first, self.last + 1))
        answer = self.last + 1
        for index in range(len(days) - 1, -1, -1):
            of = date.fromordinal(days[index])
            if of.weekday() < 5 and _season(of) > 0.2:
                answer = days[index]
            days[index] = answer
        return days


def _season(day: date) -> float:
    """Return how much of the usual work is done at this time of the year."""
    month, number = day.month, day.day
    if (month == 12 and number >= 23) or (month == 1 and number <= 2):
        return 0.1
    if month == 8 and 8 <= number <= 21:
        return 0.4
    if (month == 7 and number >= 20) or (month == 8) or (month == 12 and number >= 19) or (month == 1 and number <= 6):
        return 0.75
    return 1.0
