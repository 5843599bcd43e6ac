"""Instants: microseconds since 1970 in UTC, with the offset from UTC that they were written with.

An instant is an ``int``: both engines store it as it is, it sorts, and adding a duration is addition. The offset is
kept beside it, in minutes, since "nine in the morning in New York" is part of what was recorded.
"""

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EVER = 2**62
"""An instant behind all others; before all of them is the same with a minus."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?"
    r"\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|\+00:00)", re.ASCII)


class Moment(NamedTuple):
    """An instant (microseconds) and the offset (minutes) it was written with; None where none was given."""

    instant: int
    offset: int | None


def now() -> int:
    """Return the present instant."""
    return time.time_ns() // 1000


def parse_moment(text: str) -> Moment | None:
    """Read ISO 8601: ``Z``, any numeric offset or none (UTC), fractions of any length, or a date alone.

    Returns None where the text is no such time or lies outside the years 1 to 9999.
    """
    if _UTC.fullmatch(text):  # the usual form, at a third of the price
        try:
            return Moment((datetime.fromisoformat(text) - EPOCH) // _MICROSECOND, 0)
        except ValueError:
            return None
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    offset = _offset_minutes(zone)
    if offset is None and zone:
        return None
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    instant = (moment - EPOCH) // _MICROSECOND + int((fraction or "0")[:6].ljust(6, "0"))
    instant -= (offset or 0) * MINUTE
    return Moment(instant, offset) if _representable(instant) else None


def from_datetime(moment: datetime) -> Moment:
    """Turn an aware datetime into a moment."""
    offset = moment.utcoffset()
    assert offset is not None, "a naive datetime has no instant"
    return Moment((moment - EPOCH) // _MICROSECOND, int(offset.total_seconds()) // 60)


def to_datetime(instant: int, offset: int | None = None) -> datetime:
    """Turn an instant into an aware datetime in the given offset (minutes; None: UTC)."""
    moment = EPOCH + timedelta(microseconds=instant)
    if not offset:
        return moment
    try:
        return moment.astimezone(timezone(timedelta(minutes=offset)))
    except OverflowError:  # the first or last hours of the calendar
        return moment


def instant_text(instant: int) -> str:
    """Return an instant as ``2026-03-04T09:15:00.000000Z``, the form in which fields hold it: such texts sort as time
    does."""
    return (EPOCH + timedelta(microseconds=instant)).isoformat(timespec="microseconds")[:26] + "Z"


_DURATION = re.compile(
    r"([+-]?)P(?=[\dT])(?:(\d{1,10})D)?(?:T(?=\d)(?:(\d{1,10})H)?(?:(\d{1,10})M)?(?:(\d{1,10})(?:\.(\d{1,12}))?S)?)?",
    re.ASCII,
)


def duration_text(text: str) -> str | None:
    """Return an ISO 8601 duration of days and times in its one form, such as ``P1DT2H30M``; None where it is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    fraction = (fraction or "").rstrip("0")
    minutes_, second = divmod(whole, 60)
    hours_, minute = divmod(minutes_, 60)
    day, hour = divmod(hours_, 24)
    parts = "".join(
        [
            f"{hour}H" if hour else "",
            f"{minute}M" if minute else "",
            f"{second}{'.' + fraction if fraction else ''}S" if second or fraction else "",
        ]
    )
    if not (day or parts):
        return "PT0S"
    return ("-" if sign == "-" else "") + "P" + (f"{day}D" if day else "") + ("T" + parts if parts else "")


def _offset_minutes(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


_FIRST = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND
_LAST = (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC) - EPOCH) // _MICROSECOND


def _representable(instant: int) -> bool:
    return _FIRST <= instant <= _LAST
