"""Segments: their rules, precedence, and which survey is asked of whom (spec 4.6)."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.canvassing.permissions import CANVASSER
from interlog.model.canvassing.resources import role_id
from interlog.model.canvassing.segments import OPERATORS, matches, winner
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused, types
from .setting_up import World, patch

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def clause(source: str, operator: str, value: Any) -> dict[str, Any]:
    """Return a clause."""
    return {"source": source, "operator": operator, "value": value}


@pytest.mark.covers("segments.create", "segments.get", "segments.patch", "segments.delete", "segments.restore")
def test_precedence_is_given(world: World, api: Caller) -> None:
    """A segment without a precedence gets the next one of its campaign, and keeps it."""
    campaign = world.campaign()["id"]
    survey = world.survey(campaign)["id"]
    first, second = world.segment(campaign, survey), world.segment(campaign, survey)
    assert [first["data"]["precedence"], second["data"]["precedence"]] == [1, 2]
    assert world.segment(campaign, survey, precedence=7)["data"]["precedence"] == 7
    assert world.segment(campaign, survey)["data"]["precedence"] == 8
    path = f"/v1/segments/{first['id']}"
    assert patch(api, path, {"op": "remove", "path": "/precedence"}).json() == first == api.get(path).json()
    assert api.delete(path).status_code == 200
    assert api.post(path + "/restore").json()["data"] == first["data"]


def test_once_more_is_the_same(world: World, api: Caller) -> None:
    """The same segment sent twice keeps the precedence that it was given."""
    campaign = world.campaign()["id"]
    body = {"id": str(uuid4()), "data": world.segment(campaign, world.survey(campaign)["id"])["data"]}
    del body["data"]["precedence"]  # type: ignore[attr-defined]
    made = api.post("/v1/segments", **body)
    world.segment(campaign, world.survey(campaign)["id"])
    again = api.post("/v1/segments", **body)
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())


def test_every_rule(api: Caller, firm: Firm) -> None:
    """What criteria must have is told with all the rest."""
    answer = api.post(
        "/v1/segments",
        data={
            "campaignId": UNKNOWN,
            "surveyId": "x",
            "precedence": 1.5,
            "criteria": {
                "filter": "none",
                "clauses": [{}, clause("/age", "like", 5), clause("/age", "in", 5), clause("/age", "eq", {})],
            },
        },
    )
    assert types(refused(answer, 400, "ValidationError")) == {
        ("/data/name", "any.required"),
        ("/data/campaignId", "any.ref"),
        ("/data/surveyId", "string.guid"),
        ("/data/precedence", "number.integer"),
        ("/data/criteria/filter", "any.allowOnly"),
        *(("/data/criteria/clauses/0/" + name, "any.required") for name in ("source", "operator", "value")),
        ("/data/criteria/clauses/1/operator", "any.allowOnly"),
        ("/data/criteria/clauses/2/value", "array.base"),
        ("/data/criteria/clauses/3/value", "any.base"),
    }
    answer = api.post("/v1/segments", data={"name": "x", "criteria": {"filter": "any", "clauses": []}})
    assert ("/data/criteria/clauses", "array.min") in types(refused(answer, 400, "ValidationError"))


class TestSwap:
    """Two segments of a campaign change places."""

    def ask(self, api: Caller, *segments: dict[str, Any]) -> Any:
        named = [{"id": segment["id"], "etag": segment["meta"]["etag"]} for segment in segments]
        return api.post("/v1/segments/swap-precedences", data={"segments": named})

    @pytest.mark.covers("segments.swap_precedences")
    def test_swaps(self, world: World, api: Caller) -> None:
        """The answer is a bare array of both, as they then are."""
        campaign = world.campaign()["id"]
        survey = world.survey(campaign)["id"]
        first, second = world.segment(campaign, survey), world.segment(campaign, survey)
        answer = self.ask(api, first, second)

        assert answer.status_code == 200, answer.text
        swapped = answer.json()
        assert [(item["id"], item["data"]["precedence"]) for item in swapped] == [(first["id"], 2), (second["id"], 1)]
        assert api.get(f"/v1/segments/{first['id']}").json() == swapped[0]
        told = refused(self.ask(api, first, swapped[1]), 409, "ConcurrencyError")
        assert told == {"etag": swapped[0]["meta"]["etag"]}
        assert self.ask(api, *swapped).status_code == 200

    def test_what_cannot_be_swapped(self, world: World, api: Caller) -> None:
        """Two segments of one campaign are needed, and both must be there."""
        one, other = world.campaign()["id"], world.campaign()["id"]
        first = world.segment(one, world.survey(one)["id"])
        second = world.segment(other, world.survey(other)["id"])
        gone = first | {"id": UNKNOWN}
        for named in ([first], [first, first], [first, second], [first, gone], [gone, gone]):
            refused(self.ask(api, *named), 400, "ValidationError")
        refused(api.post("/v1/segments/swap-precedences", data={"segments": [{"id": 5}, "x"]}), 400, "ValidationError")
        refused(api.post("/v1/segments/swap-precedences"), 400, "ValidationError")


class TestChoice:
    """Which survey is asked."""

    @pytest.mark.covers("campaigns.survey_for")
    def test_the_highest_precedence_wins(self, world: World, api: Caller) -> None:
        """Of the segments that match a contact, the one of the highest precedence decides; pointers in any spelling."""
        campaign = world.campaign()["id"]
        everybody, adults, anns = (world.survey(campaign, name=name)["id"] for name in ("All", "Adults", "Anns"))
        contact = world.contact(world.list()["id"])["id"]
        path = f"/v1/campaigns/{campaign}/contacts/{contact}/survey"
        refused(api.get(path), 404, "NotFoundError")
        world.segment(campaign, everybody)
        assert api.get(path).json()["id"] == everybody
        world.segment(campaign, adults, clause("/data/profile/age", "gte", "18"))
        assert api.get(path).json()["id"] == adults
        world.segment(campaign, anns, clause("/data/profile/name/anglican/given", "eq", "Ann"))
        assert api.get(path).json()["data"]["name"] == "Anns"
        refused(api.get(f"/v1/campaigns/{campaign}/contacts/{UNKNOWN}/survey"), 404, "NotFoundError")
        refused(api.get(f"/v1/campaigns/{UNKNOWN}/contacts/{contact}/survey"), 404, "NotFoundError")

    def test_only_of_contacts_that_one_sees(self, world: World, api: Caller, firm: Firm) -> None:
        """Where canvassers see only contacts that are assigned to them, others are not there."""
        ben = firm.colleague("Ben")
        south = world.create("/v1/organizations", name="South", viewUnassignedData=False)["id"]
        membership = {"organizationId": south, "userId": ben.uuid, "status": "active"}
        world.create("/v1/memberships", **membership, roleId=role_id(firm.tenant, CANVASSER.name))
        campaign, list_ = world.campaign(organizationId=south)["id"], world.list(organizationId=south)["id"]
        survey = world.survey(campaign)["id"]
        world.segment(campaign, survey)
        mine, other = (world.contact(list_, name={"first": name, "last": "Berg"})["id"] for name in ("A", "B"))
        world.create("/v1/walklists", campaignId=campaign, assignedTo=ben.uuid, contactIds=[mine])
        asking = firm.caller(PREFIX, firm.token_of(ben))
        assert asking.get(f"/v1/campaigns/{campaign}/contacts/{mine}/survey").json()["id"] == survey
        refused(asking.get(f"/v1/campaigns/{campaign}/contacts/{other}/survey"), 404, "NotFoundError")
        assert api.get(f"/v1/campaigns/{campaign}/contacts/{other}/survey").status_code == 200


DATA = {"profile": {"age": 30, "name": {"first": "Ann"}, "languages": ["en", "es"]}, "fields": {"a/b": "7"}, "ok": True}


@pytest.mark.parametrize(
    ("source", "operator", "value", "expected"),
    [
        ("1", "eq", "1", True),
        ("1", "eq", "2", False),
        ("/data/profile/age", "gt", "18", True),
        ("/profile/age", "gt", "100", False),
        ("/profile/age", "lte", 30, True),
        ("/profile/age", "eq", "30.0", True),
        ("/profile/name/first", "eq", "Ann", True),
        ("/profile/name/first", "neq", "Ann", False),
        ("/profile/name/first", "lt", "Bob", True),
        ("/profile/name/last", "eq", "Ann", False),
        ("/profile/name/last", "neq", "Ann", True),
        ("/profile/languages", "eq", "es", True),
        ("/profile/languages/0", "eq", "es", False),
        ("/profile/languages/9", "eq", "es", False),
        ("/profile/languages", "neq", "es", False),
        ("/profile/languages", "in", ["de", "es"], True),
        ("/profile/age", "in", ["29", "30"], True),
        ("/profile/age", "in", [], False),
        ("/fields/a~1b", "gte", 7, True),
        ("/ok", "eq", True, True),
        ("/ok", "eq", "true", True),
        ("/ok", "eq", 1, False),
        ("/profile", "eq", "x", False),
    ],
)
def test_clauses(source: str, operator: str, value: Any, expected: bool) -> None:
    """Numbers are compared as numbers where both sides read as numbers; of an array one element is enough."""
    criteria = {"filter": "all", "clauses": [clause(source, operator, value)]}
    assert matches(criteria, DATA) is expected


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
CLAUSES = st.builds(
    lambda source, operator, value: clause(source, operator, [value] if operator == "in" else value),
    st.sampled_from(["1", "/a", "/data/b/0", "/b", "/c/~1", "/", ""]),
    st.sampled_from(OPERATORS),
    SCALARS.filter(lambda value: value is not None),
)
CONTACTS = st.dictionaries(
    st.sampled_from(["a", "b", "c", ""]), SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(max_size=1), SCALARS)
)


@given(st.lists(CLAUSES, min_size=1, max_size=3), CONTACTS)
def test_any_and_all(clauses: list[dict[str, Any]], data: dict[str, Any]) -> None:
    """Whatever is compared with whatever: all means each clause alone, any means one of them."""
    alone = [matches({"filter": "all", "clauses": [item]}, data) for item in clauses]
    assert matches({"filter": "all", "clauses": clauses}, data) is all(alone)
    assert matches({"filter": "any", "clauses": clauses}, data) is any(alone)
    criteria = [{"filter": "any", "clauses": [item]} for item in clauses]
    segments = [{"precedence": place, "criteria": item} for place, item in enumerate(criteria)]
    found = winner(segments, data)
    assert found is (None if not any(alone) else segments[max(place for place, ok in enumerate(alone) if ok)])
