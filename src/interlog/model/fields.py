"""Fields that users add to persons, organizations and opportunities, and what is allowed as their values."""

from enum import IntEnum
from math import isfinite
from typing import Any, NamedTuple

from msgspec import Struct

from .errors import Problem
from .ids import MAX_ID
from .instants import parse_moment
from .parties import Party, PersonKind


class ValueType(IntEnum):
    """What a field holds."""

    PERSON = 0
    ORGANIZATION = 1
    DROPDOWN = 2  # a text of an open set: one that is new is added to the options
    NUMBER = 3
    DATE = 4
    LOCATION = 5
    TEXT = 6
    RANKED_DROPDOWN = 7  # one of the options
    FILTERABLE_TEXT = 10


DROPDOWNS = (ValueType.DROPDOWN, ValueType.RANKED_DROPDOWN)

REFERENCES = {ValueType.PERSON: Party.PERSON, ValueType.ORGANIZATION: Party.ORGANIZATION}
"""The fields that name somebody."""

LOCATION_PARTS = ("street_address", "city", "state", "country", "continent")

MAX_TEXT = 10_000
MAX_OPTION = 500
MAX_OPTIONS = 1_000


class Option(Struct, frozen=True, array_like=True):
    """An option of a dropdown. ``color``: a number that clients have colours for."""

    id: int
    text: str
    rank: int
    color: int = 0


class Field(Struct, frozen=True, kw_only=True):
    """A field of all parties of a kind, or, with ``list_id``, of the entries of one list."""

    id: int
    name: str
    kind: Party
    value_type: ValueType
    list_id: int | None = None
    allows_multiple: bool = False
    is_required: bool = False
    options: tuple[Option, ...] = ()
    creator: int
    created_at: int
    version: int = 1


class FieldDraft(Struct, frozen=True, kw_only=True):
    """A field to be created. ``options``: text, rank and colour of each option that it begins with."""

    name: str
    kind: Party
    value_type: ValueType
    list_id: int | None = None
    allows_multiple: bool = False
    is_required: bool = False
    options: tuple[tuple[str, int, int], ...] = ()


class FieldValue(Struct, frozen=True, kw_only=True, gc=False):
    """A value that a party, or one of its entries, has in a field.

    ``value`` is as stored: the id of a person, organization or option, a number, an instant, a text, or the five parts
    of a location.
    """

    id: int
    field_id: int
    kind: Party
    party: int
    entry: int | None
    value: Any
    created_at: int
    updated_at: int | None = None
    version: int = 1


class NamedPerson(Struct, frozen=True, array_like=True, gc=False):
    """A person as a value names him."""

    id: int
    kind: PersonKind
    first_name: str
    last_name: str
    primary_email: str | None


class NamedOrganization(Struct, frozen=True, array_like=True, gc=False):
    """An organization as a value names it."""

    id: int
    name: str
    domains: tuple[str, ...]

    @property
    def domain(self) -> str | None:
        """The main domain."""
        return self.domains[0] if self.domains else None


class Cell(NamedTuple):
    """A value, and whom it names, if anybody."""

    value: FieldValue
    named: NamedPerson | NamedOrganization | None = None


class ChangeAction(IntEnum):
    """What became of a value."""

    CREATE = 0
    DELETE = 1
    UPDATE = 2


class ValueChange(Struct, frozen=True, kw_only=True, gc=False):
    """One change of a value: what it was made, or, where it was deleted, what it was."""

    id: int
    field_id: int
    kind: Party
    party: int
    entry: int | None
    action: ChangeAction
    changer: int
    at: int
    value: Any


class Refused(Exception):
    """Why something is no value of a field."""

    @property
    def problem(self) -> Problem:
        """The problem, at the value."""
        return Problem("value", str(self), "type")


def plain_value(field: Field, given: Any, *, option_ids: bool = False) -> Any:
    """Return a value as stored; for a text that is no option of an open dropdown yet, the text.

    ``option_ids``: the options of open dropdowns are given by their ids, too, as those of the others are.
    Raises ``Refused``. Whether who is named is there is left to the caller.
    """
    match field.value_type:
        case ValueType.PERSON | ValueType.ORGANIZATION:
            return _id(given)
        case ValueType.DROPDOWN:
            return _option(field, given) if option_ids else _open_option(field, given)
        case ValueType.NUMBER:
            return _number(given)
        case ValueType.DATE:
            moment = parse_moment(given) if isinstance(given, str) else None
            if moment is None:
                raise Refused("must be an ISO 8601 date and time")
            return moment.instant
        case ValueType.LOCATION:
            return _location(given)
        case ValueType.TEXT | ValueType.FILTERABLE_TEXT:
            return _text(given, MAX_TEXT)
        case ValueType.RANKED_DROPDOWN:
            return _option(field, given)


def option_of(field: Field, id_: int) -> Option | None:
    """Return an option of a field by its id."""
    return next((option for option in field.options if option.id == id_), None)


def _id(given: Any) -> int:
    number = _whole(given)
    if number is None or not 0 < number <= MAX_ID:
        raise Refused("must be an id")
    return number


def _whole(given: Any) -> int | None:
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdecimal() and len(given) <= 20:
        given = int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _number(given: Any) -> int | float:
    try:
        if isinstance(given, (int, float, str)) and not isinstance(given, bool) and isfinite(number := float(given)):
            return int(number) if number.is_integer() and abs(number) <= MAX_ID else number
    except (ValueError, OverflowError):
        pass
    raise Refused("must be a number")


def _text(given: Any, longest: int) -> str:
    if not isinstance(given, str):
        raise Refused("must be a text")
    if not given.strip():
        raise Refused("must not be empty")
    if len(given) > longest:
        raise Refused(f"must not be longer than {longest} characters")
    if "\x00" in given or any("\ud800" <= character <= "\udfff" for character in given):
        raise Refused("must be readable text: it holds characters that cannot be stored")
    return given


def _location(given: Any) -> dict[str, str | None]:
    if not isinstance(given, dict):
        raise Refused(f"must be an object with {', '.join(LOCATION_PARTS)}")
    found: dict[str, str | None] = {}
    for name in LOCATION_PARTS:
        part = given.get(name)
        try:
            found[name] = _text(part, MAX_OPTION) if part not in (None, "") else None
        except Refused as error:
            raise Refused(f"{name} {error}") from None
    if not any(found.values()):
        raise Refused("must name a place")
    return found


def _option(field: Field, given: Any) -> int:
    number = _whole(given)
    if number is None or option_of(field, number) is None:
        raise Refused("must be the id of one of the field's options")
    return number


def _open_option(field: Field, given: Any) -> int | str:
    text = _text(given, MAX_OPTION).strip()
    found = next((option.id for option in field.options if option.text == text), None)
    if found is None and len(field.options) >= MAX_OPTIONS:
        raise Refused(f"cannot be added: the field has {MAX_OPTIONS} options")
    return text if found is None else found
