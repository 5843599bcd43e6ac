"""Notes: what people wrote down about persons, organizations and opportunities, and what colleagues answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from random import Random

from .calendar import MAIL_MINUTES, Calendar
from .cast import Cast
from .facts import Facts
from .phrases.notes import ANSWERS, COMPANY, OPPORTUNITY, ORGANIZATION, PERSON, REPLIES
from .phrasing import Pool
from .records import DemoNote
from .relations import Deal, Relation
from .writing import Writer

_PERSON, _ORGANIZATION, _COMPANY = Pool(PERSON), Pool(ORGANIZATION), Pool(COMPANY + ORGANIZATION)
_OPPORTUNITY, _REPLIES, _ANSWERS = Pool(OPPORTUNITY), Pool(REPLIES), Pool(ANSWERS)


class Notebook:
    """``count`` notes spread over the three years."""

    def __init__(self, seed: int, count: int, calendar: Calendar, cast: Cast, deals: list[Deal], facts: Facts) -> None:
        self._rng = Random(f"{seed} notes")
        self._count = count
        self._calendar = calendar
        self._cast = cast
        self._deals = deals
        self._writer = Writer(self._rng, facts, cast.staff_names)
        self._turns: dict[tuple[int, str], int] = {}

    def __iter__(self) -> Iterator[DemoNote]:
        for day, group in groupby(self._calendar.spread(self._count)):
            live = [deal for deal in self._deals if deal.start <= day <= deal.end]
            self._writer.slots.on(day)
            yield from sorted((self._note(day, live) for _ in group), key=attrgetter("created_at"))

    def _note(self, day: int, live: list[Deal]) -> DemoNote:
        rng, slots = self._rng, self._writer.slots
        roll = rng.random()
        if roll < 0.36 and live:
            deal = rng.choice(live)
            author = rng.choice(deal.team)
            self._writer.set_scene(deal, deal.contacts[0], author)
            content = self._text(_OPPORTUNITY, deal, deal.index)
            persons = (deal.contacts[0].key,) if rng.random() < 0.15 else ()
            return self._entry(author, persons, (), deal.opportunities, content, day, deal)
        account = rng.choice(self._cast.accounts)
        # The better known, the more there is to write down.
        for _ in range(3):
            if account.pull > 1.5:
                break
            account = rng.choice(self._cast.accounts)
        contact = account.contacts[int(len(account.contacts) * rng.random() ** 2)]
        author = contact.knowers[0]
        self._writer.set_scene(account, contact, author)
        if roll < 0.68 or account.organization is None:
            content = self._text(_PERSON, account, contact.key)
            organizations = (account.organization.key,) if account.organization and rng.random() < 0.1 else ()
            return self._entry(author, (contact.key,), organizations, (), content, day, account)
        content = self._text(_COMPANY if account.kind == "company" else _ORGANIZATION, account, account.index)
        slots["p"] = contact.first
        return self._entry(author, (), (account.organization.key,), (), content, day, account)

    def _text(self, pool: Pool[str], relation: Relation, subject: int) -> str:
        key = (subject, pool.items[0])
        turn = self._turns.get(key, 0)
        long = self._rng.random() < 0.35
        self._turns[key] = turn + 1 + long
        salt = relation.salt + subject
        parts = [pool.at(salt, turn), pool.at(salt, turn + 1)] if long else [pool.at(salt, turn)]
        return " ".join(parts).format_map(self._writer.slots)

    def _entry(
        self,
        author: int,
        persons: tuple[int, ...],
        organizations: tuple[int, ...],
        opportunities: tuple[int, ...],
        content: str,
        day: int,
        relation: Relation,
    ) -> DemoNote:
        rng, calendar = self._rng, self._calendar
        minute = rng.choice(MAIL_MINUTES)
        if day == calendar.today and minute >= calendar.now_minute:
            minute = max(0, calendar.now_minute - 1 - rng.randrange(30))
        created = calendar.maker(day)(minute, rng.randrange(60))
        replies: list[tuple[int, str, datetime]] = []
        at = created
        for turn in range(rng.choices((0, 1, 2), (78, 16, 6))[0]):
            at = self._later(at)
            if at >= calendar.now:
                break
            others = [key for key in relation.team if key != author] or [
                key for key in self._cast.staff_names if key != author
            ]
            by, pool = (rng.choice(others), _REPLIES) if turn == 0 else (author, _ANSWERS)
            words = pool.at(created.toordinal() + author, turn).format_map(self._writer.slots)
            replies.append((by, words, at))
        return DemoNote(author, persons, organizations, opportunities, content, created, tuple(replies))

    def _later(self, moment: datetime) -> datetime:
        """Return when a colleague answers: in the next hours, or on one of the next working days."""
        rng, calendar = self._rng, self._calendar
        if rng.random() < 0.4 and moment.hour < 16:
            return moment + timedelta(minutes=rng.randint(9, 180))
        day = calendar.open_day(moment.toordinal() + rng.randint(1, 3))
        return calendar.maker(day)(rng.choice(MAIL_MINUTES), rng.randrange(60))
