"""Contexts: what is wrong with one, every problem at once with its path (spec 2).

Only what the standard demands is checked: contexts may have any further members, and types of contexts that are not
listed here need no more than a type.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from interlog.model.errors import Problem
from interlog.model.instants import parse_moment

INTERACTION = "fdc3.interaction"
CONTACT = "fdc3.contact"
CONTACT_LIST = "fdc3.contactList"
ORGANIZATION = "fdc3.organization"
INSTRUMENT = "fdc3.instrument"
TIME_RANGE = "fdc3.timeRange"
TRANSACTION_RESULT = "fdc3.transactionResult"
EMAIL = "fdc3.email"
MESSAGE = "fdc3.message"
NOTHING = "fdc3.nothing"
CHAT_CRITERIA = "fdc3.chat.searchCriteria"
CHAT_ROOM = "fdc3.chat.room"
CHAT_SETTINGS = "fdc3.chat.initSettings"
INTERACTION_LIST = "interlog.interactionList"
RESULT_LIST = "interlog.transactionResultList"

STATUSES = ("Created", "Updated", "Deleted", "Failed")
_SPELLINGS = {"fdc3.timerange": TIME_RANGE}  # as 2.0 had it (spec 2.2)

Check = Callable[[str, Any], Iterator[Problem]]


class Member(NamedTuple):
    """A member of a context: how its value is checked, and whether it must be there."""

    check: Check
    required: bool = False


def problems_of(context: Mapping[str, Any], path: str = "") -> list[Problem]:
    """Return everything wrong with a context, by the rules of its type. Paths are like ``timeRange.startTime``."""
    type_ = canonical_type(context.get("type"))
    if not isinstance(type_, str):
        return [Problem(_at(path, "type"), "is required" if type_ is None else "is not a string")]
    return list(_context(type_)(path, context))


def canonical_type(type_: Any) -> Any:
    """Return a type of contexts as it is spelt now."""
    return _SPELLINGS.get(type_, type_) if isinstance(type_, str) else type_


def text_of(description: Any) -> str:
    """Return what a description says, which may be a message (spec 2.7)."""
    if isinstance(description, dict):
        text = description.get("text")
        return str(text.get("text/plain") or "") if isinstance(text, dict) else ""
    return str(description)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _string(path: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, "is not a string", "type")
    elif "\x00" in value:
        yield Problem(path, "must not contain the character U+0000", "character")


def _object(path: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "is not an object", "type")


def _date_time(path: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str) or "T" not in value.upper() or parse_moment(value) is None:
        yield Problem(path, "is not an ISO 8601 date-time", "format")


def _status(path: str, value: Any) -> Iterator[Problem]:
    if value not in STATUSES:
        yield Problem(path, f"is none of {', '.join(STATUSES)}", "enum")


def _list_of(check: Check) -> Check:
    def checked(path: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, "is not a list", "type")
            return
        for index, item in enumerate(value):
            yield from check(f"{path}[{index}]", item)

    return checked


def _any_context(path: str, value: Any) -> Iterator[Problem]:
    """Check that something is a context, of whatever type."""
    if not isinstance(value, dict):
        yield Problem(path, "is not an object", "type")
    elif not isinstance(value.get("type"), str):
        yield Problem(_at(path, "type"), "is required", "missing")


def _one_of(*types: str) -> Check:
    def checked(path: str, value: Any) -> Iterator[Problem]:
        if isinstance(value, dict) and canonical_type(value.get("type")) in types:
            yield from problems_of(value, path)
        else:
            yield Problem(path, f"is none of {', '.join(types)}", "type")

    return checked


def _criterion(path: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield from _one_of(INSTRUMENT, ORGANIZATION, CONTACT)(path, value)


def _description(path: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict) and value.get("type") == MESSAGE:  # asked for by users, and taken (spec 10)
        yield from _string(_at(path, "text"), text_of(value))
    else:
        yield from _string(path, value)


def _id(path: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "is not an object", "type")
        return
    for name, item in value.items():
        if name.casefold() == "email" or isinstance(item, str):
            yield from _string(_at(path, name), item)


def _some_id(path: str, value: Any) -> Iterator[Problem]:
    yield from _id(path, value)
    if value == {}:
        yield Problem(path, "must have at least one id", "missing")


def _times(path: str, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Check what a range of times says as a whole: one end at least, and in this order."""
    if value.get("startTime") is None and value.get("endTime") is None:
        yield Problem(path, "needs a startTime or an endTime", "missing")
        return
    ends = [value.get(name) for name in ("startTime", "endTime")]
    moments = [parse_moment(end) if isinstance(end, str) else None for end in ends]
    if moments[0] is not None and moments[1] is not None and moments[1].instant < moments[0].instant:
        yield Problem(_at(path, "endTime"), "lies before startTime", "range")


def _context(type_: str) -> Check:
    """Return the check of contexts of one type."""

    def checked(path: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, "is not an object", "type")
            return
        given = value.get("type")
        if given is None:
            yield Problem(_at(path, "type"), "is required", "missing")
        elif canonical_type(given) != type_:
            yield Problem(_at(path, "type"), f"is not {type_}", "type")
        members = _BASE | TYPES.get(type_, {})
        for name, member in members.items():
            item = value.get(name)
            if item is not None:
                yield from member.check(_at(path, name), item)
            elif member.required:
                yield Problem(_at(path, name), "is required", "missing")
            elif name in value:
                yield Problem(_at(path, name), "is null: leave it out", "type")
        if type_ == TIME_RANGE:
            yield from _times(path, value)

    return checked


_BASE = {"name": Member(_string), "id": Member(_id)}

TYPES: dict[str, dict[str, Member]] = {
    INTERACTION: {
        "participants": Member(_context(CONTACT_LIST), required=True),
        "timeRange": Member(_context(TIME_RANGE), required=True),
        "interactionType": Member(_string, required=True),
        "description": Member(_description, required=True),
        "initiator": Member(_context(CONTACT)),
        "origin": Member(_string),
    },
    TIME_RANGE: {"startTime": Member(_date_time), "endTime": Member(_date_time)},
    CONTACT: {"id": Member(_id, required=True)},
    CONTACT_LIST: {"contacts": Member(_list_of(_context(CONTACT)), required=True)},
    ORGANIZATION: {"id": Member(_some_id, required=True)},
    INSTRUMENT: {"id": Member(_id)},
    TRANSACTION_RESULT: {
        "status": Member(_status, required=True),
        "context": Member(_any_context),
        "message": Member(_string),
    },
    EMAIL: {
        "recipients": Member(_one_of(CONTACT, CONTACT_LIST), required=True),
        "subject": Member(_string),
        "textBody": Member(_string),
    },
    CHAT_CRITERIA: {"criteria": Member(_list_of(_criterion), required=True)},
    CHAT_ROOM: {"providerName": Member(_string, required=True), "id": Member(_object, required=True)},
    CHAT_SETTINGS: {"chatName": Member(_string), "members": Member(_context(CONTACT_LIST))},
    MESSAGE: {"text": Member(_object)},
    NOTHING: {},
    INTERACTION_LIST: {"interactions": Member(_list_of(_object), required=True)},
}
"""The members of each type of contexts, besides those that all have (spec 2)."""
