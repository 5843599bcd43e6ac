"""Words, dates and numbers in the reader's language.

Templates and handlers write English; ``translations/<language>.po`` has the same in other languages. The language is
the one that the reader chose, else the best of what the browser asks for.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, dates, numbers
from babel.core import negotiate_locale
from babel.messages.pofile import read_po
from babel.units import format_unit

from ..model.instants import EPOCH
from ..model.types import InteractionType
from .sayings import SAYINGS

LANGUAGES = ("en", "de")
"""Languages that all texts are there in."""

_SIZES = ("byte", "kilobyte", "megabyte", "gigabyte")
_MICROSECOND = timedelta(microseconds=1)
_VALUE = re.compile(r"%\\\((\w+)\\\)s")
_PATTERNS = tuple(
    (saying, re.compile(_VALUE.sub(r"(?P<\1>.+)", re.escape(saying)), re.DOTALL))
    for saying in SAYINGS
    if "%(" in saying
)


@cache
def _catalog(language: str) -> Mapping[Any, Any]:
    """Return the translations into a language by the English text; of plurals, by both English texts."""
    path = files("interlog.web").joinpath(f"translations/{language}.po")
    if language == "en" or not path.is_file():
        return {}
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=language) if message.id}


class Texts:
    """What depends on the reader: language and time zone."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._catalog = _catalog(language)
        try:
            self.zone = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            self.zone = ZoneInfo("UTC")

    # Words

    def gettext(self, text: str, /, **values: Any) -> str:
        """Return a text in the reader's language; ``%(name)s`` stands for a value."""
        found = self._catalog.get(text) or text
        return str(found % values if values else found)

    def type_name(self, type_: InteractionType) -> str:
        """Return what an interaction type is called: its users' own word, or that of a built-in one in the reader's."""
        name = type_.display_name or type_.name
        return self.gettext(name) if type_.built_in else name

    def said(self, message: str) -> str:
        """Return what the ledger said in the reader's language, as far as it is one of its known sayings."""
        if message in self._catalog or not self._catalog:
            return self.gettext(message)
        for saying, pattern in _PATTERNS:
            if (found := pattern.fullmatch(message)) is not None:
                return self.gettext(saying, **found.groupdict())
        return message

    def ngettext(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """Return the text for so many."""
        forms = self._catalog.get((one, many)) or (one, many)
        text = forms[0 if count == 1 else -1] or (one if count == 1 else many)
        return str(text % {"count": self.number(count), **values})

    # Times

    def moment(self, instant: int) -> datetime:
        """Return an instant (microseconds) as the reader's clock shows it."""
        return (EPOCH + timedelta(microseconds=instant)).astimezone(self.zone)

    def instant(self, moment: datetime) -> int:
        """Return the instant (microseconds) of a time; one without a zone is on the reader's clock."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return (moment - EPOCH) // _MICROSECOND

    def day(self, instant: int) -> date:
        """Return the day on the reader's calendar."""
        return self.moment(instant).date()

    def day_in(self, text: str) -> date | None:
        """Return the day that a reader means who writes one in figures; None where it is none."""
        try:
            return dates.parse_date(text, locale=self._locale)
        except (ValueError, IndexError, OverflowError):
            return None

    def time(self, instant: int) -> str:
        """Return the time of day."""
        return dates.format_time(self.moment(instant).time(), format="short", locale=self._locale)

    def date(self, day: date, form: str = "medium") -> str:
        """Return a day: ``short``, ``medium``, ``long``, ``full``, or a pattern of Babel's."""
        return dates.format_date(day, format=form, locale=self._locale)

    def date_and_time(self, instant: int) -> str:
        """Return day and time."""
        moment = self.moment(instant)
        return dates.format_datetime(moment.replace(tzinfo=None), format="medium", locale=self._locale)

    def iso(self, instant: int) -> str:
        """Return an instant for machines: the ``datetime`` of a ``time`` element."""
        return (EPOCH + timedelta(microseconds=instant)).astimezone(UTC).isoformat().replace("+00:00", "Z")

    def ago(self, instant: int, now: int) -> str:
        """Return how long ago an instant was, or in how long it will be."""
        return dates.format_timedelta(timedelta(microseconds=instant - now), add_direction=True, locale=self._locale)

    # Numbers

    def number(self, value: float) -> str:
        """Return a number with the separators that the reader is used to."""
        return numbers.format_decimal(value, locale=self._locale)

    def size(self, many: int) -> str:
        """Return a number of bytes as people say it, such as ``3.4 MB``."""
        unit = next((at for at in range(len(_SIZES) - 1, 0, -1) if many >= 1000**at), 0)
        return str(format_unit(many / 1000**unit, f"digital-{_SIZES[unit]}", "short", "#,##0.#", locale=self._locale))

    def percent(self, share: float) -> str:
        """Return a share of one as a percentage."""
        return numbers.format_percent(share, locale=self._locale)


@cache
def texts_for(language: str, zone: str) -> Texts:
    """Return the texts for a language and a time zone."""
    return Texts(language, zone)


def best_language(chosen: str | None, accepted: str | None) -> str:
    """Return the language of a page: the one that was chosen, or the best of an ``Accept-Language`` header."""
    if chosen in LANGUAGES:
        return chosen or LANGUAGES[0]
    wanted: list[tuple[float, str]] = []
    for place, part in enumerate((accepted or "")[:500].split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), f"{place:03d}{name.replace('-', '_')}"))
        except ValueError:
            continue
    return negotiate_locale([name[3:] for _, name in sorted(wanted)], LANGUAGES) or LANGUAGES[0]
