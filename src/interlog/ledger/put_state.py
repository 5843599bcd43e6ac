"""What becomes of an interaction that is put."""

from collections.abc import Sequence

from msgspec import Struct

from ..model.ids import stamps
from ..model.instances import Instance, InstanceKey, Outcome
from ..model.interactions import Content, Interaction
from ..model.tenancy import Actor
from ..model.types import InteractionType, Logging
from ..store.statements import Unit
from ..store.store import Store
from .adding import add_records, names_for
from .drafts import Name
from .put_lookups import fingerprint_of, request_key
from .references import Parts


class State(Struct, eq=False, gc=False):
    """What becomes of one interaction by the items of a request that are about it.

    ``read``: as it is stored. ``parts``: who takes part, where fields say so. ``draft``: the first item that stores
    it. ``items``: the places of them all.
    """

    type: InteractionType
    key: InstanceKey | None
    read: Interaction | None
    content: Content | None
    text: str | None
    stored: Interaction | None
    outcome: Outcome = Outcome.SAME
    parts: Parts | None = None
    draft: Instance | None = None
    origin: str | None = None
    items: list[int] = []

    @property
    def last_origin(self) -> str | None:
        """The data source of who wrote it last."""
        return self.origin if self.origin is not None or self.read is None else self.read.origin


def state_of(type_: InteractionType, key: InstanceKey | None, read: Interaction | None) -> State:
    """Return what becomes of an interaction before the first item about it is looked at."""
    if read is None:
        return State(type_, key, None, None, None, None)
    return State(type_, key, read, read.content, read.identity, read)


async def add_created(store: Store, actor: Actor, unit: Unit, states: Sequence[State], at: int) -> None:
    """Add new interactions to a unit, and note in their states the records that they become."""
    names = await names_for(
        store, actor, [(state.content, state.type) for state in states if state.content is not None]
    )
    for state, name, changed_at in zip(states, names, stamps(len(states)), strict=True):
        state.stored = _record_of(actor, state, name, at, changed_at)
    records = [(state.stored, state.type) for state in states if state.stored is not None]
    add_records(actor, unit, records, [keyed for state in states for keyed in _requests_of(state)], at)


def _record_of(actor: Actor, state: State, name: Name, at: int, changed_at: int) -> Interaction:
    item, content = state.draft, state.content
    assert item is not None
    assert content is not None
    return Interaction(
        uuid=name.uuid,
        number=name.number,
        type_id=state.type.id,
        type_version=state.type.version,
        content=content,
        logging=Logging.AUTOMATIC,
        protocol=actor.protocol,
        origin=state.origin,
        creator=None,
        group=item.group,
        note_id=name.note_id,
        external_ids={},
        version=1,
        created_at=at,
        identity=state.text,
        changed_at=changed_at,
    )


def _requests_of(state: State) -> list[tuple[str, str, int]]:
    """Return the key and the fingerprint by which a repetition of a request is told, and what the request made."""
    item = state.draft
    if item is None or item.request_key is None or state.stored is None:
        return []
    return [(request_key(item.request_key), fingerprint_of(item), state.stored.number)]
