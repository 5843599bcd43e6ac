"""The App Directory (spec 4)."""

import httpx2
import pytest

from tests.serving import RunningServer

from .conftest import Desk

PREFIXES = ("/fdc3", "/fdc3/appd", "/fdc3/api/appd", "/appd", "/api/appd")


def get(server: RunningServer, path: str, **headers: str) -> httpx2.Response:
    """Ask for a path as an agent in another page does: from another origin, without a token."""
    return server.http.get(server.base + path, headers={"Origin": "http://agent.example"} | headers)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("version", ["/v2", ""])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.covers("directory.list", "directory.get")
def test_every_place(any_server: RunningServer, prefix: str, version: str, slash: str) -> None:
    """The list and the record stand at every prefix, with and without a slash, for pages of any origin."""
    found = get(any_server, f"{prefix}{version}/apps{slash}")
    assert (found.status_code, found.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert found.headers["Content-Type"] == "application/json"
    body = found.json()
    assert (body["message"], [app["appId"] for app in body["applications"]]) == ("OK", ["interlog"])
    host = any_server.base.partition("//")[2]
    for name in ("interlog", f"interlog@{host}", f"interlog%40{host}", f"interlog@{host.partition(':')[0]}"):
        one = get(any_server, f"{prefix}{version}/apps/{name}{slash}")
        assert (one.status_code, one.json()) == (200, body["applications"][0])


def test_the_record(any_server: RunningServer) -> None:
    """The record leads to our page, and names each intent with all of its contexts."""
    record = get(any_server, "/fdc3/v2/apps/interlog").json()
    assert record["details"] == {"url": f"{any_server.base}/fdc3/app"}
    assert record["hostManifests"] == {"MorganStanley.fdc3-web": {"singleton": True}}
    listens = record["interop"]["intents"]["listensFor"]
    assert listens["CreateInteraction"] == {
        "displayName": "Create Interaction",
        "contexts": ["fdc3.interaction", "fdc3.contactList"],
        "resultType": "fdc3.transactionResult",
    }
    assert set(listens) >= {"ViewInteractions", "ViewProfile", "ViewContact", "ViewMessages", "CreateOrUpdateProfile"}
    assert "resultType" not in listens["ViewInteractions"]
    assert set(record["interop"]["intents"]["raises"]) == {"StartCall", "StartChat", "StartEmail", "ViewProfile"}
    icon = any_server.http.get(record["icons"][0]["src"])
    assert (icon.status_code, icon.headers["Content-Type"]) == (200, record["icons"][0]["type"])


def test_behind_a_proxy(any_server: RunningServer) -> None:
    """Where the public address is set, the record has it, and the id may have its host."""
    with any_server.with_settings(public_url="https://crm.example/interlog", fdc3_publisher="Own Ltd") as base:
        record = any_server.http.get(f"{base}/fdc3/v2/apps/interlog@crm.example").json()
    assert record["details"] == {"url": "https://crm.example/interlog/fdc3/app"}
    assert record["publisher"] == "Own Ltd"


@pytest.mark.parametrize("name", ["other", "interlog@elsewhere.example", "Interlog"])
def test_unknown_apps(any_server: RunningServer, name: str) -> None:
    """An unknown app is 404 in the form of the directory, and pages of other origins can read that too."""
    found = get(any_server, f"/fdc3/v2/apps/{name}")
    assert (found.status_code, found.headers["Access-Control-Allow-Origin"]) == (404, "*")
    assert found.json() == {"code": 404, "message": f"no app has the id {name}"}


def test_preflight(any_server: RunningServer) -> None:
    """A browser is told beforehand what pages may send."""
    for path in ("/fdc3/v2/apps", "/fdc3/v1/intents/CreateInteraction", "/fdc3/nowhere"):
        answer = any_server.http.request("OPTIONS", any_server.base + path)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert {"Authorization", "Content-Type"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))
        assert answer.headers["Access-Control-Max-Age"] == "600"


def test_kept(any_server: RunningServer) -> None:
    """What an agent has already is not sent again."""
    first = get(any_server, "/fdc3/v2/apps")
    assert first.headers["Cache-Control"] == "max-age=60"
    again = get(any_server, "/fdc3/v2/apps", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_with_a_token_only(any_desk: Desk) -> None:
    """Where the setting says so, the directory wants a token."""
    server = any_desk.firm.server
    with server.with_settings(fdc3_appd_auth="bearer") as base:
        refused = server.http.get(f"{base}/fdc3/v2/apps")
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert refused.json()["code"] == 401
        token = {"Authorization": f"Bearer {any_desk.firm.token}"}
        assert server.http.get(f"{base}/fdc3/v2/apps", headers=token).json()["message"] == "OK"


@pytest.mark.covers("directory.get_v1", "directory.search_v1")
def test_version_1(any_server: RunningServer) -> None:
    """Version 1 is answered too: one record, and a search by what it says."""
    record = get(any_server, "/fdc3/v1/apps/interlog").json()
    assert {"appId", "name", "manifest", "manifestType"} <= set(record)
    for query, count in [("", 1), ("?name=inter", 1), ("?intent_name=CreateInteraction&intent_context=fdc3.contact", 1),
                         ("?intent_name=StartCall", 0), ("?title=other", 0)]:  # fmt: skip
        found = get(any_server, f"/fdc3/v1/apps/search{query}").json()
        assert (len(found["applications"]), found["message"]) == (count, "OK")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/fdc3/v1/intents/CreateInteraction", {"context": None}, 400),
        ("/fdc3/v1/intents/CreateInteraction", {"context": {"type": 7}}, 400),
        ("/fdc3/v1/intents/CreateInteraction", [], 400),
        ("/fdc3/v1/intents/StartCall", {"context": {"type": "fdc3.contact", "id": {}}}, 404),
        ("/fdc3/nowhere", {}, 404),
    ],
)
def test_errors(any_desk: Desk, path: str, body: object, status: int) -> None:
    """What is no context, and what is nowhere, has the errors of the transport (spec 5.1)."""
    firm = any_desk.firm
    answer = firm.server.http.post(
        firm.server.base + path, json=body, headers={"Authorization": f"Bearer {firm.token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if status == 400:
        assert answer.json()["message"] == "MalformedContext"


def test_needs_a_token(any_desk: Desk) -> None:
    """Who raises an intent over HTTP says who he is; who may only read, creates nothing."""
    firm = any_desk.firm
    url = f"{firm.server.base}/fdc3/v1/intents/CreateInteraction"
    assert firm.server.http.post(url, json={}).status_code == 401
    reader = {"Authorization": f"Bearer {firm.token_of(firm.mia, 'fdc3:read')}"}
    from .conftest import SEED

    answer = firm.server.http.post(url, json={"context": SEED}, headers=reader).json()
    result = answer["intentResult"]["context"]
    assert (result["status"], result["interlog"]["code"]) == ("Failed", "Forbidden")
