"""The journal, as it is read: what was changed, by whom, and what a record was before."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..model.journal import Entity, JournalEntry, Position
from ..model.tenancy import Actor, Right
from ..store import interactions as interaction_rows
from ..store import journal as rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.store import Store
from .files import Files
from .opportunities import visible_opportunities

END = Position(2**62, 2**62)
"""Behind all entries."""

_LOOKED_THROUGH = 20_000
"""Entries that one page looks through at most."""

_EVER = 2**62
_EARLY = 3_600 * 1_000_000
"""Entries are in the order of their commits, which is nearly that of their times: within an hour surely."""


class Asked(NamedTuple):
    """Which changes are meant; None and empty: any. ``since`` and ``until`` are instants, the latter not included."""

    actor: int | None = None
    token: int | None = None
    protocol: str = ""
    entity: Entity | None = None
    entity_id: int | None = None
    since: int | None = None
    until: int | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what is asked as the store takes it."""
        return {
            "actor": rows.ANY if self.actor is None else self.actor,
            "token_id": rows.ANY if self.token is None else self.token,
            "entity_id": rows.ANY if self.entity_id is None else self.entity_id,
            "protocol": self.protocol,
            "entity": "" if self.entity is None else self.entity.value,
            "since": -_EVER if self.since is None else self.since,
            "until": _EVER if self.until is None else self.until,
        }


class Told(NamedTuple):
    """A page of changes, and the position behind which the next one begins; None at the end.

    There may be fewer than asked for, or none, on a page that is not the last one: only so many are looked through.
    """

    entries: list[JournalEntry]
    next: Position | None


class History:
    """Use cases around the journal. Whoever does not look after the tenant reads of himself only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database

    async def page(self, actor: Actor, asked: Asked, *, before: Position = END, limit: int = 50) -> Told:
        """Return changes, newest first."""
        actor.require(Right.READ)
        if actor.right is not Right.ADMIN:
            asked = asked._replace(actor=actor.person_id)
        looked_through = _LOOKED_THROUGH if asked != Asked() else limit + 1
        found = await rows.entries_asked(
            self._database, actor.tenant.id, before, asked.arguments(), limit + 1, looked_through
        )
        if len(found) > limit:
            return Told(found[:limit], found[limit - 1].position)
        away = await rows.entry_away(self._database, actor.tenant.id, before, looked_through)
        if away is None or (asked.since is not None and away[1] < asked.since - _EARLY):
            return Told(found, None)
        return Told(found, away[0])

    async def versions(
        self, actor: Actor, entity: Entity, entity_id: int, *, limit: int = 50
    ) -> Sequence[JournalEntry]:
        """Return the changes of one record that replaced something, newest first, with what was there before.

        Whoever asks must have read the record itself: that he may is not looked at here.
        """
        actor.require(Right.READ)
        return await rows.versions_of(self._database, actor.tenant.id, entity, entity_id, limit)

    async def names(self, actor: Actor, entries: Iterable[JournalEntry]) -> dict[tuple[Entity, int], str]:
        """Return what the records of some changes are called, as far as they have names and the actor sees them.

        One statement for each kind, whatever the number of entries.
        """
        actor.require(Right.READ)
        tenant, found = actor.tenant, dict[tuple[Entity, int], str]()
        ids: dict[Entity, set[int]] = {}
        for entry in entries:
            ids.setdefault(_NAMED_AS.get(entry.entity, entry.entity), set()).add(entry.entity_id)
        if wanted := ids.get(Entity.PERSON):
            persons = await person_rows.by_ids(self._database, tenant.id, wanted)
            found |= {(Entity.PERSON, id_): one.name or one.primary_email or "" for id_, one in persons.items()}
        if wanted := ids.get(Entity.ORGANIZATION):
            organizations = await organization_rows.by_ids(self._database, tenant.id, wanted)
            found |= {(Entity.ORGANIZATION, id_): one.name for id_, one in organizations.items()}
        if wanted := ids.get(Entity.OPPORTUNITY):
            opportunities = await visible_opportunities(self._store, actor, wanted)
            found |= {(Entity.OPPORTUNITY, id_): one.name for id_, one in opportunities.items()}
        if wanted := ids.get(Entity.INTERACTION):
            for number, item in (await interaction_rows.by_numbers(self._database, tenant.id, wanted)).items():
                if actor.sees(item.group):
                    type_ = tenant.types_by_id[item.type_id]
                    found[Entity.INTERACTION, number] = item.content.title or type_.display_name or type_.name
        if wanted := ids.get(Entity.FILE):
            files = await Files(self._store).get_many(actor, wanted)
            found |= {(Entity.FILE, id_): one.name for id_, one in files.items()}
        for entity, same in _NAMED_AS.items():
            found |= {(entity, id_): name for (kind, id_), name in found.items() if kind is same}
        return found


_NAMED_AS = {
    Entity.PERSON_FIELDS: Entity.PERSON,
    Entity.USER: Entity.PERSON,
    Entity.PASSWORD: Entity.PERSON,
    Entity.ORGANIZATION_FIELDS: Entity.ORGANIZATION,
}
"""What has the id, and so the name, of something else."""
