"""Who may do and see what (spec 5.2, 5.3): every role against every operation, every list through everybody's eyes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from interlog.model.canvassing.permissions import ADMINISTRATOR, BUILT_IN_ROLES, CANVASSER, MANAGER
from interlog.model.canvassing.resources import ResourceDraft, catch_all_campaign, nil_survey, role_id
from interlog.model.parties import Person
from interlog.model.tenancy import UserRole
from interlog.protocols.polis.operations import Operation
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .people import profile
from .routes import OWN, TENANTS, UNKNOWN, Known, asked, known_world, name_of
from .setting_up import World

VERBS = {"r": "read", "i": "insert", "m": "modify", "d": "destroy"}

SPEC = """
interactions contacts                                                   | rim  | rimd
lists walklists walklist-share-requests households addresses            | rim  | rimd
contact-households contact-household-lists contact-household-campaigns  | rim  | rimd
notes field-sets                                                        | rim  | rimd
answers answer-option                                                   | rimd | rimd
campaigns                                                               | rm   | rimd
surveys segments questions question-options statuses status-campaign    | r    | rimd
turfs organizations                                                     | r    | rimd
turf-assignments                                                        | ri   | rimd
memberships                                                             | ri   | rimd
invitations                                                             | rm   | rimd
payments                                                                | im   | rimd
integrations                                                            | r    | rimd
imports import-configs exports integration-request join-requests        |      | rimd
roles user-roles authentications customers status-groups                | r    | r
users                                                                   | r    | rm
user-credentials                                                        |      | rm
security-groups                                                         |      | ri
analytics::doors-knocked                                                | r    | r
analytics::responses unassigned-turf-data                               |      | r
"""
"""The table of the specification: what a Canvasser and what a Manager may do, with the wider of both versions."""


def _permissions(column: int) -> set[str]:
    rows = [[cell.strip() for cell in line.split("|")] for line in SPEC.strip().splitlines()]
    return {f"{VERBS[letter]}@{name}" for row in rows for name in row[0].split() for letter in row[column]}


RESOURCES = {permission.partition("@")[2] for permission in _permissions(2)}
EVERYTHING = {f"{verb}@{resource}" for verb in VERBS.values() for resource in RESOURCES}

ALLOWED: Mapping[str, set[str]] = {
    "Canvasser": _permissions(1),
    "Manager": _permissions(2),
    "Administrator": EVERYTHING,
    "viewer": {permission for permission in EVERYTHING if permission.startswith("read@")},
    "invited": _permissions(2),
    "disabled": set(),
}
"""By who asks: a member with one of the roles, one who only reads in the tenant, one who has not accepted yet and is a
member of the tenant until then, and one who may not act any more."""

METHODS = {"GET": "read", "POST": "insert", "PUT": "insert", "PATCH": "modify", "DELETE": "destroy"}


@pytest.fixture(scope="module")
def known(server: RunningServer) -> Known:
    """A tenant with one of everything."""
    return known_world(server, OWN)


@pytest.fixture(scope="module")
def callers(known: Known) -> Mapping[str, Caller]:
    """Who asks."""
    firm = known.firm
    found = {}
    for role in BUILT_IN_ROLES:
        person = firm.colleague(role.name)
        _join(firm, person, known.ids["organizations"], role.name)
        found[role.name] = known.caller(firm.token_of(person))
    found["viewer"] = known.caller(firm.token_of(firm.colleague("Vera", role=UserRole.VIEWER)))
    for status in ("invited", "disabled"):
        person = firm.colleague(status)
        _join(firm, person, known.ids["organizations"], "Canvasser", status=status)
        found[status] = known.caller(firm.token_of(person))
    return found


def _join(firm: Firm, person: Person, organization: str, role: str, *, status: str = "active") -> str:
    """Make somebody a member of an organization, and return the membership's id."""
    data = {
        "organizationId": organization,
        "userId": person.uuid,
        "roleId": role_id(firm.tenant, role),
        "status": status,
        "notifications": {"dailySummary": True},
    }
    draft = ResourceDraft(kind="memberships", data=data, natural=f"{organization}:{person.uuid}")
    return firm.server.run(firm.ledger.resources.create(firm.actor, draft)).resource.id


def test_the_roles_have_the_permissions_of_the_specification() -> None:
    """Each of the table, no other; an administrator has all of them, and may import."""
    assert set(CANVASSER.permissions) == ALLOWED["Canvasser"]
    assert set(MANAGER.permissions) == ALLOWED["Manager"]
    assert set(ADMINISTRATOR.permissions) == EVERYTHING | {"import"}


@pytest.mark.parametrize("operation", TENANTS, ids=name_of)
def test_an_operation_asks_for_a_permission_that_there_is(operation: Operation) -> None:
    """Its verb is that of the method, unless it changes what is there by a POST; only one asks inside."""
    if operation.permission is None:
        assert operation.name in ASKS_INSIDE
        return
    verb, _, resource = operation.permission.partition("@")
    assert operation.permission in EVERYTHING
    assert verb == METHODS[operation.method] or (verb, operation.method) == ("modify", "POST")
    assert resource in BELOW.get(operation.resource, {operation.resource})


ASKS_INSIDE = {"changes.get", "users.me", "users.patch"}
"""Operations that ask for no permission, or for one that depends on what they are about."""

BELOW = {
    "campaigns": {"campaigns", "surveys", "status-campaign", "contact-household-campaigns"},
    "analytics": {"analytics::doors-knocked", "analytics::responses"},
    "memberships": {"memberships", "user-credentials"},
}
"""By what operations are named after, what they may be about."""


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("operation", [o for o in TENANTS if o.permission is not None], ids=name_of)
def test_a_role_may_do_what_the_table_says(
    known: Known, callers: Mapping[str, Caller], operation: Operation, role: str
) -> None:
    """What the table does not grant is refused, and named; what it grants is answered by what the request deserves."""
    for _, path in operation.routes:
        sent = asked(operation, path, known)
        sent = sent._replace(in_path=dict.fromkeys(sent.in_path, UNKNOWN), body=None if sent.body is None else {})

        response = sent.send(callers[role])

        assert response.status_code < 500, response.text
        lacking = response.json().get("data") if response.status_code == 403 else None
        if operation.permission in ALLOWED[role]:
            assert response.status_code != 403, response.text
        elif role == "viewer" and operation.writes:
            assert response.status_code == 403
        else:
            assert lacking == {"permission": operation.permission}, response.text


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("resource", ["interactions", "lists", "surveys"])
def test_changes_ask_for_the_right_to_read(callers: Mapping[str, Caller], role: str, resource: str) -> None:
    """The feed of changes shows nothing that the list would not."""
    response = callers[role].get(f"/v1/changes/{resource}")
    assert response.status_code == (200 if f"read@{resource}" in ALLOWED[role] else 403)


# Rows


class Ward(NamedTuple):
    """An organization with one of everything: ids by kind."""

    organization: str
    ids: Mapping[str, str]


class Town(NamedTuple):
    """A tenant with organizations: a ward, a block below it, and another ward."""

    world: World
    wards: Mapping[str, Ward]

    def caller(self, ward: str, role: str = "Manager") -> Caller:
        """Return a client of a new member of a ward."""
        firm = self.world.firm
        person = firm.colleague(f"{role}-{ward}-{len(firm.server.run(firm.ledger.tenants.users(firm.tenant)))}")
        _join(firm, person, self.wards[ward].organization, role)
        return firm.caller(PREFIX, firm.token_of(person))


LISTED = sorted(
    {o.resource for o in TENANTS if o.name.endswith(".list") and not o.name.startswith("contact-household")}
)
"""Everything that has a list of its own."""

OPEN = {"statuses", "status-groups", "roles", "households", "users"}
"""What belongs to no organization."""

OWNED = ["campaigns", "contacts", "integrations", "interactions", "lists", "memberships", "notes", "organizations",
         "segments", "surveys", "turfs", "walklists"]  # fmt: skip
"""What belongs to an organization."""


@pytest.fixture(scope="module")
def town(server: RunningServer) -> Town:
    """The organizations; the ward above the block comes first."""
    firm = server.found()
    world = World(firm, firm.caller(PREFIX))
    world.campaign()  # the tenant is founded
    organizations = {}
    for name, above in (("ward", None), ("block", "ward"), ("other", None)):
        data = {"name": name} | ({"parentId": organizations[above]} if above is not None else {})
        draft = ResourceDraft(kind="organizations", data=data)
        organizations[name] = firm.server.run(firm.ledger.resources.create(firm.actor, draft)).resource.id
    return Town(world, {name: _ward(world, id_) for name, id_ in organizations.items()})


def _ward(world: World, organization: str) -> Ward:
    campaign = world.campaign(organizationId=organization)["id"]
    list_ = world.list(organizationId=organization)["id"]
    survey = world.survey(campaign)["id"]
    contact = world.contact(list_)["id"]
    ids = {"campaigns": campaign, "lists": list_, "surveys": survey, "contacts": contact}
    ids["segments"] = world.segment(campaign, survey)["id"]
    for kind, data in (("walklists", {"name": "Walk"}), ("turfs", {"name": "Turf"})):
        ids[kind] = world.create(f"/v1/{kind}", campaignId=campaign, **data)["id"]
    ids["interactions"] = _visit(world.api, campaign, contact, survey)
    ids["notes"] = world.create("/v2/notes", contactId=contact, text="Rings twice")["id"]
    ids["organizations"] = organization
    firm = world.firm
    ids["memberships"] = _join(firm, firm.colleague(f"Mo-{organization}"), organization, "Canvasser")
    application, _ = firm.server.run(
        firm.ledger.applications.create(firm.actor, "Partner", callback="https://partner.example/")
    )
    credentials = {"clientId": application.client_id, "organizationId": organization, "accessToken": "x"}
    ids["integrations"] = world.create("/v1/integrations/credentials", **credentials)["id"]
    return Ward(organization, ids)


def _visit(api: Caller, campaign: str, contact: str, survey: str) -> str:
    data = {
        "campaignId": campaign, "contactId": contact, "survey": {"surveyId": survey}, "unavailable": True,
        "timestamp": "2026-03-14T17:05:30Z",
    }  # fmt: skip
    response = api.post("/v1/interactions", data=data)
    assert response.status_code == 201, response.text
    made: str = response.json()["id"]
    return made


def _listed(api: Caller, path: str, kind: str, town: Town) -> set[str]:
    response = api.get(path, limit=2**53 - 1)
    assert response.status_code == 200, response.text
    found = {item["id"] for item in response.json()["data"]}
    return found & {ward.ids[kind] for ward in town.wards.values()}


def test_every_list_is_looked_at() -> None:
    """A kind that gets a list is either in the world of these tests, or belongs to everybody."""
    assert sorted(set(LISTED) - OPEN) == OWNED


@pytest.mark.parametrize(
    ("member", "sees"),
    [("ward", {"ward", "block"}), ("block", {"block"}), ("other", {"other"})],
)
@pytest.mark.parametrize("kind", OWNED)
def test_a_list_shows_the_rows_of_ones_organizations(town: Town, kind: str, member: str, sees: set[str]) -> None:
    """Those of the organization and of all below it; the others are not there for anything that names them."""
    api = town.caller(member)
    operation = next(o for o in TENANTS if o.name == f"{kind}.list")
    for _, path in operation.routes:
        assert _listed(api, path, kind, town) == {town.wards[name].ids[kind] for name in sees}
        assert _listed(town.world.api, path, kind, town) == {ward.ids[kind] for ward in town.wards.values()}
        for name, ward in town.wards.items():
            item = f"{path}/{ward.ids[kind]}"
            assert api.get(item).status_code == (200 if name in sees else 404)
            if name not in sees:
                before = town.world.api.get(item).json()
                assert api.request("PATCH", item, json={"data": []}).status_code == 404
                assert api.request("PATCH", item, json={"data": [{"op": "remove", "path": "/x"}]}).status_code == 404
                assert api.delete(item).status_code == 404
                assert api.request("DELETE", item, headers={"ETag": "x"}).status_code == 404
                assert town.world.api.get(item).json() == before


@pytest.mark.parametrize("kind", ["campaigns", "contacts", "interactions", "lists", "segments", "surveys"])
def test_what_is_hidden_is_refused_as_if_it_were_not_there(town: Town, kind: str) -> None:
    """Neither its id nor a reference to it tells that it exists."""
    api, hidden = town.caller("ward"), town.wards["other"].ids
    own = town.wards["ward"].ids
    references: Mapping[str, Callable[[], dict[str, Any]]] = {
        "campaigns": lambda: {"name": "x", "campaignId": hidden["campaigns"], "questions": []},
        "surveys": lambda: {
            "name": "x", "campaignId": own["campaigns"], "surveyId": hidden["surveys"],
            "criteria": {"filter": "any", "clauses": [{"source": "1", "operator": "eq", "value": "1"}]},
        },
        "lists": lambda: {"listId": hidden["lists"], "profile": profile(), "fields": {}},
        "contacts": lambda: {"name": "x", "campaignId": own["campaigns"], "contactIds": [hidden["contacts"]]},
    }  # fmt: skip
    paths = {"campaigns": "surveys", "surveys": "segments", "lists": "contacts", "contacts": "walklists"}
    if kind in references:
        response = api.post(f"/v1/{paths[kind]}", data=references[kind]())
        assert response.status_code == 400, response.text
        assert {problem["type"] for problem in response.json()["data"]} >= {"any.ref"}
    body = {"id": hidden[kind], "data": {"name": "x", "organizationId": town.wards["ward"].organization}}
    if kind in ("lists", "campaigns"):
        taken = api.request("POST", f"/v1/{kind}", json=body | {"data": body["data"] | {"status": "started"}})
        assert taken.status_code in (400, 409)
        assert hidden[kind] not in taken.text


def test_a_canvasser_sees_what_is_assigned_to_him_where_the_organization_says_so(server: RunningServer) -> None:
    """Without ``viewUnassignedData``: the contacts of his walk lists and turfs, and his own visits."""
    firm = server.found()
    world = World(firm, firm.caller(PREFIX))
    world.campaign()  # the tenant is founded
    draft = ResourceDraft(kind="organizations", data={"name": "strict", "viewUnassignedData": False})
    organization = firm.server.run(firm.ledger.resources.create(firm.actor, draft)).resource.id
    ward = _ward(world, organization)
    campaign, survey = ward.ids["campaigns"], ward.ids["surveys"]
    contacts = [world.contact(ward.ids["lists"], name={"first": name, "last": "x"})["id"] for name in ("A", "B")]
    cara, cleo = firm.colleague("Cara"), firm.colleague("Cleo")
    for person in (cara, cleo):
        _join(firm, person, organization, "Canvasser")
    world.create("/v1/walklists", name="hers", campaignId=campaign, assignedTo=cara.uuid, contactIds=contacts[:1])
    hers, others = firm.caller(PREFIX, firm.token_of(cara)), firm.caller(PREFIX, firm.token_of(cleo))
    visit = _visit(hers, campaign, contacts[0], survey)

    everything = [*contacts, ward.ids["contacts"], ward.ids["interactions"], visit]

    def seen(api: Caller) -> list[str]:
        found = [item["id"] for kind in ("contacts", "interactions") for item in api.get(f"/v1/{kind}").json()["data"]]
        one_by_one = [
            id_ for id_ in everything for kind in ("contacts", "interactions")
            if api.get(f"/v1/{kind}/{id_}").status_code == 200
        ]  # fmt: skip
        assert sorted(one_by_one) == sorted(found)
        return sorted(found)

    assert seen(hers) == sorted([contacts[0], visit])
    assert seen(others) == []
    assert seen(world.api) == sorted(everything)


def test_a_token_acts_in_the_organization_that_it_is_bound_to(town: Town) -> None:
    """The role there counts, whatever the user is elsewhere."""
    firm = town.world.firm
    person = firm.colleague("Mona")
    _join(firm, person, town.wards["ward"].organization, "Manager")
    _join(firm, person, town.wards["other"].organization, "Canvasser")

    async def token(organization: str) -> str:
        users = await firm.ledger.tenants.users(firm.tenant)
        user = next(user for user in users if user.person_id == person.id)
        text, _ = await firm.ledger.access.create_token(firm.actor, user, organization=organization)
        return text

    for ward, status in (("ward", 404), ("other", 403)):
        api = firm.caller(PREFIX, firm.server.run(token(town.wards[ward].organization)))
        assert api.delete(f"/v1/campaigns/{UNKNOWN}").status_code == status


def test_what_everybody_has_is_everybodys(town: Town) -> None:
    """Rows of the root organization are seen in every organization."""
    api, tenant = town.caller("block"), town.world.firm.tenant
    assert api.get(f"/v1/campaigns/{catch_all_campaign(tenant)}").status_code == 200
    assert api.get(f"/v1/surveys/{nil_survey(tenant)}").status_code == 200
