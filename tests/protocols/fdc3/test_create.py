"""``CreateInteraction`` (spec 1.2)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from interlog.model.ids import parse_uuid

from .conftest import SEED, Desk


def contact(name: str | None = None, **ids: str) -> dict[str, Any]:
    """Return a contact with these ids."""
    return {"type": "fdc3.contact", "id": ids} | ({"name": name} if name else {})


def among(*contacts: dict[str, Any]) -> dict[str, Any]:
    """Return a list of contacts."""
    return {"type": "fdc3.contactList", "contacts": list(contacts)}


@pytest.mark.covers("CreateInteraction", "intents.raise")
def test_the_seed(desk: Desk) -> None:
    """The seed's example comes back as it is, with our id added, and the message names that id."""
    result = desk.create()
    ids = result["context"].pop("id")
    assert result == {
        "type": "fdc3.transactionResult",
        "status": "Created",
        "context": SEED,
        "message": f'record with id "{ids["INTERLOG"]}" was created',
    }
    assert set(ids) == {"INTERLOG", "URI"}
    assert parse_uuid(ids["INTERLOG"]) == ids["INTERLOG"]
    assert ids["URI"].startswith(f"{desk.base}/interactions/")
    assert desk.count() == 1


@pytest.mark.parametrize(
    ("called", "type_"),
    [
        ("Meeting", "Meeting"),
        ("Call", "Call"),
        ("Instant Message", "ChatMessage"),
        ("Email", "Email"),
        (" phone CALL ", "Call"),
        ("im", "ChatMessage"),
        ("Site visit", "LoggedInteraction"),
    ],
)
def test_every_type(desk: Desk, called: str, type_: str) -> None:
    """Each of the standard's types, other ways to say them, and any other text; it comes back as it was spelt."""
    context = desk.created(interactionType=called)
    assert context["interactionType"] == called
    number = int(context["id"]["URI"].rpartition("/")[2])
    item = desk.firm.server.run(desk.firm.ledger.interactions.get(desk.firm.actor, number))
    assert desk.firm.tenant.types_by_id[item.type_id].name == type_


@pytest.mark.parametrize(
    "members",
    [
        {"timeRange": {"type": "fdc3.timeRange", "startTime": "2026-03-01T09:00:00+02:00",
                       "endTime": "2026-03-01T10:00:00.250+02:00"}},
        {"timeRange": {"type": "fdc3.timeRange", "endTime": "2026-03-01T10:00:00Z"}},
        {"timeRange": {"type": "fdc3.timerange", "startTime": "2026-03-01T09:00:00"}},
        {"participants": among()},
        {"participants": among(contact("Nobody")), "initiator": None},
        {"participants": among({"type": "fdc3.contact", "id": {}})},
        {"description": ""},
        {"description": {"type": "fdc3.message", "text": {"text/plain": "Hi", "text/markdown": "*Hi*"}}},
        {"name": "Budget", "x": {"deep": [1, None, {"y": 2.5}]}, "id": {"SALESFORCE": "00x", "Singletrack": "a0S"}},
    ],
)  # fmt: skip
def test_nothing_is_lost(desk: Desk, members: dict[str, Any]) -> None:
    """Whatever was received is given back unchanged, at every level; our id comes to those received."""
    context = desk.created(**members)
    wanted = {name: value for name, value in (SEED | members).items() if value is not None}
    ids = context["id"]
    assert {**context, "id": None} == {**wanted, "id": None}
    assert {name: ids[name] for name in wanted.get("id", {})} == wanted.get("id", {})
    assert set(ids) - set(wanted.get("id", {})) == {"INTERLOG", "URI"}
    assert desk.raise_("interlog.GetInteraction", {"type": "fdc3.interaction", "id": ids}) == context


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"participants": None, "timeRange": {"type": "fdc3.timeRange", "startTime": "yesterday"}},
         "participants is required; timeRange.startTime is not an ISO 8601 date-time"),
        ({"description": None}, "description is required"),
        ({"description": 7}, "description is not a string"),
        ({"interactionType": None}, "interactionType is required"),
        ({"timeRange": {"type": "fdc3.timeRange"}}, "timeRange needs a startTime or an endTime"),
        ({"timeRange": {"startTime": "2026-03-01T09:00:00Z"}}, "timeRange.type is required"),
        ({"timeRange": {"type": "fdc3.timeRange", "startTime": "2026-03-01"}},
         "timeRange.startTime is not an ISO 8601 date-time"),
        ({"timeRange": {"type": "fdc3.timeRange", "startTime": "2026-03-01T09:00:00Z",
                        "endTime": "2026-03-01T08:00:00Z"}}, "timeRange.endTime lies before startTime"),
        ({"participants": {"type": "fdc3.contact", "id": {}}},
         "participants.type is not fdc3.contactList; participants.contacts is required"),
        ({"participants": among({"type": "fdc3.contact"}, {"type": "fdc3.contact", "id": {"email": 7}})},
         "participants.contacts[0].id is required; participants.contacts[1].id.email is not a string"),
        ({"initiator": {"type": "fdc3.organization", "id": {"LEI": "x"}}}, "initiator.type is not fdc3.contact"),
        ({"origin": 1, "name": False}, "name is not a string; origin is not a string"),
        ({"description": "a\x00b"}, "description must not contain the character U+0000"),
        ({"name": "x" * 1001}, "name must not be longer than 1000 characters"),
    ],
)  # fmt: skip
def test_everything_wrong_is_named(desk: Desk, members: dict[str, Any], message: str) -> None:
    """A context that is not valid fails with every path at once; nothing is stored (spec 1.2, step 4)."""
    context = {name: value for name, value in (SEED | members).items() if value is not None}
    result = desk.raise_("CreateInteraction", context)
    assert (result["status"], result["message"], result["context"]) == ("Failed", message, context)
    assert [f"{error['path']} {error['message']}" for error in result["interlog"]["errors"]] == message.split("; ")
    assert result["interlog"]["code"] == "Invalid"
    assert desk.count() == 0


def test_a_request_is_known_again(desk: Desk) -> None:
    """The same request again creates nothing and has the same result, whatever it says then (step 3)."""
    first = desk.create("key-1")
    assert desk.create("key-1") == first
    assert desk.create("key-1", description="something else") == first
    assert desk.create("key-2")["context"]["id"] != first["context"]["id"]
    assert desk.count() == 2


def test_a_known_id_fails(desk: Desk) -> None:
    """What has an id of ours, or one of another system that is known, is not created but shown (step 5)."""
    stored = desk.created(id={"SALESFORCE": "00x"})
    ours = stored["id"]
    for ids in ({"INTERLOG": ours["INTERLOG"]}, {"interlog": ours["INTERLOG"].upper()}, {"URI": ours["URI"]},
                {"SalesForce": "00x"}):  # fmt: skip
        result = desk.create(id=ids)
        assert (result["status"], result["interlog"]["code"]) == ("Failed", "Exists")
        assert result["message"] == f'record with id "{ours["INTERLOG"]}" already exists'
        assert result["context"] == stored
    assert desk.created(id={"SALESFORCE": "00X", "INTERLOG": "nothing"})["id"]["INTERLOG"] != ours["INTERLOG"]
    assert desk.count() == 2


@pytest.mark.parametrize("way", ["ids", "keys"])
def test_at_the_same_moment(desk: Desk, way: str) -> None:
    """Of many at one moment with the same foreign id one is created, and all others are shown it; requests with the
    same name have the same result."""

    def create(number: int) -> dict[str, Any]:
        if way == "keys":
            return desk.create("same", description=f"number {number}", initiator=contact("New", email="new@x.example"))
        return desk.create(id={"CRM": "9"}, description=f"number {number}", participants=among(contact("N", X="n")))

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(create, range(40)))
    created = [result for result in results if result["status"] == "Created"]
    assert len({result["context"]["id"]["INTERLOG"] for result in results}) == 1
    if way == "keys":
        assert all(result == results[0] for result in created)
        assert len(created) == 40
    else:
        others = [result for result in results if result["status"] == "Failed"]
        assert (len(created), len(others)) == (1, 39)
        assert all(result["interlog"]["code"] == "Exists" for result in others)
        assert all(result["context"] == created[0]["context"] for result in others)
    assert desk.count() == 1


def test_a_known_id_may_be_created_again(desk: Desk) -> None:
    """Where the setting says so, an id of another system may belong to several."""
    desk.created(id={"SALESFORCE": "00x"})
    with desk.firm.server.with_settings(fdc3_foreign_id_conflict="create") as base:
        assert Desk(desk.firm, base).created(id={"SALESFORCE": "00x"})["id"]["SALESFORCE"] == "00x"
    assert desk.count() == 2


def test_who_took_part(desk: Desk) -> None:
    """Contacts are found by address, by other ids, or alone by name; others become persons (step 6)."""
    firm = desk.firm
    known = firm.person("Ada", "Byron", "ada@client.example")
    context = desk.created(
        participants=among(
            contact("A. B.", email="ADA@client.example", FDS_ID="f-1"),
            contact("Bo Derby", FDS_ID="f-2"),
            contact("Ada Byron"),
            contact(CRM="c-9"),
        ),
        initiator=contact("Bo", FDS_ID="f-2"),
    )
    again = desk.created(participants=among(contact("whoever", fds_id="f-1"), contact(CRM="c-9")), initiator=None)
    first, second = (
        firm.server.run(firm.ledger.interactions.get(firm.actor, int(item["id"]["URI"].rpartition("/")[2])))
        for item in (context, again)
    )
    ada, bo, same, crm, initiator = first.participants
    assert ada.person == same.person == known.id
    assert bo.person == initiator.person
    assert [part.role for part in first.participants] == ["attendee"] * 4 + ["initiator"]
    people = firm.server.run(firm.ledger.persons.of_interactions(firm.actor, [first]))
    assert [(people[part.person or 0].name, people[part.person or 0].emails) for part in (bo, crm)] == [
        ("Bo Derby", ()),
        ("c-9", ()),
    ]
    assert [part.person for part in second.participants] == [known.id, crm.person]


def test_a_list_of_contacts_becomes_a_draft(desk: Desk) -> None:
    """Where nobody can be asked, a draft of a meeting is stored, or the setting has it refused (rule C)."""
    people = among(contact("Ada", email="ada@client.example"))
    result = desk.raise_("CreateInteraction", people)
    assert (result["status"], result["context"]["interactionType"]) == ("Created", "Meeting")
    assert (result["context"]["description"], result["context"]["participants"]) == ("", people)
    assert result["context"]["interlog"] == {"isDraft": True}
    number = int(result["context"]["id"]["URI"].rpartition("/")[2])
    item = desk.firm.server.run(desk.firm.ledger.interactions.get(desk.firm.actor, number))
    assert item.content.fields == {"isDraft": True}
    with desk.firm.server.with_settings(fdc3_contact_list_without_ui="reject") as base:
        code, message = Desk(desk.firm, base).failed("CreateInteraction", people)
    assert code == "Invalid"
    assert message == "timeRange is required; interactionType is required; description is required"
    assert desk.count() == 1


@pytest.mark.parametrize(("origin", "stored"), [("Outlook", "Outlook"), (None, "excel"), ("", "excel")])
def test_where_it_came_from(desk: Desk, origin: str | None, stored: str) -> None:
    """What the context says counts, else the app that raised it; what was sent comes back all the same."""
    context = {name: value for name, value in (SEED | {"origin": origin}).items() if value is not None}
    answer = desk.post("CreateInteraction", {"context": context, "source": {"appId": "excel"}}).json()
    created = answer["intentResult"]["context"]["context"]
    item = desk.firm.server.run(desk.firm.ledger.known_as.uuid(desk.firm.actor, created["id"]["INTERLOG"]))
    assert item.origin == stored
    assert created.get("origin") == origin
