"""The demo world: one seed and one moment make a firm, everybody it knows and everything that happened."""

from collections.abc import Iterator
from datetime import datetime

from .calendar import Calendar
from .cast import FIRM, Cast
from .deals import make_deals
from .facts import Facts
from .notebook import Notebook
from .records import DemoInteraction, DemoNote, DemoOpportunity, DemoOrganization, DemoPerson
from .timeline import Timeline

INTERACTIONS = 20_000
PLANNED = 80
NOTES = 800


class World:
    """An invented firm. The same ``seed``, ``scale`` and ``now`` give the same world on every machine.

    Scale 1 has 20,000 interactions in the three years before ``now`` (an aware datetime) and 80 planned in the four
    weeks after; 50 has a million. Everything but the people, organizations and opportunities is made on the way, in
    the order of time, and each call makes it anew. All names are invented and all domains end in ``.example``.
    """

    def __init__(self, *, seed: int = 1, scale: float = 1, now: datetime) -> None:
        """Make the people, organizations and opportunities.

        Raises:
            ValueError: ``scale`` is not positive, or ``now`` has no time zone.
        """
        if scale <= 0:
            raise ValueError("scale must be above zero")
        self.firm = FIRM
        self._seed = seed
        self._calendar = Calendar(seed, now)
        self._cast = Cast(seed, scale, self._calendar)
        self._deals = make_deals(seed, scale, self._calendar, self._cast)
        for index, relation in enumerate([*self._cast.accounts, *self._deals]):
            relation.index = index
        self._facts = Facts(self._cast)
        self._past = max(1, round(INTERACTIONS * scale))
        self._planned = max(4, round(PLANNED * scale))
        self._notes = max(4, round(NOTES * scale))

    def counts(self) -> dict[str, int]:
        """Return how many of each there are, without making them."""
        return {
            "people": len(self._cast.persons),
            "organizations": len(self._cast.organizations),
            "opportunities": len(self._deals),
            "notes": self._notes,
            "interactions": self._past + self._planned,
        }

    def people(self) -> Iterator[DemoPerson]:
        """Yield all people by key, those of the firm first; the very first owns the tenant."""
        yield from self._cast.persons

    def organizations(self) -> Iterator[DemoOrganization]:
        """Yield all organizations by key."""
        yield from self._cast.organizations

    def opportunities(self) -> Iterator[DemoOpportunity]:
        """Yield all opportunities by key, which is the order in which they came up."""
        yield from (deal.opportunity for deal in self._deals)

    def notes(self) -> Iterator[DemoNote]:
        """Yield all notes, oldest first."""
        yield from Notebook(self._seed, self._notes, self._calendar, self._cast, self._deals, self._facts)

    def interactions(self) -> Iterator[DemoInteraction]:
        """Yield all interactions, oldest first, the planned ones last."""
        yield from Timeline(self._seed, self._past, self._planned, self._calendar, self._cast, self._deals, self._facts)
