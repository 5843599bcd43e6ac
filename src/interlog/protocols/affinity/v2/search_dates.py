"""Days, and days relative to now, as searches name them (spec 14.6): every one is a range of instants, in UTC.

``is-within-the-last 2 week`` is from two weeks ago until now; ``is-exactly-relative 2 day`` is the whole day two days
ago (of hours and minutes, that hour or minute); ``is-less-than-relative 2 day`` is since two days ago, the future
left out; ``is-more-than-relative`` is before that.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeGuard

from interlog.model.instants import DAY, from_datetime, now, to_datetime
from interlog.model.party_search import Within

_MOST = 10_000
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SPANS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
          "week": timedelta(weeks=1)}  # fmt: skip
UNITS = (*_SPANS, *_MONTHS)


def range_of(operator: str, value: Any, at: int | None = None) -> Within | str:
    """Return the instants that a value of an operator (without its ``not-``) stands for, or what the value must be."""
    moment = to_datetime(now() if at is None else at)
    if operator in _ONE:
        day = _day(value)
        return _ONE[operator](day) if day is not None else "must be a date such as 2026-03-05"
    if operator == "is-between":
        days = [_day(one) for one in value] if isinstance(value, list) else []
        if len(days) != 2 or days[0] is None or days[1] is None or days[0] > days[1]:
            return "must be two dates, the earlier one first"
        return Within(days[0], days[1] + DAY, with_high=False)
    several = operator in ("is-within-the-last", "is-within-the-next", "is-between-relative")
    return _relative(operator, value, moment, several)


_ONE: dict[str, Callable[[int], Within]] = {
    "is-on": lambda day: Within(day, day + DAY, with_high=False),
    "is-before": lambda day: Within(None, day, with_high=False),
    "is-after": lambda day: Within(day + DAY, None),
    "is-on-or-before": lambda day: Within(None, day + DAY, with_high=False),
    "is-on-or-after": lambda day: Within(day, None),
}


def _day(value: Any) -> int | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
    return _instant(datetime(day.year, day.month, day.day, tzinfo=UTC)) if day is not None else None


def _relative(operator: str, value: Any, moment: datetime, several: bool) -> Within | str:
    amounts = value.get("amount") if isinstance(value, dict) else None
    unit = value.get("unit") if isinstance(value, dict) else None
    wanted = 2 if operator == "is-between-relative" else 1
    given: list[int] = [
        one for one in (amounts if several and isinstance(amounts, list) else [amounts]) if _is_amount(one)
    ]
    if len(given) != wanted or given[0] > given[-1] or not isinstance(unit, str) or unit not in UNITS:
        shape = '{"amount": [2, 3]' if wanted == 2 else '{"amount": [2]' if several else '{"amount": 2'
        return f'must be such as {shape}, "unit": "day"}}, of {_MOST} {", ".join(UNITS)} at most'
    near, far, here = (_instant(_back(moment, step, unit)) for step in (given[0], given[-1], 0))
    match operator:
        case "is-within-the-last":
            return Within(near, here)
        case "is-within-the-next":
            return Within(here, _instant(_back(moment, -given[0], unit)))
        case "is-between-relative":
            return Within(far, near)
        case "is-exactly-relative":
            begin = _back(moment, given[0], unit).replace(second=0, microsecond=0)
            span = _SPANS[unit] if unit in ("minute", "hour") else _SPANS["day"]
            begin = begin if unit == "minute" else begin.replace(minute=0)
            begin = begin if unit in ("minute", "hour") else begin.replace(hour=0)
            return Within(_instant(begin), _instant(begin) + int(span.total_seconds()) * 1_000_000, with_high=False)
        case "is-less-than-relative":
            return Within(near, here, with_low=False)
        case "is-less-than-or-equal-to-relative":
            return Within(near, here)
        case "is-more-than-relative":
            return Within(None, near, with_high=False)
    return Within(None, near)


def _is_amount(given: Any) -> TypeGuard[int]:
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _MOST


def _back(moment: datetime, amount: int, unit: str) -> datetime:
    """Return the moment so long before; the last day of a month stands for those that it does not have."""
    try:
        if unit in _SPANS:
            return moment - amount * _SPANS[unit]
        months = moment.year * 12 + moment.month - 1 - amount * _MONTHS[unit]
        year, month = divmod(months, 12)
        return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        edge = datetime.min if amount > 0 else datetime.max
        return edge.replace(tzinfo=UTC)


def _instant(moment: datetime) -> int:
    return from_datetime(moment).instant
