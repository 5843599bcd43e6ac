"""Reminders, files, merges and webhooks as the Affinity API shows them, to our records: pure functions."""

from collections.abc import Iterable, Iterator

from ..model.files import Holder
from ..model.imports import ImportedFile, ImportedMerge, ImportedWebhook
from ..model.parties import Party
from ..model.reminders import Reminder, ReminderKind, Reset
from . import wire
from .plain import instant, optional, text

_RESETS = {int(reset): reset for reset in Reset}
_MERGED = "success"


def reminder(item: wire.Reminder, times: wire.Times | None, owner: int) -> Reminder | None:
    """Return a reminder; None where the token does not see whom it is about. ``owner`` stands for who is not named."""
    named = (
        (Party.PERSON, item.person),
        (Party.ORGANIZATION, item.organization),
        (Party.OPPORTUNITY, item.opportunity),
    )
    about = next(((kind, party.id) for kind, party in named if party is not None), None)
    if about is None:
        return None
    is_recurring = item.type == ReminderKind.RECURRING
    creator = item.creator.id if item.creator is not None else owner
    return Reminder(
        id=item.id,
        kind=ReminderKind.RECURRING if is_recurring else ReminderKind.ONCE,
        content=None if item.content is None else text(item.content),
        due_at=instant(item.due_date),
        party_kind=about[0],
        party=about[1],
        creator=creator,
        owner=item.owner.id if item.owner is not None else creator,
        created_at=instant(item.created_at),
        completed_at=optional(item.completed_at),
        completer=item.completer.id if item.completer is not None else None,
        reset=_RESETS.get(item.reset_type or 0, Reset.INTERACTION) if is_recurring else None,
        days=item.reminder_days if is_recurring else None,
        updated_at=optional(times.updated_at) if times is not None else None,
    )


def file(item: wire.EntityFile) -> ImportedFile | None:
    """Return a file; None where it lies beside nothing that is known."""
    beside = (
        (Holder.PERSON, item.person_id),
        (Holder.ORGANIZATION, item.organization_id),
        (Holder.OPPORTUNITY, item.opportunity_id),
        (Holder.INTERACTION, item.x_interaction_id),
    )
    holder = next(((kind, id_) for kind, id_ in beside if id_ is not None), None)
    if holder is None:
        return None
    return ImportedFile(
        id=item.id,
        name=text(item.name),
        size=item.size,
        holder_kind=holder[0],
        holder=holder[1],
        uploader=item.uploader_id,
        created_at=instant(item.created_at),
    )


def merges(items: Iterable[wire.Merge]) -> Iterator[ImportedMerge]:
    """Yield what has been merged into what."""
    for item in items:
        gone = item.duplicate_person_id or item.duplicate_company_id
        survivor = item.primary_person_id or item.primary_company_id
        if item.status == _MERGED and gone is not None and survivor is not None:
            yield ImportedMerge(gone, survivor)


def webhook(item: wire.Webhook, times: wire.Times | None, at: int) -> ImportedWebhook:
    """Return a webhook; ``at``: when it was made, where the source does not say."""
    return ImportedWebhook(
        id=item.id,
        url=item.webhook_url,
        events=item.subscriptions,
        creator=item.created_by,
        created_at=at if times is None or times.created_at is None else instant(times.created_at),
        changed_at=optional(item.updated_at),
        signing_key=item.x_signing_key,
    )
