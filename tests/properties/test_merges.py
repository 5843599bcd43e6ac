"""Merges in random tenants: merged and undone, a tenant is as it was; merged, its store is in order."""

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from interlog.ledger import Ledger
from interlog.ledger import merges as merging
from interlog.ledger.reminders import ReminderDraft
from interlog.model.canvassing.resources import ResourceDraft
from interlog.model.errors import InterlogError
from interlog.model.fields import FieldDraft, ValueType
from interlog.model.files import Holder
from interlog.model.interactions import Links, Participant
from interlog.model.merges import MergeState
from interlog.model.notes import NoteDraft
from interlog.model.parties import Card, OpportunityDraft, OrganizationDraft, Party, PersonDraft
from interlog.model.profiles import CONTACT, ORGANIZATION, ProfileDraft
from interlog.model.reminders import ReminderKind, Reset
from tests.ledger.conftest import ALL_TIMES, Firm, found_firm, meeting
from tests.uploads import put_file

from .conftest import Working

_firms = (f"merges-{number}" for number in count(1))
_MANY = 4
_some = st.lists(st.integers(0, _MANY - 1), max_size=3).map(tuple)
_one = st.integers(0, _MANY - 1)
_roles = st.sampled_from(["attendee", "initiator"])
_texts = st.sampled_from(["", "tea", "salt"])

_records = st.lists(
    st.one_of(
        st.tuples(st.just("interaction"), st.lists(st.tuples(_one, _roles), max_size=4), _some, _some, _texts),
        st.tuples(st.just("note"), _some, _some, _texts),
        st.tuples(st.just("opportunity"), _some, _some),
        st.tuples(st.just("stand"), st.booleans(), _one),
        st.tuples(st.just("value"), st.booleans(), _one, st.booleans(), _one),
        st.tuples(st.just("join"), _one, _some),
        st.tuples(st.just("readdress"), _one, st.lists(st.integers(0, 1), unique=True)),
        st.tuples(st.just("fields"), st.booleans(), _one, _texts),
        st.tuples(st.just("contact"), _one),
        st.tuples(st.just("file"), st.booleans(), _one),
        st.tuples(st.just("reminder"), st.booleans(), _one, st.booleans()),
        st.tuples(st.just("known"), _one, st.integers(0, 5)),
        st.tuples(st.just("gone"), _one),
    ),
    max_size=10,
)


class World:
    """A firm with some persons and organizations, and what a script makes of them."""

    def __init__(self, ledger: Ledger, firm: Firm) -> None:
        self.ledger, self.firm, self.actor = ledger, firm, firm.actor
        self.persons: list[int] = []
        self.organizations: list[int] = []
        self.numbers: list[int] = []
        self.contacts: list[str] = []
        self.deals = 0
        self.lists: dict[Party, int] = {}
        self.own: dict[Party, int] = {}
        self.fields_of: dict[tuple[Party, bool], int] = {}

    async def begin(self) -> None:
        await self.ledger.founding.ensure(self.actor)
        for place in range(_MANY):
            organization = OrganizationDraft(name=f"O{place}", domains=(f"o{place}.example",))
            self.organizations.append((await self.ledger.organizations.create(self.actor, organization)).id)
            person = PersonDraft(first_name=f"P{place}", last_name="X" * (place % 2), emails=(f"p@o{place}.example",))
            self.persons.append((await self.ledger.persons.create(self.actor, person)).id)
        lists = self.ledger.opportunities.create_list(self.actor, "Deals", Party.OPPORTUNITY, is_public=True)
        self.deals = (await lists).id
        for kind in (Party.PERSON, Party.ORGANIZATION):
            made = await self.ledger.opportunities.create_list(self.actor, "List", kind, is_public=True)
            self.lists[kind] = made.id
            make = self.ledger.party_fields.create
            for names, type_ in ((False, ValueType.TEXT), (True, ValueType.PERSON)):
                draft = FieldDraft(name="F", kind=kind, value_type=type_, allows_multiple=names)
                self.fields_of[kind, names] = (await make(self.actor, draft)).id
            draft = FieldDraft(name="L", kind=kind, value_type=ValueType.TEXT, list_id=made.id)
            self.own[kind] = (await make(self.actor, draft)).id

    async def do(self, step: tuple[Any, ...]) -> None:
        """Do one thing; what is refused is refused."""
        what, *rest = step
        try:
            await getattr(self, what)(*rest)
        except InterlogError:
            return

    def _links(self, persons: tuple[int, ...], organizations: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        named = {
            "persons": tuple(dict.fromkeys(self.persons[place] for place in persons)),
            "organizations": tuple(dict.fromkeys(self.organizations[place] for place in organizations)),
        }
        return {name: ids for name, ids in named.items() if ids}

    async def interaction(
        self, parts: list[tuple[int, str]], persons: tuple[int, ...], organizations: tuple[int, ...], text: str
    ) -> None:
        those = [Participant(self.persons[place], role) for place, role in dict.fromkeys(parts)]
        draft = meeting(*those, links=Links(**self._links(persons, organizations)), body=text or None)
        self.numbers.append((await self.ledger.interactions.log(self.actor, draft)).interaction.number)

    async def note(self, persons: tuple[int, ...], organizations: tuple[int, ...], text: str) -> None:
        links = Links(**self._links(persons, organizations))
        await self.ledger.notes.create(self.actor, NoteDraft(content=text, links=links))

    async def opportunity(self, persons: tuple[int, ...], organizations: tuple[int, ...]) -> None:
        ids = {f"{name[:-1]}_ids": ids for name, ids in self._links(persons, organizations).items()}
        await self.ledger.opportunities.create(self.actor, OpportunityDraft(name="D", list_id=self.deals, **ids))

    async def stand(self, of_person: bool, place: int) -> None:
        kind, ids = (Party.PERSON, self.persons) if of_person else (Party.ORGANIZATION, self.organizations)
        await self.ledger.list_entries.add(self.actor, self.lists[kind], ids[place])

    async def file(self, of_person: bool, place: int) -> None:
        kind, ids = (Holder.PERSON, self.persons) if of_person else (Holder.ORGANIZATION, self.organizations)
        await put_file(self.ledger, self.actor, kind, ids[place])

    async def reminder(self, of_person: bool, place: int, again: bool) -> None:
        kind, ids = (Party.PERSON, self.persons) if of_person else (Party.ORGANIZATION, self.organizations)
        owner = self.firm.actor.person_id
        draft = ReminderDraft(ReminderKind.ONCE, owner, kind, ids[place], due_at=1)
        if again:
            draft = ReminderDraft(
                ReminderKind.RECURRING, owner, kind, ids[place], due_at=1, reset=Reset.INTERACTION, days=5
            )
        await self.ledger.reminders.create(self.actor, draft)

    async def value(self, of_person: bool, place: int, names: bool, whom: int) -> None:
        kind, ids = (Party.PERSON, self.persons) if of_person else (Party.ORGANIZATION, self.organizations)
        for entry in (await self.ledger.list_entries.of_parties(self.actor, kind, [ids[place]])).get(ids[place], ()):
            await self.ledger.party_values.create(self.actor, self.own[kind], ids[place], str(whom), entry.id)
        given = self.persons[whom] if names else str(whom)
        await self.ledger.party_values.create(self.actor, self.fields_of[kind, names], ids[place], given)

    async def join(self, person: int, organizations: tuple[int, ...]) -> None:
        ids = tuple(dict.fromkeys(self.organizations[place] for place in organizations))
        await self.ledger.persons.update(self.actor, self.persons[person], organization_ids=ids)

    async def readdress(self, person: int, kept: list[int]) -> None:
        emails = tuple(f"{'pq'[which]}@o{person}.example" for which in kept)
        await self.ledger.persons.update(self.actor, self.persons[person], emails=emails)

    async def fields(self, of_person: bool, place: int, text: str) -> None:
        if of_person:
            draft = ProfileDraft(key=str(self.persons[place]), fields={"Phone": text or None})
            await self.ledger.profiles.put(self.actor, CONTACT, draft)
        else:
            draft = ProfileDraft(key=str(self.organizations[place]), fields={"Industry": text or None})
            await self.ledger.profiles.put(self.actor, ORGANIZATION, draft)

    async def contact(self, place: int) -> None:
        emails = [{"email": f"p@o{place}.example", "active": True, "primary": True}]
        profile = {"name": {"first": f"P{place}", "last": "Y"}, "emails": emails, "email": f"p@o{place}.example"}
        made = await self.ledger.contacts.create(self.actor, ResourceDraft(kind="contacts", data={"profile": profile}))
        self.contacts.append(made.resource.id)

    async def known(self, place: int, id_: int) -> None:
        await self.ledger.cards.put_person(self.actor, Card(email=f"p@o{place}.example", ids=(("crm", str(id_)),)))

    async def gone(self, place: int) -> None:
        number = self.numbers[place % len(self.numbers)] if self.numbers else 0
        await self.ledger.interactions.delete(self.actor, number)

    async def seen(self) -> Any:
        """Return all that can be read, but for versions and times."""
        ledger, actor = self.ledger, self.actor
        persons, _ = await ledger.persons.page(actor, limit=99)
        organizations, _ = await ledger.organizations.page(actor, limit=99)
        notes = await ledger.notes.page(actor, limit=99)
        deals, _ = await ledger.opportunities.page(actor, limit=99)
        items = await ledger.known_as.numbers(actor, self.numbers)
        parties = [(Party.PERSON, one.id) for one in persons] + [(Party.ORGANIZATION, one.id) for one in organizations]
        types = list(actor.tenant.types_by_id)
        pages = [await ledger.timeline.page(actor, party, types=types, limit=99, **ALL_TIMES) for party in parties]
        attached = [await ledger.notes.page(actor, limit=99, party=party) for party in parties]
        ids = [one.id for one in persons]
        found = {
            "persons": persons,
            "organizations": organizations,
            "members": sorted((await ledger.organizations.members(actor, self.organizations)).items()),
            "contacts": await ledger.profiles.page(actor, CONTACT),
            "campaigning": sorted(
                (item.id, item.person, item.data, item.natural)
                for item in (
                    await ledger.resources.get_many(actor, [("contacts", id_) for id_ in self.contacts])
                ).values()
            ),
            "firms": await ledger.profiles.page(actor, ORGANIZATION),
            "elsewhere": sorted((await ledger.cards.external_ids(actor, Party.PERSON, ids)).items()),
            "values": [await ledger.party_values.page(actor, kind, id_, limit=99) for kind, id_ in parties],
            "notes": notes,
            "deals": deals,
            "reminders": (await ledger.reminders.page(actor, {}, limit=99))[0],
            "files": (await ledger.files.page(actor, limit=99))[0],
            "entries": [await ledger.list_entries.page(actor, id_, limit=99) for id_ in self.lists.values()],
            "items": sorted(items.items()),
            "timelines": [[item.number for item in page] for page in pages],
            "attached": [[note.id for note in page] for page in attached],
        }
        return _timeless(to_builtins(found))


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        passed_by = ("version", "modified_at", "updated_at", "changed_at", "modifier")
        return {name: _timeless(item) for name, item in value.items() if name not in passed_by}
    if isinstance(value, list | tuple):
        return [_timeless(item) for item in value]
    return value


_pairs = st.lists(st.tuples(st.booleans(), _one, _one), min_size=1, max_size=3)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(script=_records, pairs=_pairs, at_once=st.sampled_from([1, 2, 250]), undone=st.booleans())
def test_a_merge_that_is_undone_leaves_all_as_it_was(
    working: Working,
    monkeypatch: pytest.MonkeyPatch,
    script: list[tuple[Any, ...]],
    pairs: list[tuple[bool, int, int]],
    at_once: int,
    undone: bool,
) -> None:
    """Any merges, one after the other, undone from the last to the first: all reads are as before each of them."""
    ledger = working.ledger
    monkeypatch.setattr(merging, "AT_ONCE", at_once)
    monkeypatch.setattr(merging, "LATER", 0)

    async def run() -> None:
        world = World(ledger, await found_firm(ledger, next(_firms)))
        await world.begin()
        for step in script:
            await world.do(step)
        done: list[tuple[int, Any]] = []
        for of_persons, survivor, gone in pairs:
            kind, ids = (Party.PERSON, world.persons) if of_persons else (Party.ORGANIZATION, world.organizations)
            before = await world.seen()
            try:
                merge = await ledger.merges.merge(world.actor, kind, ids[survivor], ids[gone])
            except InterlogError:
                assert await world.seen() == before
                continue
            await ledger.merges.settled()
            assert (await ledger.merges.get(world.actor, merge.id)).state is MergeState.DONE
            done.append((merge.id, before))
        for merge_id, before in reversed(done) if undone else ():
            await ledger.merges.undo(world.actor, merge_id)
            await ledger.merges.settled()
            assert (await ledger.merges.get(world.actor, merge_id)).state is MergeState.UNDONE
            assert await world.seen() == before

    working.run(run())


def test_the_store_finds_nothing_wrong_afterwards(working: Working) -> None:
    """What all examples have left, merged or undone, is in order."""
    assert working.run(working.ledger.check.problems()) == []
