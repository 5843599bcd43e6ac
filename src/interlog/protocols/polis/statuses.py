"""Statuses that canvassers choose, the groups that they belong to, and which campaign has which (spec 4.3, 4.7)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlog.model.canvassing.errors import Taken
from interlog.model.canvassing.resources import Resource, ResourceDraft, derived_id
from interlog.model.canvassing.statuses import CONTACT_STATES
from interlog.model.conditions import Compare, Operator

from . import resources
from .operations import Body, Call, Operation, Reply
from .paging import list_resources
from .resources import Kind, Reference, operations_of
from .shapes import Anything, Flag, Text, Thing, Uuid

_ICON = re.compile(r"fa[A-Z0-9][A-Za-z0-9]*:(solid|regular|light|brands)|[a-z]+[A-Z][A-Za-z0-9]*")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_LINK = "status-campaign"


def _matching(pattern: re.Pattern[str], meaning: str) -> Anything:
    return Anything(
        lambda value: isinstance(value, str) and bool(pattern.fullmatch(value)), meaning, "string.regex.base"
    )


SHAPE = Thing(
    {
        "name": Text(longest=128, empty=False),
        "icon": _matching(_ICON, "an icon such as faHome:solid or polisNotHome"),
        "iconColor": _matching(_COLOUR, "a colour such as #01B5D6"),
        "pinColor": _matching(_COLOUR, "a colour such as #01B5D6"),
        "contactState": Text(choices=CONTACT_STATES),
        "statusGroupId": Uuid(),
        "defaultStatus": Flag(),
        "defaultStatusId": Uuid(),
    },
    required=("name", "icon", "iconColor", "pinColor", "contactState", "statusGroupId"),
    defaults={"defaultStatus": False},
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "statusGroupId" in data:
        yield Reference("/statusGroupId", "status-groups", data["statusGroupId"])
    if "defaultStatusId" in data:
        yield Reference("/defaultStatusId", "statuses", data["defaultStatusId"])


KIND = Kind("statuses", SHAPE, "4.7", refers=_refers)
GROUPS = Kind("status-groups", Thing({}), "4.7")
LINKS = Kind(_LINK, Thing({}), "4.3")


def _link_id(call: Call) -> str:
    return derived_id(call.actor.tenant, _LINK, call.id(), call.id("status"))


async def link(call: Call) -> Reply:
    """``PUT /v1/campaigns/{id}/statuses/{status}``: to link once more changes nothing."""
    campaign = await call.ledger.resources.get(call.actor, "campaigns", call.id())
    status = await call.ledger.resources.get(call.actor, "statuses", call.id("status"))
    draft = ResourceDraft(
        kind=_LINK,
        id=_link_id(call),
        data={"statusId": status.id, "campaignId": campaign.id},
        natural=f"{campaign.id}:{status.id}",
    )
    try:
        made = await call.ledger.resources.create(call.actor, draft)
    except Taken as error:
        if not isinstance(error.stored, Resource) or error.stored.deleted_at is None:
            raise
        restored = await call.ledger.resources.restore(call.actor, _LINK, error.stored.id)
        return await resources.shown_one(LINKS, call, restored)
    return await resources.shown_one(LINKS, call, made.resource, 200 if made.repeated else 201)


async def unlink(call: Call) -> Reply:
    """``DELETE /v1/campaigns/{id}/statuses/{status}``."""
    gone = await call.ledger.resources.delete(call.actor, _LINK, _link_id(call))
    return await resources.shown_one(LINKS, call, gone)


async def linked(call: Call) -> Reply:
    """``GET /v1/campaigns/{id}/statuses``: the statuses that are linked to the campaign."""
    campaign = await call.ledger.resources.get(call.actor, "campaigns", call.id())
    mine = Compare("owner", Operator.EQUAL, campaign.id)
    return await list_resources(call, _LINK, _statuses_of, condition=mine)


async def _statuses_of(call: Call, links: Sequence[Resource]) -> list[dict[str, Any]]:
    refs = [("statuses", link.data["statusId"]) for link in links]
    found = await call.ledger.resources.get_many(call.actor, refs)
    return await resources.present(KIND, call, [found[ref] for ref in refs if ref in found])


_STATUS = "/campaigns/{id}/statuses/{status}"

OPERATIONS = (
    *operations_of(KIND),
    *operations_of(GROUPS, ("list", "get")),
    Operation(name="campaigns.statuses", method="GET", paths=("/campaigns/{id}/statuses",), handler=linked,
              spec="4.3", permission="read@status-campaign"),
    Operation(name="campaigns.link_status", method="PUT", paths=(_STATUS,), handler=link, spec="4.3",
              permission="insert@status-campaign", body=Body.OPTIONAL, status=201),
    Operation(name="campaigns.unlink_status", method="DELETE", paths=(_STATUS,), handler=unlink, spec="4.3",
              permission="destroy@status-campaign", body=Body.OPTIONAL),
)  # fmt: skip
