"""Documents about profiles, in change sets: the profiles may be stored in the same transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..model.errors import InterlogError, Withheld
from ..model.profiles import ProfileType, key_of, with_id
from ..model.tenancy import Actor
from ..store.statements import Unit
from ..store.store import Store
from .definitions import Copied, add_copies
from .profile_putting import ProfileWork
from .profiles import Profiles, key_among


class ProfileName(NamedTuple):
    """A profile by the values of a key."""

    type: ProfileType
    values: Mapping[str, Any]


class CopyChange(NamedTuple):
    """A document to be put under several kinds, and the profiles that it is about, None for what it does not name.

    ``copied`` makes it of their ProfileIds, None for what is nobody's, or raises what is wrong with it.
    """

    profiles: Sequence[ProfileName | None]
    copied: Callable[[Sequence[str | None]], Copied]


class CopyWork:
    """One try to put some documents: a ``ProfileWork`` of documents."""

    def __init__(self, store: Store, profiles: Profiles, actor: Actor, changes: Sequence[CopyChange]) -> None:
        self._store, self._profiles = store, profiles
        self._actor, self._changes = actor, changes
        self._results: list[dict[str, Any] | InterlogError] = []

    async def add_to(self, unit: Unit, coming: Iterable[ProfileWork]) -> None:
        """Add the documents to a unit; ``coming``: the profiles that are put in the same unit."""
        coming = list(coming)
        ready: list[Copied | InterlogError] = []
        for change in self._changes:
            keys = [await self._key_of(name, coming) if name is not None else None for name in change.profiles]
            try:
                ready.append(change.copied(keys))
            except InterlogError as error:
                ready.append(error)
        copies = [item for item in ready if isinstance(item, Copied)]
        values = iter(await add_copies(self._store, self._actor, unit, copies) if copies else ())
        self._results = [item if isinstance(item, InterlogError) else next(values) for item in ready]

    async def _key_of(self, name: ProfileName, coming: Iterable[ProfileWork]) -> str | None:
        names = key_among(name.type, name.values)
        text = key_of(name.type, names, with_id(name.type, name.values)) if names is not None else None
        for work in coming:
            if names is not None and text is not None and work.type.id == name.type.id:
                found = work.key_by(names, text)
                if found is not None:
                    return found
        (profile,) = await self._profiles.find_many(self._actor, name.type, [name.values])
        return profile.key if profile is not None else None

    async def settle(self) -> None:
        """Nothing follows from documents."""

    @property
    def is_refused(self) -> bool:
        """Whether anything is wrong with any of the documents."""
        return any(isinstance(result, InterlogError) for result in self._results)

    def results(self) -> list[dict[str, Any] | InterlogError]:
        """Return each value as it is stored then, or what is wrong with it, in order."""
        return self._results

    def withheld(self) -> list[dict[str, Any] | InterlogError]:
        """Return the errors, and for all others that nothing is stored because of these."""
        return [result if isinstance(result, InterlogError) else Withheld() for result in self._results]
