"""Times of every Edm type: coercions, canonical texts, and how answers show them (spec 6.3, step 5)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from interlog.model.instants import EPOCH, duration_text, parse_moment
from interlog.model.instants import instant_text as instant_text

_MICROSECOND = timedelta(microseconds=1)
_NAIVE_EPOCH = EPOCH.replace(tzinfo=None)


class BadValue(ValueError):
    """A value that its type does not take. ``code`` is the error's, ``path`` leads into the value (``[2]``)."""

    def __init__(self, message: str, code: str = "InvalidValue", path: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.path = message, code, path


def instant_of(text: str) -> int:
    """Return the instant (microseconds) of a canonical text."""
    return (datetime.fromisoformat(text) - EPOCH) // _MICROSECOND


def shown_instant(text: str) -> str:
    """Return a canonical date-time as an answer has it: without the zeros at the end of its fraction."""
    return text[:19] + "Z" if text.endswith(".000000Z") else text[:-1].rstrip("0") + "Z"


def moment_text(instant: int) -> str:
    """Return an instant as an answer has it."""
    moment = _NAIVE_EPOCH + timedelta(microseconds=instant)
    text = moment.isoformat()
    return (text.rstrip("0") if moment.microsecond else text) + "Z"


def shown_time(text: str) -> str:
    """Return a canonical time of day as an answer has it."""
    return text[:8] if text.endswith(".000000") else text.rstrip("0")


def _text_of(moment: datetime) -> str:
    text = moment.isoformat()
    return text[:26] + "Z" if moment.microsecond else text[:19] + ".000000Z"


_WHOLE_SECONDS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-]00:00)?")


def moment_of(value: Any) -> tuple[str, int, int | None]:
    """Return the canonical text of a date-time, its instant, and the offset (minutes) that it was written with.

    No offset and UTC are None. Raises ``BadValue``.
    """
    try:
        moment = datetime.fromisoformat(value)
        offset = moment.utcoffset() if moment.tzinfo is not UTC else None
        if offset:
            moment = moment.astimezone(UTC)
        since = moment - (_NAIVE_EPOCH if moment.tzinfo is None else EPOCH)
    except (TypeError, ValueError, OverflowError):
        text = coerce_instant(value)
        found = parse_moment(value) if isinstance(value, str) else None
        return text, instant_of(text), (found.offset or None) if found is not None else None
    text = value[:19] + ".000000Z" if not offset and _WHOLE_SECONDS.fullmatch(value) else _text_of(moment)
    instant = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return text, instant, (offset.days * 1_440 + offset.seconds // 60) if offset else None


def coerce_instant(value: Any) -> str:
    """Return a date-time as its canonical text."""
    if type(value) is str:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            found = parse_moment(value)
            if found is None:
                raise BadValue("must be an ISO 8601 date and time") from None
            return instant_text(found.instant)
        try:
            if moment.tzinfo is None:
                return _text_of(moment)
            return _text_of(moment if moment.tzinfo is UTC else moment.astimezone(UTC))
        except (OverflowError, ValueError):
            raise BadValue("lies outside of the years 1 to 9999") from None
    if isinstance(value, (int, Decimal, float)) and not isinstance(value, bool):
        try:
            return _text_of(EPOCH + timedelta(milliseconds=float(value) if isinstance(value, Decimal) else value))
        except (OverflowError, ValueError):
            raise BadValue("lies outside of the years 1 to 9999") from None
    raise BadValue("must be an ISO 8601 date and time, or milliseconds since 1970")


def coerce_date(value: Any) -> str:
    """Return a date as its canonical text."""
    if type(value) is str:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            found = parse_moment(value)
            if found is not None:
                return instant_text(found.instant + (found.offset or 0) * 60_000_000)[:10]
    raise BadValue("must be an ISO 8601 date, such as 2026-03-04")


def coerce_time(value: Any) -> str:
    """Return a time of day as its canonical text."""
    if type(value) is str:
        try:
            moment = time.fromisoformat(value)
        except ValueError:
            moment = time(tzinfo=UTC)
        if moment.tzinfo is None:
            return moment.isoformat(timespec="microseconds")
    raise BadValue("must be an ISO 8601 time of day without a zone, such as 09:15:00")


def coerce_duration(value: Any) -> str:
    """Return a duration as its canonical text."""
    text = duration_text(value) if type(value) is str else None
    if text is None:
        raise BadValue("must be an ISO 8601 duration of days and times, such as P1DT2H30M")
    return text
