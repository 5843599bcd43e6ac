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
from ..model.conditions import Condition, Like, Operator, Relation, Wildcard
from ..model.errors import Invalid
from ..model.expressions import Column, Expression, Field, Kind, Literal, Order
from ..model.interactions import Interaction
from ..model.parties import Person
from ..model.types import FieldDefinition, FieldKind, InteractionType
from . import forms
from .types import head
from .view import Page, View

LIMIT = 50
_SHOWN = 200
"""Characters of a value that the table shows."""

EXPORTED = 500
"""Interactions that are read at once for an export."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with."""

_MOST = 2**63
_TIME = "@"
"""Stands for when it happened among the names of fields: none is called like that."""

_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.INTEGER: Kind.INTEGER,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.DECIMAL: Kind.DECIMAL,
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.INSTANT: Kind.INSTANT,
    FieldKind.DATE: Kind.DATE,
    FieldKind.TIME: Kind.TIME,
    FieldKind.UUID: Kind.TEXT,
}
"""Fields by which a table can be filtered and sorted."""

OPERATORS = {"is": "is", "has": "contains", "least": "is at least", "most": "is at most"}
"""How a column is compared with what was typed."""


Place: TypeAlias = tuple[Any, ...]
"""Where a page of the ledger's list ended."""


class Shown(NamedTuple):
    """A row of the table. ``cells`` are texts, in the order of the fields."""

    item: Interaction
    people: str
    cells: list[str]


class Asked(NamedTuple):
    """What the address of a table says: the field that is compared, how, with what, and what it is sorted by."""

    field: str
    operator: str
    value: str
    sort: str
    descending: bool

    def query(self, **more: Any) -> dict[str, Any]:
        """Return it as it stands in an address."""
        return {"field": self.field, "op": self.operator, "value": self.value, "sort": self.order} | more

    @property
    def order(self) -> str:
        """The order as it stands in an address; empty for the latest first."""
        return "" if self.sort == _TIME and self.descending else f"-{self.sort}" if self.descending else self.sort

    def turned(self, name: str) -> str:
        """Return the order by a column, the other way round where the table is sorted by it."""
        return f"-{name}" if self.sort == name and not self.descending else name


async def show(view: View, name: str) -> Page:
    """``GET /types/{name}/table``."""
    type_ = await view.ledger.types.find(view.actor, name)
    asked = _asked(view, type_)
    condition, problem = _condition(view, type_, asked)
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
    fields = list(type_.fields)
    path = f"/types/{type_.name}/table"
    values = head(type_) | {
        "fields": fields,
        "sortable": [field for field in fields if _kind(field) is not None],
        "rows": [_row(view, item, fields, directory) for item in items],
        "asked": asked,
        "by_time": _TIME,
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
    asked = _asked(view, type_)
    condition, problem = _condition(view, type_, asked)
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


def _asked(view: View, type_: InteractionType) -> Asked:
    query = view.query
    sort = query.get("sort", "")
    descending, sort = sort.startswith("-"), sort.removeprefix("-")
    names = {field.name for field in type_.fields if _kind(field) is not None}
    if sort not in names:
        descending, sort = sort != _TIME or descending, _TIME
    operator = query.get("op", "is")
    return Asked(
        query.get("field", "") if query.get("field") in names else "",
        operator if operator in OPERATORS else "is",
        query.get("value", "").strip().replace("\x00", "")[:500],
        sort,
        descending,
    )


def _kind(field: FieldDefinition) -> Kind | None:
    """Return the kind of a field that has one value which can be compared."""
    if field.many or field.flags:
        return None
    if field.kind is FieldKind.CHOICE:
        return Kind.INTEGER if all(isinstance(choice, int) for choice in field.choices) else Kind.TEXT
    return _KINDS.get(field.kind)


def _condition(view: View, type_: InteractionType, asked: Asked) -> tuple[Condition | None, str | None]:
    """Return the condition of a filter, or what is wrong with it."""
    field = next((field for field in type_.fields if field.name == asked.field), None)
    kind = _kind(field) if field is not None else None
    if field is None or kind is None or not asked.value:
        return None, None
    expression = Field((field.name,), kind)
    if asked.operator == "has" and kind is Kind.TEXT:
        return Like(expression, (Wildcard.RUN, asked.value, Wildcard.RUN)), None
    meant = [option.value for option in forms.options_of(view.texts, field) if _same(option.label, asked.value)]
    value = forms.value_of(view.texts, field, (meant[0] if meant else asked.value,))
    literal = _literal(value, kind)
    if literal is None:
        return None, view.texts.gettext("%(value)s is no value of this column.", value=asked.value)
    operator = {"least": Operator.GREATER_OR_EQUAL, "most": Operator.LESS_OR_EQUAL}.get(asked.operator, Operator.EQUAL)
    return Relation(expression, operator, literal), None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _literal(value: Any, kind: Kind) -> Literal | None:
    if kind is Kind.BOOLEAN:
        return Literal(value, kind) if isinstance(value, bool) else None
    if kind is Kind.INTEGER:
        whole = isinstance(value, int) and not isinstance(value, bool) and -_MOST <= value < _MOST
        return Literal(value, kind) if whole else None
    if kind in (Kind.NUMBER, Kind.DECIMAL):
        return Literal(str(value), kind) if forms.is_number(str(value)) else None
    valid = isinstance(value, str) and forms.is_canonical(value, kind)
    return Literal(value, kind) if valid else None


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
    if asked.sort != _TIME:
        field = next(field for field in type_.fields if field.name == asked.sort)
        expression = Field((field.name,), _kind(field) or Kind.TEXT)
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
    if any(not -_MOST <= item < _MOST for item in whole) or any("\x00" in item for item in texts):
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
