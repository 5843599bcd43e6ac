"""What the filters of each collection can be about (spec 13.4)."""

import re
from collections.abc import Mapping

from interlog.model.conditions import Operator
from interlog.model.ids import MAX_ID
from interlog.model.instants import parse_moment

from .filters import Property
from .words import CHANGE_ACTIONS, MERGE_STATUSES, REMINDER_TYPES, RESET_TRIGGERS, STATUSES, USER_STATUSES


def _id(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) and 1 <= int(text) <= MAX_ID else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,30})?", text) else None


def _instant(text: str) -> int | None:
    moment = parse_moment(text)
    return moment.instant if moment is not None else None


_RANGE = (Operator.GREATER, Operator.LESS, Operator.GREATER_OR_EQUAL, Operator.LESS_OR_EQUAL)


def _field_id(text: str) -> int | None:
    return _id(text.removeprefix("field-"))


def id_property(field: str) -> Property:
    """Return a property that holds an id."""
    return Property(field, _id, "an id", (Operator.EQUAL,))


def time_property(field: str) -> Property:
    """Return a property that holds a date and time."""
    return Property(field, _instant, "a date and time such as 2026-03-05T17:15:30Z", _RANGE)


def word_property(field: str, words: Mapping[str, int]) -> Property:
    """Return a property that holds one of some words, each of which the model knows as a number."""
    return Property(field, words.get, f"one of {', '.join(words)}", (Operator.EQUAL,))


def _interactions(time: str) -> dict[str, Property]:
    return {
        "id": id_property("number"),
        time: time_property("occurred_at"),
        "createdAt": time_property("created_at"),
        "updatedAt": time_property("modified_at"),
    }


EVENTS = _interactions("startTime")
MESSAGES = _interactions("sentAt")
ATTACHED_NOTES = {
    "creator.id": id_property("creator"),
    "createdAt": time_property("created_at"),
    "updatedAt": time_property("updated_at"),
}
"""Replies, and the notes of a person, a company or an opportunity."""
NOTES = {"id": id_property("id"), **ATTACHED_NOTES}

MERGES = {
    "status": word_property("state", MERGE_STATUSES),
    "taskId": id_property("id"),
}
REMINDERS = {
    **{
        f"{path}.id": id_property(field)
        for path, field in (
            ("person", "person"), ("company", "organization"), ("opportunity", "opportunity"), ("creator", "creator"),
            ("owner", "owner"), ("completer", "completer"),
        )
    },
    "id": id_property("id"),
    "type": word_property("kind", REMINDER_TYPES),
    "resetTrigger": word_property("reset", RESET_TRIGGERS),
    "status": word_property("status", STATUSES),
    "dueDate": time_property("due_at"),
    "createdAt": time_property("created_at"),
    "updatedAt": time_property("updated_at"),
}  # fmt: skip
FILES = {"creator.id": id_property("creator"), "createdAt": time_property("created_at")}
FIELDS = {"name": Property("name", str, "a text", (Operator.EQUAL, Operator.CONTAINS))}
"""Fields, which are few: each is looked at."""

USERS = {"id": id_property("id"), "status": word_property("active", USER_STATUSES)}
TRANSCRIPTS = {"createdAt": time_property("created_at")}
WEBHOOKS = {
    "id": id_property("id"),
    "createdAt": time_property("created_at"),
    "updatedAt": time_property("changed_at"),
}
RELATIONSHIPS = {"interactionScore": Property("score", _number, "a number from 0 to 1", _RANGE)}
ENTRY_FIELD_CHANGES = {
    "field.id": Property("field", _field_id, "the id of a field", (Operator.EQUAL,)),
    "changer.id": id_property("changer"),
    "actionType": word_property("action", CHANGE_ACTIONS),
    "changedAt": time_property("at"),
}
FIELD_CHANGES = {**ENTRY_FIELD_CHANGES, "listEntry.id": id_property("entry")}
