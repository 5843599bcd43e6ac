"""Many records at once, for imports: each call is one transaction, and stores all of its drafts or none.

For interactions this is ``Interactions.log_many``. A few thousand drafts a call are a good number.
"""

from collections.abc import Container, Iterable, Sequence

from msgspec.structs import replace

from ..model import person_rules
from ..model.errors import Conflict, Invalid, Problem, unknown_id
from ..model.ids import uuid7
from ..model.instants import now
from ..model.interactions import Links
from ..model.journal import Action, Entity
from ..model.notes import Note, NoteDraft
from ..model.parties import (
    Opportunity,
    OpportunityDraft,
    Organization,
    OrganizationDraft,
    Party,
    Person,
    PersonDraft,
    PersonKind,
    email_domain,
    normal_email,
)
from ..model.tenancy import Actor, Right
from ..store import notes as note_rows
from ..store import opportunities as opportunity_rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from . import notes, opportunities, organizations
from .links import IDS, link_problems
from .persons import Persons


class Bulk:
    """Use cases of imports. Problems name the draft by its place: ``[3].emails[0]``."""

    def __init__(self, store: Store, persons_: Persons) -> None:
        self._store = store
        self._database = store.database
        self._persons = persons_

    async def create_organizations(self, actor: Actor, drafts: Sequence[OrganizationDraft]) -> list[Organization]:
        """Create organizations; persons with an address at one of their domains join them."""
        actor.require(Right.WRITE)
        tenant, at = actor.tenant.id, now()
        known = await self._known_persons(actor, (id_ for draft in drafts for id_ in draft.person_ids))
        _raise_problems(
            organizations.problems_of(draft.name, draft.domains)
            + _unknown("person_ids", "Person", draft.person_ids, known)
            for draft in drafts
        )
        unit, created = Unit(), []
        joining: dict[int, list[int]] = {}
        for id_, draft in zip(await self._numbers(actor, "organization", drafts), drafts, strict=True):
            item = Organization(
                id=id_,
                uuid=uuid7(),
                name=draft.name.strip(),
                domains=organizations.normal_domains(draft.domains),
                created_at=at,
            )
            organization_rows.insert(unit, tenant, item)
            self._persons.values.add(actor, unit, item)
            add_entry(unit, actor, Action.CREATE, Entity.ORGANIZATION, id_, 1, at)
            joiners = set(draft.person_ids)
            for domain in item.domains:
                joiners |= await person_rows.ids_at_domain(self._database, tenant, domain)
            for person_id in joiners:
                joining.setdefault(person_id, []).append(id_)
            created.append(item)
        for read in (await self._known_persons(actor, joining)).values():
            ids = (*read.organization_ids, *joining[read.id])
            person = replace(read, organization_ids=ids, version=read.version + 1, modified_at=at)
            person_rows.change(unit, tenant, read, person)
            await self._persons.values.follow(actor, unit, read, person)
            add_entry(unit, actor, Action.AMEND, Entity.PERSON, read.id, person.version, at, encode(read).decode())
        await self._write(unit)
        return created

    async def create_persons(self, actor: Actor, drafts: Sequence[PersonDraft]) -> list[Person]:
        """Create persons; they also join the organizations that own their e-mail domains."""
        actor.require(Right.WRITE)
        tenant, at = actor.tenant.id, now()
        addresses = [[normal_email(email) for email in draft.emails] for draft in drafts]
        everywhere = {address for some in addresses for address in some}
        taken = await person_rows.ids_by_email(self._database, tenant, everywhere)
        known = await organization_rows.by_ids(
            self._database, tenant, {id_ for draft in drafts for id_ in draft.organization_ids}
        )
        domains = {email_domain(address) for address in everywhere} - {""}
        owners = await organization_rows.ids_by_domain(self._database, tenant, domains)
        problems = []
        first: dict[str, int] = {}
        for index, (draft, some) in enumerate(zip(drafts, addresses, strict=True)):
            found = person_rules.name_problems(draft.first_name, draft.last_name) + person_rules.email_problems(
                draft.emails
            )
            found += _unknown("organization_ids", "Organization", draft.organization_ids, known)
            for place, address in enumerate(some):
                if address in taken or first.setdefault(address, index) != index:
                    found.append(Problem(f"emails[{place}]", f"{address} belongs to another person", "taken"))
            problems.append(found)
        _raise_problems(problems)
        unit, created = Unit(), []
        for id_, draft in zip(await self._numbers(actor, "person", drafts), drafts, strict=True):
            emails = person_rules.distinct_emails(draft.emails)
            joined = (owner for email in emails for owner in owners.get(email_domain(email), ()))
            item = Person(
                id=id_,
                uuid=uuid7(),
                kind=draft.kind,
                first_name=draft.first_name.strip(),
                last_name=draft.last_name.strip(),
                emails=emails,
                primary_email=emails[0] if emails else None,
                organization_ids=tuple(dict.fromkeys([*draft.organization_ids, *joined])),
                created_at=at,
            )
            person_rows.insert(unit, tenant, item)
            self._persons.values.add(actor, unit, item)
            add_entry(unit, actor, Action.CREATE, Entity.PERSON, id_, 1, at)
            created.append(item)
        await self._persons.bind_waiting(
            actor, unit, {normal_email(email): item.id for item in created for email in item.emails}
        )
        await self._write(unit)
        return created

    async def create_opportunities(self, actor: Actor, drafts: Sequence[OpportunityDraft]) -> list[Opportunity]:
        """Create opportunities on their lists."""
        actor.require(Right.WRITE)
        tenant, at = actor.tenant.id, now()
        lists = {
            item.id: item
            for item in await opportunity_rows.lists(self._database, tenant)
            if opportunities.sees_list(actor, item)
        }
        problems = await link_problems(
            self._store, actor, [Links(d.person_ids, d.organization_ids) for d in drafts], paths=IDS
        )
        for draft, found in zip(drafts, problems, strict=True):
            found += opportunities.name_problems(draft.name)
            if draft.list_id not in lists:
                found.append(unknown_id("list_id", draft.list_id, "List"))
            elif lists[draft.list_id].kind is not Party.OPPORTUNITY:
                found.append(Problem("list_id", f"list {draft.list_id} is not a list of opportunities"))
        _raise_problems(problems)
        unit, created = Unit(), []
        ids, entry_ids = await self._numbers(actor, "opportunity", drafts), await self._numbers(actor, "entry", drafts)
        for id_, entry_id, draft in zip(ids, entry_ids, drafts, strict=True):
            item = Opportunity(
                id=id_,
                uuid=uuid7(),
                name=draft.name.strip(),
                list_id=draft.list_id,
                entry_id=entry_id,
                creator=actor.person_id,
                person_ids=tuple(dict.fromkeys(draft.person_ids)),
                organization_ids=tuple(dict.fromkeys(draft.organization_ids)),
                created_at=draft.created_at if draft.created_at is not None else at,
            )
            opportunity_rows.insert(unit, tenant, item)
            add_entry(unit, actor, Action.CREATE, Entity.OPPORTUNITY, id_, 1, at)
            created.append(item)
        await self._write(unit)
        return created

    async def create_notes(self, actor: Actor, drafts: Sequence[NoteDraft]) -> list[Note]:
        """Write notes on parties, and replies to notes; an interaction's own note is written with ``Notes.create``."""
        actor.require(Right.WRITE)
        tenant, at = actor.tenant.id, now()
        parents = await note_rows.by_ids(
            self._database, tenant, {draft.parent for draft in drafts if draft.parent is not None}
        )
        creators = await self._known_persons(actor, (d.creator for d in drafts if d.creator is not None))
        problems = await link_problems(self._store, actor, [draft.links for draft in drafts], paths=IDS)
        for draft, found in zip(drafts, problems, strict=True):
            found += notes.content_problems(draft.content)
            if draft.interaction is not None:
                found.append(Problem("interaction", "must be written on its own"))
            if draft.created_at is not None and draft.created_at > at:
                found.append(Problem("created_at", "must not lie in the future", "range"))
            if draft.creator is not None and draft.creator not in creators:
                found.append(unknown_id("creator_id", draft.creator, "Person"))
            elif draft.creator is not None and creators[draft.creator].kind is not PersonKind.INTERNAL:
                found.append(Problem("creator_id", "must be an internal person"))
            if draft.parent is None and not draft.links:
                found.append(Problem("person_ids", "give at least one party, or a parent_id", "missing"))
            elif draft.parent is not None and (
                draft.parent not in parents or not actor.sees(parents[draft.parent].group)
            ):
                found.append(unknown_id("parent_id", draft.parent, "Note"))
            elif draft.parent is not None and parents[draft.parent].parent is not None:
                found.append(Problem("parent_id", "is itself a reply; reply to the note that it answers"))
        _raise_problems(problems)
        unit, created = Unit(), []
        for id_, draft in zip(await self._numbers(actor, "note", drafts), drafts, strict=True):
            parent = parents[draft.parent] if draft.parent is not None else None
            item = Note(
                id=id_,
                content=draft.content,
                kind=draft.kind,
                links=Links() if parent is not None else draft.links,
                parent=draft.parent,
                creator=draft.creator or actor.person_id,
                created_at=draft.created_at if draft.created_at is not None else at,
                group=parent.group if parent is not None else 0,
            )
            note_rows.insert(unit, tenant, item)
            add_entry(unit, actor, Action.CREATE, Entity.NOTE, id_, 1, at)
            created.append(item)
        await self._write(unit)
        return created

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except (Duplicate, Stale) as error:
            raise Conflict("somebody else stored or changed one of these at the same time; try again") from error

    async def _numbers(self, actor: Actor, kind: str, drafts: Sequence[object]) -> range:
        return await self._store.numbers.take(actor.tenant.id, kind, len(drafts)) if drafts else range(0)

    async def _known_persons(self, actor: Actor, ids: Iterable[int]) -> dict[int, Person]:
        wanted = set(ids)
        return await person_rows.by_ids(self._database, actor.tenant.id, wanted) if wanted else {}


def _unknown(path: str, model: str, ids: Sequence[int], known: Container[int]) -> list[Problem]:
    return [unknown_id(f"{path}[{i}]", id_, model) for i, id_ in enumerate(ids) if id_ not in known]


def _raise_problems(problems: Iterable[list[Problem]]) -> None:
    """Raise ``Invalid`` with the problems of all drafts, given in their order, if there are any."""
    found = [
        replace(problem, path=f"[{index}].{problem.path}") for index, some in enumerate(problems) for problem in some
    ]
    if found:
        raise Invalid(*found)
