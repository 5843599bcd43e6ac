"""Searching persons, organizations and what stands on lists by what stands in their fields."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from .fields import Field, ValueType
from .parties import Party


class Side(StrEnum):
    """Where in a text another one is looked for."""

    ANYWHERE = "anywhere"
    BEGINNING = "beginning"
    END = "end"


class Among(Struct, frozen=True):
    """A value that is one of these: ids, or texts exactly as they are."""

    values: tuple[int | str, ...]


class Within(Struct, frozen=True):
    """A number or an instant between two bounds, each of which is in itself or not; None is no bound."""

    low: float | None = None
    high: float | None = None
    with_low: bool = True
    with_high: bool = True


class Holding(Struct, frozen=True):
    """A text that holds another one, whatever the case of its letters."""

    text: str
    side: Side = Side.ANYWHERE


class At(Struct, frozen=True):
    """A location of which these parts are exactly so: pairs of the name of a part and what it is."""

    parts: tuple[tuple[str, str], ...]


What: TypeAlias = Among | Within | Holding | At | None
"""What a value is like; None is any value."""


class Column(Struct, frozen=True):
    """A field, as far as a search must know it. ``of_list``: it is the entry's, and not the party's."""

    id: int
    type: ValueType
    of_list: bool = False


class Has(Struct, frozen=True):
    """That a field has a value that is like this (``some``), or has none that is."""

    column: Column
    some: bool
    what: What = None


class Group(Struct, frozen=True):
    """Parts that must all be so, or of which one must be; of none at all, what must all be so is."""

    every: bool
    parts: "tuple[Has | Group, ...]"


class Sort(Struct, frozen=True):
    """An order by the first value of a field; ``keys`` is what the options of a dropdown are ordered by."""

    column: Column
    descending: bool = False
    keys: tuple[tuple[int, int | str], ...] = ()


class Criteria(Struct, frozen=True, kw_only=True):
    """What is searched for. ``term`` is a part of a name, an address or a domain, or stands in one of the ``fields``.

    Without ``sorts`` the order is that of ids; with them, who has no value comes last, and ids decide what is equal.
    """

    filter: Group | None = None
    sorts: tuple[Sort, ...] = ()
    term: str | None = None
    fields: tuple[Has, ...] = ()


class Scope(Struct, frozen=True):
    """Where is searched: all parties of a kind, or what stands on a list of them."""

    kind: Party
    list_id: int | None = None


def column_of(field: Field) -> Column:
    """Return a field as a search knows it."""
    return Column(field.id, field.value_type, of_list=field.list_id is not None)
