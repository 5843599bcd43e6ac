"""Segments: which survey is asked of which contact (§4.6)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str, ...]
Spelling: TypeAlias = Callable[[Path], Path]
"""Turns a pointer's path below the data, as a client writes it, into that of what is stored."""

OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "in")
"""How a clause compares."""

DEFAULT_CRITERIA = {"filter": "all", "clauses": [{"source": "1", "operator": "eq", "value": "1"}]}
"""The criteria that every contact meets, in the vendor's idiom."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_MISSING = object()


def matches(criteria: Mapping[str, Any], data: Mapping[str, Any], spelling: Spelling = tuple) -> bool:
    """Whether a contact meets criteria: any of their clauses, or all.

    A source that is no pointer is a value itself; one that is may begin with ``/data`` or not. What is not there meets
    nothing but ``neq``; of an array, one element has to meet it.
    """
    found = (_meets(clause, data, spelling) for clause in criteria["clauses"])
    return any(found) if criteria["filter"] == "any" else all(found)


def winner(
    segments: Iterable[Mapping[str, Any]], data: Mapping[str, Any], spelling: Spelling = tuple
) -> Mapping[str, Any] | None:
    """Return the segment that decides for a contact: of those that match the one of the highest precedence."""
    ordered = sorted(segments, key=lambda segment: segment["precedence"], reverse=True)
    return next((segment for segment in ordered if matches(segment["criteria"], data, spelling)), None)


def _meets(clause: Mapping[str, Any], data: Mapping[str, Any], spelling: Spelling) -> bool:
    source, operator, wanted = clause["source"], clause["operator"], clause["value"]
    value = _at(source, data, spelling) if source.startswith("/") else source
    if value is _MISSING or value is None:
        return bool(operator == "neq")
    values = value if isinstance(value, list) else [value]
    if operator == "neq":
        return not any(_compared(item, wanted, "eq") for item in values)
    candidates = wanted if operator == "in" else [wanted]
    how = "eq" if operator == "in" else operator
    return any(_compared(item, candidate, how) for item in values for candidate in candidates)


def _compared(value: Any, wanted: Any, operator: str) -> bool:
    """Compare as numbers where both sides read as numbers, else as texts; what is neither is only equal or not."""
    numbers = _number(value), _number(wanted)
    left: Any
    right: Any
    if numbers[0] is not None and numbers[1] is not None:
        left, right = numbers
    elif isinstance(value, (dict, list)) or isinstance(wanted, (dict, list)):
        return bool(operator == "eq" and value == wanted)
    else:
        left, right = _text(value), _text(wanted)
    match operator:
        case "eq":
            return bool(left == right)
        case "gt":
            return bool(left > right)
        case "gte":
            return bool(left >= right)
        case "lt":
            return bool(left < right)
        case _:
            return bool(left <= right)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and len(value) < 40 and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _at(pointer: str, data: Mapping[str, Any], spelling: Spelling) -> Any:
    """Return what a pointer points to."""
    path = tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))
    value: Any = data
    for part in spelling(path[1:] if path[0] == "data" else path):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and len(part) < 9 and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value
