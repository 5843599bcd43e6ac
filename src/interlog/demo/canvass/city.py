"""The town: a grid of streets, and households along them, denser towards the centre."""

import math
from random import Random
from typing import NamedTuple

from ..places import words

CITY, STATE, COUNTY, COUNTRY = "Madison", "WI", "Dane", "United States"
CENTRE = (43.0731, -89.4012)
"""Latitude and longitude."""

_RADIUS = 6.0  # kilometres
_SCALE = 2.5  # kilometres in which the density falls to a third
_BLOCK = 0.4  # kilometres between two streets
_PLOT = 0.015  # kilometres between two houses
_FLATS = 0.22

_ALONG = words(
    "Alder Street,Birchbark Lane,Cattail Street,Dogwood Avenue,Elderberry Lane,Foxglove Street,Gooseberry Lane,"
    "Heron Street,Ironwood Avenue,Juneberry Street,Kingfisher Lane,Larch Street,Mallard Avenue,Nuthatch Lane,"
    "Oriole Street,Pickerel Avenue,Quarry Lane,Redwing Street,Sandhill Avenue,Tamarack Street,Upland Lane,"
    "Viburnum Street,Walleye Avenue,Yarrow Lane,Zinnia Street,Bluestem Avenue,Clover Lane,Dragonfly Street,"
    "Egret Avenue,Fern Street",
    ",",
)
_ACROSS = words(
    "Anvil Road,Beacon Street,Cooper Road,Drum Street,Eastgate Road,Ferry Street,Granary Road,Harness Street,"
    "Icehouse Road,Joiner Street,Kettle Road,Lantern Street,Millrace Road,Needle Street,Orchard Road,Potter Street,"
    "Quill Road,Ropewalk Street,Saddler Road,Tanner Street,Upper Road,Vintner Street,Wheelwright Road,"
    "Yeoman Street,Barley Road,Cider Street,Depot Road,Engine Street,Foundry Road,Glazier Street",
    ",",
)


class Household(NamedTuple):
    """An address and, in a house with flats, a unit. ``lat`` and ``lng`` are None where nobody knows them."""

    key: int
    number: int
    street: str
    unit: str
    postal_code: str
    lat: float | None
    lng: float | None

    @property
    def line(self) -> str:
        """Number and street, as one writes them."""
        return f"{self.number} {self.street}"


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return how far east and north another place is, for places of one town."""
    return (
        (other[1] - one[1]) * 111.32 * math.cos(math.radians(one[0])),
        (other[0] - one[0]) * 110.574,
    )


def moved(place: tuple[float, float], east: float, north: float) -> tuple[float, float]:
    """Return the place so many kilometres east and north of another, to a tenth of a metre."""
    lat = place[0] + north / 110.574
    lng = place[1] + east / (111.32 * math.cos(math.radians(place[0])))
    return round(lat, 6), round(lng, 6)


def households(seed: int, count: int) -> list[Household]:
    """Return this many households, no two at one address and unit."""
    rng = Random(f"{seed} households")
    taken: dict[tuple[int, str], int] = {}
    found = []
    for key in range(1, count + 1):
        east, north = _place(rng)
        along = rng.random() < 0.5
        street = _line(north if along else east)
        name = (_ALONG if along else _ACROSS)[street]
        position = round((east if along else north) / _PLOT)
        number = 2 * (position + round(_RADIUS / _PLOT)) + 100 + rng.randrange(2)
        place = (position * _PLOT, (street - 14.5) * _BLOCK) if along else ((street - 14.5) * _BLOCK, position * _PLOT)
        there = taken.get((number, name), 0)
        taken[number, name] = there + 1
        unit = f"Apt {there + 1}" if there or rng.random() < _FLATS else ""
        known = rng.random() >= 0.02
        lat, lng = moved(CENTRE, *place)
        postal_code = f"537{3 + (east > 0) + 2 * (north > 0):02d}"
        found.append(Household(key, number, name, unit, postal_code, lat if known else None, lng if known else None))
    return found


def _place(rng: Random) -> tuple[float, float]:
    """Return kilometres east and north of the centre."""
    while True:
        radius = rng.gammavariate(2, _SCALE)
        if radius <= _RADIUS - _BLOCK:
            angle = rng.uniform(0, 2 * math.pi)
            return radius * math.cos(angle), radius * math.sin(angle)


def _line(offset: float) -> int:
    return max(0, min(29, round(offset / _BLOCK + 14.5)))
