"""The rows of the register of contradictions, and the items of the checklist, that are about data (spec 11, 12)."""

from typing import Any

import pytest

from tests.serving import Firm

from .bodies import BRANCH_VISIT, HOUSEHOLD
from .data import REPAIR, VISIT, Data, error_of


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit (facts) and Repair (activities) are defined."""
    client = Data(firm)
    client.define()
    client.define("Repair", REPAIR)
    return client


def pages(data: Data, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a list, all pages of it."""
    found = list(body["value"])
    while "@odata.nextLink" in body:
        assert body["nextLink"] == body["@odata.nextLink"]
        body = data.http.get(body["@odata.nextLink"], headers={"Authorization": f"Bearer {data.token}"}).json()
        found += body["value"]
    return found


# The register


def test_row_1_a_stored_fact_posted_again(data: Data) -> None:
    """Identical: 202 and nothing changes; different: 409."""
    stored = data.stored("/Interactions", VISIT)
    assert data.stored("/Interactions", VISIT) == stored
    assert error_of(data.send("/Interactions", VISIT | {"Minutes": 1})) == (409, "InteractionImmutable")


def test_row_15_the_path_of_the_data_plane(data: Data) -> None:
    """``/data/``, not ``/manage/``."""
    assert data.get("/Interactions").status_code == 200
    assert error_of(data.manage.get("/Interactions")) == (404, "ResourceNotFound")


def test_row_16_both_names_of_the_next_link(data: Data) -> None:
    """Both are written; neither on the last page."""
    data.send("/BranchVisits", [VISIT | {"VisitKey": str(number)} for number in range(31)])
    body = data.get("/BranchVisits").json()
    assert body["nextLink"] == body["@odata.nextLink"]
    assert len(pages(data, body)) == 31
    last = data.get("/Repairs").json()
    assert not {"nextLink", "@odata.nextLink"} & set(last)


@pytest.mark.parametrize("name", ["Timestamp", "TimeStamp"])
def test_row_17_both_spellings_of_the_timestamp(data: Data, name: str) -> None:
    """Either is taken, ``Timestamp`` is answered."""
    data.define("Ping", {"apiEntitySetName": "Pings", "fields": []})
    stored = data.stored("/Pings", {name: "2020-01-01T00:00:00Z"})
    assert stored["Timestamp"] == "2020-01-01T00:00:00Z"
    assert "TimeStamp" not in stored


def test_row_18_required_fields_are_required_of_interactions_only(data: Data) -> None:
    """A profile may lack them."""
    fields = [field | {"isRequired": True} for field in HOUSEHOLD["fields"]]
    data.define_profile("Household", HOUSEHOLD | {"fields": fields})
    assert data.send("/Households", {"ProfileId": "H"}).status_code == 202
    assert error_of(data.send("/BranchVisits", {"VisitKey": "1"})) == (400, "InvalidInstance")


@pytest.mark.parametrize("type_", ["Interaction.Repair", "Interaction:Repair", "interaction.repair"])
def test_row_22_both_separators_of_a_job_s_type(data: Data, type_: str) -> None:
    """A point and a colon."""
    job = data.send("/BlobIngestionJobs", {"Uri": "data:,Shop%2CTicket%0As%2C1%0A", "Type": type_})
    assert (job.status_code, job.json()["Type"]) == (201, "Interaction.Repair")
    assert data.get("/Repairs('s_1')").status_code == 200


def test_row_24_no_version_is_needed_on_the_data_plane(data: Data) -> None:
    """None is the newest; a wrong one is refused."""
    assert data.get("/BranchVisits").status_code == 200
    assert error_of(data.get("/BranchVisits", **{"api-version": "2015-01-01"})) == (400, "InvalidApiVersionParameter")


# The checklist


def test_item_8_an_instance_is_readable_at_once_by_all_three_keys(data: Data) -> None:
    """Repeated: the count stays; changed: 409; an activity is merged into version 2."""
    data.stored("/Interactions", VISIT)
    for key in ("/BranchVisits('V-7')", "/Interactions('V-7')",
                "/Interactions(InteractionType='BranchVisit',InteractionId='V-7')"):  # fmt: skip
        assert data.get(key).json()["Minutes"] == 12
    data.stored("/Interactions", VISIT)
    assert data.get("/BranchVisits/$count").text == "1"
    assert error_of(data.send("/Interactions", VISIT | {"Lane": "C"})) == (409, "InteractionImmutable")
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "Price": 1})
    merged = data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "Note": "x"})
    assert (merged["Price"], merged["Note"], merged["Version"]) == (1, "x", 2)


def test_item_9_composite_ids_that_join_alike_coexist(data: Data) -> None:
    """Each is addressed by its own id, and by its values."""
    ids = [data.stored("/Repairs", body)["InteractionId"]
           for body in ({"Shop": "a_b", "Ticket": "c"}, {"Shop": "a", "Ticket": "b_c"})]  # fmt: skip
    assert len(set(ids)) == 2
    assert [data.get(f"/Repairs('{id_}')").json()["Shop"] for id_ in ids] == ["a_b", "a"]
    assert data.get("/Repairs(Shop='a',Ticket='b_c')").json()["InteractionId"] == ids[1]


def test_item_10_filters_and_pages(data: Data, firm: Firm) -> None:
    """The example of 6.5; 95 rows are 95 distinct ones while rows are inserted; six are six without a link."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    items = [VISIT | {"VisitKey": f"V-{number}", "Minutes": number, "VisitorRef": str(ola.id)} for number in range(95)]
    assert data.send_lines("/BranchVisits", items).json()["accepted"] == 95
    example = data.get(
        f"/Contacts('{ola.id}')/Interactions",
        **{
            "$filter": "Timestamp ge cast('2026-01-01T00:00:00Z',Edm.DateTimeOffset) "
            "and InteractionType eq 'BranchVisit'",
            "$orderby": "Timestamp desc",
            "$top": "20",
            "$count": "true",
        },
    ).json()
    assert (len(example["value"]), example["@odata.count"], "nextLink" in example) == (20, 95, False)
    six = data.get("/BranchVisits", **{"$top": "6"}).json()
    assert (len(six["value"]), "nextLink" in six) == (6, False)
    body = data.get("/BranchVisits").json()
    seen = [item["Minutes"] for item in body["value"]]
    while "nextLink" in body:
        data.stored("/BranchVisits", VISIT | {"VisitKey": f"N-{len(seen)}", "Minutes": 1_000})
        body = data.http.get(body["nextLink"], headers={"Authorization": f"Bearer {data.token}"}).json()
        seen += [item["Minutes"] for item in body["value"]]
    assert sorted(minutes for minutes in seen if minutes < 1_000) == list(range(95))


def test_item_11_an_interaction_before_its_contact(data: Data) -> None:
    """It shows up under the contact after the contact is posted."""
    data.stored("/BranchVisits", VISIT | {"VisitorRef": "C-9"})
    data.stored("/Contacts", {"ContactId": "C-9", "FirstName": "Ola"})
    (item,) = data.get("/Contacts('C-9')/Interactions").json()["value"]
    assert item["InteractionId"] == "V-7"


def test_item_13_across_protocols(data: Data, firm: Firm) -> None:
    """A meeting of Affinity's is listed by Meetings and under its contact; a user's meeting by Affinity."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    affinity = firm.caller("/affinity")
    logged = affinity.post("/interactions", type=0, person_ids=[firm.mia.id, ola.id], content="Hi",
                           date="2026-03-05T09:15:00Z")  # fmt: skip
    assert logged.status_code in (200, 201)
    (meeting,) = data.get("/Meetings").json()["value"]
    (under,) = data.get(f"/Contacts('{ola.id}')/Interactions").json()["value"]
    assert meeting["InteractionId"] == under["InteractionId"]
    data.define("BranchVisit", BRANCH_VISIT | {"attributes": {"interlog.category": ["call"]}})
    data.stored("/BranchVisits", VISIT | {"VisitorRef": str(ola.id), "ClerkRef": None})
    march = {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-04-01T00:00:00Z"}
    calls = affinity.get("/interactions", type=1, person_id=ola.id, **march).json()["events"]
    assert [call["title"] for call in calls] == ["Branch visit"]


def test_item_14_an_array_with_one_bad_item(data: Data) -> None:
    """202 with counts; the reject is retrieved and replayed."""
    body = data.send("/BranchVisits", [VISIT, {"VisitKey": "V-8"}]).json()
    assert (body["accepted"], body["rejected"]) == (1, 1)
    reject = f"/$rejects('{body['value'][1]['rejectId']}')"
    assert data.get(reject).json()["payload"] == {"VisitKey": "V-8"}
    assert data.send(f"{reject}/replay", VISIT | {"VisitKey": "V-8"}).status_code == 202
    assert data.get("/BranchVisits('V-8')").status_code == 200
