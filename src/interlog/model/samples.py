"""A definition proposed from sample rows: the narrowest kind of field that all values of a column fit.

Values are texts, as CSV has them, or whatever JSON has.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from .definitions import IDENTIFIER, MAX_FIELDS, MAX_NAME
from .ids import parse_uuid
from .instants import parse_moment
from .naming import identifier_of
from .types import FieldDefinition, FieldKind

MAX_ROWS = 1_000
"""How many rows are looked at; a sample need not be longer."""

_DELIMITERS = ",;\t"

Row = Mapping[str, Any]


class Column(NamedTuple):
    """A field that is proposed. ``longest``: characters of the longest value; ``bits``: of an integer, 32 or 64."""

    field: FieldDefinition
    longest: int
    bits: int


class Proposal(NamedTuple):
    """What a type with such rows would be: its fields, what identifies a row, and which field says when it was."""

    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    timestamp_field: str | None


def csv_rows(text: str) -> list[Row]:
    """Return the first rows of a CSV with a header line; empty values are None. Raises ``ValueError``.

    Between the values stands whichever of comma, semicolon and tab the first line has most of.
    """
    first = text[: text.find("\n")] if "\n" in text else text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    try:
        head = next((row for row in reader if row), [])
        if len(head) > MAX_FIELDS:
            raise ValueError(f"there are more than {MAX_FIELDS} columns")
        return [
            {name: (row[place] or None) if place < len(row) else None for place, name in enumerate(head)}
            for row in islice((row for row in reader if row), MAX_ROWS)
        ]
    except csv.Error as error:
        raise ValueError(str(error)) from None


def with_names(rows: Sequence[Row]) -> tuple[list[Row], dict[str, str]]:
    """Return rows with names that fields may have in the place of those of columns, and what each was called."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for title in dict.fromkeys(title for row in rows for title in row):
        if name := identifier_of(title, taken):
            names[title] = name
            taken.add(name.casefold())
    renamed: list[Row] = [{names[title]: value for title, value in row.items() if title in names} for row in rows]
    return renamed, {name: title for title, name in names.items()}


def proposal(rows: Sequence[Row]) -> Proposal:
    """Return what is proposed for rows of which there is one at least."""
    columns = [column for name in _names(rows) if (column := _column(name, [row.get(name) for row in rows]))]
    keys = [column.field.name for column in columns if _may_be_key(column.field, rows)]
    times = [column.field.name for column in columns if column.field.kind in (FieldKind.INSTANT, FieldKind.DATE)]
    return Proposal(
        tuple(columns),
        tuple([key for key in keys if _KEY.search(key)][:1] or keys[:1]),
        times[0] if times else None,
    )


def _names(rows: Sequence[Row]) -> list[str]:
    """Return the names that a field may have, in the order of their first appearance."""
    names = dict.fromkeys(name for row in rows for name in row if len(name) <= MAX_NAME and IDENTIFIER.fullmatch(name))
    return list({name.casefold(): name for name in reversed(names)}.values())[::-1][:MAX_FIELDS]


def _column(name: str, values: Sequence[Any]) -> Column | None:
    """Return the field of a column; None where its values are objects, which only undeclared fields can be."""
    given = [value for value in values if value is not None]
    is_list = bool(given) and all(isinstance(value, list) for value in given)
    items = [item for value in given for item in value] if is_list else given
    if any(isinstance(item, (dict, list)) for item in items):
        return None
    kind = next((kind for kind, fits in _KINDS if items and all(map(fits, items))), FieldKind.TEXT)
    field = FieldDefinition(name, kind, required=len(given) == len(values), many=is_list)
    small = kind is FieldKind.INTEGER and all(-(2**31) <= int(item) < 2**31 for item in items)
    return Column(field, max((len(str(item)) for item in items), default=0), 32 if small else 64)


_KEY = re.compile(r"(id|key|number|code|ref|\bno|\bnr|_no|_nr)$", re.IGNORECASE)
_IDENTIFYING = frozenset({FieldKind.TEXT, FieldKind.UUID, FieldKind.INTEGER})


def _may_be_key(field: FieldDefinition, rows: Iterable[Row]) -> bool:
    """Whether each row has a value of its own in a field, of a kind that can identify."""
    if field.many or not field.required or field.kind not in _IDENTIFYING:
        return False
    values = [row.get(field.name) for row in rows]
    return len(set(values)) == len(values)


_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))


def _is_whole(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value) or (value.lstrip("+-") != "0" and value.lstrip("+-").startswith("0")):
            return False  # leading zeros are part of a text, such as a postal code
        value = int(value)
    return isinstance(value, int) and -(2**63) <= value < 2**63


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 300 and _NUMBER.fullmatch(value) is not None and not re.match(r"[+-]?0\d", value)
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= 32 and parse_uuid(value) is not None


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= 10 and parse_moment(value) is not None


_KINDS: tuple[tuple[FieldKind, Callable[[Any], bool]], ...] = (
    (FieldKind.BOOLEAN, _is_boolean),
    (FieldKind.INTEGER, _is_whole),
    (FieldKind.NUMBER, _is_number),
    (FieldKind.UUID, _is_uuid),
    (FieldKind.DATE, _is_date),
    (FieldKind.INSTANT, _is_instant),
)
"""The kinds in the order in which they are tried: all values must fit."""
