"""What a visit may say, what the server adds to it, what it changes of its contact, and how other protocols see it."""

from typing import Any

import pytest

from interlog.model.canvassing.resources import nil_survey
from interlog.model.ids import uuid7
from interlog.model.instances import Instance
from interlog.model.tenancy import UserRole
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused, types
from .setting_up import World, patch, question, replace

AVAILABLE, REASON, BUS, RATING, PETS, WISH = (uuid7() for _ in range(6))
AT = "2026-03-14T17:05:30.000Z"
QUESTIONS = [
    question(
        questionId=AVAILABLE,
        tag="available",
        type="availability",
        options=[{"icon": "no", "value": "false"}, {"icon": "yes", "value": "true"}],
    ),
    question(
        questionId=REASON,
        tag="unavailable_reason",
        type="multi-choice",
        options=[{"text": "Not Home"}, {"text": "Moved"}],
    ),
    question(questionId=BUS, tag="rides_bus"),
    question(
        questionId=RATING, tag="rating", type="scale", options=[{"text": str(n), "value": n} for n in range(1, 6)]
    ),
    question(
        questionId=PETS,
        tag="pets",
        type="multi-select",
        options=[{"text": "Submit"}],
        choices=[{"text": "Cat"}, {"text": "Dog"}],
    ),
    question(questionId=WISH, tag="wish", type="text", options=[{"text": "Cancel"}, {"text": "Submit"}]),
]
TAGS = {AVAILABLE: "available", REASON: "unavailable_reason", BUS: "rides_bus", RATING: "rating", PETS: "pets",
        WISH: "wish"}  # fmt: skip
MADISON = {"type": "Point", "coordinates": [-89.3891, 43.0741]}


class Street:
    """A campaign with a survey, and a contact to be visited."""

    def __init__(self, world: World) -> None:
        self.world, self.api = world, world.api
        self.list = world.list()["id"]
        self.campaign = world.campaign()["id"]
        self.survey = world.survey(self.campaign, questions=QUESTIONS)["id"]
        self.contact = self.new_contact()

    def new_contact(self) -> str:
        profile = {
            "name": {"first": "Jane", "last": "Doe"},
            "address": {"formatted": "1 Main Street", "position": MADISON},
        }
        made: str = self.world.contact(self.list, **profile)["id"]
        return made

    def data(self, *, answers: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Return the data of a visit at which somebody was there."""
        given = {
            "campaignId": self.campaign,
            "contactId": self.contact,
            "timestamp": AT,
            "survey": {"surveyId": self.survey, "responses": responses(answers or {})},
            "unavailable": False,
        }
        return {name: value for name, value in (given | more).items() if value is not None}

    def visit(self, status: int = 201, *, answers: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Record a visit."""
        response = self.api.post("/v1/interactions", data=self.data(answers=answers, **more))
        assert response.status_code == status, response.text
        made: dict[str, Any] = response.json()
        return made

    def see(self) -> dict[str, Any]:
        """Return the contact's data."""
        found: dict[str, Any] = self.api.get(f"/v1/contacts/{self.contact}").json()["data"]
        return found


def responses(answers: dict[str, Any]) -> dict[str, Any]:
    """Return responses, by question; None for a question that was only shown."""
    return {
        id_: {"questionId": id_, "fields": {} if answer is None else {TAGS[id_]: answer}}
        for id_, answer in answers.items()
    }


@pytest.fixture
def street(world: World) -> Street:
    """A street with one door."""
    return Street(world)


@pytest.mark.covers("interactions.create", "interactions.get")
def test_a_visit_is_completed(street: Street, api: Caller) -> None:
    """The server adds list, distance and success; the three forms of body say the same; version 2 reads it too."""
    made = street.visit(
        answers={AVAILABLE: "true", BUS: "true", RATING: 4, PETS: ["Cat", "Dog"], WISH: "more büses", REASON: None},
        location={"lat": 43.07412, "lng": -89.38911, "confidence": 8},
    )
    data = made["data"]
    assert (data["listId"], data["successful"]) == (street.list, True)
    assert data["distance"] == 0.0015
    assert data["survey"]["responses"][REASON] == {"questionId": REASON, "fields": {}}
    assert api.get(f"/v1/interactions/{made['id']}").json() == made
    in_v2 = api.get(f"/v2/interactions/{made['id']}").json()["data"]
    assert in_v2.keys() - data.keys() == {"householdId", "contactHouseholdId"}
    assert in_v2 | data == in_v2
    assert api.get(f"/interactions/{made['id']}").json() == made

    flat = api.post("/v1/interactions", **street.data(), id=uuid7())
    wrapped = api.post("/v2/interactions", data=street.data())
    assert (flat.status_code, wrapped.status_code) == (201, 201)
    assert flat.json()["data"] == street.data() | {"listId": street.list, "successful": False}
    assert flat.json()["data"].items() <= wrapped.json()["data"].items()


def test_what_an_unavailable_contact_leaves(street: Street) -> None:
    """Availability and reason follow from the answers where the client does not say them; what it says wins."""
    made = street.visit(answers={AVAILABLE: "false", REASON: "Moved"}, unavailable=None)["data"]
    assert (made["unavailable"], made["unavailableReason"], made["successful"]) == (True, "Moved", False)
    assert street.see()["state"] == "contacted-unavailable-other"
    made = street.visit(answers={AVAILABLE: "false"}, unavailableReason="Come Back", timestamp="2026-03-15T09:00:00Z",
                        unavailable=True)["data"]  # fmt: skip
    assert (made["unavailableReason"], street.see()["state"]) == ("Come Back", "come-back")


@pytest.mark.covers("interactions.create")
def test_everything_that_is_wrong_is_told_at_once(street: Street, api: Caller, firm: Firm) -> None:
    """Each problem has its path into the body as it was sent; nothing is stored."""
    before = firm.rows()
    wrong = street.data() | {"contactId": "x", "distance": -1, "cow": 1, "unavailable": "no", "timestamp": "2026"}
    wrong |= {"location": {"lat": 91}, "unavailableReason": "r" * 257}
    wrong["survey"] = {
        "responses": {
            "no-uuid": {"fields": {}},
            AVAILABLE: {"questionId": REASON, "fields": {"a": 1, "b": 2}},
            BUS: {"fields": {"rides_bus": {"deep": 1}}, "more": 1},
        }
    }
    expected = {
        ("contactId", "string.guid"),
        ("distance", "number.min"),
        ("cow", "object.allowUnknown"),
        ("unavailable", "boolean.base"),
        ("timestamp", "date.isoDate"),
        ("location/lat", "number.max"),
        ("location/lng", "any.required"),
        ("unavailableReason", "string.max"),
        ("survey/surveyId", "any.required"),
        ("survey/responses/no-uuid", "string.guid"),
        (f"survey/responses/{AVAILABLE}/questionId", "any.allowOnly"),
        (f"survey/responses/{AVAILABLE}/fields", "object.max"),
        (f"survey/responses/{BUS}/fields/rides_bus", "any.base"),
        (f"survey/responses/{BUS}/more", "object.allowUnknown"),
    }
    problems = refused(api.post("/v1/interactions", data=wrong), 400, "ValidationError")
    assert types(problems) == {(f"/data/{path}", type_) for path, type_ in expected}
    problems = refused(api.post("/v1/interactions", **wrong), 400, "ValidationError")
    assert types(problems) == {(f"/{path}", type_) for path, type_ in expected}
    problems = refused(api.post("/v1/interactions", data={}, id="x"), 400, "ValidationError")
    assert types(problems) == {
        ("/id", "string.guid"),
        *((f"/data/{name}", "any.required") for name in ("campaignId", "contactId", "timestamp", "survey")),
    }
    assert firm.rows() == before


def test_references_must_be_there(street: Street, api: Caller, firm: Firm) -> None:
    """What is not there, was deleted, or is another tenant's is refused by its path; also by a flat body's."""
    api.delete(f"/v1/contacts/{street.contact}")
    other = firm.server.found().caller(PREFIX)
    unknown = street.data(campaignId=uuid7(), statusId=uuid7(), survey={"surveyId": uuid7()})
    before = firm.rows()
    expected = [("contactId", "any.ref"), ("campaignId", "any.ref"), ("statusId", "any.ref")]
    problems = refused(api.post("/v1/interactions", data=unknown), 400, "ValidationError")
    assert types(problems) == {(f"/data/{path}", code) for path, code in expected} | {
        ("/data/survey/surveyId", "any.ref")
    }
    problems = refused(other.post("/v1/interactions", **street.data()), 400, "ValidationError")
    assert types(problems) == {(f"/{path}", "any.ref") for path in ("campaignId", "contactId", "survey/surveyId")}
    assert firm.rows() == before


def test_answers_are_held_to_the_survey(street: Street, api: Caller) -> None:
    """Unknown questions, other fields and unfit values are refused; answers to a former version are taken."""
    wrong = responses({RATING: 9, PETS: ["Cow"], BUS: "maybe", WISH: 5, AVAILABLE: True})
    wrong[uuid7()] = {"fields": {"x": "y"}}
    body = street.data(survey={"surveyId": street.survey, "responses": wrong})
    problems = refused(api.post("/v1/interactions", data=body), 400, "ValidationError")
    assert {path.split("/")[4] for path, _ in types(problems)} == set(wrong)

    path = f"/v1/surveys/{street.survey}"
    assert patch(api, path, replace("/questions", [question(questionId=WISH, tag="hope", type="text", options=[
        {"text": "Cancel"}, {"text": "Submit"}])])).status_code == 200  # fmt: skip
    street.visit(answers={WISH: "as the survey was"})
    body = street.data(survey={"surveyId": street.survey, "responses": {WISH: {"fields": {"hope": "as it is"}}}})
    assert api.post("/v1/interactions", data=body).status_code == 201
    mixed = responses({BUS: "true"}) | {WISH: {"fields": {"hope": "as it never was"}}}
    body = street.data(survey={"surveyId": street.survey, "responses": mixed})
    refused(api.post("/v1/interactions", data=body), 400, "ValidationError")


def test_repetitions(street: Street, api: Caller) -> None:
    """An ``Idempotency-Key`` stands for an id; what the server added is no difference, what the client says is."""
    headers = {"Idempotency-Key": "door 1"}
    body = {"data": street.data(answers={BUS: "true"}, listId=uuid7())}
    first = api.request("POST", "/v1/interactions", json=body, headers=headers)
    again = api.request("POST", "/v1/interactions", json=body, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    body["data"]["successful"] = True
    other = api.request("POST", "/v1/interactions", json=body, headers=headers)
    data = refused(other, 409, "ExistsError")
    assert data["id"] == first.json()["id"]


@pytest.mark.covers("interactions.duplicates")
def test_the_same_moment(street: Street, api: Caller, firm: Firm) -> None:
    """The same door at the same moment under two ids is listed as a possible duplicate, or taken for a repetition."""
    one, two = street.visit(), street.visit()
    street.visit(timestamp="2026-03-14T17:05:31.000Z")
    found = api.get("/v1/interactions/duplicates").json()["data"]
    assert {item["id"] for item in found} == {one["id"], two["id"]}
    found = api.get("/v1/interactions/duplicates", campaignId=street.campaign, limit=1).json()["data"]
    assert len(found) == 1
    assert api.get("/v1/interactions/duplicates", campaignId=uuid7()).json()["data"] == []
    with firm.server.with_settings(polis_natural_key_dedupe=True) as base:
        caller = firm.caller(PREFIX, base=base)
        body = street.data(timestamp="2026-03-16T10:00:00Z")
        answer = caller.post("/v1/interactions/bulk", data=[body, body])
        assert (answer.status_code, len({item["id"] for item in answer.json()["data"]})) == (201, 1)
        again = caller.post("/v1/interactions", data=body)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")


@pytest.mark.covers("interactions.create_many")
def test_an_outbox(street: Street, api: Caller) -> None:
    """Each of many is stored or refused alone, with its position; repetitions count as stored."""
    first = {"id": uuid7(), "data": street.data(answers={RATING: 1})}
    flat = street.data(timestamp="2026-03-14T18:00:00Z", answers={RATING: 2}) | {"id": uuid7()}
    other = {"id": first["id"], "data": street.data(answers={RATING: 5})}
    wrong = {"data": street.data(contactId="x")}
    answer = api.post("/v1/interactions/bulk", data=[first, wrong, flat, first, other, 5])
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert [item["id"] for item in body["data"]] == [first["id"], flat["id"], first["id"]]
    assert [(error["name"], error["data"]["position"]) for error in body["errors"]] == [
        ("ValidationError", 1),
        ("ExistsError", 4),
        ("ValidationError", 5),
    ]
    assert body["errors"][1]["data"]["id"] == first["id"]
    assert street.see()["fields"] == {"rating": 2}
    again = api.post("/v1/interactions/bulk", data=[first])
    assert (again.status_code, "errors" in again.json()) == (200, False)
    for many in ([], [first] * 1001, "x"):
        refused(api.post("/v1/interactions/bulk", data=many), 400, "ValidationError")


@pytest.mark.covers("interactions.patch")
def test_a_correction(street: Street, api: Caller) -> None:
    """A patch is held to the same rules, what follows from answers follows anew, and the contact with it."""
    made = street.visit(answers={BUS: "true", RATING: 2})
    path = f"/v1/interactions/{made['id']}"
    assert patch(api, path).json() == made
    assert patch(api, path, replace("/unavailable", False)).json() == made
    after = patch(api, path, replace(f"/survey/responses/{BUS}/fields/rides_bus", "false"),
                  {"op": "remove", "path": f"/survey/responses/{RATING}"})  # fmt: skip
    assert after.status_code == 200, after.text
    assert after.json()["data"]["successful"] is False
    assert list(after.json()["meta"])[-1] == "etag"
    seen = street.see()
    assert (seen["fields"], seen["state"]) == ({"rides_bus": "false"}, "contacted-available-not-successful")

    for step, status, name in (
        (replace("/listId", uuid7()), 400, "ValidationError"),
        (replace("/interactions", 1), 400, "ValidationError"),
        (replace("/unavailable", "x"), 400, "ValidationError"),
        (replace("/contactId", uuid7()), 400, "ValidationError"),
        ({"op": "remove", "path": "/unavailable"}, 400, "ValidationError"),
        ({"op": "test", "path": "/unavailable", "value": True}, 409, "ConcurrencyError"),
        ({"op": "paint", "path": "/unavailable"}, 400, "FormatError"),
    ):
        refused(patch(api, path, step), status, name)
    assert api.get(path).json() == after.json()

    moved = street.new_contact()
    assert patch(api, path, replace("/contactId", moved)).json()["data"]["listId"] == street.list
    assert (street.see()["contacted"], street.see()["fields"]) == (False, {})
    assert api.get(f"/v1/contacts/{moved}").json()["data"]["fields"] == {"rides_bus": "false"}


def test_preconditions(street: Street, api: Caller, firm: Firm) -> None:
    """An outdated ETag is refused with the current one; where the server is strict, none is too."""
    made = street.visit()
    path, etag = f"/v1/interactions/{made['id']}", made["meta"]["etag"]
    step = {"op": "add", "path": "/unavailableReason", "value": "Moved"}
    assert patch(api, path, step, ETag=f'"{etag}"').status_code == 200
    current = api.get(path).json()["meta"]["etag"]
    assert current != etag
    assert refused(patch(api, path, step, ETag=etag), 409, "ConcurrencyError") == {"etag": current}
    refused(api.request("DELETE", path, headers={"If-Match": f'"{etag}"'}), 412, "ConcurrencyError")
    assert api.request("GET", path, headers={"If-None-Match": f'"{current}"'}).status_code == 304
    with firm.server.with_settings(polis_require_etag=True) as base:
        refused(patch(firm.caller(PREFIX, base=base), path, step), 400, "ValidationError")
    assert api.request("DELETE", path, headers={"ETag": current}).status_code == 200


@pytest.mark.covers("interactions.delete", "interactions.restore")
def test_contacts_follow_what_goes_and_comes_back(street: Street, api: Caller) -> None:
    """When a visit is deleted, the one before it speaks again; a late one speaks only where no newer one has."""
    old = street.visit(answers={RATING: 1}, timestamp="2026-03-14T10:00:00Z")
    new = street.visit(answers={RATING: 5}, timestamp="2026-03-14T12:00:00Z", unavailable=True)
    street.visit(answers={RATING: 3, WISH: "trams"}, timestamp="2026-03-14T11:00:00Z")
    assert street.see()["fields"] == {"rating": 5, "wish": "trams"}
    assert street.see()["state"] == "contacted-unavailable-other"
    api.delete(f"/v1/interactions/{new['id']}")
    assert street.see()["fields"] == {"rating": 3, "wish": "trams"}
    assert street.see()["state"] == "contacted-available-not-successful"
    assert api.post(f"/v1/interactions/{new['id']}/restore").status_code == 200
    refused(api.post(f"/v1/interactions/{new['id']}/restore"), 404, "NotFoundError")
    assert street.see()["fields"] == {"rating": 5, "wish": "trams"}
    api.delete(f"/v1/interactions/{old['id']}")
    assert street.see()["fields"] == {"rating": 5, "wish": "trams"}


def test_a_status_that_was_chosen(street: Street, world: World) -> None:
    """The contact has the state of the status that the canvasser chose; otherwise that of what happened."""
    appointment = world.status(name="Tea", contactState="appointment")["id"]
    street.visit(statusId=appointment)
    assert (street.see()["state"], street.see()["statusId"]) == ("appointment", appointment)
    street.visit(timestamp="2026-03-15T09:00:00Z", unavailable=True, unavailableReason="not home")
    assert street.see()["state"] == "contacted-unavailable-not-home"


@pytest.mark.covers("interactions.latest_by_canvasser")
def test_the_latest_of_each_canvasser(street: Street, api: Caller, firm: Firm, world: World) -> None:
    """Of each canvasser the newest visit of an organization's campaigns in a time, newest first."""
    ben = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben")))
    street.visit(timestamp="2026-03-14T10:00:00Z")
    newest = street.visit(timestamp="2026-03-14T23:59:59.999Z")
    street.visit(timestamp="2026-03-15T00:00:00Z")
    of_ben = ben.post("/v1/interactions", data=street.data(timestamp="2026-03-14T12:00:00Z")).json()
    asked = {"organizationId": world.root, "startDate": "2026-03-14", "endDate": "2026-03-14"}
    path = "/v1/interactions/latest/by-canvasser"
    found = api.get(path, **asked).json()
    assert ([item["id"] for item in found["data"]], found["meta"]) == ([newest["id"], of_ben["id"]], {})
    assert [item["id"] for item in api.get(path, **asked, limit=1, skip=1).json()["data"]] == [of_ben["id"]]
    assert api.get(path, **asked | {"organizationId": uuid7()}).json()["data"] == []
    problems = refused(api.get(path), 400, "ValidationError")
    assert types(problems) == {(f"/{name}", "any.required") for name in asked}
    refused(api.get(path, **asked | {"endDate": "yesterday"}), 400, "ValidationError")
    listed = api.get("/v1/interactions", **asked).json()["data"]
    assert len(listed) == 3


def test_an_import_needs_the_right(street: Street, api: Caller, firm: Firm) -> None:
    """Who may import keeps when and by whom a visit was created; others may not, and without asking it is ignored."""
    ben = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben", role=UserRole.MEMBER)))
    meta = {"created": "2020-01-02T03:04:05.006Z", "createdBy": uuid7(), "etag": "x", "resource": "cows"}
    body = {"data": street.data(), "meta": meta}
    data = refused(ben.post("/v1/interactions?preserveMeta=true", **body), 403, "UnauthorizedError")
    assert data == {"permission": "import"}
    made = ben.post("/v1/interactions", **body).json()["meta"]
    assert made["createdBy"] not in (meta["createdBy"], None)
    assert made["created"] != meta["created"]
    made = api.post("/v1/interactions?preserveMeta=true", **body).json()["meta"]
    assert (made["created"], made["createdBy"]) == (meta["created"], meta["createdBy"])
    wrong = {"data": street.data(), "meta": {"created": "x", "createdBy": 5}}
    problems = refused(api.post("/v1/interactions?preserveMeta=true", **wrong), 400, "ValidationError")
    assert types(problems) == {("/meta/created", "date.isoDate"), ("/meta/createdBy", "string.guid")}


def test_other_protocols(street: Street, api: Caller, firm: Firm) -> None:
    """A visit is a meeting of Affinity with its answers in the note; what changes there is seen here, contacts too."""
    made = street.visit(answers={RATING: 4, WISH: "more büses"}, unavailable=False)
    affinity = firm.caller("/affinity")
    window = {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-04-01T00:00:00Z", "type": 0}
    (jane,) = affinity.get("/persons", term="Jane").json()["persons"]
    found = affinity.get("/interactions", **window, person_id=jane["id"])
    assert found.status_code == 200, found.text
    (meeting,) = found.json()["events"]
    assert meeting["title"] == "Canvass visit – Bus lines 2026"
    note = affinity.get(f"/notes/{meeting['notes'][0]}").json()
    assert "more büses" in note["content"]
    assert sorted(person["type"] for person in meeting["persons"]) == [0, 1]
    path = f"/v1/interactions/{made['id']}"
    changed = affinity.put(f"/interactions/{meeting['id']}", type=0, date="2026-03-20T10:00:00Z")
    assert changed.status_code == 200, changed.text
    seen = api.get(path).json()
    assert (seen["data"]["timestamp"], seen["data"]["survey"]) == ("2026-03-20T10:00:00.000Z", made["data"]["survey"])
    assert seen["meta"]["etag"] != made["meta"]["etag"]
    assert affinity.delete(f"/interactions/{meeting['id']}", type=0).status_code == 200
    refused(api.get(path), 404, "NotFoundError")
    assert (street.see()["contacted"], street.see()["fields"]) == (False, {})


def test_a_contact_that_comes_back(street: Street, api: Caller) -> None:
    """A contact that was deleted is, when it is restored, what its visits say by then."""
    made = street.visit(answers={RATING: 4})
    street.visit(answers={RATING: 5}, timestamp="2026-03-13T10:00:00Z")
    assert api.delete(f"/v1/contacts/{street.contact}").status_code == 200
    assert api.delete(f"/v1/interactions/{made['id']}").status_code == 200
    assert api.post(f"/v1/contacts/{street.contact}/restore").status_code == 200
    assert street.see()["fields"] == {"rating": 5}


def test_an_id_that_means_something_else(street: Street, api: Caller, firm: Firm) -> None:
    """The id of an interaction that is no visit is taken, without a word about it."""
    call = firm.log("Call", 1_700_000_000_000_000, firm.mia)
    assert refused(api.post("/v1/interactions", data=street.data(), id=call.uuid), 409, "ExistsError") is None


def test_visits_of_another_protocol(street: Street, api: Caller, firm: Firm) -> None:
    """A visit that is put through Customer Insights is listed here, and its contact follows it."""
    fields = {"campaignId": street.campaign, "contactId": street.contact, "unavailable": True}
    fields |= {"unavailableReason": "Not Home", "responses": responses({RATING: 2})}
    item = Instance(type="CanvassVisit", fields=fields, occurred_at=1_773_000_000_000_000)
    placed = firm.server.run(firm.ledger.instances.put(firm.actor, item))
    (found,) = api.get("/v1/interactions", filter=f'/data/contactId eq "{street.contact}"').json()["data"]
    assert (found["id"], found["data"]["unavailableReason"]) == (placed.interaction.uuid, "Not Home")
    assert found["data"]["survey"]["surveyId"] == nil_survey(firm.tenant)
    seen = street.see()
    assert (seen["state"], seen["fields"]) == ("contacted-unavailable-not-home", {"rating": 2})
    assert api.get(f"/v1/interactions/{found['id']}").json() == found


def test_what_is_odd_is_accepted_and_said(street: Street, api: Caller, firm: Firm) -> None:
    """Answers beside the survey's way, and visits of a campaign that is over, are stored; the text says so."""
    made = street.visit(answers={AVAILABLE: "true", REASON: "Moved"})
    assert _text(firm, made["id"]).endswith("Moved")
    made = street.visit(answers={RATING: 4})
    assert "do not follow the way" in _text(firm, made["id"])
    assert patch(api, f"/v1/campaigns/{street.campaign}", replace("/status", "complete")).status_code == 200
    made = street.visit(timestamp="2026-03-14T20:00:00Z")
    assert "not under way" in _text(firm, made["id"])
    assert set(made) == {"id", "data", "meta", "customerId", "securityGroupId"}


def _text(firm: Firm, id_: str) -> str:
    permit = firm.server.run(firm.ledger.permits.of(firm.actor))
    return firm.server.run(firm.ledger.visits.get(firm.actor, permit, id_)).content.body or ""


def test_members_that_nobody_knows(street: Street, firm: Firm) -> None:
    """Where the server keeps unknown members they come back, can be patched, and count as what the client said."""
    with firm.server.with_settings(polis_unknown_members="keep") as base:
        caller = firm.caller(PREFIX, base=base)
        body = {"id": uuid7(), "data": street.data() | {"cow": {"zz": 1, "a": [1.0, 1e-7]}}}
        made = caller.post("/v1/interactions", **body)
        assert (made.status_code, made.json()["data"]["cow"]) == (201, {"a": [1, 1e-7], "zz": 1})
        assert caller.post("/v1/interactions", **body).status_code == 200
        body["data"]["cow"] = 5  # type: ignore[index]
        refused(caller.post("/v1/interactions", **body), 409, "ExistsError")
        path = f"/v1/interactions/{body['id']}"
        assert caller.get(path).json() == made.json()
        assert patch(caller, path, replace("/cow", "Elsie")).json()["data"]["cow"] == "Elsie"
