"""Relationships: an account (an organization, or a person without one) and a deal with it.

Both are what a conversation belongs to: people on the other side, a team on ours, a salt that keeps its wording apart
from that of others, and a pull: how much happens in it at a given time.
"""

from itertools import accumulate
from random import Random

from .records import DemoOpportunity, DemoOrganization
from .sectors import Sector

ALWAYS = 1 << 30


class Contact:
    """An external person as the firm knows him or her.

    ``circle`` is the team that works with the person's main organization, ``knowers`` those of it who know the person.
    ``since`` and ``until`` are days.
    """

    __slots__ = ("circle", "first", "full", "key", "knowers", "mail", "since", "until")

    def __init__(
        self, key: int, first: str, last: str, mail: bool, circle: tuple[int, ...], knowers: tuple[int, ...]
    ) -> None:
        self.key = key
        self.first = first
        self.full = f"{first} {last}"
        self.mail = mail
        self.circle = circle
        self.knowers = knowers
        self.since = 0
        self.until = ALWAYS


class Relation:
    """What accounts and deals have in common. ``second`` is the colleague whom the first of the team turns to."""

    __slots__ = ("contacts", "facts", "index", "opportunities", "pull", "reach", "salt", "second", "team")

    def __init__(self, team: tuple[int, ...], second: int, salt: int, pull: float) -> None:
        self.team = team
        self.second = second
        self.salt = salt
        self.pull = pull
        self.contacts: list[Contact] = []
        self.reach: list[float] = []
        self.opportunities: tuple[int, ...] = ()
        self.facts: dict[str, str] | None = None
        self.index = 0

    def seal(self, rng: Random) -> None:
        """Fix who is talked to how often: a few people do most of the talking."""
        self.reach = list(accumulate(rng.uniform(0.4, 1.6) / (rank + 1) ** 0.65 for rank in range(len(self.contacts))))


class Account(Relation):
    """The lasting relationship. Weeks count from the first day of the three years.

    It grows for ``ramp`` weeks from ``start``, holds, fades and then rests at a small share of its pull. A company is
    ``owned_from`` the day the firm invested in it.
    """

    __slots__ = (
        "deals",
        "fade",
        "guests",
        "hold",
        "kind",
        "organization",
        "owned_from",
        "ramp",
        "rest",
        "sector",
        "start",
    )

    def __init__(
        self,
        *,
        kind: str,
        organization: DemoOrganization | None,
        sector: Sector,
        team: tuple[int, ...],
        second: int,
        salt: int,
        pull: float,
    ) -> None:
        super().__init__(team, second, salt, pull)
        self.kind = kind
        self.organization = organization
        self.sector = sector
        self.start = self.ramp = self.hold = self.fade = 0
        self.rest = 0.0
        self.owned_from = ALWAYS
        self.guests: list[Contact] = []
        self.deals: list[Deal] = []

    def seal(self, rng: Random) -> None:
        """Put those who belong elsewhere first behind the account's own people, then fix who is talked to how often."""
        self.contacts += self.guests
        # A large organization has more to talk about.
        self.pull *= max(0.5, len(self.contacts) / 6) ** 0.7
        super().seal(rng)

    def activity(self, week: int) -> float:
        """Return how much happens in this week."""
        age = week - self.start
        if age < 0:
            return 0.0
        if age < self.ramp:
            return self.pull * (age + 1) / self.ramp
        age -= self.ramp + self.hold
        if age < 0:
            return self.pull
        return self.pull * max(self.rest, 1 - age / self.fade)

    def deal_on(self, day: int) -> "Deal | None":
        """Return the deal that is being worked on this day."""
        for deal in self.deals:
            if deal.start <= day <= deal.end:
                return deal
        return None


class Deal(Relation):
    """A possible investment, from first meeting to closing, or to the no at ``end``. Days are ordinals.

    ``length`` is how many days it takes (or would take) from start to closing.
    """

    __slots__ = ("account", "end", "invested", "length", "opportunity", "start", "terms")

    def __init__(self, account: Account, opportunity: DemoOpportunity, salt: int, pull: float) -> None:
        super().__init__(account.team, account.second, salt, pull)
        self.account = account
        self.opportunity = opportunity
        self.opportunities = (opportunity.key,)
        self.start = self.end = self.length = 0
        self.invested = False
        self.terms: dict[str, str] = {}
