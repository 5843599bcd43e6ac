"""Households: what makes two addresses the same, and a contact's address from that of its household."""

from typing import Any

import iso3166
from hypothesis import example, given
from hypothesis import strategies as st

from interlog.model.canvassing.households import (
    address_id,
    address_of,
    country_code,
    country_name,
    household_key,
    household_of,
)
from interlog.model.tenancy import Tenant, TenantSettings

TENANT = Tenant(id=1, name="acme", settings=TenantSettings(), created_at=0)

_word = st.text("aZß山1 ", min_size=1, max_size=8).filter(lambda text: text == text.strip() and "  " not in text)
_country = st.sampled_from(sorted(iso3166.countries_by_alpha3))
_parts = st.fixed_dictionaries(
    {"number": _word, "streetName": _word},
    optional={
        **dict.fromkeys(("city", "county", "neighborhood", "state", "postalCode"), _word),
        "country": _country,
        "coords": st.fixed_dictionaries({"lat": st.integers(-90, 90), "lng": st.integers(-180, 180)}),
    },
)


def _household(parts: dict[str, Any], unit: str = "") -> dict[str, Any]:
    found = {"unitNum": unit, "address": {"data": parts}}
    return found | {"addressId": address_id(TENANT, found)}


@given(_parts, _word)
def test_a_contacts_address_names_its_household(parts: dict[str, Any], unit: str) -> None:
    """The household that a contact's address means is the one that the address came from."""
    home = _household(parts, unit)
    address = address_of(home)
    assert address is not None
    again = household_of(address)
    assert parts == again["address"]["data"]
    assert household_key(home) == household_key(again | {"addressId": address_id(TENANT, again)})


@given(_parts, _word, st.sampled_from(["number", "streetName", "city", "postalCode"]))
@example({"number": "1", "streetName": "Elm", "state": "MA"}, "MA", "postalCode")
def test_another_street_number_or_town_is_another_address(parts: dict[str, Any], other: str, name: str) -> None:
    """What tells addresses apart tells households apart; how it is spelled does not."""
    spelled = {key: f" {text}. " if isinstance(text, str) else text for key, text in parts.items()}
    assert _household(parts)["addressId"] == _household(spelled | {"country": "USA"})["addressId"]
    if parts.get(name, "").casefold() != other.casefold():
        assert _household(parts)["addressId"] != _household(parts | {name: other})["addressId"]


def test_another_unit_is_another_household() -> None:
    """Units are told apart whatever their case."""
    parts = {"number": "1", "streetName": "Elm"}
    keys = [household_key(_household(parts, unit)) for unit in ("4b", " 4B", "", "5")]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_an_address_without_a_street_is_known_by_how_it_is_written_or_where_it_is() -> None:
    """One that says neither is nobody's: each contact there has a household of its own."""
    written = {"unitNum": "", "formattedAddress": "The old mill"}
    there = _household({"coords": {"lat": 1, "lng": 2}})
    assert address_id(TENANT, written) == address_id(TENANT, written | {"formattedAddress": "the  Old mill."})
    assert there["addressId"] == _household({"coords": {"lat": 1.0000001, "lng": 2}})["addressId"]
    assert address_id(TENANT, {"unitNum": "", "address": {"data": {"city": "X"}}}) is None


@given(_country)
def test_countries_are_codes_in_households_and_names_in_contacts(code: str) -> None:
    """Each code has a name that leads back to it; what is no country stays as it is."""
    assert code == country_code(country_name(code))
    assert "USA" == country_code("United States of America") == country_code("us")
    assert "Utopia" == country_code("Utopia") == country_name("Utopia")
