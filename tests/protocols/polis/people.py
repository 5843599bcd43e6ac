"""Contacts and households as clients send them."""

from typing import Any

ADDRESS = {
    "country": "United States of America",
    "position": {"type": "Point", "coordinates": [-71.067513, 42.3520436]},
    "formatted": "100 Boylston Street, Boston, MA 02116, USA",
    "streetAddress": {"formatted": "100 Boylston Street", "number": "100", "route": "Boylston Street"},
    "postalCode": "02116",
    "state": "Massachusetts",
    "county": "Suffolk County",
    "city": "Boston",
    "neighborhood": "Back Bay",
}


def profile(first: str = "John", last: str = "Snow", **members: Any) -> dict[str, Any]:
    """Return a profile of version 1."""
    return {"name": {"first": first, "last": last}, "address": ADDRESS} | members


def contact(list_: str, first: str = "John", **data: Any) -> dict[str, Any]:
    """Return the data of a contact of version 1."""
    return {"listId": list_, "profile": profile(first), "fields": {}} | data


def named(given: str = "John", surname: str = "Snow", **members: Any) -> dict[str, Any]:
    """Return a profile of version 2."""
    return {"name": {"anglican": {"given": given, "surname": surname}}} | members


def household(customer: str, unit: str = "", **address: Any) -> dict[str, Any]:
    """Return the body of a household."""
    where: dict[str, Any] = {
        "number": "100",
        "streetName": "Boylston Street",
        "city": "Boston",
        "state": "MA",
        "postalCode": "02116",
        "country": "USA",
        "coords": {"lat": 42.3520436, "lng": -71.067513},
    }
    return {"customerId": customer, "data": {"unitNum": unit, "address": {"data": where | address}}}
