"""Hubs: one with each tenant, further ones on demand (spec 1.1, 4.2)."""

from itertools import count
from typing import Any

import pytest

from tests.serving import Firm

from .bodies import BRANCH_VISIT
from .conftest import GROUP, VERSION, Hub, codes, refused

_names = (f"field{number}" for number in count(1))

LIST = f"{GROUP}/hubs"


def put(hub: Hub, name: str, body: dict[str, Any] | None = None, *, group: str = GROUP, **options: Any) -> Any:
    """Send the PUT of a hub."""
    params = {"api-version": VERSION} | options.pop("params", {})
    return hub.caller.request("PUT", f"{group}/hubs/{name}", params=params, json=body or {}, **options)


class TestTheOwnHub:
    """The hub that a tenant is."""

    @pytest.mark.covers("hubs.get", "hubs.list")
    def test_is_there_from_birth(self, hub: Hub) -> None:
        """It answers under any subscription and group, and is listed there."""
        for group in (GROUP, GROUP.replace("s-01", "another").replace("field", "any")):
            found = hub.caller.get(f"{group}/hubs/{hub.name}", **{"api-version": VERSION})
            assert found.status_code == 200
            body = found.json()
            assert body["id"] == f"{group}/hubs/{hub.name}"
            assert body["name"] == hub.name
            assert body["type"] == "Microsoft.CustomerInsights/hubs"
            assert body["tags"] == {}
            assert body["properties"]["provisioningState"] == "Succeeded"
            assert body["properties"]["apiEndpoint"] == f"{hub.caller.base}/hubs/{hub.name}"
            listed = hub.caller.get(f"{group}/hubs", **{"api-version": VERSION}).json()
            assert [item["name"] for item in listed["value"]] == [hub.name]

    @pytest.mark.covers("hubs.put")
    def test_is_claimed_by_a_put(self, hub: Hub) -> None:
        """Then it belongs to that subscription and group, in whatever casing they are written."""
        claimed = put(hub, hub.name.upper(), {"location": "local", "tags": {"a": "b"}})
        assert claimed.status_code == 200
        assert claimed.json()["tags"] == {"a": "b"}
        assert put(hub, hub.name, group=GROUP.replace("s-01", "S-01").replace("/field/", "/FIELD/")).status_code == 200
        other = GROUP.replace("/field/", "/other/")
        refused(put(hub, hub.name, group=other), 409, "HubNameInUse")
        gone = hub.caller.get(f"{other}/hubs/{hub.name}", **{"api-version": VERSION})
        refused(gone, 404, "ResourceNotFound")
        below = hub.caller.get(f"{other}/hubs/{hub.name}/interactions", **{"api-version": VERSION})
        refused(below, 404, "ParentResourceNotFound")
        assert hub.caller.get(f"{other}/hubs", **{"api-version": VERSION}).json() == {"value": []}
        subscription = GROUP.partition("/resourceGroups")[0]
        listed = hub.caller.get(
            f"{subscription}/providers/Microsoft.CustomerInsights/hubs", **{"api-version": VERSION}
        ).json()
        assert [item["id"].lower() for item in listed["value"]] == [f"{GROUP}/hubs/{hub.name}".lower()]

    @pytest.mark.covers("hubs.patch")
    def test_is_patched(self, hub: Hub) -> None:
        """Tags are replaced as a whole, properties one by one."""
        billing = {"skuName": "B0", "minUnits": 1, "maxUnits": 5}
        put(hub, hub.name, {"tags": {"a": "b"}, "properties": {"hubBillingInfo": billing, "tenantFeatures": 3}})
        patched = hub.arm("PATCH", json={"tags": {"c": "d"}, "properties": {"tenantFeatures": 1}})
        assert patched.status_code == 200
        body = hub.arm("GET").json()
        assert body["tags"] == {"c": "d"}
        assert body["properties"]["hubBillingInfo"] == billing
        assert body["properties"]["tenantFeatures"] == 1
        assert hub.arm("PATCH", json={}).json() == body

    def test_is_not_deleted(self, hub: Hub) -> None:
        """It goes with its tenant only."""
        refused(hub.arm("DELETE"), 403, "AuthorizationFailed")

    def test_bad_bodies(self, any_hub: Hub) -> None:
        """All problems are told at once, and nothing is stored."""
        before = any_hub.firm.rows()
        body = {
            "tags": {"a": 5},
            "location": 7,
            "properties": {"tenantFeatures": -1, "hubBillingInfo": {"minUnits": 11, "maxUnits": 0}},
        }
        error = refused(put(any_hub, any_hub.name, body), 400, "InvalidRequestContent")
        assert sorted(detail["target"] for detail in error["details"]) == [
            "location", "properties.hubBillingInfo.maxUnits", "properties.hubBillingInfo.minUnits",
            "properties.tenantFeatures", "tags",
        ]  # fmt: skip
        assert "InvalidDictionary" in codes(error)
        assert any_hub.firm.rows() == before


class TestFurtherHubs:
    """Hubs that a user creates; each is a tenant of its own."""

    @pytest.mark.covers("hubs.delete")
    def test_from_birth_to_death(self, hub: Hub) -> None:
        """201 when it is new, 200 when it is there, 200 when it is deleted, 204 when it was not there."""
        name = next(_names)
        made = put(hub, name, {"location": "local", "tags": {"typeValidation": "standard"}})
        assert made.status_code == 201, made.text
        assert made.json()["id"] == f"{GROUP}/hubs/{name}"
        assert put(hub, name, {"location": "local"}).status_code == 200
        inside = f"{GROUP}/hubs/{name}"
        defined = hub.caller.request(
            "PUT", f"{inside}/interactions/BranchVisit", params={"api-version": VERSION}, json=BRANCH_VISIT
        )
        assert defined.status_code == 200, defined.text
        assert defined.json()["name"] == f"{name}/BranchVisit"
        refused(hub.arm("GET", "/interactions/BranchVisit"), 404, "ResourceNotFound")
        listed = hub.caller.get(LIST, **{"api-version": VERSION}).json()["value"]
        assert [item["name"] for item in listed] == sorted([hub.name, name])
        manage = hub.caller.get(f"/hubs/{name}/manage/model/interactions/BranchVisit")
        assert manage.json() == defined.json()["properties"]

        deleted = hub.caller.delete(inside, **{"api-version": VERSION})
        assert (deleted.status_code, deleted.content) == (200, b"")
        again = hub.caller.delete(inside, **{"api-version": VERSION})
        assert (again.status_code, again.content) == (204, b"")
        refused(hub.caller.get(inside, **{"api-version": VERSION}), 404, "ResourceNotFound")
        missing = hub.caller.get(f"{inside}/interactions", **{"api-version": VERSION})
        refused(missing, 404, "ParentResourceNotFound")

    def test_a_name_belongs_to_one(self, hub: Hub) -> None:
        """Nobody gets into somebody else's hub, or its name."""
        name = next(_names)
        assert put(hub, name).status_code == 201
        stranger = Hub(hub.firm.server.found())
        refused(put(stranger, name.upper()), 409, "HubNameInUse")
        refused(put(stranger, hub.name), 409, "HubNameInUse")
        inside = f"{GROUP}/hubs/{name}"
        refused(stranger.caller.get(inside, **{"api-version": VERSION}), 404, "ResourceNotFound")
        assert stranger.caller.delete(inside, **{"api-version": VERSION}).status_code == 204
        assert hub.caller.get(inside, **{"api-version": VERSION}).status_code == 200

    @pytest.mark.parametrize("name", ["9lives", "a", "a-b", "a_b", "x" * 65, "hüb"])
    def test_names(self, any_hub: Hub, name: str) -> None:
        """A letter, then letters and digits, 2 to 64."""
        refused(put(any_hub, name), 400, "InvalidResourceName")

    def test_only_an_administrator(self, any_firm: Firm) -> None:
        """Who may only write instances creates no hubs."""
        ben = any_firm.colleague("Ben")
        refused(put(Hub(any_firm, any_firm.token_of(ben)), next(_names)), 403, "AuthorizationFailed")


def test_preconditions(any_hub: Hub) -> None:
    """If-Match and If-None-Match hold for hubs, too."""
    tag = any_hub.arm("GET").headers["ETag"]
    refused(put(any_hub, any_hub.name, headers={"If-None-Match": "*"}), 412, "PreconditionFailed")
    assert put(any_hub, any_hub.name, headers={"If-Match": tag}).status_code == 200
    refused(put(any_hub, any_hub.name, {"tags": {"a": "b"}}, headers={"If-Match": tag}), 412, "PreconditionFailed")
    refused(put(any_hub, next(_names), headers={"If-Match": "*"}), 412, "PreconditionFailed")
