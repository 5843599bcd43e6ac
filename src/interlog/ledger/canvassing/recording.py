"""Recording visits: each once, however often it is sent, with what it changes elsewhere, in one unit."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ...model.canvassing.errors import Taken
from ...model.canvassing.permissions import Permit
from ...model.canvassing.resources import Ref, Resource, ResourceDraft
from ...model.canvassing.states import Outcome, worked
from ...model.canvassing.visits import TYPE, TYPE_ID, Visit, content_of, summary_of, title_of, visit_of, written
from ...model.errors import Forbidden, InterlogError, Invalid, Unavailable
from ...model.ids import uuid7
from ...model.instants import now
from ...model.interactions import Draft, Interaction
from ...model.parties import Person, PersonKind
from ...model.tenancy import Actor, Right
from ...store import interactions as interaction_rows
from ...store import visits as visit_rows
from ...store.database import Duplicate, Stale
from ...store.statements import Unit
from ...store.store import Store
from ..adding import add_drafts
from ..drafts import Accepted
from ..interactions import Interactions
from ..together import Together
from .effects import Effects, said_by
from .resources import Resources
from .surveys import Books
from .turns import Turns
from .visit_drafts import Found, Rules, VisitDraft, completed, problems_of, refs_of

_TRIES = 8
_EMPTY_CONTACT = {
    "fields": {},
    "answers": {},
    "profile": {"name": {"first": "", "last": ""}},
    "contacted": False,
    "reservation": {"reserved": False},
}


class Recorded(NamedTuple):
    """A visit and its interaction, and whether a former request had stored it."""

    interaction: Interaction
    visit: Visit
    repeated: bool = False


class _Under(NamedTuple):
    """Under what visits are recorded: what the actor may do, and what the server has decided."""

    permit: Permit
    rules: Rules


class Recording:
    """Use cases that record visits."""

    def __init__(
        self, store: Store, interactions: Interactions, resources: Resources, effects: Effects, books: Books
    ) -> None:
        self._store = store
        self._database = store.database
        self._interactions = interactions
        self._resources = resources
        self._effects = effects
        self._books = books
        self._turns = Turns()
        self._together: Together[VisitDraft, Recorded] = Together(self._record, self._record)
        self._steady = resources.steady

    async def create(self, actor: Actor, permit: Permit, draft: VisitDraft, rules: Rules) -> Recorded:
        """Record a visit; the same once more stores nothing. ``Taken`` where its id means another one."""
        actor.require(Right.WRITE)
        under = _Under(permit, rules)
        async with self._turns.of(actor.tenant.id, draft.visit.contact):
            for _ in range(_TRIES):
                try:
                    outcome = await self._together.log(actor, draft, under)
                except (Duplicate, Stale):  # another process stored the same, or changed the same contact, in between
                    continue
                if isinstance(outcome, InterlogError):
                    raise outcome
                return outcome
        raise Unavailable("too many are recording visits of the same contact")

    async def create_many(
        self, actor: Actor, permit: Permit, drafts: Sequence[VisitDraft], rules: Rules
    ) -> list[Recorded | InterlogError]:
        """Record visits in one unit: an outcome for each, in order; those that are refused are left out.

        Where the same one comes again, it is looked at after the first.
        """
        actor.require(Right.WRITE)
        outcomes: dict[int, Recorded | InterlogError] = {}
        seen: set[object] = set()
        at_once: dict[int, VisitDraft] = {}
        for index, draft in enumerate(drafts):
            keys: set[object] = {draft.id} if draft.id is not None else set()
            if rules.same_moment_is_same:
                keys.add(_moment(draft.visit))
            if seen.isdisjoint(keys):
                at_once[index] = draft
            seen |= keys
        contacts = {draft.visit.contact for draft in at_once.values()}
        try:
            async with self._turns.of_all(actor.tenant.id, contacts):
                made = await self._record(actor, list(at_once.values()), _Under(permit, rules))
            outcomes = dict(zip(at_once, made, strict=True))
        except (Duplicate, Stale):
            pass  # each for itself, then
        for index, draft in enumerate(drafts):
            if index not in outcomes:
                try:
                    outcomes[index] = await self.create(actor, permit, draft, rules)
                except InterlogError as error:
                    outcomes[index] = error
        return [outcomes[index] for index in range(len(drafts))]

    async def _record(
        self, actor: Actor, drafts: Sequence[VisitDraft], under: "_Under", request_ids: Sequence[str | None] = ()
    ) -> list[Recorded | InterlogError]:
        """Record visits as one unit. ``request_ids``: by which request each came, if not by the actor's own."""
        tenant, (permit, rules) = actor.tenant.id, under
        uuids = [draft.id for draft in drafts if draft.id is not None]
        steady: set[Ref] = set()
        others: set[Ref] = set()
        for draft in drafts:
            for ref in refs_of(draft.visit):
                (steady if ref[0] in self._steady.kinds else others).add(ref)
        found, is_stored = await visit_rows.around(self._database, tenant, others, uuids)
        found |= await self._steady.get_many(actor, steady)
        stored = await interaction_rows.by_uuids(self._database, tenant, uuids) if is_stored else {}
        outcomes: dict[int, Recorded | InterlogError] = {}
        accepted: dict[int, VisitDraft] = {}
        for index, draft in enumerate(drafts):
            read = stored.get(draft.id) if draft.id is not None else None
            if read is None and rules.same_moment_is_same:
                read = await self._at_the_same_moment(actor, permit, draft.visit)
            try:
                if read is not None:
                    outcomes[index] = _repeated(actor, permit, read, draft.visit)
                else:
                    request_id = request_ids[index] if request_ids else actor.request_id
                    accepted[index] = await self._accepted(actor, permit, draft, found, rules, request_id)
            except InterlogError as error:
                outcomes[index] = error
        items = await self._store_new(actor, list(accepted.values()), found)
        for (index, draft), item in zip(accepted.items(), items, strict=True):
            outcomes[index] = Recorded(item, draft.visit)
        return [outcomes[index] for index in range(len(drafts))]

    async def _at_the_same_moment(self, actor: Actor, permit: Permit, visit: Visit) -> Interaction | None:
        numbers = await visit_rows.numbers_of_contacts(self._database, actor.tenant.id, [visit.contact])
        found = await interaction_rows.by_numbers(self._database, actor.tenant.id, numbers)
        canvasser = visit.beside.creator or permit.user
        for _, item in sorted(found.items()):
            other = visit_of(item.content)
            if other is not None and other.beside.creator == canvasser and _moment(visit) == _moment(other):
                return item
        return None

    async def _accepted(
        self, actor: Actor, permit: Permit, draft: VisitDraft, found: Found, rules: Rules, request_id: str | None
    ) -> VisitDraft:
        problems = problems_of(actor, draft.visit, found, placeholders=rules.placeholders)
        book = await self._books.of(actor, found.get(("surveys", draft.visit.survey))) if not problems else None
        visit, said, wrong = completed(actor.tenant, draft, found, book, by=permit.user)
        if problems or wrong:
            raise Invalid(*problems, *wrong)
        if draft.group is not None and not actor.sees(draft.group):
            raise Forbidden("records of this security group are not yours to write")
        return replace(draft, visit=visit, said=said, request_id=request_id)

    async def _store_new(self, actor: Actor, drafts: Sequence[VisitDraft], found: Found) -> list[Interaction]:
        """Store new visits, what they refer to and nobody knows yet, and what they make of their contacts."""
        if not drafts:
            return []
        unit, at = Unit(), now()
        missing: dict[Ref, Resource] = {}
        if not all(_is_known(draft.visit, found) for draft in drafts):
            missing = await self._placeholders(actor, unit, drafts, found)
        known = {**found, **missing} if missing else found
        accepted = [_accepted(actor, draft, known) for draft in drafts]
        items = await add_drafts(self._store, actor, unit, accepted, at)
        outcomes: dict[str, list[Outcome]] = {}
        for draft, item in zip(drafts, items, strict=True):
            assert draft.said is not None, "it was read before it was accepted"
            outcome = said_by(actor.tenant, item, draft.visit, draft.said.answers)
            outcomes.setdefault(draft.visit.contact, []).append(outcome)
        contacts = {id_: known["contacts", id_] for id_ in outcomes if ("contacts", id_) not in missing}
        requests = {draft.visit.contact: draft.request_id for draft in drafts}
        await self._effects.add(actor, unit, contacts, {id_: outcomes[id_] for id_ in contacts}, requests)
        if missing:
            self._resources.add_new(actor, unit, [_with_visits(item, outcomes) for item in missing.values()])
        await self._database.write(unit)
        return items

    async def _placeholders(
        self, actor: Actor, unit: Unit, drafts: Sequence[VisitDraft], found: Found
    ) -> dict[Ref, Resource]:
        """Return what takes the place of what nobody knows yet; the persons of contacts are added to the unit."""
        made: dict[Ref, ResourceDraft] = {}
        for draft in drafts:
            visit = draft.visit
            lists = {"listId": visit.list_id} if visit.list_id is not None else {}
            for kind, id_, data in (
                ("campaigns", visit.campaign, {}),
                ("surveys", visit.survey, {"campaignId": visit.campaign}),
                ("contacts", visit.contact, _EMPTY_CONTACT | lists),
            ):
                if (kind, id_) not in found and (kind, id_) not in made:
                    made[kind, id_] = ResourceDraft(kind=kind, id=id_, data=data, placeholder=True)
        contacts = [ref for ref in made if ref[0] == "contacts"]
        numbers = await self._store.numbers.take(actor.tenant.id, "person", len(contacts)) if contacts else ()
        for number, ref in zip(numbers, contacts, strict=True):
            made[ref] = replace(made[ref], person=number)
            person = Person(id=number, uuid=uuid7(), kind=PersonKind.EXTERNAL, first_name="Contact",
                            last_name=ref[1][:8], created_at=now())  # fmt: skip
            self._interactions.persons.add_new(actor, unit, [person])
        return {item.ref: item for item in await self._resources.drafted(actor, list(made.values()))}


def _is_known(visit: Visit, found: Found) -> bool:
    """Whether all that a visit refers to was found."""
    return (
        ("campaigns", visit.campaign) in found
        and ("contacts", visit.contact) in found
        and ("surveys", visit.survey) in found
    )


def _accepted(actor: Actor, draft: VisitDraft, known: Mapping[Ref, Resource]) -> Accepted:
    """Return the interaction that a visit becomes."""
    visit, said = draft.visit, draft.said
    assert said is not None, "it was read before it was accepted"
    campaign, contact = known["campaigns", visit.campaign], known["contacts", visit.contact]
    title, body = title_of(campaign.data.get("name")), summary_of(visit, said)
    item = Draft(
        type=TYPE,
        content=content_of(visit, title, body, contact.person, actor.person_id),
        uuid=draft.id,
        group=draft.group if draft.group is not None else campaign.group,
        created_at=draft.created_at,
    )
    return Accepted(item, actor.tenant.types_by_name[TYPE], [], "", draft.request_id)


def _with_visits(item: Resource, outcomes: Mapping[str, Sequence[Outcome]]) -> Resource:
    """Return a placeholder as its first visits make it."""
    if item.kind != "contacts":
        return item
    data, aside = worked(item.data, item.aside, outcomes[item.id], item.created_at, item.creator)
    return replace(item, data=data, aside=aside)


def _repeated(actor: Actor, permit: Permit, read: Interaction, visit: Visit) -> Recorded:
    """Return what a former request stored under the same id; raises ``Taken`` where that is something else."""
    stored = visit_of(read.content) if read.type_id == TYPE_ID else None
    if stored is None or not is_seen(actor, permit, read):
        raise Taken("the id is in use")
    if read.deleted_at is not None or written(stored) != written(visit):
        raise Taken(f"interaction {read.uuid} is there already, with other content or deleted", read)
    return Recorded(read, stored, repeated=True)


def is_seen(actor: Actor, permit: Permit, item: Interaction) -> bool:
    """Whether a visit may be seen: by its security group, and by who was there where only one's own are shown."""
    return actor.sees(item.group) and (not permit.assigned_only or item.creator == actor.person_id)


def _moment(visit: Visit) -> tuple[int, str, str]:
    return visit.at, visit.survey, visit.contact
