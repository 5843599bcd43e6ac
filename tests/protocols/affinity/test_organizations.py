"""Organizations over HTTP: create, get, list, find, change and delete; and what is known from their interactions."""

from typing import Any

import pytest

from interlog.model.instants import DAY, now, to_datetime
from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .wire import DATES, ORGANIZATION, UNKNOWN, answered, at, instant, refused, unknown


def created(api: Caller, name: str, **more: Any) -> dict[str, Any]:
    """Create an organization."""
    answer: dict[str, Any] = answered(api.post("/organizations", name=name, **more))
    return answer


def found(api: Caller, **params: Any) -> list[int]:
    """Return the ids that a list shows, in its order."""
    answer = answered(api.get("/organizations", **params))
    assert set(answer) == {"organizations", "next_page_token"}
    return [item["id"] for item in answer["organizations"]]


@pytest.mark.covers("organizations.create")
class TestCreate:
    """``POST /organizations``"""

    def test_answers_with_person_ids(self, api: Caller, ola: Person) -> None:
        """A new organization is not global and has exactly its keys, without ``list_entries``."""
        item = created(api, "Client", domain="Client.example", person_ids=[ola.id])
        assert set(item) == ORGANIZATION | {"person_ids"}
        assert item == {
            "id": item["id"],
            "name": "Client",
            "domain": "client.example",
            "domains": ["client.example"],
            "crunchbase_uuid": None,
            "global": False,
            "person_ids": [ola.id],
        }
        assert answered(api.get(f"/organizations/{item['id']}")) == item | {"list_entries": []}

    def test_needs_only_a_name(self, api: Caller) -> None:
        """Without a domain there is none."""
        item = created(api, "Client")
        assert (item["domain"], item["domains"], item["person_ids"]) == (None, [], [])

    def test_takes_in_whoever_has_an_address_there(self, api: Caller, ola: Person) -> None:
        """Persons with an address at its domain belong to it."""
        assert created(api, "Client", domain="client.example")["person_ids"] == [ola.id]
        assert answered(api.get(f"/persons/{ola.id}"))["organization_ids"] != []

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [("name", None, "is required"), ("name", "", "must not be empty"), ("name", "  ", "must not be empty"),
         ("name", "x" * 501, "must not be longer"), ("name", ["x"], "must be a text"),
         ("domain", "no domain", "must be a domain"), ("domain", "a@b.example", "must be a domain"),
         ("domain", "x" * 254, "must not be longer")],
    )  # fmt: skip
    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, name: str, value: Any, problem: str) -> None:
        """A value that cannot be is refused by the name of its field, and nothing is stored."""
        before = firm.rows()
        refused(api.post("/organizations", **{"name": "Client"} | {name: value}), f"Field {name}: {problem}")
        assert firm.rows() == before

    def test_refuses_an_unknown_person(self, api: Caller, firm: Firm) -> None:
        """Persons must exist."""
        before = firm.rows()
        response = api.post("/organizations", name="Client", person_ids=[UNKNOWN])
        assert refused(response) == [unknown("person_ids", UNKNOWN, "Person")]
        assert firm.rows() == before


@pytest.mark.covers("organizations.get")
class TestGet:
    """``GET /organizations/{id}``"""

    def test_adds_what_is_asked_for(self, api: Caller, firm: Firm, ola: Person) -> None:
        """``person_ids`` and ``list_entries`` are always there; each flag adds its keys."""
        client = firm.organization("Client", "client.example")
        deal = firm.opportunity("Pilot", organizations=[client])
        item = answered(api.get(f"/organizations/{client.id}"))
        assert set(item) == ORGANIZATION | {"person_ids", "list_entries"}
        assert (item["person_ids"], item["list_entries"]) == ([ola.id], [])
        flags = dict.fromkeys(("with_opportunities", "with_interaction_dates", "with_interaction_persons"), "true")
        with_all = answered(api.get(f"/organizations/{client.id}", **flags))
        assert set(with_all) == set(item) | {"opportunity_ids", "interaction_dates", "interactions"}
        assert with_all["opportunity_ids"] == [deal.id]

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found, in the words of an unknown id (spec 18, D1)."""
        assert refused(api.get(f"/organizations/{UNKNOWN}"), status=404) == [unknown("id", UNKNOWN, "Organization")]


@pytest.mark.covers("organizations.get", "organizations.list")
class TestInteractionDates:
    """``with_interaction_dates`` and ``with_interaction_persons`` (spec 20, item 16)."""

    def test_are_those_of_the_members(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """The first, last and next of all members' interactions, with the internal persons who took part."""
        today = now() // DAY * DAY
        other = firm.person("Ole", "Dahl", "ole@client.example")
        client = firm.organization("Client", "client.example")
        firm.log("Meeting", today - 20 * DAY, mia, ola)
        firm.log("Call", today - 5 * DAY, ben, other)
        firm.log("Meeting", today + 2 * DAY, mia, ola)
        firm.log("Meeting", today + 1 * DAY, ben, other)
        flags = {"with_interaction_dates": "true", "with_interaction_persons": "true"}
        item = answered(api.get(f"/organizations/{client.id}", **flags))
        interactions = {name: value for name, value in item["interactions"].items() if value is not None}
        assert {name: (instant(value["date"]), value["person_ids"]) for name, value in interactions.items()} == {
            "first_event": (today - 20 * DAY, [mia.id]),
            "last_event": (today - 5 * DAY, [ben.id]),
            "next_event": (today + 1 * DAY, [ben.id]),
            "last_interaction": (today - 5 * DAY, [ben.id]),
        }
        assert set(item["interactions"]) == DATES
        (listed,) = answered(api.get("/organizations", **flags))["organizations"]
        assert listed == {key: item[key] for key in ORGANIZATION | {"interaction_dates", "interactions"}}

    def test_list_drops_organizations_without_interactions(
        self, api: Caller, firm: Firm, mia: Person, ola: Person
    ) -> None:
        """With dates, only those are listed that have any (spec 20, item 16)."""
        client, other = firm.organization("Client", "client.example"), firm.organization("Other")
        firm.log("Call", at("2026-03-05"), mia, ola)
        assert found(api) == [client.id, other.id]
        assert found(api, with_interaction_dates="true") == [client.id]

    @pytest.mark.parametrize("name", ["last_event", "first_event", "last_interaction"])
    def test_filters(self, api: Caller, firm: Firm, mia: Person, ola: Person, name: str) -> None:
        """``min_`` is at or after, ``max_`` at or before."""
        client = firm.organization("Client", "client.example")
        firm.organization("Other")
        moment = at("2026-03-05T10:00:00Z")
        firm.log("Call", moment, mia, ola)

        def matching(edge: str, shift: int) -> list[int]:
            return found(api, **{f"{edge}_{name}_date": to_datetime(moment + shift).isoformat()})

        assert [matching("min", shift) for shift in (-1, 0, 1)] == [[client.id], [client.id], []]
        assert [matching("max", shift) for shift in (-1, 0, 1)] == [[], [client.id], [client.id]]


@pytest.mark.covers("organizations.list")
class TestList:
    """``GET /organizations``"""

    def test_shows_neither_persons_nor_entries(self, api: Caller, firm: Firm) -> None:
        """Items have exactly their keys, and the token is there."""
        client = firm.organization("Client", "client.example")
        answer = answered(api.get("/organizations"))
        assert answer["next_page_token"] is None
        (item,) = answer["organizations"]
        assert set(item) == ORGANIZATION
        assert item["id"] == client.id

    def test_adds_what_is_asked_for(self, api: Caller, firm: Firm) -> None:
        """Flags add their keys to each item."""
        client = firm.organization("Client")
        deal = firm.opportunity("Pilot", organizations=[client])
        (item,) = answered(api.get("/organizations", with_opportunities="true"))["organizations"]
        assert item["opportunity_ids"] == [deal.id]

    @pytest.mark.parametrize("term", ["client", "CLIENT", "ient A", "client.exa", "Client AG"])
    def test_finds_by_a_part(self, api: Caller, firm: Firm, term: str) -> None:
        """A term is a part of the name or a domain, in any case."""
        client = firm.organization("Client AG", "client.example")
        firm.organization("Other", "other.example")
        assert found(api, term=term) == [client.id]

    @pytest.mark.parametrize("term", ["%", "_", "\\", "'", "zzz"])
    def test_finds_nothing_by_what_none_has(self, api: Caller, firm: Firm, term: str) -> None:
        """Characters that mean something elsewhere mean only themselves here."""
        firm.organization("Client", "client.example")
        assert found(api, term=term) == []

    def test_exact_matches_come_first(self, api: Caller, firm: Firm) -> None:
        """What is named exactly stands on the first page."""
        for number in range(3):
            firm.organization(f"Client {number}", f"client.example{number}.example")
        exact = firm.organization("Client", "client.example")
        assert found(api, term="client", page_size=1) == [exact.id]
        assert found(api, term="Client.example", page_size=1) == [exact.id]


@pytest.mark.covers("organizations.update")
class TestUpdate:
    """``PUT /organizations/{id}``"""

    def test_changes_what_is_given(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Any subset may be sent; the rest stays; the answer has ``person_ids`` but no ``list_entries``."""
        client = firm.organization("Client", "client.example")
        item = answered(api.put(f"/organizations/{client.id}", name="Client AG"))
        assert set(item) == ORGANIZATION | {"person_ids"}
        assert (item["name"], item["domain"], item["person_ids"]) == ("Client AG", "client.example", [ola.id])

    def test_replaces_members(self, api: Caller, firm: Firm, ola: Person, eve: Person) -> None:
        """``person_ids`` replaces the members, an empty list takes them away, null leaves them."""
        client = firm.organization("Client", persons=[ola])
        assert answered(api.put(f"/organizations/{client.id}", person_ids=[eve.id]))["person_ids"] == [eve.id]
        assert answered(api.get(f"/persons/{ola.id}"))["organization_ids"] == []
        assert answered(api.put(f"/organizations/{client.id}", person_ids=None))["person_ids"] == [eve.id]
        assert answered(api.put(f"/organizations/{client.id}", person_ids=[]))["person_ids"] == []

    def test_a_new_domain_takes_its_people_in(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Whoever has an address at the new domain joins."""
        client = firm.organization("Client")
        item = answered(api.put(f"/organizations/{client.id}", domain="client.example"))
        assert (item["domain"], item["domains"], item["person_ids"]) == ("client.example", ["client.example"], [ola.id])

    def test_an_empty_domain_takes_it_away(self, api: Caller, firm: Firm) -> None:
        """The empty text says that there is no domain any more."""
        client = firm.organization("Client", "client.example")
        assert answered(api.put(f"/organizations/{client.id}", domain=""))["domain"] is None

    @pytest.mark.parametrize(
        ("name", "value"), [("name", ""), ("name", "x" * 501), ("domain", "a b"), ("person_ids", [UNKNOWN])]
    )
    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, name: str, value: Any) -> None:
        """A value that cannot be is refused by the name of its field, and nothing is stored."""
        client, before = firm.organization("Client"), firm.rows()
        refused(api.put(f"/organizations/{client.id}", **{name: value}), f"Field {name}: ")
        assert firm.rows() == before | {"organization": before["organization"]}

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found, whatever is to be changed."""
        for body in ({"name": "X"}, {"domain": "x.example"}):
            refused(api.put(f"/organizations/{UNKNOWN}", **body), unknown("id", UNKNOWN, "Organization"), status=404)


@pytest.mark.covers("organizations.delete")
class TestDelete:
    """``DELETE /organizations/{id}``"""

    def test_leaves_persons_interactions_and_deals(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """It is gone; its persons, interactions and opportunities stay, without it."""
        client = firm.organization("Client", "client.example")
        deal = firm.opportunity("Pilot", organizations=[client])
        note = answered(api.post("/notes", content="On both", organization_ids=[client.id], person_ids=[ola.id]))
        item = firm.log("Call", at("2026-03-05"), mia, ola)
        assert answered(api.delete(f"/organizations/{client.id}")) == {"success": True}
        for response in (api.get(f"/organizations/{client.id}"), api.delete(f"/organizations/{client.id}")):
            refused(response, unknown("id", client.id, "Organization"), status=404)
        assert found(api) == []
        assert answered(api.get(f"/persons/{ola.id}"))["organization_ids"] == []
        assert answered(api.get(f"/opportunities/{deal.id}"))["organization_ids"] == []
        assert answered(api.get(f"/notes/{note['id']}"))["organization_ids"] == []
        answered(api.get(f"/interactions/{item.number}", type=1))
        params = {"type": 1, "start_time": "2026-01-01", "end_time": "2026-12-31", "organization_id": client.id}
        assert refused(api.get("/interactions", **params)) == [unknown("organization_id", client.id, "Organization")]


@pytest.mark.covers("organizations.fields")
class TestFields:
    """``GET /organizations/fields``"""

    def test_is_a_bare_array(self, api: Caller) -> None:
        """There are no fields of one's own, and the path is no organization's id."""
        assert answered(api.get("/organizations/fields")) == []
