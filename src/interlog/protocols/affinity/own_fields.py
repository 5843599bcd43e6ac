"""Fields of interactions, which the vendor has no way to say (spec 19): those that the type declares, and any others.

The built-in types take any values that JSON knows, within bounds that keep them readable by everybody.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from interlog.model.errors import Invalid, Problem
from interlog.model.ids import MAX_ID

MOST = 200
"""Fields of one interaction."""

_LONGEST_NAME = 200
_LONGEST_TEXT = 20_000
_MOST_VALUES = 2_000
_DEEPEST = 10


def merged(stored: Mapping[str, Any], said: Any) -> dict[str, Any]:
    """Return the fields that an interaction has once these were said: null takes one away. Raises ``Invalid``."""
    if not isinstance(said, dict):
        raise Invalid(Problem("fields", "must be an object", "type"))
    problems = list(_problems(said))
    found = {name: value for name, value in (dict(stored) | said).items() if value is not None}
    if len(found) > MOST:
        problems.append(Problem("fields", f"must not be more than {MOST}", "too_long"))
    if problems:
        raise Invalid(*problems)
    return found


def _problems(said: Mapping[str, Any]) -> Iterator[Problem]:
    left = [_MOST_VALUES]
    for name, value in said.items():
        if not name or len(name) > _LONGEST_NAME or not _is_storable(name):
            yield Problem("fields", f"must have names of 1 to {_LONGEST_NAME} readable characters")
        elif (message := _fault(value, _DEEPEST, left)) is not None:
            yield Problem(f"fields.{name}", message)


def _fault(value: Any, depth: int, left: list[int]) -> str | None:
    """Return what keeps a value from being stored; ``left``: how many there may be."""
    left[0] -= 1
    if left[0] < 0:
        return f"must not have more than {_MOST_VALUES} values together with the others"
    match value:
        case None | bool():
            return None
        case int() | float():
            return None if -MAX_ID <= value <= MAX_ID else f"must be a number from -{MAX_ID} to {MAX_ID}"
        case str():
            is_fine = len(value) <= _LONGEST_TEXT and _is_storable(value)
            return None if is_fine else f"must be at most {_LONGEST_TEXT} readable characters"
    if not depth:
        return f"must not be nested more than {_DEEPEST} levels deep"
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    return next((message for item in inner if (message := _fault(item, depth - 1, left)) is not None), None)


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
