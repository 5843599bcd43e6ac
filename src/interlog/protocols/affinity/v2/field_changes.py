"""How values changed: ``/v2/field-value-changes``, and those of one entry (spec 13.4)."""

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins

from interlog.ledger.value_history import Changed
from interlog.model.errors import Invalid, Problem
from interlog.model.fields import REFERENCES, Cell, FieldValue, NamedOrganization, NamedPerson
from interlog.model.parties import ListEntry, Organization, Party, Person

from ..operations import PATH_ID, Call, Param
from . import filters, properties, translate, translate_fields, words
from .fields import ENTRY_ID
from .paging import MAX_LIMIT, PAGING, first_args, page

_ORDERS = ("changedAt", "-changedAt")
LIST = (filters.FILTER, Param(name="orderBy", many=True), *PAGING)
OF_ENTRY = (PATH_ID, ENTRY_ID, filters.FILTER, *PAGING)
_ACTIONS = {int(code): word for word, code in words.CHANGE_ACTIONS.items()}


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/field-value-changes``: oldest first, unless asked otherwise."""
    return await _page(call, properties.FIELD_CHANGES)


async def of_entry(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/list-entries/{entry_id}/field-value-changes``: oldest first."""
    entry, _ = await call.ledger.list_entries.get(call.actor, call.args["id"], call.args["entry_id"])
    return await _page(call, properties.ENTRY_FIELD_CHANGES, entry)


async def _page(call: Call, known: Mapping[str, filters.Property], entry: ListEntry | None = None) -> dict[str, Any]:
    args, place = first_args(call)
    orders, limit = args.get("orderBy", []), args.get("limit", MAX_LIMIT)
    if len(orders) > 1 or any(order not in _ORDERS for order in orders):
        raise Invalid(Problem("orderBy", f"must be one of {', '.join(_ORDERS)}", "choice"))
    found = await call.ledger.value_history.page(
        call.actor,
        limit=limit + 1,
        place=(place[0], place[1]) if place is not None else None,
        condition=filters.filter_of(args.get("filter", ""), known),
        descending=orders == ["-changedAt"],
        entry=entry,
    )
    last = found[limit - 1].change if len(found) > limit else None
    shown = await _shown(call, found[:limit])
    return page(call, args, shown, (last.at, last.id) if last is not None else None)


async def _shown(call: Call, found: list[Changed]) -> list[dict[str, Any]]:
    """Return changes on the wire; whoever is named in them is fetched once."""
    named: dict[Party, set[int]] = {Party.PERSON: {one.change.changer for one in found}, Party.ORGANIZATION: set()}
    for one in found:
        if (kind := REFERENCES.get(one.field.value_type)) is not None:
            named[kind].add(one.change.value)
    people = await call.ledger.persons.get_many(call.actor, named[Party.PERSON]) if found else {}
    companies = (
        await call.ledger.organizations.get_many(call.actor, named[Party.ORGANIZATION])
        if named[Party.ORGANIZATION]
        else {}
    )
    return [_change(one, people, companies) for one in found]


def _change(one: Changed, people: Mapping[int, Person], companies: Mapping[int, Organization]) -> dict[str, Any]:
    change, field = one
    changer = people.get(change.changer)
    entry = {"id": change.entry, "listId": field.list_id} if change.entry is not None else None
    return {
        "id": change.id,
        "type": translate_fields.value_type(field),
        "actionType": _ACTIONS[change.action],
        "changedAt": translate.time(change.at),
        "changer": _user(changer) if changer is not None else None,
        "entity": {"id": change.party},
        "field": {
            "id": translate_fields.public_id(field),
            "name": field.name,
            "type": translate_fields.kind_of(field),
            "entityType": translate.LIST_TYPES[field.kind],
        },
        "listEntry": entry,
        "value": _value(one, people, companies),
    }


def _user(item: Person) -> dict[str, Any]:
    return {
        "id": item.id,
        "firstName": item.first_name,
        "lastName": item.last_name or None,
        "emailAddress": item.primary_email or "",
    }


def _value(one: Changed, people: Mapping[int, Person], companies: Mapping[int, Organization]) -> Any:
    """Return the value that a change is about; whom or what it names and is gone is told as that."""
    change, field = one
    kind = REFERENCES.get(field.value_type)
    named: NamedPerson | NamedOrganization | None = None
    if kind is Party.PERSON and (person := people.get(change.value)) is not None:
        named = NamedPerson(person.id, person.kind, person.first_name, person.last_name, person.primary_email)
    elif kind is Party.ORGANIZATION and (company := companies.get(change.value)) is not None:
        named = NamedOrganization(company.id, company.name, company.domains)
    value = FieldValue(
        id=change.id, field_id=field.id, kind=change.kind, party=change.party, entry=change.entry,
        value=change.value, created_at=change.at,
    )  # fmt: skip
    shown = translate_fields.plain(field, Cell(value, named)) if kind is None or named is not None else None
    if shown is None:
        return {"referenceType": "deleted-entity", "displayValue": str(change.value)}
    if named is not None or field.options:
        return {"referenceType": "entity", **to_builtins(shown)}
    return shown
