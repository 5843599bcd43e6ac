"""Reminders about persons, organizations and opportunities. Everybody sees them; owner and creator change them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.conditions import And, Compare, Condition, Operator
from ..model.deliveries import Message, Subscription, Target
from ..model.errors import Conflict, Forbidden, Invalid, NotFound, Problem, unknown_id
from ..model.instants import DAY, now
from ..model.interactions import Interaction
from ..model.journal import Action, Entity, JournalEntry
from ..model.parties import Party, PersonKind
from ..model.reminders import RESETS, Reminder, ReminderKind, Reset, Status, problems_of
from ..model.tenancy import Actor, Right
from ..store import opportunities as opportunity_rows
from ..store import persons as person_rows
from ..store import reminders as rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .deliveries import Deliveries
from .happenings import GONE, Happenings
from .opportunities import sees_list
from .present import Parties, present

_RESETTING = "reminders"
"""The name of what reads the journal for contacts, among those who do."""

_MODELS = {
    Party.PERSON: ("person_id", "Person"),
    Party.ORGANIZATION: ("organization_id", "Organization"),
    Party.OPPORTUNITY: ("opportunity_id", "Opportunity"),
}

_ABOUT = {"person": Party.PERSON, "organization": Party.ORGANIZATION, "opportunity": Party.OPPORTUNITY}


class ReminderDraft(NamedTuple):
    """A reminder to be made. ``is_completed``: only one that is due once can be. ``due_at``: of a recurring one, when
    it is due first; by default so many days from now."""

    kind: ReminderKind
    owner: int
    party_kind: Party
    party: int
    content: str | None = None
    due_at: int | None = None
    reset: Reset | None = None
    days: int | None = None
    is_completed: bool = False


class Reminders:
    """Use cases around reminders."""

    def __init__(self, store: Store, deliveries: Deliveries, happenings: Happenings) -> None:
        self._store, self._database = store, store.database
        self._deliveries, self._happenings = deliveries, happenings
        deliveries.sources[_RESETTING] = self._contacts

    async def get(self, actor: Actor, id_: int) -> Reminder:
        """Return a reminder; raises ``NotFound``, also where whom it is about is gone."""
        actor.require(Right.READ)
        found = await self.get_many(actor, [id_])
        if id_ not in found:
            raise NotFound("reminder", id_)
        return found[id_]

    async def get_many(self, actor: Actor, ids: Collection[int]) -> dict[int, Reminder]:
        """Return those of some reminders that are there."""
        actor.require(Right.READ)
        found = await rows.by_ids(self._database, actor.tenant.id, ids)
        there = await self.parties(actor, list(found.values()))
        return {id_: item for id_, item in found.items() if item.party in there[item.party_kind]}

    async def page(
        self,
        actor: Actor,
        by: Mapping[str, int],
        *,
        party_kind: Party = Party.PERSON,
        status: Status | None = None,
        due_after: int | None = None,
        due_before: int | None = None,
        after: tuple[int, int] | None = None,
        limit: int,
        condition: Condition | None = None,
    ) -> tuple[list[Reminder], tuple[int, int] | None]:
        """Return reminders soonest due first, behind a (due_at, id), and the place that the next page goes on from.

        ``by``: ids or codes of ``FILTERS``; ``condition``: what else they meet. A page may have fewer, for those whose
        party is gone.
        """
        actor.require(Right.READ)
        at, start, until = now(), after or (-(2**62), 0), due_before if due_before is not None else 2**62
        if due_after is not None:
            start = max(start, (due_after, 2**62))
        if status is Status.ACTIVE:
            start = max(start, (at - 1, 2**62))
        if status is Status.OVERDUE:
            until = min(until, at)
        completed = None if status is None else status is Status.COMPLETED
        found = await rows.page(
            self._database, actor.tenant.id, by, party_kind=int(party_kind), completed=completed, after=start,
            until=until, limit=limit + 1, condition=condition, now=at,
        )  # fmt: skip
        following = (found[limit - 1].due_at, found[limit - 1].id) if len(found) > limit else None
        there = await self.parties(actor, found[:limit])
        return [item for item in found[:limit] if item.party in there[item.party_kind]], following

    async def matching(
        self, actor: Actor, condition: Condition | None, *, after: tuple[int, int] | None = None, limit: int
    ) -> tuple[list[Reminder], tuple[int, int] | None]:
        """Return a page of the reminders that meet a condition.

        What it demands in any case is asked for as ``page`` is, by an index where there is one.
        """
        by: dict[str, int] = {}
        party_kind, status = Party.PERSON, None
        rest: list[Condition] = []
        for term in condition.operands if isinstance(condition, And) else (condition,) if condition else ():
            field = term.field if isinstance(term, Compare) and term.operator is Operator.EQUAL else None
            if not isinstance(term, Compare) or field is None or field in by:
                rest.append(term)
            elif field in _ABOUT and "party" not in by:
                by["party"], party_kind = int(term.value), _ABOUT[field]
            elif field == "status" and status is None:
                status = Status(int(term.value))
            elif field in rows.FILTERS:
                by[field] = int(term.value)
            else:
                rest.append(term)
        return await self.page(
            actor, by, party_kind=party_kind, status=status, after=after, limit=limit,
            condition=And(tuple(rest)) if len(rest) > 1 else rest[0] if rest else None,
        )  # fmt: skip

    async def count(self, actor: Actor, condition: Condition | None) -> int:
        """Return how many reminders meet a condition, about whoever is there and seen by the actor."""
        actor.require(Right.READ)
        lists = await opportunity_rows.lists(self._database, actor.tenant.id)
        seen = [item.id for item in lists if sees_list(actor, item)]
        return await rows.count(self._database, actor.tenant.id, seen, condition, now=now())

    async def parties(self, actor: Actor, items: Sequence[Reminder]) -> Parties:
        """Return whom some reminders are about, by kind and id: those who are there, and that the actor sees."""
        actor.require(Right.READ)
        return await present(self._store, actor, [(item.party_kind, item.party) for item in items])

    async def create(self, actor: Actor, draft: ReminderDraft) -> Reminder:
        """Make a reminder."""
        actor.require(Right.WRITE)
        at = now()
        due_at = draft.due_at
        problems = problems_of(draft.kind, due=draft.due_at is not None, reset=draft.reset, days=draft.days)
        problems += await self._owner_problems(actor, draft.owner)
        there = await present(self._store, actor, [(draft.party_kind, draft.party)])
        if draft.party not in there[draft.party_kind]:
            name, model = _MODELS[draft.party_kind]
            problems.append(unknown_id(name, draft.party, model))
        is_recurring = draft.kind is ReminderKind.RECURRING
        if is_recurring and draft.is_completed:
            problems.append(_NEVER_COMPLETED)
        if problems:
            raise Invalid(*problems)
        if due_at is None:
            due_at = at + (draft.days or 0) * DAY
        item = Reminder(
            id=await self._store.numbers.one(actor.tenant.id, "reminder"),
            kind=draft.kind,
            content=draft.content,
            due_at=due_at,
            party_kind=draft.party_kind,
            party=draft.party,
            creator=actor.person_id,
            owner=draft.owner,
            created_at=at,
            completed_at=at if draft.is_completed else None,
            completer=actor.person_id if draft.is_completed else None,
            reset=draft.reset if is_recurring else None,
            days=draft.days if is_recurring else None,
        )
        unit = Unit()
        rows.insert(unit, actor.tenant.id, item)
        add_entry(unit, actor, Action.CREATE, Entity.REMINDER, item.id, 1, at)
        if is_recurring:
            await self.follow_contacts(actor, unit)
        await self._database.write(unit)
        return item

    async def follow_contacts(self, actor: Actor, unit: Unit) -> None:
        """Add to a unit that contacts move the tenant's recurring reminders from now on, if they do not yet."""
        await self._deliveries.subscribe(actor, unit, _RESETTING, _RESETTING, Target(url="", signing_key=""))

    async def update(
        self,
        actor: Actor,
        id_: int,
        changes: Mapping[str, Any],
        *,
        is_completed: bool | None = None,
        completed_at: int | None = None,
        is_contact: bool = False,
    ) -> Reminder:
        """Change ``content``, ``owner``, ``due_at``, ``reset`` or ``days``, and whether one due once is done.

        ``completed_at``: since when, by default and at most now. ``is_contact``: to complete a recurring one is not
        refused, but counts as a contact at that time.
        """
        actor.require(Right.WRITE)
        read, at = await self._own(actor, id_), now()
        done_at = at if completed_at is None else min(completed_at, at)
        problems = await self._owner_problems(actor, changes["owner"]) if "owner" in changes else []
        if read.kind is ReminderKind.RECURRING:
            changes = {name: value for name, value in changes.items() if name != "due_at"}
            if is_completed and not is_contact:
                problems.append(_NEVER_COMPLETED)
        else:
            changes = {name: value for name, value in changes.items() if name not in ("reset", "days")}
        if problems:
            raise Invalid(*problems)
        new = replace(read, **changes, updated_at=at, version=read.version + 1)
        if new.days is not None and read.days is not None:
            new = replace(new, due_at=read.due_at + (new.days - read.days) * DAY)
        if read.kind is ReminderKind.RECURRING:
            new = replace(new, due_at=new.after(done_at)) if is_completed else new
        elif is_completed is not None and is_completed != (read.completed_at is not None):
            completer = actor.person_id if is_completed else None
            new = replace(new, completed_at=done_at if is_completed else None, completer=completer)
        await self._write(actor, read, new)
        return new

    async def delete(self, actor: Actor, id_: int) -> None:
        """Delete a reminder."""
        actor.require(Right.WRITE)
        read, at, unit = await self._own(actor, id_), now(), Unit()
        gone = replace(read, version=read.version + 1)
        rows.change(unit, actor.tenant.id, read, gone, deleted_at=at)
        add_entry(unit, actor, Action.DELETE, Entity.REMINDER, id_, gone.version, at, encode(read).decode())
        await self._commit(unit)

    async def _own(self, actor: Actor, id_: int) -> Reminder:
        read = await self.get(actor, id_)
        if actor.person_id not in (read.creator, read.owner):
            raise Forbidden("only the owner or the creator of a reminder may change it")
        return read

    async def _owner_problems(self, actor: Actor, owner: int) -> list[Problem]:
        found = await person_rows.by_ids(self._database, actor.tenant.id, [owner])
        if owner not in found:
            return [unknown_id("owner_id", owner, "Person")]
        return [] if found[owner].kind is PersonKind.INTERNAL else [Problem("owner_id", "must be an internal person")]

    async def _write(self, actor: Actor, read: Reminder, new: Reminder) -> None:
        unit = Unit()
        rows.change(unit, actor.tenant.id, read, new)
        before = encode(read).decode()
        add_entry(unit, actor, Action.AMEND, Entity.REMINDER, read.id, new.version, now(), before)
        await self._commit(unit)

    async def _commit(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the reminder was changed by somebody else at the same time; try again") from error

    async def _contacts(
        self, actor: Actor, subscription: Subscription, entries: Sequence[JournalEntry]
    ) -> list[Message]:
        """Move the recurring reminders about whoever took part in interactions that are new in the journal.

        To do so once more changes nothing, so that it does not matter where reading the journal was interrupted.
        """
        meant = [entry for entry in entries if entry.entity is Entity.INTERACTION and entry.action not in GONE]
        items = [told.record for told in await self._happenings.of(actor, meant) if told.entry.entity in _CONTACTS]
        for item in {item.number: item for item in items if item.deleted_at is None}.values():
            await self._reset(actor, item)
        return []

    async def _reset(self, actor: Actor, item: Interaction) -> None:
        tenant, category = actor.tenant, actor.tenant.types_by_id[item.type_id].category
        persons = {part.person for part in item.content.participants if part.person is not None}
        persons |= set(item.content.links.persons)
        known = await person_rows.by_ids(self._database, tenant.id, persons) if persons else {}
        organizations = {id_ for person in known.values() for id_ in person.organization_ids}
        organizations |= set(item.content.links.organizations)
        deals = set(item.content.links.opportunities)
        for kind, ids in ((Party.PERSON, persons), (Party.ORGANIZATION, organizations)):
            found = await opportunity_rows.of_parties(self._database, tenant.id, kind, sorted(ids)) if ids else {}
            deals |= {id_ for of_one in found.values() for id_ in of_one}
        for kind, ids in ((Party.PERSON, persons), (Party.ORGANIZATION, organizations), (Party.OPPORTUNITY, deals)):
            for read in await rows.recurring(self._database, tenant.id, kind, ids) if ids else ():
                due_at = read.after(item.content.occurred_at)
                if read.reset is not None and category in RESETS[read.reset] and due_at > read.due_at:
                    new = replace(read, due_at=due_at, updated_at=now(), version=read.version + 1)
                    await self._write(replace(actor, protocol="system"), read, new)


_CONTACTS = frozenset({Entity.INTERACTION})
_NEVER_COMPLETED = Problem("is_completed", "cannot be set: a recurring reminder is never completed")
