"""Contacts in both versions: create, read, patch, delete, many at once, and as the persons that they are."""

from typing import Any
from uuid import uuid4

import pytest

from interlog.protocols.polis.etags import etag_of
from tests.serving import Caller, Firm

from .conftest import refused, types
from .people import ADDRESS, contact, named, profile
from .setting_up import World, patch, replace
from .test_lists_of_visits import see_that_every_member_can_be_filtered_by


@pytest.mark.covers("contacts.create", "contacts.get")
def test_what_version_1_creates_it_shows(api: Caller, world: World) -> None:
    """The answer is the contact as it was sent, with what a new one says by itself; its ETag can be recomputed."""
    list_ = world.list()["id"]
    given = contact(
        list_,
        profile=profile(
            email="john@snow.example", phone=["9781234568", "3171234568"], gender="m", languages=["en"],
            birthdate="1987-09-03", age=30,
        ),
        notes="beware of the dog",
        fields={"dogliker": "true", "buypet": ["Horse", "Snake"], "catlikeness": 4, "member": False},
        integration={"integrationId": str(uuid4()), "externalId": 17},
    )  # fmt: skip
    made = world.create("/v1/contacts", **given)
    assert given | {"reservation": {"reserved": False}, "contacted": False} == made["data"]
    assert made["meta"]["resource"] == "contacts"
    assert made["meta"]["etag"] == etag_of(made, is_changed=False)
    assert made == api.get(f"/v1/contacts/{made['id']}").json() == api.get(f"/contacts/{made['id']}").json()


def test_both_versions_show_the_same_contact(api: Caller, world: World) -> None:
    """Version 2 shows the name in its spelling, e-mail and telephone with details, and the household."""
    given = contact(world.list()["id"], profile=profile(email="john@snow.example", phone=["1"]), fields={"a": 1})
    made = world.create("/v1/contacts", **given)
    data = api.get(f"/v2/contacts/{made['id']}").json()["data"]
    details = {"active": True, "primary": False}
    assert {"primaryHouseholdId", "profile", "fields"} == set(data)
    assert {
        "name": {"anglican": {"given": "John", "surname": "Snow"}},
        "emails": [{"email": "john@snow.example", "active": True, "primary": True}],
        "phones": [{"phone": "1"} | details],
    } == data["profile"]
    assert data["fields"] == {}


def test_version_2_completes_names_and_details(api: Caller, world: World) -> None:
    """A missing name is empty; numbers are active, none is the main one; the contact shows in version 1 on a list."""
    profile_ = {"emails": [{"email": "a@x.example"}], "phones": [{"phone": "1", "phoneType": "home"}]}
    made = world.create("/v2/contacts", profile=profile_, fields={}, externalId="v-17")
    assert made["data"]["profile"]["name"]["anglican"] == {"given": "", "surname": ""}
    assert made["data"]["profile"]["emails"] == [{"email": "a@x.example", "active": True, "primary": False}]
    assert made["data"]["externalId"] == "v-17"
    refused(api.get(f"/v1/contacts/{made['id']}"), 404, "NotFoundError")
    assert api.get("/v1/contacts").json()["data"] == []
    assert [made] == api.get("/v2/contacts").json()["data"]


def test_version_2_returns_a_contact_of_the_same_name_in_the_same_household(api: Caller, world: World) -> None:
    """All five parts of the name and the household tell contacts apart; version 1 stores as many as it is sent."""
    first = world.create("/v2/contacts", profile=named(), fields={})
    again = api.post("/v2/contacts", data={"profile": named(age=30), "fields": {"x": 1}})
    other = world.create("/v2/contacts", profile=named(), fields={}, primaryHouseholdId=_household(world))
    assert (200, first) == (again.status_code, again.json())
    assert first["id"] != other["id"]
    list_ = world.list()["id"]
    assert len({world.create("/v1/contacts", **contact(list_))["id"] for _ in range(2)}) == 2


def _household(world: World) -> str:
    made = world.create("/v1/contacts", **contact(world.list()["id"], "Home"))
    id_: str = world.api.get(f"/v2/contacts/{made['id']}").json()["data"]["primaryHouseholdId"]
    return id_


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        ({}, {("/data/listId", "any.required"), ("/data/profile", "any.required"), ("/data/fields", "any.required")}),
        (
            {"listId": "x", "profile": {"name": {}}, "fields": {"a": {"b": 1}}, "colour": 1, "state": "asleep"},
            {
                ("/data/listId", "string.guid"),
                ("/data/profile/name/first", "any.required"),
                ("/data/profile/name/last", "any.required"),
                ("/data/profile/address", "any.required"),
                ("/data/fields/a", "any.base"),
                ("/data/colour", "object.allowUnknown"),
                ("/data/state", "any.allowOnly"),
            },
        ),
        (
            {"notes": "x" * 2049, "reservation": {}, "integration": {"integrationId": 1}},
            {
                ("/data/notes", "string.max"),
                ("/data/reservation/reserved", "any.required"),
                ("/data/integration/integrationId", "string.guid"),
            },
        ),
    ],
)
def test_what_is_wrong_is_told_at_once_and_nothing_is_stored(
    firm: Firm, api: Caller, world: World, data: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    """Each problem has its pointer."""
    list_ = world.list()["id"]
    given = data if "listId" in data or not data else contact(list_) | data
    before = firm.rows()
    assert problems == types(refused(api.post("/v1/contacts", data=given), 400, "ValidationError"))
    assert before == firm.rows()


def test_what_a_contact_names_must_be_there(firm: Firm, api: Caller, world: World) -> None:
    """A list, a status or a household that is not there is refused, and a status that does not fit the state."""
    statuses = {item["data"]["name"]: item["id"] for item in api.get("/v1/statuses").json()["data"]}
    given = contact(str(uuid4()), statusId=str(uuid4()))
    found = refused(api.post("/v1/contacts", data=given), 400, "ValidationError")
    assert {("/data/listId", "any.ref"), ("/data/statusId", "any.ref")} == types(found)
    given = contact(world.list()["id"], statusId=statuses["Refused"], state="appointment")
    found = refused(api.post("/v1/contacts", data=given), 400, "ValidationError")
    assert {("/data/statusId", "any.allowOnly")} == types(found)
    given = {"profile": named(), "fields": {}, "primaryHouseholdId": str(uuid4())}
    found = refused(api.post("/v2/contacts", data=given), 400, "ValidationError")
    assert {("/data/primaryHouseholdId", "any.ref")} == types(found)
    assert (
        world.create("/v1/contacts", **contact(world.list()["id"], statusId=statuses["Appointment"]))["data"]["state"]
        == "appointment"
    )


@pytest.mark.covers("contacts.patch")
def test_a_patch_is_held_against_the_etag(api: Caller, world: World) -> None:
    """The object that comes back has a new ETag by the rule of changes; the former one is refused from then on."""
    made = world.create("/v1/contacts", **contact(world.list()["id"]))
    path, etag = f"/v1/contacts/{made['id']}", made["meta"]["etag"]
    changed = patch(api, path, replace("/profile/name/first", "Jon"), ETag=etag).json()
    assert changed["data"]["profile"]["name"]["first"] == "Jon"
    assert changed["meta"]["etag"] == etag_of(changed, is_changed=True)
    data = refused(patch(api, path, replace("/contacted", True), ETag=etag), 409, "ConcurrencyError")
    assert {"etag": changed["meta"]["etag"]} == data
    assert changed == api.get(path).json()


def test_either_version_patches_in_either_spelling(api: Caller, world: World) -> None:
    """The older spelling of version 1, and the other version's names, reach the same members."""
    id_ = world.create("/v1/contacts", **contact(world.list()["id"]))["id"]
    one = patch(api, f"/v1/contacts/{id_}", replace("/profile/name/anglican/given", "Jon")).json()
    assert one["data"]["profile"]["name"] == {"first": "Jon", "last": "Snow"}
    two = patch(api, f"/v2/contacts/{id_}", replace("/profile/name/last", "Stark")).json()
    assert two["data"]["profile"]["name"]["anglican"] == {"given": "Jon", "surname": "Stark"}
    add = {"op": "add", "path": "/fields/q", "value": "yes"}
    assert patch(api, f"/v2/contacts/{id_}", add).json()["data"]["fields"] == {"q": "yes"}
    assert api.get(f"/v1/contacts/{id_}").json()["data"]["fields"] == {}
    one = patch(api, f"/v1/contacts/{id_}", replace("/profile/location/statoid03/name", "Cambridge")).json()
    assert one["data"]["profile"]["address"]["city"] == "Cambridge"
    problems = refused(
        patch(api, f"/v1/contacts/{id_}", {"op": "remove", "path": "/profile/address"}), 400, "ValidationError"
    )
    assert {("/data/profile/address", "any.required")} == types(problems)


@pytest.mark.covers("contacts.list")
def test_lists_are_filtered_in_either_spelling(api: Caller, world: World) -> None:
    """Whichever spelling a filter or a sort is in, it finds what is stored."""
    first, second = world.list()["id"], world.list()["id"]
    john = world.create("/v1/contacts", **contact(first))["id"]
    arya = world.create("/v1/contacts", **contact(second, "Arya"))["id"]

    def found(version: int, **params: Any) -> list[str]:
        response = api.get(f"/v{version}/contacts", **params)
        assert response.status_code == 200, response.text
        return [item["id"] for item in response.json()["data"]]

    assert [john] == found(1, filter=f'/data/listId eq "{first}"')
    for name in ("/data/profile/name/anglican/given", "/data/profile/name/first", "/profile/name/first"):
        for version in (1, 2):
            assert [arya] == found(version, filter=f'{name} eq "Arya"')
    assert {john, arya} == set(found(1, filter='/data/profile/location/statoid03/name eq "Boston"'))
    assert [arya, john] == found(2, sort='["data/profile/name/anglican/given","ASC"]')


@pytest.mark.covers("contacts.delete", "contacts.restore")
def test_a_deleted_contact_is_gone_until_it_is_restored(api: Caller, world: World) -> None:
    """It is off its list, and cannot be read, patched or deleted; restoring brings it back as it was."""
    list_ = world.list()["id"]
    made = world.create("/v1/contacts", **contact(list_))
    path = f"/v1/contacts/{made['id']}"
    gone = api.request("DELETE", path, headers={"ETag": made["meta"]["etag"]}).json()
    assert gone["meta"]["isDeleted"] and gone["meta"]["etag"] == etag_of(gone, is_changed=True)
    for response in (api.get(path), api.delete(path), patch(api, path, replace("/notes", "x"))):
        refused(response, 404, "NotFoundError")
    assert api.get(f"/v1/lists/{list_}").json()["contactsCount"] == 0
    assert made["data"] == api.post(f"{path}/restore").json()["data"]
    assert api.get(f"/v1/lists/{list_}").json()["contactsCount"] == 1


def test_an_id_that_is_sent_again_is_answered_with_what_is_stored(firm: Firm, api: Caller, world: World) -> None:
    """The same stores nothing; other content under the same id is refused and names what is there."""
    body = {"id": str(uuid4()), "data": contact(world.list()["id"])}
    made = api.post("/v1/contacts", **body)
    assert (201, f"/v1/contacts/{body['id']}") == (made.status_code, made.headers["Location"].removeprefix(api.base))
    before = firm.rows()
    again = api.post("/v1/contacts", **body)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    other = body | {"data": contact(world.list()["id"], "Arya")}
    data = refused(api.post("/v1/contacts", **other), 409, "ExistsError")
    assert {"id": body["id"], "etag": made.json()["meta"]["etag"], "isDeleted": False} == data
    assert before | {"resource": before["resource"] + 1, "journal": before["journal"] + 1} == firm.rows()  # the list


@pytest.mark.covers("contacts.create_many")
def test_of_many_each_succeeds_or_fails_for_itself(api: Caller, world: World) -> None:
    """Errors name items by their places; what version 2 has already is answered and told."""
    list_ = world.list()["id"]
    items: list[Any] = [{"data": contact(list_, "A")}, {"data": {"listId": list_}}, 7, {"data": contact(list_, "B")}]
    response = api.post("/v1/contacts/bulk", data=items)
    assert response.status_code == 201
    body = response.json()
    assert [item["data"]["profile"]["name"]["first"] for item in body["data"]] == ["A", "B"]
    assert [(error["data"]["position"], error["name"]) for error in body["errors"]] == [
        (1, "ValidationError"),
        (2, "ValidationError"),
    ]
    assert api.get(f"/v1/lists/{list_}").json()["contactsCount"] == 2

    twice = [{"data": {"profile": named("X"), "fields": {}}}] * 2
    body = api.post("/v2/contacts/bulk", data=twice).json()
    assert body["data"][0] == body["data"][1]
    assert [(error["data"]["position"], error["name"]) for error in body["errors"]] == [(1, "ExistsError")]
    assert api.post("/v2/contacts/bulk", data=twice).status_code == 200
    for size in (0, 1001):
        refused(api.post("/v1/contacts/bulk", data=[{}] * size), 400, "ValidationError")


@pytest.mark.covers("contacts.patch_many")
def test_many_patches_are_each_held_against_an_etag(api: Caller, world: World) -> None:
    """Each item needs its ETag; one that is outdated is refused alone."""
    list_ = world.list()["id"]
    made = [world.create("/v1/contacts", **contact(list_, name)) for name in "AB"]
    ops = [replace("/profile/name/first", "C")]
    items = [
        {"id": made[0]["id"], "etag": made[0]["meta"]["etag"], "data": ops},
        {"id": made[1]["id"], "etag": "x", "data": ops},
        {"id": made[1]["id"], "data": ops},
        {"id": str(uuid4()), "etag": "x", "data": ops},
        {"id": made[0]["id"], "etag": made[0]["meta"]["etag"], "data": [replace("/contacted", True)]},
        {"id": made[1]["id"], "etag": made[1]["meta"]["etag"], "data": [replace("/listId", 5)]},
    ]
    response = api.request("PATCH", "/v1/contacts/bulk", json={"data": items})
    assert response.status_code == 200
    body = response.json()
    assert [(made[0]["id"], "C")] == [(item["id"], item["data"]["profile"]["name"]["first"]) for item in body["data"]]
    names = ["ConcurrencyError", "ValidationError", "NotFoundError", "ConcurrencyError", "ValidationError"]
    assert names == [error["name"] for error in body["errors"]]
    assert [error["data"]["position"] for error in body["errors"]] == [1, 2, 3, 4, 5]
    assert {"etag": body["data"][0]["meta"]["etag"], "position": 4} == body["errors"][3]["data"]


def test_a_contact_is_a_person_of_the_other_protocols(firm: Firm, api: Caller, world: World) -> None:
    """Affinity shows and changes the same person; each change is a new ETag here, and the other way round."""
    made = world.create("/v1/contacts", **contact(world.list()["id"], profile=profile(email="john@snow.example")))
    affinity = Caller(firm.server.http, firm.server.base + "/affinity", firm.token)
    (person,) = affinity.get("/persons", term="john@snow.example").json()["persons"]
    assert (person["first_name"], person["last_name"], person["type"]) == ("John", "Snow", 0)
    affinity.put(f"/persons/{person['id']}", first_name="Jon", emails=["jon@snow.example"])
    read = api.get(f"/v1/contacts/{made['id']}").json()
    assert (
        read["data"]["profile"]["name"]["first"], read["data"]["profile"]["email"],
    ) == ("Jon", "jon@snow.example")  # fmt: skip
    assert read["meta"]["etag"] not in ("", made["meta"]["etag"])
    patch(api, f"/v1/contacts/{made['id']}", replace("/profile/email", "king@north.example"))
    assert affinity.get(f"/persons/{person['id']}").json()["emails"] == ["king@north.example"]


def test_the_address_is_the_households(api: Caller, world: World) -> None:
    """What version 1 says of an address comes back word for word; its household has it too."""
    made = world.create("/v1/contacts", **contact(world.list()["id"]))
    home = api.get(f"/v2/contacts/{made['id']}").json()["data"]["primaryHouseholdId"]
    assert made["data"]["profile"]["address"] == ADDRESS
    other = world.create("/v2/contacts", profile=named("Arya"), fields={}, primaryHouseholdId=home)
    assert home == other["data"]["primaryHouseholdId"]


def test_every_member_of_a_contact_can_be_filtered_by(api: Caller, world: World) -> None:
    """Whatever either version shows of a contact, and whatever its household and its notes show, finds it."""
    list_ = world.list()["id"]
    full = profile(
        name={"title": "Mr", "first": "John", "middle": "X", "last": "Snow"}, email="john@snow.example", phone=["1"],
        gender="m", languages=["en", "es"], birthdate="1987-09-03", age=30,
    )  # fmt: skip
    given = contact(list_, profile=full, notes="dog", fields={"a": 1, "b": "x", "c": True, "d": ["e"]})
    made = world.create("/v1/contacts", **given)
    world.create("/v1/contacts", **contact(list_, "Arya"))
    patch(api, f"/v2/contacts/{made['id']}", {"op": "add", "path": "/fields/q", "value": 4})
    patch(api, f"/v2/contacts/{made['id']}", {"op": "add", "path": "/externalId", "value": "e-1"})
    world.create("/v2/notes", contactId=made["id"], text="X")
    for path in ("/v1/contacts", "/v2/contacts", "/v2/households", "/v2/notes"):
        items = api.get(path).json()["data"]
        assert items and see_that_every_member_can_be_filtered_by(api, path, items)
