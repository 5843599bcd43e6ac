"""Contacts under any sequence of changes from either side: persons, households, links and lists always agree."""

from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.canvassing.contacts import DEFAULTS, addresses_of, person_name, with_emails
from interlog.model.canvassing.households import household_key
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.errors import InterlogError
from interlog.model.ids import uuid7
from interlog.model.parties import normal_email
from tests.ledger.conftest import Firm, found_firm

from .conftest import Working

_names = st.sampled_from(["Arya", "Bran", "Rob", ""])
_places = st.integers(0, 2)
_emails = st.lists(st.sampled_from([f"p{n}@x.example" for n in range(3)]), unique=True, max_size=2)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("create"), _places, _names, _emails, _places),
        st.tuples(st.just("rename"), _places, _names),
        st.tuples(st.just("readdress"), _places, _emails),
        st.tuples(st.just("move"), _places, _places),
        st.tuples(st.just("enlist"), _places, _places),
        st.tuples(st.just("delete"), _places),
        st.tuples(st.just("restore"), _places),
        st.tuples(st.just("person"), _places, _names, _emails),
        st.tuples(st.just("no_person"), _places),
    ),
    max_size=12,
)
_firms = (f"contacts-{number}" for number in count(1))


class Model:
    """A firm with three lists, and the contacts that a sequence of steps makes there."""

    def __init__(self, ledger: Ledger, firm: Firm) -> None:
        self.ledger, self.firm, self.actor = ledger, firm, firm.actor
        self.lists: list[str] = []
        self.ids = [uuid7() for _ in range(3)]

    async def begin(self) -> None:
        await self.ledger.founding.ensure(self.actor)
        for _ in range(3):
            draft = ResourceDraft(kind="lists", data={"name": "L", "organizationId": uuid7()})
            self.lists.append((await self.ledger.resources.create(self.actor, draft)).resource.id)

    async def do(self, step: tuple[Any, ...]) -> None:
        """Do one thing; what is refused is refused."""
        what, place, *rest = step
        try:
            await getattr(self, what)(self.ids[place], *rest)
        except InterlogError:
            return

    async def create(self, id_: str, name: str, emails: list[str], place: int) -> None:
        profile: dict[str, Any] = {"name": {"first": name, "last": "Stark"}, "address": _address(place)}
        data = DEFAULTS | {"listId": self.lists[0], "profile": with_emails(profile, _details(emails))}
        await self.ledger.contacts.create(self.actor, ResourceDraft(kind="contacts", id=id_, data=data))

    async def _amend(self, id_: str, **parts: Any) -> None:
        def change(read: Resource) -> Resource:
            profile = read.data["profile"] | parts.get("profile", {})
            if "emails" in parts:
                profile = with_emails(profile, _details(parts["emails"]))
            lists = {"listId": parts["list"]} if "list" in parts else {}
            return replace(read, data=read.data | {"profile": profile} | lists)

        await self.ledger.contacts.amend(self.actor, id_, change)

    async def rename(self, id_: str, name: str) -> None:
        await self._amend(id_, profile={"name": {"first": name, "last": "Snow"}})

    async def readdress(self, id_: str, emails: list[str]) -> None:
        await self._amend(id_, emails=emails)

    async def move(self, id_: str, place: int) -> None:
        await self._amend(id_, profile={"address": _address(place)})

    async def enlist(self, id_: str, place: int) -> None:
        await self._amend(id_, list=self.lists[place])

    async def delete(self, id_: str) -> None:
        await self.ledger.contacts.delete(self.actor, id_)

    async def restore(self, id_: str) -> None:
        await self.ledger.contacts.restore(self.actor, id_)

    async def person(self, id_: str, name: str, emails: list[str]) -> None:
        contact = await self.ledger.resources.get(self.actor, "contacts", id_)
        await self.ledger.persons.update(self.actor, contact.person or 0, first_name=name, emails=tuple(emails))

    async def no_person(self, id_: str) -> None:
        contact = await self.ledger.resources.get(self.actor, "contacts", id_)
        await self.ledger.persons.delete(self.actor, contact.person or 0)

    async def check(self) -> None:
        """See that all sides agree."""
        resources, actor = self.ledger.resources, self.actor
        found = await resources.get_many(actor, [("contacts", id_) for id_ in self.ids])
        contacts = list(found.values())
        persons = await self.ledger.persons.get_many(actor, [item.person or 0 for item in contacts])
        assert len(contacts) == len(persons), "each contact is a person of its own"
        owners = {normal_email(email): id_ for id_, person in persons.items() for email in person.emails}
        for contact in contacts:
            person = persons[contact.person or 0]
            if any(person_name(contact.data)):
                assert person_name(contact.data) == (person.first_name, person.last_name)
            for email in addresses_of(contact.data):
                assert owners.get(email, person.id) == person.id or email not in person.emails
            home = await resources.get(actor, "households", contact.data["primaryHouseholdId"])
            assert household_key(home.data) == home.natural
            assert (
                home.data["address"]["data"]["number"] == contact.data["profile"]["address"]["streetAddress"]["number"]
            )
            links = await resources.owned(actor, "contact-households", contact.id)
            assert [home.id] == [link.data["householdId"] for link in links]
        counts = await resources.counts(actor, "contact-household-lists", self.lists)
        on_lists = [contact.data["listId"] for contact in contacts]
        assert {id_: on_lists.count(id_) for id_ in set(on_lists)} == counts


def _address(place: int) -> dict[str, Any]:
    street = {"formatted": f"{place} Elm", "number": str(place), "route": "Elm"}
    return {"streetAddress": street, "city": "Winterfell"}


def _details(emails: list[str]) -> list[dict[str, Any]]:
    return [{"email": email, "active": True, "primary": False} for email in emails]


@given(steps=_steps)
@settings(max_examples=40)
def test_all_sides_of_contacts_agree(working: Working, steps: list[tuple[Any, ...]]) -> None:
    """After each step: names, addresses, households, links and counts; at the end the store's own check."""
    ledger = working.ledger

    async def run() -> None:
        model = Model(ledger, await found_firm(ledger, next(_firms)))
        await model.begin()
        for step in steps:
            await model.do(step)
            await model.check()

    working.run(run())


def test_the_store_finds_nothing_wrong_afterwards(working: Working) -> None:
    """What the steps of all examples have left is in order."""
    assert working.run(working.ledger.check.problems()) == []
