"""Lists of the resources that campaigns are made of: each shows what there is, by filter and page (spec 2.7)."""

from typing import Any

import pytest

from interlog.model.canvassing.statuses import STATUS_GROUPS, STATUSES
from tests.serving import Caller

from .setting_up import World


class Campaign:
    """A campaign with two of everything that belongs to it, by kind."""

    def __init__(self, world: World) -> None:
        self.id = campaign = world.campaign()["id"]
        survey = world.survey(campaign)["id"]
        self.made: dict[str, list[dict[str, Any]]] = {
            "surveys": [world.survey(campaign, name=name) for name in ("A", "B")],
            "segments": [world.segment(campaign, survey, name=name) for name in ("A", "B")],
            "walklists": [world.create("/v1/walklists", name=name, campaignId=campaign) for name in ("A", "B")],
            "turfs": [world.create("/v1/turfs", name=name, campaignId=campaign) for name in ("A", "B")],
        }


@pytest.fixture
def campaign(world: World) -> Campaign:
    """A campaign, beside another one."""
    Campaign(world)
    return Campaign(world)


@pytest.mark.covers("surveys.list", "segments.list", "walklists.list", "turfs.list")
@pytest.mark.parametrize("kind", ["surveys", "segments", "walklists", "turfs"])
def test_of_a_campaign(campaign: Campaign, api: Caller, kind: str) -> None:
    """What belongs to a campaign is found by its id, whole, in the order of ids, page by page."""
    of_it = f'/data/campaignId eq "{campaign.id}" and /data/name neq "Bus lines"'
    made = sorted(campaign.made[kind], key=lambda item: item["id"])
    assert api.get(f"/v1/{kind}", filter=of_it).json() == {"data": made, "meta": {}}
    assert api.get(f"/{kind}", filter=of_it, limit=1, skip=1).json()["data"] == made[1:]
    one = api.get(f"/v1/{kind}", filter=f'{of_it} and /data/name eq "B"').json()["data"]
    assert one == [item for item in made if item["data"]["name"] == "B"]


@pytest.mark.covers("campaigns.list")
def test_of_campaigns(world: World, api: Caller) -> None:
    """A campaign that has ended can be told from others by what stands beside its data."""
    going, over = world.campaign(name="Going"), world.campaign(name="Over", status="complete")
    found = api.get("/v1/campaigns", filter="/ended eq true").json()["data"]
    assert found == [over]
    names = [item["data"]["name"] for item in api.get("/v1/campaigns", sort='["/data/name","DESC"]').json()["data"]]
    assert names == ["Recorded elsewhere", over["data"]["name"], going["data"]["name"]]


@pytest.mark.covers("statuses.list", "status-groups.list")
def test_of_statuses(world: World, api: Caller) -> None:
    """Those that everybody has, and one's own; the groups are the same for all."""
    world.status(name="Dog")
    names = {item["data"]["name"] for item in api.get("/v1/statuses", limit=2**53 - 1).json()["data"]}
    assert names == {status.name for status in STATUSES} | {"Dog"}
    groups = {item["id"]: item["data"] for item in api.get("/v1/status-groups").json()["data"]}
    assert groups == STATUS_GROUPS


@pytest.mark.covers("campaigns.statuses")
def test_of_the_statuses_of_a_campaign(world: World, api: Caller) -> None:
    """The statuses that are linked, as they are; a status that was deleted is not among them."""
    campaign = world.campaign()["id"]
    path = f"/v1/campaigns/{campaign}/statuses"
    assert api.get(path).json() == {"data": [], "meta": {}}
    linked = [world.status(name=name) for name in ("Cat", "Dog", "Owl")]
    for status in linked:
        assert api.put(f"{path}/{status['id']}").status_code == 201
    found = sorted(api.get(path).json()["data"], key=lambda item: item["data"]["name"])
    assert found == linked
    assert api.delete(f"{path}/{linked[0]['id']}").status_code == 200
    assert api.delete(f"/v1/statuses/{linked[1]['id']}").status_code == 200
    assert api.get(path).json()["data"] == [linked[2]]
