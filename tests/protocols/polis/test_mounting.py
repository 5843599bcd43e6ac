"""Where the protocol is served, and what every refusal looks like before any handler is asked."""

import pytest

from interlog.model.canvassing.resources import root_organization
from tests.serving import Firm, RunningServer

from .conftest import refused


@pytest.mark.parametrize("path", ["/polis/v1/nowhere", "/polis/nowhere", "/v1/nowhere", "/v2/nowhere", "/polis"])
def test_unknown_paths_are_not_found(any_server: RunningServer, path: str) -> None:
    """Below the prefix and below the two versions at the root, an unknown path is this protocol's 404."""
    refused(any_server.http.get(any_server.base + path), 404, "NotFoundError")


def test_another_protocol_at_the_root_has_the_versions(any_server: RunningServer) -> None:
    """Where another protocol is served at the root, everything there is its own."""
    with any_server.with_settings(root="affinity") as base:
        assert "errors" in any_server.http.get(f"{base}/v2/persons").json()
        refused(any_server.http.get(f"{base}/polis/v2/nowhere"), 404, "NotFoundError")


def test_at_the_root(any_server: RunningServer) -> None:
    """Served at the root, the protocol answers there for paths without a version too."""
    with any_server.with_settings(root="polis") as base:
        for path in ("/nowhere", "/v1/nowhere", "/polis/nowhere"):
            refused(any_server.http.get(base + path), 404, "NotFoundError")


@pytest.mark.parametrize("path", ["/polis/v1/campaigns", "/polis/campaigns", "/v1/campaigns"])
def test_one_api_at_every_place(any_firm: Firm, path: str) -> None:
    """The same is answered below the prefix and at the root; addresses in answers lead to where one asked."""
    http, base = any_firm.server.http, any_firm.server.base
    headers = {"Authorization": f"Bearer {any_firm.token}"}
    found = http.get(base + path, headers=headers)
    assert [item["data"]["name"] for item in found.json()["data"]] == ["Recorded elsewhere"]
    data = found.json()["data"][0]["data"] | {"name": "Buses"}
    made = http.post(base + path, headers=headers, json={"data": data})
    place = path.rpartition("/campaigns")[0].removesuffix("/v1")
    assert made.headers["Location"] == f"{base}{place}/v1/campaigns/{made.json()['id']}"
    assert http.get(made.headers["Location"], headers=headers).json() == made.json()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "polis.own.example"},
        {"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "polis.own.example, inside:8080"},
        {"Forwarded": "proto=https;host=polis.own.example"},
    ],
)
def test_addresses_are_those_that_the_client_knows(any_firm: Firm, headers: dict[str, str]) -> None:
    """Behind a proxy, answers lead to where the proxy is."""
    api, place = any_firm.caller("/polis"), "https://polis.own.example/polis"
    body = {"data": {"name": "Ward 4", "organizationId": root_organization(any_firm.tenant)}}
    made = api.request("POST", "/v1/lists", json=body, headers=headers)
    assert made.headers["Location"] == f"{place}/v1/lists/{made.json()['id']}"
    changes = api.request("GET", "/v1/changes/lists", headers=headers)
    assert changes.headers["Link"].startswith(f"<{place}/v1/changes/lists?since=")


def test_paths_without_a_version_are_not_at_the_root(any_firm: Firm) -> None:
    """At the root of the server only what begins with a version is this protocol's, unless it is served there."""
    http, base = any_firm.server.http, any_firm.server.base
    headers = {"Authorization": f"Bearer {any_firm.token}"}
    assert http.get(f"{base}/contacts", headers=headers).status_code == 404
    with any_firm.server.with_settings(root="polis") as root:
        assert http.get(f"{root}/campaigns", headers=headers).status_code == 200
