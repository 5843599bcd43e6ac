"""Who there is: the firm's people, the organizations, the persons outside, and how they know each other."""

from bisect import bisect
from itertools import accumulate
from random import Random

from .calendar import TIME_ZONE, Calendar
from .naming import Namer
from .persons import STAFF, STAFF_TITLES
from .places import CITIES
from .records import DemoOrganization, DemoPerson, Firm
from .relations import Account, Contact
from .sectors import KINDS, SECTORS, TITLES, Sector

FIRM = Firm("Quillmere Ventures", "quillmere.example", TIME_ZONE, "Deals")
FIRM_SHORT = "Quillmere"

ORGANIZATIONS = 300
PERSONS = 2000
STAFF_AT_ONE = 12

# Of the internal people, who leads and who joins a relationship with this kind of organization.
_TEAMS = {
    "company": (("senior", "senior", "junior"), ("junior", "junior", "senior")),
    "investor": (("senior",), ("senior", "junior")),
    "backer": (("senior",), ("operations", "senior")),
    "corporate": (("platform", "senior"), ("senior", "junior")),
    "lawyer": (("operations", "senior"), ("senior", "junior")),
    "auditor": (("operations",), ("senior", "operations")),
    "search": (("platform",), ("platform", "senior")),
    "bank": (("operations",), ("senior", "operations")),
    "university": (("junior", "senior"), ("junior", "platform")),
    "nobody": (("senior", "junior", "platform"), ("senior", "junior")),
}
# How much of the day each kind takes. Companies get most of their time through deals.
_PULL = {"company": 0.8, "investor": 1.2, "backer": 1.5, "corporate": 1.2, "search": 1.2, "nobody": 0.7}


def head_count(scale: float) -> int:
    """Return how many internal people there are: a firm fifty times as busy is five times as large."""
    return max(4, round(STAFF_AT_ONE * float(scale**0.41)))


class Cast:
    """Everybody and every organization of one world, with the relationships between them."""

    def __init__(self, seed: int, scale: float, calendar: Calendar) -> None:
        self._rng = Random(f"{seed} cast")
        self._calendar = calendar
        self._namer = Namer(self._rng)
        self.staff: list[DemoPerson] = self._hire(head_count(scale))
        self.staff_names = {person.key: person.first_name for person in self.staff}
        self._groups = self._group()
        self.persons: list[DemoPerson] = list(self.staff)
        self.organizations: list[DemoOrganization] = []
        self.accounts: list[Account] = []
        self._found(max(2, round(ORGANIZATIONS * scale)))
        self._people(max(4, round(PERSONS * scale)))
        self.companies = [account for account in self.accounts if account.kind == "company"]

    def _hire(self, count: int) -> list[DemoPerson]:
        people = []
        for number in range(count):
            if number < len(STAFF):
                first, last, title = STAFF[number]
            else:
                first, last = self._namer.person()
                title = STAFF_TITLES[number % len(STAFF_TITLES)]
            address = self._namer.address(first, last, FIRM.domain, 3)
            people.append(DemoPerson(number + 1, first, last, (address,), True, title, ()))
        return people

    def _group(self) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {"senior": [], "junior": [], "platform": [], "operations": []}
        for person in self.staff:
            title = person.title or ""
            if "Platform" in title or "Talent" in title:
                group = "platform"
            elif "Operations" in title or "Fund" in title:
                group = "operations"
            else:
                group = "junior" if title in ("Associate", "Analyst") else "senior"
            groups[group].append(person.key)
        # A tiny firm has no such people; the partners do it all.
        return {group: keys or groups["senior"] for group, keys in groups.items()}

    def _team(self, kind: str) -> tuple[int, ...]:
        rng = self._rng
        leads, joins = _TEAMS[kind]
        team = [rng.choice(self._groups[rng.choice(leads)])]
        others = rng.choice((0, 1, 1, 1, 2, 2))
        team += (rng.choice(self._groups[rng.choice(joins)]) for _ in range(others))
        return tuple(dict.fromkeys(team))

    def _found(self, count: int) -> None:
        rng = self._rng
        kinds, shares = list(KINDS), list(accumulate(KINDS.values()))
        for key in range(1, count + 1):
            # Every world, however small, has companies to invest in.
            kind = "company" if key <= 2 else rng.choices(kinds, cum_weights=shares)[0]
            sector: Sector | None = rng.choice(SECTORS) if kind == "company" else None
            name, label = self._namer.organization(kind, sector)
            organization = DemoOrganization(key, name, self._namer.domains(name), rng.choice(CITIES), label)
            self.organizations.append(organization)
            self.accounts.append(self._account(kind, organization, sector))

    def _account(self, kind: str, organization: DemoOrganization | None, sector: Sector | None) -> Account:
        rng = self._rng
        team = self._team(kind)
        # A team of one turns to somebody else of the firm, always the same person.
        others = [key for key in self._groups["senior"] + self._groups["junior"] if key != team[0]]
        account = Account(
            kind=kind,
            organization=organization,
            sector=sector or rng.choice(SECTORS),
            team=team,
            second=team[-1] if len(team) > 1 else rng.choice(others),
            salt=rng.getrandbits(30),
            pull=min(rng.paretovariate(1.4), 30) * _PULL.get(kind, 1.0),
        )
        if rng.random() < 0.4:  # known long before the three years begin
            account.start, account.ramp = rng.randint(-80, -10), 10
            account.hold, account.fade = rng.randint(30, 260), rng.randint(8, 40)
        else:
            account.start, account.ramp = rng.randint(-8, 150), rng.randint(3, 30)
            account.hold, account.fade = rng.randint(6, 130), rng.randint(6, 40)
        account.rest = rng.choice((0.0, 0.02, 0.05))
        if kind == "company" and rng.random() < 0.1:
            account.owned_from = self._calendar.first - rng.randint(100, 900)
            account.hold, account.pull = 400, max(account.pull, rng.uniform(3, 9))
        return account

    def _people(self, count: int) -> None:
        rng = self._rng
        groups = len(self.organizations)
        sizes = list(accumulate(min(rng.paretovariate(1.3), 12) for _ in range(groups)))
        places = list(range(min(groups, count)))
        places += (
            -1 if rng.random() < 0.03 else bisect(sizes, rng.random() * sizes[-1]) for _ in range(count - len(places))
        )
        rng.shuffle(places)
        offset = len(self.staff)
        for number, place in enumerate(places, offset + 1):
            if place < 0:
                account = self._account("nobody", None, None)
                self.accounts.append(account)
            else:
                account = self.accounts[place]
            self._person(number, account)
        for account in self.accounts:
            account.seal(rng)

    def _person(self, key: int, account: Account) -> None:
        rng = self._rng
        namer = self._namer
        first, last = namer.person()
        organizations: list[DemoOrganization] = [account.organization] if account.organization else []
        second: Account | None = None
        if organizations and len(self.organizations) > 1 and rng.random() < 0.06:
            other = self.accounts[rng.randrange(len(self.organizations))]
            if other is not account and other.organization and account.contacts:
                second = other
                organizations.append(other.organization)
        emails: list[str] = []
        if rng.random() > 0.02:
            for organization, owner in zip(organizations, (account, second), strict=False):
                domain = organization.domains[-1 if rng.random() < 0.2 else 0]
                emails.append(namer.address(first, last, domain, owner.salt if owner else 0))
            if not emails or (len(emails) < 3 and rng.random() < 0.15):
                emails.append(namer.private_address(first, last))
        rank = len(account.contacts)
        titles = TITLES[account.kind]
        title: str | None = titles[rank] if rank < 3 else rng.choice(titles[2:])
        if account.organization is None:
            title = rng.choice(titles)
        if rng.random() < 0.05:
            title = None
        keys = tuple(organization.key for organization in organizations)
        self.persons.append(DemoPerson(key, first, last, tuple(emails), False, title, keys))
        contact = Contact(key, first, last, bool(emails), account.team, self._knowers(account))
        if rank and rng.random() < 0.35:
            span = self._calendar.today - self._calendar.first
            day = self._calendar.first + rng.randrange(span)
            if rng.random() < 0.65:
                contact.since = day
            else:
                contact.until = day
        account.contacts.append(contact)
        if second:
            second.guests.append(contact)

    def _knowers(self, account: Account) -> tuple[int, ...]:
        rng = self._rng
        team = list(account.team)
        if rng.random() < 0.3:
            rng.shuffle(team)
        return tuple(team[: rng.randint(1, len(team))])
