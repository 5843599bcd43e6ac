"""Copying a tenant from elsewhere: records that keep the ids they have there, and how far the copy has come.

Each call is one transaction, and changes the state of the copy in the same one: whenever it breaks off, the state says
exactly what is stored.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..model.errors import Conflict
from ..model.ids import stamp, stamps, uuid7, uuids7
from ..model.imports import Import, Imported
from ..model.instants import now
from ..model.interactions import Content, Interaction, Links, Participant
from ..model.journal import Action, Entity
from ..model.notes import Note
from ..model.parties import ListEntry, Opportunity, Organization, Party, PartyList, Person, normal_email
from ..model.tenancy import Actor, Right
from ..store import external_ids
from ..store import field_values as field_rows
from ..store import imports as import_rows
from ..store import interactions as interaction_rows
from ..store import list_entries as entry_rows
from ..store import notes as note_rows
from ..store import opportunities as opportunity_rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entries, add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .adding import add_records
from .persons import Persons


class Imports:
    """Use cases of a copy, for an administrator. Records are given with their ids, and checked by their source."""

    def __init__(self, store: Store, persons: Persons) -> None:
        self._store = store
        self._database = store.database
        self._persons = persons

    # The copy as a whole

    async def get(self, actor: Actor, source: str) -> Import | None:
        """Return how far the copy of a source has come; None where it has not begun."""
        actor.require(Right.ADMIN)
        return await import_rows.by_source(self._database, actor.tenant.id, source)

    async def taken(self, actor: Actor, kind: str, ids: Iterable[int]) -> set[int]:
        """Return which of some ids belong to a record of the tenant, deleted or not.

        ``kind`` is a kind of number: person, organization, list, opportunity, entry, interaction or note.
        """
        actor.require(Right.ADMIN)
        return await import_rows.taken(self._database, actor.tenant.id, kind, ids)

    async def clashes(self, actor: Actor, persons: Sequence[Person]) -> tuple[list[str], list[int]]:
        """Return why some persons cannot be stored, and the ids of those who are here already as the same."""
        actor.require(Right.ADMIN)
        tenant = actor.tenant.id
        taken = await import_rows.taken(self._database, tenant, "person", [item.id for item in persons])
        here = await person_rows.by_ids(self._database, tenant, taken) if taken else {}
        owners = await person_rows.ids_by_email(self._database, tenant, {e for p in persons for e in _addresses(p)})
        problems, same = [], []
        for item in persons:
            addresses = _addresses(item)
            if item.id in taken:
                known = here.get(item.id)
                if known is None or not addresses & _addresses(known):
                    problems.append(f"person {item.id} is somebody else here")
                    continue
                same.append(item.id)
            problems += [
                f"{address} is person {item.id} there, and person {owners[address]} here"
                for address in sorted(addresses)
                if owners.get(address, item.id) != item.id
            ]
        return problems, same

    async def clashing_lists(self, actor: Actor, lists: Sequence[PartyList]) -> list[str]:
        """Return which lists cannot be stored, since another one has their id."""
        actor.require(Right.ADMIN)
        here = {item.id: item for item in await opportunity_rows.lists(self._database, actor.tenant.id)}
        taken = await self.taken(actor, "list", [item.id for item in lists])
        same = {item.id for item in lists if item.id in here and _alike(item, here[item.id])}
        return [f"list {id_} is another one here" for id_ in sorted(taken - same)]

    async def begin(self, actor: Actor, item: Import, highest: Mapping[str, int]) -> None:
        """Begin a copy. From now on the tenant's own numbers are beyond the highest ones, by kind."""
        actor.require(Right.ADMIN)
        unit = Unit()
        import_rows.insert(unit, actor.tenant.id, item)
        for kind, number in highest.items():
            self._store.numbers.go_beyond(unit, actor.tenant.id, kind, number)
        await self._write(unit)

    async def end_part(
        self, actor: Actor, item: Import, part: str, *, last: bool = False, remarks: tuple[str, ...] = ()
    ) -> Import:
        """Note that a part was walked to the end; with ``last`` the whole copy is."""
        actor.require(Right.ADMIN)
        item = item.with_done(part, remarks)
        return await self.store_with(actor, Unit(), replace(item, finished_at=now()) if last else item)

    # Its records

    async def add_organizations(self, actor: Actor, item: Import, new: Sequence[Organization]) -> Import:
        """Store organizations."""
        actor.require(Right.ADMIN)
        unit, at = Unit(), now()
        for given in new:
            record = replace(given, uuid=uuid7(), created_at=at)
            organization_rows.insert(unit, actor.tenant.id, record)
            self._persons.values.add(actor, unit, record)
        self._journal(actor, unit, Entity.ORGANIZATION, (given.id for given in new), at)
        return await self.store_with(actor, unit, item.with_stored("organizations", len(new)))

    async def add_persons(self, actor: Actor, item: Import, given: Sequence[Person]) -> Import:
        """Store persons; those who are here already become what they are there."""
        actor.require(Right.ADMIN)
        tenant, unit, at = actor.tenant.id, Unit(), now()
        here = await person_rows.by_ids(self._database, tenant, [person.id for person in given])
        owners = await person_rows.ids_by_email(self._database, tenant, {e for p in given for e in _addresses(p)})
        joined = {id_ for person in given for id_ in person.organization_ids}
        known = await import_rows.taken(self._database, tenant, "organization", joined)
        remarks: list[str] = []
        for person in given:
            emails = []
            for email in person.emails:
                owner = owners.setdefault(normal_email(email), person.id)
                if owner == person.id:
                    emails.append(email)
                else:
                    remarks.append(f"person {person.id} is without {email}: it is person {owner}'s")
            record = replace(
                person,
                emails=tuple(emails),
                primary_email=person.primary_email if person.primary_email in emails else next(iter(emails), None),
                organization_ids=tuple(id_ for id_ in dict.fromkeys(person.organization_ids) if id_ in known),
            )
            read = here.get(person.id)
            if read is None:
                record = replace(record, uuid=uuid7(), created_at=at)
                person_rows.insert(unit, tenant, record)
                self._persons.values.add(actor, unit, record)
                add_entry(unit, actor, Action.CREATE, Entity.PERSON, record.id, 1, at)
                continue
            record = replace(record, uuid=read.uuid, created_at=read.created_at, version=read.version + 1)
            record = replace(record, modified_at=at)
            person_rows.change(unit, tenant, read, record)
            await self._persons.values.follow(actor, unit, read, record)
            before = encode(read).decode()
            add_entry(unit, actor, Action.AMEND, Entity.PERSON, record.id, record.version, at, before)
        new = {address: id_ for address, id_ in owners.items() if id_ not in here}
        await self._persons.bind_waiting(actor, unit, new)
        left = tuple(id_ for id_ in item.adopted if id_ not in here)
        item = replace(item, adopted=left).with_stored("persons", len(given), tuple(remarks))
        return await self.store_with(actor, unit, item)

    async def add_lists(self, actor: Actor, item: Import, new: Sequence[PartyList]) -> Import:
        """Store lists."""
        actor.require(Right.ADMIN)
        unit = Unit()
        named = {id_ for given in new for id_ in (given.owner, given.creator)}
        named |= {one.person for given in new for one in given.permissions}
        people = await self.taken(actor, "person", named)
        for given in new:
            owner = given.owner if given.owner in people else actor.person_id
            record = replace(
                given,
                owner=owner,
                creator=given.creator if given.creator in people else owner,
                permissions=tuple(one for one in given.permissions if one.person in people),
            )
            opportunity_rows.insert_list(unit, actor.tenant.id, record)
        self._journal(actor, unit, Entity.LIST, (record.id for record in new), now())
        return await self.store_with(actor, unit, item.with_stored("lists", len(new)))

    async def add_opportunities(self, actor: Actor, item: Import, new: Sequence[Opportunity]) -> Import:
        """Store opportunities with their entries on lists, less what they name that is not there."""
        actor.require(Right.ADMIN)
        unit = Unit()
        lists = await self.taken(actor, "list", {given.list_id for given in new})
        creators = await self.taken(actor, "person", {given.creator for given in new})
        remarks = [f"opportunity {given.id} is left out: its list is not there" for given in new
                   if given.list_id not in lists]  # fmt: skip
        new = [given for given in new if given.list_id in lists]
        found = await self._there(actor, [Links(given.person_ids, given.organization_ids) for given in new])
        for given, links in zip(new, found, strict=True):
            record = replace(
                given,
                uuid=uuid7(),
                creator=given.creator if given.creator in creators else actor.person_id,
                person_ids=links.persons,
                organization_ids=links.organizations,
            )
            opportunity_rows.insert(unit, actor.tenant.id, record)
        self._journal(actor, unit, Entity.OPPORTUNITY, (given.id for given in new), now())
        return await self.store_with(actor, unit, item.with_stored("opportunities", len(new), tuple(remarks)))

    async def add_entries(self, actor: Actor, item: Import, new: Sequence[ListEntry]) -> Import:
        """Let persons and organizations stand on lists; those of who is not there are left out."""
        actor.require(Right.ADMIN)
        unit = Unit()
        persons = {entry.party for entry in new if entry.kind is Party.PERSON}
        people = await person_rows.by_ids(self._database, actor.tenant.id, persons) if persons else {}
        firms = {entry.party for entry in new if entry.kind is Party.ORGANIZATION}
        organizations = await organization_rows.by_ids(self._database, actor.tenant.id, firms) if firms else {}
        there = {Party.PERSON: people.keys(), Party.ORGANIZATION: organizations.keys()}
        lists = await self.taken(actor, "list", {entry.list_id for entry in new})
        creators = await self.taken(actor, "person", {entry.creator for entry in new})
        stored = [
            entry if entry.creator in creators else replace(entry, creator=actor.person_id)
            for entry in new
            if entry.party in there[entry.kind] and entry.list_id in lists
        ]
        entry_rows.insert(unit, actor.tenant.id, stored)
        self._journal(actor, unit, Entity.LIST_ENTRY, (entry.id for entry in stored), now())
        return await self.store_with(actor, unit, item.with_stored("list-entries", len(stored)))

    async def numbers_of(self, actor: Actor, type_name: str, ids: Iterable[int]) -> dict[int, int]:
        """Return the numbers here of a type's interactions there; those that are not stored yet are left out."""
        actor.require(Right.ADMIN)
        wanted, system = set(ids), _system(type_name)
        if not wanted:
            return {}
        type_id = actor.tenant.types_by_name[type_name].id
        items = await interaction_rows.by_numbers(self._database, actor.tenant.id, wanted)
        found = {number: number for number, record in items.items() if record.type_id == type_id}
        pairs = [(system, str(id_)) for id_ in sorted(wanted - set(found))]
        other = await external_ids.interactions(self._database, actor.tenant.id, pairs) if pairs else {}
        return found | {int(pair[1]): number for pair, number in other.items()}

    async def add_interactions(self, actor: Actor, item: Import, part: str, new: Sequence[Imported]) -> Import:
        """Store interactions, without their text, which their notes bring.

        An id counts within a type there: one that an interaction of another type has here is replaced by a new one,
        and kept beside it.
        """
        actor.require(Right.ADMIN)
        tenant, unit, at, type_ = actor.tenant.id, Unit(), now(), actor.tenant.types_by_name[new[0].type]
        taken = await import_rows.taken(self._database, tenant, "interaction", [given.id for given in new])
        others = iter(await self._store.numbers.take(tenant, "interaction", len(taken)) if taken else ())
        named = {part.person for given in new for part in given.content.participants} | {g.creator for g in new}
        known = await self._persons.get_many(actor, {id_ for id_ in named if id_ is not None})
        pairs = [pair for given in new for pair in given.external_ids.items()]
        known_as = await external_ids.interactions(self._database, tenant, pairs) if pairs else {}
        links = await self._there(actor, [given.content.links for given in new])
        remarks, records = [], []
        for given, linked, uuid, changed_at in zip(new, links, uuids7(len(new)), stamps(len(new)), strict=True):
            number = next(others) if given.id in taken else given.id
            if number != given.id:
                remarks.append(f"{type_.display_name} {given.id} is number {number}: its own belongs to another type's")
            record = Interaction(
                uuid=uuid,
                number=number,
                type_id=type_.id,
                type_version=type_.version,
                content=replace(_with_known(given.content, known), links=linked),
                logging=given.logging,
                protocol=actor.protocol,
                origin=None,
                creator=given.creator if given.creator in known else None,
                group=0,
                note_id=None,
                external_ids={
                    system: id_ for system, id_ in given.external_ids.items() if (system, id_) not in known_as
                }
                | ({} if number == given.id else {_system(type_.name): str(given.id)}),
                version=1,
                created_at=given.created_at,
                modified_at=given.modified_at,
                changed_at=changed_at,
            )
            records.append((record, type_))
        add_records(actor, unit, records, (), at)
        return await self.store_with(actor, unit, item.with_stored(part, len(new), tuple(remarks)))

    async def add_notes(self, actor: Actor, item: Import, part: str, new: Sequence[Note]) -> Import:
        """Store notes, or replies to notes that are stored; a note on an interaction becomes its text."""
        actor.require(Right.ADMIN)
        tenant, unit, at = actor.tenant.id, Unit(), now()
        numbers = {given.interaction for given in new if given.interaction is not None}
        noted = await interaction_rows.by_numbers(self._database, tenant, numbers) if numbers else {}
        parents = {given.parent for given in new if given.parent is not None}
        there = await import_rows.taken(self._database, tenant, "note", parents) if parents else set()
        creators = await self.taken(actor, "person", {given.creator for given in new if given.creator is not None})
        remarks: list[str] = []
        stored = []
        for given, links in zip(new, await self._there(actor, [given.links for given in new]), strict=True):
            record = replace(given, links=links, creator=given.creator if given.creator in creators else None)
            if record.parent is not None and record.parent not in there:
                remarks.append(f"note {record.id} is left out: it replies to note {record.parent}, which is not there")
                continue
            interaction = noted.get(record.interaction) if record.interaction is not None else None
            if interaction is not None and self._takes_note(actor, interaction):
                read, interaction = interaction, _with_note(interaction, record)
                noted[read.number] = interaction
                interaction_rows.change(unit, tenant, read, interaction)
                field_rows.change(unit, tenant, read, interaction, actor.tenant.types_by_id[read.type_id])
                before = encode(read).decode()
                add_entry(unit, actor, Action.AMEND, Entity.INTERACTION, read.number, interaction.version, at, before)
            elif record.interaction is not None:
                remarks.append(f"note {record.id} stands beside its interaction, which takes no more of them")
                people = tuple(p.person for p in interaction.participants if p.person) if interaction else ()
                links = replace(links, persons=tuple(dict.fromkeys(links.persons + people)))
                record, interaction = replace(record, links=links, interaction=None), None
            note_rows.insert(unit, tenant, record, interaction)
            stored.append(record.id)
        self._journal(actor, unit, Entity.NOTE, stored, at)
        return await self.store_with(actor, unit, item.with_stored(part, len(stored), tuple(remarks)))

    @staticmethod
    def _takes_note(actor: Actor, interaction: Interaction) -> bool:
        return interaction.note_id is None and actor.tenant.types_by_id[interaction.type_id].has_note

    async def _there(self, actor: Actor, links: Sequence[Links]) -> list[Links]:
        """Return links to those parties alone that are stored."""
        persons = await self.taken(actor, "person", {id_ for some in links for id_ in some.persons})
        firms = await self.taken(actor, "organization", {id_ for some in links for id_ in some.organizations})
        deals = await self.taken(actor, "opportunity", {id_ for some in links for id_ in some.opportunities})
        return [
            Links(
                tuple(id_ for id_ in dict.fromkeys(some.persons) if id_ in persons),
                tuple(id_ for id_ in dict.fromkeys(some.organizations) if id_ in firms),
                tuple(id_ for id_ in dict.fromkeys(some.opportunities) if id_ in deals),
            )
            for some in links
        ]

    @staticmethod
    def _journal(actor: Actor, unit: Unit, entity: Entity, ids: Iterable[int], at: int) -> None:
        add_entries(unit, actor, Action.CREATE, entity, [(id_, 1, None) for id_ in ids], at)

    async def store_with(self, actor: Actor, unit: Unit, item: Import) -> Import:
        """Write a unit together with how far the copy has come by it."""
        actor.require(Right.ADMIN)
        import_rows.change(unit, actor.tenant.id, item)
        await self._write(unit)
        return item

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the same is being copied by somebody else at this moment") from error
        except Duplicate as error:
            raise Conflict(f"an id was taken while the copy was under way: {error}") from error


def _addresses(person: Person) -> set[str]:
    return {normal_email(email) for email in person.emails}


def _alike(one: PartyList, other: PartyList) -> bool:
    return (one.name, one.kind) == (other.name, other.kind)


def _system(type_name: str) -> str:
    return f"affinity {type_name.lower()}"


def _with_known(content: Content, known: Mapping[int, Person]) -> Content:
    """Return content in which who is not there takes part by address alone, or not at all."""
    parts = []
    for part in content.participants:
        if part.person is None or part.person in known:
            parts.append(part)
        elif part.address is not None:
            parts.append(Participant(None, part.role, part.address))
    return replace(content, participants=tuple(parts))


def _with_note(interaction: Interaction, note: Note) -> Interaction:
    return replace(
        interaction,
        note_id=note.id,
        content=replace(interaction.content, body=note.content),
        version=interaction.version + 1,
        changed_at=stamp(),
    )
