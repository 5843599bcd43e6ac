"""Merges through affinity-sdk: its methods, and its waiting for tasks."""

import pytest
from affinity import Affinity, NotFoundError, ValidationError
from affinity.types import CompanyId, PersonId

from tests.serving import Firm

from .sdk import BY, client

__all__ = ["client"]

pytestmark = pytest.mark.client


@pytest.mark.covers(
    "v2.persons.merge", "v2.persons.merge_task", "v2.persons.merges", "v2.persons.get_merge", "v2.persons.merge_tasks",
    by=BY,
)  # fmt: skip
def test_persons(client: Affinity, firm: Firm) -> None:
    """One is merged into another one; the task is waited for, and found in every way."""
    ola, olga = firm.person("Ola", "Berg", "ola@client.example"), firm.person("Olga", "Berg", "olga@client.example")
    url = client.persons.merge(PersonId(ola.id), PersonId(olga.id))
    task = client.tasks.wait(url, timeout=30)
    assert task.status == "success" and task.results_summary is not None and task.results_summary.success == 1
    assert client.persons.get_merge_status(task.id) == task
    (merge,) = client.persons.list_merges(status="success", task_id=url).data
    assert (merge.primary_person_id, merge.duplicate_person_id, merge.task_id) == (ola.id, olga.id, task.id)
    assert client.persons.get_merge_state(merge.id) == merge
    assert list(client.persons.iter_merges()) == [merge]
    assert [item.id for item in client.tasks.list_merge_tasks("person", status="success").data] == [task.id]
    assert set(client.persons.get(PersonId(ola.id)).emails) == {"ola@client.example", "olga@client.example"}
    with pytest.raises((NotFoundError, ValidationError), match=f"merged into {ola.id}"):
        client.persons.get(PersonId(olga.id))


@pytest.mark.covers(
    "v2.companies.merge", "v2.companies.merge_task", "v2.companies.merges", "v2.companies.get_merge",
    "v2.companies.merge_tasks", by=BY,
)  # fmt: skip
def test_companies(client: Affinity, firm: Firm) -> None:
    """The same with companies."""
    one, two = firm.organization("Client", "client.example"), firm.organization("Client Inc", "client-inc.example")
    url = client.companies.merge(CompanyId(one.id), CompanyId(two.id))
    task = client.tasks.wait(url, timeout=30)
    assert client.companies.get_merge_status(task.id) == task
    (merge,) = client.companies.list_merges(status="success", task_id=task.id).data
    assert (merge.primary_company_id, merge.duplicate_company_id) == (one.id, two.id)
    assert client.companies.get_merge_state(merge.id) == merge
    assert [item.id for item in client.tasks.iter_merge_tasks("company")] == [task.id]
    assert set(client.companies.get(CompanyId(one.id)).domains) == {"client.example", "client-inc.example"}
