"""Users as canvassing shows them: who they are stands in the person, all else beside it."""

from typing import Any

from ..parties import Person

INACTIVE = "inactive"
ACTIVE = "active"
STATUSES = ("pending", ACTIVE, INACTIVE)
PUBLIC = ("email", "phone", "location", "languages", "gender", "birthdate")
"""What of a user's profile may be shown to everybody."""

BY_MEMBERSHIP = "byMembership"
"""Beside the data of a user who sees and may do nothing before they are a member of an organization."""

_BARE: dict[str, Any] = {"status": ACTIVE, "privacy": {"publicInfo": ["email"]}}


def data_of(person: Person, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the data of the user that a person is; ``data`` are those so far, of which all but the person stays."""
    before = _BARE if data is None else data
    profile = before.get("profile", {})
    name = profile.get("name", {}).get("anglican", {})
    named = {"given": person.first_name, "surname": person.last_name}
    found = before | {"profile": profile | {"name": {"anglican": name | named}}}
    email = person.primary_email or next(iter(person.emails), None)
    if email is not None:
        return found | {"email": email}
    return {member: value for member, value in found.items() if member != "email"}


def names_in(data: dict[str, Any]) -> tuple[str, str]:
    """Return the first and the last name that a user's data say; a user without a name is called as their address."""
    name = data.get("profile", {}).get("name", {}).get("anglican", {})
    given, surname = name.get("given", "").strip(), name.get("surname", "").strip()
    return (given, surname) if given or surname else (data["email"].partition("@")[0], "")


def shown_to_others(data: dict[str, Any]) -> dict[str, Any]:
    """Return what of a user's data everybody may see."""
    public = set(data.get("privacy", {}).get("publicInfo", ()))
    shown = {name: value for name, value in data.items() if name not in PUBLIC or name in public}
    profile = data.get("profile", {})
    return shown | {"profile": {name: value for name, value in profile.items() if name not in PUBLIC or name in public}}
