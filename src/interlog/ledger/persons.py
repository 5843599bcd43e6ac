"""Persons: create, change, delete, find, and bind to interactions that were there before them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from ..model.errors import Conflict, Forbidden, Invalid, MergedAway, NotFound, Problem, unknown_id
from ..model.ids import uuid7
from ..model.instants import now
from ..model.interactions import Brief, Interaction
from ..model.journal import Action, Entity
from ..model.parties import Directory, Party, Person, PersonDraft, PersonKind, email_domain, normal_email
from ..model.person_rules import distinct_emails, email_problems, name_problems, plain_name, split_name
from ..model.profiles import CONTACT
from ..model.tenancy import Actor, Right, Tenant
from ..model.types import Category
from ..store import external_ids
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store import profiles as profile_rows
from ..store.database import Duplicate, Stale
from ..store.external_ids import Pair
from ..store.journal import add_entry
from ..store.moments import Kinds
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .departures import leave, release_ids, told
from .late_binding import LateBinding
from .list_entries import leave_lists
from .profile_values import ProfileValues
from .search import START, Place, search_page

_TRIES = 4
_EVENTS = (Category.MEETING, Category.CALL, Category.VISIT)


def kinds_of(tenant: Tenant) -> Kinds:
    """Return which of the tenant's types count as e-mails, events and chat messages."""
    return Kinds(tenant.type_ids(Category.EMAIL), tenant.type_ids(*_EVENTS), tenant.type_ids(Category.MESSAGE))


Follower: TypeAlias = Callable[[Actor, Unit, Person, Person | None], Awaitable[None]]
"""Adds to a unit what follows from a person's change: who he was, and who he will be (None: he is deleted)."""

Beside: TypeAlias = Callable[[Unit, Person], Awaitable[None]]
"""Adds to a unit what comes into being together with a person."""

Remember: TypeAlias = Callable[[Actor, Person], Awaitable[Mapping[str, Any]]]
"""Returns what an undo will need to know of a person who is about to be deleted, for the journal."""


class Persons(LateBinding):
    """Use cases around persons.

    ``followers`` are told of every change of a name or an address, in its unit; ``remembering`` are asked before a
    deletion.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.values = ProfileValues(store)
        self.followers: list[Follower] = []
        self.remembering: list[Remember] = []

    async def get(self, actor: Actor, person_id: int) -> Person:
        """Return a person; raises ``NotFound`` or ``MergedAway``."""
        actor.require(Right.READ)
        found = await person_rows.by_ids(self._database, actor.tenant.id, [person_id])
        if person_id in found:
            return found[person_id]
        merged = await person_rows.successors_of(self._database, actor.tenant.id, [person_id])
        if person_id in merged:
            raise MergedAway("person", person_id, merged[person_id])
        raise NotFound("person", person_id)

    async def get_many(self, actor: Actor, ids: Iterable[int]) -> dict[int, Person]:
        """Return those of the persons that exist."""
        actor.require(Right.READ)
        return await person_rows.by_ids(self._database, actor.tenant.id, set(ids))

    async def directory(self, actor: Actor, ids: set[int]) -> Directory:
        """Return where to look up these persons; it may hold others too."""
        actor.require(Right.READ)
        return await person_rows.directory(self._database, actor.tenant.id, ids)

    async def successors(self, actor: Actor, ids: Iterable[int]) -> dict[int, int]:
        """Return who those of the persons are by now that were merged into others."""
        actor.require(Right.READ)
        return await person_rows.successors_of(self._database, actor.tenant.id, ids)

    async def of_interactions(self, actor: Actor, items: Iterable[Interaction | Brief]) -> Directory:
        """Return where to look up the persons who took part in the interactions, each of whom is fetched once."""
        ids = {p.person for item in items for p in item.participants if p.person is not None}
        return await person_rows.directory(self._database, actor.tenant.id, ids)

    async def page(
        self,
        actor: Actor,
        *,
        limit: int,
        place: Place = START,
        term: str | None = None,
        bounds: Mapping[tuple[str, str], int] | None = None,
        with_moments: bool = False,
        internal: bool = False,
    ) -> tuple[list[Person], Place | None]:
        """Return persons from a place on, in order of ids, and the next place; None at the end.

        A search begins with those the term names exactly. ``bounds``: ("min" or "max", name of a moment) -> instant;
        ``with_moments``: only persons with interactions; ``internal``: only those who work for the tenant.
        """
        actor.require(Right.READ)
        conditional = bool(bounds or with_moments or internal)
        exact: list[Person] = []
        if term is not None and not conditional:
            exact = await person_rows.exact_matches(self._database, actor.tenant.id, term)

        async def others(after: int, many: int) -> list[Person]:
            return await person_rows.page(
                self._database,
                actor.tenant.id,
                after=after,
                limit=many,
                term=term,
                bounds=bounds,
                with_moments=with_moments,
                internal=internal,
                kinds=kinds_of(actor.tenant),
                groups=actor.groups,
                now=now(),
            )

        return await search_page(exact, others, limit, place)

    async def problems_of(self, actor: Actor, draft: PersonDraft) -> list[Problem]:
        """Return what is wrong with a person to be created."""
        actor.require(Right.READ)
        problems = name_problems(draft.first_name, draft.last_name) + email_problems(draft.emails)
        problems += await self._organization_problems(actor, draft.organization_ids)
        return problems + await self._taken(actor, draft.emails, None)

    async def create(self, actor: Actor, draft: PersonDraft, beside: Beside | None = None) -> Person:
        """Create a person; he also joins the organizations that own his e-mail domains.

        ``beside`` adds to the unit what is stored together with him, or not at all.
        """
        actor.require(Right.WRITE)
        if problems := await self.problems_of(actor, draft):
            raise Invalid(*problems)
        emails = distinct_emails(draft.emails)
        person = Person(
            id=await self._store.numbers.one(actor.tenant.id, "person"),
            uuid=uuid7(),
            kind=draft.kind,
            first_name=draft.first_name.strip(),
            last_name=draft.last_name.strip(),
            emails=emails,
            primary_email=emails[0] if emails else None,
            organization_ids=await self._with_owners(actor, draft.organization_ids, emails),
            created_at=now(),
        )
        owners = {normal_email(email): person.id for email in emails}
        for binding in (True, False):
            unit = Unit()
            self.add_new(actor, unit, [person])
            external_ids.insert(unit, actor.tenant.id, Party.PERSON, dict.fromkeys(draft.ids, person.id))
            if beside is not None:
                await beside(unit, person)
            if binding:
                await self.bind_waiting(actor, unit, owners)
            try:
                await self._write(actor, unit, person)
                break
            except Conflict:  # an interaction that waits was changed meanwhile
                if not binding:
                    raise
        await self.bind_late(actor, owners)
        return person

    async def update(
        self,
        actor: Actor,
        person_id: int,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        emails: tuple[str, ...] | None = None,
        organization_ids: tuple[int, ...] | None = None,
        expected_version: int | None = None,
        new_ids: tuple[Pair, ...] = (),
    ) -> Person:
        """Change what is given and leave the rest; lists replace the ones stored, ``new_ids`` come to those."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self.get(actor, person_id)
            if expected_version not in (None, read.version):
                break
            names = (
                read.first_name if first_name is None else first_name,
                read.last_name if last_name is None else last_name,
            )
            problems = name_problems(*names) if (first_name, last_name) != (None, None) else []
            if emails is not None:
                problems += email_problems(emails) + await self._taken(actor, emails, person_id)
            if organization_ids is not None:
                problems += await self._organization_problems(actor, organization_ids)
            if problems:
                raise Invalid(*problems)
            new_emails = read.emails if emails is None else distinct_emails(emails)
            organizations = (
                read.organization_ids if organization_ids is None else tuple(dict.fromkeys(organization_ids))
            )
            wanted = replace(
                read,
                first_name=names[0].strip(),
                last_name=names[1].strip(),
                emails=new_emails,
                organization_ids=organizations,
            )
            unit = Unit()
            person = await self.add_change(actor, unit, read, wanted)
            external_ids.insert(unit, actor.tenant.id, Party.PERSON, dict.fromkeys(new_ids, person.id))
            await self.tell(actor, unit, read, person)
            try:
                await self._write(actor, unit, person)
            except Conflict:  # often it was only what follows that somebody else has changed
                continue
            if added := set(person.emails) - set(read.emails):
                await self.bind_late(actor, {normal_email(email) for email in added})
            return person
        raise Conflict("the person was being changed by others at the same time; try again")

    async def add_change(self, actor: Actor, unit: Unit, read: Person, new: Person) -> Person:
        """Add the change of a person to a unit without telling followers, and return him as he will be.

        He also joins the organizations that own the domains of new addresses. ``bind_late`` is left to the caller.
        """
        added = tuple(email for email in new.emails if email not in read.emails)
        person = replace(
            new,
            primary_email=_primary(read, new.emails),
            organization_ids=await self._with_owners(actor, new.organization_ids, added),
            version=read.version + 1,
            modified_at=now(),
        )
        person_rows.change(unit, actor.tenant.id, read, person)
        await self.values.follow(actor, unit, read, person)
        before = encode(read).decode()
        add_entry(unit, actor, Action.AMEND, Entity.PERSON, read.id, person.version, now(), before)
        await self.bind_waiting(actor, unit, {normal_email(email): person.id for email in added})
        return person

    async def tell(
        self, actor: Actor, unit: Unit, read: Person, new: Person | None, *, besides: Follower | None = None
    ) -> None:
        """Add to a unit what followers make of a change of a person; None: he is deleted. ``besides``: who knows."""
        for follower in self.followers:
            if follower != besides:
                await follower(actor, unit, read, new)

    async def delete(self, actor: Actor, person_id: int, *, expected_version: int | None = None) -> Person:
        """Delete a person, and the notes he wrote; interactions and other notes stay. Internal persons cannot go."""
        actor.require(Right.WRITE)
        read = await self.get(actor, person_id)
        if read.kind is PersonKind.INTERNAL:
            raise Forbidden("an internal person cannot be deleted")
        if expected_version not in (None, read.version):
            raise Conflict("the person was changed by somebody else in the meantime; read it again")
        at = now()
        unit = Unit()
        gone = replace(read, version=read.version + 1, modified_at=at)
        person_rows.change(unit, actor.tenant.id, read, gone, deleted_at=at)
        await self.values.follow(actor, unit, read, None)
        kept = {name: value for remember in self.remembering for name, value in (await remember(actor, read)).items()}
        await self.tell(actor, unit, read, None)
        await profile_rows.release_key(self._database, unit, actor.tenant.id, CONTACT.id, person_id)
        await leave_lists(self._store, actor, unit, (Party.PERSON, person_id), at)
        left = await leave(self._store, actor, unit, (Party.PERSON, person_id), at)
        ids = await release_ids(self._store, actor, unit, (Party.PERSON, person_id))
        before = told(read, opportunity_ids=left, external_ids=ids, **kept)
        add_entry(unit, actor, Action.DELETE, Entity.PERSON, person_id, gone.version, at, before)
        await self._write(actor, unit, gone)
        return read

    async def bind(self, actor: Actor, addresses: Mapping[str, str | None]) -> tuple[dict[str, int], list[Person]]:
        """Return whose the addresses are (normal address -> person's id), and new persons for unknown ones.

        ``addresses`` maps normal addresses to names, if known. New persons are stored by ``add_new``.
        """
        tenant = actor.tenant
        usable = [address for address in addresses if not email_problems((address,))]
        known = await person_rows.ids_by_email(self._database, tenant.id, usable) if usable else {}
        unknown = [address for address in usable if address not in known]
        if not unknown or not tenant.settings.create_unknown_persons:
            return known, []
        owners = await organization_rows.ids_by_domain(
            self._database, tenant.id, {email_domain(address) for address in unknown}
        )
        created_at, persons = now(), []
        for id_, address in zip(
            await self._store.numbers.take(tenant.id, "person", len(unknown)), unknown, strict=True
        ):
            name = plain_name(addresses[address]) or address.partition("@")[0]
            first_name, last_name = split_name(name)
            person = Person(
                id=id_,
                uuid=uuid7(),
                kind=PersonKind.INTERNAL if tenant.is_own(address) else PersonKind.EXTERNAL,
                first_name=first_name,
                last_name=last_name,
                emails=(address,),
                primary_email=address,
                organization_ids=tuple(owners.get(email_domain(address), ())),
                created_at=created_at,
            )
            persons.append(person)
            known[address] = id_
        return known, persons

    def add_new(self, actor: Actor, unit: Unit, persons: Iterable[Person]) -> None:
        """Add new persons to a unit."""
        for person in persons:
            person_rows.insert(unit, actor.tenant.id, person)
            self.values.add(actor, unit, person)
            add_entry(unit, actor, Action.CREATE, Entity.PERSON, person.id, 1, person.created_at)

    async def _write(self, actor: Actor, unit: Unit, person: Person) -> None:
        try:
            await self._database.write(unit)
        except (Duplicate, Stale) as error:
            problems = await self._taken(actor, person.emails, person.id)
            if problems:
                raise Invalid(*problems) from error
            raise Conflict("the person was changed by somebody else at the same time; try again") from error

    async def _with_owners(self, actor: Actor, ids: Iterable[int], emails: Iterable[str]) -> tuple[int, ...]:
        """Return the organizations, and those that own the domains of the addresses."""
        domains = {email_domain(email) for email in emails} - {""}
        owners = await organization_rows.ids_by_domain(self._database, actor.tenant.id, domains) if domains else {}
        return tuple(dict.fromkeys([*ids, *(id_ for found in owners.values() for id_ in found)]))

    async def _organization_problems(self, actor: Actor, ids: Sequence[int]) -> list[Problem]:
        found = await organization_rows.by_ids(self._database, actor.tenant.id, ids) if ids else {}
        return [
            unknown_id(f"organization_ids[{i}]", id_, "Organization") for i, id_ in enumerate(ids) if id_ not in found
        ]

    async def _taken(self, actor: Actor, emails: Sequence[str], owner: int | None) -> list[Problem]:
        addresses = [normal_email(email) for email in emails]
        known = await person_rows.ids_by_email(self._database, actor.tenant.id, addresses) if addresses else {}
        return [
            Problem(f"emails[{i}]", f"{emails[i]} belongs to person {known[address]} already", "taken")
            for i, address in enumerate(addresses)
            if known.get(address, owner) != owner
        ]


def _primary(read: Person, emails: tuple[str, ...]) -> str | None:
    if read.primary_email in emails:
        return read.primary_email
    return emails[0] if emails else None
