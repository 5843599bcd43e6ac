"""The invented data that every measurement works on: the same for each engine, and the same each time.

An interaction has a body of 290 characters and three participants: one of our own people and two others. They come in
order of time, evenly over ``SPAN_DAYS``. Each of ten *heavy* persons takes part in one interaction out of twenty,
always a meeting, so that a person's pages are full at any size of the store; some others concern a heavy person too,
so that a list by type has something to leave out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from interlog.model.interactions import Content, Draft, Participant
from interlog.model.parties import PersonKind
from interlog.model.types import CALL, CHAT_MESSAGE, EMAIL, MEETING, Direction, Logging, Role

VERSION = 2
"""To be counted up when anything here changes: stores filled with other data are not used again."""

OWN = 50
HEAVY = 10
CYCLE = 20  # of so many interactions in a row, each heavy person takes part in one meeting
BODY_LENGTH = 290

START = datetime(2025, 12, 1, tzinfo=UTC)
SPAN_DAYS = 300

_TYPES = (MEETING.name, CALL.name, CHAT_MESSAGE.name, EMAIL.name)
_ROLES = {
    EMAIL.name: (Role.FROM.value, Role.TO.value, Role.CC.value),
}
_ATTENDEES = (Role.ATTENDEE.value,) * 3

_WORDS = """agreed to send the revised terms before the next round; asked about churn in the second quarter, hiring in
Lisbon and the audit. Wants an introduction to somebody who has run a regulated business at that size. Open: the option
pool, two reference calls, and whether the pilot with the port authority counts as revenue. They will come back on
Thursday with numbers per cohort. Mood: calm, precise, a little tired after the trade fair. """
_TEXT = " ".join(_WORDS.split()) * 2
_STARTS = len(_TEXT) - BODY_LENGTH


def persons_of(size: int) -> int:
    """Return how many persons a store of this many interactions has, heavy and own ones included."""
    return max(2_000, size // 10)


def chance(index: int, draw: int) -> int:
    """Return a number that looks random but is always the same for the same two (splitmix64)."""
    value = (index * 0x9E3779B97F4A7C15 + draw * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)


def person_names(index: int) -> tuple[PersonKind, str, str, str]:
    """Return kind, first name, last name and e-mail address of the person at a place."""
    if index < OWN:
        return PersonKind.INTERNAL, "Own", f"Colleague{index}", f"colleague{index}@own.example"
    return PersonKind.EXTERNAL, f"Given{chance(index, 0) % 997}", f"Family{index}", f"person{index}@firm{index}.example"


def heavy_place(which: int) -> int:
    """Return the place of a heavy person among the persons."""
    return OWN + which


def code_of(index: int) -> int:
    """Return the kind of the interaction at a place: 0 meeting, 1 call, 2 chat message, 3 e-mail."""
    return 0 if index % CYCLE < HEAVY else index % 4


def moment_of(index: int, size: int) -> datetime:
    """Return when the interaction at a place happened."""
    return START + timedelta(seconds=index * SPAN_DAYS * 86_400 // size)


def body_of(index: int) -> str:
    """Return the text of the interaction at a place."""
    start = chance(index, 1) % _STARTS
    return _TEXT[start : start + BODY_LENGTH]


def places_of(index: int, persons: int) -> tuple[int, int, int]:
    """Return the places of the three persons in the interaction at a place."""
    others = persons - OWN - HEAVY
    own = chance(index, 2) % OWN
    second = OWN + HEAVY + chance(index, 3) % others
    if index % CYCLE < HEAVY:
        return own, heavy_place(index % CYCLE), second
    third = OWN + HEAVY + chance(index, 4) % others
    if third == second or chance(index, 5) % 10 == 0:
        third = heavy_place(chance(index, 6) % HEAVY)
    return own, second, third


def drafts(start: int, end: int, size: int, person_ids: range) -> Iterator[Draft]:
    """Yield the interactions from one place to another, as a sync would log them."""
    for index in range(start, end):
        type_ = _TYPES[code_of(index)]
        roles = _ROLES.get(type_, _ATTENDEES)
        places = places_of(index, len(person_ids))
        at = int(moment_of(index, size).timestamp()) * 1_000_000
        yield Draft(
            type=type_,
            content=Content(
                occurred_at=at,
                occurred_offset=60,
                ended_at=at + 1_800_000_000,
                title=f"Talk about item {index % 1000}",
                body=body_of(index),
                direction=Direction(index % 2) if type_ in (CHAT_MESSAGE.name, EMAIL.name) else None,
                participants=tuple(Participant(person_ids[p], r) for p, r in zip(places, roles, strict=True)),
            ),
            logging=Logging.AUTOMATIC,
            origin="calendar-sync",
        )
