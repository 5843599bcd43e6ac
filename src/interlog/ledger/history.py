"""The journal, as it is read: what was changed, by whom, and what a record was before."""

from collections.abc import Sequence
from typing import NamedTuple

from ..model.journal import Entity, JournalEntry, Position
from ..model.tenancy import Actor, Right
from ..store import journal as rows
from ..store.store import Store

END = Position(2**62, 2**62)
"""Behind all entries."""

_AT_ONCE = 1_000
_LOOKED_THROUGH = 20_000
"""Entries that one page looks through at most."""


class Asked(NamedTuple):
    """Which changes are meant; None and empty: any. ``since`` and ``until`` are instants, the latter not included."""

    actor: int | None = None
    token: int | None = None
    protocol: str = ""
    entity: Entity | None = None
    entity_id: int | None = None
    since: int | None = None
    until: int | None = None

    def means(self, entry: JournalEntry) -> bool:
        """Whether a change is one of them."""
        return (
            self.actor in (None, entry.actor)
            and self.token in (None, entry.token_id)
            and self.protocol in ("", entry.protocol)
            and self.entity in (None, entry.entity)
            and self.entity_id in (None, entry.entity_id)
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


class Told(NamedTuple):
    """A page of changes, and the position behind which the next one begins; None at the end.

    There may be fewer than asked for, or none, on a page that is not the last one: only so many are looked through.
    """

    entries: list[JournalEntry]
    next: Position | None


class History:
    """Use cases around the journal. Whoever does not look after the tenant reads of himself only."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def page(self, actor: Actor, asked: Asked, *, before: Position = END, limit: int = 50) -> Told:
        """Return changes, newest first."""
        actor.require(Right.READ)
        if actor.right is not Right.ADMIN:
            asked = asked._replace(actor=actor.person_id)
        found: list[JournalEntry] = []
        looked = 0
        while looked < _LOOKED_THROUGH:
            many = min(_AT_ONCE, limit + 1) if asked == Asked() else _AT_ONCE
            some = await rows.entries_before(self._database, actor.tenant.id, before, many)
            looked += len(some)
            for entry in some:
                if asked.since is not None and entry.at < asked.since - _EARLY:
                    return Told(found, None)
                if asked.means(entry):
                    if len(found) == limit:
                        return Told(found, found[-1].position)
                    found.append(entry)
                before = entry.position
            if len(some) < many:
                return Told(found, None)
        return Told(found, before)

    async def versions(
        self, actor: Actor, entity: Entity, entity_id: int, *, limit: int = 50
    ) -> Sequence[JournalEntry]:
        """Return the changes of one record that replaced something, newest first, with what was there before.

        Whoever asks must have read the record itself: that he may is not looked at here.
        """
        actor.require(Right.READ)
        return await rows.versions_of(self._database, actor.tenant.id, entity, entity_id, limit)


_EARLY = 3_600 * 1_000_000
"""Entries are in the order of their commits, which is nearly that of their times: within an hour surely."""
