"""Finding: full-text search over persons, organizations, interactions and notes.

Words are indexed after the commit, by whoever serves the store, in the order of the journal: no write waits for it. A
search also looks through what has changed behind the indexed place, so that what was written is found at once. What
the index says is never trusted for more than an id: whether a record is there, and may be seen, is asked of the record.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from msgspec import Struct

from ..model.errors import InterlogError
from ..model.interactions import Brief
from ..model.parties import Party
from ..model.searching import CANDIDATES, Kind, Terms, terms_of
from ..model.tenancy import Actor, Right
from ..store import interactions as interaction_rows
from ..store import search as rows
from ..store import search_pages
from ..store.database import Duplicate, Stale
from ..store.search_pages import InTime
from ..store.search_texts import Document, documents
from ..store.statements import Unit
from ..store.store import Store
from .timeline import Timeline

EVERYTHING = tuple(Kind)

_EVERY = 1.0  # seconds between two looks at whether there is something to index
_PAUSE = 0.02  # seconds between two parts, in which others have their turn
_PART = 200  # entries of the journal that are indexed together
_TAIL = 1_000  # changes behind the indexed place that a search looks through

_log = structlog.get_logger(__name__)


class Found(Struct, frozen=True):
    """What a search found: of each kind the best first, and whether there are more of it.

    ``is_complete``: whether everything that was written before has been looked through.
    """

    terms: Terms | None
    items: dict[Kind, list[Document]]
    more: dict[Kind, bool]
    is_complete: bool = True


class _Tail(Struct, frozen=True):
    """What has changed and is not indexed: the ids, those that meet the terms, and whether that is all of it."""

    changed: rows.Changed
    meeting: list[Document]
    is_complete: bool


class Finding:
    """Use cases around full-text search."""

    def __init__(self, store: Store, timeline: Timeline) -> None:
        self._store = store
        self._database = store.database
        self._timeline = timeline

    async def search(
        self, actor: Actor, question: str, kinds: Sequence[Kind] = EVERYTHING, *, limit: int = 20, skip: int = 0
    ) -> Found:
        """Return what has all words of a question, the last of which may be unfinished.

        Of each kind the thousand that were changed last are ranked: words in a title count four times. ``skip``: how
        many of a kind were seen before.
        """
        actor.require(Right.READ)
        terms = terms_of(question)
        if terms is None or skip >= CANDIDATES:
            return Found(terms, {kind: [] for kind in kinds}, dict.fromkeys(kinds, False))
        tail = await self._tail(actor, terms, kinds)
        stale = sum(len(ids) for ids in tail.changed.values())
        wanted = min(skip + limit + 1 + stale, CANDIDATES)
        ids = await search_pages.ranked(self._database, actor.tenant.id, actor.groups, terms, kinds, wanted)
        first = {kind: [item for item in tail.meeting if item.kind is kind] for kind in kinds}
        chosen: dict[Kind, list[int]] = {}
        more: dict[Kind, bool] = {}
        for kind in kinds:
            changed = tail.changed.get(kind, ())
            every = [item.id for item in first[kind]] + [id_ for id_ in ids[kind] if id_ not in changed]
            chosen[kind], more[kind] = every[skip : skip + limit], len(every) > skip + limit
        there = await self._documents(actor, chosen)
        return Found(terms, there, more, tail.is_complete)

    async def interactions(
        self,
        actor: Actor,
        question: str,
        types: Sequence[int],
        *,
        start: int,
        end: int,
        limit: int,
        before: tuple[int, int] | None = None,
        party: tuple[Party, int] | None = None,
        also_person: int | None = None,
    ) -> list[Brief]:
        """Return the interactions that have all words of a question, newest first: a timeline's text.

        All else is as in ``Timeline.page``; ``party``: whose timeline it is, None for everybody's.
        """
        actor.require(Right.READ)
        terms = terms_of(question)
        if terms is None:
            return []
        tail = await self._tail(actor, terms, [Kind.INTERACTION])
        parties = await self._timeline.parties_behind(actor, party) if party is not None else None
        numbers = await search_pages.in_time(
            self._database,
            actor.tenant.id,
            actor.groups,
            terms,
            InTime(types, start, end, limit, before, parties, also_person),
            changed=tail.changed.get(Kind.INTERACTION, ()),
            fresh=[item.id for item in tail.meeting],
        )
        there = await interaction_rows.briefs(self._database, actor.tenant.id, numbers) if numbers else {}
        known = actor.tenant.types_by_id
        found = (there[number] for number in numbers if number in there)
        return [brief for brief, group in found if actor.sees(group) and brief.type_id in known]

    async def _tail(self, actor: Actor, terms: Terms, kinds: Sequence[Kind]) -> _Tail:
        tenant = actor.tenant.id
        read = await rows.position(self._database, tenant)
        changed, is_complete = await rows.tail(self._database, tenant, read, _TAIL)
        wanted = {kind: ids for kind, ids in changed.items() if kind in kinds}
        items = await documents(self._database, tenant, wanted)
        meeting = [item for item in items if actor.sees(item.group) and terms.are_in(rows.folded(item))]
        return _Tail(changed, meeting, is_complete)

    async def _documents(self, actor: Actor, wanted: dict[Kind, list[int]]) -> dict[Kind, list[Document]]:
        """Return the records as they are now, in the order of the ids, without those that may not be seen."""
        asked = {kind: ids for kind, ids in wanted.items() if ids}
        there = {(item.kind, item.id): item for item in await documents(self._database, actor.tenant.id, asked)}
        known = actor.tenant.types_by_id
        return {
            kind: [
                item
                for id_ in ids
                if (item := there.get((kind, id_))) is not None
                and actor.sees(item.group)
                and (item.brief is None or item.type_id in known)
            ]
            for kind, ids in wanted.items()
        }

    # Indexing

    async def catch_up(self, tenant_id: int) -> None:
        """Index all that has changed in a tenant, in parts, each of which is a unit of its own."""
        more = True
        while more:
            more = await self._index_part(tenant_id)
            await asyncio.sleep(_PAUSE if more else 0)

    async def _index_part(self, tenant_id: int) -> bool:
        """Index the next part; returns whether there may be more."""
        read = await rows.position(self._database, tenant_id)
        changed, place = await rows.next_changes(self._database, tenant_id, read, _PART)
        if place == read:
            return False
        items = await documents(self._database, tenant_id, changed)
        entries = await self._store.numbers.take(0, "search", len(items)) if items else ()
        unit = Unit()
        if read == rows.START:
            rows.begin(unit, tenant_id, place)
        else:
            rows.move(unit, tenant_id, read, place)
        rows.replace(unit, self._database, tenant_id, changed, zip(entries, items, strict=True))
        try:
            await self._database.write(unit)
        except (Stale, Duplicate):
            return False  # another process is at it
        return True

    async def rebuild(self) -> None:
        """Forget what is indexed, and index all of it again; whatever ends it, the next server goes on."""
        unit = Unit()
        rows.clear(unit, self._database)
        await self._database.write(unit)
        await self.round()

    async def round(self) -> None:
        """Index all that has changed, in every tenant."""
        for tenant_id in await rows.waiting(self._database):
            await self.catch_up(tenant_id)

    @asynccontextmanager
    async def running(self, *, every: float = _EVERY) -> AsyncIterator[None]:
        """Index until the end of the block."""
        task = asyncio.create_task(self._run(every))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, every: float) -> None:
        while True:
            try:
                await self.round()
            except InterlogError as error:
                _log.warning("indexing-put-off", reason=str(error))
            except Exception:
                _log.exception("indexing-put-off")
            await asyncio.sleep(every)
