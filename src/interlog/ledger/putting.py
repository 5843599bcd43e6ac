"""One try to put instances: what becomes of each interaction, worked out and written in one transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from ..model.errors import (
    Conflict,
    Exists,
    Expired,
    InterlogError,
    Invalid,
    NotFound,
    Problem,
    Refused,
    Withheld,
    unknown_id,
)
from ..model.ids import stamp
from ..model.instances import MAX_IDENTITY, Instance, InstanceKey, Outcome, Placed, Put, key_of_instance
from ..model.instants import now
from ..model.interactions import Content, Interaction
from ..model.journal import Action, Entity
from ..model.parties import Person
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..model.validation import problems_of
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store.journal import add_entry
from ..store.profile_values import Tally
from ..store.statements import Unit
from ..store.store import Store
from .drafts import unknown_persons
from .interactions import Change, Interactions
from .merging import differing, is_about, merged, values_of, without_none
from .notes import delete_with_replies
from .participants import resolve
from .precedence import owned, yielding
from .put_lookups import Result, Stored, correctable, repeated, stored_as
from .put_state import State, add_created, state_of
from .references import NOTHING_REFERRED, Parts, Place, References, Referred, with_coming
from .types import Types
from .waiting import Waiting

_AT_ONCE = 500
"""Items that are worked on in one go: others are not to wait for thousands."""


class Tools(NamedTuple):
    """What putting works with."""

    store: Store
    interactions: Interactions
    types: Types
    references: References
    waiting: Waiting


class Work:
    """One try to put some instances."""

    def __init__(self, tools: Tools, actor: Actor, items: Sequence[Instance], modes: Sequence[Put]) -> None:
        self._store, self._database = tools.store, tools.store.database
        self._types, self._interactions = tools.types, tools.interactions
        self._references, self._waiting = tools.references, tools.waiting
        self._actor, self._items, self._modes = actor, items, modes
        self._tenant = actor.tenant.id
        self._results: list[Result | None] = [None] * len(items)
        self._states: dict[tuple[int, str], State] = {}
        self._all: list[State] = []
        self._texts: set[tuple[int, str]] = set()
        self._corrected: dict[int, Interaction] = {}
        self._referred = NOTHING_REFERRED
        self._skipped: dict[int, tuple[str, ...]] = {}
        self._at = now()

    async def run(self, all_or_nothing: bool) -> list[Result]:
        """Store what can be stored, and return a result for each item."""
        unit = Unit()
        await self.add_to(unit)
        if all_or_nothing and self.is_refused:
            return self.withheld()
        if unit.rows or unit.changes:
            await self._database.write(unit)
            await self.settle(unit)
        return self.results()

    @property
    def is_refused(self) -> bool:
        """Whether anything is wrong with any of the items."""
        return any(isinstance(result, InterlogError) for result in self._results)

    async def add_to(self, unit: Unit, coming: Mapping[Place, Tally] | None = None) -> None:
        """Work out what becomes of each interaction, and add it to a unit; ``coming``: profiles in the same unit."""
        typed = await self._with_types()
        keyed = self._keyed(typed)
        found = await stored_as(self._database, self._tenant, keyed)
        same = await repeated(self._database, self._actor, self._items)
        voidable = await correctable(self._database, self._actor, self._items, typed)
        for place, (index, type_, key) in enumerate(keyed):
            if place % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # others are not to wait for thousands
            if self._results[index] is not None:
                continue
            if index in same:
                self._results[index] = same[index]
                continue
            try:
                self._take(index, type_, key, found, voidable)
            except InterlogError as error:
                self._results[index] = error
        changing = [state for state in self._all if state.outcome is not Outcome.SAME]
        referred = self._referred = await self._refer(changing, coming or {})
        new_persons = await self._bind(changing, coming or {})
        changing = [state for state in changing if state.outcome is not Outcome.SAME]
        if new_persons or referred.stubs:
            named = {p.person for state in changing if state.content is not None for p in state.content.participants}
            self._interactions.persons.add_new(self._actor, unit, [p for p in new_persons if p.id in named])
            self._references.add_stubs(self._actor, unit, [stub for stub in referred.stubs if stub.person.id in named])
        await self._add(unit, changing)

    async def settle(self, unit: Unit) -> None:
        """Look once more, after the commit, for those whom others have stored at the same moment."""
        await self._interactions.bind_late(self._actor, unit)
        if waits := self._referred.waits:
            await self._waiting.bind(self._actor, await self._references.arrived(self._actor, waits))
        if watched := self._referred.watched:
            await self._references.look_again(self._actor, watched)

    def withheld(self) -> list[Result]:
        """Return the errors, and for all others that nothing is stored because of these."""
        withheld = Withheld()
        return [result if isinstance(result, InterlogError) else withheld for result in self._results]

    def results(self) -> list[Result]:
        """Return a result for each item, in order."""
        for state in self._all:
            if state.stored is not None:
                placed = Placed(state.stored, state.outcome)
                for index in state.items:
                    skipped = self._skipped.get(index)
                    self._results[index] = placed if skipped is None else replace(placed, skipped=skipped)
        return [result for result in self._results if result is not None]

    async def _with_types(self) -> list[tuple[int, InteractionType]]:
        """Return the types of the items; those of no type, or of one that takes no more, get their error."""
        types: dict[str, InteractionType | InterlogError] = {}
        for name in dict.fromkeys([item.type for item in self._items]):
            try:
                types[name] = await self._open_type(name)
            except InterlogError as error:
                types[name] = error
        found: list[tuple[int, InteractionType]] = []
        for index, item in enumerate(self._items):
            type_ = types[item.type]
            if isinstance(type_, InteractionType):
                found.append((index, type_))
            else:
                self._results[index] = type_
        return found

    async def _open_type(self, name: str) -> InteractionType:
        """Return the type of a name; raises ``NotFound``, or ``Expired`` for one that takes no more."""
        type_ = self._actor.tenant.type_named(name) or await self._types.find(self._actor, name)
        if type_.expires_at is not None and type_.expires_at <= self._at:
            raise Expired(f"{type_.name} takes no interactions any more")
        return type_

    def _keyed(
        self, typed: Iterable[tuple[int, InteractionType]]
    ) -> list[tuple[int, InteractionType, InstanceKey | None]]:
        """Return what identifies each item; those whose id no database holds get their error."""
        found = []
        for index, type_ in typed:
            key = self._key_of(index, type_)
            if key is not None and "\x00" in key.texts[0]:
                message = "must not contain the character U+0000"
                self._results[index] = Invalid(Problem("identity", message, "character"))
            else:
                found.append((index, type_, key))
        return found

    def _key_of(self, index: int, type_: InteractionType) -> InstanceKey | None:
        item = self._items[index]
        if item.identity is not None and self._modes[index] in (Put.MERGE, Put.REPLACE):
            return InstanceKey((), (item.identity,))
        return key_of_instance(type_, item.fields, item.identity)

    def _correct(self, state: State, id_: str, voidable: Stored) -> None:
        """Note what an item corrects; raises what is wrong with that."""
        target = voidable.get((state.type.id, id_))
        if target is None or (target.deleted_at is not None and target.voided_by is None):
            raise Invalid(Problem("corrects", f"there is no interaction with the id {id_}", "unknown_id"))
        if target.voided_by is not None or target.number in {item.number for item in self._corrected.values()}:
            problem = Problem("corrects", f"{id_} has been corrected already; correct its correction", "voided")
            raise Refused(problem.message, problem, existing=target.voided_by)
        self._corrected[id(state)] = target

    def _take(
        self,
        index: int,
        type_: InteractionType,
        key: InstanceKey | None,
        found: Stored,
        voidable: Stored,
    ) -> None:
        """Work one item into what becomes of its interaction; raises what is wrong with it."""
        item = self._items[index]
        if not self._actor.sees(item.group):
            raise Invalid(unknown_id("group", item.group, "SecurityGroup"))
        state = self._state_of(type_, key, found)
        if state.read is not None and not self._actor.sees(state.read.group):
            raise Conflict("the id is in use")
        if state.read is not None and state.read.deleted_at is not None and state.read.voided_by is None:
            raise Conflict("the interaction has been deleted", existing=state.read.number)
        if state.content is None:
            if item.corrects is not None:
                self._correct(state, item.corrects, voidable)
            self._create(item, state, self._modes[index])
        else:
            mode, origin = self._modes[index], state.last_origin
            item, skipped = yielding(state.content, origin, item, type_, replacing=mode is Put.REPLACE)
            if skipped:
                self._skipped[index] = skipped
            self._change(item, state, state.content, mode)
        state.items.append(index)

    def _state_of(self, type_: InteractionType, key: InstanceKey | None, found: Stored) -> State:
        if key is None:
            state = state_of(type_, None, None)
            self._all.append(state)
            return state
        places = [(type_.id, text) for text in key.texts]
        known = self._states.get(places[-1])
        if known is not None:
            return known
        read = free = None
        for place in places:
            item = found.get(place)
            if item is None:
                free = place if free is None and place not in self._texts else free
            elif not key.values or values_of(item, type_) == key.values:
                read = item
                break
        state = self._states[places[-1]] = state_of(type_, key, read)
        if read is None:  # the first of the ids that it may have which no other one has
            free = free or places[-1]
            state.text = free[1]
            self._texts.add(free)
        self._all.append(state)
        return state

    def _create(self, item: Instance, state: State, mode: Put) -> None:
        if mode in (Put.MERGE, Put.REPLACE):
            raise NotFound("interaction", item.identity or state.text or "")
        content = Content(
            occurred_at=self._at if item.occurred_at is UNSET else item.occurred_at,
            occurred_offset=item.occurred_offset,
            ended_at=None if item.ended_at is UNSET else item.ended_at,
            title=None if item.title is UNSET else item.title,
            body=None if item.body is UNSET else item.body,
            direction=None if item.direction is UNSET else item.direction,
            participants=() if item.participants is UNSET else item.participants,
            fields=without_none(item.fields),
            extras={} if item.extras is UNSET else item.extras,
        )
        problems = problems_of(content, state.type, fields_are_valid=state.type.is_version(item.valid_for))
        text = state.text
        if not problems and text is not None and not 0 < len(text) <= MAX_IDENTITY:
            problems.append(Problem("identity", f"must have 1 to {MAX_IDENTITY} characters", "too_long"))
        if problems:
            raise Invalid(*problems)
        content = owned(None, None, content, item, state.type)
        state.content, state.draft, state.outcome, state.origin = content, item, Outcome.CREATED, item.origin

    def _change(self, item: Instance, state: State, content: Content, mode: Put) -> None:
        read, type_ = state.read, state.type
        if mode is Put.CREATE:
            raise Exists("an interaction with this id is stored already", existing=read.number if read else None)
        if item.expected_version is not None and (read is None or read.version != item.expected_version):
            raise Conflict("the interaction was changed in the meantime; read it again")
        replacing = mode is Put.REPLACE
        new = merged(content, item, type_, replacing=replacing)
        others = differing(content, new, item, type_, strict=not type_.is_activity or replacing)
        if not others:
            return
        if not type_.is_activity:
            name = type_.display_name or type_.name
            raise Refused(
                f"a stored {name} is a fact and cannot be changed",
                *(Problem(path, "differs from what is stored", "differs") for path in others),
                existing=read.number if read is not None else None,
            )
        names = set(item.fields) if not replacing else None
        problems = [p for p in problems_of(new, type_) if names is None or is_about(p.path, names)]
        if type_.identity and key_of_instance(type_, new.fields) != key_of_instance(type_, content.fields):
            problems.append(Problem("identity", "cannot be changed: it identifies the interaction", "identity"))
        if problems:
            raise Invalid(*problems)
        state.content = owned(content, state.last_origin, new, item, type_)
        state.origin = item.origin if item.origin is not None else state.origin
        if state.outcome is Outcome.SAME:
            state.outcome = Outcome.AMENDED

    async def _refer(self, states: Sequence[State], coming: Mapping[Place, Tally]) -> Referred:
        """Find the profiles that the fields of what is to be stored refer to."""
        types = {id(state.type): state.type for state in states}
        asking = {id_ for id_, type_ in types.items() if type_.has_references}
        referring = [state for state in states if id(state.type) in asking and state.content is not None]
        given = [(state.type, state.content) for state in referring if state.content is not None]
        if not given:
            return NOTHING_REFERRED
        referred = await self._references.resolve(self._actor, given, coming)
        for state, parts in zip(referring, referred.parts, strict=True):
            state.parts = parts
        return referred

    async def _bind(self, states: Sequence[State], coming: Mapping[Place, Tally]) -> list[Person]:
        """Find the participants of what is to be stored; returns the persons that are yet to be stored.

        ``coming``: persons, among others, who are known though they are not stored yet, as are those who were referred
        to.
        """
        named = [
            (state, content, state.parts or Parts(content.participants, content.profiles, content.watched))
            for state in states
            if (content := state.content) is not None and (content.participants or state.parts is not None)
        ]
        if not named:
            return []
        made = {stub.person.id for stub in self._referred.stubs}
        given = [parts.participants for _, _, parts in named]
        if coming:
            given = [with_coming(participants, coming) for participants in given]
            made |= {tally.number for tally in coming.values()}
        participants, persons, new = await resolve(self._interactions.persons, self._actor, given)
        all_known = {id(found) for found in participants if all(p.person is None or p.person in persons for p in found)}
        for (state, content, parts), found in zip(named, participants, strict=True):
            state.content = replace(content, participants=found, profiles=parts.profiles, watched=parts.watched)
            if id(found) in all_known:
                continue
            unknown = unknown_persons(state.content, persons, state.read.content if state.read else None)
            unknown = [problem for problem in unknown if problem.value not in made]
            if unknown:
                self._refuse(state, Invalid(*unknown))
        return new

    def _refuse(self, state: State, error: InterlogError) -> None:
        for index in state.items:
            self._results[index] = error
        state.outcome, state.stored, state.items = Outcome.SAME, None, []

    async def _add(self, unit: Unit, states: Sequence[State]) -> None:
        """Add to a unit what becomes of the interactions."""
        created = [state for state in states if state.outcome is Outcome.CREATED]
        for start in range(0, len(created), _AT_ONCE):
            await add_created(self._store, self._actor, unit, created[start : start + _AT_ONCE], self._at)
            await asyncio.sleep(0)
        for state in states:
            if state.outcome is Outcome.AMENDED and state.read is not None and state.content is not None:
                try:
                    state.stored = await self._interactions.add_amendment(
                        self._actor, unit, state.read, state.content, state.type, state.origin
                    )
                except Invalid as error:  # its note says more than the interaction may change
                    self._refuse(state, error)
        changes: list[Change] = [(state.read, state.stored) for state in states if state.stored is not None]
        changes += [
            (target, await self._void(unit, target, state.stored))
            for state in (created if self._corrected else ())
            if state.stored is not None and (target := self._corrected.get(id(state))) is not None
        ]
        await self._interactions.follow(self._actor, unit, changes)

    async def _void(self, unit: Unit, read: Interaction, by: Interaction) -> Interaction:
        """Hide the interaction that another one corrects. It stays, and says which one that is."""
        at = self._at
        gone = replace(read, deleted_at=at, voided_by=by.number, version=read.version + 1, changed_at=stamp())
        interaction_rows.change(unit, self._tenant, read, gone)
        field_rows.change(unit, self._tenant, read, gone, self._actor.tenant.types_by_id.get(read.type_id))
        add_entry(unit, self._actor, Action.VOID, Entity.INTERACTION, read.number, gone.version, at)
        if read.note_id is not None:
            notes = await note_rows.by_ids(self._store.database, self._tenant, [read.note_id])
            for note in notes.values():
                await delete_with_replies(self._store, self._actor, unit, note, read, at)
        return gone
