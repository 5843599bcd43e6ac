"""Permissions of the roles that every tenant has, and the statuses that it begins with."""

import pytest

from interlog.model.canvassing.errors import Lacking
from interlog.model.canvassing.permissions import (
    ADMINISTRATOR,
    BUILT_IN_ROLES,
    CANVASSER,
    MANAGER,
    READING,
    RESOURCES,
    VERBS,
    Permit,
)
from interlog.model.canvassing.statuses import (
    CONTACT_STATES,
    STATUS_GROUPS,
    STATUS_TYPES,
    STATUSES,
    fitting_status,
    status_data,
    status_group_id,
)

# resource: what a Canvasser, and what a Manager may do, as the contract has it
SAMPLES = {
    "interactions": ("rim", "rimd"),
    "contacts": ("rim", "rimd"),
    "notes": ("rim", "rimd"),
    "answers": ("rimd", "rimd"),
    "campaigns": ("rm", "rimd"),
    "surveys": ("r", "rimd"),
    "turf-assignments": ("ri", "rimd"),
    "memberships": ("ri", "rimd"),
    "invitations": ("rm", "rimd"),
    "payments": ("im", "rimd"),
    "integrations": ("r", "rimd"),
    "exports": ("", "rimd"),
    "status-groups": ("r", "r"),
    "users": ("r", "rm"),
    "user-credentials": ("", "rm"),
    "security-groups": ("", "ri"),
    "analytics::doors-knocked": ("r", "r"),
    "analytics::responses": ("", "r"),
}


@pytest.mark.parametrize(("resource", "letters"), SAMPLES.items())
def test_roles_have_the_verbs_of_the_table(resource: str, letters: tuple[str, str]) -> None:
    """Each role may do with a resource what its column says, and nothing else."""
    for role, some in zip((CANVASSER, MANAGER), letters, strict=True):
        found = {permission.partition("@")[0] for permission in role.permissions if permission.endswith(f"@{resource}")}
        assert found == {verb for verb in VERBS if verb[0] in some}


def test_an_administrator_may_everything() -> None:
    """Every verb of every resource, and to import; whoever reads only may nothing else."""
    assert set(ADMINISTRATOR.permissions) == {f"{verb}@{name}" for name in RESOURCES for verb in VERBS} | {"import"}
    assert len(RESOURCES) == len(set(RESOURCES))
    assert {permission for permission in READING if not permission.startswith("read@")} == set()
    for role in BUILT_IN_ROLES:
        assert set(role.permissions) <= set(ADMINISTRATOR.permissions)
        assert len(set(role.permissions)) == len(role.permissions)


def test_what_is_lacking_is_named() -> None:
    """The refusal names the permission."""
    permit = Permit(user="u", customer="c", organization="o", permissions=frozenset({"read@lists"}))
    permit.require("read@lists")
    assert permit.allows("read@lists") and not permit.allows("insert@lists")
    with pytest.raises(Lacking) as refused:
        permit.require("insert@lists")
    assert refused.value.permission == "insert@lists"


def test_statuses_fit_their_groups() -> None:
    """Every status has a known state and a group; the group of several has a name of its own."""
    assert len(STATUSES) == 13
    assert len(STATUS_GROUPS) == 10
    for status in STATUSES:
        data = status_data(status)
        group = STATUS_GROUPS[data["statusGroupId"]]
        assert data["contactState"] in CONTACT_STATES and group["statusType"] in STATUS_TYPES
        assert group["name"] == (status.name if status.group == status.name else "Bad Contact Info")
        assert data["pinColor"].startswith("#") and len(data["pinColor"]) == 7
    assert STATUS_GROUPS[status_group_id("Bad Contact Info")]["contactState"] == "contacted-unavailable-other"


@pytest.mark.parametrize(
    ("state", "reason", "name"),
    [
        ("contacted-available-successful", None, "Successful"),
        ("come-back", "Come Back", "Come Back"),
        ("contacted-unavailable-not-home", "not home", "Not Home"),
        ("contacted-unavailable-other", " MOVED ", "Moved"),
        ("contacted-unavailable-other", "Dog", None),
        ("contacted-unavailable-other", None, None),
        ("unknown", None, None),
    ],
)
def test_a_state_has_a_status(state: str, reason: str | None, name: str | None) -> None:
    """The only status of a state, or the one that the reason names, whatever its case."""
    assert fitting_status(state, reason) == name
