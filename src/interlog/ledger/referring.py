"""Looking through the interactions of a type again, when its references have changed."""

from collections.abc import Sequence
from typing import Any

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
from .references import References
from .waiting import Waiting, add_parties

_TRIES = 8
_AT_ONCE = 500
"""Interactions that are looked through in one transaction."""


class Referring:
    """What follows a change of a type's references."""

    def __init__(self, store: Store, interactions: Interactions, references: References, waiting: Waiting) -> None:
        self._database = store.database
        self._interactions = interactions
        self._references = references
        self._waiting = waiting

    async def refer_anew(self, actor: Actor, type_: InteractionType) -> None:
        """Find who takes part in all interactions of a type by its references, which have changed."""
        after = (-(2**62), 0)
        while items := await identities.of_type(self._database, actor.tenant.id, type_.id, after, _AT_ONCE):
            after = (items[-1].content.occurred_at, items[-1].number)
            for _ in range(_TRIES):
                try:
                    await self._refer_anew(actor, type_, items)
                    break
                except (Duplicate, Stale):
                    read = await interaction_rows.by_numbers(
                        self._database, actor.tenant.id, [item.number for item in items]
                    )
                    items = list(read.values())

    async def _refer_anew(self, actor: Actor, type_: InteractionType, items: Sequence[Interaction]) -> None:
        there = [item for item in items if item.deleted_at is None]
        slots = {slot.role for slot in type_.slots}
        given = [
            (type_, replace(item.content, participants=tuple(p for p in item.content.participants if p.role in slots)))
            for item in there
        ]
        referred = await self._references.resolve(actor, given)
        participants, _, new = await self._interactions.resolve(actor, referred.contents)
        contents = [
            replace(content, participants=found) for content, found in zip(referred.contents, participants, strict=True)
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


def _parties(content: Content) -> tuple[Any, ...]:
    return content.participants, content.profiles
