"""Fields: ``/fields`` (spec 9.1)."""

from typing import Any

from msgspec.structs import replace

from interlog.model.errors import Invalid, Problem
from interlog.model.fields import Field, FieldDraft, ValueType
from interlog.model.parties import Party

from . import translate_fields, wire
from .operations import PATH_ID, Call, Kind, Param, id_param
from .params import Decoder

_ENTITIES = (int(Party.PERSON), int(Party.ORGANIZATION), int(Party.OPPORTUNITY))
_VALUES = tuple(map(int, ValueType))

LIST = (
    id_param("list_id", model="List"),
    Param(name="value_type", kind=Kind.INTEGER, choices=_VALUES),
    Param(name="entity_type", kind=Kind.INTEGER, choices=_ENTITIES),
    Param(name="with_modified_names", kind=Kind.FLAG),
    Param(name="exclude_dropdown_options", kind=Kind.FLAG),
)
CREATE = (
    Param(name="name", required=True, empty=False, max_length=500),
    Param(name="entity_type", kind=Kind.INTEGER, required=True, choices=_ENTITIES),
    Param(name="value_type", kind=Kind.INTEGER, required=True, choices=_VALUES),
    id_param("list_id", model="List"),
    Param(name="allows_multiple", kind=Kind.FLAG),
    Param(name="is_list_specific", kind=Kind.FLAG),
    Param(name="is_required", kind=Kind.FLAG),
    Param(name="dropdown_options", kind=Kind.OBJECT),
)
UPDATE = (
    PATH_ID,
    Param(name="name", empty=False, max_length=500),
    Param(name="is_required", kind=Kind.FLAG),
)
DELETE = (PATH_ID,)

_OPTION = Decoder(
    (
        Param(name="text", required=True, empty=False, max_length=500),
        Param(name="rank", kind=Kind.INTEGER, minimum=0, maximum=1_000_000),
        Param(name="color", kind=Kind.INTEGER, minimum=0, maximum=1_000_000),
    )
)


async def list_(call: Call) -> list[wire.Field]:
    """``GET /fields``: a bare array. ``with_modified_names`` puts the list's name before that of its field."""
    list_id, value_type, entity_type = call.get("list_id"), call.get("value_type"), call.get("entity_type")
    names = {item.id: item.name for item in await call.ledger.opportunities.lists(call.actor)}
    if list_id is not None and list_id not in names:
        raise Invalid(Problem("list_id", "is unknown", "unknown_id", list_id, "List"))
    return [
        translate_fields.field(
            field,
            f"[{names[field.list_id]}] {field.name}" if field.list_id and call.get("with_modified_names") else None,
            with_options=not call.get("exclude_dropdown_options"),
        )
        for field in await call.ledger.party_fields.all(call.actor)
        if (list_id is None or field.list_id == list_id)
        and (value_type is None or field.value_type == value_type)
        and (entity_type is None or field.kind == entity_type)
    ]


async def create(call: Call) -> wire.Field:
    """``POST /fields``: of one list where ``list_id`` names it. Ours: ``dropdown_options`` (text, rank, color)."""
    if call.get("is_list_specific") and "list_id" not in call.args:
        raise Invalid(Problem("list_id", "is required for a field of a list", "missing"))
    draft = FieldDraft(
        name=call.args["name"],
        kind=Party(call.args["entity_type"]),
        value_type=ValueType(call.args["value_type"]),
        list_id=call.get("list_id"),
        allows_multiple=call.get("allows_multiple", False),
        is_required=call.get("is_required", False),
        options=_options(call.get("dropdown_options", ())),
    )
    return translate_fields.field(await call.ledger.party_fields.create(call.actor, draft))


async def update(call: Call) -> wire.Field:
    """``PUT /fields/{id}``, which the vendor lacks: another name, or whether there must be a value."""
    new = await call.ledger.party_fields.update(
        call.actor, call.args["id"], name=call.get("name"), is_required=call.get("is_required")
    )
    return translate_fields.field(new)


async def delete(call: Call) -> wire.Success:
    """``DELETE /fields/{id}``: with its values."""
    await call.ledger.party_fields.delete(call.actor, call.args["id"])
    return wire.Success()


async def of_all(call: Call, kind: Party) -> list[wire.Field]:
    """Return the fields of all parties of a kind, whatever list they are on."""
    found = await call.ledger.party_fields.all(call.actor)
    return [translate_fields.field(field) for field in found if field.kind is kind and field.list_id is None]


async def of_list(call: Call, list_id: int) -> list[wire.Field]:
    """Return the fields of a list."""
    found: list[Field] = await call.ledger.party_fields.all(call.actor)
    return [translate_fields.field(field) for field in found if field.list_id == list_id]


def _options(given: Any) -> tuple[tuple[str, int, int], ...]:
    if not isinstance(given, (list, tuple)):
        raise Invalid(Problem("dropdown_options", "must be a list of objects", "type"))
    found, problems = [], []
    for index, item in enumerate(given):
        path = f"dropdown_options[{index}]"
        if not isinstance(item, dict):
            problems.append(Problem(path, "must be an object", "type"))
            continue
        try:
            args = _OPTION.decode(item)
        except Invalid as error:
            problems += [replace(problem, path=f"{path}.{problem.path}") for problem in error.problems]
            continue
        found.append((args["text"].strip(), args.get("rank", index), args.get("color", 0)))
    if problems:
        raise Invalid(*problems)
    return tuple(found)
