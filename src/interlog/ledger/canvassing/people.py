"""The uuids of persons, by which canvassing names users. They never change, so those that were read are kept."""

from collections.abc import Iterable

from ...model.errors import NotFound
from ...model.parties import Person
from ...model.tenancy import Actor, Right
from ...store import persons as person_rows
from ...store import tenants as tenant_rows
from ...store.store import Store

_MOST_KEPT = 10_000


class People:
    """Uuids by the persons' ids."""

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._known: dict[tuple[int, int], str] = {}

    async def uuid_of(self, actor: Actor) -> str:
        """Return the uuid of the actor's person."""
        known = self._known.get((actor.tenant.id, actor.person_id))
        return known if known is not None else (await self.uuids(actor, [actor.person_id]))[actor.person_id]

    async def uuids(self, actor: Actor, persons: Iterable[int]) -> dict[int, str]:
        """Return the uuids of persons; ``NotFound`` where one of them is gone."""
        tenant, wanted = actor.tenant.id, set(persons)
        found = {id_: self._known[tenant, id_] for id_ in wanted if (tenant, id_) in self._known}
        missing = wanted - found.keys()
        if missing:
            read = await person_rows.by_ids(self._database, tenant, missing)
            if len(self._known) + len(read) > _MOST_KEPT:
                self._known.clear()
            for id_ in missing:
                if id_ not in read:
                    raise NotFound("person", id_)
                found[id_] = self._known[tenant, id_] = read[id_].uuid
        return found

    async def named(self, actor: Actor, uuids: Iterable[str]) -> dict[str, Person]:
        """Return the persons by their uuids; those who are gone are left out."""
        actor.require(Right.READ)
        ids = await person_rows.ids_by_uuid(self._database, actor.tenant.id, uuids)
        found = await person_rows.by_ids(self._database, actor.tenant.id, ids.values()) if ids else {}
        return {uuid: found[id_] for uuid, id_ in ids.items() if id_ in found}

    async def is_user(self, actor: Actor, uuid: str) -> bool:
        """Whether somebody who can sign in has this uuid."""
        found = await person_rows.ids_by_uuid(self._database, actor.tenant.id, [uuid])
        user = await tenant_rows.user_of(self._database, actor.tenant.id, found[uuid]) if found else None
        return user is not None and user.active

    async def is_administrator(self, actor: Actor, uuid: str) -> bool:
        """Whether somebody may do everything in the tenant, whatever organization they are in."""
        found = await person_rows.ids_by_uuid(self._database, actor.tenant.id, [uuid])
        user = await tenant_rows.user_of(self._database, actor.tenant.id, found[uuid]) if found else None
        return user is not None and user.role.right is Right.ADMIN
