"""Notes on contacts: notes on the persons that they are, in the one store (spec 4.10).

A resource of the kind ``notes`` stands beside the note, whose number is its natural key: it has the id that clients of
canvassing know, and says once more what is listed by. Whichever of the two is changed, the other is in the same unit.
"""

from collections.abc import Callable

from msgspec.structs import replace

from ...model.canvassing.errors import Changed, Taken
from ...model.canvassing.resources import Resource, ResourceDraft
from ...model.errors import Conflict, Invalid, Problem
from ...model.instants import now
from ...model.interactions import Links
from ...model.journal import Action, Entity
from ...model.notes import Note
from ...model.tenancy import Actor, Right
from ...store import notes as note_rows
from ...store import resources as rows
from ...store.database import Duplicate, Stale
from ...store.journal import add_entry
from ...store.rows import encode
from ...store.statements import Unit
from ...store.store import Store
from ..notes import Notes, delete_with_replies
from .identities import CONTACTS
from .parts import Parts
from .resources import Made, Resources

_TRIES = 4
NOTES = "notes"


class ContactNotes:
    """Use cases around notes on contacts."""

    def __init__(self, store: Store, resources: Resources, notes: Notes) -> None:
        self._store = store
        self._database = store.database
        self._resources = resources
        self._parts = Parts(store, resources)
        notes.followers.append(self._follow)

    async def create(self, actor: Actor, draft: ResourceDraft) -> Made:
        """Write a note on a contact. The same under an id that is there is a repetition; ``Taken`` for another."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            (item,) = await self._resources.drafted(actor, [draft])
            known = (await rows.by_refs(self._database, actor.tenant.id, [item.ref])).get(item.ref)
            if known is not None:
                if known.deleted_at is None and known.data == draft.data and actor.sees(known.group):
                    return Made(known, repeated=True)
                raise Taken(f"the note {item.id} is there already", known if actor.sees(known.group) else None)
            unit = Unit()
            item = replace(item, natural=str(await self._write_new(actor, unit, item)))
            self._resources.add_new(actor, unit, [item])
            try:
                await self._database.write(unit)
            except Duplicate:
                continue
            return Made(item)
        raise Conflict("the note was being stored by others at the same time; try again")

    async def amend(
        self, actor: Actor, id_: str, change: Callable[[Resource], Resource], *, expected_version: int | None = None
    ) -> Resource:
        """Change a note's text, or whom it is about."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self._resources.get(actor, NOTES, id_)
            if expected_version not in (None, read.version):
                raise Changed("it was changed by somebody else in the meantime; read it again", read)
            wanted = change(read)
            if wanted == read:
                return read
            unit = Unit()
            note = await self._note_of(actor, read)
            if note is not None:
                links, at = note.links, now()
                if wanted.owner != read.owner:
                    links = Links(persons=(await self._person_of(actor, wanted),))
                new = replace(note, content=wanted.data["text"], links=links, version=note.version + 1, updated_at=at)
                note_rows.change(
                    unit,
                    actor.tenant.id,
                    note,
                    new,
                    links_before=note_rows.link_rows(actor.tenant.id, note, None),
                    links_after=note_rows.link_rows(actor.tenant.id, new, None),
                )
                before = encode(note).decode()
                add_entry(unit, actor, Action.AMEND, Entity.NOTE, note.id, new.version, at, before)
            stored = await self._resources.add_change(actor, unit, read, wanted)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return stored
        raise Conflict("the note was being changed by others at the same time; try again")

    async def delete(self, actor: Actor, id_: str, *, expected_version: int | None = None) -> Resource:
        """Delete a note, whoever wrote it, and its replies."""

        async def also(unit: Unit, read: Resource | None, new: Resource) -> None:
            note = await self._note_of(actor, new)
            if note is not None:
                await delete_with_replies(self._store, actor, unit, note, None, now())

        return await self._resources.delete(actor, NOTES, id_, expected_version=expected_version, also=also)

    async def restore(self, actor: Actor, id_: str) -> Resource:
        """Undo a deletion: the text stands in a new note. Replies do not come back."""
        for _ in range(_TRIES):
            read = await self._resources.get(actor, NOTES, id_, deleted=True)
            if read.deleted_at is None:
                return read
            unit = Unit()
            number = await self._write_new(actor, unit, read)
            back = replace(read, deleted_at=None, natural=str(number))
            stored = await self._resources.add_change(actor, unit, read, back, Action.RESTORE)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return stored
        raise Conflict("the note was being changed by others at the same time; try again")

    async def _follow(self, actor: Actor, unit: Unit, read: Note | None, new: Note | None) -> None:
        """Add to the unit of a note's change, made through another protocol, what it means here."""
        if read is None:
            if new is not None and new.parent is None and new.interaction is None and new.links.persons:
                await self._take_in(actor, unit, new)
            return
        if new is not None and new.content == read.content:
            return
        key = str(read.id)
        item = (await rows.by_natural(self._database, actor.tenant.id, NOTES, [key])).get(key)
        if item is None:
            return
        if new is None:
            await self._parts.remove(actor, unit, item)
            return
        changed = replace(item, data=item.data | {"text": new.content})
        await self._resources.add_change(actor, unit, item, changed)

    async def _take_in(self, actor: Actor, unit: Unit, note: Note) -> None:
        """Add to a unit that a new note is about the first of its persons who is a contact."""
        contacts = await rows.by_person(self._database, actor.tenant.id, CONTACTS, note.links.persons)
        contact = next((contacts[person] for person in note.links.persons if person in contacts), None)
        if contact is not None:
            data = {"contactId": contact.id, "text": note.content}
            draft = ResourceDraft(kind=NOTES, data=data, natural=str(note.id), group=note.group)
            self._resources.add_new(actor, unit, await self._resources.drafted(actor, [draft]))

    async def _write_new(self, actor: Actor, unit: Unit, item: Resource) -> int:
        """Add a new note to a unit, and return its number."""
        note = Note(
            id=await self._store.numbers.one(actor.tenant.id, "note"),
            content=item.data["text"],
            links=Links(persons=(await self._person_of(actor, item),)),
            creator=actor.person_id,
            created_at=now(),
            group=item.group,
        )
        note_rows.insert(unit, actor.tenant.id, note, None)
        add_entry(unit, actor, Action.CREATE, Entity.NOTE, note.id, 1, note.created_at)
        return note.id

    async def _person_of(self, actor: Actor, item: Resource) -> int:
        ref = (CONTACTS, item.owner or "")
        contact = (await self._resources.get_many(actor, [ref])).get(ref)
        if contact is None or contact.person is None:
            raise Invalid(Problem("/data/contactId", "names nothing that is there in contacts", "unknown_id"))
        return contact.person

    async def _note_of(self, actor: Actor, item: Resource) -> Note | None:
        number = int(item.natural or 0)
        return (await note_rows.by_ids(self._database, actor.tenant.id, [number])).get(number)
