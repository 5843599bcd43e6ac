"""Walk lists: the doors that somebody goes to, in their order (spec 4.12)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .operations import Call
from .resources import Draft, Kind, Reference, check_user, operations_of
from .shapes import Many, Text, Thing, Uuid

SHAPE = Thing(
    {
        "name": Text(longest=256),
        "campaignId": Uuid(),
        "organizationId": Uuid(),
        "assignedTo": Uuid(),
        "contactIds": Many(Uuid(), most=1_000),
        "status": Text(choices=("open", "done")),
    },
    required=("campaignId",),
    defaults={"status": "open"},
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    for member, kind in (("campaignId", "campaigns"), ("organizationId", "organizations")):
        if member in data:
            yield Reference(f"/{member}", kind, data[member])
    for place, id_ in enumerate(data.get("contactIds", ())):
        yield Reference(f"/contactIds/{place}", "contacts", id_)


async def _complete(call: Call, draft: Draft) -> None:
    ids = draft.data.setdefault("contactIds", [])
    seen: set[str] = set()
    for place, id_ in enumerate(ids):
        if id_ in seen:
            draft.wrong(f"/contactIds/{place}", "is in the array already", "array.unique")
        seen.add(id_)
    await check_user(call, draft, "assignedTo")


KIND = Kind("walklists", SHAPE, "4.12", refers=_refers, complete=_complete)

OPERATIONS = operations_of(KIND)
