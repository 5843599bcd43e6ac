"""Notes on contacts (spec 4.10)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.validation import MAX_BODY

from .contacts import require_assigned
from .operations import Call, Reply
from .paging import list_resources
from .resources import Kind, Reference, delete, get, operations_of, patch, present, restore
from .shapes import Text, Thing, Uuid


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "contactId" in data:
        yield Reference("/contactId", "contacts", data["contactId"])


async def _about(call: Call, id_: str) -> None:
    """Raise 404 for a note on a contact that is not to be seen."""
    if call.permit.assigned_only:
        note = await call.ledger.resources.get(call.actor, "notes", id_, deleted=True)
        await require_assigned(call, note.data["contactId"])


async def _create(call: Call, draft: ResourceDraft) -> Made:
    await require_assigned(call, draft.data["contactId"])
    return await call.ledger.contact_notes.create(call.actor, draft)


def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Awaitable[Resource]:
    return call.ledger.contact_notes.amend(call.actor, read.id, change, expected_version=read.version)


def _remove(call: Call, read: Resource) -> Awaitable[Resource]:
    return call.ledger.contact_notes.delete(call.actor, read.id, expected_version=read.version)


def _restore(call: Call, id_: str) -> Awaitable[Resource]:
    return call.ledger.contact_notes.restore(call.actor, id_)


KIND = Kind(
    "notes",
    Thing({"contactId": Uuid(), "text": Text(longest=MAX_BODY, empty=False)}, required=("contactId", "text")),
    "4.10",
    refers=_refers,
    create=_create,
    amend=_amend,
    remove=_remove,
    restore=_restore,
    versions=(1, 2),
)


async def shown(call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return notes as objects of the wire, those on contacts whom the actor sees."""
    assigned = await call.ledger.assignments.of(call.actor, call.permit)
    if assigned is not None:
        refs = {("contacts", item.data["contactId"]) for item in items}
        contacts = await call.ledger.resources.get_many(call.actor, refs)
        seen = {id_ for (_, id_), contact in contacts.items() if assigned.includes(contact)}
        items = [item for item in items if item.data["contactId"] in seen]
    return await present(KIND, call, items)


async def list_(call: Call) -> Reply:
    """``GET /vN/notes``."""
    return await list_resources(call, KIND.name, shown)


def _checked(handler: Callable[[Kind, Call], Awaitable[Reply]]) -> Callable[[Call], Awaitable[Reply]]:
    async def handle(call: Call) -> Reply:
        await _about(call, call.id())
        return await handler(KIND, call)

    return handle


OPERATIONS = operations_of(
    KIND, list=list_, get=_checked(get), patch=_checked(patch), delete=_checked(delete), restore=_checked(restore)
)
