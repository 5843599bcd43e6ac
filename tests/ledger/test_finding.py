"""Full-text search: what it finds, at once and when it is indexed, and what it never shows."""

import asyncio
import time
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.errors import Forbidden
from interlog.model.interactions import Links, Participant
from interlog.model.notes import NoteDraft, NoteKind
from interlog.model.parties import OrganizationDraft, Party
from interlog.model.searching import Kind
from interlog.model.tenancy import Actor, Right
from interlog.store import search as search_rows
from interlog.store.statements import Unit
from tests.ledger.conftest import ALL_TIMES, YESTERDAY, Firm, found_firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def firm(ledger: Ledger) -> Firm:
    """A firm of its own for each test."""
    return await found_firm(ledger)


async def indexed(firm: Firm) -> None:
    """Index all that was written; on PostgreSQL that is as far as no older transaction runs anywhere on the server."""
    finding, database = firm.ledger.finding, firm.ledger.store.database
    async with asyncio.timeout(20):
        while True:
            await finding.catch_up(firm.tenant.id)
            read = await search_rows.position(database, firm.tenant.id)
            if await search_rows.tail(database, firm.tenant.id, read, 10) == ({}, True):
                return
            await asyncio.sleep(0.01)


async def found(firm: Firm, question: str, kind: Kind = Kind.INTERACTION, actor: Actor | None = None) -> list[int]:
    """Return the ids of what a question finds."""
    return [item.id for item in (await firm.ledger.finding.search(actor or firm.actor, question)).items[kind]]


async def in_time(firm: Firm, question: str, party: tuple[Party, int] | None = None, **more: Any) -> list[int]:
    """Return the numbers of interactions that a timeline with a text has."""
    options = {**ALL_TIMES, "types": firm.types, "limit": 50, "party": party} | more
    return [item.number for item in await firm.ledger.finding.interactions(firm.actor, question, **options)]


async def logged(firm: Firm, *parties: Any, **more: Any) -> int:
    """Log a meeting, and return its number."""
    draft = meeting(*(parties or (firm.eve,)), **more)
    return (await firm.ledger.interactions.log(firm.actor, draft)).interaction.number


@pytest.fixture(params=["at once", "indexed"])
def when(request: pytest.FixtureRequest) -> str:
    """Whether what was written is still to be indexed."""
    return str(request.param)


async def settled(firm: Firm, when: str) -> None:
    """Index what was written, unless it is to be found before."""
    if when == "indexed":
        await indexed(firm)


async def test_every_text_is_found_by_its_words(firm: Firm, when: str) -> None:
    """Titles, texts, text fields, names, addresses, domains and notes are found, at once and when indexed."""
    organization = await firm.ledger.organizations.create(
        firm.actor, OrganizationDraft(name="Straße & Söhne", domains=("strasse.example",))
    )
    number = await logged(firm, title="Kick-off in Zürich", body="About the BUDGET of next year")
    stranger = await logged(firm, Participant(None, "attendee", None, "Otokar Vrba"))
    note = await firm.ledger.notes.create(
        firm.actor, NoteDraft(content="prefers <b>tea</b>", kind=NoteKind.HTML, links=Links(persons=(firm.eve.id,)))
    )
    await settled(firm, when)

    for question in ("zurich", "kick off", "BUDGET kick", "next ye", "züri"):
        assert await found(firm, question) == [number], question
    assert await found(firm, "vrba") == [stranger]
    assert await found(firm, "prefers te", Kind.NOTE) == [note.id]
    assert await found(firm, "b", Kind.NOTE) == []
    assert await found(firm, "mol", Kind.PERSON) == [firm.eve.id]
    assert await found(firm, "eve@client.example", Kind.PERSON) == [firm.eve.id]
    for question in ("strasse", "STRASSE", "sohne", "straße söhne"):
        assert await found(firm, question, Kind.ORGANIZATION) == [organization.id], question
    assert await found(firm, "zurich tea") == []


async def test_text_fields_are_found(firm: Firm, when: str) -> None:
    """The texts among the values of fields are found, whatever the type."""
    number = await logged(firm, fields={"Outcome": "signed contract", "Tags": ["quixotic"], "Count": 3})
    await settled(firm, when)

    assert await found(firm, "contract quix") == [number]


async def test_ids_in_fields_are_no_words(firm: Firm, when: str) -> None:
    """What a field refers to by a UUID is not looked for by its digits; a text with one in it is a text."""
    id_ = "58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02"
    number = await logged(firm, fields={"Survey": id_, "Answers": {id_: [id_, "tulips"]}, "Said": f"see {id_}"})
    other = await logged(firm, fields={"Survey": id_, "Said": "tulips"})
    await settled(firm, when)

    assert sorted(await found(firm, "tulips")) == [number, other]
    assert await found(firm, "58c0e9a3 7d6b") == [number]


async def test_only_the_last_word_may_be_unfinished(firm: Firm, when: str) -> None:
    """A word before the last one is meant as it stands."""
    number = await logged(firm, title="quarterly figures")
    await settled(firm, when)

    assert await found(firm, "quarterly fig") == [number]
    assert await found(firm, "quart figures") == []


async def test_a_change_counts_at_once(firm: Firm, when: str) -> None:
    """After an amendment the new words are found and the old ones are not."""
    number = await logged(firm, title="apples", body="x")
    await indexed(firm)
    read = await firm.ledger.interactions.get(firm.actor, number)
    await firm.ledger.interactions.amend(firm.actor, number, lambda _: replace(read.content, title="pears"))
    await settled(firm, when)

    assert await found(firm, "apples") == []
    assert await found(firm, "pears") == [number]
    assert (await in_time(firm, "apples"), await in_time(firm, "pears")) == ([], [number])


async def test_what_is_deleted_is_not_found(firm: Firm, when: str) -> None:
    """Deleted records are not found, whether or not the index knows."""
    number = await logged(firm, title="gone soon")
    await indexed(firm)
    await firm.ledger.interactions.delete(firm.actor, number)
    await firm.ledger.persons.delete(firm.actor, firm.ola.id)
    await settled(firm, when)

    assert await found(firm, "gone") == []
    assert await in_time(firm, "gone") == []
    assert await found(firm, "ola", Kind.PERSON) == []


async def test_what_is_hidden_is_not_found(firm: Firm, when: str) -> None:
    """Who is not in a security group finds nothing of it, however much of it there is."""
    insider = firm.acting(firm.ben, Right.WRITE, 7)
    draft = meeting(firm.eve, title="secret plan", draft={"group": 7})
    hidden = [(await firm.ledger.interactions.log(insider, draft)).interaction.number for _ in range(3)]
    open_ = await logged(firm, title="secret picnic")
    await settled(firm, when)

    assert await found(firm, "secret") == [open_]
    assert await in_time(firm, "secret") == [open_]
    assert sorted(await found(firm, "secret", actor=insider)) == sorted([open_, *hidden])


async def test_other_tenants_find_nothing(ledger: Ledger, firm: Firm, when: str) -> None:
    """A search stays in its tenant."""
    other = await found_firm(ledger)
    await logged(firm, title="unheard")
    await settled(firm, when)

    assert await found(other, "unheard") == []
    assert await in_time(other, "unheard") == []


async def test_a_title_counts_more_than_a_text(firm: Firm) -> None:
    """Of what has a word, the one that has it in its title comes first."""
    titled = await logged(firm, title="harvest", body="nothing else of note")
    texts = [await logged(firm, title="weekly", body="about the harvest of this year") for _ in range(2)]
    await indexed(firm)

    assert (await found(firm, "harvest"))[0] == titled
    assert sorted(await found(firm, "harvest")) == [titled, *texts]


async def test_pages_follow_each_other(firm: Firm, when: str) -> None:
    """Pages of a search and of a timeline with a text have everything once."""
    numbers = [await logged(firm, title=f"round {index}", at=YESTERDAY + index) for index in range(5)]
    await settled(firm, when)

    seen = []
    for skip in (0, 2, 4):
        page = await firm.ledger.finding.search(firm.actor, "round", [Kind.INTERACTION], limit=2, skip=skip)
        seen += [item.id for item in page.items[Kind.INTERACTION]]
        assert page.more[Kind.INTERACTION] is (skip < 4)
    assert sorted(seen) == numbers
    first = await in_time(firm, "round", limit=3)
    second = await in_time(firm, "round", limit=3, before=(YESTERDAY + 2, numbers[2]))
    assert first + second == numbers[::-1]


async def test_a_timeline_with_a_text_keeps_its_other_filters(firm: Firm, when: str) -> None:
    """Parties, types and times narrow what has a text."""
    with_eve = await logged(firm, firm.eve, title="walk along the river")
    with_ola = await logged(firm, firm.ola, title="walk in the hills", at=YESTERDAY + 5)
    await settled(firm, when)

    assert await in_time(firm, "walk") == [with_ola, with_eve]
    assert await in_time(firm, "walk", (Party.PERSON, firm.eve.id)) == [with_eve]
    assert await in_time(firm, "walk", start=YESTERDAY + 1) == [with_ola]
    assert await in_time(firm, "walk", types=[99]) == []
    assert await in_time(firm, "walk", (Party.ORGANIZATION, 99)) == []


@pytest.mark.parametrize(
    "question",
    [
     '"', "' OR 1=1 --", "NEAR(", "scope : x", "a*b*", "^x AND NOT (y", "!1.2.0", "\\", "&|!<->", "{title}", "\x00",
     "%_", "x" * 100_000, "term " * 10_000, " ".join(f"w{number}" for number in range(10_000)), "\ud800", "\U0010ffff"],
)  # fmt: skip
async def test_hostile_questions_are_harmless(firm: Firm, question: str, when: str) -> None:
    """Quotes, operators and whatever else is typed find nothing, quickly."""
    await logged(firm, title="harmless")
    await settled(firm, when)

    began = time.process_time()
    result = await firm.ledger.finding.search(firm.actor, question)
    assert not any(result.items.values())
    assert await in_time(firm, question) == []
    assert time.process_time() - began < 5


async def test_every_script_is_found(firm: Firm, when: str) -> None:
    """Words of any alphabet are found, by other case and other accents; scripts without spaces by each character."""
    texts = {
        "Ελλάδα": "ελλαδ", "Привет мир": "ПРИВЕТ м", "日本語の会議": "会議", "İstanbul": "istanbul", "שלום": "שלו",
        "नमस्ते": "नमस्ते", "ﬁnance": "fin", "naïve café": "naive CAFE", "x" * 5_000: "x" * 70, "안녕하세요": "안녕",
    }  # fmt: skip
    numbers = {text: await logged(firm, title=text[:500]) for text in texts}
    await settled(firm, when)

    for text, question in texts.items():
        assert await found(firm, question) == [numbers[text]], question


async def test_a_huge_text_is_indexed(firm: Firm, when: str) -> None:
    """A text of any size can be stored and is found by the words at its beginning."""
    number = await logged(firm, body="beginning " + " ".join(f"word{n}" for n in range(50_000)))
    await settled(firm, when)

    assert await found(firm, "beginning word7") == [number]


async def test_several_index_at_once(firm: Firm) -> None:
    """Whoever indexes at the same time as another does no harm."""
    numbers = [await logged(firm, title=f"parallel {index}") for index in range(20)]
    await asyncio.gather(*(firm.ledger.finding.catch_up(firm.tenant.id) for _ in range(4)))
    await indexed(firm)

    assert sorted(await found(firm, "parallel")) == numbers
    assert await firm.ledger.check.problems() == []


async def test_the_index_can_be_rebuilt(firm: Firm) -> None:
    """After a rebuild the same is found, also where it was broken off."""
    number = await logged(firm, title="phoenix")
    await indexed(firm)
    unit = Unit()
    search_rows.clear(unit, firm.ledger.store.database)
    await firm.ledger.store.database.write(unit)
    assert await found(firm, "phoenix") == [number]  # what is not indexed is looked through

    await firm.ledger.finding.rebuild()
    await indexed(firm)

    assert await found(firm, "phoenix") == [number]
    assert await firm.ledger.check.problems() == []


async def test_a_search_needs_the_right_to_read(firm: Firm) -> None:
    """Who may not read finds nothing."""
    with pytest.raises(Forbidden):
        await firm.ledger.finding.search(firm.acting(firm.ben, None), "eve")
    with pytest.raises(Forbidden):
        await firm.ledger.finding.interactions(firm.acting(firm.ben, None), "eve", [], limit=5, **ALL_TIMES)
