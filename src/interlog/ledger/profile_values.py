"""Finding profiles by the values of fields that are no key, where a slot of some interaction type refers to these.

Each profile that has the values is a row, written with every change of it. Interactions that refer to such values are
looked through again whenever a profile comes to have them, or has them no longer: there may be none with them, one, or
several, and only one takes part.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from ..model.as_profiles import contact_of, organization_of
from ..model.look_ups import values_looked_up
from ..model.parties import Organization, Person
from ..model.profiles import CONTACT, ORGANIZATION, Names, Profile, ProfileType, waiting_key
from ..model.tenancy import Actor, Tenant
from ..store import profile_values as rows
from ..store import profiles as profile_rows
from ..store import types as type_rows
from ..store.database import Duplicate
from ..store.profile_values import Tally
from ..store.statements import Unit
from ..store.store import Store
from .field_index import UNAWARE

_BATCH = 500
_LONGEST = 600
"""Seconds that many are stored for at most: after them something else is wrong."""

Referring = Callable[[Actor, set[str]], Awaitable[None]]
Anchored = Sequence[tuple[Profile, int]]
"""Profiles, and the versions of the rows that every change of them counts in."""


class _LookAgain:
    """Looks interactions through again that wait under some keys."""

    def __init__(self, referring: Referring, actor: Actor, keys: set[str]) -> None:
        self._referring, self._actor, self.keys = referring, actor, keys

    async def __call__(self) -> None:
        await self._referring(self._actor, self.keys)


class ProfileValues:
    """What whoever stores a profile, a person or an organization tells, and whoever refers to one asks.

    ``referring`` looks the interactions through again that wait under some keys (``waiting_key``); ``pages`` returns
    some profiles of a type, those behind a number; ``tenant_of`` a tenant as it was a second ago at most.
    """

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._at_work: set[object] = set()
        self.tenant_of: Callable[[int], Awaitable[Tenant]] | None = None
        self.referring: Referring | None = None
        self.pages: Callable[[Actor, ProfileType, int, int], Awaitable[Anchored]] | None = None

    async def find(self, actor: Actor, type_id: int, names: Names, keys: Iterable[str]) -> dict[str, Tally]:
        """Return how many profiles have values, by their text, and the first one; nothing for what nobody has."""
        return await rows.by_values(self._database, actor.tenant.id, type_id, names, keys)

    # What is stored

    @asynccontextmanager
    async def at_work(self, actor: Actor) -> AsyncIterator[None]:
        """Store many within this: a request that lasts has to hear of slots that were defined since it began."""
        token = object()
        self._at_work.add(token)
        try:
            fresh = await self.tenant_of(actor.tenant.id) if self.tenant_of is not None else actor.tenant
            if fresh.values_looked_up != actor.tenant.values_looked_up:
                actor.tenant.learn(fresh.types)
                actor.tenant.learn_profiles(fresh.profile_types)
            yield
        finally:
            self._at_work.discard(token)

    async def _others_done(self) -> None:
        """Wait for those who are at work, and may have begun before they could know of what is defined now."""
        begun = set(self._at_work)
        async with asyncio.timeout(_LONGEST):
            # Many may be at work, and each ends by itself: there is no one event to wait for.
            while not begun.isdisjoint(self._at_work):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def change(self, actor: Actor, unit: Unit, type_: ProfileType, read: Profile | None, new: Profile | None) -> None:
        """Add to a unit what a new, changed or deleted profile is found by from now on."""
        names = actor.tenant.values_looked_up.get(type_.id)
        if not names:
            return
        before = rows.rows_of(actor.tenant.id, type_, read, names)
        after = rows.rows_of(actor.tenant.id, type_, new, names)
        rows.change(unit, before, after)
        by_name = {profile_rows.key_name(some): some for some in names}
        keys = {waiting_key(type_.id, by_name[name], key) for _, _, name, key, _ in before ^ after}
        if keys and self.referring is not None:
            for follow in unit.afterwards:
                if isinstance(follow, _LookAgain):  # one look for thousands of profiles
                    follow.keys |= keys
                    return
            unit.afterwards.append(_LookAgain(self.referring, actor, keys))

    def add(self, actor: Actor, unit: Unit, party: Person | Organization) -> None:
        """Add to a unit what a new person or organization is found by."""
        if self.counts(actor, party):
            type_, profile = _as_profile(party, None)
            self.change(actor, unit, type_, None, profile)

    async def follow(
        self, actor: Actor, unit: Unit, read: Person | Organization | None, new: Person | Organization | None
    ) -> None:
        """Add to a unit what a person or an organization is found by from now on: changed, deleted (``new`` is None),
        or there again (``read`` is None)."""
        party = read or new
        if party is None or not self.counts(actor, party):
            return
        type_ = CONTACT if isinstance(party, Person) else ORGANIZATION
        kept = (await profile_rows.by_numbers(self._database, actor.tenant.id, type_.id, [party.id])).get(party.id)
        before, after = [_as_profile(one, kept)[1] if one is not None else None for one in (read, new)]
        self.change(actor, unit, type_, before, after)

    def counts(self, actor: Actor, party: Person | Organization) -> bool:
        """Whether persons, or organizations, are looked up by values at all."""
        type_ = CONTACT if isinstance(party, Person) else ORGANIZATION
        return type_.id in actor.tenant.values_looked_up

    # What is looked up

    async def complete(self, actor: Actor) -> bool:
        """Make every profile be found by all values that slots refer to by now; returns whether any were missing.

        Whoever stores profiles in another process writes the rows himself as soon as he knows of the slots, and only
        then what is stored already is read.
        """
        tenant = actor.tenant.id
        ready = await rows.ready(self._database, tenant)
        types = await type_rows.newest(self._database, tenant)
        parties = {type_.id: type_ for type_ in await type_rows.newest_of_profiles(self._database, tenant)}
        actor.tenant.learn(types)
        actor.tenant.learn_profiles(parties.values())
        wanted = values_looked_up(types, {type_.name.casefold(): type_ for type_ in parties.values()})
        named = _named(wanted)
        unwanted = {type_id: left for type_id, some in ready.items() if (left := some - named.get(type_id, set()))}
        missing: dict[int, list[Names]] = {}
        for type_id, some in wanted.items():
            for names in some:
                if profile_rows.key_name(names) not in ready.get(type_id, set()):
                    missing.setdefault(type_id, []).append(names)
        unit = Unit()
        rows.forget(unit, tenant, unwanted)
        rows.forget(unit, tenant, _named(missing))  # what is left from when something else referred to them
        if unit.changes:
            await self._database.write(unit)
        if not missing:
            return False
        await asyncio.sleep(UNAWARE)
        await self._others_done()
        for type_id, added in missing.items():
            await self._build(actor, parties[type_id], added)
        await self._declare_ready(tenant, missing)
        return True

    async def _build(self, actor: Actor, type_: ProfileType, names: Iterable[Names]) -> None:
        assert self.pages is not None
        after = 0
        while found := await self.pages(actor, type_, after, _BATCH):
            unit = Unit()
            for profile, version in found:
                rows.complete(unit, rows.rows_of(actor.tenant.id, type_, profile, names), version)
            try:
                await self._database.write(unit)
            except Duplicate:
                continue  # somebody wrote the same row at the same moment: once more
            after = found[-1][0].number

    async def _declare_ready(self, tenant: int, wanted: Mapping[int, Iterable[Names]]) -> None:
        unit = Unit()
        rows.declare_ready(unit, tenant, _named(wanted))
        try:
            await self._database.write(unit)
        except Duplicate:
            pass  # somebody else has just declared the same


def _named(wanted: Mapping[int, Iterable[Names]]) -> dict[int, set[str]]:
    return {type_id: {profile_rows.key_name(names) for names in some} for type_id, some in wanted.items()}


def _as_profile(party: Person | Organization, beside: Profile | None) -> tuple[ProfileType, Profile]:
    if isinstance(party, Person):
        return CONTACT, contact_of(party, beside)
    return ORGANIZATION, organization_of(party, beside)
