"""Notes on contacts are notes on persons (spec 4.10)."""

from uuid import uuid4

import pytest

from tests.serving import Caller, Firm

from .conftest import refused, types
from .people import named
from .setting_up import World, patch, replace


@pytest.fixture
def arya(world: World) -> str:
    """A contact."""
    id_: str = world.create("/v2/contacts", profile=named("Arya"), fields={})["id"]
    return id_


@pytest.fixture
def affinity(firm: Firm) -> Caller:
    """A client of another protocol, with the same token."""
    return Caller(firm.server.http, firm.server.base + "/affinity", firm.token)


@pytest.mark.covers("notes.create", "notes.get", "notes.list", "notes.patch", "notes.delete", "notes.restore")
def test_a_note_on_a_contact_is_a_note_on_a_person(api: Caller, affinity: Caller, arya: str) -> None:
    """Both protocols show it, and a change through either is seen through the other, with a new ETag."""
    made = api.post("/v2/notes", data={"contactId": arya, "text": "Needs a ride"})
    assert made.status_code == 201, made.text
    note = made.json()
    assert ("notes", {"contactId": arya, "text": "Needs a ride"}) == (note["meta"]["resource"], note["data"])
    assert note == api.get(f"/v1/notes/{note['id']}").json()
    assert [note] == api.get("/v2/notes", filter=f'/data/contactId eq "{arya}"').json()["data"]
    (person,) = affinity.get("/persons", term="Arya").json()["persons"]
    (shown,) = affinity.get("/notes", person_id=person["id"]).json()["notes"]
    assert ("Needs a ride", [person["id"]]) == (shown["content"], shown["person_ids"])

    changed = patch(api, f"/v2/notes/{note['id']}", replace("/text", "Has a car"), ETag=note["meta"]["etag"]).json()
    assert affinity.get(f"/notes/{shown['id']}").json()["content"] == "Has a car"
    affinity.put(f"/notes/{shown['id']}", content="Sold the car")
    read = api.get(f"/v2/notes/{note['id']}").json()
    assert read["data"]["text"] == "Sold the car"
    assert len({note["meta"]["etag"], changed["meta"]["etag"], read["meta"]["etag"]}) == 3

    assert api.delete(f"/v2/notes/{note['id']}").json()["meta"]["isDeleted"]
    assert affinity.get(f"/notes/{shown['id']}").status_code == 404
    refused(api.get(f"/v2/notes/{note['id']}"), 404, "NotFoundError")
    assert read["data"] == api.post(f"/v2/notes/{note['id']}/restore").json()["data"]
    (shown,) = affinity.get("/notes", person_id=person["id"]).json()["notes"]
    assert shown["content"] == "Sold the car"
    affinity.delete(f"/notes/{shown['id']}")
    refused(api.get(f"/v2/notes/{note['id']}"), 404, "NotFoundError")


def test_what_others_note_on_a_contact_is_seen(api: Caller, affinity: Caller, arya: str) -> None:
    """A note written through Affinity on the person that a contact is, is a note on the contact."""
    (person,) = affinity.get("/persons", term="Arya").json()["persons"]
    affinity.post("/notes", person_ids=[person["id"]], content="Met at the market")
    (note,) = api.get("/v2/notes").json()["data"]
    assert {"contactId": arya, "text": "Met at the market"} == note["data"]


def test_a_note_that_is_moved_is_about_the_other_person(api: Caller, affinity: Caller, arya: str, world: World) -> None:
    """To name another contact attaches the note to the other person."""
    bran = world.create("/v2/contacts", profile=named("Bran"), fields={})["id"]
    note = world.create("/v2/notes", contactId=arya, text="X")
    patch(api, f"/v2/notes/{note['id']}", replace("/contactId", bran))
    found = {}
    for name in ("Arya", "Bran"):
        (person,) = affinity.get("/persons", term=name).json()["persons"]
        found[name] = len(affinity.get("/notes", person_id=person["id"]).json()["notes"])
    assert found == {"Arya": 0, "Bran": 1}


def test_a_note_names_a_contact_and_says_something(firm: Firm, api: Caller, arya: str) -> None:
    """What is wrong is told at once; the same under the same id is a repetition."""
    before = firm.rows()
    found = refused(api.post("/v2/notes", data={"contactId": str(uuid4()), "text": " "}), 400, "ValidationError")
    assert {("/data/contactId", "any.ref"), ("/data/text", "any.empty")} == types(found)
    assert before == firm.rows()
    body = {"id": str(uuid4()), "data": {"contactId": arya, "text": "X"}}
    assert [api.post("/v2/notes", **body).status_code for _ in range(2)] == [201, 200]
    body["data"] = {"contactId": arya, "text": "Y"}
    refused(api.post("/v2/notes", **body), 409, "ExistsError")
