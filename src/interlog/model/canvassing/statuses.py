"""Statuses of contacts: the states that they stand for, and those that every tenant has from the beginning (§4.7)."""

from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct

from ..tenancy import Tenant
from .resources import derived_id

CONTACT_STATES = (
    "appointment",
    "not-contacted-high-priority",
    "not-contacted-do-not-knock",
    "not-contacted-normal",
    "contacted-available-successful",
    "contacted-available-not-successful",
    "contacted-unavailable-not-home",
    "contacted-unavailable-other",
    "come-back",
    "unknown",
)
"""What a contact can be after a visit, or before any."""

STATUS_TYPES = ("successful", "unsuccessful", "appointment", "unavailable", "list")


class BuiltInStatus(Struct, frozen=True):
    """A status, or a group of statuses, as everybody has it. Colours are six hexadecimal digits."""

    name: str
    state: str
    type: str
    icon: str
    pin: str
    icon_color: str
    group: str


def _status(name: str, state: str, type_: str, icon: str, pin: str, icon_color: str, group: str = "") -> BuiltInStatus:
    return BuiltInStatus(name, state, type_, icon, f"#{pin}", f"#{icon_color}", group or name)


_OTHER = "contacted-unavailable-other"
_BAD = "Bad Contact Info"

STATUSES = (
    _status("Appointment", "appointment", "appointment", "faCalendar:regular", "C8C8C8", "01B5D6"),
    _status("Come Back", "come-back", "unavailable", "faRedo:solid", "C8C8C8", "01B5D6"),
    _status("Default", "not-contacted-normal", "list", "faHome:solid", "01B5D6", "01B5D6"),
    _status("Do Not Knock", "not-contacted-do-not-knock", "list", "faTimes:solid", "E95C41", "E95C41"),
    _status("High Priority", "not-contacted-high-priority", "list", "faStar:solid", "FFBE00", "FFBE00"),
    _status("Not Home", "contacted-unavailable-not-home", "unavailable", "polisNotHome", "C8C8C8", "C8C8C8"),
    _status(
        "Not Successful", "contacted-available-not-successful", "unsuccessful", "faThumbsDown:solid", "C8C8C8", "E95C41"
    ),
    _status("Refused", _OTHER, "unavailable", "faTimes:solid", "C8C8C8", "E95C41"),
    _status("Successful", "contacted-available-successful", "successful", "faThumbsUp:solid", "C8C8C8", "73C1B1"),
    *(
        _status(name, _OTHER, "unavailable", "faTimes:solid", "C8C8C8", "E95C41", _BAD)
        for name in ("Deceased", "Inaccessible", "Moved", "Other Language")
    ),
)
"""The statuses that every tenant begins with."""

_GROUPS = {status.group: status for status in reversed(STATUSES)}
_NAMESPACE = UUID("6a6f7d0e-3a56-5b0e-8d4c-2f6f0f5f6c21")


def status_group_id(name: str) -> str:
    """Return the id of a group of statuses, which all tenants share."""
    return str(uuid5(_NAMESPACE, name))


STATUS_GROUPS: dict[str, dict[str, Any]] = {
    status_group_id(name): {
        "name": name,
        "icon": status.icon,
        "iconColor": status.icon_color,
        "pinColor": status.pin,
        "statusType": status.type,
        "contactState": status.state,
    }
    for name, status in sorted(_GROUPS.items())
}
"""The groups of statuses by their ids: the same for everybody."""


def status_id(tenant: Tenant, name: str) -> str:
    """Return the id of a status that the tenant began with."""
    return derived_id(tenant, "status", name)


def status_data(status: BuiltInStatus) -> dict[str, Any]:
    """Return the data of a status that every tenant begins with."""
    return {
        "name": status.name,
        "icon": status.icon,
        "iconColor": status.icon_color,
        "pinColor": status.pin,
        "contactState": status.state,
        "defaultStatus": True,
        "statusGroupId": status_group_id(status.group),
    }


def fitting_status(state: str, reason: str | None = None) -> str | None:
    """Return the name of the built-in status of a state: after an unavailable one, the one that the reason names."""
    fitting = _NAMES.get(state, {})
    named = fitting.get(reason.strip().casefold()) if reason is not None else None
    if named is not None:
        return named
    return next(iter(fitting.values())) if len(fitting) == 1 else None


_NAMES: dict[str, dict[str, str]] = {}
"""By state, the names of its built-in statuses, by what they are compared as."""
for _built_in in STATUSES:
    _NAMES.setdefault(_built_in.state, {}).setdefault(_built_in.name.casefold(), _built_in.name)
