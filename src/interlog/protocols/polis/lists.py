"""Lists of contacts (spec 4.4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlog.model.canvassing.resources import Resource

from .operations import Call
from .resources import Kind, Reference, operations_of
from .shapes import Anything, Many, Text, Thing, Uuid

MEMBERS = "contact-household-lists"

SHAPE = Thing(
    {
        "name": Text(longest=256, empty=False),
        "organizationId": Uuid(),
        "description": Text(longest=2048),
        "required": Many(Text(), most=1_000),
        "integrations": Many(Anything(), most=1_000),
    },
    required=("name", "organizationId"),
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "organizationId" in data:
        yield Reference("/organizationId", "organizations", data["organizationId"])


async def _own(call: Call, items: Sequence[Resource]) -> dict[str, dict[str, Any]]:
    """Return how many contacts stand on each list; nothing of one that has just been created."""
    if call.operation.name == "lists.create":
        return {}
    counts = await call.ledger.resources.counts(call.actor, MEMBERS, [item.id for item in items])
    return {item.id: {"contactsCount": counts.get(item.id, 0)} for item in items}


KIND = Kind("lists", SHAPE, "4.4", refers=_refers, own=_own)

OPERATIONS = operations_of(KIND)
