"""The hub's tag ``createContacts``: whether unknown contacts are made for those who refer to them (spec 6.6)."""

from tests.serving import Firm

from .conftest import Hub
from .data import VISIT, Data
from .test_participants import listed, participant


def test_contacts_are_waited_for_where_none_are_to_be_made(firm: Firm) -> None:
    """With the tag "false" nobody is made: the contact is unknown, and the interaction is under it once it comes."""
    data, hub = Data(firm), Hub(firm)
    data.define()
    assert hub.arm("PATCH", json={"tags": {"CreateContacts": "False"}}).status_code == 200

    data.stored("/BranchVisits", VISIT | {"VisitorRef": "C-1", "ClerkRef": None})

    assert data.get("/Contacts('C-1')").status_code == 404
    assert participant(data, "Visitor")["Resolved"] is False
    data.stored("/Contacts", {"ContactId": "C-1", "FirstName": "Ola"})
    assert participant(data, "Visitor")["Resolved"] is True
    assert [item["VisitKey"] for item in listed(data, "/Contacts('C-1')/Interactions")["value"]] == ["V-7"]


def test_without_the_tag_they_are_made_again(firm: Firm) -> None:
    """The tag counts as long as it is there: a hub put without it makes contacts as it did at first."""
    data, hub = Data(firm), Hub(firm)
    data.define()
    for tags in ({"createContacts": "false"}, {}):
        assert hub.arm("PUT", json={"location": "local", "tags": tags}).status_code == 200

    data.stored("/BranchVisits", VISIT | {"VisitorRef": "C-2", "ClerkRef": None})

    assert data.get("/Contacts('C-2')").status_code == 200
