"""Turfs: areas on the map (spec 4.12)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .operations import Call
from .resources import Draft, Kind, Reference, check_user, operations_of
from .shapes import MISSING, Many, Number, Reading, Shape, Text, Thing, Uuid

_MOST_POINTS = 10_000


class _Position(Shape):
    """A position of GeoJSON: longitude, latitude, and perhaps a height."""

    _parts = (Number(-180, 180), Number(-90, 90), Number())

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, list) or len(value) not in (2, 3):
            return reading.wrong(path, "must be an array of longitude and latitude", "array.length")
        return [self._parts[place].read(part, f"{path}/{place}", reading) for place, part in enumerate(value)]


class _Ring(Shape):
    """A ring of GeoJSON: at least four positions, of which the last is the first."""

    _positions = Many(_Position(), least=4, most=_MOST_POINTS)

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = self._positions.read(value, path, reading)
        if found is not MISSING and len(value) >= 4 and value[0] != value[-1]:
            reading.wrong(f"{path}/{len(value) - 1}", "must be the first position again", "any.allowOnly")
        return found


_RINGS = Many(_Ring(), least=1, most=100)


class _Area(Shape):
    """A polygon of GeoJSON, or several."""

    _coordinates: Mapping[str, Shape] = {"Polygon": _RINGS, "MultiPolygon": Many(_RINGS, least=1, most=100)}

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(path, "must be an object", "object.base")
        coordinates = self._coordinates.get(str(value.get("type")))
        if coordinates is None:
            return reading.wrong(f"{path}/type", f"must be one of {', '.join(self._coordinates)}", "any.allowOnly")
        return Thing({"type": Text(), "coordinates": coordinates}, required=("coordinates",)).read(value, path, reading)


SHAPE = Thing(
    {"name": Text(longest=256), "campaignId": Uuid(), "polygon": _Area(), "assignedTo": Uuid()},
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "campaignId" in data:
        yield Reference("/campaignId", "campaigns", data["campaignId"])


async def _complete(call: Call, draft: Draft) -> None:
    await check_user(call, draft, "assignedTo")


KIND = Kind("turfs", SHAPE, "4.12", refers=_refers, complete=_complete)

OPERATIONS = operations_of(KIND)
