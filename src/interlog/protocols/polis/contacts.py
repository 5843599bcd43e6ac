"""Contacts, in version 1 with an address and a list of their own, in version 2 with households (spec 4.1, 4.2).

Both versions show the same contacts, each what it knows of them; a contact shows in version 1 once it is on a list.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from interlog.ledger.canvassing.contacts import Amendment
from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.contacts import DEFAULTS
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.canvassing.statuses import CONTACT_STATES
from interlog.model.conditions import Missing, Not, both
from interlog.model.errors import InterlogError, NotFound

from . import profiles
from .many import create_many, patch_many
from .operations import MAX_MANY, Body, Call, Operation, Reply
from .paging import list_resources
from .patching import Patch
from .resources import Draft, Kind, create, delete, get, patch, present, restore
from .shapes import MISSING, Anything, Flag, Keyed, Shape, Text, Thing, Uuid

Data = dict[str, Any]


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(item, dict | list) for item in value)
    return isinstance(value, str | int | float)


_FIELDS = Keyed(Anything(_is_flat, "a string, a number, a boolean, or an array of such"))
_PROFILE = Anything(lambda value: isinstance(value, dict), "an object", "object.base")
_EXTERNAL = Anything(lambda value: isinstance(value, str | int) and not isinstance(value, bool), "a string or a number")
_NOTES = Text(longest=2048)

RESERVATION = Thing({"reserved": Flag(), "walklistId": Uuid()}, required=("reserved",))
STATE = Text(choices=CONTACT_STATES)

_FIRST: Mapping[str, Shape] = {
    "listId": Uuid(),
    "profile": _PROFILE,
    "notes": _NOTES,
    "fields": _FIELDS,
    "integration": Thing({"integrationId": Uuid(), "externalId": _EXTERNAL}),
    "reservation": RESERVATION,
    "contacted": Flag(),
    "state": STATE,
    "statusId": Uuid(),
    "successful": Flag(),
    "status": Text(),
}
_SECOND: Mapping[str, Shape] = {
    "profile": _PROFILE,
    "notes": _NOTES,
    "fields": _FIELDS,
    "externalId": _EXTERNAL,
    "primaryHouseholdId": Uuid(),
}
_SECOND_ONLY = ("answers", "externalId", "primaryHouseholdId")
_FIRST_ONLY = (*(name for name in _FIRST if name not in _SECOND), "fields", "answers")


def first_data(contact: Resource) -> Data:
    """Return a contact's data in version 1."""
    data = {name: part for name, part in contact.data.items() if name not in _SECOND_ONLY}
    return data | {"profile": profiles.first(contact.data.get("profile", {}))}


def second_data(contact: Resource) -> Data:
    """Return a contact's data in version 2."""
    data = {name: part for name, part in contact.data.items() if name not in _FIRST_ONLY}
    profile = profiles.second(contact.data.get("profile", {}))
    return data | {"profile": profile, "fields": contact.data.get("answers", {})}


async def _complete_first(call: Call, draft: Draft) -> None:
    """Make of version 1's data what is stored."""
    before = _before(call, draft)
    kept = {name: before[name] for name in _SECOND_ONLY if name in before}
    given = {name: part for name, part in draft.data.items() if name not in _SECOND_ONLY}
    _finish(draft, kept | given, before, profiles.read_first)


async def _complete_second(call: Call, draft: Draft) -> None:
    """Make of version 2's data what is stored."""
    before = _before(call, draft)
    kept = {name: before[name] for name in _FIRST_ONLY if name in before}
    given = {name: part for name, part in draft.data.items() if name not in _FIRST_ONLY}
    given["answers"] = draft.data.get("fields", {})
    _finish(draft, kept | given, before, profiles.read_second)


def _before(call: Call, draft: Draft) -> Data:
    """Return the data that a patch was made from."""
    return draft.read.data if draft.read is not None and call.operation.method == "PATCH" else {}


def _finish(draft: Draft, data: Data, before: Data, read: Callable[..., Any]) -> None:
    if isinstance(data.get("profile"), dict):
        profile = read(data["profile"], f"{draft.prefix}/profile", draft.reading, before.get("profile", {}))
        data["profile"] = {} if profile is MISSING else profile
    draft.data = DEFAULTS | data


def _respelled(version: int, wanted: Patch) -> Patch:
    """Return a patch in the version's own spelling of profiles."""

    def spelled(path: tuple[str, ...], value: Any = None) -> tuple[tuple[str, ...], Any]:
        return profiles.patch_pointer(version, path, value)

    steps = []
    for step in wanted.steps:
        path, value = spelled(step.path, step.value)
        steps.append(step._replace(path=path, value=value, source=spelled(step.source)[0]))
    return Patch(tuple(steps))


def _create(call: Call, draft: ResourceDraft) -> Awaitable[Made]:
    return call.ledger.contacts.create(call.actor, _grouped(call, draft), alone=call.version == 2)


def _grouped(call: Call, draft: ResourceDraft) -> ResourceDraft:
    """Return the draft in the group of the token's organization, where nothing else says whose it is."""
    if draft.group is not None or "listId" in draft.data:
        return draft
    return replace(draft, group=call.permit.group)


def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Awaitable[Resource]:
    return call.ledger.contacts.amend(call.actor, read.id, change, expected_version=read.version)


def _remove(call: Call, read: Resource) -> Awaitable[Resource]:
    return call.ledger.contacts.delete(call.actor, read.id, expected_version=read.version)


def _restore(call: Call, id_: str) -> Awaitable[Resource]:
    return call.ledger.contacts.restore(call.actor, id_)


FIRST = Kind(
    "contacts",
    Thing(_FIRST, required=("listId", "profile", "fields")),
    "4.1",
    complete=_complete_first,
    shown=first_data,
    create=_create,
    amend=_amend,
    remove=_remove,
    restore=_restore,
    respelled=partial(_respelled, 1),
)
SECOND = Kind(
    "contacts",
    Thing(_SECOND, required=("fields",), defaults={"profile": {}}),
    "4.2",
    complete=_complete_second,
    shown=second_data,
    create=_create,
    amend=_amend,
    remove=_remove,
    restore=_restore,
    respelled=partial(_respelled, 2),
)


def kind_of(version: int) -> Kind:
    """Return how a version shows contacts."""
    return FIRST if version == 1 else SECOND


async def require_assigned(call: Call, *ids: str) -> None:
    """Raise 404 where the actor sees only who is assigned to them, and one of these contacts is not (spec 5.3)."""
    if call.permit.assigned_only:
        found = await call.ledger.resources.get_many(call.actor, [("contacts", id_) for id_ in ids], deleted=True)
        await call.ledger.assignments.require(call.actor, call.permit, *found.values())


async def list_(call: Call) -> Reply:
    """``GET /vN/contacts``."""
    on_a_list = Not(Missing("owner")) if call.version == 1 else None
    assigned = await call.ledger.assignments.of(call.actor, call.permit)
    condition = both(on_a_list, assigned.condition() if assigned is not None else None)
    pointers = partial(profiles.stored_pointer, call.version)
    shown = partial(present, kind_of(call.version))
    return await list_resources(call, "contacts", shown, condition=condition, pointers=pointers)


async def changed(call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return contacts that have changed, as version 1 shows them."""
    assigned = await call.ledger.assignments.of(call.actor, call.permit)
    return await present(FIRST, call, [item for item in items if assigned is None or assigned.includes(item)])


async def get_(call: Call) -> Reply:
    """``GET /vN/contacts/{id}``."""
    await require_assigned(call, call.id())
    if call.version == 1:
        found = await call.ledger.resources.get(call.actor, "contacts", call.id())
        if found.owner is None and not found.placeholder:
            raise NotFound("contact", found.id)
    return await get(kind_of(call.version), call)


async def _store_many(call: Call, drafts: Sequence[ResourceDraft]) -> Sequence[Made | InterlogError]:
    grouped = [_grouped(call, draft) for draft in drafts]
    return await call.ledger.contacts.create_many(call.actor, grouped, alone=call.version == 2)


async def _amend_many(call: Call, amendments: Sequence[Amendment]) -> Sequence[Made | InterlogError]:
    return await call.ledger.contacts.amend_many(call.actor, amendments)


async def create_bulk(call: Call) -> Reply:
    """``POST /vN/contacts/bulk``."""
    return await create_many(kind_of(call.version), call, _store_many, tells_existing=True)


async def patch_bulk(call: Call) -> Reply:
    """``PATCH /vN/contacts/bulk``."""
    return await patch_many(kind_of(call.version), call, _amend_many, seen=require_assigned)


def _both(handler: Callable[[Kind, Call], Awaitable[Reply]]) -> Callable[[Call], Awaitable[Reply]]:
    """Return a handler that does the same in either version."""

    async def handle(call: Call) -> Reply:
        if "id" in call.path:
            await require_assigned(call, call.id())
        return await handler(kind_of(call.version), call)

    return handle


_ONE, _MANY = ("/contacts/{id}",), ("/contacts/bulk",)

OPERATIONS = (
    Operation(name="contacts.list", method="GET", paths=("/contacts",), handler=list_, spec="4.1, 4.2",
              permission="read@contacts", versions=(1, 2)),
    Operation(name="contacts.create", method="POST", paths=("/contacts",), handler=_both(create), spec="4.1, 4.2",
              permission="insert@contacts", versions=(1, 2), body=Body.OBJECT, status=201),
    Operation(name="contacts.create_many", method="POST", paths=_MANY, handler=create_bulk, spec="4.1, 4.2",
              permission="insert@contacts", versions=(1, 2), body=Body.OBJECT, status=201, max_body=MAX_MANY),
    Operation(name="contacts.patch_many", method="PATCH", paths=_MANY, handler=patch_bulk, spec="4.1, 4.2",
              permission="modify@contacts", versions=(1, 2), body=Body.OBJECT, max_body=MAX_MANY),
    Operation(name="contacts.get", method="GET", paths=_ONE, handler=get_, spec="4.1, 4.2",
              permission="read@contacts", versions=(1, 2)),
    Operation(name="contacts.patch", method="PATCH", paths=_ONE, handler=_both(patch), spec="4.1, 4.2",
              permission="modify@contacts", versions=(1, 2), body=Body.PATCH),
    Operation(name="contacts.delete", method="DELETE", paths=_ONE, handler=_both(delete), spec="4.1, 4.2",
              permission="destroy@contacts", versions=(1, 2), body=Body.OPTIONAL),
    Operation(name="contacts.restore", method="POST", paths=("/contacts/{id}/restore",), handler=_both(restore),
              spec="2.8", permission="insert@contacts", versions=(1, 2), body=Body.OPTIONAL),
)  # fmt: skip
