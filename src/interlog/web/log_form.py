"""What the form of an interaction says: what stands in it at first, what was sent, and the content that this makes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.errors import Problem
from ..model.ids import uuid7
from ..model.instants import MINUTE, instant_text, now
from ..model.interactions import Content, Interaction, Links
from ..model.types import Direction, FieldDefinition, FieldKind, InteractionType
from ..model.validation import problems_of
from . import forms, taking_part
from .taking_part import Part
from .view import View

_STEP = 5 * MINUTE
"""To what the time of a new one is rounded down."""


class Said(NamedTuple):
    """What stands in a form, as text. ``raw``: in the controls of the type's fields."""

    day: str
    time: str
    minutes: str
    direction: str
    title: str
    body: str
    raw: Mapping[str, tuple[str, ...]]
    parts: Sequence[Part]
    links: Links
    key: str
    version: int = 0


def first(view: View, type_: InteractionType) -> Said:
    """Return what a new form says: just now, by the reader, with whom the page's address names."""
    day, time = _clock(view, now() // _STEP * _STEP)
    query = view.query
    links = Links(
        organizations=_ids([query.get("organization", "")]), opportunities=_ids([query.get("opportunity", "")])
    )
    persons = _ids([query.get("person", "")])
    parts = taking_part.first_parts(view, type_, persons[0] if persons else None, query.get("who", "")[:2000])
    return Said(day, time, "", "", "", "", {}, parts, links, uuid7())


def type_of(view: View, item: Interaction) -> InteractionType:
    """Return the type of a stored interaction."""
    return view.actor.tenant.types_by_id[item.type_id]


def fields_of(type_: InteractionType) -> list[FieldDefinition]:
    """Return the fields that have controls: the one that says when it happened is part of every form."""
    return [field for field in type_.fields if field.name != type_.timestamp_field]


def _clock(view: View, at: int) -> tuple[str, str]:
    day, _, time = forms.local_time(view.texts, at).partition("T")
    return day, time


async def sent(view: View, type_: InteractionType, item: Interaction | None = None) -> Said:
    """Return what a form that was sent says; names of participants are looked up."""
    return Said(
        view.field("day"),
        view.field("time"),
        view.field("minutes"),
        view.field("direction"),
        view.field("title"),
        view.field("body").replace("\r\n", "\n"),
        forms.filled(view, fields_of(type_)),
        await taking_part.sent_parts(view, type_),
        Links(
            item.content.links.persons if item is not None else (),
            _ids(view.fields("organization")),
            _ids(view.fields("opportunity")),
        ),
        view.field("key"),
        version_in(view) or 0,
    )


def version_in(view: View) -> int | None:
    """Return the version that a form was made from."""
    text = view.field("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def stored(view: View, item: Interaction) -> Said:
    """Return what the form of a stored interaction says at first."""
    content, type_ = item.content, type_of(view, item)
    day, time = _clock(view, content.occurred_at)
    return Said(
        day,
        time,
        _minutes_text(content),
        str(int(content.direction)) if content.direction is not None else "",
        (content.title or "").strip(),
        (content.body or "").replace("\r\n", "\n").strip(),
        forms.shown_values(view.texts, fields_of(type_), content.fields),
        taking_part.stored_parts(type_, content.participants),
        content.links,
        "",
        item.version,
    )


def _minutes_text(content: Content) -> str:
    if content.ended_at is None:
        return ""
    return f"{(content.ended_at - content.occurred_at) / MINUTE:.2f}".rstrip("0").rstrip(".")


def content_of(
    view: View, type_: InteractionType, said: Said, item: Interaction | None
) -> tuple[Content, list[Problem]]:
    """Return what a form says happened, and everything that is wrong with it.

    What was left as the form showed it stays as it is stored.
    """
    before = item.content if item is not None else None
    shown = stored(view, item) if item is not None else None
    problems: list[Problem] = []
    fields = fields_of(type_)
    values = forms.values_of(view.texts, fields, said.raw, before.fields if before is not None else None)
    if before is not None:
        declared = {field.name for field in fields}
        values |= {name: value for name, value in before.fields.items() if name not in declared}
    occurred_at, offset = _moment(view, type_, said, problems)
    if before is not None and shown is not None and (shown.day, shown.time) == (said.day, said.time):
        occurred_at, offset = before.occurred_at, before.occurred_offset
    elif type_.timestamp_field is not None:
        dated = next((f.kind for f in type_.fields if f.name == type_.timestamp_field), None) is FieldKind.DATE
        values[type_.timestamp_field] = said.day if dated else instant_text(occurred_at)
    ended_at = _end(view, said, occurred_at, problems)
    if before is not None and shown is not None and shown.minutes == said.minutes and before.ended_at is not None:
        ended_at = occurred_at + (before.ended_at - before.occurred_at)
    content = Content(
        occurred_at=occurred_at,
        occurred_offset=offset,
        ended_at=ended_at,
        title=_text(said.title, shown.title if shown else "", before.title if before else None),
        body=_text(said.body, shown.body if shown else "", before.body if before else None),
        direction=Direction(int(said.direction)) if said.direction in ("0", "1") else None,
        participants=participants(type_, said.parts, item),
        links=said.links,
        fields=values,
    )
    if before is not None:
        content = replace(
            before,
            **{name: getattr(content, name) for name in ("occurred_at", "occurred_offset", "ended_at", "title", "body",
                                                          "direction", "participants", "links", "fields")},
        )  # fmt: skip
    return content, [*problems, *forms.unstorable(values), *problems_of(content, type_)]


def _text(said: str, shown: str, before: str | None) -> str | None:
    return before if before is not None and said == shown else said or None


def participants(type_: InteractionType, parts: Sequence[Part], item: Interaction | None) -> Any:
    """Return the participants that a form says; those that fields refer to stay."""
    before = item.participants if item is not None else ()
    shown = {part.slot.role for part in parts}
    kept = [part for part in before if part.role not in shown]
    return (*taking_part.participants_of(parts, before), *kept)


def _moment(view: View, type_: InteractionType, said: Said, problems: list[Problem]) -> tuple[int, int | None]:
    """Return the instant and the offset of a day and a time on the reader's clock; now, where they are none."""
    try:
        day = date.fromisoformat(said.day)
        time = time_of_day.fromisoformat(said.time) if said.time else time_of_day()
        if time.tzinfo is not None:
            raise ValueError
        moment = datetime.combine(day, time, view.texts.zone)
        offset = moment.utcoffset()
        return view.texts.instant(moment), int(offset.total_seconds()) // 60 if offset is not None else None
    except (ValueError, OverflowError):
        missing = not said.day and not said.time
        problems.append(Problem("occurred_at", "is required" if missing else "must be a day and a time"))
        return now(), None


def _end(view: View, said: Said, start: int, problems: list[Problem]) -> int | None:
    if not said.minutes:
        return None
    try:
        return start + round(float(said.minutes.replace(",", ".")[:12]) * MINUTE)
    except (ValueError, OverflowError):
        if ":" in said.minutes and forms.length_of(said.minutes) is not None:
            hours, _, minutes = said.minutes.partition(":")
            return start + (int(hours) * 60 + int(minutes)) * MINUTE
        problems.append(Problem("ended_at", "must be minutes, or hours and minutes such as 1:30"))
        return None


def _ids(texts: Sequence[str]) -> tuple[int, ...]:
    """Return the ids among some texts, each once."""
    found = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 15]
    return tuple(dict.fromkeys(found))
