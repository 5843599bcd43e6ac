"""Reminders through affinity-sdk."""

from datetime import UTC, datetime, timedelta

import pytest
from affinity import Affinity, AuthorizationError, NotFoundError, ValidationError
from affinity.models import ReminderCreate, ReminderUpdate
from affinity.types import (
    CompanyId,
    PersonId,
    ReminderResetType,
    ReminderStatus,
    ReminderType,
    UserId,
)

from tests.serving import Firm

from .sdk import BY, client, client_of

__all__ = ["client"]

pytestmark = pytest.mark.client

FUTURE = datetime(2090, 1, 1, tzinfo=UTC)


@pytest.mark.covers(
    "v2.reminders.create", "v2.reminders.get", "v2.reminders.update", "v2.reminders.delete", "v2.reminders.list", by=BY
)
def test_life(client: Affinity, firm: Firm) -> None:
    """It is made, changed, completed, opened again and deleted; lists find it."""
    ola = firm.person("Ola")
    draft = ReminderCreate(
        owner_id=UserId(firm.mia.id), type=ReminderType.ONE_TIME, content="Call", due_date=FUTURE,
        person_id=PersonId(ola.id),
    )  # fmt: skip
    made = client.reminders.create(draft)
    assert (made.due_date, made.status, made.content) == (FUTURE, ReminderStatus.ACTIVE, "Call")
    assert client.reminders.get(made.id) == made
    changed = client.reminders.update(made.id, ReminderUpdate(content="Write", is_completed=True))
    assert (changed.status, changed.content) == (ReminderStatus.COMPLETED, "Write")
    assert changed.completer is not None and changed.completer.id == firm.mia.id
    opened = client.reminders.update(made.id, ReminderUpdate(clear_content=True, is_completed=False))
    assert (opened.status, opened.content) == (ReminderStatus.ACTIVE, None)
    turned = client.reminders.list(person_id=PersonId(ola.id), status=ReminderStatus.ACTIVE, total_count=True)
    assert ([item.id for item in turned.data], turned.total_count) == ([made.id], 1)
    assert list(client.reminders.iter(due_before=FUTURE)) == []
    found = client.reminders.list_batch(person_ids=[PersonId(ola.id), PersonId(firm.mia.id)])
    assert [item.id for item in found[ola.id]] == [made.id] and found[firm.mia.id] == []
    client.reminders.delete(made.id)
    with pytest.raises(NotFoundError):
        client.reminders.get(made.id)


@pytest.mark.covers("v2.reminders.create", "v2.reminders.update", by=BY)
def test_recurring(client: Affinity, firm: Firm) -> None:
    """It recurs after so many days; completing it moves it."""
    company = firm.organization("Client")
    draft = ReminderCreate(
        owner_id=UserId(firm.mia.id), type=ReminderType.RECURRING, reset_type=ReminderResetType.EMAIL,
        reminder_days=10, company_id=CompanyId(company.id),
    )  # fmt: skip
    made = client.reminders.create(draft)
    assert (made.reset_type, made.reminder_days) == (ReminderResetType.EMAIL, 10)
    moved = client.reminders.update(made.id, ReminderUpdate(reminder_days=20))
    assert moved.due_date - made.due_date == timedelta(days=10)
    done = client.reminders.update(made.id, ReminderUpdate(is_completed=True))
    assert done.status == ReminderStatus.ACTIVE and done.due_date >= moved.due_date


@pytest.mark.covers("v2.reminders.create", "v2.reminders.update", by=BY)
def test_refusals(client: Affinity, firm: Firm) -> None:
    """Somebody outside cannot be reminded; what is others' cannot be changed, not even by version 1."""
    ola = firm.person("Ola")
    draft = ReminderCreate(
        owner_id=UserId(ola.id), type=ReminderType.ONE_TIME, due_date=FUTURE, person_id=PersonId(ola.id)
    )
    with pytest.raises(ValidationError, match="internal"):
        client.reminders.create(draft)
    made = client.reminders.create(draft.model_copy(update={"owner_id": UserId(firm.mia.id)}))
    with client_of(firm, firm.token_of(firm.colleague("Eva"))) as evas, pytest.raises(AuthorizationError):
        evas.reminders.update(made.id, ReminderUpdate(content="x"))
