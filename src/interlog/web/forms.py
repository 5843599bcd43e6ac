"""Forms made from definitions: a control for each field of a type, and what was filled in as values of the model.

What a control shows and what is read from it are inverse. A value whose control was left as it was shown stays exactly
what it is, though it may say more than a control can (an offset, microseconds, line breaks within a list).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from math import isfinite
from typing import Any, NamedTuple

from ..model.errors import Problem
from ..model.expressions import Kind
from ..model.instants import duration_text, instant_text, parse_moment
from ..model.types import FieldDefinition, FieldKind
from .texts import Texts
from .view import View

LINE_LENGTH = 200
"""Characters up to which a text has one line to be written in."""

_BLANK_LOCALES = 2

_INPUTS = {
    FieldKind.INTEGER: "whole",
    FieldKind.NUMBER: "number",
    FieldKind.DECIMAL: "number",
    FieldKind.INSTANT: "moment",
    FieldKind.DATE: "date",
    FieldKind.TIME: "time",
    FieldKind.DURATION: "duration",
    FieldKind.UUID: "line",
}


class Option(NamedTuple):
    """Something that can be chosen."""

    value: str
    label: str


class Control(NamedTuple):
    """A field as a form shows it. ``widget``: which macro of ``form_macros.html`` draws it; ``shown``: what stands in
    it; ``pairs``: locales and texts of a localized one; ``problems``: what is wrong with it."""

    name: str
    id: str
    label: str
    widget: str
    shown: tuple[str, ...]
    options: tuple[Option, ...]
    pairs: tuple[tuple[str, str], ...]
    required: bool
    fixed: bool
    max_length: int | None
    problems: tuple[str, ...]

    @property
    def text(self) -> str:
        """What stands in it, where that is one text."""
        return self.shown[0] if self.shown else ""


def controls(
    texts: Texts,
    fields: Iterable[FieldDefinition],
    shown: Mapping[str, tuple[str, ...]],
    problems: Sequence[Problem] = (),
    *,
    required: Iterable[str] = (),
    fixed: Iterable[str] = (),
) -> list[Control]:
    """Return the controls of some fields. ``shown`` is what stands in each, by its name; ``fixed``: not to change."""
    return [
        Control(
            name=input_name(field),
            id=f"field-{place}",
            label=field.display_name or field.name,
            widget=widget_of(field),
            shown=shown.get(field.name, ()),
            options=options_of(texts, field),
            pairs=_pairs(shown.get(field.name, ())) if widget_of(field) == "locales" else (),
            required=field.required or field.name in required,
            fixed=field.name in fixed,
            max_length=field.max_length,
            problems=messages(texts, problems, f"fields.{field.name}"),
        )
        for place, field in enumerate(fields)
    ]


def messages(texts: Texts, problems: Iterable[Problem], path: str) -> tuple[str, ...]:
    """Return what is wrong with a part, in the reader's language."""
    found = [p for p in problems if p.path == path or p.path.startswith((f"{path}[", f"{path}."))]
    return tuple(dict.fromkeys(texts.said(problem.message) for problem in found))


def input_name(field: FieldDefinition) -> str:
    """Return the name that a field's inputs have in a form."""
    return f"field.{field.name}"


def widget_of(field: FieldDefinition) -> str:
    """Return which control a field has."""
    if field.choices:
        return "several" if field.many or field.flags else "choice"
    if field.kind is FieldKind.OBJECT or (field.many and field.kind is FieldKind.LOCALIZED):
        return "json"
    if field.kind is FieldKind.LOCALIZED:
        return "locales"
    if field.many:
        return "lines"
    if field.kind is FieldKind.BOOLEAN:
        return "choice"
    if field.kind is FieldKind.TEXT:
        return "line" if field.max_length is not None and field.max_length <= LINE_LENGTH else "area"
    return _INPUTS.get(field.kind, "line")


def options_of(texts: Texts, field: FieldDefinition) -> tuple[Option, ...]:
    """Return what can be chosen in a field."""
    if field.kind is FieldKind.BOOLEAN:
        return (Option("true", texts.gettext("Yes")), Option("false", texts.gettext("No")))
    labels = field.labels if len(field.labels) == len(field.choices) else tuple(map(str, field.choices))
    return tuple(Option(str(choice), label) for choice, label in zip(field.choices, labels, strict=True))


# From values to what is shown


def shown_values(texts: Texts, fields: Iterable[FieldDefinition], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in the control of each field that has a value."""
    return {field.name: shown_value(texts, field, values[field.name]) for field in fields if field.name in values}


def shown_value(texts: Texts, field: FieldDefinition, value: Any) -> tuple[str, ...]:
    """Return what stands in the control of a field with this value."""
    if value is None:
        return ()
    widget = widget_of(field)
    if widget == "json":
        return (json.dumps(value, ensure_ascii=False, indent=2),)
    if widget == "locales":
        if not isinstance(value, Mapping):
            return (str(value),)
        return tuple(_tidy(f"{locale}: {text}") for locale, text in value.items())
    if widget == "several":
        if isinstance(value, list):
            return tuple(str(item) for item in value)
        if field.flags and isinstance(value, int):
            return tuple(str(bit) for bit in field.choices if isinstance(bit, int) and bit & value)
    if isinstance(value, list):
        return (_tidy("\n".join(_shown(texts, field, item) for item in value)),)
    return (_shown(texts, field, value),)


def _shown(texts: Texts, field: FieldDefinition, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if field.kind is FieldKind.INSTANT:
        found = parse_moment(value)
        return local_time(texts, found.instant) if found is not None else value
    if field.kind is FieldKind.TIME:
        return value.removesuffix(".000000").removesuffix(":00") if value.count(":") == 2 else value
    return _tidy(value)


def local_time(texts: Texts, instant: int) -> str:
    """Return an instant as an input for date and time has it, by the reader's clock."""
    try:
        text = texts.moment(instant).replace(tzinfo=None, microsecond=0).isoformat()
    except OverflowError:
        return instant_text(instant)
    return text.removesuffix(":00")


def _pairs(shown: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for line in shown:
        locale, _, text = line.partition(":")
        found.append((locale.strip(), text.strip()))
    return (*found, *[("", "")] * _BLANK_LOCALES)


# From what was filled in to values


def filled(view: View, fields: Iterable[FieldDefinition]) -> dict[str, tuple[str, ...]]:
    """Return what stands in the control of each field of a form that was sent."""
    return {field.name: _raw(view, field) for field in fields}


def _raw(view: View, field: FieldDefinition) -> tuple[str, ...]:
    name = input_name(field)
    given = [_tidy(text) for text in view.form.get(name, ())]
    if widget_of(field) == "locales":
        locales = view.fields(f"{name}.locale")
        return tuple(_tidy(f"{locale}: {text}") for locale, text in zip(locales, given, strict=False) if locale or text)
    return tuple(text for text in given if text)


def values_of(
    texts: Texts,
    fields: Iterable[FieldDefinition],
    raw: Mapping[str, tuple[str, ...]],
    stored: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values of what was filled in; what is none of its kind stays the text that it is, for the rules.

    ``stored``: the values that the form showed at first. Fields that are empty are left out.
    """
    known = stored or {}
    found = {}
    for field in fields:
        given = raw.get(field.name, ())
        if field.name in known and given == shown_value(texts, field, known[field.name]):
            found[field.name] = known[field.name]
        elif given:
            found[field.name] = value_of(texts, field, given)
    return found


def value_of(texts: Texts, field: FieldDefinition, given: tuple[str, ...]) -> Any:
    """Return the value of what stands in a control."""
    match widget_of(field):
        case "json":
            try:
                return json.loads(given[0], parse_constant=_no_constant)
            except (ValueError, RecursionError):
                return given[0]
        case "locales":
            return {locale: text for locale, text in _pairs(given) if locale or text}
        case "several":
            chosen = [_choice(field, text) for text in given]
            whole = all(isinstance(item, int) for item in chosen)
            return sum(set(chosen)) if field.flags and whole and not field.many else chosen
        case "lines":
            lines = [line.strip() for line in given[0].split("\n")]
            return [_value(texts, field, line) for line in lines if line]
    return _value(texts, field, given[0])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def unstorable(values: Mapping[str, Any]) -> list[Problem]:
    """Return the fields with characters that no database holds: U+0000, and halves of characters."""
    message = "must not contain the character U+0000"
    found = []
    for name, value in values.items():
        text = json.dumps(value, ensure_ascii=False)
        if "\\u0000" in text.replace("\\\\", "") or not _encodes(text):
            found.append(Problem(f"fields.{name}", message, "character"))
    return found


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _choice(field: FieldDefinition, text: str) -> str | int:
    return next((choice for choice in field.choices if str(choice) == text), text)


_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][+-]?\d{1,3})?", re.ASCII)
_PLAIN = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)", re.ASCII)


def _value(texts: Texts, field: FieldDefinition, text: str) -> Any:
    if field.choices:
        return _choice(field, text)
    match field.kind:
        case FieldKind.BOOLEAN:
            return {"true": True, "false": False}.get(text.lower(), text)
        case FieldKind.INTEGER if _WHOLE.fullmatch(text):
            return int(text)
        case FieldKind.NUMBER if _NUMBER.fullmatch(number := _with_point(texts, text)):
            return int(number) if _WHOLE.fullmatch(number) and len(number) < 16 else float(number)
        case FieldKind.DECIMAL if match := _PLAIN.fullmatch(_with_point(texts, text)):
            return _plain_decimal(match) or text
        case FieldKind.INSTANT:
            return instant_of(texts, text) or text
        case FieldKind.TIME:
            try:
                return time.fromisoformat(text).isoformat("microseconds")
            except ValueError:
                return text
        case FieldKind.DURATION:
            return length_of(text) or text
        case FieldKind.UUID:
            return text.lower()
    return text


def _with_point(texts: Texts, text: str) -> str:
    """Return a number with a decimal point, also where the reader writes a comma."""
    return text.replace(",", ".") if texts.language != "en" and "." not in text and text.count(",") == 1 else text


def _plain_decimal(match: re.Match[str]) -> str | None:
    sign, whole, fraction = match.groups()
    fraction = (fraction or "").rstrip("0")
    if not whole and not match[3]:
        return None
    number = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return f"-{number}" if sign == "-" and number != "0" else number


def instant_of(texts: Texts, text: str) -> str | None:
    """Return the canonical text of a time by the reader's clock, or of one that says its offset."""
    try:
        return instant_text(texts.instant(datetime.fromisoformat(text)))
    except (ValueError, OverflowError):
        return None


def is_number(text: str) -> bool:
    """Whether a text is a number, and one that there is."""
    return _NUMBER.fullmatch(text) is not None and isfinite(float(text))


def is_canonical(text: str, kind: Kind) -> bool:
    """Whether a text is one that fields hold of a kind: only such compare as what they mean."""
    try:
        match kind:
            case Kind.INSTANT:
                return text.endswith("Z") and len(text) == 27 and bool(datetime.fromisoformat(text))
            case Kind.DATE:
                return len(text) == 10 and bool(date.fromisoformat(text))
            case Kind.TIME:
                return len(text) == 15 and time.fromisoformat(text).tzinfo is None
    except ValueError:
        return False
    return True


def length_of(text: str) -> str | None:
    """Return a duration that was written as ISO 8601 has it, as hours and minutes, or as minutes."""
    if match := _CLOCK.fullmatch(text):
        text = f"PT{match[1]}H{match[2]}M"
    elif text.isascii() and text.isdecimal():
        text = f"PT{text[:10]}M"
    return duration_text(text.upper())


def _tidy(text: str) -> str:
    """Return a text as a browser sends it back: its lines end alike, and no white space is around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
