"""Values of fields, and how they changed: ``/field-values``, ``/field-value-changes`` (spec 9.2, 9.3)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from interlog.model.errors import Invalid, Problem, unknown_id
from interlog.model.fields import ChangeAction, Field
from interlog.model.instants import EVER
from interlog.model.parties import Party

from . import translate_fields, wire
from .arrays import AT_ONCE, array
from .operations import PATH_ID, Call, Kind, Param, id_param
from .translate import Clock, clock

_SELECTORS = {
    "person_id": ("Person", Party.PERSON),
    "organization_id": ("Organization", Party.ORGANIZATION),
    "opportunity_id": ("Opportunity", Party.OPPORTUNITY),
}
_SELECT = (
    *(id_param(name, model=model) for name, (model, _) in _SELECTORS.items()),
    id_param("list_entry_id", model="ListEntry"),
)
_NAMES = (*_SELECTORS, "list_entry_id")
_VALUE = Param(name="value", kind=Kind.VALUE, required=True)

LIST = _SELECT
GET = (PATH_ID,)
CREATE = (
    id_param("field_id", model="Field", required=True),
    id_param("entity_id", model="Person", required=True),
    _VALUE,
    id_param("list_entry_id", model="ListEntry"),
)
UPDATE = (PATH_ID, _VALUE)
CHANGES = (
    id_param("field_id", model="Field", required=True),
    *_SELECT,
    Param(name="action_type", kind=Kind.INTEGER, choices=tuple(map(int, ChangeAction))),
    Param(name="changed_after", kind=Kind.MOMENT),
    Param(name="limit", kind=Kind.INTEGER, minimum=1),
    Param(name="order_by"),
    Param(name="after_id", kind=Kind.INTEGER, minimum=0),
)


async def list_(call: Call) -> Any:
    """``GET /field-values``: a bare array of those of one person, organization, opportunity or entry."""
    name, id_ = await _selected(call, at_least=1)
    if name != "list_entry_id":
        return await array(_values(call, _SELECTORS[name][1], id_, None))
    listed = await call.ledger.list_entries.find(call.actor, id_)
    if listed is None:  # removed just now
        return []
    entry, _ = listed
    return await array(_values(call, entry.kind, entry.party, None if entry.kind is Party.OPPORTUNITY else entry.id))


async def _values(call: Call, kind: Party, id_: int, entry: int | None) -> AsyncIterator[list[wire.FieldValue]]:
    """Yield the values of a party, or of one of its entries. All that an opportunity has, it has in its only one."""
    times = _times(call)
    following: tuple[int, int] | None = (0, 0)
    while following is not None:
        found, following = await call.ledger.party_values.page(
            call.actor, kind, id_, entry=entry, limit=AT_ONCE, after=following
        )
        yield [translate_fields.field_value(*one, times) for one in found]


async def get(call: Call) -> wire.FieldValue:
    """``GET /field-values/{id}``."""
    found = await call.ledger.party_values.get(call.actor, call.args["id"])
    return translate_fields.field_value(*found, _times(call))


async def create(call: Call) -> wire.FieldValue:
    """``POST /field-values``."""
    args = call.args
    found = await call.ledger.party_values.create(
        call.actor, args["field_id"], args["entity_id"], args["value"], call.get("list_entry_id")
    )
    return translate_fields.field_value(*found, _times(call))


async def update(call: Call) -> wire.FieldValue:
    """``PUT /field-values/{id}``."""
    found = await call.ledger.party_values.update(call.actor, call.args["id"], call.args["value"])
    return translate_fields.field_value(*found, _times(call))


async def delete(call: Call) -> wire.Success:
    """``DELETE /field-values/{id}``."""
    await call.ledger.party_values.delete(call.actor, call.args["id"])
    return wire.Success()


async def changes(call: Call) -> Any:
    """``GET /field-value-changes``: a bare array, the latest first unless asked otherwise."""
    order, problems = call.get("order_by", "desc"), []
    if order not in ("asc", "desc"):
        problems.append(Problem("order_by", "must be asc or desc", "choice"))
    if "after_id" in call.args and ("changed_after" not in call.args or order != "asc"):
        problems.append(Problem("after_id", "needs changed_after, and order_by=asc"))
    fields = await call.ledger.party_fields.get_many(call.actor, {call.args["field_id"]})
    field = fields.get(call.args["field_id"])
    if field is None:
        problems.append(unknown_id("field_id", call.args["field_id"], "Field"))
    try:
        name, id_ = await _selected(call, at_least=0)
    except Invalid as error:
        problems += error.problems
    if problems or field is None:
        raise Invalid(*problems)
    party, action = _SELECTORS.get(name), call.get("action_type")
    entry = await call.ledger.list_entries.find(call.actor, id_) if name == "list_entry_id" else None
    of_party = (entry[0].kind, entry[0].party) if entry is not None else (party[1], id_) if party else None
    wanted = {
        "party": of_party,
        "entry": entry[0].id if entry is not None else None,
        "action": ChangeAction(action) if action is not None else None,
        "descending": order == "desc",
    }
    return await array(_changes(call, field, wanted))


async def _changes(call: Call, field: Field, wanted: Mapping[str, Any]) -> AsyncIterator[list[wire.FieldValueChange]]:
    """Yield changes of a field's values that the other parameters leave."""
    times, left = _times(call), call.get("limit")
    after = call.args["changed_after"].instant if "changed_after" in call.args else -EVER
    place: dict[str, Any] = {"after": (after, call.get("after_id", EVER))}
    moving = "before" if wanted["descending"] else "after"
    while left is None or left > 0:
        limit = AT_ONCE if left is None else min(left, AT_ONCE)
        found = await call.ledger.party_values.changes(call.actor, field, **wanted, **place, limit=limit)
        people = await call.ledger.persons.get_many(call.actor, {item.changer for item in found}) if found else {}
        yield [translate_fields.change(item, field, people.get(item.changer), times) for item in found]
        if len(found) < limit:
            return
        place[moving] = (found[-1].at, found[-1].id)
        left = None if left is None else left - limit


async def _selected(call: Call, *, at_least: int) -> tuple[str, int]:
    """Return the only selector that was given, and its id; two empty ones where none need be."""
    given = [(name, call.args[name]) for name in _NAMES if name in call.args]
    problems = []
    if not at_least <= len(given) <= 1:
        how = "exactly" if at_least else "at most"
        problems.append(Problem("request", f"give {how} one of {', '.join(_NAMES)}", "verbatim"))
    for name, id_ in given:
        if not await _is_there(call, name, id_):
            model = _SELECTORS[name][0] if name in _SELECTORS else "ListEntry"
            problems.append(unknown_id(name, id_, model))
    if problems:
        raise Invalid(*problems)
    return given[0] if given else ("", 0)


async def _is_there(call: Call, name: str, id_: int) -> Any:
    if name == "list_entry_id":
        return await call.ledger.list_entries.find(call.actor, id_) is not None
    return await call.ledger.party_values.is_there(call.actor, _SELECTORS[name][1], id_)


def _times(call: Call) -> Clock:
    return clock(call.settings.affinity_time_zone)
