"""What is logged through this protocol is seen through the others, and the other way round (spec 1.4)."""

import pytest

from interlog.model.instants import parse_moment
from interlog.model.interactions import Participant
from interlog.model.types import FieldDefinition, InteractionType, ParticipantSlot
from tests.protocols.polis.people import contact as voter_of
from tests.protocols.polis.people import profile
from tests.protocols.polis.setting_up import World, question

from .conftest import SEED, Desk
from .test_create import among, contact


def test_affinity_lists_the_seed(desk: Desk) -> None:
    """The seed's example is a chat message with both persons, and its description is the note's text."""
    number = int(desk.created()["id"]["URI"].rpartition("/")[2])
    affinity = desk.firm.caller("/affinity")
    found = affinity.get(f"/interactions/{number}", type=2).json()
    assert {person["primary_email"] for person in found["persons"]} == {"jane.doe@mail.com", "john.doe@mail.com"}
    assert found["date"].startswith("2022-02-10T15:12:00")
    assert affinity.get(f"/notes/{found['notes'][0]}").json()["content"] == SEED["description"]


@pytest.mark.parametrize(("called", "code"), [("Meeting", 0), ("Call", 1), ("Instant Message", 2), ("Email", 3)])
def test_affinity_lists_its_four_types(desk: Desk, called: str, code: int) -> None:
    """Each of the standard's types is one of Affinity's; anything else is none."""
    desk.created(interactionType="Site visit")
    number = int(desk.created(interactionType=called)["id"]["URI"].rpartition("/")[2])
    affinity = desk.firm.caller("/affinity")
    (jane,) = affinity.get("/persons", term="jane.doe@mail.com").json()["persons"]
    listed = []
    for kind, key in enumerate(("events", "events", "chat_messages", "emails")):
        answer = affinity.get(
            "/interactions", type=kind, person_id=jane["id"], start_time="2022-02-01", end_time="2022-03-01"
        )
        listed += [(item["id"], kind) for item in answer.json()[key]]
    assert listed == [(number, code)]


def test_customer_insights_lists_all(desk: Desk) -> None:
    """Each is in the entity set of its type; a label stands in a field."""
    hub = desk.firm.caller(f"/customer-insights/hubs/{desk.firm.tenant.name}/data")
    desk.created()
    desk.created(interactionType="Site visit")
    (message,) = hub.get("/ChatMessages").json()["value"]
    (logged,) = hub.get("/LoggedInteractions").json()["value"]
    assert message["Description"] == SEED["description"]
    assert logged["interactionType"] == "Site visit"


def test_others_are_contexts(desk: Desk) -> None:
    """What other protocols stored is an interaction with the standard's names, its persons and our ids."""
    firm = desk.firm
    ada = firm.person("Ada", "Byron", "ada@client.example")
    moment = parse_moment("2026-03-01T09:00:00Z")
    assert moment is not None
    at = moment.instant
    item = firm.log("Call", at, ada, Participant(firm.mia.id, "initiator"), body="Rates", title="Quick call")
    context = desk.raise_("interlog.GetInteraction", {"type": "fdc3.interaction", "id": {"INTERLOG": item.uuid}})
    assert context == {
        "type": "fdc3.interaction",
        "interactionType": "Call",
        "name": "Quick call",
        "description": "Rates",
        "timeRange": {"type": "fdc3.timeRange", "startTime": "2026-03-01T09:00:00Z"},
        "participants": among(contact("Ada Byron", email="ada@client.example")),
        "initiator": contact("Mia Kern", email="mia@own.example"),
        "id": {"INTERLOG": item.uuid, "URI": f"{desk.base}/interactions/{item.number}"},
    }


def test_a_type_of_ones_own_by_its_name(desk: Desk) -> None:
    """A type that a user defined takes interactions by its name or by what people call it, unless it demands more."""
    firm = desk.firm
    guests = (ParticipantSlot("guest"), ParticipantSlot("host", primary=True, many=False))
    visit = InteractionType(id=0, name="SiteVisit", display_name="Site visit", slots=guests, is_activity=True)
    strict = InteractionType(id=0, name="Audit", fields=(FieldDefinition("Result", required=True),), slots=guests)
    for type_ in (visit, strict):
        firm.server.run(firm.ledger.types.define(firm.actor, type_))
    for called, stored_as in (("site VISIT", "SiteVisit"), ("SiteVisit", "SiteVisit"), ("Audit", "LoggedInteraction")):
        context = desk.created(interactionType=called)
        item = firm.server.run(firm.ledger.known_as.uuid(firm.actor, context["id"]["INTERLOG"]))
        assert firm.tenant.types_by_id[item.type_id].name == stored_as
        roles = [part.role for part in item.participants]
        assert roles == (["guest", "guest", "host"] if stored_as == "SiteVisit" else ["attendee"] * 2 + ["initiator"])


def test_polis_lists_what_was_logged_with_a_contact(desk: Desk) -> None:
    """An interaction with a contact of a campaign stands among his visits; a visit of his is read as a context."""
    polis = desk.firm.caller("/polis")
    world = World(desk.firm, polis)
    campaign = world.campaign()["id"]
    survey = world.survey(campaign, questions=[question()])
    voter = world.create("/v1/contacts", **voter_of(world.list()["id"], profile=profile(email="john@snow.example")))
    stored = desk.created(participants=among(contact("John", email="john@snow.example")), description="Rides the 7")
    visit = polis.post(
        "/v1/interactions",
        data={
            "campaignId": campaign, "contactId": voter["id"], "timestamp": "2026-03-14T17:05:30.000Z",
            "survey": {"surveyId": survey["id"], "responses": {}}, "unavailable": False,
        },
    ).json()  # fmt: skip
    listed = polis.get("/v1/interactions", filter=f'/contactId eq "{voter["id"]}"').json()["data"]
    by_id = {item["id"]: item["data"] for item in listed}
    assert set(by_id) == {stored["id"]["INTERLOG"], visit["id"]}
    shown = by_id[stored["id"]["INTERLOG"]]
    assert shown["timestamp"] == "2022-02-10T15:12:00.000Z"
    assert shown["contactId"] == voter["id"]
    given = desk.raise_("interlog.GetInteraction", {"type": "fdc3.interaction", "id": {"INTERLOG": visit["id"]}})
    assert (given["interactionType"], given["timeRange"]["startTime"]) == ("Canvass visit", "2026-03-14T17:05:30Z")
    assert [item["id"]["email"] for item in given["participants"]["contacts"]] == ["john@snow.example"]
    assert given["initiator"]["id"]["email"] == "mia@own.example"
