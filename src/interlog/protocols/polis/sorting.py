"""Sorts: in three spellings, by any pointer (spec 2.6).

``["id","ASC"]`` as JSON, with single quotes too, an array of such pairs, or the parameter given twice.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from interlog.model.expressions import Column, Order

from .errors import PolisError, unreadable
from .filter_conditions import Meaning
from .filter_lexer import FilterError, Path, path_in
from .operands import KINDS, Fixed, Known, Moment, Operand, Whole

MAX_KEYS = 8
"""By how many members a list is sorted at most."""

_MAX_LENGTH = 4_000
_DIRECTIONS = {"asc": False, "desc": True}


class Sorting(NamedTuple):
    """By what a list is sorted."""

    path: Path
    descending: bool = False


def sortings_of(values: Sequence[str]) -> list[Sorting]:
    """Return the sort of a request's parameters. Raises ``FormatError``."""
    given = [value.strip() for value in values if value.strip()]
    if not given:
        return []
    if not given[0].startswith("["):
        return [_pair(given)]
    found = [sorting for value in given for sorting in _of_json(value)]
    if len(found) > MAX_KEYS:
        raise unreadable(f"A list is sorted by at most {MAX_KEYS} members.")
    return found


def _of_json(text: str) -> list[Sorting]:
    if len(text) > _MAX_LENGTH:
        raise unreadable(f"A sort has at most {_MAX_LENGTH} characters.")
    for spelled in (text, text.replace("'", '"')):
        try:
            value = json.loads(spelled)
        except (ValueError, RecursionError):
            continue
        if value and all(isinstance(item, list) for item in value):
            return [_pair(item) for item in value]
        return [_pair(value)]
    raise _wrong(text)


def _pair(given: Sequence[Any]) -> Sorting:
    """Return a path with a direction, which may be missing."""
    if not 1 <= len(given) <= 2 or not all(isinstance(item, str) for item in given) or not given[0].strip():
        raise _wrong(json.dumps(given))
    direction = given[1].strip().lower() if len(given) == 2 else "asc"
    if direction not in _DIRECTIONS:
        raise _wrong(given[1])
    try:
        return Sorting(path_in(given[0].strip()), _DIRECTIONS[direction])
    except FilterError as error:
        raise unreadable(f"The sort cannot be read: {error.message}.", position=error.at, token=error.token) from None


def _wrong(token: str) -> PolisError:
    return unreadable(
        'The sort cannot be read: it is a JSON array such as ["id","ASC"], or sort=id&sort=ASC.', token=token[:60]
    )


def orders_of(sortings: Sequence[Sorting], meaning: Meaning) -> tuple[Order, ...]:
    """Return the orders of a sort; none where it is that of ids. What is missing comes last, or first where descending.

    Behind the id nothing counts: no two have the same.
    """
    orders: list[Order] = []
    for sorting in sortings:
        operand = meaning(sorting.path)
        orders += _orders(operand, descending=sorting.descending)
        if isinstance(operand, Known) and operand.expression == _ID:
            break
    return () if orders == [Order(_ID)] else tuple(orders)


_ID = Known(Column("id", KINDS[0])).expression


def _orders(operand: Operand, *, descending: bool) -> list[Order]:
    """Return the orders by an operand: of values of several kinds, numbers come before texts, those before booleans."""
    match operand:
        case Fixed() | Whole():
            return []
        case Known(expression) if expression == _ID:
            return [Order(expression, descending)]
        case Known(expression):
            return [Order(expression, descending, missing_last=True)]
        case Moment(column):
            return [Order(Column(column, KINDS[0]), descending)]
    text, number, boolean = (operand.read(kind) for kind in KINDS)
    return [Order(read, descending, missing_last=True) for read in (number, text, boolean) if read is not None]
