"""Lists and their entries."""

import pytest

from interlog.model.parties import Party, PartyList, Person
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import LIST, LIST_ENTRY, coded, data, followed, ids, invalid, time


def added(firm: Firm, name: str, kind: Party = Party.OPPORTUNITY, *, public: bool = True) -> PartyList:
    """Create a list."""
    return firm.server.run(firm.ledger.opportunities.create_list(firm.actor, name, kind, is_public=public))


@pytest.mark.covers("v2.lists.list")
class TestList:
    """``GET /v2/lists``"""

    def test_answers_exactly_its_keys(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """Every list, oldest first; its type is a word."""
        lists = [added(firm, kind.name, kind) for kind in (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY)]
        deals, *shown = data(v2.get("/lists"))
        assert deals["id"] == firm.deals()
        assert [(item["id"], item["type"]) for item in shown] == [
            (lists[0].id, "person"), (lists[1].id, "company"), (lists[2].id, "opportunity")
        ]  # fmt: skip
        assert all(set(item) == LIST for item in [deals, *shown])
        assert shown[0] == {
            "id": lists[0].id,
            "name": "PERSON",
            "type": "person",
            "isPublic": True,
            "ownerId": mia.id,
            "creatorId": mia.id,
        }
        for path, version in (("/lists", "2026-07-15"), (f"/lists/{shown[0]['id']}", "current")):
            answer = answered(v2.request("GET", path, headers={"X-Affinity-Api-Version": version}))
            dated = next(item for item in answer.get("data", [answer]) if item["id"] == shown[0]["id"])
            assert dated == shown[0] | {"createdAt": time(lists[0].created_at)}

    def test_term_is_a_part_of_the_name(self, any_v2: Caller, any_firm: Firm) -> None:
        """Case does not matter, not even beyond ASCII; a term that nothing has finds nothing."""
        names = ["Übernahmen", "Series A", "series b"]
        known = {name: added(any_firm, name).id for name in names}
        for term, expected in {"SERIES": names[1:], "über": names[:1], "s a": names[1:2], "x": [], "%": []}.items():
            assert ids(any_v2.get("/lists", term=term)) == [known[name] for name in expected]
        assert len(ids(any_v2.get("/lists", term=""))) == 4

    def test_comes_in_pages(self, any_v2: Caller, any_firm: Firm) -> None:
        """Pages of lists that a term finds follow each other."""
        found = [added(any_firm, f"Fund {number}").id for number in range(5)]
        assert [item["id"] for item in followed(any_v2, "/lists", limit=2, term="fund")] == found
        assert [item["id"] for item in followed(any_v2, "/lists", limit=5, term="fund")] == found

    def test_hides_private_lists_of_others(self, any_v2: Caller, any_firm: Firm) -> None:
        """A list that is not public is its owner's."""
        secret = added(any_firm, "Secret", public=False).id
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        assert ids(bens.get("/lists")) == [any_firm.deals()]
        assert ids(any_v2.get("/lists")) == [any_firm.deals(), secret]


@pytest.mark.covers("v2.lists.get")
class TestGet:
    """``GET /v2/lists/{id}``"""

    def test_answers_the_collections_item(self, any_v2: Caller, any_firm: Firm) -> None:
        """One by its id is the same object as in the collection."""
        (deals,) = data(any_v2.get("/lists"))
        assert answered(any_v2.get(f"/lists/{any_firm.deals()}")) == deals

    def test_does_not_find_an_unknown_id(self, any_v2: Caller) -> None:
        """An unknown id is not found, nor are its entries."""
        for path in (f"/lists/{UNKNOWN}", f"/lists/{UNKNOWN}/list-entries", f"/lists/{UNKNOWN}/list-entries/1"):
            assert coded(any_v2.get(path), 404, "not-found").startswith("Resource not found")

    def test_refuses_private_lists_of_others(self, any_firm: Firm) -> None:
        """A list that the caller may not see is refused, with its entries."""
        secret = added(any_firm, "Secret", public=False).id
        deal = any_firm.opportunity("Quiet", list_id=secret)
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        for path in ("", "/list-entries", f"/list-entries/{deal.entry_id}"):
            message = coded(bens.get(f"/lists/{secret}{path}"), 403, "authorization")
            assert "Secret" not in message
            assert "Quiet" not in message


@pytest.mark.covers("v2.lists.entries", "v2.lists.entry")
class TestEntries:
    """``GET /v2/lists/{id}/list-entries`` and ``GET /v2/lists/{id}/list-entries/{entry_id}``"""

    def test_show_the_opportunity(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """An entry has exactly its keys, and the opportunity as it is shown alone."""
        deal = firm.opportunity("Pilot")
        (entry,) = data(v2.get(f"/lists/{deal.list_id}/list-entries"))
        assert set(entry) == LIST_ENTRY
        assert entry == {
            "id": deal.entry_id,
            "listId": deal.list_id,
            "type": "opportunity",
            "createdAt": time(deal.created_at),
            "creatorId": mia.id,
            "entity": {
                "id": deal.id,
                "name": "Pilot",
                "listId": deal.list_id,
                "listName": "Deals",
                "isRestricted": False,
                "isRedacted": False,
            },
        }
        assert entry["entity"] == answered(v2.get(f"/opportunities/{deal.id}"))
        assert answered(v2.get(f"/lists/{deal.list_id}/list-entries/{deal.entry_id}")) == entry

    @pytest.mark.parametrize("asked", [{"fieldIds": "field-1"}, {"fieldTypes": ["list", "global"]}])
    def test_show_fields_when_asked(self, any_v2: Caller, any_firm: Firm, asked: dict[str, str]) -> None:
        """The opportunity has the key only where fields were asked for, whether or not there are any."""
        deal = any_firm.opportunity("Pilot")
        path = f"/lists/{deal.list_id}/list-entries"
        plain = answered(any_v2.get(f"{path}/{deal.entry_id}"))["entity"]
        assert "fields" not in plain
        assert answered(any_v2.get(f"{path}/{deal.entry_id}", **asked))["entity"] == plain | {"fields": []}
        assert data(any_v2.get(path, **asked))[0]["entity"] == plain | {"fields": []}

    def test_come_in_pages(self, any_v2: Caller, any_firm: Firm) -> None:
        """All entries, without loss or repetition, with fields on every page when asked."""
        deals = [any_firm.opportunity(f"Deal {number}") for number in range(5)]
        found = followed(any_v2, f"/lists/{any_firm.deals()}/list-entries", limit=2, fieldTypes="list")
        assert [entry["entity"]["id"] for entry in found] == [deal.id for deal in deals]
        assert all(entry["entity"]["fields"] == [] for entry in found)

    def test_are_those_of_the_list(self, any_v2: Caller, any_firm: Firm) -> None:
        """An entry is found only on its own list; a list of persons has none."""
        deal = any_firm.opportunity("Pilot")
        for other in (added(any_firm, "Other"), added(any_firm, "People", Party.PERSON)):
            assert data(any_v2.get(f"/lists/{other.id}/list-entries")) == []
            coded(any_v2.get(f"/lists/{other.id}/list-entries/{deal.entry_id}"), 404, "not-found")

    def test_refuses_what_is_no_id(self, any_v2: Caller, any_firm: Firm) -> None:
        """The id of an entry is a number; its name in the path tells which one is wrong."""
        invalid(any_v2.get(f"/lists/{any_firm.deals()}/list-entries/x"), "entry_id")
        invalid(any_v2.get("/lists/x/list-entries"), "id")
