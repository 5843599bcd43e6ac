"""The intents that read, change and delete interactions, and create many (spec 1.1)."""

from typing import Any

import pytest

from .conftest import SEED, Desk
from .test_create import among, contact


def only(context: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a context with the id of an interaction, and some members."""
    return {"type": "fdc3.interaction", "id": {"INTERLOG": context["id"]["INTERLOG"]}} | members


@pytest.mark.covers("interlog.GetInteraction")
def test_get(desk: Desk) -> None:
    """An interaction is read back as it was sent, by any id that it has."""
    stored = desk.created(id={"CRM": "9"})
    for ids in (stored["id"], {"Interlog": stored["id"]["INTERLOG"]}, {"crm": "9"}, {"uri": stored["id"]["URI"]}):
        assert desk.raise_("interlog.GetInteraction", {"type": "fdc3.interaction", "id": ids}) == stored
    assert desk.failed("interlog.GetInteraction", {"type": "fdc3.interaction", "id": {"CRM": "8"}})[0] == "NotFound"
    assert desk.failed("interlog.GetInteraction", {"type": "fdc3.interaction"})[0] == "NotFound"


@pytest.mark.covers("interlog.UpdateInteraction")
def test_update(desk: Desk) -> None:
    """Members that are given replace those stored; the rest stays as it was sent, and ids cannot change."""
    stored = desk.created(x={"y": 1}, id={"CRM": "9"})
    result = desk.raise_("interlog.UpdateInteraction", only(stored, description="Other", name="New"))
    assert (result["status"], result["context"]) == ("Updated", stored | {"description": "Other", "name": "New"})
    assert result["message"] == f'record with id "{stored["id"]["INTERLOG"]}" was updated'
    people = among(contact("Ada", email="ada@client.example"))
    result = desk.raise_("interlog.UpdateInteraction", only(stored, participants=people))
    assert result["context"]["participants"] == people
    assert desk.raise_("interlog.GetInteraction", only(stored)) == result["context"]
    code, message = desk.failed("interlog.UpdateInteraction", only(stored, description=7, timeRange={}))
    assert code == "Invalid"
    assert message == (
        "timeRange.type is required; timeRange needs a startTime or an endTime; description is not a string"
    )
    assert desk.failed("interlog.UpdateInteraction", only(stored, interactionType="Call"))[0] == "Invalid"


def test_facts_do_not_change(desk: Desk) -> None:
    """E-mails are facts: they are neither changed nor deleted."""
    stored = desk.created(interactionType="Email")
    assert desk.failed("interlog.UpdateInteraction", only(stored, description="x"))[0] == "Forbidden"
    assert desk.failed("interlog.DeleteInteraction", only(stored))[0] == "Forbidden"


@pytest.mark.covers("interlog.DeleteInteraction")
def test_delete(desk: Desk) -> None:
    """A deleted interaction is shown once more, and then there is none; its id of another system is free again."""
    stored = desk.created(id={"CRM": "9"})
    result = desk.raise_("interlog.DeleteInteraction", only(stored))
    assert (result["status"], result["context"]) == ("Deleted", stored)
    assert desk.failed("interlog.DeleteInteraction", only(stored))[0] == "NotFound"
    assert desk.created(id={"CRM": "9"})["id"]["INTERLOG"] != stored["id"]["INTERLOG"]


def test_what_others_changed_is_shown_as_it_is(desk: Desk) -> None:
    """A member that another protocol has changed is shown as it is now, all others as they were sent."""
    stored = desk.created(x=1)
    number = int(stored["id"]["URI"].rpartition("/")[2])
    response = desk.firm.caller("/affinity").put(f"/interactions/{number}", type=2, content="changed elsewhere")
    assert response.status_code == 200, response.text
    assert desk.raise_("interlog.GetInteraction", only(stored)) == stored | {"description": "changed elsewhere"}


@pytest.mark.covers("interlog.GetInteractions")
def test_many_are_listed(desk: Desk) -> None:
    """Those of persons, of an organization and of a time are listed newest first, page by page, each once."""
    firm = desk.firm
    firm.organization("Client", "client.example")
    made = [
        desk.created(
            description=str(day),
            timeRange={"type": "fdc3.timeRange", "startTime": f"2026-03-{1 + day % 28:02d}T09:{day // 28:02d}:00Z"},
            participants=among(contact("Ada", email="ada@client.example"), contact("Bo", email="bo@other.example")),
            initiator=None,
        )
        for day in range(60)
    ]
    made.sort(key=lambda item: item["timeRange"]["startTime"], reverse=True)
    asked: list[dict[str, Any]] = [
        contact(email="ada@client.example"),
        among(contact(email="ADA@client.example"), contact(email="bo@other.example")),
        {"type": "fdc3.organization", "name": "Client", "id": {"LEI": "unknown"}},
        {"type": "fdc3.timeRange", "startTime": "2026-03-01T00:00:00Z"},
    ]
    for context in asked:
        first = desk.raise_("interlog.GetInteractions", context)
        assert first["type"] == "interlog.interactionList"
        rest = desk.raise_("interlog.GetInteractions", context | {"nextPageToken": first["nextPageToken"]})
        assert first["interactions"] + rest["interactions"] == made
        assert "nextPageToken" not in rest
    day = {"type": "fdc3.timeRange", "startTime": "2026-03-05T00:00:00Z", "endTime": "2026-03-05T23:00:00Z"}
    on_day = [item for item in made if item["timeRange"]["startTime"].startswith("2026-03-05")]
    for context in (day, asked[0] | {"timeRange": day}, asked[2] | {"timeRange": day}):
        assert desk.raise_("interlog.GetInteractions", context)["interactions"] == on_day
    assert desk.raise_("interlog.GetInteractions", contact(email="x@nowhere.example"))["interactions"] == []
    assert desk.failed("interlog.GetInteractions", day | {"nextPageToken": "?"})[0] == "Invalid"


@pytest.mark.covers("interlog.CreateInteractions")
def test_many_are_created(desk: Desk) -> None:
    """Each of a list has a result of its own, in order; the same request again creates nothing."""
    listed = {"type": "interlog.interactionList", "interactions": [SEED, {"type": "fdc3.contact", "id": {}},
              {**SEED, "description": 7}, {**SEED, "description": "second"}]}  # fmt: skip
    result = desk.raise_("interlog.CreateInteractions", listed, "many")
    assert result["type"] == "interlog.transactionResultList"
    assert [item["status"] for item in result["results"]] == ["Created", "Failed", "Failed", "Created"]
    assert [item.get("interlog", {}).get("code") for item in result["results"][1:3]] == [
        "UnsupportedContext",
        "Invalid",
    ]
    assert desk.raise_("interlog.CreateInteractions", listed, "many") == result
    assert desk.count() == 2


@pytest.mark.parametrize("name", ["interlog.CreateInteractions", "interlog.UpdateInteraction", "CreateInteraction"])
def test_other_contexts_fail(any_desk: Desk, name: str) -> None:
    """A context that an intent does not take fails by its type."""
    code, message = any_desk.failed(name, {"type": "fdc3.country", "id": {}})
    assert (code, message) == ("UnsupportedContext", f"context type fdc3.country is not supported by {name}")
