"""Fields, and what stands in them: ``/v2/persons/fields``, ``/v2/lists/{id}/list-entries/{entry_id}/fields`` and the
like (spec 14.4, 14.5)."""

from collections.abc import Sequence
from typing import Any

from interlog.model.errors import Invalid, NotFound, Problem
from interlog.model.fields import DROPDOWNS, Cell, Field, option_of
from interlog.model.parties import Party

from ..operations import PATH_ID, Call, Handler, Kind, Param
from . import columns, filters, properties, search_fields, translate_fields, wire
from .columns import EVERYTHING, Wanted, wanted
from .includes import INCLUDES, included
from .paging import MAX_LIMIT, PAGING, first_args, page
from .translate_fields import ENCOUNTERS
from .versions import DESCRIBED_SINCE, is_first, is_since

_DEFAULT_LIMIT = 20
ENTRY_ID = Param(name="entry_id", kind=Kind.ID, required=True)
FIELD_ID = Param(name="field_id", required=True, max_length=100)

_DETAILS = ("filterability", "sortability")
OF_KIND = (filters.FILTER, INCLUDES, *PAGING)
OF_LIST = (PATH_ID, *OF_KIND)
VALUES = (PATH_ID, *columns.VALUES, *PAGING)
ENTRY_VALUES = (PATH_ID, ENTRY_ID, *columns.VALUES, *PAGING)
VALUE = (PATH_ID, FIELD_ID)
ENTRY_VALUE = (PATH_ID, ENTRY_ID, FIELD_ID)
EACH = (*VALUE, *PAGING)
ENTRY_EACH = (*ENTRY_VALUE, *PAGING)
OPTIONS = (FIELD_ID, *PAGING)
LIST_OPTIONS = (PATH_ID, *OPTIONS)
OPTION = (PATH_ID, FIELD_ID, Param(name="option_id", kind=Kind.ID, required=True))


def of_kind(kind: Party) -> Handler:
    """Return the handler of the fields of all persons or organizations, whatever lists they are on."""

    async def list_(call: Call) -> dict[str, Any]:
        return _metadata_page(call, kind, await call.ledger.party_fields.of_kind(call.actor, kind))

    return list_


async def of_list(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/fields``: its own, and those of all that can stand on it."""
    item, fields = await call.ledger.party_fields.of_list(call.actor, call.args["id"])
    return _metadata_page(call, item.kind, fields)


def values_of_party(kind: Party) -> Handler:
    """Return the handler of the values that a person or an organization has, less those on lists."""

    async def list_(call: Call) -> dict[str, Any]:
        args, place = first_args(call)
        return _values_page(call, args, place, await _of_party(call, kind, wanted(args, "ids", "types") or EVERYTHING))

    return list_


def value_of_party(kind: Party) -> Handler:
    """Return the handler of the value in one field."""

    async def get(call: Call) -> wire.Field:
        return _only(call, await _of_party(call, kind, _one(call)))

    return get


async def values_of_entry(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/list-entries/{entry_id}/fields``."""
    args, place = first_args(call)
    return _values_page(call, args, place, await _of_entry(call, wanted(args, "ids", "types") or EVERYTHING))


async def value_of_entry(call: Call) -> wire.Field:
    """``GET /v2/lists/{id}/list-entries/{entry_id}/fields/{field_id}``."""
    return _only(call, await _of_entry(call, _one(call)))


def each_value_of_party(kind: Party) -> Handler:
    """Return the handler of the values in one field, one by one."""

    async def list_(call: Call) -> dict[str, Any]:
        await check_party(call, kind)
        fields, cells = await call.ledger.sheets.of_parties(call.actor, kind, [call.args["id"]])
        return _each_page(call, fields, cells.get(call.args["id"], ()))

    return list_


async def each_value_of_entry(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/list-entries/{entry_id}/fields/{field_id}/values``."""
    sheet = await call.ledger.sheets.entry(call.actor, call.args["id"], call.args["entry_id"])
    return _each_page(call, sheet.fields, sheet.rows[0][1])


def _each_page(call: Call, fields: Sequence[Field], cells: Sequence[Cell]) -> dict[str, Any]:
    args, place = first_args(call)
    field = _own(call, fields)
    found = translate_fields.values(field, [cell for cell in cells if cell.value.field_id == field.id])
    return {"type": translate_fields.value_type(field), **_slice(call, args, place, found, MAX_LIMIT)}


def options_of_kind(kind: Party) -> Handler:
    """Return the handler of the options of a dropdown of all persons or organizations."""

    async def list_(call: Call) -> dict[str, Any]:
        return _options_page(call, dropdown_of(call, await call.ledger.party_fields.of_kind(call.actor, kind)))

    return list_


async def options_of_list(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/fields/{field_id}/dropdown-options``."""
    _, fields = await call.ledger.party_fields.of_list(call.actor, call.args["id"])
    return _options_page(call, dropdown_of(call, fields))


async def option_of_list(call: Call) -> wire.Option:
    """``GET /v2/lists/{id}/fields/{field_id}/dropdown-options/{option_id}``."""
    _, fields = await call.ledger.party_fields.of_list(call.actor, call.args["id"])
    field = dropdown_of(call, fields)
    found = option_of(field, call.args["option_id"])
    if found is None:
        raise NotFound("option", call.args["option_id"])
    return translate_fields.option(field, found)


def dropdown_of(call: Call, fields: Sequence[Field]) -> Field:
    """Return the field in the path; raises ``Invalid`` on one that has no options."""
    found = _own(call, fields)
    if found.value_type not in DROPDOWNS:
        raise Invalid(Problem("field_id", "is the id of a field that has no options"))
    return found


def _own(call: Call, fields: Sequence[Field]) -> Field:
    """Return the field in the path: one that people fill in."""
    id_ = normal_id(call.args["field_id"])
    found = next((field for field in fields if translate_fields.public_id(field) == id_), None)
    if found is None:
        raise NotFound("field", call.args["field_id"])
    return found


def _options_page(call: Call, field: Field) -> dict[str, Any]:
    args, place = first_args(call)
    return _slice(call, args, place, [translate_fields.option(field, one) for one in field.options], MAX_LIMIT)


def normal_id(text: str) -> str:
    """Return the usual spelling of a field's id: a bare number is that of version 1."""
    return f"field-{int(text)}" if text.isascii() and text.isdecimal() and len(text) <= 16 else text


async def check_party(call: Call, kind: Party) -> None:
    """See that the person or organization in the path is there; raises ``NotFound`` or ``MergedAway``."""
    if kind is Party.PERSON:
        await call.ledger.persons.get(call.actor, call.args["id"])
    else:
        await call.ledger.organizations.get(call.actor, call.args["id"])


async def _of_party(call: Call, kind: Party, asked: Wanted) -> Sequence[wire.Field]:
    await check_party(call, kind)
    id_ = call.args["id"]
    return (await columns.of_parties(call, kind, [id_], asked))[id_]


async def _of_entry(call: Call, asked: Wanted) -> Sequence[wire.Field]:
    sheet = await call.ledger.sheets.entry(call.actor, call.args["id"], call.args["entry_id"])
    return (await columns.of_sheet(call, sheet, asked))[0]


def _one(call: Call) -> Wanted:
    return Wanted(frozenset([normal_id(call.args["field_id"])]), frozenset())


def _only(call: Call, found: Sequence[wire.Field]) -> wire.Field:
    if not found:
        raise NotFound("field", call.args["field_id"])
    return found[0]


def _metadata_page(call: Call, kind: Party, fields: Sequence[Field]) -> dict[str, Any]:
    args, place = first_args(call)
    condition = filters.filter_of(args.get("filter", ""), properties.FIELDS)
    keys = {"dated": not is_first(call.request), "described": is_since(call.request, DESCRIBED_SINCE)}
    includes = included(args, _DETAILS)
    found = []
    for field in fields:
        shown = translate_fields.metadata(field, **keys)
        if "filterability" in includes:
            shown.filterability = search_fields.filterability(field)
        if "sortability" in includes:
            shown.sortability = search_fields.sortability(field)
        found.append(shown)
    if kind is not Party.OPPORTUNITY:
        for name in ENCOUNTERS:
            shown = translate_fields.encounter_metadata(name, **keys)
            for key in includes:
                setattr(shown, key, None)
            found.append(shown)
    if condition is not None:
        found = [item for item in found if filters.holds(condition, {"name": item.name})]
    return _slice(call, args, place, found, MAX_LIMIT)


def _values_page(
    call: Call, args: dict[str, Any], place: list[int] | None, found: Sequence[wire.Field]
) -> dict[str, Any]:
    return _slice(call, args, place, found, _DEFAULT_LIMIT)


def _slice(
    call: Call, args: dict[str, Any], place: list[int] | None, found: Sequence[Any], default: int
) -> dict[str, Any]:
    start, limit = place[0] if place else 0, args.get("limit", default)
    following = (start + limit,) if len(found) > start + limit else None
    return page(call, args, found[start : start + limit], following)
