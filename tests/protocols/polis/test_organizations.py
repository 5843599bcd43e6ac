"""Organizations, memberships and roles over HTTP: who is where, who gives what to whom, and what follows."""

from typing import Any

import pytest

from interlog.model.canvassing.resources import role_id
from interlog.model.ids import uuid7
from interlog.model.parties import Person
from tests.serving import Caller, Firm

from . import people
from .conftest import PREFIX, refused, types
from .setting_up import World, patch, replace


def organization(world: World, name: str = "North", **data: Any) -> dict[str, Any]:
    """Create an organization."""
    return world.create("/v1/organizations", name=name, **data)


def membership(world: World, person: Person, organization: str, role: str, **data: Any) -> dict[str, Any]:
    """Create an active membership."""
    given = {"userId": person.uuid, "organizationId": organization, "roleId": role_id(world.firm.tenant, role)}
    return world.create("/v1/memberships", **given | {"status": "active"} | data)


def caller(firm: Firm, person: Person) -> Caller:
    """Return a client with a token of somebody."""
    return firm.caller(PREFIX, firm.token_of(person))


@pytest.mark.covers("organizations.create")
def test_an_organization_has_defaults(world: World, api: Caller) -> None:
    """It is below the one that its maker acts in, and has a code to join by."""
    made = organization(world, description="Up there")
    code = made["data"].pop("token")
    assert len(code) == 10 and code.isalnum() and code.upper() == code
    assert made["data"] == {
        "name": "North",
        "parentId": world.root,
        "description": "Up there",
        "discoverable": False,
        "editOldTurfs": True,
        "viewUnassignedData": True,
        "requireSignUpConfirmation": True,
    }
    assert made["meta"]["resource"] == "organizations"
    assert api.get(f"/v1/organizations/{made['id']}").json()["data"]["token"] == code
    found = {item["id"] for item in api.get("/v1/organizations").json()["data"]}
    assert found == {world.root, made["id"]}


@pytest.mark.covers("organizations.patch", "organizations.delete")
def test_organizations_are_below_each_other(world: World, api: Caller) -> None:
    """None is below itself; one that has something stays, and so does the first."""
    north = organization(world)
    ward = organization(world, "Ward", parentId=north["id"])
    path = f"/v1/organizations/{north['id']}"
    for parent in (north["id"], ward["id"]):
        problems = refused(patch(api, path, replace("/parentId", parent)), 400, "ValidationError")
        assert types(problems) == {("/data/parentId", "any.allowOnly")}
    assert types(
        refused(api.post("/v1/organizations", data={"name": "X", "parentId": uuid7()}), 400, "ValidationError")
    )
    refused(api.request("DELETE", path), 403, "UnauthorizedError")
    refused(api.request("DELETE", f"/v1/organizations/{world.root}"), 403, "UnauthorizedError")
    assert patch(api, f"/v1/organizations/{ward['id']}", {"op": "remove", "path": "/parentId"}).status_code == 200
    gone = api.request("DELETE", path)
    assert gone.status_code == 200 and gone.json()["meta"]["isDeleted"]
    refused(api.get(path), 404, "NotFoundError")


@pytest.mark.covers("memberships.create", "memberships.list", "memberships.get")
def test_a_membership_shows_organization_and_user(world: World, firm: Firm, api: Caller) -> None:
    """Lists and the answer to one id have both in them; one id is answered as a list of one."""
    ben = firm.colleague("Ben", "Abt")
    made = membership(world, ben, world.root, "Canvasser", status="invited")
    assert made["data"]["notifications"] == {"dailySummary": True}
    assert "organization" not in made["data"]

    (one,) = api.get(f"/v1/memberships/{made['id']}").json()["data"]
    (listed,) = api.get("/v1/memberships", filter=f'/data/userId eq "{ben.uuid}"').json()["data"]
    assert one == listed
    assert one["data"]["user"]["profile"]["name"]["anglican"] == {"given": "Ben", "surname": "Abt"}
    assert one["data"]["organization"]["name"] == firm.tenant.name
    assert one["meta"]["etag"] == made["meta"]["etag"]
    assert api.get(f"/v1/memberships/{made['id']}").headers["ETag"] == f'"{made["meta"]["etag"]}"'
    changed = patch(api, f"/v1/memberships/{made['id']}", replace("/status", "active"), ETag=one["meta"]["etag"])
    assert changed.status_code == 200 and changed.json()["data"]["status"] == "active"


@pytest.mark.covers("memberships.create")
def test_one_is_a_member_once(world: World, firm: Firm, api: Caller) -> None:
    """A second membership of the same user in the same organization is refused, and names the first."""
    ben = firm.colleague("Ben")
    made = membership(world, ben, world.root, "Canvasser")
    again = {name: made["data"][name] for name in ("userId", "organizationId", "roleId")}
    data = refused(api.post("/v1/memberships", data=again), 409, "ExistsError")
    assert (data["id"], data["etag"]) == (made["id"], made["meta"]["etag"])
    unknown = dict.fromkeys(again, uuid7())
    problems = refused(api.post("/v1/memberships", data=unknown), 400, "ValidationError")
    assert types(problems) == {(f"/data/{name}", "any.ref") for name in again}


@pytest.mark.covers("memberships.patch")
def test_roles_are_changed_in_two_ways(world: World, firm: Firm, api: Caller) -> None:
    """By the parameter that the vendor has, or by a patch; the permissions follow at once."""
    ben = firm.colleague("Ben")
    path = f"/v1/memberships/{membership(world, ben, world.root, 'Canvasser')['id']}"
    his = caller(firm, ben)
    body = {"name": "Ward", "organizationId": world.root}
    assert refused(his.post("/v1/campaigns", data=body | {"status": "pending"}), 403, "UnauthorizedError") == {
        "permission": "insert@campaigns"
    }
    manager = role_id(firm.tenant, "Manager")
    answer = api.request("PATCH", path, json={"params": {"roleId": manager, "action": "changeRole"}, "data": []})
    assert answer.status_code == 200 and answer.json()["data"]["roleId"] == manager
    assert his.post("/v1/campaigns", data=body | {"status": "pending"}).status_code == 201
    assert patch(api, path, replace("/roleId", role_id(firm.tenant, "Canvasser"))).status_code == 200
    refused(his.post("/v1/campaigns", data=body | {"status": "pending"}), 403, "UnauthorizedError")
    wrong = {"params": {"roleId": manager, "action": "sack"}, "data": []}
    assert types(refused(api.request("PATCH", path, json=wrong), 400, "ValidationError")) == {
        ("/params/action", "any.allowOnly")
    }
    missing = {"params": {"action": "changeRole"}, "data": []}
    assert types(refused(api.request("PATCH", path, json=missing), 400, "ValidationError"))
    for member in ("userId", "organizationId"):
        problems = refused(patch(api, path, replace(f"/{member}", uuid7())), 400, "ValidationError")
        assert {type_ for _, type_ in types(problems)} == {"any.readOnly"}


@pytest.mark.covers("memberships.create", "memberships.patch", "memberships.delete", "memberships.restore")
def test_nobody_gives_more_than_they_have(world: World, firm: Firm, api: Caller) -> None:
    """A manager makes managers, but no administrators, and leaves those alone; nor do they reach beside or above."""
    north, south = organization(world), organization(world, "South")
    ben, eve = firm.colleague("Ben"), firm.colleague("Eve")
    membership(world, ben, north["id"], "Manager")
    boss = membership(world, eve, north["id"], "Administrator")
    his = caller(firm, ben)
    administrator, manager = role_id(firm.tenant, "Administrator"), role_id(firm.tenant, "Manager")
    given = {"userId": firm.mia.uuid, "organizationId": north["id"], "roleId": administrator}
    assert types(refused(his.post("/v1/memberships", data=given), 400, "ValidationError")) == {
        ("/data/roleId", "any.allowOnly")
    }
    assert his.post("/v1/memberships", data=given | {"roleId": manager}).status_code == 201
    path = f"/v1/memberships/{boss['id']}"
    refused(patch(his, path, replace("/roleId", manager)), 403, "UnauthorizedError")
    refused(his.request("DELETE", path), 403, "UnauthorizedError")
    assert types(
        refused(his.post("/v1/memberships", data=given | {"organizationId": south["id"]}), 400, "ValidationError")
    ) >= {("/data/organizationId", "any.ref")}
    above = given | {"organizationId": world.root, "roleId": manager}
    refused(his.post("/v1/memberships", data=above), 403, "UnauthorizedError")
    assert api.request("DELETE", path).status_code == 200
    refused(his.post(f"{path}/restore"), 403, "UnauthorizedError")
    assert api.post(f"{path}/restore").status_code == 200


@pytest.mark.covers("organizations.get", "organizations.list")
def test_members_see_their_organizations_alone(world: World, firm: Firm, api: Caller) -> None:
    """What belongs to an organization beside one's own is not there, in no list and by no id."""
    north, south = organization(world), organization(world, "South")
    ward = organization(world, "Ward", parentId=north["id"])
    ben = firm.colleague("Ben")
    membership(world, ben, north["id"], "Manager")
    lists = {item["id"]: world.list(organizationId=item["id"])["id"] for item in (north, south, ward)}
    his = caller(firm, ben)
    seen = {item["id"] for item in his.get("/v1/organizations").json()["data"]}
    assert seen == {world.root, north["id"], ward["id"]}
    assert {item["id"] for item in his.get("/v1/lists").json()["data"]} == {lists[north["id"]], lists[ward["id"]]}
    refused(his.get(f"/v1/lists/{lists[south['id']]}"), 404, "NotFoundError")
    refused(his.get(f"/v1/organizations/{south['id']}"), 404, "NotFoundError")
    assert his.get(f"/v1/lists/{lists[ward['id']]}").status_code == 200


@pytest.mark.covers("roles.list", "roles.get", "roles.create", "roles.patch", "roles.delete")
def test_roles_of_ones_own(world: World, firm: Firm, api: Caller) -> None:
    """Further roles may do some of what their maker may; those that every customer has stay as they are."""
    names = {item["data"]["name"] for item in api.get("/v1/roles").json()["data"]}
    assert names == {"Canvasser", "Manager", "Administrator"}
    reader = world.create("/v1/roles", name="Reader", permissions=["read@lists", "read@campaigns"])
    ben = firm.colleague("Ben")
    given = {"userId": ben.uuid, "organizationId": world.root, "roleId": reader["id"], "status": "active"}
    world.create("/v1/memberships", **given)
    his = caller(firm, ben)
    assert his.get("/v1/lists").status_code == 200
    refused(his.get("/v1/statuses"), 403, "UnauthorizedError")
    changed = patch(api, f"/v1/roles/{reader['id']}", {"op": "add", "path": "/permissions/-", "value": "read@statuses"})
    assert changed.status_code == 200
    assert his.get("/v1/statuses").status_code == 200

    problems = refused(api.post("/v1/roles", data={"name": "X", "permissions": ["fly@moon"]}), 400, "ValidationError")
    assert types(problems) == {("/data/permissions/0", "any.allowOnly")}
    canvasser = f"/v1/roles/{role_id(firm.tenant, 'Canvasser')}"
    refused(patch(api, canvasser, replace("/name", "X")), 403, "UnauthorizedError")
    refused(api.request("DELETE", canvasser), 403, "UnauthorizedError")
    assert api.request("DELETE", f"/v1/roles/{reader['id']}").status_code == 200
    refused(his.get("/v1/lists"), 403, "UnauthorizedError")


@pytest.mark.covers("lists.patch", "contacts.patch")
def test_what_moves_is_seen_by_others(world: World, firm: Firm, api: Caller) -> None:
    """A list that goes to another organization takes its contacts along; its etag is what whoever sees it reads."""
    north, south = organization(world), organization(world, "South")
    ben, eve = firm.colleague("Ben"), firm.colleague("Eve")
    membership(world, ben, north["id"], "Manager")
    membership(world, eve, south["id"], "Manager")
    his, hers = caller(firm, ben), caller(firm, eve)
    first, second = [world.list(organizationId=north["id"]) for _ in range(2)]
    contacts = [world.create("/v1/contacts", **people.contact(item["id"], name)) for item, name in
                ((first, "Ann"), (second, "Bob"))]  # fmt: skip
    paths = [f"/v1/contacts/{contact['id']}" for contact in contacts]
    assert [his.get(path).status_code for path in paths] == [200, 200]
    assert [hers.get(path).status_code for path in paths] == [404, 404]

    moved = patch(api, f"/v1/lists/{first['id']}", replace("/organizationId", south["id"]))
    assert moved.status_code == 200, moved.text
    assert [his.get(path).status_code for path in paths] == [404, 200]
    assert [hers.get(path).status_code for path in paths] == [200, 404]
    assert patch(api, paths[1], replace("/listId", first["id"])).status_code == 200
    assert [his.get(path).status_code for path in paths] == [404, 404]
    for path in paths:
        etag = hers.get(path).json()["meta"]["etag"]
        assert patch(hers, path, replace("/notes", "x") | {"op": "add"}, ETag=etag).status_code == 200
