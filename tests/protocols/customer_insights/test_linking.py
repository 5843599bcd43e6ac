"""What links write when an interaction is stored: profiles, activities and relationships (spec 3.5, 3.6)."""

from typing import Any

import pytest

from tests.serving import Firm

from .bodies import HOUSEHOLD
from .data import REPAIR, Data, error_of

TICKET = {
    "apiEntitySetName": "Tickets",
    "idPropertyNames": ["Key"],
    "fields": [
        {"fieldName": name, "fieldType": "Edm.String"}
        for name in ("Key", "Street", "HouseNumber", "Phone", "Colour", "Mail", "Shop")
    ],
}
DOOR = [
    {"sourcePropertyName": "Street", "targetPropertyName": "Street"},
    {"sourcePropertyName": "HouseNumber", "targetPropertyName": "Number"},
]


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with facts (Ticket), activities (Repair) and profiles (Household)."""
    client = Data(firm)
    client.define_profile("Household", HOUSEHOLD)
    client.define("Ticket", TICKET)
    client.define("Repair", REPAIR)
    return client


def define(data: Data, kind: str, name: str, **body: Any) -> None:
    answer = data.manage.request("PUT", f"/model/{kind}/{name}", json=body)
    assert answer.status_code in (200, 201), answer.text


def link(data: Data, *mappings: tuple[str, str, str], **more: Any) -> None:
    """Define a link from Ticket to Household by its door."""
    written = [
        {"sourcePropertyName": source, "targetPropertyName": target, "linkType": kind}
        for source, target, kind in mappings
    ]
    body = {"sourceInteractionType": "Ticket", "targetProfileType": "Household", "mappings": written,
            "participantPropertyReferences": DOOR}  # fmt: skip
    define(data, "links", "ToHome", **(body | more))


def ticket(key: str, **more: Any) -> dict[str, Any]:
    return {"Key": key, "Street": "Elm St", "HouseNumber": "9"} | more


def home(data: Data) -> dict[str, Any]:
    found: dict[str, Any] = data.get("/Households(Street='Elm St',Number='9')").json()
    return found


def test_a_link_with_mappings_writes_its_profile(data: Data) -> None:
    """It is created, then overwritten or only filled, as each mapping says."""
    link(data, ("Phone", "Phone", "UpdateAlways"), ("Colour", "Colour", "CopyIfNull"))
    data.stored("/Tickets", ticket("1", Phone="123"))
    assert (home(data)["Phone"], "Colour" in home(data)) == ("123", False)
    body = data.send("/Tickets", [ticket("2", Phone="456", Colour="red"), ticket("3", Street=None, Phone="0")]).json()
    assert body["accepted"] == 2
    assert (home(data)["Phone"], home(data)["Colour"]) == ("456", "red")
    data.stored("/Tickets", ticket("4", Colour="blue"))
    assert (home(data)["Phone"], home(data)["Colour"]) == ("456", "red")
    assert data.get("/Households/$count").text == "1"


def test_of_many_at_once_the_first_fills_a_gap(data: Data) -> None:
    """Those behind it find it filled, as if they had been sent one by one."""
    link(data, ("Phone", "Phone", "UpdateAlways"), ("Colour", "Colour", "CopyIfNull"))
    colours = [None, "red", "blue", "green"]
    items = [ticket(str(n), Phone=str(n), Colour=colour) for n, colour in enumerate(colours)]
    assert data.send("/Tickets", [*items, ticket("x", Street="Oak St", Colour="grey")]).json()["accepted"] == 5
    assert (home(data)["Phone"], home(data)["Colour"]) == ("3", "red")
    assert data.get("/Households(Street='Oak St',Number='9')").json()["Colour"] == "grey"


def test_the_same_again_applies_its_links_once_more(data: Data) -> None:
    """What was left undone is mended; nothing is written twice."""
    data.stored("/Tickets", ticket("1", Phone="123"))
    assert error_of(data.get("/Households(Street='Elm St',Number='9')")) == (404, "ResourceNotFound")
    link(data, ("Phone", "Phone", "UpdateAlways"))
    data.stored("/Tickets", ticket("1", Phone="123"))
    stamp = home(data)["LastModifiedTimestamp"]
    data.stored("/Tickets", ticket("1", Phone="123"))
    assert home(data)["LastModifiedTimestamp"] == stamp


def test_a_link_counts_from_its_definition_to_its_deletion(data: Data) -> None:
    """At once, both times."""
    data.stored("/Tickets", ticket("1", Phone="1"))
    link(data, ("Phone", "Phone", "UpdateAlways"))
    data.stored("/Tickets", ticket("2", Phone="2"))
    assert home(data)["Phone"] == "2"
    assert data.manage.delete("/model/links/ToHome").status_code == 200
    data.stored("/Tickets", ticket("3", Phone="3"))
    assert home(data)["Phone"] == "2"


def test_a_link_that_only_refers_writes_nothing(data: Data) -> None:
    """Nor one whose types do not exist, nor one that cannot be applied: the interaction is stored all the same."""
    link(data)
    define(data, "links", "Dormant", sourceInteractionType="Ticket", targetProfileType="Nothing",
           mappings=[{"sourcePropertyName": "Phone", "targetPropertyName": "Phone", "linkType": "UpdateAlways"}],
           participantPropertyReferences=DOOR)  # fmt: skip
    data.stored("/Tickets", ticket("1", Phone="123"))
    assert data.get("/Households/$count").text == "0"
    data.stored("/Households", {"ProfileId": "A", "Street": "Elm St", "Number": "9"})
    data.stored("/Households", {"ProfileId": "B", "Street": "x", "Number": "1"})
    link(data, ("Colour", "ProfileId", "UpdateAlways"))
    assert data.send("/Tickets", ticket("2", Colour="B")).status_code == 202


def test_a_link_attaches_interactions_to_their_profile(data: Data) -> None:
    """They are listed under it, though it takes no part in them; whichever came first."""
    data.stored("/Tickets", ticket("1"))
    link(data)
    id_ = data.stored("/Households", {"Street": "Elm St", "Number": "9"})["ProfileId"]
    data.stored("/Households", {"Street": "O'Hara St", "Number": "9"})
    data.send("/Tickets", [ticket("2"), ticket("3", Street="O'Hara St"), ticket("4", HouseNumber="10")])
    listed = data.get(f"/Households('{id_}')/Interactions", **{"$count": "true", "$orderby": "Key"}).json()
    assert [item["Key"] for item in listed["value"]] == ["1", "2"]
    assert listed["@odata.count"] == 2
    assert data.get(f"/Households('{id_}')/Interactions/$count", **{"$filter": "Key eq '2'"}).text == "1"
    other = data.get("/Households(Street='O''Hara St',Number='9')", **{"$expand": "Interactions"}).json()
    assert [item["Key"] for item in other["Interactions"]] == ["3"]


def test_a_link_to_an_activity_writes_it(data: Data) -> None:
    """Found by its id properties, merged."""
    define(data, "links", "ToRepair", sourceEntityType="Interaction", sourceEntityTypeName="Ticket",
           targetEntityType="Interaction", targetEntityTypeName="Repair",
           mappings=[{"sourcePropertyName": "Colour", "targetPropertyName": "Note", "linkType": "UpdateAlways"}],
           participantPropertyReferences=[{"sourcePropertyName": "Shop", "targetPropertyName": "Shop"},
                                          {"sourcePropertyName": "Key", "targetPropertyName": "Ticket"}])  # fmt: skip
    data.stored("/Tickets", ticket("1", Shop="s", Colour="red"))
    assert data.get("/Repairs('s_1')").json()["Note"] == "red"


def test_a_link_fills_the_gaps_of_an_activity_and_is_its_source(data: Data) -> None:
    """The first of many fills what has no value, others find it filled; an order of sources holds for links, too."""
    fill = {"sourcePropertyName": "Colour", "targetPropertyName": "note", "linkType": "CopyIfNull"}
    always = {"sourcePropertyName": "Phone", "targetPropertyName": "Lane", "linkType": "UpdateAlways"}
    keys = [{"sourcePropertyName": "Shop", "targetPropertyName": "Shop"},
            {"sourcePropertyName": "Street", "targetPropertyName": "Ticket"}]  # fmt: skip
    define(data, "links", "ToRepair", sourceEntityType="Interaction", sourceEntityTypeName="Ticket",
           targetEntityType="Interaction", targetEntityTypeName="Repair", mappings=[fill, always],
           participantPropertyReferences=keys)  # fmt: skip
    items = [ticket(str(n), Shop="s", Colour=colour, Phone=str(n)) for n, colour in enumerate([None, "red", "blue"])]
    assert data.send("/Tickets", items).json()["accepted"] == 3
    found = data.get("/Repairs(Shop='s',Ticket='Elm St')").json()
    assert (found["Note"], found["Lane"], found["DataSource"]) == ("red", "2", "ToRepair")
    data.stored("/Tickets", ticket("4", Shop="s", Colour="green", Phone="5"))
    found = data.get("/Repairs(Shop='s',Ticket='Elm St')").json()
    assert (found["Note"], found["Lane"]) == ("red", "5")

    data.define("Repair", REPAIR | {"attributes": {"interlog.precedence": ["CRM", "ToRepair"]}})
    data.stored("/Repairs", {"Shop": "s", "Ticket": "Elm St", "Lane": "7", "DataSource": "CRM"})
    data.stored("/Tickets", ticket("6", Shop="s", Phone="8"))
    assert data.get("/Repairs(Shop='s',Ticket='Elm St')").json()["Lane"] == "7"


def test_a_relationship_link_relates_the_profiles_of_an_interaction(data: Data, firm: Firm) -> None:
    """Where both are known."""
    define(data, "relationships", "LivesAt", profileType="Contact", relatedProfileType="Household",
           cardinality="ManyToOne", fields=[{"fieldName": "Tone", "fieldType": "Edm.String"}])  # fmt: skip
    define(data, "relationshipLinks", "ByTicket", interactionType="Ticket", relationshipName="LivesAt",
           profilePropertyReferences=[{"interactionPropertyName": "Mail", "profilePropertyName": "Email"}],
           relatedProfilePropertyReferences=[
               {"interactionPropertyName": "Street", "profilePropertyName": "Street"},
               {"interactionPropertyName": "HouseNumber", "profilePropertyName": "Number"},
           ],
           mappings=[{"interactionFieldName": "Colour", "relationshipFieldName": "Tone",
                      "linkType": "UpdateAlways"}])  # fmt: skip
    ola = firm.person("Ola", "Berg", "ola@client.example")
    data.stored("/Tickets", ticket("1", Mail="ola@client.example"))
    assert data.get("/Relationships").json()["value"] == []
    house = data.stored("/Households", {"Street": "Elm St", "Number": "9"})
    data.stored("/Tickets", ticket("2", Mail="OLA@client.example", Colour="red"))
    assert data.get(f"/Contacts('{ola.id}')/Relationships").json()["value"] == [
        {"RelationshipType": "LivesAt", "ProfileId": str(ola.id), "RelatedProfileId": house["ProfileId"], "Tone": "red"}
    ]
