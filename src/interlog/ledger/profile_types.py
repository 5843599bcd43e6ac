"""Types of profiles: define, find, versions, counts, delete."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ..model.definitions import profile_definition_problems
from ..model.errors import Conflict, Invalid, NotFound, Problem, Refused
from ..model.evolution import Part, evolved_profile_type, next_revision
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.look_ups import look_ups
from ..model.profiles import CONTACT, FIRST_USER_PROFILE_TYPE_ID, ORGANIZATION, ProfileType, key_fields
from ..model.tenancy import Actor, Right
from ..store import profiles as profile_rows
from ..store import types as type_rows
from ..store.chores import Chore
from ..store.database import Duplicate
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .access import Access
from .chores import REFER, Chores
from .definitions import collection_owners, refuse_taken
from .referring import Looking

_TRIES = 8


class DefinedProfiles(NamedTuple):
    """A type of profiles as it is stored now. ``part`` is what the definition changed, None where it was the same."""

    type: ProfileType
    part: Part | None
    created: bool

    @property
    def changed(self) -> bool:
        """Whether anything was stored, or would be."""
        return self.part is not None


class ProfileTypes:
    """Use cases around types of profiles. Names are found in whatever case they are written."""

    def __init__(self, store: Store, access: Access, chores: Chores) -> None:
        self._chores = chores
        self._store = store
        self._database = store.database
        self._access = access

    async def get(self, actor: Actor, name: str) -> ProfileType:
        """Return the newest version of a type, read from the store."""
        actor.require(Right.READ)
        types = await type_rows.newest_of_profiles(self._database, actor.tenant.id)
        found = next((type_ for type_ in types if type_.name.casefold() == name.casefold()), None)
        if found is None:
            raise NotFound("profile type", name, "name")
        return found

    async def list(self, actor: Actor) -> Sequence[ProfileType]:
        """Return the newest version of each type, in order of names."""
        actor.require(Right.READ)
        types = await type_rows.newest_of_profiles(self._database, actor.tenant.id)
        return sorted(types, key=lambda type_: (type_.name.casefold(), type_.name))

    async def versions(self, actor: Actor, name: str) -> Sequence[ProfileType]:
        """Return all versions of a type, the first one first."""
        type_ = await self.get(actor, name)
        return await type_rows.versions_of_profiles(self._database, actor.tenant.id, type_.id)

    async def instances_counts(self, actor: Actor, types: Iterable[ProfileType]) -> dict[int, int]:
        """Return how many profiles there are of each type, by its id."""
        actor.require(Right.READ)
        tenant, ids = actor.tenant.id, [type_.id for type_ in types]
        counted = await profile_rows.counts(self._database, tenant, ids)
        for built_in, count in ((CONTACT, profile_rows.PERSONS), (ORGANIZATION, profile_rows.ORGANIZATIONS)):
            if built_in.id in ids:
                counted[built_in.id] = await profile_rows.count(self._database, tenant, count)
        return {id_: counted.get(id_, 0) for id_ in ids}

    async def define(
        self, actor: Actor, draft: ProfileType, *, expected_version: int | None = None, dry_run: bool = False
    ) -> DefinedProfiles:
        """Create a type, or replace its definition by a new version; the same definition again changes nothing.

        Of the draft, ``id``, ``version``, ``built_in``, ``retired``, ``revision`` and ``defined_at`` do not count.
        ``expected_version``: the version that the draft was made from, 0 for none; ``dry_run``: store nothing.

        Raises ``Invalid`` with every problem, ``Refused`` with what profiles that are stored do not allow (problems
        with the codes ``type_change``, ``built_in`` and ``collection``), or ``Conflict`` where another version is
        stored than expected.
        """
        actor.require(Right.ADMIN)
        problems = profile_definition_problems(draft)
        if problems:
            raise Invalid(*problems)
        tenant = actor.tenant.id
        for _ in range(_TRIES):
            owners = await collection_owners(self._store, actor, draft.collections)
            types = await type_rows.newest_of_profiles(self._database, tenant)
            old = next((type_ for type_ in types if type_.name.casefold() == draft.name.casefold()), None)
            if expected_version not in (None, old.version if old is not None else 0):
                raise Conflict("the type was changed in the meantime; read it again", existing=old.id if old else None)
            refuse_taken(draft.collections, owners, (True, old.id if old is not None else None))
            try:
                return await self._define(actor, draft, old, dry_run)
            except Duplicate:
                continue  # somebody defined a type, or took the name of a collection, since we looked
        raise Conflict("other types were being defined at the same time; try again")

    async def _define(
        self, actor: Actor, draft: ProfileType, old: ProfileType | None, dry_run: bool
    ) -> DefinedProfiles:
        tenant, at, unit = actor.tenant.id, now(), Unit()
        if old is None:
            part = Part.MODEL
            last = await type_rows.last_profile_type(self._database, tenant)
            id_ = max(last + 1, FIRST_USER_PROFILE_TYPE_ID)
            new = replace(
                draft, id=id_, version=1, built_in=False, retired=(), revision=(1, 0, 0), defined_at=at, deleted=False
            )
        else:
            used = old.built_in or await profile_rows.is_used(self._database, tenant, old.id)
            evolved, changed, problems = evolved_profile_type(old, draft, used)
            if problems:
                message = f"the type {old.name} cannot be changed like that: {problems[0].message}"
                raise Refused(message, *problems, existing=old.id)
            if changed is None:
                return DefinedProfiles(old, None, created=False)
            part = changed
            new = replace(
                evolved, version=old.version + 1, revision=next_revision(old.revision, part), defined_at=at
            )  # fmt: skip
            if used and new.strong_ids != old.strong_ids:
                await self._add_keys(actor, unit, old, new)
        defined = DefinedProfiles(new, part, created=old is None)
        if dry_run:
            return defined
        type_rows.insert_of_profiles(unit, tenant, [new], at)
        type_rows.reserve(unit, tenant, [new], old.collections if old is not None else ())
        before = encode(old).decode() if old is not None else None
        action = Action.AMEND if old is not None else Action.CREATE
        add_entry(unit, actor, action, Entity.PROFILE_TYPE, new.id, new.version, at, before)
        chores = await self._left_to_do(actor, unit, old, new) if old is not None else []
        await self._database.write(unit)
        self._access.forget(tenant)
        actor.tenant.learn_profiles([new])
        await self._chores.start(actor, chores)
        return defined

    async def _left_to_do(self, actor: Actor, unit: Unit, old: ProfileType, new: ProfileType) -> Sequence[Chore]:
        """Add to a unit that interactions refer to fields which have become a key, or are one no longer."""
        if new.strong_ids == old.strong_ids:
            return []
        name = new.name.casefold()
        return [
            self._chores.add(actor, unit, REFER, type_.id, Looking(always=True))
            for type_ in await type_rows.newest(self._database, actor.tenant.id)
            if [plan.by_values for plan in look_ups(type_, {name: old})]
            != [plan.by_values for plan in look_ups(type_, {name: new})]
        ]

    async def _add_keys(self, actor: Actor, unit: Unit, old: ProfileType, new: ProfileType) -> None:
        """Add the keys that stored profiles have by new strong ids; refused where two have the same."""
        tenant = actor.tenant.id
        seen: set[tuple[str, str]] = set()
        before = set(key_fields(old))
        added = [names for names in key_fields(new) if names not in before]
        after = 0
        while page := await profile_rows.page(self._database, tenant, new.id, after, 1_000):
            rows = []
            for profile in page:
                for name, key in profile_rows.keys_of(new, profile, added):
                    if (name, key) in seen:
                        problem = Problem("strong_ids", f"several profiles have the same {name}", "type_change")
                        raise Refused(problem.message, problem, existing=old.id)
                    seen.add((name, key))
                    rows.append((name, key, profile.number))
            profile_rows.insert_keys(unit, tenant, new.id, rows)
            after = page[-1].number
        for names in before.difference(key_fields(new)):
            profile_rows.drop_keys(unit, tenant, new.id, names)

    async def delete(self, actor: Actor, name: str) -> ProfileType | None:
        """Delete a type with its profiles and return it; None where there is none.

        ``Refused`` for a built-in one (code ``built_in``), and for one that interactions refer to (``in_use``).
        """
        actor.require(Right.ADMIN)
        tenant = actor.tenant.id
        for _ in range(_TRIES):
            try:
                old = await self.get(actor, name)
            except NotFound:
                return None
            if old.built_in:
                problem = Problem("name", f"{old.name} is built in and cannot be deleted", "built_in")
                raise Refused(problem.message, problem, existing=old.id)
            users = [
                type_.name
                for type_ in await type_rows.newest(self._database, tenant)
                if any(slot.party.casefold() == old.name.casefold() for slot in type_.slots)
            ]
            if users:
                problem = Problem("name", f"{old.name} is referred to by {', '.join(sorted(users))}", "in_use")
                raise Refused(problem.message, problem, existing=old.id)
            at, unit = now(), Unit()
            gone = replace(old, version=old.version + 1, deleted=True, defined_at=at)
            type_rows.insert_of_profiles(unit, tenant, [gone], at)
            type_rows.release(unit, tenant, gone)
            before = encode(old).decode()
            add_entry(unit, actor, Action.DELETE, Entity.PROFILE_TYPE, old.id, gone.version, at, before)
            try:
                await self._database.write(unit)
            except Duplicate:
                continue
            self._access.forget(tenant)
            return old
        raise Conflict("the type was being changed at the same time; try again")
