"""Types of interactions: define, find, versions, counts."""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ..model.definitions import definition_problems
from ..model.errors import Conflict, Invalid, NotFound, Refused
from ..model.evolution import Part, evolved_type, next_revision
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.look_ups import look_ups
from ..model.profiles import ProfileType
from ..model.tenancy import Actor, Right
from ..model.types import FIRST_USER_TYPE_ID, InteractionType
from ..store import types as type_rows
from ..store.chores import Chore
from ..store.database import Duplicate
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from . import field_index
from .access import Access
from .chores import INDEX, REFER, Chores
from .definitions import collection_owners, refuse_taken
from .referring import Looking
from .tenants import Tenants

_TRIES = 8
COUNTED_FOR = 5.0
"""Seconds for which a count of interactions is not counted again."""


class Defined(NamedTuple):
    """A type as it is stored now. ``part`` is what the definition changed, None where it was the same already;
    ``instances``: how many interactions there are of the type before the change."""

    type: InteractionType
    part: Part | None
    created: bool
    instances: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was stored, or would be."""
        return self.part is not None


class Types:
    """Use cases around types of interactions. Names are found in whatever case they are written."""

    def __init__(self, store: Store, tenants: Tenants, access: Access, chores: Chores) -> None:
        self._chores = chores
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self._access = access
        self._counts: dict[tuple[int, int], tuple[int, float]] = {}

    async def get(self, actor: Actor, name: str) -> InteractionType:
        """Return the newest version of a type, read from the store."""
        actor.require(Right.READ)
        await self.learn(actor)
        found = actor.tenant.type_named(name)
        if found is None:
            raise NotFound("interaction type", name, "name")
        return found

    async def find(self, actor: Actor, name: str) -> InteractionType:
        """Return a type as the tenant knows it, at most a second old; only one that is not known is read."""
        actor.require(Right.READ)
        return actor.tenant.type_named(name) or await self.get(actor, name)

    async def list(self, actor: Actor) -> Sequence[InteractionType]:
        """Return the newest version of each type, in order of names."""
        actor.require(Right.READ)
        types = await type_rows.newest(self._database, actor.tenant.id)
        return sorted(types, key=lambda type_: (type_.name.casefold(), type_.name))

    async def versions(self, actor: Actor, name: str) -> Sequence[InteractionType]:
        """Return all versions of a type, the first one first."""
        type_ = await self.get(actor, name)
        return await type_rows.versions(self._database, actor.tenant.id, type_.id)

    async def instances_counts(self, actor: Actor, types: Iterable[InteractionType]) -> dict[int, int]:
        """Return how many interactions there are of each type, by its id: at most ``COUNTED_FOR`` seconds old."""
        actor.require(Right.READ)
        tenant, at = actor.tenant.id, time.monotonic()
        ids = [type_.id for type_ in types]
        unknown = [id_ for id_ in ids if self._counts.get((tenant, id_), (0, 0.0))[1] <= at]
        if unknown:
            counted = await type_rows.counts(self._database, tenant, unknown)
            for id_ in unknown:
                self._counts[tenant, id_] = counted.get(id_, 0), at + COUNTED_FOR
        return {id_: self._counts[tenant, id_][0] for id_ in ids}

    async def define(
        self, actor: Actor, draft: InteractionType, *, expected_version: int | None = None, dry_run: bool = False
    ) -> Defined:
        """Create a type, or replace its definition by a new version; the same definition again changes nothing.

        Of the draft, ``id``, ``version``, ``built_in``, ``retired``, ``revision`` and ``defined_at`` do not count.
        ``expected_version``: the version that the draft was made from, 0 for none; ``dry_run``: store nothing.

        Raises ``Invalid`` with every problem, ``Refused`` with what interactions that are stored do not allow
        (problems with the codes ``is_activity``, ``type_change``, ``built_in`` and ``collection``), or ``Conflict``
        where another version is stored than expected.
        """
        actor.require(Right.ADMIN)
        for _ in range(_TRIES):
            owners = await collection_owners(self._store, actor, draft.collections)
            types = await type_rows.newest(self._database, actor.tenant.id)
            names = {type_.name.casefold(): type_ for type_ in types}
            old = names.get(draft.name.casefold())
            profile_types = await type_rows.newest_of_profiles(self._database, actor.tenant.id)
            problems = definition_problems(draft, profile_types)
            if problems:
                raise Invalid(*problems)
            if expected_version not in (None, old.version if old is not None else 0):
                raise Conflict("the type was changed in the meantime; read it again", existing=old.id if old else None)
            refuse_taken(draft.collections, owners, (False, old.id if old is not None else None))
            try:
                last_id = max((type_.id for type_ in types), default=0)
                return await self._define(actor, draft, old, profile_types, last_id, dry_run)
            except Duplicate:
                continue  # somebody defined a type, or took the name of a collection, since we looked
        raise Conflict("other types were being defined at the same time; try again")

    async def _define(
        self,
        actor: Actor,
        draft: InteractionType,
        old: InteractionType | None,
        profile_types: Iterable[ProfileType],
        last_id: int,
        dry_run: bool,
    ) -> Defined:
        tenant, at = actor.tenant.id, now()
        if old is None:
            id_ = max(last_id + 1, FIRST_USER_TYPE_ID)
            part, instances = Part.MODEL, 0
            new = replace(
                draft, id=id_, version=1, built_in=False, retired=(), revision=(1, 0, 0), defined_at=at,
            )  # fmt: skip
        else:
            used = await type_rows.is_used(self._database, tenant, old.id)
            evolved, changed, problems = evolved_type(old, draft, used)
            if problems:
                message = f"the type {old.name} cannot be changed like that: {problems[0].message}"
                raise Refused(message, *problems, existing=old.id)
            if changed is None:
                return Defined(old, None, created=False)
            part = changed
            instances = (await type_rows.counts(self._database, tenant, [old.id])).get(old.id, 0) if used else 0
            new = replace(
                evolved, version=old.version + 1, revision=next_revision(old.revision, part), defined_at=at
            )  # fmt: skip
        defined = Defined(new, part, created=old is None, instances=instances)
        if dry_run:
            return defined
        unit = Unit()
        type_rows.insert(unit, tenant, [new], at)
        type_rows.reserve(unit, tenant, [new], old.collections if old is not None else ())
        field_index.declare(unit, tenant, new, old)
        before = encode(old).decode() if old is not None else None
        action = Action.AMEND if old is not None else Action.CREATE
        add_entry(unit, actor, action, Entity.TYPE, new.id, new.version, at, before)
        chores = await self._left_to_do(actor, unit, new, old, profile_types)
        await self._database.write(unit)
        self._access.forget(tenant)
        actor.tenant.learn((new,))
        await self._chores.start(actor, chores)
        return defined

    async def _left_to_do(
        self,
        actor: Actor,
        unit: Unit,
        new: InteractionType,
        old: InteractionType | None,
        profile_types: Iterable[ProfileType],
    ) -> Sequence[Chore]:
        """Add to a unit what a definition leaves to do on what is stored already, in the place of what was left."""
        chores = []
        if old is not None:
            self._chores.forget(actor, unit, INDEX, new.id)
            if await field_index.lacking(self._database, actor.tenant.id, new):
                chores.append(self._chores.add(actor, unit, INDEX, new.id, None))
        parties = {type_.name.casefold(): type_ for type_ in profile_types}
        plans = [plan for type_ in (new, old) if type_ is not None for plan in look_ups(type_, parties)]
        has_others = old is not None and new.slots != old.slots
        was_left = old is not None and await self._chores.is_left(actor, REFER, new.id)
        if has_others or was_left or any(plan.by_values for plan in plans):
            chores.append(self._chores.add(actor, unit, REFER, new.id, Looking(always=has_others or was_left)))
        return chores

    async def undo(self, actor: Actor, name: str, *, expected_version: int | None = None) -> Defined:
        """Let the definition before the newest one stand again, as a new version; once more, and the newest one stands.

        Raises what ``define`` raises, and ``Conflict`` where there is none before, or another one is the newest.
        """
        actor.require(Right.ADMIN)
        known = await self.versions(actor, name)
        newest = known[-1]
        if len(known) < 2 or expected_version not in (None, newest.version):
            raise Conflict("there is no change that could be undone; read the type again", existing=newest.id)
        return await self.define(actor, known[-2], expected_version=newest.version)

    async def learn(self, actor: Actor) -> None:
        """Read the types that the actor's tenant does not know yet: another process may have defined them just now."""
        actor.tenant.learn(await type_rows.newest(self._database, actor.tenant.id))
