"""New interactions: their numbers, and all their rows."""

from collections.abc import Iterable, Sequence

from ..model.ids import stamps, uuids7
from ..model.interactions import Content, Interaction
from ..model.journal import Action, Entity
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store import visits as visit_rows
from ..store.journal import add_entries
from ..store.schema import external_id, interaction, note, note_link, participant, request, unbound
from ..store.statements import Unit
from ..store.store import Store
from .drafts import Accepted, Name, record_of, root_note, unbound_rows


async def names_for(store: Store, actor: Actor, new: Sequence[tuple[Content, InteractionType]]) -> Iterable[Name]:
    """Return names for new interactions, in order."""
    if not new:
        return ()
    tenant = actor.tenant.id
    numbers = await store.numbers.take(tenant, "interaction", len(new))
    noted = [place for place, (content, type_) in enumerate(new) if content.body and type_.has_note]
    note_ids: list[int | None] = [None] * len(new)
    for place, note_id in zip(
        noted, await store.numbers.take(tenant, "note", len(noted)) if noted else (), strict=True
    ):
        note_ids[place] = note_id
    return map(Name, numbers, uuids7(len(new)), note_ids)


async def add_drafts(
    store: Store, actor: Actor, unit: Unit, accepted: Sequence[Accepted], at: int
) -> list[Interaction]:
    """Add the rows of accepted drafts to a unit, and return the records that they become."""
    names = await names_for(store, actor, [(item.draft.content, item.type_) for item in accepted])
    records = [
        (record_of(actor, item.draft, item.type_, name, at, changed_at), item.type_)
        for item, name, changed_at in zip(accepted, names, stamps(len(accepted)), strict=True)
    ]
    requests = [
        (key, item.fingerprint, record.number)
        for item, (record, _) in zip(accepted, records, strict=True)
        for key in item.keys
    ]
    add_records(actor, unit, records, requests, at, [item.request_id or actor.request_id for item in accepted])
    return [record for record, _ in records]


def add_records(
    actor: Actor,
    unit: Unit,
    records: Sequence[tuple[Interaction, InteractionType]],
    requests: Iterable[tuple[str, str, int]],
    at: int,
    request_ids: Sequence[str | None] = (),
) -> None:
    """Add the rows of new interactions to a unit.

    ``requests``: the keys under which repeated requests are recognised, each with the request's fingerprint and the
    number of the interaction. ``request_ids``: by which request each came, if not all by the actor's.
    """
    tenant = actor.tenant.id
    rows, parts, notes, links, waiting, external_ids = [], [], [], [], [], []
    for item, _ in records:
        parties = interaction_rows.parties_of(item.content)
        rows.append(interaction_rows.row_of(tenant, item))
        parts += interaction_rows.participant_rows(tenant, item, parties)
        waiting += unbound_rows(tenant, item)
        if item.note_id is not None:
            root = root_note(item, item.created_at, item.creator or actor.person_id)
            notes.append(note_rows.row_of(tenant, root))
            links += note_rows.rows_of_parties(tenant, root, parties)
        if item.external_ids:
            external_ids += [(tenant, system, id_, item.number) for system, id_ in item.external_ids.items()]
    entries = [(item.number, 1, None) for item, _ in records]
    add_entries(unit, actor, Action.CREATE, Entity.INTERACTION, entries, at, request_ids)
    unit.insert(request, [(tenant, *keyed, at) for keyed in requests])
    unit.insert(external_id, external_ids)
    unit.insert(interaction, rows)
    unit.insert(participant, parts)
    unit.insert(unbound, waiting)
    unit.insert(note, notes)
    unit.insert(note_link, links)
    visit_rows.insert(unit, tenant, (item for item, _ in records))
    field_rows.insert(unit, tenant, records)
