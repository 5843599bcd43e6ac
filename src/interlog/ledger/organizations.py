"""Organizations: create, change, delete, find, and who belongs to them."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..model.errors import Conflict, Forbidden, Invalid, MergedAway, NotFound, Problem, unknown_id
from ..model.ids import uuid7
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Organization, OrganizationDraft, Party
from ..model.profiles import ORGANIZATION
from ..model.tenancy import Actor, Right
from ..store import external_ids
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store import profiles as profile_rows
from ..store.database import Stale
from ..store.external_ids import Pair
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .departures import leave, release_ids, told
from .list_entries import leave_lists
from .profile_values import ProfileValues
from .relationships import Moments, Relationships, outermost
from .search import START, Place, search_page

MAX_NAME = 500
MAX_DOMAIN = 253
_BATCH = 500


class Organizations:
    """Use cases around organizations."""

    def __init__(self, store: Store, relationships: Relationships, values: ProfileValues) -> None:
        self._values = values
        self._store = store
        self._database = store.database
        self._relationships = relationships

    async def get(self, actor: Actor, organization_id: int) -> Organization:
        """Return an organization; raises ``NotFound`` or ``MergedAway``."""
        actor.require(Right.READ)
        found = await organization_rows.by_ids(self._database, actor.tenant.id, [organization_id])
        if organization_id in found:
            return found[organization_id]
        merged = await organization_rows.successors_of(self._database, actor.tenant.id, [organization_id])
        if organization_id in merged:
            raise MergedAway("organization", organization_id, merged[organization_id])
        raise NotFound("organization", organization_id)

    async def get_many(self, actor: Actor, ids: Iterable[int]) -> dict[int, Organization]:
        """Return those of the organizations that exist."""
        actor.require(Right.READ)
        return await organization_rows.by_ids(self._database, actor.tenant.id, set(ids))

    async def successors(self, actor: Actor, ids: Iterable[int]) -> dict[int, int]:
        """Return the organizations that those among some that are gone were merged into, in the end."""
        actor.require(Right.READ)
        return await organization_rows.successors_of(self._database, actor.tenant.id, set(ids))

    async def page(
        self,
        actor: Actor,
        *,
        limit: int,
        place: Place = START,
        term: str | None = None,
        bounds: Mapping[tuple[str, str], int] | None = None,
        with_moments: bool = False,
    ) -> tuple[list[Organization], Place | None]:
        """Return organizations from a place on, in order of ids, and the next place; None at the end.

        A search begins with those that the term names exactly. ``bounds`` and ``with_moments`` as for persons.
        """
        actor.require(Right.READ)
        tenant = actor.tenant.id
        conditional = bool(bounds or with_moments)
        exact: list[Organization] = []
        if term is not None and not conditional:
            exact = await organization_rows.exact_matches(self._database, tenant, term)

        async def others(after: int, many: int) -> list[Organization]:
            found: list[Organization] = []
            while len(found) < many:
                batch = await organization_rows.page(self._database, tenant, after=after, limit=_BATCH, term=term)
                kept = await self._within(actor, batch, bounds or {}) if conditional else batch
                found += kept
                if len(batch) < _BATCH:
                    break
                after = batch[-1].id
            return found[:many]

        return await search_page(exact, others, limit, place)

    async def _within(
        self, actor: Actor, batch: Sequence[Organization], bounds: Mapping[tuple[str, str], int]
    ) -> list[Organization]:
        """Keep the organizations that had interactions, and whose moments keep the bounds."""
        moments = await self.moments(actor, [item.id for item in batch])
        return [
            item
            for item in batch
            if any(moments[item.id].values())
            and all(
                (moment := moments[item.id][name]) is not None
                and (moment.at >= bound if edge == "min" else moment.at <= bound)
                for (edge, name), bound in bounds.items()
            )
        ]

    async def moments(self, actor: Actor, ids: Sequence[int], *, internal: bool = False) -> dict[int, Moments]:
        """Return when each organization's first and last interactions were: those of its persons."""
        members = await self.members(actor, ids)
        persons = sorted({person for found in members.values() for person in found})
        known = await self._relationships.moments(actor, persons, internal=internal)
        return {id_: outermost([known[person] for person in members.get(id_, ()) if person in known]) for id_ in ids}

    async def members(self, actor: Actor, ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the ids of the persons of each organization."""
        actor.require(Right.READ)
        return await person_rows.members(self._database, actor.tenant.id, ids) if ids else {}

    async def create(self, actor: Actor, draft: OrganizationDraft) -> Organization:
        """Create an organization; persons with an address at one of its domains join it."""
        actor.require(Right.WRITE)
        problems = problems_of(draft.name, draft.domains)
        persons = await person_rows.by_ids(self._database, actor.tenant.id, draft.person_ids)
        problems += _unknown_persons(draft.person_ids, persons)
        if problems:
            raise Invalid(*problems)
        organization = Organization(
            id=await self._store.numbers.one(actor.tenant.id, "organization"),
            uuid=uuid7(),
            name=draft.name.strip(),
            domains=normal_domains(draft.domains),
            created_at=now(),
        )
        unit = Unit()
        organization_rows.insert(unit, actor.tenant.id, organization)
        external_ids.insert(unit, actor.tenant.id, Party.ORGANIZATION, dict.fromkeys(draft.ids, organization.id))
        self._values.add(actor, unit, organization)
        add_entry(unit, actor, Action.CREATE, Entity.ORGANIZATION, organization.id, 1, organization.created_at)
        joining = dict.fromkeys(draft.person_ids) | dict.fromkeys(await self._at(actor, organization.domains))
        await self.move_members(actor, unit, organization.id, joining=joining)
        await self._write(unit)
        return organization

    async def update(
        self,
        actor: Actor,
        organization_id: int,
        *,
        name: str | None = None,
        domains: tuple[str, ...] | None = None,
        person_ids: tuple[int, ...] | None = None,
        expected_version: int | None = None,
        new_ids: tuple[Pair, ...] = (),
    ) -> Organization:
        """Change what is given and leave the rest; lists replace the ones stored, ``new_ids`` come to those."""
        actor.require(Right.WRITE)
        read = await self.get(actor, organization_id)
        if expected_version not in (None, read.version):
            raise Conflict("the organization was changed by somebody else in the meantime; read it again")
        problems = problems_of(read.name if name is None else name, domains or ())
        if person_ids is not None:
            persons = await person_rows.by_ids(self._database, actor.tenant.id, person_ids)
            problems += _unknown_persons(person_ids, persons)
        if problems:
            raise Invalid(*problems)
        organization = replace(
            read,
            name=read.name if name is None else name.strip(),
            domains=read.domains if domains is None else normal_domains(domains),
            version=read.version + 1,
            modified_at=now(),
        )
        unit = Unit()
        organization_rows.change(unit, actor.tenant.id, read, organization)
        external_ids.insert(unit, actor.tenant.id, Party.ORGANIZATION, dict.fromkeys(new_ids, organization.id))
        await self._values.follow(actor, unit, read, organization)
        before = encode(read).decode()
        add_entry(unit, actor, Action.AMEND, Entity.ORGANIZATION, organization_id, organization.version, now(), before)
        added = [domain for domain in organization.domains if domain not in read.domains]
        joining = dict.fromkeys(await self._at(actor, added))
        leaving: set[int] = set()
        if person_ids is not None:
            members = (await self.members(actor, [organization_id])).get(organization_id, [])
            joining |= dict.fromkeys(person_ids)
            leaving = set(members) - set(joining)
        await self.move_members(actor, unit, organization_id, joining=joining, leaving=leaving)
        await self._write(unit)
        return organization

    async def delete(self, actor: Actor, organization_id: int, *, expected_version: int | None = None) -> Organization:
        """Delete an organization; its persons, its notes and the interactions stay."""
        actor.require(Right.WRITE)
        read = await self.get(actor, organization_id)
        if read.is_global:
            raise Forbidden("a global organization cannot be deleted")
        if expected_version not in (None, read.version):
            raise Conflict("the organization was changed by somebody else in the meantime; read it again")
        at = now()
        unit = Unit()
        gone = replace(read, version=read.version + 1, modified_at=at)
        organization_rows.change(unit, actor.tenant.id, read, gone, deleted_at=at)
        await self._values.follow(actor, unit, read, None)
        await profile_rows.release_key(self._database, unit, actor.tenant.id, ORGANIZATION.id, organization_id)
        members = (await self.members(actor, [organization_id])).get(organization_id, [])
        await self.move_members(actor, unit, organization_id, leaving=members)
        await leave_lists(self._store, actor, unit, (Party.ORGANIZATION, organization_id), at)
        left = await leave(self._store, actor, unit, (Party.ORGANIZATION, organization_id), at)
        ids = await release_ids(self._store, actor, unit, (Party.ORGANIZATION, organization_id))
        before = told(read, opportunity_ids=left, person_ids=members, external_ids=ids)
        add_entry(unit, actor, Action.DELETE, Entity.ORGANIZATION, organization_id, gone.version, at, before)
        await self._write(unit)
        return read

    async def _at(self, actor: Actor, domains: Iterable[str]) -> list[int]:
        found: set[int] = set()
        for domain in domains:
            found |= await person_rows.ids_at_domain(self._database, actor.tenant.id, domain)
        return sorted(found)

    async def move_members(
        self,
        actor: Actor,
        unit: Unit,
        organization_id: int,
        *,
        joining: Iterable[int] = (),
        leaving: Iterable[int] = (),
    ) -> None:
        """Add to a unit that persons join or leave the organization."""
        joining, leaving, at = set(joining), set(leaving), now()
        persons = await person_rows.by_ids(self._database, actor.tenant.id, joining | leaving)
        for id_ in sorted(persons):
            read = persons[id_]
            ids = [other for other in read.organization_ids if other != organization_id or id_ not in leaving]
            if id_ in joining and organization_id not in ids:
                ids.append(organization_id)
            if tuple(ids) == read.organization_ids:
                continue
            person = replace(read, organization_ids=tuple(ids), version=read.version + 1, modified_at=at)
            person_rows.change(unit, actor.tenant.id, read, person)
            await self._values.follow(actor, unit, read, person)
            before = encode(read).decode()
            add_entry(unit, actor, Action.AMEND, Entity.PERSON, id_, person.version, at, before)

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("this was changed by somebody else at the same time; try again") from error


def normal_domains(domains: Iterable[str]) -> tuple[str, ...]:
    """Return domains in lower case, each once."""
    return tuple(dict.fromkeys(domain.strip().lower() for domain in domains))


def problems_of(name: str, domains: Sequence[str]) -> list[Problem]:
    """Return what is wrong with an organization's name and domains."""
    problems = []
    if not name.strip():
        problems.append(Problem("name", "must not be empty", "missing"))
    elif len(name) > MAX_NAME:
        problems.append(Problem("name", f"must not be longer than {MAX_NAME} characters", "too_long"))
    elif "\x00" in name:
        problems.append(Problem("name", "must not contain the character U+0000", "character"))
    for index, domain in enumerate(domains):
        text = domain.strip()
        if not text or len(text) > MAX_DOMAIN or any(c.isspace() or c in "@/\x00" for c in text) or "." not in text:
            problems.append(Problem(f"domains[{index}]", "must be a domain such as client.example"))
    return problems


def _unknown_persons(ids: Sequence[int], found: Iterable[int]) -> list[Problem]:
    known = set(found)
    return [unknown_id(f"person_ids[{i}]", id_, "Person") for i, id_ in enumerate(ids) if id_ not in known]
