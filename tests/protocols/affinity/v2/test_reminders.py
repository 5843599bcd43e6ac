"""Reminders by version 2: the same as those of version 1."""

from typing import Any

import pytest

from interlog.model.instants import DAY, now
from interlog.model.parties import Person
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered, at
from .conftest import PREFIX
from .wire import PAGE, coded, created, data, followed, ids, invalid, time

KEYS = {"id", "type", "status", "content", "dueDate", "recurrence", "creator", "owner", "completer", "person",
        "company", "opportunity", "createdAt", "updatedAt", "completedAt"}  # fmt: skip
PAST, FUTURE = "2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z"


@pytest.fixture
def ola(firm: Firm) -> Person:
    return firm.person("Ola", "Berg")


@pytest.fixture
def ben(firm: Firm) -> Person:
    return firm.colleague("Ben")


def made(v2: Caller, owner: Person, about: int, kind: str = "person", **more: Any) -> dict[str, Any]:
    """Make a reminder, by default one that is due once, in the future."""
    body = {"type": "one-time", "owner": {"id": owner.id}, "entity": {"type": kind, "id": about}}
    if "recurrence" not in more:
        body["dueDate"] = FUTURE
    answer: dict[str, Any] = created(v2.post("/reminders", **(body | more)))
    assert set(answer) == KEYS
    return answer


def again(v2: Caller, owner: Person, about: int, days: int = 10, trigger: str = "interaction") -> dict[str, Any]:
    """Make a recurring one."""
    return made(v2, owner, about, type="recurring", recurrence={"periodDays": days, "resetTrigger": trigger})


@pytest.mark.covers("v2.reminders.create", "v2.reminders.get", "v2.reminders.update", "v2.reminders.delete")
class TestOne:
    def test_life(self, v2: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """It is made with exact keys, changed, completed, opened again, emptied and deleted; updates answer nothing."""
        item = made(v2, ben, ola.id, content="Call back")
        mia = firm.mia.id
        assert item == {
            "id": item["id"], "type": "one-time", "status": "active", "content": "Call back", "dueDate": FUTURE,
            "recurrence": None, "creator": {"id": mia}, "owner": {"id": ben.id}, "completer": None,
            "person": {"id": ola.id}, "company": None, "opportunity": None, "createdAt": item["createdAt"],
            "updatedAt": None, "completedAt": None,
        }  # fmt: skip
        path = f"/reminders/{item['id']}"
        assert answered(v2.get(path)) == item
        assert v2.post(path, dueDate=PAST, owner={"id": mia}).status_code == 204
        late = answered(v2.get(path))
        assert (late["status"], late["dueDate"], late["owner"]) == ("overdue", PAST, {"id": mia})
        assert late["updatedAt"] is not None
        answered_at = time(now())
        assert v2.post(path, completedAt="2021-05-01T12:00:00Z").content == b""
        done = answered(v2.get(path))
        assert (done["status"], done["completer"], done["completedAt"]) == (
            "completed", {"id": mia}, "2021-05-01T12:00:00Z"
        )  # fmt: skip
        v2.post(path, completedAt=None, content=None)
        opened = answered(v2.get(path))
        assert (opened["status"], opened["completedAt"], opened["content"]) == ("overdue", None, None)
        v2.post(path, completedAt=FUTURE)
        assert answered_at <= answered(v2.get(path))["completedAt"] <= time(now())
        assert v2.delete(path).status_code == 204
        for answer in (v2.get(path), v2.delete(path), v2.post(path, content="x")):
            coded(answer, 404, "not-found")

    def test_is_the_one_of_version_1(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """What one version makes, the other one shows."""
        item = again(v2, firm.mia, ola.id, 30, "event")
        shown = answered(firm.caller("/affinity").get(f"/reminders/{item['id']}"))
        assert (shown["type"], shown["reset_type"], shown["reminder_days"], shown["person"]["id"]) == (1, 2, 30, ola.id)

    def test_about_companies_and_opportunities(self, v2: Caller, firm: Firm) -> None:
        """Only the one that it is about is there."""
        client, deal = firm.organization("Client").id, firm.opportunity("Deal").id
        for kind, id_ in (("company", client), ("opportunity", deal)):
            item = made(v2, firm.mia, id_, kind)
            assert {name: item[name] for name in ("person", "company", "opportunity")} == {
                "person": None, "company": None, "opportunity": None, kind: {"id": id_}
            }  # fmt: skip

    def test_refusals(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """Everything wrong is told by its parameter, and nothing is stored."""
        one_time = {"type": "one-time", "owner": {"id": firm.mia.id}, "entity": {"type": "person", "id": ola.id}}
        before = firm.rows()
        invalid(v2.post("/reminders", **one_time), "dueDate", "is required")
        invalid(v2.post("/reminders", **one_time | {"type": "recurring"}), "recurrence", "is required")
        due = one_time | {"dueDate": FUTURE}
        invalid(v2.post("/reminders", **due | {"type": "daily"}), "type", "one-time, recurring")
        invalid(v2.post("/reminders", **due | {"entity": {"type": "pet", "id": ola.id}}), "entity.type", "person")
        invalid(v2.post("/reminders", **due | {"owner": {"id": ola.id}}), "owner", "internal")
        invalid(v2.post("/reminders", **due | {"owner": {"id": UNKNOWN}}), "owner")
        invalid(v2.post("/reminders", **due | {"entity": {"type": "company", "id": UNKNOWN}}), "entity")
        recurrence = {"periodDays": 5, "resetTrigger": "interaction"}
        invalid(v2.post("/reminders", **due, recurrence=recurrence), "recurrence", "one-time")
        answer = v2.post("/reminders", **one_time | {"type": "recurring"}, recurrence={"periodDays": 3651})
        assert [error["param"] for error in answer.json()["errors"]] == [
            "recurrence.resetTrigger", "recurrence.periodDays"
        ]  # fmt: skip
        assert firm.rows() == before

    def test_is_the_owners_and_the_creators(self, v2: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """Others read it only: 403."""
        item = made(v2, ben, ola.id)
        path = f"/reminders/{item['id']}"
        others = firm.caller(PREFIX, firm.token_of(firm.colleague("Eva")))
        assert answered(others.get(path)) == item
        coded(others.post(path, content="x"), 403, "authorization")
        coded(others.delete(path), 403, "authorization")
        assert firm.caller(PREFIX, firm.token_of(ben)).post(path, content="x").status_code == 204


class TestRecurring:
    @pytest.mark.covers("v2.reminders.create", "v2.reminders.update")
    def test_moves(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """It is due so many days from now; to complete it counts as a contact; other days move it, too."""
        item = again(v2, firm.mia, ola.id)
        assert abs(at(item["dueDate"]) - now() - 10 * DAY) < DAY / 100
        path = f"/reminders/{item['id']}"
        assert v2.post(path, recurrence={"periodDays": 12}).status_code == 204
        longer = answered(v2.get(path))
        assert longer["recurrence"] == {"periodDays": 12, "resetTrigger": "interaction"}
        assert at(longer["dueDate"]) - at(item["dueDate"]) == 2 * DAY
        assert v2.post(path, completedAt=time(now())).status_code == 204
        done = answered(v2.get(path))
        assert (done["status"], done["completedAt"], done["completer"]) == ("active", None, None)
        assert abs(at(done["dueDate"]) - now() - 12 * DAY) < DAY / 100
        invalid(v2.post(path, dueDate=FUTURE), "dueDate", "recurring")
        invalid(v2.post(path, recurrence={"periodDays": 0, "resetTrigger": "email"}), "recurrence.periodDays")

    @pytest.mark.covers("v2.reminders.create")
    def test_may_be_due_first_at_another_time(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """``dueDate`` says when a recurring one is due for the first time."""
        body = {"recurrence": {"periodDays": 5, "resetTrigger": "email"}, "dueDate": FUTURE, "type": "recurring"}
        assert made(v2, firm.mia, ola.id, **body)["dueDate"] == FUTURE


@pytest.mark.covers("v2.reminders.list")
class TestList:
    def test_filters_and_order(self, v2: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """Soonest due first; each property narrows, and so do combinations of them."""
        mia, client = firm.mia, firm.organization("Client")
        future = made(v2, mia, ola.id)["id"]
        past = made(v2, ben, ola.id, dueDate=PAST)["id"]
        done = made(v2, mia, client.id, "company", dueDate="2021-01-01T00:00:00Z")["id"]
        assert v2.post(f"/reminders/{done}", completedAt=PAST).status_code == 204
        often = again(v2, mia, ola.id, 7, "email")["id"]
        for expected, text in (
            ([past, done, often, future], ""),
            ([past, often, future], f"person.id={ola.id}"),
            ([past, done, often, future], f"person.id={ola.id} | company.id={client.id}"),
            ([done], "company.id = *"),
            ([past, often, future], "!(company.id = *)"),
            ([past], f"owner.id={ben.id}"),
            ([done], f"completer.id={mia.id}"),
            ([past, often, future], "!completer.id = *"),
            ([past, done, often, future], f"creator.id={mia.id}"),
            ([], f"creator.id={ben.id}"),
            ([often], "type=recurring"),
            ([often], "resetTrigger=email"),
            ([], "resetTrigger=event"),
            ([done], "status=completed"),
            ([often, future], "status=active"),
            ([past], "status=overdue"),
            ([past, often, future], "status=overdue | status=active"),
            ([often, future], "!(status=overdue) & !status=completed"),
            ([past], "dueDate<2021-01-01T00:00:00Z"),
            ([future], f"id={future}"),
            ([future], f"person.id={ola.id} & status=active & owner.id={mia.id} & type=one-time & dueDate>2080-01-01"),
            ([], f"person.id={ola.id} & company.id={client.id}"),
            ([], f"owner.id={mia.id} & owner.id={ben.id}"),
            ([], "status=active & status=overdue"),
        ):
            assert ids(v2.get("/reminders", filter=text)) == expected, text
            page = answered(v2.get("/reminders", filter=text, totalCount=True))
            assert page["pagination"]["totalCount"] == len(expected), text
        invalid(v2.get("/reminders", filter="status=late"), "filter", "one of active, overdue, completed")

    def test_pages(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """Every reminder once, also those that are due at the same moment."""
        expected = [made(v2, firm.mia, ola.id)["id"] for _ in range(5)]
        for params in ({}, {"filter": f"person.id={ola.id} & status=active"}, {"filter": "!type=recurring"}):
            assert [item["id"] for item in followed(v2, "/reminders", limit=2, **params)] == expected

    def test_leaves_out_whom_nobody_sees(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """Who is deleted has no reminders, nor has an opportunity on a list that the caller may not see."""
        deal = firm.opportunity("Deal")
        made(v2, firm.mia, deal.id, "opportunity")
        made(v2, firm.mia, ola.id)
        assert firm.caller("/affinity").delete(f"/persons/{ola.id}").status_code == 200
        assert len(data(v2.get("/reminders"))) == 1
        page = answered(v2.get("/reminders", totalCount=True))
        assert set(page) == PAGE and page["pagination"]["totalCount"] == 1
