"""Whom a canvasser is to visit: the contacts of the walk lists and turfs that are assigned to them (§5.3).

A turf stands for the rectangle around its area, so that one condition of the store tells who is in it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..conditions import Among, And, Condition, Constant, Operator, Or, Relation
from ..expressions import Column, Expression, Field, Kind, Literal
from .resources import Resource

_POSITION = ("profile", "address", "position", "coordinates")
_LONGITUDE: Expression = Field((*_POSITION, 0), Kind.NUMBER)
_LATITUDE: Expression = Field((*_POSITION, 1), Kind.NUMBER)
_ID = Column("id", Kind.TEXT)


class Box(NamedTuple):
    """A rectangle on the map, its edges included."""

    west: float
    south: float
    east: float
    north: float


class Assigned(NamedTuple):
    """The contacts that are assigned to somebody: by their ids, or by where they live."""

    contacts: frozenset[str]
    boxes: tuple[Box, ...]

    def includes(self, contact: Resource) -> bool:
        """Whether a contact is among them."""
        if contact.id in self.contacts:
            return True
        here: Any = contact.data
        for name in _POSITION:
            here = here.get(name) or {}
        point: list[float] = list(here)
        return len(point) >= 2 and any(
            box.west <= point[0] <= box.east and box.south <= point[1] <= box.north for box in self.boxes
        )

    def condition(self) -> Condition:
        """Return the condition on contacts that holds for these alone."""
        parts: list[Condition] = [_within(box) for box in self.boxes]
        if self.contacts:
            parts.append(Among(_ID, tuple(sorted(self.contacts)), Kind.TEXT))
        return Or(tuple(parts)) if len(parts) > 1 else parts[0] if parts else Constant(False)


def assigned_by(walklists: Iterable[Resource], turfs: Iterable[Resource]) -> Assigned:
    """Return whom these walk lists and turfs assign."""
    ids = frozenset(id_ for walklist in walklists for id_ in walklist.data.get("contactIds", ()))
    boxes = (_around(turf.data.get("polygon") or {}) for turf in turfs)
    return Assigned(ids, tuple(box for box in boxes if box is not None))


def _around(area: dict[str, Any]) -> Box | None:
    points = list(_points(area.get("coordinates")))
    if not points:
        return None
    easts, norths = [point[0] for point in points], [point[1] for point in points]
    return Box(min(easts), min(norths), max(easts), max(norths))


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    """Yield the positions of an area of GeoJSON, however deep they stand in it."""
    if isinstance(coordinates, list) and coordinates:
        if isinstance(coordinates[0], list):
            for part in coordinates:
                yield from _points(part)
        elif len(coordinates) >= 2:
            yield coordinates[0], coordinates[1]


def _within(box: Box) -> Condition:
    def compared(left: Expression, operator: Operator, bound: float) -> Condition:
        return Relation(left, operator, Literal(repr(float(bound)), Kind.NUMBER))

    return And(
        (
            compared(_LONGITUDE, Operator.GREATER_OR_EQUAL, box.west),
            compared(_LONGITUDE, Operator.LESS_OR_EQUAL, box.east),
            compared(_LATITUDE, Operator.GREATER_OR_EQUAL, box.south),
            compared(_LATITUDE, Operator.LESS_OR_EQUAL, box.north),
        )
    )
