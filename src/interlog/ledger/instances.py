"""Instances: interactions that are put by what identifies them, one by one or thousands at once.

A put is an upsert: what is new is stored; the same again changes nothing; other content becomes a new version of an
activity, and is refused for a fact, naming what differs. Nobody's put is lost or done twice, however many put the same
at the same moment: uniqueness is left to the database, and whoever comes too late looks again.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
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
from ..model.ids import index_text, parse_uuid, stamp
from ..model.instances import MAX_IDENTITY, Instance, InstanceKey, Outcome, Placed, Put, identity_names, key_of_instance
from ..model.instants import now
from ..model.interactions import Content, Draft, Interaction
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right
from ..model.types import InteractionType, Logging
from ..model.validation import problems_of
from ..store import field_values as field_rows
from ..store import identities
from ..store import interactions as interaction_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from .drafts import Accepted, unknown_persons
from .interactions import Interactions
from .known_types import know
from .references import References, Referred
from .types import Types
from .waiting import Waiting

_TRIES = 8
_MOST_TYPES = 100
"""Types among which one id is looked for."""

Result = Placed | InterlogError


class _State:
    """What becomes of one interaction by the items of a request that are about it."""

    __slots__ = ("content", "draft", "items", "key", "origin", "outcome", "read", "stored", "text", "type")

    def __init__(self, type_: InteractionType, key: InstanceKey | None, read: Interaction | None) -> None:
        self.type, self.key, self.read = type_, key, read
        self.content: Content | None = read.content if read is not None else None
        self.text = read.identity if read is not None else None
        self.outcome = Outcome.SAME
        self.draft: Instance | None = None  # the first one that stores it
        self.origin: str | None = None
        self.items: list[int] = []
        self.stored = read


class Instances:
    """Use cases around instances."""

    def __init__(
        self, store: Store, interactions: Interactions, types: Types, references: References, waiting: Waiting
    ) -> None:
        self._references = references
        self._waiting = waiting
        self._store = store
        self._database = store.database
        self._interactions = interactions
        self._types = types
        self._contended: dict[int, asyncio.Lock] = {}

    async def find(
        self, actor: Actor, type_: InteractionType, id_: str, *, include_voided: bool = False
    ) -> Interaction:
        """Return the interaction of a type that has this id (``Interaction.public_id``)."""
        actor.require(Right.READ)
        if "\x00" in id_:
            raise NotFound("interaction", id_)
        item = await interaction_rows.by_identity(self._database, actor.tenant.id, type_.id, id_)
        if item is None and (uuid := _uuid_of(id_)) is not None:
            item = await interaction_rows.by_uuid(self._database, actor.tenant.id, uuid)
            if item is not None and (item.type_id != type_.id or item.identity is not None):
                item = None
        if item is None or not _is_shown(actor, item, include_voided):
            raise NotFound("interaction", id_)
        return item

    async def find_any(self, actor: Actor, id_: str, *, include_voided: bool = False) -> list[Interaction]:
        """Return the interactions that have this id, each of another type."""
        actor.require(Right.READ)
        if "\x00" in id_:
            return []
        found = await identities.of_any_type(self._database, actor.tenant.id, id_, _MOST_TYPES)
        if (uuid := _uuid_of(id_)) is not None:
            item = await interaction_rows.by_uuid(self._database, actor.tenant.id, uuid)
            if item is not None and item.identity is None:
                found.append(item)
        await know(self._database, actor, (item.type_id for item in found))
        return [item for item in found if _is_shown(actor, item, include_voided)]

    async def put(self, actor: Actor, item: Instance, mode: Put = Put.UPSERT) -> Placed:
        """Put one instance; raises what ``put_many`` returns."""
        (result,) = await self.put_many(actor, [item], mode)
        if isinstance(result, InterlogError):
            raise result
        return result

    async def put_many(
        self, actor: Actor, items: Sequence[Instance], mode: Put = Put.UPSERT, *, all_or_nothing: bool = False
    ) -> list[Result]:
        """Put instances in one transaction: a result for each, in order; those with errors are left out.

        Errors are ``Invalid`` with every problem, ``NotFound`` (of the type, or of what is to be changed), ``Expired``,
        ``Exists``, ``Refused`` with what differs from the fact that is stored, ``Conflict`` of versions, and, where
        nothing is to be stored unless everything can be, ``Withheld``.
        """
        actor.require(Right.WRITE)
        try:
            return await _Work(self, actor, items, mode).run(all_or_nothing)
        except (Duplicate, Stale):
            pass  # somebody stored or changed one of them since we looked: now that will be found
        async with self._contended.setdefault(actor.tenant.id, asyncio.Lock()):  # else they hinder each other again
            for _ in range(_TRIES):
                try:
                    return await _Work(self, actor, items, mode).run(all_or_nothing)
                except (Duplicate, Stale):
                    continue
        raise Conflict("these were being stored by others at the same time; try again")


class _Work:
    """One try to put some instances."""

    def __init__(self, instances: Instances, actor: Actor, items: Sequence[Instance], mode: Put) -> None:
        self._types = instances._types
        self._references, self._waiting = instances._references, instances._waiting
        self._interactions = instances._interactions
        self._database = instances._database
        self._actor, self._items, self._mode = actor, items, mode
        self._tenant = actor.tenant.id
        self._results: list[Result | None] = [None] * len(items)
        self._states: dict[tuple[int, Any], _State] = {}
        self._all: list[_State] = []
        self._texts: set[tuple[int, str]] = set()
        self._corrected: dict[int, Interaction] = {}
        self._at = now()

    async def run(self, all_or_nothing: bool) -> list[Result]:
        typed = await self._with_types()
        keyed = self._keyed(typed)
        found = await self._stored(keyed)
        repeated = await self._repeated()
        correctable = await self._correctable(typed)
        for index, type_, key in keyed:
            if self._results[index] is not None:
                continue
            if index in repeated:
                self._results[index] = repeated[index]
                continue
            try:
                self._take(index, type_, key, found, correctable)
            except InterlogError as error:
                self._results[index] = error
        changing = [state for state in self._all if state.outcome is not Outcome.SAME]
        unit = Unit()
        referred = await self._refer(changing)
        new_persons = await self._resolve(changing, {stub.person.id for stub in referred.stubs})
        changing = [state for state in changing if state.outcome is not Outcome.SAME]
        if all_or_nothing and any(isinstance(result, InterlogError) for result in self._results):
            withheld = Withheld()
            return [result if isinstance(result, InterlogError) else withheld for result in self._results]
        present = {p.person for state in changing if state.content is not None for p in state.content.participants}
        self._interactions.persons.add_new(self._actor, unit, [p for p in new_persons if p.id in present])
        named = {p.person for state in changing if state.content is not None for p in state.content.participants}
        self._references.add_stubs(self._actor, unit, [stub for stub in referred.stubs if stub.person.id in named])
        await self._add(unit, changing)
        if unit.rows or unit.changes:
            await self._database.write(unit)
            await self._interactions.bind_late(self._actor, unit)
            if referred.waits:  # somebody may have stored one of them since we looked
                await self._waiting.bind(self._actor, await self._references.arrived(self._actor, referred.waits))
        for state in self._all:
            if state.stored is not None:
                placed = Placed(state.stored, state.outcome)
                for index in state.items:
                    self._results[index] = placed
        return [result for result in self._results if result is not None]

    async def _with_types(self) -> list[tuple[int, InteractionType]]:
        """Return the types of the items; those of no type, or of one that takes no more, get their error."""
        tenant, found = self._actor.tenant, []
        errors: dict[str, InterlogError] = {}
        for index, item in enumerate(self._items):
            if item.type in errors:
                self._results[index] = errors[item.type]
                continue
            type_ = tenant.type_named(item.type)
            try:
                if type_ is None:
                    type_ = await self._types.find(self._actor, item.type)
                if type_.expires_at is not None and type_.expires_at <= self._at:
                    raise Expired(f"{type_.name} takes no interactions any more")
            except InterlogError as error:
                self._results[index] = errors[item.type] = error
            else:
                found.append((index, type_))
        return found

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
        if item.identity is not None and self._mode in (Put.MERGE, Put.REPLACE):
            return InstanceKey((), (item.identity,))
        return key_of_instance(type_, item.fields, item.identity)

    async def _stored(
        self, keyed: Iterable[tuple[int, InteractionType, InstanceKey | None]]
    ) -> dict[tuple[int, str], Interaction]:
        """Return what is stored under the ids that these may have, by type and id."""
        first = {key.texts[0] for _, _, key in keyed if key is not None}
        found = await identities.by_identities(self._database, self._tenant, first)
        others = {
            text
            for _, type_, key in keyed
            if key is not None and len(key.texts) > 1
            and (item := found.get((type_.id, key.texts[0]))) is not None
            and _values_of(item, type_) != key.values
            for text in key.texts[1:]
        }  # fmt: skip
        found |= await identities.by_identities(self._database, self._tenant, others)
        uuids = {text: uuid for text in first if len(text) == 32 and (uuid := _uuid_of(text)) is not None}
        by_uuid = await identities.by_uuids(self._database, self._tenant, uuids.values())
        for text, uuid in uuids.items():
            if (item := by_uuid.get(uuid)) is not None and item.identity is None:
                found[item.type_id, text] = item
        return found

    async def _correctable(self, typed: Iterable[tuple[int, InteractionType]]) -> dict[tuple[int, str], Interaction]:
        """Return what the items may correct, by type and id."""
        wanted = {
            (type_.id, id_)
            for index, type_ in typed
            if (id_ := self._items[index].corrects) is not None and "\x00" not in id_
        }
        if not wanted:
            return {}
        texts = {id_ for _, id_ in wanted}
        found = await identities.by_identities(self._database, self._tenant, texts)
        uuids = {uuid: id_ for id_ in texts if (uuid := _uuid_of(id_)) is not None}
        for uuid, item in (await identities.by_uuids(self._database, self._tenant, uuids)).items():
            if item.identity is None:
                found[item.type_id, uuids[uuid]] = item
        return {key: item for key, item in found.items() if key in wanted and self._actor.sees(item.group)}

    def _correct(self, state: _State, id_: str, correctable: Mapping[tuple[int, str], Interaction]) -> None:
        """Note what an item corrects; raises what is wrong with that."""
        target = correctable.get((state.type.id, id_))
        if target is None or (target.deleted_at is not None and target.voided_by is None):
            raise Invalid(Problem("corrects", f"there is no interaction with the id {id_}", "unknown_id"))
        if target.voided_by is not None or target.number in {item.number for item in self._corrected.values()}:
            problem = Problem("corrects", f"{id_} has been corrected already; correct its correction", "voided")
            raise Refused(problem.message, problem, existing=target.voided_by)
        self._corrected[id(state)] = target

    async def _repeated(self) -> dict[int, Result]:
        """Return what the same requests stored before, by the places of the items."""
        keys: dict[str, int] = {}
        for index, item in enumerate(self._items):
            if item.request_key and keys.setdefault(_request_key(item.request_key), index) != index:
                self._results[index] = Conflict("an earlier item of the same request has the same key")
        rows = await identities.by_requests(self._database, self._tenant, keys)
        if not rows:
            return {}
        stored = await interaction_rows.by_numbers(
            self._database, self._tenant, {number for _, number in rows.values()}
        )
        results: dict[int, Result] = {}
        for key, (fingerprint, number) in rows.items():
            index, made = keys[key], stored.get(number)
            if made is None or not self._actor.sees(made.group):
                results[index] = Conflict("the key is in use")
            elif fingerprint != _fingerprint(self._items[index]):
                message = f"interaction {number} was stored under the same key with another content"
                results[index] = Conflict(message, existing=number)
            else:
                results[index] = Placed(made, Outcome.SAME)
        return results

    def _take(
        self,
        index: int,
        type_: InteractionType,
        key: InstanceKey | None,
        found: Mapping[tuple[int, str], Interaction],
        correctable: Mapping[tuple[int, str], Interaction],
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
                self._correct(state, item.corrects, correctable)
            self._create(item, state)
        else:
            self._change(item, state, state.content)
        state.items.append(index)

    def _state_of(
        self, type_: InteractionType, key: InstanceKey | None, found: Mapping[tuple[int, str], Interaction]
    ) -> _State:
        if key is None:
            state = _State(type_, None, None)
            self._all.append(state)
            return state
        name = (type_.id, key.values or key.texts[0])
        known = self._states.get(name)
        if known is not None:
            return known
        read = None
        for text in key.texts:
            item = found.get((type_.id, text))
            if item is not None and (not key.values or _values_of(item, type_) == key.values):
                read = item
                break
        state = _State(type_, key, read)
        if read is None:
            free = (t for t in key.texts if (type_.id, t) not in found and (type_.id, t) not in self._texts)
            state.text = next(free, key.texts[-1])
            self._texts.add((type_.id, state.text))
        self._states[name] = state
        self._all.append(state)
        return state

    def _create(self, item: Instance, state: _State) -> None:
        if self._mode in (Put.MERGE, Put.REPLACE):
            raise NotFound("interaction", item.identity or state.text or "")
        content = Content(
            occurred_at=self._at if item.occurred_at is UNSET else item.occurred_at,
            occurred_offset=item.occurred_offset,
            ended_at=_given(item.ended_at),
            title=_given(item.title),
            body=_given(item.body),
            direction=_given(item.direction),
            participants=() if item.participants is UNSET else item.participants,
            fields={name: value for name, value in item.fields.items() if value is not None},
            extras={} if item.extras is UNSET else item.extras,
        )
        problems = problems_of(content, state.type)
        text = state.text
        if not problems and text is not None and not 0 < len(text) <= MAX_IDENTITY:
            problems.append(Problem("identity", f"must have 1 to {MAX_IDENTITY} characters", "too_long"))
        if problems:
            raise Invalid(*problems)
        state.content, state.draft, state.outcome, state.origin = content, item, Outcome.CREATED, item.origin

    def _change(self, item: Instance, state: _State, content: Content) -> None:
        read, type_ = state.read, state.type
        if self._mode is Put.CREATE:
            raise Exists("an interaction with this id is stored already", existing=read.number if read else None)
        if item.expected_version is not None and (read is None or read.version != item.expected_version):
            raise Conflict("the interaction was changed in the meantime; read it again")
        replacing = self._mode is Put.REPLACE
        new = _merged(content, item, type_, replacing=replacing)
        differing = _differing(content, new, item, type_, strict=not type_.is_activity or replacing)
        if not differing:
            return
        if not type_.is_activity:
            name = type_.display_name or type_.name
            raise Refused(
                f"a stored {name} is a fact and cannot be changed",
                *(Problem(path, "differs from what is stored", "differs") for path in differing),
                existing=read.number if read is not None else None,
            )
        given = set(item.fields) if not replacing else None
        problems = [p for p in problems_of(new, type_) if given is None or _is_about(p.path, given)]
        if type_.identity and key_of_instance(type_, new.fields) != key_of_instance(type_, content.fields):
            problems.append(Problem("identity", "cannot be changed: it identifies the interaction", "identity"))
        if problems:
            raise Invalid(*problems)
        state.content = new
        state.origin = item.origin if item.origin is not None else state.origin
        if state.outcome is Outcome.SAME:
            state.outcome = Outcome.AMENDED

    async def _refer(self, states: Sequence[_State]) -> Referred:
        """Find the profiles that the fields of what is to be stored refer to."""
        referring = [state for state in states if state.type.has_references and state.content is not None]
        given = [(state.type, state.content) for state in referring if state.content is not None]
        if not given:
            return Referred([], [], {})
        referred = await self._references.resolve(self._actor, given)
        for state, content in zip(referring, referred.contents, strict=True):
            state.content = content
        return referred

    async def _resolve(self, states: list[_State], made: set[int]) -> list[Any]:
        """Find the participants of what is to be stored; returns the persons that are yet to be stored.

        ``made``: persons who are known though they are not stored yet.
        """
        named = [state for state in states if state.content is not None and state.content.participants]
        if not named:
            return []
        contents = [state.content for state in named if state.content is not None]
        participants, persons, new = await self._interactions.resolve(self._actor, contents)
        for state, content, found in zip(named, contents, participants, strict=True):
            state.content = replace(content, participants=found)
            unknown = unknown_persons(state.content, persons, state.read.content if state.read else None)
            unknown = [problem for problem in unknown if problem.value not in made]
            if unknown:
                self._refuse(state, Invalid(*unknown))
        return new

    def _refuse(self, state: _State, error: InterlogError) -> None:
        for index in state.items:
            self._results[index] = error
        state.outcome, state.stored, state.items = Outcome.SAME, None, []

    async def _add(self, unit: Unit, states: Sequence[_State]) -> None:
        """Add to a unit what becomes of the interactions."""
        created = [state for state in states if state.outcome is Outcome.CREATED]
        accepted = [_accepted(state) for state in created]
        for state, stored in zip(
            created, await self._interactions.add_rows(self._actor, unit, accepted, self._at), strict=True
        ):
            state.stored = stored
        for state in states:
            if state.outcome is Outcome.AMENDED and state.read is not None and state.content is not None:
                state.stored = await self._interactions.add_amendment(
                    self._actor, unit, state.read, state.content, state.type, state.origin
                )
        for state in created:
            if state.stored is not None and (target := self._corrected.get(id(state))) is not None:
                self._void(unit, target, state.stored)

    def _void(self, unit: Unit, read: Interaction, by: Interaction) -> None:
        """Hide the interaction that another one corrects. It stays, and says which one that is."""
        at = self._at
        gone = replace(read, deleted_at=at, voided_by=by.number, version=read.version + 1, changed_at=stamp())
        interaction_rows.change(unit, self._tenant, read, gone)
        field_rows.change(unit, self._tenant, read, gone, self._actor.tenant.types_by_id.get(read.type_id))
        add_entry(unit, self._actor, Action.VOID, Entity.INTERACTION, read.number, gone.version, at)


def _is_shown(actor: Actor, item: Interaction, include_voided: bool) -> bool:
    hidden = item.deleted_at is not None and not (include_voided and item.voided_by is not None)
    return actor.sees(item.group) and not hidden


def _uuid_of(text: str) -> str | None:
    return parse_uuid(text) if len(text) == 32 and text.isalnum() else None


def _values_of(item: Interaction, type_: InteractionType) -> tuple[Any, ...]:
    return tuple(item.content.fields.get(name) for name in identity_names(type_))


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _merged(content: Content, item: Instance, type_: InteractionType, *, replacing: bool) -> Content:
    """Return the content with what an item gives; ``replacing``: and without what it does not."""
    fields = dict(content.fields)
    if replacing:
        kept = set(type_.identity)
        fields = {name: value for name, value in fields.items() if name in kept}
    fields |= item.fields
    changes: dict[str, Any] = {"fields": {name: value for name, value in fields.items() if value is not None}}
    for name in ("occurred_at", "ended_at", "title", "body", "direction", "participants", "extras"):
        value = getattr(item, name)
        if value is not UNSET:
            changes[name] = value
        elif replacing and type_.built_in and name in ("ended_at", "title", "body", "direction"):
            changes[name] = None
    if item.occurred_at is not UNSET:
        changes["occurred_offset"] = item.occurred_offset
    return replace(content, **changes)


_BESIDE = ("ended_at", "title", "body", "direction")


def _differing(content: Content, new: Content, item: Instance, type_: InteractionType, *, strict: bool) -> list[str]:
    """Return the paths of what an item says otherwise than what is stored.

    Of a type with fields of its own, only these and the time count: all else is made from them. ``strict``: what is
    stored and not given differs as well.
    """
    names = dict.fromkeys([*item.fields, *content.fields] if strict else item.fields)
    given = item.fields if strict else new.fields
    kept = set(type_.identity).difference(item.fields)
    found = [f"fields.{name}" for name in names if name not in kept and content.fields.get(name) != given.get(name)]
    if item.occurred_at is not UNSET and item.occurred_at != content.occurred_at:
        found.append("occurred_at")
    if type_.built_in or not type_.fields:
        found += [name for name in _BESIDE if getattr(new, name) != getattr(content, name)]
        if item.participants is not UNSET and _roles(item.participants) != _roles(content.participants):
            found.append("participants")
    return found


def _roles(participants: Iterable[Any]) -> list[tuple[str, str]]:
    """Return who takes part in a form that does not tell whether an address has been bound to its person."""
    return sorted((p.role, p.address.casefold() if p.address else str(p.person)) for p in participants)


def _is_about(path: str, names: set[str]) -> bool:
    """Whether a problem is about one of these fields, or about no field."""
    if not path.startswith("fields."):
        return True
    return path.removeprefix("fields.").partition("[")[0] in names


def _accepted(state: _State) -> Accepted:
    item, content = state.draft, state.content
    assert item is not None
    assert content is not None
    draft = Draft(
        type=state.type.name,
        content=content,
        logging=Logging.AUTOMATIC,
        origin=state.origin,
        group=item.group,
        identity=state.text,
    )
    keys = [_request_key(item.request_key)] if item.request_key else []
    return Accepted(draft, state.type, keys, _fingerprint(item) if keys else "")


def _request_key(key: str | None) -> str:
    return index_text(f"put {key}")


def _fingerprint(item: Instance) -> str:
    return hashlib.sha256(_in_one_order(replace(item, request_key=None))).hexdigest()


_in_one_order = msgspec.json.Encoder(order="deterministic").encode
