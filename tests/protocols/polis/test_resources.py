"""What all resources have in common, by the example of lists: creating, changing, deleting, and who was quicker."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from interlog.model.canvassing.resources import customer_id, security_group_id
from interlog.protocols.polis.etags import etag_of
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused, types
from .setting_up import World, patch, question, replace

UNKNOWN = "00000000-0000-4000-8000-000000000000"


class TestCreate:
    @pytest.mark.covers("lists.create", "lists.get")
    def test_answers_with_the_object(self, world: World, api: Caller, firm: Firm) -> None:
        """The answer is the whole object, with its address and its ETag; it can be read there."""
        response = api.post("/v1/lists", data={"name": "Ward 4", "organizationId": world.root.upper()})

        assert response.status_code == 201
        made = response.json()
        assert list(made) == ["id", "data", "meta", "customerId", "securityGroupId"]
        assert made["data"] == {"name": "Ward 4", "organizationId": world.root}
        meta = made["meta"]
        assert (meta["resource"], meta["isDeleted"]) == ("lists", False)
        assert meta["created"] == meta["modified"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", meta["created"])
        assert meta["createdBy"] == meta["modifiedBy"] == firm.mia.uuid
        assert made["customerId"] == customer_id(firm.tenant)
        assert made["securityGroupId"] == security_group_id(firm.tenant, 0)
        assert meta["etag"] == etag_of(made, is_changed=False)
        assert response.headers["ETag"] == f'"{meta["etag"]}"'
        assert response.headers["Location"].endswith(f"/polis/v1/lists/{made['id']}")

        read = firm.server.http.get(response.headers["Location"], headers={"Authorization": f"Bearer {firm.token}"})
        assert read.json() == made | {"contactsCount": 0}

    @pytest.mark.parametrize("form", ["flat", "wrapped", "full"])
    def test_takes_all_forms(self, world: World, api: Caller, form: str) -> None:
        """The data may be the body, a member of it, or a member of the whole object with what the server sets."""
        data = {"name": "Ward 4", "organizationId": world.root}
        id_ = str(uuid4())
        body = {
            "flat": {"id": id_, **data},
            "wrapped": {"id": id_.upper(), "data": data},
            "full": {"id": id_, "data": data, "meta": {"etag": "x", "isDeleted": True}, "contactsCount": 5},
        }[form]
        response = api.post("/v1/lists", **body)

        assert response.status_code == 201, response.text
        assert (response.json()["id"], response.json()["data"]) == (id_, data)
        assert response.json()["meta"]["isDeleted"] is False

    @pytest.mark.parametrize("path", ["/lists", "/v1/lists", "/v1/lists/"])
    def test_under_every_path(self, world: World, api: Caller, path: str) -> None:
        """The version may be left out."""
        assert api.post(path, name="Ward 4", organizationId=world.root).status_code == 201

    def test_once_more_is_the_same(self, world: World, api: Caller, firm: Firm) -> None:
        """The same content under the same id stores nothing; another content is refused with what is there."""
        body = {"id": str(uuid4()), "data": {"name": "Ward 4", "organizationId": world.root}}
        made = api.post("/v1/lists", **body).json()
        before = firm.rows()
        again = api.post("/v1/lists", **body)

        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert again.json() == made
        other = body | {"data": {"name": "Ward 5", "organizationId": world.root}}
        told = refused(api.post("/v1/lists", **other), 409, "ExistsError")
        assert told == {"id": made["id"], "etag": made["meta"]["etag"], "isDeleted": False}
        assert firm.rows() == before

    def test_with_an_idempotency_key(self, world: World, api: Caller) -> None:
        """A key in the header does what an id does."""
        data = {"data": {"name": "Ward 4", "organizationId": world.root}}
        ask = {"json": data, "headers": {"Idempotency-Key": "first"}}
        made = api.request("POST", "/v1/lists", **ask)
        again = api.request("POST", "/v1/lists", **ask)

        assert (made.status_code, again.status_code) == (201, 200)
        assert made.json() == again.json()
        other = api.request("POST", "/v1/lists", json=data, headers={"Idempotency-Key": "second"})
        assert other.json()["id"] != made.json()["id"]

    def test_every_problem_is_told(self, api: Caller, firm: Firm) -> None:
        """Missing, unknown and wrong members, and what is not there, are told in one answer."""
        api.get("/v1/lists/" + UNKNOWN)
        before = firm.rows()
        body = {
            "id": "x",
            "customerId": 5,
            "more": 1,
            "data": {"organizationId": UNKNOWN, "description": "x" * 2049, "required": [1], "colour": "red"},
        }
        problems = refused(api.post("/v1/lists", **body), 400, "ValidationError")

        assert types(problems) == {
            ("/id", "string.guid"),
            ("/customerId", "string.guid"),
            ("/more", "object.allowUnknown"),
            ("/data/name", "any.required"),
            ("/data/organizationId", "any.ref"),
            ("/data/description", "string.max"),
            ("/data/required/0", "string.base"),
            ("/data/colour", "object.allowUnknown"),
        }
        flat = refused(api.post("/v1/lists", organizationId="x"), 400, "ValidationError")
        assert types(flat) == {("/name", "any.required"), ("/organizationId", "string.guid")}
        assert firm.rows() == before

    def test_another_customers(self, world: World, api: Caller, firm: Firm) -> None:
        """Where several tenants share the server, another customer and an unknown group are refused."""
        firm.server.found()
        data = {"name": "Ward 4", "organizationId": world.root}
        refused(api.post("/v1/lists", data=data, customerId=UNKNOWN), 403, "UnauthorizedError")
        refused(api.post("/v1/lists", data=data, securityGroupId=UNKNOWN), 403, "UnauthorizedError")


class TestChange:
    @pytest.mark.covers("lists.patch")
    def test_changes_the_data(self, world: World, api: Caller) -> None:
        """A patch is answered with the object: its ETag is recomputed and stands last in meta."""
        made = world.list()
        response = patch(api, f"/v1/lists/{made['id']}", replace("/name", "Ward 5"), ETag=made["meta"]["etag"])

        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["data"]["name"] == "Ward 5"
        assert list(changed["meta"])[-1] == "etag"
        assert changed["meta"]["etag"] == etag_of(changed, is_changed=True) != made["meta"]["etag"]
        assert changed["meta"]["modified"] >= changed["meta"]["created"] == made["meta"]["created"]
        assert api.get(f"/v1/lists/{made['id']}").json() == changed

    def test_nothing_to_change(self, world: World, api: Caller) -> None:
        """A patch that changes nothing leaves the ETag alone, an empty one too."""
        made = world.list()
        for operations in ([replace("/name", "Ward 4")], []):
            response = patch(api, f"/v1/lists/{made['id']}", *operations)
            assert (response.status_code, response.json()["meta"]) == (200, made["meta"])

    def test_what_it_makes_must_be_valid(self, world: World, api: Caller, firm: Firm) -> None:
        """The result is held to the rules of creating; nothing is stored where it breaks one."""
        made = world.list()
        before = firm.rows()
        path = f"/v1/lists/{made['id']}"
        answer = patch(api, path, replace("/name", 5), replace("/organizationId", UNKNOWN))
        assert types(refused(answer, 400, "ValidationError")) == {
            ("/data/name", "string.base"),
            ("/data/organizationId", "any.ref"),
        }
        refused(patch(api, path, {"op": "remove", "path": "/name"}), 400, "ValidationError")
        refused(patch(api, path, {"op": "remove", "path": "/nothing"}), 400, "ValidationError")
        refused(patch(api, path, {"op": "twist", "path": "/name"}), 400, "FormatError")
        assert firm.rows() == before

    def test_an_outdated_etag(self, world: World, api: Caller) -> None:
        """The vendor's header is refused with 409, the standard's with 412; both tell the ETag that is right."""
        made = world.list()
        path = f"/v1/lists/{made['id']}"
        current = made["meta"]["etag"]
        for header, status in (("ETag", 409), ("etag", 409), ("If-Match", 412)):
            answer = patch(api, path, replace("/name", "Ward 5"), **{header: "1d5-wrong"})
            assert refused(answer, status, "ConcurrencyError") == {"etag": current}
        assert api.get(path).json()["data"]["name"] == "Ward 4"
        for header, value in (("ETag", f'"{current}"'), ("If-Match", f'"x", W/"{current}"'), ("If-Match", "*")):
            assert patch(api, path, **{header: value}).status_code == 200

    def test_a_server_may_demand_etags(self, any_firm: Firm) -> None:
        """With the setting, a change without a condition is refused."""
        with any_firm.server.with_settings(polis_require_etag=True) as base:
            api = any_firm.caller(PREFIX, base=base)
            made = World(any_firm, api).list()
            answer = patch(api, f"/v1/lists/{made['id']}", replace("/name", "x"))
            assert types(refused(answer, 400, "ValidationError")) == {("ETag", "any.required")}
            refused(api.delete(f"/v1/lists/{made['id']}"), 400, "ValidationError")

    def test_of_two_at_once_one_succeeds(self, world: World, api: Caller) -> None:
        """Of changes with the same ETag at the same moment exactly one is stored."""
        made = world.list()

        def change(name: str) -> int:
            answer = patch(api, f"/v1/lists/{made['id']}", replace("/name", name), ETag=made["meta"]["etag"])
            status: int = answer.status_code
            return status

        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(change, ["A", "B", "C", "D"]))
        assert sorted(statuses) == [200, 409, 409, 409]

    def test_without_a_condition_all_succeed(self, world: World, api: Caller) -> None:
        """Changes without one are carried out one after the other."""
        made = world.list()
        with ThreadPoolExecutor(3) as pool:
            answers = pool.map(
                lambda member: patch(api, f"/v1/lists/{made['id']}", {"op": "add", **member}),
                [
                    {"path": "/description", "value": "All of it"},
                    {"path": "/required", "value": ["age"]},
                    {"path": "/integrations", "value": []},
                ],
            )
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert {"description", "required", "integrations"} <= set(api.get(f"/v1/lists/{made['id']}").json()["data"])


class TestRead:
    def test_not_modified(self, world: World, api: Caller) -> None:
        """Who has the object is told so."""
        made = world.list()
        known = {"If-None-Match": f'"{made["meta"]["etag"]}"'}
        answer = api.request("GET", f"/v1/lists/{made['id']}", headers=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert api.request("GET", f"/v1/lists/{made['id']}", headers={"If-None-Match": '"x"'}).status_code == 200

    @pytest.mark.parametrize("id_", [UNKNOWN, "x", "1", "%00", "%E0%A4%A"])
    def test_unknown_ids(self, any_api: Caller, id_: str) -> None:
        """What is there for nobody is not found, whatever its id looks like."""
        refused(any_api.get(f"/v1/lists/{id_}"), 404, "NotFoundError")


class TestDelete:
    @pytest.mark.covers("lists.delete", "lists.restore")
    def test_hides_it(self, world: World, api: Caller) -> None:
        """A deleted object is answered once more, then it is gone; its id stays taken until it is restored."""
        made = world.list()
        path = f"/v1/lists/{made['id']}"
        refused(api.request("DELETE", path, headers={"ETag": "x"}), 409, "ConcurrencyError")
        answer = api.request("DELETE", path, headers={"ETag": made["meta"]["etag"]})

        assert answer.status_code == 200
        assert answer.json()["meta"]["isDeleted"] is True
        assert answer.json()["meta"]["etag"] == etag_of(answer.json(), is_changed=True)
        for gone in (api.get(path), patch(api, path, replace("/name", "x")), api.delete(path)):
            refused(gone, 404, "NotFoundError")
        told = refused(api.post("/v1/lists", id=made["id"], data=made["data"]), 409, "ExistsError")
        assert told["isDeleted"] is True
        restored = api.post(path + "/restore")
        assert (restored.status_code, restored.json()["meta"]["isDeleted"]) == (200, False)
        assert api.get(path).json()["data"] == made["data"]

    @pytest.mark.covers("roles.restore")
    def test_roles_come_back(self, world: World, api: Caller) -> None:
        """A role can be brought back as well, as it was."""
        made = world.create("/v1/roles", name="Reader", permissions=["read@lists"])
        path = f"/v1/roles/{made['id']}"
        assert api.delete(path).status_code == 200
        refused(api.get(path), 404, "NotFoundError")
        assert api.post(path + "/restore").json() == api.get(path).json()


class TestAlone:
    """A store of one tenant."""

    def test_any_customer_comes_back(self, single_firm: Firm, single_api: Caller) -> None:
        """There, whatever ids of a customer and a security group are sent, they are kept, through changes too."""
        world = World(single_firm, single_api)
        ids = {"customerId": str(uuid4()), "securityGroupId": str(uuid4())}
        data = {"name": "Ward 4", "organizationId": world.root}
        made = single_api.post("/v1/lists", data=data, **ids)
        assert made.status_code == 201, made.text
        assert made.json()["meta"]["etag"] == etag_of(made.json(), is_changed=False)
        changed = patch(single_api, f"/v1/lists/{made.json()['id']}", replace("/name", "Ward 5")).json()
        for found in (made.json(), changed, single_api.get(f"/v1/lists/{made.json()['id']}").json()):
            assert {name: found[name] for name in ids} == ids
        with single_firm.server.with_settings(polis_free_customer=False) as base:
            strict = single_firm.caller(PREFIX, base=base)
            refused(strict.post("/v1/lists", data=data, **ids), 403, "UnauthorizedError")

    def test_what_was_referred_to_is_filled_in(self, single_firm: Firm, single_api: Caller) -> None:
        """What a visit named before it was there is created by a POST with its id, as if it had not been."""
        world = World(single_firm, single_api)
        campaign, survey = str(uuid4()), str(uuid4())
        visit = {
            "campaignId": campaign,
            "contactId": str(uuid4()),
            "timestamp": "2026-03-14T17:05:30Z",
            "survey": {"surveyId": survey},
            "unavailable": False,
        }
        assert single_api.post("/v1/interactions", data=visit).status_code == 201
        for kind, id_, data in (
            ("campaigns", campaign, {"name": "Bus", "status": "complete", "organizationId": world.root}),
            ("surveys", survey, {"name": "Bus", "campaignId": campaign, "questions": [question()]}),
        ):
            assert single_api.get(f"/v1/{kind}/{id_}").status_code == 200
            made = single_api.post(f"/v1/{kind}", id=id_, data=data)
            assert made.status_code == 201, (kind, made.text)
            again = single_api.post(f"/v1/{kind}", id=id_, data=data)
            assert (again.status_code, again.json()) == (200, made.json()), kind


def test_unknown_members_may_be_kept(any_firm: Firm) -> None:
    """With the setting, what no rule knows is stored and comes back; what must not be sent is refused all the same."""
    with any_firm.server.with_settings(polis_unknown_members="keep") as base:
        api = any_firm.caller(PREFIX, base=base)
        world = World(any_firm, api)
        made = world.list(colour={"red": [1, None]})
        assert api.get(f"/v1/lists/{made['id']}").json()["data"]["colour"] == {"red": [1, None]}
        changed = patch(api, f"/v1/lists/{made['id']}", replace("/colour", 5))
        assert changed.json()["data"]["colour"] == 5


class TestGroups:
    """Whose security group a resource has."""

    def test_follows_what_it_belongs_to(self, world: World, api: Caller, firm: Firm) -> None:
        """A survey that moves to a campaign of another organization is seen by its members from then on."""
        south = world.create("/v1/organizations", name="South", parentId=world.root)
        here, there = world.campaign(), world.campaign(organizationId=south["id"])
        survey = world.survey(here["id"])
        assert survey["securityGroupId"] == here["securityGroupId"] != there["securityGroupId"]
        moved = patch(api, f"/v1/surveys/{survey['id']}", replace("/campaignId", there["id"]))
        assert moved.json()["securityGroupId"] == there["securityGroupId"]
        assert moved.json()["meta"]["etag"] == etag_of(moved.json(), is_changed=True)

    def test_takes_along_what_belongs_to_it(self, world: World, api: Caller) -> None:
        """With a campaign that goes to another organization go its surveys and segments."""
        south = world.create("/v1/organizations", name="South", parentId=world.root)
        campaign = world.campaign()
        survey = world.survey(campaign["id"])
        segment = world.segment(campaign["id"], survey["id"])
        answer = patch(api, f"/v1/campaigns/{campaign['id']}", replace("/organizationId", south["id"]))
        group = world.campaign(organizationId=south["id"])["securityGroupId"]
        assert answer.json()["securityGroupId"] == group
        for path in (f"/v1/surveys/{survey['id']}", f"/v1/segments/{segment['id']}"):
            assert api.get(path).json()["securityGroupId"] == group


def test_a_text_that_no_database_takes(any_api: Caller) -> None:
    """The character U+0000 is refused wherever it stands, each time by its path; half a character is no JSON."""
    headers = {"Content-Type": "application/json"}
    data = rb'{"name": "a\u0000b", "required": ["x", "\u0000"], "a/b~\u0000": 1, "description": "\u00e4 \\u0000"}'
    body = b'{"data": %s}' % data
    answer = any_api.request("POST", "/v1/lists", content=body, headers=headers)
    assert types(refused(answer, 400, "ValidationError")) == {
        ("/data/name", "string.base"),
        ("/data/required/1", "string.base"),
        ("/data/a~1b~0\x00", "string.base"),
    }
    for half in (rb"\ud800", rb"\udc00"):
        answer = any_api.request("POST", "/v1/lists", content=b'{"data": {"name": "%s"}}' % half, headers=headers)
        refused(answer, 400, "FormatError")
