"""Participants: found by references, also by those that come later, and seen by other protocols (spec 6.6, 8)."""

from typing import Any

import pytest

from tests.serving import Firm

from .bodies import HOUSEHOLD
from .data import REPAIR, VISIT, Data
from .test_reading import listed, refused

CUSTOMER = {
    "participantName": "Customer",
    "profileTypeName": "Contact",
    "participantPropertyReferences": [{"interactionPropertyName": "Who", "profilePropertyName": "ContactId"}],
}
HOME = {
    "participantName": "Home",
    "profileTypeName": "Household",
    "role": "Place",
    "participantPropertyReferences": [
        {"interactionPropertyName": "Street", "profilePropertyName": "Street"},
        {"interactionPropertyName": "HouseNumber", "profilePropertyName": "Number"},
    ],
}


def repairs(*participants: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a type of activities in which these take part."""
    names = [reference["interactionPropertyName"] for part in participants
             for reference in part["participantPropertyReferences"]]  # fmt: skip
    fields = [*REPAIR["fields"], *({"fieldName": name, "fieldType": "Edm.String"} for name in names)]
    return REPAIR | {"fields": fields, "participantProfiles": list(participants)} | more


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit (facts) and the profile type Household are defined."""
    client = Data(firm)
    client.define()
    client.define_profile("Household", HOUSEHOLD)
    return client


def participant(data: Data, name: str, path: str = "/BranchVisits") -> dict[str, Any]:
    """Return a participant of the only interaction of a set."""
    (item,) = listed(data, path, expand="Participants")["value"]
    found: dict[str, Any] = next(part for part in item["Participants"] if part["ParticipantName"] == name)
    return found


def test_participants_are_expanded(data: Data, firm: Firm) -> None:
    """Who took part, and the same below the interaction's own address."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    data.stored("/BranchVisits", VISIT | {"VisitorRef": str(ola.id), "ClerkRef": None})
    (item,) = listed(data, "/BranchVisits", expand="Participants")["value"]
    assert item["Participants"] == [
        {"ParticipantName": "Visitor", "Role": "Guest", "ProfileType": "Contact", "ProfileId": str(ola.id),
         "Primary": True, "Resolved": True}
    ]  # fmt: skip
    assert data.get("/BranchVisits('V-7')/Participants").json()["value"] == item["Participants"]
    assert refused(data, "/BranchVisits", expand="Nothing") == (400, "InvalidQueryOption")


def test_a_contact_that_nobody_knows_yet_is_met_under_its_id(data: Data) -> None:
    """A stub stands for it; posted later, it is the same contact, with its interactions (12.11)."""
    data.stored("/BranchVisits", VISIT | {"VisitorRef": "C-77"})
    contact = data.stored("/Contacts", {"ContactId": "C-77", "FirstName": "Ola"})
    assert contact["ProfileId"] == "C-77"
    found = data.get("/Contacts('C-77')/Interactions").json()["value"]
    assert [item["InteractionId"] for item in found] == ["V-7"]
    part = participant(data, "Visitor")
    assert (part["Resolved"], part["ProfileId"]) == (True, "C-77")


def test_an_interaction_waits_for_its_profile(data: Data) -> None:
    """Unresolved until a profile has the values; then it is listed under the profile."""
    data.define("Repair", repairs(HOME))
    body = {"Shop": "s", "Ticket": "1", "Street": "Elm St", "HouseNumber": "9"}
    data.stored("/Repairs", body)
    before = participant(data, "Home", "/Repairs")
    assert (before["Resolved"], "ProfileId" in before, before["Role"]) == (False, False, "Place")
    home = data.stored("/Households", {"Street": "Elm St", "Number": "9"})
    after = participant(data, "Home", "/Repairs")
    assert (after["Resolved"], after["ProfileId"]) == (True, home["ProfileId"])
    found = data.get(f"/Households('{home['ProfileId']}')/Interactions").json()["value"]
    assert [item["InteractionId"] for item in found] == ["s_1"]
    data.stored("/Repairs", body | {"Ticket": "2"})
    assert data.get(f"/Households('{home['ProfileId']}')/Interactions/$count").text == "2"


CALLER = {
    "participantName": "Caller",
    "profileTypeName": "Contact",
    "participantPropertyReferences": [{"interactionPropertyName": "From", "profilePropertyName": "Phone"}],
}


def test_values_that_are_no_key_find_whoever_alone_has_them(data: Data, firm: Firm) -> None:
    """A call names the contact with its number, before or after that comes; two with the number are counted (6.6)."""
    data.define("Repair", repairs(CALLER, attributes={"interlog.category": ["meeting"]}))
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "OpenedAt": "2026-03-04T09:00:00Z", "From": "+49 1"})
    assert participant(data, "Caller", "/Repairs")["Resolved"] is False
    zoe = data.stored("/Contacts", {"ContactId": "C-1", "FirstName": "Zoe", "Phone": "+49 1"})
    found = participant(data, "Caller", "/Repairs")
    assert (found["Resolved"], found["ProfileId"], "CandidateCount" in found) == (True, "C-1", False)
    assert data.get("/Contacts('C-1')/Interactions/$count").text == "1"
    (person,) = firm.caller("/affinity").get("/persons", term="Zoe").json()["persons"]
    march = {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-04-01T00:00:00Z"}
    events = firm.caller("/affinity").get("/interactions", type=0, person_id=person["id"], **march).json()["events"]
    assert len(events) == 1

    data.stored("/Contacts", {"ContactId": "C-2", "FirstName": "Ann", "Phone": "+49 1"})

    found = participant(data, "Caller", "/Repairs")
    assert (found["Resolved"], found["CandidateCount"], "ProfileId" in found) == (False, 2, False)
    assert data.get("/Contacts('C-1')/Interactions/$count").text == "0"
    assert data.send("/Contacts('C-1')", {"Phone": None}, "PATCH").status_code == 204
    assert participant(data, "Caller", "/Repairs")["ProfileId"] == "C-2"
    assert zoe["ProfileId"] == "C-1"


def test_participants_can_be_filtered_by(data: Data) -> None:
    """``Participants/any(p: p/ProfileId eq 'C-1')``."""
    for number in (1, 2):
        data.stored("/BranchVisits", VISIT | {"VisitKey": f"V-{number}", "VisitorRef": f"C-{number}", "ClerkRef": None})
    found = listed(data, "/BranchVisits", filter="Participants/any(p: p/ProfileId eq 'C-1')")["value"]
    assert [item["VisitKey"] for item in found] == ["V-1"]


def test_an_instance_of_a_type_with_a_category_is_listed_by_affinity(data: Data, firm: Firm) -> None:
    """``interlog.category: meeting`` makes it one of Affinity's meetings."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    attributes = {"interlog.category": ["meeting"]}
    data.define("Demo", repairs(CUSTOMER, apiEntitySetName="Demos", attributes=attributes))
    data.stored("/Demos", {"Shop": "s", "Ticket": "1", "OpenedAt": "2026-03-04T09:00:00Z", "Who": str(ola.id)})
    march = {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-04-01T00:00:00Z"}
    found = firm.caller("/affinity").get("/interactions", type=0, person_id=ola.id, **march)
    assert found.status_code == 200, found.text
    (item,) = found.json()["events"]
    assert item["title"] == "Repair"
    assert item["date"].startswith("2026-03-04T09:00:00")
    assert [person["id"] for person in item["persons"]] == [ola.id]


def test_a_text_that_another_protocol_changes_is_the_description(data: Data, firm: Firm) -> None:
    """What was logged here as a call has a note in Affinity; changed there, it is changed here."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    body = repairs(CUSTOMER, apiEntitySetName="Chats", attributes={"interlog.category": ["call"]})
    body["fields"].append({"fieldName": "Description", "fieldType": "Edm.String"})
    data.define("Chat", body)
    chat = {"Shop": "s", "Ticket": "1", "OpenedAt": "2026-03-04T09:00:00Z", "Who": str(ola.id), "Description": "first"}
    data.stored("/Chats", chat)
    affinity = firm.caller("/affinity")
    (note,) = affinity.get("/notes", person_id=ola.id).json()["notes"]
    assert note["content"] == "first"
    assert affinity.put(f"/notes/{note['id']}", content="second").status_code == 200
    found = data.get("/Chats('s_1')").json()
    assert (found["Description"], found["Version"]) == ("second", 2)
    assert data.send("/Chats('s_1')", {"Description": "third"}, "PATCH").status_code == 204
    assert affinity.get(f"/notes/{note['id']}").json()["content"] == "third"
