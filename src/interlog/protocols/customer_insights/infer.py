"""A definition proposed from sample rows: ``POST …/interactions/{name}/infer`` with CSV, JSON or NDJSON (spec 9.9).

What is proposed is a body for the PUT of the type. Nothing is stored.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from interlog.model.ids import parse_uuid
from interlog.model.instants import parse_moment

from . import bodies
from .defining import check_name
from .errors import ApiError
from .fields import MAX_FIELDS, STRING_LENGTH, Document, is_identifier
from .operations import Call, Reply
from .requests import read_bytes

MAX_ROWS = 1_000
"""How many rows are looked at; a sample need not be longer."""

_CSV = frozenset({"text/csv", "application/csv", "text/plain"})
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_KEY = re.compile(r"(id|key|number|code|ref)$", re.IGNORECASE)


async def propose(call: Call) -> Reply:
    """Return a definition of the type that the rows of the body would be instances of."""
    name = call.path["name"]
    check_name(name)
    data = await read_bytes(call)
    rows = _rows(data, (call.request.content_type or "").partition(";")[0].strip().lower())
    if not rows:
        raise ApiError(400, "InvalidRequestContent", "The body must hold at least one row.")
    fields = [_field(column, [row.get(column) for row in rows]) for column in _columns(rows)]
    proposal: Document = {"typeName": name, "fields": [field for field in fields if field is not None]}
    keys = [field["fieldName"] for field in proposal["fields"] if _may_be_key(field, rows)]
    proposal["idPropertyNames"] = [key for key in keys if _KEY.search(key)][:1] or keys[:1]
    dates = [f["fieldName"] for f in proposal["fields"] if f["fieldType"] in ("Edm.DateTimeOffset", "Edm.Date")]
    if dates:
        proposal["timestampFieldName"] = dates[0]
    return Reply(proposal)


def _rows(data: bytes, media_type: str) -> list[Mapping[str, Any]]:
    """Return the first rows of a body, whose first character tells JSON from CSV where its type does not."""
    if media_type in _CSV and data.lstrip()[:1] not in (b"{", b"["):
        try:
            text = data.decode("utf-8-sig")
            reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
            found: list[Mapping[str, Any]] = [
                {key: value or None for key, value in row.items() if isinstance(key, str)}
                for row in islice(reader, MAX_ROWS)
            ]
        except (UnicodeDecodeError, csv.Error) as error:
            raise ApiError(400, "InvalidRequestContent", f"The body is no CSV: {error}.") from None
        return found
    sent = bodies.read(data, media_type)
    for item in sent.items:
        if isinstance(item, bodies.Malformed):
            raise item.error
    given: list[Mapping[str, Any]] = [item for item in sent.items if not isinstance(item, bodies.Malformed)]
    return given[:MAX_ROWS]


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that a field may have, in the order of their first appearance."""
    names = dict.fromkeys(name for row in rows for name in row if is_identifier(name))
    return list({name.casefold(): name for name in reversed(names)}.values())[::-1][:MAX_FIELDS]


def _field(name: str, values: Sequence[Any]) -> Document | None:
    """Return the field of a column; None where its values are objects, which only undeclared properties can be."""
    given = [value for value in values if value is not None]
    is_array = bool(given) and all(isinstance(value, list) for value in given)
    items = [item for value in given for item in value] if is_array else given
    if any(isinstance(item, (dict, list)) for item in items):
        return None
    type_ = next((type_ for type_, fits in _TYPES if items and all(fits(item) for item in items)), "Edm.String")
    field: Document = {"fieldName": name, "fieldType": type_, "isRequired": len(given) == len(values)}
    if is_array:
        field["isArray"] = True
    longest = max((len(str(item)) for item in items), default=0)
    if type_ == "Edm.String" and longest > STRING_LENGTH:
        field["maxLength"] = 1024 * 1024
    return field


def _may_be_key(field: Document, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether each row has a value of its own in a field, of a type that can identify."""
    if field.get("isArray") or not field["isRequired"] or field["fieldType"] not in _IDENTIFYING:
        return False
    values = [row.get(field["fieldName"]) for row in rows]
    return len(set(values)) == len(values)


_IDENTIFYING = frozenset({"Edm.String", "Edm.Guid", "Edm.Int32", "Edm.Int64"})


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))


def _is_whole(bits: int) -> Callable[[Any], bool]:
    bound = 2 ** (bits - 1)

    def fits(value: Any) -> bool:
        if isinstance(value, bool):
            return False
        if isinstance(value, str):
            if not _WHOLE.fullmatch(value) or (value.lstrip("+-") != "0" and value.lstrip("+-").startswith("0")):
                return False  # leading zeros are part of a text, such as a postal code
            value = int(value)
        return isinstance(value, int) and -bound <= value < bound

    return fits


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 300 and _NUMBER.fullmatch(value) is not None and not re.match(r"[+-]?0\d", value)
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _is_guid(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= 32 and parse_uuid(value) is not None


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= 10 and parse_moment(value) is not None


_TYPES: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("Edm.Boolean", _is_boolean),
    ("Edm.Int32", _is_whole(32)),
    ("Edm.Int64", _is_whole(64)),
    ("Edm.Double", _is_number),
    ("Edm.Guid", _is_guid),
    ("Edm.Date", _is_date),
    ("Edm.DateTimeOffset", _is_moment),
)
"""The types in the order in which they are tried: all values must fit."""
