"""Files of relationships in ingestion jobs, and relationships by the keys of their profiles (spec 6.1, 6.8)."""

import json
from typing import Any

import pytest

from tests.serving import Firm

from .bodies import HOUSEHOLD
from .data import Data, details_of, error_of

LIVES_AT = {
    "profileType": "Contact",
    "relatedProfileType": "Household",
    "cardinality": "ManyToOne",
    "fields": [
        {"fieldName": "Since", "fieldType": "Edm.Date"},
        {"fieldName": "Share", "fieldType": "Edm.Int32"},
    ],
}
CONTACT, RELATED = "ProfileKeyPropertyInRelationship", "RelatedProfileKeyPropertyInRelationship"


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with contacts, households, and a relationship between them."""
    client = Data(firm)
    client.define_profile("Household", HOUSEHOLD)
    client.manage.request("PUT", "/model/relationships/LivesAt", json=LIVES_AT)
    for number in (1, 2, 3):
        client.stored("/Contacts", {"ContactId": f"C-{number}", "Email": f"c{number}@client.example"})
        client.stored("/Households", {"ProfileId": f"H-{number}", "Street": "Elm St", "Number": str(number)})
    return client


def mapping(column: str, name: str, kind: str | None = None) -> dict[str, Any]:
    return {"ColumnName": column, "PropertyName": name} | ({"MappingPropertyKind": kind} if kind else {})


def run(data: Data, text: str, *mappings: dict[str, Any], type_: str = "Relationship.LivesAt") -> dict[str, Any]:
    """Run a job over a file; return how it went."""
    job = {"Type": type_} | ({"DataFormat": {"PropertyMappings": list(mappings)}} if mappings else {})
    files = {"job": (None, json.dumps(job), "application/json"), "file": ("lives.csv", text, "text/csv")}
    answer = data.request("POST", "/BlobIngestionJobs", files=files)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = data.get(f"/BlobIngestionJobs('{answer.json()['JobId']}')").json()
    return found


def stored(data: Data) -> list[tuple[Any, ...]]:
    """Return who lives where, and since when."""
    value = data.get("/Relationships").json()["value"]
    return sorted((item["ProfileId"], item["RelatedProfileId"], item.get("Since"), item.get("Share")) for item in value)


def test_profiles_are_named_by_their_keys(data: Data) -> None:
    """Columns of a strong id on either side; the rest are fields, checked and typed."""
    text = "mail,street,number,from,part\nC1@client.example,Elm St,2,2020-01-31,50\nc2@client.example,Elm St,2,,\n"
    job = run(
        data, text, mapping("mail", "email", CONTACT), mapping("street", "Street", RELATED),
        mapping("number", "Number", RELATED), mapping("from", "Since"), mapping("part", "Share"),
    )  # fmt: skip
    assert (job["State"], job["TotalLinesProcessed"], job["TotalLinesFailedProcessing"]) == ("Finished", 2, 0)
    assert job["Type"] == "Relationship.LivesAt"
    assert stored(data) == [("C-1", "H-2", "2020-01-31", 50), ("C-2", "H-2", None, None)]
    for path in ("/Contacts('C-1')/Relationships", "/Households('H-2')/Relationships"):
        assert any(item["ProfileId"] == "C-1" for item in data.get(path).json()["value"]), path


def test_columns_with_the_names_of_ids_map_themselves(data: Data) -> None:
    """``ProfileId`` and ``RelatedProfileId``; the same file again changes nothing, another line merges."""
    text = "ProfileId,RelatedProfileId,Since,Share\nC-1,H-1,2020-01-01,\nC-1,H-1,,10\nC-2,H-1,2021-01-01,\n"
    assert run(data, text, type_="Relationship:livesat")["TotalLinesFailedProcessing"] == 0
    assert stored(data) == [("C-1", "H-1", "2020-01-01", 10), ("C-2", "H-1", "2021-01-01", None)]
    rows = {name: count for name, count in data.firm.rows().items() if name == "definition"}
    run(data, text)
    after = {name: count for name, count in data.firm.rows().items() if name == "definition"}
    assert after["definition"] == rows["definition"] + 1  # the job itself
    run(data, "ProfileId,RelatedProfileId,Share\nC-1,H-1,20\nC-3,H-3,30\n")
    assert stored(data)[0] == ("C-1", "H-1", "2020-01-01", 20)
    for path in ("/Contacts('C-1')/Relationships", "/Households('H-1')/Relationships"):
        (item,) = [item for item in data.get(path).json()["value"] if item["ProfileId"] == "C-1"]
        assert item["Share"] == 20


def test_lines_that_are_refused_are_kept_and_can_be_replayed(data: Data) -> None:
    """A profile that is not there, a value that is none, a line without a key: each with its number and its reasons."""
    lines = ("C-9,Elm St,1,2020-01-01", "C-1,Elm St,1,soon", ",Elm St,1,", "C-1,Elm St,9,", "C-1,Elm St,1,")
    text = "\n".join(["who,street,number,Since", *lines])
    job = run(
        data, text, mapping("who", "ProfileId", CONTACT), mapping("street", "Street", RELATED),
        mapping("number", "Number", RELATED), mapping("Since", "Since"),
    )  # fmt: skip
    assert (job["TotalLinesProcessed"], job["TotalLinesFailedProcessing"]) == (5, 4)
    assert stored(data) == [("C-1", "H-1", None, None)]
    rejects = sorted(data.get("/$rejects").json()["value"], key=lambda item: item["line"])
    assert [item["line"] for item in rejects] == [2, 3, 4, 5]
    told = [[(detail["target"], detail["code"]) for detail in item["error"]["details"]] for item in rejects]
    assert told == [
        [("ProfileKey", "InvalidValue")], [("Since", "InvalidValue")],
        [("ProfileId", "MissingRequiredField")], [("RelatedProfileKey", "InvalidValue")],
    ]  # fmt: skip
    data.stored("/Contacts", {"ContactId": "C-9"})
    answer = data.send(f"/$rejects('{rejects[0]['RejectId']}')/replay", None)
    assert answer.status_code == 202, answer.text
    assert answer.json() == {
        "RelationshipType": "LivesAt", "ProfileId": "C-9", "RelatedProfileId": "H-1", "Since": "2020-01-01"
    }  # fmt: skip
    again = data.send(f"/$rejects('{rejects[0]['RejectId']}')/replay", None)
    assert error_of(again) == (409, "AlreadyReplayed")


@pytest.mark.parametrize(
    ("type_", "mappings", "expected"),
    [
        ("Relationship.Knows", [], [("Type", "UnknownType")]),
        ("Relationship.LivesAt", [], [("DataFormat.PropertyMappings", "MissingKey")]),
        ("Relationship.LivesAt", [mapping("a", "ContactId", CONTACT), mapping("b", "Street", RELATED)],
         [("DataFormat.PropertyMappings", "MissingKey")]),
        ("Relationship.LivesAt", [mapping("a", "Nothing", CONTACT), mapping("b", "ProfileId", RELATED)],
         [("DataFormat.PropertyMappings[0].PropertyName", "UnknownProfileProperty"),
          ("DataFormat.PropertyMappings", "MissingKey")]),
        ("Relationship.OfNone", [mapping("a", "ContactId", CONTACT)], [("Type", "UnknownType")]),
        ("Profile.Household", [mapping("a", "ProfileId", CONTACT)], [("DataFormat.PropertyMappings", "InvalidValue")]),
    ],
)  # fmt: skip
def test_a_job_whose_columns_lead_to_no_profiles_is_refused(
    data: Data, type_: str, mappings: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    """400 with every problem, and nothing is stored."""
    data.manage.request("PUT", "/model/relationships/OfNone", json=LIVES_AT | {"relatedProfileType": "Nothing"})
    rows = data.firm.rows()
    body = {"Type": type_, "Uri": "data:,a%2Cb%0A1%2C2", "DataFormat": {"PropertyMappings": mappings}}
    answer = data.send("/BlobIngestionJobs", body)
    assert error_of(answer) == (400, "InvalidIngestionJob")
    assert list(dict.fromkeys(details_of(answer))) == expected
    assert data.firm.rows() == rows


def test_a_relationship_may_name_keys_instead_of_ids(data: Data) -> None:
    """``ProfileKey`` and ``RelatedProfileKey``; what is wrong in a key is told with its path."""
    body = {
        "RelationshipType": "LivesAt", "ProfileKey": {"Email": "c1@client.example"},
        "RelatedProfileKey": {"street": "Elm St", "Number": "3"}, "Share": 5,
    }  # fmt: skip
    found = data.stored("/Relationships", body)
    assert (found["ProfileId"], found["RelatedProfileId"], found["Share"]) == ("C-1", "H-3", 5)
    wrong = body | {"ProfileKey": "C-1", "RelatedProfileKey": {"Street": ["x"]}, "Share": "many"}
    answer = data.send("/Relationships", wrong)
    assert error_of(answer) == (400, "InvalidInstance")
    assert sorted(details_of(answer)) == [
        ("ProfileKey", "InvalidValue"), ("RelatedProfileKey.Street", "InvalidValue"), ("Share", "InvalidValue")
    ]  # fmt: skip
    unknown = data.send("/Relationships", body | {"RelatedProfileKey": {"Street": "Elm St"}})
    assert details_of(unknown) == [("RelatedProfileKey", "InvalidValue")]


@pytest.mark.parametrize("cardinality", ["OneToOne", "OneToMany", "ManyToOne", "ManyToMany"])
def test_a_cardinality_refuses_nothing(data: Data, cardinality: str) -> None:
    """It tells how relationships are meant: each is accepted and answered (spec 3.6), whatever is stored already."""
    path = "/model/relationships/LivesAt"
    data.manage.request("PUT", path, json=LIVES_AT | {"cardinality": cardinality})
    assert data.manage.request("GET", path).json()["cardinality"] == cardinality
    for contact, home in (("C-1", "H-1"), ("C-1", "H-2"), ("C-2", "H-1")):
        body = {"RelationshipType": "LivesAt", "ProfileId": contact, "RelatedProfileId": home}
        assert data.send("/Relationships", body).status_code == 202
    assert len(stored(data)) == 3


def test_thousands_of_lines_are_stored_in_few_transactions(data: Data) -> None:
    """Each part of a file at once: all of it under both sides."""
    people = [{"ContactId": f"P-{number}"} for number in range(2_500)]
    assert data.send("/Contacts", people).json()["accepted"] == 2_500
    text = "ProfileId,RelatedProfileId\n" + "".join(f"P-{number},H-1\n" for number in range(2_500))
    assert run(data, text)["TotalLinesFailedProcessing"] == 0
    for path in ("/Relationships", "/Households('H-1')/Relationships"):
        assert len(data.get(path, **{"$top": "1000"}).json()["value"]) == 1_000
    (one,) = data.get("/Contacts('P-2499')/Relationships").json()["value"]
    assert one["RelatedProfileId"] == "H-1"
