"""Creating and deleting persons, opportunities, lists and what stands on these (spec 14.4, 14.5)."""

import re
from typing import Any

from msgspec.structs import replace

from interlog.ledger.value_sets import Setting
from interlog.model.errors import Invalid, Problem
from interlog.model.parties import Party, PersonDraft

from ..operations import PATH_ID, Call, Kind, Param, id_param
from . import translate, wire
from .bodies import id_in, word_in
from .field_writes import found_wrong, settings_of
from .lists import shown_entry
from .paging import first_args, page
from .versions import is_first

CREATE_PERSON = (
    Param(name="firstName", required=True, max_length=500),
    Param(name="lastName", nullable=True, max_length=500),
    Param(name="primaryEmailAddress", nullable=True, max_length=320),
    Param(name="emailAddresses", many=True, max_length=320),
    Param(name="fields", kind=Kind.OBJECT),
)
DELETE = (PATH_ID,)
UPDATE_OPPORTUNITY = (PATH_ID, Param(name="name", empty=False, max_length=500))
CREATE_LIST = (
    Param(name="name", required=True, empty=False, max_length=500),
    Param(name="type", required=True, max_length=50),
    Param(name="isPublic", kind=Kind.FLAG),
)
ADD_ENTRY = (PATH_ID, Param(name="entity", kind=Kind.OBJECT, required=True), id_param("creatorId", model="Person"))

_KINDS = {word: kind for kind, word in translate.LIST_TYPES.items()}


async def create_person(call: Call) -> wire.Person:
    """``POST /v2/persons``: with what stands in his fields, all or nothing."""
    problems: list[Problem] = []
    others, primary = call.get("emailAddresses", []), call.get("primaryEmailAddress")
    emails = [primary, *(email for email in others if email != primary)] if primary else others
    fields = await call.ledger.party_fields.of_kind(call.actor, Party.PERSON)
    settings = settings_of(call.get("fields", []), Party.PERSON, fields, "fields", problems)
    draft = PersonDraft(first_name=call.args["firstName"], last_name=call.get("lastName") or "", emails=tuple(emails))
    places = {f"emails[{place}]": _place(email, primary, others) for place, email in enumerate(emails)}
    problems += [
        replace(problem, path=places.get(problem.path, re.sub("^emails", "emailAddresses", problem.path)))
        for problem in await call.ledger.persons.problems_of(call.actor, draft)
    ]
    problems += await found_wrong(call, Party.PERSON, settings, problems)
    if problems:
        raise Invalid(*problems)
    given = [Setting(field.id, values) for field, values, _ in settings]
    beside = await call.ledger.value_sets.of_new_person(call.actor, given)
    return translate.person(await call.ledger.persons.create(call.actor, draft, beside))


def _place(email: str, primary: str | None, others: list[str]) -> str:
    return "primaryEmailAddress" if email == primary else f"emailAddresses[{others.index(email)}]"


async def delete_person(call: Call) -> None:
    """``DELETE /v2/persons/{id}``."""
    await call.ledger.persons.delete(call.actor, call.args["id"])


async def update_opportunity(call: Call) -> None:
    """``POST /v2/opportunities/{id}``: another name."""
    await call.ledger.opportunities.update(call.actor, call.args["id"], name=call.get("name"))


async def delete_opportunity(call: Call) -> None:
    """``DELETE /v2/opportunities/{id}``: with its entry on the list."""
    await call.ledger.opportunities.delete(call.actor, call.args["id"])


async def create_list(call: Call) -> wire.PartyList:
    """``POST /v2/lists``: one's own; private unless said otherwise."""
    problems: list[Problem] = []
    kind = word_in(call.args["type"], "type", _KINDS, problems)
    if problems:
        raise Invalid(*problems)
    item = await call.ledger.opportunities.create_list(
        call.actor, call.args["name"], kind, is_public=call.get("isPublic", False)
    )
    return translate.party_list(item, dated=not is_first(call.request))


async def add_entry(call: Call) -> wire.ListEntry:
    """``POST /v2/lists/{id}/list-entries``: a person or a company, perhaps once more."""
    problems: list[Problem] = []
    id_ = id_in(call.args, "entity", problems)
    if problems or id_ is None:
        raise Invalid(*problems)
    try:
        found = await call.ledger.list_entries.add(call.actor, call.args["id"], id_, creator=call.get("creatorId"))
    except Invalid as error:
        renamed = {"entity_id": "entity", "creator_id": "creatorId"}
        raise Invalid(*(replace(one, path=renamed.get(one.path, one.path)) for one in error.problems)) from None
    return shown_entry(found, "")


async def saved_views(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/saved-views``: there are none of any list."""
    await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    return page(call, first_args(call)[0], [], None)
