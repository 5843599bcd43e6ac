"""What else is added to a unit when a person or an organization is deleted, or comes back: parts in opportunities."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from ..model.journal import Action, Entity
from ..model.parties import Opportunity, Organization, Party, Person
from ..model.tenancy import Actor
from ..store import external_ids
from ..store import opportunities as opportunity_rows
from ..store.external_ids import Pair
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store

_PARTS = {Party.PERSON: "person_ids", Party.ORGANIZATION: "organization_ids"}


async def leave(store: Store, actor: Actor, unit: Unit, party: tuple[Party, int], at: int) -> list[int]:
    """Add to a unit that a party has no part in any opportunity; returns the ids of those that it had."""
    kind, id_ = party
    found = await opportunity_rows.of_parties(store.database, actor.tenant.id, kind, [id_])
    opportunities = await opportunity_rows.by_ids(store.database, actor.tenant.id, found.get(id_, ()))
    for item in opportunities.values():
        _add_parts(actor, unit, item, kind, tuple(other for other in _parts(item, kind) if other != id_), at)
    return sorted(opportunities)


async def join(
    store: Store, actor: Actor, unit: Unit, party: tuple[Party, int], opportunities: Iterable[int], at: int
) -> None:
    """Add to a unit that a party has a part in those of some opportunities that are there, unless it has."""
    kind, id_ = party
    found = await opportunity_rows.by_ids(store.database, actor.tenant.id, opportunities)
    for item in found.values():
        if id_ not in _parts(item, kind):
            _add_parts(actor, unit, item, kind, (*_parts(item, kind), id_), at)


async def release_ids(store: Store, actor: Actor, unit: Unit, party: tuple[Party, int]) -> list[Pair]:
    """Add to a unit that other systems know a party no longer, and return by which ids they did."""
    kind, id_ = party
    found = await external_ids.by_parties(store.database, actor.tenant.id, kind, [id_])
    if found:
        external_ids.release(unit, actor.tenant.id, kind, id_)
    return found.get(id_, [])


async def claim_ids(store: Store, actor: Actor, unit: Unit, party: tuple[Party, int], ids: Iterable[Pair]) -> None:
    """Add to a unit that other systems know a party again by those of the ids that nobody else has got."""
    kind, id_ = party
    pairs = [(system, text) for system, text in ids]
    taken = await external_ids.parties(store.database, actor.tenant.id, kind, pairs)
    external_ids.insert(unit, actor.tenant.id, kind, {pair: id_ for pair in pairs if pair not in taken})


def told(read: Person | Organization, **links: Any) -> str:
    """Return what the journal keeps of a record that is deleted: itself, and ids of what it was linked to."""
    return encode(msgspec.to_builtins(read) | links).decode()


def _parts(item: Opportunity, kind: Party) -> tuple[int, ...]:
    return item.person_ids if kind is Party.PERSON else item.organization_ids


def _add_parts(actor: Actor, unit: Unit, read: Opportunity, kind: Party, parts: tuple[int, ...], at: int) -> None:
    changed = replace(read, **{_PARTS[kind]: parts}, version=read.version + 1, modified_at=at)
    opportunity_rows.change(unit, actor.tenant.id, read, changed)
    before = encode(read).decode()
    add_entry(unit, actor, Action.AMEND, Entity.OPPORTUNITY, read.id, changed.version, at, before)
