"""Merging two persons, or two organizations, into one; and undoing it.

Whoever goes stays as a mark that leads to the survivor. All that names them is moved in steps of some hundred records,
each of which leaves everything consistent: while records move both are there. The last step, mostly the only one, is
that in which one goes. What a merge has changed is noted, and the journal holds what it was before, so that undoing it
puts each record back by itself: see ``model/merges.py`` for the rules. What is not done when the process ends, is taken
up by whoever serves the store next; several may be at it, since all changes are guarded by the versions that were read.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import structlog
from msgspec.structs import replace

from ..model.conditions import Condition
from ..model.errors import Conflict, InterlogError, Invalid, MergedAway, NotFound, Problem, Unavailable
from ..model.instants import now
from ..model.journal import Entity
from ..model.merges import Merge, MergeState, Pair
from ..model.parties import Organization, Party, Person
from ..model.tenancy import Actor, Right
from ..store import merges as rows
from ..store.database import Duplicate, Stale
from ..store.merges import Part
from ..store.statements import Query, Unit
from ..store.store import Store
from .file_moves import FileMoves
from .list_moves import FieldValueMoves, ListEntryMoves
from .merge_moves import Mover, Step, movers_of
from .merge_sides import OrganizationSide, PersonSide, Side
from .organizations import Organizations
from .persons import Persons
from .reminder_moves import ReminderMoves
from .tenants import Tenants, system_actor

AT_ONCE = 250
"""Records that are moved in one transaction."""

PATIENCE = 4.0
"""Seconds after which a merge is answered that is not done yet; the work goes on."""

COUNTED = 10_000
"""Records of a kind that a preview counts at most."""

LATER = 2.0
"""Seconds after which one looks for what was being stored when a merge was done: no request thinks that long."""

_TRIES = 8
_PAUSE = 0.01
"""Seconds between two steps, in which others have their turn."""

_log = structlog.get_logger(__name__)


class Preview(NamedTuple):
    """What a merge would make of two parties. ``moves``: records that name the one that goes, up to ``COUNTED`` + 1."""

    survivor: Person | Organization
    gone: Person | Organization
    united: Person | Organization
    moves: Mapping[Entity, int]


class Merges:
    """Use cases around merges."""

    def __init__(self, store: Store, tenants: Tenants, persons: Persons, organizations: Organizations) -> None:
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self.persons = PersonSide(store, persons)
        self._sides: dict[Party, Side[Any]] = {
            Party.PERSON: self.persons,
            Party.ORGANIZATION: OrganizationSide(store, persons, organizations),
        }
        self.movers: list[Mover] = [
            *movers_of(store, persons.values),
            ListEntryMoves(store),
            FieldValueMoves(store),
            ReminderMoves(store),
            FileMoves(store),
        ]
        self._tasks: dict[tuple[int, int], asyncio.Task[Merge]] = {}
        self._late: dict[asyncio.Task[None], tuple[Actor, Merge]] = {}

    async def get(self, actor: Actor, merge_id: int) -> Merge:
        """Return a merge, also one that was undone."""
        actor.require(Right.READ)
        found = await rows.by_id(self._database, actor.tenant.id, merge_id)
        if found is None:
            raise NotFound("merge", merge_id)
        return found

    async def into(self, actor: Actor, kind: Party, party: int, *, limit: int = 20) -> list[Merge]:
        """Return the latest merges that a party has survived and that stand, newest first."""
        actor.require(Right.READ)
        found = await rows.into(self._database, actor.tenant.id, kind, party, limit)
        return [item for item in found if item.state is not MergeState.UNDONE]

    async def page(
        self, actor: Actor, kind: Party, condition: Condition | None = None, *, before: int = 2**62, limit: int
    ) -> list[Merge]:
        """Return the merges of a kind, newest first, also those under way or undone, behind an id.

        ``condition``: what their ``id`` and ``state`` meet.
        """
        actor.require(Right.READ)
        return await rows.page(self._database, actor.tenant.id, kind, condition, before=before, limit=limit)

    async def gone(self, actor: Actor, kind: Party, ids: Iterable[int]) -> dict[int, Person | Organization]:
        """Return those of some parties of a kind that were merged into others, as they were then."""
        actor.require(Right.READ)
        return await self._sides[kind].gone(actor, ids)

    async def preview(self, actor: Actor, kind: Party, survivor: int, gone: int) -> Preview:
        """Return what a merge would make of two parties; raises what ``merge`` would refuse."""
        actor.require(Right.WRITE)
        side, own, other = await self._both(actor, Pair(kind, survivor, gone))
        queries: dict[Entity, Query] = {
            Entity.INTERACTION: rows.NUMBER_OF_INTERACTIONS,
            Entity.NOTE: rows.NUMBER_OF_NOTES,
            Entity.OPPORTUNITY: rows.NUMBER_OF_OPPORTUNITIES,
            Entity.LIST_ENTRY: rows.NUMBER_OF_ENTRIES,
            Entity.FILE: rows.NUMBER_OF_FILES,
        }
        if kind is Party.ORGANIZATION:
            queries[Entity.PERSON] = rows.NUMBER_OF_MEMBERS
        moves = {}
        for entity, query in queries.items():
            (moves[entity],) = await rows.naming(self._database, query, actor.tenant.id, kind, gone, COUNTED + 1)
        return Preview(own, other, side.united(own, other), moves)

    async def merge(self, actor: Actor, kind: Party, survivor: int, gone: int) -> Merge:
        """Merge one party into another, and return how far that is after some seconds at most.

        ``Invalid`` where they are the same one, ``NotFound``, ``MergedAway``, ``Forbidden`` for who cannot go, and
        ``Conflict`` while another merge of one of them is under way.
        """
        actor.require(Right.WRITE)
        pair = Pair(kind, survivor, gone)
        await self._both(actor, pair)
        await self._refuse_busy(actor, pair)
        merge = Merge(
            id=await self._store.numbers.one(actor.tenant.id, "merge"),
            kind=kind,
            survivor=survivor,
            gone=gone,
            state=MergeState.MOVING,
            creator=actor.person_id,
            created_at=now(),
        )
        return await self._begin(actor, merge, is_new=True)

    async def undo(self, actor: Actor, merge_id: int) -> Merge:
        """Take apart what was merged, and return how far that is after some seconds at most.

        ``Conflict`` where it cannot be done: it was undone, the survivor is gone, or something is under way.
        """
        actor.require(Right.WRITE)
        merge = await self.get(actor, merge_id)
        if merge.state is MergeState.UNDONE:
            raise Conflict("the merge has been undone already")
        pair = Pair(merge.kind, merge.survivor, merge.gone)
        await self._refuse_busy(actor, pair)
        try:
            await self._sides[merge.kind].get(actor, merge.survivor)
        except MergedAway as error:
            raise Conflict(f"{error}; undo that first") from error
        except NotFound as error:
            raise Conflict("the survivor was deleted, so that the merge cannot be undone") from error
        undoing = replace(merge, state=MergeState.UNDOING, ended_at=None)
        return await self._begin(actor, undoing, read=merge)

    async def resume(self, tenant_ids: Iterable[int]) -> None:
        """Go on with the merges that nobody here is at: those of processes that have ended."""
        for tenant_id in tenant_ids:
            for merge, protocol in await rows.unfinished(self._database, tenant_id):
                if (tenant_id, merge.id) not in self._tasks:
                    tenant = await self._tenants.get(tenant_id)
                    self._start(system_actor(tenant, merge.creator, protocol=protocol), merge, merge, is_new=False)

    async def settled(self) -> None:
        """Wait for the merges that are under way here."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*self._late, return_exceptions=True)

    async def close(self) -> None:
        """Leave what is not done to whoever serves the store next."""
        left = list(self._late.values())
        tasks = [*self._tasks.values(), *self._late]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._sweep(*merged) for merged in left), return_exceptions=True)

    # Before

    async def _both(self, actor: Actor, pair: Pair) -> tuple[Side[Any], Any, Any]:
        """Return the two as they are, unless one cannot be merged into the other."""
        side = self._sides.get(pair.kind)
        if side is None:
            raise Invalid(Problem("kind", "must be persons or organizations"))
        if pair.survivor == pair.gone:
            raise Invalid(Problem("gone", "must be another one than the survivor", "same"))
        own, other = await side.get(actor, pair.survivor), await side.get(actor, pair.gone)
        await side.refuse(actor, own, other)
        return side, own, other

    async def _refuse_busy(self, actor: Actor, pair: Pair) -> None:
        for merge, _ in await rows.unfinished(self._database, actor.tenant.id):
            if merge.kind is pair.kind and {merge.survivor, merge.gone} & {pair.survivor, pair.gone}:
                raise Conflict("another merge of one of them is still under way; try again in a while")

    # The work

    async def _begin(self, actor: Actor, merge: Merge, *, read: Merge | None = None, is_new: bool = False) -> Merge:
        begun = asyncio.Event()
        task = self._start(actor, merge, read if read is not None else merge, is_new=is_new, begun=begun)
        done, _ = await asyncio.wait([task], timeout=PATIENCE)
        while not done and not begun.is_set():  # whoever is told of it must find it
            done, _ = await asyncio.wait([task], timeout=_PAUSE)
        return task.result() if done else merge

    def _start(
        self, actor: Actor, merge: Merge, read: Merge, *, is_new: bool, begun: asyncio.Event | None = None
    ) -> "asyncio.Task[Merge]":
        key = actor.tenant.id, merge.id
        run = self._run(actor, merge, read, is_new=is_new, begun=begun or asyncio.Event())
        task = self._tasks[key] = asyncio.create_task(run)
        task.add_done_callback(lambda _: self._tasks.pop(key, None))
        task.add_done_callback(_noted)
        return task

    async def _run(self, actor: Actor, merge: Merge, stored: Merge, *, is_new: bool, begun: asyncio.Event) -> Merge:
        """Make one step after the other. ``stored``: the merge as its row is, if it has one; ``begun``: set once the
        first step is stored."""
        tries = 0
        while merge.state in (MergeState.MOVING, MergeState.UNDOING):
            unit = Unit()
            step = Step(actor, unit, Pair(merge.kind, merge.survivor, merge.gone), AT_ONCE)
            work = self._away if merge.state is MergeState.MOVING else self._back
            try:
                after = await work(step, merge, stored, is_new=is_new)
                await self._database.write(unit)
            except (Stale, Duplicate) as error:
                tries += 1
                if tries == _TRIES:
                    raise Conflict("these were being changed by others at the same time; try again") from error
                found = await rows.by_id(self._database, actor.tenant.id, merge.id)
                if found is not None and found.state is not stored.state:  # another process was quicker
                    return found
                continue
            except Unavailable:
                raise
            except InterlogError:
                if is_new or merge.state is MergeState.UNDOING:
                    raise
                merge = replace(merge, state=MergeState.UNDOING)  # one was deleted, or has become a user, meanwhile
                continue
            merge = stored = after
            begun.set()
            is_new, tries = False, 0
            await asyncio.sleep(_PAUSE if merge.ended_at is None else 0)
        if merge.state is MergeState.DONE:
            await self._sweep(actor, merge)
            late = asyncio.create_task(self._sweep_later(actor, merge))
            self._late[late] = actor, merge
            late.add_done_callback(lambda task: self._late.pop(task, None))
        return merge

    async def _away(self, step: Step, merge: Merge, stored: Merge, *, is_new: bool) -> Merge:
        """Fill a step with records that are moved; where all fit, one of the two goes in it."""
        actor, tenant = step.actor, step.actor.tenant.id
        side, own, other = await self._both(actor, step.pair)
        for mover in self.movers:
            await mover.away(step)
            if not step.is_last:
                break
        if step.is_last:
            await side.unite(step, own, other)
            merge = replace(merge, state=MergeState.DONE, ended_at=step.at)
        if is_new:
            rows.insert(step.unit, tenant, merge, actor.protocol)
        else:
            rows.change(step.unit, tenant, stored, merge)
        rows.add_parts(step.unit, self._database, tenant, merge.id, step.changed, new=is_new)
        return merge

    async def _back(self, step: Step, merge: Merge, stored: Merge, *, is_new: bool) -> Merge:
        """Fill a step with records that are put back; in the first one both are there again."""
        actor, tenant = step.actor, step.actor.tenant.id
        side = self._sides[merge.kind]
        gone = (await side.gone(actor, [merge.gone])).get(merge.gone)
        own: dict[tuple[Entity, int], Part] = {}
        if gone is not None:
            found = await rows.parts_of_kinds(self._database, tenant, merge.id, side.own)
            own = {(part.entity, part.id): part for part in found}
            now_there = await side.get(actor, merge.survivor)
            await side.part(step, now_there, gone, {key: part.before for key, part in own.items()})
        found = await rows.parts(self._database, tenant, merge.id, AT_ONCE + len(own) + 1)
        some = [part for part in found if part.entity not in side.own]
        is_last = len(some) <= AT_ONCE
        some = some[:AT_ONCE]
        for mover in self.movers:
            await mover.back(step, {p.id: p.before for p in some if p.entity is mover.entity and p.before is not None})
        settled = {(part.entity, part.id) for part in some} - step.put_off | own.keys()
        rows.forget(step.unit, self._database, tenant, merge.id, settled)
        if is_last and not step.put_off:
            merge = replace(merge, state=MergeState.UNDONE, ended_at=step.at)
        rows.change(step.unit, tenant, stored, merge)
        return merge

    async def _sweep_later(self, actor: Actor, merge: Merge) -> None:
        await asyncio.sleep(LATER)
        await self._sweep(actor, merge)

    async def _sweep(self, actor: Actor, merge: Merge) -> None:
        """Move what was stored at the very moment of the last step, and named the one that went.

        Whoever stores something looks who is there first, and may have looked before.
        """
        for _ in range(_TRIES):
            found = await rows.by_id(self._database, actor.tenant.id, merge.id)
            if found is None or found.state is not MergeState.DONE:
                return  # it was undone meanwhile
            unit = Unit()
            step = Step(actor, unit, Pair(merge.kind, merge.survivor, merge.gone), AT_ONCE)
            for mover in self.movers:
                await mover.away(step)
            if not step.changed:
                return
            rows.add_parts(unit, self._database, actor.tenant.id, merge.id, step.changed, new=False)
            try:
                await self._database.write(unit)
            except (Stale, Duplicate):
                continue


def _noted(task: "asyncio.Task[Merge]") -> None:
    """Log what ended a merge that nobody waits for any more; it is resumed with the next round."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.info("merge-put-off", reason=str(error))
