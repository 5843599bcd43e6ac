"""Whom a canvasser may see where an organization shows its canvassers only what is assigned to them."""

from ...model.canvassing.assignments import Assigned, assigned_by
from ...model.canvassing.permissions import Permit
from ...model.canvassing.resources import ASSIGNABLE, Resource
from ...model.errors import NotFound
from ...model.tenancy import Actor
from ...store import resources as rows
from ...store.store import Store


class Assignments:
    """Use cases around what is assigned to somebody."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def of(self, actor: Actor, permit: Permit) -> Assigned | None:
        """Return the contacts that the actor may see; None: all that his groups show."""
        if not permit.assigned_only:
            return None
        walklists, turfs = [
            await rows.by_beginning(self._database, actor.tenant.id, kind, permit.user) for kind in ASSIGNABLE
        ]
        return assigned_by(walklists, turfs)

    async def require(self, actor: Actor, permit: Permit, *contacts: Resource) -> None:
        """Raise ``NotFound`` where one of the contacts is not assigned to an actor who sees only who is."""
        assigned = await self.of(actor, permit)
        for contact in contacts:
            if assigned is not None and not assigned.includes(contact):
                raise NotFound("contacts", contact.id)
