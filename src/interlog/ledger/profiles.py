"""Profiles: put by their ids and keys, one by one or many at once, found, listed.

A put finds the profile by its ProfileId and by every complete strong id: none is created, one is merged, several are a
conflict. What interactions referred to before it came is bound to it in the same transaction.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model.errors import Conflict, InterlogError, MergedAway, NotFound
from ..model.ids import index_text
from ..model.instances import Put
from ..model.parties import Party
from ..model.profiles import (
    CONTACT,
    ORGANIZATION,
    PROFILE_ID,
    Names,
    Profile,
    ProfileDraft,
    ProfileType,
    id_names,
    key_fields,
    key_of,
    waiting_key,
    with_id,
)
from ..model.tenancy import Actor, Right
from ..store.database import Duplicate, Stale
from ..store.store import Store
from .contacts import Contacts
from .organization_profiles import OrganizationProfiles
from .persons import Persons
from .profile_kinds import OwnProfiles, ProfileKind
from .profile_putting import PlacedProfile, ProfileResult, ProfileTools, ProfileWork
from .waiting import Waiting

_TRIES = 8


class Profiles:
    """Use cases around profiles. Types are as ``Tenant.profile_type_named`` or ``ProfileTypes`` return them."""

    def __init__(self, store: Store, persons: Persons, waiting: Waiting) -> None:
        self._waiting = waiting
        self._store = store
        self._database = store.database
        self._own = OwnProfiles(store, persons.values)
        self._values = persons.values
        self._values.pages = self._pages
        self._built_in: dict[int, ProfileKind] = {
            CONTACT.id: Contacts(store, persons),
            ORGANIZATION.id: OrganizationProfiles(store, persons.values),
        }
        self._contended: dict[int, asyncio.Lock] = {}
        self.tools = ProfileTools(self._database, self.kind_of, self.free_numbers, self.bind)

    def kind_of(self, type_: ProfileType) -> ProfileKind:
        """Return how profiles of a type are kept."""
        return self._built_in.get(type_.id, self._own)

    async def find(self, actor: Actor, type_: ProfileType, key: str) -> Profile:
        """Return the profile that has this ProfileId; see ``find_by``."""
        return await self.find_by(actor, type_, {PROFILE_ID: key})

    async def find_by(self, actor: Actor, type_: ProfileType, values: Mapping[str, Any]) -> Profile:
        """Return the profile whose fields of a strong id have these values.

        ``NotFound`` where there is not one; ``MergedAway`` where the one with this ProfileId was merged into another.
        """
        (profile,) = await self.find_many(actor, type_, [values])
        if profile is not None:
            return profile
        key = str(values.get(PROFILE_ID, ""))
        if key and "\x00" not in key:
            found = await self.kind_of(type_).find(actor, type_, {(PROFILE_ID,): [index_text(key)]})
            there = await self.kind_of(type_).read(actor, type_, {number for some in found.values() for number in some})
            for survivor in there.values():
                if survivor.key != key:
                    raise MergedAway(type_.name, key, survivor.key)
        raise NotFound(type_.name, ", ".join(str(value) for value in values.values()))

    async def find_many(
        self, actor: Actor, type_: ProfileType, asked: Sequence[Mapping[str, Any]]
    ) -> list[Profile | None]:
        """Return the profiles whose fields of a strong id have some values, in order; None where there is not one."""
        actor.require(Right.READ)
        kind = self.kind_of(type_)
        places: list[tuple[Names, str] | None] = []
        wanted: dict[Names, dict[str, None]] = {}
        for values in asked:
            names = key_among(type_, values)
            key = key_of(type_, names, with_id(type_, values)) if names is not None else None
            if names is None or key is None or "\x00" in key:
                places.append(None)
            else:
                places.append((names, key))
                wanted.setdefault(names, {})[key] = None
        found = await kind.find(actor, type_, wanted) if wanted else {}
        read = await kind.read(actor, type_, {numbers[0] for numbers in found.values() if len(numbers) == 1})
        profiles = []
        for values, place in zip(asked, places, strict=True):
            numbers = found.get(place, []) if place is not None else []
            profile = read.get(numbers[0]) if len(numbers) == 1 else None
            profiles.append(profile if profile is not None and _has(type_, profile, values) else None)
        return profiles

    async def get_many(self, actor: Actor, type_: ProfileType, numbers: Iterable[int]) -> dict[int, Profile]:
        """Return those of the profiles that exist, by their numbers."""
        actor.require(Right.READ)
        return await self.kind_of(type_).read(actor, type_, set(numbers))

    async def page(self, actor: Actor, type_: ProfileType, *, after: int = 0, limit: int = 100) -> list[Profile]:
        """Return profiles of a type in order of their numbers, those behind one."""
        actor.require(Right.READ)
        return [item for item, _ in await self._pages(actor, type_, after, limit)]

    async def _pages(self, actor: Actor, type_: ProfileType, after: int, limit: int) -> list[tuple[Profile, int]]:
        return await self.kind_of(type_).page(actor, type_, after, limit)

    async def ids_of(self, actor: Actor, profiles: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """Return the ProfileIds of profiles by (id of the type, number)."""
        actor.require(Right.READ)
        by_type: dict[int, set[int]] = {}
        for type_id, number in profiles:
            by_type.setdefault(type_id, set()).add(number)
        found: dict[tuple[int, int], str] = {}
        for type_id, numbers in by_type.items():
            type_ = ProfileType(id=type_id, name="")  # to be read by number, nothing else about it counts
            read = await self.kind_of(type_).read(actor, type_, numbers)
            found |= {(type_id, number): profile.key for number, profile in read.items()}
        return found

    async def free_numbers(self, actor: Actor, type_: ProfileType, many: int) -> list[int]:
        """Return numbers for new profiles, none of which, as a text, is a ProfileId that somebody chose."""
        kind, found = self.kind_of(type_), list[int]()
        while len(found) < many:
            numbers = await self._store.numbers.take(actor.tenant.id, kind.counter, many - len(found))
            taken = set[int]()
            if kind.own_key(0) is not None:
                texts = [str(number) for number in numbers]
                taken = {int(text) for _, text in await kind.find(actor, type_, {(PROFILE_ID,): texts})}
            found += [number for number in numbers if number not in taken]
        return found

    async def bind(self, actor: Actor, type_: ProfileType, profiles: Iterable[Profile]) -> None:
        """Bind the interactions that wait for these profiles."""
        names = key_fields(type_)
        await self._waiting.bind(
            actor,
            {
                waiting_key(type_.id, fields, key): (type_.id, profile.number)
                for profile in profiles
                for fields in names
                if (key := key_of(type_, fields, profile.fields | {PROFILE_ID: profile.key})) is not None
            },
        )

    @staticmethod
    def party_of(profile: Profile) -> tuple[Party, int]:
        """Return what a profile is in lists of interactions: the kind of party, and its id."""
        return (
            {CONTACT.id: Party.PERSON, ORGANIZATION.id: Party.ORGANIZATION}.get(profile.type_id, Party.PROFILE),
            profile.number,
        )

    async def put(self, actor: Actor, type_: ProfileType, draft: ProfileDraft, mode: Put = Put.UPSERT) -> PlacedProfile:
        """Put one profile; raises what ``put_many`` returns."""
        (result,) = await self.put_many(actor, type_, [draft], mode)
        if isinstance(result, InterlogError):
            raise result
        return result

    async def put_many(
        self,
        actor: Actor,
        type_: ProfileType,
        drafts: Sequence[ProfileDraft],
        mode: Put = Put.UPSERT,
        *,
        all_or_nothing: bool = False,
    ) -> list[ProfileResult]:
        """Put profiles of a type in one transaction: a result for each, in order; those with errors are left out.

        Errors are ``Invalid`` with every problem (code ``missing_key`` where nothing identifies it), ``NotFound`` and
        ``Exists`` by the mode, ``Refused`` where the keys belong to several profiles (code ``strong_id``, their
        ProfileIds as values), ``Conflict`` of versions, and, where nothing is to be stored unless everything can be,
        ``Withheld``.
        """
        actor.require(Right.WRITE)
        modes = [mode] * len(drafts)
        async with self._values.at_work(actor):
            try:
                return await ProfileWork(self.tools, actor, type_, drafts, modes).run(all_or_nothing)
            except (Duplicate, Stale):
                pass  # somebody stored or changed one of them since we looked: now that will be found
            lock = self._contended.setdefault(actor.tenant.id, asyncio.Lock())
            async with lock:  # else they hinder each other again
                for _ in range(_TRIES):
                    try:
                        return await ProfileWork(self.tools, actor, type_, drafts, modes).run(all_or_nothing)
                    except (Duplicate, Stale):
                        continue
        raise Conflict("these were being stored by others at the same time; try again")


def key_among(type_: ProfileType, fields: Iterable[str]) -> Names | None:
    """Return the fields of a key by which a profile is found from the values of these fields; None where none is."""
    own = id_names(type_)
    given = {PROFILE_ID if name in own else name for name in fields}
    return next((names for names in key_fields(type_) if given.issuperset(names)), None)


def _has(type_: ProfileType, profile: Profile, values: Mapping[str, Any]) -> bool:
    """Whether a profile has all of these values, also those beyond its key."""
    fields = profile.fields | {PROFILE_ID: profile.key}
    wanted = with_id(type_, values)
    return all(key_of(type_, (name,), fields) == key_of(type_, (name,), wanted) for name in wanted)
