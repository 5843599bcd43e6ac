"""What the vendor lacks, behind the opt-in (spec 1.8, 19): nothing of it without, all of it with."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from interlog.model.instants import DAY, HOUR, now
from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.tenancy import Right
from interlog.model.types import Direction, Role
from interlog.protocols.affinity import extensions
from interlog.protocols.affinity.app import OPERATIONS
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import CALL, CHAT, CHAT_MESSAGE, EMAIL, EVENT, MAIL, MEETING, UNKNOWN, answered, at, refused, unknown

DATE = "2026-03-05T10:00:00.000+00:00"
EXTRAS = set(extensions.Extras.__struct_fields__)
KEYS = {MEETING: EVENT, CALL: EVENT, CHAT: CHAT_MESSAGE, MAIL: EMAIL}


class Extended(Caller):
    """A client that opts in with every request."""

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """Send a request with the header."""
        return super().request(method, path, headers={"X-Extensions": "1"} | dict(headers or {}), **options)


@pytest.fixture
def more(firm: Firm) -> Extended:
    """A client that opts in, with the token of the firm's owner."""
    return Extended(firm.server.http, firm.server.base + PREFIX, firm.token)


def body(*persons: Person, **values: Any) -> dict[str, Any]:
    """Return what creates a call."""
    return {"type": CALL, "person_ids": [person.id for person in persons], "content": "Talked", "date": DATE} | values


def created(caller: Caller, *persons: Person, **values: Any) -> dict[str, Any]:
    """Create an interaction, by default a call."""
    answer: dict[str, Any] = answered(caller.post("/interactions", **body(*persons, **values)))
    return answer


def message(firm: Firm, at_: int, sender: Person, receiver: Person, direction: Direction) -> int:
    """Store an e-mail as a sync does, and return its number."""
    parts = Participant(sender.id, Role.FROM), Participant(receiver.id, Role.TO)
    return firm.log("Email", at_, *parts, title="Terms", body="Dear …", direction=direction).number


@pytest.mark.covers("interactions.create", "interactions.get", "interactions.update")
class TestOptIn:
    """``X-Extensions: 1`` or ``with_extensions=true``."""

    def test_nothing_without(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Without the opt-in the extensions' parameters mean nothing, and no key but the vendor's is answered."""
        extras = {
            "end_time": "2026-03-05T11:00:00Z",
            "title": "Pilot",
            "location": {"city": "Bern"},
            "external_id": "x",
        }
        plain = created(api, mia, ola, organization_ids=[UNKNOWN], opportunity_ids="wrong", **extras)
        assert set(plain) == EVENT
        assert (plain["title"], plain["end_time"]) == ("Manually logged event", None)
        assert created(api, mia, ola, **extras)["id"] != plain["id"]
        response = api.get(f"/interactions/{plain['id']}", type=CALL)
        assert set(answered(response)) == EVENT and "ETag" not in response.headers
        response = api.put(f"/interactions/{plain['id']}", type=CALL, title="Pilot")
        assert answered(response)["title"] == "Manually logged event" and "ETag" not in response.headers

    @pytest.mark.parametrize("value", ["0", "false", "no", ""])
    def test_no_is_no(self, api: Caller, mia: Person, ola: Person, value: str) -> None:
        """What is no yes is no opt-in, by whichever way."""
        id_ = created(api, mia, ola)["id"]
        assert set(answered(api.get(f"/interactions/{id_}", type=CALL, with_extensions=value))) == EVENT
        response = api.request("GET", f"/interactions/{id_}?type=1", headers={"X-Extensions": value})
        assert set(answered(response)) == EVENT

    def test_by_parameter(self, api: Caller, mia: Person, ola: Person) -> None:
        """The parameter does what the header does, also beside a body."""
        response = api.request("POST", "/interactions?with_extensions=true", json=body(mia, ola, title="Pilot"))
        made = answered(response)
        assert set(made) == EVENT | EXTRAS and made["title"] == "Pilot"
        got = answered(api.get(f"/interactions/{made['id']}", type=CALL, with_extensions="true"))
        assert got == made

    @pytest.mark.parametrize("type_", [MEETING, CALL, CHAT])
    def test_everything_that_can_be_said(
        self, more: Extended, firm: Firm, mia: Person, ola: Person, type_: int
    ) -> None:
        """All of it comes back, whatever the type, and the vendor's own keys say it too where they can."""
        client = firm.organization("Client", "client.example")
        deal = firm.opportunity("Deal", organizations=[client])
        place = {
            "name": "Office",
            "street_address": "Main St 1",
            "city": "Bern",
            "country": "CH",
            "lat": 46.9,
            "lng": 7,
        }
        said = {
            "end_time": "2026-03-05T11:30:00Z", "title": "Pilot", "location": place, "external_id": "E-7",
            "external_system": "CRM", "organization_ids": [client.id], "opportunity_ids": [deal.id],
        }  # fmt: skip
        made = created(more, mia, ola, type=type_, content="Walked through", **said)
        assert set(made) == KEYS[type_] | EXTRAS
        expected = {
            "x_content": "Walked through", "x_title": "Pilot", "x_end_time": "2026-03-05T11:30:00.000+00:00",
            "x_location": place, "x_organization_ids": [client.id], "x_opportunity_ids": [deal.id],
            "x_external_ids": {"crm": "E-7"}, "x_logging_type": 1, "x_unreplied": None, "x_version": 1,
        }  # fmt: skip
        assert {name: made[name] for name in expected} == expected
        if type_ != CHAT:
            assert (made["title"], made["end_time"]) == ("Pilot", "2026-03-05T11:30:00.000+00:00")
        assert answered(more.get(f"/interactions/{made['id']}", type=type_)) == made
        # Linked directly, it is among the interactions of both, also without the opt-in.
        plain = firm.caller(PREFIX)
        for name, id_ in (("organization_id", client.id), ("opportunity_id", deal.id)):
            answer = plain.get(
                "/interactions", type=type_, start_time="2026-01-01", end_time="2026-12-31", **{name: id_}
            )
            assert [item["id"] for items in answered(answer).values() if items for item in items] == [made["id"]]

    def test_changes(self, more: Extended, firm: Firm, mia: Person, ola: Person) -> None:
        """A change replaces what it names, and leaves the rest; empty values clear."""
        client, other = firm.organization("Client"), firm.organization("Other")
        made = created(more, mia, ola, title="Pilot", organization_ids=[client.id], location={"city": "Bern"})
        path = f"/interactions/{made['id']}"
        changed = answered(more.put(path, type=CALL, title="Rollout", organization_ids=[other.id, other.id]))
        assert (changed["title"], changed["x_organization_ids"]) == ("Rollout", [other.id])
        assert (changed["x_location"], changed["x_content"]) == ({"city": "Bern"}, "Talked")
        changed = answered(more.put(path, type=CALL, title="", organization_ids=[], location={}))
        assert (changed["title"], changed["x_title"]) == ("Manually logged event", None)
        assert (changed["x_organization_ids"], changed["x_location"], changed["x_version"]) == ([], None, 3)

    def test_refuses_all_at_once(self, more: Extended, firm: Firm, mia: Person) -> None:
        """What is wrong is told by the parameters' names; nothing is stored."""
        before = firm.rows()
        wrong = body(mia, end_time="2026-03-05T09:00:00Z", organization_ids=[UNKNOWN], opportunity_ids=[UNKNOWN])
        refused(
            more.post("/interactions", **wrong),
            "Field end_time: must not lie before the start",
            unknown("organization_ids", UNKNOWN, "Organization"),
            unknown("opportunity_ids", UNKNOWN, "Opportunity"),
        )
        location = {"city": 5, "lat": 91, "lng": True, "name": "x\x00", "else": [1]}
        refused(
            more.post("/interactions", **body(mia, location=location)),
            *(f"Field location.{name}: must be" for name in ("city", "lat", "lng", "name")),
        )
        refused(more.post("/interactions", **body(mia, location=[1])), "Field location: must be an object")
        refused(more.post("/interactions", **body(mia, external_id="")), "Field external_id: must not be empty")
        assert firm.rows() == before


@pytest.mark.covers("interactions.update", "interactions.delete")
class TestVersions:
    """``ETag`` and ``If-Match``."""

    def test_only_the_version_read_is_changed(self, more: Extended, api: Caller, mia: Person, ola: Person) -> None:
        """A change of another version than the stored one is refused with 412 and stores nothing; so is a deletion."""
        path = f"/interactions/{created(api, mia, ola)['id']}"
        read = more.get(path, type=CALL)
        assert (read.headers["ETag"], answered(read)["x_version"]) == ('"1"', 1)
        first = more.request("PUT", path, json={"type": CALL, "content": "a"}, headers={"If-Match": '"1"'})
        assert (first.headers["ETag"], answered(first)["x_content"]) == ('"2"', "a")
        for caller in (more, api):  # who sends it means it, with or without the opt-in
            for match in ('"1"', "1", 'W/"3"', "x", '"1", "2"'):
                stale = caller.request("PUT", path, json={"type": CALL, "content": "b"}, headers={"If-Match": match})
                refused(stale, "is not the version stored", status=412)
                stale = caller.request("DELETE", f"{path}?type=1", headers={"If-Match": match})
                refused(stale, "is not the version stored", status=412)
        assert answered(more.get(path, type=CALL))["x_content"] == "a"
        answered(more.request("PUT", path, json={"type": CALL, "content": "c"}, headers={"If-Match": "*"}))
        answered(more.request("DELETE", f"{path}?type=1", headers={"If-Match": '"3"'}))
        assert more.get(path, type=CALL).status_code == 404

    def test_of_several_at_once_one_changes_it(self, more: Extended, mia: Person, ola: Person) -> None:
        """Of requests at the same moment that have read the same version one is done, and the others are told."""
        path = f"/interactions/{created(more, mia, ola)['id']}"

        def change(number: int) -> int:
            sent = {"type": CALL, "content": str(number)}
            return more.request("PUT", path, json=sent, headers={"If-Match": '"1"'}).status_code

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(change, range(6))) == [200] + [412] * 5
        assert answered(more.get(path, type=CALL))["x_version"] == 2

    @pytest.mark.covers(
        "persons.update", "organizations.update", "opportunities.update", "persons.delete", "organizations.delete",
        "opportunities.delete",
    )  # fmt: skip
    def test_of_persons_organizations_and_opportunities(self, more: Extended, api: Caller, firm: Firm) -> None:
        """They are changed by version in the same way: nobody's addition is lost to a list that replaces another."""
        ola = firm.person("Ola", "Berg", "ola@x.example")
        deal = firm.opportunity("Deal")
        for path, change in (
            (f"/opportunities/{deal.id}", {"person_ids": [ola.id]}),
            (f"/persons/{ola.id}", {"emails": ["ola@x.example", "o@x.example"]}),
            (f"/organizations/{firm.organization('Client').id}", {"name": "Client Ltd"}),
        ):
            assert "ETag" not in api.get(path).headers
            version = more.get(path).headers["ETag"]
            changed = more.request("PUT", path, json=change, headers={"If-Match": version})
            assert answered(changed).items() >= change.items()
            assert changed.headers["ETag"] != version and changed.headers["ETag"] == more.get(path).headers["ETag"]
            before = firm.rows()
            stale = api.request("PUT", path, json={"name": "x", "first_name": "x"}, headers={"If-Match": version})
            refused(stale, "is not the version stored", status=412)
            stale = api.request("DELETE", path, headers={"If-Match": version})
            refused(stale, "is not the version stored", status=412)
            assert firm.rows() == before
            answered(api.request("DELETE", path, headers={"If-Match": changed.headers["ETag"]}))
            refused(api.get(path), status=404)

    @pytest.mark.covers("notes.update", "notes.delete")
    @pytest.mark.parametrize("of_call", [False, True])
    def test_of_notes(self, more: Extended, api: Caller, firm: Firm, of_call: bool) -> None:
        """A note, too; one that is the text of a call is another one once the call was changed."""
        ola = firm.person("Ola")
        if of_call:
            call = firm.log("Call", at("2026-03-05T09:15Z"), firm.mia, ola, body="a")
            path = f"/notes/{call.note_id}"
        else:
            path = f"/notes/{answered(api.post('/notes', content='a', person_ids=[ola.id]))['id']}"
        assert "ETag" not in api.get(path).headers
        first = more.get(path).headers["ETag"]
        if of_call:
            answered(api.put(f"/interactions/{call.number}", type=CALL, content="b"))
        else:
            answered(more.request("PUT", path, json={"content": "b"}, headers={"If-Match": first}))
        second = more.get(path).headers["ETag"]
        assert first != second
        before = firm.rows()
        for method in ("PUT", "DELETE"):
            stale = api.request(method, path, json={"content": "c"}, headers={"If-Match": first})
            refused(stale, "is not the version stored", status=412)
        assert firm.rows() == before and answered(api.get(path))["content"] == "b"
        answered(api.request("DELETE", path, headers={"If-Match": second}))
        refused(api.get(path), status=404)


@pytest.mark.covers("interactions.create", "interactions.update", "interactions.list", "interactions.bulk")
class TestFields:
    """``fields``: what an interaction holds besides what the vendor knows."""

    def test_are_kept_changed_and_listed(self, more: Extended, api: Caller, firm: Firm, ola: Person) -> None:
        """Any JSON; what is not named stays, null takes away; without the opt-in nothing of it is seen or changed."""
        fields = {"outcome": "won", "score": 7.5, "tags": ["a", "b"], "deep": {"x": [1, None, True]}}
        body = {"type": CALL, "person_ids": [firm.mia.id, ola.id], "content": "a", "date": "2026-03-05T09:15Z"}
        made = answered(more.post("/interactions", **body, fields=fields))
        assert made["x_fields"] == fields
        path = f"/interactions/{made['id']}"
        changed = answered(more.put(path, type=CALL, fields={"score": 8, "tags": None, "new": "x"}))
        assert changed["x_fields"] == {"outcome": "won", "score": 8, "deep": fields["deep"], "new": "x"}
        answered(api.put(path, type=CALL, fields={"score": 9}, content="b"))
        assert answered(more.get(path, type=CALL))["x_fields"] == changed["x_fields"]
        assert "x_fields" not in answered(api.get(path, type=CALL))
        listed = answered(more.get("/interactions", person_ids=[ola.id]))
        assert [item["x_fields"] for item in listed["interactions"]] == [changed["x_fields"]]
        stored = firm.server.run(firm.ledger.interactions.get(firm.actor, made["id"]))
        assert stored.content.fields == changed["x_fields"] and stored.content.body == "b"

    def test_of_many_at_once(self, more: Extended, firm: Firm) -> None:
        """Each of a bulk has its own, and what is wrong with one is told of it alone."""
        body = {"type": CALL, "person_ids": [firm.mia.id], "content": "a", "date": "2026-03-05T09:15Z"}
        sent = [body | {"fields": {"n": 1}}, body | {"fields": {"": 2}}]
        results = answered(more.post("/interactions/bulk", interactions=sent))["results"]
        assert results[0]["interaction"]["x_fields"] == {"n": 1}
        assert "readable characters" in results[1]["errors"][0]

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ([1], "must be an object"),
            ({"": 1}, "names"),
            ({"x" * 201: 1}, "names"),
            ({"a": "b\x00"}, "readable"),
            ({"a": {"b\x00": 1}}, "readable"),
            ({"a": 2**60}, "must be a number"),
            ({"a": [[[[[[[[[[[1]]]]]]]]]]]}, "levels deep"),
            ({"a": list(range(2001))}, "values"),
            ({f"f{number}": 1 for number in range(201)}, "must not be more than 200"),
        ],
    )
    def test_refusals(self, more: Extended, firm: Firm, fields: Any, said: str) -> None:
        """What cannot be stored is refused, and nothing is."""
        before = firm.rows()
        body = {"type": CALL, "person_ids": [firm.mia.id], "content": "a", "date": "2026-03-05T09:15Z"}
        refused(more.post("/interactions", **body, fields=fields), said)
        assert firm.rows() == before


@pytest.mark.covers("interactions.create")
class TestRepeating:
    """``external_id`` and ``Idempotency-Key``."""

    def test_the_same_id_is_the_same_interaction(self, more: Extended, firm: Firm, mia: Person, ola: Person) -> None:
        """What another system knows is created once and changed afterwards; what a request leaves out stays."""
        made = created(more, mia, ola, external_id="E-1", title="Pilot")
        rows = firm.rows()
        assert created(more, mia, ola, external_id="E-1", title="Pilot") == made
        assert firm.rows() == rows
        changed = created(more, mia, external_id="E-1", content="Reworded", date="2026-03-06T10:00:00Z")
        assert (changed["id"], changed["x_version"], changed["title"]) == (made["id"], 2, "Pilot")
        assert changed["x_content"] == "Reworded" and [p["id"] for p in changed["persons"]] == [mia.id]
        other = created(more, mia, external_id="E-1", external_system="mail")
        assert other["id"] != made["id"] and other["x_external_ids"] == {"mail": "E-1"}
        assert created(more, mia, external_id="E-1", external_system=" MAIL ")["id"] == other["id"]

    def test_of_many_at_once_one_is_created(self, more: Extended, mia: Person, ola: Person) -> None:
        """Requests with the same id at the same moment make one interaction."""
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda n: created(more, mia, ola, external_id="E-1", content=str(n)), range(4)))
        assert len({item["id"] for item in made}) == 1

    def test_refuses_another_type_and_what_is_gone(self, more: Extended, mia: Person, ola: Person) -> None:
        """A type cannot change, and what was deleted does not come back by itself."""
        made = created(more, mia, ola, external_id="E-1")
        refused(
            more.post("/interactions", **body(mia, type=MEETING, external_id="E-1")),
            f"Field type: is not that of interaction {made['id']}",
        )
        answered(more.delete(f"/interactions/{made['id']}", type=CALL))
        refused(more.post("/interactions", **body(mia, external_id="E-1")), "Field external_id: belongs to")

    def test_the_name_of_a_request_wins(self, more: Extended, mia: Person, ola: Person) -> None:
        """A request that names itself and comes again is answered as before, and never changes anything."""
        sent, headers = body(mia, ola, external_id="E-1"), {"Idempotency-Key": "k-1"}
        made = answered(more.request("POST", "/interactions", json=sent, headers=headers))
        answered(more.put(f"/interactions/{made['id']}", type=CALL, content="Reworded"))
        again = answered(more.request("POST", "/interactions", json=sent, headers=headers))
        assert (again["id"], again["x_content"]) == (made["id"], "Reworded")
        other = more.request("POST", "/interactions", json=sent | {"content": "Else"}, headers=headers)
        refused(other, "under the same key with another content")


@pytest.mark.covers("interactions.bulk")
class TestBulk:
    """``POST /interactions/bulk``"""

    def test_an_outcome_for_each(self, more: Extended, firm: Firm, mia: Person, ola: Person) -> None:
        """What is in order is stored in one go, what is not is told why, each at its place."""
        known = created(more, mia, ola, external_id="E-1")
        items = [
            body(mia, ola, content="one"),
            body(ola),
            body(mia, external_id="E-1", content="two"),
            body(mia, ola, external_id="E-2"),
            {"type": MAIL},
            body(mia, type=CHAT, title="Hi", direction=1),
            body(mia, person_ids=[UNKNOWN, mia.id]),
        ]
        results = answered(more.post("/interactions/bulk", interactions=items))["results"]
        assert [item["outcome"] for item in results] == [
            "created", "refused", "updated", "created", "refused", "created", "refused",
        ]  # fmt: skip
        assert results[0]["interaction"] == answered(
            more.get(f"/interactions/{results[0]['interaction']['id']}", type=CALL)
        )
        assert (results[2]["interaction"]["id"], results[2]["interaction"]["x_content"]) == (known["id"], "two")
        assert results[1]["errors"] == ["Field person_ids: must include at least one internal person"]
        assert len(results[4]["errors"]) == 4 and results[4]["interaction"] is None
        assert unknown("person_ids", UNKNOWN, "Person") in results[6]["errors"]
        assert all((item["errors"] == []) == (item["interaction"] is not None) for item in results)

    def test_can_be_sent_again(self, more: Extended, firm: Firm, mia: Person, ola: Person) -> None:
        """With an ``Idempotency-Key`` the whole request can be repeated: nothing is stored twice."""
        sent = {
            "interactions": [body(mia, ola, content=str(n), external_id=f"E-{n}" if n % 2 else None) for n in range(6)]
        }
        headers = {"Idempotency-Key": "k"}
        first = answered(more.request("POST", "/interactions/bulk", json=sent, headers=headers))["results"]
        rows = firm.rows()
        second = answered(more.request("POST", "/interactions/bulk", json=sent, headers=headers))["results"]
        assert firm.rows() == rows
        assert [item["outcome"] for item in second] == ["unchanged"] * 6
        assert [item["interaction"] for item in second] == [item["interaction"] for item in first]

    def test_the_same_id_twice(self, more: Extended, mia: Person) -> None:
        """Of two with the same external id the later one changes what the earlier one made."""
        items = [body(mia, external_id="E-1", content="one"), body(mia, external_id="E-1", content="two")]
        one, two = answered(more.post("/interactions/bulk", interactions=items))["results"]
        assert (one["outcome"], two["outcome"]) == ("created", "updated")
        assert (two["interaction"]["id"], two["interaction"]["x_content"]) == (one["interaction"]["id"], "two")

    def test_bounds(self, more: Extended, firm: Firm, mia: Person) -> None:
        """Five hundred at once, and no more."""
        results = answered(more.post("/interactions/bulk", interactions=[body(mia)] * 500))["results"]
        assert len({item["interaction"]["id"] for item in results}) == 500
        before = firm.rows()
        refused(more.post("/interactions/bulk", interactions=[body(mia)] * 501), "must not be more than 500")
        assert firm.rows() == before
        answer = answered(more.post("/interactions/bulk", interactions=[[1], {"a": 1}]))["results"]
        assert [item["outcome"] for item in answer] == ["refused"] * 2


@pytest.mark.covers("interactions.list")
class TestList:
    """``GET /interactions`` of everything."""

    def test_all_types_any_range_several_persons(self, more: Extended, firm: Firm, mia: Person) -> None:
        """One list of all types, of any time, of any of the parties, each once, newest first, over pages."""
        ola, eve, tom = (firm.person(name, "", f"{name}@x.example") for name in ("ola", "eve", "tom"))
        client = firm.organization("Client", persons=[tom])
        start = at("1999-01-01")
        expected = []
        for number in range(40):
            type_ = ("Meeting", "Call", "ChatMessage", "Email")[number % 4]
            parts = [(ola, eve), (ola,), (eve,), (tom,)][number // 4 % 4]
            moment = start + number * 200 * DAY
            if type_ == "Email":
                expected.append(message(firm, moment, parts[0], mia, Direction.RECEIVED))
            else:
                direction = {"direction": Direction.SENT} if type_ == "ChatMessage" else {}
                expected.append(firm.log(type_, moment, mia, *parts, body="x", **direction).number)
        firm.log("Call", start, mia, body="with nobody of these")
        asked = {"person_ids": [ola.id, eve.id], "organization_ids": [client.id]}
        found = list(followed(more, "interactions", page_size=7, **asked))
        assert [item["id"] for item in found] == expected[::-1]
        assert all(set(item) == KEYS[item["type"]] | EXTRAS for item in found)
        assert {item["type"] for item in found} == {0, 1, 2, 3}
        two = list(followed(more, "interactions", type=[MEETING, MAIL], page_size=7, **asked))
        assert [item["id"] for item in two] == [id_ for n, id_ in enumerate(expected) if n % 4 in (0, 3)][::-1]
        one = list(followed(more, "events", type=MEETING, person_id=tom.id))
        assert [item["id"] for item in one] == [id_ for n, id_ in enumerate(expected) if n % 16 == 12][::-1]
        late = list(followed(more, "interactions", start_time="2010-01-01", **asked))
        assert len(late) == sum(start + n * 200 * DAY >= at("2010-01-01") for n in range(40))

    def test_internal_persons_and_everybody(self, more: Extended, firm: Firm, mia: Person, ben: Person) -> None:
        """What only colleagues took part in is found by any of them, and among everybody's."""
        meeting = firm.log("Meeting", now() - HOUR, mia, ben, title="Jour fixe").number
        call = firm.log("Call", now() - 2 * HOUR, mia).number
        for asked in ({"person_id": ben.id}, {"internal_person_id": ben.id}, {"person_ids": [ben.id]}):
            assert [item["id"] for item in answered(more.get("/interactions", **asked))["interactions"]] == [meeting]
        everybody = answered(more.get("/interactions"))
        assert [item["id"] for item in everybody["interactions"]] == [meeting, call]
        both = answered(more.get("/interactions", person_id=mia.id, internal_person_id=ben.id))
        assert [item["id"] for item in both["interactions"]] == [meeting]

    def test_refuses(self, more: Extended, firm: Firm, mia: Person, ola: Person) -> None:
        """Unknown parties, ranges the wrong way round, and questions that only some parties can answer."""
        refused(
            more.get("/interactions", person_ids=[UNKNOWN], opportunity_ids=[UNKNOWN], organization_id=UNKNOWN,
                     internal_person_id=ola.id, start_time="2026-01-02", end_time="2026-01-01"),
            unknown("person_ids", UNKNOWN, "Person"),
            unknown("opportunity_ids", UNKNOWN, "Opportunity"),
            unknown("organization_id", UNKNOWN, "Organization"),
            "Field internal_person_id: must be an internal person",
            "Field end_time: must be after start_time",
        )  # fmt: skip
        refused(more.get("/interactions", direction=1), "Field direction: can only be asked for together")
        refused(more.get("/interactions", logging_type=1), "Field logging_type: can only be asked for together")
        token = answered(more.get("/interactions", person_id=[mia.id], page_size=1))["next_page_token"]
        assert token is None
        created(more, mia), created(more, mia)
        token = answered(more.get("/interactions", person_id=mia.id, page_size=1))["next_page_token"]
        refused(more.get("/interactions", person_ids=[mia.id], page_token=token), "Invalid page_token variable")
        plain = firm.caller(PREFIX)
        refused(plain.get("/interactions", person_id=mia.id, page_token=token), "Field type: is required")

    def test_unreplied(self, more: Extended, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """What was received waits for a reply until anything is sent to whoever sent it, by mail or chat."""
        start = now() - 10 * DAY
        first = message(firm, start, ola, mia, Direction.RECEIVED)
        reply = message(firm, start + HOUR, mia, ola, Direction.SENT)
        second = message(firm, start + 2 * HOUR, ola, mia, Direction.RECEIVED)
        elsewhere = message(firm, start + 3 * HOUR, mia, eve, Direction.SENT)
        chat = firm.log("ChatMessage", start, eve, mia, body="Hi", direction=Direction.RECEIVED).number
        call = firm.log("Call", start + DAY, ola, mia, body="Talked").number

        def waiting() -> dict[int, bool | None]:
            found = answered(more.get("/interactions", person_ids=[ola.id, eve.id]))["interactions"]
            return {item["id"]: item["x_unreplied"] for item in found}

        expected = {first: False, second: True, reply: None, elsewhere: None, call: None, chat: False}
        assert waiting() == expected
        answered(more.post("/interactions", **body(mia, ola, type=CHAT, date="2026-01-01")))
        assert {id_: value for id_, value in waiting().items() if id_ in expected} == expected
        sent = firm.log("ChatMessage", start + 2 * DAY, mia, ola, body="Yes", direction=Direction.SENT).number
        assert waiting()[second] is False
        answered(more.delete(f"/interactions/{sent}", type=CHAT))
        assert waiting()[second] is True


def followed(caller: Caller, key: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages."""
    token = None
    while True:
        page = answered(caller.get("/interactions", **params, **({"page_token": token} if token else {})))
        assert set(page) == {key, "next_page_token"}
        yield from page[key]
        token = page["next_page_token"]
        if token is None:
            return


@pytest.mark.covers("interactions.changes")
class TestChanges:
    """``GET /interactions/changes``"""

    def test_a_copy_is_kept_up_to_date(self, more: Extended, firm: Firm, mia: Person, ola: Person) -> None:
        """Who follows the cursor knows everything there is, and what was deleted, and asks for nothing twice."""
        copy: dict[int, Any] = {}
        cursor = None

        def catch_up(**params: Any) -> list[int]:
            nonlocal cursor
            told = []
            has_more = True
            while has_more:
                page = answered(more.get("/interactions/changes", **params, **({"cursor": cursor} if cursor else {})))
                cursor, has_more = page["cursor"], page["has_more"]
                for item in page["changes"]:
                    assert set(item) == {"id", "type", "deleted", "interaction"}
                    assert item["deleted"] == (item["interaction"] is None)
                    told.append(item["id"])
                    copy[item["id"]] = item["interaction"]
            return told

        made = [created(more, mia, ola, type=n % 3, content=str(n)) for n in range(8)]
        ids = [item["id"] for item in made]
        assert catch_up(page_size=3) == ids
        assert list(copy.values()) == made
        assert catch_up() == []
        answered(more.put(f"/interactions/{ids[1]}", type=1, content="Reworded"))
        answered(more.delete(f"/interactions/{ids[0]}", type=0))
        answered(more.put(f"/interactions/{ids[1]}", type=1, content="Again"))
        firm.person("Somebody")
        assert catch_up() == [ids[0], ids[1]]
        assert copy[ids[0]] is None and copy[ids[1]]["x_content"] == "Again"
        there = answered(more.get("/interactions"))["interactions"]
        assert sorted((item for item in copy.values() if item), key=lambda item: -item["id"]) == there

    def test_from_now_on_and_of_a_type(self, more: Extended, mia: Person) -> None:
        """``now`` tells where to begin; a type tells only of its own."""
        created(more, mia)
        start = answered(more.get("/interactions/changes", cursor="now"))
        assert start["changes"] == [] and not start["has_more"]
        chat, call = created(more, mia, type=CHAT)["id"], created(more, mia)["id"]
        page = answered(more.get("/interactions/changes", cursor=start["cursor"], type=CHAT))
        assert [(item["id"], item["type"]) for item in page["changes"]] == [(chat, CHAT)]
        page = answered(more.get("/interactions/changes", cursor=start["cursor"], type=[CALL, MEETING]))
        assert [item["id"] for item in page["changes"]] == [call]

    @pytest.mark.parametrize("cursor", ["x", "1", "1.", "1.2.3", "-1.0", "٣.1", "9" * 19 + ".1", "null"])
    def test_refuses_what_is_no_cursor(self, more: Extended, cursor: str) -> None:
        """Only what an answer gave is a cursor."""
        refused(more.get("/interactions/changes", cursor=cursor), "Field cursor: must be one that an answer gave")

    def test_shows_nothing_hidden(self, more: Extended, firm: Firm, mia: Person) -> None:
        """What the caller may not see is not told of, in changes, lists and by external id."""
        ben = firm.colleague("Ben", groups=(5,))
        hidden = firm.log(
            "Call", now(), ben, actor=firm.acting(ben, Right.WRITE, 5), group=5, external_ids={"external": "E-1"}
        ).number
        assert answered(more.get("/interactions/changes"))["changes"] == []
        assert answered(more.get("/interactions"))["interactions"] == []
        problems = refused(more.post("/interactions", **body(mia, external_id="E-1")), "Field external_id: belongs to")
        assert str(hidden) not in problems[0]


def test_an_id_of_a_deleted_message_is_told_without_a_word_of_it(more: Extended, mia: Person, ola: Person) -> None:
    """A tombstone is an id and a type."""
    id_ = created(more, mia, ola, content="secret")["id"]
    answered(more.delete(f"/interactions/{id_}", type=CALL))
    response = more.get("/interactions/changes")
    assert "secret" not in response.text
    assert answered(response)["changes"] == [{"id": id_, "type": CALL, "deleted": True, "interaction": None}]


def test_the_reference_names_everything() -> None:
    """The page of the documentation names each key, each parameter and each operation."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "affinity-extensions.md").read_text()
    operations = [operation for operation in OPERATIONS if operation.extension]
    names = {param.name for operation in operations for param in operation.params} - {"id"}
    for operation in OPERATIONS:
        if operation.extended_params is not None:
            names |= {param.name for param in operation.extended_params} - {param.name for param in operation.params}
    paths = {f"`{operation.method} {path}" for operation in operations for path in operation.paths}
    assert {name for name in names | EXTRAS if f"`{name}`" not in page and f"`{name}=" not in page} == set()
    assert {path for path in paths if path not in page} == set()


@pytest.mark.covers("lists.any_entry")
def test_an_entry_is_read_without_its_list(api: Caller, firm: Firm, ola: Person) -> None:
    """By its id alone an entry is what it is by its list's, too."""
    people = answered(api.post("/lists", name="People", type=0, is_public=True))["id"]
    entry = answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id))
    deal = firm.opportunity("Deal")
    assert answered(api.get(f"/list-entries/{entry['id']}")) == entry
    path = f"/lists/{deal.list_id}/list-entries/{deal.entry_id}"
    assert answered(api.get(f"/list-entries/{deal.entry_id}")) == answered(api.get(path))
    assert refused(api.get(f"/list-entries/{UNKNOWN}"), status=404) == [unknown("id", UNKNOWN, "ListEntry")]
