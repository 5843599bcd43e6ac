"""Lists of visits over HTTP: every member that is shown can be filtered and sorted by (spec 2.5, 3.6)."""

from collections.abc import Iterator
from typing import Any

import pytest

from interlog.model.canvassing.resources import catch_all_campaign, nil_survey
from interlog.model.interactions import Participant
from interlog.model.tenancy import Right
from interlog.model.types import Role
from interlog.store import interactions
from tests.properties.polis import equal
from tests.serving import Caller

from .conftest import refused, types
from .setting_up import World, patch, replace

EVERYTHING = 9007199254740991
RATING, STREETS = "58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02", "d41f7b62-0a3c-4e95-b8d7-6f2c1e5a9b01"


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path and the value of everything in an object that is no object or array itself."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, str(place)))
    else:
        yield path, value


def literal(value: Any) -> str:
    """Return a value as a filter has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def see_that_every_member_can_be_filtered_by(api: Caller, path: str, items: list[dict[str, Any]]) -> int:
    """Ask for the objects with each value that is shown somewhere; returns how many members were asked for."""
    asked = {(place, literal(value)): value for item in items for place, value in leaves(item)}
    for (place, text), value in asked.items():
        if place == ("meta", "etag"):
            continue
        expected = [item["id"] for item in items if equal(dict(leaves(item)).get(place), value)]
        pointer = "/" + "/".join(name.replace(" ", "\\ ") for name in place)
        for filter_ in (f"{pointer} eq {text}", f"{pointer} eq {text} and /meta/isDeleted eq false"):
            found = api.get(path, filter=filter_, limit=EVERYTHING)
            assert found.status_code == 200, found.text
            assert [item["id"] for item in found.json()["data"]] == expected, filter_
    return len(asked)


@pytest.fixture
def visits(world: World, api: Caller) -> list[dict[str, Any]]:
    """Five visits of two campaigns and three contacts, in order of their ids."""
    campaigns = [world.campaign(name=name)["id"] for name in ("North", "South")]
    list_ = world.list()["id"]
    contacts = [world.contact(list_)["id"] for _ in range(3)]
    question = {"questionId": RATING, "text": "How often?", "tag": "rating", "type": "text"}
    question["options"] = [{"text": "cancel"}, {"text": "submit"}]
    other = {"questionId": STREETS, "text": "Which?", "tag": "streets", "type": "multi-select"}
    other |= {"options": [{"text": "Submit"}], "choices": [{"text": "A"}, {"text": "B"}, {"text": "C"}]}
    surveys = [world.survey(campaign, questions=[question, other])["id"] for campaign in campaigns]
    responses: list[dict[str, Any]] = [
        {RATING: {"questionId": RATING, "fields": {"rating": "often"}}},
        {STREETS: {"questionId": STREETS, "fields": {"streets": ["A", "C"]}}},
        {RATING: {"questionId": RATING, "fields": {}}},
        {},
        {RATING: {"fields": {"rating": "never"}}},
    ]
    more: list[dict[str, Any]] = [
        {"location": {"lat": 43.07412, "lng": -89.38911, "confidence": 8}, "distance": 0.25, "successful": True},
        {"unavailable": True, "unavailableReason": "Come Back"},
        {"unavailable": True, "unavailableReason": "Not Home", "walklistId": None},
        {"distance": 3, "successful": False},
        {},
    ]
    made = []
    for number in range(5):
        data = {
            "campaignId": campaigns[number % 2], "contactId": contacts[number % 3],
            "timestamp": f"2026-03-14T17:0{number}:30.00{number}Z", "unavailable": False,
            "survey": {"surveyId": surveys[number % 2], "responses": responses[number]},
        } | {name: value for name, value in more[number].items() if value is not None}  # fmt: skip
        made.append(world.create("/v1/interactions", **data))
    changed = made[0]["id"]
    response = patch(api, f"/v1/interactions/{changed}", replace("/successful", False))
    assert response.status_code == 200, response.text
    made[0] = response.json()
    return sorted(made, key=lambda item: str(item["id"]))


@pytest.mark.covers("interactions.list")
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_member_can_be_filtered_by(api: Caller, visits: list[dict[str, Any]], version: str) -> None:
    """What a visit shows at any place, in either version, finds those that show the same there."""
    items = api.get(f"/{version}/interactions").json()["data"]
    assert [item["id"] for item in items] == [item["id"] for item in visits]
    assert see_that_every_member_can_be_filtered_by(api, f"/{version}/interactions", items) > 40


@pytest.mark.covers("contacts.list")
def test_contacts_can_be_filtered_by_as_they_are_shown(world: World, api: Caller) -> None:
    """Both versions of a contact are found by every member, each in its own spelling."""
    lists = [world.list(name=name)["id"] for name in ("North", "South")]
    world.contact(lists[0], email="ann@door.example", phone=["608-555-0100", "608-555-0101"], languages=["en", "es"])
    world.contact(lists[1], name={"title": "Dr", "first": "Émile", "last": "Ash"}, gender="m", birthdate="1980-02-03")
    for version in ("v1", "v2"):
        items = api.get(f"/{version}/contacts").json()["data"]
        assert len(items) == 2
        assert see_that_every_member_can_be_filtered_by(api, f"/{version}/contacts", items) > 25


def test_contacts_are_found_and_sorted_in_either_spelling(world: World, api: Caller) -> None:
    """The older spelling of a profile leads to the same as the documented one, in both versions."""
    list_ = world.list()["id"]
    street = {"formatted": "1 Ash", "route": "Ash", "number": "1", "unit": "2"}
    address = {"city": "Madison", "postalCode": "53703", "streetAddress": street}
    address["position"] = {"type": "Point", "coordinates": [-89.4, 43.1]}
    first = world.contact(list_, name={"first": "Émile", "last": "Ash"}, address=address, phone=["608-555-0100"])["id"]
    second = world.contact(list_, name={"first": "Bea", "last": "Zed"})["id"]
    for version in ("v1", "v2"):
        for filter_ in (
            '/data/profile/name/first eq "Émile"',
            '/data/profile/name/anglican/surname like "a*"',
            '/data/profile/address/city eq "Madison"',
            '/data/profile/location/statoid03/name eq "Madison"',
            "/data/profile/location/coords/lat gt 43",
            "/data/profile/address/position/coordinates/1 gt 43",
            '/data/profile/location/streetAddress/unit eq "2"',
            '"608-555-0100" in /data/profile/phone',
            '/profile/phones/0/phone eq "608-555-0100"',
            f'/data/listId eq "{list_}" and /data/profile/name/last eq "Ash"',
        ):
            found = api.get(f"/{version}/contacts", filter=filter_)
            assert [item["id"] for item in found.json()["data"]] == [first], (version, filter_)
        found = api.get(f"/{version}/contacts", sort='["/data/profile/name/anglican/surname","DESC"]')
        assert [item["id"] for item in found.json()["data"]] == [second, first]


@pytest.mark.parametrize("kind", ["campaigns", "lists", "surveys", "segments", "statuses"])
def test_resources_can_be_filtered_by_as_they_are_shown(world: World, api: Caller, kind: str) -> None:
    """Objects of every kind are found by every member that they show, those that the server sets included."""
    campaign = world.campaign(description="x")["id"]
    world.segment(campaign, world.survey(campaign)["id"], {"source": "/data/profile/age", "operator": "gt", "value": 3})
    world.contact(world.list()["id"])
    patch(api, f"/v1/campaigns/{campaign}", replace("/status", "complete"))
    items = api.get(f"/v1/{kind}").json()["data"]
    assert items
    see_that_every_member_can_be_filtered_by(api, f"/v1/{kind}", items)


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ('/timestamp gt "2026-03-14T17:02:30.002Z"', [3, 4]),
        ('/data/timestamp between "2026-03-14T17:03","2026-03-14T17:01:30.001Z"', [1, 2]),
        ("/data/distance gte 0.25 and /data/successful eq false", [0, 3]),
        ("/data/location eq nil", [1, 2, 3, 4]),
        ("/data/survey neq nil and /unavailableReason like \"*m*\"", [1, 2]),
        (f'"C" in /data/survey/responses/{STREETS}/fields/streets', [1]),
        (f'/data/survey/responses/{STREETS}/fields/streets/1 eq "C"', [1]),
        (f'/data/survey/responses/{RATING}/fields/rating in ["often","never"]', [0, 4]),
        (f"/data/survey/responses/{RATING}/questionId eq nil", [1, 3]),
        ("/data/gone neq 5 and /data/survey/gone eq nil and /other eq nil", [0, 1, 2, 3, 4]),
        ("/data/walklistId eq /data/turfId", [0, 1, 2, 3, 4]),
    ],
)  # fmt: skip
def test_visits_are_found_by_what_they_say(
    api: Caller, visits: list[dict[str, Any]], filter_: str, expected: list[int]
) -> None:
    """Times, numbers, answers and what is missing are compared as in any other list."""
    response = api.get("/v1/interactions", filter=filter_, sort='["timestamp","ASC"]')
    assert response.status_code == 200, response.text
    minutes = [int(item["data"]["timestamp"][15]) for item in response.json()["data"]]
    assert minutes == expected


def test_visits_are_sorted(api: Caller, visits: list[dict[str, Any]]) -> None:
    """By columns and by what stands in the fields, both ways, and by pages that follow each other."""
    for sort, expected in [
        ('["timestamp","DESC"]', [4, 3, 2, 1, 0]),
        ('[["unavailableReason","ASC"],["/data/timestamp","DESC"]]', [1, 2, 4, 3, 0]),
        ('[["distance","DESC"],["timestamp"]]', [1, 2, 4, 3, 0]),
    ]:
        found: list[int] = []
        response = api.get("/v1/interactions", sort=sort, limit=2)
        while True:
            found += [int(item["data"]["timestamp"][15]) for item in response.json()["data"]]
            if "next" not in response.links:
                break
            response = api.request("GET", response.links["next"]["url"].removeprefix(api.base))
        assert found == expected, sort


def test_deleted_visits_are_listed_where_the_filter_names_them(api: Caller, visits: list[dict[str, Any]]) -> None:
    """A deleted visit is on no list but that which asks for it."""
    gone = visits[2]["id"]
    assert api.delete(f"/v1/interactions/{gone}").status_code == 200
    assert gone not in [item["id"] for item in api.get("/v1/interactions").json()["data"]]
    body = api.get("/v1/interactions", filter="/meta/isDeleted eq true", count="true").json()
    assert [item["id"] for item in body["data"]] == [gone]
    assert body["meta"] == {"total": 1}
    assert body["data"][0]["meta"]["isDeleted"] is True


def test_a_campaign_is_demanded_where_filters_are_strict(world: World, api: Caller) -> None:
    """Version 1 needs the campaign, version 2 knows four attributes."""
    campaign = world.campaign()["id"]
    with world.firm.server.with_settings(polis_strict_filters=True) as base:
        strict = Caller(api.http, base + "/polis", api.token)
        problems = refused(strict.get("/v1/interactions"), 400, "ValidationError")
        assert types(problems) == {("/data/campaignId", "any.required")}
        assert strict.get("/v1/interactions", filter=f'/campaignId eq "{campaign}"').json()["data"] == []
        problems = refused(strict.get("/v2/interactions", filter="/distance gt 5"), 400, "ValidationError")
        assert types(problems) == {("/data/distance", "any.allowOnly")}
        assert strict.get("/v2/interactions", filter=f'/campaignId neq "{campaign}"').json()["data"] == []


@pytest.fixture
def elsewhere(world: World, api: Caller) -> dict[str, Any]:
    """A contact whom somebody visited, called and wrote to, another who took part in the call, and what was stored."""
    firm, list_ = world.firm, world.list()["id"]
    campaign = world.campaign()["id"]
    contacts = [world.contact(list_, email=f"{name}@door.example")["id"] for name in ("ann", "bea", "cyd")]
    found = [firm.server.run(firm.ledger.resources.get(firm.actor, "contacts", id_)).person for id_ in contacts]
    ann, bea, _ = (firm.server.run(firm.ledger.persons.get(firm.actor, person or 0)) for person in found)
    visited = world.create(
        "/v1/interactions", campaignId=campaign, contactId=contacts[0], timestamp="2026-03-14T17:00:00.000Z",
        unavailable=False, survey={"surveyId": world.survey(campaign)["id"]},
    )  # fmt: skip
    called = firm.log("Call", 1_773_500_000_000_000, ann, bea, firm.mia)
    written = firm.log(
        "Email", 1_773_600_000_000_000, Participant(ann.id, Role.TO), Participant(firm.mia.id, Role.FROM)
    )
    firm.log("Call", 1_773_700_000_000_000, firm.mia)
    insider = firm.acting(firm.mia, Right.WRITE, 77)
    hidden = firm.log("Call", 1_773_700_000_000_000, ann, firm.mia, actor=insider, group=77)
    gone = firm.log("Call", 1_773_700_000_000_000, ann, firm.mia)
    firm.server.run(firm.ledger.interactions.delete(firm.actor, gone.number))
    uuids = {"called": called.uuid, "written": written.uuid, "hidden": hidden.uuid}
    return uuids | {"contacts": contacts, "visited": visited["id"]}


@pytest.mark.covers("interactions.list", "interactions.get")
def test_what_was_recorded_elsewhere_is_seen_as_visits(world: World, api: Caller, elsewhere: dict[str, Any]) -> None:
    """Calls and e-mails with a contact stand among his visits, those of the catch-all campaign, and no other's."""
    ann, bea, cyd = elsewhere["contacts"]
    catch_all = catch_all_campaign(world.firm.tenant)

    def ids(filter_: str | None, **params: Any) -> list[str]:
        response = api.get("/v1/interactions", **({"filter": filter_} if filter_ else {}) | params)
        assert response.status_code == 200, response.text
        return [item["id"] for item in response.json()["data"]]

    others = [elsewhere["called"], elsewhere["written"]]
    assert ids(f'/contactId eq "{ann}"') == sorted([elsewhere["visited"], *others])
    in_time = [elsewhere["called"], elsewhere["visited"], elsewhere["written"]]
    assert ids(f'/contactId eq "{ann}"', sort='["timestamp","ASC"]') == in_time
    assert ids(f'/contactId eq "{ann}"', sort='["timestamp","ASC"]', skip=1, limit=1) == in_time[1:2]
    assert (
        ids(f'/contactId eq "{ann}"', sort='[["distance"],["/meta/createdBy"],["timestamp","DESC"]]') == in_time[::-1]
    )
    assert ids(f'/contactId eq "{ann}" and /campaignId eq "{catch_all}"') == sorted(others)
    assert ids(f'/campaignId eq "{catch_all}"') == sorted(others)
    assert ids(f'/campaignId eq "{catch_all}" and /timestamp gt "2026-03-15"') == others[1:]
    assert ids(f'/contactId eq "{bea}"') == ids(f'/contactId eq "{cyd}"') == []
    assert ids(None) == ids(f'/campaignId neq "{catch_all}"') == [elsewhere["visited"]]
    response = api.get("/v1/interactions", filter=f'/contactId eq "{ann}"', limit=1, count="true")
    assert response.json()["meta"] == {"total": 3}
    second = api.request("GET", response.links["next"]["url"].removeprefix(api.base)).json()["data"]
    assert [response.json()["data"][0]["id"], second[0]["id"]] == ids(f'/contactId eq "{ann}"')[:2]

    response = api.get("/v1/interactions", filter=f'/campaignId eq "{catch_all}"', sort="timestamp", limit=1)
    (shown,) = response.json()["data"]
    assert shown["data"] == {
        "survey": {"surveyId": nil_survey(world.firm.tenant), "responses": {}}, "contactId": ann,
        "timestamp": "2026-03-14T14:53:20.000Z", "campaignId": catch_all, "unavailable": False,
    }  # fmt: skip
    assert shown["meta"]["createdBy"] == world.firm.mia.uuid
    assert api.get(f"/v1/interactions/{shown['id']}").json() == shown
    refused(api.get(f"/v1/interactions/{elsewhere['hidden']}"), 404, "NotFoundError")


@pytest.mark.covers("interactions.patch", "interactions.delete")
def test_time_and_contact_of_what_was_recorded_elsewhere_can_be_changed(
    world: World, api: Caller, elsewhere: dict[str, Any]
) -> None:
    """A call can be moved to another time and another contact; what only visits have is not this protocol's to set."""
    firm, path, (_, _, cyd) = world.firm, f"/v1/interactions/{elsewhere['called']}", elsewhere["contacts"]
    before = api.get(path).json()
    refused(patch(api, path, replace("/timestamp", "2026-03-16T09:00:00Z"), ETag="x"), 409, "ConcurrencyError")
    problems = refused(patch(api, path, replace("/unavailable", True)), 400, "ValidationError")
    assert types(problems) == {("/data/unavailable", "any.readOnly")}
    unknown = replace("/contactId", before["id"])
    assert types(refused(patch(api, path, unknown), 400, "ValidationError")) == {("/data/contactId", "any.ref")}
    assert api.get(path).json() == before

    moved = patch(api, path, replace("/timestamp", "2026-03-16T09:00:00Z"), ETag=before["meta"]["etag"])
    assert moved.status_code == 200, moved.text
    assert moved.json()["data"] == before["data"] | {"timestamp": "2026-03-16T09:00:00.000Z"}
    given = patch(api, path, replace("/contactId", cyd), ETag=moved.json()["meta"]["etag"]).json()
    assert given["data"]["contactId"] != cyd  # Bea, who took part in the call too, is now the first of them
    call = firm.server.run(firm.ledger.interactions.get(firm.actor, _number(world, elsewhere["called"])))
    assert call.content.occurred_at == 1_773_651_600_000_000
    names = [firm.server.run(firm.ledger.persons.get(firm.actor, part.person or 0)).primary_email
             for part in call.participants]  # fmt: skip
    assert names == ["cyd@door.example", "bea@door.example", "mia@own.example"]

    written = f"/v1/interactions/{elsewhere['written']}"
    is_fact = patch(api, written, replace("/timestamp", "2026-03-16T09:00:00Z"))  # e-mails are
    refused(is_fact, 403, "UnauthorizedError")
    assert api.delete(path).json()["meta"]["isDeleted"] is True
    refused(api.get(path), 404, "NotFoundError")


def _number(world: World, uuid: str) -> int:
    firm = world.firm
    found = firm.server.run(interactions.by_uuid(firm.ledger.store.database, firm.tenant.id, uuid))
    assert found is not None
    return found.number
