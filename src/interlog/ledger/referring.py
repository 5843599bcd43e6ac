"""Looking through interactions again: when the references of their type have changed, or what these lead to."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from msgspec import Struct, convert
from msgspec.structs import replace

from ..model.interactions import Content, Interaction
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import identities
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store.database import Duplicate, Stale
from ..store.statements import Unit
from ..store.store import Store
from .interactions import Interactions
from .known_types import know
from .participants import resolve
from .references import References
from .waiting import Waiting, add_parties

_TRIES = 8
_AT_ONCE = 500
"""Interactions that are looked through in one transaction."""


class Looking(Struct, frozen=True):
    """How far a type's interactions have been looked through.

    ``always``: they are also where profiles were found by all values before. ``begun``: that was looked at. ``after``:
    the place of the last interaction that was looked at.
    """

    always: bool
    begun: bool = False
    after: tuple[int, int] = (-(2**62), 0)


class Referring:
    """What follows a change of a type's references, and of values that are referred to."""

    def __init__(self, store: Store, interactions: Interactions, references: References, waiting: Waiting) -> None:
        self._database = store.database
        self._interactions = interactions
        self._references = references
        self._waiting = waiting

    async def refer_anew(self, actor: Actor, type_: InteractionType, place: Any, _: Unit) -> AsyncIterator[Looking]:
        """Find who takes part in a type's interactions by its references, some at a time; yields how far it has come.

        Before, profiles are made to be found by all values that are referred to. ``place``: a ``Looking``, also as it
        is stored. Where it has begun already, nobody knows whether values were missing then.
        """
        looking = convert(place, Looking)
        always, after = looking.always or looking.begun, looking.after
        if not looking.begun:
            yield Looking(looking.always, begun=True)
        if not await self._interactions.persons.values.complete(actor) and not always:
            return
        while items := await identities.of_type(self._database, actor.tenant.id, type_.id, after, _AT_ONCE):
            after = (items[-1].content.occurred_at, items[-1].number)
            await self._refer_some(actor, type_, items)
            yield Looking(always=True, begun=True, after=after)

    async def refer_waiting(self, actor: Actor, keys: Iterable[str]) -> None:
        """Find who takes part in the interactions that wait under some keys, now that others have these values."""
        rows = await self._database.fetch_long(
            interaction_rows.WAITING_FOR_ADDRESSES, tenant=actor.tenant.id, addresses=self._database.array(keys)
        )
        numbers = sorted({number for _, number in rows})
        for start in range(0, len(numbers), _AT_ONCE):
            read = await self._by_numbers(actor, numbers[start : start + _AT_ONCE])
            await know(self._database, actor, (item.type_id for item in read))
            by_type: dict[int, list[Interaction]] = {}
            for item in read:
                by_type.setdefault(item.type_id, []).append(item)
            for type_id, items in by_type.items():
                await self._refer_some(actor, actor.tenant.types_by_id[type_id], items)

    async def _by_numbers(self, actor: Actor, numbers: Iterable[int]) -> list[Interaction]:
        return list((await interaction_rows.by_numbers(self._database, actor.tenant.id, numbers)).values())

    async def _refer_some(self, actor: Actor, type_: InteractionType, items: Sequence[Interaction]) -> None:
        for _ in range(_TRIES):
            try:
                await self._refer_anew(actor, type_, items)
                break
            except (Duplicate, Stale):
                items = await self._by_numbers(actor, [item.number for item in items])

    async def _refer_anew(self, actor: Actor, type_: InteractionType, items: Sequence[Interaction]) -> None:
        there = [item for item in items if item.deleted_at is None]
        slots = {slot.role for slot in type_.slots}
        given = [
            (type_, replace(item.content, participants=tuple(p for p in item.content.participants if p.role in slots)))
            for item in there
        ]
        referred = await self._references.resolve(actor, given)
        participants, _, new = await resolve(
            self._interactions.persons, actor, [parts.participants for parts in referred.parts]
        )
        contents = [
            replace(content, participants=found, profiles=parts.profiles, watched=parts.watched)
            for (_, content), parts, found in zip(given, referred.parts, participants, strict=True)
        ]
        changed = [pair for pair in zip(there, contents, strict=True) if _parties(pair[0].content) != _parties(pair[1])]
        notes = await note_rows.by_ids(
            self._database, actor.tenant.id, {item.note_id for item, _ in changed if item.note_id is not None}
        )
        unit = Unit()
        named = {part.person for _, content in changed for part in content.participants}
        self._interactions.persons.add_new(actor, unit, [person for person in new if person.id in named])
        self._references.add_stubs(actor, unit, [stub for stub in referred.stubs if stub.person.id in named])
        for item, content in changed:
            add_parties(actor, unit, item, content, notes.get(item.note_id or 0))
        if unit.changes:
            await self._database.write(unit)
            await self._interactions.bind_late(actor, unit)
            await self._waiting.bind(actor, await self._references.arrived(actor, referred.waits))
            if referred.watched:
                await self._references.look_again(actor, referred.watched)


def _parties(content: Content) -> tuple[Any, ...]:
    return content.participants, content.profiles, content.watched
