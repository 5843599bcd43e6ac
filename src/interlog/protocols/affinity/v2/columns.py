"""Which fields a request asks for, and what stands in them (spec 14.4, 14.5)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from interlog.ledger.sheets import Sheet
from interlog.model.errors import Invalid, Problem
from interlog.model.fields import Cell, Field
from interlog.model.interactions import Brief
from interlog.model.parties import Party

from ..operations import Call, Param
from ..translate import code_of
from . import translate_fields, wire
from .translate_fields import ENCOUNTERS, RELATIONSHIP
from .versions import INTERNAL_PERSON_SINCE, is_first, is_since

FIELDS = (Param(name="fieldIds", many=True), Param(name="fieldTypes", many=True))
VALUES = (Param(name="ids", many=True), Param(name="types", many=True))
_TYPES = ("enriched", "global", "list", RELATIONSHIP)


class Wanted(NamedTuple):
    """The fields that a request names, by their ids or by their types; of both, either is enough."""

    ids: frozenset[str]
    types: frozenset[str]

    def own(self, fields: Iterable[Field]) -> list[Field]:
        """Return those that people fill in."""
        return [
            field
            for field in fields
            if translate_fields.kind_of(field) in self.types or translate_fields.public_id(field) in self.ids
        ]

    @property
    def has_own(self) -> bool:
        """Whether there can be any that people fill in."""
        return bool(self.types & {"global", "list"}) or any(id_ not in ENCOUNTERS for id_ in self.ids)

    def encounters(self, kind: Party) -> list[str]:
        """Return the ids of those that interactions fill in, which opportunities do not have."""
        if kind is Party.OPPORTUNITY:
            return []
        return [name for name in ENCOUNTERS if name in self.ids or RELATIONSHIP in self.types]


EVERYTHING = Wanted(frozenset(), frozenset(_TYPES))


def wanted(args: Mapping[str, Any], ids: str = "fieldIds", types: str = "fieldTypes") -> Wanted | None:
    """Return the fields that a request asks for; None where it names none. Ids of none of ours are passed over."""
    if ids not in args and types not in args:
        return None
    problems = [
        Problem(f"{types}[{place}]", f"must be one of {', '.join(_TYPES)}", "choice")
        for place, name in enumerate(args.get(types, ()))
        if name not in _TYPES
    ]
    if problems:
        raise Invalid(*problems)
    return Wanted(frozenset(args.get(ids, ())), frozenset(args.get(types, ())))


async def of_parties(call: Call, kind: Party, ids: Collection[int], asked: Wanted) -> dict[int, list[wire.Field]]:
    """Return the fields of some persons or organizations, less those of lists."""
    fields: Sequence[Field] = ()
    cells: Mapping[int, Sequence[Cell]] = {}
    if asked.has_own:
        found, cells = await call.ledger.sheets.of_parties(call.actor, kind, ids)
        fields = asked.own(found)
    met = await _encounters(call, kind, ids, asked.encounters(kind))
    return {id_: [*shown(call, fields, cells.get(id_, ())), *met.get(id_, ())] for id_ in ids}


async def of_sheet(call: Call, sheet: Sheet, asked: Wanted) -> list[list[wire.Field]]:
    """Return the fields of each row of a sheet."""
    kind, fields = sheet.list.kind, asked.own(sheet.fields)
    parties = dict.fromkeys(entry.party for (entry, _), _ in sheet.rows)
    met = await _encounters(call, kind, parties, asked.encounters(kind))
    return [[*shown(call, fields, cells), *met.get(entry.party, ())] for (entry, _), cells in sheet.rows]


def shown(call: Call, fields: Iterable[Field], cells: Iterable[Cell]) -> list[wire.Field]:
    """Return fields with the values that somebody has in them."""
    by_field: dict[int, list[Cell]] = {}
    for cell in cells:
        by_field.setdefault(cell.value.field_id, []).append(cell)
    counted = not is_first(call.request)
    return [translate_fields.field(field, by_field.get(field.id, ()), counted=counted) for field in fields]


async def _encounters(
    call: Call, kind: Party, ids: Collection[int], names: Sequence[str]
) -> Mapping[int, list[wire.Field]]:
    if not names or not ids:
        return {}
    ledger = call.ledger
    moments_of = ledger.relationships.moments if kind is Party.PERSON else ledger.organizations.moments
    found = await moments_of(call.actor, list(ids))
    moments = {id_: {name: found[id_][ENCOUNTERS[name][1]] if id_ in found else None for name in names} for id_ in ids}
    items = [moment.item for of_one in moments.values() for moment in of_one.values() if moment is not None]
    present = {part.person for item in items for part in item.participants if part.person is not None}
    present |= {item.creator for item in items if item.creator is not None}
    people = await ledger.persons.get_many(call.actor, present) if present else {}
    internal = is_since(call.request, INTERNAL_PERSON_SINCE)
    code = _code(call)
    return {
        id_: [translate_fields.encounter(name, of_one[name], people, code, internal=internal) for name in names]
        for id_, of_one in moments.items()
    }


def _code(call: Call) -> Callable[[Brief], int | None]:
    types = call.actor.tenant.types_by_id
    return lambda item: code_of(types[item.type_id])
