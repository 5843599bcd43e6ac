"""The generic client of Azure Resource Manager, as its users run it (spec 10.1)."""

from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.serving import Firm, RunningServer

from .bodies import BRANCH_VISIT, HOUSEHOLD
from .conftest import Hub
from .sdk import NAME, Preferring, async_client, client, over_tls

V = "2017-04-26"

pytestmark = pytest.mark.client

BODY = {"properties": {"idPropertyNames": ["VisitKey"],
                       "fields": [{"fieldName": "VisitKey", "fieldType": "Edm.String"}]}}  # fmt: skip


def script(resources: object, hub: str) -> None:
    """Run the script of the specification with the operations of a client."""
    call = getattr
    call(resources, "begin_create_or_update_by_id")(hub, {"location": "local"}, api_version=V).result()
    made = call(resources, "begin_create_or_update_by_id")(hub + "/interactions/BranchVisit", BODY, api_version=V)
    assert made.result().properties["provisioningState"] == "Succeeded"
    exists = call(resources, "check_existence_by_id")
    assert exists(hub + "/interactions/Nope", api_version=V) is False
    assert exists(hub + "/interactions/branchvisit", api_version=V) is True
    call(resources, "begin_create_or_update_by_id")(
        hub + "/profiles/Household", {"properties": HOUSEHOLD}, api_version=V
    ).result()
    assert exists(hub + "/profiles/Household", api_version=V) is True
    call(resources, "begin_delete_by_id")(hub + "/profiles/Household", api_version=V).result()
    assert exists(hub + "/profiles/Household", api_version=V) is False


@pytest.mark.covers("hubs.put", "interactions.put", "interactions.get", "profiles.put", "profiles.delete", by=NAME)
def test_the_script(hub: Hub) -> None:
    """It runs unchanged over plain http, with a policy that sends the token."""
    with client(hub.firm.server.base, hub.firm.token) as arm:
        script(arm.resources, hub.root)


def test_the_script_over_https(any_firm: Firm, any_server: RunningServer, tmp_path: Path) -> None:
    """With a certificate of one's own the SDK's own policy sends the token."""
    with (
        over_tls(any_server, tmp_path) as (base, authority),
        client(base, any_firm.token, authentication_policy=None, connection_verify=authority) as arm,
    ):
        script(arm.resources, Hub(any_firm).root)


@pytest.mark.covers("interactions.operation", "profiles.operation", by=NAME)
def test_the_script_while_it_waits(hub: Hub) -> None:
    """The same with answers that are to be asked for: the SDK follows the addresses it is given."""
    with client(hub.firm.server.base, hub.firm.token, per_call_policies=[Preferring()]) as arm:
        script(arm.resources, hub.root)


def test_a_definition_that_takes_longer(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the index is filled the resource says so, and the SDK asks for it until it is done."""
    monkeypatch.setattr("interlog.ledger.chores.PATIENCE", 0)
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 1.5)
    marked = {"fieldName": "VisitKey", "fieldType": "Edm.String", "attributes": {"interlog.index": ["true"]}}
    again = {"properties": BODY["properties"] | {"fields": [marked]}}
    with client(hub.firm.server.base, hub.firm.token) as arm:
        for body, asked in ((BODY, 0), (again, 1)):
            poller = arm.resources.begin_create_or_update_by_id(
                hub.root + "/interactions/BranchVisit", body, api_version=V
            )
            assert (poller.status() == "Provisioning") is bool(asked)
            assert poller.result().properties["provisioningState"] == "Succeeded"


async def test_the_script_asynchronously(any_firm: Firm) -> None:
    """The asynchronous client, at once and while it waits."""
    hub = Hub(any_firm).root
    for policies in ([], [Preferring()]):
        async with async_client(any_firm.server.base, any_firm.token, per_call_policies=policies) as arm:
            poller = await arm.resources.begin_create_or_update_by_id(hub, {"location": "local"}, api_version=V)
            await poller.result()
            poller = await arm.resources.begin_create_or_update_by_id(
                f"{hub}/interactions/BranchVisit", BODY, api_version=V
            )
            assert (await poller.result()).properties["provisioningState"] == "Succeeded"
            assert not await arm.resources.check_existence_by_id(hub + "/interactions/Nope", api_version=V)
            poller = await arm.resources.begin_create_or_update_by_id(
                f"{hub}/profiles/Household", {"properties": HOUSEHOLD}, api_version=V
            )
            await poller.result()
            await (await arm.resources.begin_delete_by_id(hub + "/profiles/Household", api_version=V)).result()
            assert not await arm.resources.check_existence_by_id(hub + "/profiles/Household", api_version=V)


@pytest.mark.covers("hubs.get", "hubs.patch", "hubs.resources", by=NAME)
def test_hubs(hub: Hub) -> None:
    """A hub is read, tagged, and listed among the resources of its group."""
    with client(hub.firm.server.base, hub.firm.token) as arm:
        arm.resources.begin_create_or_update_by_id(hub.root, {"location": "local"}, api_version=V).result()
        found = arm.resources.get_by_id(hub.root, api_version=V)
        assert found.name == hub.name
        assert found.type == "Microsoft.CustomerInsights/hubs"
        assert found.tags == {}
        arm.resources.begin_update_by_id(hub.root, {"tags": {"team": "field"}}, api_version=V).result()
        assert arm.resources.get_by_id(hub.root, api_version=V).tags == {"team": "field"}
        wanted = "resourceType eq 'Microsoft.CustomerInsights/hubs'"
        listed = list(arm.resources.list_by_resource_group("field", filter=wanted))
        assert [item.id for item in listed] == [hub.root]
        assert list(arm.resources.list_by_resource_group("field", filter="resourceType eq 'Other/things'")) == []
        assert list(arm.resources.list_by_resource_group("elsewhere")) == []


def test_get_modify_put(any_hub: Hub) -> None:
    """A definition that is read, changed and put back loses nothing, and gets a new version."""
    any_hub.define("BranchVisit", BRANCH_VISIT)
    id_ = any_hub.root + "/interactions/BranchVisit"
    with client(any_hub.firm.server.base, any_hub.firm.token) as arm:
        read = arm.resources.get_by_id(id_, api_version=V)
        same = arm.resources.begin_create_or_update_by_id(id_, read, api_version=V).result()
        assert same.properties == read.properties
        read.properties["fields"].append({"fieldName": "Till", "fieldType": "Edm.Int16"})
        changed = arm.resources.begin_create_or_update_by_id(id_, read, api_version=V).result()
        assert [field["fieldName"] for field in changed.properties["fields"]][-1] == "Till"
        assert changed.properties["displayName"] == BRANCH_VISIT["displayName"]
        assert same.properties["attributes"]["sys.schemaVersion"] == ["1-0-0"]
        assert changed.properties["attributes"]["sys.schemaVersion"] == ["1-0-1"]


def test_errors(any_hub: Hub) -> None:
    """What is refused arrives with its code and all details; what is missing as the SDK's own exception."""
    with client(any_hub.firm.server.base, any_hub.firm.token) as arm:
        with pytest.raises(ResourceNotFoundError):
            arm.resources.get_by_id(any_hub.root + "/interactions/Nope", api_version=V)
        wrong = {"properties": {"fields": [{"fieldName": "9"}], "idPropertyNames": ["x"]}}
        with pytest.raises(HttpResponseError) as refusal:
            arm.resources.begin_create_or_update_by_id(any_hub.root + "/interactions/Odd", wrong, api_version=V)
        assert refusal.value.error is not None
        assert refusal.value.error.code == "InvalidTypeDefinition"
        assert [detail.code for detail in refusal.value.error.details] == [
            "InvalidFieldName", "UnknownFieldType", "UnknownIdProperty",
        ]  # fmt: skip
    with client(any_hub.firm.server.base, "wrong") as arm, pytest.raises(HttpResponseError) as refusal:
        arm.resources.get_by_id(any_hub.root, api_version=V)
    assert refusal.value.error is not None
    assert refusal.value.error.code == "InvalidAuthenticationToken"
