"""The journal: the append-only record of every change."""

import re
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Action(StrEnum):
    """What was done."""

    CREATE = "create"
    AMEND = "amend"
    DELETE = "delete"
    RESTORE = "restore"
    VOID = "void"
    MERGE = "merge"  # into another one of its kind; it is restored when that is undone


class Entity(StrEnum):
    """What it was done to."""

    INTERACTION = "interaction"
    NOTE = "note"
    PERSON = "person"
    ORGANIZATION = "organization"
    OPPORTUNITY = "opportunity"
    LIST = "list"
    LIST_ENTRY = "list_entry"
    FIELD = "field"  # of persons, organizations or opportunities
    FIELD_VALUE = "field_value"
    TYPE = "type"
    PROFILE_TYPE = "profile_type"
    PROFILE = "profile"
    PERSON_FIELDS = "person_fields"  # what is kept beside a person
    ORGANIZATION_FIELDS = "organization_fields"
    DEFINITION = "definition"
    RESOURCE = "resource"
    TENANT = "tenant"
    USER = "user"
    TOKEN = "token"
    PASSWORD = "password"
    APPLICATION = "application"
    CONSENT = "consent"
    REMINDER = "reminder"
    FILE = "file"
    SUBSCRIPTION = "subscription"  # a webhook
    SESSION = "session"  # of all of a user's sessions, when they end: the user's id


class Position(Struct, frozen=True, order=True, array_like=True):
    """A place in the journal. Whoever has read up to it will find every later change behind it."""

    epoch: int = 0
    sequence: int = 0

    @property
    def text(self) -> str:
        """The place as clients are given it, and give it back."""
        return f"{self.epoch}.{self.sequence}"

    @staticmethod
    def of(text: str) -> "Position | None":
        """Return the place that a text stands for, None where it stands for none."""
        found = _PLACE.fullmatch(text)
        return Position(int(found[1]), int(found[2])) if found is not None else None


_PLACE = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


class JournalEntry(Struct, frozen=True, kw_only=True):
    """One change. ``version`` is the record's version after it; ``before`` is the record as it was, None on create."""

    position: Position
    at: int
    actor: int | None
    token_id: int | None
    protocol: str
    request_id: str | None
    action: Action
    entity: Entity
    entity_id: int
    version: int
    before: dict[str, Any] | None = None
