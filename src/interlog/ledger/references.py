"""Who takes part in an interaction whose fields refer to profiles: found by their keys, for thousands at once.

A reference is looked up by the strong id that its fields make. What is not found waits (see ``waiting.py``), but for
contacts where the tenant wants unknown ones created: for these a person is made, with the id that was referred to.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.ids import uuid7
from ..model.instants import now
from ..model.interactions import Content, Participant, ProfilePart
from ..model.parties import Person, PersonKind
from ..model.profiles import CONTACT, PROFILE_ID, ProfileType, key_of, waiting_key
from ..model.tenancy import Actor
from ..model.types import InteractionType, ParticipantSlot
from ..store import types as type_rows
from ..store.statements import Unit
from ..store.store import Store
from .contacts import EMAIL, Contacts
from .persons import MAX_NAME, Persons
from .profile_kinds import Names
from .profiles import Profiles, id_names, lookup_names


class _Reference(NamedTuple):
    """One profile that a slot refers to. ``names`` is the key it is looked up by, None where no key is complete."""

    slot: ParticipantSlot
    type: ProfileType
    values: dict[str, Any]
    names: Names | None
    key: str | None


_Place = tuple[int, Names, str]
"""The id of a type, and a key of it."""


class Stub(NamedTuple):
    """A person made for a reference, and the ProfileId that was referred to."""

    person: Person
    key: str


class Referred(NamedTuple):
    """Contents with their participants, the persons yet to be stored, and what is waited for by what it waits under."""

    contents: list[Content]
    stubs: list[Stub]
    waits: dict[str, tuple[ProfileType, Names, str]]


class References:
    """What resolves references."""

    def __init__(self, store: Store, persons: Persons, profiles: Profiles) -> None:
        self._store = store
        self._persons = persons
        self._profiles = profiles

    async def resolve(self, actor: Actor, given: Sequence[tuple[InteractionType, Content]]) -> Referred:
        """Return the contents with those who take part by the references of their types, instead of those before."""
        parties = await self._parties(actor, (type_ for type_, _ in given))
        types = {id(type_): type_ for type_, _ in given}
        plans = {key: _plans(type_, parties, self._profiles) for key, type_ in types.items()}
        asked = _asked(given, plans)
        distinct = {id(references): references for references in asked}
        found = await self._find(actor, (reference for some in distinct.values() for reference in some))
        stubs = await self._stubs(actor, (reference for some in distinct.values() for reference in some), found)
        referring = {key: {slot.role for slot in type_.slots if slot.references} for key, type_ in types.items()}
        waits: dict[str, tuple[ProfileType, Names, str]] = {}
        parts: dict[int, tuple[tuple[Participant, ...], tuple[ProfilePart, ...]]] = {}
        for place, references in distinct.items():
            participants, profiles = [], []
            for reference in references:
                part = _part(reference, found)
                if isinstance(part, Participant):
                    participants.append(part)
                    continue
                if part.key is not None and reference.names is not None and reference.key is not None:
                    waits[part.key] = (reference.type, reference.names, reference.key)
                profiles.append(part)
            parts[place] = tuple(participants), tuple(profiles)
        contents = []
        for (type_, content), references in zip(given, asked, strict=True):
            referred, described = parts[id(references)]
            if content.participants:
                roles = referring[id(type_)]
                referred = (*(part for part in content.participants if part.role not in roles), *referred)
            contents.append(replace(content, participants=referred, profiles=described))
        return Referred(contents, stubs, waits)

    def add_stubs(self, actor: Actor, unit: Unit, stubs: Iterable[Stub]) -> None:
        """Add the persons that were made to a unit."""
        contacts = self._profiles.kind_of(CONTACT)
        assert isinstance(contacts, Contacts)
        for person, key in stubs:
            self._persons.add_new(actor, unit, [person])
            contacts.keep_key(actor, unit, person, key)

    async def arrived(
        self, actor: Actor, waits: Mapping[str, tuple[ProfileType, Names, str]]
    ) -> dict[str, tuple[int, int]]:
        """Return which of what is waited for is there by now."""
        types = {type_.id: type_ for type_, _, _ in waits.values()}
        wanted: dict[int, dict[Names, list[str]]] = {}
        for type_, names, key in waits.values():
            wanted.setdefault(type_.id, {}).setdefault(names, []).append(key)
        found: dict[_Place, list[int]] = {}
        for type_id, keys in wanted.items():
            there = await self._profiles.kind_of(types[type_id]).find(actor, types[type_id], keys)
            found |= {(type_id, *place): numbers for place, numbers in there.items()}
        return {
            waiting: (type_.id, numbers[0])
            for waiting, (type_, names, key) in waits.items()
            if len(numbers := found.get((type_.id, names, key), [])) == 1
        }

    async def _parties(self, actor: Actor, types: Iterable[InteractionType]) -> dict[str, ProfileType]:
        """Return the types of profiles that slots refer to, by their names as the slots write them."""
        names = {slot.party for type_ in types for slot in type_.slots if slot.references}
        known = {name: actor.tenant.profile_type_named(name) for name in names}
        if None in known.values():  # another process may have defined it just now
            read = await type_rows.newest_of_profiles(self._store.database, actor.tenant.id)
            by_name = {type_.name.casefold(): type_ for type_ in read}
            known = {name: type_ or by_name.get(name.casefold()) for name, type_ in known.items()}
        return {name: type_ for name, type_ in known.items() if type_ is not None}

    async def _find(self, actor: Actor, references: Iterable[_Reference]) -> dict[_Place, list[int]]:
        """Return what the references lead to: numbers of profiles, by type and key."""
        wanted: dict[int, dict[Names, dict[str, None]]] = {}
        types: dict[int, ProfileType] = {}
        for reference in references:
            if reference.names is not None and reference.key is not None and not _is_address(reference):
                types[reference.type.id] = reference.type
                wanted.setdefault(reference.type.id, {}).setdefault(reference.names, {})[reference.key] = None
        found: dict[_Place, list[int]] = {}
        for type_id, keys in wanted.items():
            kind = self._profiles.kind_of(types[type_id])
            for (names, key), numbers in (await kind.find(actor, types[type_id], keys)).items():
                found[type_id, names, key] = list(numbers)
        return found

    async def _stubs(
        self, actor: Actor, references: Iterable[_Reference], found: dict[_Place, list[int]]
    ) -> list[Stub]:
        """Make persons for the unknown ids of contacts, and note them among what was found."""
        if not actor.tenant.settings.create_unknown_persons:
            return []
        unknown: dict[_Place, str] = {}
        for reference in references:
            if reference.type.id == CONTACT.id and reference.names == (PROFILE_ID,) and reference.key is not None:
                place: _Place = (CONTACT.id, reference.names, reference.key)
                text = str(reference.values[PROFILE_ID])
                if place not in found and text.strip() and "\x00" not in text:
                    unknown[place] = text
        if not unknown:
            return []
        numbers = await self._profiles.free_numbers(actor, CONTACT, len(unknown))
        stubs, at = [], now()
        for (place, text), number in zip(unknown.items(), numbers, strict=True):
            person = Person(
                id=number, uuid=uuid7(), kind=PersonKind.EXTERNAL, first_name=text[:MAX_NAME], last_name="",
                created_at=at,
            )  # fmt: skip
            stubs.append(Stub(person, text))
            found[place] = [number]
        return stubs


class _Plan(NamedTuple):
    """How a slot's references are looked up: which field says what, and the key that makes."""

    slot: ParticipantSlot
    type: ProfileType
    fields: tuple[tuple[str, str], ...]
    names: Names | None


def _plans(type_: InteractionType, parties: Mapping[str, ProfileType], profiles: Profiles) -> list[_Plan]:
    found = []
    for slot in type_.slots:
        party = parties.get(slot.party)
        if slot.references and party is not None:
            own = id_names(party)
            fields = tuple((name, PROFILE_ID if theirs in own else theirs) for name, theirs in slot.references)
            names = lookup_names(profiles.kind_of(party), party, [theirs for _, theirs in fields])
            found.append(_Plan(slot, party, fields, names))
    return found


def _asked(
    given: Sequence[tuple[InteractionType, Content]], plans: Mapping[int, list[_Plan]]
) -> list[list[_Reference]]:
    """Return what each content refers to: the same list for those that say the same texts, as thousands mostly do."""
    names = {key: [name for plan in some for name, _ in plan.fields] for key, some in plans.items()}
    known: dict[tuple[Any, ...], list[_Reference]] = {}
    asked = []
    for type_, content in given:
        place = id(type_)
        said = [content.fields.get(name) for name in names[place]]
        key = (place, *said) if all(type(value) is str for value in said) else None
        references = known.get(key) if key is not None else None
        if references is None:
            references = list(_references(plans[place], content.fields))
            if key is not None:
                known[key] = references
        asked.append(references)
    return asked


def _references(plans: Iterable[_Plan], fields: Mapping[str, Any]) -> Iterable[_Reference]:
    """Yield what the fields of an interaction refer to; a list refers to one for each of its items."""
    for slot, party, names, key_names in plans:
        values = {theirs: fields.get(name) for name, theirs in names}
        if any(isinstance(value, list) for value in values.values()):
            many = max(len(value) for value in values.values() if isinstance(value, list))
            each = [{theirs: _item(value, index) for theirs, value in values.items()} for index in range(many)]
            each = list({repr(one): one for one in each}.values())
        else:
            each = [values]
        for one in each:
            if any(value is None or isinstance(value, (list, dict)) for value in one.values()):
                continue
            key = key_of(party, key_names, one) if key_names is not None else None
            if key is None or "\x00" in key:
                yield _Reference(slot, party, one, None, None)
            else:
                yield _Reference(slot, party, one, key_names, key)


def _item(value: Any, index: int) -> Any:
    if not isinstance(value, list):
        return value
    return value[index] if index < len(value) else None


def _is_address(reference: _Reference) -> bool:
    """Whether a reference is the e-mail address of a contact: such participants are bound as in any interaction."""
    return reference.type.id == CONTACT.id and reference.names == EMAIL


def _part(reference: _Reference, found: Mapping[_Place, Sequence[int]]) -> Participant | ProfilePart:
    slot, type_, values, names, key = reference
    if _is_address(reference):
        return Participant(None, slot.role, str(values["Email"]))
    if names is None or key is None:
        return ProfilePart(slot.role, type_.id, None)
    numbers = found.get((type_.id, names, key), ())
    if len(numbers) > 1:
        return ProfilePart(slot.role, type_.id, None, None, len(numbers))
    if not numbers:
        return ProfilePart(slot.role, type_.id, None, waiting_key(type_.id, names, key))
    if type_.id == CONTACT.id:
        return Participant(numbers[0], slot.role)
    return ProfilePart(slot.role, type_.id, numbers[0])
