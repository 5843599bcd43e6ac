"""Creating and deleting persons, opportunities, lists and entries in version 2 (spec 14.4, 14.5)."""

from typing import Any

import pytest

from interlog.model.fields import FieldDraft, ValueType
from interlog.model.parties import Party, Person
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import LIST, LIST_ENTRY, coded, created, data, invalid


def problems(response: Any) -> dict[str, str]:
    """Return what is wrong with a request, by its places."""
    assert response.status_code == 400, response.text
    return {error["param"]: error["message"] for error in response.json()["errors"]}


@pytest.mark.covers("v2.persons.create")
class TestCreatePerson:
    """``POST /v2/persons``"""

    def test_with_everything(self, v2: Caller, firm: Firm) -> None:
        """Names, addresses, the main one first, and fields, in one go."""
        draft = FieldDraft(name="Age", kind=Party.PERSON, value_type=ValueType.NUMBER)
        field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))
        made = created(
            v2.post(
                "/persons",
                firstName="Ola",
                lastName="Berg",
                primaryEmailAddress="ola@client.example",
                emailAddresses=["ola@home.example", "ola@client.example"],
                fields=[{"id": f"field-{field.id}", "value": {"type": "number", "data": 41}}],
            )
        )
        assert made == {
            "id": made["id"],
            "firstName": "Ola",
            "lastName": "Berg",
            "primaryEmailAddress": "ola@client.example",
            "emailAddresses": ["ola@client.example", "ola@home.example"],
            "type": "external",
        }
        assert answered(v2.get(f"/persons/{made['id']}")) == made
        assert answered(v2.get(f"/persons/{made['id']}/fields/field-{field.id}"))["value"]["data"] == 41

    def test_with_nothing_but_a_name(self, v2: Caller) -> None:
        """A last name and addresses may be null."""
        made = created(v2.post("/persons", firstName="Ola", lastName=None, primaryEmailAddress=None))
        assert (made["lastName"], made["primaryEmailAddress"], made["emailAddresses"]) == (None, None, [])

    def test_all_or_nothing(self, v2: Caller, firm: Firm) -> None:
        """Everything wrong is told at its place, and nobody is created."""
        firm.person("Eve", "Moll", "eve@client.example", "eve@home.example")
        before = firm.rows()
        answer = v2.post(
            "/persons",
            firstName="x" * 400,
            lastName="Berg",
            primaryEmailAddress="EVE@client.example",
            emailAddresses=["ola@home.example", "eve@home.example"],
            fields=[{"id": f"field-{UNKNOWN}", "value": {"type": "number", "data": 41}}, {"id": "last-email"}],
        )
        assert {"primaryEmailAddress", "emailAddresses[1]", "fields[0].id", "fields[1].id"} <= set(problems(answer))
        invalid(v2.post("/persons", firstName="X", fields={"id": 5}), "fields")
        assert firm.rows() == before


@pytest.mark.covers("v2.persons.delete", "v2.opportunities.delete", "v2.opportunities.update")
class TestChange:
    """``DELETE /v2/persons/{id}``, ``POST`` and ``DELETE /v2/opportunities/{id}``"""

    def test_delete_a_person(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """Once; somebody of us cannot go."""
        ola = firm.person("Ola")
        assert (response := v2.delete(f"/persons/{ola.id}")).status_code == 204 and response.content == b""
        coded(v2.get(f"/persons/{ola.id}"), 404, "not-found")
        coded(v2.delete(f"/persons/{ola.id}"), 404, "not-found")
        assert "internal" in coded(v2.delete(f"/persons/{mia.id}"), 403, "authorization")

    def test_rename_and_delete_an_opportunity(self, v2: Caller, firm: Firm) -> None:
        """Another name; then it is gone with its entry."""
        deal = firm.opportunity("Pilot")
        assert v2.post(f"/opportunities/{deal.id}", name="Rollout").status_code == 204
        assert answered(v2.get(f"/opportunities/{deal.id}"))["name"] == "Rollout"
        assert v2.post(f"/opportunities/{deal.id}").status_code == 204
        invalid(v2.post(f"/opportunities/{deal.id}", name=" "), "name")
        assert answered(v2.get(f"/opportunities/{deal.id}"))["name"] == "Rollout"
        assert v2.delete(f"/opportunities/{deal.id}").status_code == 204
        coded(v2.get(f"/opportunities/{deal.id}"), 404, "not-found")
        assert data(v2.get(f"/lists/{deal.list_id}/list-entries")) == []


@pytest.mark.covers("v2.lists.create", "v2.lists.add", "v2.lists.views")
class TestLists:
    """``POST /v2/lists``, ``POST /v2/lists/{id}/list-entries``, ``GET /v2/lists/{id}/saved-views``"""

    @pytest.mark.parametrize("type_", ["person", "company", "opportunity"])
    def test_create(self, v2: Caller, mia: Person, type_: str) -> None:
        """One's own, and private unless said otherwise."""
        made = created(v2.post("/lists", name="People", type=type_))
        assert set(made) == LIST
        assert made == {
            "id": made["id"], "name": "People", "type": type_, "isPublic": False, "ownerId": mia.id, "creatorId": mia.id
        }  # fmt: skip
        assert answered(v2.get(f"/lists/{made['id']}")) == made
        assert created(v2.post("/lists", name="All", type=type_, isPublic=True))["isPublic"]
        invalid(v2.post("/lists", name="X", type="persons"), "type", "person, company, opportunity")

    def test_add(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """Persons and companies are put on lists of their kind; opportunities come to theirs when they are made."""
        ola, client, ben = firm.person("Ola"), firm.organization("Client"), firm.colleague("Ben")
        for type_, party in (("person", ola.id), ("company", client.id)):
            list_id = created(v2.post("/lists", name=type_, type=type_))["id"]
            made = created(v2.post(f"/lists/{list_id}/list-entries", entity={"id": party}))
            assert set(made) == LIST_ENTRY
            assert (made["entity"]["id"], made["creatorId"]) == (party, mia.id)
            assert answered(v2.get(f"/lists/{list_id}/list-entries/{made['id']}")) == made
            bens = created(v2.post(f"/lists/{list_id}/list-entries", entity={"id": party}, creatorId=ben.id))
            assert (bens["creatorId"], len(data(v2.get(f"/lists/{list_id}/list-entries")))) == (ben.id, 2)
            for entity, place in (({"id": UNKNOWN}, "entity"), ({}, "entity.id"), ({"id": "x"}, "entity.id")):
                invalid(v2.post(f"/lists/{list_id}/list-entries", entity=entity), place)
            wrong = v2.post(f"/lists/{list_id}/list-entries", entity={"id": UNKNOWN}, creatorId=ola.id)
            assert set(problems(wrong)) == {"entity", "creatorId"}
        invalid(v2.post(f"/lists/{firm.deals()}/list-entries", entity={"id": firm.opportunity("Pilot").id}), "entity")

    def test_has_no_views(self, v2: Caller, any_firm: Firm, firm: Firm) -> None:
        """No list has a saved view; a list that one may not see is refused all the same."""
        assert data(v2.get(f"/lists/{firm.deals()}/saved-views", limit=5)) == []
        coded(v2.get(f"/lists/{UNKNOWN}/saved-views"), 404, "not-found")
        create_list = firm.ledger.opportunities.create_list
        secret = firm.server.run(create_list(firm.actor, "Secret", Party.PERSON, is_public=False)).id
        bens = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben")))
        coded(bens.get(f"/lists/{secret}/saved-views"), 403, "authorization")
