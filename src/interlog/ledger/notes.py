"""Notes: on parties and interactions, with replies."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from ..model.conditions import Compare, Condition, Operator, both
from ..model.errors import Conflict, Forbidden, Invalid, NotFound, Problem, unknown_id
from ..model.ids import stamp
from ..model.instants import now
from ..model.interactions import Interaction, Links
from ..model.journal import Action, Entity
from ..model.notes import Note, NoteDraft, NoteKind
from ..model.parties import Party, PersonKind
from ..model.tenancy import Actor, Right
from ..model.types import Category
from ..model.validation import MAX_BODY
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store import persons as person_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .known_types import know
from .links import IDS, link_problems
from .precedence import owned_elsewhere

Follower: TypeAlias = Callable[[Actor, Unit, Note | None, Note | None], Awaitable[None]]
"""Adds to the unit of a note's change what follows: from what was read (None: it is new), and what is (None: gone)."""


class Notes:
    """Use cases around notes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database
        self.followers: list[Follower] = []

    async def get(self, actor: Actor, note_id: int) -> Note:
        """Return a note visible to the actor."""
        actor.require(Right.READ)
        found = await note_rows.by_ids(self._database, actor.tenant.id, [note_id])
        if note_id not in found or not actor.sees(found[note_id].group):
            raise NotFound("note", note_id)
        await know(self._database, actor, [found[note_id].interaction_type_id])
        return found[note_id]

    async def get_many(self, actor: Actor, ids: Collection[int]) -> dict[int, Note]:
        """Return those of some notes that are there and visible to the actor."""
        actor.require(Right.READ)
        found = await note_rows.by_ids(self._database, actor.tenant.id, ids) if ids else {}
        seen = {id_: note for id_, note in found.items() if actor.sees(note.group)}
        await know(self._database, actor, (note.interaction_type_id for note in seen.values()))
        return seen

    async def page(
        self,
        actor: Actor,
        *,
        limit: int,
        before: tuple[int, int] | None = None,
        party: tuple[Party, int] | None = None,
        creator: int | None = None,
        parent: int | None = None,
        roots: bool = False,
        condition: Condition | None = None,
    ) -> list[Note]:
        """Return notes, newest first, behind the (created_at, id) ``before``.

        Of a party (attached to it, or on an interaction it took part in), by a creator, the replies to a ``parent``,
        or all; with ``roots`` without replies. Where both a party and a creator are given, the party's by the creator.
        ``condition`` narrows them by ``id``, ``creator``, ``created_at`` or ``updated_at``.
        """
        actor.require(Right.READ)
        if party is not None and creator is not None:
            condition = both(condition, Compare("creator", Operator.EQUAL, creator))
        found = await note_rows.page(
            self._database, actor.tenant.id, actor.groups, limit=limit, before=before, party=party, creator=creator,
            parent=parent, roots=roots, condition=condition,
        )  # fmt: skip
        await know(self._database, actor, (note.interaction_type_id for note in found))
        return found

    async def count(
        self,
        actor: Actor,
        *,
        party: tuple[Party, int] | None = None,
        parent: int | None = None,
        condition: Condition | None = None,
    ) -> int:
        """Return how many notes meet a condition: of a party, the replies to a parent, or all that are no replies."""
        actor.require(Right.READ)
        return await note_rows.count(
            self._database, actor.tenant.id, actor.groups, party=party, parent=parent, condition=condition
        )

    async def reply_counts(self, actor: Actor, ids: Sequence[int]) -> dict[int, int]:
        """Return how many replies each note has; notes without any are left out."""
        actor.require(Right.READ)
        return await note_rows.reply_counts(self._database, actor.tenant.id, ids) if ids else {}

    async def replies(self, actor: Actor, ids: Sequence[int], *, limit: int) -> dict[int, list[Note]]:
        """Return up to ``limit`` first replies to each of at most 64 notes, oldest first."""
        actor.require(Right.READ)
        return await note_rows.replies(self._database, actor.tenant.id, actor.groups, ids, limit) if ids else {}

    async def create(self, actor: Actor, draft: NoteDraft) -> Note:
        """Write a note on parties, on an interaction that has none yet, or as a reply."""
        actor.require(Right.WRITE)
        problems = content_problems(draft.content)
        problems += await self._creator_problems(actor, draft)
        parent = await self._parent(actor, draft, problems)
        interaction = await self._interaction(actor, draft, problems)
        if draft.parent is None:
            problems += await self._link_problems(actor, draft.links, required=draft.interaction is None)
        if problems:
            raise Invalid(*problems)
        note = Note(
            id=await self._store.numbers.one(actor.tenant.id, "note"),
            content=draft.content,
            kind=draft.kind,
            links=Links() if parent is not None else draft.links,
            interaction=interaction.number if interaction is not None else None,
            interaction_type_id=interaction.type_id if interaction is not None else None,
            attendees=_attendees(interaction),
            parent=parent.id if parent is not None else None,
            creator=draft.creator or actor.person_id,
            created_at=draft.created_at if draft.created_at is not None else now(),
            group=parent.group if parent is not None else interaction.group if interaction is not None else 0,
        )
        unit = Unit()
        if interaction is not None:
            noted = replace(
                interaction,
                note_id=note.id,
                content=replace(interaction.content, body=draft.content),
                version=interaction.version + 1,
            )
            self._change_interaction(actor, unit, interaction, noted)
        note_rows.insert(unit, actor.tenant.id, note, interaction)
        add_entry(unit, actor, Action.CREATE, Entity.NOTE, note.id, 1, now())
        await self._tell(actor, unit, None, note)
        await self._write(unit)
        return note

    async def update(
        self,
        actor: Actor,
        note_id: int,
        *,
        content: str | None = None,
        kind: NoteKind | None = None,
        links: Links | None = None,
        expected_state: int | None = None,
    ) -> Note:
        """Change a note's text or what it is attached to; ``Conflict`` where its ``state`` is not the one expected."""
        actor.require(Right.WRITE)
        read = await self.get(actor, note_id)
        problems = [] if content is None else content_problems(content)
        interaction = await self._told_by(actor, read)
        _require_state(read, interaction, expected_state)
        if content is not None and read.mentions:
            problems.append(Problem("content", "cannot be changed: the note mentions people"))
        if content is not None and interaction is not None:
            category = actor.tenant.types_by_id[interaction.type_id].category
            if category is Category.EMAIL:
                problems.append(Problem("content", "cannot be changed: the note belongs to an e-mail"))
        if links is not None:
            problems += await self._link_problems(actor, links, required=read.parent is None and interaction is None)
        if problems:
            raise Invalid(*problems)
        at = now()
        note = replace(
            read,
            content=read.content if content is None else content,
            kind=read.kind if kind is None else kind,
            links=read.links if links is None else links,
            version=read.version + 1,
            updated_at=at,
        )
        unit = Unit()
        note_rows.change(
            unit,
            actor.tenant.id,
            read,
            note,
            links_before=note_rows.link_rows(actor.tenant.id, read, interaction) if read.parent is None else (),
            links_after=note_rows.link_rows(actor.tenant.id, note, interaction) if read.parent is None else (),
        )
        if interaction is not None and content is not None:
            amended = replace(
                interaction,
                content=replace(interaction.content, body=content),
                version=interaction.version + 1,
                modified_at=at,
                modifier=actor.person_id,
            )
            self._change_interaction(actor, unit, interaction, amended)
        add_entry(unit, actor, Action.AMEND, Entity.NOTE, note_id, note.version, at, encode(read).decode())
        await self._tell(actor, unit, read, note)
        await self._write(unit)
        return note

    async def state(self, actor: Actor, note: Note) -> int:
        """Return a number that is greater after each change of a note, also where an interaction's text changes it."""
        return _state(note, await self._told_by(actor, note))

    async def _told_by(self, actor: Actor, note: Note) -> Interaction | None:
        """Return the interaction that a note is the text of."""
        if note.interaction is None:
            return None
        return await interaction_rows.by_number(self._database, actor.tenant.id, note.interaction)

    async def delete(self, actor: Actor, note_id: int, *, expected_state: int | None = None) -> Note:
        """Delete a note and its replies; only its author may. An interaction loses its text with its note.

        ``Conflict`` where its ``state`` is another one than expected.
        """
        actor.require(Right.WRITE)
        read = await self.get(actor, note_id)
        if read.creator != actor.person_id:
            raise Forbidden("only the author may delete a note")
        at = now()
        unit = Unit()
        interaction = await self._told_by(actor, read)
        _require_state(read, interaction, expected_state)
        if interaction is not None:
            bare = replace(
                interaction,
                note_id=None,
                content=replace(interaction.content, body=None),
                version=interaction.version + 1,
                modified_at=at,
                modifier=actor.person_id,
            )
            self._change_interaction(actor, unit, interaction, bare)
        await delete_with_replies(self._store, actor, unit, read, interaction, at)
        await self._tell(actor, unit, read, None)
        await self._write(unit)
        return read

    def _change_interaction(self, actor: Actor, unit: Unit, read: Interaction, new: Interaction) -> None:
        type_ = actor.tenant.types_by_id[read.type_id]
        if not type_.is_activity:
            raise Forbidden(f"a stored {type_.display_name or type_.name} is a fact: its text cannot be changed")
        content = owned_elsewhere(read.content, new.content, actor.protocol)
        new = replace(new, content=content, changed_at=stamp())
        interaction_rows.change(unit, actor.tenant.id, read, new)
        field_rows.change(unit, actor.tenant.id, read, new, type_)
        before = encode(read).decode()
        add_entry(unit, actor, Action.AMEND, Entity.INTERACTION, read.number, new.version, now(), before)

    async def _creator_problems(self, actor: Actor, draft: NoteDraft) -> list[Problem]:
        problems = []
        if draft.created_at is not None and draft.created_at > now():
            problems.append(Problem("created_at", "must not lie in the future", "range"))
        if draft.creator is not None:
            found = await person_rows.by_ids(self._database, actor.tenant.id, [draft.creator])
            if draft.creator not in found:
                problems.append(unknown_id("creator_id", draft.creator, "Person"))
            elif found[draft.creator].kind is not PersonKind.INTERNAL:
                problems.append(Problem("creator_id", "must be an internal person"))
        return problems

    async def _parent(self, actor: Actor, draft: NoteDraft, problems: list[Problem]) -> Note | None:
        if draft.parent is None:
            return None
        found = await note_rows.by_ids(self._database, actor.tenant.id, [draft.parent])
        parent = found.get(draft.parent)
        if parent is None or not actor.sees(parent.group):
            problems.append(unknown_id("parent_id", draft.parent, "Note"))
        elif parent.parent is not None:
            problems.append(Problem("parent_id", "is itself a reply; reply to the note that it answers"))
        return parent

    async def _interaction(self, actor: Actor, draft: NoteDraft, problems: list[Problem]) -> Interaction | None:
        if draft.interaction is None or draft.parent is not None:
            return None
        item = await interaction_rows.by_number(self._database, actor.tenant.id, draft.interaction)
        if item is None or item.deleted_at is not None or not actor.sees(item.group):
            problems.append(unknown_id("interaction", draft.interaction, "Interaction"))
            return None
        await know(self._database, actor, [item.type_id])
        if not actor.tenant.types_by_id[item.type_id].has_note:
            problems.append(Problem("interaction", "has no note of its own: interactions of its type cannot"))
        if item.note_id is not None:
            raise Conflict(f"the interaction has a note already: note {item.note_id}", existing=item.note_id)
        return item

    async def _link_problems(self, actor: Actor, links: Links, *, required: bool = True) -> list[Problem]:
        if required and not links:
            return [
                Problem(
                    "person_ids",
                    "give at least one of person_ids, organization_ids, opportunity_ids, or a parent_id",
                    "missing",
                )
            ]
        (problems,) = await link_problems(self._store, actor, [links], paths=IDS)
        return problems

    async def _tell(self, actor: Actor, unit: Unit, read: Note | None, new: Note | None) -> None:
        for follower in self.followers:
            await follower(actor, unit, read, new)

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the note was changed by somebody else at the same time; try again") from error


def _state(note: Note, interaction: Interaction | None) -> int:
    return note.version + (0 if interaction is None else interaction.version)


def _require_state(note: Note, interaction: Interaction | None, expected: int | None) -> None:
    if expected not in (None, _state(note, interaction)):
        raise Conflict("the note was changed by somebody else in the meantime; read it again")


async def delete_with_replies(
    store: Store, actor: Actor, unit: Unit, note: Note, interaction: Interaction | None, at: int
) -> None:
    """Add to a unit that a note and its replies are deleted."""
    tenant = actor.tenant.id
    replies: list[Note] = []
    before = None
    while page := await note_rows.page(store.database, tenant, actor.groups, limit=500, before=before, parent=note.id):
        replies += page
        before = (page[-1].created_at, page[-1].id)
    for item in [note, *replies]:
        gone = replace(item, version=item.version + 1)
        links = note_rows.link_rows(tenant, item, interaction) if item.parent is None else ()
        note_rows.change(unit, tenant, item, gone, links_before=links, deleted_at=at)
        add_entry(unit, actor, Action.DELETE, Entity.NOTE, item.id, gone.version, at, encode(item).decode())


def _attendees(interaction: Interaction | None) -> tuple[int, ...]:
    if interaction is None:
        return ()
    return tuple(dict.fromkeys(p.person for p in interaction.content.participants if p.person is not None))


def content_problems(content: str) -> list[Problem]:
    """Return what is wrong with a note's text."""
    if not content.strip():
        return [Problem("content", "must not be empty", "missing")]
    if len(content) > MAX_BODY:
        return [Problem("content", f"must not be longer than {MAX_BODY} characters", "too_long")]
    if "\x00" in content:
        return [Problem("content", "must not contain the character U+0000", "character")]
    return []
