"""Contexts of the standard, typed: written as Python, sent as JSON (spec 2).

Each has ``to_dict``; calls of an agent take them as they are, and dictionaries as well. What comes back is a
dictionary, since it may have members that no type names.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct


class _Context(Struct, kw_only=True, rename="camel", omit_defaults=True):
    """The base of all: a name and ids, by whose they are."""

    name: str | None = None
    id: dict[str, str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


class Contact(_Context, tag_field="type", tag="fdc3.contact", kw_only=True, rename="camel", omit_defaults=True):
    """Somebody: ``Contact.of("Ada Byron", email="ada@client.example")``."""

    @classmethod
    def of(cls, name: str | None = None, **ids: str) -> "Contact":
        """Return a contact with a name and ids."""
        return cls(name=name, id=ids)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: its ids must be there, even if there are none."""
        return super().to_dict() | {"id": self.id or {}}


class Organization(
    _Context, tag_field="type", tag="fdc3.organization", kw_only=True, rename="camel", omit_defaults=True
):
    """A firm, with one id at least, such as ``LEI``."""

    @classmethod
    def of(cls, name: str | None = None, **ids: str) -> "Organization":
        """Return an organization with a name and ids."""
        return cls(name=name, id=ids)


class ContactList(_Context, tag_field="type", tag="fdc3.contactList", kw_only=True, rename="camel", omit_defaults=True):
    """Several contacts."""

    contacts: list[Contact] = []

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return super().to_dict() | {"contacts": [contact.to_dict() for contact in self.contacts]}


class TimeRange(_Context, tag_field="type", tag="fdc3.timeRange", kw_only=True, rename="camel", omit_defaults=True):
    """A time, from and to; one of both may be open. Times without a zone are UTC."""

    start_time: datetime | None = None
    end_time: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found = super().to_dict()
        for name, moment in (("startTime", self.start_time), ("endTime", self.end_time)):
            if moment is not None:
                aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
                found[name] = aware.isoformat().replace("+00:00", "Z")
        return found


class Interaction(_Context, tag_field="type", tag="fdc3.interaction", kw_only=True, rename="camel", omit_defaults=True):
    """Something that happened between people. ``interaction_type``: ``Meeting``, ``Call``, ``Email``, or any text."""

    interaction_type: str
    time_range: TimeRange
    participants: ContactList
    description: str = ""
    initiator: Contact | None = None
    origin: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found = super().to_dict() | {"description": self.description}
        found |= {"timeRange": self.time_range.to_dict(), "participants": self.participants.to_dict()}
        return found | ({"initiator": self.initiator.to_dict()} if self.initiator is not None else {})


def meeting(*people: Contact, at: datetime, until: datetime | None = None, about: str = "") -> Interaction:
    """Return a meeting of people: the shortest way to log one."""
    return Interaction(
        interaction_type="Meeting",
        time_range=TimeRange(start_time=at, end_time=until),
        participants=ContactList(contacts=list(people)),
        description=about,
    )
