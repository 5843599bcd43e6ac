"""Webhooks over HTTP: subscriptions, and what a real receiver is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from interlog.model.instants import SECOND, now
from interlog.model.parties import Party, Person
from interlog.model.tenancy import UserRole
from tests.receiving import Received, Receiver, receiving
from tests.serving import Caller, Firm, wait_until

from .conftest import PREFIX
from .wire import NOTE, answered, at, refused

KEYS = {"id", "webhook_url", "subscriptions", "disabled", "created_by", "updated_at"}
SAMPLE = "sample.webhook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes what it is told."""
    with receiving() as running:
        yield running


@contextmanager
def telling(firm: Firm, *, private: bool = True) -> Iterator[None]:
    """Deliver while the block lasts, as the server does."""
    running = firm.ledger.deliveries.running(private=private, every=0.02)
    firm.server.run(running.__aenter__())
    try:
        yield
    finally:
        firm.server.run(running.__aexit__(None, None, None))


def subscribed(api: Caller, receiver: Receiver, *events: str) -> dict[str, Any]:
    """Subscribe, and forget the test delivery."""
    answer: dict[str, Any] = answered(
        api.post("/webhook/subscribe", webhook_url=receiver.url, subscriptions=list(events))
    )
    receiver.received.clear()
    return answer


def told(receiver: Receiver) -> list[Any]:
    """Return what a receiver was told: type and body."""
    return [(message.json["type"], message.json["body"]) for message in receiver.received]


def types(receiver: Receiver) -> list[str]:
    """Return what a receiver was told of."""
    return [message.json["type"] for message in receiver.received]


def delivery_ids(received: list[Received]) -> list[str]:
    """Return the ids of what was received."""
    return [message.headers["webhook-id"] for message in received]


@pytest.mark.covers("webhooks.create", "webhooks.list", "webhooks.get")
class TestSubscribe:
    """``POST /webhook/subscribe``"""

    def test_answers_exact_keys_after_a_test(self, api: Caller, mia: Person, receiver: Receiver) -> None:
        """The address takes a sample first, of three keys; the subscription has exactly six (spec 18, D12)."""
        made = answered(api.post("/webhook/subscribe", webhook_url=receiver.url, subscriptions=["person.created"]))
        assert made == {
            "id": made["id"], "webhook_url": receiver.url, "subscriptions": ["person.created"], "disabled": False,
            "created_by": mia.id, "updated_at": None,
        }  # fmt: skip
        (sample,) = receiver.received
        assert sample.json == {"type": SAMPLE, "body": {"test": True}, "sent_at": sample.json["sent_at"]}
        assert abs(sample.json["sent_at"] - now() // SECOND) < 60
        assert answered(api.get("/webhook")) == [made]
        assert answered(api.get(f"/webhook/{made['id']}")) == made
        assert set(made) == KEYS

    @pytest.mark.parametrize("subscriptions", [None, [], '["list.created"]'])
    def test_none_is_all(self, api: Caller, receiver: Receiver, subscriptions: Any) -> None:
        """Missing or empty stands for all of the vendor's; a text may hold the list."""
        made = answered(api.post("/webhook", webhook_url=receiver.url, subscriptions=subscriptions))
        assert made["subscriptions"] == (["list.created"] if isinstance(subscriptions, str) else [])

    @pytest.mark.parametrize("status", [500, 404, 302])
    def test_an_address_that_takes_nothing_is_refused(self, api: Caller, receiver: Receiver, status: int) -> None:
        """A test delivery that is not answered with success: 422, and nothing stored."""
        receiver.answers = [status]
        (problem,) = refused(api.post("/webhook/subscribe", webhook_url=receiver.url))
        assert problem.startswith("Field webhook_url: ") and str(status) in problem
        assert answered(api.get("/webhook")) == []

    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1:1/", "http://nobody.invalid/", "ftp://own.example/", "own.example", "http://", "http://[x/",
         "http://a:b@own.example/", "http://own.example:99999/", "http://own.example/ü"],
    )  # fmt: skip
    def test_what_cannot_be_reached_is_refused(self, api: Caller, url: str) -> None:
        """What is no address, or leads nowhere: 422."""
        (problem,) = refused(api.post("/webhook/subscribe", webhook_url=url))
        assert problem.startswith("Field webhook_url: ")

    def test_private_addresses_need_a_setting(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """By default nobody reaches this machine through us."""
        with firm.server.with_settings(webhook_private=False) as base:
            outside = firm.caller(PREFIX, base=base)
            (problem,) = refused(outside.post("/webhook/subscribe", webhook_url=receiver.url))
        assert "private network" in problem and receiver.received == []

    def test_all_problems_at_once_with_unknown_events(self, api: Caller, receiver: Receiver) -> None:
        """Each event that there is none of is told."""
        asked = ["person.created", "person.painted", "smart.x"]
        problems = refused(api.post("/webhook", webhook_url=receiver.url, subscriptions=asked))
        assert len(problems) == 2 and receiver.received == []

    def test_there_may_be_a_limit(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """A setting limits how many there are, as the vendor does."""
        with firm.server.with_settings(affinity_webhooks=1) as base:
            limited = firm.caller(PREFIX, base=base)
            first = answered(limited.post("/webhook", webhook_url=receiver.url))
            refused(limited.post("/webhook", webhook_url=receiver.url))
            answered(limited.delete(f"/webhook/{first['id']}"))
            answered(limited.post("/webhook", webhook_url=receiver.url))


@pytest.mark.covers("webhooks.update", "webhooks.delete")
class TestChange:
    """``PUT`` and ``DELETE /webhook/{id}``"""

    def test_changes_what_is_given(self, api: Caller, receiver: Receiver) -> None:
        """Events change without a test; disabling, too; enabling is tested."""
        made = subscribed(api, receiver, "note.created")
        path = f"/webhook/{made['id']}"
        changed = answered(api.put(path, subscriptions=["person.created"]))
        assert changed["subscriptions"] == ["person.created"] and changed["updated_at"] is not None
        assert answered(api.put(path, disabled=True))["disabled"] is True
        assert receiver.received == []
        receiver.answers = [500]
        refused(api.put(path, disabled=False))
        assert answered(api.get(path))["disabled"] is True
        assert answered(api.put(path, disabled=False))["disabled"] is False
        with receiving() as other:
            assert answered(api.put(path, webhook_url=other.url))["webhook_url"] == other.url
            assert types(other) == [SAMPLE]

    def test_is_the_makers(self, api: Caller, firm: Firm, ben: Person, receiver: Receiver) -> None:
        """Others read it, but neither change nor delete it; who looks after the tenant may delete it."""
        theirs = firm.caller(PREFIX, firm.token_of(ben))
        eva = firm.colleague("Eva", role=UserRole.MEMBER)
        others = firm.caller(PREFIX, firm.token_of(eva))
        made = subscribed(theirs, receiver)
        path = f"/webhook/{made['id']}"
        assert answered(others.get(path)) == made
        for caller in (others, api):
            refused(caller.put(path, disabled=True), status=403)
        refused(others.delete(path), status=403)
        refused(others.post(f"{path}/deliveries/1/replay"), status=403)
        assert answered(api.delete(path)) == {"success": True}
        refused(api.get(path), status=404)
        refused(api.delete(path), status=404)
        assert answered(api.get("/webhook")) == []


class TestDelivery:
    """What is told, and how."""

    def test_everything_in_order(self, api: Caller, firm: Firm, ola: Person, receiver: Receiver) -> None:
        """Each change is an event with the object's keys; what was there before is not told, nor interactions."""
        subscribed(api, receiver)
        created = answered(api.post("/persons", first_name="Ida", last_name="Lund", emails=["ida@x.example"]))
        answered(api.put(f"/persons/{created['id']}", first_name="Ina"))
        client = answered(api.post("/organizations", name="Client", domain="c.example"))
        deals = answered(api.post("/lists", name="Deals", type=8, is_public=True))
        deal = answered(api.post("/opportunities", name="Deal", list_id=deals["id"], person_ids=[created["id"]]))
        note = answered(api.post("/notes", content="Hello", person_ids=[created["id"]]))
        call = answered(api.post("/interactions", type=1, person_ids=[firm.mia.id, ola.id], content="Talked",
                                 date="2026-03-05T09:15:30Z"))  # fmt: skip
        answered(api.put(f"/interactions/{call['id']}", type=1, content="Talked more"))
        answered(api.put(f"/notes/{call['notes'][0]}", content="Talked much"))
        answered(api.delete(f"/notes/{note['id']}"))
        answered(api.delete(f"/opportunities/{deal['id']}"))
        answered(api.delete(f"/organizations/{client['id']}"))
        answered(api.delete(f"/persons/{created['id']}"))
        expected = [
            "person.created", "person.updated", "organization.created", "list.created", "opportunity.created",
            "list_entry.created", "note.created", "note.created", "note.updated", "note.deleted",
            "opportunity.deleted", "list_entry.deleted", "organization.deleted", "person.deleted",
        ]  # fmt: skip
        with telling(firm):
            wait_until(lambda: types(receiver)[-1:] == expected[-1:])
        assert types(receiver) == expected
        bodies = [body for _, body in told(receiver)]
        assert set(bodies[0]) == {
            "id",
            "type",
            "first_name",
            "last_name",
            "primary_email",
            "emails",
            "organization_ids",
        }
        assert set(bodies[-1]) == set(bodies[0]) - {"organization_ids"}
        assert set(bodies[2]) == {"id", "name", "domain", "domains", "crunchbase_uuid", "global"}
        assert set(bodies[3]) == {"id", "type", "name", "public", "owner_id", "list_size", "ip_address"}
        assert set(bodies[4]) == {"id", "name", "person_ids", "organization_ids"}
        assert bodies[10] == {"id": deal["id"], "name": "Deal"}
        assert set(bodies[6]) == NOTE and bodies[6]["content"] == "Hello"
        assert bodies[7]["interaction_id"] == call["id"]
        assert bodies[8]["content"] == "Talked much" and bodies[9]["id"] == note["id"]

    def test_is_signed(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """By Standard Webhooks, with a key that who made it is shown if he asks for it."""
        made = subscribed(api, receiver, "person.created")
        shown = answered(api.get(f"/webhook/{made['id']}", with_extensions="true"))
        assert set(shown) == KEYS | {"x_signing_key"}
        firm.person("Ida")
        with telling(firm):
            wait_until(lambda: bool(receiver.received))
        (message,) = receiver.received
        Webhook(shown["x_signing_key"]).verify(message.body, message.headers)
        assert message.headers["x-delivery-id"] == message.headers["webhook-id"]
        assert message.headers["x-signature"].startswith("sha256=")
        assert abs(message.json["sent_at"] - now() // SECOND) < 60
        ben = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben")))
        assert set(answered(ben.get(f"/webhook/{made['id']}", with_extensions="true"))) == KEYS

    def test_interactions_by_name(self, api: Caller, firm: Firm, ola: Person, receiver: Receiver) -> None:
        """What the vendor lacks is told to who names it: logged, changed and deleted through whatever protocol."""
        subscribed(api, receiver, "interaction.created", "interaction.updated", "interaction.deleted")
        call = firm.log("Call", at("2026-03-05"), firm.mia, ola, body="Talked")
        answered(api.put(f"/interactions/{call.number}", type=1, content="Talked more"))
        answered(api.delete(f"/interactions/{call.number}?type=1"))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 3)
        assert types(receiver) == ["interaction.created", "interaction.updated", "interaction.deleted"]
        assert {body["id"] for _, body in told(receiver)} == {call.number}

    def test_list_entries(self, api: Caller, firm: Firm, ola: Person, receiver: Receiver) -> None:
        """Who is put on a list, and taken off it, with who that is."""
        people = answered(api.post("/lists", name="People", type=0, is_public=True))
        subscribed(api, receiver, "list_entry.created", "list_entry.deleted")
        entry = answered(api.post(f"/lists/{people['id']}/list-entries", entity_id=ola.id))
        answered(api.delete(f"/lists/{people['id']}/list-entries/{entry['id']}"))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 2)
        assert told(receiver) == [("list_entry.created", entry), ("list_entry.deleted", entry)]

    def test_entries_of_opportunities(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """An opportunity stands on its list from its beginning to its end, and again once it is brought back."""
        subscribed(api, receiver, "list_entry.created", "list_entry.deleted")
        deal = answered(api.post("/opportunities", name="Deal", list_id=firm.deals()))
        (entry,) = deal["list_entries"]
        answered(api.delete(f"/opportunities/{deal['id']}"))
        firm.server.run(firm.ledger.restoring.restore_opportunity(firm.actor, deal["id"]))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 3)
        assert types(receiver) == ["list_entry.created", "list_entry.deleted", "list_entry.created"]
        for _, body in told(receiver):
            assert {name: body[name] for name in entry} == entry and body["entity"]["id"] == deal["id"]

    def test_entries_of_who_is_merged(self, api: Caller, firm: Firm, ola: Person, receiver: Receiver) -> None:
        """The survivor stands where who is gone stood: the entry is told anew, with whom it stands for."""
        people = answered(api.post("/lists", name="People", type=0, is_public=True))
        olga = firm.person("Olga")
        entry = answered(api.post(f"/lists/{people['id']}/list-entries", entity_id=olga.id))
        subscribed(api, receiver, "list_entry.created")
        firm.server.run(firm.ledger.merges.merge(firm.actor, Party.PERSON, ola.id, olga.id))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 1)
        ((_, body),) = told(receiver)
        assert (body["id"], body["entity_id"], body["entity"]["first_name"]) == (entry["id"], ola.id, "Ola")

    @pytest.mark.parametrize("kind", ["person", "organization", "opportunity"])
    def test_reminders_go_and_come_with_whom_they_are_about(
        self, api: Caller, firm: Firm, mia: Person, receiver: Receiver, kind: str
    ) -> None:
        """Each reminder about who is deleted is told as deleted, and as created once that is undone."""
        new = {"person": firm.person, "organization": firm.organization, "opportunity": firm.opportunity}[kind]
        about = new("Client").id
        due = {"owner_id": mia.id, "type": 0, "due_date": "2090-01-01T00:00:00Z", f"{kind}_id": about}
        ids = [answered(api.post("/reminders", **due))["id"] for _ in range(2)]
        subscribed(api, receiver, "reminder.created", "reminder.deleted")
        answered(api.delete(f"/{kind.removesuffix('y')}{'ies' if kind[-1] == 'y' else 's'}/{about}"))
        firm.server.run(getattr(firm.ledger.restoring, f"restore_{kind}")(firm.actor, about))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 4)
        assert types(receiver) == ["reminder.deleted"] * 2 + ["reminder.created"] * 2
        assert [body["id"] for _, body in told(receiver)] == ids * 2

    def test_reminders_of_what_one_may_not_see(self, api: Caller, firm: Firm, mia: Person, receiver: Receiver) -> None:
        """Who does not see an opportunity is not told of reminders about it."""
        secret = firm.server.run(
            firm.ledger.opportunities.create_list(firm.actor, "Secret", Party.OPPORTUNITY, is_public=False)
        )
        deals = [firm.opportunity("Hidden", list_id=secret.id), firm.opportunity("Seen")]
        subscribed(firm.caller(PREFIX, firm.token_of(firm.colleague("Ben"))), receiver, "reminder.created")
        for deal in deals:
            due = {"owner_id": mia.id, "type": 0, "due_date": "2090-01-01T00:00:00Z"}
            answered(api.post("/reminders", **due, opportunity_id=deal.id))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 1)
        ((_, body),) = told(receiver)
        assert body["opportunity"]["id"] == deals[1].id

    def test_fields_and_values(self, api: Caller, firm: Firm, ola: Person, receiver: Receiver) -> None:
        """A field is made, and a value in it made, changed and deleted: each with its field, as reads show it."""
        names = ("field.created", "field_value.created", "field_value.updated", "field_value.deleted")
        subscribed(api, receiver, *names)
        field = answered(api.post("/fields", name="Age", entity_type=0, value_type=3))
        value = answered(api.post("/field-values", field_id=field["id"], entity_id=ola.id, value=41))
        changed = answered(api.put(f"/field-values/{value['id']}", value=42))
        answered(api.delete(f"/field-values/{value['id']}"))
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 4)
        assert types(receiver) == list(names)
        bodies = [body for _, body in told(receiver)]
        assert bodies[0] == field
        assert {body["id"] for body in bodies[1:]} == {value["id"]}
        assert bodies[3] == changed | {"field": field}

    def test_values_of_version_2(self, api: Caller, firm: Firm, ola: Person, receiver: Receiver) -> None:
        """Several values that are set together are each told of, as are those that go with an option."""
        names = ("field.updated", "field_value.created", "field_value.updated", "field_value.deleted")
        subscribed(api, receiver, *names)
        people = answered(api.post("/lists", name="People", type=0, is_public=True))["id"]
        entry = answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id))["id"]
        options = [{"text": "New"}, {"text": "Won"}]
        pick = answered(
            api.post("/fields", name="Pick", entity_type=0, value_type=2, list_id=people, dropdown_options=options)
        )
        age = answered(api.post("/fields", name="Age", entity_type=0, value_type=3))["id"]
        option = pick["dropdown_options"][0]["id"]
        values = {
            f"field-{age}": {"type": "number", "data": 41},
            f"field-{pick['id']}": {"type": "dropdown", "data": {"dropdownOptionId": option}},
        }
        path = f"/v2/lists/{people}/list-entries/{entry}/fields"
        body = {"operation": "update-fields", "updates": [{"id": id_, "value": one} for id_, one in values.items()]}
        assert api.request("PATCH", path, json=body).status_code == 200
        assert api.post(f"{path}/field-{age}", value={"type": "number", "data": 42}).status_code == 204
        assert api.delete(f"/v2/lists/{people}/fields/{pick['id']}/dropdown-options/{option}").status_code == 204
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 5)
        assert sorted(types(receiver)) == sorted([*names, "field_value.created"])
        told_of = {body["field"]["id"] for type_, body in told(receiver) if type_ == "field_value.created"}
        assert told_of == {age, pick["id"]}

    def test_a_merge(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """Both organizations, who merged them, and when."""
        subscribed(api, receiver, "organization.merged")
        stays, goes = firm.organization("Stays"), firm.organization("Goes")
        firm.server.run(firm.ledger.merges.merge(firm.actor, Party.ORGANIZATION, stays.id, goes.id))
        with telling(firm):
            wait_until(lambda: bool(receiver.received))
        ((_, body),) = told(receiver)
        assert set(body) == {"changer", "removed_company", "company", "merged_at"}
        assert (body["removed_company"]["name"], body["company"]["name"]) == ("Goes", "Stays")
        assert body["changer"]["id"] == firm.mia.id

    def test_only_what_the_maker_sees(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """A list that is somebody else's is not told of, nor is what stands on it."""
        ben = firm.colleague("Ben")
        theirs = firm.caller(PREFIX, firm.token_of(ben))
        subscribed(theirs, receiver)
        hidden = answered(api.post("/lists", name="Own", type=8, is_public=False))
        answered(api.post("/opportunities", name="Secret", list_id=hidden["id"]))
        firm.person("Ida")
        with telling(firm):
            wait_until(lambda: "person.created" in types(receiver))
        assert types(receiver) == ["person.created"]


@pytest.mark.covers("webhooks.deliveries", "webhooks.replay")
class TestFaults:
    """Receivers that fail."""

    @pytest.mark.parametrize("fault", ["500", "302", "down"])
    def test_order_is_kept(
        self, api: Caller, firm: Firm, receiver: Receiver, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is tried before what happened earlier was taken; each attempt has the same id."""
        monkeypatch.setattr("interlog.ledger.deliveries.pause_after", lambda attempts: 0)
        made = subscribed(api, receiver, "person.created")
        persons = [firm.person(f"P{number}").id for number in range(5)]
        good, failures = receiver.answer, 3

        def answer() -> int:
            nonlocal failures
            failures -= 1
            if fault == "down" and failures >= 0:
                raise ConnectionResetError
            return int(fault) if failures >= 0 else good()

        receiver.answer = answer
        with telling(firm):
            wait_until(lambda: len(receiver.received) == 8)
            log = f"/webhook/{made['id']}/deliveries"
            wait_until(lambda: {d["state"] for d in answered(api.get(log))["deliveries"]} == {"delivered"})
        ids = delivery_ids(receiver.received)
        assert [body["id"] for _, body in told(receiver)] == persons[:1] * 3 + persons
        assert len(set(ids[:4])) == 1 and len(set(ids)) == 5
        shown = answered(api.get(log))["deliveries"]
        assert [item["delivery_id"] for item in reversed(shown)] == ids[3:]
        assert shown[-1]["attempts"] == 4 and shown[-1]["status"] == 200

    def test_one_that_takes_nothing_for_hours_is_disabled_and_keeps_all(
        self, api: Caller, firm: Firm, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is shown as disabled; enabled again, it is told all that has waited, in order."""
        made = subscribed(api, receiver, "person.created")
        persons = [firm.person(f"P{number}").id for number in range(3)]
        receiver.answers = [503]
        path = f"/webhook/{made['id']}"
        monkeypatch.setattr("interlog.ledger.deliveries.PATIENCE", 0)
        with telling(firm):
            wait_until(lambda: bool(answered(api.get(path))["disabled"]))
            persons.append(firm.person("Late").id)
            answered(api.put(path, disabled=False))
            wait_until(lambda: len(receiver.received) == 6)
        assert types(receiver)[1] == SAMPLE
        assert [body.get("id") for _, body in told(receiver)] == [persons[0], None, *persons]

    def test_a_slow_one_holds_up_nobody(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """Neither requests nor other subscriptions wait for it."""
        import threading

        go_on = threading.Event()
        with receiving() as slow:
            subscribed(api, slow, "person.created")
            subscribed(api, receiver, "person.created")
            slow.answer = lambda: 200 if go_on.wait(60) else 500
            with telling(firm):
                answered(api.post("/persons", first_name="Ida", last_name="", emails=[]))
                wait_until(lambda: len(receiver.received) == 1)
                answered(api.post("/persons", first_name="Ina", last_name="", emails=[]))
                wait_until(lambda: len(receiver.received) == 2)
                assert len(slow.received) == 1
                go_on.set()
                wait_until(lambda: len(slow.received) == 2)

    def test_a_redirection_to_a_private_address_is_not_followed(
        self, api: Caller, firm: Firm, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It counts as refused: 302 stands in the log, and nothing is asked of where it leads."""
        made = subscribed(api, receiver, "person.created")
        receiver.answers = [302]
        firm.person("Ida")
        log = f"/webhook/{made['id']}/deliveries"
        with telling(firm):
            wait_until(lambda: any(item["status"] for item in answered(api.get(log))["deliveries"]))
        (item,) = answered(api.get(log))["deliveries"]
        assert (item["state"], item["status"], len(receiver.received)) == ("waiting", 302, 1)
        assert item["next_attempt_at"] is not None

    def test_replay(self, api: Caller, firm: Firm, receiver: Receiver) -> None:
        """What was delivered can be sent again, under the same id."""
        made = subscribed(api, receiver, "person.created")
        firm.person("Ida")
        path = f"/webhook/{made['id']}/deliveries"
        with telling(firm):
            wait_until(lambda: [d["state"] for d in answered(api.get(path))["deliveries"]] == ["delivered"])
            (item,) = answered(api.get(path, page_size=1))["deliveries"]
            answered(api.post(f"{path}/{item['id']}/replay"))
            wait_until(lambda: len(receiver.received) == 2)
        assert len(set(delivery_ids(receiver.received))) == 1
        refused(api.post(f"{path}/999/replay"), status=404)
