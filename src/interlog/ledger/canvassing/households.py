"""Households, and who lives in them (spec 4.2). A household at an address that is known already is that one."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ...model.canvassing.contacts import Data
from ...model.canvassing.errors import Taken
from ...model.canvassing.households import household_key
from ...model.canvassing.resources import Ref, Resource, ResourceDraft
from ...model.errors import Conflict, InterlogError, Invalid, NotFound, Problem
from ...model.tenancy import Actor, Right
from ...store import resources as rows
from ...store.database import Duplicate, Stale
from ...store.statements import Unit
from ...store.store import Store
from .contact_units import HOUSEHOLDS, at_home
from .contacts import Amendment
from .identities import CONTACTS
from .parts import LINKS, Part, Parts, link
from .resources import Made, Resources

_TRIES = 4


class Households:
    """Use cases around households and their members."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources
        self._parts = Parts(store, resources)

    async def address(self, actor: Actor, address_id: str) -> Data | None:
        """Return the address that households have under an id; None where none has."""
        actor.require(Right.READ)
        found = await rows.by_beginning(self._database, actor.tenant.id, HOUSEHOLDS, address_id)
        return next((item.data["address"] for item in found if "address" in item.data), None)

    async def create(self, actor: Actor, draft: ResourceDraft) -> Made:
        """Create a household; see ``create_many``. Raises what refuses it."""
        (outcome,) = await self.create_many(actor, [draft])
        if isinstance(outcome, InterlogError):
            raise outcome
        return outcome

    async def create_many(self, actor: Actor, drafts: Sequence[ResourceDraft]) -> list[Made | InterlogError]:
        """Create households, each for itself; where there is one at the address and unit, it is that one, unchanged."""
        actor.require(Right.WRITE)
        keyed = [replace(draft, natural=household_key(draft.data), group=draft.group or 0) for draft in drafts]
        items = await self._resources.drafted(actor, keyed)
        for _ in range(_TRIES):
            keys = {item.natural for item in items if item.natural is not None}
            there = await rows.by_natural(self._database, actor.tenant.id, HOUSEHOLDS, keys)
            named = {draft.id for draft in drafts if draft.id is not None}
            ids = await rows.by_refs(self._database, actor.tenant.id, [(HOUSEHOLDS, id_) for id_ in named])
            outcomes: list[Made | InterlogError] = []
            unit = Unit()
            new: dict[str, Resource] = {}
            taken = {id_: item for (_, id_), item in ids.items()}
            for item in items:
                known = there.get(item.natural or "")
                if known is not None:
                    hidden = Taken("there already is a household like this")
                    outcomes.append(Made(known, repeated=True) if actor.sees(known.group) else hidden)
                elif item.id in taken:
                    outcomes.append(Taken("the id is another household's", taken[item.id]))
                else:
                    there[item.natural or ""] = new[item.id] = taken[item.id] = item
                    outcomes.append(Made(item))
            if not new:
                return outcomes
            self._resources.add_new(actor, unit, list(new.values()))
            try:
                await self._database.write(unit)
            except Duplicate:
                continue
            return outcomes
        raise Conflict("the households were being stored by others at the same time; try again")

    async def amend(
        self, actor: Actor, id_: str, change: Callable[[Resource], Resource], *, expected_version: int | None = None
    ) -> Resource:
        """Change a household. Those whose primary household it is have its new address."""

        def keyed(read: Resource) -> Resource:
            new = change(read)
            return replace(new, natural=household_key(new.data))

        async def also(unit: Unit, read: Resource | None, new: Resource) -> None:
            for contact in await self._primary_of(actor, new.id):
                data = at_home(contact.data, new.data)
                if data != contact.data:
                    await self._resources.add_change(actor, unit, contact, replace(contact, data=data))

        return await self._resources.amend(actor, HOUSEHOLDS, id_, keyed, expected_version=expected_version, also=also)

    async def amend_many(self, actor: Actor, amendments: Sequence[Amendment]) -> list[Made | InterlogError]:
        """Change households, each for itself, one after the other."""
        outcomes: list[Made | InterlogError] = []
        for id_, change, version in amendments:
            try:
                outcomes.append(Made(await self.amend(actor, id_, change, expected_version=version)))
            except InterlogError as error:
                outcomes.append(error)
        return outcomes

    async def delete(self, actor: Actor, id_: str, *, expected_version: int | None = None) -> Resource:
        """Delete a household, the links to it and their places on lists; nobody's primary household is it any more."""

        async def also(unit: Unit, read: Resource | None, new: Resource) -> None:
            links = await rows.by_beginning(self._database, actor.tenant.id, LINKS, id_)
            await self._parts.remove_links(actor, unit, links)
            for contact in await self._primary_of(actor, id_):
                await self._leave(actor, unit, contact)

        return await self._resources.delete(actor, HOUSEHOLDS, id_, expected_version=expected_version, also=also)

    # Who lives where

    async def link(self, actor: Actor, pairs: Sequence[tuple[str, str]]) -> list[Made | InterlogError]:
        """Say of contacts, by their ids, in which households they live; what is so already is a repetition."""
        actor.require(Right.WRITE)
        refs = {ref for contact, home in pairs for ref in ((CONTACTS, contact), (HOUSEHOLDS, home))}
        found = await self._resources.get_many(actor, refs)
        outcomes: dict[int, InterlogError] = {}
        parts: dict[int, Part] = {}
        for place, (contact_id, home) in enumerate(pairs):
            contact = found.get((CONTACTS, contact_id))
            problems = [
                Problem(f"/data/{name}", f"names nothing that is there in {kind}", "unknown_id")
                for name, kind, id_ in (("contactId", CONTACTS, contact_id), ("householdId", HOUSEHOLDS, home))
                if (kind, id_) not in found
            ]
            if contact is None or problems:
                outcomes[place] = Invalid(*problems)
            else:
                parts[place] = link(actor, contact, home)
        made = await self._set(actor, list(parts.values())) if parts else {}
        return [outcomes[place] if place in outcomes else made[parts[place].ref] for place in range(len(pairs))]

    async def _set(self, actor: Actor, parts: Sequence[Part]) -> dict[Ref, Made]:
        for _ in range(_TRIES):
            unit = Unit()
            there = await self._parts.set(actor, unit, there=parts)
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):
                continue
            return there
        raise Conflict("the households were being changed by others at the same time; try again")

    async def unlink(self, actor: Actor, contact_id: str, household: str) -> Resource:
        """Say of a contact that it lives in a household no more, and return the link as it then is."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            contact = await self._resources.get(actor, CONTACTS, contact_id)
            part = link(actor, contact, household)
            read = (await self._resources.get_many(actor, [part.ref])).get(part.ref)
            if read is None:
                raise NotFound("household of this contact", household)
            unit = Unit()
            gone = await self._parts.remove_links(actor, unit, [read])
            if contact.data.get("primaryHouseholdId") == household:
                await self._leave(actor, unit, contact)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return gone[0]
        raise Conflict("the household was being changed by others at the same time; try again")

    async def _primary_of(self, actor: Actor, household: str) -> list[Resource]:
        """Return the contacts whose primary household it is."""
        links = await rows.by_beginning(self._database, actor.tenant.id, LINKS, household)
        refs = [(CONTACTS, item.data["contactId"]) for item in links]
        found = await rows.by_refs(self._database, actor.tenant.id, refs)
        return [
            item
            for item in found.values()
            if item.deleted_at is None and item.data.get("primaryHouseholdId") == household
        ]

    async def _leave(self, actor: Actor, unit: Unit, contact: Resource) -> None:
        data = {name: part for name, part in contact.data.items() if name != "primaryHouseholdId"}
        await self._resources.add_change(actor, unit, contact, replace(contact, data=data, natural=None))
