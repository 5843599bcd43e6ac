"""Any sequence of use cases against a simple picture of what they mean, kept in dictionaries."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from interlog.ledger import Ledger
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.interactions import Content, Draft, Links, Participant
from interlog.model.notes import NoteDraft
from interlog.model.parties import OrganizationDraft, Party, PersonDraft
from tests.conftest import FreshDatabase
from tests.ledger.conftest import Firm, found_firm, numbers_of

Result = TypeVar("Result")

ADDRESSES = [f"p{index}@x.example" for index in range(4)]
KEYS = ["a", "b", "c"]
TYPES = ["Meeting", "Call"]
times = st.integers(0, 3)
texts = st.sampled_from([None, "one", "two"])


@dataclass
class Human:
    """A person, as far as it matters."""

    emails: list[str]
    deleted: bool = False


@dataclass
class Event:
    """An interaction. ``who``: ids, and addresses that nobody has yet."""

    at: int
    type: str
    title: str | None
    body: str | None
    who: list[int | str]
    note: int | None = None
    version: int = 1
    deleted: bool = False

    @property
    def persons(self) -> set[int]:
        """The ids of those who are known."""
        return {one for one in self.who if isinstance(one, int)}


@dataclass
class Remark:
    """A note on persons, on an interaction, or a reply."""

    at: int
    creator: int
    persons: set[int] = field(default_factory=set)
    event: int | None = None
    parent: int | None = None
    deleted: bool = False


class Machine(RuleBasedStateMachine):
    """Each run is a firm of its own in one ledger."""

    ledger: ClassVar[Ledger]
    loop: ClassVar[asyncio.AbstractEventLoop]

    persons = Bundle("persons")
    events = Bundle("events")
    remarks = Bundle("remarks")
    companies = Bundle("companies")

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what a use case returns."""
        return self.loop.run_until_complete(work)

    @initialize(target=persons)
    def start(self) -> Any:
        """Begin with a new firm."""
        self.firm: Firm = self.run(found_firm(self.ledger))
        people = (self.firm.mia, self.firm.ben, self.firm.eve, self.firm.ola)
        self.people = {person.id: Human(list(person.emails)) for person in people}
        self.happened: dict[int, Event] = {}
        self.notes: dict[int, Remark] = {}
        self.members: dict[int, set[int]] = {}
        self.requests: dict[str, tuple[int, Draft]] = {}
        self.now = 0
        return multiple(*self.people)

    # Persons

    def _owner(self, address: str) -> int | None:
        return next((id_ for id_, one in self.people.items() if address in one.emails and not one.deleted), None)

    def _bind(self, person: int, addresses: list[str]) -> None:
        """Whoever waited for the addresses is this person."""
        for event in self.happened.values():
            if set(event.who).intersection(addresses):
                event.who = [person if one in addresses else one for one in event.who]
                event.version += 1

    @rule(target=persons, addresses=st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True))
    def create_person(self, addresses: list[str]) -> Any:
        """An address that somebody has is refused; whoever waits for one is bound."""
        draft = PersonDraft(first_name="P", emails=tuple(addresses))
        if any(self._owner(address) for address in addresses):
            with pytest.raises(Invalid):
                self.run(self.ledger.persons.create(self.firm.actor, draft))
            return multiple()
        person = self.run(self.ledger.persons.create(self.firm.actor, draft))
        self.people[person.id] = Human(addresses)
        self._bind(person.id, addresses)
        return person.id

    @rule(person=persons, addresses=st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True))
    def change_addresses(self, person: int, addresses: list[str]) -> None:
        """Addresses are replaced; only new ones bind."""
        human = self.people[person]
        update = self.ledger.persons.update(self.firm.actor, person, emails=tuple(addresses))
        if human.deleted:
            with pytest.raises(NotFound):
                self.run(update)
        elif any(self._owner(address) not in (None, person) for address in addresses):
            with pytest.raises(Invalid):
                self.run(update)
        else:
            self.run(update)
            added = [address for address in addresses if address not in human.emails]
            human.emails = addresses
            self._bind(person, added)

    @rule(person=persons)
    def delete_person(self, person: int) -> None:
        """People of the firm stay; others leave their companies, not what they took part in."""
        human, delete = self.people[person], self.ledger.persons.delete(self.firm.actor, person)
        if human.deleted:
            with pytest.raises(NotFound):
                self.run(delete)
        elif person in (self.firm.mia.id, self.firm.ben.id):
            with pytest.raises(Forbidden):
                self.run(delete)
        else:
            self.run(delete)
            human.deleted = True
            for members in self.members.values():
                members.discard(person)

    @rule(target=companies, members=st.lists(persons, max_size=3))
    def create_company(self, members: list[int]) -> Any:
        """A company has existing people."""
        create = self.ledger.organizations.create(
            self.firm.actor, OrganizationDraft(name="C", person_ids=tuple(members))
        )
        if any(self.people[member].deleted for member in members):
            with pytest.raises(Invalid):
                self.run(create)
            return multiple()
        organization = self.run(create)
        self.members[organization.id] = set(members)
        return organization.id

    # Interactions

    def _content(self, at: int, title: str | None, body: str | None, who: list[int | str]) -> Content:
        participants = tuple(
            Participant(one) if isinstance(one, int) else Participant(None, "attendee", one) for one in who
        )
        return Content(occurred_at=at, title=title, body=body, participants=participants)

    def _resolved(self, participants: tuple[Participant, ...]) -> list[int | str]:
        """Return who took part by the answer; people whom it made are known from now on."""
        found: list[int | str] = []
        for part in participants:
            if part.person is not None and part.person not in self.people:
                assert part.address is not None
                self.people[part.person] = Human([part.address])
                self._bind(part.person, [])
            found.append(part.person if part.person is not None else part.address or "")
        return found

    def _expected(self, who: list[int | str], created: bool) -> list[int | str | None]:
        """Return who takes part: None for somebody who is about to be made."""
        return [one if isinstance(one, int) else self._owner(one) or (None if created else one) for one in who]

    @rule(
        target=events, at=times, type_=st.sampled_from(TYPES), title=texts, body=texts,
        who=st.lists(persons | st.sampled_from(ADDRESSES), max_size=3),
        key=st.none() | st.sampled_from(KEYS), creating=st.booleans(),
    )  # fmt: skip
    def log(
        self, at: int, type_: str, title: str | None, body: str | None, who: list[int | str], key: str | None,
        creating: bool,
    ) -> Any:  # fmt: skip
        """Stored once per key; refused with people who are not there."""
        firm = self.firm.with_settings(create_unknown_persons=creating)
        draft = Draft(type=type_, content=self._content(at, title, body, who), request_key=key)
        log = self.ledger.interactions.log(firm.actor, draft)
        if any(isinstance(one, int) and self.people[one].deleted for one in who):
            with pytest.raises(Invalid):
                self.run(log)
            return multiple()
        if key in self.requests:
            number, before = self.requests[key]
            if draft != before:
                with pytest.raises(Conflict):
                    self.run(log)
            else:
                again = self.run(log)
                assert again.repeated and again.interaction.number == number
            return multiple()
        expected = self._expected(who, creating)
        item = self.run(log).interaction
        resolved = self._resolved(item.content.participants)
        assert [one for one, wanted in zip(resolved, expected, strict=True) if wanted not in (None, one)] == []
        self.happened[item.number] = Event(at, type_, title, body, resolved, item.note_id)
        assert (item.note_id is not None) is (body is not None)
        if item.note_id is not None:
            self.notes[item.note_id] = Remark(item.created_at, firm.mia.id, event=item.number)
        if key is not None:
            self.requests[key] = (item.number, draft)
        return item.number

    @rule(
        number=events, at=times, title=texts, body=texts, who=st.lists(persons | st.sampled_from(ADDRESSES), max_size=3)
    )
    def amend(self, number: int, at: int, title: str | None, body: str | None, who: list[int | str]) -> None:
        """A new version, unless nothing changes; refused with people who are not there and were not in it."""
        event = self.happened[number]
        content = self._content(at, title, body, who)
        amend = self.ledger.interactions.amend(self.firm.actor, number, lambda item: content)
        if event.deleted:
            with pytest.raises(NotFound):
                self.run(amend)
            return
        kept = event.persons
        if any(isinstance(one, int) and self.people[one].deleted and one not in kept for one in who):
            with pytest.raises(Invalid):
                self.run(amend)
            return
        expected = self._expected(who, True)
        item = self.run(amend).interaction
        resolved = self._resolved(item.content.participants)
        assert [one for one, wanted in zip(resolved, expected, strict=True) if wanted not in (None, one)] == []
        if body is not None and event.note is None:
            assert item.note_id is not None
            event.note = item.note_id
            self.notes[item.note_id] = Remark(item.modified_at or 0, self.firm.mia.id, event=number)
        event.at, event.title, event.body, event.who = at, title, body, resolved
        assert item.version - event.version in (0, 1)
        event.version = item.version

    @rule(number=consumes(events))
    def delete(self, number: int) -> None:
        """Hidden, with its note and the replies."""
        event = self.happened[number]
        self.run(self.ledger.interactions.delete(self.firm.actor, number))
        event.deleted, event.version = True, event.version + 1
        if event.note is not None:
            self._delete_note(event.note)

    # Notes

    def _delete_note(self, id_: int) -> None:
        for other, note in self.notes.items():
            if id_ in (other, note.parent):
                note.deleted = True

    @rule(target=remarks, on=st.lists(persons, min_size=1, max_size=2), at=times, by_ben=st.booleans())
    def note(self, on: list[int], at: int, by_ben: bool) -> Any:
        """On people who are there."""
        creator = (self.firm.ben if by_ben else self.firm.mia).id
        draft = NoteDraft(content="n", links=Links(persons=tuple(on)), creator=creator, created_at=at)
        create = self.ledger.notes.create(self.firm.actor, draft)
        if any(self.people[person].deleted for person in on):
            with pytest.raises(Invalid):
                self.run(create)
            return multiple()
        id_ = self.run(create).id
        self.notes[id_] = Remark(at, creator, set(on))
        return id_

    @rule(target=remarks, number=events)
    def note_on(self, number: int) -> Any:
        """The text of an interaction that has none."""
        event = self.happened[number]
        create = self.ledger.notes.create(self.firm.actor, NoteDraft(content="n", interaction=number))
        if event.note is not None:
            with pytest.raises(Conflict):
                self.run(create)
            return multiple()
        note = self.run(create)
        event.note, event.body, event.version = note.id, "n", event.version + 1
        self.notes[note.id] = Remark(note.created_at, self.firm.mia.id, event=number)
        return note.id

    @rule(target=remarks, parent=remarks, at=times)
    def reply(self, parent: int, at: int) -> Any:
        """To a note that is there and no reply."""
        note = self.notes[parent]
        create = self.ledger.notes.create(self.firm.actor, NoteDraft(content="r", parent=parent, created_at=at))
        if note.deleted or note.parent is not None:
            with pytest.raises(Invalid):
                self.run(create)
            return multiple()
        id_ = self.run(create).id
        self.notes[id_] = Remark(at, self.firm.mia.id, parent=parent)
        return id_

    @rule(id_=remarks, by_ben=st.booleans())
    def delete_note(self, id_: int, by_ben: bool) -> None:
        """By its author, with its replies; an interaction loses its text."""
        note, person = self.notes[id_], self.firm.ben if by_ben else self.firm.mia
        delete = self.ledger.notes.delete(self.firm.acting(person), id_)
        if note.deleted or note.creator != person.id:
            with pytest.raises(NotFound if note.deleted else Forbidden):
                self.run(delete)
            return
        self.run(delete)
        self._delete_note(id_)
        if note.event is not None:
            event = self.happened[note.event]
            event.note, event.body, event.version = None, None, event.version + 1

    # What is seen

    def _timeline(self, persons: set[int], type_: str | None = None) -> list[int]:
        shown = [
            (event.at, number)
            for number, event in self.happened.items()
            if not event.deleted and event.persons & persons and type_ in (None, event.type)
        ]
        return [number for _, number in sorted(shown, reverse=True)]

    async def _pages(self, party: tuple[Party, int], size: int, **options: Any) -> list[int]:
        found: list[int] = []
        while True:
            before = (self.happened[found[-1]].at, found[-1]) if found else None
            page = await numbers_of(self.firm, party, limit=size, before=before, **options)
            found += page
            if len(page) < size:
                return found

    @rule(person=persons, size=st.integers(1, 4), type_=st.none() | st.sampled_from(TYPES))
    def timeline_of_person(self, person: int, size: int, type_: str | None) -> None:
        """Newest first, page by page."""
        options = {"types": [self.firm.tenant.types_by_name[type_].id]} if type_ else {}
        found = self.run(self._pages((Party.PERSON, person), size, **options))
        assert found == self._timeline({person}, type_)

    @rule(company=companies, size=st.integers(1, 4))
    def timeline_of_company(self, company: int, size: int) -> None:
        """Those of its members, each once."""
        found = self.run(self._pages((Party.ORGANIZATION, company), size))
        assert found == self._timeline(self.members[company])

    @rule(person=persons)
    def notes_of_person(self, person: int) -> None:
        """On the person, or on what it took part in; newest first."""
        shown = [
            (note.at, id_)
            for id_, note in self.notes.items()
            if not note.deleted
            and note.parent is None
            and (person in note.persons or (note.event is not None and person in self.happened[note.event].persons))
        ]
        found = self.run(self.ledger.notes.page(self.firm.actor, limit=1_000, party=(Party.PERSON, person)))
        assert [note.id for note in found] == [id_ for _, id_ in sorted(shown, reverse=True)]

    def teardown(self) -> None:
        """At the end every record is as pictured, and the store has nothing to complain about."""
        if not hasattr(self, "firm"):
            return
        for number, event in self.happened.items():
            if event.deleted:
                with pytest.raises(NotFound):
                    self.run(self.ledger.interactions.get(self.firm.actor, number))
                continue
            item = self.run(self.ledger.interactions.get(self.firm.actor, number))
            content = item.content
            who = [part.person if part.person is not None else part.address for part in content.participants]
            assert (content.occurred_at, content.title, content.body, who, item.note_id, item.version) == (
                event.at, event.title, event.body, event.who, event.note, event.version,
            )  # fmt: skip
        for person in self.people:
            self.timeline_of_person(person, 3, None)
            self.notes_of_person(person)
        found = self.run(self.ledger.notes.page(self.firm.actor, limit=1_000))
        assert {note.id for note in found} == {id_ for id_, note in self.notes.items() if not note.deleted}
        living, _ = self.run(self.ledger.persons.page(self.firm.actor, limit=1_000))
        assert [person.id for person in living] == sorted(id_ for id_, one in self.people.items() if not one.deleted)


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest, fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[type[Machine]]:
    """The machine on a ledger of its own, with a loop of its own."""
    with fresh_database(request.param, tmp_path) as url:
        loop = asyncio.new_event_loop()
        ledger = loop.run_until_complete(Ledger.open(url))
        yield type("OneMachine", (Machine,), {"ledger": ledger, "loop": loop})
        loop.run_until_complete(ledger.close())
        loop.close()


@pytest.mark.timeout(600)  # a failure is made as short as it can be, which takes minutes
def test_any_sequence_of_use_cases(machine: type[Machine], request: pytest.FixtureRequest) -> None:
    """Whatever is done in whatever order, the ledger shows what a simple picture of it says."""
    many = 40 if machine.ledger.store.url.startswith("sqlite") else 8
    limits = settings(
        max_examples=many, stateful_step_count=40, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=limits)

    assert machine.loop.run_until_complete(machine.ledger.check.problems()) == []
