"""Profiles through the data plane: contacts, organizations and types that users define (spec 6.1, 6.7)."""

from typing import Any

import pytest

from tests.serving import Firm

from .bodies import HOUSEHOLD
from .data import Data, details_of, error_of


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which the profile type Household is defined: its door is its key."""
    client = Data(firm)
    client.define_profile("Household", HOUSEHOLD)
    return client


DOOR = {"Street": "Elm St", "Number": "9"}


def test_a_profile_is_stored_and_found_by_every_key(data: Data) -> None:
    """202 with its ProfileId, then by that or by the values of its strong id."""
    answer = data.send("/Households", DOOR | {"Size": 3, "Note": None})
    assert answer.status_code == 202, answer.text
    stored = answer.json()
    assert stored["@odata.context"] == f"{data.base}/$metadata#Households/$entity"
    assert (stored["Street"], stored["Number"], stored["Size"], "Note" in stored) == ("Elm St", "9", 3, False)
    assert stored["LastModifiedTimestamp"].endswith("Z")
    for path in (
        f"/Households('{stored['ProfileId']}')",
        "/Households(Street='Elm St',Number='9')",
        "/households(Number = '9', street = 'Elm St')",
        f"/Households(ProfileId='{stored['ProfileId']}')",
    ):
        answer = data.get(path)
        assert answer.status_code == 200, path
        assert answer.json()["Size"] == 3
    assert error_of(data.get("/Households('none')")) == (404, "ResourceNotFound")
    assert error_of(data.get("/Households(Street='Elm St',Number='10')")) == (404, "ResourceNotFound")
    assert error_of(data.get("/Households(Colour='red')")) == (400, "InvalidRequestContent")


def test_a_profile_may_choose_its_id(data: Data) -> None:
    """The body's ProfileId, else the first complete strong id."""
    assert data.stored("/Households", {"ProfileId": "H-1"} | DOOR)["ProfileId"] == "H-1"
    assert data.stored("/Households", {"ProfileId": 7, "Street": "a", "Number": "b_c"})["ProfileId"] == "7"
    assert data.stored("/Households", {"Street": "x", "Number": "1"})["ProfileId"] == "1_x"
    answer = data.send("/Households", {"Street": "only"})
    assert error_of(answer) == (400, "MissingKey")


def test_the_same_profile_again_is_merged(data: Data) -> None:
    """Found by any key; null clears; what is not given stays."""
    id_ = data.stored("/Households", DOOR | {"Size": 3, "Garden": True})["ProfileId"]
    merged = data.stored("/Households", DOOR | {"Size": 4, "Garden": None})
    assert (merged["ProfileId"], merged["Size"], "Garden" in merged) == (id_, 4, False)
    again = data.stored("/Households", {"ProfileId": id_, "Size": 4})
    assert again["LastModifiedTimestamp"] == merged["LastModifiedTimestamp"]
    assert again["Street"] == "Elm St"


def test_keys_of_two_profiles_are_a_conflict(data: Data, firm: Firm) -> None:
    """409 StrongIdConflict with both ids."""
    first = data.stored("/Households", {"ProfileId": "A"} | DOOR)
    data.stored("/Households", {"ProfileId": "B", "Street": "x", "Number": "1"})
    rows = firm.rows()
    answer = data.send("/Households", {"ProfileId": "B"} | DOOR)
    assert error_of(answer) == (409, "StrongIdConflict")
    assert {target for target, _ in details_of(answer)} == {first["ProfileId"], "B"}
    assert firm.rows() == rows


def test_a_profile_is_changed_by_patch(data: Data) -> None:
    """204 or the representation; its id stays; its version can be named."""
    data.stored("/Households", {"ProfileId": "H"} | DOOR)
    answer = data.send("/Households('H')", {"Size": 5}, "PATCH")
    assert (answer.status_code, answer.content) == (204, b"")
    answer = data.send("/Households(Street='Elm St',Number='9')", {"Number": "10"}, "PATCH",
                       Prefer="return=representation")  # fmt: skip
    assert (answer.status_code, answer.json()["Number"], answer.json()["Size"]) == (200, "10", 5)
    assert data.get("/Households(Street='Elm St',Number='10')").json()["ProfileId"] == "H"
    assert error_of(data.send("/Households('H')", {"ProfileId": "X"}, "PATCH")) == (400, "InvalidInstance")
    assert error_of(data.send("/Households('none')", {"Size": 1}, "PATCH")) == (404, "ResourceNotFound")
    assert error_of(data.send("/Households('H')", {"Size": 1}, "PATCH", If_Match='W/"99"')) == (
        412,
        "PreconditionFailed",
    )
    for method, path in (("DELETE", "/Households('H')"), ("PUT", "/Households('H')"), ("DELETE", "/Households")):
        assert error_of(data.request(method, path)) == (405, "MethodNotAllowed")


def test_every_problem_of_a_profile_is_told(data: Data, firm: Firm) -> None:
    """What is required on interactions is not on profiles; bad values and names are refused."""
    rows = firm.rows()
    answer = data.send("/Households", DOOR | {"Street": ["x"], "bad name": 1, "ProfileId": [1]})
    assert error_of(answer) == (400, "InvalidInstance")
    assert sorted(target for target, _ in details_of(answer)) == ["ProfileId", "Street", "bad name"]
    assert firm.rows() == rows


def test_many_profiles_are_stored_at_once(data: Data) -> None:
    """With an outcome for each; the refused one can be replayed; a file of them is a job."""
    body = data.send("/Households", [DOOR, {"Size": 1}, {"Street": "x", "Number": "1"}]).json()
    assert (body["accepted"], body["rejected"]) == (2, 1)
    assert [item["status"] for item in body["value"]] == [202, 400, 202]
    assert body["value"][0]["ProfileId"]
    answer = data.send(f"/$rejects('{body['value'][1]['rejectId']}')/replay", {"ProfileId": "H", "Size": 1})
    assert (answer.status_code, answer.json()["ProfileId"]) == (202, "H")
    text = "ProfileId,Size\nJ-1,4\nJ-2,5\n"
    job = data.send("/BlobIngestionJobs", {"Uri": "data:," + text.replace("\n", "%0A"), "Type": "Profile:Household"})
    assert job.status_code == 201, job.text
    assert data.get("/Households('J-2')").json()["Size"] == "5"


def test_profiles_are_listed_in_pages(data: Data) -> None:
    """With both links, counts and key filters."""
    items = [{"ProfileId": f"H-{number:03}", "Size": number} for number in range(65)]
    assert data.send_lines("/Households", items).json()["accepted"] == 65
    seen: list[int] = []
    body = data.get("/Households", **{"$count": "true"}).json()
    assert body["@odata.count"] == 65
    while True:
        seen += [item["Size"] for item in body["value"]]
        if "nextLink" not in body:
            break
        body = data.http.get(body["nextLink"], headers={"Authorization": f"Bearer {data.token}"}).json()
    assert seen == list(range(65))
    assert data.get("/Households/$count").text == "65"
    page = data.get("/Households", **{"$skip": "60", "$top": "3", "$select": "Size"}).json()
    assert page["value"] == [{"ProfileId": f"H-{n:03}", "Size": n} for n in (60, 61, 62)]
    found = data.get("/Households", **{"$filter": "ProfileId eq 'H-007'"}).json()["value"]
    assert [item["Size"] for item in found] == [7]
    assert data.get("/Households", **{"$filter": "ProfileId eq 'none'"}).json()["value"] == []
    for option, expected in (
        ({"$filter": "Size gt"}, (400, "InvalidFilter")),
        ({"$orderby": "Size sideways"}, (400, "InvalidOrderBy")),
        ({"$skiptoken": "x"}, (400, "InvalidSkipToken")),
        ({"$expand": "Nothing"}, (400, "InvalidQueryOption")),
    ):
        assert error_of(data.get("/Households", **option)) == expected, option


def test_contacts_are_persons(data: Data, firm: Firm) -> None:
    """A person is a contact, and a contact is a person for the other protocols."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    found = data.get(f"/Contacts('{ola.id}')").json()
    assert (found["ContactId"], found["FirstName"], found["Email"]) == (str(ola.id), "Ola", "ola@client.example")
    assert data.get("/Contacts(Email='OLA@client.example')").json()["ProfileId"] == str(ola.id)
    (item,) = data.get("/Contacts", **{"$filter": "Email eq 'ola@client.example'"}).json()["value"]
    assert item["ProfileId"] == str(ola.id)
    new = data.stored("/Contacts", {"FirstName": "Eve", "LastName": "Moll", "Email": "eve@other.example", "Age": 40})
    assert data.get(f"/Contacts('{new['ProfileId']}')").json()["Age"] == 40
    persons = firm.caller("/affinity").get("/persons", term="eve@other.example").json()["persons"]
    assert [(person["first_name"], person["last_name"]) for person in persons] == [("Eve", "Moll")]
    assert data.send(f"/Contacts('{ola.id}')", {"FirstName": "Olaf"}, "PATCH").status_code == 204
    assert firm.caller("/affinity").get(f"/persons/{ola.id}").json()["first_name"] == "Olaf"


def test_interactions_are_read_below_and_within_a_profile(data: Data, firm: Firm) -> None:
    """As a list of its own, with options, and expanded."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    for number in range(3):
        body = {"Subject": f"Talk {number}", "Timestamp": f"2026-03-0{number + 1}", "AttendeeIds": [str(ola.id)]}
        data.stored("/Meetings", body)
    path = f"/Contacts('{ola.id}')/Interactions"
    late = "Timestamp ge cast('2026-03-02T00:00:00Z',Edm.DateTimeOffset)"
    options = {"$filter": f"{late} and InteractionType eq 'Meeting'",
               "$orderby": "Timestamp desc", "$top": "20", "$count": "true"}  # fmt: skip
    body = data.get(path, **options).json()
    assert [item["Subject"] for item in body["value"]] == ["Talk 2", "Talk 1"]
    assert body["@odata.count"] == 2
    assert data.get(path + "/$count").text == "3"
    assert error_of(data.get("/Contacts('none')/Interactions")) == (404, "ResourceNotFound")
    expand = "Interactions($top=2;$orderby=Timestamp;$select=Subject;$filter=Subject ne 'x;y')"
    found = data.get(f"/Contacts('{ola.id}')", **{"$expand": expand}).json()["Interactions"]
    assert [item["Subject"] for item in found] == ["Talk 0", "Talk 1"]
    assert all(set(item) <= {"InteractionId", "Subject", "@odata.type"} for item in found)


def test_a_page_that_is_expanded_is_not_long(data: Data) -> None:
    """A hundred at most, since each takes a read of its own; a link leads on."""
    data.send("/Households", [{"ProfileId": f"H-{number:03}"} for number in range(105)])
    body = data.get("/Households", **{"$expand": "Interactions", "$top": "1000"}).json()
    assert len(body["value"]) == 100
    assert body["value"][0]["Interactions"] == []
    rest = data.http.get(body["nextLink"], headers={"Authorization": f"Bearer {data.token}"}).json()
    assert [item["ProfileId"] for item in rest["value"]] == [f"H-{number:03}" for number in range(100, 105)]
    assert "nextLink" not in rest


RELATIONSHIP: dict[str, Any] = {
    "profileType": "Contact",
    "relatedProfileType": "Household",
    "cardinality": "ManyToOne",
    "fields": [{"fieldName": "Since", "fieldType": "Edm.Date"}],
}


@pytest.mark.covers("relationshipInstances.list", "relationshipInstances.create")
def test_relationships_are_stored_listed_and_deleted(data: Data, firm: Firm) -> None:
    """Under both of their profiles; a POST with a header deletes."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    data.stored("/Households", {"ProfileId": "H"})
    defined = data.manage.request("PUT", "/model/relationships/LivesAt", json=RELATIONSHIP)
    assert defined.status_code in (200, 201), defined.text
    body = {"RelationshipType": "livesat", "ProfileId": str(ola.id), "RelatedProfileId": "H", "Since": "2020-01-01"}
    expected = body | {"RelationshipType": "LivesAt"}
    assert data.send("/Relationships", body).status_code == 202
    assert data.stored("/Relationship", body) == expected
    for path in ("/Relationships", f"/Contacts('{ola.id}')/Relationships", "/Households('H')/Relationships"):
        assert data.get(path).json()["value"] == [expected], path
    found = data.get("/Relationships", **{"$filter": "RelationshipType eq 'LivesAt'"}).json()["value"]
    assert found == [expected]
    assert data.get("/Relationships", **{"$filter": "RelationshipType eq 'Other'"}).json()["value"] == []
    assert error_of(data.get("/Relationships", **{"$filter": "Since gt 1"})) == (400, "InvalidFilter")
    bad = data.send("/Relationships", {"RelationshipType": "LivesAt", "ProfileId": "none", "Since": "x"})
    assert error_of(bad) == (400, "InvalidInstance")
    assert sorted(details_of(bad)) == [
        ("ProfileId", "InvalidValue"), ("RelatedProfileId", "MissingRequiredField"), ("Since", "InvalidValue")
    ]  # fmt: skip
    assert error_of(data.send("/Relationships", {"RelationshipType": "None"})) == (404, "ResourceNotFound")
    deleted = data.send("/Relationships", body, X_HTTP_Method="DELETE")
    assert (deleted.status_code, deleted.json()) == (200, expected)
    assert error_of(data.send("/Relationships", body, X_HTTP_Method="DELETE")) == (404, "ResourceNotFound")
    assert data.get("/Households('H')/Relationships").json()["value"] == []
