"""Households: an address and a unit (spec 4.2), what makes two of them the same, and a contact's address from them.

An address of a household is a document as version 2 has it (``number``, ``streetName``, ``coords`` …); a contact's is
one as version 1 has it (``streetAddress``, ``position`` …). Countries are ISO 3166-1 alpha-3 codes in households and
names in contacts.
"""

from functools import lru_cache
from typing import Any

import iso3166

from ..tenancy import Tenant
from .resources import derived_id

_SAME = ("city", "county", "neighborhood", "state", "postalCode")


@lru_cache(maxsize=1_000)
def country_code(text: str) -> str:
    """Return a country's code of three letters, or the text where it names no country that is known."""
    found = iso3166.countries.get(text.strip(), None)
    return found.alpha3 if found is not None else text


@lru_cache(maxsize=1_000)
def country_name(code: str) -> str:
    """Return the name of a country's code, or the text where it is none."""
    found = iso3166.countries.get(code.strip(), None)
    return found.apolitical_name if found is not None else code


def household_of(address: dict[str, Any]) -> dict[str, Any]:
    """Return the data of the household at a contact's address: unit, address, how it is written; no ``addressId``."""
    street: dict[str, Any] = address.get("streetAddress", {})
    found: dict[str, Any] = {name: address[name] for name in _SAME if name in address}
    for name, source in (("number", "number"), ("streetName", "route")):
        if source in street:
            found[name] = street[source]
    if "country" in address:
        found["country"] = country_code(address["country"])
    if "position" in address:
        lng, lat = address["position"]["coordinates"][:2]
        found["coords"] = {"lat": lat, "lng": lng}
    data: dict[str, Any] = {"unitNum": street.get("unit", ""), "address": {"data": found}}
    if written := address.get("formatted"):
        data["formattedAddress"] = written
    return data


def address_of(household: dict[str, Any]) -> dict[str, Any] | None:
    """Return a contact's address from the data of its household; None where the household has none."""
    parts: dict[str, Any] | None = household.get("address", {}).get("data")
    if parts is None:
        return None
    found: dict[str, Any] = {name: parts[name] for name in _SAME if name in parts}
    if "country" in parts:
        found["country"] = country_name(parts["country"])
    if "coords" in parts:
        found["position"] = {"type": "Point", "coordinates": [parts["coords"]["lng"], parts["coords"]["lat"]]}
    number, route, unit = parts.get("number", ""), parts.get("streetName", ""), household.get("unitNum", "")
    line = f"{number} {route}".strip()
    if line:
        street = {"formatted": line, "number": number, "route": route}
        found["streetAddress"] = street | ({"unit": unit} if unit else {})
    written = household.get("formattedAddress") or _written(line, parts)
    return found | ({"formatted": written} if written else {})


def _written(line: str, parts: dict[str, Any]) -> str:
    region = f"{parts.get('state', '')} {parts.get('postalCode', '')}".strip()
    return ", ".join(part for part in (line, parts.get("city", ""), region, parts.get("country", "")) if part)


def address_id(tenant: Tenant, household: dict[str, Any]) -> str | None:
    """Return the id of a household's address: the same for the same address; None where it does not say which it is.

    Street, number and town tell, or else how the address is written, or else where it is. A state is not compared
    where there is a postal code, nor is the country: they have more spellings than one.
    """
    parts: dict[str, Any] = household.get("address", {}).get("data", {})
    if parts.get("number") or parts.get("streetName"):
        names = ["number", "streetName", "city", "postalCode" if parts.get("postalCode") else "state"]
        words = [(name, _normal(parts.get(name, ""))) for name in names]
    elif household.get("formattedAddress"):
        words = [("formattedAddress", _normal(household["formattedAddress"]))]
    elif "coords" in parts:
        words = [(name, f"{parts['coords'][name]:.5f}") for name in ("lat", "lng")]
    else:
        return None
    # each word with its name: a postal code is no state, however much one looks like the other
    return derived_id(tenant, "address", *(f"{name}={word}".replace("/", "//") for name, word in words))


def household_key(household: dict[str, Any]) -> str:
    """Return what there is only one household of: its address and its unit."""
    return f"{household['addressId']}:{_normal(household['unitNum'])}"


def _normal(text: str) -> str:
    return " ".join(text.casefold().replace(",", " ").replace(".", " ").split())


def link_id(tenant: Tenant, contact: str, household: str) -> str:
    """Return the id of the link between a contact and a household, whether there is one or not."""
    return derived_id(tenant, "contact-household", contact, household)


def link_key(household: str, contact: str) -> str:
    """Return what there is only one link of; those of a household begin alike."""
    return f"{household}:{contact}"


def member_id(tenant: Tenant, list_: str, link: str) -> str:
    """Return the id of a linked contact's place on a list, whether there is one or not."""
    return derived_id(tenant, "contact-household-list", list_, link)


def member_key(link: str, list_: str) -> str:
    """Return what there is only one place on a list of; those of a link begin alike."""
    return f"{link}:{list_}"
