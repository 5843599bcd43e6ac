"""Walk lists and turfs: who is reserved for whom, and areas on the map (spec 4.12)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .conftest import refused, types
from .setting_up import World, patch, replace

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FREE = {"reserved": False}


def reservation(api: Caller, contact: str) -> Any:
    """Return for whom a contact is reserved."""
    return api.get(f"/v1/contacts/{contact}").json()["data"]["reservation"]


class Street:
    """A campaign and three contacts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.campaign = world.campaign()["id"]
        list_ = world.list()["id"]
        self.contacts = [world.contact(list_, name={"first": name, "last": "Berg"})["id"] for name in ("A", "B", "C")]

    def walklist(self, *contacts: str, **more: Any) -> dict[str, Any]:
        data = {"campaignId": self.campaign, "contactIds": list(contacts)} | more
        return self.world.create("/v1/walklists", **data)


@pytest.fixture
def street(world: World) -> Street:
    """A campaign and three contacts."""
    return Street(world)


@pytest.mark.covers("walklists.create", "walklists.get", "walklists.patch", "walklists.delete", "walklists.restore")
def test_reservations_follow(street: Street, api: Caller) -> None:
    """Who is on an open walk list is reserved for it; who leaves it, or whose walk list ends, is free."""
    a, b, c = street.contacts
    made = street.walklist(a, b, name="North")
    path = f"/v1/walklists/{made['id']}"
    mine = {"reserved": True, "walklistId": made["id"]}
    assert (made["data"]["contactIds"], made["data"]["status"]) == ([a, b], "open")
    assert [reservation(api, id_) for id_ in (a, b, c)] == [mine, mine, FREE]

    assert patch(api, path, replace("/contactIds", [c, a])).status_code == 200
    assert [reservation(api, id_) for id_ in (a, b, c)] == [mine, FREE, mine]
    assert patch(api, path, replace("/status", "done")).status_code == 200
    assert [reservation(api, id_) for id_ in (a, b, c)] == [FREE] * 3
    assert patch(api, path, replace("/status", "open")).status_code == 200
    assert api.delete(path).status_code == 200
    assert [reservation(api, id_) for id_ in (a, b, c)] == [FREE] * 3
    assert api.post(path + "/restore").status_code == 200
    assert [reservation(api, id_) for id_ in (a, b, c)] == [mine, FREE, mine]


def test_nobody_is_reserved_twice(street: Street, api: Caller, firm: Firm) -> None:
    """A contact of another walk list is refused by its id, however it would come onto this one; nothing is stored."""
    a, b, c = street.contacts
    street.walklist(a)
    other = street.walklist(b)
    before = firm.rows()
    body = {"campaignId": street.campaign, "contactIds": [c, a]}
    assert refused(api.post("/v1/walklists", data=body), 409, "ExistsError")["id"] == a
    answer = patch(api, f"/v1/walklists/{other['id']}", {"op": "add", "path": "/contactIds/-", "value": a})
    assert refused(answer, 409, "ExistsError")["id"] == a
    assert reservation(api, c) == FREE
    assert firm.rows() == before


def test_of_two_at_once_one_gets_him(street: Street, api: Caller) -> None:
    """Two walk lists that reserve the same contact at the same moment: one is stored, one refused."""
    body = {"campaignId": street.campaign, "contactIds": street.contacts}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: api.post("/v1/walklists", data=body), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    made = next(answer for answer in answers if answer.status_code == 201).json()
    for id_ in street.contacts:
        assert reservation(api, id_) == {"reserved": True, "walklistId": made["id"]}


def test_every_rule_of_a_walklist(street: Street, api: Caller, firm: Firm) -> None:
    """Whom and what it names must be there, and nobody stands on it twice."""
    a = street.contacts[0]
    ola: Person = firm.person("Ola", "Berg")
    wrong = {
        "name": 5,
        "campaignId": UNKNOWN,
        "organizationId": UNKNOWN,
        "assignedTo": ola.uuid,
        "contactIds": [a, a, UNKNOWN, "x"],
        "status": "walked",
    }
    assert types(refused(api.post("/v1/walklists", data=wrong), 400, "ValidationError")) == {
        ("/data/name", "string.base"),
        ("/data/campaignId", "any.ref"),
        ("/data/organizationId", "any.ref"),
        ("/data/assignedTo", "any.ref"),
        ("/data/contactIds/1", "array.unique"),
        ("/data/contactIds/2", "any.ref"),
        ("/data/contactIds/3", "string.guid"),
        ("/data/status", "any.allowOnly"),
    }
    assert types(refused(api.post("/v1/walklists", data={}), 400, "ValidationError")) == {
        ("/data/campaignId", "any.required")
    }
    assert street.walklist(assignedTo=firm.mia.uuid)["data"]["assignedTo"] == firm.mia.uuid


SQUARE = [[-89.4, 43.0], [-89.3, 43.0], [-89.3, 43.1], [-89.4, 43.0]]


@pytest.mark.covers("turfs.create", "turfs.get", "turfs.patch", "turfs.delete", "turfs.restore")
def test_turfs(world: World, api: Caller, firm: Firm) -> None:
    """An area is a polygon of GeoJSON, or several."""
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    data = {"name": "North", "campaignId": world.campaign()["id"], "polygon": polygon, "assignedTo": firm.mia.uuid}
    made = world.create("/v1/turfs", **data)
    path = f"/v1/turfs/{made['id']}"
    assert made["data"] == data
    several = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    assert patch(api, path, replace("/polygon", several)).json()["data"]["polygon"] == several
    assert api.delete(path).status_code == 200
    assert api.post(path + "/restore").json() == api.get(path).json()


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        (5, {("", "object.base")}),
        ({}, {("/type", "any.allowOnly")}),
        ({"type": "Point", "coordinates": [1, 2]}, {("/type", "any.allowOnly")}),
        ({"type": "Polygon"}, {("/coordinates", "any.required")}),
        ({"type": "Polygon", "coordinates": []}, {("/coordinates", "array.min")}),
        ({"type": "Polygon", "coordinates": [SQUARE[:3]]}, {("/coordinates/0", "array.min")}),
        ({"type": "Polygon", "coordinates": [[*SQUARE[:3], [0, 0]]]}, {("/coordinates/0/3", "any.allowOnly")}),
        (
            {"type": "Polygon", "coordinates": [[[181, 0], [0, 91], [1], "x", [181, 0]]]},
            {
                ("/coordinates/0/0/0", "number.max"),
                ("/coordinates/0/1/1", "number.max"),
                ("/coordinates/0/2", "array.length"),
                ("/coordinates/0/3", "array.length"),
                ("/coordinates/0/4/0", "number.max"),
            },
        ),
        ({"type": "Polygon", "coordinates": [SQUARE], "crs": 1}, {("/crs", "object.allowUnknown")}),
    ],
)
def test_what_is_no_area(any_api: Caller, polygon: Any, expected: set[tuple[str, str]]) -> None:
    """What GeoJSON does not know as an area is refused by its place."""
    answer = any_api.post("/v1/turfs", data={"polygon": polygon})
    found = types(refused(answer, 400, "ValidationError"))
    assert found == {(f"/data/polygon{path}", type_) for path, type_ in expected}
