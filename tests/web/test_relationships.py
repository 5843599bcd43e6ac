"""What pages tell of relationships: who of us knows somebody, how well and why, and when we were in touch."""

import re
from functools import partial

import pytest

from interlog.model.instants import DAY, now
from interlog.model.interactions import Content, Draft, Participant
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Person, PersonDraft
from interlog.model.tenancy import Right
from tests.counting import least
from tests.serving import Firm

from .visiting import Visitor, visitor


@pytest.fixture
def ben(firm: Firm) -> Person:
    """A colleague."""
    return firm.colleague("Ben", "Abt")


@pytest.fixture
def eve(firm: Firm) -> Person:
    """Somebody from outside."""
    draft = PersonDraft(first_name="Eve", last_name="Moll", emails=("eve@client.example",))
    return firm.server.run(firm.ledger.persons.create(firm.actor, draft))


def log(firm: Firm, type_: str, title: str, days: float, *persons: Person) -> None:
    """Store an interaction of so many days ago."""
    parts = tuple(Participant(person.id, "from" if type_ == "Email" else "attendee") for person in persons)
    content = Content(occurred_at=now() - round(days * DAY), title=title, participants=parts)
    firm.server.run(firm.ledger.interactions.log(firm.actor, Draft(type=type_, content=content)))


def text_of(page: str) -> str:
    """Return what one reads on a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_person_s_page_says_who_knows_them(mia: Visitor, firm: Firm, ben: Person, eve: Person) -> None:
    """Whoever knows them best comes first; each leads to what that comes from; planned things do not count."""
    log(firm, "Meeting", "Lunch", 90, eve, ben)
    log(firm, "Email", "Hello", 0, eve, ben)
    log(firm, "Call", "Short call", 1, eve, firm.mia)
    log(firm, "Meeting", "Dinner", -30, eve, ben)

    page = mia.get(f"/persons/{eve.id}").text
    card = page.partition("Who of us knows them")[2].partition("</section>")[0]
    assert re.findall(r'href="/persons/(\d+)"', card) == [str(ben.id), str(firm.mia.id)]
    # 1 - exp(-(0.4 / 2 + 0.1)), and a little less than 1 - exp(-0.3)
    assert re.findall(r"</meter> (\d+)%", card) == ["26", "26"]
    assert "2 interactions, last" in card
    assert "a meeting or a visit 0.4 points, a call 0.3, an e-mail or a message 0.1" in card

    why = mia.get(f"/persons/{eve.id}/relationships/{ben.id}").text
    assert "How well Ben Abt knows Eve Moll" in why
    rows = [text_of(row) for row in re.findall(r"<tr>\s*<td>.*?</tr>", why, re.S)]
    assert [re.sub(r" \d+ (second|month)s? ago", "", row) for row in rows] == ["Lunch 0.4 0.2", "Hello 0.1 0.1"]
    assert "All points 0.3" in text_of(why)
    assert "Dinner" not in why


def test_the_dates_of_a_person(mia: Visitor, firm: Firm, ben: Person, eve: Person) -> None:
    """First, last and next, of each kind; the last contact with whom of us."""
    for type_, title in (("Meeting", "m"), ("Email", "e"), ("ChatMessage", "c")):
        log(firm, type_, title, 400, eve, firm.mia)
    log(firm, "Meeting", "later", 20, eve, ben)
    log(firm, "Meeting", "next", -15, eve, firm.mia)
    page = mia.get(f"/persons/{eve.id}").text
    card = text_of(page.partition("When we were in touch")[2].partition("</section>")[0])
    assert card == (
        "Last contact 3 weeks ago with Ben Abt Next meeting in 2 weeks with Mia Kern Last meeting or call 3 weeks ago"
        " Last e-mail 1 year ago Last chat message 1 year ago First meeting or call 1 year ago First e-mail 1 year ago"
    )


def test_organizations_and_opportunities_tell_through_whom(mia: Visitor, firm: Firm, ben: Person, eve: Person) -> None:
    """Each of us once, with the person whom he knows best, and the dates of all of them."""
    ledger, actor = firm.ledger, firm.actor
    ola = firm.server.run(ledger.persons.create(actor, PersonDraft(first_name="Ola", last_name="Nys")))
    log(firm, "Meeting", "a", 1, ola, ben)
    log(firm, "Email", "b", 2, eve, ben)

    async def create() -> list[str]:
        draft = OrganizationDraft(name="Boden", person_ids=(eve.id, ola.id))
        organization = await ledger.organizations.create(actor, draft)
        (list_,) = await ledger.opportunities.lists(actor)
        deal = OpportunityDraft(name="Floor", list_id=list_.id, person_ids=(eve.id, ola.id))
        opportunity = await ledger.opportunities.create(actor, deal)
        whole = OpportunityDraft(name="Wall", list_id=list_.id, organization_ids=(organization.id,))
        indirect = await ledger.opportunities.create(actor, whole)
        return [
            f"/organizations/{organization.id}", f"/opportunities/{opportunity.id}", f"/opportunities/{indirect.id}",
        ]  # fmt: skip

    paths = firm.server.run(create())
    for path in paths:
        page = mia.get(path).text
        assert "Last contact 1 day ago with Ben Abt" in text_of(page)
        if path != paths[-1]:  # the last one has no persons of its own
            assert f'href="/persons/{ola.id}/relationships/{ben.id}"' in page
            assert "through Ola Nys" in page


def test_nobody_sees_why_who_does_not_see_what(firm: Firm, ben: Person, eve: Person) -> None:
    """What is in another security group counts for nobody else."""
    hidden = firm.colleague("Ida", "Ott", groups=(7,))
    insider = firm.acting(hidden, Right.WRITE, 7)
    parts = (Participant(eve.id, "attendee"), Participant(ben.id, "attendee"))
    secret = Draft(
        type="Meeting", content=Content(occurred_at=now() - DAY, title="Secret", participants=parts), group=7
    )
    firm.server.run(firm.ledger.interactions.log(insider, secret))
    path = f"/persons/{eve.id}/relationships/{ben.id}"
    assert "Secret" in visitor(firm, hidden).get(path).text
    outside = visitor(firm, ben)
    assert "Secret" not in outside.get(path).text
    assert "Nothing that both took part in, as far as you can see." in outside.get(path).text
    assert "Nobody yet, as far as you can see." in outside.get(f"/persons/{eve.id}").text


def test_only_ours_know_somebody(mia: Visitor, firm: Firm, eve: Person) -> None:
    """There is no such page of two from outside, or of nobody."""
    for one, other in ((firm.mia.id, eve.id), (4711, firm.mia.id), (eve.id, 4711), ("x", firm.mia.id)):
        assert mia.get(f"/persons/{one}/relationships/{other}").status_code == 404


def test_pages_cost_the_same_however_long(mia: Visitor, firm: Firm, ben: Person, eve: Person) -> None:
    """Few statements, whatever there is of interactions, persons, notes and rows."""
    ledger, actor = firm.ledger, firm.actor

    async def create() -> list[int]:
        boden = await ledger.organizations.create(actor, OrganizationDraft(name="Boden", person_ids=(eve.id,)))
        (list_,) = await ledger.opportunities.lists(actor)
        draft = OpportunityDraft(name="Floor", list_id=list_.id, person_ids=(eve.id,), organization_ids=(boden.id,))
        return [boden.id, (await ledger.opportunities.create(actor, draft)).id]

    boden, floor = firm.server.run(create())
    log(firm, "Meeting", "a", 1, eve, ben)
    log(firm, "Email", "b", 2, eve, firm.mia)
    pages = {
        "/persons": 6, f"/persons/{eve.id}": 12, f"/persons/{eve.id}/relationships/{ben.id}": 4,
        "/organizations": 3, f"/organizations/{boden}": 15, "/opportunities": 5, f"/opportunities/{floor}": 19,
        f"/persons/{eve.id}/edit": 4, f"/organizations/{boden}/edit": 3, f"/opportunities/{floor}/edit": 6,
    }  # fmt: skip

    def costs() -> dict[str, int]:
        assert {path: mia.get(path).status_code for path in pages} == dict.fromkeys(pages, 200)
        return {path: least(ledger, partial(mia.get, path)) for path in pages}

    few = costs()

    async def fill() -> None:
        persons = []
        for index in range(40):
            draft = PersonDraft(first_name="P", last_name=str(index), organization_ids=(boden,))
            persons.append((await ledger.persons.create(actor, draft)).id)
        await ledger.opportunities.update(actor, floor, person_ids=(eve.id, *persons))

    firm.server.run(fill())
    for index in range(40):
        log(firm, "Call", str(index), index, eve, ben, firm.mia)
    assert costs() == few
    assert {path: count for path, most in pages.items() if (count := few[path]) > most} == {}
