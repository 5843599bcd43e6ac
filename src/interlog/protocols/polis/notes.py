"""Notes on contacts (spec 4.10)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.validation import MAX_BODY

from .operations import Call
from .resources import Kind, Reference, operations_of
from .shapes import Text, Thing, Uuid


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "contactId" in data:
        yield Reference("/contactId", "contacts", data["contactId"])


def _create(call: Call, draft: ResourceDraft) -> Awaitable[Made]:
    return call.ledger.contact_notes.create(call.actor, draft)


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


OPERATIONS = operations_of(KIND)
