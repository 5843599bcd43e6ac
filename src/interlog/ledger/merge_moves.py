"""What names one of two parties that are merged, a few records at a time: there, and back again."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from ..model.instants import now
from ..model.interactions import Content, Links
from ..model.journal import Action, Entity
from ..model.merges import (
    Pair,
    moved_content,
    moved_ids,
    moved_links,
    returned_content,
    returned_ids,
    returned_links,
)
from ..model.parties import Opportunity, Party, Person
from ..model.tenancy import Actor
from ..store import interactions as interaction_rows
from ..store import merges as rows
from ..store import notes as note_rows
from ..store import opportunities as opportunity_rows
from ..store import persons as person_rows
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .profile_values import ProfileValues
from .waiting import add_parties

Befores = Mapping[int, dict[str, Any]]
"""What records were before a merge, by their ids."""


class Step:
    """One unit of a merge. ``left``: records that still fit; ``is_last``: nothing is known that does not.

    ``changed``: records by the versions that they have then; ``put_off``: those that are for the next step.
    """

    def __init__(self, actor: Actor, unit: Unit, pair: Pair, left: int) -> None:
        self.actor, self.unit, self.pair, self.left = actor, unit, pair, left
        self.is_last = True
        self.changed: dict[tuple[Entity, int], int] = {}
        self.notes: set[int] = set()
        self.put_off: set[tuple[Entity, int]] = set()
        self.at = now()

    def change(self, entity: Entity, id_: int, version: int, before: Any) -> None:
        """Note that a record is changed, with an entry in the journal."""
        add_entry(self.unit, self.actor, Action.AMEND, entity, id_, version, self.at, encode(before).decode())
        self.count(entity, id_, version)

    def count(self, entity: Entity, id_: int, version: int) -> None:
        """Note that a record is changed that has its entry."""
        self.changed[entity, id_] = version
        self.left -= 1


class Mover(Protocol):
    """Moves records of one kind."""

    entity: Entity

    async def away(self, step: Step) -> None:
        """Add to a step that records name the survivor."""

    async def back(self, step: Step, before: Befores) -> None:
        """Add to a step that records name the one that went where they did before."""


class Moves:
    """What moves of all kinds have in common."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def _naming(self, step: Step, query: Any, besides: int = 0) -> list[int]:
        """Return as many records as fit into a step, which is not the last one if there may be more."""
        limit = max(0, step.left) + besides
        pair = step.pair
        found = await rows.naming(self._database, query, step.actor.tenant.id, pair.kind, pair.gone, limit + 1)
        if len(found) > limit:
            step.is_last = False
        return found[:limit]


class InteractionMoves(Moves):
    """Interactions, each with its own note."""

    entity = Entity.INTERACTION

    async def away(self, step: Step) -> None:
        numbers = list(dict.fromkeys(await self._naming(step, rows.INTERACTIONS)))
        await self._change(step, dict.fromkeys(numbers))

    async def back(self, step: Step, before: Befores) -> None:
        await self._change(step, {id_: msgspec.convert(was["content"], Content) for id_, was in before.items()})

    async def _change(self, step: Step, before: Mapping[int, Content | None]) -> None:
        tenant = step.actor.tenant.id
        items = await interaction_rows.by_numbers(self._database, tenant, before) if before else {}
        ids = {item.note_id for item in items.values() if item.note_id is not None}
        notes = await note_rows.by_ids(self._database, tenant, ids) if ids else {}
        for number, item in items.items():
            was = before[number]
            content = (
                moved_content(item.content, step.pair)
                if was is None
                else returned_content(item.content, was, step.pair)
            )
            if content == item.content:
                continue
            note = notes.get(item.note_id or 0)
            add_parties(step.actor, step.unit, item, content, note)
            step.count(Entity.INTERACTION, number, item.version + 1)
            if note is not None:
                step.notes.add(note.id)


class NoteMoves(Moves):
    """Notes that are attached to a party."""

    entity = Entity.NOTE

    async def away(self, step: Step) -> None:
        ids = await self._naming(step, rows.NOTES, besides=len(step.notes))
        await self._change(step, dict.fromkeys(dict.fromkeys(ids)))

    async def back(self, step: Step, before: Befores) -> None:
        await self._change(step, {id_: msgspec.convert(was["links"], Links) for id_, was in before.items()})

    async def _change(self, step: Step, before: Mapping[int, Links | None]) -> None:
        tenant = step.actor.tenant.id
        notes = await note_rows.by_ids(self._database, tenant, before) if before else {}
        numbers = {note.interaction for note in notes.values() if note.interaction is not None}
        items = await interaction_rows.by_numbers(self._database, tenant, numbers) if numbers else {}
        for note in notes.values():
            was = before[note.id]
            links = moved_links(note.links, step.pair) if was is None else returned_links(note.links, was, step.pair)
            if links == note.links:
                continue
            if note.id in step.notes:  # it is changed in this step already, with its interaction
                step.is_last = False
                step.put_off.add((Entity.NOTE, note.id))
                continue
            new = replace(note, links=links, version=note.version + 1)
            item = items.get(note.interaction or 0)
            note_rows.change(
                step.unit, tenant, note, new,
                links_before=note_rows.link_rows(tenant, note, item),
                links_after=note_rows.link_rows(tenant, new, item),
            )  # fmt: skip
            step.change(Entity.NOTE, note.id, new.version, note)


class OpportunityMoves(Moves):
    """Opportunities."""

    entity = Entity.OPPORTUNITY

    async def away(self, step: Step) -> None:
        ids = await self._naming(step, rows.OPPORTUNITIES)
        await self._change(step, dict.fromkeys(ids))

    async def back(self, step: Step, before: Befores) -> None:
        await self._change(step, {id_: msgspec.convert(was, Opportunity) for id_, was in before.items()})

    async def _change(self, step: Step, before: Mapping[int, Opportunity | None]) -> None:
        tenant, name = step.actor.tenant.id, _IDS[step.pair.kind]
        found = await opportunity_rows.by_ids(self._database, tenant, before) if before else {}
        for read in found.values():
            was, ids = before[read.id], getattr(read, name)
            ids = moved_ids(ids, step.pair) if was is None else returned_ids(ids, getattr(was, name), step.pair)
            new = replace(read, **{name: ids})
            if new == read:
                continue
            new = replace(new, version=read.version + 1, modified_at=step.at)
            opportunity_rows.change(step.unit, tenant, read, new)
            step.change(Entity.OPPORTUNITY, read.id, new.version, read)


class MemberMoves(Moves):
    """Persons who belong to an organization."""

    entity = Entity.PERSON

    def __init__(self, store: Store, values: ProfileValues) -> None:
        super().__init__(store)
        self._values = values

    async def away(self, step: Step) -> None:
        if step.pair.kind is Party.ORGANIZATION:
            await self._change(step, dict.fromkeys(await self._naming(step, rows.MEMBERS)))

    async def back(self, step: Step, before: Befores) -> None:
        await self._change(step, {id_: msgspec.convert(was, Person) for id_, was in before.items()})

    async def _change(self, step: Step, before: Mapping[int, Person | None]) -> None:
        tenant = step.actor.tenant.id
        found = await person_rows.by_ids(self._database, tenant, before) if before else {}
        for read in found.values():
            was, ids = before[read.id], read.organization_ids
            ids = moved_ids(ids, step.pair) if was is None else returned_ids(ids, was.organization_ids, step.pair)
            if ids == read.organization_ids:
                continue
            new = replace(read, organization_ids=ids, version=read.version + 1, modified_at=step.at)
            person_rows.change(step.unit, tenant, read, new)
            await self._values.follow(step.actor, step.unit, read, new)
            step.change(Entity.PERSON, read.id, new.version, read)


_IDS = {Party.PERSON: "person_ids", Party.ORGANIZATION: "organization_ids"}


def movers_of(store: Store, values: ProfileValues) -> Sequence[Mover]:
    """Return what moves all that names a party, in the order in which it is moved."""
    return InteractionMoves(store), NoteMoves(store), OpportunityMoves(store), MemberMoves(store, values)
