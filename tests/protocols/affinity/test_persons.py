"""Persons over HTTP: create, get, list, find, change and delete; and what is known from their interactions."""

from typing import Any

import pytest

from interlog.model.instants import DAY, now, to_datetime
from interlog.model.interactions import Participant
from interlog.model.parties import Person, PersonKind
from interlog.model.types import Direction, Logging, Role
from tests.serving import Caller, Firm

from .wire import DATES, DATETIME, FULL_PERSON, PERSON, UNKNOWN, answered, at, instant, refused, short, unknown


def created(api: Caller, first_name: str, last_name: str = "", *emails: str, **more: Any) -> dict[str, Any]:
    """Create a person."""
    body = {"first_name": first_name, "last_name": last_name, "emails": list(emails)} | more
    answer: dict[str, Any] = answered(api.post("/persons", **body))
    return answer


def found(api: Caller, **params: Any) -> list[int]:
    """Return the ids that a list shows, in its order."""
    answer = answered(api.get("/persons", **params))
    assert set(answer) == {"persons", "next_page_token"}
    return [person["id"] for person in answer["persons"]]


@pytest.mark.covers("persons.create")
class TestCreate:
    """``POST /persons``"""

    def test_answers_the_full_person(self, api: Caller, firm: Firm) -> None:
        """A new person is external and has exactly its keys, without ``list_entries``."""
        client = firm.organization("Client")
        person = created(api, "Ola", "Berg", "ola@a.example", "ola@b.example", organization_ids=[client.id])
        assert set(person) == FULL_PERSON
        assert person == {
            "id": person["id"],
            "type": 0,
            "first_name": "Ola",
            "last_name": "Berg",
            "primary_email": "ola@a.example",
            "emails": ["ola@a.example", "ola@b.example"],
            "organization_ids": [client.id],
        }
        assert answered(api.get(f"/persons/{person['id']}")) == person | {"list_entries": []}

    def test_needs_no_address(self, api: Caller) -> None:
        """``emails`` may be empty; then there is no primary one."""
        person = created(api, "Ola", "Berg")
        assert (person["emails"], person["primary_email"]) == ([], None)

    def test_takes_a_missing_last_name_as_empty(self, api: Caller) -> None:
        """An older form of the request has no ``last_name``."""
        assert answered(api.post("/persons", first_name="Ola", emails=[]))["last_name"] == ""

    @pytest.mark.parametrize("name", ["first_name", "emails"])
    @pytest.mark.parametrize("change", ["missing", "null"])
    def test_demands_first_name_and_emails(self, api: Caller, name: str, change: str) -> None:
        """What is required is named."""
        body: dict[str, Any] = {"first_name": "Ola", "last_name": "Berg", "emails": []}
        body = {key: value for key, value in body.items() if key != name} | ({name: None} if change == "null" else {})
        assert refused(api.post("/persons", **body)) == [f"Field {name}: is required"]

    @pytest.mark.parametrize(
        "address", ["ola", "@x.example", "ola@", "o la@x.example", "ola@x.example\n", "a" * 330 + "@x.example"]
    )
    def test_refuses_what_is_no_address(self, api: Caller, firm: Firm, address: str) -> None:
        """An e-mail address looks like one."""
        before = firm.rows()
        response = api.post("/persons", first_name="Ola", emails=["good@x.example", address])
        if address.strip() == "ola@x.example":
            assert answered(response)["emails"][1] == "ola@x.example"
        else:
            refused(response, "Field emails: ")
            assert firm.rows() == before

    @pytest.mark.parametrize(
        "address", ["ola.berg@client.example", "OLA.Berg@Client.EXAMPLE", " ola.berg@client.example "]
    )
    def test_refuses_an_address_that_somebody_has(self, api: Caller, firm: Firm, ola: Person, address: str) -> None:
        """An address belongs to one person, however it is spelled; clients take 422 as "already exists"."""
        before = firm.rows()
        (problem,) = refused(api.post("/persons", first_name="Ola", emails=["new@x.example", address]))
        assert problem == f"Field emails: {address} belongs to person {ola.id} already"
        assert firm.rows() == before

    def test_refuses_an_unknown_organization(self, api: Caller, firm: Firm) -> None:
        """Organizations must exist."""
        before = firm.rows()
        response = api.post("/persons", first_name="Ola", emails=[], organization_ids=[UNKNOWN])
        assert refused(response) == [unknown("organization_ids", UNKNOWN, "Organization")]
        assert firm.rows() == before

    def test_joins_the_organization_of_its_domain(self, api: Caller, firm: Firm) -> None:
        """Whoever has an address at an organization's domain belongs to it."""
        client = firm.organization("Client", "client.example")
        assert created(api, "Ola", "", "ola@Client.example")["organization_ids"] == [client.id]

    def test_takes_over_what_waited_for_the_address(self, api: Caller, firm: Firm, mia: Person) -> None:
        """An interaction that came before its person shows the person as soon as there is one."""
        from msgspec.structs import replace

        tenant = replace(firm.tenant, settings=replace(firm.tenant.settings, create_unknown_persons=False))
        parts = [Participant(mia.id), Participant(None, address="ola@late.example")]
        item = firm.log("Meeting", at("2026-03-05"), *parts, actor=replace(firm.actor, tenant=tenant))
        ola = created(api, "Ola", "", "Ola@late.example")
        event = answered(api.get(f"/interactions/{item.number}", type=0))
        assert [person["id"] for person in event["persons"]] == [mia.id, ola["id"]]


@pytest.mark.covers("persons.get")
class TestGet:
    """``GET /persons/{id}``"""

    def test_answers_with_list_entries(self, api: Caller, mia: Person) -> None:
        """The full person with ``list_entries``, always there; internal persons are of type 1."""
        person = answered(api.get(f"/persons/{mia.id}"))
        assert set(person) == FULL_PERSON | {"list_entries"}
        assert person == short(mia) | {"organization_ids": [], "list_entries": []}
        assert person["type"] == 1

    def test_tells_a_collaborator(self, api: Caller, firm: Firm) -> None:
        """Collaborators are of type 2."""
        pat = firm.person("Pat", kind=PersonKind.COLLABORATOR)
        assert answered(api.get(f"/persons/{pat.id}"))["type"] == 2

    def test_adds_what_is_asked_for(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Each flag adds its keys, and only then they are there."""
        client = firm.organization("Client", persons=[ola])
        deal = firm.opportunity("Pilot", persons=[ola])
        person = answered(api.get(f"/persons/{ola.id}"))
        with_all = answered(
            api.get(
                f"/persons/{ola.id}",
                with_opportunities="true",
                with_current_organizations="True",
                with_interaction_dates="1",
                with_interaction_persons="true",
            )
        )
        added = {"opportunity_ids", "current_organization_ids", "interaction_dates", "interactions"}
        assert set(with_all) == set(person) | added
        assert with_all["opportunity_ids"] == [deal.id]
        assert with_all["current_organization_ids"] == [client.id]

    def test_flags_may_be_false(self, api: Caller, ola: Person) -> None:
        """A flag that is false is as good as none."""
        flags = dict.fromkeys(("with_opportunities", "with_current_organizations", "with_interaction_dates"), "false")
        assert answered(api.get(f"/persons/{ola.id}", **flags)) == answered(api.get(f"/persons/{ola.id}"))

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found, in the words of an unknown id (spec 18, D1)."""
        assert refused(api.get(f"/persons/{UNKNOWN}"), status=404) == [unknown("id", UNKNOWN, "Person")]


@pytest.mark.covers("persons.list", "persons.get")
class TestInteractionDates:
    """``with_interaction_dates`` and ``with_interaction_persons`` (spec 20, item 16)."""

    def test_are_null_without_interactions(self, api: Caller, ola: Person) -> None:
        """All seven keys are there, null."""
        person = answered(api.get(f"/persons/{ola.id}", with_interaction_dates="true"))
        assert person["interaction_dates"] == dict.fromkeys((f"{name}_date" for name in DATES), None)
        assert person["interactions"] == dict.fromkeys(DATES, None)

    def test_tell_first_last_and_next(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """Each moment is that of its kind; what lies ahead is next and never last; persons are the internal ones."""
        today = now() // DAY * DAY
        days = {
            "first email": firm_email(firm, today - 30 * DAY, ola, mia),
            "last email": firm_email(firm, today - 9 * DAY, mia, ola),
            "first event": firm.log("Meeting", today - 20 * DAY, mia, ola).content.occurred_at,
            "last event": firm.log("Call", today - 5 * DAY, mia, ben, ola).content.occurred_at,
            "chat": firm.log("ChatMessage", today - 7 * DAY, mia, ola, direction=Direction.SENT).content.occurred_at,
            "later event": firm.log("Meeting", today + 9 * DAY, mia, ola).content.occurred_at,
            "next event": firm.log("Meeting", today + 2 * DAY, mia, ben, ola).content.occurred_at,
        }
        expected = {
            "first_email": (days["first email"], [mia.id]),
            "last_email": (days["last email"], [mia.id]),
            "first_event": (days["first event"], [mia.id]),
            "last_event": (days["last event"], [mia.id, ben.id]),
            "next_event": (days["next event"], [mia.id, ben.id]),
            "last_chat_message": (days["chat"], [mia.id]),
            "last_interaction": (days["last event"], [mia.id, ben.id]),
        }
        params = {"with_interaction_dates": "true", "with_interaction_persons": "true"}
        person = answered(api.get(f"/persons/{ola.id}", **params))
        assert {name: instant(text) for name, text in person["interaction_dates"].items()} == {
            f"{name}_date": moment for name, (moment, _) in expected.items()
        }
        assert {
            name: (instant(item["date"]), item["person_ids"]) for name, item in person["interactions"].items()
        } == expected
        (listed,) = answered(api.get("/persons", **params, term="Berg"))["persons"]
        assert listed == {key: person[key] for key in PERSON | {"interaction_dates", "interactions"}}

    def test_name_persons_only_when_asked(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Without ``with_interaction_persons`` an interaction is its date alone."""
        firm.log("Call", at("2026-03-05"), mia, ola)
        person = answered(api.get(f"/persons/{ola.id}", with_interaction_dates="true"))
        assert person["interactions"]["last_event"] == {"date": "2026-03-05T00:00:00.000+00:00"}

    def test_list_drops_persons_without_interactions(
        self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person
    ) -> None:
        """With dates, only those are listed who have any (spec 20, item 16)."""
        firm.log("Call", at("2026-03-05"), mia, ola)
        assert found(api) == [mia.id, ola.id, eve.id]
        assert found(api, with_interaction_dates="true") == [mia.id, ola.id]

    def test_follow_a_deletion(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """What was deleted is no interaction any more."""
        firm.log("Call", at("2026-03-04"), mia, ola)
        second = firm.log("Call", at("2026-03-05"), mia, ola)
        answered(api.delete(f"/interactions/{second.number}", type=1))
        dates = answered(api.get(f"/persons/{ola.id}", with_interaction_dates="true"))["interaction_dates"]
        assert dates["last_event_date"] == "2026-03-04T00:00:00.000+00:00"


def firm_email(firm: Firm, moment: int, sender: Person, receiver: Person) -> int:
    """Store an e-mail that was captured, and return when it was sent."""
    parts = [Participant(sender.id, Role.FROM), Participant(receiver.id, Role.TO)]
    return firm.log("Email", moment, *parts, direction=Direction.SENT, logging=Logging.AUTOMATIC).content.occurred_at


@pytest.mark.covers("persons.list")
class TestList:
    """``GET /persons``"""

    def test_shows_short_persons(self, api: Caller, mia: Person, ola: Person) -> None:
        """Items have exactly the keys of a short person, and the token is there."""
        assert answered(api.get("/persons")) == {"persons": [short(mia), short(ola)], "next_page_token": None}

    def test_adds_what_is_asked_for(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Flags add their keys to each item."""
        firm.opportunity("Pilot", persons=[ola])
        params = {"with_opportunities": "true", "with_current_organizations": "true"}
        for person in answered(api.get("/persons", **params))["persons"]:
            assert set(person) == PERSON | {"opportunity_ids", "current_organization_ids"}

    @pytest.mark.parametrize(
        "term",
        ["ola", "OLA", "berg", "ber", "Ola Berg", "ola b", "ola.berg@client.example", "Ola.Berg@CLIENT.example",
         "client.ex", "@client"],
    )  # fmt: skip
    def test_finds_by_a_part(self, api: Caller, ola: Person, eve: Person, term: str) -> None:
        """A term is a part of a name or an address, in any case; two words are first and last name."""
        assert found(api, term=term) == [ola.id]

    @pytest.mark.parametrize("term", ["%", "_", "o%a", "\\", "'", '"', "ola  berg", "ola@", "zzz", "*"])
    def test_finds_nothing_by_what_nobody_has(self, api: Caller, ola: Person, term: str) -> None:
        """Characters that mean something elsewhere mean only themselves here."""
        assert found(api, term=term) == []

    @pytest.mark.parametrize(("name", "term"), [("Zoë Müller", "MÜLLER"), ("Øystein Ås", "åS"), ("100% Ok_", "% ok_")])
    def test_finds_whatever_the_letters(self, api: Caller, firm: Firm, name: str, term: str) -> None:
        """Case does not matter beyond English letters either."""
        first_name, _, last_name = name.partition(" ")
        person = firm.person(first_name, last_name)
        assert found(api, term=term) == [person.id]

    def test_an_empty_term_finds_all(self, api: Caller, mia: Person, ola: Person) -> None:
        """An empty term is none."""
        assert found(api, term="") == [mia.id, ola.id]

    def test_exact_matches_come_first(self, api: Caller, firm: Firm) -> None:
        """Whoever has exactly the address or name stands on the first page, before those who only contain it."""
        for number in range(5):
            firm.person("Ann", "Bergmann", f"x.ann@b{number}.example", f"ann@b.example{number}.example")
        exact = firm.person("Ann", "Berg", "ann@b.example")
        assert found(api, term="ANN@b.example", page_size=1) == [exact.id]
        assert found(api, term="ann berg", page_size=1) == [exact.id]

    @pytest.mark.parametrize("name", sorted(DATES))
    def test_filters_by_interaction_dates(
        self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person, name: str
    ) -> None:
        """``min_`` is at or after, ``max_`` at or before; nobody without such an interaction matches."""
        moment = now() // DAY * DAY + (3 if name == "next_event" else -3) * DAY
        if "email" in name:
            firm_email(firm, moment, mia, ola)
        else:
            firm.log("ChatMessage" if "chat" in name else "Call", moment, mia, ola)

        def matching(edge: str, shift: int) -> list[int]:
            text = to_datetime(moment + shift).isoformat()
            return [id_ for id_ in found(api, **{f"{edge}_{name}_date": text}) if id_ != mia.id]

        assert [matching("min", -1), matching("min", 0), matching("min", 1)] == [[ola.id], [ola.id], []]
        assert [matching("max", -1), matching("max", 0), matching("max", 1)] == [[], [ola.id], [ola.id]]

    def test_a_bound_may_be_a_date(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A date without a time is its midnight."""
        firm.log("Call", at("2026-03-05T00:00:00Z"), mia, ola)
        assert ola.id in found(api, max_last_event_date="2026-03-05")
        assert ola.id not in found(api, min_last_event_date="2026-03-06")

    def test_combines_term_and_filters(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """A term and the filters narrow together."""
        for person in (ola, eve):
            firm.log("Call", at("2026-03-05"), mia, person)
        assert found(api, term="eve", min_last_event_date="2026-03-01") == [eve.id]


@pytest.mark.covers("persons.update")
class TestUpdate:
    """``PUT /persons/{id}``"""

    def test_changes_what_is_given(self, api: Caller, ola: Person) -> None:
        """Any subset may be sent; the rest stays; the answer has no ``list_entries``."""
        person = answered(api.put(f"/persons/{ola.id}", first_name="Olaf"))
        assert set(person) == FULL_PERSON
        assert person == short(ola) | {"first_name": "Olaf", "organization_ids": []}

    def test_replaces_lists(self, api: Caller, firm: Firm, ola: Person) -> None:
        """``emails`` and ``organization_ids`` replace what was there; an address given up is free again."""
        first, second = firm.organization("First", persons=[ola]), firm.organization("Second")
        person = answered(api.put(f"/persons/{ola.id}", emails=["new@x.example"], organization_ids=[second.id]))
        assert (person["emails"], person["primary_email"]) == (["new@x.example"], "new@x.example")
        assert person["organization_ids"] == [second.id]
        assert answered(api.get(f"/organizations/{first.id}"))["person_ids"] == []
        assert created(api, "Other", "", "ola.berg@client.example")["id"] != ola.id

    def test_empties_lists(self, api: Caller, firm: Firm, ola: Person) -> None:
        """An empty list takes everything away; null leaves it."""
        firm.organization("First", persons=[ola])
        kept = answered(api.put(f"/persons/{ola.id}", emails=None, organization_ids=None, last_name="B"))
        assert (kept["emails"], len(kept["organization_ids"])) == (["ola.berg@client.example"], 1)
        person = answered(api.put(f"/persons/{ola.id}", emails=[], organization_ids=[]))
        assert (person["emails"], person["primary_email"], person["organization_ids"]) == ([], None, [])

    def test_keeps_the_primary_address(self, api: Caller, ola: Person) -> None:
        """The primary address stays as long as it is among the addresses."""
        emails = ["other@x.example", "ola.berg@client.example"]
        assert answered(api.put(f"/persons/{ola.id}", emails=emails))["primary_email"] == "ola.berg@client.example"

    def test_may_repeat_its_own_address(self, api: Caller, ola: Person) -> None:
        """One's own address is not taken, and an address is stored once."""
        emails = ["ola.berg@client.example", "OLA.BERG@client.example", "b@x.example"]
        assert len(answered(api.put(f"/persons/{ola.id}", emails=emails))["emails"]) == 2

    def test_refuses_an_address_that_somebody_has(self, api: Caller, firm: Firm, ola: Person, eve: Person) -> None:
        """An address belongs to one person."""
        before = firm.rows()
        refused(api.put(f"/persons/{ola.id}", first_name="X", emails=["eve@other.example"]), "belongs to person")
        assert firm.rows() == before
        assert answered(api.get(f"/persons/{ola.id}"))["first_name"] == "Ola"

    @pytest.mark.parametrize(
        ("name", "value"),
        [("first_name", "x" * 501), ("last_name", "x" * 501), ("emails", ["no"]), ("organization_ids", [UNKNOWN]),
         ("organization_ids", ["x"])],
    )  # fmt: skip
    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, ola: Person, name: str, value: Any) -> None:
        """A value that cannot be is refused by the name of its field, and nothing is stored."""
        before = firm.rows()
        refused(api.put(f"/persons/{ola.id}", **{name: value}), f"Field {name}: ")
        assert firm.rows() == before

    def test_refuses_to_take_the_whole_name(self, api: Caller, ola: Person) -> None:
        """A person has a name."""
        refused(api.put(f"/persons/{ola.id}", first_name="", last_name=""), "Field first_name: ")

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found."""
        refused(api.put(f"/persons/{UNKNOWN}", first_name="X"), unknown("id", UNKNOWN, "Person"), status=404)

    def test_query_parameters_will_do(self, api: Caller, ola: Person) -> None:
        """Some clients send changes in the query, with an empty body that claims to be JSON (spec 20, item 15)."""
        path = f"/persons/{ola.id}?first_name=Zed&last_name=&emails[]=zed@x.example"
        person = answered(api.request("PUT", path, headers={"Content-Type": "application/json"}))
        assert (person["first_name"], person["emails"]) == ("Zed", ["zed@x.example"])


@pytest.mark.covers("persons.delete")
class TestDelete:
    """``DELETE /persons/{id}``"""

    def test_is_gone(self, api: Caller, ola: Person) -> None:
        """A deleted person is found nowhere, and the address is free again."""
        assert answered(api.delete(f"/persons/{ola.id}")) == {"success": True}
        path = f"/persons/{ola.id}"
        for response in (api.get(path), api.delete(path), api.put(path, first_name="X")):
            assert refused(response, status=404) == [unknown("id", ola.id, "Person")]
        assert ola.id not in found(api)
        assert created(api, "Ola", "", "ola.berg@client.example")["id"] != ola.id

    def test_leaves_interactions_and_deals(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Interactions and opportunities stay, without the person."""
        item = firm.log("Call", at("2026-03-05"), mia, ola, body="Talked")
        deal = firm.opportunity("Pilot", persons=[ola, mia])
        note = answered(api.post("/notes", content="On both", person_ids=[ola.id, mia.id]))
        answered(api.delete(f"/persons/{ola.id}"))
        event = answered(api.get(f"/interactions/{item.number}", type=1))
        assert [person["id"] for person in event["persons"]] == [mia.id]
        assert answered(api.get(f"/opportunities/{deal.id}"))["person_ids"] == [mia.id]
        assert answered(api.get(f"/notes/{note['id']}"))["person_ids"] == [mia.id]
        params = {"type": 1, "start_time": "2026-01-01", "end_time": "2026-12-31", "person_id": ola.id}
        assert refused(api.get("/interactions", **params)) == [unknown("person_id", ola.id, "Person")]

    def test_refuses_an_internal_person(self, api: Caller, firm: Firm, ben: Person) -> None:
        """The sentence about an internal person is one that clients match on."""
        before = firm.rows()
        assert refused(api.delete(f"/persons/{ben.id}")) == [
            "Deleting internal or inferred_internal person is not allowed."
        ]
        assert firm.rows() == before


@pytest.mark.covers("persons.fields")
class TestFields:
    """``GET /persons/fields``"""

    def test_is_a_bare_array(self, api: Caller) -> None:
        """There are no fields of one's own, and the path is no person's id."""
        assert answered(api.get("/persons/fields")) == []


def test_times_have_one_form(api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
    """Times are ISO 8601 with milliseconds and a numeric offset."""
    firm.log("Call", at("2026-03-05T10:00:00.123456Z"), mia, ola)
    dates = answered(api.get(f"/persons/{ola.id}", with_interaction_dates="true"))["interaction_dates"]
    assert dates["last_event_date"] == "2026-03-05T10:00:00.123+00:00"
    assert DATETIME.fullmatch(dates["last_event_date"])
