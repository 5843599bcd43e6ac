"""Notes over HTTP: on parties and interactions, with replies."""

from typing import Any

import pytest
from msgspec.structs import replace

from interlog.model.instants import DAY, now, to_datetime
from interlog.model.interactions import Interaction, Participant
from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import NOTE, UNKNOWN, answered, at, instant, refused, unknown


def written(api: Caller, content: str = "Hello", **more: Any) -> dict[str, Any]:
    """Write a note."""
    answer: dict[str, Any] = answered(api.post("/notes", content=content, **more))
    return answer


def found(api: Caller, **params: Any) -> list[int]:
    """Return the ids that a list shows, in its order."""
    answer = answered(api.get("/notes", **params))
    assert set(answer) == {"notes", "next_page_token"}
    assert all(set(note) == NOTE for note in answer["notes"])
    return [note["id"] for note in answer["notes"]]


@pytest.fixture
def call(firm: Firm, mia: Person, ola: Person) -> Interaction:
    """A call with Ola, which has a note."""
    return firm.log("Call", at("2026-03-05"), mia, ola, body="Talked")


@pytest.mark.covers("notes.create", "notes.get")
class TestCreate:
    """``POST /notes``"""

    def test_answers_all_keys(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A note has exactly its sixteen keys; its author is whose token it is."""
        client, deal = firm.organization("Client"), firm.opportunity("Pilot")
        start = now()
        note = written(
            api,
            "a_b\n<i>plain</i> & ünï",
            person_ids=[ola.id, mia.id, ola.id],
            organization_ids=[client.id],
            opportunity_ids=[deal.id],
        )
        assert set(note) == NOTE
        assert len(NOTE) == 16
        assert note == {
            "id": note["id"],
            "creator_id": mia.id,
            "person_ids": [ola.id, mia.id],
            "associated_person_ids": [ola.id, mia.id],
            "interaction_person_ids": [],
            "interaction_id": None,
            "interaction_type": None,
            "is_meeting": False,
            "mentioned_person_ids": [],
            "organization_ids": [client.id],
            "opportunity_ids": [deal.id],
            "parent_id": None,
            "content": "a_b\n<i>plain</i> & ünï",
            "type": 0,
            "created_at": note["created_at"],
            "updated_at": None,
        }
        assert start - 1000 <= instant(note["created_at"]) <= now()
        assert answered(api.get(f"/notes/{note['id']}")) == note

    @pytest.mark.parametrize("name", ["person_ids", "organization_ids", "opportunity_ids"])
    def test_needs_one_association(self, api: Caller, firm: Firm, ola: Person, name: str) -> None:
        """One kind of association is enough; the unused ones may be null or hold nulls."""
        ids = {
            "person_ids": ola.id,
            "organization_ids": firm.organization("Client").id,
            "opportunity_ids": firm.opportunity("Pilot").id,
        }
        unused = dict.fromkeys(ids, None)
        note = written(api, **unused | {name: [None, ids[name]]})
        assert {key: note[key] for key in ids} == {key: [ids[key]] if key == name else [] for key in ids}

    @pytest.mark.parametrize("body", [{}, {"person_ids": []}, {"person_ids": None, "organization_ids": [None]}])
    def test_refuses_a_note_on_nothing(self, api: Caller, firm: Firm, body: dict[str, Any]) -> None:
        """A note is on somebody or something, or a reply (spec 18, D16)."""
        before = firm.rows()
        refused(api.post("/notes", content="Hello", **body), "Field person_ids: ")
        assert firm.rows() == before

    @pytest.mark.parametrize("content", [None, "", "  \n"])
    def test_demands_a_content(self, api: Caller, firm: Firm, ola: Person, content: str | None) -> None:
        """A note has a text."""
        before = firm.rows()
        refused(api.post("/notes", content=content, person_ids=[ola.id]), "Field content: ")
        assert firm.rows() == before

    @pytest.mark.parametrize(
        ("name", "model"),
        [("person_ids", "Person"), ("organization_ids", "Organization"), ("opportunity_ids", "Opportunity")],
    )
    def test_refuses_unknown_ids(self, api: Caller, firm: Firm, ola: Person, name: str, model: str) -> None:
        """What it is on must exist."""
        before = firm.rows()
        response = api.post("/notes", **{"content": "Hello", "person_ids": [ola.id], name: [UNKNOWN]})
        assert refused(response) == [unknown(name, UNKNOWN, model)]
        assert firm.rows() == before

    def test_is_a_reply_to_a_parent(self, api: Caller, ola: Person, eve: Person) -> None:
        """A reply has a parent and no associations, even where they were sent."""
        root = written(api, person_ids=[ola.id])
        reply = written(api, "Indeed", parent_id=root["id"], person_ids=[eve.id])
        assert reply == root | {
            "id": reply["id"],
            "person_ids": [],
            "associated_person_ids": [],
            "parent_id": root["id"],
            "content": "Indeed",
            "created_at": reply["created_at"],
        }

    def test_replies_to_the_note_of_an_interaction(self, api: Caller, call: Interaction) -> None:
        """A reply to an interaction's note names no interaction itself."""
        reply = written(api, "Indeed", parent_id=call.note_id)
        assert (reply["interaction_id"], reply["interaction_type"], reply["interaction_person_ids"]) == (None, None, [])

    def test_refuses_a_reply_to_a_reply(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Only a root note has replies."""
        reply = written(api, parent_id=written(api, person_ids=[ola.id])["id"])
        before = firm.rows()
        refused(api.post("/notes", content="No", parent_id=reply["id"]), "Field parent_id: ")
        assert firm.rows() == before

    def test_refuses_an_unknown_parent(self, api: Caller) -> None:
        """The parent must exist."""
        response = api.post("/notes", content="Hello", parent_id=UNKNOWN)
        assert refused(response) == [unknown("parent_id", UNKNOWN, "Note")]

    def test_may_have_been_written_by_a_colleague_in_the_past(self, api: Caller, ben: Person, ola: Person) -> None:
        """``creator_id`` and ``created_at`` are for notes that are brought along."""
        note = written(api, person_ids=[ola.id], creator_id=ben.id, created_at="2020-01-02T03:04:05.678+01:00")
        assert (note["creator_id"], note["created_at"]) == (ben.id, "2020-01-02T02:04:05.678+00:00")

    def test_refuses_a_note_from_the_future(self, api: Caller, firm: Firm, ola: Person) -> None:
        """``created_at`` does not lie ahead."""
        before = firm.rows()
        tomorrow = to_datetime(now() + DAY).isoformat()
        refused(api.post("/notes", content="x", person_ids=[ola.id], created_at=tomorrow), "Field created_at: ")
        assert firm.rows() == before

    @pytest.mark.parametrize("who", ["outside", "unknown"])
    def test_refuses_a_creator_from_outside(self, api: Caller, ola: Person, who: str) -> None:
        """Only internal persons write notes."""
        creator_id = ola.id if who == "outside" else UNKNOWN
        refused(api.post("/notes", content="x", person_ids=[ola.id], creator_id=creator_id), "Field creator_id: ")

    @pytest.mark.parametrize("type_", [1, 3, 4, -1, "html"])
    def test_refuses_other_types(self, api: Caller, ola: Person, type_: Any) -> None:
        """Only plain text (0) and HTML (2) can be written."""
        refused(api.post("/notes", content="x", person_ids=[ola.id], type=type_), "Field type: must be one of 0, 2")

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("<p><strong>a</strong> <em>b</em> <u>c</u></p>", "<p><strong>a</strong> <em>b</em> <u>c</u></p>"),
            ("<ul><li>x</li></ul><ol><li>y</li></ol>", "<ul><li>x</li></ul><ol><li>y</li></ol>"),
            ('<span style="color: red">x</span>', '<span style="color:red">x</span>'),
            ('<span style="background-color: #ff0">x</span>', '<span style="background-color:#ff0">x</span>'),
            ('<span style="color: red; position: fixed">x</span>', '<span style="color:red">x</span>'),
            ('<span style="background-image: url(//x)">x</span>', '<span style="">x</span>'),
            ('<p onclick="x()">a</p><script>alert(1)</script>', "<p>a</p>"),
            ('<a href="javascript:x()">a</a><img src=x onerror=x()>', "a"),
            ("<p>a &amp; b &lt; c</p>", "<p>a &amp; b &lt; c</p>"),
            ("<!-- hidden --><h1>Big</h1>", "Big"),
            ("<p>open", "<p>open</p>"),
        ],
    )
    def test_keeps_only_the_documented_html(self, api: Caller, ola: Person, sent: str, kept: str) -> None:
        """A note of type 2 keeps the documented tags and colours, and loses all else."""
        note = written(api, sent, person_ids=[ola.id], type=2)
        assert (note["type"], note["content"]) == (2, kept)
        assert answered(api.get(f"/notes/{note['id']}"))["content"] == kept
        assert answered(api.put(f"/notes/{note['id']}", content=sent))["content"] == kept

    def test_refuses_html_of_which_nothing_is_left(self, api: Caller, firm: Firm, ola: Person) -> None:
        """What is empty without its scripts is empty."""
        before = firm.rows()
        refused(api.post("/notes", content="<script>x()</script>", person_ids=[ola.id], type=2), "Field content: ")
        assert firm.rows() == before


@pytest.mark.covers("notes.get")
class TestGet:
    """``GET /notes/{id}``"""

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found, in the words of an unknown id (spec 18, D1)."""
        assert refused(api.get(f"/notes/{UNKNOWN}"), status=404) == [unknown("id", UNKNOWN, "Note")]

    def test_interaction_persons_follow(self, api: Caller, mia: Person, eve: Person, call: Interaction) -> None:
        """The note of an interaction names its participants, also after they changed."""
        answered(api.put(f"/interactions/{call.number}", type=1, person_ids=[mia.id, eve.id]))
        note = answered(api.get(f"/notes/{call.note_id}"))
        assert (note["interaction_person_ids"], note["associated_person_ids"]) == ([mia.id, eve.id], [])

    def test_an_interaction_of_no_type_here_has_none(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The note on a visit belongs to a meeting."""
        visit = firm.log("CanvassVisit", at("2026-03-05"), body="Nobody in")
        note = answered(api.get(f"/notes/{visit.note_id}"))
        assert (note["interaction_id"], note["interaction_type"], note["is_meeting"]) == (visit.number, 0, True)


@pytest.mark.covers("notes.list")
class TestList:
    """``GET /notes``"""

    def test_is_an_object_newest_first(self, api: Caller, ola: Person) -> None:
        """The answer is an object, always with its token; the newest note comes first (spec 18, D8)."""
        ids = [written(api, f"Note {number}", person_ids=[ola.id])["id"] for number in range(3)]
        old = written(api, "Old", person_ids=[ola.id], created_at="2020-01-01")["id"]
        assert found(api) == [*ids[::-1], old]
        assert answered(api.get("/notes"))["next_page_token"] is None

    def test_selects_by_person(self, api: Caller, ola: Person, eve: Person, mia: Person, call: Interaction) -> None:
        """A person's notes are those on him and those on interactions he took part in."""
        direct = written(api, person_ids=[ola.id])["id"]
        written(api, person_ids=[eve.id])
        assert found(api, person_id=ola.id) == [direct, call.note_id]
        assert found(api, person_id=mia.id) == [call.note_id]

    def test_selects_by_organization_and_opportunity(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Notes directly on an organization or an opportunity."""
        client, deal = firm.organization("Client"), firm.opportunity("Pilot")
        on_client = written(api, organization_ids=[client.id])["id"]
        on_deal = written(api, opportunity_ids=[deal.id])["id"]
        written(api, person_ids=[ola.id])
        assert found(api, organization_id=client.id) == [on_client]
        assert found(api, opportunity_id=deal.id) == [on_deal]

    def test_selects_by_creator(self, api: Caller, firm: Firm, ben: Person, mia: Person, ola: Person) -> None:
        """Notes by an author, of all and of one party."""
        bens = written(firm.caller(PREFIX, firm.token_of(ben)), person_ids=[ola.id])["id"]
        mias = written(api, person_ids=[ola.id])["id"]
        other = written(api, person_ids=[mia.id])["id"]
        assert found(api, creator_id=ben.id) == [bens]
        assert found(api, creator_id=mia.id) == [other, mias]
        assert found(api, creator_id=mia.id, person_id=ola.id) == [mias]

    @pytest.mark.parametrize(
        ("name", "model"),
        [("person_id", "Person"), ("organization_id", "Organization"), ("opportunity_id", "Opportunity"),
         ("creator_id", "Person")],
    )  # fmt: skip
    def test_refuses_an_unknown_selector(self, api: Caller, name: str, model: str) -> None:
        """An unknown id as a parameter is refused in the words that clients match on."""
        assert refused(api.get("/notes", **{name: UNKNOWN})) == [unknown(name, UNKNOWN, model)]

    def test_refuses_two_selectors(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Of the three parties at most one."""
        client = firm.organization("Client")
        refused(api.get("/notes", person_id=ola.id, organization_id=client.id), "At most one of")

    def test_shows_replies_too(self, api: Caller, ola: Person) -> None:
        """The list of all notes holds replies with their parent."""
        root = written(api, person_ids=[ola.id])["id"]
        reply = written(api, parent_id=root)["id"]
        assert found(api) == [reply, root]


@pytest.mark.covers("notes.update")
class TestUpdate:
    """``PUT /notes/{id}``"""

    def test_rewords(self, api: Caller, ola: Person) -> None:
        """The text changes, and when it was; the rest stays."""
        note = written(api, person_ids=[ola.id])
        start = now()
        updated = answered(api.put(f"/notes/{note['id']}", content="Better"))
        assert updated == note | {"content": "Better", "updated_at": updated["updated_at"]}
        assert start - 1000 <= instant(updated["updated_at"]) <= now()
        assert answered(api.get(f"/notes/{note['id']}")) == updated

    def test_rewords_the_interaction_as_well(self, api: Caller, call: Interaction) -> None:
        """The note of an interaction is its text: both have changed."""
        answered(api.put(f"/notes/{call.note_id}", content="Better"))
        event = answered(api.get(f"/interactions/{call.number}", type=1))
        assert event["notes"] == [call.note_id]
        assert event["updated_at"] is not None

    def test_leaves_the_type(self, api: Caller, ola: Person) -> None:
        """A type sent along changes nothing."""
        note = written(api, person_ids=[ola.id])
        assert answered(api.put(f"/notes/{note['id']}", content="<b>x</b>", type=2))["type"] == 0

    @pytest.mark.parametrize("content", [None, "", " ", ["x"]])
    def test_demands_a_content(self, api: Caller, firm: Firm, ola: Person, content: Any) -> None:
        """A note has a text."""
        note = written(api, person_ids=[ola.id])
        before = firm.rows()
        refused(api.put(f"/notes/{note['id']}", content=content), "Field content: ")
        assert firm.rows() == before

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id is not found."""
        refused(api.put(f"/notes/{UNKNOWN}", content="x"), unknown("id", UNKNOWN, "Note"), status=404)

    def test_anybody_may_reword(self, api: Caller, firm: Firm, ben: Person, mia: Person, ola: Person) -> None:
        """A colleague may change the text; the author stays."""
        note = written(api, person_ids=[ola.id])
        bens = firm.caller(PREFIX, firm.token_of(ben))
        assert answered(bens.put(f"/notes/{note['id']}", content="Better"))["creator_id"] == mia.id


@pytest.mark.covers("notes.delete")
class TestDelete:
    """``DELETE /notes/{id}``"""

    def test_is_gone_with_its_replies(self, api: Caller, ola: Person) -> None:
        """A root note goes with its replies; a reply goes alone; a second delete finds nothing."""
        root = written(api, person_ids=[ola.id])["id"]
        first, second = (written(api, parent_id=root)["id"] for _ in range(2))
        assert answered(api.delete(f"/notes/{first}")) == {"success": True}
        assert found(api) == [second, root]
        assert answered(api.delete(f"/notes/{root}")) == {"success": True}
        assert found(api) == []
        for note in (root, first, second):
            refused(api.delete(f"/notes/{note}"), unknown("id", note, "Note"), status=404)

    def test_leaves_the_interaction_without_notes(self, api: Caller, call: Interaction) -> None:
        """The interaction of a deleted note stays and has none."""
        answered(api.delete(f"/notes/{call.note_id}"))
        assert answered(api.get(f"/interactions/{call.number}", type=1))["notes"] == []

    def test_only_its_author_may(self, api: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """Somebody else's note is refused with 403, and stays."""
        note, bens = written(api, person_ids=[ola.id]), firm.caller(PREFIX, firm.token_of(ben))
        before = firm.rows()
        refused(bens.delete(f"/notes/{note['id']}"), "author", status=403)
        assert firm.rows() == before
        assert found(api) == [note["id"]]


@pytest.mark.covers("notes.list")
def test_a_late_person_gets_the_note(api: Caller, firm: Firm, mia: Person) -> None:
    """A note on an interaction that came before its person is found by the person."""
    tenant = replace(firm.tenant, settings=replace(firm.tenant.settings, create_unknown_persons=False))
    parts = [Participant(mia.id), Participant(None, address="late@x.example")]
    item = firm.log("Call", at("2026-03-05"), *parts, body="Talked", actor=replace(firm.actor, tenant=tenant))
    late = answered(api.post("/persons", first_name="Late", emails=["late@x.example"]))
    assert found(api, person_id=late["id"]) == [item.note_id]
    assert answered(api.get(f"/notes/{item.note_id}"))["interaction_person_ids"] == [mia.id, late["id"]]
