"""What a definition leaves to do goes on after its answer, in parts, also when the process ends; on both engines."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.chores import INDEX
from interlog.ledger.field_index import lacking
from interlog.model.instances import Instance
from interlog.model.instants import MINUTE, now
from interlog.model.types import InteractionType, ParticipantSlot
from interlog.store import chores as rows
from interlog.store import field_values
from interlog.store.statements import Unit

from .conftest import Firm, found_firm
from .test_field_index import MINUTES, VISIT, define, found, put

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAIN = replace(VISIT, fields=(VISIT.fields[0], MINUTES, VISIT.fields[2]))
UNREFERRED = replace(VISIT, slots=(ParticipantSlot("Visitor"),))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer at once, and work in small parts."""
    monkeypatch.setattr("interlog.ledger.chores.PATIENCE", 0)
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 0.01)
    monkeypatch.setattr("interlog.store.field_values._BATCH", 10)
    monkeypatch.setattr("interlog.ledger.referring._AT_ONCE", 10)


@pytest_asyncio.fixture(loop_scope="module")
async def own(database_url: str) -> AsyncIterator[Firm]:
    """A firm in a store that can be closed and opened again."""
    ledger = await Ledger.open(database_url)
    firm = await found_firm(ledger)
    yield firm
    await ledger.close()


async def fill(firm: Firm, type_: InteractionType = PLAIN, many: int = 60) -> InteractionType:
    """Define a type and put instances of it, each naming somebody."""
    defined = await define(firm, type_)
    await done(firm)
    items = [
        Instance(type="Visit", fields={"Key": f"k{n}", "Minutes": n % 3, "Who": "eve@client.example"})
        for n in range(many)
    ]
    await firm.ledger.instances.put_many(firm.actor, items)
    return defined


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    for _ in range(4_000):
        if await met():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come true")


async def done(firm: Firm) -> None:
    """Wait until nothing is left to do, and nobody is at anything."""

    async def is_done() -> bool:
        return not await firm.ledger.chores.left(firm.actor) and not firm.ledger.chores._tasks

    await until(is_done)


async def test_a_definition_does_not_wait_for_the_index(own: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it leaves to do can be asked for; meanwhile all is found without the index, then by it."""
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 1)
    type_ = await fill(own)
    await define(own)
    assert await own.ledger.chores.left(own.actor) == {type_.id}
    assert len(await found(own, type_, 1, expected_plan=False)) == 20
    number = await put(own, "meanwhile", 1)
    assert (await found(own, type_, 1, expected_plan=False))[0] == number
    await done(own)
    assert await lacking(own.ledger.store.database, own.tenant.id, type_) == {}
    assert len(await found(own, type_, 1)) == 21


async def test_how_far_it_is_can_be_asked_for(own: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of interactions that were looked at; of other types there is nothing under way."""
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 1)
    type_ = await fill(own)
    assert await own.ledger.chores.under_way(own.actor, type_.id) is None
    await define(own)
    seen = set()

    async def is_looked_at() -> bool:
        work = await own.ledger.chores.under_way(own.actor, type_.id)
        assert work is not None
        seen.add(work.done)
        return work.done == 60

    await until(is_looked_at)
    assert seen <= {0, 10, 20, 30, 40, 50, 60}
    assert await own.ledger.chores.under_way(own.actor, type_.id + 1) is None
    await done(own)


async def test_work_is_taken_up_where_a_process_left_it(own: Firm, database_url: str) -> None:
    """Closed in the midst of it, another process goes on behind the last part; nobody does what somebody is at."""
    type_ = await fill(own)
    await define(own)

    async def has_begun() -> bool:
        return (await rows.left(own.ledger.store.database, own.tenant.id))[0].place is not None

    await until(has_begun)
    busy = await Ledger.open(database_url) if database_url.startswith("postgresql") else None
    if busy is not None:
        await busy.chores.resume([own.tenant.id])
        assert not busy.chores._tasks
        await busy.close()
    await own.ledger.chores.close()
    (left,) = await rows.left(own.ledger.store.database, own.tenant.id)
    assert (left.kind, left.subject, left.claimed_until) == (INDEX, type_.id, 0)
    assert left.place[1] > 0
    await own.ledger.close()

    other = own._replace(ledger=await Ledger.open(database_url))
    try:
        await other.ledger.chores.resume([own.tenant.id])
        await done(other)
        assert len(await found(other, type_, 1)) == 20
    finally:
        await other.ledger.close()


async def test_what_a_killed_process_was_at_is_taken_up(own: Firm) -> None:
    """Where it may still be at it, after its claim has run out; at once where no other process can be."""
    type_ = await fill(own)
    await define(own)
    await own.ledger.chores.close()
    database = own.ledger.store.database
    (left,) = await rows.left(database, own.tenant.id)
    for until, is_free in ((now() + MINUTE, not database.shared), (now() - 1, True)):
        unit = Unit()
        rows.hold(unit, left, until)
        await database.write(unit)
        await own.ledger.chores.resume([own.tenant.id])
        assert bool(own.ledger.chores._tasks) is is_free
        if is_free:
            break
    await done(own)
    assert len(await found(own, type_, 1)) == 20


async def test_whoever_is_at_something_keeps_it(own: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its claim is renewed as long as it takes."""
    monkeypatch.setattr("interlog.ledger.chores.LEASE", 1)
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 4)
    await fill(own)
    await define(own)
    database = own.ledger.store.database
    ends = set()
    while left := await rows.left(database, own.tenant.id):
        ends.add(left[0].claimed_until)
        assert left[0].claimed_until > now() - MINUTE // 30
        await asyncio.sleep(0.05)
    assert len(ends) > 2


async def test_a_later_definition_takes_the_place_of_what_is_left(own: Firm) -> None:
    """A field that is unmarked while its values are being put into the index is not in it afterwards."""
    type_ = await fill(own)
    await define(own)
    await define(own, PLAIN)
    await done(own)
    assert await field_values.ready(own.ledger.store.database, own.tenant.id, type_.id) == {}
    assert len(await found(own, type_, 1, expected_plan=False)) == 20
    await define(own)
    await done(own)
    assert len(await found(own, type_, 1)) == 20


async def test_references_are_followed_after_the_answer(own: Firm) -> None:
    """A slot that comes to refer to a field binds what is stored already, also when the process ends over it."""
    type_ = await fill(own, UNREFERRED, 35)
    await define(own)
    assert await own.ledger.chores.left(own.actor) == {type_.id}
    await own.ledger.chores.close()
    assert await own.ledger.chores.left(own.actor) == {type_.id}
    await own.ledger.chores.resume([own.tenant.id])
    await done(own)
    for n in (0, 17, 34):
        item = await own.ledger.instances.find(own.actor, type_, f"k{n}")
        assert [part.person for part in item.content.participants] == [own.eve.id]
    assert await own.ledger.check.problems() == []


async def test_what_is_left_of_a_change_of_references_is_not_forgotten(own: Firm) -> None:
    """Another definition that leaves the references alone still has the interactions looked through."""
    type_ = await fill(own, UNREFERRED, 35)
    await define(own)
    await own.ledger.chores.close()
    await define(own, replace(VISIT, display_name="A visit"))
    await done(own)
    item = await own.ledger.instances.find(own.actor, type_, "k34")
    assert [part.person is not None for part in item.content.participants] == [True]
