"""The route table as the tests walk it: a world to ask about, and a request of every operation."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import httpx2

from interlog.model.canvassing.resources import customer_id, role_id, root_organization
from interlog.model.canvassing.statuses import status_group_id
from interlog.protocols.polis.operations import Body, Operation
from interlog.protocols.polis.table import OPERATIONS
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .people import household
from .setting_up import World, question

OWN, OTHERS = "Quokka", "Wombat"
"""Words in everything that a tenant has: an answer to one of them never holds the other's."""

UNKNOWN = "00000000-0000-4000-8000-000000000000"

TENANTS = tuple(operation for operation in OPERATIONS if not operation.is_open)
"""The operations for which one signs in."""

ROUTES = [(operation, path) for operation in TENANTS for _, path in operation.routes]
"""Each of them at every spelling of its path."""

_KINDS = {"contact": "contacts", "household": "households", "status": "statuses"}
"""What an id in a path belongs to whose name says it; ``{id}`` belongs to the segment before it."""


_IN_TIME = "startDate=2026-01-01&endDate=2026-12-31"


class Known(NamedTuple):
    """A tenant with one of everything: ids by kind, and the body that would make another one."""

    firm: Firm
    ids: Mapping[str, str]
    bodies: Mapping[str, dict[str, Any]]

    def caller(self, token: str | None = None, base: str | None = None) -> Caller:
        """Return a client of the tenant."""
        return self.firm.caller(PREFIX, token, base)


def known_world(server: RunningServer, word: str) -> Known:
    """Create a tenant whose every text holds the word."""
    firm = server.found(owner=("Mia", word, f"mia@{word.lower()}.example"))
    world = World(firm, firm.caller(PREFIX))
    root = world.root
    bodies: dict[str, dict[str, Any]] = {
        "campaigns": {"name": f"Campaign {word}", "status": "started", "organizationId": root},
        "lists": {"name": f"List {word}", "organizationId": root},
    }
    ids = {kind: world.create(f"/v1/{kind}", **bodies[kind])["id"] for kind in ("campaigns", "lists")}
    campaign = ids["campaigns"]
    bodies["surveys"] = {"name": f"Survey {word}", "campaignId": campaign, "questions": [question(text=word)]}
    ids["surveys"] = world.create("/v1/surveys", **bodies["surveys"])["id"]
    bodies |= {
        "segments": {
            "name": f"Segment {word}",
            "campaignId": campaign,
            "surveyId": ids["surveys"],
            "criteria": {"filter": "all", "clauses": [{"source": "1", "operator": "eq", "value": "1"}]},
        },
        "statuses": {
            "name": f"Status {word}",
            "icon": "faDog:solid",
            "iconColor": "#01B5D6",
            "pinColor": "#C8C8C8",
            "contactState": "come-back",
            "statusGroupId": status_group_id("Come Back"),
        },
        "turfs": {"name": f"Turf {word}", "campaignId": campaign},
        "contacts": {
            "listId": ids["lists"],
            "profile": {
                "name": {"first": "Ann", "last": word},
                "address": {"formatted": f"12 {word} Street"},
                "email": f"ann@client.{word.lower()}.example",
            },
            "fields": {},
        },
    }
    for kind in ("segments", "statuses", "turfs", "contacts"):
        ids[kind] = world.create(f"/v1/{kind}", **bodies[kind])["id"]
    bodies["walklists"] = {"name": f"Walk list {word}", "campaignId": campaign, "contactIds": [ids["contacts"]]}
    bodies["interactions"] = {
        "campaignId": campaign,
        "contactId": ids["contacts"],
        "timestamp": "2026-03-14T17:05:30.000Z",
        "survey": {"surveyId": ids["surveys"], "responses": {}},
        "unavailable": True,
        "unavailableReason": word,
    }
    for kind in ("walklists", "interactions"):
        ids[kind] = world.create(f"/v1/{kind}", **bodies[kind])["id"]
    assert world.api.put(f"/v1/campaigns/{campaign}/statuses/{ids['statuses']}").status_code == 201
    ids["status-groups"] = status_group_id("Successful")
    ids |= _others(world, ids, word)
    bodies |= _more_bodies(world, ids, word)
    for kind in ("organizations", "roles", "notes"):
        ids[kind] = world.create(f"/v1/{kind}", **bodies[kind])["id"]
    ben = firm.colleague("Ben", word)
    member = {"organizationId": ids["organizations"], "userId": ben.uuid, "status": "active"}
    reader = role_id(firm.tenant, "Canvasser")
    ids["memberships"] = world.create("/v1/memberships", **member, roleId=reader)["id"]
    bodies["memberships"] = member | {"userId": firm.mia.uuid, "roleId": reader, "status": "disabled"}
    world.api.get("/v1/users")  # whoever was made through the ledger is described when users are first listed
    return Known(firm, ids, bodies)


def _more_bodies(world: World, ids: Mapping[str, str], word: str) -> dict[str, dict[str, Any]]:
    """Return the data of what is made of persons, households and roles, and what else some operations ask for."""
    contact, home = ids["contacts"], ids["households"]
    link = {"contactId": contact, "householdId": home}
    return {
        "households": household("", word)["data"],
        "contact-households": link,
        "contact-household-lists": link,
        "contact-household-campaigns": {"statusId": ids["statuses"], "campaignId": ids["campaigns"]},
        "notes": {"contactId": contact, "text": word},
        "organizations": {"name": f"Organization {word}", "parentId": world.root},
        "users": {
            "email": f"new@{word.lower()}.example",
            "profile": {"name": {"anglican": {"given": "New", "surname": word}}},
        },
        "roles": {"name": f"Role {word}", "permissions": ["read@lists"]},
    }


def _others(world: World, ids: Mapping[str, str], word: str) -> dict[str, str]:
    """Return ids of what other resources brought along: the first that a list shows."""
    found = {}
    for operation in TENANTS:
        kind, verb = operation.name.split(".", 1)
        path = operation.routes[0][1]
        if verb == "list" and kind not in ids and not path_names(path):
            page = world.api.get(path, limit=1).json()["data"]
            found[kind] = page[0]["id"] if page else str(uuid4())
    return found


def path_names(path: str) -> list[str]:
    """Return the names of the parameters in a path."""
    return re.findall(r"{(\w+)}", path)


def kind_at(path: str, name: str) -> str:
    """Return what kind a parameter in a path names an object of."""
    return _KINDS.get(name) or path.partition(f"/{{{name}}}")[0].rpartition("/")[2]


class Sent(NamedTuple):
    """A request of one operation."""

    operation: Operation
    path: str
    in_path: dict[str, str]
    body: Any
    query: str = ""

    def but(self, name: str, value: str) -> "Sent":
        """Return the request with another value in its path."""
        return self._replace(in_path=self.in_path | {name: value})

    @property
    def filled(self) -> str:
        """The path with its parameters."""
        path = self.path
        for name, value in self.in_path.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def send(self, caller: Caller, query: str = "", **headers: str) -> httpx2.Response:
        """Send it."""
        query = query or self.query
        path = f"{self.filled}?{query}" if query else self.filled
        if self.body is None:
            return caller.request(self.operation.method, path, headers=headers)
        sent = {"Content-Type": "application/json"} | headers
        return caller.request(self.operation.method, path, headers=sent, content=json.dumps(self.body))


def asked(operation: Operation, path: str, known: Known) -> Sent:
    """Return a request of an operation about what the tenant has: mostly one that it would fulfil."""
    in_path = {name: known.ids.get(kind_at(path, name), UNKNOWN) for name in path_names(path)}
    if "resource" in in_path:
        in_path["resource"] = "lists"
    body: Any = None
    if operation.body is Body.PATCH:
        body = {"data": []}
    elif operation.body is Body.OBJECT:
        one = {"data": known.bodies.get(operation.resource, {})}
        if operation.resource == "households":
            one["customerId"] = customer_id(known.firm.tenant)
        body = one if not operation.name.endswith("_many") else {"data": [one]}
        if operation.name.endswith("patch_many"):
            body = {"data": [{"id": known.ids[operation.resource], "etag": "x", "data": []}]}
    query = ""
    if operation.name == "interactions.latest_by_canvasser":
        query = f"organizationId={root_organization(known.firm.tenant)}&{_IN_TIME}"
    elif operation.resource == "analytics":
        query = f"campaignId={known.ids['campaigns']}&{_IN_TIME}"
    return Sent(operation, path, in_path, body, query)


def name_of(value: Any) -> str:
    """Return a readable id of a test."""
    return value.name if isinstance(value, Operation) else str(value)
