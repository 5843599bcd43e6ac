"""All interactions in the order of time, day by day, so that a million take no more memory than a thousand."""

from bisect import bisect
from collections.abc import Iterator
from datetime import date
from itertools import accumulate, groupby
from operator import attrgetter
from random import Random

from .calendar import Calendar
from .cast import Cast
from .deals import stage
from .events import Events
from .facts import Facts
from .phrases.internal import COMMITTEE, HOUSE, MONDAY, REVIEW
from .phrasing import Topic
from .records import DemoInteraction
from .relations import Account, Contact, Deal, Relation
from .subjects import topics
from .threads import Agenda, Thread
from .writing import Writer

# Of everything that begins (answers come on top): up to which share it is mail, a chat message, a call; else a meeting.
_WORKDAY = (0.262, 0.415, 0.626)
_WEEKEND = (0.62, 0.93, 0.99)
# Of all that happens, what belongs to a deal.
_DEALS_SHARE = 0.38
# Of meetings, those of the firm alone, on Mondays and on other days.
_ALONE_MONDAY, _ALONE = 0.11, 0.025
# For how many days a relationship stays with a topic.
_DEAL_TOPIC_DAYS, _ACCOUNT_TOPIC_DAYS = 6, 24

# How often it is just anybody at an organization, and not one of those who do most of the talking.
_ANYBODY = 0.3

_BATCH = 256
_occurred_at = attrgetter("occurred_at")


class Timeline:
    """One run through the three years (``past`` interactions) and the four weeks to come (``planned`` ones)."""

    def __init__(
        self, seed: int, past: int, planned: int, calendar: Calendar, cast: Cast, deals: list[Deal], facts: Facts
    ) -> None:
        self._rng = Random(f"{seed} timeline")
        self._random = self._rng.random
        self._past = past
        self._planned = planned
        self._calendar = calendar
        self._cast = cast
        self._deals = deals
        self._agenda = Agenda(self._rng, calendar)
        writer = Writer(self._rng, facts, cast.staff_names)
        self._events = Events(self._rng, calendar, writer, self._agenda, tuple(cast.staff_names))
        self._everyone: list[Relation] = []
        self._reach: list[float] = []
        self._drawn: list[Relation] = []
        self._live: list[Deal] = []
        self._day = 0
        self._weekday = 0
        self._met = False

    def __iter__(self) -> Iterator[DemoInteraction]:
        calendar, events, agenda = self._calendar, self._events, self._agenda
        done = 0
        for day in range(calendar.first, calendar.today + 1):
            self._turn_to(day)
            budget = calendar.due(day, self._past) - done
            items: list[DemoInteraction] = []
            while True:
                items += (
                    events.reply(entry) if isinstance(entry, Thread) else events.answer(entry)
                    for entry in agenda.take(day)
                )
                if len(items) >= budget:
                    break
                items.append(self._begin())
            # Answers that are due today come on top of today's budget and are taken from tomorrow's.
            items.sort(key=_occurred_at)
            del items[self._past - done :]
            done += len(items)
            yield from items
        yield from self._plans()

    def _plans(self) -> Iterator[DemoInteraction]:
        calendar = self._calendar
        days = [
            day
            for day in range(calendar.today, calendar.last)
            if date.fromordinal(day).weekday() < 5 and (day > calendar.today or calendar.now_minute < 16 * 60)
        ]
        # The coming week is full, the fourth almost empty.
        reach = list(accumulate(1 / (3 + ahead) for ahead in range(len(days))))
        drawn = sorted(self._rng.choices(days, cum_weights=reach, k=self._planned))
        for day, group in groupby(drawn):
            self._turn_to(day, planned=True)
            yield from sorted((self._plan() for _ in group), key=_occurred_at)

    def _turn_to(self, day: int, planned: bool = False) -> None:
        since = day - self._calendar.first
        if since % 7 == 0 or not self._everyone:
            self._gather(day, since // 7)
        self._day = day
        self._weekday = date.fromordinal(day).weekday()
        self._met = False
        self._events.open(day, planned)

    def _gather(self, day: int, week: int) -> None:
        """See who is active in the week that begins: accounts by where they stand, deals by stage."""
        pulls = [account.activity(week) for account in self._cast.accounts]
        middle = day + 3
        self._live = [deal for deal in self._deals if deal.start <= middle <= deal.end]
        urgency = [deal.pull * stage(deal, middle)[0] for deal in self._live]
        if urgency:
            factor = (sum(pulls) or 1.0) / sum(urgency) * _DEALS_SHARE / (1 - _DEALS_SHARE)
            pulls += [pull * factor for pull in urgency]
        elif not any(pulls):
            # In a tiny world there are weeks in which nobody has a reason to call. Somebody does.
            pulls = [account.pull for account in self._cast.accounts]
        self._everyone = [*self._cast.accounts, *self._live]
        self._reach = list(accumulate(pulls))
        self._drawn = []

    def _begin(self) -> DemoInteraction:
        """Return something that follows from nothing before."""
        relation, contact, host, topic = self._scene()
        roll = self._random()
        mail, chat, call = _WORKDAY if self._weekday < 5 else _WEEKEND
        events = self._events
        if roll < mail and contact.mail:
            return events.mail(relation, contact, host, topic)
        if mail <= roll < chat:
            return events.chat(relation, contact, host, topic)
        if roll < call:
            return events.call(relation, contact, host, topic)
        if self._random() < (_ALONE if self._weekday else _ALONE_MONDAY):
            return self._alone()
        return events.meeting(relation, contact, host, topic)

    def _plan(self) -> DemoInteraction:
        return self._events.meeting(*self._scene(), planned=True)

    def _scene(self) -> tuple[Relation, Contact, int, Topic]:
        """Return whom to talk to next, which of us does, and about what."""
        rnd, day = self._random, self._day
        if not self._drawn:
            self._drawn = self._rng.choices(self._everyone, cum_weights=self._reach, k=_BATCH)
        relation = self._drawn.pop()
        options: tuple[Topic, ...]
        # While there is a deal with a company, every conversation is about it; after it, none is.
        if isinstance(relation, Account):
            if relation.deals:
                relation = relation.deal_on(day) or relation
        elif isinstance(relation, Deal) and not relation.start <= day <= relation.end:
            relation = relation.account
        if isinstance(relation, Deal):
            options = stage(relation, day)[1]
            period = (day - relation.start) // _DEAL_TOPIC_DAYS
        else:
            assert isinstance(relation, Account)
            options = topics(relation, day)
            period = (day + relation.salt) // _ACCOUNT_TOPIC_DAYS
        index = relation.salt + 7 * period if rnd() < 0.7 else int(rnd() * len(options))
        contact = self._contact(relation)
        knowers = contact.knowers
        host = knowers[0] if rnd() < 0.7 else knowers[int(rnd() * len(knowers))]
        return relation, contact, host, options[index % len(options)]

    def _contact(self, relation: Relation) -> Contact:
        reach = relation.reach
        for _ in range(3):
            roll = self._random()
            if roll < _ANYBODY:
                contact = relation.contacts[int(roll / _ANYBODY * len(reach))]
            else:
                contact = relation.contacts[bisect(reach, self._random() * reach[-1])]
            if contact.since <= self._day <= contact.until:
                return contact
        return relation.contacts[0]

    def _alone(self) -> DemoInteraction:
        rng = self._rng
        if self._weekday == 0 and not self._met:
            self._met = True
            return self._events.internal(rng.choice(self._cast.companies), MONDAY)
        late = [deal for deal in self._live if self._day - deal.start > deal.length * 0.6] if rng.random() < 0.5 else []
        if late:
            return self._events.internal(rng.choice(late), COMMITTEE)
        return self._events.internal(rng.choice(self._cast.companies), rng.choice((REVIEW, HOUSE)))
