"""One try to put profiles: what becomes of each, worked out and added to a transaction."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.errors import Conflict, Exists, InterlogError, Invalid, NotFound, Problem, Refused, Withheld
from ..model.ids import index_text
from ..model.instances import Outcome, Put
from ..model.instants import now
from ..model.interactions import Content
from ..model.profiles import (
    MAX_PROFILE_ID,
    PROFILE_ID,
    Names,
    Profile,
    ProfileDraft,
    ProfileType,
    id_names,
    key_fields,
    key_of,
    with_id,
)
from ..model.profiles import profile_ids as ids_of_values
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..model.validation import problems_of
from ..store.database import Database, Stale
from ..store.statements import Unit
from .profile_kinds import Found, ProfileKind

_ID: Names = (PROFILE_ID,)


class PlacedProfile(NamedTuple):
    """A profile as it is stored now, and what became of it."""

    profile: Profile
    outcome: Outcome


ProfileResult = PlacedProfile | InterlogError


class ProfileTools(NamedTuple):
    """What putting profiles works with; the methods of ``Profiles``."""

    database: Database
    kind_of: Callable[[ProfileType], ProfileKind]
    free_numbers: Callable[[Actor, ProfileType, int], Awaitable[list[int]]]
    bind: Callable[[Actor, ProfileType, Iterable[Profile]], Awaitable[None]]


class _State:
    """What becomes of one profile by the drafts of a request that are about it."""

    __slots__ = ("items", "number", "outcome", "profile", "read")

    def __init__(self, number: int, read: Profile | None, profile: Profile) -> None:
        self.number, self.read, self.profile = number, read, profile
        self.outcome = Outcome.SAME if read is not None else Outcome.CREATED
        self.items: list[int] = []


class ProfileWork:
    """One try to put some profiles."""

    def __init__(
        self,
        tools: ProfileTools,
        actor: Actor,
        type_: ProfileType,
        drafts: Sequence[ProfileDraft],
        modes: Sequence[Put],
    ) -> None:
        self._tools, self._kind = tools, tools.kind_of(type_)
        self._actor, self.type, self._drafts, self._modes = actor, type_, drafts, modes
        self._names = key_fields(type_)
        self._found: Found = {}
        self._read: dict[int, Profile] = {}
        self._states: dict[int, _State] = {}
        self._results: list[ProfileResult | None] = [None] * len(drafts)
        self._at = now()

    async def run(self, all_or_nothing: bool) -> list[ProfileResult]:
        """Store what can be stored, and return a result for each draft."""
        unit = Unit()
        await self.add_to(unit)
        if all_or_nothing and self.is_refused:
            return self.withheld()
        if unit.rows or unit.changes:
            await self._tools.database.write(unit)
        await self.settle()
        return self.results()

    @property
    def is_refused(self) -> bool:
        """Whether anything is wrong with any of the drafts."""
        return any(isinstance(result, InterlogError) for result in self._results)

    async def add_to(self, unit: Unit) -> None:
        """Work out what becomes of each profile, and add it to a unit."""
        wanted: dict[Names, dict[str, None]] = {}
        keyed: dict[int, list[tuple[Names, str]]] = {}
        for index, draft in enumerate(self._drafts):
            try:
                keyed[index] = self._keys_of(draft)
            except InterlogError as error:
                self._results[index] = error
                continue
            for names, key in [*keyed[index], *((_ID, index_text(text)) for text in self._derived(draft))]:
                wanted.setdefault(names, {})[key] = None
        self._found = await self._kind.find(self._actor, self.type, wanted)
        numbers = {number for some in self._found.values() for number in some}
        self._read = await self._kind.read(self._actor, self.type, numbers)
        there = {key: [n for n in some if n in self._read] for key, some in self._found.items()}
        self._found = {key: some for key, some in there.items() if some}  # without what was deleted just now
        fresh = iter(await self._tools.free_numbers(self._actor, self.type, self._new(keyed)))
        for index, keys in keyed.items():
            try:
                self._take(index, keys, fresh)
            except InterlogError as error:
                self._results[index] = error
        await self._add(unit)

    async def settle(self) -> None:
        """Finish, after the commit, what the profiles bring about."""
        placed = [state.profile for state in self._states.values()]
        await self._kind.settle(self._actor, [item for item in placed if item.number not in self._read])
        await self._tools.bind(self._actor, self.type, placed)

    def results(self) -> list[ProfileResult]:
        """Return a result for each draft, in order."""
        for state in self._states.values():
            placed = PlacedProfile(state.profile, state.outcome)
            for index in state.items:
                if self._results[index] is None:
                    self._results[index] = placed
        return [result for result in self._results if result is not None]

    def withheld(self) -> list[ProfileResult]:
        """Return the errors, and for all others that nothing is stored because of these."""
        return [result if isinstance(result, InterlogError) else Withheld() for result in self._results]

    def key_by(self, names: Names, key: str) -> str | None:
        """Return the ProfileId of the profile that a key of a draft belongs to; None where no draft names it."""
        numbers = self._found.get((names, key))
        return self._profile(numbers[0]).key if numbers else None

    def found(self) -> dict[tuple[int, Names, str], int]:
        """Return whose the keys are that the drafts name: (id of the type, fields, key) -> number."""
        return {(self.type.id, names, key): numbers[0] for (names, key), numbers in self._found.items()}

    def _new(self, keyed: Mapping[int, list[tuple[Names, str]]]) -> int:
        """Return how many new profiles there may be at most."""
        return sum(
            1
            for index, keys in keyed.items()
            if self._modes[index] not in (Put.MERGE, Put.REPLACE) and self._found.keys().isdisjoint(keys)
        )

    def _keys_of(self, draft: ProfileDraft) -> list[tuple[Names, str]]:
        """Return the keys that a draft names a profile by: its ProfileId and every complete strong id."""
        problems = problems_of(Content(occurred_at=0, fields=_given(draft.fields)), as_interactions(self.type))
        key = _id_of(self.type, draft)
        if key is not None and (not 0 < len(key) <= MAX_PROFILE_ID or "\x00" in key):
            problems.append(Problem("key", f"must have 1 to {MAX_PROFILE_ID} characters", "too_long"))
        if problems:
            raise Invalid(*problems)
        fields = with_id(self.type, draft.fields) | ({PROFILE_ID: key} if key is not None else {})
        found = [(names, text) for names in self._names if (text := key_of(self.type, names, fields)) is not None]
        if any("\x00" in text for _, text in found):
            raise Invalid(Problem("key", "must not contain the character U+0000", "character"))
        if not found:
            raise Invalid(
                Problem("key", f"a {self.type.name} needs a ProfileId or a complete strong id", "missing_key")
            )
        return found

    def _derived(self, draft: ProfileDraft) -> tuple[str, ...]:
        """Return the ProfileIds that a profile may get whose author chose none."""
        if _id_of(self.type, draft) is not None or self.type.built_in:
            return ()
        for strong_id in self.type.strong_ids:
            if all(draft.fields.get(name) is not None for name in strong_id.fields):
                return ids_of_values(self.type, strong_id, draft.fields)
        return ()

    def _take(self, index: int, keys: list[tuple[Names, str]], fresh: Iterator[int]) -> None:
        """Work one draft into what becomes of its profile; raises what is wrong with it."""
        draft, mode = self._drafts[index], self._modes[index]
        hits = sorted({number for key in keys for number in self._found.get(key, ())})
        if len(hits) > 1:
            ids = [self._profile(number).key for number in hits]
            problems = [Problem("key", f"also belongs to {id_}", "strong_id", id_) for id_ in ids]
            raise Refused(f"the keys belong to several profiles: {', '.join(ids)}", *problems)
        if hits:
            state = self._merge(draft, hits[0], mode)
        elif mode in (Put.MERGE, Put.REPLACE):
            raise NotFound(self.type.name, draft.key or "")
        else:
            state = self._create(draft, keys, next(fresh))
        for key in keys:
            self._found.setdefault(key, [state.number])
        state.items.append(index)

    def _profile(self, number: int) -> Profile:
        return self._states[number].profile if number in self._states else self._read[number]

    def _create(self, draft: ProfileDraft, keys: list[tuple[Names, str]], number: int) -> _State:
        key = _id_of(self.type, draft) or self._kind.own_key(number)
        if key is None:
            texts = self._derived(draft)
            free = (text for text in texts if (_ID, index_text(text)) not in self._found)
            key = next(free, texts[-1])
            self._found[_ID, index_text(key)] = [number]
        if len(key) > MAX_PROFILE_ID:
            raise Invalid(Problem("key", f"must have 1 to {MAX_PROFILE_ID} characters", "too_long"))
        profile = Profile(
            type_id=self.type.id, number=number, key=key, fields=_own_fields(self.type, draft.fields),
            created_at=self._at,
        )  # fmt: skip
        state = self._states[number] = _State(number, None, profile)
        return state

    def _merge(self, draft: ProfileDraft, number: int, mode: Put) -> _State:
        if mode is Put.CREATE:
            raise Exists(f"a {self.type.name} with this key is stored already", existing=number)
        stored = self._profile(number)
        key = _id_of(self.type, draft)
        if key is not None and key != stored.key:
            problem = Problem("key", f"the keys belong to {stored.key}", "strong_id", stored.key)
            raise Refused(f"{key} is not the ProfileId of the profile with these keys, which is {stored.key}", problem)
        if draft.expected_version is not None and draft.expected_version != stored.version:
            raise Conflict("the profile was changed in the meantime; read it again", existing=number)
        fields = stored.fields | {n: v for n, v in draft.fields.items() if n not in id_names(self.type)}
        if mode is Put.REPLACE:
            fields = {n: v for n, v in stored.fields.items() if n in id_names(self.type)} | draft.fields
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

    async def _add(self, unit: Unit) -> None:
        for state in self._states.values():
            if state.outcome is Outcome.SAME:
                continue
            try:
                if state.read is None:
                    state.profile = await self._kind.create(self._actor, unit, self.type, state.profile)
                else:
                    state.profile = await self._kind.change(self._actor, unit, self.type, state.read, state.profile)
            except Stale:
                raise
            except InterlogError as error:
                for index in state.items:
                    self._results[index] = error


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


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _own_fields(type_: ProfileType, fields: Mapping[str, Any]) -> dict[str, Any]:
    own = id_names(type_)
    return {name: value for name, value in fields.items() if value is not None and name not in own}
