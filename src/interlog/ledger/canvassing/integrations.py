"""Integrations: applications that are told of an organization's visits (spec 4.11).

Each is a resource, and a subscription of the same name that is written in the resource's own unit.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...model.applications import Application
from ...model.canvassing.organizations import ACTIVE, groups_of
from ...model.canvassing.resources import Resource, ResourceDraft
from ...model.canvassing.visits import TYPE_ID, visit_of
from ...model.deliveries import Target
from ...model.errors import NotFound
from ...model.interactions import Interaction
from ...model.journal import Action, Entity, JournalEntry
from ...model.tenancy import Actor
from ...store import interactions as interaction_rows
from ...store.statements import Unit
from ...store.store import Store
from ..deliveries import Deliveries
from .groups import all_organizations
from .resources import Resources

KIND = "integrations"
PROTOCOL = "polis"
_PAUSED = "paused"


class Happened(NamedTuple):
    """What happened to a visit: its action, the visit and its contact as they are now."""

    action: Action
    visit: Interaction
    contact: Resource | None


class Integrations:
    """Use cases around integrations."""

    def __init__(self, store: Store, resources: Resources, deliveries: Deliveries) -> None:
        self._database = store.database
        self._resources = resources
        self._deliveries = deliveries

    async def connect(
        self, actor: Actor, application: Application, organization: str, token: str, data: dict[str, Any]
    ) -> Resource:
        """Let an application be told of an organization's visits from now on, with a token of its own in each message.

        What was connected before gets the new token. ``application`` must have a callback.
        """
        assert application.callback is not None and application.signing_key is not None, "the caller has looked"
        target = Target(
            url=application.callback,
            signing_key=application.signing_key,
            bearer=token,
            about={"organization": organization},
            application=application.id,
        )

        async def subscribe(unit: Unit, read: Resource | None, new: Resource) -> None:
            await self._deliveries.subscribe(actor, unit, PROTOCOL, new.id, target)

        natural = _natural(application.client_id, organization)
        found = await self._resources.by_natural(actor, KIND, [natural])
        if natural not in found:
            whole = data | {"clientId": application.client_id, "organizationId": organization, "status": ACTIVE}
            draft = ResourceDraft(kind=KIND, data=whole, natural=natural)
            return (await self._resources.create(actor, draft, also=subscribe)).resource

        def renewed(read: Resource) -> Resource:  # a new token is a change, though it is nobody's to read
            renewals = read.aside.get("renewals", 0) + 1
            return replace(read, data=read.data | data | {"status": ACTIVE}, aside=read.aside | {"renewals": renewals})

        return await self._resources.amend(actor, KIND, found[natural].id, renewed, also=subscribe)

    async def disconnect(self, actor: Actor, client_id: str, organization: str) -> Resource:
        """Tell an application nothing more of an organization's visits; raises ``NotFound``."""
        natural = _natural(client_id, organization)
        found = await self._resources.by_natural(actor, KIND, [natural])
        if natural not in found:
            raise NotFound("integration", client_id, "client id")
        return await self.remove(actor, found[natural])

    async def amend(self, actor: Actor, read: Resource, change: Callable[[Resource], Resource]) -> Resource:
        """Change an integration; pausing it keeps what happens until it is active again."""

        async def carry(unit: Unit, read: Resource | None, new: Resource) -> None:
            await self._deliveries.switch(actor, unit, PROTOCOL, new.id, is_paused=new.data.get("status") == _PAUSED)

        return await self._resources.amend(actor, KIND, read.id, change, expected_version=read.version, also=carry)

    async def remove(self, actor: Actor, read: Resource) -> Resource:
        """Delete an integration; what waits for it is given up."""

        async def end(unit: Unit, read: Resource | None, new: Resource) -> None:
            await self._deliveries.unsubscribe(actor, unit, PROTOCOL, new.id)

        return await self._resources.delete(actor, KIND, read.id, expected_version=read.version, also=end)

    async def happened(self, actor: Actor, organization: str, entries: Sequence[JournalEntry]) -> list[Happened]:
        """Return what entries of the journal say of visits of an organization and those below that the actor sees."""
        meant = [entry for entry in entries if entry.entity is Entity.INTERACTION]
        if not meant:
            return []
        tenant = actor.tenant
        numbers = {entry.entity_id for entry in meant}
        found = await interaction_rows.by_numbers(self._database, tenant.id, numbers)
        groups = groups_of(tenant, await all_organizations(self._database, tenant), organization)
        visits = {
            number: (item, visit)
            for number, item in found.items()
            if item.type_id == TYPE_ID and item.group in groups and actor.sees(item.group)
            if (visit := visit_of(item.content)) is not None
        }
        refs = {("contacts", visit.contact) for _, visit in visits.values()}
        contacts = await self._resources.get_many(actor, refs, deleted=True) if refs else {}
        told = []
        for entry in meant:
            if entry.entity_id not in visits:
                continue
            item, visit = visits[entry.entity_id]
            is_end = entry.action in (Action.DELETE, Action.VOID)
            if is_end or item.deleted_at is None:  # what is gone by now is only told to be gone
                told.append(Happened(entry.action, item, contacts.get(("contacts", visit.contact))))
        return told


def _natural(client_id: str, organization: str) -> str:
    return f"{client_id}:{organization}"
