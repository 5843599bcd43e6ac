"""One seed and one moment make a canvass: the people who knock, and everything that they have found."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from .city import Household, households
from .residents import Resident, residents
from .rounds import Knock, Walklist, knocks, walklists

HOUSEHOLDS, CONTACTS, NOTES = 1_100, 2_000, 150
_CREW = (
    ("Marguerite", "Ostrander"), ("Devin", "Halvorsen"), ("Noemi", "Castellanos"), ("Casper", "Lindgreen"),
    ("Ayesha", "Rahmani"), ("Theo", "Brandvold"), ("Kaoru", "Ishiguro"), ("Lenora", "Whitcomb"),
    ("Matteo", "Ferraro"), ("Sunniva", "Tangen"), ("Jaleel", "Broussard"), ("Priscilla", "Amundsen"),
    ("Rowan", "Delacroix"), ("Ines", "Zavala"), ("Bertram", "Oyelaran"),
)  # fmt: skip
_ABOUT = (
    "Has a dog that barks but does not bite.", "Please ring twice, the bell is quiet.", "Works nights: after four.",
    "Asked for the leaflet in Spanish.", "Would host a meeting in the garden.", "Knows the bus drivers by name.",
    "Wants to hear what came out of it.", "Moves out at the end of the month.", "Side door, not the porch.",
    "Offered to drive neighbours to the hearing.", "Do not call before noon.", "Grandchildren take line C to school.",
)  # fmt: skip


class Canvasser(NamedTuple):
    """Somebody who works for the campaign. ``role`` is that of Polis: ``Administrator``, ``Manager``, ``Canvasser``."""

    first: str
    last: str
    role: str
    organization: int


class Canvass:
    """An invented canvass. The same ``seed``, ``scale`` and ``now`` (an aware datetime) give the same everywhere.

    Scale 1 has 1,100 households with 2,000 contacts and about 1,600 visits in two campaigns, one of which is over.
    Keys are positive integers, unique per kind.
    """

    organizations = ("Riders of Dane County", "Isthmus Team", "West Side Team")
    campaigns = (
        ("Better Buses 2026", "started", "Which lines people need, and who would sign for them."),
        ("Sunday Service", "complete", "Asking for buses on Sundays."),
    )

    def __init__(self, *, seed: int = 1, scale: float = 1, now: datetime) -> None:
        if scale <= 0:
            raise ValueError("scale must be above zero")
        self._seed, self._now = seed, now
        self.homes: list[Household] = households(seed, max(4, round(HOUSEHOLDS * scale)))
        self.people: list[Resident] = residents(seed, self.homes, max(8, round(CONTACTS * scale)), now.date())
        self.crew: list[Canvasser] = list(_crew(max(1, round(12 * min(scale, 125)))))
        self._knocking = [place for place, one in enumerate(self.crew) if one.role == "Canvasser"]
        self.walklists: list[Walklist] = walklists(seed, self.homes, self.people, len(self._knocking))
        today = now.date()
        self.periods: tuple[tuple[date, date], ...] = (
            (today - timedelta(days=56), today + timedelta(days=7)),
            (today - timedelta(days=240), today - timedelta(days=150)),
        )

    @property
    def size(self) -> int:
        """About how many records it has."""
        return len(self.crew) + len(self.people) + round(0.82 * len(self.people))

    def knocks(self) -> Iterator[Knock]:
        """Yield all visits, walklist by walklist; ``canvasser`` is an index of ``crew``."""
        found = knocks(
            self._seed, self.walklists, self.homes, self.people, len(self._knocking), self.periods, self._now
        )
        for knock in found:
            yield knock._replace(canvasser=self._knocking[knock.canvasser])

    def notes(self) -> Iterator[tuple[int, str]]:
        """Yield notes about residents: the key, and the text."""
        rng = Random(f"{self._seed} canvass notes")
        for _ in range(max(1, round(NOTES * len(self.people) / CONTACTS))):
            yield rng.randrange(len(self.people)) + 1, rng.choice(_ABOUT)


def _crew(knocking: int) -> Iterator[Canvasser]:
    roles = ["Administrator", "Manager", "Manager", *["Canvasser"] * knocking]
    for place, role in enumerate(roles):
        first, last = _CREW[place % len(_CREW)]
        again = place // len(_CREW)
        yield Canvasser(
            first, f"{last} {again + 1}" if again else last, role, max(0, place - 1) % 2 + 1 if place else 0
        )
