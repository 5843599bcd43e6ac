"""Resources that are there or not: links and places on lists, with ids that follow from what they connect."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...model.canvassing.households import link_id, link_key, member_id, member_key
from ...model.canvassing.resources import Ref, Resource, ResourceDraft
from ...model.instants import now
from ...model.journal import Action
from ...model.tenancy import Actor
from ...store import resources as rows
from ...store.statements import Unit
from ...store.store import Store
from .resources import Made, Resources

LINKS = "contact-households"
MEMBERS = "contact-household-lists"
MILLISECOND = 1_000


class Part(NamedTuple):
    """A connection that shall be there: its kind and id, what it connects, and the security group that it has."""

    kind: str
    id: str
    data: dict[str, Any]
    natural: str
    group: int

    @property
    def ref(self) -> Ref:
        """Its kind and its id."""
        return self.kind, self.id


def link(actor: Actor, contact: Resource, household: str) -> Part:
    """Return the link between a contact and a household."""
    data = {"contactId": contact.id, "householdId": household}
    id_ = link_id(actor.tenant, contact.id, household)
    return Part(LINKS, id_, data, link_key(household, contact.id), contact.group)


def member(actor: Actor, list_: str, linked: Part, group: int) -> Part:
    """Return the place of a link on a list, which has the group. It names contact and household, to be listed by."""
    data = {"listId": list_, "contactHouseholdId": linked.id} | linked.data
    return Part(MEMBERS, member_id(actor.tenant, list_, linked.id), data, member_key(linked.id, list_), group)


class Parts:
    """Adds to units that connections are there, or are not."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources

    async def set(
        self, actor: Actor, unit: Unit, *, there: Iterable[Part], gone: Iterable[Ref] = (), new: Iterable[Part] = ()
    ) -> dict[Ref, Made]:
        """Add to a unit that connections are there, and that others are not; what is so already stays as it is.

        Of those that are ``new``, it is known that they were not there: they are of something new.
        Returns those that are there from then on; those that were there already are repetitions.
        """
        wanted = {part.ref: part for part in there}
        unwanted = set(gone) - wanted.keys()
        looked_up = [*wanted, *unwanted]
        found = await rows.by_refs(self._database, actor.tenant.id, looked_up) if looked_up else {}
        wanted |= {part.ref: part for part in new}
        drafts: list[ResourceDraft] = []
        result: dict[Ref, Made] = {}
        for ref, part in wanted.items():
            read = found.get(ref)
            if read is None:
                drafts.append(
                    ResourceDraft(kind=part.kind, id=part.id, data=part.data, natural=part.natural, group=part.group)
                )
            elif read.deleted_at is not None:
                back = replace(read, deleted_at=None, group=part.group)
                result[ref] = Made(await self._resources.add_change(actor, unit, read, back, Action.RESTORE))
            elif read.group != part.group:
                moved = await self._resources.add_change(actor, unit, read, replace(read, group=part.group))
                result[ref] = Made(moved, repeated=True)
            else:
                result[ref] = Made(read, repeated=True)
        made = await self._resources.drafted(actor, drafts)
        self._resources.add_new(actor, unit, made)
        for ref in unwanted:
            read = found.get(ref)
            if read is not None and read.deleted_at is None:
                await self.remove(actor, unit, read)
        return result | {item.ref: Made(item) for item in made}

    async def remove(self, actor: Actor, unit: Unit, read: Resource) -> Resource:
        """Add the deletion of a resource to a unit."""
        gone = replace(read, deleted_at=now() // MILLISECOND * MILLISECOND)
        return await self._resources.add_change(actor, unit, read, gone, Action.DELETE)

    async def remove_links(self, actor: Actor, unit: Unit, links: Iterable[Resource]) -> list[Resource]:
        """Add to a unit that links, and their places on lists, are deleted; return the links as they then are."""
        gone = []
        for item in links:
            gone.append(await self.remove(actor, unit, item))
            for place in await rows.by_beginning(self._database, actor.tenant.id, MEMBERS, item.id):
                await self.remove(actor, unit, place)
        return gone
