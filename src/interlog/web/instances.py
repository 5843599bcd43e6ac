"""The interactions of a type as a table: columns by its fields, with a filter and an order; and as CSV."""

import base64
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import falcon.asgi

from ..ledger.listing import Listed
from ..model.conditions import Condition
from ..model.errors import Invalid
from ..model.expressions import Column, Expression, Field, Kind, Order
from ..model.interactions import Interaction
from ..model.parties import Person
from ..model.types import FieldDefinition, FieldKind, InteractionType
from . import forms
from .instances_asked import BY_TIME, INTEGERS, OPERATORS, Asked, asked_of, condition_of, kind_of
from .types import head
from .view import Page, View

LIMIT = 50
_SHOWN = 200
"""Characters of a value that the table shows."""

EXPORTED = 500
"""Interactions that are read at once for an export."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with."""

Place: TypeAlias = tuple[Any, ...]
"""Where a page of the ledger's list ended."""


class Shown(NamedTuple):
    """A row of the table. ``cells`` are texts, in the order of the fields."""

    item: Interaction
    people: str
    cells: list[str]


async def show(view: View, name: str) -> Page:
    """``GET /types/{name}/table``."""
    type_ = await view.ledger.types.find(view.actor, name)
    asked = asked_of(view, type_)
    condition, problem = condition_of(view, type_, asked)
    found = Listed([], None)
    try:
        found = await _first_or_next(view, type_, asked, condition)
    except Invalid as error:
        if not any(item.code == "too_long" for item in error.problems):
            raise
        problem = view.texts.gettext(
            "It takes too long to look through all entries. Mark the field as fast to filter and sort by."
        )
    items, after = found.interactions, _place_text(found.next) if found.next is not None else None
    directory = await view.ledger.persons.of_interactions(view.actor, items)
    fields = asked.shown(type_)
    path = f"/types/{type_.name}/table"
    values = head(type_) | {
        "fields": fields,
        "all_fields": type_.fields,
        "sortable": [field for field in type_.fields if kind_of(field) is not None],
        "rows": [_row(view, item, fields, directory) for item in items],
        "asked": asked,
        "by_time": BY_TIME,
        "operators": OPERATORS,
        "problem": problem,
        "is_first": "after" not in view.query,
        "more": view.url(path, **asked.query(after=after)) if after else None,
        "export": view.url(f"{path}.csv", **asked.query()),
        "link": lambda **more: view.url(path, **asked.query(**more)),
    }
    return Page("type_table.html", values, 422 if problem else 200)


async def export(view: View, name: str) -> Page | Callable[[falcon.asgi.Response], Awaitable[None]]:
    """``GET /types/{name}/table.csv``: all that the table shows, read page by page while it is being sent."""
    type_ = await view.ledger.types.find(view.actor, name)
    asked = asked_of(view, type_)
    condition, problem = condition_of(view, type_, asked)
    if problem:
        return await show(view, name)

    async def write(response: falcon.asgi.Response) -> None:
        response.content_type = "text/csv; charset=utf-8; header=present"
        response.set_header("Content-Disposition", f'attachment; filename="{type_.name}.csv"')
        response.stream = _lines(view, type_, asked, condition)

    return write


async def _lines(view: View, type_: InteractionType, asked: Asked, condition: Condition | None) -> AsyncIterator[bytes]:
    fields = list(type_.fields)
    heads = ["number", "occurred_at", "ended_at", "title", "participants", *(field.name for field in fields), "body"]
    yield b"\xef\xbb\xbf" + _csv([heads])
    after: Place | None = None
    while True:
        items, after = await _page(view, type_, asked, condition, after, EXPORTED)
        directory = await view.ledger.persons.of_interactions(view.actor, items)
        yield _csv([_exported(view, item, fields, directory) for item in items])
        if after is None:
            return


def _exported(
    view: View, item: Interaction, fields: Sequence[FieldDefinition], directory: Mapping[int, Person]
) -> list[Any]:
    content = item.content
    return [
        item.number,
        view.texts.iso(content.occurred_at),
        view.texts.iso(content.ended_at) if content.ended_at is not None else "",
        _safe(content.title or ""),
        _safe(_people(item, directory, "; ")),
        *(_plain(field, content.fields.get(field.name)) for field in fields),
        _safe(content.body or ""),
    ]


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _plain(field: FieldDefinition, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        is_amount = field.kind is FieldKind.DECIMAL and forms.is_number(value)
        return value if is_amount else _safe(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else json.dumps(value)


def _safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


# What is asked for


async def _first_or_next(view: View, type_: InteractionType, asked: Asked, condition: Condition | None) -> Listed:
    """Return the page that the address asks for; the first one where it says a place that is none."""
    after = _place(view.query.get("after"))
    if after is not None:
        try:
            return await _page(view, type_, asked, condition, after, LIMIT)
        except (ValueError, Invalid):
            pass
    return await _page(view, type_, asked, condition, None, LIMIT)


async def _page(
    view: View,
    type_: InteractionType,
    asked: Asked,
    condition: Condition | None,
    after: Place | None,
    limit: int,
) -> Listed:
    expression: Expression = Column("occurred_at", Kind.INSTANT)
    if asked.sort != BY_TIME:
        field = next(field for field in type_.fields if field.name == asked.sort)
        expression = Field((field.name,), kind_of(field) or Kind.TEXT)
    return await view.ledger.listing.page(
        view.actor,
        [type_.id],
        limit=limit,
        condition=condition,
        orders=(Order(expression, asked.descending),),
        after=after,
    )


def _place_text(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode().rstrip("=")


def _place(text: str | None) -> Place | None:
    """Return the place in an address; None where it is none."""
    try:
        found = json.loads(base64.urlsafe_b64decode((text or "")[:8_000] + "==="))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or any(isinstance(item, (list, dict)) for item in found):
        return None
    whole = [item for item in found if isinstance(item, int)]
    texts = [item for item in found if isinstance(item, str)]
    if any(not -INTEGERS <= item < INTEGERS for item in whole) or any("\x00" in item for item in texts):
        return None
    return tuple(found)


# Rows


def _row(view: View, item: Interaction, fields: Sequence[FieldDefinition], directory: Mapping[int, Person]) -> Shown:
    values = item.content.fields
    cells = [_cell(view, field, values[field.name]) if field.name in values else "" for field in fields]
    return Shown(item, _people(item, directory, ", "), cells)


def _cell(view: View, field: FieldDefinition, value: Any) -> str:
    names = {option.value: option.label for option in forms.options_of(view.texts, field)}
    text = ", ".join(
        names.get(text) or _dated(view, field, text) for text in forms.shown_value(view.texts, field, value)
    )
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _dated(view: View, field: FieldDefinition, text: str) -> str:
    """Return a text, or the day or the moment that it is as the reader writes it."""
    if field.many or field.kind not in (FieldKind.DATE, FieldKind.INSTANT):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if field.kind is FieldKind.DATE:
        return view.texts.date(moment.date())
    return view.texts.date_and_time(view.texts.instant(moment))


def _people(item: Interaction, directory: Mapping[int, Person], between: str) -> str:
    names = []
    for part in item.participants:
        person = directory.get(part.person) if part.person is not None else None
        names.append(
            (person.name or person.primary_email if person is not None else None) or part.name or part.address or ""
        )
    return between.join(dict.fromkeys(name for name in names if name))
