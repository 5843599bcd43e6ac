"""The opportunities: when each began, how far it came, what it is worth, and what is talked about on the way."""

from random import Random

from .calendar import CALL_MINUTES, Calendar
from .cast import Cast
from .phrases.deals_early import DEMO, INTRO, PILOT, PRICING, ROADMAP
from .phrases.deals_end import CLOSING, PASS, TERMS
from .phrases.deals_late import DILIGENCE, REFERENCES, SECURITY, TEAM
from .phrasing import Topic
from .records import DemoOpportunity
from .relations import Account, Deal
from .sectors import ROUNDS

OPPORTUNITIES = 120

# Up to which part of the way, how busy, and what it is about; the closer to signing, the busier.
STAGES: tuple[tuple[float, float, tuple[Topic, ...]], ...] = (
    (0.10, 0.9, (INTRO,)),
    (0.22, 0.8, (DEMO, DEMO, INTRO)),
    (0.34, 0.7, (PRICING, ROADMAP, DEMO)),
    (0.48, 0.8, (PILOT, PILOT, PRICING)),
    (0.58, 1.3, (DILIGENCE, PILOT, REFERENCES)),
    (0.72, 2.2, (DILIGENCE, REFERENCES, SECURITY, TEAM)),
    (0.87, 2.6, (TERMS, TERMS, DILIGENCE, TEAM)),
    (9.00, 2.2, (CLOSING, CLOSING, TERMS)),
)
# The last days before a no.
_GOODBYE_DAYS = 9


def stage(deal: Deal, day: int) -> tuple[float, tuple[Topic, ...]]:
    """Return how busy a deal is on a day of its life, and its topics."""
    if not deal.invested and deal.end - day < _GOODBYE_DAYS:
        return 1.6, (PASS,)
    way = (day - deal.start) / deal.length
    for until, intensity, topics in STAGES:
        if way < until:
            return intensity, topics
    raise AssertionError("the last stage has no end")


def make_deals(seed: int, scale: float, calendar: Calendar, cast: Cast) -> list[Deal]:
    """Return all deals, oldest first, and enter them in their accounts."""
    return _Desk(seed, calendar, cast).fill(max(2, round(OPPORTUNITIES * scale)))


class _Desk:
    def __init__(self, seed: int, calendar: Calendar, cast: Cast) -> None:
        self._rng = Random(f"{seed} deals")
        self._calendar = calendar
        self._cast = cast
        self._names: set[str] = set()
        self._investors = [account for account in cast.accounts if account.kind == "investor"]

    def fill(self, count: int) -> list[Deal]:
        rng, calendar = self._rng, self._calendar
        # Some were under way when the three years began, some have just come in.
        starts = sorted(rng.randint(calendar.first - 120, calendar.today - 4) for _ in range(count))
        return [self._deal(key, calendar.open_day(start)) for key, start in enumerate(starts, 1)]

    def _deal(self, key: int, start: int) -> Deal:
        rng, calendar = self._rng, self._calendar
        start = min(start, calendar.today - 1)
        account = self._company(start)
        label, spoken, low, high, revenue = self._round(account, start)
        name = self._name(label, account)
        persons = account.contacts[: rng.choice((1, 2, 2, 3, 3, 4))]
        organizations = [account.organization.key] if account.organization else []
        if self._investors and rng.random() < 0.2:
            partner = rng.choice(self._investors).organization
            if partner:
                organizations.append(partner.key)
        opportunity = DemoOpportunity(
            key,
            name,
            tuple(contact.key for contact in persons),
            tuple(organizations),
            calendar.maker(start)(rng.choice(CALL_MINUTES), rng.randrange(60)),
        )
        deal = Deal(account, opportunity, rng.getrandbits(30), min(rng.lognormvariate(0, 0.5), 4))
        deal.contacts = list(persons)
        deal.seal(rng)
        deal.start = start
        deal.length = rng.randint(75, 230)
        deal.invested = rng.random() < 0.25
        part = 1.0 if deal.invested else rng.choice((0.12, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8)) * rng.uniform(0.9, 1.1)
        deal.end = start + max(14, round(deal.length * part))
        deal.terms = _terms(rng, spoken, low, high, revenue, name)
        if deal.invested and deal.end < calendar.today:
            account.owned_from = min(account.owned_from, deal.end + 1)
            # From now on there is a board, and somebody calls every week.
            account.hold = 400
            account.pull = max(account.pull, rng.uniform(3, 8))
        account.deals.append(deal)
        return deal

    def _company(self, start: int) -> Account:
        companies = self._cast.companies
        for _ in range(40):
            account = self._rng.choice(companies)
            if all(deal.end + 150 < start for deal in account.deals):
                return account
        return account

    def _round(self, account: Account, start: int) -> tuple[str, str, float, float, float]:
        if account.owned_from < start:
            return self._rng.choice((ROUNDS[2], ROUNDS[3], ROUNDS[4]))
        return self._rng.choices(ROUNDS[:4], (30, 40, 18, 9))[0]

    def _name(self, label: str, account: Account) -> str:
        company = account.organization.name if account.organization else ""
        labels = [label, *(other for other, *_ in ROUNDS), *(f"{other} extension" for other, *_ in ROUNDS)]
        names = [f"{each} - {company}" for each in labels]
        name = next((each for each in names if each not in self._names), names[0])
        self._names.add(name)
        return name


def _terms(rng: Random, spoken: str, low: float, high: float, revenue: float, name: str) -> dict[str, str]:
    raised = rng.uniform(low, high)
    yearly = revenue * rng.uniform(0.6, 1.7)
    return {
        "round": spoken,
        "amount": millions(raised),
        "pre": millions(raised * rng.uniform(2.8, 5.5)),
        "arr": millions(yearly),
        "deal": name,
    }


def millions(value: float) -> str:
    """Return an amount in millions of euros as people say it."""
    if value < 0.95:
        return f"EUR {round(value * 20) * 50}k"
    return f"EUR {value:.1f}m" if value < 10 else f"EUR {round(value)}m"
