"""What was recorded otherwise with contacts, seen as visits: meetings, calls, e-mails and users' own types."""

from collections.abc import Sequence

from msgspec.structs import replace

from ...model.canvassing.permissions import Permit
from ...model.canvassing.resources import catch_all_campaign, nil_survey
from ...model.canvassing.visits import TYPE_ID, Visit
from ...model.errors import Invalid, NotFound, Problem
from ...model.interactions import Content, Interaction
from ...model.tenancy import Actor, Right
from ...store import interactions as interaction_rows
from ...store.store import Store
from ..interactions import Interactions
from .recording import is_seen
from .resources import Resources


class Elsewhere:
    """Use cases around interactions of other types, each a visit of the first of the contacts who took part."""

    def __init__(self, store: Store, resources: Resources, interactions: Interactions) -> None:
        self._database = store.database
        self._resources = resources
        self._interactions = interactions

    async def get(self, actor: Actor, permit: Permit, id_: str) -> Interaction:
        """Return an interaction of another type that can be seen as a visit."""
        actor.require(Right.READ)
        item = await interaction_rows.by_uuid(self._database, actor.tenant.id, id_)
        if (
            item is None
            or item.deleted_at is not None
            or item.voided_by is not None
            or not is_seen(actor, permit, item)
        ):
            raise NotFound("interaction", id_)
        if item.number not in await self.visits(actor, [item]):
            raise NotFound("interaction", id_)
        return item

    async def visits(self, actor: Actor, items: Sequence[Interaction]) -> dict[int, Visit]:
        """Return what interactions of other types are as visits, by their numbers: those with a contact in them."""
        others = [item for item in items if item.type_id != TYPE_ID]
        if not others:
            return {}
        persons = {part.person for item in others for part in item.participants if part.person is not None}
        contacts = await self._resources.by_person(actor, "contacts", persons)
        found = {}
        for item in others:
            ids = [contacts[part.person].id for part in item.participants if part.person in contacts]
            if ids:
                found[item.number] = Visit(
                    campaign=catch_all_campaign(actor.tenant),
                    contact=min(ids),
                    survey=nil_survey(actor.tenant),
                    at=item.content.occurred_at,
                )
        return found

    async def move(
        self, actor: Actor, permit: Permit, read: Interaction, new: Visit, *, expected_version: int | None = None
    ) -> Interaction:
        """Change when an interaction was, and which contact took part in it: what a visit has in common with it.

        ``Invalid`` where there is no such contact, ``Forbidden`` where its type allows no change.
        """
        old = (await self.visits(actor, [read])).get(read.number)
        if old is None or not is_seen(actor, permit, read):
            raise NotFound("interaction", read.uuid)
        found = await self._resources.get_many(actor, [("contacts", old.contact), ("contacts", new.contact)])
        if ("contacts", new.contact) not in found:
            raise Invalid(Problem("/data/contactId", "names nothing that is there in contacts", "unknown_id"))
        one, other = (found[("contacts", id_)].person for id_ in (old.contact, new.contact))

        def moved(item: Interaction) -> Content:
            parts = tuple(
                replace(part, person=other, address=None, name=None) if part.person == one != other else part
                for part in item.participants
            )
            at = item.content.occurred_at if new.at // 1_000 == old.at // 1_000 else new.at  # clients see milliseconds
            return replace(item.content, occurred_at=at, participants=parts)

        amended = await self._interactions.amend(actor, read.number, moved, expected_version=expected_version)
        return amended.interaction

    async def delete(
        self, actor: Actor, permit: Permit, id_: str, *, expected_version: int | None = None
    ) -> Interaction:
        """Delete an interaction of another type, with its note."""
        read = await self.get(actor, permit, id_)
        return await self._interactions.delete(actor, read.number, expected_version=expected_version)
