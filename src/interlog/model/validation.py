"""The rules of an interaction against its type: every problem at once, each with its path."""

import hashlib
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from .errors import Problem
from .ids import MAX_ID, parse_uuid
from .instants import parse_moment
from .interactions import Content
from .types import FieldDefinition, FieldKind, InteractionType

MAX_TITLE = 1_000
MAX_BODY = 1_000_000
MAX_PARTICIPANTS = 5_000
MAX_IDENTITY = 400
"""Characters up to which an identity stands in its index as it is: a longer one by its hash."""

Check = Callable[[str, Any], Iterator[Problem]]


def problems_of(content: Content, type_: InteractionType) -> list[Problem]:
    """Return everything wrong with this content as an interaction of the type; empty when it is valid."""
    return [*_general_problems(content), *_participant_problems(content, type_), *_field_problems(content, type_)]


def identity_of(content: Content, type_: InteractionType) -> str | None:
    """Return the text under which the type's identity fields make this content unique; None without such fields."""
    if not type_.identity:
        return None
    text = msgspec.json.encode([content.fields.get(name) for name in type_.identity]).decode()
    return text if len(text) <= MAX_IDENTITY else hashlib.sha256(text.encode()).hexdigest()


def _general_problems(content: Content) -> Iterator[Problem]:
    if content.ended_at is not None and content.ended_at < content.occurred_at:
        yield Problem("ended_at", "must not lie before the start", "range")
    if content.title is not None and len(content.title) > MAX_TITLE:
        yield Problem("title", f"must not be longer than {MAX_TITLE} characters", "too_long")
    if content.body is not None and len(content.body) > MAX_BODY:
        yield Problem("body", f"must not be longer than {MAX_BODY} characters", "too_long")
    for path, text in (("title", content.title), ("body", content.body)):
        if text is not None and "\x00" in text:
            yield Problem(path, "must not contain the character U+0000", "character")


def _participant_problems(content: Content, type_: InteractionType) -> Iterator[Problem]:
    if len(content.participants) > MAX_PARTICIPANTS:
        yield Problem("participants", f"must not be more than {MAX_PARTICIPANTS}", "too_long")
    slots = {slot.role: slot for slot in type_.slots}
    counts = dict.fromkeys(slots, 0)
    for index, participant in enumerate(content.participants):
        if participant.role not in counts:
            yield Problem(
                f"participants[{index}].role", f"{type_.name} has no participants of the role {participant.role}"
            )
            continue
        counts[participant.role] += 1
    for role, count in counts.items():
        if slots[role].required and not count:
            yield Problem("participants", f"must include one of the role {role}", "missing")
        if count > 1 and not slots[role].many:
            yield Problem("participants", f"must include only one of the role {role}")


def _field_problems(content: Content, type_: InteractionType) -> Iterator[Problem]:
    checks = _compiled(type_.fields)
    for name in content.fields:
        if name not in checks:
            yield Problem(f"fields.{name}", f"{type_.name} has no field of this name", "unknown_field")
    for name, (field, check) in checks.items():
        value = content.fields.get(name)
        path = f"fields.{name}"
        if value is None:
            if field.required or name in type_.identity:
                yield Problem(path, "is required", "missing")
        elif not field.many:
            yield from check(path, value)
        elif not isinstance(value, list):
            yield Problem(path, "must be a list", "type")
        else:
            for index, item in enumerate(value):
                yield from check(f"{path}[{index}]", item)


@lru_cache(maxsize=4096)
def _compiled(fields: tuple[FieldDefinition, ...]) -> dict[str, tuple[FieldDefinition, Check]]:
    return {field.name: (field, _check_of(field)) for field in fields}


def _check_of(field: FieldDefinition) -> Check:
    """Return the check of one value, with everything that can be looked up beforehand already looked up."""
    kind_check = _KIND_CHECKS[field.kind]
    pattern = re.compile(field.pattern) if field.pattern else None
    choices = frozenset(field.choices)

    def check(path: str, value: Any) -> Iterator[Problem]:
        message = kind_check(value)
        if message is not None:
            yield Problem(path, message, "type")
            return
        if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
            yield Problem(path, f"must not be longer than {field.max_length} characters", "too_long")
        if pattern is not None and isinstance(value, str) and not pattern.search(value):
            yield Problem(path, f"must match the pattern {field.pattern}", "pattern")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if field.minimum is not None and value < field.minimum:
                yield Problem(path, f"must be at least {field.minimum:g}", "range")
            if field.maximum is not None and value > field.maximum:
                yield Problem(path, f"must be at most {field.maximum:g}", "range")
        if choices and (isinstance(value, (dict, list)) or value not in choices):
            yield Problem(path, "must be one of " + ", ".join(str(choice) for choice in field.choices), "choice")

    return check


_LARGEST = sys.float_info.max


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _rule(holds: Callable[[Any], bool], message: str) -> Callable[[Any], str | None]:
    return lambda value: None if holds(value) else message


_KIND_CHECKS: dict[FieldKind, Callable[[Any], str | None]] = {
    FieldKind.TEXT: _rule(lambda value: isinstance(value, str), "must be a text"),
    FieldKind.INTEGER: _rule(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_ID,
        "must be an integer",
    ),
    FieldKind.NUMBER: _rule(
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= _LARGEST,
        "must be a number",
    ),
    FieldKind.BOOLEAN: _rule(lambda value: isinstance(value, bool), "must be true or false"),
    FieldKind.INSTANT: _rule(
        lambda value: isinstance(value, str) and parse_moment(value) is not None, "must be an ISO 8601 date and time"
    ),
    FieldKind.DATE: _rule(_is_date, "must be an ISO 8601 date"),
    FieldKind.UUID: _rule(lambda value: isinstance(value, str) and parse_uuid(value) is not None, "must be a UUID"),
    FieldKind.CHOICE: _rule(
        lambda value: isinstance(value, (str, int)) and not isinstance(value, bool), "must be one of the choices"
    ),
    FieldKind.OBJECT: _rule(lambda value: isinstance(value, (dict, list)), "must be an object"),
}
