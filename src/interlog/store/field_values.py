"""The index of marked fields: which rows an interaction has in it, and how it is filled.

A value stands there as a text that sorts as the values of its kind do. Each interaction of the type has one row for
each marked field, null being the empty text, so that sorting by a field needs nothing else. A row names the version
that it is of, by ``changed_at``; what is left of former versions is passed by.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, literal_column, select
from sqlalchemy import insert as insert_into

from ..model.expressions import Kind
from ..model.interactions import Interaction
from ..model.types import FieldDefinition, FieldKind, InteractionType
from .database import Database, Duplicate
from .interactions import interaction_of
from .schema import field_index, field_value, interaction
from .statements import Query, Unit, parameter

NULL = ""
"""What stands for a field without a value: less than all else."""

LONGEST = 200
"""Characters of a text that stand in the index with certainty: what is longer is told apart by the record."""

_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.UUID: Kind.TEXT,
    FieldKind.INTEGER: Kind.NUMBER,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.DECIMAL: Kind.DECIMAL,
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.INSTANT: Kind.INSTANT,
    FieldKind.DATE: Kind.DATE,
    FieldKind.TIME: Kind.TIME,
}


def marked(type_: InteractionType) -> dict[str, Kind]:
    """Return the fields of a type that are in the index, and the kinds as of which they are there."""
    return {field.name: kind for field in type_.indexed if (kind := _kind_of(field)) is not None}


def _kind_of(field: FieldDefinition) -> Kind | None:
    if field.kind is FieldKind.CHOICE:
        return Kind.TEXT if isinstance(field.choices[0], str) else Kind.NUMBER
    return _KINDS.get(field.kind)


# Keys

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?Z")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")


def key_of(value: Any, kind: Kind) -> str:
    """Return the text of a value of a kind; ``NULL`` for what is of another kind, as it is null in conditions."""
    if kind is Kind.BOOLEAN:
        return f"b{value:d}" if isinstance(value, bool) else NULL
    if kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL):
        if isinstance(value, str) and not (kind is Kind.DECIMAL and _NUMBER.fullmatch(value)):
            return NULL
        return _number(value) if isinstance(value, (int, float, Decimal, str)) and value is not True else NULL
    if not isinstance(value, str):
        return NULL
    if kind is Kind.TEXT:
        return "t" + value[:LONGEST]
    if kind is Kind.DATE:
        return "d" + value if _DATE.fullmatch(value) else NULL
    if kind is Kind.TIME:
        time = _TIME.fullmatch(value)
        return f"d{time[1]}.{time[2] or '':0<6.6}" if time else NULL
    if kind is Kind.INSTANT:
        if _DATE.fullmatch(value):
            return f"d{value}T00:00:00.000000Z"
        instant = _INSTANT.fullmatch(value)
        return f"d{instant[1]}.{instant[2] or '':0<6.6}Z" if instant else NULL
    return NULL


_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def _number(value: float | Decimal | str) -> str:
    """Return a text that sorts as numbers do: the sign, the exponent and the digits, reversed for what is negative."""
    if isinstance(value, bool):
        return NULL
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return NULL
    if not number.is_finite():
        return NULL
    if not number:
        return "no"
    digits = "".join(map(str, number.as_tuple().digits)).lstrip("0").rstrip("0")
    exponent = number.adjusted() + 2_000
    if number > 0:
        return f"np{exponent:04d}{digits}"
    return f"nm{9_999 - exponent:04d}{digits.translate(_COMPLEMENT)}~"


# Rows


def rows_of(tenant: int, item: Interaction, fields: Mapping[str, Kind]) -> list[tuple[Any, ...]]:
    """Return the rows of an interaction in the index of some fields; a deleted one has none."""
    if item.deleted_at is not None:
        return []
    values = item.content.fields
    return [
        (tenant, item.type_id, name, key_of(values.get(name), kind), item.changed_at, item.number)
        for name, kind in fields.items()
    ]


def insert(unit: Unit, tenant: int, items: Iterable[tuple[Interaction, InteractionType]]) -> None:
    """Add to a unit what new interactions have in the index."""
    fields: dict[int, dict[str, Kind]] = {}
    rows: list[tuple[Any, ...]] = []
    for item, type_ in items:
        if type_.id not in fields:
            fields[type_.id] = marked(type_)
        if fields[type_.id]:
            rows += rows_of(tenant, item, fields[type_.id])
    unit.insert(field_value, rows)


_SAME_ROW = and_(
    field_value.c.tenant_id == parameter("tenant"),
    field_value.c.type_id == parameter("type_id"),
    field_value.c.field == bindparam("field"),
    field_value.c.value == bindparam("value"),
    field_value.c.changed_at == parameter("changed_at"),
    field_value.c.number == parameter("number"),
)
REMOVE = Query(delete(field_value).where(_SAME_ROW))
ADD = Query(
    insert_into(field_value).from_select(
        ["tenant_id", "type_id", "field", "value", "changed_at", "number"],
        select(
            parameter("tenant"),
            parameter("type_id"),
            bindparam("field", type_=field_value.c.field.type),
            bindparam("value", type_=field_value.c.value.type),
            parameter("changed_at"),
            parameter("number"),
        ).where(~exists(select(literal_column("1")).select_from(field_value).where(_SAME_ROW))),
    )
)
_NAMES = ("tenant", "type_id", "field", "value", "changed_at", "number")


def change(unit: Unit, tenant: int, read: Interaction, new: Interaction, type_: InteractionType | None) -> None:
    """Add to a unit what a change of an interaction changes in the index; a type not known yet has none."""
    fields = marked(type_) if type_ is not None else {}
    if not fields:
        return
    for row in rows_of(tenant, read, fields):
        unit.change(REMOVE, dict(zip(_NAMES, row, strict=True)), expect=None)
    unit.insert(field_value, rows_of(tenant, new, fields))


# Which fields are there

READY = Query(
    select(field_index.c.field, field_index.c.kind).where(
        field_index.c.tenant_id == parameter("tenant"), field_index.c.type_id == parameter("type_id")
    )
)
FORGET = Query(
    delete(field_index).where(
        field_index.c.tenant_id == parameter("tenant"),
        field_index.c.type_id == parameter("type_id"),
        field_index.c.field == bindparam("field"),
    )
)
FORGET_VALUES = Query(
    delete(field_value).where(
        field_value.c.tenant_id == parameter("tenant"),
        field_value.c.type_id == parameter("type_id"),
        field_value.c.field == bindparam("field"),
    )
)
_CHANGED = Query(
    select(*interaction.c)
    .where(
        interaction.c.tenant_id == parameter("tenant"),
        interaction.c.type_id == parameter("type_id"),
        interaction.c.changed_at > parameter("after"),
    )
    .order_by(interaction.c.changed_at)
    .limit(parameter("limit"))
)
_BATCH = 500


async def ready(database: Database, tenant: int, type_id: int) -> dict[str, Kind]:
    """Return the fields of a type whose every value is in the index, and the kinds as of which they are there."""
    rows = await database.fetch(READY, tenant=tenant, type_id=type_id)
    return {field: Kind(kind) for field, kind in rows}


async def build(
    database: Database, tenant: int, type_id: int, fields: Mapping[str, Kind], after: int
) -> AsyncIterator[tuple[int, int]]:
    """Put the values of some fields of a type's interactions into the index, a batch at a time.

    Begins with the first that was changed after an instant, and yields where it goes on after each batch, and how many
    there were in it. What is there already stays.
    """
    while True:
        rows = await database.fetch_long(_CHANGED, tenant=tenant, type_id=type_id, after=after, limit=_BATCH)
        unit = Unit()
        items = [interaction_of(row) for row in rows]
        for item in items:
            for values in rows_of(tenant, item, fields):
                unit.change(ADD, dict(zip(_NAMES, values, strict=True)), expect=None)
        if unit.changes:
            try:
                await database.write(unit)
            except Duplicate:
                continue  # somebody stored the same row at the same moment: once more
        if len(rows) < _BATCH:
            return
        after = items[-1].changed_at
        yield after, len(rows)


def declare_ready(unit: Unit, tenant: int, type_id: int, fields: Mapping[str, Kind]) -> None:
    """Add to a unit that every value of these fields is in the index."""
    for field in fields:
        unit.change(FORGET, {"tenant": tenant, "type_id": type_id, "field": field}, expect=None)
    unit.insert(field_index, [(tenant, type_id, field, kind.value) for field, kind in fields.items()])


def forget(unit: Unit, tenant: int, type_id: int, fields: Iterable[str]) -> None:
    """Add to a unit that these fields are no longer in the index."""
    for field in fields:
        arguments = {"tenant": tenant, "type_id": type_id, "field": field}
        unit.change(FORGET, arguments, expect=None)
        unit.change(FORGET_VALUES, arguments, expect=None)
