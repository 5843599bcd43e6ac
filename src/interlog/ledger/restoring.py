"""Persons, organizations and opportunities that were deleted, and how they come back: as they were, where they were."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from msgspec.structs import replace

from ..model.errors import Conflict, Invalid, NotFound, Problem
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Opportunity, Organization, Party, Person, normal_email
from ..model.profiles import CONTACT, ORGANIZATION
from ..model.tenancy import Actor, Right
from ..store import journal
from ..store import opportunities as opportunity_rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store import profiles as profile_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .departures import claim_ids, join
from .list_entries import come_back_to_lists
from .opportunities import Opportunities
from .organizations import Organizations
from .persons import Persons

Record = TypeVar("Record", Person, Organization, Opportunity)
Return: TypeAlias = Callable[[Actor, Mapping[str, Any]], Awaitable[None]]


class Restoring:
    """Use cases around what was deleted. What was merged into something else is not among it.

    ``returning`` are told of each person who came back, with what the journal kept of the deletion.
    """

    def __init__(
        self, store: Store, persons: Persons, organizations: Organizations, opportunities: Opportunities
    ) -> None:
        self._store, self._database = store, store.database
        self._persons, self._organizations, self._opportunities = persons, organizations, opportunities
        self.returning: list[Return] = []

    # What was deleted

    async def person(self, actor: Actor, person_id: int) -> Person:
        """Return a deleted person."""
        actor.require(Right.READ)
        return _there(await person_rows.deleted(self._database, actor.tenant.id, person_id), "person", person_id)

    async def organization(self, actor: Actor, organization_id: int) -> Organization:
        """Return a deleted organization."""
        actor.require(Right.READ)
        found = await organization_rows.deleted(self._database, actor.tenant.id, organization_id)
        return _there(found, "organization", organization_id)

    async def opportunity(self, actor: Actor, opportunity_id: int) -> Opportunity:
        """Return a deleted opportunity, if the list that it was on is visible to the actor."""
        found = await opportunity_rows.deleted(self._database, actor.tenant.id, opportunity_id)
        visible = {item.id for item in await self._opportunities.lists(actor)}
        kept = found if found is not None and found.list_id in visible else None
        return _there(kept, "opportunity", opportunity_id)

    # How it comes back

    async def restore_person(self, actor: Actor, person_id: int) -> Person:
        """Undo the deletion of a person, in the organizations and opportunities that he was part of.

        Raises ``Invalid`` where one of his addresses is somebody else's by now.
        """
        actor.require(Right.WRITE)
        tenant, gone, at = actor.tenant.id, await self.person(actor, person_id), now()
        await self._require_free(actor, gone)
        organizations = await organization_rows.by_ids(self._database, tenant, gone.organization_ids)
        kept = tuple(id_ for id_ in gone.organization_ids if id_ in organizations)
        back = replace(gone, organization_ids=kept, version=gone.version + 1, modified_at=at)
        unit = Unit()
        person_rows.change(unit, tenant, replace(gone, emails=(), organization_ids=()), back)
        await self._persons.values.follow(actor, unit, None, back)
        await profile_rows.claim_key(self._database, unit, tenant, CONTACT.id, person_id)
        links = await self._links(actor, Entity.PERSON, gone)
        await join(self._store, actor, unit, (Party.PERSON, person_id), links.get("opportunity_ids", ()), at)
        await claim_ids(self._store, actor, unit, (Party.PERSON, person_id), links.get("external_ids", ()))
        await come_back_to_lists(self._store, actor, unit, (Party.PERSON, person_id), gone.modified_at, at)
        add_entry(unit, actor, Action.RESTORE, Entity.PERSON, person_id, back.version, at, encode(gone).decode())
        addresses = [normal_email(email) for email in back.emails]
        await self._persons.bind_waiting(actor, unit, dict.fromkeys(addresses, person_id))
        await self._write(unit)
        await self._persons.bind_late(actor, addresses)
        for come_back in self.returning:
            await come_back(actor, links)
        return back

    async def restore_organization(self, actor: Actor, organization_id: int) -> Organization:
        """Undo the deletion of an organization: its persons belong to it again, and it to its opportunities."""
        actor.require(Right.WRITE)
        tenant, gone, at = actor.tenant.id, await self.organization(actor, organization_id), now()
        back = replace(gone, version=gone.version + 1, modified_at=at)
        unit = Unit()
        organization_rows.change(unit, tenant, replace(gone, domains=()), back)
        await self._persons.values.follow(actor, unit, None, back)
        await profile_rows.claim_key(self._database, unit, tenant, ORGANIZATION.id, organization_id)
        links = await self._links(actor, Entity.ORGANIZATION, gone)
        opportunities = links.get("opportunity_ids", ())
        await join(self._store, actor, unit, (Party.ORGANIZATION, organization_id), opportunities, at)
        await claim_ids(self._store, actor, unit, (Party.ORGANIZATION, organization_id), links.get("external_ids", ()))
        await come_back_to_lists(self._store, actor, unit, (Party.ORGANIZATION, organization_id), gone.modified_at, at)
        add_entry(
            unit, actor, Action.RESTORE, Entity.ORGANIZATION, organization_id, back.version, at, encode(gone).decode()
        )
        await self._organizations.move_members(actor, unit, organization_id, joining=links.get("person_ids", ()))
        await self._write(unit)
        return back

    async def restore_opportunity(self, actor: Actor, opportunity_id: int) -> Opportunity:
        """Undo the deletion of an opportunity, with those of its persons and organizations that are still there."""
        actor.require(Right.WRITE)
        tenant, gone, at = actor.tenant.id, await self.opportunity(actor, opportunity_id), now()
        persons = await person_rows.by_ids(self._database, tenant, gone.person_ids)
        organizations = await organization_rows.by_ids(self._database, tenant, gone.organization_ids)
        back = replace(
            gone,
            person_ids=tuple(id_ for id_ in gone.person_ids if id_ in persons),
            organization_ids=tuple(id_ for id_ in gone.organization_ids if id_ in organizations),
            version=gone.version + 1,
            modified_at=at,
        )
        unit = Unit()
        opportunity_rows.change(unit, tenant, replace(gone, person_ids=(), organization_ids=()), back)
        add_entry(
            unit, actor, Action.RESTORE, Entity.OPPORTUNITY, opportunity_id, back.version, at, encode(gone).decode()
        )
        await self._write(unit)
        return back

    async def _require_free(self, actor: Actor, gone: Person) -> None:
        addresses = [normal_email(email) for email in gone.emails]
        owners = await person_rows.ids_by_email(self._database, actor.tenant.id, addresses) if addresses else {}
        problems = [
            Problem(f"emails[{index}]", f"{email} belongs to person {owners[address]} by now", "taken", owners[address])
            for index, (email, address) in enumerate(zip(gone.emails, addresses, strict=True))
            if address in owners
        ]
        if problems:
            raise Invalid(*problems)

    async def _links(self, actor: Actor, entity: Entity, gone: Person | Organization) -> Mapping[str, Any]:
        """Return what a record was linked to when it was deleted, as the journal tells."""
        entries = await journal.versions_of(self._database, actor.tenant.id, entity, gone.id, 1)
        if entries and entries[0].action is Action.DELETE and entries[0].version == gone.version:
            return entries[0].before or {}
        return {}

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except (Stale, Duplicate) as error:
            raise Conflict("this was changed by somebody else at the same time; try again") from error


def _there(found: Record | None, model: str, id_: int) -> Record:
    if found is None:
        raise NotFound(model, id_)
    return found
