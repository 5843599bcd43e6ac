"""By what fields can be searched and sorted (spec 14.6), and what a search says of them."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from interlog.model.errors import Problem
from interlog.model.fields import Field, ValueType
from interlog.model.ids import MAX_ID
from interlog.model.party_search import Among, At, Column, Group, Has, Holding, Side, Sort, What, Within, column_of

from .search_dates import UNITS, range_of
from .translate_fields import PLACES, value_type

MOST_VALUES = 100
MOST_TEXT = 1_000

_EMPTY = {"is-empty": "none", "is-not-empty": "none"}
_ANY = {"is-any-of": "multi", "is-none-of": "multi"}
_MANY = {"has-any-of": "multi", "has-all-of": "multi", "has-none-of": "multi"}
_TEXTS = dict.fromkeys(("contains", "does-not-contain", "starts-with", "ends-with"), "one")
_NUMBERS = dict.fromkeys(
    ("is-equal-to", "is-not-equal-to", "is-greater-than", "is-greater-than-or-equal-to", "is-less-than",
     "is-less-than-or-equal-to"),
    "one",
) | {"is-between": "two"}  # fmt: skip
_RELATIVE = {
    "is-between-relative": "two",
    **dict.fromkeys(
        ("is-within-the-last", "is-not-within-the-last", "is-within-the-next", "is-not-within-the-next",
         "is-exactly-relative", "is-not-exactly-relative", "is-less-than-relative", "is-less-than-or-equal-to-relative",
         "is-more-than-relative", "is-more-than-or-equal-to-relative"),
        "one",
    ),
}  # fmt: skip
_DATES = dict.fromkeys(("is-on", "is-not-on", "is-before", "is-after", "is-on-or-before", "is-on-or-after"), "one") | {
    "is-between": "two",
    **_RELATIVE,
}
OPERATORS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("person", "company", "dropdown", "ranked-dropdown", "location", "filterable-text"), _ANY | _EMPTY),
    **dict.fromkeys(
        ("person-multi", "company-multi", "dropdown-multi", "location-multi", "filterable-text-multi"), _MANY | _EMPTY
    ),
    "text": _TEXTS | _EMPTY,
    "number": _NUMBERS | _EMPTY,
    "date": _DATES | _EMPTY,
}
"""What can be said of fields, by what they hold as filters name it, and how many values each operator takes."""

_NEGATIVE = {
    "is-none-of": "is-any-of",
    "has-none-of": "has-any-of",
    "does-not-contain": "contains",
    "is-not-equal-to": "is-equal-to",
    "is-not-on": "is-on",
    "is-not-within-the-last": "is-within-the-last",
    "is-not-within-the-next": "is-within-the-next",
    "is-not-exactly-relative": "is-exactly-relative",
}
"""What is said of fields that have no value of a kind; so also of those that have none at all."""

_SIDES = {"contains": Side.ANYWHERE, "starts-with": Side.BEGINNING, "ends-with": Side.END}


def filter_type(item: Field) -> str | None:
    """Return what filters call the values of a field; None where they cannot be about it."""
    name = {"datetime": "date"}.get(value_type(item), value_type(item))
    return name if name in OPERATORS else None


def filterability(item: Field) -> dict[str, Any] | None:
    """Return what filters can say of a field, as its metadata show it."""
    name = filter_type(item)
    if name is None:
        return None
    operators = []
    for operator, values in OPERATORS[name].items():
        units = {"relativeDateUnits": list(UNITS)} if operator in _RELATIVE else {}
        operators.append({"id": operator, "name": operator.replace("-", " "), "numberOfValuesRequired": values} | units)
    return {"filterableFieldType": "field-only", "operators": operators}


def sortability(item: Field) -> dict[str, Any] | None:
    """Return how a field can be sorted by, as its metadata show it."""
    return None if item.value_type is ValueType.LOCATION else {"sortableFieldType": "field-only"}


def sort_by(item: Field, *, descending: bool) -> Sort:
    """Return the order by a field: of options by their ranks or texts, of whoever is named by names."""
    keys: Iterable[tuple[int, int | str]] = ()
    if item.value_type is ValueType.RANKED_DROPDOWN:
        keys = ((option.id, option.rank) for option in item.options)
    elif item.value_type is ValueType.DROPDOWN:
        keys = ((option.id, option.text.upper()) for option in item.options)
    return Sort(column_of(item), descending, tuple(keys))


def holding(item: Field, term: str) -> Has | None:
    """Return that a term stands in a field; None where none of its values can hold it."""
    column = column_of(item)
    match item.value_type:
        case ValueType.PERSON | ValueType.ORGANIZATION:
            return Has(column, some=True)  # with the term in whom it names
        case ValueType.TEXT | ValueType.FILTERABLE_TEXT:
            return Has(column, True, Holding(term))
        case ValueType.DROPDOWN | ValueType.RANKED_DROPDOWN:
            wanted = term.upper()
            return Has(column, True, Among(tuple(one.id for one in item.options if wanted in one.text.upper())))
    return None


def condition_of(item: Field, operator: str, given: Any, path: str, problems: list[Problem]) -> Has | Group | None:
    """Return what an operator of a field's type says of a value; None, with what is wrong noted, where that is none."""
    column = column_of(item)
    if operator in _EMPTY:
        return Has(column, some=operator == "is-not-empty")
    positive = _NEGATIVE.get(operator, operator)
    if positive in ("is-any-of", "has-any-of", "has-all-of"):
        whats = _several(item, given, path, problems)
        if positive == "has-all-of":
            return Group(True, tuple(Has(column, True, what) for what in whats))
        return _any_of(column, whats, some=positive == operator)
    what = _single(item, positive, given)
    if isinstance(what, str):
        problems.append(Problem(path, what, "type"))
        return None
    return Has(column, positive == operator, what)


def _any_of(column: Column, whats: Sequence[What], *, some: bool) -> Has | Group:
    """Return that a field has a value like one of these, or none that is."""
    among = [value for what in whats if isinstance(what, Among) for value in what.values]
    if len(among) == len(whats):
        return Has(column, some, Among(tuple(among)))
    return Group(not some, tuple(Has(column, some, what) for what in whats))


def _single(item: Field, operator: str, given: Any) -> What | str:
    if item.value_type is ValueType.DATE:
        return range_of(operator, given)
    if operator in _SIDES:
        if not isinstance(given, str) or not _readable(given):
            return f"must be a text of 1 to {MOST_TEXT} characters"
        return Holding(given, _SIDES[operator])
    if operator == "is-between":
        if not isinstance(given, list) or len(given) != 2 or not all(map(_is_number, given)) or given[0] > given[1]:
            return "must be two numbers, the smaller one first"
        return Within(given[0], given[1])
    if not _is_number(given):
        return "must be a number"
    match operator:
        case "is-equal-to":
            return Within(given, given)
        case "is-greater-than":
            return Within(given, None, with_low=False)
        case "is-greater-than-or-equal-to":
            return Within(given, None)
        case "is-less-than":
            return Within(None, given, with_high=False)
    return Within(None, given)


def _several(item: Field, given: Any, path: str, problems: list[Problem]) -> list[What]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_VALUES:
        problems.append(Problem(path, f"must be a list of 1 to {MOST_VALUES} values", "type"))
        return []
    found: list[What] = []
    for place, one in enumerate(given):
        what = _one(item, one)
        if isinstance(what, str):
            problems.append(Problem(f"{path}[{place}]", what, "type"))
        else:
            found.append(what)
    return found


def _one(item: Field, given: Any) -> What | str:
    match item.value_type:
        case ValueType.PERSON | ValueType.ORGANIZATION:
            return _id(given, "id")
        case ValueType.DROPDOWN | ValueType.RANKED_DROPDOWN:
            return _id(given, "dropdownOptionId")
        case ValueType.LOCATION:
            if not isinstance(given, dict) or not given or given.keys() - PLACES.values():
                return f"must be an object with some of {', '.join(PLACES.values())}"
            if not all(isinstance(part, str) and _readable(part) for part in given.values()):
                return "must have texts as its parts"
            return At(tuple((name, given[public]) for name, public in PLACES.items() if public in given))
    if item.value_type is ValueType.NUMBER:
        return Among((given,)) if _is_number(given) else "must be a number"
    return Among((given,)) if isinstance(given, str) and _readable(given) else "must be a text"


def _id(given: Any, name: str) -> What | str:
    id_ = given.get(name) if isinstance(given, dict) else None
    if not isinstance(id_, int) or isinstance(id_, bool) or not 1 <= id_ <= MAX_ID:
        return f"must be an object with {name}"
    return Among((id_,))


def _is_number(given: Any) -> bool:
    try:
        return isinstance(given, (int, float)) and not isinstance(given, bool) and isfinite(given)
    except OverflowError:
        return False


def _readable(text: str) -> bool:
    return 0 < len(text) <= MOST_TEXT and "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
