"""Values of instances by the Edm type of their field (spec 6.3, step 5).

A *coercion* takes what JSON can say and returns the canonical value that is stored, or raises ``BadValue``. Canonical
values of one type compare as their values do: date-times are texts of one length in UTC (``instant_text``), so that a
filter compares them as they stand in the store. ``display_of`` makes of them what an answer says.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from interlog.model.ids import parse_uuid

from .times import (
    BadValue,
    coerce_date,
    coerce_duration,
    coerce_instant,
    coerce_time,
    instant_of,
    instant_text,
    moment_of,
    shown_instant,
    shown_time,
)

__all__ = [
    "BadValue",
    "Coercion",
    "Display",
    "coercion_of",
    "display_of",
    "instant_of",
    "instant_text",
    "is_image_path",
    "locale_key",
    "moment_of",
    "name_of",
    "shown_instant",
]

DEFAULT_LOCALE = "en-us"
DEFAULT_MAX_LENGTH = 4_000
MAX_DIGITS = 38
MAX_IMAGE_PATH = 512

Coercion = Callable[[Any], Any]


# Texts, flags, numbers


def _storable(text: str) -> str:
    if "\x00" in text:
        raise BadValue("must not contain the character U+0000")
    return text


def _text(max_length: int) -> Coercion:
    def text(value: Any) -> str:
        if type(value) is not str:
            if value is True or value is False:
                value = "true" if value else "false"
            elif isinstance(value, (int, Decimal, float)):
                value = str(value)
            else:
                raise BadValue("must be a text")
        if len(value) > max_length:
            raise BadValue(f"must not be longer than {max_length} characters", "ValueTooLong")
        return value if "\x00" not in value else _storable(value)

    return text


_BOOLEANS = {"true": True, "false": False}


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    if isinstance(value, str):
        value = _BOOLEANS.get(value.strip().lower())
    elif isinstance(value, (int, Decimal)) and value in (0, 1):
        return bool(value)
    if not isinstance(value, bool):
        raise BadValue("must be true or false")
    return value


INTEGER_BOUNDS = {
    "Edm.Byte": (0, 255),
    "Edm.Int16": (-(2**15), 2**15 - 1),
    "Edm.Int32": (-(2**31), 2**31 - 1),
    "Edm.Int64": (-(2**63), 2**63 - 1),
}
"""The least and the greatest value of each type."""

_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)


def _integer(low: int, high: int) -> Coercion:
    def integer(value: Any) -> int:
        if type(value) is not int:
            value = _whole(value)
        if not low <= value <= high:
            raise BadValue(f"must be an integer from {low} to {high}")
        return int(value)

    return integer


def _whole(value: Any) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(text := value.strip()):
        return int(text)
    if isinstance(value, (Decimal, float)) and abs(float(value)) < 2.0**64 and value == int(value):
        return int(value)
    raise BadValue("must be an integer")


_BOUND = 10**MAX_DIGITS


_SHORT_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_EXACT = (Decimal, str)


def _decimal(value: Any) -> str:
    """Return the text of a number of at most 38 digits, exactly, without zeros at the end: ``12.5``."""
    if type(value) in _EXACT and _SHORT_DECIMAL.fullmatch(text := str(value)):
        text = text.rstrip("0").rstrip(".")
        return text if text != "-0" else "0"
    if type(value) is int and abs(value) < _BOUND:
        return str(value)
    if isinstance(value, str):
        value = value.strip()
        if not value.isascii() or "_" in value:
            raise BadValue("must be a number")
    elif isinstance(value, float):
        value = repr(value)
    elif isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise BadValue("must be a number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise BadValue("must be a number") from None
    if not number.is_finite():
        raise BadValue("must be a number")
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "a finite number"
    if not number:
        return "0"
    if max(len(digits), len(digits) + exponent, -exponent) > MAX_DIGITS:
        raise BadValue(f"must be a number of at most {MAX_DIGITS} digits")
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_NOT_FINITE = {"inf": "INF", "-inf": "-INF", "nan": "NaN", "infinity": "INF", "-infinity": "-INF"}


def _double(value: Any) -> float | int | str:
    if type(value) is Decimal and isfinite(number := float(value)):
        return number
    if type(value) is float and isfinite(value):
        return value
    if isinstance(value, str):
        if (special := _NOT_FINITE.get(value.strip().lower())) is not None:
            return special
        if "_" in value:
            raise BadValue("must be a number")
    if isinstance(value, (int, Decimal, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            raise BadValue("must be a number") from None
        if isfinite(number):
            return number
    raise BadValue('must be a number, "INF", "-INF" or "NaN"')


_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")

_DIGITS = re.compile(r"[0-9a-fA-F]{32}")


def _guid(value: Any) -> str:
    if isinstance(value, str):
        if len(value) == 36 and _GUID.fullmatch(value):
            return value.lower()
        if len(value) == 32 and _DIGITS.fullmatch(value):
            value = value.lower()
            return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
        text = value.strip()
        found = parse_uuid(text[1:-1] if text[:1] + text[-1:] == "()" else text)
        if found is not None:
            return found
    raise BadValue("must be a GUID")


# What flags of a field make of its type


def _localized(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        value = {DEFAULT_LOCALE: value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise BadValue("must be a text, or a map of locales to texts")
    for locale, text in value.items():
        _storable(locale + text)
    return value


def is_image_path(path: str) -> bool:
    """Whether a text is a relative path of an image (spec 2.5, V21)."""
    parts = path.replace("\\", "/").split("/")
    return 0 < len(path) <= MAX_IMAGE_PATH and parts[0] != "" and ".." not in parts and ":" not in parts[0]


def _image(value: Any) -> str:
    if not isinstance(value, str) or not is_image_path(_storable(value)):
        raise BadValue(f"must be a relative path of at most {MAX_IMAGE_PATH} characters")
    return value


def locale_key(locale: str) -> str:
    """Return the form by which two spellings of a locale are the same: ``en-US``, ``en_us``, ``enUs``."""
    return locale.lower().replace("-", "").replace("_", "")


def name_of(names: Mapping[str, str], locale: str = DEFAULT_LOCALE) -> str | None:
    """Return the name in a locale, else in the first there is."""
    wanted = locale_key(locale)
    for key, name in names.items():
        if locale_key(key) == wanted:
            return name
    return next(iter(names.values()), None)


def _choices(field: Mapping[str, Any]) -> tuple[dict[int, str], dict[str, int]]:
    """Return the name of each value of an enum, and the value of each name, whatever its case and locale."""
    names: dict[int, str] = {}
    values: dict[str, int] = {}
    for item in field.get("enumValidValues") or ():
        value, localized = item["value"], item.get("localizedValueNames") or {}
        names[value] = name_of(localized) or str(value)
        for name in localized.values():
            values.setdefault(name.strip().casefold(), value)
    return names, values


def _enum(field: Mapping[str, Any]) -> Coercion:
    names, values = _choices(field)
    text = field["fieldType"] == "Edm.String"
    flags = bool(field.get("isFlagEnum"))
    expected = "must be one of " + ", ".join(f"{value} ({name})" for value, name in names.items())
    every = 0
    for value in names:
        every |= value

    def one(value: Any) -> int:
        if isinstance(value, str):
            found = values.get(value.strip().casefold())
            if found is not None:
                return found
        try:
            number = value if type(value) is int else _whole(value)
        except BadValue:
            raise BadValue(expected) from None
        if number in names or (flags and 0 <= number == number & every):
            return number
        raise BadValue(expected)

    def enum(value: Any) -> int | str:
        number = one(value)
        return names[number] if text else number

    def flag_enum(value: Any) -> int | str:
        parts = value if isinstance(value, list) else [value]
        if isinstance(value, str):
            parts = [part for part in value.split(",") if part.strip()]
        number = 0
        for part in parts:
            number |= one(part)
        if not text:
            return number
        return ",".join(name for bit, name in sorted(names.items()) if bit & number)

    return flag_enum if flags else enum


def _array(item: Coercion, separator: str | None) -> Coercion:
    def array(value: Any) -> list[Any]:
        if type(value) is list and None not in value:
            try:
                return [item(element) for element in value]
            except BadValue:
                pass  # which one it is, and what else is wrong, is told below
        if isinstance(value, str):
            value = [part.strip() for part in value.split(separator)] if separator else [value]
        if not isinstance(value, list):
            raise BadValue("must be a list")
        found = []
        for index, element in enumerate(value):
            try:
                if element is None:
                    raise BadValue("must not be null")
                found.append(item(element))
            except BadValue as bad:
                raise BadValue(bad.message, bad.code, f"[{index}]{bad.path}") from None
        return found

    return array


_SCALARS: dict[str, Coercion] = {
    "Edm.Boolean": _boolean,
    **{kind: _integer(*bounds) for kind, bounds in INTEGER_BOUNDS.items()},
    "Edm.Decimal": _decimal,
    "Edm.Double": _double,
    "Edm.Single": _double,
    "Edm.Guid": _guid,
    "Edm.DateTimeOffset": coerce_instant,
    "Edm.Date": coerce_date,
    "Edm.TimeOfDay": coerce_time,
    "Edm.Duration": coerce_duration,
}


def coercion_of(field: Mapping[str, Any]) -> Coercion:
    """Return the coercion of a field's values, with all that can be looked up beforehand already looked up.

    ``field`` is a PropertyDefinition (spec 2.2) in canonical names and with canonical type names.
    """
    if field.get("isEnum"):
        single = _enum(field)
    elif field.get("isLocalizedString"):
        single = _localized
    elif field.get("isImage"):
        single = _image
    elif field["fieldType"] == "Edm.String":
        single = _text(field.get("maxLength") or DEFAULT_MAX_LENGTH)
    else:
        single = _SCALARS[field["fieldType"]]
    return _array(single, field.get("arrayValueSeparator")) if field.get("isArray") else single


Display = Callable[[Any], Any]


def display_of(field: Mapping[str, Any]) -> Display | None:
    """Return what makes of a field's canonical value what an answer says; None where that is the value itself."""
    if field.get("isEnum") or field.get("isLocalizedString") or field.get("isImage"):
        return None
    single = _DISPLAYS.get(field["fieldType"])
    if single is None or not field.get("isArray"):
        return single

    def several(value: Any) -> Any:
        return [single(item) for item in value] if isinstance(value, list) else single(value)

    return several


def _lenient(display: Callable[[str], Any]) -> Display:
    """Leave what is no text as it is: a value that was stored as of another type is shown as it stands."""
    return lambda value: display(value) if type(value) is str else value


def _shown_decimal(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


_DISPLAYS: dict[str, Display] = {
    "Edm.DateTimeOffset": _lenient(shown_instant),
    "Edm.TimeOfDay": _lenient(shown_time),
    "Edm.Decimal": _lenient(_shown_decimal),
}
