"""What is added to a unit when an interaction is deleted, or comes back."""

from msgspec.structs import replace

from ..model.ids import stamp
from ..model.instants import now
from ..model.interactions import Interaction
from ..model.journal import Action, Entity
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .drafts import root_note
from .notes import delete_with_replies
from .successors import with_survivors


async def add_deletion(
    store: Store, actor: Actor, unit: Unit, read: Interaction, type_: InteractionType
) -> Interaction:
    """Add that an interaction, its note and the replies to it are deleted; returns it as it is then."""
    tenant, at = actor.tenant.id, now()
    gone = replace(
        read, deleted_at=at, version=read.version + 1, modified_at=at, modifier=actor.person_id, changed_at=stamp()
    )
    interaction_rows.change(unit, tenant, read, gone)
    field_rows.change(unit, tenant, read, gone, type_)
    add_entry(unit, actor, Action.DELETE, Entity.INTERACTION, read.number, gone.version, at)
    if read.note_id is not None:
        notes = await note_rows.by_ids(store.database, tenant, [read.note_id])
        for note in notes.values():
            await delete_with_replies(store, actor, unit, note, read, at)
    return gone


async def add_restoration(
    store: Store, actor: Actor, unit: Unit, read: Interaction, type_: InteractionType
) -> Interaction:
    """Add that a deleted interaction is there again, its text as a new note; returns it as it is then."""
    tenant, at = actor.tenant.id, now()
    noted = bool(read.content.body) and type_.has_note
    back = replace(
        read,
        content=await with_survivors(store, tenant, read.content),
        deleted_at=None,
        note_id=await store.numbers.one(tenant, "note") if noted else None,
        version=read.version + 1,
        modified_at=at,
        modifier=actor.person_id,
        changed_at=stamp(),
    )
    interaction_rows.change(unit, tenant, read, back)
    field_rows.change(unit, tenant, read, back, type_)
    add_entry(unit, actor, Action.RESTORE, Entity.INTERACTION, read.number, back.version, at, encode(read).decode())
    if back.note_id is not None:
        note_rows.insert(unit, tenant, root_note(back, at, back.creator or actor.person_id), back)
        add_entry(unit, actor, Action.CREATE, Entity.NOTE, back.note_id, 1, at)
    return back
