"""The words of version 2 for what version 1 and the model know as numbers (spec 14.6)."""

from collections.abc import Mapping

from interlog.model.fields import ChangeAction
from interlog.model.merges import MergeState
from interlog.model.reminders import ReminderKind, Reset, Status

REMINDER_TYPES = {"one-time": ReminderKind.ONCE, "recurring": ReminderKind.RECURRING}
RESET_TRIGGERS = {"interaction": Reset.INTERACTION, "email": Reset.EMAIL, "event": Reset.MEETING}
STATUSES = {"active": Status.ACTIVE, "overdue": Status.OVERDUE, "completed": Status.COMPLETED}
MERGE_STATUSES = {"in-progress": MergeState.MOVING, "success": MergeState.DONE, "failed": MergeState.UNDONE}
USER_STATUSES = {"active": 1, "deactivated": 0, "invited": 2}
"""Nobody is invited only: who is a user may sign in."""


def words_of(words: Mapping[str, int]) -> dict[int, str]:
    """Return the word for each number."""
    return {number: word for word, number in words.items()}


CHANGE_ACTIONS = {
    "add": ChangeAction.CREATE, "delete": ChangeAction.DELETE, "update": ChangeAction.UPDATE
}  # fmt: skip
"""What became of values."""
