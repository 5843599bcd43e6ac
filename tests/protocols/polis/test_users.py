"""Users over HTTP: the persons who can sign in, seen by every protocol."""

from typing import Any

import pytest

from interlog.model.canvassing.resources import role_id
from interlog.model.ids import uuid7
from interlog.model.parties import PersonKind
from tests.serving import Caller, Firm

from . import people
from .conftest import PREFIX, refused, types
from .setting_up import World, patch, replace
from .test_organizations import caller, membership

NAME = {"anglican": {"given": "Uma", "surname": "Vogt"}}


def user(**data: Any) -> dict[str, Any]:
    """Return the data of a user."""
    return {"email": "uma@own.example", "profile": {"name": NAME}} | data


@pytest.mark.covers("users.list", "users.get", "users.me")
def test_who_can_sign_in_is_a_user(firm: Firm, api: Caller) -> None:
    """Users made in other ways are users here too, in lists and by their ids."""
    ben = firm.colleague("Ben", "Abt")
    found = api.get("/v1/users").json()["data"]
    assert {item["id"] for item in found} == {firm.mia.uuid, ben.uuid}
    me = api.get("/v1/users/me").json()
    assert me["id"] == firm.mia.uuid and me == api.get(f"/v1/users/{firm.mia.uuid}").json()
    assert me["data"] == {
        "email": "mia@own.example",
        "status": "active",
        "privacy": {"publicInfo": ["email"]},
        "profile": {"name": {"anglican": {"given": "Mia", "surname": "Kern"}}},
    }
    assert "createdBy" not in me["meta"] and "customerId" not in me and "securityGroupId" not in me
    later = firm.colleague("Eve")
    assert api.get(f"/v1/users/{later.uuid}").status_code == 200
    refused(api.get(f"/v1/users/{uuid7()}"), 404, "NotFoundError")


@pytest.mark.covers("users.create")
def test_a_new_user_is_a_person_who_may_nothing_yet(world: World, firm: Firm, api: Caller) -> None:
    """Made with a password, they sign in, and may do something when they are a member; the password is not shown."""
    birthday = user(profile={"name": NAME, "birthdate": "12/31/1990"})
    answer = api.post("/v1/users", data=birthday, params={"password": "correct horse"})
    assert answer.status_code == 201 and "horse" not in answer.text
    made = answer.json()
    assert made["data"]["profile"]["birthdate"] == "1990-12-31"
    assert made["data"]["status"] == "pending"
    found = firm.server.run(firm.ledger.persons.page(firm.actor, limit=10, term="uma@own.example"))[0][0]
    assert (found.uuid, found.kind, found.name) == (made["id"], PersonKind.INTERNAL, "Uma Vogt")
    known = firm.server.run(firm.ledger.passwords.check(firm.tenant, "uma@own.example", "correct horse"))
    assert known.person_id == found.id

    hers = firm.caller(PREFIX, firm.token_of(found))
    refused(hers.get("/v1/lists"), 403, "UnauthorizedError")
    ward = world.create("/v1/organizations", name="Ward")
    world.list(organizationId=ward["id"])
    assert firm.server.run(firm.ledger.tenants.user(firm.tenant, "uma@own.example")).groups == ()
    membership(world, found, ward["id"], "Canvasser")
    assert len(hers.get("/v1/lists").json()["data"]) == 1


@pytest.mark.covers("users.create")
def test_the_same_user_is_made_once(firm: Firm, api: Caller) -> None:
    """The same once more is a repetition; another with the address is refused, and a person becomes a user."""
    body = {"id": uuid7(), "data": user()}
    first = api.post("/v1/users", **body)
    again = api.post("/v1/users", **body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    data = refused(api.post("/v1/users", data=user()), 409, "ExistsError")
    assert data["id"] == body["id"]
    refused(api.post("/v1/users", data=user(email="mia@own.example")), 409, "ExistsError")
    eve = firm.person("Eve", "Moll", "eve@client.example")
    made = api.post("/v1/users", data=user(email="eve@client.example")).json()
    assert made["id"] == eve.uuid
    now_internal = firm.server.run(firm.ledger.persons.get(firm.actor, eve.id))
    assert (now_internal.kind, now_internal.name) == (PersonKind.INTERNAL, "Uma Vogt")


@pytest.mark.covers("users.create")
def test_everything_wrong_is_told_at_once(api: Caller) -> None:
    """A wrong address, a missing name, an unknown status, and a password that is too short."""
    wrong = {"email": "uma", "status": "asleep", "profile": {"birthdate": "31/31/1990"}, "shoe": 1}
    problems = refused(api.post("/v1/users", data=wrong), 400, "ValidationError")
    assert types(problems) == {
        ("/data/email", "string.email"),
        ("/data/status", "any.allowOnly"),
        ("/data/profile/name", "any.required"),
        ("/data/profile/birthdate", "date.isoDate"),
        ("/data/shoe", "object.allowUnknown"),
    }
    short = refused(api.post("/v1/users", data=user(), params={"password": "x"}), 400, "ValidationError")
    assert {problem["path"] for problem in short} == {"/params/password"}
    assert len(api.get("/v1/users").json()["data"]) == 1


@pytest.mark.covers("users.patch")
def test_user_and_person_stay_the_same(firm: Firm, api: Caller) -> None:
    """A change of name or address here changes the person, and the other way round."""
    made = api.post("/v1/users", data=user()).json()
    path = f"/v1/users/{made['id']}"
    api_answer = patch(
        api, path, replace("/profile/name/anglican/surname", "Ahn"), replace("/email", "uma@new.example")
    )
    assert api_answer.status_code == 200
    ledger, run = firm.ledger, firm.server.run
    person = run(ledger.persons.page(firm.actor, limit=10, term="uma@new.example"))[0][0]
    assert (person.name, person.emails) == ("Uma Ahn", ("uma@new.example",))
    run(ledger.persons.update(firm.actor, person.id, first_name="Ute"))
    shown = api.get(path).json()
    assert shown["data"]["profile"]["name"]["anglican"] == {"given": "Ute", "surname": "Ahn"}
    assert shown["meta"]["etag"] != api_answer.json()["meta"]["etag"]
    taken = refused(patch(api, path, replace("/email", "mia@own.example")), 400, "ValidationError")
    assert {problem["path"] for problem in taken} == {"/data/email"}


@pytest.mark.covers("users.patch")
def test_who_is_inactive_cannot_sign_in(world: World, firm: Firm, api: Caller) -> None:
    """A token of an inactive user is refused at once, and good again when they are active."""
    ben = firm.colleague("Ben")
    his = caller(firm, ben)
    assert his.get("/v1/lists").status_code == 200
    path = f"/v1/users/{ben.uuid}"
    assert patch(api, path, replace("/status", "inactive")).status_code == 200
    refused(his.get("/v1/lists"), 401, "CredentialsError")
    assert patch(api, path, replace("/status", "active")).status_code == 200
    assert his.get("/v1/lists").status_code == 200


@pytest.mark.covers("users.patch", "users.get")
def test_a_canvasser_sees_what_others_show(world: World, firm: Firm, api: Caller) -> None:
    """Of others what they make public, of oneself everything; one changes oneself alone, and a manager no owner."""
    ben = firm.colleague("Ben")
    membership(world, ben, world.root, "Canvasser")
    his = caller(firm, ben)
    profile = {"name": NAME, "phone": ["608 555 0101"], "gender": "f"}
    made = api.post("/v1/users", data=user(profile=profile, privacy={"publicInfo": ["gender"]})).json()
    shown = his.get(f"/v1/users/{made['id']}").json()["data"]
    assert shown["profile"] == {"name": NAME, "gender": "f"} and "email" not in shown
    assert his.get("/v1/users/me").json()["data"]["email"] == "ben@own.example"
    assert patch(his, f"/v1/users/{ben.uuid}", replace("/privacy/publicInfo", [])).status_code == 200
    refused(patch(his, f"/v1/users/{made['id']}", replace("/status", "inactive")), 403, "UnauthorizedError")
    manager = firm.colleague("Max")
    theirs = caller(firm, manager)
    assert patch(theirs, f"/v1/users/{ben.uuid}", replace("/status", "inactive")).status_code == 200
    refused(patch(theirs, f"/v1/users/{firm.mia.uuid}", replace("/status", "inactive")), 403, "UnauthorizedError")


@pytest.mark.covers("memberships.resetPassword")
def test_a_password_is_given_anew(world: World, firm: Firm, api: Caller) -> None:
    """Whoever knows their own password gives a member a new one."""
    run, passwords = firm.server.run, firm.ledger.passwords
    run(passwords.set(firm.actor, firm.mia.id, "my own password"))
    ben = firm.colleague("Ben")
    made = membership(world, ben, world.root, "Canvasser")

    def reset(own: str, new: str, client: Caller = api) -> Any:
        params = {"password": new, "contextPassword": own}
        return client.post("/v1/memberships/password-reset", data={"membershipId": made["id"]}, params=params)

    assert reset("my own password", "brand new password").status_code == 200
    assert run(passwords.check(firm.tenant, "ben@own.example", "brand new password")).person_id == ben.id
    refused(reset("not my password", "another password"), 403, "UnauthorizedError")
    assert {p["path"] for p in refused(reset("my own password", "x"), 400, "ValidationError")} == {"/params/password"}
    refused(reset("x", "another password", caller(firm, ben)), 403, "UnauthorizedError")
    missing = api.post("/v1/memberships/password-reset", data={}, params={"password": 5})
    assert types(refused(missing, 400, "ValidationError")) == {
        ("/data/membershipId", "any.required"),
        ("/params/password", "string.base"),
        ("/params/contextPassword", "any.required"),
    }
    assert role_id(firm.tenant, "Canvasser") == made["data"]["roleId"]


@pytest.mark.covers("users.create", "contacts.patch")
def test_a_contact_may_become_a_user(world: World, api: Caller) -> None:
    """Contact, user and person are one: what the user is called, the contact is; but no contact renames a user."""
    body = people.contact(world.list()["id"], profile=people.profile(email="john@client.example"))
    contact = world.create("/v1/contacts", **body)
    made = api.post("/v1/users", data=user(email="john@client.example")).json()
    shown = api.get(f"/v1/contacts/{contact['id']}").json()["data"]["profile"]["name"]
    assert (shown["first"], shown["last"]) == ("Uma", "Vogt")
    assert patch(api, f"/v1/contacts/{contact['id']}", replace("/profile/name/last", "Ahn")).status_code == 200
    name = api.get(f"/v1/users/{made['id']}").json()["data"]["profile"]["name"]["anglican"]
    assert name == {"given": "Uma", "surname": "Vogt"}
    assert patch(api, f"/v1/users/{made['id']}", replace("/profile/name/anglican/given", "Ute")).status_code == 200
    assert api.get(f"/v1/contacts/{contact['id']}").json()["data"]["profile"]["name"]["first"] == "Ute"


@pytest.mark.covers("users.patch", "memberships.resetPassword")
def test_a_role_reaches_its_own_organization(world: World, firm: Firm, api: Caller) -> None:
    """A manager or an administrator of one organization takes over neither users of others, nor the tenant's owner."""
    run, passwords = firm.server.run, firm.ledger.passwords
    north, south = [world.create("/v1/organizations", name=name) for name in ("North", "South")]
    max_, ben, eve = [firm.colleague(name) for name in ("Max", "Ben", "Eve")]
    run(passwords.set(firm.actor, max_.id, "the password of Max"))
    membership(world, max_, north["id"], "Administrator")
    here = membership(world, ben, north["id"], "Canvasser")
    membership(world, eve, south["id"], "Canvasser")
    owner = membership(world, firm.mia, north["id"], "Canvasser", status="invited")
    his = caller(firm, max_)

    def reset(item: dict[str, Any]) -> int:
        params = {"password": "taken over by Max", "contextPassword": "the password of Max"}
        answer = his.post("/v1/memberships/password-reset", data={"membershipId": item["id"]}, params=params)
        return int(answer.status_code)

    asleep = replace("/status", "inactive")
    assert [patch(his, f"/v1/users/{user.uuid}", asleep).status_code for user in (eve, firm.mia)] == [403, 403]
    assert (reset(here), reset(owner)) == (200, 403)
    membership(world, ben, south["id"], "Canvasser")
    assert reset(here) == 403
    assert patch(his, f"/v1/users/{ben.uuid}", asleep).status_code == 200
