"""Merges by version 2, and the tasks that they are."""

from typing import Any, NamedTuple

import pytest

from interlog.ledger import merges as merging
from interlog.model.parties import Party
from tests.serving import Caller, Firm, RunningServer, wait_until

from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import coded, data, followed, ids, invalid


class Kind(NamedTuple):
    """What is merged, and how it is spoken of."""

    word: str
    party: Party

    @property
    def path(self) -> str:
        return f"/{self.word}-merges"

    @property
    def name(self) -> str:
        return self.word.capitalize()

    def body(self, primary: int, duplicate: int) -> dict[str, int]:
        return {f"primary{self.name}Id": primary, f"duplicate{self.name}Id": duplicate}

    def made(self, firm: Firm, *names: str) -> list[int]:
        new = firm.person if self.party is Party.PERSON else firm.organization
        return [new(name).id for name in names]


KINDS = [Kind("person", Party.PERSON), Kind("company", Party.ORGANIZATION)]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.word)

pytestmark = pytest.mark.covers(
    "v2.persons.merge",
    "v2.persons.merges",
    "v2.persons.get_merge",
    "v2.persons.merge_tasks",
    "v2.persons.merge_task",
    "v2.companies.merge",
    "v2.companies.merges",
    "v2.companies.get_merge",
    "v2.companies.merge_tasks",
    "v2.companies.merge_task",
)


def begun(v2: Caller, kind: Kind, primary: int, duplicate: int) -> str:
    """Merge two, and return the address of the task."""
    answer = v2.post(kind.path, **kind.body(primary, duplicate))
    assert answer.status_code == 202, answer.text
    (address,) = answer.json().values()
    assert answer.json() == {"taskUrl": address}
    return str(address)


def at_address(v2: Caller, address: str) -> Any:
    """Return what is found at an absolute address."""
    return answered(v2.http.get(address, headers={"Authorization": f"Bearer {v2.token}"}))


@every_kind
class TestMerge:
    def test_is_a_task(self, v2: Caller, firm: Firm, kind: Kind) -> None:
        """The answer leads to a task of the client's own authority, which succeeds; the merge tells what it did."""
        one, two = kind.made(firm, "Client", "Client Inc")
        address = begun(v2, kind, one, two)
        id_ = int(address.rpartition("/")[2])
        assert address == f"{firm.server.base}{PREFIX}/tasks/{kind.word}-merges/{id_}"
        summary = {"total": 1, "inProgress": 0, "success": 1, "failed": 0}
        task = {"id": str(id_), "status": "success", "resultsSummary": summary}
        assert at_address(v2, address) == task
        merge = answered(v2.get(f"{kind.path}/{id_}"))
        assert merge == {
            "id": id_, "status": "success", "taskId": str(id_), "startedAt": merge["startedAt"],
            "completedAt": merge["completedAt"], "errorMessage": None, **kind.body(one, two),
        }  # fmt: skip
        assert merge["startedAt"] <= merge["completedAt"]
        assert data(v2.get(f"/tasks/{kind.word}-merges")) == [task]
        assert data(v2.get(kind.path)) == [merge]
        where = "persons" if kind.party is Party.PERSON else "companies"
        message = coded(v2.get(f"/{where}/{two}"), 422, "unprocessable-entity")
        assert f"{two} no longer exists as it has been merged into {one}" in message

    def test_has_the_authority_that_the_client_uses(self, v2: Caller, firm: Firm, kind: Kind) -> None:
        """Behind a proxy the task's address is the proxy's."""
        one, two = kind.made(firm, "Client", "Client Inc")
        headers = {"X-Forwarded-Host": "crm.example", "X-Forwarded-Proto": "https"}
        answer = v2.request("POST", kind.path, json=kind.body(one, two), headers=headers)
        assert answer.json()["taskUrl"].startswith(f"https://crm.example{PREFIX}/tasks/")

    def test_refusals(self, v2: Caller, firm: Firm, kind: Kind) -> None:
        """The same one, an unknown one, and one that is gone already; nothing is stored."""
        one, two, three = kind.made(firm, "Client", "Client Inc", "Client Ltd")
        begun(v2, kind, one, two)
        before = firm.rows()
        invalid(v2.post(kind.path, **kind.body(one, one)), f"duplicate{kind.name}Id", "another one")
        coded(v2.post(kind.path, **kind.body(one, UNKNOWN)), 404, "not-found")
        coded(v2.post(kind.path, **kind.body(three, two)), 422, "unprocessable-entity")
        coded(v2.get(f"{kind.path}/{UNKNOWN}"), 404, "not-found")
        assert firm.rows() == before

    def test_is_none_of_the_other_kind(self, v2: Caller, firm: Firm, kind: Kind) -> None:
        """A merge of persons is not found among those of companies, and the other way round."""
        one, two = kind.made(firm, "Client", "Client Inc")
        id_ = begun(v2, kind, one, two).rpartition("/")[2]
        (other,) = [other for other in KINDS if other != kind]
        for path in (other.path, f"/tasks{other.path}"):
            assert data(v2.get(path)) == []
            coded(v2.get(f"{path}/{id_}"), 404, "not-found")

    def test_lists(self, v2: Caller, firm: Firm, kind: Kind) -> None:
        """Newest first, in pages, by status and task; one that was undone has failed."""
        one, *others = kind.made(firm, "Client", *(f"Client {number}" for number in range(5)))
        merges = [int(begun(v2, kind, one, other).rpartition("/")[2]) for other in others][::-1]
        undone = merges[1]
        firm.server.run(firm.ledger.merges.undo(firm.actor, undone))
        assert [item["id"] for item in followed(v2, kind.path, limit=2)] == merges
        tasks = followed(v2, f"/tasks{kind.path}", limit=3)
        assert [item["id"] for item in tasks] == list(map(str, merges))
        assert ids(v2.get(kind.path, filter="status=failed")) == [undone]
        assert ids(v2.get(kind.path, filter="status = success & !taskId=" + str(merges[0]))) == merges[2:]
        assert ids(v2.get(kind.path, filter=f"taskId={merges[2]}")) == [merges[2]]
        assert ids(v2.get(kind.path, filter="status=in-progress")) == []
        assert answered(v2.get(f"{kind.path}/{undone}"))["errorMessage"] == "The merge was undone"
        invalid(v2.get(kind.path, filter="status=done"), "filter", "in-progress, success, failed")


def test_users_are_not_merged_into_others(v2: Caller, firm: Firm) -> None:
    """Who signs in cannot go: 403."""
    ben, ola = firm.colleague("Ben"), firm.person("Ola")
    coded(v2.post("/person-merges", primaryPersonId=ola.id, duplicatePersonId=ben.id), 403, "authorization")


def test_a_task_survives_a_restart(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge whose server ends in the middle is in progress for the next one, too, until that has finished it."""
    monkeypatch.setattr(merging, "PATIENCE", 0)
    monkeypatch.setattr(merging, "AT_ONCE", 1)
    monkeypatch.setattr(merging, "_PAUSE", 0.2)
    server = RunningServer(database_url)
    server.start()
    firm = server.found()
    v2 = firm.caller(PREFIX)
    one, two = firm.person("Ola"), firm.person("Olga")
    for _ in range(5):
        firm.log("Call", 1_750_000_000_000_000, firm.mia, two)
    address = begun(v2, KINDS[0], one.id, two.id)
    path = address.removeprefix(server.base + PREFIX)
    task = answered(v2.get(path))
    assert (task["status"], task["resultsSummary"]["inProgress"]) == ("in-progress", 1)
    assert ids(v2.get("/person-merges", filter="status=in-progress")) == [int(task["id"])]
    coded(v2.post("/person-merges", primaryPersonId=one.id, duplicatePersonId=two.id), 409, "conflict")
    server.stop()

    monkeypatch.undo()
    again = RunningServer(database_url)
    again.start()
    try:
        caller = Caller(again.http, again.base + PREFIX, firm.token)
        wait_until(lambda: answered(caller.get(path))["status"] == "success")
        calls = data(caller.get("/calls"))
        assert all(one.id in [who["person"]["id"] for who in call["attendeesPreview"]["data"]] for call in calls)
    finally:
        again.stop()
