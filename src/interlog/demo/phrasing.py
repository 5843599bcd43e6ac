"""Sentences that do not repeat: pools which every conversation walks through in an order of its own."""

from math import gcd
from typing import Generic, TypeVar

from .phrases.mails import SUMMARY_SUBJECTS

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]

CALL_TITLES = (
    "{q} on {about}",
    "Call with {q}: {about}",
    "Call with {p} about {about}",
    "{q}: {about}",
    "Call with {q}",
)


class Pool(Generic[T]):
    """A fixed set of phrases.

    A conversation (identified by its ``salt``, any number from 0) that asks for turn 0, 1, 2 … sees every phrase once
    before one comes back: the turns walk in steps that have no factor in common with the size of the pool.
    """

    __slots__ = ("items", "size", "strides", "walks")

    def __init__(self, items: tuple[T, ...]) -> None:
        self.items = items
        self.size = len(items)
        self.strides = tuple(step for step in range(1, self.size + 1) if gcd(step, self.size) == 1)
        self.walks = len(self.strides)

    def at(self, salt: int, turn: int) -> T:
        """Return the phrase of this turn."""
        return self.items[(salt + turn * self.strides[salt % self.walks]) % self.size]


class Topic:
    """What people talk or write about: titles, sentences for the log of a conversation, lines for mails and chats.

    ``about`` is a noun phrase. ``meetings`` and ``mails`` are titles. A log entry is one of ``openers`` (of ``first``
    when it is the first one), then some ``details`` and ``steps``. ``ours`` and ``theirs`` are lines for the e-mails of
    the two sides. ``asks`` are chat messages that we write, with their answers, ``hears`` those that we get.
    """

    __slots__ = (
        "about",
        "asks",
        "calls",
        "details",
        "first",
        "hears",
        "mails",
        "meetings",
        "number",
        "openers",
        "ours",
        "steps",
        "summaries",
        "theirs",
    )

    _made = 0

    def __init__(
        self,
        about: str,
        *,
        meetings: tuple[str, ...],
        openers: tuple[str, ...],
        details: tuple[str, ...],
        steps: tuple[str, ...],
        first: tuple[str, ...] = (),
        mails: tuple[str, ...] = ("",),
        ours: tuple[str, ...] = ("",),
        theirs: tuple[str, ...] = ("",),
        asks: Pairs = (("", ""),),
        hears: Pairs = (("", ""),),
    ) -> None:
        # Counts up in import order, which is fixed; tells the turns of one topic from those of another.
        self.number = Topic._made
        Topic._made += 1
        self.about = about
        self.meetings = Pool(meetings)
        self.mails = Pool(mails)
        self.calls = Pool(tuple(title.replace("{about}", about) for title in CALL_TITLES))
        self.summaries = Pool(tuple(title.replace("{about}", about) for title in SUMMARY_SUBJECTS))
        self.first = Pool(first or openers)
        self.openers = Pool(openers)
        self.details = Pool(details)
        self.steps = Pool(steps)
        # A mail starts its text with a capital after the greeting.
        self.ours = Pool(tuple(map(capitalize, ours)))
        self.theirs = Pool(tuple(map(capitalize, theirs)))
        self.asks = Pool(asks)
        self.hears = Pool(hears)


def capitalize(text: str) -> str:
    """Return the text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]
