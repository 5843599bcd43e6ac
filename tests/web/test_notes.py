"""Notes on the pages of persons, organizations and opportunities: written, replied to, deleted, and never run."""

import re
from urllib.parse import quote

import pytest

from interlog.model.interactions import Links
from interlog.model.notes import NoteDraft, NoteKind
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party
from interlog.model.tenancy import UserRole
from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor

HOSTILE = "<script>alert(1)</script> & \"'"


@pytest.fixture
def pages(firm: Firm) -> dict[str, str]:
    """A page of each kind."""

    async def create() -> dict[str, str]:
        ledger, actor = firm.ledger, firm.actor
        organization = await ledger.organizations.create(actor, OrganizationDraft(name="Boden"))
        list_ = await ledger.opportunities.create_list(actor, "Sales", Party.OPPORTUNITY, is_public=True)
        opportunity = await ledger.opportunities.create(actor, OpportunityDraft(name="Floor", list_id=list_.id))
        return {
            "person": f"/persons/{firm.mia.id}",
            "organization": f"/organizations/{organization.id}",
            "opportunity": f"/opportunities/{opportunity.id}",
        }

    return firm.server.run(create())


@pytest.mark.parametrize("kind", ["person", "organization", "opportunity"])
def test_a_note_is_written_answered_and_deleted(mia: Visitor, pages: dict[str, str], kind: str) -> None:
    """It stands on the page of what it is about, with its reply; its author takes it away."""
    path = pages[kind]
    answer = mia.post(f"{path}/notes", content=HOSTILE)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = mia.get(path).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in page
    assert "<script>alert" not in page
    found = re.search(r"/notes/(\d+)/replies", page)
    assert found is not None
    note = found[1]
    assert mia.post(f"/notes/{note}/replies", content="Yes, indeed", place=path).headers["location"] == path
    assert "Yes, indeed" in mia.get(path).text
    alone = mia.get(f"/notes/{note}").text
    assert "Yes, indeed" in alone
    assert f'href="{path}"' in alone
    assert f'href="/notes/{note}/edit?place={quote(path, safe="")}"' in page
    form = mia.get(f"/notes/{note}/edit", place=path).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in form
    wrong = mia.post(f"/notes/{note}/edit", content=" ", place=path)
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
    assert f'name="place" value="{path}"' in wrong.text
    assert mia.post(f"/notes/{note}/edit", content="Better so", place=path).headers["location"] == path
    changed = mia.get(path).text
    assert "Better so" in changed
    assert "alert(1)" not in changed.partition("</h1>")[2]
    assert mia.post(f"/notes/{note}/delete", place=f"/notes/{note}").headers["location"] == path
    page = mia.get(path).text
    assert "There are no notes yet." in page
    assert mia.get(f"/notes/{note}").status_code == 404


def test_what_is_wrong_stands_at_the_field(mia: Visitor, pages: dict[str, str]) -> None:
    """Nothing is stored, and what was typed is still there."""
    for path in (*pages.values(),):
        answer = mia.post(f"{path}/notes", content="  ")
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert "must not be empty" in answer.text
    answer = mia.post(f"{pages['person']}/notes", content="kept\x00")
    assert answer.status_code == 422
    assert "kept" in answer.text
    mia.post(f"{pages['person']}/notes", content="One")
    found = re.search(r"/notes/(\d+)/replies", mia.get(pages["person"]).text)
    assert found is not None
    answer = mia.post(f"/notes/{found[1]}/replies", content="")
    assert (answer.status_code, answer.text.count('aria-invalid="true"')) == (422, 1)
    assert mia.post("/notes/4711/replies", content="x").status_code == 404
    assert mia.post("/notes/4711/delete").status_code == 404


@pytest.mark.parametrize("place", ["https://else.example/", "//else.example", "/persons/1/../../x", "/sign-out"])
def test_a_form_leads_nowhere_else(any_mia: Visitor, any_firm: Firm, place: str) -> None:
    """Where a form comes back to is a page of ours."""
    path = f"/persons/{any_firm.mia.id}"
    any_mia.post(f"{path}/notes", content="One")
    found = re.search(r"/notes/(\d+)/replies", any_mia.get(path).text)
    assert found is not None
    answer = any_mia.post(f"/notes/{found[1]}/replies", content="Two", place=place)
    assert answer.headers["location"] == f"/notes/{found[1]}"


def test_a_note_is_changed_by_its_author_only(any_mia: Visitor, any_firm: Firm) -> None:
    """Others have neither the form nor what it sends; what is more than text is not made less."""
    path = f"/persons/{any_firm.mia.id}"
    any_mia.post(f"{path}/notes", content="Mine")
    found = re.search(r"/notes/(\d+)/edit", any_mia.get(path).text)
    assert found is not None
    other = visitor(any_firm, any_firm.colleague("Ida"))
    assert "/edit?place" not in other.get(path).text.partition('id="notes"')[2]
    assert other.get(f"/notes/{found[1]}/edit").status_code == 403
    assert other.post(f"/notes/{found[1]}/edit", content="Theirs").status_code == 403
    draft = NoteDraft(content="<p>Bold</p>", kind=NoteKind.HTML, links=Links(persons=(any_firm.mia.id,)))
    formatted = any_firm.server.run(any_firm.ledger.notes.create(any_firm.actor, draft))
    assert any_mia.get(f"/notes/{formatted.id}/edit").status_code == 403
    assert "Mine" in any_mia.get(path).text


def test_html_is_shown_as_text(mia: Visitor, firm: Firm) -> None:
    """Its words, none of its tags."""
    links = Links(persons=(firm.mia.id,))
    draft = NoteDraft(content="<p>Tall &lt;b&gt; <img src=x onerror=alert(1)></p>", kind=NoteKind.HTML, links=links)
    firm.server.run(firm.ledger.notes.create(firm.actor, draft))
    page = mia.get(f"/persons/{firm.mia.id}").text
    assert "Tall &lt;b&gt;" in page
    assert "onerror" not in page


def test_many_notes_cost_no_more_statements(mia: Visitor, firm: Firm) -> None:
    """A page of them, and what leads on; long ones are cut."""
    path = f"/persons/{firm.mia.id}"
    links = Links(persons=(firm.mia.id,))

    async def fill(count: int, replies: int) -> None:
        for index in range(count):
            note = await firm.ledger.notes.create(
                firm.actor, NoteDraft(content=f"n{index}. " + "x" * 5_000, links=links)
            )
            for reply in range(replies):
                await firm.ledger.notes.create(firm.actor, NoteDraft(content=f"r{index}.{reply}.", parent=note.id))

    firm.server.run(fill(2, 1))
    few = least(firm.ledger, lambda: mia.get(path))
    firm.server.run(fill(12, 7))
    assert least(firm.ledger, lambda: mia.get(path)) == few
    page = mia.get(path).text
    assert len(page) < 100_000
    assert "n11. " in page
    assert "n3. " not in page
    assert "All replies" in page
    assert "r11.4." in page
    assert "r11.5." not in page
    older = re.search(r'href="([^"]*\?notes=[^"]+)#notes"', page)
    assert older is not None
    assert "n3. " in mia.get(older[1]).text


def test_whoever_may_only_read_has_no_forms(any_mia: Visitor, any_firm: Firm) -> None:
    """Neither those of notes nor any other, and none of them is taken."""
    path = f"/persons/{any_firm.mia.id}"
    any_mia.post(f"{path}/notes", content="One")
    reader = visitor(any_firm, any_firm.colleague("Ida", role=UserRole.VIEWER))
    page = reader.get(path).text
    assert "One" in page
    assert "<textarea" not in page
    assert f"{path}/edit" not in page
    for address in ("/persons", "/organizations", "/opportunities"):
        assert f"{address}/new" not in reader.get(address).text
        assert reader.get(f"{address}/new").status_code == 403
        for action in ("edit", "delete", "restore"):
            assert reader.post(f"{address}/1/{action}").status_code == 403
    assert reader.post(f"{path}/notes", content="Two").status_code == 403


def test_a_form_of_another_site_is_refused(any_mia: Visitor, any_firm: Firm) -> None:
    """Whoever does not know the word that our forms carry stores nothing."""
    any_mia.form_key = "other"
    for path in ("/persons/new", f"/persons/{any_firm.mia.id}/notes", "/organizations/new", "/opportunities/new"):
        assert any_mia.post(path, content="Two", name="Two", first_name="Two").status_code == 403
