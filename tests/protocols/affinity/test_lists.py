"""Lists and what stands on them, over HTTP."""

from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from interlog.model.parties import Person
from tests.counting import least
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import LIST, LIST_ENTRY, UNKNOWN, answered, refused, short, unknown


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


def _list(api: Caller, type_: int, **more: Any) -> int:
    body = {"name": "Next", "type": type_, "is_public": True} | more
    return int(answered(api.post("/lists", **body))["id"])


@pytest.mark.covers("lists.add")
class TestAdd:
    """``POST /lists/{id}/list-entries``"""

    def test_puts_a_person_on_a_list(self, api: Caller, mia: Person, ola: Person) -> None:
        """The entry has exactly its keys, with the short person; it is read alone and in the list; the size grows."""
        people = _list(api, 0)
        entry = answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id))
        assert entry == {
            "id": entry["id"],
            "list_id": people,
            "creator_id": mia.id,
            "entity_id": ola.id,
            "entity_type": 0,
            "created_at": entry["created_at"],
            "entity": short(ola),
        }
        assert answered(api.get(f"/lists/{people}/list-entries/{entry['id']}")) == entry
        assert answered(api.get(f"/lists/{people}/list-entries")) == [entry]
        assert answered(api.get(f"/lists/{people}"))["list_size"] == 1
        assert {item["id"]: item["list_size"] for item in answered(api.get("/lists"))}[people] == 1

    def test_puts_an_organization_on_a_list(self, api: Caller, firm: Firm, ben: Person) -> None:
        """An organization stands there with the keys of lists; another internal person may be its creator."""
        client, companies = firm.organization("Client", "client.example"), _list(api, 1)
        entry = answered(api.post(f"/lists/{companies}/list-entries", entity_id=client.id, creator_id=ben.id))
        assert (entry["entity_type"], entry["creator_id"]) == (1, ben.id)
        assert entry["entity"] == {
            "id": client.id,
            "name": "Client",
            "domain": "client.example",
            "domains": ["client.example"],
            "crunchbase_uuid": None,
            "global": False,
        }

    def test_the_same_one_twice(self, api: Caller, ola: Person) -> None:
        """The same entity may stand on a list more than once."""
        people = _list(api, 0)
        ids = [answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id))["id"] for _ in range(2)]
        assert [entry["id"] for entry in answered(api.get(f"/lists/{people}/list-entries"))] == ids
        shown = answered(api.get(f"/persons/{ola.id}"))["list_entries"]
        assert [entry["id"] for entry in shown] == ids
        assert set(shown[0]) == LIST_ENTRY

    def test_refuses_what_is_not_of_the_lists_type(self, api: Caller, firm: Firm, ola: Person) -> None:
        """An opportunity is created on its list, not put there; who is no person stands on no list of persons."""
        deal, people = firm.opportunity("Pilot"), _list(api, 0)
        before = firm.rows()
        refused(api.post(f"/lists/{deal.list_id}/list-entries", entity_id=deal.id), "Field entity_id: ")
        response = api.post(f"/lists/{people}/list-entries", entity_id=UNKNOWN, creator_id=ola.id)
        assert refused(response) == [
            unknown("entity_id", UNKNOWN, "Person"), "Field creator_id: must be an internal person"
        ]  # fmt: skip
        companies = _list(api, 1)
        before = firm.rows()
        refused(
            api.post(f"/lists/{companies}/list-entries", entity_id=UNKNOWN),
            unknown("entity_id", UNKNOWN, "Organization"),
        )
        assert firm.rows() == before

    def test_pages(self, api: Caller, firm: Firm) -> None:
        """Pages of a list of persons: each entry once, in the order of entries."""
        people = _list(api, 0)
        for number in range(5):
            person = firm.person(f"Eve {number}")
            answered(api.post(f"/lists/{people}/list-entries", entity_id=person.id))
        everything = answered(api.get(f"/lists/{people}/list-entries"))
        paged: list[Any] = []
        token = ""
        while token is not None:
            answer = answered(api.get(f"/lists/{people}/list-entries", page_size=2, page_token=token))
            paged += answer["list_entries"]
            token = answer["next_page_token"]
        assert paged == everything and len(paged) == 5


class TestPagesOfEntries:
    """``GET /lists/{id}/list-entries`` and ``GET /v2/lists/{id}/list-entries``, page by page"""

    @pytest.mark.parametrize("type_", [0, 1, 8])
    def test_cost_four_statements_wherever_they_begin(self, api: Caller, firm: Firm, mia: Person, type_: int) -> None:
        """At the start, further on and at the end, with all fields of a list that has fifty, and whom they name."""
        list_id = _list(api, type_)
        for number in range(50):
            of_list = {"list_id": list_id} if number % 2 or type_ == 8 else {}
            answered(api.post("/fields", name=f"F{number}", entity_type=type_, value_type=6, **of_list))
        keeper = answered(api.post("/fields", name="Keeper", entity_type=type_, value_type=0, list_id=list_id))["id"]
        for number in range(7):
            if type_ == 8:
                made = answered(api.post("/opportunities", name=f"O{number}", list_id=list_id))
                id_, entry = made["id"], made["list_entries"][0]["id"]
            else:
                id_ = (firm.organization(f"F{number}") if type_ else firm.person(f"P{number}")).id
                entry = answered(api.post(f"/lists/{list_id}/list-entries", entity_id=id_))["id"]
            given = {"field_id": keeper, "entity_id": id_, "list_entry_id": entry, "value": mia.id}
            answered(api.post("/field-values", **given))
        path, token, pages = f"/lists/{list_id}/list-entries", None, 0
        while pages == 0 or token is not None:
            given = {"page_size": 3} | ({"page_token": token} if token else {})
            assert least(firm.ledger, partial(api.get, path, **given)) <= 4
            token, pages = answered(api.get(path, **given))["next_page_token"], pages + 1
        query, v2 = {"limit": 3, "fieldTypes": ["list", "global"]}, 0
        while v2 == 0 or query:
            assert least(firm.ledger, partial(api.get, f"/v2{path}", **query)) <= 4
            following = answered(api.get(f"/v2{path}", **query))["pagination"]["nextUrl"]
            query, v2 = {"cursor": parse_qs(urlsplit(following).query)["cursor"][0]} if following else {}, v2 + 1
        assert (pages, v2) == (3, 3)


@pytest.mark.covers("lists.remove")
class TestRemove:
    """``DELETE /lists/{id}/list-entries/{entry_id}``"""

    def test_leaves_the_person(self, api: Caller, ola: Person) -> None:
        """Only the entry goes; a second time it is not found."""
        people = _list(api, 0)
        entry = answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id))["id"]
        assert answered(api.delete(f"/lists/{people}/list-entries/{entry}")) == {"success": True}
        response = api.delete(f"/lists/{people}/list-entries/{entry}")
        assert refused(response, status=404) == [unknown("id", entry, "ListEntry")]
        assert answered(api.get(f"/persons/{ola.id}"))["list_entries"] == []
        assert answered(api.get(f"/lists/{people}"))["list_size"] == 0

    def test_deletes_an_opportunity(self, api: Caller, firm: Firm) -> None:
        """With its only entry an opportunity goes."""
        deal = firm.opportunity("Pilot")
        answered(api.delete(f"/lists/{deal.list_id}/list-entries/{deal.entry_id}"))
        assert refused(api.get(f"/opportunities/{deal.id}"), status=404)

    def test_with_the_person(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Whoever is deleted stands on no list; what comes back stands where it stood, less what was removed before."""
        people = _list(api, 0)
        removed, kept = [answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id)) for _ in range(2)]
        answered(api.delete(f"/lists/{people}/list-entries/{removed['id']}"))
        answered(api.delete(f"/persons/{ola.id}"))
        assert answered(api.get(f"/lists/{people}/list-entries")) == []
        firm.server.run(firm.ledger.restoring.restore_person(firm.actor, ola.id))
        assert answered(api.get(f"/lists/{people}/list-entries")) == [kept]

    def test_with_the_organization(self, api: Caller, firm: Firm) -> None:
        """The same for organizations."""
        client, companies = firm.organization("Client"), _list(api, 1)
        entry = answered(api.post(f"/lists/{companies}/list-entries", entity_id=client.id))
        assert [one["id"] for one in answered(api.get(f"/organizations/{client.id}"))["list_entries"]] == [entry["id"]]
        answered(api.delete(f"/organizations/{client.id}"))
        assert answered(api.get(f"/lists/{companies}"))["list_size"] == 0
        firm.server.run(firm.ledger.restoring.restore_organization(firm.actor, client.id))
        assert answered(api.get(f"/lists/{companies}/list-entries")) == [entry]


class TestPermissions:
    """Whom a list is opened to."""

    def test_a_private_list_is_opened(self, api: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """``additional_permissions`` opens a private list to those it names, and to nobody else (spec 6)."""
        zoe = firm.colleague("Zoe", "Alt")
        given = [{"internal_person_id": ben.id, "role_id": 1}]
        item = answered(api.post("/lists", name="Few", type=0, is_public=False, additional_permissions=given))
        assert item["additional_permissions"] == given
        path = f"/lists/{item['id']}"
        assert answered(api.get(path, with_extensions="true"))["x_additional_permissions"] == given
        assert "x_additional_permissions" not in answered(api.get(path))
        entry = answered(api.post(f"/lists/{item['id']}/list-entries", entity_id=ola.id))["id"]
        path = f"/lists/{item['id']}/list-entries/{entry}"
        assert answered(firm.caller(PREFIX, firm.token_of(ben)).get(path))["id"] == entry
        zoes = firm.caller(PREFIX, firm.token_of(zoe))
        for attempt in (zoes.get(path), zoes.delete(path), zoes.post(f"/lists/{item['id']}/list-entries", entity_id=1)):
            refused(attempt, status=403)
        assert answered(zoes.get(f"/persons/{ola.id}"))["list_entries"] == []

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ({"internal_person_id": 1}, "additional_permissions"),
            ([1], "additional_permissions"),
            ([{}], "internal_person_id: is required"),
            ([{"internal_person_id": 1, "role_id": 3}], "role_id: must be one of 0, 1, 2"),
            ([{"internal_person_id": UNKNOWN, "role_id": 0}], "to be a valid id for model Person"),
        ],
    )
    def test_refuses_what_is_none(self, api: Caller, firm: Firm, given: Any, problem: str) -> None:
        """What is no permission is refused by its place, and nothing is stored."""
        before = firm.rows()
        refused(api.post("/lists", name="X", type=0, is_public=True, additional_permissions=given), problem)
        assert firm.rows() == before
