"""What was recorded otherwise with contacts, seen as visits: meetings, calls, e-mails and users' own types."""

from collections.abc import Sequence

from ...model.canvassing.permissions import Permit
from ...model.canvassing.resources import catch_all_campaign, nil_survey
from ...model.canvassing.visits import TYPE_ID, Visit
from ...model.errors import NotFound
from ...model.interactions import Interaction
from ...model.tenancy import Actor, Right
from ...store import interactions as interaction_rows
from ...store.store import Store
from .recording import is_seen
from .resources import Resources


class Elsewhere:
    """Use cases around interactions of other types, each a visit of the first of the contacts who took part."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources

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
