"""Reminders: what somebody wants to be reminded of, once or again and again."""

from enum import IntEnum

from msgspec import Struct

from .errors import Problem
from .instants import DAY
from .parties import Party
from .types import Category

MAX_DAYS = 3_650


class ReminderKind(IntEnum):
    """Whether it is over once it was completed, or is due so many days after each contact."""

    ONCE = 0
    RECURRING = 1


class Reset(IntEnum):
    """Which contact with the party moves a recurring reminder: any, an e-mail, or a meeting or call."""

    INTERACTION = 0
    EMAIL = 1
    MEETING = 2


RESETS: dict[Reset, frozenset[Category]] = {
    Reset.INTERACTION: frozenset({Category.MEETING, Category.VISIT, Category.CALL, Category.MESSAGE, Category.EMAIL}),
    Reset.EMAIL: frozenset({Category.EMAIL}),
    Reset.MEETING: frozenset({Category.MEETING, Category.VISIT, Category.CALL}),
}
"""The categories of interactions that move a recurring reminder."""


class Status(IntEnum):
    """How a reminder stands."""

    COMPLETED = 0
    ACTIVE = 1
    OVERDUE = 2


class Reminder(Struct, frozen=True, kw_only=True):
    """A reminder about a party. ``due_at``, ``completed_at``: microseconds; ``owner``: whom it reminds.

    ``reset`` and ``days`` (1 to 3650) are those of a recurring one: it is due so many days after the last contact.
    """

    id: int
    kind: ReminderKind
    content: str | None
    due_at: int
    party_kind: Party
    party: int
    creator: int
    owner: int
    created_at: int
    completed_at: int | None = None
    completer: int | None = None
    reset: Reset | None = None
    days: int | None = None
    updated_at: int | None = None
    version: int = 1

    def status(self, at: int) -> Status:
        """Return how it stands at an instant."""
        if self.completed_at is not None:
            return Status.COMPLETED
        return Status.OVERDUE if self.due_at < at else Status.ACTIVE

    def after(self, contact: int) -> int:
        """Return when a recurring one is due after a contact at an instant: never earlier than before."""
        return max(self.due_at, contact + (self.days or 0) * DAY)


def problems_of(kind: ReminderKind, *, due: bool, reset: Reset | None, days: int | None) -> list[Problem]:
    """Return what a reminder of a kind lacks. ``due``: whether it is known when it is due."""
    problems = []
    if kind is ReminderKind.ONCE and not due:
        problems.append(Problem("due_date", "is required", "missing"))
    if kind is ReminderKind.RECURRING:
        if reset is None:
            problems.append(Problem("reset_type", "is required", "missing"))
        if days is None:
            problems.append(Problem("reminder_days", "is required", "missing"))
    return problems
