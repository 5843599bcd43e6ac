"""Permissions of canvassing: verbs on resources, and the roles that have them (§5.2)."""

from collections.abc import Iterator

from msgspec import Struct

from .errors import Lacking

VERBS = ("read", "insert", "modify", "destroy")
IMPORT = "import"
"""The right to create with a history: who created it and when."""

_LETTERS = {verb[0]: verb for verb in VERBS}

# by resource: what a Canvasser and what a Manager may do, by the verbs' first letters
_TABLE: tuple[tuple[str, str, str], ...] = (
    ("interactions contacts", "rim", "rimd"),
    (
        "lists walklists walklist-share-requests households addresses contact-households contact-household-lists "
        "contact-household-campaigns notes field-sets",
        "rim",
        "rimd",
    ),
    ("answers answer-option", "rimd", "rimd"),
    ("campaigns", "rm", "rimd"),
    (
        "surveys segments questions question-options statuses status-campaign turfs organizations",
        "r",
        "rimd",
    ),
    ("turf-assignments", "ri", "rimd"),
    ("memberships", "ri", "rimd"),
    ("invitations", "rm", "rimd"),
    ("payments", "im", "rimd"),
    ("integrations", "r", "rimd"),
    ("imports import-configs exports integration-request join-requests", "", "rimd"),
    ("roles user-roles authentications customers status-groups", "r", "r"),
    ("users", "r", "rm"),
    ("user-credentials", "", "rm"),
    ("security-groups", "", "ri"),
    ("analytics::doors-knocked", "r", "r"),
    ("analytics::responses unassigned-turf-data", "", "r"),
)

RESOURCES = tuple(name for names, _, _ in _TABLE for name in names.split())
"""Everything that there are permissions for."""


def _of(column: int) -> Iterator[str]:
    for row in _TABLE:
        for name in row[0].split():
            yield from (f"{_LETTERS[letter]}@{name}" for letter in row[column])


class BuiltInRole(Struct, frozen=True):
    """A role that every tenant has."""

    name: str
    description: str
    permissions: tuple[str, ...]


CANVASSER = BuiltInRole("Canvasser", "Visits people and records the visits.", tuple(_of(1)))
MANAGER = BuiltInRole("Manager", "Plans campaigns and looks after canvassers.", tuple(_of(2)))
ADMINISTRATOR = BuiltInRole(
    "Administrator",
    "May do everything.",
    (*(f"{verb}@{name}" for name in RESOURCES for verb in VERBS), IMPORT),
)
BUILT_IN_ROLES = (CANVASSER, MANAGER, ADMINISTRATOR)

READING = frozenset(permission for permission in ADMINISTRATOR.permissions if permission.startswith("read@"))
"""What a user may do who only reads."""


class Permit(Struct, frozen=True, kw_only=True):
    """What an actor may do in canvassing, and in whose name.

    ``user``: the uuid of the actor's person. ``organization``: the one that he acts in, ``group`` its security group.
    ``role``: the id of his role there, None where he has none. ``assigned_only``: whether he sees only contacts that
    are assigned to him, and his own visits.
    """

    user: str
    customer: str
    organization: str
    group: int = 0
    role: str | None = None
    permissions: frozenset[str] = frozenset()
    assigned_only: bool = False

    def allows(self, permission: str) -> bool:
        """Whether the permission is among those of the role."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise ``Lacking`` without the permission."""
        if permission not in self.permissions:
            raise Lacking(permission)
