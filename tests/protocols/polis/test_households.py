"""Households, who lives in them, and who stands on a list (spec 4.2, 4.4)."""

from typing import Any
from uuid import uuid4

import pytest

from interlog.model.canvassing.resources import customer_id, role_id
from interlog.protocols.polis.etags import etag_of
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused, types
from .people import contact, household, named
from .setting_up import World, patch, replace


@pytest.fixture
def customer(firm: Firm) -> str:
    """The tenant's id."""
    return customer_id(firm.tenant)


def _home(api: Caller, customer: str, unit: str = "", **address: Any) -> dict[str, Any]:
    response = api.post("/v2/households", **household(customer, unit, **address))
    assert response.status_code in (200, 201), response.text
    made: dict[str, Any] = response.json()
    return made


def _person(api: Caller, given: str, **data: Any) -> str:
    response = api.post("/v2/contacts", data={"profile": named(given), "fields": {}} | data)
    assert response.status_code == 201, response.text
    id_: str = response.json()["id"]
    return id_


@pytest.mark.covers("households.create", "households.get", "households.list")
def test_there_is_one_household_at_an_address_and_unit(api: Caller, customer: str) -> None:
    """The same address and unit, however it is spelled, returns the original unchanged."""
    made = api.post("/v2/households", **household(customer, "4b"), params={"externalId": "h-1"})
    assert made.status_code == 201
    first = made.json()
    assert first["data"]["externalId"] == "h-1"
    assert household(customer)["data"]["address"] == first["data"]["address"]
    assert first["meta"]["etag"] == etag_of(first, is_changed=False)
    again = api.post("/v2/households", **household(customer, " 4B", streetName="boylston street", coords=None))
    assert (200, first) == (again.status_code, again.json())
    other = _home(api, customer, "5")
    assert other["id"] != first["id"]
    assert other["data"]["addressId"] == first["data"]["addressId"]
    by_id = {"customerId": customer, "data": {"unitNum": "6", "addressId": first["data"]["addressId"]}}
    assert first["data"]["address"] == api.post("/v2/households", **by_id).json()["data"]["address"]
    assert first == api.get(f"/v2/households/{first['id']}").json()
    assert [first] == api.get("/v2/households", filter='/data/unitNum eq "4b"').json()["data"]


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (
            {"data": {}},
            {
                ("/customerId", "any.required"),
                ("/data/unitNum", "any.required"),
                ("/data/address", "any.required"),
            },
        ),
        (
            {"data": {"unitNum": "", "address": {"data": {"country": "Utopia", "coords": {"lat": 91}}}}},
            {
                ("/customerId", "any.required"),
                ("/data/address/data/country", "any.allowOnly"),
                ("/data/address/data/coords/lat", "number.max"),
                ("/data/address/data/coords/lng", "any.required"),
            },
        ),
    ],
)
def test_what_is_wrong_with_a_household_is_told_at_once(
    api: Caller, body: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    """Each problem has its pointer."""
    assert problems == types(refused(api.post("/v2/households", **body), 400, "ValidationError"))


@pytest.mark.covers("households.patch")
def test_who_lives_in_a_household_has_its_new_address(api: Caller, customer: str, world: World) -> None:
    """A household that is corrected corrects the contacts whose primary household it is, as both versions show them."""
    home = _home(api, customer)
    id_ = _person(api, "Arya", primaryHouseholdId=home["id"])
    api.put(f"/v1/lists/{world.list()['id']}/contacts/{id_}/households/{home['id']}")
    before = api.get(f"/v1/contacts/{id_}").json()
    changed = patch(
        api, f"/v2/households/{home['id']}", replace("/address/data/number", "101"), ETag=home["meta"]["etag"]
    ).json()
    after = api.get(f"/v1/contacts/{id_}").json()
    assert before["data"]["profile"]["address"]["streetAddress"]["number"] == "100"
    assert after["data"]["profile"]["address"]["streetAddress"]["number"] == "101"
    assert before["meta"]["etag"] != after["meta"]["etag"]
    assert changed["data"]["addressId"] != home["data"]["addressId"]
    other = _home(api, customer)
    found = refused(
        patch(api, f"/v2/households/{other['id']}", replace("/address/data/number", "101")), 409, "ExistsError"
    )
    assert changed["id"] == found["id"]


@pytest.mark.covers("households.delete", "households.restore")
def test_nobody_lives_in_a_deleted_household(api: Caller, customer: str) -> None:
    """Its links go with it."""
    home = _home(api, customer)
    id_ = _person(api, "Arya", primaryHouseholdId=home["id"])
    assert api.delete(f"/v2/households/{home['id']}").json()["meta"]["isDeleted"]
    refused(api.get(f"/v2/households/{home['id']}"), 404, "NotFoundError")
    assert api.get(f"/v2/contacts/{id_}/households").json()["data"] == []
    assert "primaryHouseholdId" not in api.get(f"/v2/contacts/{id_}").json()["data"]
    assert not api.post(f"/v2/households/{home['id']}/restore").json()["meta"]["isDeleted"]


@pytest.mark.covers("households.create_many")
def test_many_households_at_once(api: Caller, customer: str) -> None:
    """Each succeeds or fails for itself; the same twice is one."""
    items = [household(customer, "1"), household(customer, "1"), {"data": {}}, household(customer, "2")]
    body = api.post("/v2/households/bulk", data=items).json()
    units = [item["data"]["unitNum"] for item in body["data"]]
    assert units == ["1", "1", "2"]
    assert body["data"][0] == body["data"][1]
    assert [error["data"]["position"] for error in body["errors"]] == [2]
    assert api.post("/v2/households/bulk", data=items[:1]).status_code == 200


@pytest.mark.covers("households.patch_many")
def test_many_patches_of_households(api: Caller, customer: str) -> None:
    """Each is held against its ETag; one that would become another household is refused alone."""
    homes = [_home(api, customer, unit) for unit in "123"]
    items = [
        {"id": home["id"], "etag": home["meta"]["etag"], "data": [replace("/unitNum", unit)]}
        for home, unit in zip(homes, ["4", "4", "5"], strict=True)
    ]
    items[2]["etag"] = "x"
    body = api.request("PATCH", "/v2/households/bulk", json={"data": items}).json()
    assert [(homes[0]["id"], "4")] == [(item["id"], item["data"]["unitNum"]) for item in body["data"]]
    assert [(error["data"]["position"], error["name"]) for error in body["errors"]] == [
        (1, "ExistsError"),
        (2, "ConcurrencyError"),
    ]


@pytest.mark.covers("contact-households.create", "contact-households.list", "contact-households.delete")
def test_contacts_are_linked_to_households(api: Caller, customer: str) -> None:
    """To link once more changes nothing; the list shows each household with the id of the link."""
    id_, home = _person(api, "Arya"), _home(api, customer)
    path = f"/v2/contacts/{id_}/households/{home['id']}"
    made = api.put(path)
    assert made.status_code == 201
    link = made.json()
    assert ("contact-households", {"contactId": id_, "householdId": home["id"]}) == (
        link["meta"]["resource"], link["data"],
    )  # fmt: skip
    again = api.put(path)
    assert (200, link) == (again.status_code, again.json())
    shown = api.get(f"/v2/contacts/{id_}/households").json()["data"]
    assert [home | {"params": {"contactHouseholdId": link["id"]}}] == shown
    refused(api.request("DELETE", path, headers={"ETag": "x"}), 409, "ConcurrencyError")
    gone = api.request("DELETE", path, headers={"If-Match": f'"{link["meta"]["etag"]}"'})
    assert gone.json()["meta"]["isDeleted"]
    refused(api.delete(path), 404, "NotFoundError")
    assert api.get(f"/v2/contacts/{id_}/households").json()["data"] == []
    assert api.put(path).json()["id"] == link["id"]
    for wrong in (f"/v2/contacts/{uuid4()}/households/{home['id']}", f"/v2/contacts/{id_}/households/{uuid4()}"):
        refused(api.put(wrong), 404, "NotFoundError")


@pytest.mark.covers("contact-households.create_many")
def test_many_links_at_once(api: Caller, customer: str) -> None:
    """Each pair is linked or refused for itself."""
    id_, home = _person(api, "Arya"), _home(api, customer)
    items = [
        {"data": {"contactId": id_, "householdId": home["id"]}},
        {"data": {"contactId": id_, "householdId": str(uuid4())}},
        {"data": {"contactId": 5}},
    ]
    response = api.post("/v2/contacts/households/bulk", data=items)
    body = response.json()
    assert (201, [home["id"]]) == (response.status_code, [item["data"]["householdId"] for item in body["data"]])
    assert [
        (error["data"]["position"], problem["path"], problem["type"])
        for error in body["errors"][:1]
        for problem in error["data"]["problems"]
    ] == [(1, "/data/householdId", "any.ref")]
    assert body["errors"][1]["data"]["position"] == 2


@pytest.mark.covers(
    "contact-household-lists.create", "contact-household-lists.delete", "contact-household-lists.list",
    "contact-household-lists.get", "contact-household-lists.create_many",
)  # fmt: skip
def test_contacts_stand_on_lists_with_a_household(api: Caller, customer: str, world: World) -> None:
    """A contact that is put on a list shows in version 1, is counted, and can be taken off again."""
    first, second = world.list()["id"], world.list()["id"]
    home = _home(api, customer)
    arya, bran = _person(api, "Arya", primaryHouseholdId=home["id"]), _person(api, "Bran")

    def count(list_: str) -> int:
        number: int = api.get(f"/v1/lists/{list_}").json()["contactsCount"]
        return number

    path = f"/v1/lists/{first}/contacts/{arya}/households/{home['id']}"
    made = api.put(path)
    assert made.status_code == 201
    link = api.get(f"/v2/contacts/{arya}/households").json()["data"][0]["params"]["contactHouseholdId"]
    coords = {"lat": 42.3520436, "lng": -71.067513}
    assert {"coords": coords, "listId": first, "contactHouseholdId": link} == made.json()
    assert api.put(path).status_code == 200
    assert count(first) == 1
    assert first == api.get(f"/v1/contacts/{arya}").json()["data"]["listId"]
    assert api.get(f"/v1/contacts/{arya}").json()["data"]["profile"]["address"]["streetAddress"]["number"] == "100"

    items = [{"data": {"contactId": id_, "householdId": home["id"]}} for id_ in (arya, bran, str(uuid4()))]
    body = api.post(f"/v1/lists/{second}/contact-households", data=items).json()
    assert [item["meta"]["resource"] for item in body["data"]] == ["contact-household-lists"] * 2
    assert {"listId": second, "contactHouseholdId": link} == body["data"][0]["data"]
    assert [error["data"]["position"] for error in body["errors"]] == [2]
    assert (count(first), count(second)) == (1, 2)

    changed = patch(api, f"/v1/contacts/{bran}", replace("/contacted", True))
    assert changed.json()["data"]["contacted"], "who has no address needs none to be changed"

    rows = api.get(f"/v1/lists/{second}/contact-households").json()["data"]
    assert {"Arya", "Bran"} == {
        row["data"]["contact"]["data"]["profile"]["name"]["anglican"]["given"] for row in rows
    }  # fmt: skip
    assert {home["id"]} == {row["data"]["household"]["id"] for row in rows}
    of_arya = api.get(f"/v1/lists/{second}/contact-households", filter=f'/data/contactId eq "{arya}"').json()["data"]
    assert [arya] == [row["data"]["contactId"] for row in of_arya]
    assert link == api.get(f"/v1/lists/{second}/contact-households/{arya}").json()["id"]

    assert {"coords": coords, "listId": first, "contactHouseholdId": link} == api.delete(path).json()
    refused(api.delete(path), 404, "NotFoundError")
    assert (count(first), count(second)) == (0, 2)
    assert second == api.get(f"/v1/contacts/{arya}").json()["data"]["listId"]
    refused(api.get(f"/v1/lists/{uuid4()}/contact-households"), 404, "NotFoundError")


def test_a_contact_of_version_1_is_on_its_list_with_its_household(api: Caller, world: World) -> None:
    """Version 2 knows contact, household, link and place on the list of what version 1 created."""
    list_ = world.list()["id"]
    made = world.create("/v1/contacts", **contact(list_))
    (home,) = api.get(f"/v2/contacts/{made['id']}/households").json()["data"]
    (row,) = api.get(f"/v1/lists/{list_}/contact-households").json()["data"]
    assert home["params"]["contactHouseholdId"] == row["id"]
    assert home["data"]["address"]["data"]["country"] == "USA"
    other = world.list()["id"]
    patch(api, f"/v1/contacts/{made['id']}", replace("/listId", other))
    assert [api.get(f"/v1/lists/{id_}").json()["contactsCount"] for id_ in (list_, other)] == [0, 1]


def test_a_contact_is_seen_by_whoever_sees_its_list(firm: Firm, api: Caller, world: World, customer: str) -> None:
    """With it go its links and its place on the list; another organization's people see them when it moves there."""
    users, lists = [], []
    for name in ("Ann", "Ben"):
        organization = world.create("/v1/organizations", name=name)["id"]
        lists.append(world.list(organizationId=organization)["id"])
        person = firm.colleague(name)
        role = role_id(firm.tenant, "Manager")
        given = {"userId": person.uuid, "organizationId": organization, "roleId": role, "status": "active"}
        world.create("/v1/memberships", **given)
        users.append(firm.caller(PREFIX, firm.token_of(person)))
    made = world.create("/v1/contacts", **contact(lists[0]))
    (home,) = api.get(f"/v2/contacts/{made['id']}/households").json()["data"]
    record = world.create("/v2/notes", contactId=made["id"], text="X")

    def sees(user: Caller, list_: str) -> list[bool]:
        paths = (
            f"/v1/contacts/{made['id']}",
            f"/v2/contacts/{made['id']}/households",
            f"/v1/lists/{list_}/contact-households/{made['id']}",
        )
        return [user.get(path).status_code == 200 for path in paths]

    assert (sees(users[0], lists[0]), sees(users[1], lists[0])) == ([True] * 3, [False] * 3)
    refused(users[1].get(f"/v2/notes/{record['id']}"), 404, "NotFoundError")
    refused(users[1].put(f"/v2/contacts/{made['id']}/households/{home['id']}"), 404, "NotFoundError")
    problems = refused(users[1].post("/v1/contacts", data=contact(lists[0])), 400, "ValidationError")
    assert {("/data/listId", "any.ref")} == types(problems)
    assert users[1].get("/v1/contacts").json()["data"] == []

    patch(api, f"/v1/contacts/{made['id']}", replace("/listId", lists[1]))
    assert (sees(users[0], lists[1]), sees(users[1], lists[1])) == ([False] * 3, [True] * 3)
    assert [home["id"]] == [item["id"] for item in users[1].get(f"/v2/contacts/{made['id']}/households").json()["data"]]
    own = users[1].post("/v2/contacts", data={"profile": named("Own"), "fields": {}}).json()
    refused(users[0].get(f"/v2/contacts/{own['id']}"), 404, "NotFoundError")
