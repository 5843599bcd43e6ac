"""``CreateOrUpdateProfile``, and the intents that show something (spec 1.3)."""

from typing import Any

import pytest

from .conftest import Desk
from .test_create import contact


def page(desk: Desk, intent: str, context: dict[str, Any]) -> str:
    """Raise an intent that shows something, and return which page does: the raiser gets nothing."""
    body = desk.post(intent, {"context": context}).json()
    assert body["intentResult"] == {}
    shown: str = body["interlog"]["page"]
    return shown


def organization(name: str | None = None, **ids: str) -> dict[str, Any]:
    """Return an organization with these ids."""
    return {"type": "fdc3.organization", "id": ids} | ({"name": name} if name else {})


@pytest.mark.covers("CreateOrUpdateProfile")
def test_a_contact_is_created_and_updated(desk: Desk) -> None:
    """A profile is created once, then updated, by any of its ids; what was sent comes back with our id."""
    sent = contact("Ada Byron", email="ada@client.example", FDS_ID="f-1") | {"x": 1}
    result = desk.raise_("CreateOrUpdateProfile", sent)
    assert result["status"] == "Created"
    ids = result["context"]["id"]
    assert result["context"] == sent | {"id": sent["id"] | {"INTERLOG": ids["INTERLOG"], "URI": ids["URI"]}}
    again = desk.raise_("CreateOrUpdateProfile", contact("Ada Lovelace", fds_id="f-1", email="al@client.example"))
    assert (again["status"], again["context"]["id"]["INTERLOG"]) == ("Updated", ids["INTERLOG"])
    number = int(ids["URI"].rpartition("/")[2])
    person = desk.firm.server.run(desk.firm.ledger.persons.get(desk.firm.actor, number))
    assert (person.name, person.emails) == ("Ada Lovelace", ("ada@client.example", "al@client.example"))
    same = desk.raise_("CreateOrUpdateProfile", contact(email="AL@client.example"))
    assert same["status"] == "Updated"
    assert desk.firm.server.run(desk.firm.ledger.persons.get(desk.firm.actor, number)) == person


def test_an_organization_is_created_and_updated(desk: Desk) -> None:
    """An organization is known by its ids, else by its name alone."""
    first = desk.raise_("CreateOrUpdateProfile", organization("Client", LEI="L-1"))
    assert first["status"] == "Created"
    for sent in (organization("Client Ltd", lei="L-1"), organization("client ltd", PERMID="p")):
        result = desk.raise_("CreateOrUpdateProfile", sent)
        assert result["status"] == "Updated"
        assert result["context"]["id"]["INTERLOG"] == first["context"]["id"]["INTERLOG"]
    assert desk.raise_("CreateOrUpdateProfile", organization(PERMID="p"))["status"] == "Updated"


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"type": "fdc3.contact"}, "id is required"),
        (contact(), "id must say who it is, or name must"),
        (organization("X"), "id must have at least one id"),
        ({"type": "fdc3.nothing"}, "somebody must fill the profile in, and nobody can be asked here"),
    ],
)
def test_a_profile_of_nobody_fails(any_desk: Desk, context: dict[str, Any], message: str) -> None:
    """What says nobody is not stored."""
    assert any_desk.failed("CreateOrUpdateProfile", context) == ("Invalid", message)


@pytest.mark.covers("ViewInteractions", "ViewProfile", "ViewContact", "ViewMessages")
def test_pages(desk: Desk) -> None:
    """A view intent results in nothing, and says which page shows what was meant."""
    firm = desk.firm
    ada = firm.person("Ada", "Byron", "ada@client.example")
    client = firm.organization("Client", "client.example")
    who, what = f"/persons/{ada.id}", f"/organizations/{client.id}"
    day = {"type": "fdc3.timeRange", "startTime": "2026-03-05T00:00:00Z"}
    assert page(desk, "ViewInteractions", contact(email="ada@client.example")) == who
    assert page(desk, "ViewInteractions", contact("Ada Byron") | {"timeRange": day}) == f"{who}?since=2026-03-05"
    assert page(desk, "ViewInteractions", organization("client", LEI="?")) == what
    assert page(desk, "ViewInteractions", contact("No One", email="no@one.example")) == "/timeline?q=No+One"
    assert page(desk, "ViewInteractions", {"type": "fdc3.instrument", "id": {"ticker": "AAPL"}}) == "/timeline?q=AAPL"
    for intent in ("ViewProfile", "ViewContact"):
        assert page(desk, intent, contact(email="ADA@client.example")) == who
        assert page(desk, intent, contact("Bo Derby", email="bo@x.example")) == (
            "/persons/new?first_name=Bo&last_name=Derby&emails=bo%40x.example"
        )
    assert page(desk, "ViewProfile", organization("New One", LEI="n")) == "/organizations/new?name=New+One"
    for criteria, shown in [
        ([], "/timeline?category=message"),
        (["rates"], "/timeline?category=message&q=rates"),
        ([contact(email="ada@client.example"), "rates"], f"{who}?category=message&q=rates"),
        ([contact("Nobody"), {"type": "fdc3.instrument", "id": {"ISIN": "US1"}}],
         "/timeline?category=message&q=US1+Nobody"),
    ]:  # fmt: skip
        assert page(desk, "ViewMessages", {"type": "fdc3.chat.searchCriteria", "criteria": criteria}) == shown


def test_what_is_malformed_shows_nothing(any_desk: Desk) -> None:
    """A view of what is not valid results in nothing, either."""
    body = any_desk.post("ViewInteractions", {"context": {"type": "fdc3.contact"}}).json()
    assert body == {"intentResult": {}}


def test_our_own_id_is_known(desk: Desk) -> None:
    """Who has nothing but the id that we gave is found by it, whatever the name is by now (spec 1.3)."""
    for first, type_ in ((contact("Ada", CRM="1"), "contact"), (organization("Client", LEI="L"), "organization")):
        made = desk.raise_("CreateOrUpdateProfile", first)["context"]
        ours = {"INTERLOG": made["id"]["INTERLOG"].upper()}
        renamed = {"type": f"fdc3.{type_}", "name": "Other Name", "id": ours}
        again = desk.raise_("CreateOrUpdateProfile", renamed)
        assert (again["status"], again["context"]["id"]["URI"]) == ("Updated", made["id"]["URI"])
        shown = page(desk, "ViewProfile", {"type": f"fdc3.{type_}", "id": ours})
        assert made["id"]["URI"] == f"{desk.base}{shown}"
        nobody = {"INTERLOG": "018f0000-0000-7000-8000-000000000000"}
        assert desk.failed("CreateOrUpdateProfile", {"type": f"fdc3.{type_}", "id": nobody})[0] == "Invalid"
