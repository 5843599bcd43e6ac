"""The data plane through python-odata, a generic client of OData that others wrote (spec 10.2)."""

from typing import Any

import pytest
from odata import ODataService
from odata.exceptions import ODataError

import requests
from tests.serving import Firm

from .bodies import BRANCH_VISIT
from .data import VISIT, Data

pytestmark = pytest.mark.client

ACTIVITY = BRANCH_VISIT | {
    "isActivity": True,
    "fields": [field | {"isRequired": False} for field in BRANCH_VISIT["fields"]],
}


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit is an activity."""
    client = Data(firm)
    client.define("BranchVisit", ACTIVITY)
    return client


@pytest.fixture
def service(data: Data) -> Any:
    """The client, which has read the metadata."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {data.token}"
    session.trust_env = False
    return ODataService(f"{data.base}/", session=session, reflect_entities=True, quiet_progress=True)


@pytest.mark.covers(
    "data.metadata", "instances.list", "entities.create", "entities.change", "entities.read", by="python-odata"
)
def test_the_script_of_the_specification(data: Data, service: Any) -> None:
    """Reflects, queries, creates, changes."""
    data.stored("/BranchVisits", VISIT)
    visits, everything = service.entities["BranchVisits"], service.entities["Interactions"]
    rows = list(service.query(everything).filter(everything.InteractionType == "BranchVisit"))
    assert [row.InteractionId for row in rows] == ["V-7"]
    visit = visits()
    visit.VisitKey = "V-10"
    visit.Minutes = 4
    service.save(visit)
    assert visit.InteractionId == "V-10"
    visit.Minutes = 5
    service.save(visit)
    found = data.get("/BranchVisits('V-10')").json()
    assert (found["Minutes"], found["Version"]) == (5, 2)
    assert visit.Version == 2


def test_it_knows_every_entity_set_with_its_properties(service: Any) -> None:
    """Built-in and defined types, those of profiles too."""
    assert {"Interactions", "BranchVisits", "Contacts", "Organizations", "Meetings", "Emails"} <= set(service.entities)
    visits = service.entities["BranchVisits"]
    for name in ("InteractionId", "Timestamp", "VisitKey", "Minutes", "Mood", "Version"):
        assert hasattr(visits, name), name
    assert hasattr(service.entities["Contacts"], "Email")


def test_it_follows_links_through_all_pages(data: Data, service: Any) -> None:
    """95 rows by default pages; with a limit it takes what it gets."""
    items = [VISIT | {"VisitKey": f"V-{number}", "Minutes": number} for number in range(95)]
    assert data.send_lines("/BranchVisits", items).json()["accepted"] == 95
    visits = service.entities["BranchVisits"]
    rows = service.query(visits).all()
    assert sorted(row.Minutes for row in rows) == list(range(95))
    assert len(service.query(visits).limit(40).all()) == 40
    ordered = service.query(visits).filter(visits.Minutes > 80).order_by(visits.Minutes.desc()).all()
    assert [row.Minutes for row in ordered] == list(range(94, 80, -1))
    assert service.query(visits).filter(visits.VisitKey.startswith("V-9")).first().VisitKey.startswith("V-9")
    assert service.query(visits).get("V-3").Minutes == 3


def test_it_is_told_what_is_wrong(data: Data, service: Any) -> None:
    """A refusal is the client's own error, with our code."""
    visit = service.entities["BranchVisits"]()
    visit.Minutes = 4
    with pytest.raises(ODataError) as caught:
        service.save(visit)
    assert caught.value.code == "InvalidInstance"
    assert "VisitKey is required" in caught.value.detailed_message
