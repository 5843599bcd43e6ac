"""What fills the slots of the sentences.

Facts of a relationship stay the same for its life, so that the pilot of January is the pilot of March: ``{org}``,
``{city}``, ``{sector}``, ``{product}``, ``{buyers}``, ``{customer}``, ``{customer2}``, ``{rival}``, ``{investor}``,
``{startup}``, ``{startup2}``, ``{role}`` sought, ``{n}`` customers, ``{team}`` people, ``{seats}``, ``{runway}``
months, ``{ret}`` per cent, ``{arr}``, ``{round}``, ``{amount}``, ``{pre}``, ``{deal}``, ``{firm}``.

Those of a conversation: ``{p}`` (first name) and ``{q}`` (full name) of the person outside, ``{x}`` somebody else
there, ``{me}`` and ``{us}`` of ours. ``{day}``, ``{month}``, ``{few}`` and ``{pct}`` are drawn anew each time.
"""

from datetime import date
from random import Random

from .cast import FIRM_SHORT, Cast
from .deals import millions
from .places import CUSTOMERS
from .relations import Account, Deal, Relation
from .sectors import ROUNDS, SOUGHT

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_FEW = ("two", "two", "three", "three", "four")
_PERCENTS = tuple(map(str, (8, 9, 11, 12, 14, 15, 17, 18, 20, 22, 23, 25, 28, 30, 33, 35, 38, 40)))
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Slots(dict[str, str]):
    """The slots of one text. What changes from sentence to sentence is drawn when it is asked for."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self._random = rng.random
        self._drawn: dict[str, tuple[str, ...]] = {"day": _WEEKDAYS, "few": _FEW, "pct": _PERCENTS}

    def on(self, day: int) -> None:
        """Let months be the ones that follow this day."""
        month = date.fromordinal(day).month
        self._drawn["month"] = tuple(_MONTHS[(month + ahead) % 12] for ahead in (0, 1, 2))

    def __missing__(self, key: str) -> str:
        choices = self._drawn[key]
        return choices[int(self._random() * len(choices))]


class Facts:
    """Looks up (and on first use invents) the facts of a relationship."""

    def __init__(self, cast: Cast) -> None:
        self._companies = [account.organization.name for account in cast.companies if account.organization]
        self._rivals: dict[str, list[str]] = {}
        for account in cast.companies:
            if account.organization:
                self._rivals.setdefault(account.sector.name, []).append(account.organization.name)
        self._customers = _names(cast, "corporate") or list(CUSTOMERS)
        self._investors = _names(cast, "investor") or ["Ardwick Capital", "Torvane Partners"]
        self._cities = sorted({organization.city for organization in cast.organizations})

    def of(self, relation: Relation) -> dict[str, str]:
        """Return the facts of a relation; the dictionary is shared, do not change it."""
        if relation.facts is None:
            if isinstance(relation, Deal):
                relation.facts = self.of(relation.account) | relation.terms
            elif isinstance(relation, Account):
                relation.facts = self._invent(relation)
        return relation.facts or {}

    def _invent(self, account: Account) -> dict[str, str]:
        # From the salt alone: the same whichever text asks first.
        rng = Random(account.salt)
        organization = account.organization
        name = organization.name if organization else ""
        sector = account.sector
        _, spoken, low, high, revenue = rng.choice(ROUNDS[:4])
        raised = rng.uniform(low, high)
        customer, customer2 = _two(rng, self._customers, name)
        startup, startup2 = _two(rng, self._companies, name)
        rivals = self._rivals.get(sector.name, [])
        rival, _ = _two(rng, rivals if len(rivals) > 2 else self._companies, name)
        return {
            "org": name,
            "sector": organization.sector.lower()
            if account.kind == "company" and organization
            else sector.name.lower(),
            "city": organization.city if organization else rng.choice(self._cities),
            "product": rng.choice(sector.products),
            "buyers": rng.choice(sector.buyers),
            "customer": customer,
            "customer2": customer2,
            "startup": startup,
            "startup2": startup2,
            "rival": rival,
            "investor": _two(rng, self._investors, name)[0],
            "role": rng.choice(SOUGHT),
            "round": spoken,
            "amount": millions(raised),
            "pre": millions(raised * rng.uniform(2.8, 5.5)),
            "arr": millions(revenue * rng.uniform(0.6, 1.7)),
            "deal": f"{spoken} of {name}",
            "n": str(rng.randint(9, 140)),
            "team": str(rng.randint(9, 70)),
            "seats": str(rng.randint(3, 60) * 10),
            "runway": str(rng.randint(7, 21)),
            "ret": str(rng.randint(101, 134)),
            "firm": FIRM_SHORT,
        }


def _names(cast: Cast, kind: str) -> list[str]:
    return [account.organization.name for account in cast.accounts if account.kind == kind and account.organization]


def _two(rng: Random, names: list[str], own: str) -> tuple[str, str]:
    """Return two names that differ from each other and from ``own`` where there are enough of them."""
    first, second = rng.choice(names), rng.choice(names)
    for _ in range(8):
        if first != own:
            break
        first = rng.choice(names)
    for _ in range(8):
        if second not in (own, first):
            break
        second = rng.choice(names)
    return first, second
