"""Profiles: put by their ids and keys, one by one or many at once, found, listed.

A put finds the profile by its ProfileId and by every complete strong id: none is created, one is merged, several are a
conflict. What interactions referred to before it came is bound to it in the same transaction.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.errors import Conflict, Exists, InterlogError, Invalid, NotFound, Problem, Refused
from ..model.ids import index_text
from ..model.instances import Outcome, Put
from ..model.instants import now
from ..model.interactions import Content
from ..model.parties import Party
from ..model.profiles import (
    CONTACT,
    MAX_PROFILE_ID,
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
)
from ..model.profiles import profile_ids as ids_of_values
from ..model.tenancy import Actor, Right
from ..model.types import InteractionType
from ..model.validation import problems_of
from ..store.database import Duplicate, Stale
from ..store.statements import Unit
from ..store.store import Store
from .contacts import Contacts
from .organization_profiles import OrganizationProfiles
from .persons import Persons
from .profile_kinds import Found, OwnProfiles, ProfileKind
from .waiting import Waiting

_TRIES = 8
ID: Names = (PROFILE_ID,)


class PlacedProfile(NamedTuple):
    """A profile as it is stored now, and what became of it."""

    profile: Profile
    outcome: Outcome


class Profiles:
    """Use cases around profiles. Types are as ``Tenant.profile_type_named`` or ``ProfileTypes`` return them."""

    def __init__(self, store: Store, persons: Persons, waiting: Waiting) -> None:
        self._waiting = waiting
        self._store = store
        self._database = store.database
        self._own = OwnProfiles(store, persons.values)
        persons.values.pages = self._pages
        self._built_in: dict[int, ProfileKind] = {
            CONTACT.id: Contacts(store, persons),
            ORGANIZATION.id: OrganizationProfiles(store, persons.values),
        }
        self._contended: dict[int, asyncio.Lock] = {}

    def kind_of(self, type_: ProfileType) -> ProfileKind:
        """Return how profiles of a type are kept."""
        return self._built_in.get(type_.id, self._own)

    async def find(self, actor: Actor, type_: ProfileType, key: str) -> Profile:
        """Return the profile that has this ProfileId."""
        return await self.find_by(actor, type_, {PROFILE_ID: key})

    async def find_by(self, actor: Actor, type_: ProfileType, values: Mapping[str, Any]) -> Profile:
        """Return the profile whose fields of a strong id have these values; ``NotFound`` where there is not one."""
        actor.require(Right.READ)
        names = key_among(type_, values)
        key = key_of(type_, names, _with_id(type_, values)) if names is not None else None
        found: list[int] = []
        if names is not None and key is not None and "\x00" not in key:
            found = (await self.kind_of(type_).find(actor, type_, {names: [key]})).get((names, key), [])
        if len(found) == 1:
            profile = (await self.kind_of(type_).read(actor, type_, found)).get(found[0])
            if profile is not None and _has(type_, profile, values):
                return profile
        raise NotFound(type_.name, ", ".join(str(value) for value in values.values()))

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
                taken = {int(text) for _, text in await kind.find(actor, type_, {ID: texts})}
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
        self, actor: Actor, type_: ProfileType, drafts: Sequence[ProfileDraft], mode: Put = Put.UPSERT
    ) -> list[PlacedProfile | InterlogError]:
        """Put profiles of a type in one transaction: a result for each, in order; those with errors are left out.

        Errors are ``Invalid`` with every problem (code ``missing_key`` where nothing identifies it), ``NotFound`` and
        ``Exists`` by the mode, ``Refused`` where the keys belong to several profiles (code ``strong_id``, their
        ProfileIds as values), and ``Conflict`` of versions.
        """
        actor.require(Right.WRITE)
        try:
            return await _Work(self, actor, type_, mode).run(drafts)
        except (Duplicate, Stale):
            pass  # somebody stored or changed one of them since we looked: now that will be found
        async with self._contended.setdefault(actor.tenant.id, asyncio.Lock()):  # else they hinder each other again
            for _ in range(_TRIES):
                try:
                    return await _Work(self, actor, type_, mode).run(drafts)
                except (Duplicate, Stale):
                    continue
        raise Conflict("these were being stored by others at the same time; try again")


class _State:
    """What becomes of one profile by the drafts of a request that are about it."""

    __slots__ = ("items", "number", "outcome", "profile", "read")

    def __init__(self, number: int, read: Profile | None, profile: Profile) -> None:
        self.number, self.read, self.profile = number, read, profile
        self.outcome = Outcome.SAME if read is not None else Outcome.CREATED
        self.items: list[int] = []


class _Work:
    """One try to put some profiles."""

    def __init__(self, profiles: Profiles, actor: Actor, type_: ProfileType, mode: Put) -> None:
        self._profiles = profiles
        self._store = profiles._store
        self._kind = profiles.kind_of(type_)
        self._actor, self._type, self._mode = actor, type_, mode
        self._names = key_fields(type_)
        self._found: Found = {}
        self._read: dict[int, Profile] = {}
        self._states: dict[int, _State] = {}
        self._at = now()

    async def run(self, drafts: Sequence[ProfileDraft]) -> list[PlacedProfile | InterlogError]:
        results: list[PlacedProfile | InterlogError | None] = [None] * len(drafts)
        wanted: dict[Names, dict[str, None]] = {}
        keyed: dict[int, list[tuple[Names, str]]] = {}
        for index, draft in enumerate(drafts):
            try:
                keyed[index] = self._keys_of(draft)
            except InterlogError as error:
                results[index] = error
                continue
            for names, key in [*keyed[index], *((ID, index_text(text)) for text in self._derived(draft))]:
                wanted.setdefault(names, {})[key] = None
        self._found = await self._kind.find(self._actor, self._type, wanted)
        numbers = {number for some in self._found.values() for number in some}
        self._read = await self._kind.read(self._actor, self._type, numbers)
        there = {key: [n for n in some if n in self._read] for key, some in self._found.items()}
        self._found = {key: some for key, some in there.items() if some}  # without what was deleted just now
        fresh = iter(await self._profiles.free_numbers(self._actor, self._type, self._new(keyed)))
        for index, keys in keyed.items():
            try:
                self._take(index, drafts[index], keys, fresh)
            except InterlogError as error:
                results[index] = error
        await self._store_all(results)
        for state in self._states.values():
            placed = PlacedProfile(state.profile, state.outcome)
            for index in state.items:
                if results[index] is None:
                    results[index] = placed
        return [result for result in results if result is not None]

    def _new(self, keyed: Mapping[int, list[tuple[Names, str]]]) -> int:
        """Return how many new profiles there may be at most."""
        if self._mode in (Put.MERGE, Put.REPLACE):
            return 0
        return sum(1 for keys in keyed.values() if self._found.keys().isdisjoint(keys))

    def _keys_of(self, draft: ProfileDraft) -> list[tuple[Names, str]]:
        """Return the keys that a draft names a profile by: its ProfileId and every complete strong id."""
        problems = problems_of(Content(occurred_at=0, fields=_given(draft.fields)), as_interactions(self._type))
        key = _id_of(self._type, draft)
        if key is not None and (not 0 < len(key) <= MAX_PROFILE_ID or "\x00" in key):
            problems.append(Problem("key", f"must have 1 to {MAX_PROFILE_ID} characters", "too_long"))
        if problems:
            raise Invalid(*problems)
        fields = _with_id(self._type, draft.fields) | ({PROFILE_ID: key} if key is not None else {})
        found = [(names, text) for names in self._names if (text := key_of(self._type, names, fields)) is not None]
        if any("\x00" in text for _, text in found):
            raise Invalid(Problem("key", "must not contain the character U+0000", "character"))
        if not found:
            raise Invalid(
                Problem("key", f"a {self._type.name} needs a ProfileId or a complete strong id", "missing_key")
            )
        return found

    def _derived(self, draft: ProfileDraft) -> tuple[str, ...]:
        """Return the ProfileIds that a profile may get whose author chose none."""
        if _id_of(self._type, draft) is not None or self._type.built_in:
            return ()
        for strong_id in self._type.strong_ids:
            if all(draft.fields.get(name) is not None for name in strong_id.fields):
                return ids_of_values(self._type, strong_id, draft.fields)
        return ()

    def _take(self, index: int, draft: ProfileDraft, keys: list[tuple[Names, str]], fresh: Any) -> None:
        """Work one draft into what becomes of its profile; raises what is wrong with it."""
        hits = sorted({number for key in keys for number in self._found.get(key, ())})
        if len(hits) > 1:
            ids = [self._profile(number).key for number in hits]
            problems = [Problem("key", f"also belongs to {id_}", "strong_id", id_) for id_ in ids]
            raise Refused(f"the keys belong to several profiles: {', '.join(ids)}", *problems)
        if hits:
            state = self._merge(draft, hits[0])
        elif self._mode in (Put.MERGE, Put.REPLACE):
            raise NotFound(self._type.name, draft.key or "")
        else:
            state = self._create(draft, keys, next(fresh))
        for key in keys:
            self._found.setdefault(key, [state.number])
        state.items.append(index)

    def _profile(self, number: int) -> Profile:
        return self._states[number].profile if number in self._states else self._read[number]

    def _create(self, draft: ProfileDraft, keys: list[tuple[Names, str]], number: int) -> _State:
        key = _id_of(self._type, draft) or self._kind.own_key(number)
        if key is None:
            texts = self._derived(draft)
            free = (text for text in texts if (ID, index_text(text)) not in self._found)
            key = next(free, texts[-1])
            self._found[ID, index_text(key)] = [number]
        if len(key) > MAX_PROFILE_ID:
            raise Invalid(Problem("key", f"must have 1 to {MAX_PROFILE_ID} characters", "too_long"))
        profile = Profile(
            type_id=self._type.id, number=number, key=key, fields=_own_fields(self._type, draft.fields),
            created_at=self._at,
        )  # fmt: skip
        state = self._states[number] = _State(number, None, profile)
        return state

    def _merge(self, draft: ProfileDraft, number: int) -> _State:
        if self._mode is Put.CREATE:
            raise Exists(f"a {self._type.name} with this key is stored already", existing=number)
        stored = self._profile(number)
        key = _id_of(self._type, draft)
        if key is not None and key != stored.key:
            problem = Problem("key", f"the keys belong to {stored.key}", "strong_id", stored.key)
            raise Refused(f"{key} is not the ProfileId of the profile with these keys, which is {stored.key}", problem)
        if draft.expected_version is not None and draft.expected_version != stored.version:
            raise Conflict("the profile was changed in the meantime; read it again", existing=number)
        fields = stored.fields | {n: v for n, v in draft.fields.items() if n not in id_names(self._type)}
        if self._mode is Put.REPLACE:
            fields = {n: v for n, v in stored.fields.items() if n in id_names(self._type)} | draft.fields
        fields = {name: value for name, value in fields.items() if value is not None}
        state = self._states.get(number)
        if state is None:
            state = self._states[number] = _State(number, stored, stored)
        if fields != stored.fields:
            if state.outcome is Outcome.SAME:
                state.outcome = Outcome.AMENDED
                stored = replace(stored, version=stored.version + 1, modified_at=self._at)
            state.profile = replace(stored, fields=fields)
        return state

    async def _store_all(self, results: list[Any]) -> None:
        unit = Unit()
        for state in self._states.values():
            if state.outcome is Outcome.SAME:
                continue
            try:
                if state.read is None:
                    state.profile = await self._kind.create(self._actor, unit, self._type, state.profile)
                else:
                    state.profile = await self._kind.change(self._actor, unit, self._type, state.read, state.profile)
            except Stale:
                raise
            except InterlogError as error:
                for index in state.items:
                    results[index] = error
        if unit.rows or unit.changes:
            await self._store.database.write(unit)
        placed = [state.profile for state in self._states.values()]
        await self._kind.settle(self._actor, [item for item in placed if item.number not in self._read])
        await self._profiles.bind(self._actor, self._type, placed)


def key_among(type_: ProfileType, fields: Iterable[str]) -> Names | None:
    """Return the fields of a key by which a profile is found from the values of these fields; None where none is."""
    own = id_names(type_)
    given = {PROFILE_ID if name in own else name for name in fields}
    return next((names for names in key_fields(type_) if given.issuperset(names)), None)


def as_interactions(type_: ProfileType) -> InteractionType:
    """Return the fields of a type of profiles as those of interactions, of which none is required."""
    known = _as_interactions.get(id(type_))
    if known is not None and known[0] is type_:
        return known[1]
    fields = tuple(replace(field, required=False) for field in type_.fields)
    made = InteractionType(id=0, name=type_.name, fields=fields, open=True)
    if len(_as_interactions) > 4096:
        _as_interactions.clear()
    _as_interactions[id(type_)] = type_, made
    return made


_as_interactions: dict[int, tuple[ProfileType, InteractionType]] = {}


def _id_of(type_: ProfileType, draft: ProfileDraft) -> str | None:
    """Return the ProfileId that a draft names, in whichever way."""
    given = [draft.key, *(draft.fields.get(name) for name in id_names(type_))]
    keys = list(dict.fromkeys(str(key) for key in given if key is not None))
    if len(keys) > 1:
        raise Invalid(Problem("key", f"is said to be {' and '.join(keys)}", "ambiguous"))
    return keys[0] if keys else None


def _with_id(type_: ProfileType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of fields with the ProfileId under that name."""
    own = id_names(type_)
    return {PROFILE_ID if name in own else name: value for name, value in values.items()}


def _has(type_: ProfileType, profile: Profile, values: Mapping[str, Any]) -> bool:
    """Whether a profile has all of these values, also those beyond its key."""
    fields = profile.fields | {PROFILE_ID: profile.key}
    wanted = _with_id(type_, values)
    return all(key_of(type_, (name,), fields) == key_of(type_, (name,), wanted) for name in wanted)


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _own_fields(type_: ProfileType, fields: Mapping[str, Any]) -> dict[str, Any]:
    own = id_names(type_)
    return {name: value for name, value in fields.items() if value is not None and name not in own}
