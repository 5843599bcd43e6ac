"""Change sets: interactions and profiles created and changed together, all or none (spec 6.1)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.serving import Firm

from .bodies import HOUSEHOLD
from .data import REPAIR, VISIT, Data
from .test_many import batch, visit
from .test_relationship_files import LIVES_AT, stored

TICKET = {"Shop": "s", "Ticket": "1", "OpenedAt": "2026-03-04T09:00:00Z", "Note": "first", "Price": 1}


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with facts, activities, and a profile type."""
    client = Data(firm)
    client.define()
    client.define("Repair", REPAIR)
    client.define_profile("Household", HOUSEHOLD)
    client.manage.request("PUT", "/model/relationships/LivesAt", json=LIVES_AT)
    return client


def together(data: Data, *requests: tuple[str, str, dict[str, Any] | None], **headers: str) -> list[dict[str, Any]]:
    """Send one change set, and return the answers; each request is its method, address and body."""
    items = [
        {"id": str(place), "atomicityGroup": "g", "method": method, "url": url}
        | ({} if body is None else {"body": body})
        for place, (method, url, body) in enumerate(requests)
    ]
    return batch(data, items, **headers)


def statuses(answers: list[dict[str, Any]]) -> list[int]:
    return [answer["status"] for answer in answers]


def test_everything_is_stored_together(data: Data) -> None:
    """Creations and changes of facts, activities, contacts and one's own profiles, each answered as when alone."""
    data.stored("/Repairs", TICKET)
    data.stored("/Repairs", TICKET | {"Ticket": "2"})
    home = data.stored("/Households", {"Street": "Elm St", "Number": "9"})

    found = together(
        data,
        ("POST", "Contacts", {"ContactId": "C-1", "FirstName": "Zoe", "Email": "zoe@client.example"}),
        ("POST", "BranchVisits", VISIT | {"VisitorRef": "C-1", "ClerkRef": "C-2"}),
        ("PATCH", "Repairs('s_1')", {"Note": "second"}),
        ("PUT", "Interactions(InteractionType='Repair',InteractionId='s_2')", {"Note": "only"}),
        ("PATCH", f"Households('{home['ProfileId']}')", {"Number": "10"}),
        ("POST", "Households", {"Street": "Oak St", "Number": "1"}),
    )

    assert statuses(found) == [202, 202, 204, 204, 204, 202], found
    assert found[0]["body"]["ProfileId"] == "C-1"
    assert found[1]["body"]["InteractionId"] == "V-7"
    assert found[2]["headers"]["etag"] == 'W/"2"'
    assert data.get("/Contacts('C-1')/Interactions/$count").text == "1"
    assert data.get("/Repairs('s_1')").json()["Note"] == "second"
    replaced = data.get("/Repairs('s_2')").json()
    assert (replaced["Note"], "Price" in replaced) == ("only", False)
    assert data.get("/Households(Street='Elm St',Number='10')").json()["ProfileId"] == home["ProfileId"]
    assert data.get("/Households(Street='Oak St',Number='1')").status_code == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (("POST", "BranchVisits", {"VisitKey": "V-9"}), 400),
        (("POST", "BranchVisits", visit("V-1", Minutes=99)), 409),
        (("PATCH", "BranchVisits('V-1')", {"Minutes": 99}), 409),
        (("PATCH", "Repairs('none')", {"Note": "x"}), 404),
        (("PATCH", "Repairs('s_1')", {"Ticket": "2"}), 400),
        (("POST", "Households", {"Size": 1}), 400),
        (("POST", "Contacts", {"ContactId": "C-8", "Email": "no address"}), 400),
        (("POST", "Contacts", {"ContactId": "C-8", "Email": "eve@client.example"}), 409),
        (("PATCH", "Contacts('none')", {"FirstName": "x"}), 404),
        (("POST", "Relationships", {"RelationshipType": "x"}), 404),
        (("POST", "Relationships", {"RelationshipType": "LivesAt", "ProfileId": "C-8"}), 400),
        (("POST", "Relationships", {"RelationshipType": "LivesAt", "ProfileId": "C-8", "RelatedProfileId": "x"}), 400),
        (("GET", "Relationships", None), 501),
        (("DELETE", "Repairs('s_1')", None), 501),
        (("GET", "Repairs('s_1')", None), 501),
        (("POST", "Repairs", [TICKET]), 400),
        (("POST", "Nothing", {}), 404),
    ],
)
def test_nothing_is_stored_where_one_is_refused(
    data: Data, firm: Firm, request_: tuple[str, str, dict[str, Any]], status: int
) -> None:
    """Whatever is wrong with it: it is told of that one, and the others that they were not stored because of it."""
    firm.person("Eve", "Moll", "eve@client.example")
    data.stored("/BranchVisits", visit("V-1"))
    data.stored("/Repairs", TICKET)
    data.stored("/Contacts", {"ContactId": "C-8", "FirstName": "Ida"})
    rows = firm.rows()

    found = together(
        data,
        ("POST", "Contacts", {"ContactId": "C-1", "FirstName": "Zoe"}),
        ("PATCH", "Repairs('s_1')", {"Note": "second"}),
        request_,
        ("POST", "BranchVisits", visit("V-2")),
    )

    assert statuses(found) == [424, 424, status, 424], found
    assert firm.rows() == rows


def test_preconditions_and_preferences_are_those_of_each_request(data: Data) -> None:
    """``If-Match``, ``If-None-Match`` and ``return=representation``."""
    data.stored("/Repairs", TICKET)
    change = {"id": "1", "atomicityGroup": "g", "method": "PATCH", "url": "Repairs('s_1')", "body": {"Note": "x"}}
    stale = change | {"headers": {"If-Match": 'W/"7"'}}
    create = {"id": "2", "atomicityGroup": "g", "method": "POST", "url": "Repairs", "body": TICKET,
              "headers": {"If-None-Match": "*"}}  # fmt: skip
    assert statuses(batch(data, [stale])) == [412]
    assert statuses(batch(data, [change, create])) == [424, 412]
    fresh = change | {"headers": {"If-Match": 'W/"1"', "Prefer": "return=representation"}}
    (answer,) = batch(data, [fresh])
    assert (answer["status"], answer["body"]["Note"], answer["body"]["Version"]) == (200, "x", 2)
    override = change | {"method": "POST", "headers": {"X-HTTP-Method": "PATCH"}, "body": {"Note": "y"}}
    assert statuses(batch(data, [override])) == [204]


def test_several_about_one_are_one_change(data: Data) -> None:
    """Two changes of one activity and of one profile make one version each."""
    data.stored("/Repairs", TICKET)
    data.stored("/Contacts", {"ContactId": "C-1", "FirstName": "Zoe"})
    found = together(
        data,
        ("PATCH", "Repairs('s_1')", {"Note": "a"}),
        ("PATCH", "Repairs('s_1')", {"Price": 2}),
        ("PATCH", "Contacts('C-1')", {"LastName": "Berg"}),
        ("POST", "Contacts", {"ContactId": "C-1", "Phone": "1"}),
    )
    assert statuses(found) == [204, 204, 204, 202]
    repair, contact = data.get("/Repairs('s_1')").json(), data.get("/Contacts('C-1')").json()
    assert (repair["Note"], repair["Price"], repair["Version"]) == ("a", 2, 2)
    assert (contact["LastName"], contact["Phone"]) == ("Berg", "1")


def test_the_same_change_set_from_many_at_once_is_stored_once(data: Data, firm: Firm) -> None:
    """Whoever comes too late looks again and finds the same stored already."""

    def send(_: int) -> list[int]:
        return statuses(
            together(
                data,
                ("POST", "Contacts", {"ContactId": "C-1", "Email": "zoe@client.example"}),
                ("POST", "Households", {"Street": "Oak St", "Number": "1"}),
                ("POST", "BranchVisits", visit("V-1", VisitorRef="C-1", ClerkRef="C-1")),
            )
        )

    with ThreadPoolExecutor(8) as pool:
        assert set(map(tuple, pool.map(send, range(16)))) == {(202, 202, 202)}
    assert data.get("/BranchVisits/$count").text == "1"
    assert data.get("/Households/$count").text == "1"
    assert data.get("/Contacts('C-1')/Interactions/$count").text == "1"


def test_what_a_batch_has_created_goes_by_its_request(data: Data) -> None:
    """``$`` and the id of an earlier request, or of one of an earlier change set, is the address of what it stored."""
    requests: list[dict[str, Any]] = [
        {"id": "c", "method": "POST", "url": "Contacts", "body": {"ContactId": "C'1 ä"}, "atomicityGroup": "g"},
        {"id": "r", "method": "POST", "url": "Interactions", "body": TICKET | {"InteractionType": "Repair"},
         "atomicityGroup": "g"},
        {"id": "2", "method": "PATCH", "url": "$r", "body": {"Note": "changed"}, "atomicityGroup": "h"},
        {"id": "3", "method": "PATCH", "url": "$c", "body": {"FirstName": "Zoe"}, "atomicityGroup": "h"},
        {"id": "4", "method": "GET", "url": "$c/FirstName"},
        {"id": "5", "method": "GET", "url": "$c/Interactions?$count=true"},
        {"id": "6", "method": "GET", "url": "$r?$select=Note"},
        {"id": "7", "method": "GET", "url": "$none"},
    ]  # fmt: skip
    for accept in ("application/json", "application/json;odata.metadata=none"):
        for request in requests:
            request["headers"] = {"Accept": accept}
        found = batch(data, requests)
        assert statuses(found) == [202, 202, 204, 204, 200, 200, 200, 404], found
        assert (found[4]["body"]["value"], found[5]["body"]["@odata.count"]) == ("Zoe", 0)
        assert found[6]["body"]["Note"] == "changed"


def inside(*requests: tuple[str, str, str, Any]) -> list[dict[str, Any]]:
    """Return the requests of one change set, each with its own id."""
    return [
        {"id": id_, "method": method, "url": url, "body": body, "atomicityGroup": "g"}
        for id_, method, url, body in requests
    ]


def test_what_a_change_set_creates_is_changed_within_it(data: Data) -> None:
    """``$`` and the id of an earlier request of the same change set: one version of each comes of it."""
    found = batch(
        data,
        inside(
            ("c", "POST", "Contacts", {"ContactId": "C-1", "FirstName": "Zoe", "LastName": "Berg"}),
            ("h", "POST", "Households", {"Street": "Oak St", "Number": "1"}),
            ("r", "POST", "Interactions", TICKET | {"InteractionType": "Repair"}),
            ("2", "PATCH", "$c", {"FirstName": "Ida"}),
            ("3", "PATCH", "$h", {"Size": 3}),
            ("4", "PATCH", "$r", {"Note": "second"}),
            ("t", "POST", "Repairs", TICKET | {"Ticket": "2"}),
            ("5", "PUT", "$t", {"Note": "only"}),
        ),
    )
    assert statuses(found) == [202, 202, 202, 204, 204, 204, 202, 204], found
    contact = data.get("/Contacts('C-1')").json()
    assert (contact["FirstName"], contact["LastName"]) == ("Ida", "Berg")
    assert data.get("/Households(Street='Oak St',Number='1')").json()["Size"] == 3
    repair = data.get("/Repairs('s_1')").json()
    assert (repair["Note"], repair["Price"], repair["Version"]) == ("second", 1, 1)
    replaced = data.get("/Repairs('s_2')").json()
    assert (replaced["Note"], "Price" in replaced, replaced["Version"]) == ("only", False, 1)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (("PATCH", "$v", {"Minutes": 1}, {}), 409),
        (("PATCH", "$c", {"ProfileId": "C-2"}, {}), 400),
        (("PATCH", "$r", {"Ticket": "2"}, {}), 400),
        (("PATCH", "$r", {"Note": "x"}, {"If-Match": 'W/"1"'}), 412),
        (("PATCH", "$c", {"FirstName": "x"}, {"If-Match": 'W/"1"'}), 412),
        (("PATCH", "$m", {"Subject": "x"}, {}), 501),
        (("PATCH", "$l", {"Share": 1}, {}), 501),
        (("DELETE", "$r", None, {}), 501),
        (("GET", "$r", None, {}), 501),
        (("PATCH", "$none", {"Note": "x"}, {}), 404),
    ],
)
def test_not_everything_can_be_changed_within(
    data: Data, firm: Firm, request_: tuple[str, str, Any, dict[str, str]], status: int
) -> None:
    """Facts, keys, what has no entity tag yet, no id yet, or is no interaction and no profile: nothing is stored."""
    data.stored("/Households", {"ProfileId": "H-1", "Street": "Elm St", "Number": "9"})
    rows = firm.rows()
    requests = inside(
        ("c", "POST", "Contacts", {"ContactId": "C-1"}),
        ("v", "POST", "BranchVisits", visit("V-1")),
        ("r", "POST", "Repairs", TICKET),
        ("m", "POST", "Interactions", {"InteractionType": "Meeting", "Subject": "Plan"}),
        ("l", "POST", "Relationships",
         {"RelationshipType": "LivesAt", "ProfileId": "C-1", "RelatedProfileId": "H-1"}),
    )  # fmt: skip
    method, url, body, headers = request_
    last = {"id": "x", "method": method, "url": url, "headers": headers, "atomicityGroup": "g"}
    found = batch(data, [*requests, last | ({"body": body} if body is not None else {})])
    assert statuses(found) == [424] * 5 + [status], found
    assert firm.rows() == rows


def test_relationships_are_stored_with_their_profiles(data: Data) -> None:
    """Between profiles of the same change set, by id or key, and those stored before; several about two are one."""
    data.stored("/Contacts", {"ContactId": "C-2", "FirstName": "Ida"})
    lives = {"RelationshipType": "LivesAt", "RelatedProfileKey": {"Street": "Oak St", "Number": "1"}}
    requests = (
        ("POST", "Relationships", lives | {"ProfileId": "C-1", "Share": "60"}),
        ("POST", "Contacts", {"ContactId": "C-1", "Email": "zoe@client.example"}),
        ("POST", "Households", {"Street": "Oak St", "Number": "1"}),
        ("POST", "Relationship", lives | {"ProfileKey": {"ContactId": "C-2"}, "Share": 40}),
        ("POST", "Relationships", lives | {"ProfileKey": {"Email": "Zoe@client.example"}, "Since": "2020-01-31"}),
    )
    for _ in range(2):
        found = together(data, *requests)
        assert statuses(found) == [202] * 5, found
        home = found[2]["body"]["ProfileId"]
        assert (found[0]["body"]["ProfileId"], found[0]["body"]["RelatedProfileId"]) == ("C-1", home)
        assert stored(data) == [("C-1", home, "2020-01-31", 60), ("C-2", home, None, 40)]
    assert len(data.get("/Contacts('C-1')/Relationships").json()["value"]) == 1


def test_a_wrong_relationship_is_told_with_all_its_problems(data: Data) -> None:
    """Both sides and the fields; what comes with it is not stored."""
    body = {"RelationshipType": "LivesAt", "ProfileId": "none", "RelatedProfileKey": {"Street": "Oak St"}, "Share": "x"}
    found = together(data, ("POST", "Contacts", {"ContactId": "C-1"}), ("POST", "Relationships", body))
    assert statuses(found) == [424, 400]
    details = found[1]["body"]["error"]["details"]
    assert sorted(detail["target"] for detail in details) == ["ProfileId", "RelatedProfileKey", "Share"]
    assert data.get("/Contacts('C-1')").status_code == 404


def test_a_transaction_of_profiles_stores_all_or_none(data: Data, firm: Firm) -> None:
    """``Prefer: transaction=all`` on many profiles; a dry run checks them only."""
    rows = firm.rows()
    door = {"Street": "Oak St", "Number": "1"}
    body = data.send("/Households", [door, {"Size": 1}], Prefer="transaction=all").json()
    assert ([item["status"] for item in body["value"]], body["accepted"]) == ([424, 400], 0)
    wrong = [{"ContactId": "C-1"}, {"ContactId": "C-2", "Email": "none"}]
    body = data.send("/Contacts", wrong, Prefer="transaction=all").json()
    assert [item["status"] for item in body["value"]] == [424, 400]
    body = data.request("POST", "/Households", json=[door, {"x y": 1}], params={"dryRun": "true"}).json()
    assert [item["status"] for item in body["value"]] == [200, 400]
    after = firm.rows()
    assert [after.get(table) for table in ("profile", "person")] == [rows.get(table) for table in ("profile", "person")]
    body = data.send("/Households", [door, door | {"Number": "2"}], Prefer="transaction=all").json()
    assert (body["accepted"], body["rejected"]) == (2, 0)
