"""Search over HTTP, without scripts: what is found, how it is shown, and what is never found."""

import html
import re
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from interlog.model.interactions import Content, Draft, Links, Participant
from interlog.model.notes import NoteDraft
from interlog.model.parties import Person
from interlog.model.tenancy import Right, UserRole
from interlog.web.search import PAGE
from tests.counting import least
from tests.serving import Firm, RunningServer, wait_until

from .visiting import Visitor, visitor

NOON = 1_772_712_000_000_000  # 2026-03-05T12:00:00Z
HOSTILE = "<script>alert(1)</script> <b>\"'"


def log(firm: Firm, *persons: Person, group: int = 0, **more: Any) -> int:
    """Log a meeting, and return its number."""
    parts = tuple(Participant(one.id) for one in persons)
    draft = Draft(type="Meeting", group=group, content=Content(**{"occurred_at": NOON, "participants": parts} | more))
    acting = firm.acting(firm.mia, Right.WRITE, group)
    return firm.server.run(firm.ledger.interactions.log(acting, draft)).interaction.number


def note(firm: Firm, person: Person, content: str) -> int:
    """Write a note on somebody, and return its number."""
    draft = NoteDraft(content=content, links=Links(persons=(person.id,)))
    return firm.server.run(firm.ledger.notes.create(firm.actor, draft)).id


def links_of(answer: httpx2.Response) -> list[str]:
    """Return the paths that results lead to, in their order."""
    assert answer.status_code == 200, answer.text
    part = answer.text.partition("<main")[2] or answer.text
    return re.findall(r'<a class="(?:entry-title|option)"[^>]*? href="(/(?:persons|org|inter|notes)[^"]*)"', part)


def options_of(mia: Visitor, question: str) -> httpx2.Response:
    """Ask for what stands below the field in the header."""
    return mia.http.get("/search", params={"q": question}, headers={"HX-Request": "true"})


def test_everything_is_found_at_once(firm: Firm, mia: Visitor) -> None:
    """Persons, organizations, interactions and notes that were written just before, each by its kind."""
    eve = firm.person("Eve", "Riverton", "eve@client.example")
    organization = firm.organization("River & Sons", "river.example")
    number = log(firm, eve, title="Walk along the river", body="We spoke of the old RIVER bridge")
    noted = note(firm, eve, "Likes rivers")
    expected = [f"/persons/{eve.id}", f"/organizations/{organization.id}", f"/interactions/{number}", f"/notes/{noted}"]

    page = mia.get("/search", q="river")
    assert links_of(page) == expected
    assert links_of(options_of(mia, "river")) == expected
    assert "<html" not in options_of(mia, "river").text
    for kind, path in zip(("persons", "organizations", "interactions", "notes"), expected, strict=True):
        alone = mia.get("/search", q="river", kind=kind)
        assert links_of(alone) == [path]
        assert f'href="/search?q=river&amp;kind={kind}" aria-current="page"' in alone.text
    assert links_of(mia.get("/search", q="river bridge")) == [f"/interactions/{number}"]
    assert 'href="/timeline?q=river"' in page.text
    for path in expected:
        assert mia.get(path).status_code == 200
    amended = mia.get("/search", q="eve riverton kind")
    assert links_of(amended) == []


def test_what_was_asked_for_is_marked(firm: Firm, mia: Visitor) -> None:
    """In titles and in the part of the text around it, by words, whatever their case and accents."""
    log(firm, firm.mia, title="Zürich harvest", body="x " * 500 + "all about the HARVEST of Zurich" + " y" * 500)
    page = mia.get("/search", q="harvest zuri").text
    assert "<mark>Zürich</mark> <mark>harvest</mark>" in page
    assert "all about the <mark>HARVEST</mark> of <mark>Zurich</mark>" in page
    assert len(page) < 30_000


def test_the_best_come_first(firm: Firm, mia: Visitor) -> None:
    """What has a word in its title comes before what has it in its text."""
    texts = [log(firm, firm.mia, title="Weekly", body="the orchard, once") for _ in range(2)]
    titled = log(firm, firm.mia, title="Orchard", body="nothing")
    others = [log(firm, firm.mia, title="Weekly", body="the orchard, again") for _ in range(2)]

    def titled_is_first() -> bool:
        firm.server.run(firm.ledger.finding.catch_up(firm.tenant.id))
        found = links_of(mia.get("/search", q="orchard"))
        assert sorted(found) == sorted(f"/interactions/{number}" for number in (*texts, titled, *others))
        return found[0] == f"/interactions/{titled}"

    wait_until(titled_is_first)  # once it is indexed


def test_pages_of_a_kind_keep_what_was_asked(firm: Firm, mia: Visitor) -> None:
    """All results come once, page by page, and back."""
    numbers = [log(firm, firm.mia, title=f"Round {index}") for index in range(2 * PAGE + 3)]
    best = mia.get("/search", q="round")
    address = "/search?q=round&kind=interactions"
    assert f'href="{html.escape(address)}"' in best.text
    seen: list[str] = []
    for size in (PAGE, PAGE, 3):
        answer = mia.get(address)
        assert len(links_of(answer)) == size
        assert len(answer.content) < 100_000
        seen += links_of(answer)
        following = re.search(r'<p class="more"><a class="button" href="([^"]+)"', answer.text)
        address = html.unescape(following[1]) if following else ""
    assert address == ""
    assert sorted(seen) == sorted(f"/interactions/{number}" for number in numbers)
    assert "Back to better ones" in answer.text


@pytest.mark.parametrize(
    "question",
    ['"', "' OR 1=1 --", "NEAR(", "scope : x", "*", "&|!<->", HOSTILE, "{{ 7*7 }}", "%_", "x" * 5_000, "\x00",
     "a " * 1_000, "日本", "😀", "\u202e"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["", "interactions", "nonsense"])
def test_hostile_words_do_no_harm(mia: Visitor, question: str, kind: str) -> None:
    """Whatever is typed: a page, on which it stands as it was typed."""
    answer = mia.http.get(f"/search?q={quote(question)}&kind={kind}&skip=-1")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "49" not in re.sub(r'="[^"]*"', "", answer.text.partition("<main")[2])
    assert options_of(mia, question).status_code == 200


@pytest.mark.parametrize("skip", ["999", "99999999999999999999", "x", "1.5", "%00"])
def test_places_that_are_none_do_no_harm(mia: Visitor, skip: str) -> None:
    """Behind the end there is nothing."""
    assert mia.http.get(f"/search?q=x&kind=persons&skip={skip}").status_code == 200


def test_hostile_records_are_shown_as_text(firm: Firm, mia: Visitor) -> None:
    """Names, titles, texts and notes are never run, also where words in them are marked."""
    eve = firm.person(HOSTILE, "Alert")
    firm.organization(f"{HOSTILE} alert")
    log(firm, eve, title=f"{HOSTILE} alert", body=f"{HOSTILE} alert")
    note(firm, eve, f"{HOSTILE} alert")
    for answer in (mia.get("/search", q="alert"), options_of(mia, "alert"), mia.get("/search", q="script 1")):
        assert len(links_of(answer)) == 4
        assert "<script>alert" not in answer.text
        assert "<b>" not in answer.text
    assert "&lt;script&gt;<mark>alert</mark>(1)" in mia.get("/search", q="alert").text


def test_what_is_hidden_is_not_found(firm: Firm, mia: Visitor) -> None:
    """What is of a security group is found by those in it alone, on the page and below the field."""
    eve = firm.person("Eve", "Moll")
    number = log(firm, eve, group=7, title="Secret plan", body="all secret")
    insider = visitor(firm, firm.colleague("Ida", groups=(7,)))
    for one in ("secret", "plan", "secret plan"):
        assert links_of(insider.get("/search", q=one)) == [f"/interactions/{number}"]
        assert links_of(mia.get("/search", q=one)) == []
        assert links_of(options_of(mia, one)) == []
    firm.server.run(firm.ledger.finding.catch_up(firm.tenant.id))
    assert links_of(insider.get("/search", q="secret")) == [f"/interactions/{number}"]
    assert links_of(mia.get("/search", q="secret")) == []


def test_other_tenants_find_nothing(server: RunningServer, firm: Firm, mia: Visitor) -> None:
    """The same words, another firm."""
    eve = firm.person("Eve", "Unheard", "unheard@client.example")
    firm.organization("Unheard of")
    log(firm, eve, title="Unheard")
    note(firm, eve, "unheard")
    assert len(links_of(mia.get("/search", q="unheard"))) == 4
    other = visitor(server.found())
    assert links_of(other.get("/search", q="unheard")) == []
    assert links_of(options_of(other, "unheard")) == []
    assert "data-entry" not in other.get("/timeline", q="unheard").text


def test_who_is_not_signed_in_finds_nothing(firm: Firm) -> None:
    """He is asked who he is."""
    answer = Visitor(firm).get("/search", q="eve")
    assert answer.status_code in (302, 303)
    assert answer.headers["location"].startswith("/sign-in")


def test_who_may_only_read_finds(firm: Firm) -> None:
    """To read is enough."""
    number = log(firm, firm.mia, title="Open to all")
    reader = visitor(firm, firm.colleague("Rea", role=UserRole.VIEWER))
    assert links_of(reader.get("/search", q="open to al")) == [f"/interactions/{number}"]


def test_there_is_a_word_for_nothing(mia: Visitor) -> None:
    """Nothing was asked, or nothing was found."""
    assert "Type words of a name" in mia.get("/search").text
    assert "Type words of a name" in mia.get("/search", q="  ").text
    assert "Nothing has all of these words" in mia.get("/search", q="xyzzy").text
    assert "Nothing yet with “xyzzy”" in options_of(mia, "xyzzy").text
    assert "option" not in options_of(mia, "").text


def test_it_costs_a_handful_of_statements(firm: Firm, mia: Visitor) -> None:
    """However much is found."""

    def costs() -> list[int]:
        firm.server.run(firm.ledger.finding.catch_up(firm.tenant.id))
        queries = ({"q": "round"}, {"q": "round", "kind": "interactions"})
        return [least(firm.ledger, partial(mia.get, "/search", **query)) for query in queries]

    people = [firm.person(f"Round {index}") for index in range(30)]
    log(firm, people[0], title="Round")
    note(firm, people[0], "Round")
    firm.organization("Round")
    few = costs()
    for person in people:
        log(firm, person, title="Round and round")
        note(firm, person, "Round")
        firm.organization(f"Round {person.id}")
    many = costs()
    assert many <= few
    assert max(many) <= 12
