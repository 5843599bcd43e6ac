"""Reading the JSON of a definition: names in any casing, aliases, and every problem at once (spec 1.3).

A ``Source`` is one object of the body. Each method reads one property under its canonical name and its aliases, notes
what is wrong, and remembers that it was looked at; ``finish`` notes what nobody looked at.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct, field

from .errors import Detail

MAX_TEXT = 4_000
"""Characters of any text in a definition for which there is no rule of its own."""

_WORDS = {"true": True, "false": False, "1": True, "0": False}


class Notes(Struct):
    """What reading a body brought up: problems, names that mean nothing, and warnings."""

    problems: list[Detail] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, code: str, message: str, target: str) -> None:
        """Note a problem."""
        self.problems.append(Detail(code, message, target))

    def warn(self, warning: str) -> None:
        """Note a warning, once."""
        if warning not in self.warnings:
            self.warnings.append(warning)


class Source:
    """One object of a body. ``path`` is where it stands, such as ``fields[3]``; empty for the body itself."""

    def __init__(self, value: Mapping[str, Any], path: str, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self._seen: set[str] = set()
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        for name, item in value.items():
            key = name.lower()
            if key in self._values and not _same(self._values[key], item):
                self.problem("DuplicateProperty", name, f"'{name}' is given twice, with different values.")
            if self._values.get(key) is None:
                self._values[key] = item
                self._names[key] = name

    def at(self, name: str) -> str:
        """Return the path of a property."""
        return f"{self.path}.{name}" if self.path else name

    def problem(self, code: str, name: str, message: str) -> None:
        """Note a problem with a property."""
        self.notes.add(code, message, self.at(name))

    def has(self, *names: str) -> bool:
        """Whether any of these is given, if only as null."""
        return any(name.lower() in self._values for name in names)

    def get(self, name: str, *aliases: str, code: str = "DuplicateProperty") -> Any:
        """Return a property as it is; None where it is absent or null.

        ``code`` is that of the problem when it is given under two names with different values.
        """
        found: Any = None
        for spelling in (name, *aliases):
            key = spelling.lower()
            self._seen.add(key)
            value = self._values.get(key)
            if value is None:
                continue
            if found is not None and not _same(found, value):
                self.problem(code, name, f"'{name}' and '{self._names[key]}' are the same property, and differ.")
            else:
                found = value
        return found

    def text(self, name: str, *aliases: str, longest: int = MAX_TEXT, code: str = "DuplicateProperty") -> str | None:
        """Return a text."""
        value = self.get(name, *aliases, code=code)
        if value is None or (isinstance(value, str) and len(value) <= longest and "\x00" not in value):
            return value
        if isinstance(value, str):
            problem = "contains the character U+0000" if "\x00" in value else f"is longer than {longest} characters"
            self.problem("InvalidValue", name, f"'{name}' {problem}.")
        else:
            self.problem("InvalidValue", name, f"'{name}' must be a text.")
        return None

    def flag(self, name: str, *aliases: str) -> bool | None:
        """Return a boolean: ``true``, ``"True"``, ``1`` and the like."""
        value = self.get(name, *aliases)
        if isinstance(value, str):
            value = _WORDS.get(value.strip().lower(), value)
        if value is None or isinstance(value, bool):
            return value
        if value in (0, 1) and isinstance(value, int):
            return bool(value)
        self.problem("InvalidValue", name, f"'{name}' must be true or false.")
        return None

    def integer(self, name: str, low: int, high: int, code: str = "InvalidValue") -> int | None:
        """Return an integer within bounds, also from a text or a whole number with a fraction of zero."""
        value = self.get(name)
        if value is None:
            return None
        number = _whole(value)
        if number is None or not low <= number <= high:
            self.problem(code, name, f"'{name}' must be an integer from {low} to {high}.")
            return None
        return number

    def texts(self, name: str, *aliases: str, longest: int = MAX_TEXT) -> list[str]:
        """Return a list of texts; one text is a list of one."""
        value = self.get(name, *aliases)
        if value is None:
            return []
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) and len(item) <= longest and "\x00" not in item for item in items):
            self.problem("InvalidValue", name, f"'{name}' must be a list of texts.")
            return []
        return list(items)

    def locales(self, name: str, *aliases: str) -> dict[str, str]:
        """Return texts by locale; a plain text is one of ``en-us``."""
        value = self.get(name, *aliases)
        if isinstance(value, str):
            value = {"en-us": value}
        return self._dictionary(name, value, _is_text, "texts by locale")

    def attributes(self, name: str = "attributes", *, keep: Collection[str] = ()) -> dict[str, list[str]]:
        """Return free attributes: lists of texts by name, without those that are the server's but for ``keep``."""
        value = self.get(name)
        if isinstance(value, dict):
            value = {key: [item] if isinstance(item, str) else item for key, item in value.items()}
        found = self._dictionary(name, value, _is_texts, "lists of texts by name")
        return {
            key: item
            for key, item in found.items()
            if key in keep or not key.lower().startswith(("uci.", "sys."))
        }  # fmt: skip

    def localized_attributes(self, name: str = "localizedAttributes") -> dict[str, dict[str, str]]:
        """Return free attributes whose values are texts by locale."""
        return self._dictionary(name, self.get(name), _is_locales, "texts by locale, by name")

    def one(self, name: str, *aliases: str) -> "Source | None":
        """Return an object within this one."""
        value = self.get(name, *aliases)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.problem("InvalidValue", name, f"'{name}' must be an object.")
            return None
        return Source(value, self.at(name), self.notes)

    def many(self, name: str, *aliases: str) -> "list[Source]":
        """Return the objects of a list within this one; one object is a list of one."""
        value = self.get(name, *aliases)
        if value is None:
            return []
        items = value if isinstance(value, list) else [value]
        found = []
        for index, item in enumerate(items):
            if isinstance(item, dict):
                found.append(Source(item, f"{self.at(name)}[{index}]", self.notes))
            else:
                self.notes.add("InvalidValue", f"'{name}' must be a list of objects.", f"{self.at(name)}[{index}]")
        return found

    def rest(self, *read_only: str) -> dict[str, Any]:
        """Return what nobody has looked at, as it was sent and without nulls, for those who keep it."""
        known = self._seen | {name.lower() for name in read_only}
        return {
            name: self._values[key]
            for key, name in self._names.items()
            if key not in known and self._values[key] is not None
        }  # fmt: skip

    def finish(self, *read_only: str) -> None:
        """Note what means nothing here; what is read-only is passed over without a word (spec 1.3)."""
        known = self._seen | {name.lower() for name in read_only}
        self.notes.ignored += [self.at(name) for key, name in self._names.items() if key not in known]

    def _dictionary(self, name: str, value: Any, fits: Callable[[Any], bool], expected: str) -> dict[str, Any]:
        if value is None:
            return {}
        if isinstance(value, dict):
            found = {key: item for key, item in value.items() if item is not None}
            if all(fits(item) and _is_text(key) for key, item in found.items()):
                return found
        self.problem("InvalidDictionary", name, f"'{name}' must be {expected}.")
        return {}


def _same(left: Any, right: Any) -> bool:
    return left is None or right is None or (type(left) is type(right) and bool(left == right))


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isascii() and text.lstrip("-").isdecimal() and len(text) <= 20 else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and "\x00" not in value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_locales(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(key) and _is_text(item) for key, item in value.items())
