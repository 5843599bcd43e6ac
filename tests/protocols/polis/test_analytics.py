"""Reports: doors knocked, and how each question was answered (spec 3.6)."""

from typing import Any
from uuid import uuid4

import pytest

from interlog.model.canvassing.permissions import CANVASSER
from interlog.model.canvassing.resources import role_id
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused, types
from .setting_up import World, patch, question, replace

UNKNOWN = "00000000-0000-4000-8000-000000000000"
AVAILABLE, BUS, LINES, RATING, WISH = (str(uuid4()) for _ in range(5))
QUESTIONS = [
    question(questionId=AVAILABLE, tag="available", type="availability",
             options=[{"icon": "no", "value": "false"}, {"icon": "yes", "value": "true"}]),
    question(questionId=BUS, tag="rides_bus"),
    question(questionId=LINES, tag="lines", type="multi-select", options=[{"text": "Submit"}],
             choices=[{"text": "A"}, {"text": "B"}, {"text": "C"}]),
    question(questionId=RATING, tag="rating", type="scale",
             options=[{"text": str(n), "value": n} for n in range(1, 6)]),
    question(questionId=WISH, tag="wish", type="text", options=[{"text": "Cancel"}, {"text": "Submit"}]),
]  # fmt: skip


class Doors:
    """A campaign whose survey has a question of each usual kind; ``knock`` records a visit."""

    def __init__(self, world: World) -> None:
        self.world, self.api = world, world.api
        self.campaign = world.campaign()["id"]
        self.list = world.list()["id"]
        self.survey = world.survey(self.campaign, questions=QUESTIONS)["id"]
        self.contact = world.contact(self.list)["id"]

    def knock(self, at: str, answers: dict[str, Any] | None = None, api: Caller | None = None, **more: Any) -> str:
        """Record a visit, and return its id."""
        tags = {item["questionId"]: item["tag"] for item in QUESTIONS}
        responses = {
            id_: {"questionId": id_, "fields": {} if value is None else {tags[id_]: value}}
            for id_, value in (answers or {}).items()
        }
        data = {
            "campaignId": self.campaign,
            "contactId": self.contact,
            "timestamp": at,
            "survey": {"surveyId": self.survey, "responses": responses},
            "unavailable": False,
        }
        response = (api or self.api).post("/v1/interactions", data=data | more)
        assert response.status_code == 201, response.text
        id_: str = response.json()["id"]
        return id_

    def knocked(self, **params: str) -> list[dict[str, Any]]:
        """Return the report of doors knocked in the campaign."""
        response = self.api.get("/v1/analytics/doors-knocked", campaignId=self.campaign, **params)
        assert response.status_code == 200, response.text
        assert response.json()["meta"] == {}
        rows: list[dict[str, Any]] = response.json()["data"]
        return rows

    def answered(self, **params: str) -> dict[str, dict[str, Any]]:
        """Return the report of responses by tag."""
        response = self.api.get("/v1/analytics/responses", **(params or {"campaignId": self.campaign}))
        assert response.status_code == 200, response.text
        return {row["tag"]: row for row in response.json()["data"]}


@pytest.fixture
def doors(world: World) -> Doors:
    """A campaign to report on."""
    return Doors(world)


def row(key: str | None, knocked: int, unavailable: int, successful: int) -> dict[str, Any]:
    """Return a row of the report of doors."""
    return {
        "key": key,
        "knocked": knocked,
        "contacted": knocked - unavailable,
        "unavailable": unavailable,
        "successful": successful,
    }


@pytest.mark.covers("analytics.doors_knocked")
def test_doors_by_day(doors: Doors, api: Caller) -> None:
    """Each day of UTC is a row; a visit that is corrected or deleted counts as it is now."""
    doors.knock("1969-12-31T23:59:59.999Z")
    doors.knock("1970-01-01T00:00:00Z")
    doors.knock("2026-03-14T23:59:59.999Z", {BUS: "true"})
    doors.knock("2026-03-15T01:00:00+02:00", unavailable=True)
    moved = doors.knock("2026-03-15T00:00:00Z", {BUS: "true"})
    gone = doors.knock("2026-03-15T12:00:00Z")
    assert doors.knocked() == [
        row("1969-12-31", 1, 0, 0),
        row("1970-01-01", 1, 0, 0),
        row("2026-03-14", 2, 1, 1),
        row("2026-03-15", 2, 0, 1),
    ]
    assert patch(api, f"/v1/interactions/{moved}", replace("/timestamp", "2026-03-14T10:00:00Z")).status_code == 200
    assert api.delete(f"/v1/interactions/{gone}").status_code == 200
    assert doors.knocked(startDate="2026-03-14", endDate="2026-03-14", groupBy="day") == [row("2026-03-14", 3, 1, 2)]
    assert doors.knocked(startDate="2026-03-14T23:00:00Z", endDate="2026-03-14T23:00:00Z") == [
        row("2026-03-14", 1, 1, 0)
    ]
    assert doors.knocked(startDate="2026-03-15") == []


def test_doors_by_everything_else(doors: Doors, firm: Firm) -> None:
    """Visits are counted by canvasser, list or walk list; those that have none come last."""
    ben = firm.colleague("Ben")
    walklist = doors.world.create("/v1/walklists", campaignId=doors.campaign)["id"]
    doors.knock("2026-03-14T10:00:00Z", walklistId=walklist)
    doors.knock("2026-03-14T11:00:00Z", unavailable=True)
    doors.knock("2026-03-14T12:00:00Z", {BUS: "true"}, firm.caller(PREFIX, firm.token_of(ben)))
    assert doors.knocked(groupBy="canvasser") == sorted(
        [row(firm.mia.uuid, 2, 1, 0), row(ben.uuid, 1, 0, 1)], key=lambda found: found["key"]
    )
    assert doors.knocked(groupBy="list") == [row(doors.list, 3, 1, 1)]
    assert doors.knocked(groupBy="walklist") == [row(walklist, 1, 0, 0), row(None, 2, 1, 1)]


def test_doors_of_an_organization(doors: Doors, api: Caller) -> None:
    """All campaigns of an organization are counted together."""
    other = Doors(doors.world)
    doors.knock("2026-03-14T10:00:00Z")
    other.knock("2026-03-14T11:00:00Z")
    params = {"organizationId": doors.world.root, "groupBy": "day"}
    assert api.get("/v1/analytics/doors-knocked", **params).json()["data"] == [row("2026-03-14", 2, 0, 0)]
    both = api.get("/v1/analytics/doors-knocked", **params, campaignId=other.campaign).json()["data"]
    assert both == [row("2026-03-14", 1, 0, 0)]


@pytest.mark.covers("analytics.responses")
def test_responses(doors: Doors) -> None:
    """Each question says how often it was asked and answered, and how; a scale has its middle, too."""
    doors.knock("2026-03-14T10:00:00Z", {AVAILABLE: "false"}, unavailable=True)
    doors.knock(
        "2026-03-14T11:00:00Z", {AVAILABLE: "true", BUS: "true", LINES: ["A", "C"], RATING: 4, WISH: 'More: ""'}
    )
    doors.knock("2026-03-14T12:00:00Z", {AVAILABLE: "true", BUS: "false", LINES: [], RATING: 1, WISH: ""})
    doors.knock("2026-03-14T13:00:00Z", {AVAILABLE: "true", BUS: None, LINES: ["C"], RATING: 5, WISH: "äöü 🚌"})
    found = doors.answered()

    assert list(found) == ["available", "rides_bus", "lines", "rating", "wish"]
    assert found["available"] == {
        "questionId": AVAILABLE,
        "tag": "available",
        "type": "availability",
        "asked": 4,
        "answered": 4,
        "options": [{"value": "false", "count": 1}, {"value": "true", "count": 3}],
    }
    bus = found["rides_bus"]
    assert (bus["asked"], bus["answered"]) == (3, 2)
    assert bus["options"] == [{"value": "true", "count": 1}, {"value": "false", "count": 1}]
    lines = found["lines"]
    assert (lines["asked"], lines["answered"]) == (3, 2)
    assert lines["options"] == [{"value": "A", "count": 1}, {"value": "B", "count": 0}, {"value": "C", "count": 2}]
    rating = found["rating"]
    assert [option["count"] for option in rating["options"]] == [1, 0, 0, 1, 1]
    assert (rating["mean"], rating["median"]) == (3.3333, 4)
    assert found["wish"] == {"questionId": WISH, "tag": "wish", "type": "text", "asked": 3, "answered": 2}
    assert doors.answered(surveyId=doors.survey) == found
    narrowed = doors.answered(surveyId=doors.survey, startDate="2026-03-14T12:30:00Z", endDate="2026-03-15")
    assert (narrowed["rating"]["mean"], narrowed["rating"]["asked"], narrowed["available"]["asked"]) == (5, 1, 1)


def test_responses_across_versions(doors: Doors, api: Caller) -> None:
    """A question that is not asked any more is reported by what it was."""
    doors.knock("2026-03-14T10:00:00Z", {RATING: 2, WISH: "More"})
    kept = [item for item in QUESTIONS if item["tag"] not in ("rating", "wish")]
    assert patch(api, f"/v1/surveys/{doors.survey}", replace("/questions", kept)).status_code == 200
    found = doors.answered()
    assert list(found) == ["available", "rides_bus", "lines", "rating", "wish"]
    assert (found["rating"]["mean"], found["rating"]["type"]) == (2, "scale")
    assert found["wish"] == {"questionId": WISH, "tag": "wish", "type": "text", "asked": 1, "answered": 1}


class TestWhoCounts:
    """Only what somebody may see counts."""

    @pytest.fixture
    def ben(self, doors: Doors, firm: Firm) -> Caller:
        """A canvasser of an organization whose campaign is not the one of the other tests."""
        person = firm.colleague("Ben")
        self.south = doors.world.create("/v1/organizations", name="South")["id"]
        membership = {"organizationId": self.south, "userId": person.uuid, "status": "active"}
        doors.world.create("/v1/memberships", **membership, roleId=role_id(firm.tenant, CANVASSER.name))
        self.campaign = doors.world.campaign(organizationId=self.south)["id"]
        return firm.caller(PREFIX, firm.token_of(person))

    def test_other_organizations(self, doors: Doors, ben: Caller) -> None:
        """Visits of a campaign of one's own organization count, those of others do not, nor is the campaign there."""
        north = doors.world.create("/v1/organizations", name="North")["id"]
        theirs = doors.world.campaign(organizationId=north)["id"]
        for campaign in (self.campaign, theirs):
            doors.knock("2026-03-14T10:00:00Z", campaignId=campaign)
        answer = ben.get("/v1/analytics/doors-knocked", campaignId=self.campaign)
        assert answer.json()["data"] == [row("2026-03-14", 1, 0, 0)]
        for name, id_ in (("campaignId", theirs), ("organizationId", north)):
            hidden = ben.get("/v1/analytics/doors-knocked", **{name: id_})
            assert types(refused(hidden, 400, "ValidationError")) == {(name, "any.ref")}

    def test_only_ones_own(self, doors: Doors, ben: Caller, api: Caller) -> None:
        """Where canvassers see only what is assigned to them, they count their own doors."""
        doors.knock("2026-03-14T10:00:00Z", campaignId=self.campaign)
        doors.knock("2026-03-15T10:00:00Z", campaignId=self.campaign, api=ben)
        asked = {"campaignId": self.campaign, "groupBy": "day"}
        assert len(ben.get("/v1/analytics/doors-knocked", **asked).json()["data"]) == 2
        hide = replace("/viewUnassignedData", False)
        assert patch(api, f"/v1/organizations/{self.south}", hide).status_code == 200
        assert ben.get("/v1/analytics/doors-knocked", **asked).json()["data"] == [row("2026-03-15", 1, 0, 0)]
        assert len(api.get("/v1/analytics/doors-knocked", **asked).json()["data"]) == 2

    def test_roles(self, doors: Doors, ben: Caller) -> None:
        """How questions were answered is not for canvassers."""
        told = refused(ben.get("/v1/analytics/responses", campaignId=self.campaign), 403, "UnauthorizedError")
        assert told == {"permission": "read@analytics::responses"}


def test_what_cannot_be_reported(doors: Doors, api: Caller) -> None:
    """It must be said of what, and that must be there."""
    for path, names in (("doors-knocked", ("campaignId", "organizationId")), ("responses", ("campaignId", "surveyId"))):
        path = f"/v1/analytics/{path}"
        assert types(refused(api.get(path), 400, "ValidationError")) == {("campaignId", "any.required")}
        for name in names:
            assert types(refused(api.get(path, **{name: "x"}), 400, "ValidationError")) == {(name, "string.guid")}
            assert types(refused(api.get(path, **{name: UNKNOWN}), 400, "ValidationError")) == {(name, "any.ref")}
        wrong = {"campaignId": doors.campaign, "startDate": "soon"}
        assert types(refused(api.get(path, **wrong), 400, "ValidationError")) == {("startDate", "date.isoDate")}
    wrong = {"campaignId": doors.campaign, "groupBy": "colour"}
    answer = api.get("/v1/analytics/doors-knocked", **wrong)
    assert types(refused(answer, 400, "ValidationError")) == {("groupBy", "any.allowOnly")}
