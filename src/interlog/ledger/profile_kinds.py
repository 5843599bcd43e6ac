"""Where profiles of a type are kept: in rows of their own, or, for the built-in types, as persons and organizations.

Each kind finds numbers by keys, reads profiles by their numbers, and adds to a unit what creates or changes one. A key
is found under the names of its fields: ``("ProfileId",)``, ``("Number", "Street")``.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ..model.ids import index_text, stamp
from ..model.journal import Action, Entity
from ..model.profiles import PROFILE_ID, Names, Profile, ProfileType, key_fields
from ..model.tenancy import Actor
from ..store import profiles as rows
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .profile_values import ProfileValues

Wanted = Mapping[Names, Iterable[str]]
Found = dict[tuple[Names, str], list[int]]


class ProfileKind(ABC):
    """One way of keeping profiles."""

    counter: str
    """The kind of numbers that new ones get."""

    def __init__(self, store: Store, values: ProfileValues) -> None:
        self._store = store
        self._database = store.database
        self._values = values

    @abstractmethod
    async def find(self, actor: Actor, type_: ProfileType, wanted: Wanted) -> Found:
        """Return the numbers of the profiles that have some keys; those that nobody has are left out."""

    @abstractmethod
    async def read(self, actor: Actor, type_: ProfileType, numbers: Iterable[int]) -> dict[int, Profile]:
        """Return profiles by their numbers."""

    @abstractmethod
    async def page(self, actor: Actor, type_: ProfileType, after: int, limit: int) -> list[tuple[Profile, int]]:
        """Return profiles in order of their numbers, those behind one, with the version of the row that every change
        of them counts in."""

    @abstractmethod
    async def create(self, actor: Actor, unit: Unit, type_: ProfileType, new: Profile) -> Profile:
        """Add a new profile to a unit, and return it as it will be read. Its number was taken from the counter."""

    @abstractmethod
    async def change(self, actor: Actor, unit: Unit, type_: ProfileType, read: Profile, new: Profile) -> Profile:
        """Add a changed profile to a unit, guarded by the version that was read, and return it as it will be read."""

    async def settle(self, actor: Actor, created: Iterable[Profile]) -> None:
        """Finish, after the commit, what new profiles bring about."""
        return

    def own_key(self, number: int) -> str | None:
        """Return the ProfileId of a profile whose author chose none; None where it must have one."""
        return None


class OwnProfiles(ProfileKind):
    """Profiles of the types that users define: rows of their own."""

    counter = "profile"

    async def find(self, actor: Actor, type_: ProfileType, wanted: Wanted) -> Found:
        found: Found = {}
        for names, keys in wanted.items():
            numbers = await rows.by_keys(self._database, actor.tenant.id, type_.id, names, set(keys))
            found |= {(names, key): [number] for key, number in numbers.items()}
        return found

    async def read(self, actor: Actor, type_: ProfileType, numbers: Iterable[int]) -> dict[int, Profile]:
        return await rows.by_numbers(self._database, actor.tenant.id, type_.id, numbers)

    async def page(self, actor: Actor, type_: ProfileType, after: int, limit: int) -> list[tuple[Profile, int]]:
        found = await rows.page(self._database, actor.tenant.id, type_.id, after, limit)
        return [(item, item.version) for item in found]

    async def create(self, actor: Actor, unit: Unit, type_: ProfileType, new: Profile) -> Profile:
        tenant = actor.tenant.id
        rows.insert(unit, tenant, [new], stamp())
        keys = rows.keys_of(type_, new, key_fields(type_))
        rows.insert_keys(unit, tenant, type_.id, [(name, key, new.number) for name, key in keys])
        self._values.change(actor, unit, type_, None, new)
        add_entry(unit, actor, Action.CREATE, Entity.PROFILE, new.number, 1, new.created_at)
        return new

    async def change(self, actor: Actor, unit: Unit, type_: ProfileType, read: Profile, new: Profile) -> Profile:
        tenant, names = actor.tenant.id, key_fields(type_)
        rows.change(unit, tenant, read, new, stamp())
        before, after = set(rows.keys_of(type_, read, names)), set(rows.keys_of(type_, new, names))
        for name, key in sorted(before - after):
            rows.remove_key(unit, tenant, type_.id, name, key, new.number)
        rows.insert_keys(unit, tenant, type_.id, [(name, key, new.number) for name, key in sorted(after - before)])
        self._values.change(actor, unit, type_, read, new)
        text = encode(read).decode()
        add_entry(
            unit, actor, Action.AMEND, Entity.PROFILE, new.number, new.version, new.modified_at or new.created_at, text
        )
        return new


class Beside:
    """What is kept beside a person or an organization: fields that these have no place for, and a chosen id."""

    def __init__(self, type_id: int, entity: Entity) -> None:
        self._type_id, self._entity = type_id, entity

    async def read(self, store: Store, tenant: int, numbers: Iterable[int]) -> dict[int, Profile]:
        """Return what is kept, by the numbers of those that have anything."""
        return await rows.by_numbers(store.database, tenant, self._type_id, numbers)

    async def find(self, store: Store, tenant: int, ids: Iterable[str]) -> dict[str, int]:
        """Return whose the chosen ids are."""
        return await rows.by_keys(store.database, tenant, self._type_id, (PROFILE_ID,), ids)

    def write(self, actor: Actor, unit: Unit, read: Profile | None, new: Profile) -> Profile | None:
        """Add to a unit what is kept from now on, where that is anything new; returns what is kept then.

        The ProfileId is kept only where it is not the number.
        """
        tenant, number = actor.tenant.id, new.number
        key = "" if new.key == str(number) else new.key
        if read is None and not (new.fields or key):
            return None
        if read is not None and (read.fields, read.key) == (new.fields, key):
            return read
        at = new.modified_at or new.created_at
        new = replace(new, key=key, version=read.version + 1 if read is not None else 1)
        if read is None:
            rows.insert(unit, tenant, [new], stamp())
            add_entry(unit, actor, Action.CREATE, self._entity, number, 1, at)
        else:
            rows.change(unit, tenant, read, new, stamp())
            add_entry(unit, actor, Action.AMEND, self._entity, number, new.version, at, encode(read).decode())
        if key and (read is None or read.key != key):
            rows.insert_keys(unit, tenant, self._type_id, [(PROFILE_ID, index_text(key), number)])
        return new
