"""Lists over HTTP, as far as opportunities need them."""

from typing import Any

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import LIST, LIST_ENTRY, UNKNOWN, answered, refused, unknown


@pytest.mark.covers("lists.list")
class TestList:
    """``GET /lists``"""

    def test_is_a_bare_array(self, api: Caller, firm: Firm, mia: Person) -> None:
        """Every list with exactly its keys and its size; every tenant begins with one of opportunities."""
        firm.opportunity("Pilot")
        (deals,) = answered(api.get("/lists"))
        assert set(deals) == LIST
        assert deals == {
            "id": firm.deals(), "type": 8, "name": "Deals", "public": True, "owner_id": mia.id, "list_size": 1
        }  # fmt: skip

    def test_hides_private_lists_of_others(self, api: Caller, firm: Firm, ben: Person) -> None:
        """A list that is not public is its owner's and its creator's."""
        own = answered(api.post("/lists", name="Secret", type=8, is_public=False))["id"]
        given = answered(api.post("/lists", name="Yours", type=8, is_public=False, owner_id=ben.id))["id"]
        bens = firm.caller(PREFIX, firm.token_of(ben))
        assert [item["id"] for item in answered(bens.get("/lists"))] == [firm.deals(), given]
        assert [item["id"] for item in answered(api.get("/lists"))] == [firm.deals(), own, given]


@pytest.mark.covers("lists.get")
class TestGet:
    """``GET /lists/{id}``"""

    def test_adds_fields(self, api: Caller, firm: Firm) -> None:
        """A single list has its fields; there are none of one's own."""
        (deals,) = answered(api.get("/lists"))
        assert answered(api.get(f"/lists/{deals['id']}")) == deals | {"fields": []}

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found, in the words of an unknown id (spec 18, D1)."""
        for path in (f"/lists/{UNKNOWN}", f"/lists/{UNKNOWN}/list-entries", f"/lists/{UNKNOWN}/list-entries/1"):
            assert refused(api.get(path), status=404) == [unknown("id", UNKNOWN, "List")]

    def test_refuses_private_lists_of_others(self, api: Caller, firm: Firm, ben: Person) -> None:
        """A list that the caller may not see is refused, with its entries (spec 1.6)."""
        secret = answered(api.post("/lists", name="Secret", type=8, is_public=False))["id"]
        deal = answered(api.post("/opportunities", name="Quiet", list_id=secret))
        bens = firm.caller(PREFIX, firm.token_of(ben))
        entry = deal["list_entries"][0]["id"]
        for path in (f"/lists/{secret}", f"/lists/{secret}/list-entries", f"/lists/{secret}/list-entries/{entry}"):
            (problem,) = refused(bens.get(path), status=403)
            assert "Quiet" not in problem
            assert "Secret" not in problem
        refused(bens.post("/opportunities", name="Mine", list_id=secret), unknown("list_id", secret, "List"))


@pytest.mark.covers("lists.create")
class TestCreate:
    """``POST /lists``"""

    @pytest.mark.parametrize("type_", [0, 1, 8])
    def test_answers_with_its_creator(self, api: Caller, mia: Person, type_: int) -> None:
        """A new list is the caller's, empty, and has exactly its keys."""
        item = answered(api.post("/lists", name="Next", type=type_, is_public=True))
        assert item == {
            "id": item["id"],
            "type": type_,
            "name": "Next",
            "public": True,
            "owner_id": mia.id,
            "creator_id": mia.id,
            "list_size": 0,
            "additional_permissions": [],
        }

    def test_may_be_somebody_elses(self, api: Caller, mia: Person, ben: Person) -> None:
        """``owner_id`` names another internal person as its owner."""
        item = answered(api.post("/lists", name="Next", type=8, is_public=False, owner_id=ben.id))
        assert (item["owner_id"], item["creator_id"], item["public"]) == (ben.id, mia.id, False)

    def test_demands_name_type_and_is_public(self, api: Caller) -> None:
        """All three are required."""
        assert refused(api.post("/lists")) == [f"Field {name}: is required" for name in ("name", "type", "is_public")]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name", ""),
            ("type", 2),
            ("type", "people"),
            ("is_public", "maybe"),
            ("is_public", 2),
            ("owner_id", UNKNOWN),
        ],
    )
    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, name: str, value: Any) -> None:
        """A value that cannot be is refused by the name of its field, and nothing is stored."""
        before = firm.rows()
        body = {"name": "Next", "type": 8, "is_public": True} | {name: value}
        refused(api.post("/lists", **body), f"Field {name}: ")
        assert firm.rows() == before

    def test_refuses_an_owner_from_outside(self, api: Caller, ola: Person) -> None:
        """Only internal persons own lists."""
        refused(api.post("/lists", name="Next", type=8, is_public=True, owner_id=ola.id), "Field owner_id: ")


@pytest.mark.covers("lists.entries", "lists.entry")
class TestEntries:
    """``GET /lists/{id}/list-entries`` and ``GET /lists/{id}/list-entries/{entry_id}``"""

    def test_show_the_opportunity(self, api: Caller, firm: Firm, mia: Person) -> None:
        """An entry has exactly its keys and names its opportunity, in the list and alone."""
        deal = firm.opportunity("Pilot")
        (entry,) = answered(api.get(f"/lists/{deal.list_id}/list-entries"))
        assert set(entry) == LIST_ENTRY | {"entity"}
        assert entry == {
            "id": deal.entry_id,
            "list_id": deal.list_id,
            "creator_id": mia.id,
            "entity_id": deal.id,
            "entity_type": 8,
            "created_at": entry["created_at"],
            "entity": {"id": deal.id, "name": "Pilot"},
        }
        assert answered(api.get(f"/lists/{deal.list_id}/list-entries/{deal.entry_id}")) == entry

    def test_come_in_pages_when_asked(self, api: Caller, firm: Firm) -> None:
        """Without ``page_size`` everything comes as a bare array; with it, an object with pages."""
        deals = [firm.opportunity(f"Deal {number}") for number in range(5)]
        path = f"/lists/{deals[0].list_id}/list-entries"
        everything = answered(api.get(path))
        assert [entry["entity_id"] for entry in everything] == [deal.id for deal in deals]
        paged: list[Any] = []
        token = ""
        while token is not None:
            answer = answered(api.get(path, page_size=2, page_token=token))
            assert set(answer) == {"list_entries", "next_page_token"}
            assert len(answer["list_entries"]) <= 2
            paged += answer["list_entries"]
            token = answer["next_page_token"]
        assert paged == everything

    def test_are_those_of_the_list(self, api: Caller, firm: Firm) -> None:
        """An entry is found only on its own list."""
        deal = firm.opportunity("Pilot")
        other = answered(api.post("/lists", name="Other", type=8, is_public=True))["id"]
        assert answered(api.get(f"/lists/{other}/list-entries")) == []
        response = api.get(f"/lists/{other}/list-entries/{deal.entry_id}")
        assert refused(response, status=404) == [unknown("id", deal.entry_id, "ListEntry")]
