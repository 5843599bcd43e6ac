"""Setting what stands in fields: one of them, or up to a hundred together (spec 14.4, 14.5)."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from interlog.ledger.value_sets import Setting
from interlog.model.errors import Invalid, NotFound, Problem
from interlog.model.fields import Field
from interlog.model.parties import Party

from ..operations import PATH_ID, Call, Handler, Kind, Param
from . import translate_fields
from .fields import ENTRY_ID, FIELD_ID, check_party, normal_id
from .translate_fields import ENCOUNTERS

_VALUE = Param(name="value", kind=Kind.OBJECT, required=True)
_BATCH = (
    Param(name="operation", required=True, empty=False, max_length=100),
    Param(name="updates", kind=Kind.OBJECT, required=True),
)
SET = (PATH_ID, FIELD_ID, _VALUE)
SET_ENTRY = (PATH_ID, ENTRY_ID, FIELD_ID, _VALUE)
UPDATE = (PATH_ID, *_BATCH)
UPDATE_ENTRY = (PATH_ID, ENTRY_ID, *_BATCH)

UPDATE_FIELDS = "update-fields"
_MOST_UPDATES = 100


class _Target(NamedTuple):
    """Whose values are set, the fields that there are, and the entry and list whose fields are among them."""

    kind: Party
    party: int
    fields: Sequence[Field]
    entry: tuple[int, int] | None = None


_Find = Callable[[Call], Awaitable[_Target]]


def _of_party(kind: Party) -> _Find:
    async def find(call: Call) -> _Target:
        await check_party(call, kind)
        return _Target(kind, call.args["id"], await call.ledger.party_fields.of_kind(call.actor, kind))

    return find


async def _of_entry(call: Call) -> _Target:
    item, fields = await call.ledger.party_fields.of_list(call.actor, call.args["id"])
    entry, _ = await call.ledger.list_entries.get(call.actor, item.id, call.args["entry_id"])
    return _Target(item.kind, entry.party, fields, (entry.id, item.id))


def _setter(find: _Find) -> Handler:
    """Return the handler that sets one field."""

    async def set_(call: Call) -> None:
        target = await find(call)
        name = normal_id(call.args["field_id"])
        if name in ENCOUNTERS and target.kind is not Party.OPPORTUNITY:
            raise Invalid(_read_only("field_id"))
        field = next((one for one in target.fields if translate_fields.public_id(one) == name), None)
        if field is None:
            raise NotFound("field", call.args["field_id"])
        problems: list[Problem] = []
        values = translate_fields.given_values(field, call.args["value"], "value", problems)
        await _put(call, target, [(field, values, "value")], problems)

    return set_


def _updater(find: _Find) -> Handler:
    """Return the handler that sets several fields, all or none."""

    async def update(call: Call) -> dict[str, str]:
        target = await find(call)
        problems: list[Problem] = []
        if call.args["operation"] != UPDATE_FIELDS:
            problems.append(Problem("operation", f"must be {UPDATE_FIELDS}", "choice"))
        settings = _settings(call.args["updates"], target, problems)
        await _put(call, target, settings, problems)
        return {"operation": UPDATE_FIELDS}

    return update


set_of_party = {kind: _setter(_of_party(kind)) for kind in (Party.PERSON, Party.ORGANIZATION)}
set_of_entry = _setter(_of_entry)
update_party = {kind: _updater(_of_party(kind)) for kind in (Party.PERSON, Party.ORGANIZATION)}
update_entry = _updater(_of_entry)


def settings_of(updates: Any, kind: Party, fields: Sequence[Field], name: str, problems: list[Problem]) -> "_Settings":
    """Return the fields that a list of updates sets, and the values that each shall hold; notes what is wrong."""
    if not isinstance(updates, list):
        problems.append(Problem(name, "must be a list of objects with id and value", "type"))
        return []
    if len(updates) > _MOST_UPDATES:
        problems.append(Problem(name, f"must not be more than {_MOST_UPDATES}", "too_long"))
        return []
    by_id = {translate_fields.public_id(field): field for field in fields}
    found: dict[str, tuple[Field, Sequence[Any], str]] = {}
    for place, update in enumerate(updates):
        path = f"{name}[{place}]"
        if not isinstance(update, dict):
            problems.append(Problem(path, "must be an object with id and value", "type"))
            continue
        id_ = update.get("id")
        if not isinstance(id_, str):
            problems.append(Problem(f"{path}.id", "must be the id of a field", "type"))
            continue
        id_ = normal_id(id_)
        if id_ in ENCOUNTERS and kind is not Party.OPPORTUNITY:
            problems.append(_read_only(f"{path}.id"))
        elif id_ not in by_id:
            problems.append(Problem(f"{path}.id", "is the id of no field here", "unknown_id"))
        elif id_ in found:
            problems.append(Problem(f"{path}.id", "has been given before", "repeated"))
        else:
            values = translate_fields.given_values(by_id[id_], update.get("value"), f"{path}.value", problems)
            found[id_] = (by_id[id_], values, f"{path}.value")
    return list(found.values())


_Settings = Sequence[tuple[Field, Sequence[Any], str]]


def _settings(updates: Any, target: _Target, problems: list[Problem]) -> _Settings:
    return settings_of(updates, target.kind, target.fields, "updates", problems)


async def _put(call: Call, target: _Target, settings: _Settings, problems: list[Problem]) -> None:
    """Store values; every problem at once, each at its place in the request."""
    if problems:
        list_id = target.entry[1] if target.entry is not None else None
        raise Invalid(*problems, *await found_wrong(call, target.kind, settings, problems, list_id))
    try:
        await call.ledger.value_sets.put(
            call.actor,
            target.kind,
            target.party,
            [Setting(field.id, values) for field, values, _ in settings],
            entry=target.entry,
        )
    except Invalid as error:
        raise Invalid(*placed(error, settings)) from None


async def found_wrong(
    call: Call, kind: Party, settings: _Settings, problems: Sequence[Problem], list_id: int | None = None
) -> list[Problem]:
    """Return what the ledger finds wrong with the settings in which nothing is wrong so far."""
    sound = [one for one in settings if not any(problem.path.startswith(one[2]) for problem in problems)]
    try:
        given = [Setting(field.id, values) for field, values, _ in sound]
        await call.ledger.value_sets.check(call.actor, kind, given, list_id)
    except Invalid as error:
        return placed(error, sound)
    return []


_PLACE = re.compile(r"^settings\[(\d+)\](?:\.values(?:\[(\d+)\])?)?")


def placed(error: Invalid, settings: _Settings) -> list[Problem]:
    """Return what the ledger found wrong with settings, at their places in the request."""
    found = []
    for problem in error.problems:
        match = _PLACE.match(problem.path)
        if match is not None:
            field, _, path = settings[int(match[1])]
            index = f"[{match[2]}]" if match[2] is not None and field.allows_multiple else ""
            problem = replace(problem, path=f"{path}.data{index}")
        found.append(problem)
    return found


def _read_only(path: str) -> Problem:
    return Problem(path, "is the id of a field that interactions fill in: it cannot be set")
