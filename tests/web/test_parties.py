"""Persons, organizations and opportunities on their pages: created, found, changed, deleted, and back again."""

import re
from html import unescape
from typing import NamedTuple

import pytest

from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party, PersonDraft
from tests.serving import Firm

from .visiting import Visitor

HOSTILE = "<script>alert(1)</script> & \"'"


class Kind(NamedTuple):
    """A kind of record: its path, what a form of it says, a field of it, and what is wrong with what is typed there."""

    path: str
    fields: dict[str, object]
    name: str
    wrong: dict[str, str]


PERSONS = Kind(
    "/persons",
    {"first_name": "Uta", "last_name": HOSTILE, "emails": "uta@new.example\nu@new.example"},
    "last_name",
    {"first_name": "x" * 501, "emails": "nobody\nuta@new.example\nu v@new.example"},
)
ORGANIZATIONS = Kind(
    "/organizations", {"name": HOSTILE, "domains": "new.example"}, "name", {"name": "", "domains": "a b\nno-domain"}
)
OPPORTUNITIES = Kind("/opportunities", {"name": HOSTILE}, "name", {"name": "", "list": "4711"})
KINDS = (PERSONS, ORGANIZATIONS, OPPORTUNITIES)

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.path[1:])


def created(mia: Visitor, kind: Kind, **fields: object) -> str:
    """Create a record, and return the path of its page."""
    if kind is OPPORTUNITIES:
        found = re.search(r'<option value="(\d+)"', mia.get(f"{kind.path}/new").text)
        assert found is not None
        fields = {"list": found[1]} | fields
    answer = mia.post(f"{kind.path}/new", **(kind.fields | fields))
    assert answer.status_code == 303, answer.text
    path: str = answer.headers["location"]
    assert re.fullmatch(rf"{kind.path}/\d+", path)
    return path


def version_in(page: str) -> str:
    """Return the version that a form was made from."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


@each_kind
def test_one_is_created_found_changed_deleted_and_back(mia: Visitor, kind: Kind) -> None:
    """All of it through forms; what was typed is shown as text, never run."""
    assert f'href="{kind.path}/new"' in mia.get(kind.path).text
    path = created(mia, kind)
    for page in (mia.get(path), mia.get(kind.path), mia.get(kind.path, q=HOSTILE), mia.get(f"{path}/edit")):
        assert page.status_code == 200
        assert HOSTILE in unescape(page.text)
        assert "<script>alert" not in page.text

    answer = mia.post(f"{path}/edit", **(kind.fields | {kind.name: "Änne", "version": "1"}))
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = mia.get(path).text
    assert "Änne" in page
    assert "alert(1)" not in page

    answer = mia.post(f"{path}/delete")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/deleted")
    gone = mia.get(f"{path}/deleted")
    assert "Änne" in gone.text
    assert f'action="{path}/restore"' in gone.text
    assert mia.get(path).status_code == mia.get(f"{path}/edit").status_code == 404
    assert "Änne" not in mia.get(kind.path, q="Änne").text.partition("<tbody>")[2]

    answer = mia.post(f"{path}/restore")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Änne" in mia.get(path).text
    assert mia.get(f"{path}/deleted").status_code == mia.post(f"{path}/restore").status_code == 404


@each_kind
def test_all_problems_stand_at_their_fields(mia: Visitor, kind: Kind) -> None:
    """Nothing is stored, and what was typed is still there; in a new form and in that of a record."""
    path = created(mia, kind)
    mia.get(path)  # where it says that this is saved
    before = mia.get(kind.path).text
    for address in (f"{kind.path}/new", f"{path}/edit"):
        wrong = {name: text for name, text in kind.wrong.items() if not (address == f"{path}/edit" and name == "list")}
        answer = mia.post(address, **wrong, version="1", **{"add.organizations": "Nowhere Ltd"})
        if kind is not ORGANIZATIONS:
            assert answer.status_code == 422
            assert "None here is called Nowhere Ltd" in answer.text
            assert 'name="new.organizations" value="Nowhere Ltd"' in answer.text
            assert (
                answer.text.count('aria-invalid="true"') == len(wrong.keys() - {"list"}) + 2
            )  # the field, and its set
            answer = mia.post(address, **wrong, version="1")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        for name, text in wrong.items():
            field = re.search(rf'id="field-{name}"[^>]*>', answer.text)
            assert field is not None
            assert 'aria-invalid="true"' in field[0]
            assert f'aria-describedby="field-{name}-problem' in field[0]
            assert f'id="field-{name}-problem"' in answer.text
            if name != "list":
                assert text in unescape(answer.text)
    assert mia.get(kind.path).text == before


def test_an_address_belongs_to_one_person(mia: Visitor) -> None:
    """Every line that is wrong is named: those that are none, and those that are somebody else's."""
    number = created(mia, PERSONS).rpartition("/")[2]
    answer = mia.post("/persons/new", first_name="Other", emails="nobody\nUTA@new.example")
    assert answer.status_code == 422
    assert f"must be an e-mail address; UTA@new.example belongs to person {number} already" in answer.text


@each_kind
def test_whoever_is_slower_sees_what_is_stored(mia: Visitor, kind: Kind) -> None:
    """A form of an older version stores nothing, keeps what was typed, and can be sent again."""
    path = created(mia, kind)
    form = mia.get(f"{path}/edit").text
    assert version_in(form) == "1"
    assert mia.post(f"{path}/edit", **(kind.fields | {kind.name: "Quick", "version": "1"})).status_code == 303

    late = mia.post(f"{path}/edit", **(kind.fields | {kind.name: "Slow", "version": "1"}))

    assert late.status_code == 409
    assert "Somebody has changed this meanwhile." in late.text
    assert 'value="Slow"' in late.text
    assert "<span>Quick</span>" in late.text
    assert "Quick" in mia.get(path).text
    again = mia.post(f"{path}/edit", **(kind.fields | {kind.name: "Slow", "version": version_in(late.text)}))
    assert again.status_code == 303
    assert "Slow" in mia.get(path).text


@each_kind
def test_the_form_comes_into_the_page(mia: Visitor, kind: Kind) -> None:
    """htmx gets the form in the place of the facts, its problems there too, and where to go when it is stored."""
    path = created(mia, kind)
    page = mia.get(path).text
    assert f'hx-get="{path}/edit"' in page
    part = mia.http.get(f"{path}/edit", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="facts"' in part
    data = {"form_key": mia.form_key, "version": "1", **{name: str(text) for name, text in kind.fields.items()}}
    wrong = mia.http.post(f"{path}/edit", data=data | kind.wrong, headers={"HX-Request": "true"})
    assert (wrong.status_code, "<html" in wrong.text) == (422, False)
    stored = mia.http.post(f"{path}/edit", data=data, headers={"HX-Request": "true"})
    assert (stored.status_code, stored.headers["hx-redirect"]) == (200, path)


def test_a_person_belongs_to_organizations(mia: Visitor, firm: Firm) -> None:
    """Chosen by name, by domain, from several that are called alike, or created on the way; and left again."""
    ledger, actor = firm.ledger, firm.actor

    async def create() -> list[int]:
        drafts = [OrganizationDraft(name=name) for name in ("Boden AG", "Boden GmbH", "Wand")]
        drafts.append(OrganizationDraft(name="Dach", domains=("dach.example",)))
        return [(await ledger.organizations.create(actor, draft)).id for draft in drafts]

    one, other, wall, roof = firm.server.run(create())
    several = mia.post("/persons/new", first_name="Uta", **{"add.organizations": "Boden; wand; dach.example"})
    assert several.status_code == 422
    assert "Several may be meant by Boden: choose one" in several.text
    for id_, ticked in ((one, ""), (other, ""), (wall, " checked"), (roof, " checked")):
        assert f'name="organization.organizations" value="{id_}"{ticked}>' in several.text
    answer = mia.post(
        "/persons/new",
        first_name="Uta",
        **{"organization.organizations": [one, wall, roof], "add.organizations": "Boden", "new.organizations": "Tür"},
    )
    path = answer.headers["location"]
    person = firm.server.run(ledger.persons.get(actor, int(path.rpartition("/")[2])))
    assert person.organization_ids[:3] == (one, wall, roof)
    names = firm.server.run(ledger.organizations.get_many(actor, person.organization_ids[3:]))
    assert [item.name for item in names.values()] == ["Tür"]
    page = mia.get(path).text
    assert f'href="/organizations/{one}"' in page
    mia.post(f"{path}/edit", first_name="Uta", version="1", **{"organization.organizations": [other]})
    assert firm.server.run(ledger.persons.get(actor, person.id)).organization_ids == (other,)


def test_an_opportunity_has_persons_and_organizations(mia: Visitor, firm: Firm) -> None:
    """Who is not known yet is created; another tenant's ids are none."""
    ledger, actor = firm.ledger, firm.actor
    answer = mia.post("/opportunities/new", name="Floor", **{"add.persons": "Mia Kern, eve@client.example"})
    assert answer.status_code == 422
    assert 'name="new.persons" value="eve@client.example"' in answer.text
    fields = {"person.persons": [firm.mia.id], "new.persons": ["eve@client.example", "Ola Nys"]}
    path = created(mia, OPPORTUNITIES, name="Floor", **fields, **{"new.organizations": "Wand"})
    deal = firm.server.run(ledger.opportunities.get(actor, int(path.rpartition("/")[2])))
    persons = list(firm.server.run(ledger.persons.get_many(actor, deal.person_ids)).values())
    assert {person.name for person in persons} == {firm.mia.name, "eve", "Ola Nys"}
    refused = mia.post("/opportunities/new", name="x", list=str(deal.list_id), **{"person.persons": ["99999"]})
    assert refused.status_code == 422
    assert "no Person has the id 99999" in refused.text


def test_who_cannot_come_back_is_told_why(mia: Visitor, firm: Firm) -> None:
    """An address that is somebody else's by now is named where the deletion would be undone."""
    path = created(mia, PERSONS)
    mia.post(f"{path}/delete")
    number = created(mia, PERSONS).rpartition("/")[2]
    answer = mia.post(f"{path}/restore")
    assert answer.status_code == 422
    assert f"uta@new.example belongs to person {number} by now" in answer.text
    assert mia.get(path).status_code == 404


def test_one_of_us_stays(mia: Visitor, firm: Firm) -> None:
    """Whoever works here has no button that deletes them, and no form of another's does."""
    path = f"/persons/{firm.mia.id}"
    assert f'action="{path}/delete"' not in mia.get(f"{path}/edit").text
    assert mia.post(f"{path}/delete").status_code == 403


@each_kind
def test_lists_go_on_and_may_be_empty(mia: Visitor, firm: Firm, kind: Kind) -> None:
    """Page by page, each once, at the same cost; a search that finds nothing says so, and offers to create."""
    ledger, actor = firm.ledger, firm.actor
    if kind is not PERSONS:
        assert "There are none yet." in mia.get(kind.path).text

    async def fill() -> set[int]:
        list_ = await ledger.opportunities.create_list(actor, "Deals", Party.OPPORTUNITY, is_public=True)
        found = set()
        for index in range(105):
            if kind is PERSONS:
                person = PersonDraft(first_name="Same", last_name=f"No. {index}")
                found.add((await ledger.persons.create(actor, person)).id)
            elif kind is ORGANIZATIONS:
                found.add((await ledger.organizations.create(actor, OrganizationDraft(name=f"Same {index}"))).id)
            else:
                draft = OpportunityDraft(name=f"Same {index}", list_id=list_.id)
                found.add((await ledger.opportunities.create(actor, draft)).id)
        return found

    ids = firm.server.run(fill())
    for term in ("", "same"):
        seen: list[int] = []
        address = f"{kind.path}?q={term}"
        while address:
            page = mia.get(address).text
            assert len(page) < 100_000
            seen += [int(id_) for id_ in re.findall(rf'<td><a href="{kind.path}/(\d+)"', page)]
            more = re.search(r'class="more"><a class="button" href="([^"]+)"', page)
            address = unescape(more[1]) if more else ""
        assert len(seen) == len(set(seen))
        assert ids <= set(seen)
    nothing = mia.get(kind.path, q="4711%_").text
    assert "is called like that." in nothing
    assert f'href="{kind.path}/new?name=4711%25_"' in nothing


def test_a_new_one_begins_with_what_is_known(mia: Visitor, firm: Firm) -> None:
    """With the name that was looked for, and the organization that it is asked for on."""
    organization = created(mia, ORGANIZATIONS)
    number = organization.rpartition("/")[2]
    assert f'/persons/new?organization={number}"' in mia.get(organization).text
    form = mia.get("/persons/new", organization=number, name="Uta Maria Kern").text
    assert f'name="organization.organizations" value="{number}" checked' in form
    assert 'value="Uta Maria"' in form
    assert 'value="Kern"' in form
    assert mia.get("/persons/new", organization="x").status_code == 404
    form = mia.get("/persons/new", first_name="Uta", last_name=HOSTILE, emails="uta@new.example").text
    assert 'name="first_name" value="Uta"' in form
    assert f'name="last_name" value="{HOSTILE}"' in unescape(form)
    assert "uta@new.example</textarea>" in form


def test_options_of_organizations(mia: Visitor) -> None:
    """What type-ahead shows: those with the text, and a new one."""
    number = created(mia, ORGANIZATIONS).rpartition("/")[2]
    page = mia.get("/options/organizations", q="alert").text
    assert f'data-id="{number}"' in page
    assert 'data-new="alert"' in page
    assert "<script>" not in page
    assert mia.get("/options/organizations").text.strip() == ""


NONSENSE = (
    "\x00",
    "a\x00b",
    "9" * 25,
    "-1",
    "%_\\",
    "é" * 3_000,
    "1,99999999999999999999",
    "1-99999999999999999999",
    "[]",
)


@each_kind
def test_nonsense_breaks_nothing(mia: Visitor, kind: Kind) -> None:
    """Whatever stands in an address or in a form: a page, or that there is none, or what is wrong with it."""
    path = created(mia, kind)
    for text in NONSENSE:
        asked = ("q", "after", "before", "notes", "name", "organization", "person", "since", "category", "type")
        for address in (
            kind.path,
            path,
            f"{kind.path}/new",
            f"{path}/edit",
            "/options/organizations",
            "/options/persons",
        ):
            statuses = {name: mia.get(address, **{name: text}).status_code for name in asked}
            assert {name: status for name, status in statuses.items() if status not in (200, 404, 422)} == {}, address
        names = ("first_name", "last_name", "emails", "name", "domains", "list", "version", "person.persons",
                 "add.persons", "new.persons", "named.persons", "organization.organizations",
                 "add.organizations")  # fmt: skip
        for address in (f"{kind.path}/new", f"{path}/edit"):
            for name in names:
                answer = mia.post(address, **(kind.fields | {"version": "1", name: text}))
                assert answer.status_code in (303, 409, 422), (address, name, text)
