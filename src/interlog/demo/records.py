"""What the demo world consists of: plain records. Keys are positive integers, unique per kind of record."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Category = Literal["meeting", "call", "message", "email"]
Direction = Literal["sent", "received"]


class Firm(Struct, frozen=True):
    """The tenant: whose people and records these are. ``list_name`` is the list its opportunities stand on."""

    name: str
    domain: str
    time_zone: str
    list_name: str


class DemoPerson(Struct, frozen=True):
    """A person. Internal ones (of the firm) have the first keys; ``organizations`` are keys, the main one first."""

    key: int
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    internal: bool
    title: str | None
    organizations: tuple[int, ...]


class DemoOrganization(Struct, frozen=True):
    """An organization; the first domain is the main one."""

    key: int
    name: str
    domains: tuple[str, ...]
    city: str
    sector: str


class DemoOpportunity(Struct, frozen=True):
    """A possible investment. ``persons`` and ``organizations`` are keys, the company itself first."""

    key: int
    name: str
    persons: tuple[int, ...]
    organizations: tuple[int, ...]
    created_at: datetime


class DemoNote(Struct, frozen=True):
    """A note on persons, organizations or opportunities (keys).

    ``replies`` are (author's key, content, created_at), oldest first.
    """

    author: int
    persons: tuple[int, ...]
    organizations: tuple[int, ...]
    opportunities: tuple[int, ...]
    content: str
    created_at: datetime
    replies: tuple[tuple[int, str, datetime], ...]


# Millions of these are made one after the other and hold no cycles: nothing for the collector to look at.
class DemoInteraction(Struct, frozen=True, gc=False):
    """One interaction. Times carry the offset that the firm's zone has on that day.

    ``participants`` are (person key, role): a meeting has attendees; a call or message one initiator and attendees; an
    e-mail one from, at least one to, maybe cc. ``direction`` stands on messages and e-mails: sent by one of ours or
    received. ``creator`` (a key) logged it by hand; None: captured from a calendar or mailbox. ``opportunities`` are
    the keys of the deals it is about.
    """

    category: Category
    occurred_at: datetime
    ended_at: datetime | None
    title: str | None
    body: str | None
    direction: Direction | None
    manual: bool
    creator: int | None
    participants: tuple[tuple[int, str], ...]
    opportunities: tuple[int, ...] = ()
