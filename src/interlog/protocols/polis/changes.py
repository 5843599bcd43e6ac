"""What has changed since, for whoever keeps a copy: our extension of spec 2.7."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from interlog.model.canvassing.visits import TYPE_ID, visit_of
from interlog.model.interactions import Interaction
from interlog.model.journal import Position

from . import (
    campaigns,
    contacts,
    households,
    interaction_items,
    lists,
    members,
    memberships,
    notes,
    organizations,
    roles,
    segments,
    statuses,
    surveys,
    turfs,
    users,
    walklists,
)
from .errors import not_found, unreadable
from .operations import Call, Operation, Reply
from .resources import present
from .wire import page

_MOST = 1_000
_NOW = "now"

Present = Callable[[Call, Sequence[Any]], Awaitable[Sequence[dict[str, Any]]]]

PRESENTED: dict[str, Present] = {
    "contacts": contacts.changed,
    "interactions": interaction_items.present,
    "memberships": memberships.present,
    "notes": notes.shown,
    "users": users.present,
    **{
        kind.name: partial(present, kind)
        for kind in (
            campaigns.KIND,
            households.KIND,
            households.LINKS,
            lists.KIND,
            members.MEMBERS,
            organizations.KIND,
            roles.KIND,
            segments.KIND,
            statuses.KIND,
            surveys.KIND,
            turfs.KIND,
            walklists.KIND,
        )
    },
}
"""What changes are told of, and how each is shown."""


async def get(call: Call) -> Reply:
    """``GET /v1/changes/{resource}``: what has changed behind ``since``, in the order of the changes, as it is now.

    What was deleted comes too. ``meta.cursor`` is where to go on; ``meta.more`` says whether to do so at once.
    ``since=now`` tells of nothing, but where to begin.
    """
    name = call.path["resource"]
    shown = PRESENTED.get(name)
    if shown is None:
        raise not_found("resource")
    call.permit.require(f"read@{name}")
    limit = min(call.integer("limit", _MOST, minimum=1), _MOST)
    since = call.param("since") or ""
    if since == _NOW:
        return _page(call, name, [], await call.ledger.changes.now(call.actor), is_more=False)
    place = _position(since)
    if name == "interactions":
        visits = await call.ledger.changes.interactions(call.actor, [TYPE_ID], place, limit)
        found = [item for item in visits.items if _is_shown(call, item)]
        return _page(call, name, await shown(call, found), visits.next, is_more=visits.is_more)
    changes = await call.ledger.changes.resources(call.actor, name, place, limit)
    return _page(call, name, await shown(call, changes.items), changes.next, is_more=changes.is_more)


def _is_shown(call: Call, item: Interaction) -> bool:
    """Whether an interaction of the type of visits is one, and one that the actor sees."""
    if visit_of(item.content) is None:
        return False
    return not call.permit.assigned_only or item.creator == call.actor.person_id


def _position(text: str) -> Position:
    if not text:
        return Position()
    found = Position.of(text)
    if found is None:
        raise unreadable("since is no cursor; use meta.cursor of the page before, or now.")
    return found


def _page(call: Call, name: str, items: Sequence[dict[str, Any]], place: Position, *, is_more: bool) -> Reply:
    cursor = place.text
    link = f'<{call.base}/v1/changes/{name}?since={cursor}>; rel="next"'
    return Reply(page(items, {"cursor": cursor, "more": is_more}), headers={"Link": link})


OPERATIONS = (
    Operation(
        name="changes.get",
        method="GET",
        paths=("/changes/{resource}",),
        handler=get,
        spec="2.7",
    ),
)
