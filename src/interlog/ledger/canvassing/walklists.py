"""Walk lists: who is on an open one is reserved for it, and can be on no other (§4.12)."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ...model.canvassing.errors import Taken
from ...model.canvassing.resources import Resource
from ...model.canvassing.states import edited
from ...model.tenancy import Actor
from ...store.statements import Unit
from .resources import Follower, Resources

DONE = "done"
_FREE: dict[str, Any] = {"reserved": False}


class Walklists:
    """Keeps the reservations of contacts as their walk lists say, in the unit that changes a walk list."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.followers = {"walklists": Follower(self._changed, lambda tenant_id: None)}

    async def _changed(self, actor: Actor, unit: Unit, read: Resource | None, new: Resource) -> None:
        """Reserve who has come on a walk list, and let go who has left it; ``Taken`` where another one has somebody."""
        before, after = _held_by(read), _held_by(new)
        moved = [("contacts", id_) for id_ in dict.fromkeys((*before, *after)) if (id_ in before) != (id_ in after)]
        for contact in (await self._resources.get_many(actor, moved)).values():
            is_mine = _reserved_for(contact) == new.id
            if contact.id in after:
                if not is_mine and _reserved_for(contact) is not None:
                    raise Taken(f"contact {contact.id} is reserved for another walk list", contact)
                await self._reserve(actor, unit, contact, {"reserved": True, "walklistId": new.id})
            elif is_mine:
                await self._reserve(actor, unit, contact, _FREE)

    async def _reserve(self, actor: Actor, unit: Unit, contact: Resource, reservation: dict[str, Any]) -> None:
        data = contact.data | {"reservation": reservation}
        if data != contact.data:
            aside = edited(contact.data, data, contact.aside, contact.aside)
            await self._resources.add_change(actor, unit, contact, replace(contact, data=data, aside=aside))


def _held_by(walklist: Resource | None) -> tuple[str, ...]:
    """Return the contacts that a walk list has reserved: none when it is done, or gone."""
    if walklist is None or walklist.deleted_at is not None or walklist.data.get("status") == DONE:
        return ()
    return tuple(walklist.data.get("contactIds", ()))


def _reserved_for(contact: Resource) -> str | None:
    """Return the walk list that a contact is reserved for; an empty text where it is not known which."""
    reservation: Mapping[str, Any] = contact.data.get("reservation") or _FREE
    return str(reservation.get("walklistId", "")) if reservation.get("reserved") else None
