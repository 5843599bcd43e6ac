"""Persons, companies and opportunities (spec 14.4)."""

from typing import Any

import pytest

from interlog.model.parties import Organization, Party, Person
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import coded, data, followed, ids, invalid

FIELDS: list[dict[str, Any]] = [{"fieldIds": "field-1"}, {"fieldTypes": ["global", "list"]}]


@pytest.fixture
def client(firm: Firm) -> Organization:
    return firm.organization("Client", "client.example", "client.net")


@pytest.mark.covers("v2.persons.list", "v2.persons.get")
class TestPersons:
    """``GET /v2/persons`` and ``GET /v2/persons/{id}``"""

    def test_answer_exactly_their_keys(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """Internal or external, with every address; what is missing is null."""
        ola = firm.person("Ola", "Berg", "ola@client.example", "ola@home.example")
        nobody = firm.person("", "Nys")
        expected = [
            {
                "id": mia.id,
                "firstName": "Mia",
                "lastName": "Kern",
                "primaryEmailAddress": "mia@own.example",
                "emailAddresses": ["mia@own.example"],
                "type": "internal",
            },
            {
                "id": ola.id,
                "firstName": "Ola",
                "lastName": "Berg",
                "primaryEmailAddress": "ola@client.example",
                "emailAddresses": ["ola@client.example", "ola@home.example"],
                "type": "external",
            },
            {
                "id": nobody.id,
                "firstName": "",
                "lastName": "Nys",
                "primaryEmailAddress": None,
                "emailAddresses": [],
                "type": "external",
            },
        ]
        assert data(v2.get("/persons")) == expected
        assert [answered(v2.get(f"/persons/{person.id}")) for person in (mia, ola, nobody)] == expected


@pytest.mark.covers("v2.companies.list", "v2.companies.get")
class TestCompanies:
    """``GET /v2/companies`` and ``GET /v2/companies/{id}``"""

    def test_answer_exactly_their_keys(self, v2: Caller, firm: Firm, client: Organization) -> None:
        """With every domain, the main one first; what is missing is null."""
        nameless = firm.organization("No site")
        expected = [
            {
                "id": client.id,
                "name": "Client",
                "domain": "client.example",
                "domains": ["client.example", "client.net"],
                "isGlobal": False,
            },
            {"id": nameless.id, "name": "No site", "domain": None, "domains": [], "isGlobal": False},
        ]
        assert data(v2.get("/companies")) == expected
        assert [answered(v2.get(f"/companies/{item.id}")) for item in (client, nameless)] == expected


@pytest.mark.covers("v2.opportunities.list", "v2.opportunities.get")
class TestOpportunities:
    """``GET /v2/opportunities`` and ``GET /v2/opportunities/{id}``"""

    def test_answer_exactly_their_keys(self, v2: Caller, firm: Firm) -> None:
        """With the list they are on; they never have fields, asked for or not."""
        deal = firm.opportunity("Pilot")
        expected = {
            "id": deal.id,
            "name": "Pilot",
            "listId": deal.list_id,
            "listName": "Deals",
            "isRestricted": False,
            "isRedacted": False,
        }
        assert data(v2.get("/opportunities")) == [expected]
        assert data(v2.get("/opportunities", fieldTypes="list")) == [expected]
        assert answered(v2.get(f"/opportunities/{deal.id}")) == expected
        assert answered(v2.get(f"/opportunities/{deal.id}", fieldTypes="list")) == expected

    def test_are_hidden_with_their_list(self, any_v2: Caller, any_firm: Firm) -> None:
        """One on somebody else's private list is not there, and leaves no gap that ends the pages early."""
        create_list = any_firm.ledger.opportunities.create_list
        secret = any_firm.server.run(create_list(any_firm.actor, "Secret", Party.OPPORTUNITY, is_public=False)).id
        deals = [any_firm.opportunity(f"Deal {n}", list_id=None if n % 3 == 2 else secret) for n in range(9)]
        seen = [deal.id for deal in deals[2::3]]
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        assert [item["id"] for item in followed(bens, "/opportunities", limit=2)] == seen
        assert ids(bens.get("/opportunities", ids=[deal.id for deal in deals])) == seen
        coded(bens.get(f"/opportunities/{deals[0].id}"), 404, "not-found")
        assert [item["id"] for item in followed(any_v2, "/opportunities", limit=2)] == [deal.id for deal in deals]


@pytest.mark.covers(
    "v2.persons.list", "v2.persons.get", "v2.companies.list", "v2.companies.get",
    "v2.opportunities.list", "v2.opportunities.get",
)  # fmt: skip
class TestAll:
    """What the three have in common."""

    def created(self, firm: Firm, collection: str, many: int) -> list[int]:
        """Create some, and return the ids of all that there are."""
        create = {"persons": firm.person, "companies": firm.organization, "opportunities": firm.opportunity}[collection]
        there = [firm.mia.id] if collection == "persons" else []
        return there + [create(f"No {number}").id for number in range(many)]

    @pytest.mark.parametrize("collection", ["persons", "companies", "opportunities"])
    def test_come_in_order_of_ids(self, v2: Caller, firm: Firm, collection: str) -> None:
        """Pages of any size, without loss or repetition."""
        known = self.created(firm, collection, 6)
        for limit in (1, 2, 5, 7, 100):
            assert [item["id"] for item in followed(v2, f"/{collection}", limit=limit)] == known

    @pytest.mark.parametrize("collection", ["persons", "companies", "opportunities"])
    def test_by_ids(self, v2: Caller, firm: Firm, collection: str) -> None:
        """``ids`` chooses some; unknown ones and repetitions are left out, and they too come in pages."""
        known = self.created(firm, collection, 6)
        chosen = [known[4], UNKNOWN, known[0], known[2], known[4]]
        expected = sorted({*chosen} - {UNKNOWN})
        assert ids(v2.get(f"/{collection}", ids=chosen)) == expected
        assert [item["id"] for item in followed(v2, f"/{collection}", ids=chosen, limit=2)] == expected
        assert ids(v2.get(f"/{collection}", ids=[UNKNOWN])) == []
        invalid(v2.get(f"/{collection}", ids=[known[0], "x"]), "ids[1]")

    @pytest.mark.parametrize("collection", ["persons", "companies"])
    @pytest.mark.parametrize("asked", FIELDS)
    def test_fields_when_asked(self, any_v2: Caller, any_firm: Firm, collection: str, asked: dict[str, Any]) -> None:
        """The key ``fields`` is there only where fields were asked for, whether or not there are any."""
        id_ = self.created(any_firm, collection, 1)[-1]
        plain = answered(any_v2.get(f"/{collection}/{id_}"))
        assert "fields" not in plain
        assert answered(any_v2.get(f"/{collection}/{id_}", **asked)) == plain | {"fields": []}
        shown = followed(any_v2, f"/{collection}", limit=1, **asked)
        assert all(item["fields"] == [] for item in shown)
        assert shown[-1] == plain | {"fields": []}

    @pytest.mark.parametrize("collection", ["persons", "companies", "opportunities"])
    def test_an_unknown_id(self, any_v2: Caller, collection: str) -> None:
        """An id that is nobody's is not found; what is no id is refused."""
        assert coded(any_v2.get(f"/{collection}/{UNKNOWN}"), 404, "not-found").startswith("Resource not found")
        invalid(any_v2.get(f"/{collection}/x"), "id")
