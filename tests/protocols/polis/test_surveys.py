"""Surveys: what questions of each type must have, where answers lead, both forms, and versions (spec 4.5)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.serving import Caller, Firm

from .conftest import refused, types
from .setting_up import World, patch, question, replace

UNKNOWN = "00000000-0000-4000-8000-000000000000"
BUTTONS = [{"text": "Cancel"}, {"text": "Submit"}]


def options(count: int) -> list[dict[str, Any]]:
    """Return so many options."""
    return [{"text": f"Option {number}"} for number in range(1, count + 1)]


VALID = [
    question(type="availability", options=[{"icon": "no", "value": "false"}, {"icon": "yes", "value": "true"}]),
    question(type="multi-choice", options=options(3)),
    question(type="multi-select", options=options(1), choices=[{"text": "A"}, {"text": "B", "value": 2}]),
    question(type="payment", options=options(2)),
    question(type="pdf", options=options(2), url="https://own.example/a.pdf"),
    question(type="scale", options=[{"icon": "face-sad", "value": n} for n in range(1, 6)]),
    question(type="text", options=BUTTONS, multiline=True, max=1000, keyboard="email", placeholder="Yes?"),
    question(type="verification", options=options(1)),
    question(type="youtube", options=options(2), url="https://own.example/v"),
]


@pytest.mark.covers("surveys.create", "surveys.get")
@pytest.mark.parametrize("asked", VALID, ids=lambda asked: asked["type"])
def test_each_type(world: World, api: Caller, asked: dict[str, Any]) -> None:
    """A question of each type comes back as it was written, with its id, and with ``success`` for every option."""
    made = world.survey(world.campaign()["id"], questions=[asked])
    (stored,) = made["data"]["questions"]

    assert made["data"]["discoverable"] is False
    assert stored["questionId"] and stored["required"] is False
    for sent, kept in zip(asked["options"], stored["options"], strict=True):
        assert kept == {"success": False} | sent
    for name in set(asked) - {"options", "choices"}:
        assert stored[name] == asked[name]
    assert api.get(f"/v1/surveys/{made['id']}").json() == made


def test_the_defaults_of_a_text(world: World) -> None:
    """A text is one line of at most 256 characters, unless the survey says otherwise."""
    made = world.survey(world.campaign()["id"], questions=[question(type="text", options=BUTTONS)])
    stored = made["data"]["questions"][0]
    assert (stored["multiline"], stored["max"], stored["placeholder"]) == (False, 256, "")


WRONG: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    (question(text=None), {("/text", "any.required")}),
    (question(text="x" * 513), {("/text", "string.max")}),
    (question(tag="x" * 129), {("/tag", "string.max")}),
    (question(tag=None, type=None, options=None),
     {("/tag", "any.required"), ("/type", "any.required"), ("/options", "any.required")}),
    (question(type="riddle"), {("/type", "any.allowOnly")}),
    (question(type=[]), {("/type", "string.base")}),
    (question(questionId="x"), {("/questionId", "string.guid")}),
    (question(type="availability", options=options(1)),
     {("/options", "array.min"), ("/options/0/value", "any.allowOnly")}),
    (question(type="multi-choice", options=options(1)), {("/options", "array.min")}),
    (question(type="multi-select", options=[]), {("/options", "array.min"), ("/choices", "array.min")}),
    (question(type="multi-select", options=options(1), choices=[{"action": {"type": "end"}}]),
     {("/choices/0/text", "any.required"), ("/choices/0/action", "object.allowUnknown")}),
    (question(type="pdf", options=options(3)), {("/options", "array.max"), ("/url", "any.required")}),
    (question(type="scale", options=options(4)), {("/options", "array.min")}),
    (question(type="text", options=options(3), max=0, keyboard="braille"),
     {("/options", "array.max"), ("/max", "number.min"), ("/keyboard", "any.allowOnly")}),
    (question(type="verification", options=options(3)), {("/options", "array.max")}),
    (question(type="youtube", options=[], url=""), {("/options", "array.min"), ("/url", "any.empty")}),
    (question(multiline=True, url="x", choices=[]),
     {("/multiline", "object.allowUnknown"), ("/url", "object.allowUnknown"), ("/choices", "object.allowUnknown")}),
    (question(options=[{"value": "a"}, {"icon": "smile"}, {"text": "x" * 129}, {"text": "A", "value": True}]),
     {("/options/0/text", "any.required"), ("/options/1/icon", "any.allowOnly"), ("/options/2/text", "string.max"),
      ("/options/3/value", "any.base")}),
    (question(options=[{"text": "A", "action": {"type": "jump"}}, {"text": "B", "action": {"type": "question"}},
                       {"text": "C", "action": {"type": "question", "questionId": UNKNOWN}},
                       {"text": "D", "action": {"type": "question", "questionId": None}}]),
     {("/options/0/action/type", "any.allowOnly"), ("/options/1/action/questionId", "any.required"),
      ("/options/2/action/questionId", "any.ref"), ("/options/3/action/questionId", "any.required")}),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), WRONG, ids=range(len(WRONG)))
def test_each_rule(
    world: World, api: Caller, firm: Firm, asked: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    """What a question lacks, or has and must not have, is told by its path; nothing is stored."""
    campaign = world.campaign()["id"]
    before = firm.rows()
    answer = api.post("/v1/surveys", data={"name": "Bus", "campaignId": campaign, "questions": [asked]})
    found = types(refused(answer, 400, "ValidationError"))
    assert found == {(f"/data/questions/0{path}", type_) for path, type_ in expected}
    assert firm.rows() == before


def test_questions_are_told_apart(world: World, api: Caller) -> None:
    """No two questions have one tag or one id."""
    id_ = str(uuid4())
    asked = [question(questionId=id_), question(questionId=id_.upper())]
    answer = api.post("/v1/surveys", data={"name": "Bus", "campaignId": world.campaign()["id"], "questions": asked})
    assert types(refused(answer, 400, "ValidationError")) == {
        ("/data/questions/1/tag", "array.unique"),
        ("/data/questions/1/questionId", "array.unique"),
    }


def test_what_a_survey_must_have(api: Caller) -> None:
    """A name, a campaign that is there, and questions."""
    assert types(refused(api.post("/v1/surveys", data={}), 400, "ValidationError")) == {
        ("/data/name", "any.required"),
        ("/data/campaignId", "any.required"),
        ("/data/questions", "any.required"),
    }
    answer = api.post("/v1/surveys", data={"name": 5, "campaignId": UNKNOWN, "questions": 5, "discoverable": 5})
    assert types(refused(answer, 400, "ValidationError")) == {
        ("/data/name", "string.base"),
        ("/data/campaignId", "any.ref"),
        ("/data/questions", "array.base"),
        ("/data/discoverable", "boolean.base"),
    }


def test_ways_back_are_allowed_and_told(world: World, api: Caller) -> None:
    """A survey whose answers can lead back to a question is stored, with a warning beside it."""
    first, second = str(uuid4()), str(uuid4())
    back = {"type": "question", "questionId": first}
    asked = [
        question(questionId=first, options=[{"text": "On"}, {"text": "End", "action": {"type": "end"}}]),
        question(questionId=second, tag="b", options=[{"text": "Again", "action": back}, {"text": "On"}]),
        question(tag="c"),
    ]
    made = world.survey(world.campaign()["id"], questions=asked)
    assert [warning["path"] for warning in made["params"]["warnings"]] == ["/data/questions/0", "/data/questions/1"]
    assert "params" not in world.survey(world.campaign()["id"])


def test_a_survey_that_was_only_referred_to(single_api: Caller) -> None:
    """A visit came first: the survey that is posted with that id takes its place, and its questions get ids."""
    campaign, survey = str(uuid4()), str(uuid4())
    visit = {
        "campaignId": campaign,
        "contactId": str(uuid4()),
        "timestamp": "2026-03-14T17:05:30.000Z",
        "survey": {"surveyId": survey},
        "unavailable": True,
    }
    assert single_api.post("/v1/interactions", **visit).status_code == 201

    data = {"name": "Bus lines", "campaignId": campaign, "questions": [question()]}
    answer = single_api.post("/v1/surveys", id=survey, data=data)

    assert answer.status_code == 201
    assert answer.json()["data"]["questions"][0]["questionId"]


@pytest.mark.covers("surveys.patch", "surveys.versions")
def test_every_version_is_kept(world: World, api: Caller) -> None:
    """Replacing the questions keeps the id of a question whose tag stays; what the survey was can be read."""
    made = world.survey(world.campaign()["id"])
    path = f"/v1/surveys/{made['id']}"
    asked = [question(text="And the bus?"), question(tag="why", text="Why?")]
    changed = patch(api, path, replace("/questions", asked), ETag=made["meta"]["etag"]).json()

    kept, new = changed["data"]["questions"]
    assert kept["questionId"] == made["data"]["questions"][0]["questionId"] != new["questionId"]
    versions = api.get(path + "/versions").json()
    assert versions == {"data": [made], "meta": {}}
    answer = patch(api, path, replace("/questions/0/options", []))
    assert types(refused(answer, 400, "ValidationError")) == {("/data/questions/0/options", "array.min")}
    removed = patch(api, path, {"op": "remove", "path": "/questions/1"}).json()
    assert len(removed["data"]["questions"]) == 1
    assert [item["meta"]["etag"] for item in api.get(path + "/versions").json()["data"]] == [
        changed["meta"]["etag"],
        made["meta"]["etag"],
    ]


class TestSecondForm:
    """Questions as objects of their own, and actions beside them."""

    def asked(self) -> list[dict[str, Any]]:
        self.first, self.second = str(uuid4()), str(uuid4())
        return [
            {
                "questionId": self.first,
                "type": "multiChoice",
                "tag": "rides",
                "text": "Do you ride?",
                "options": [{"text": "Yes", "icon": "faceHappy"}],
                "actions": [
                    {"type": "question", "questionId": self.second, "optionText": "Yes"},
                    {"type": "end", "optionText": "No"},
                ],
            },
            {"questionId": self.second, "actions": [{"type": "end", "icon": "faceSad"}]},
        ]

    def test_comes_back_as_it_was_written(self, world: World, api: Caller, firm: Firm) -> None:
        """It is shown in its own form, and stored in the first, as visits need it."""
        data = {"name": "Bus", "discoverable": True, "questions": self.asked()}
        made = world.create("/v1/surveys", **data)
        assert made["data"] == data
        assert api.get(f"/v1/surveys/{made['id']}").json() == made

        stored = firm.server.run(firm.ledger.resources.get(firm.actor, "surveys", made["id"])).data
        first, second = stored["questions"]
        assert (first["type"], first["tag"]) == ("multi-choice", "rides")
        assert first["options"] == [
            {"text": "Yes", "icon": "face-happy", "success": False,
             "action": {"type": "question", "questionId": self.second}},
            {"text": "No", "success": False, "action": {"type": "end"}},
        ]  # fmt: skip
        assert (second["tag"], second["options"][0]["icon"]) == (self.second, "face-sad")

    def test_is_changed_in_its_own_form(self, world: World, api: Caller) -> None:
        """A patch goes into what is shown."""
        made = world.create("/v1/surveys", name="Bus", questions=self.asked())
        path = f"/v1/surveys/{made['id']}"
        changed = patch(api, path, replace("/questions/1/actions/0/icon", "yes")).json()
        assert changed["data"]["questions"][1]["actions"] == [{"type": "end", "icon": "yes"}]
        answer = patch(api, path, replace("/questions/0/actions/0/questionId", UNKNOWN))
        assert types(refused(answer, 400, "ValidationError")) == {("/data/questions/0/actions/0/questionId", "any.ref")}

    @pytest.mark.covers("surveys.delete", "surveys.restore")
    def test_has_a_segment_of_its_own(self, world: World, api: Caller, firm: Firm) -> None:
        """For a campaign that is named beside it, the segment comes and goes with the survey."""
        campaign = world.campaign()["id"]
        answer = api.post(
            "/v1/surveys", data={"name": "Bus", "questions": self.asked()}, params={"campaignId": campaign}
        )
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert "campaignId" not in made["data"]
        owned = firm.ledger.resources.owned
        (segment,) = firm.server.run(owned(firm.actor, "segments", campaign))
        assert segment.data["surveyId"] == made["id"]
        assert patch(api, f"/v1/surveys/{made['id']}", replace("/name", "Buses")).status_code == 200
        assert api.delete(f"/v1/surveys/{made['id']}").status_code == 200
        assert firm.server.run(owned(firm.actor, "segments", campaign)) == []
        assert api.post(f"/v1/surveys/{made['id']}/restore").status_code == 200

    def test_each_rule(self, world: World, api: Caller) -> None:
        """Actions lead to questions of the survey, and name their types and icons as this form does."""
        id_ = str(uuid4())
        asked = [
            {"questionId": id_, "actions": [{"type": "question"}, {"type": "question", "questionId": UNKNOWN}]},
            {"questionId": id_, "actions": [{"icon": "face-sad"}], "type": "riddle"},
            {"actions": {}},
            5,
            {"questionId": str(uuid4()), "actions": ["x", {"type": "question", "questionId": UNKNOWN}]},
        ]
        answer = api.post("/v1/surveys", data={"name": "Bus", "questions": asked}, params={"campaignId": UNKNOWN})
        assert types(refused(answer, 400, "ValidationError")) == {
            ("/data/questions/0/actions/0/questionId", "any.required"),
            ("/data/questions/0/actions/1/questionId", "any.ref"),
            ("/data/questions/1/questionId", "array.unique"),
            ("/data/questions/1/actions/0/type", "any.required"),
            ("/data/questions/1/actions/0/icon", "any.allowOnly"),
            ("/data/questions/1/type", "any.allowOnly"),
            ("/data/questions/2/questionId", "any.required"),
            ("/data/questions/2/actions", "array.base"),
            ("/data/questions/3", "object.base"),
            ("/data/questions/4/actions/0", "object.base"),
            ("/data/questions/4/actions/1/questionId", "any.ref"),
        }
