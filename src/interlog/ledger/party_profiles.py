"""Persons and organizations as profiles: what contacts and organizations have in common.

The id is the one that its author chose, or else the number. What the record has no place for is kept beside it.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from ..model.as_profiles import has_key
from ..model.journal import Action, Entity
from ..model.parties import Organization, Person
from ..model.profiles import PROFILE_ID, Profile, ProfileType
from ..model.tenancy import Actor
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .profile_kinds import Beside, Found, ProfileKind, Wanted
from .profile_values import ProfileValues

_ID = (PROFILE_ID,)

Party = TypeVar("Party", Person, Organization)


class PartyProfiles(ProfileKind, Generic[Party]):
    """Profiles that are records of another kind. ``entity``: that of the journal; ``beside``: of what is beside it."""

    entity: Entity

    def __init__(self, store: Store, values: ProfileValues, type_: ProfileType, beside: Entity) -> None:
        super().__init__(store, values)
        self._beside = Beside(type_.id, beside)

    @abstractmethod
    async def _by_ids(self, tenant: int, ids: Iterable[int]) -> Mapping[int, Party]:
        """Return the records by their ids."""

    @abstractmethod
    async def _successors(self, tenant: int, ids: Iterable[int]) -> Mapping[int, int]:
        """Return who those are by now that were merged into others."""

    @abstractmethod
    async def _some(self, tenant: int, after: int, limit: int) -> Sequence[Party]:
        """Return the records in order of ids, those behind one."""

    @abstractmethod
    async def _owners(self, tenant: int, wanted: Wanted) -> Found:
        """Return the numbers of those that have some keys, the id left aside."""

    @abstractmethod
    def _shown(self, item: Party, beside: Profile | None) -> Profile:
        """Return a record as a profile."""

    @abstractmethod
    def _change_row(self, unit: Unit, tenant: int, read: Party, new: Party) -> None:
        """Add the update of a record to a unit."""

    def own_key(self, number: int) -> str | None:
        return str(number)

    async def find(self, actor: Actor, type_: ProfileType, wanted: Wanted) -> Found:
        tenant, found = actor.tenant.id, Found()
        if ids := set(wanted.get(_ID, ())):
            chosen: dict[str, int] = await self._beside.find(self._store, tenant, ids)
            numbers: dict[int, str] = {int(text): text for text in ids.difference(chosen) if is_number(text)}
            asked = {*numbers, *chosen.values()}
            there = await self._by_ids(tenant, asked)
            named = await self._beside.read(self._store, tenant, [n for n in numbers if n in there])
            missing = [number for number in asked if number not in there]
            merged = await self._successors(tenant, missing) if missing else {}
            found |= {(_ID, text): [merged.get(n, n)] for text, n in chosen.items() if n in there or n in merged}
            found |= {
                (_ID, text): [merged.get(n, n)]
                for n, text in numbers.items()
                if (n in there and not has_key(named.get(n))) or n in merged
            }
        return found | await self._owners(tenant, wanted)

    async def read(self, actor: Actor, type_: ProfileType, numbers: Iterable[int]) -> dict[int, Profile]:
        found = await self._by_ids(actor.tenant.id, numbers)
        beside = await self._beside.read(self._store, actor.tenant.id, found)
        return {id_: self._shown(item, beside.get(id_)) for id_, item in found.items()}

    async def page(self, actor: Actor, type_: ProfileType, after: int, limit: int) -> list[tuple[Profile, int]]:
        found = await self._some(actor.tenant.id, after, limit)
        beside = await self._beside.read(self._store, actor.tenant.id, (item.id for item in found))
        return [(self._shown(item, beside.get(item.id)), item.version) for item in found]

    async def _stored(self, tenant: int, number: int) -> tuple[Party, Profile | None]:
        """Return a record that is to be changed, and what is beside it; ``Stale`` where it is gone."""
        found = (await self._by_ids(tenant, [number])).get(number)
        if found is None:
            raise Stale
        return found, (await self._beside.read(self._store, tenant, [number])).get(number)

    def _amend(self, actor: Actor, unit: Unit, read: Party, new: Party, at: int | None) -> Party:
        """Add a changed record to a unit, and return it; what did not change stays as it was.

        Where profiles are looked up by values, every change of one counts in the record's row.
        """
        if new == read and not self._values.counts(actor, new):
            return new
        new = replace(new, version=read.version + 1, modified_at=at)
        self._change_row(unit, actor.tenant.id, read, new)
        add_entry(unit, actor, Action.AMEND, self.entity, new.id, new.version, at or 0, encode(read).decode())
        return new


def is_number(text: Any) -> bool:
    """Whether a text is the number of a person or an organization, as one writes it."""
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 15 and str(int(text)) == text
