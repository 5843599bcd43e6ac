"""Security groups: an interaction of a group is not there for users outside, whatever they ask."""

from typing import Any, NamedTuple

import httpx2
import pytest

from interlog.model.instants import DAY, now, to_datetime
from interlog.model.interactions import Interaction, Participant
from interlog.model.parties import Opportunity, Organization, Person
from interlog.model.tenancy import Right
from interlog.model.types import Direction, Role
from interlog.protocols.affinity.app import OPERATIONS
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import CALL, CHAT, MAIL, MEETING, answered, at, refused, unknown

GROUP = 7
SECRET = "Xylophon"
KEYS = {MEETING: "events", CALL: "events", CHAT: "chat_messages", MAIL: "emails"}
TYPES = {MEETING: "Meeting", CALL: "Call", CHAT: "ChatMessage", MAIL: "Email"}


class Secret(NamedTuple):
    """Ola's four interactions in a group; Ben is a member of it, Mia is not."""

    firm: Firm
    inside: Caller
    outside: Caller
    mia: Person
    ben: Person
    ola: Person
    client: Organization
    deal: Opportunity
    items: dict[int, Interaction]


@pytest.fixture
def secret(firm: Firm) -> Secret:
    """The interactions, their parties, and a client for each side."""
    ben = firm.colleague("Ben", groups=(GROUP,))
    ola = firm.person("Ola", "Berg", "ola@client.example")
    client = firm.organization("Client", "client.example")
    deal = firm.opportunity("Pilot", persons=[ola])
    actor = firm.acting(ben, Right.WRITE, GROUP)
    items = {}
    for type_, name in TYPES.items():
        roles = (Role.FROM, Role.TO) if type_ == MAIL else (Role.ATTENDEE, Role.ATTENDEE)
        parts = [Participant(ben.id, roles[0]), Participant(ola.id, roles[1])]
        direction = Direction.SENT if type_ in (CHAT, MAIL) else None
        items[type_] = firm.log(
            name, now() - DAY, *parts, title=SECRET, body=SECRET, direction=direction, group=GROUP, actor=actor
        )
    later = firm.log("Meeting", now() + DAY, ben, ola, title=SECRET, group=GROUP, actor=actor)
    assert later.group == GROUP
    return Secret(
        firm, firm.caller(PREFIX, firm.token_of(ben)), firm.caller(PREFIX), firm.mia, ben, ola, client, deal, items
    )


def window(type_: int, **selector: Any) -> dict[str, Any]:
    """Return the parameters of a list that holds the interactions."""
    start, end = (to_datetime(now() + shift * DAY).isoformat() for shift in (-30, 30))
    return {"type": type_, "start_time": start, "end_time": end} | selector


@pytest.mark.covers("interactions.list", "interactions.get", "interactions.update", "interactions.delete")
class TestInteractions:
    """``/interactions``"""

    def test_are_in_no_list(self, secret: Secret) -> None:
        """No selector shows them to somebody outside; members see them."""
        selectors = (
            {"person_id": secret.ola.id},
            {"person_id": secret.ola.id, "internal_person_id": secret.ben.id},
            {"organization_id": secret.client.id},
            {"opportunity_id": secret.deal.id},
        )
        for type_, item in secret.items.items():
            for selector in selectors:
                answer = answered(secret.outside.get("/interactions", **window(type_, **selector)))
                assert answer == {KEYS[type_]: [], "next_page_token": None}
                inside = answered(secret.inside.get("/interactions", **window(type_, **selector)))[KEYS[type_]]
                assert item.number in [found["id"] for found in inside]

    def test_cannot_be_read(self, secret: Secret) -> None:
        """Outside they are as unknown as an id that was never given."""
        for type_, item in secret.items.items():
            response = secret.outside.get(f"/interactions/{item.number}", type=type_)
            assert refused(response, status=404) == [unknown("id", item.number, "Interaction")]
            assert answered(secret.inside.get(f"/interactions/{item.number}", type=type_))["id"] == item.number

    def test_cannot_be_changed_or_deleted(self, secret: Secret) -> None:
        """Nothing that somebody outside sends changes them."""
        before = secret.firm.rows()
        for type_ in (MEETING, CALL, CHAT):
            path = f"/interactions/{secret.items[type_].number}"
            sentence = unknown("id", secret.items[type_].number, "Interaction")
            refused(secret.outside.put(path, type=type_, content="Mine"), sentence, status=404)
            refused(secret.outside.put(path, type=type_, person_ids=[secret.mia.id]), sentence, status=404)
            refused(secret.outside.delete(path, type=type_), sentence, status=404)
        assert secret.firm.rows() == before
        assert answered(secret.inside.put(path, type=CHAT, content="Ours"))["id"] == secret.items[CHAT].number
        assert answered(secret.inside.delete(path, type=CHAT)) == {"success": True}

    def test_a_page_is_full_without_them(self, secret: Secret) -> None:
        """What is hidden leaves no holes in a page."""
        open_ones = [secret.firm.log("Call", at("2026-03-05") + n, secret.mia, secret.ola).number for n in range(3)]
        params = {"type": CALL, "start_time": "2026-03-01", "end_time": "2026-12-31", "person_id": secret.ola.id}
        answer = answered(secret.outside.get("/interactions", **params, page_size=2))
        assert [item["id"] for item in answer["events"]] == open_ones[:0:-1]


@pytest.mark.covers("notes.list", "notes.get", "notes.create", "notes.update", "notes.delete")
class TestNotes:
    """``/notes``"""

    def test_are_in_no_list(self, secret: Secret) -> None:
        """The notes of hidden interactions, and the replies to them, are hidden."""
        root = secret.items[CALL].note_id
        reply = answered(secret.inside.post("/notes", content=SECRET, parent_id=root))["id"]
        for params in ({}, {"person_id": secret.ola.id}, {"person_id": secret.ben.id}, {"creator_id": secret.ben.id}):
            assert answered(secret.outside.get("/notes", **params))["notes"] == []
        seen = [note["id"] for note in answered(secret.inside.get("/notes"))["notes"]]
        assert {root, reply} <= set(seen)
        for id_ in (root, reply):
            refused(secret.outside.get(f"/notes/{id_}"), unknown("id", id_, "Note"), status=404)

    def test_cannot_be_answered_changed_or_deleted(self, secret: Secret) -> None:
        """Nobody outside replies to them, rewords them or takes them away."""
        root, before = secret.items[CALL].note_id, secret.firm.rows()
        response = secret.outside.post("/notes", content="Mine", parent_id=root)
        assert refused(response) == [unknown("parent_id", root or 0, "Note")]
        refused(secret.outside.put(f"/notes/{root}", content="Mine"), status=404)
        refused(secret.outside.delete(f"/notes/{root}"), status=404)
        assert secret.firm.rows() == before


@pytest.mark.covers("persons.list", "persons.get", "organizations.list", "organizations.get")
class TestDates:
    """Interaction dates of persons and organizations."""

    def test_say_nothing_of_them(self, secret: Secret) -> None:
        """Outside there are no dates; inside there are."""
        flags = {"with_interaction_dates": "true", "with_interaction_persons": "true"}
        for path in (f"/persons/{secret.ola.id}", f"/organizations/{secret.client.id}"):
            outside = answered(secret.outside.get(path, **flags))
            assert set(outside["interaction_dates"].values()) == {None}
            assert set(outside["interactions"].values()) == {None}
            inside = answered(secret.inside.get(path, **flags))
            assert None not in inside["interaction_dates"].values()

    def test_filter_by_what_is_seen(self, secret: Secret) -> None:
        """A hidden interaction brings nobody into a list."""
        for path, key in (("/persons", "persons"), ("/organizations", "organizations")):
            for params in (
                {"with_interaction_dates": "true"},
                {"min_last_event_date": "2020-01-01"},
                {"min_next_event_date": "2020-01-01"},
                {"max_first_email_date": "2100-01-01"},
                {"min_last_interaction_date": "2020-01-01"},
            ):
                assert answered(secret.outside.get(path, **params))[key] == []
                assert answered(secret.inside.get(path, **params))[key] != []


@pytest.mark.covers("relationship_strengths.list")
class TestStrengths:
    """``/relationships-strengths``"""

    def test_do_not_grow_by_them(self, secret: Secret) -> None:
        """A relationship is as strong as what one may see of it."""
        params = {"external_id": secret.ola.id}
        assert answered(secret.outside.get("/relationships-strengths", **params)) == []
        (strength,) = answered(secret.inside.get("/relationships-strengths", **params))
        assert strength["internal_id"] == secret.ben.id


class TestEverywhere:
    """Whatever can be read."""

    def test_no_answer_holds_their_text(self, secret: Secret) -> None:
        """No list, in either version, shows a word of them to somebody outside."""
        ids = {item.number for item in secret.items.values()} | {secret.items[CALL].note_id}
        for operation in OPERATIONS:
            if operation.method != "GET":
                continue
            for path in operation.paths:
                for response in self.answers(secret, path, ids):
                    assert SECRET not in response.text, path

    def answers(self, secret: Secret, path: str, ids: set[int | None]) -> list[httpx2.Response]:
        if "{" not in path:
            return [secret.outside.get(path, **window(type_, person_id=secret.ola.id)) for type_ in TYPES]
        head, _, tail = path.partition("{id}")
        paths = [f"{head}{id_}{tail}".replace("{entry_id}", "1") for id_ in (*ids, secret.ola.id, secret.deal.id)]
        return [secret.outside.get(path, type=type_) for path in paths for type_ in TYPES]


class TestGroupOfTheUser:
    """Who is in a group is told by the user, not by the right."""

    def test_not_even_the_owner_looks_in(self, secret: Secret) -> None:
        """An admin's token opens no group."""
        admin = secret.firm.caller(PREFIX, secret.firm.token_of(secret.mia, "admin"))
        refused(admin.get(f"/interactions/{secret.items[CALL].number}", type=CALL), status=404)
