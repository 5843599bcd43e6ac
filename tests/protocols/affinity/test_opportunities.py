"""Opportunities over HTTP."""

from typing import Any

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import DATETIME, LIST_ENTRY, OPPORTUNITY, UNKNOWN, answered, refused, unknown


@pytest.fixture
def deals(firm: Firm) -> int:
    """The id of the list of opportunities that every tenant begins with."""
    return firm.deals()


def private_list(api: Caller, **more: Any) -> int:
    """Create a list of opportunities that others do not see."""
    return int(answered(api.post("/lists", name="Secret", type=8, is_public=False, **more))["id"])


@pytest.mark.covers("opportunities.create", "opportunities.get")
class TestCreate:
    """``POST /opportunities``"""

    def test_answers_with_its_entry(self, api: Caller, firm: Firm, deals: int, mia: Person, ola: Person) -> None:
        """The answer has its persons, organizations and exactly one entry on the list."""
        client = firm.organization("Client")
        item = answered(
            api.post(
                "/opportunities",
                name="Pilot",
                list_id=deals,
                person_ids=[ola.id, mia.id, ola.id],
                organization_ids=[client.id],
            )
        )
        assert set(item) == OPPORTUNITY
        (entry,) = item["list_entries"]
        assert set(entry) == LIST_ENTRY
        assert DATETIME.fullmatch(entry["created_at"])
        assert item == {
            "id": item["id"],
            "name": "Pilot",
            "person_ids": [ola.id, mia.id],
            "organization_ids": [client.id],
            "list_entries": [
                {
                    "id": entry["id"],
                    "creator_id": mia.id,
                    "list_id": deals,
                    "entity_id": item["id"],
                    "entity_type": 8,
                    "created_at": entry["created_at"],
                }
            ],
        }
        assert answered(api.get(f"/opportunities/{item['id']}")) == item

    def test_needs_a_name_and_a_list(self, api: Caller, deals: int) -> None:
        """Both are required, the rest is not."""
        assert refused(api.post("/opportunities")) == ["Field name: is required", "Field list_id: is required"]
        item = answered(api.post("/opportunities", name="Pilot", list_id=deals))
        assert (item["person_ids"], item["organization_ids"]) == ([], [])

    @pytest.mark.parametrize("type_", [0, 1])
    def test_refuses_a_list_of_another_type(self, api: Caller, firm: Firm, type_: int) -> None:
        """Opportunities stand on lists of opportunities."""
        other = answered(api.post("/lists", name="People", type=type_, is_public=True))["id"]
        before = firm.rows()
        refused(api.post("/opportunities", name="Pilot", list_id=other), "Field list_id: ")
        assert firm.rows() == before

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("list_id", UNKNOWN, unknown("list_id", UNKNOWN, "List")),
            ("person_ids", [UNKNOWN], unknown("person_ids", UNKNOWN, "Person")),
            ("organization_ids", [UNKNOWN], unknown("organization_ids", UNKNOWN, "Organization")),
            ("name", "", "Field name: must not be empty"),
            ("name", "x" * 501, "Field name: must not be longer than 500 characters"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, api: Caller, firm: Firm, deals: int, name: str, value: Any, sentence: str
    ) -> None:
        """What is unknown or cannot be is refused, and nothing is stored."""
        before = firm.rows()
        body = {"name": "Pilot", "list_id": deals} | {name: value}
        assert refused(api.post("/opportunities", **body)) == [sentence]
        assert firm.rows() == before


@pytest.mark.covers("opportunities.list")
class TestList:
    """``GET /opportunities``"""

    def test_finds_by_a_part_of_the_name(self, api: Caller, firm: Firm) -> None:
        """A term is a part of the name, in any case; without one all are listed."""
        pilot, rollout = firm.opportunity("Pilot 100%"), firm.opportunity("Rollout")

        def found(**params: Any) -> list[int]:
            answer = answered(api.get("/opportunities", **params))
            assert set(answer) == {"opportunities", "next_page_token"}
            assert all(set(item) == OPPORTUNITY for item in answer["opportunities"])
            return [item["id"] for item in answer["opportunities"]]

        assert found() == [pilot.id, rollout.id]
        assert found(term="PILOT") == [pilot.id]
        assert found(term="0%") == [pilot.id]
        assert found(term="_") == []

    def test_hides_what_is_on_lists_of_others(self, api: Caller, firm: Firm, ben: Person) -> None:
        """Opportunities on a list that the caller cannot see are not there for him."""
        secret = private_list(api)
        item = answered(api.post("/opportunities", name="Quiet", list_id=secret))
        bens = firm.caller(PREFIX, firm.token_of(ben))
        assert answered(bens.get("/opportunities"))["opportunities"] == []
        sentence = unknown("id", item["id"], "Opportunity")
        assert refused(bens.get(f"/opportunities/{item['id']}"), status=404) == [sentence]
        assert refused(bens.put(f"/opportunities/{item['id']}", name="Loud"), status=404) == [sentence]
        assert refused(bens.delete(f"/opportunities/{item['id']}"), status=404) == [sentence]
        params = {"type": 0, "start_time": "2026-01-01", "end_time": "2026-02-01", "opportunity_id": item["id"]}
        refused(bens.get("/interactions", **params), unknown("opportunity_id", item["id"], "Opportunity"))

    def test_hides_ids_of_what_cannot_be_seen(self, api: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """Persons and organizations name only opportunities that the caller can see."""
        client, secret = firm.organization("Client"), private_list(api)
        open_one = firm.opportunity("Open", persons=[ola], organizations=[client])
        body = {"name": "Quiet", "list_id": secret, "person_ids": [ola.id], "organization_ids": [client.id]}
        quiet = answered(api.post("/opportunities", **body))
        bens = firm.caller(PREFIX, firm.token_of(ben))
        for path in (f"/persons/{ola.id}", f"/organizations/{client.id}"):
            assert answered(bens.get(path, with_opportunities="true"))["opportunity_ids"] == [open_one.id]
            seen = answered(api.get(path, with_opportunities="true"))["opportunity_ids"]
            assert seen == [open_one.id, quiet["id"]]
        refused(bens.post("/notes", content="Psst", opportunity_ids=[quiet["id"]]), "Field opportunity_ids: ")
        refused(bens.get("/notes", opportunity_id=quiet["id"]), "Field opportunity_id: ")


@pytest.mark.covers("opportunities.get")
class TestGet:
    """``GET /opportunities/{id}``"""

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found, in the words of an unknown id (spec 18, D1)."""
        assert refused(api.get(f"/opportunities/{UNKNOWN}"), status=404) == [unknown("id", UNKNOWN, "Opportunity")]


@pytest.mark.covers("opportunities.update")
class TestUpdate:
    """``PUT /opportunities/{id}``"""

    def test_changes_what_is_given(self, api: Caller, firm: Firm, ola: Person, eve: Person) -> None:
        """Any subset may be sent; lists replace, an empty one takes all away, null leaves it."""
        client = firm.organization("Client")
        deal = firm.opportunity("Pilot", persons=[ola], organizations=[client])
        before = answered(api.get(f"/opportunities/{deal.id}"))
        path = f"/opportunities/{deal.id}"
        assert answered(api.put(path, name="Pilot 2")) == before | {"name": "Pilot 2"}
        assert answered(api.put(path, person_ids=[eve.id, eve.id]))["person_ids"] == [eve.id]
        after = answered(api.put(path, person_ids=None, organization_ids=[]))
        assert (after["person_ids"], after["organization_ids"]) == ([eve.id], [])

    @pytest.mark.parametrize(
        ("name", "value"), [("name", ""), ("person_ids", [UNKNOWN]), ("organization_ids", [UNKNOWN]), ("person_ids", 0)]
    )
    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, name: str, value: Any) -> None:
        """What is unknown or cannot be is refused, and nothing is stored."""
        deal, before = firm.opportunity("Pilot"), firm.rows()
        refused(api.put(f"/opportunities/{deal.id}", **{name: value}), f"Field {name}: ")
        assert firm.rows() == before

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found."""
        refused(api.put(f"/opportunities/{UNKNOWN}", name="X"), unknown("id", UNKNOWN, "Opportunity"), status=404)


@pytest.mark.covers("opportunities.delete")
class TestDelete:
    """``DELETE /opportunities/{id}``"""

    def test_is_gone_with_its_entry(self, api: Caller, firm: Firm, deals: int) -> None:
        """The opportunity and its entry on the list are gone; a second delete finds nothing."""
        deal = firm.opportunity("Pilot")
        assert answered(api.delete(f"/opportunities/{deal.id}")) == {"success": True}
        refused(api.delete(f"/opportunities/{deal.id}"), unknown("id", deal.id, "Opportunity"), status=404)
        refused(api.get(f"/opportunities/{deal.id}"), status=404)
        refused(api.get(f"/lists/{deals}/list-entries/{deal.entry_id}"), status=404)
        assert answered(api.get(f"/lists/{deals}/list-entries")) == []
        assert answered(api.get("/opportunities"))["opportunities"] == []
