"""Notes of version 2: on parties, on interactions, and replies (spec 14.3; 20, item 19)."""

from typing import Any

import pytest

from interlog.model.instants import DAY, now
from interlog.model.interactions import Interaction, Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Logging, Role
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered, at
from .conftest import PREFIX
from .wire import NOTE, coded, company, created, data, ids, invalid, preview, short, time

WHEN = at("2026-03-05T10:00:00Z")
PREVIEWS = ["companiesPreview", "personsPreview", "opportunitiesPreview", "repliesCount"]


def body(html: str = "<p>Hello</p>", **more: Any) -> dict[str, Any]:
    """Return the body of a note, by default on parties."""
    return {"type": "entities", "content": {"html": html}} | more


def on(*items: Any) -> list[dict[str, int]]:
    """Return references to these."""
    return [{"id": item.id} for item in items]


def written(v2: Caller, html: str = "<p>Hello</p>", **more: Any) -> dict[str, Any]:
    """Write a note."""
    note: dict[str, Any] = created(v2.post("/notes", **body(html, **more)))
    return note


def reply_to(v2: Caller, note: dict[str, Any], html: str = "<p>Indeed</p>") -> dict[str, Any]:
    """Write a reply."""
    return written(v2, html, type="user-reply", parent={"id": note["id"]})


@pytest.fixture
def bens(firm: Firm, ben: Person) -> Caller:
    """A client with the token of Ben."""
    return firm.caller(PREFIX, firm.token_of(ben))


@pytest.mark.covers("v2.notes.create", "v2.notes.get")
class TestCreate:
    """``POST /v2/notes``"""

    def test_on_parties(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A note has exactly its keys, and is read as it was answered."""
        client, deal = firm.organization("Client"), firm.opportunity("Pilot")
        start = now()
        note = written(v2, persons=on(ola, mia, ola), companies=on(client), opportunities=on(deal))
        assert set(note) == NOTE
        assert note == {
            "id": note["id"],
            "type": "entities",
            "content": {"html": "<p>Hello</p>"},
            "creator": short(mia),
            "mentions": [],
            "createdAt": note["createdAt"],
            "updatedAt": None,
        }
        assert time(start) <= note["createdAt"] <= time(now())
        assert answered(v2.get(f"/notes/{note['id']}")) == note
        shown = answered(v2.get(f"/notes/{note['id']}", includes=PREVIEWS))
        assert shown == note | {
            "personsPreview": preview(ola, mia, of=short),
            "companiesPreview": preview(company(client)),
            "opportunitiesPreview": preview({"id": deal.id, "name": "Pilot"}),
            "repliesCount": 0,
        }

    @pytest.mark.parametrize("type_", ["meeting", "call", "chat-message"])
    def test_on_an_interaction(self, v2: Caller, firm: Firm, mia: Person, ola: Person, type_: str) -> None:
        """The note is the interaction's text, in version 1 too, and may be on further parties."""
        name = {"meeting": "Meeting", "call": "Call", "chat-message": "ChatMessage"}[type_]
        number = firm.log(name, WHEN, mia, ola).number
        about = {"type": type_, "id": number}
        note = written(v2, "<p>Agreed</p>", type="interaction", interaction=about, persons=on(mia))
        assert set(note) == NOTE | {"interaction"}
        assert (note["type"], note["interaction"]) == ("interaction", about)
        assert answered(v2.get(f"/notes/{note['id']}")) == note
        code = {"meeting": 0, "call": 1, "chat-message": 2}[type_]
        shown = answered(firm.caller("/affinity").get(f"/interactions/{number}", type=code))
        assert shown["notes"] == [note["id"]]

    def test_the_second_on_an_interaction_names_the_first(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """A meeting from a calendar takes one root note; another one is refused, and names it (spec 20, item 19)."""
        meeting = firm.log("Meeting", WHEN, mia, logging=Logging.AUTOMATIC)
        about = {"type": "meeting", "id": meeting.number}
        first = written(v2, type="interaction", interaction=about)
        before = firm.rows()
        message = coded(v2.post("/notes", **body(type="interaction", interaction=about)), 409, "conflict")
        assert f"note {first['id']}" in message
        assert firm.rows() == before
        reply = reply_to(v2, first)
        assert reply["parent"] == {"id": first["id"]}

    @pytest.mark.parametrize(
        "about",
        [
            None,
            {},
            {"type": "meeting"},
            {"type": "email", "id": 1},
            {"type": "call", "id": UNKNOWN},
            {"type": ["call"], "id": 1},
            {"type": "call", "id": "1"},
            {"type": "call", "id": True},
        ],
    )
    def test_on_no_interaction(self, any_v2: Caller, any_firm: Firm, about: Any) -> None:
        """What it is on must be there, of its type, and no e-mail: those are facts."""
        any_firm.log("Meeting", WHEN, any_firm.mia)
        before = any_firm.rows()
        response = any_v2.post("/notes", **body(type="interaction", interaction=about))
        assert response.status_code == 400
        assert {error["param"].partition(".")[0] for error in response.json()["errors"]} == {"interaction"}
        assert any_firm.rows() == before

    def test_not_on_an_interaction_of_another_type(self, any_v2: Caller, any_firm: Firm) -> None:
        """A meeting is not to be found among the calls."""
        about = {"type": "call", "id": any_firm.log("Meeting", WHEN, any_firm.mia).number}
        invalid(any_v2.post("/notes", **body(type="interaction", interaction=about)), "interaction.id")

    def test_a_reply(self, v2: Caller, bens: Caller, ola: Person, ben: Person) -> None:
        """A reply has a parent and no associations of its own; a reply of a reply is refused."""
        root = written(v2, persons=on(ola))
        reply = reply_to(bens, root)
        assert set(reply) == NOTE | {"parent"}
        assert (reply["type"], reply["parent"], reply["creator"]) == ("user-reply", {"id": root["id"]}, short(ben))
        assert set(answered(v2.get(f"/notes/{reply['id']}", includes=PREVIEWS))) == set(reply)
        assert answered(v2.get(f"/notes/{root['id']}", includes="repliesCount"))["repliesCount"] == 1
        invalid(v2.post("/notes", **body(type="user-reply", parent={"id": reply["id"]})), "parent")

    @pytest.mark.parametrize("parent", [None, {}, {"id": UNKNOWN}, {"id": 0}, [], {"id": "1"}])
    def test_a_reply_to_nothing(self, any_v2: Caller, any_firm: Firm, parent: Any) -> None:
        """The note that is replied to must be there."""
        before = any_firm.rows()
        response = any_v2.post("/notes", **body(type="user-reply", parent=parent))
        assert response.status_code == 400
        (error,) = response.json()["errors"]
        assert error["param"].partition(".")[0] == "parent"
        assert any_firm.rows() == before

    def test_by_a_colleague_in_the_past(self, v2: Caller, ben: Person, ola: Person) -> None:
        """An import says who wrote a note and when; pages are in that order."""
        late = written(v2, persons=on(ola))
        early = written(v2, persons=on(ola), creator={"id": ben.id}, createdAt="2024-01-01T00:00:00Z")
        assert (early["creator"], early["createdAt"]) == (short(ben), "2024-01-01T00:00:00Z")
        assert ids(v2.get("/notes")) == [late["id"], early["id"]]

    @pytest.mark.parametrize(
        ("more", "param"),
        [
            ({}, "persons"),
            ({"persons": []}, "persons"),
            ({"persons": [{"id": UNKNOWN}]}, "persons[0]"),
            ({"companies": [{"id": UNKNOWN}]}, "companies[0]"),
            ({"opportunities": [{"id": UNKNOWN}]}, "opportunities[0]"),
            ({"persons": [{}]}, "persons[0].id"),
            ({"persons": [5]}, "persons[0].id"),
            ({"persons": {"id": 5}}, "persons"),
            ({"persons": [{"id": 1}] * 101}, "persons"),
            ({"persons": [{"id": 1}], "creator": {"id": UNKNOWN}}, "creator"),
            ({"persons": [{"id": 1}], "creator": {}}, "creator.id"),
            ({"persons": [{"id": 1}], "createdAt": "yesterday"}, "createdAt"),
            ({"persons": [{"id": 1}], "createdAt": "9000-01-01T00:00:00Z"}, "createdAt"),
            ({"persons": [{"id": 1}], "type": "ai-notetaker"}, "type"),
            ({"persons": [{"id": 1}], "type": None}, "type"),
            ({"persons": [{"id": 1}], "content": {"html": " "}}, "content.html"),
            ({"persons": [{"id": 1}], "content": {"html": 5}}, "content.html"),
            ({"persons": [{"id": 1}], "content": {}}, "content.html"),
            ({"persons": [{"id": 1}], "content": "x"}, "content"),
            ({"persons": [{"id": 1}], "content": None}, "content"),
        ],
    )
    def test_refuses_what_cannot_be(self, any_v2: Caller, any_firm: Firm, more: dict[str, Any], param: str) -> None:
        """Each problem is named by its place in the body, and nothing is stored."""
        if any("id" in item and item["id"] == 1 for item in more.get("persons", []) if isinstance(item, dict)):
            more = more | {"persons": [{"id": any_firm.mia.id}] * len(more["persons"])}
        before = any_firm.rows()
        invalid(any_v2.post("/notes", **body() | more), param)
        assert any_firm.rows() == before

    def test_refuses_a_creator_from_outside(self, v2: Caller, ola: Person) -> None:
        """Notes are written by internal persons."""
        invalid(v2.post("/notes", **body(persons=on(ola), creator={"id": ola.id})), "creator", "internal")

    def test_names_every_problem(self, any_v2: Caller) -> None:
        """All that is wrong is said at once."""
        response = any_v2.post("/notes", type="entities", content={"html": ""}, createdAt="x", persons=[{"id": 0}])
        assert {error["param"] for error in response.json()["errors"]} >= {"content.html", "createdAt", "persons[0].id"}


@pytest.mark.covers("v2.notes.create")
class TestHtml:
    """``content.html``"""

    @pytest.mark.parametrize(
        "html",
        [
            "<p>a<br>b</p>",
            "<p><strong>a</strong> <em>b</em> <u>c</u> <span>d</span></p>",
            "<ul><li>a</li></ul><ol><li>b</li></ol>",
            "<p>1 &lt; 2 &amp; 3</p>",
        ],
    )
    def test_is_kept(self, any_v2: Caller, any_firm: Firm, html: str) -> None:
        """The tags of the specification come back as they were sent."""
        assert written(any_v2, html, persons=on(any_firm.mia))["content"]["html"] == html

    def test_links_are_made_safe(self, any_v2: Caller, any_firm: Firm) -> None:
        """The server adds ``rel`` and ``target`` to links, and to nothing else."""
        for address in ("https://client.example/", "http://client.example/", "mailto:ola@client.example"):
            html = written(any_v2, f'<a href="{address}">x</a>', persons=on(any_firm.mia))["content"]["html"]
            assert html.startswith(f'<a href="{address}" ')
            assert 'rel="noopener' in html
            assert 'target="_blank"' in html

    @pytest.mark.parametrize(
        "html",
        [
            "<div>x</div>",
            "x</div>",
            "<script>alert(1)</script>",
            "<img src=x>",
            "<img src=x",
            "<p",
            "<pre>x</pre>",
            '<p style="color:red">x</p>',
            '<p class="x">x</p>',
            '<span data-mention="1">x</span>',
            '<a href="https://x.example" onclick="y">x</a>',
            '<a href="javascript:alert(1)">x</a>',
            '<a href=" java\nscript:alert(1)">x</a>',
            '<a href="//x.example">x</a>',
            "<p>x</p><!-- c -->",
            "<!DOCTYPE html><p>x</p>",
            "<?php x ?><p>x</p>",
            "<![CDATA[x]]><p>x</p>",
        ],
    )
    def test_anything_else_is_refused(self, any_v2: Caller, any_firm: Firm, html: str) -> None:
        """What would be taken away is refused instead, on writing and on changing."""
        note = written(any_v2, persons=on(any_firm.mia))
        before = any_firm.rows()
        invalid(any_v2.post("/notes", **body(html, persons=on(any_firm.mia))), "content.html")
        invalid(any_v2.post(f"/notes/{note['id']}", content={"html": html}), "content.html")
        assert any_firm.rows() == before

    @pytest.mark.parametrize(
        ("plain", "html"),
        [
            ("a\nb", "<p>a<br>b</p>"),
            ("a\n\nb\r\nc", "<p>a</p><p>b<br>c</p>"),
            ("<b>x</b> & 'y'", "<p>&lt;b&gt;x&lt;/b&gt; &amp; 'y'</p>"),
        ],
    )
    def test_plain_text_is_escaped(self, any_v2: Caller, any_firm: Firm, plain: str, html: str) -> None:
        """What version 1 wrote as plain text is shown as paragraphs of text."""
        api = any_firm.caller("/affinity")
        note = answered(api.post("/notes", content=plain, person_ids=[any_firm.mia.id]))
        assert answered(any_v2.get(f"/notes/{note['id']}"))["content"] == {"html": html}


@pytest.mark.covers("v2.notes.get")
class TestGet:
    """``GET /v2/notes/{id}``"""

    def test_includes(self, any_v2: Caller, any_firm: Firm) -> None:
        """Only what is asked for is added; an unknown word is refused."""
        note = written(any_v2, persons=on(any_firm.mia))
        for name in PREVIEWS:
            assert set(answered(any_v2.get(f"/notes/{note['id']}", includes=name))) == NOTE | {name}
        invalid(any_v2.get(f"/notes/{note['id']}", includes=["repliesCount", "all"]), "includes[1]")

    def test_an_unknown_id(self, any_v2: Caller) -> None:
        """An unknown note is not found, nor is anything below it."""
        for path in ("", "/replies", "/attached-persons", "/attached-companies", "/attached-opportunities"):
            message = coded(any_v2.get(f"/notes/{UNKNOWN}{path}"), 404, "not-found")
            assert message.startswith("Resource not found")


@pytest.mark.covers("v2.notes.list", "v2.persons.notes", "v2.companies.notes", "v2.opportunities.notes")
class TestLists:
    """``GET /v2/notes``, and those of a person, a company or an opportunity"""

    def test_newest_first_without_replies(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Notes on parties and on interactions, but no replies; with previews and counts where asked for."""
        first = written(v2, persons=on(ola))
        call = firm.log("Call", now() - DAY, mia, ola, body="Talked")
        reply_to(v2, first)
        assert ids(v2.get("/notes")) == [call.note_id, first["id"]]
        of_call, of_ola = data(v2.get("/notes", includes=PREVIEWS))
        assert (of_call["type"], of_call["interaction"]) == ("interaction", {"type": "call", "id": call.number})
        assert (of_ola["personsPreview"], of_ola["repliesCount"]) == (preview(ola, of=short), 1)
        assert all(set(note) - {"interaction"} == NOTE | set(PREVIEWS) for note in (of_call, of_ola))

    def test_an_emails_text_is_no_note(self, any_v2: Caller, any_firm: Firm) -> None:
        """E-mails are facts: they have no notes that could be changed."""
        sender = Participant(any_firm.mia.id, Role.FROM)
        any_firm.log("Email", WHEN, sender, body="As sent", direction=Direction.SENT)
        assert ids(any_v2.get("/notes")) == []

    def test_total_count(self, any_v2: Caller, any_firm: Firm) -> None:
        """``totalCount`` counts the notes that are no replies; it is there only where it was asked for."""
        notes = [written(any_v2, persons=on(any_firm.mia)) for _ in range(3)]
        reply_to(any_v2, notes[0])
        page = answered(any_v2.get("/notes", totalCount="true", limit=1))
        assert page["pagination"]["totalCount"] == 3
        assert "totalCount" not in answered(any_v2.get("/notes", totalCount="false"))["pagination"]

    def test_total_count_of_one(self, v2: Caller, mia: Person, ola: Person) -> None:
        """So do the notes of a party, the replies to a note, and what it is attached to, with a filter, too."""
        notes = [written(v2, persons=on(ola)) for _ in range(3)]
        reply_to(v2, notes[0])
        for path, filter_, expected in (
            (f"/persons/{ola.id}/notes", "", 3),
            (f"/persons/{ola.id}/notes", "creator.id=999", 0),
            (f"/persons/{mia.id}/notes", "", 0),
            (f"/notes/{notes[0]['id']}/replies", "", 1),
            (f"/notes/{notes[0]['id']}/replies", f"creator.id={mia.id}", 1),
        ):
            page = answered(v2.get(path, totalCount="true", limit=1, filter=filter_))
            assert page["pagination"]["totalCount"] == expected
        attached = answered(v2.get(f"/notes/{notes[0]['id']}/attached-persons", totalCount="true"))
        assert attached["pagination"]["totalCount"] == 1

    def test_of_a_person(self, v2: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """Those on the person, and those on what the person took part in; no replies, nobody else's."""
        on_ola, on_eve = written(v2, persons=on(ola)), written(v2, persons=on(eve))
        call = firm.log("Call", WHEN, mia, ola, body="Talked")
        reply_to(v2, on_ola)
        assert ids(v2.get(f"/persons/{ola.id}/notes")) == [call.note_id, on_ola["id"]]
        assert ids(v2.get(f"/persons/{eve.id}/notes")) == [on_eve["id"]]
        (note,) = data(v2.get(f"/persons/{eve.id}/notes", includes="personsPreview"))
        assert note["personsPreview"] == preview(eve, of=short)

    def test_of_a_company_and_of_an_opportunity(self, v2: Caller, firm: Firm, ola: Person) -> None:
        """Those that are on it."""
        client, deal = firm.organization("Client"), firm.opportunity("Pilot")
        note = written(v2, companies=on(client), opportunities=on(deal))
        written(v2, persons=on(ola))
        assert ids(v2.get(f"/companies/{client.id}/notes")) == [note["id"]]
        assert ids(v2.get(f"/opportunities/{deal.id}/notes")) == [note["id"]]

    @pytest.mark.parametrize("collection", ["persons", "companies", "opportunities"])
    def test_of_nobody(self, any_v2: Caller, collection: str) -> None:
        """An unknown party has no notes: it is not found."""
        coded(any_v2.get(f"/{collection}/{UNKNOWN}/notes"), 404, "not-found")


@pytest.mark.covers("v2.notes.replies")
class TestReplies:
    """``GET /v2/notes/{id}/replies``"""

    def test_are_those_of_the_note(self, v2: Caller, ola: Person) -> None:
        """Newest first; a reply has none of its own."""
        root, other = written(v2, persons=on(ola)), written(v2, persons=on(ola))
        replies = [reply_to(v2, root)["id"] for _ in range(3)]
        assert ids(v2.get(f"/notes/{root['id']}/replies")) == replies[::-1]
        assert ids(v2.get(f"/notes/{other['id']}/replies")) == []
        assert ids(v2.get(f"/notes/{replies[0]}/replies")) == []


@pytest.mark.covers("v2.notes.attached_persons", "v2.notes.attached_companies", "v2.notes.attached_opportunities")
class TestAttached:
    """``GET /v2/notes/{id}/attached-persons``, ``…-companies``, ``…-opportunities``"""

    def test_are_shown_in_short(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Persons and companies as in other objects, opportunities whole, in the order in which they were given."""
        client, deal = firm.organization("Client", "client.example"), firm.opportunity("Pilot")
        note = written(v2, persons=on(ola, mia), companies=on(client), opportunities=on(deal))
        path = f"/notes/{note['id']}"
        assert data(v2.get(f"{path}/attached-persons")) == [short(ola), short(mia)]
        assert data(v2.get(f"{path}/attached-companies")) == [company(client)]
        assert data(v2.get(f"{path}/attached-opportunities")) == [answered(v2.get(f"/opportunities/{deal.id}"))]
        bare = reply_to(v2, note)
        assert data(v2.get(f"/notes/{bare['id']}/attached-persons")) == []


@pytest.mark.covers("v2.notes.update")
class TestUpdate:
    """``POST /v2/notes/{id}``"""

    def update(self, v2: Caller, note: dict[str, Any], **change: Any) -> dict[str, Any]:
        """Change a note, and return it as it is then."""
        response = v2.post(f"/notes/{note['id']}", **change)
        assert (response.status_code, response.content) == (204, b""), response.text
        changed: dict[str, Any] = answered(v2.get(f"/notes/{note['id']}"))
        return changed

    def attached(self, v2: Caller, note: dict[str, Any]) -> list[list[int]]:
        """Return the ids of what a note is attached to."""
        return [
            ids(v2.get(f"/notes/{note['id']}/attached-{name}")) for name in ("persons", "companies", "opportunities")
        ]

    def test_rewords(self, v2: Caller, ola: Person) -> None:
        """The text changes, and when; what it is attached to stays."""
        note = written(v2, persons=on(ola))
        changed = self.update(v2, note, content={"html": "<p>Second</p>"})
        assert changed == note | {"content": {"html": "<p>Second</p>"}, "updatedAt": changed["updatedAt"]}
        assert changed["updatedAt"] >= note["createdAt"]
        assert self.attached(v2, note) == [[ola.id], [], []]

    def test_rewords_the_interaction(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """The root note of a call is the call's text."""
        call = firm.log("Call", WHEN, mia, body="Talked")
        self.update(v2, {"id": call.note_id}, content={"html": "<p>Argued</p>"})
        stored = firm.server.run(firm.ledger.interactions.get(firm.actor, call.number))
        assert stored.content.body == "<p>Argued</p>"

    def test_each_list_replaces_its_own(self, v2: Caller, firm: Firm, ola: Person, eve: Person) -> None:
        """A list that is sent replaces the stored one, an empty one clears it, and the others stay."""
        client = firm.organization("Client")
        note = written(v2, persons=on(ola), companies=on(client))
        assert self.update(v2, note, persons=on(eve, ola))["content"] == note["content"]
        assert self.attached(v2, note) == [[eve.id, ola.id], [client.id], []]
        assert ids(v2.get(f"/persons/{eve.id}/notes")) == [note["id"]]
        self.update(v2, note, persons=[])
        assert self.attached(v2, note) == [[], [client.id], []]
        assert ids(v2.get(f"/persons/{eve.id}/notes")) == []

    def test_the_last_association_stays(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A root note on parties is on somebody or something; one on an interaction need not."""
        note = written(v2, persons=on(ola))
        invalid(v2.post(f"/notes/{note['id']}", persons=[]), "persons")
        assert self.attached(v2, note) == [[ola.id], [], []]
        about = {"type": "call", "id": firm.log("Call", WHEN, mia).number}
        of_call = written(v2, type="interaction", interaction=about, persons=on(ola))
        self.update(v2, of_call, persons=[])
        assert self.attached(v2, of_call) == [[], [], []]

    def test_a_reply_takes_a_text_only(self, any_v2: Caller, any_firm: Firm) -> None:
        """A reply can be reworded, not attached."""
        reply = reply_to(any_v2, written(any_v2, persons=on(any_firm.mia)))
        assert self.update(any_v2, reply, content={"html": "<p>No</p>"})["content"] == {"html": "<p>No</p>"}
        invalid(any_v2.post(f"/notes/{reply['id']}", persons=on(any_firm.mia)), "persons", "reply")

    @pytest.mark.parametrize(
        ("change", "param"),
        [
            ({"content": {"html": ""}}, "content.html"),
            ({"content": {}}, "content.html"),
            ({"persons": [{"id": UNKNOWN}]}, "persons[0]"),
            ({"companies": "x"}, "companies"),
            ({"opportunities": [{"id": None}]}, "opportunities[0].id"),
        ],
    )
    def test_refuses_what_cannot_be(self, any_v2: Caller, any_firm: Firm, change: dict[str, Any], param: str) -> None:
        """Each problem is named by its place in the body, and nothing changes."""
        note = written(any_v2, persons=on(any_firm.mia))
        before = any_firm.rows()
        invalid(any_v2.post(f"/notes/{note['id']}", **change), param)
        assert any_firm.rows() == before

    def test_only_by_its_author(self, v2: Caller, bens: Caller, firm: Firm, ola: Person) -> None:
        """Somebody else's note can be read and answered, not changed."""
        note = written(v2, persons=on(ola))
        before = firm.rows()
        coded(bens.post(f"/notes/{note['id']}", content={"html": "<p>x</p>"}), 403, "authorization")
        coded(bens.delete(f"/notes/{note['id']}"), 403, "authorization")
        assert firm.rows() == before
        assert answered(bens.get(f"/notes/{note['id']}")) == note


@pytest.mark.covers("v2.notes.delete")
class TestDelete:
    """``DELETE /v2/notes/{id}``"""

    def test_takes_its_replies_along(self, v2: Caller, bens: Caller, ola: Person) -> None:
        """A deleted note is gone with its replies, whoever wrote those; a second time it is not found."""
        note = written(v2, persons=on(ola))
        reply = reply_to(bens, note)
        response = v2.delete(f"/notes/{note['id']}")
        assert (response.status_code, response.content) == (204, b"")
        assert not {"content-type", "content-length"} & set(response.headers)
        for id_ in (note["id"], reply["id"]):
            coded(v2.get(f"/notes/{id_}"), 404, "not-found")
        coded(v2.delete(f"/notes/{note['id']}"), 404, "not-found")
        assert ids(v2.get("/notes")) == ids(v2.get(f"/persons/{ola.id}/notes")) == []

    def test_leaves_the_interaction(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """A call that lost its note has no text, and can be given another note."""
        call: Interaction = firm.log("Call", WHEN, mia, body="Talked")
        assert v2.delete(f"/notes/{call.note_id}").status_code == 204
        assert ids(v2.get("/calls")) == [call.number]
        about = {"type": "call", "id": call.number}
        again = written(v2, type="interaction", interaction=about)
        assert again["id"] != call.note_id
