"""Things that follow from others: answers to e-mails and chat messages, the mail after a meeting."""

from random import Random

from .calendar import MAIL_MINUTES, Calendar
from .phrasing import Topic
from .relations import Contact, Relation

Participants = tuple[tuple[int, str], ...]

# After each e-mail, the chance that another follows in the thread, and how long a thread may get.
_GOES_ON = 0.54
LONGEST = 8


class Thread:
    """An e-mail thread that goes on: what all its e-mails share, and who writes next (``sent``: one of ours)."""

    __slots__ = ("contact", "day", "host", "length", "minute", "ours", "relation", "sent", "subject", "theirs", "topic")

    def __init__(self, relation: Relation, contact: Contact, host: int, topic: Topic, subject: str, sent: bool) -> None:
        self.relation = relation
        self.contact = contact
        self.host = host
        self.topic = topic
        self.subject = subject
        self.sent = sent
        self.ours: Participants = ()
        self.theirs: Participants = ()
        self.length = 0
        self.day = 0
        self.minute = 0


class Answer:
    """A chat message that answers another, some minutes later on the same day."""

    __slots__ = ("body", "contact", "host", "minute", "relation", "sent")

    def __init__(self, relation: Relation, contact: Contact, host: int, body: str, sent: bool, minute: int) -> None:
        self.relation = relation
        self.contact = contact
        self.host = host
        self.body = body
        self.sent = sent
        self.minute = minute


class Agenda:
    """What is still to come, by day. Holds no more than what is open at one time, a few days' worth."""

    def __init__(self, rng: Random, calendar: Calendar) -> None:
        self._random = rng.random
        self._calendar = calendar
        self._days: dict[int, list[Thread | Answer]] = {}

    def take(self, day: int) -> list[Thread | Answer]:
        """Return what is due on this day so far, and forget it."""
        return self._days.pop(day, [])

    def put(self, day: int, entry: Thread | Answer) -> None:
        """Remember an entry, unless its time has not come by now."""
        calendar = self._calendar
        if day < calendar.today or (day == calendar.today and entry.minute < calendar.now_minute):
            self._days.setdefault(day, []).append(entry)

    def schedule(self, thread: Thread, day: int, minute: int, certain: bool = False) -> None:
        """Let the thread go on after an e-mail of this time: soon, the next day or some days later; or let it end."""
        roll = self._random()
        if not certain and (roll > _GOES_ON or thread.length >= LONGEST):
            return
        wait = self._random()
        later = self._random()
        if wait < 0.45:
            # The first quarter of an hour is the most likely one.
            minute += 4 + int(170 * later * later)
            if minute > 21 * 60:
                day, minute = self._calendar.open_day(day + 1), self._morning(later)
        else:
            days = 1 if wait < 0.8 else 2 + int(4 * later)
            day = self._calendar.open_day(day + days)
            minute = self._morning(later)
        thread.day = day
        thread.minute = minute
        self.put(day, thread)

    def _morning(self, roll: float) -> int:
        return MAIL_MINUTES[int(roll * len(MAIL_MINUTES))]
