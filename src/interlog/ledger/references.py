"""Who takes part in an interaction whose fields refer to profiles: found by their keys, for thousands at once.

A reference is looked up by the strong id that its fields make. What is not found waits (see ``waiting.py``), but for
contacts where the tenant wants unknown ones created: for these a person is made, with the id that was referred to.
Other fields are looked up by their values (``profile_values.py``): whoever is the only one who has them takes part.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.ids import index_text, uuid7
from ..model.instants import now
from ..model.interactions import Content, Participant, ProfilePart
from ..model.look_ups import LookUp, look_ups
from ..model.parties import Person, PersonKind, normal_email
from ..model.person_rules import MAX_NAME
from ..model.profiles import CONTACT, PROFILE_ID, Names, ProfileType, key_of, waiting_key
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import types as type_rows
from ..store.profile_values import Tally
from ..store.statements import Unit
from ..store.store import Store
from .contacts import EMAIL, Contacts
from .persons import Persons
from .profiles import Profiles


class _Reference(NamedTuple):
    """One profile that a slot refers to. ``key``: what its values are looked up by, None where nobody can have them."""

    look_up: LookUp
    values: dict[str, Any]
    key: str | None


Place = tuple[int, Names, str]
"""The id of a type, some of its fields, and the text of their values."""

NOBODY: Mapping[Place, Tally] = {}

_Found = dict[Place, Tally]
"""How many profiles have some values, and the number of the first."""


class Stub(NamedTuple):
    """A person made for a reference, and the ProfileId that was referred to."""

    person: Person
    key: str


class Watched(NamedTuple):
    """Values that are no key, and what was found by them."""

    place: Place
    tally: Tally | None


class Parts(NamedTuple):
    """Who takes part by the references of an interaction, and the values among them that are no key."""

    participants: tuple[Participant, ...]
    profiles: tuple[ProfilePart, ...]
    watched: tuple[str, ...]


class Referred(NamedTuple):
    """Who takes part in each interaction, the persons yet to be stored, and what is waited for by what it waits under.

    ``watched``: by the same, values that are no key.
    """

    parts: list[Parts]
    stubs: list[Stub]
    waits: dict[str, tuple[ProfileType, Names, str]]
    watched: dict[str, Watched]


NOTHING_REFERRED = Referred([], [], {}, {})


class References:
    """What resolves references."""

    def __init__(self, store: Store, persons: Persons, profiles: Profiles) -> None:
        self._store = store
        self._persons = persons
        self._profiles = profiles

    async def resolve(
        self,
        actor: Actor,
        given: Sequence[tuple[InteractionType, Content]],
        coming: Mapping[Place, Tally] = NOBODY,
    ) -> Referred:
        """Return those who take part: by the references of the types, instead of those before, and by other slots.

        ``coming``: profiles that are stored in the same transaction.
        """
        parties = await self._parties(actor, (type_ for type_, _ in given))
        types = {id(type_): type_ for type_, _ in given}
        plans = {key: look_ups(type_, parties) for key, type_ in types.items()}
        asked = _asked(given, plans)
        distinct = {id(references): references for references in asked}
        found = await self._find(actor, (reference for some in distinct.values() for reference in some))
        if coming:
            found |= coming
        stubs = await self._stubs(actor, (reference for some in distinct.values() for reference in some), found)
        referring = {key: {slot.role for slot in type_.slots if slot.references} for key, type_ in types.items()}
        referred = Referred([], stubs, {}, {})
        parts: dict[int, Parts] = {}
        for place_, references in distinct.items():
            participants: list[Participant] = []
            profiles: list[ProfilePart] = []
            watched: dict[str, Watched] = {}
            for reference in references:
                part = _part(reference, found)
                if isinstance(part, Participant):
                    participants.append(part)
                else:
                    profiles.append(part)
                    if part.key is not None and reference.key is not None:
                        look_up = reference.look_up
                        referred.waits[part.key] = (look_up.type, look_up.names, reference.key)
                if reference.look_up.by_values and (place := _place(reference)) is not None:
                    watched[waiting_key(*place)] = Watched(place, found.get(place))
            referred.watched.update(watched)
            parts[place_] = Parts(tuple(participants), tuple(profiles), tuple(watched))
        for (type_, content), references in zip(given, asked, strict=True):
            found_parts = parts[id(references)]
            if content.participants:
                others = (part for part in content.participants if part.role not in referring[id(type_)])
                found_parts = found_parts._replace(participants=(*others, *found_parts.participants))
            referred.parts.append(found_parts)
        return referred

    async def look_again(self, actor: Actor, watched: Mapping[str, Watched]) -> None:
        """Look interactions through again that were just stored, where others have such values by now than before."""
        values = self._persons.values
        found = await self._by_values(actor, (item.place for item in watched.values()))
        moved = {key for key, item in watched.items() if found.get(item.place) != item.tally}
        if moved and values.referring is not None:
            await values.referring(actor, moved)

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
        found: dict[Place, list[int]] = {}
        for type_id, keys in wanted.items():
            there = await self._profiles.kind_of(types[type_id]).find(actor, types[type_id], keys)
            found |= {(type_id, *place): numbers for place, numbers in there.items()}
        return {
            waiting: (type_.id, numbers[0])
            for waiting, (type_, names, key) in waits.items()
            if len(numbers := found.get((type_.id, names, key), [])) == 1
        }

    async def _parties(self, actor: Actor, types: Iterable[InteractionType]) -> dict[str, ProfileType]:
        """Return the types of profiles that slots refer to, by their names in lower case."""
        names = {slot.party for type_ in types for slot in type_.slots if slot.references}
        known = {name: actor.tenant.profile_type_named(name) for name in names}
        if None in known.values():  # another process may have defined it just now
            actor.tenant.learn_profiles(await type_rows.newest_of_profiles(self._store.database, actor.tenant.id))
            known = {name: actor.tenant.profile_type_named(name) for name in names}
        return {name.casefold(): type_ for name, type_ in known.items() if type_ is not None}

    async def _find(self, actor: Actor, references: Iterable[_Reference]) -> _Found:
        """Return what the references lead to."""
        wanted: dict[int, dict[Names, dict[str, None]]] = {}
        types: dict[int, ProfileType] = {}
        by_values: dict[Place, None] = {}
        for reference in references:
            place = _place(reference)
            if place is None or _is_address(reference):
                continue
            if reference.look_up.by_values:
                by_values[place] = None
            else:
                type_id, names, key = place
                types[type_id] = reference.look_up.type
                wanted.setdefault(type_id, {}).setdefault(names, {})[key] = None
        found: _Found = {}
        for type_id, keys in wanted.items():
            kind = self._profiles.kind_of(types[type_id])
            for (names, key), numbers in (await kind.find(actor, types[type_id], keys)).items():
                found[type_id, names, key] = Tally(len(numbers), numbers[0])
        return found | await self._by_values(actor, by_values) if by_values else found

    async def _by_values(self, actor: Actor, places: Iterable[Place]) -> _Found:
        wanted: dict[tuple[int, Names], set[str]] = {}
        for type_id, names, key in places:
            wanted.setdefault((type_id, names), set()).add(key)
        found: _Found = {}
        for (type_id, names), keys in wanted.items():
            tallies = await self._persons.values.find(actor, type_id, names, keys)
            found |= {(type_id, names, key): tally for key, tally in tallies.items()}
        return found

    async def _stubs(self, actor: Actor, references: Iterable[_Reference], found: _Found) -> list[Stub]:
        """Make persons for the unknown ids of contacts, and note them among what was found."""
        if not actor.tenant.settings.create_unknown_persons:
            return []
        unknown: dict[Place, str] = {}
        for reference in references:
            place = _place(reference)
            if place is not None and place[:2] == _CONTACT_ID and place not in found:
                text = str(reference.values[PROFILE_ID])
                if text.strip() and "\x00" not in text:
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
            found[place] = Tally(1, number)
        return stubs


def _asked(
    given: Sequence[tuple[InteractionType, Content]], plans: Mapping[int, list[LookUp]]
) -> list[list[_Reference]]:
    """Return what each content refers to: the same list for those that say the same texts, as thousands mostly do."""
    names = {key: [name for look_up in some for name, _ in look_up.fields] for key, some in plans.items()}
    known: dict[tuple[int, tuple[Any, ...]], list[_Reference]] = {}
    asked = []
    for type_, content in given:
        place = id(type_)
        said = tuple(map(content.fields.get, names[place]))
        key = (place, said) if _TEXTS.issuperset(map(type, said)) else None
        references = known.get(key) if key is not None else None
        if references is None:
            references = list(_references(plans[place], content.fields))
            if key is not None:
                known[key] = references
        asked.append(references)
    return asked


_TEXTS = frozenset((str,))


def _references(plans: Iterable[LookUp], fields: Mapping[str, Any]) -> Iterable[_Reference]:
    """Yield what the fields of an interaction refer to; a list refers to one for each of its items."""
    for look_up in plans:
        values = {theirs: fields.get(name) for name, theirs in look_up.fields}
        if any(isinstance(value, list) for value in values.values()):
            many = max(len(value) for value in values.values() if isinstance(value, list))
            each = [{theirs: _item(value, index) for theirs, value in values.items()} for index in range(many)]
            each = list({repr(one): one for one in each}.values())
        else:
            each = [values]
        for one in each:
            if any(value is None or isinstance(value, (list, dict)) for value in one.values()):
                continue
            key = key_of(look_up.type, look_up.names, one)
            yield _Reference(look_up, one, None if key is None or "\x00" in key else key)


def _item(value: Any, index: int) -> Any:
    if not isinstance(value, list):
        return value
    return value[index] if index < len(value) else None


def _place(reference: _Reference) -> Place | None:
    if reference.key is None:
        return None
    return reference.look_up.type.id, reference.look_up.names, reference.key


_CONTACT_ID = (CONTACT.id, (PROFILE_ID,))
_CONTACT_EMAIL = (CONTACT.id, EMAIL)


def _is_address(reference: _Reference) -> bool:
    """Whether a reference is the e-mail address of a contact: such participants are bound as in any interaction."""
    return (reference.look_up.type.id, reference.look_up.names) == _CONTACT_EMAIL


def _part(reference: _Reference, found: _Found) -> Participant | ProfilePart:
    (slot, type_, _, _, by_values), place = reference.look_up, _place(reference)
    if _is_address(reference):
        return Participant(None, slot.role, str(reference.values["Email"]))
    tally = found.get(place) if place is not None else None
    if tally is None:
        return ProfilePart(slot.role, type_.id, None, None if by_values or place is None else waiting_key(*place))
    if tally.many > 1:
        return ProfilePart(slot.role, type_.id, None, None, tally.many)
    if type_.id == CONTACT.id:
        return Participant(tally.number, slot.role)
    return ProfilePart(slot.role, type_.id, tally.number)


def with_coming(participants: tuple[Participant, ...], coming: Mapping[Place, Tally]) -> tuple[Participant, ...]:
    """Return participants of whom those are known who come with their addresses in the same transaction."""
    found = []
    for part in participants:
        place: Place = (*_CONTACT_EMAIL, index_text(normal_email(part.address or "")))
        tally = coming.get(place) if part.person is None else None
        found.append(part if tally is None else replace(part, person=tally.number))
    return tuple(found)
