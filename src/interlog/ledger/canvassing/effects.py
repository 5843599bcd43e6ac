"""What a visit changes of its contact, in the visit's own unit (§3.8).

Each change of a visit is also a new version of its contact's row, even if nothing in it changes: so whoever works out
a contact from its visits is told when another visit came in between. The journal is told of what one can see.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from ...model.canvassing.newest import after_newest
from ...model.canvassing.records import RECORDS
from ...model.canvassing.resources import NOTHING, Resource
from ...model.canvassing.states import Data, Outcome, recomputed, state_after, status_after, worked
from ...model.canvassing.statuses import status_id
from ...model.canvassing.surveys import Answer, answers_in
from ...model.canvassing.visits import Visit, visit_of
from ...model.instants import now
from ...model.interactions import Interaction
from ...model.journal import Action, Entity
from ...model.tenancy import Actor, Tenant
from ...store import interactions as interaction_rows
from ...store import resources as rows
from ...store import visits as visit_rows
from ...store.journal import add_entries
from ...store.statements import Unit
from ...store.store import Store
from ..interactions import Change
from .people import People
from .resources import before_of

_KIND = "contacts"


def outcome_of(tenant: Tenant, item: Interaction) -> Outcome | None:
    """Return what a visit says of its contact; None for what is deleted, or lacks what a visit must have."""
    visit = visit_of(item.content) if item.deleted_at is None else None
    return None if visit is None else said_by(tenant, item, visit, answers_in(visit.responses))


def said_by(tenant: Tenant, item: Interaction, visit: Visit, answers: Iterable[Answer]) -> Outcome:
    """Return what a visit with these answers says of its contact. ``item`` is the interaction that it is."""
    available, reason = not visit.unavailable, visit.reason if visit.unavailable else None
    successful = available and bool(visit.successful)
    status, chosen = visit.status, visit.beside.chosen
    if status is not None and chosen[:1] == (status,):
        state = chosen[1]
    else:
        state = state_after(available=available, reason=reason, successful=successful)
        name = status_after(state, available=available, reason=reason)
        status = status_id(tenant, name) if name is not None else None
    return Outcome(
        id=item.uuid,
        at=item.content.occurred_at,
        created_at=item.created_at,
        campaign=visit.campaign,
        household=visit.household or "",
        walklist=visit.walklist,
        available=available,
        reason=reason,
        successful=successful,
        state=state,
        status=status,
        answers=tuple(answers),
    )


class Effects:
    """Keeps contacts as their visits say."""

    def __init__(self, store: Store, people: People) -> None:
        self._database = store.database
        self._people = people

    async def follow(self, actor: Actor, unit: Unit, changes: Sequence[Change]) -> None:
        """Add to a unit what visits that are new in it, change or go make of their contacts."""
        new, other = [], set()
        for read, item in changes:
            if read is None or read.deleted_at is not None:
                new.append(item)
            else:
                other |= {visit.contact for one in (read, item) if (visit := visit_of(one.content)) is not None}
        outcomes = _by_contact(actor.tenant, new)
        found = await rows.by_refs(
            self._database, actor.tenant.id, [(_KIND, contact) for contact in {*outcomes, *other}]
        )
        contacts = {item.id: item for item in found.values()}  # deleted ones too: they may come back
        simple = {contact: some for contact, some in outcomes.items() if contact not in other}
        await self.add(actor, unit, contacts, simple)
        if other & contacts.keys():
            await self._recompute(actor, unit, [contacts[id_] for id_ in sorted(other & contacts.keys())], changes)

    async def add(
        self,
        actor: Actor,
        unit: Unit,
        contacts: Mapping[str, Resource],
        outcomes: Mapping[str, Sequence[Outcome]],
        requests: Mapping[str, str | None] = NOTHING,
    ) -> None:
        """Add to a unit what new visits make of their contacts, which were read before.

        ``requests``: by which request the visits of each came, if not by the actor's own.
        """
        at, by = now() // 1_000 * 1_000, await self._people.uuid_of(actor)
        for id_, some in outcomes.items():
            contact = contacts.get(id_)
            if contact is not None:
                made = after_newest(contact.data, contact.aside, some[0], at, by) if len(some) == 1 else None
                data, aside = made if made is not None else worked(contact.data, contact.aside, some, at, by)
                request_id = requests.get(id_, actor.request_id)
                _put(actor, unit, contact, data, aside, at, by, request_id)

    async def _recompute(
        self, actor: Actor, unit: Unit, contacts: Sequence[Resource], changes: Collection[Change]
    ) -> None:
        """Add to a unit what all visits of contacts make of them after these changes. The contacts must have been read
        before their visits."""
        tenant = actor.tenant
        ids = [contact.id for contact in contacts]
        numbers = await visit_rows.numbers_of_contacts(self._database, tenant.id, ids)
        items = await interaction_rows.by_numbers(self._database, tenant.id, numbers)
        items |= {item.number: item for _, item in changes}
        outcomes = _by_contact(tenant, items.values())
        at, by = now() // 1_000 * 1_000, await self._people.uuid_of(actor)
        for contact in contacts:
            data, aside = recomputed(contact.data, contact.aside, outcomes.get(contact.id, ()), at, by)
            _put(actor, unit, contact, data, aside, at, by, actor.request_id)


def _put(
    actor: Actor, unit: Unit, read: Resource, data: Data, aside: Data, at: int, by: str, request_id: str | None
) -> None:
    """Add to a unit that a contact is as its visits make it, by a request."""
    tenant, version = actor.tenant.id, read.version + 1
    if data == read.data and aside.get(RECORDS) == read.aside.get(RECORDS):
        rows.change_aside(unit, tenant, read, replace(read, aside=aside, version=version))
        return
    stored = replace(read, data=data, aside=aside, version=version, modified_at=at, modifier=by)
    rows.change_said(unit, tenant, read, stored)
    changes = [(read.number, version, before_of(read))]
    add_entries(unit, actor, Action.AMEND, Entity.RESOURCE, changes, at, [request_id])


def _by_contact(tenant: Tenant, items: Collection[Interaction]) -> dict[str, list[Outcome]]:
    """Return what visits say, by their contacts' ids."""
    found: dict[str, list[Outcome]] = {}
    for item in items:
        outcome, visit = outcome_of(tenant, item), visit_of(item.content)
        if outcome is not None and visit is not None:
            found.setdefault(visit.contact, []).append(outcome)
    return found
