"""Reminders over HTTP: once, and again after each contact."""

from typing import Any

import pytest

from interlog.model.instants import DAY, now, to_datetime
from interlog.model.interactions import Participant
from interlog.model.parties import Party, Person
from interlog.model.types import Direction, Role
from tests.receiving import receiving
from tests.serving import Caller, Firm, wait_until

from .conftest import PREFIX
from .test_webhooks import subscribed, telling, told
from .wire import UNKNOWN, answered, instant, refused, unknown

KEYS = {"id", "type", "created_at", "completed_at", "content", "due_date", "reset_type", "reminder_days", "status",
        "creator", "owner", "completer", "person", "organization", "opportunity"}  # fmt: skip
PAST, FUTURE = "2020-01-01T00:00:00.000+00:00", "2090-01-01T00:00:00.000+00:00"


def made(api: Caller, owner: Person, **more: Any) -> dict[str, Any]:
    """Make a reminder, by default one that is due once, in the future."""
    answer: dict[str, Any] = answered(
        api.post("/reminders", owner_id=owner.id, **({"type": 0, "due_date": FUTURE} | more))
    )
    assert set(answer) == KEYS
    return answer


def ids(api: Caller, **params: Any) -> list[int]:
    """Return the ids that a list shows, in its order."""
    answer = answered(api.get("/reminders", **params))
    assert set(answer) == {"reminders", "next_page_token"}
    return [item["id"] for item in answer["reminders"]]


@pytest.mark.covers("reminders.create", "reminders.get", "reminders.update", "reminders.delete")
class TestOnce:
    """One that is due once."""

    def test_life(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """It is made with exact keys, changed, completed by somebody, opened again, and deleted."""
        item = made(api, ben, person_id=ola.id, content="Call back")
        assert (item["type"], item["status"], item["content"], item["due_date"]) == (0, 1, "Call back", FUTURE)
        assert (item["creator"]["id"], item["owner"]["id"], item["completer"]) == (mia.id, ben.id, None)
        assert (item["person"]["id"], item["organization"], item["opportunity"]) == (ola.id, None, None)
        assert (item["reset_type"], item["reminder_days"], item["completed_at"]) == (None, None, None)
        path = f"/reminders/{item['id']}"
        assert answered(api.get(path)) == item
        late = answered(api.put(path, due_date=PAST, content="Call at last", owner_id=mia.id))
        assert (late["status"], late["content"], late["owner"]["id"]) == (2, "Call at last", mia.id)
        done = answered(api.put(path, is_completed=True))
        assert (done["status"], done["completer"]["id"]) == (0, mia.id) and done["completed_at"] is not None
        assert answered(api.put(path, is_completed=False))["status"] == 2
        assert answered(api.delete(path)) == {"success": True}
        for answer in (api.get(path), api.delete(path), api.put(path, content="x")):
            refused(answer, status=404)

    def test_about_organizations_and_opportunities(self, api: Caller, firm: Firm, mia: Person) -> None:
        """Each as it stands in other objects."""
        client, deal = firm.organization("Client", "c.example"), firm.opportunity("Deal")
        assert made(api, mia, organization_id=client.id)["organization"]["domain"] == "c.example"
        assert made(api, mia, opportunity_id=deal.id)["opportunity"] == {"id": deal.id, "name": "Deal"}

    def test_refusals(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Everything wrong is told, and nothing is stored."""
        before = firm.rows()
        refused(api.post("/reminders", owner_id=mia.id, type=0, due_date=FUTURE), "Exactly one of")
        refused(api.post("/reminders", owner_id=mia.id, type=0, person_id=ola.id), "due_date")
        refused(api.post("/reminders", owner_id=mia.id, type=1, person_id=ola.id), "reset_type", "reminder_days")
        refused(api.post("/reminders", owner_id=ola.id, type=0, due_date=FUTURE, person_id=ola.id), "internal")
        refused(
            api.post("/reminders", owner_id=UNKNOWN, type=0, due_date=FUTURE, person_id=UNKNOWN),
            unknown("owner_id", UNKNOWN, "Person"), unknown("person_id", UNKNOWN, "Person"),
        )  # fmt: skip
        recurring = {"type": 1, "reset_type": 0, "reminder_days": 5, "is_completed": True}
        refused(api.post("/reminders", owner_id=mia.id, person_id=ola.id, **recurring), "is_completed")
        assert firm.rows() == before

    def test_is_the_owners_and_the_creators(self, api: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """Others read it only: 403."""
        item = made(api, ben, person_id=ola.id)
        others = firm.caller(PREFIX, firm.token_of(firm.colleague("Eva")))
        path = f"/reminders/{item['id']}"
        assert answered(others.get(path)) == item
        refused(others.put(path, content="x"), status=403)
        refused(others.delete(path), status=403)
        answered(firm.caller(PREFIX, firm.token_of(ben)).put(path, content="x"))

    def test_goes_and_comes_back_with_whom_it_is_about(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Who is deleted has no reminders until that is undone; who is merged has them at the survivor."""
        item = made(api, mia, person_id=ola.id)
        answered(api.delete(f"/persons/{ola.id}"))
        refused(api.get(f"/reminders/{item['id']}"), status=404)
        assert ids(api) == []
        firm.server.run(firm.ledger.restoring.restore_person(firm.actor, ola.id))
        assert ids(api) == [item["id"]]
        other = firm.person("Olga")
        merge = firm.server.run(firm.ledger.merges.merge(firm.actor, Party.PERSON, other.id, ola.id))
        assert ids(api, person_id=other.id) == [item["id"]]
        firm.server.run(firm.ledger.merges.undo(firm.actor, merge.id))
        assert ids(api, person_id=ola.id) == [item["id"]] and ids(api, person_id=other.id) == []


@pytest.mark.covers("reminders.list")
class TestList:
    """``GET /reminders``"""

    def test_filters_and_order(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """Soonest due first; each filter narrows, and they narrow together."""
        client = firm.organization("Client")
        future = made(api, mia, person_id=ola.id)["id"]
        past = made(api, ben, person_id=ola.id, due_date=PAST)["id"]
        done = made(api, mia, organization_id=client.id, due_date="2021-01-01", is_completed=True)["id"]
        again = made(api, mia, organization_id=client.id, type=1, reset_type=1, reminder_days=7)["id"]
        assert ids(api) == [past, done, again, future]
        for expected, filters in (
            ([past, future], {"person_id": ola.id}),
            ([done, again], {"organization_id": client.id}),
            ([past], {"owner_id": ben.id}),
            ([done], {"completer_id": mia.id}),
            ([past, done, again, future], {"creator_id": mia.id}),
            ([again], {"type": 1}),
            ([again], {"reset_type": 1}),
            ([], {"reset_type": 0}),
            ([done], {"status": 0}),
            ([again, future], {"status": 1}),
            ([past], {"status": 2}),
            ([past], {"due_before": "2021-01-01"}),
            ([again, future], {"due_after": "2021-01-01"}),
            ([future], {"person_id": ola.id, "status": 1, "owner_id": mia.id, "type": 0}),
        ):
            assert ids(api, **filters) == expected, filters
        refused(api.get("/reminders", person_id=ola.id, organization_id=client.id), "At most one")

    def test_pages(self, api: Caller, mia: Person, ola: Person) -> None:
        """Every reminder once, also those that are due at the same moment."""
        expected = [made(api, mia, person_id=ola.id)["id"] for _ in range(5)]
        found, token = [], None
        while True:
            page = answered(api.get("/reminders", page_size=2, **({"page_token": token} if token else {})))
            found += [item["id"] for item in page["reminders"]]
            token = page["next_page_token"]
            if token is None:
                break
        assert found == expected


class TestRecurring:
    """One that is due so many days after each contact."""

    @pytest.mark.parametrize(
        ("reset", "type_", "moves"),
        [(0, "Call", True), (0, "Email", True), (1, "Call", False), (1, "Email", True), (2, "Meeting", True),
         (2, "Call", True), (2, "ChatMessage", False)],
    )  # fmt: skip
    def test_a_contact_moves_it(
        self, api: Caller, firm: Firm, mia: Person, ola: Person, reset: int, type_: str, moves: bool
    ) -> None:
        """Only one of its kind; also of the person's organization and opportunity; each tells the webhooks."""
        client = firm.organization("Client", persons=[ola])
        deal = firm.opportunity("Deal", organizations=[client])
        recurring = {"type": 1, "reset_type": reset, "reminder_days": 10}
        items = [
            made(api, mia, **recurring, **about)
            for about in ({"person_id": ola.id}, {"organization_id": client.id}, {"opportunity_id": deal.id})
        ]
        assert all(abs(instant(item["due_date"]) - now() - 10 * DAY) < DAY / 100 for item in items)
        at = now() + DAY
        more = {"direction": Direction.SENT} if type_ in ("Email", "ChatMessage") else {}
        with receiving() as receiver:
            subscribed(api, receiver, "reminder.updated", "interaction.created")
            roles = (Role.FROM, Role.TO) if type_ == "Email" else (Role.ATTENDEE, Role.ATTENDEE)
            parts = [Participant(one.id, role) for one, role in zip((ola, mia), roles, strict=True)]
            firm.log(type_, at, *parts, **more)
            with telling(firm):
                wait_until(lambda: len(receiver.received) == (4 if moves else 1))
        due = [instant(answered(api.get(f"/reminders/{item['id']}"))["due_date"]) for item in items]
        expected = [at + 10 * DAY] * 3 if moves else [instant(item["due_date"]) for item in items]
        assert [moment // 1000 for moment in due] == [moment // 1000 for moment in expected]
        if moves:
            assert {body["id"] for _, body in told(receiver)[1:]} >= {item["id"] for item in items} - {items[0]["id"]}

    def test_more_days(self, api: Caller, mia: Person, ola: Person) -> None:
        """It is due so much later; what is of the other kind is not taken, and it is never completed."""
        item = made(api, mia, person_id=ola.id, type=1, reset_type=0, reminder_days=10)
        path = f"/reminders/{item['id']}"
        changed = answered(api.put(path, reminder_days=12, reset_type=2, due_date=PAST))
        assert instant(changed["due_date"]) - instant(item["due_date"]) == 2 * DAY
        assert (changed["reset_type"], changed["reminder_days"]) == (2, 12)
        refused(api.put(path, is_completed=True), "is_completed")
        assert to_datetime(instant(changed["due_date"])).year >= 2020
