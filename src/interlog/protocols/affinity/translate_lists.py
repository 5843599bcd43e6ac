"""Between lists, what stands on them, and version 1: pure functions."""

from typing import Any

from interlog.ledger.list_entries import Listed
from interlog.model.parties import Opportunity, Organization, PartyList, Person

from . import wire
from .translate import Clock, organization, person


def party_list(item: PartyList, size: int) -> wire.PartyList:
    """Return a list (spec 6)."""
    return wire.PartyList(item.id, int(item.kind), item.name, item.is_public, item.owner, size)


def listed(found: Listed, times: Clock) -> wire.Listed:
    """Return an entry with what it is for (spec 6)."""
    entry, party = found
    return wire.Listed(
        id=entry.id,
        list_id=entry.list_id,
        creator_id=entry.creator,
        entity_id=entry.party,
        entity_type=int(entry.kind),
        created_at=times.text(entry.created_at),
        entity=_entity(party),
    )


def _entity(party: Person | Organization | Opportunity) -> wire.Person | dict[str, Any]:
    match party:
        case Person():
            return person(party)
        case Organization():
            return organization(party)
        case Opportunity():
            return {"id": party.id, "name": party.name}
