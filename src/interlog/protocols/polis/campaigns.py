"""Campaigns: what is asked at the doors of which lists, and what a canvasser sees of a contact (spec 4.3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlog.ledger.canvassing.founding import default_lines
from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.instants import now

from .operations import Call
from .resources import Draft, Kind, Reference, moment_text, operations_of
from .shapes import MISSING, Many, Reading, Shape, Text, Thing, Uuid, When

COMPLETE = "complete"
LIST_TYPES = ("high-priority", "normal", "do-not-knock")


class _Part(Shape):
    """A part of a line that a canvasser sees: a member of the contact, or what stands between two."""

    _kinds: Mapping[str, Shape] = {
        "field": Thing({"type": Text(), "path": Text(longest=512, empty=False)}, required=("path",)),
        "separator": Thing({"type": Text(), "value": Text(longest=32)}, required=("value",)),
    }

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.wrong(path, "must be an object", "object.base")
        kind = self._kinds.get(str(value.get("type")))
        if kind is None:
            return reading.wrong(f"{path}/type", f"must be one of {', '.join(self._kinds)}", "any.allowOnly")
        part = kind.read(value, path, reading)
        if part is not MISSING and not str(part.get("path", "/")).startswith("/"):
            return reading.wrong(f"{path}/path", "must be a JSON pointer, such as /data/notes", "string.regex.base")
        return part


SHAPE = Thing(
    {
        "name": Text(longest=256, empty=False),
        "status": Text(choices=("pending", "started", COMPLETE)),
        "organizationId": Uuid(),
        "description": Text(longest=2048),
        "lists": Many(Thing({"listId": Uuid(), "type": Text(choices=LIST_TYPES)}, required=("listId",)), most=1_000),
        "fields": Many(Many(_Part(), most=100), most=100),
        "ended": When(),
    },
    required=("name", "status", "organizationId"),
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "organizationId" in data:
        yield Reference("/organizationId", "organizations", data["organizationId"])
    for place, row in enumerate(data.get("lists", ())):
        if "listId" in row:
            yield Reference(f"/lists/{place}/listId", "lists", row["listId"])


async def _complete(call: Call, draft: Draft) -> None:
    """Set when a campaign ended, and what is seen of contacts where a new one does not say."""
    data, read = draft.data, draft.read
    seen: set[str] = set()
    for place, row in enumerate(data.get("lists", ())):
        if row.get("listId") in seen:
            draft.wrong(f"/lists/{place}/listId", "is in the array already", "array.unique")
        seen |= {row["listId"]} if "listId" in row else set()
    if call.operation.name == "campaigns.create":
        data.setdefault("lists", [])
        data.setdefault("fields", default_lines())
    if data.get("status") != COMPLETE:
        data.pop("ended", None)
    elif "ended" not in data:
        data["ended"] = read.data["ended"] if read is not None and "ended" in read.data else moment_text(now())


async def _own(call: Call, items: Sequence[Resource]) -> dict[str, dict[str, Any]]:
    return {item.id: {"ended": True} for item in items if item.data.get("status") == COMPLETE}


async def _create(call: Call, draft: ResourceDraft) -> Made:
    if call.flag("withDefaults"):
        return await call.ledger.campaigns.create_with_defaults(call.actor, draft)
    return await call.ledger.resources.create(call.actor, draft)


KIND = Kind("campaigns", SHAPE, "4.3", refers=_refers, complete=_complete, own=_own, create=_create)

OPERATIONS = operations_of(KIND)
