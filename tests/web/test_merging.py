"""Merging two persons, or two organizations, through the pages."""

import re
from functools import partial
from html import unescape

import pytest

from interlog.model.parties import Organization, OrganizationDraft, Person, PersonDraft
from interlog.model.tenancy import UserRole
from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor

HOSTILE = "<script>alert(1)</script>"


def _person(firm: Firm, first_name: str, *emails: str, last_name: str = "") -> Person:
    draft = PersonDraft(first_name=first_name, last_name=last_name, emails=emails)
    return firm.server.run(firm.ledger.persons.create(firm.actor, draft))


def _organization(firm: Firm, name: str, *domains: str) -> Organization:
    draft = OrganizationDraft(name=name, domains=domains)
    return firm.server.run(firm.ledger.organizations.create(firm.actor, draft))


def test_two_persons_become_one_and_two_again(firm: Firm, mia: Visitor) -> None:
    """The other one is found by name, both are shown side by side, then merged; the page that follows undoes it."""
    one, other = _person(firm, "Uta", "uta@one.example"), _person(firm, HOSTILE, "ute@two.example")
    page = f"/persons/{one.id}"
    assert f'href="{page}/merge"' in mia.get(page).text

    chosen = mia.post(f"{page}/merge", **{"add.persons": "ute@two.example"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, f"{page}/merge?with={other.id}")
    preview = mia.get(f"{page}/merge", **{"with": other.id}).text
    assert f'action="{page}/merge/{other.id}"' in preview
    assert HOSTILE in unescape(preview)
    assert HOSTILE not in preview
    assert preview.count("ute@two.example") == 2  # of the one that goes, and afterwards
    turned = mia.get(f"{page}/merge", **{"with": other.id, "goes": one.id}).text
    assert f'action="/persons/{other.id}/merge/{one.id}"' in turned

    merged = mia.post(f"{page}/merge/{other.id}")
    assert merged.status_code == 303
    merge = merged.headers["location"]
    assert re.fullmatch(r"/merges/\d+", merge)
    assert f'action="{merge}/undo"' in mia.get(merge).text
    assert "ute@two.example" in mia.get(page).text
    assert merge in mia.get(f"{page}/merge").text
    gone = mia.get(f"/persons/{other.id}")
    assert (gone.status_code, gone.headers["location"]) == (303, page)

    undone = mia.post(f"{merge}/undo")
    assert (undone.status_code, undone.headers["location"]) == (303, merge)
    assert "/undo" not in mia.get(merge).text
    assert "ute@two.example" not in mia.get(page).text
    assert mia.get(f"/persons/{other.id}").status_code == 200
    assert mia.post(f"{merge}/undo").status_code == 409
    journal = mia.get("/journal").text
    assert "merged into another" in journal
    assert "brought back" in journal


def test_two_organizations_become_one(firm: Firm, mia: Visitor) -> None:
    """The same with organizations, found by a part of the name that only one has."""
    one, other = _organization(firm, "Alder", "alder.example"), _organization(firm, "Birch", "birch.example")
    page = f"/organizations/{one.id}"

    chosen = mia.post(f"{page}/merge", **{"add.organizations": "Birch"})
    preview = mia.get(chosen.headers["location"]).text
    merged = mia.post(f"{page}/merge/{other.id}")

    assert "birch.example" in preview
    assert "birch.example" in mia.get(page).text
    assert mia.get(f"/organizations/{other.id}").headers["location"] == page
    assert mia.post(f"{merged.headers['location']}/undo").status_code == 303
    assert mia.get(f"/organizations/{other.id}").status_code == 200


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("Nobody Such", "None here is called"), ("Twin", "Several may be meant"), ("", "Choose one.")],
)
def test_what_was_typed_stays_with_its_problem(any_firm: Firm, any_mia: Visitor, typed: str, problem: str) -> None:
    """A name of nobody, of several, or none: the form says so at its field, and keeps what was typed."""
    one = _person(any_firm, "Uta")
    _person(any_firm, "Twin", last_name="A")
    _person(any_firm, "Twin", last_name="B")

    answer = any_mia.post(f"/persons/{one.id}/merge", **{"add.persons": typed})

    assert answer.status_code == 422
    assert problem in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert "a new person" not in answer.text


def test_what_cannot_be_is_refused(any_firm: Firm, any_mia: Visitor) -> None:
    """Whoever signs in does not go, and is offered as the one who stays; oneself and nobody are refused, too."""
    one = _person(any_firm, "Uta")
    page = f"/persons/{one.id}/merge"

    assert f'action="/persons/{any_firm.mia.id}/merge/{one.id}"' in any_mia.get(page, **{"with": any_firm.mia.id}).text
    user = any_mia.get(page, **{"with": any_firm.mia.id, "goes": any_firm.mia.id})
    assert user.status_code == 422
    assert "merge the other way" in user.text
    assert f"with={any_firm.mia.id}&amp;goes={one.id}" in user.text
    assert any_mia.get(page, **{"with": any_firm.mia.id, "goes": one.id}).status_code == 200
    assert any_mia.get(page, **{"with": one.id}).status_code == 422
    assert any_mia.get(page, **{"with": 99_999}).status_code == 422
    assert any_mia.get(page, **{"with": "x"}).status_code == 404
    assert any_mia.post(f"{page}/99999").status_code == 422
    for path in ("/persons/99999/merge", "/organizations/99999/merge", "/merges/99999"):
        assert any_mia.get(path).status_code == 404


def test_whoever_may_only_read_is_refused(any_firm: Firm, any_mia: Visitor) -> None:
    """Without the right to write there is no link, and no way."""
    one, other = _person(any_firm, "Uta"), _person(any_firm, "Ute")
    merge = any_mia.post(f"/persons/{one.id}/merge/{other.id}").headers["location"]
    reader = _person(any_firm, "Rea", "rea@own.example")
    server, ledger = any_firm.server, any_firm.ledger
    server.run(ledger.tenants.add_user(any_firm.actor, reader.id, UserRole.VIEWER))
    rea = visitor(any_firm, reader)

    assert "/merge" not in rea.get(f"/persons/{one.id}").text
    assert rea.get(f"/persons/{one.id}/merge").status_code == 403
    assert rea.post(f"/persons/{one.id}/merge/{other.id}").status_code == 403
    assert "/undo" not in rea.get(merge).text
    assert rea.post(f"{merge}/undo").status_code == 403


def test_pages_take_few_statements(firm: Firm, mia: Visitor) -> None:
    """However much there is, each of the pages asks for a handful of things."""
    one, other = _person(firm, "Uta", "uta@one.example"), _person(firm, "Ute", "ute@two.example")
    for path in (f"/persons/{one.id}/merge", f"/persons/{one.id}/merge?with={other.id}"):
        assert mia.get(path).status_code == 200
        assert least(firm.ledger, partial(mia.get, path)) <= 10, path
