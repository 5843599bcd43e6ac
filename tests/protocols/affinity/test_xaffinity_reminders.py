"""xaffinity's commands for reminders."""

import pytest

from tests.serving import Firm

from .test_xaffinity import BY, Refused, Run, run

__all__ = ["run"]

pytestmark = pytest.mark.client


@pytest.mark.covers(
    "v2.reminders.create", "v2.reminders.get", "v2.reminders.update", "v2.reminders.delete", "v2.reminders.list", by=BY
)
def test_reminders(run: Run, any_firm: Firm) -> None:
    """All its commands, one after the other."""
    ola = any_firm.person("Ola")
    made = run("reminder", "create", "--owner-id", any_firm.mia.id, "--type", "one-time", "--content", "Call",
               "--due-date", "2090-01-01T00:00:00Z", "--person-id", ola.id)["reminder"]  # fmt: skip
    assert run("reminder", "get", made["id"])["reminder"]["content"] == "Call"
    assert run("reminder", "update", made["id"], "--completed")["reminder"]["status"] == "completed"
    assert [item["id"] for item in run("reminder", "ls", "--person-id", ola.id, "--all")["reminders"]] == [made["id"]]
    run("reminder", "delete", made["id"], "--yes")
    with pytest.raises(Refused) as refused:
        run("reminder", "get", made["id"])
    assert refused.value.type == "not_found"
