"""Interactions through the data plane: create, upsert, read one, change (spec 6.1-6.3, 7.2)."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from tests.serving import Firm

from .data import REPAIR, VISIT, Data, details_of, error_of


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit (facts) and Repair (activities) are defined."""
    client = Data(firm)
    client.define()
    client.define("Repair", REPAIR)
    return client


def without_times(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("LastModifiedTimestamp", "@odata.context")}


@pytest.mark.covers("instances.create")
def test_an_instance_is_stored_and_answered_with_canonical_values(data: Data) -> None:
    """The example of 6.3: 202, the id, the timestamp, declared values in their spelling, dynamic ones as they came."""
    answer = data.send("/Interactions", VISIT)
    assert answer.status_code == 202
    body = answer.json()
    assert body["@odata.context"] == f"{data.base}/$metadata#Interactions/$entity"
    assert without_times(body) == {
        "@odata.type": "#CustomerInsights.BranchVisit",
        "InteractionId": "V-7",
        "InteractionType": "BranchVisit",
        "Timestamp": "2026-03-04T09:15:00Z",
        "VisitKey": "V-7",
        "ArrivedAt": "2026-03-04T09:15:00Z",
        "VisitorRef": "42",
        "ClerkRef": "7",
        "Minutes": 12,
        "Mood": 1,
        "Lane": "B",
        "DataSource": "SystemDefault",
    }


@pytest.mark.covers("entities.read", "entities.create")
def test_what_was_stored_is_found_by_every_form_of_its_key(data: Data) -> None:
    """By id in the typed set and among all, by id and type, by its id property; in any casing of the set's name."""
    stored = without_times(data.stored("/BranchVisits", VISIT))
    for path in (
        "/BranchVisits('V-7')",
        "/branchvisits('V-7')",
        "/Interactions('V-7')",
        "/interactions(InteractionType='BranchVisit',InteractionId='V-7')",
        "/Interactions(InteractionId='V-7', InteractionType='BranchVisit')",
        "/BranchVisits(VisitKey='V-7')",
    ):
        answer = data.get(path)
        assert answer.status_code == 200, path
        found = without_times(answer.json())
        found.pop("@odata.type", None)
        assert found == stored, path
    assert error_of(data.get("/BranchVisits('V-8')")) == (404, "ResourceNotFound")
    assert error_of(data.get("/BranchVisits('v-7')")) == (404, "ResourceNotFound")
    assert error_of(data.get("/Repairs('V-7')")) == (404, "ResourceNotFound")
    assert error_of(data.get("/Nothing('V-7')")) == (404, "ResourceNotFound")
    assert error_of(data.get("/BranchVisits('V-7")) == (400, "InvalidRequestContent")
    assert error_of(data.get("/BranchVisits(Lane='B')")) == (400, "InvalidRequestContent")


def test_the_same_again_changes_nothing_and_other_content_is_refused(data: Data, firm: Firm) -> None:
    """A fact: a repetition is 202 with what is stored, whatever the spelling; a difference is 409 and named."""
    stored = data.stored("/Interactions", VISIT)
    rows = firm.rows()
    again = VISIT | {"ArrivedAt": "2026-03-04T09:15:00.000Z", "Minutes": "12", "Mood": 1, "Extra": None}
    assert data.stored("/Interactions", again) == stored
    answer = data.send("/Interactions", VISIT | {"Minutes": 13, "Lane": "C", "New": True})
    assert error_of(answer) == (409, "InteractionImmutable")
    assert {target for target, _ in details_of(answer)} == {"Minutes", "Lane", "New"}
    assert firm.rows() == rows


def test_every_problem_of_an_instance_is_told_at_once_and_nothing_is_stored(data: Data, firm: Firm) -> None:
    """400 InvalidInstance with the property and the code of each."""
    rows = firm.rows()
    answer = data.send(
        "/BranchVisits",
        {"VisitKey": "x" * 41, "Minutes": "many", "Mood": "Sad", "bad name": 1, "Deep": {"a": "\x00"}},
    )
    assert error_of(answer) == (400, "InvalidInstance")
    assert sorted(details_of(answer)) == [
        ("ArrivedAt", "MissingRequiredField"),
        ("Deep", "InvalidValue"),
        ("Minutes", "InvalidValue"),
        ("Mood", "InvalidValue"),
        ("VisitKey", "ValueTooLong"),
        ("bad name", "InvalidPropertyName"),
    ]
    assert firm.rows() == rows


def test_an_instance_needs_a_known_type(data: Data) -> None:
    """Without one 400, with an unknown one 404, with another than the set's 400."""
    assert error_of(data.send("/Interactions", {"VisitKey": "1"})) == (400, "MissingInteractionType")
    assert error_of(data.send("/Interactions", {"InteractionType": "Nope"})) == (404, "ResourceNotFound")
    answer = data.send("/BranchVisits", VISIT | {"InteractionType": "Repair"})
    assert (error_of(answer), details_of(answer)) == (
        (400, "InvalidInstance"),
        [("InteractionType", "InvalidValue")],
    )
    assert data.send("/BranchVisits", VISIT | {"InteractionType": "branchvisit"}).status_code == 202
    untyped = {name: value for name, value in VISIT.items() if name != "InteractionType"}
    answer = data.send("/BranchVisits", untyped | {"interactiontype": "Repair"})
    assert details_of(answer) == [("InteractionType", "InvalidValue")]
    assert data.send("/Interactions", untyped | {"interactionTYPE": "BranchVisit"}).status_code == 202


@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}", b"1", b'"x"', b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_json_object_is_refused(data: Data, body: bytes) -> None:
    """400 InvalidRequestContent."""
    answer = data.request("POST", "/Interactions", content=body, headers={"Content-Type": "application/json"})
    assert error_of(answer) == (400, "InvalidRequestContent")


def test_a_body_of_another_media_type_is_refused(data: Data) -> None:
    """415 for XML, parts and CSV; a body without a type, or of curl's own, is read as JSON."""
    for kind in ("application/xml", "multipart/form-data; boundary=b", "text/csv"):
        answer = data.request("POST", "/BranchVisits", content=b"{}", headers={"Content-Type": kind})
        assert error_of(answer) == (415, "UnsupportedMediaType"), kind
    for headers in ({}, {"Content-Type": "application/x-www-form-urlencoded"}):
        answer = data.request("POST", "/BranchVisits", content=json.dumps(VISIT).encode(), headers=headers)
        assert answer.status_code == 202


def test_composite_ids_that_join_alike_are_two_instances(data: Data) -> None:
    """``a_b`` + ``c`` and ``a`` + ``b_c``: the second one's id has a digest; each is found by its own."""
    first = data.stored("/Repairs", {"Shop": "a", "Ticket": "b_c", "Note": "first"})
    second = data.stored("/Repairs", {"Shop": "a_b", "Ticket": "c", "Note": "second"})
    assert first["InteractionId"] == "a_b_c"
    assert second["InteractionId"] == "a_b_c~6769bfc9"
    for id_, note in (("a_b_c", "first"), ("a_b_c~6769bfc9", "second")):
        assert data.get(f"/Repairs('{id_}')").json()["Note"] == note
    assert data.get("/Repairs(Shop='a_b',Ticket='c')").json()["Note"] == "second"
    assert data.get("/Repairs(Ticket='b_c', Shop='a')").json()["Note"] == "first"


def test_quotes_slashes_and_blanks_in_ids_are_kept(data: Data) -> None:
    """Quotes are doubled in addresses; a slash within quotes belongs to the key."""
    for number, key in enumerate(("O'Hara", "a/b", "x y", "a,b=c(d)", "100%", "ß#?")):
        data.stored("/BranchVisits", VISIT | {"VisitKey": key, "Minutes": number})
        quoted = key.replace("'", "''").replace("%", "%25").replace("#", "%23").replace("?", "%3F")
        for path in (f"/BranchVisits('{quoted}')", f"/BranchVisits('{quoted.replace('/', '%2F')}')"):
            assert data.get(path).json()["Minutes"] == number, path


def test_an_id_of_two_types_is_ambiguous_among_all(data: Data) -> None:
    """409 AmbiguousKey with both typed addresses; typed sets and the key of two parts are not."""
    data.define("Other", {"apiEntitySetName": "Others", "idPropertyNames": ["K"],
                          "fields": [{"fieldName": "K", "fieldType": "Edm.String"}]})  # fmt: skip
    data.stored("/BranchVisits", VISIT)
    data.stored("/Others", {"K": "V-7"})
    answer = data.get("/Interactions('V-7')")
    assert error_of(answer) == (409, "AmbiguousKey")
    addresses = {item["message"] for item in answer.json()["error"]["details"]}
    assert addresses == {f"{data.base}/BranchVisits('V-7')", f"{data.base}/Others('V-7')"}
    assert data.get("/Others('V-7')").status_code == 200
    assert data.get("/Interactions(InteractionType='Others',InteractionId='V-7')").status_code == 404
    assert data.get("/Interactions(InteractionType='Other',InteractionId='V-7')").status_code == 200


def test_a_type_without_id_properties_gives_ids(data: Data) -> None:
    """32 hex digits; the same content twice is two instances, unless the request names itself."""
    data.define("Ping", {"apiEntitySetName": "Pings", "fields": []})
    first, second = data.stored("/Pings", {"A": 1}), data.stored("/Pings", {"A": 1})
    assert first["InteractionId"] != second["InteractionId"]
    assert len(first["InteractionId"]) == 32
    assert data.get(f"/Pings('{first['InteractionId']}')").json()["A"] == 1
    once = data.send("/Pings", {"A": 2}, Idempotency_Key="k1").json()
    again = data.send("/Pings", {"A": 2}, Idempotency_Key="k1")
    assert again.status_code == 202
    assert again.json()["InteractionId"] == once["InteractionId"]
    assert data.send("/Pings", {"A": 3}, Idempotency_Key="k1").status_code == 409


def test_the_timestamp_is_the_field_s_the_client_s_or_now(data: Data) -> None:
    """Step 6 of 6.3."""
    data.define("Ping", {"apiEntitySetName": "Pings", "fields": []})
    assert data.stored("/Pings", {"TimeStamp": "2020-01-01T01:00:00+01:00"})["Timestamp"] == "2020-01-01T00:00:00Z"
    assert data.stored("/Pings", {})["Timestamp"] > "2026"
    answer = data.send("/Pings", {"Timestamp": "yesterday"})
    assert (error_of(answer), details_of(answer)) == ((400, "InvalidInstance"), [("Timestamp", "InvalidValue")])


def test_the_data_source_is_the_instance_s_or_the_type_s(data: Data) -> None:
    """Step 7 of 6.3."""
    body = {"apiEntitySetName": "Pings", "fields": [], "defaultDataSource": {"name": "door"}}
    data.define("Ping", body)
    assert data.stored("/Pings", {})["DataSource"] == "door"
    assert data.stored("/Pings", {"DataSource": "gate"})["DataSource"] == "gate"
    assert data.stored("/Pings", {"DataSource": "SystemDefault"})["DataSource"] == "SystemDefault"


def test_every_digit_of_a_decimal_comes_back(data: Data) -> None:
    """As a number, or as a text where the client asks for texts."""
    number = "12345678901234567890.123456789012345678"
    body = f'{{"Shop": "s", "Ticket": "t", "Price": {number}}}'.encode()
    answer = data.request("POST", "/Repairs", content=body, headers={"Content-Type": "application/json"})
    assert f'"Price":{number}' in answer.text
    assert f'"Price":{number}' in data.get("/Repairs('s_t')").text
    exact = data.request("GET", "/Repairs('s_t')", headers={"Accept": "application/json;IEEE754Compatible=true"})
    assert exact.json()["Price"] == number
    assert "IEEE754Compatible=true" in exact.headers["Content-Type"]
    assert Decimal(exact.json()["Price"]) == Decimal(number)


def test_an_activity_is_merged_by_its_next_instance(data: Data) -> None:
    """What is given overwrites, what is not stays, null clears; each change is a version."""
    first = data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "Price": 10, "Parts": "a|b", "Lane": "B"})
    assert (first["Version"], first["Parts"], first["Price"]) == (1, ["a", "b"], 10)
    again = data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "Price": "10.0"})
    assert (again["Version"], again["LastModifiedTimestamp"]) == (1, first["LastModifiedTimestamp"])
    merged = data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "Note": "broken", "Lane": None})
    assert merged["Version"] == 2
    assert merged["Note"] == "broken"
    assert merged["Price"] == 10
    assert "Lane" not in merged
    assert merged["LastModifiedTimestamp"] > first["LastModifiedTimestamp"]


@pytest.mark.covers("entities.change", "entities.replace")
def test_patch_merges_and_put_replaces_an_activity(data: Data) -> None:
    """204, or 200 with the representation where the client prefers it."""
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "Price": 10, "Lane": "B"})
    answer = data.send("/Repairs('s_1')", {"Note": "x", "Lane": None}, "PATCH")
    assert (answer.status_code, answer.content) == (204, b"")
    found = data.get("/Repairs('s_1')").json()
    assert (found["Note"], found["Price"], found["Version"], "Lane" in found) == ("x", 10, 2, False)
    answer = data.send("/Interactions('s_1')", {"Note": "y"}, "PUT", Prefer="return=representation")
    assert answer.status_code == 200
    assert (answer.json()["Note"], answer.json()["Shop"], "Price" in answer.json()) == ("y", "s", False)
    assert answer.json()["Version"] == 3


def test_a_change_is_refused_where_it_does_not_fit(data: Data, firm: Firm) -> None:
    """Facts, ids, values, versions, what is not there."""
    data.stored("/BranchVisits", VISIT)
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1"})
    rows = firm.rows()
    assert error_of(data.send("/BranchVisits('V-7')", {"Minutes": 1}, "PATCH")) == (409, "InteractionImmutable")
    assert error_of(data.send("/BranchVisits('V-7')", VISIT, "PUT")) == (409, "InteractionImmutable")
    answer = data.send("/Repairs('s_1')", {"Ticket": "2", "Price": "x"}, "PATCH")
    assert error_of(answer) == (400, "InvalidInstance")
    answer = data.send("/Repairs('s_1')", {"Ticket": "2"}, "PATCH")
    assert details_of(answer) == [("Ticket", "InvalidValue")]
    assert error_of(data.send("/Repairs('s_1')", {"Note": "x"}, "PATCH", If_Match='W/"7"')) == (
        412,
        "PreconditionFailed",
    )
    assert error_of(data.send("/Repairs('nope')", {"Note": "x"}, "PATCH")) == (404, "ResourceNotFound")
    assert error_of(data.send("/Repairs", {"Shop": "s", "Ticket": "1"}, If_None_Match="*")) == (
        412,
        "PreconditionFailed",
    )
    assert firm.rows() == rows
    etag = data.get("/Repairs('s_1')").headers["ETag"]
    assert data.send("/Repairs('s_1')", {"Note": "x"}, "PATCH", If_Match=etag).status_code == 204


@pytest.mark.covers("entities.delete")
def test_instances_cannot_be_deleted(data: Data) -> None:
    """405 with what is allowed."""
    data.stored("/BranchVisits", VISIT)
    for path in ("/BranchVisits('V-7')", "/Interactions('V-7')"):
        answer = data.delete(path)
        assert error_of(answer) == (405, "MethodNotAllowed"), path
        assert "GET" in answer.headers["Allow"]
        assert "DELETE" not in answer.headers["Allow"]


def test_a_type_that_has_expired_is_only_read(data: Data) -> None:
    """409 TypeExpired for writes; reads go on."""
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1"})
    data.define("Repair", REPAIR | {"expiryDateTimeUtc": "2026-01-01T00:00:00Z"})
    assert error_of(data.send("/Repairs", {"Shop": "s", "Ticket": "2"})) == (409, "TypeExpired")
    many = data.send("/Repairs", [{"Shop": "s", "Ticket": "2"}]).json()
    assert (many["value"][0]["status"], many["value"][0]["error"]["code"]) == (409, "TypeExpired")
    assert error_of(data.send("/Repairs('s_1')", {"Note": "x"}, "PATCH")) == (409, "TypeExpired")
    assert data.get("/Repairs('s_1')").status_code == 200


def test_of_many_posts_of_one_fact_exactly_one_wins(data: Data) -> None:
    """32 at once with different content: one is stored, the others are told what differs."""
    data.stored("/BranchVisits", VISIT | {"VisitKey": "warm"})
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda n: data.send("/BranchVisits", VISIT | {"Minutes": n}), range(32)))
    won = [answer.json()["Minutes"] for answer in answers if answer.status_code == 202]
    assert len(won) == 1
    assert {error_of(answer) for answer in answers if answer.status_code != 202} == {(409, "InteractionImmutable")}
    assert data.get("/BranchVisits('V-7')").json()["Minutes"] == won[0]


def test_a_dry_run_checks_and_stores_nothing(data: Data, firm: Firm) -> None:
    """``?dryRun=true`` (9.5)."""
    rows = firm.rows()
    answer = data.request("POST", "/BranchVisits?dryRun=true", json=VISIT)
    assert (answer.status_code, answer.json()["valid"]) == (200, True)
    assert error_of(data.request("POST", "/BranchVisits?dryRun=true", json={})) == (400, "InvalidInstance")
    many = data.request("POST", "/BranchVisits?dryRun=true", json=[VISIT, {}]).json()
    assert ([item["status"] for item in many["value"]], "rejectId" in many["value"][1]) == ([200, 400], False)
    assert firm.rows() == rows


def test_a_correction_takes_the_place_of_a_fact(data: Data) -> None:
    """``CorrectionOf`` hides the corrected one, which stays (9.1)."""
    data.stored("/BranchVisits", VISIT)
    corrected = data.stored("/BranchVisits", VISIT | {"VisitKey": "V-8", "Minutes": 20, "CorrectionOf": "V-7"})
    assert corrected["CorrectionOf"] == "V-7"
    assert error_of(data.get("/BranchVisits('V-7')")) == (404, "ResourceNotFound")
    assert data.get("/BranchVisits('V-7')", includeVoided="true").json()["Minutes"] == 12
    shown = data.get("/BranchVisits").json()["value"]
    assert [item["InteractionId"] for item in shown] == ["V-8"]
    every = data.get("/BranchVisits", includeVoided="true").json()["value"]
    assert {item["InteractionId"] for item in every} == {"V-7", "V-8"}
    assert data.get("/BranchVisits/$count").text == "1"
    assert data.get("/BranchVisits/$count", includeVoided="true").text == "2"


def test_the_built_in_types_take_instances(data: Data, firm: Firm) -> None:
    """A meeting: its own id, its own fields, participants by their ids and addresses, further properties."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    body = {
        "InteractionId": "m-1",
        "Timestamp": "2026-03-04T09:00:00Z",
        "EndedAt": "2026-03-04T10:00:00Z",
        "Subject": "Kick-off",
        "Description": "They want a pilot",
        "AttendeeIds": [str(ola.id), "eve@other.example"],
        "InitiatorId": str(firm.mia.id),
        "Room": {"floor": 3},
    }
    stored = data.stored("/Meetings", body)
    assert {name: stored[name] for name in body if name != "AttendeeIds"} == {
        name: value for name, value in body.items() if name != "AttendeeIds"
    }
    assert stored["AttendeeIds"][0] == str(ola.id)
    assert len(stored["AttendeeIds"]) == 2
    assert data.get("/Meetings('m-1')").json()["Room"] == {"floor": 3}
    changed = data.send("/Meetings('m-1')", {"Subject": "Start"}, "PATCH", Prefer="return=representation").json()
    assert (changed["Subject"], changed["Description"]) == ("Start", "They want a pilot")
    answer = data.send("/Meetings", {"AttendeeIds": ["nobody", "99999"], "EndedAt": "x"})
    assert error_of(answer) == (400, "InvalidInstance")


def test_mails_are_facts_and_the_other_built_in_types_activities(data: Data, firm: Firm) -> None:
    """Each takes instances under its own id, with participants in its own slots; a stored e-mail does not change."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    mail = {"InteractionId": "m-1", "Timestamp": "2026-03-04T09:00:00Z", "Subject": "Offer", "Direction": "Sent",
            "FromId": str(firm.mia.id), "ToIds": [str(ola.id)], "CcIds": ["eve@other.example"]}  # fmt: skip
    stored = data.stored("/Emails", mail)
    assert (stored["FromId"], stored["ToIds"], stored["Direction"]) == (str(firm.mia.id), [str(ola.id)], 0)
    assert "Version" not in stored
    assert data.stored("/Emails", mail) == stored
    answer = data.send("/Emails", mail | {"Subject": "Other"})
    assert (error_of(answer), details_of(answer)) == ((409, "InteractionImmutable"), [("Subject", "DifferentValue")])
    assert error_of(data.send("/Emails('m-1')", {"Subject": "x"}, "PATCH")) == (409, "InteractionImmutable")
    for name in ("Call", "ChatMessage", "LoggedInteraction", "CanvassVisit"):
        one = data.stored("/Interactions", {"InteractionType": name, "InteractionId": f"x-{name}", "Description": "a"})
        assert one["Version"] == 1
        again = data.stored("/Interactions", {"InteractionType": name, "InteractionId": f"x-{name}", "Subject": "b"})
        assert (again["Version"], again["Description"], again["Subject"]) == (2, "a", "b")
    march = {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-04-01T00:00:00Z"}
    found = firm.caller("/affinity").get("/interactions", type=3, person_id=ola.id, **march).json()
    assert [item["subject"] for item in found["emails"]] == ["Offer"]


def test_another_tenant_s_instances_are_not_there(data: Data, firm: Firm) -> None:
    """Nothing crosses a hub; a read-only token does not write; without one there is nothing."""
    data.stored("/BranchVisits", VISIT)
    other = Data(firm.server.found())
    other.define()
    assert error_of(other.get("/BranchVisits('V-7')")) == (404, "ResourceNotFound")
    reader = Data(firm, firm.token_of(firm.mia, "customer-insights:read"))
    assert reader.get("/BranchVisits('V-7')").status_code == 200
    assert error_of(reader.send("/BranchVisits", VISIT)) == (403, "AuthorizationFailed")
    nobody = Data(firm, "ilog1_nobody")
    assert nobody.get("/BranchVisits('V-7')").status_code == 401


def test_a_built_in_type_may_have_more_fields(data: Data) -> None:
    """Declared on it like on any other, and filtered by."""
    meeting = data.manage.get("/model/interactions/Meeting").json()
    meeting["fields"].append({"fieldName": "Budget", "fieldType": "Edm.Decimal"})
    data.define("Meeting", meeting)
    data.stored("/Meetings", {"InteractionId": "m-1", "Subject": "Kick-off", "budget": "12.50"})
    assert data.get("/Meetings('m-1')").json()["Budget"] == 12.5
    found = data.get("/Meetings", **{"$filter": "Budget gt 12 and Subject eq 'Kick-off'"}).json()["value"]
    assert [item["InteractionId"] for item in found] == ["m-1"]
    answer = data.send("/Meetings", {"Budget": "much"})
    assert details_of(answer) == [("Budget", "InvalidValue")]


def test_old_instances_outlive_changes_of_their_type(data: Data) -> None:
    """A field that is added, one that retires, one that becomes required: what was stored is read as it was."""
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1", "OpenedAt": "2026-03-04T09:15:00+01:00", "Price": "1.50"})
    fields = [field for field in REPAIR["fields"] if field["fieldName"] not in ("Price", "OpenedAt")]
    fields.append({"fieldName": "Priority", "fieldType": "Edm.Int32", "isRequired": True})
    changed = {name: value for name, value in REPAIR.items() if name != "timestampFieldName"} | {"fields": fields}
    data.define("Repair", changed)
    old = data.get("/Repairs('s_1')").json()
    assert (old["Price"], old["OpenedAt"], old["Timestamp"]) == (1.5, "2026-03-04T08:15:00Z", "2026-03-04T08:15:00Z")
    assert details_of(data.send("/Repairs", {"Shop": "s", "Ticket": "2"})) == [("Priority", "MissingRequiredField")]
    assert data.send("/Repairs('s_1')", {"Note": "still open"}, "PATCH").status_code == 204
    assert data.get("/Repairs('s_1')").json()["Price"] == 1.5


def test_the_head_of_an_instance_tells_whether_it_is_there(data: Data) -> None:
    """As a GET does, without a body."""
    data.stored("/BranchVisits", VISIT)
    for path, expected in (("/BranchVisits('V-7')", 200), ("/BranchVisits('V-8')", 404)):
        answer = data.request("HEAD", path)
        assert (answer.status_code, answer.content) == (expected, b"")
