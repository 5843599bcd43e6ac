"""Notes by their words, and transcripts, of which there are none."""

import pytest

from interlog.model.instants import now
from interlog.model.tenancy import Right
from interlog.model.types import Direction
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import created, invalid


def found(v2: Caller, prompt: str, **more: object) -> list[int]:
    """Return the ids of the notes that a search finds."""
    return [item["note"]["id"] for item in created(v2.post("/notes/search", prompt=prompt, **more))["data"]]


def written(v2: Caller, html: str, **on: object) -> int:
    """Write a note, by default on Mia."""
    id_: int = created(v2.post("/notes", content={"html": html}, **({"type": "entities"} | on)))["id"]
    return id_


@pytest.mark.covers("v2.notes.search")
class TestSearch:
    def test_kinds_and_passages(self, v2: Caller, firm: Firm) -> None:
        """Notes of parties, replies, and the texts of interactions, each with its kind and what was found."""
        ola, at = firm.person("Ola"), now()
        on = {"persons": [{"id": ola.id}]}
        note = written(v2, "<p>The <strong>Zürich</strong> pilot</p>", **on)
        reply = written(v2, "<p>Which Zurich pilot?</p>", type="user-reply", parent={"id": note})
        written(v2, "<p>Something else</p>", **on)
        items = {
            firm.log(type_, at, firm.mia, ola, body="A pilot in ZÜRICH", **more).note_id: kind
            for type_, kind, more in (
                ("Meeting", "meeting-note", {}),
                ("Call", "meeting-note", {}),
                ("ChatMessage", "chat-message-note", {"direction": Direction.SENT}),
            )
        }
        firm.log("Call", at, firm.mia, ola, title="A pilot in Zürich", body="Another thing")
        answer = created(v2.post("/notes/search", prompt="zurich pil"))
        assert set(answer) == {"data"}
        kinds = {item["note"]["id"]: item["note"]["kind"] for item in answer["data"]}
        assert kinds == {note: "note", reply: "note", **items}
        previews = {item["note"]["id"]: item["preview"] for item in answer["data"]}
        assert previews[note] == "The Zürich pilot" and previews[reply] == "Which Zurich pilot?"
        assert all(set(item) == {"note", "preview"} for item in answer["data"])
        firm.server.run(firm.ledger.finding.catch_up(firm.tenant.id))
        assert set(found(v2, "zurich pilot")) == set(kinds)
        assert found(v2, "zurich pilots") == []

    def test_of_a_company_or_among_some(self, v2: Caller, firm: Firm) -> None:
        """A company's notes alone, or those that are named, in their order; and so many at most."""
        one, two = firm.organization("Client"), firm.organization("Other")
        notes = [
            written(v2, f"<p>Budget {number}</p>", companies=[{"id": company.id}])
            for number, company in enumerate([one, two, one, two, one])
        ]
        assert set(found(v2, "budget")) == set(notes)
        assert set(found(v2, "budget", companyId=one.id)) == {notes[0], notes[2], notes[4]}
        assert len(found(v2, "budget", companyId=one.id, limit=2)) == 2
        assert found(v2, "budget", noteIds=[notes[3], notes[1], UNKNOWN]) == [notes[3], notes[1]]
        assert found(v2, "budget 3", noteIds=[notes[3], notes[1]]) == [notes[3]]
        assert found(v2, "?!-", noteIds=notes) == []

    def test_shows_nothing_hidden(self, v2: Caller, firm: Firm) -> None:
        """The note of an interaction that the caller may not see is not found, named or not."""
        ben = firm.colleague("Ben", groups=(5,))
        hidden = firm.log("Call", now(), ben, actor=firm.acting(ben, Right.WRITE, 5), group=5, body="Hush hush")
        bens = firm.caller(PREFIX, firm.token_of(ben))
        assert found(bens, "hush") == [hidden.note_id]
        assert found(v2, "hush") == found(v2, "hush", noteIds=[hidden.note_id]) == []

    def test_refusals(self, v2: Caller, firm: Firm) -> None:
        """A prompt that is too short or too long, both selections together, an unknown company."""
        invalid(v2.post("/notes/search", prompt=" ab "), "prompt", "at least 3")
        invalid(v2.post("/notes/search", prompt="x" * 501), "prompt", "500")
        invalid(v2.post("/notes/search", prompt="tea", companyId=UNKNOWN), "companyId")
        both = {"companyId": firm.organization("Client").id, "noteIds": [1]}
        invalid(v2.post("/notes/search", prompt="tea", **both), "companyId", "noteIds")
        invalid(v2.post("/notes/search", prompt="tea", noteIds=list(range(1, 102))), "noteIds", "100")


@pytest.mark.covers("v2.transcripts.list")
def test_there_are_no_transcripts(any_v2: Caller) -> None:
    """An empty page, whose filter is looked at all the same."""
    page = answered(any_v2.get("/transcripts", filter="createdAt > 2026-01-01T00:00:00Z"))
    assert page == {"data": [], "pagination": {"prevUrl": None, "nextUrl": None}}
    invalid(any_v2.get("/transcripts", filter="id=1"), "filter", "only createdAt")
