"""The rules common to all planes: addresses, versions, who is let in, waiting, lists (spec 1, 4.3-4.5)."""

import base64
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from interlog.protocols.customer_insights import auth
from interlog.protocols.customer_insights.app import VERSIONS
from tests.serving import Caller, interlog_process, wait_until

from .bodies import BRANCH_VISIT
from .conftest import PREFIX, VERSION, Hub, refused


class TestAddresses:
    """Paths are found however they are written (12.7)."""

    def test_any_casing(self, any_hub: Hub) -> None:
        """Fixed parts, hub and type, in any casing; the answer names things as they were made."""
        any_hub.define("BranchVisit", BRANCH_VISIT)
        path = f"{any_hub.root}/interactions/BranchVisit"
        for spelling in (path.lower(), path.upper(), path.replace("resourceGroups", "resourcegroups"), path + "/"):
            answer = any_hub.caller.get(spelling, **{"api-version": VERSION})
            assert answer.status_code == 200, spelling
            assert answer.json()["name"] == f"{any_hub.name}/BranchVisit"
        echoed = any_hub.caller.get(path.replace("/s-01/", "/S 01é/"), **{"API-Version": VERSION})
        assert echoed.json()["id"].startswith("/subscriptions/S 01é/resourceGroups/field/")
        assert any_hub.caller.get(f"/HUBS/{any_hub.name}/Manage/MODEL/Interactions/branchvisit/").status_code == 200

    def test_unknown_paths(self, any_hub: Hub) -> None:
        """What is none of ours is 404 in the same body."""
        for path in ("/", "/nothing", "/hubs", f"{any_hub.root}/nothing", "/subscriptions/s-01"):
            refused(any_hub.caller.get(path, **{"api-version": VERSION}), 404, "ResourceNotFound")

    def test_what_no_database_takes(self, hub: Hub) -> None:
        """A path or a parameter with the character U+0000 is refused alike on both engines."""
        for path in ("/predictions/a%00b", "/interactions/a%00b", "/interactions/a/operations/%00"):
            refused(hub.arm("GET", path), 400, "InvalidResourceName")
        refused(hub.arm("GET", "/views/Mine", params={"userId": "\x00"}), 400, "InvalidQueryOption")

    def test_behind_a_prefix_and_another_address(self, any_hub: Hub) -> None:
        """Absolute addresses are those by which the server is known outside."""
        with any_hub.firm.server.with_settings(public_url="https://own.example/interlog") as base:
            answer = Caller(any_hub.firm.server.http, base + PREFIX, any_hub.firm.token).get(
                any_hub.root, **{"api-version": VERSION}
            )
        assert answer.json()["properties"]["apiEndpoint"] == (
            f"https://own.example/interlog/customer-insights/hubs/{any_hub.name}"
        )

    def test_served_at_the_root(self, any_hub: Hub) -> None:
        """For clients that cannot carry a prefix."""
        with any_hub.firm.server.with_settings(root="customer-insights") as base:
            caller = Caller(any_hub.firm.server.http, base, any_hub.firm.token)
            assert caller.get(any_hub.root, **{"api-version": VERSION}).status_code == 200

    def test_an_address_of_its_own(self, any_hub: Hub) -> None:
        """Where there is a domain for them, each hub has an address of its own, which is what signatures are over."""
        root = any_hub.arm("GET", f"/authorizationPolicies/{auth.ROOT_POLICY}").json()["properties"]
        with any_hub.firm.server.with_settings(customer_insights_domain="hubs.example") as base:
            host = f"{any_hub.name}.api.hubs.example"
            token = {"Authorization": f"Bearer {any_hub.firm.token}", "Host": host.upper()}
            http = any_hub.firm.server.http
            found = http.get(f"{base}/manage/model/interactions/Meeting", headers=token)
            assert found.json()["typeName"] == "Meeting"
            assert http.get(f"{base}/data/Meetings", headers=token).status_code == 200
            assert http.get(f"{base}/", headers=token).headers["Content-Type"].startswith("text/html")
            other = http.get(f"{base}/manage/model/interactions", headers=token | {"Host": "x.api.hubs.example"})
            refused(other, 404, "ParentResourceNotFound")
            page = http.get(f"{base}/manage/model/interactions?$top=2", headers=token).json()
            link = page["nextLink"].replace(f"http://{host.upper()}", base)
            assert http.get(link, headers=token).status_code == 200
            expiry = str(int(time.time()) + 600)
            signature = base64.b64encode(auth.sign(root["primaryKey"].encode(), f"http://{host}/manage", expiry))
            sas = f"sig={quote(signature, safe='')}&se={expiry}&skn={auth.ROOT_POLICY}&sr={quote(f'http://{host}/manage')}"
            signed = {"Authorization": f"SharedAccessSignature {sas}", "Host": host}
            assert http.get(f"{base}/manage/model/interactions", headers=signed).status_code == 200
            refused(http.get(f"{base}/data/Meetings", headers=signed), 401, "InvalidAuthenticationToken")
            hub = Caller(http, base + PREFIX, any_hub.firm.token).get(any_hub.root, **{"api-version": VERSION})
            assert hub.json()["properties"]["apiEndpoint"] == f"http://{host}"


class TestVersions:
    """``api-version`` (12.7)."""

    @pytest.mark.parametrize("version", VERSIONS)
    def test_all_are_answered_alike(self, any_hub: Hub, version: str) -> None:
        """No answer depends on the version."""
        path = "/interactions/Meeting"
        assert any_hub.arm("GET", path, params={"api-version": version}).json() == any_hub.arm("GET", path).json()

    def test_hub_planes_need_none(self, any_hub: Hub) -> None:
        """There a missing version is the newest; an unknown one is refused all the same."""
        path = "/model/interactions/Meeting"
        assert any_hub.manage("GET", path).status_code == 200
        refused(any_hub.manage("GET", path, params={"api-version": "x"}), 400, "InvalidApiVersionParameter")

    def test_given_twice(self, any_hub: Hub) -> None:
        """The same parameter twice is tolerated with one value, and refused with two."""
        path = f"{any_hub.root}/interactions?api-version={VERSION}&api-version="
        assert any_hub.caller.get(path + VERSION).status_code == 200
        refused(any_hub.caller.get(path + "2017-01-01"), 400, "InvalidQueryOption")


class TestHead:
    """HEAD asks whether something exists (12.7)."""

    def test_says_whether_there_is_something(self, any_hub: Hub) -> None:
        """204 where there is, 404 where not; never a body."""
        for path, status in (("", 204), ("/interactions/Meeting", 204), ("/interactions/Nope", 404)):
            answer = any_hub.arm("HEAD", path)
            assert (answer.status_code, answer.content) == (status, b"")


class TestNoDelete:
    """Interaction types are not deleted (12.5)."""

    def test_405(self, any_hub: Hub) -> None:
        """405 names what there is."""
        any_hub.define("BranchVisit", BRANCH_VISIT)
        answer = any_hub.arm("DELETE", "/interactions/BranchVisit")
        refused(answer, 405, "MethodNotAllowed")
        assert answer.headers["Allow"] == "GET, HEAD, PUT"


class TestWaiting:
    """Long-running operations (12.6)."""

    @pytest.mark.covers("interactions.operation", "operations.get")
    @pytest.mark.parametrize("plane", ["arm", "manage"])
    def test_202_until_it_is_done(self, hub: Hub, plane: str) -> None:
        """202 with the resource and where to ask, 202 while it runs, then what it would have been at once."""
        path = "/interactions/BranchVisit" if plane == "arm" else "/model/interactions/BranchVisit"
        send = getattr(hub, plane)
        accepted = send("PUT", path, json=BRANCH_VISIT, headers={"Prefer": "respond-async"})
        assert accepted.status_code == 202
        location = accepted.headers["Location"]
        assert location.startswith(hub.caller.base)
        assert accepted.headers["Retry-After"] == "1"
        properties = accepted.json()["properties"] if plane == "arm" else accepted.json()
        assert properties["provisioningState"] == "Provisioning"

        def poll() -> httpx2.Response:
            return hub.caller.request("GET", location.removeprefix(hub.caller.base))

        running = poll()
        assert running.status_code == 202
        assert running.json() == accepted.json()
        assert running.headers["Location"] == location
        wait_until(lambda: poll().status_code != 202)
        done = poll()
        assert done.status_code == (200 if plane == "arm" else 201)
        assert done.json() == send("GET", path).json()

    def test_what_is_wrong_is_told_at_once(self, any_hub: Hub) -> None:
        """A definition that is refused is refused before anything is waited for."""
        answer = any_hub.arm("PUT", "/interactions/Odd", json={"fields": 5}, headers={"Prefer": "respond-async"})
        refused(answer, 400, "InvalidTypeDefinition")

    def test_an_unknown_operation(self, any_hub: Hub) -> None:
        """There is nothing to be asked about."""
        answer = any_hub.arm("GET", f"/interactions/Meeting/operations/{'0' * 32}")
        refused(answer, 404, "ResourceNotFound")

    def test_deletions(self, any_hub: Hub) -> None:
        """A deletion has no body, neither now nor in the end."""
        any_hub.arm("PUT", "/predictions/Churn", json={})
        accepted = any_hub.arm("DELETE", "/predictions/Churn", headers={"Prefer": "respond-async"})
        assert (accepted.status_code, accepted.content) == (202, b"")
        path = accepted.headers["Location"].removeprefix(any_hub.caller.base)
        wait_until(lambda: any_hub.caller.request("GET", path).status_code == 200)
        assert any_hub.caller.request("GET", path).content == b""


class TestLists:
    """Lists go on by a link (4.4)."""

    @pytest.mark.parametrize("plane", ["arm", "manage"])
    def test_every_entry_once(self, hub: Hub, plane: str) -> None:
        """In order of names, with links that carry the version, until the last page has none."""
        send = getattr(hub, plane)
        for number in range(34):
            hub.define(f"Type{number:02}", {})
        path = "/interactions" if plane == "arm" else "/model/interactions"
        first = send("GET", path).json()
        assert len(first["value"]) == 30
        names, url = [], f"{hub.caller.base}"
        answer = send("GET", path, params={"$top": "7"}).json()
        while True:
            names += [item["name"] if plane == "arm" else item["typeName"] for item in answer["value"]]
            assert len(answer["value"]) <= 7
            link = answer.get("nextLink")
            if link is None:
                break
            assert link.startswith(url)
            assert f"api-version={VERSION}" in link
            answer = hub.caller.request("GET", f"{link.removeprefix(url)}&api-version={VERSION}").json()
        prefix = f"{hub.name}/" if plane == "arm" else ""
        types = [f"Type{number:02}" for number in range(34)]
        own = ["Call", "CanvassVisit", "ChatMessage", "Email", "LoggedInteraction", "Meeting"]
        assert names == [prefix + name for name in sorted(own + types)]

    def test_generic_lists(self, hub: Hub) -> None:
        """Those of sub-resources go on alike."""
        for number in range(5):
            hub.arm("PUT", f"/predictions/P{number}", json={})
        page = hub.arm("GET", "/predictions", params={"$top": "3"}).json()
        rest = hub.caller.request("GET", page["nextLink"].removeprefix(hub.caller.base)).json()
        assert [item["name"] for item in page["value"] + rest["value"]] == [f"{hub.name}/P{n}" for n in range(5)]
        assert "nextLink" not in rest

    @pytest.mark.parametrize("token", ["x", "", "eyJ9", quote("é"), base64.b64encode(b'["links.list","a"]').decode()])
    def test_other_tokens(self, any_hub: Hub, token: str) -> None:
        """A token that the list has not given is refused."""
        refused(any_hub.arm("GET", "/interactions", params={"$skiptoken": token}), 400, "InvalidSkipToken")

    @pytest.mark.parametrize("top", ["-1", "x", "1.5", "9" * 20])
    def test_other_sizes(self, any_hub: Hub, top: str) -> None:
        """A size that is no whole number is refused."""
        refused(any_hub.arm("GET", "/interactions", params={"$top": top}), 400, "InvalidQueryOption")
        assert any_hub.arm("GET", "/interactions", params={"$top": "0"}).json() == {"value": []}


class TestSignatures:
    """Shared access signatures on the hub's planes (12.12)."""

    def sas(
        self, hub: Hub, *, policy: str = auth.ROOT_POLICY, key: str = "", scope: str = "", expiry: int | None = None
    ) -> dict[str, str]:
        """Return the header of a signature made with a policy's key."""
        resource = f"{hub.caller.base}/hubs/{hub.name}{scope}"
        until = str(expiry if expiry is not None else int(time.time()) + 600)
        signature = quote(base64.b64encode(auth.sign(key.encode(), resource, until)).decode(), safe="")
        text = f"sig={signature}&se={until}&skn={policy}&sr={quote(resource, safe='')}"
        return {"Authorization": f"SharedAccessSignature {text}"}

    def policy(self, hub: Hub, name: str, *permissions: str) -> dict[str, Any]:
        """Create a policy and return it with its keys."""
        answer = hub.arm("PUT", f"/authorizationPolicies/{name}", json={"permissions": list(permissions)})
        assert answer.status_code == 201, answer.text
        properties: dict[str, Any] = answer.json()["properties"]
        return properties

    @pytest.mark.covers(
        "authorizationPolicies.get",
        "authorizationPolicies.list",
        "authorizationPolicies.put",
        "authorizationPolicies.regeneratePrimaryKey",
        "authorizationPolicies.regenerateSecondaryKey",
    )
    def test_the_root_policy(self, hub: Hub) -> None:
        """Every hub has it; its keys do everything, until they are replaced."""
        root = hub.arm("GET", f"/authorizationPolicies/{auth.ROOT_POLICY}").json()
        assert root["type"] == "Microsoft.CustomerInsights/hubs/AuthorizationPolicies"
        assert root["properties"]["permissions"] == ["Read", "Write", "Manage"]
        listed = hub.arm("GET", "/authorizationPolicies").json()["value"]
        assert listed == [root]
        key = root["properties"]["primaryKey"]
        signed = self.sas(hub, key=key)
        assert hub.manage("GET", "/model/interactions", headers=signed).status_code == 200
        made = hub.manage("PUT", "/model/interactions/BranchVisit", headers=signed, json=BRANCH_VISIT)
        assert made.status_code == 201, made.text

        url = f"/authorizationPolicies/{auth.ROOT_POLICY}/regeneratePrimaryKey"
        renewed = hub.arm("POST", url)
        assert renewed.status_code == 200
        assert renewed.json()["properties"]["primaryKey"] != key
        second = renewed.json()["properties"]["secondaryKey"]
        assert second == root["properties"]["secondaryKey"]
        wait_until(lambda: hub.manage("GET", "/model/interactions", headers=signed).status_code == 401)
        assert hub.manage("GET", "/model/interactions", headers=self.sas(hub, key=second)).status_code == 200
        other = hub.manage("POST", f"/sas/policies/{auth.ROOT_POLICY}/regenerateSecondaryKey")
        assert other.json()["secondaryKey"] != second

    def test_all_four_ways_to_sign(self, any_hub: Hub) -> None:
        """The address as it is or encoded, the key as text or decoded (12.12)."""
        key = any_hub.arm("GET", f"/authorizationPolicies/{auth.ROOT_POLICY}").json()["properties"]["primaryKey"]
        resource, until = f"{any_hub.caller.base}/hubs/{any_hub.name}", str(int(time.time()) + 600)
        for signed in (resource, quote(resource, safe="")):
            for secret in (key.encode(), base64.b64decode(key)):
                signature = quote(base64.b64encode(auth.sign(secret, signed, until)).decode(), safe="")
                text = f"sig={signature}&se={until}&skn={auth.ROOT_POLICY}&sr={quote(resource, safe='')}"
                headers = {"Authorization": f"SharedAccessSignature-{text}"}
                assert any_hub.manage("GET", "/model/interactions", headers=headers).status_code == 200
                data = any_hub.caller.request("GET", f"/hubs/{any_hub.name}/data/", headers=headers)
                assert data.status_code == 200

    def test_what_a_policy_permits(self, hub: Hub) -> None:
        """To read is to GET on both planes; to write is to write instances; to define is to manage."""
        reader, writer = self.policy(hub, "reader", "Read"), self.policy(hub, "writer", "write")
        wait_until(
            lambda: (
                hub.manage(
                    "GET", "/model/interactions", headers=self.sas(hub, policy="reader", key=reader["primaryKey"])
                ).status_code
                == 200
            )
        )
        read = self.sas(hub, policy="reader", key=reader["secondaryKey"])
        write = self.sas(hub, policy="writer", key=writer["primaryKey"])
        path = "/model/interactions/BranchVisit"
        refused(hub.manage("PUT", path, headers=read, json=BRANCH_VISIT), 403, "AuthorizationFailed")
        refused(hub.manage("PUT", path, headers=write, json=BRANCH_VISIT), 403, "AuthorizationFailed")
        refused(hub.manage("GET", path, headers=write), 403, "AuthorizationFailed")
        refused(hub.manage("GET", "/sas/policies", headers=read), 403, "AuthorizationFailed")
        data = f"/hubs/{hub.name}/data/Interactions"
        refused(hub.caller.request("POST", data, headers=read, json={}), 403, "AuthorizationFailed")
        posted = hub.caller.request("POST", data, headers=write, json={"InteractionType": "Meeting"})
        assert posted.status_code == 202, posted.text
        assert hub.caller.request("GET", data, headers=read).status_code == 200

    def test_a_batch_is_checked_request_by_request(self, any_hub: Hub) -> None:
        """The batch needs a signature and no permission; what is in it needs the policy's, each for itself."""
        keys = {name: self.policy(any_hub, name, name)["primaryKey"] for name in ("Read", "Write", "Manage")}
        meeting = {"InteractionType": "Meeting"}
        inner = [
            {"id": "1", "method": "GET", "url": "Interactions"},
            {"id": "2", "method": "POST", "url": "Interactions", "body": meeting},
            {"id": "3", "method": "GET", "url": "$metadata"},
            {"id": "4", "method": "POST", "url": "Interactions", "body": {}, "headers": {"X-HTTP-Method": "GET"}},
            {"id": "5", "method": "POST", "url": "Interactions", "body": meeting, "atomicityGroup": "a"},
        ]
        path = f"/hubs/{any_hub.name}/data/$batch"
        options = {"json": {"requests": inner}, "timeout": 30}

        def statuses(policy: str) -> list[int]:
            headers = self.sas(any_hub, policy=policy, key=keys[policy]) | {"Prefer": "continue-on-error"}
            answer = any_hub.caller.request("POST", path, headers=headers, **options)
            assert answer.status_code == 200, answer.text
            for item in answer.json()["responses"]:
                if item["status"] == 403:
                    assert item["body"]["error"]["code"] == "AuthorizationFailed"
            return [item["status"] for item in answer.json()["responses"]]

        wait_until(lambda: any_hub.caller.request("POST", path, headers=self.sas(any_hub, policy="Read",
                   key=keys["Read"]), **options).status_code == 200)  # fmt: skip
        assert statuses("Write") == [403, 202, 403, 403, 202]
        assert statuses("Read") == [200, 403, 200, 200, 403]
        assert statuses("Manage") == [200, 202, 200, 200, 202]
        stored = any_hub.caller.get(f"/hubs/{any_hub.name}/data/Interactions/$count")
        assert stored.text == "4"
        forged = self.sas(any_hub, policy="Write", key=keys["Read"])
        refused(any_hub.caller.request("POST", path, headers=forged, **options), 401, "InvalidAuthenticationToken")

    def test_what_is_not_let_in(self, any_hub: Hub) -> None:
        """Expired, of an unknown policy, outside of what was signed, of another hub: 401."""
        root = any_hub.arm("GET", f"/authorizationPolicies/{auth.ROOT_POLICY}").json()["properties"]["primaryKey"]
        path = "/model/interactions"
        assert any_hub.manage("GET", path, headers=self.sas(any_hub, key=root, scope="/manage")).status_code == 200
        wrong = [
            self.sas(any_hub, key=root, expiry=1),
            self.sas(any_hub, key=root, policy="nobody"),
            self.sas(any_hub, key=root, scope="/data"),
            self.sas(any_hub, key="other"),
            self.sas(Hub(any_hub.firm.server.found()), key=root),
            {"Authorization": "SharedAccessSignature sig=x"},
        ]
        for headers in wrong:
            refused(any_hub.manage("GET", path, headers=headers), 401, "InvalidAuthenticationToken")
        own = self.sas(any_hub, key=root)
        refused(any_hub.arm("GET", "/interactions", headers=own), 401, "AuthenticationFailed")

    def test_bad_policies(self, any_hub: Hub) -> None:
        """Permissions are of three, keys are base64, names have letters at both ends."""
        for body in ({}, {"permissions": []}, {"permissions": ["Fly"]}, {"permissions": ["Read", "read"]},
                     {"permissions": ["Read"], "primaryKey": "!"}):  # fmt: skip
            refused(any_hub.arm("PUT", "/authorizationPolicies/a", json=body), 400, "InvalidTypeDefinition")
        for name in ("-a", "a-", "a" * 51, "a b"):
            answer = any_hub.arm("PUT", f"/authorizationPolicies/{name}", json={"permissions": ["Read"]})
            refused(answer, 400, "InvalidResourceName")


def test_budget_headers(any_hub: Hub) -> None:
    """The ARM plane tells what is left of the subscription's hour."""
    read = any_hub.arm("GET", "/interactions/Meeting")
    again = any_hub.arm("GET", "/interactions/Meeting")
    name = "x-ms-ratelimit-remaining-subscription-reads"
    assert int(again.headers[name]) == int(read.headers[name]) - 1
    written = any_hub.arm("PUT", "/predictions/P1", json={})
    assert int(written.headers["x-ms-ratelimit-remaining-subscription-writes"]) < 1_200
    assert name not in any_hub.manage("GET", "/model/interactions/Meeting").headers


def test_the_clients_own_id_is_logged(tmp_path: Path) -> None:
    """What a client calls its request stands in the log beside it (1.4)."""
    with interlog_process("--db", f"sqlite:///{tmp_path / 'own.db'}", "--log-format", "json") as served:
        path = f"{served.base}{PREFIX}/providers/Microsoft.CustomerInsights/operations"
        httpx2.get(path, headers={"x-ms-client-request-id": "nightly-7"}, trust_env=False, timeout=30)
        wait_until(lambda: "nightly-7" in served.log())
        (line,) = [json.loads(line) for line in served.log().splitlines() if "nightly-7" in line]
    assert (line["client_request"], line["status"], line["protocol"]) == ("nightly-7", 401, "customer-insights")
