"""A canvasser of an organization that shows only what is assigned sees only those contacts (spec 5.3)."""

from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from interlog.ledger.canvassing.founding import organization_data
from interlog.model.canvassing.permissions import CANVASSER
from interlog.model.canvassing.resources import ResourceDraft, role_id, root_organization
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused
from .people import contact
from .setting_up import World
from .setting_up import replace as replaced


class Street(NamedTuple):
    """Ben's client, and two contacts of which the first is assigned to him, with their households and notes."""

    ben: Caller
    list: str
    contacts: tuple[str, str]
    homes: tuple[str, str]
    notes: tuple[str, str]


@pytest.fixture
def street(firm: Firm, api: Caller, world: World) -> Street:
    """A campaign of the root organization, which shows canvassers only what is assigned to them."""
    list_ = world.list()["id"]
    campaign = world.campaign(lists=[{"listId": list_}])["id"]
    contacts = [world.create("/v1/contacts", **contact(list_, name))["id"] for name in ("Arya", "Bran")]
    homes = [api.get(f"/v2/contacts/{id_}").json()["data"]["primaryHouseholdId"] for id_ in contacts]
    notes = [world.create("/v2/notes", contactId=id_, text="X")["id"] for id_ in contacts]
    ben = firm.colleague("Ben")
    resources, root = firm.ledger.resources, root_organization(firm.tenant)
    hidden = organization_data(firm.tenant, root, "All") | {"viewUnassignedData": False}
    firm.server.run(
        resources.amend(firm.actor, "organizations", root, lambda read: replace(read, data=read.data | hidden))
    )
    data: dict[str, Any] = {"organizationId": root, "userId": ben.uuid, "status": "active"}
    data["roleId"] = role_id(firm.tenant, CANVASSER.name)
    firm.server.run(resources.create(firm.actor, ResourceDraft(kind="memberships", data=data)))
    world.create("/v1/walklists", campaignId=campaign, assignedTo=ben.uuid, contactIds=contacts[:1])
    caller = firm.caller(PREFIX, firm.token_of(ben))
    return Street(caller, list_, (contacts[0], contacts[1]), (homes[0], homes[1]), (notes[0], notes[1]))


def test_what_is_not_assigned_is_not_there(street: Street) -> None:
    """Neither in lists nor alone, nor what hangs on it: as if it were not there."""
    ben, (arya, bran) = street.ben, street.contacts
    for version in (1, 2):
        assert [arya] == [item["id"] for item in ben.get(f"/v{version}/contacts").json()["data"]]
        assert ben.get(f"/v{version}/contacts/{arya}").status_code == 200
        refused(ben.get(f"/v{version}/contacts/{bran}"), 404, "NotFoundError")
        body = {"data": [{"op": "add", "path": "/notes", "value": "x"}]}
        refused(ben.request("PATCH", f"/v{version}/contacts/{bran}", json=body), 404, "NotFoundError")
    items = [{"id": id_, "etag": "x", "data": [replaced("/notes", "x")]} for id_ in (arya, bran)]
    errors = ben.request("PATCH", "/v1/contacts/bulk", json={"data": items}).json()["errors"]
    assert [error["name"] for error in errors] == ["ConcurrencyError", "NotFoundError"]
    assert ben.get(f"/v2/contacts/{arya}/households").status_code == 200
    refused(ben.get(f"/v2/contacts/{bran}/households"), 404, "NotFoundError")
    rows = ben.get(f"/v1/lists/{street.list}/contact-households").json()["data"]
    assert [arya] == [row["data"]["contactId"] for row in rows]
    refused(ben.get(f"/v1/lists/{street.list}/contact-households/{bran}"), 404, "NotFoundError")
    refused(ben.put(f"/v1/lists/{street.list}/contacts/{bran}/households/{street.homes[1]}"), 404, "NotFoundError")
    assert [street.notes[0]] == [item["id"] for item in ben.get("/v2/notes").json()["data"]]
    refused(ben.get(f"/v2/notes/{street.notes[1]}"), 404, "NotFoundError")
    refused(ben.post("/v2/notes", data={"contactId": bran, "text": "x"}), 404, "NotFoundError")
    assert [arya] == [item["id"] for item in ben.get("/v1/changes/contacts").json()["data"]]
