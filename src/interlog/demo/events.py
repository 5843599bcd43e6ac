"""Makes the single interaction: who takes part, at what minute, with which words."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from .calendar import CALL_MINUTES, CHAT_MINUTES, MAIL_MINUTES, MEETING_MINUTES, WEEKEND_MINUTES, Calendar
from .phrasing import Topic
from .records import DemoInteraction
from .relations import Contact, Relation
from .threads import Agenda, Answer, Participants, Thread
from .writing import Writer

_DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (30, 30, 45, 45, 60, 60, 60))
_QUARTERS = {duration: int(duration.total_seconds()) // 900 for duration in _DURATIONS}
_MEALS = (("Breakfast", 8 * 60), ("Lunch", 12 * 60 + 15), ("Afternoon", 14 * 60), ("Founders' evening", 18 * 60))
_MAX_ATTENDEES = 6


class Events:
    """Makes interactions of one day after the other; call ``open`` first for each day."""

    def __init__(self, rng: Random, calendar: Calendar, writer: Writer, agenda: Agenda, staff: tuple[int, ...]) -> None:
        self._rng = rng
        self._random = rng.random
        self._calendar = calendar
        self._writer = writer
        self._agenda = agenda
        self._staff = staff
        self._day = 0
        self._earliest, self._latest = 0, 24 * 60
        self._weekend = False
        self._busy: set[int] = set()
        self._at: Callable[[int, int], datetime] = calendar.maker(calendar.first)

    def open(self, day: int, planned: bool = False) -> None:
        """Turn to a day. Today ends at the present minute, unless it is to be ``planned``: then it begins there."""
        calendar = self._calendar
        self._day = day
        self._at = calendar.maker(day)
        self._weekend = date.fromordinal(day).weekday() > 4
        self._earliest = calendar.now_minute + 1 if planned and day == calendar.today else 0
        self._latest = calendar.now_minute if not planned and day == calendar.today else 24 * 60
        self._busy.clear()
        self._writer.slots.on(day)

    def meeting(
        self, relation: Relation, contact: Contact, host: int, topic: Topic, planned: bool = False
    ) -> DemoInteraction:
        """Return a meeting with 2 to 6 attendees, mostly from the calendar, else logged by hand."""
        rnd = self._random
        attendees = [host, contact.key]
        outside = relation.contacts
        for _ in range((0, 0, 0, 0, 1, 1, 1, 2, 2, 3)[int(rnd() * 10)]):
            other = outside[int(rnd() * len(outside))]
            # Who belongs elsewhere first is met alone, by those who know that place.
            if (
                other.circle is contact.circle
                and other.key not in attendees
                and other.since <= self._day <= other.until
            ):
                attendees.append(other.key)
        for other_host in contact.circle:
            if other_host != host and len(attendees) < _MAX_ATTENDEES and rnd() < 0.45:
                attendees.append(other_host)
        duration = _DURATIONS[int(rnd() * len(_DURATIONS))]
        manual = not planned and rnd() < 0.38
        writer = self._writer
        writer.set_scene(relation, contact, host)
        title = writer.meeting_title(topic, relation)
        minute = self._meal(title) or self._free_slot(host, _QUARTERS[duration])
        starts = self._at(minute, 0)
        body = None
        if not planned:
            if rnd() < (0.94 if manual else 0.3):
                body = writer.log(topic, relation)
            if rnd() < 0.3:
                self._follow_up(relation, contact, host, topic, minute + 60)
        elif rnd() < 0.3:
            body = writer.agenda(topic, relation)
        return DemoInteraction(
            "meeting",
            starts,
            starts + duration if not manual or rnd() < 0.35 else None,
            title,
            body,
            None,
            manual,
            host if manual else None,
            tuple([(key, "attendee") for key in attendees]),
            relation.opportunities,
        )

    def internal(self, relation: Relation, topic: Topic) -> DemoInteraction:
        """Return a meeting of the firm alone. ``relation`` gives the deal or company to talk about."""
        rnd = self._random
        staff = self._staff
        size = min(len(staff), 3 + int(rnd() * 4))
        attendees = self._rng.sample(staff, size)
        minute = self._free_slot(attendees[0], 4)
        starts = self._at(minute, 0)
        writer = self._writer
        writer.set_scene(relation, None, attendees[0], attendees[1])
        title = writer.meeting_title(topic, relation)
        return DemoInteraction(
            "meeting",
            starts,
            starts + timedelta(hours=1),
            title,
            writer.log(topic, relation, mood=False) if rnd() < 0.6 else None,
            None,
            False,
            None,
            tuple([(key, "attendee") for key in attendees]),
            relation.opportunities if "{deal}" in topic.meetings.items[0] else (),
        )

    def call(self, relation: Relation, contact: Contact, host: int, topic: Topic) -> DemoInteraction:
        """Return a call, logged by hand."""
        rnd = self._random
        minute = self._minute(CALL_MINUTES)
        starts = self._at(minute, 0)
        first, second = (host, contact.key) if rnd() < 0.6 else (contact.key, host)
        participants: Participants = ((first, "initiator"), (second, "attendee"))
        if rnd() < 0.12 and contact.circle[-1] != host:
            participants += ((contact.circle[-1], "attendee"),)
        writer = self._writer
        writer.set_scene(relation, contact, host)
        if rnd() < 0.15:
            self._follow_up(relation, contact, host, topic, minute + 20)
        return DemoInteraction(
            "call",
            starts,
            starts + timedelta(minutes=5 + int(40 * rnd() * rnd())) if rnd() < 0.4 else None,
            writer.call_title(topic, relation),
            writer.log(topic, relation),
            None,
            True,
            host,
            participants,
            relation.opportunities,
        )

    def chat(self, relation: Relation, contact: Contact, host: int, topic: Topic) -> DemoInteraction:
        """Return a chat message; often its answer follows within the hour."""
        rnd = self._random
        sent = rnd() < 0.55
        minute = self._minute(CHAT_MINUTES)
        writer = self._writer
        writer.set_scene(relation, contact, host)
        body, answer = writer.chat(topic, relation, sent)
        if rnd() < 0.6:
            later = minute + 1 + int(50 * rnd() * rnd())
            self._agenda.put(self._day, Answer(relation, contact, host, answer, not sent, min(later, 1439)))
        return self._message(relation, contact, host, body, sent, minute)

    def answer(self, answer: Answer) -> DemoInteraction:
        """Return the chat message that was scheduled."""
        return self._message(answer.relation, answer.contact, answer.host, answer.body, answer.sent, answer.minute)

    def mail(self, relation: Relation, contact: Contact, host: int, topic: Topic) -> DemoInteraction:
        """Return the first e-mail of a thread."""
        writer = self._writer
        writer.set_scene(relation, contact, host)
        thread = self._thread(relation, contact, host, topic, writer.subject(topic, relation), self._random() < 0.52)
        return self._mail(thread, self._minute(MAIL_MINUTES), "first")

    def reply(self, thread: Thread) -> DemoInteraction:
        """Return the next e-mail of a thread."""
        self._writer.set_scene(thread.relation, thread.contact, thread.host)
        return self._mail(thread, thread.minute, "reply" if thread.length else "summary")

    def _message(
        self, relation: Relation, contact: Contact, host: int, body: str, sent: bool, minute: int
    ) -> DemoInteraction:
        first, second = (host, contact.key) if sent else (contact.key, host)
        return DemoInteraction(
            "message",
            self._at(minute, int(self._random() * 60)),
            None,
            None,
            body,
            "sent" if sent else "received",
            True,
            host,
            ((first, "initiator"), (second, "attendee")),
            relation.opportunities,
        )

    def _thread(
        self, relation: Relation, contact: Contact, host: int, topic: Topic, subject: str, sent: bool
    ) -> Thread:
        thread = Thread(relation, contact, host, topic, subject, sent)
        key = contact.key
        copies: Participants = ()
        roll = self._random()
        if roll < 0.3:
            other = relation.contacts[int(self._random() * len(relation.contacts))]
            if (
                other is not contact
                and other.circle is contact.circle
                and other.mail
                and other.since <= self._day <= other.until
            ):
                copies = ((other.key, "cc" if roll < 0.2 else "to"),)
        if contact.circle[-1] != host and self._random() < 0.3:
            copies += ((contact.circle[-1], "cc"),)
        thread.ours = ((host, "from"), (key, "to"), *copies)
        thread.theirs = ((key, "from"), (host, "to"), *copies)
        return thread

    def _mail(self, thread: Thread, minute: int, kind: str) -> DemoInteraction:
        sent = thread.sent
        rnd = self._random
        body = None
        # Most mail is captured as an envelope only.
        if rnd() < 0.4 or kind == "summary":
            body = self._writer.mail(thread.topic, thread.relation, sent, kind)
        subject = thread.subject
        if not thread.length:
            thread.subject = f"Re: {subject}"
        thread.length += 1
        thread.sent = not sent
        self._agenda.schedule(thread, self._day, minute)
        manual = rnd() < 0.04
        return DemoInteraction(
            "email",
            self._at(minute, int(rnd() * 60)),
            None,
            subject,
            body,
            "sent" if sent else "received",
            manual,
            thread.host if manual else None,
            thread.ours if sent else thread.theirs,
            thread.relation.opportunities,
        )

    def _follow_up(self, relation: Relation, contact: Contact, host: int, topic: Topic, minute: int) -> None:
        if contact.mail:
            subject = self._writer.summary_subject(topic, relation)
            thread = self._thread(relation, contact, host, topic, subject, True)
            self._agenda.schedule(thread, self._day, minute, certain=True)

    def _minute(self, table: tuple[int, ...]) -> int:
        """Return a minute of the day from a table, within the part of today that is meant."""
        if self._weekend:
            table = WEEKEND_MINUTES
        minute = table[int(self._random() * len(table))]
        if self._earliest <= minute < self._latest:
            return minute
        for _ in range(30):
            minute = table[int(self._random() * len(table))]
            if self._earliest <= minute < self._latest:
                return minute
        # A day with hardly anything left of it.
        return max(self._earliest, self._latest - 1 - int(self._random() * min(60, self._latest)))

    def _meal(self, title: str) -> int:
        """Return the minute of a meeting whose title tells the time of day, or 0."""
        for word, minute in _MEALS:
            if word in title and self._earliest <= minute < self._latest:
                return minute
        return 0

    def _free_slot(self, host: int, quarters: int) -> int:
        """Return a minute at which the host is in no other meeting, if there is one."""
        busy = self._busy
        for _ in range(4):
            minute = self._minute(MEETING_MINUTES)
            slots = range(host << 8 | minute // 15, (host << 8 | minute // 15) + quarters)
            if busy.isdisjoint(slots):
                break
        busy.update(slots)
        return minute
