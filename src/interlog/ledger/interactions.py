"""Interactions: log, read, amend, delete. Pages of them are in ``timeline.py``."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from ..model.errors import Conflict, Forbidden, InterlogError, Invalid, NotFound, Problem, unknown_id
from ..model.ids import stamp
from ..model.instants import now
from ..model.interactions import Brief, Content, Draft, Interaction
from ..model.journal import Action, Entity
from ..model.parties import Directory
from ..model.tenancy import Actor, Right
from ..model.types import InteractionType
from ..model.validation import problems_of
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.schema import unbound
from ..store.statements import Unit
from ..store.store import Store
from .adding import add_drafts
from .cards import Cards
from .drafts import (
    Accepted,
    Rule,
    amended_identity,
    fingerprint_of,
    identity_text,
    keys_of,
    problems_of_draft,
    root_note,
    unbound_rows,
    unknown_persons,
    with_canonical_uuid,
)
from .ending import add_deletion, add_restoration
from .known_types import know, know_name
from .links import link_problems
from .participants import resolve
from .persons import Persons
from .precedence import owned_elsewhere
from .together import Together

Change: TypeAlias = tuple[Interaction | None, Interaction]
"""An interaction as it was read (None: it is new), and as it will be stored."""

Follower: TypeAlias = Callable[[Actor, Unit, Sequence[Change]], Awaitable[None]]
"""Adds to a unit what always follows from the changes of interactions of a type."""

Ending: TypeAlias = Callable[[Store, Actor, Unit, Interaction, InteractionType], Awaitable[Interaction]]

_TRIES = 4
"""How often an amendment without an expected version is tried anew when somebody else was quicker."""


class Logged(NamedTuple):
    """An interaction, where to look up everybody in it, and whether the request had been made before."""

    interaction: Interaction
    persons: Directory
    repeated: bool = False


class Interactions:
    """Use cases around interactions."""

    def __init__(self, store: Store, persons: Persons, cards: Cards) -> None:
        self._store = store
        self._database = store.database
        self._cards = cards
        self._together = Together(self.log_many, self._log_at_once)
        self.persons = persons
        self.followers: dict[int, Follower] = {}

    # Reading

    async def get(self, actor: Actor, number: int, *, deleted: bool = False) -> Interaction:
        """Return an interaction visible to the actor; with ``deleted`` one that was deleted, and not corrected."""
        actor.require(Right.READ)
        item = await interaction_rows.by_number(self._database, actor.tenant.id, number)
        if item is None or not actor.sees(item.group):
            raise NotFound("interaction", number)
        if (item.deleted_at is not None) is not deleted or item.voided_by is not None:
            raise NotFound("interaction", number)
        if item.type_id not in actor.tenant.types_by_id:
            await know(self._database, actor, [item.type_id])
        return item

    async def get_brief(self, actor: Actor, number: int) -> Brief:
        """Return an interaction visible to the actor as a list shows it: half the price of the whole record."""
        actor.require(Right.READ)
        found = await interaction_rows.brief_by_number(self._database, actor.tenant.id, number)
        if found is None or not actor.sees(found[1]):
            raise NotFound("interaction", number)
        if found[0].type_id not in actor.tenant.types_by_id:
            await know(self._database, actor, [found[0].type_id])
        return found[0]

    # Logging

    async def log(self, actor: Actor, draft: Draft, rule: Rule | None = None) -> Logged:
        """Store an interaction. A request that was made before stores nothing and returns what it stored then.

        Raises ``Invalid`` with every problem, or ``Conflict`` where the same key came with a different content.
        """
        actor.require(Right.WRITE)
        if self._together.takes(actor, draft):
            outcome = await self._together.log(actor, draft, rule)
        else:
            (outcome,) = await self.log_many(actor, [draft], rule)
        if isinstance(outcome, InterlogError):
            raise outcome
        return outcome

    async def log_many(
        self, actor: Actor, drafts: Sequence[Draft], rule: Rule | None = None
    ) -> list[Logged | InterlogError]:
        """Store many interactions in one transaction: an outcome for each, in order; invalid ones are left out."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            try:
                return await self._log_at_once(actor, drafts, rule)
            except Duplicate:
                # Somebody stored the same key, or the same new person, since we looked. Now it will be found.
                if len(drafts) > 1:
                    return [await self._log_alone(actor, draft, rule) for draft in drafts]
        return [await self._clash(actor, drafts[0])]

    async def _log_at_once(
        self, actor: Actor, drafts: Sequence[Draft], rule: Rule | None, request_ids: Sequence[str | None] = ()
    ) -> list[Logged | InterlogError]:
        """Store interactions as one unit. ``request_ids``: by which request each came, if not by the actor's own."""
        outcomes: list[Logged | InterlogError | None] = [None] * len(drafts)
        drafts = [draft if draft.uuid is None else with_canonical_uuid(draft) for draft in drafts]
        bound = await self._cards.bind(actor, drafts)
        named = [draft.content.participants for draft in bound.drafts]
        participants, persons, new = await resolve(self.persons, actor, named, bound.newcomers)
        unknown = await link_problems(self._store, actor, [draft.content.links for draft in drafts])
        creators = {draft.creator for draft in drafts if draft.creator is not None and draft.creator not in persons}
        creators -= set(await self.persons.get_many(actor, creators)) if creators else set()
        created_at = now()
        accepted: dict[int, Accepted] = {}
        keys: set[str] = set()
        for index, (given, draft) in enumerate(zip(drafts, bound.drafts, strict=True)):
            if participants[index] is not draft.content.participants:
                draft = replace(draft, content=replace(draft.content, participants=participants[index]))
            type_ = actor.tenant.types_by_name.get(draft.type)
            if type_ is None:
                await know_name(self._database, actor, draft.type)
                type_ = actor.tenant.types_by_name.get(draft.type)
            if type_ is None:
                outcomes[index] = Invalid(Problem("type", f"there is no interaction type {draft.type}"))
                continue
            problems = problems_of_draft(actor, draft, type_, persons, rule) + unknown[index]
            if draft.creator in creators:
                problems.append(unknown_id("creator", draft.creator, "Person"))
            if problems:
                outcomes[index] = Invalid(*problems)
                continue
            draft_keys = keys_of(draft, type_)
            fingerprint = fingerprint_of(given) if draft_keys else ""
            if draft_keys and (repeated := await self._repeated(actor, fingerprint, draft_keys)) is not None:
                outcomes[index] = repeated
            elif not keys.isdisjoint(draft_keys):
                outcomes[index] = Conflict("an earlier item of the same request has the same key")
            else:
                keys.update(draft_keys)
                request_id = request_ids[index] if request_ids else None
                accepted[index] = Accepted(draft, type_, draft_keys, fingerprint, request_id)
        unit = Unit()
        present = {part.person for item in accepted.values() for part in item.draft.content.participants}
        self.persons.add_new(actor, unit, [person for person in new if person.id in present])
        stored = await add_drafts(self._store, actor, unit, list(accepted.values()), created_at)
        self._cards.learn(
            actor, unit, bound.known, zip((item.draft for item in accepted.values()), stored, strict=True)
        )
        await self.follow(actor, unit, [(None, item) for item in stored])
        if unit.rows:
            await self._database.write(unit)
            await self.bind_late(actor, unit)
        for index, item in zip(accepted, stored, strict=True):
            outcomes[index] = Logged(item, persons)
        return [outcome for outcome in outcomes if outcome is not None]

    async def _clash(self, actor: Actor, draft: Draft) -> Conflict:
        """Return the conflict with a record that has the uuid or the identity, though no such request made it."""
        tenant, type_ = actor.tenant.id, actor.tenant.types_by_name[draft.type]
        item = None
        if draft.uuid is not None:
            uuid = with_canonical_uuid(draft).uuid
            item = await interaction_rows.by_uuid(self._database, tenant, uuid or "")
        if item is None and (identity := identity_text(draft.content, type_)) is not None:
            item = await interaction_rows.by_identity(self._database, tenant, type_.id, identity)
        known = item.number if item is not None and actor.sees(item.group) else None
        return Conflict("an interaction with the same uuid or identity is stored already", existing=known)

    async def _log_alone(self, actor: Actor, draft: Draft, rule: Rule | None) -> Logged | InterlogError:
        try:
            return (await self.log_many(actor, [draft], rule))[0]
        except InterlogError as error:
            return error

    async def _repeated(self, actor: Actor, fingerprint: str, keys: Iterable[str]) -> Logged | Conflict | None:
        """Return what an earlier request with one of the same keys stored, or the conflict with it."""
        for key in keys:
            rows = await self._database.fetch(interaction_rows.BY_REQUEST, tenant=actor.tenant.id, key=key)
            if not rows:
                continue
            stored, number = rows[0]
            item = await interaction_rows.by_number(self._database, actor.tenant.id, number)
            if item is None or not actor.sees(item.group):
                return Conflict("the key is in use", existing=None)
            if stored != fingerprint:
                return Conflict(
                    f"interaction {number} was stored under the same key with another content", existing=number
                )
            return Logged(item, await self.persons.of_interactions(actor, [item]), repeated=True)
        return None

    # Changing

    async def amend(
        self,
        actor: Actor,
        number: int,
        change: Callable[[Interaction], Content],
        *,
        rule: Rule | None = None,
        expected_version: int | None = None,
    ) -> Logged:
        """Replace an interaction's content by what ``change`` makes of it; each amendment is a new version.

        Without an ``expected_version`` the change is tried again when somebody else was quicker; with one, another
        version stored is a ``Conflict``. ``Forbidden`` for facts: types whose interactions never change.
        """
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self.get(actor, number)
            if expected_version is not None and read.version != expected_version:
                break
            content = change(read)  # first, since it may find that this is not what was meant
            type_ = actor.tenant.types_by_id[read.type_id]
            if not type_.is_activity:
                raise Forbidden(f"a stored {type_.display_name or type_.name} is a fact and cannot be changed")
            (participants,), persons, new = await resolve(self.persons, actor, [content.participants])
            content = owned_elsewhere(read.content, replace(content, participants=participants), actor.protocol)
            problems = problems_of(content, type_) + unknown_persons(content, persons, read.content)
            if content.links != read.content.links:
                (unknown,) = await link_problems(self._store, actor, [content.links], known=read.content.links)
                problems += unknown
            problems += rule(content, persons) if rule is not None else ()
            if problems:
                raise Invalid(*problems)
            if content == read.content:
                return Logged(read, persons)
            unit = Unit()
            self.persons.add_new(actor, unit, new)
            amended = await self.add_amendment(actor, unit, read, content, type_)
            await self.follow(actor, unit, [(read, amended)])
            try:
                await self._database.write(unit)
            except (Stale, Duplicate):
                continue
            await self.bind_late(actor, unit)
            return Logged(amended, persons)
        raise Conflict("the interaction was changed by somebody else in the meantime; read it again", existing=number)

    async def add_amendment(
        self,
        actor: Actor,
        unit: Unit,
        read: Interaction,
        content: Content,
        type_: InteractionType,
        origin: str | None = None,
        group: int | None = None,
    ) -> Interaction:
        """Add to a unit what replaces an interaction's content, and where that comes from if it is known.

        ``group``: the security group that it has from then on, where the caller gives it another one.
        """
        tenant, at = actor.tenant.id, now()
        note = None
        if read.note_id is not None:
            note = (await note_rows.by_ids(self._database, tenant, [read.note_id])).get(read.note_id)
            if note is not None and note.mentions and content.body != read.content.body:
                raise Invalid(Problem("body", "cannot be changed: its note mentions people"))
        note_id = read.note_id if note is not None else None
        if note is None and content.body and type_.has_note:
            note_id = await self._store.numbers.one(tenant, "note")
        amended = replace(
            read,
            content=content,
            note_id=note_id,
            type_version=type_.version,
            version=read.version + 1,
            modified_at=at,
            modifier=actor.person_id,
            origin=read.origin if origin is None else origin,
            identity=amended_identity(read, content, type_),
            changed_at=stamp(),
            group=read.group if group is None else group,
        )
        interaction_rows.change(unit, tenant, read, amended)
        field_rows.change(unit, tenant, read, amended, type_)
        waited, waits = set(unbound_rows(tenant, read)), set(unbound_rows(tenant, amended))
        for _, address, number in sorted(waited - waits):
            key = {"tenant": tenant, "address": address, "number": number}
            unit.change(interaction_rows.FORGET_ADDRESS, key, expect=None)
        unit.insert(unbound, sorted(waits - waited))
        if note is not None:
            reworded = content.body != read.content.body
            note_rows.change(
                unit,
                tenant,
                note,
                replace(note, version=note.version + 1, updated_at=at if reworded else note.updated_at),
                links_before=note_rows.link_rows(tenant, note, read),
                links_after=note_rows.link_rows(tenant, replace(note, group=amended.group), amended),
            )
        elif note_id is not None:
            note_rows.insert(unit, tenant, root_note(amended, at, actor.person_id), amended)
            add_entry(unit, actor, Action.CREATE, Entity.NOTE, note_id, 1, at)
        before = encode(read).decode()
        add_entry(unit, actor, Action.AMEND, Entity.INTERACTION, read.number, amended.version, at, before)
        return amended

    async def delete(self, actor: Actor, number: int, *, expected_version: int | None = None) -> Interaction:
        """Delete an interaction, its note and the replies to it. Deleted is hidden: the record stays."""
        return await self._end(actor, number, add_deletion, expected_version)

    async def restore(self, actor: Actor, number: int, *, expected_version: int | None = None) -> Interaction:
        """Undo the deletion of an interaction; what replied to its text stays deleted."""
        return await self._end(actor, number, add_restoration, expected_version, deleted=True)

    async def _end(
        self, actor: Actor, number: int, add: Ending, expected_version: int | None, *, deleted: bool = False
    ) -> Interaction:
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self.get(actor, number, deleted=deleted)
            if expected_version not in (None, read.version):
                break
            type_ = actor.tenant.types_by_id[read.type_id]
            if not type_.is_activity:
                raise Forbidden(f"a stored {type_.display_name or type_.name} is a fact and cannot be deleted")
            unit = Unit()
            new = await add(self._store, actor, unit, read, type_)
            await self.follow(actor, unit, [(read, new)])
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return new
        raise Conflict("the interaction was changed by somebody else in the meantime; try again", existing=number)

    async def follow(self, actor: Actor, unit: Unit, changes: Iterable[Change]) -> None:
        """Add to a unit what follows from interactions that are new in it, or change."""
        for type_id, follower in self.followers.items():
            if own := [change for change in changes if change[1].type_id == type_id]:
                await follower(actor, unit, own)

    async def bind_late(self, actor: Actor, unit: Unit) -> None:
        """Bind what was just stored to persons who were being stored at the same moment."""
        addresses = {address for _, address, _ in unit.rows.get(unbound, ())}
        if addresses:
            await self.persons.bind_late(actor, addresses)
