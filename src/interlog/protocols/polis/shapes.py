"""Shapes: what a body must look like (spec 2.9), read with every problem at once.

A shape reads a JSON value into its canonical form: UUIDs in lower case, date-times in UTC with milliseconds, optional
members that are null left out. What is wrong goes to ``Reading.problems``, each with the pointer to it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interlog.model.errors import Invalid, Problem
from interlog.model.ids import parse_uuid
from interlog.model.instants import parse_moment, to_datetime

MISSING: Final[Any] = object()
"""What reading gives where there is nothing usable."""

_UUID_LENGTH = 36


class Reading:
    """What was found wrong so far; whether members that no shape knows are kept (``polis_unknown_members``)."""

    __slots__ = ("keep_unknown", "problems")

    def __init__(self, *, keep_unknown: bool = False) -> None:
        self.keep_unknown = keep_unknown
        self.problems: list[Problem] = []

    def wrong(self, path: str, message: str, code: str) -> Any:
        """Note a problem; returns ``MISSING``."""
        self.problems.append(Problem(path, message, code))
        return MISSING

    def check(self) -> None:
        """Raise ``Invalid`` with all problems, if there are any."""
        if self.problems:
            raise Invalid(*self.problems)


def pointer(path: str, name: str | int) -> str:
    """Return the JSON pointer to a member or an element of what ``path`` points to."""
    return f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"


class Shape(ABC):
    """What a value must be."""

    @abstractmethod
    def read(self, value: Any, path: str, reading: Reading) -> Any:
        """Return the value's canonical form, or ``MISSING`` after noting what is wrong."""


@dataclass(frozen=True)
class Text(Shape):
    """A string, perhaps one of some, perhaps of a limited length."""

    longest: int | None = None
    choices: tuple[str, ...] = ()
    empty: bool = True

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, str):
            return reading.wrong(path, "must be a string", "string.base")
        if "\x00" in value:
            return reading.wrong(path, "must not contain the character U+0000", "string.base")
        if self.choices and value not in self.choices:
            return reading.wrong(path, f"must be one of {', '.join(self.choices)}", "any.allowOnly")
        if self.longest is not None and len(value) > self.longest:
            return reading.wrong(path, f"must not be longer than {self.longest} characters", "string.max")
        if not self.empty and not value.strip():
            return reading.wrong(path, "is not allowed to be empty", "any.empty")
        return value


@dataclass(frozen=True)
class Uuid(Shape):
    """A UUID of any version, 8-4-4-4-12."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, str):
            return reading.wrong(path, "must be a UUID", "string.guid")
        found = parse_uuid(value) if len(value) == _UUID_LENGTH and value[8] == "-" else None
        return found if found is not None else reading.wrong(path, "must be a UUID", "string.guid")


@dataclass(frozen=True)
class Number(Shape):
    """A number within bounds, perhaps whole."""

    least: float | None = None
    most: float | None = None
    whole: bool = False

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return reading.wrong(path, "must be a number", "number.base")
        most = _LARGEST if self.most is None else self.most
        if value > most:
            return reading.wrong(path, f"must be at most {most:g}", "number.max")
        least = -_LARGEST if self.least is None else self.least
        if value < least:
            return reading.wrong(path, f"must be at least {least:g}", "number.min")
        if self.whole and value != int(value):
            return reading.wrong(path, "must be a whole number", "number.integer")
        return int(value) if self.whole or isinstance(value, int) else value


_LARGEST = 2.0**53


@dataclass(frozen=True)
class Flag(Shape):
    """True or false."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        return value if isinstance(value, bool) else reading.wrong(path, "must be true or false", "boolean.base")


@dataclass(frozen=True)
class When(Shape):
    """A date and time; kept in UTC with milliseconds. Without an offset it is read as UTC."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        moment = parse_moment(value) if isinstance(value, str) and len(value) > len("2026-01-01") else None
        if moment is None:
            return reading.wrong(path, "must be an ISO 8601 date and time", "date.isoDate")
        return to_datetime(moment.instant).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.instant // 1000 % 1000:03d}Z"


@dataclass(frozen=True)
class Day(Shape):
    """A date; of a date and time the date is taken. ``american``: MM/DD/YYYY is read too."""

    american: bool = False

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        text = value if isinstance(value, str) else ""
        parts = text.split("/")
        if self.american and len(parts) == 3:
            text = f"{parts[2]}-{parts[0]:0>2}-{parts[1]:0>2}"
        if len(text) < len("2026-01-01") or parse_moment(text) is None:
            return reading.wrong(path, "must be a date, YYYY-MM-DD", "date.isoDate")
        return text[: len("2026-01-01")]


@dataclass(frozen=True)
class Anything(Shape):
    """Any JSON value that ``fits``."""

    fits: Callable[[Any], bool] = lambda value: True
    meaning: str = "a JSON value"
    code: str = "any.base"

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        return value if self.fits(value) else reading.wrong(path, f"must be {self.meaning}", self.code)


@dataclass(frozen=True)
class Many(Shape):
    """An array."""

    of: Shape
    least: int = 0
    most: int | None = None

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, list):
            return reading.wrong(path, "must be an array", "array.base")
        if len(value) < self.least:
            return reading.wrong(path, f"must have at least {self.least} element(s)", "array.min")
        if self.most is not None and len(value) > self.most:
            return reading.wrong(path, f"must have at most {self.most} element(s)", "array.max")
        found = [self.of.read(item, pointer(path, index), reading) for index, item in enumerate(value)]
        return [item for item in found if item is not MISSING]


@dataclass(frozen=True)
class Keyed(Shape):
    """An object with names of the client's choosing."""

    of: Shape
    key: Shape = Text()

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(path, "must be an object", "object.base")
        found = {}
        for name, item in value.items():
            key = self.key.read(name, pointer(path, name), reading)
            item = self.of.read(item, pointer(path, name), reading)
            if key is not MISSING and item is not MISSING:
                found[key] = item
        return found


@dataclass(frozen=True)
class Thing(Shape):
    """An object with known members, some of which must be there, some of which have a value where they are missing.

    ``together``: sets of members of which either all are given or none. ``read_only``: members that nobody may send.
    """

    members: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()
    read_only: frozenset[str] = frozenset()

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(path, "must be an object", "object.base")
        found: dict[str, Any] = dict(self.defaults)
        for name, item in value.items():
            shape = self.members.get(name)
            if shape is None:
                self._unknown(name, item, path, reading, found)
            elif item is not None:
                item = shape.read(item, pointer(path, name), reading)
                if item is not MISSING:
                    found[name] = item
        for name in self.required:
            if value.get(name) is None:
                reading.wrong(pointer(path, name), "is required", "any.required")
        for names in self.together:
            given = [name for name in names if value.get(name) is not None]
            if given and len(given) < len(names):
                for name in names:
                    if name not in given:
                        reading.wrong(pointer(path, name), f"is required beside {given[0]}", "any.required")
        return found

    def _unknown(self, name: str, item: Any, path: str, reading: Reading, found: dict[str, Any]) -> None:
        if name in self.read_only:
            reading.wrong(pointer(path, name), "is read-only", "any.readOnly")
        elif reading.keep_unknown:
            found[name] = item
        else:
            reading.wrong(pointer(path, name), "is not allowed", "object.allowUnknown")


def without(shape: Thing, names: Iterable[str]) -> Thing:
    """Return the shape without some members: nobody may send them."""
    left = {name: member for name, member in shape.members.items() if name not in set(names)}
    required = tuple(name for name in shape.required if name in left)
    return Thing(left, required, {k: v for k, v in shape.defaults.items() if k in left}, shape.together)
