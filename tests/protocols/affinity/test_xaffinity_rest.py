"""xaffinity's commands for what is no interaction, note, party or list."""

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


@pytest.mark.covers(
    "v2.persons.merge", "v2.persons.merge_task", "v2.persons.merges", "v2.persons.get_merge", "v2.companies.merge",
    "v2.companies.merge_task", "v2.companies.merges", "v2.companies.get_merge", by=BY
)  # fmt: skip
@pytest.mark.parametrize("kind", ["person", "company"])
def test_merges(run: Run, any_firm: Firm, kind: str) -> None:
    """One is merged into another one, the task is waited for, and the history tells it."""
    new = any_firm.person if kind == "person" else any_firm.organization
    one, two = new("Client").id, new("Client Inc").id
    task = run(kind, "merge", one, two, "--yes")["taskUrl"]
    assert run("task", "wait", task)["task"]["status"] == "success"
    assert run("task", "get", task)["task"]["status"] == "success"
    (merge,) = run(kind, "merge-history", "ls", "--task-id", task)["merges"]
    shown = run(kind, "merge-history", "get", merge["id"])["merge"]
    assert (shown["status"], shown[f"primary{kind.capitalize()}Id"]) == ("success", one)
