"""Telling other programs of changes: signed, once each, again and again until they take it, and never in the way."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager

import pytest
import pytest_asyncio
from standardwebhooks.webhooks import Webhook

from interlog.ledger import Ledger
from interlog.model.deliveries import GIVEN_UP, Delivery, DeliveryState, Message, Subscription, Target, pause_after
from interlog.model.errors import NotFound
from interlog.model.instants import DAY, HOUR, SECOND
from interlog.model.journal import Action, Entity, JournalEntry
from interlog.model.tenancy import Actor
from interlog.store import deliveries as rows
from interlog.store.statements import Unit
from tests.ledger.conftest import Firm, meeting
from tests.receiving import Receiver, receiving

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "whsec_" + base64.b64encode(b"k" * 24).decode()


async def _created(actor: Actor, subscription: Subscription, entries: Sequence[JournalEntry]) -> list[Message]:
    """Tell of every interaction that was logged: the source of these tests."""
    return [
        Message("logged", f'{{"number":{entry.entity_id},"seen":{len(actor.groups)}}}'.encode())
        for entry in entries
        if entry.entity is Entity.INTERACTION and entry.action is Action.CREATE
    ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes what it is told."""
    with receiving() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def firm(acme: Firm) -> AsyncIterator[Firm]:
    """A firm whose interactions are told; the subscription ends with the test."""
    acme.ledger.deliveries.sources["test"] = _created
    yield acme
    unit = Unit()
    await acme.ledger.deliveries.unsubscribe(acme.actor, unit, "test", "hook")
    await acme.ledger.store.database.write(unit)


async def _subscribe(firm: Firm, url: str, **more: object) -> None:
    unit = Unit()
    target = Target(url=url, signing_key=KEY, bearer="secret", **more)  # type: ignore[arg-type]
    await firm.ledger.deliveries.subscribe(firm.actor, unit, "test", "hook", target)
    await firm.ledger.store.database.write(unit)


async def _log(firm: Firm) -> int:
    return (await firm.ledger.interactions.log(firm.actor, meeting(firm.eve))).interaction.number


def _running(ledger: Ledger, *, private: bool = True) -> AbstractAsyncContextManager[None]:
    return ledger.deliveries.running(private=private, every=0.02)


async def _log_of(firm: Firm, *, dead: bool = False) -> list[Delivery]:
    return await firm.ledger.deliveries.log(firm.actor, "test", "hook", dead=dead)


async def _until(firm: Firm, *states: DeliveryState) -> list[Delivery]:
    """Wait until the deliveries, newest first, are in these states, each after an attempt."""
    for _ in range(2_000):
        found = await _log_of(firm)
        if [item.state for item in found] == list(states) and all(item.status or item.problem for item in found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def test_what_changes_from_now_on_is_told_signed_and_in_order(firm: Firm, receiver: Receiver) -> None:
    """Each message is verified by somebody else's library, and has a key of its own."""
    await _log(firm)
    await _subscribe(firm, receiver.url)
    numbers = [await _log(firm) for _ in range(3)]

    async with _running(firm.ledger):
        done = await _until(firm, *[DeliveryState.DELIVERED] * 3)

    assert [message.json["number"] for message in receiver.received] == numbers
    for message, item in zip(receiver.received, reversed(done), strict=True):
        Webhook(KEY).verify(message.body, message.headers)
        assert message.headers["idempotency-key"] == message.headers["webhook-id"] == item.key
        assert message.headers["authorization"] == "Bearer secret"
        assert message.headers["host"] in receiver.url
        assert (item.status, item.attempts, item.body, item.event) == (200, 1, None, "logged")


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_what_is_refused_is_tried_again_with_the_same_key(
    firm: Firm, receiver: Receiver, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is no success counts as failed; a redirection is not followed."""
    monkeypatch.setattr("interlog.ledger.deliveries.pause_after", lambda attempts: 0)
    receiver.answers = [status, status]
    await _subscribe(firm, receiver.url)
    await _log(firm)

    async with _running(firm.ledger):
        (item,) = await _until(firm, DeliveryState.DELIVERED)

    assert item.attempts == len(receiver.received) == 3
    assert len({message.headers["idempotency-key"] for message in receiver.received}) == 1
    assert len({message.body for message in receiver.received}) == 1


async def test_what_nobody_takes_for_a_day_is_given_up_until_somebody_asks_for_it(
    firm: Firm, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays among the dead, with its body and why, and can be sent again."""
    monkeypatch.setattr("interlog.ledger.deliveries.GIVEN_UP", 0)
    receiver.answers = [503]
    await _subscribe(firm, receiver.url)
    number = await _log(firm)
    async with _running(firm.ledger):
        (dead,) = await _until(firm, DeliveryState.DEAD)
        assert await _log_of(firm, dead=True) == [dead]
        assert (dead.status, dead.next_at) == (503, None) and dead.body is not None

        await firm.ledger.deliveries.retry(firm.actor, "test", "hook", dead.id)
        await _until(firm, DeliveryState.DELIVERED)

    assert [message.json["number"] for message in receiver.received] == [number, number]
    assert await _log_of(firm, dead=True) == []
    for name, id_ in (("hook", dead.id), ("nobody", 1)):
        with pytest.raises(NotFound):
            await firm.ledger.deliveries.retry(firm.actor, "test", name, id_)


async def test_attempts_become_rarer_for_a_day() -> None:
    """Each pause is twice the one before, up to an hour; a day holds a few dozen attempts."""
    pauses = [pause_after(attempts) for attempts in range(1, 60)]
    assert pauses[:3] == [5 * SECOND, 10 * SECOND, 20 * SECOND] and max(pauses) == HOUR == pauses[-1]
    total, attempts = 0, 0
    while (total := total + pauses[attempts]) <= GIVEN_UP:
        attempts += 1
    assert GIVEN_UP == DAY and 20 < attempts < 50


async def test_one_that_does_not_answer_holds_up_nobody(firm: Firm, receiver: Receiver) -> None:
    """Neither requests nor other subscriptions wait for it; the attempt is made again by whoever serves next."""
    hanging = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang() -> int:
        asyncio.run_coroutine_threadsafe(hanging.wait(), loop).result(60)
        return 200

    with receiving() as slow:
        slow.answer = hang
        await _subscribe(firm, slow.url)
        unit = Unit()
        target = Target(url=receiver.url, signing_key=KEY)
        await firm.ledger.deliveries.subscribe(firm.actor, unit, "test", "other", target)
        await firm.ledger.store.database.write(unit)
        await _log(firm)
        async with _running(firm.ledger):
            for _ in range(2_000):
                if receiver.received and slow.received:
                    break
                await asyncio.sleep(0.02)
            assert len(receiver.received) == len(slow.received) == 1
            await asyncio.wait_for(_log(firm), 30)
            hanging.set()
            await _until(firm, DeliveryState.DELIVERED, DeliveryState.DELIVERED)
        unit = Unit()
        await firm.ledger.deliveries.unsubscribe(firm.actor, unit, "test", "other")
        await firm.ledger.store.database.write(unit)


@pytest.mark.parametrize(
    "url",
    ["{receiver}", "http://localhost:{port}/", "http://[::1]:{port}/", "http://169.254.169.254/", "http://10.0.0.1/",
     "http://[::ffff:127.0.0.1]:{port}/", "http://0.0.0.0:{port}/", "http://2130706433:{port}/"],
)  # fmt: skip
async def test_addresses_that_are_not_public_are_refused(firm: Firm, receiver: Receiver, url: str) -> None:
    """Nobody reaches this machine or its neighbours through us, by whatever name, unless a setting allows it."""
    port = receiver.url.partition(":")[2].partition(":")[2].partition("/")[0]
    await _subscribe(firm, url.format(receiver=receiver.url, port=port))
    await _log(firm)

    async with _running(firm.ledger, private=False):
        (item,) = await _until(firm, DeliveryState.WAITING)

    assert receiver.received == [] and item.status is None
    assert item.problem == "the address leads to this machine or to a private network"


@pytest.mark.parametrize("url", ["http://nobody.invalid/", "http://127.0.0.1:1/", "https://{host}/"])
async def test_an_address_that_cannot_be_reached_is_a_failed_attempt(firm: Firm, receiver: Receiver, url: str) -> None:
    """Why it failed stands in the log."""
    host = receiver.url.removeprefix("http://").partition("/")[0]
    await _subscribe(firm, url.format(host=host))
    await _log(firm)

    async with _running(firm.ledger):
        (item,) = await _until(firm, DeliveryState.WAITING)

    assert item.status is None and item.problem


async def test_several_processes_tell_everything_once(firm: Firm, receiver: Receiver) -> None:
    """Whoever reads on takes all others' turn, and an attempt is claimed first."""
    await _subscribe(firm, receiver.url)
    async with _running(firm.ledger), _running(firm.ledger), _running(firm.ledger):
        numbers = [await _log(firm) for _ in range(30)]
        await _until(firm, *[DeliveryState.DELIVERED] * 30)

    assert sorted(message.json["number"] for message in receiver.received) == numbers


async def test_an_attempt_that_nobody_tells_the_end_of_is_made_again(firm: Firm, receiver: Receiver) -> None:
    """Whoever claimed it may have been killed: the message is due again, under the same key."""
    await _subscribe(firm, receiver.url)
    number = await _log(firm)
    with receiving() as hanging:
        hanging.answer = lambda: 500
        await _subscribe(firm, hanging.url)
        async with _running(firm.ledger):
            (tried,) = await _until(firm, DeliveryState.WAITING)
    unit = Unit()
    rows.claim(unit, firm.tenant.id, tried, 0)  # as if by a process that is no more
    await firm.ledger.store.database.write(unit)
    await _subscribe(firm, receiver.url)

    async with _running(firm.ledger):
        (item,) = await _until(firm, DeliveryState.DELIVERED)

    assert [message.json["number"] for message in receiver.received] == [number]
    assert (item.attempts, item.key) == (tried.attempts + 2, tried.key)


async def test_pausing_keeps_and_ending_drops_what_waits(firm: Firm, receiver: Receiver) -> None:
    """What happened during a pause is told after it; what happened after the end is not."""
    await _subscribe(firm, receiver.url, is_paused=True)
    async with _running(firm.ledger):
        await _log(firm)
        await asyncio.sleep(0.1)
        assert receiver.received == []
        await _subscribe(firm, receiver.url)
        await _until(firm, DeliveryState.DELIVERED)

        unit = Unit()
        await firm.ledger.deliveries.unsubscribe(firm.actor, unit, "test", "hook")
        await firm.ledger.store.database.write(unit)
        await _log(firm)
        await asyncio.sleep(0.1)
        await _subscribe(firm, receiver.url)
        number = await _log(firm)
        await _until(firm, DeliveryState.DELIVERED, DeliveryState.DELIVERED)

    assert len(receiver.received) == 2 and receiver.received[-1].json["number"] == number
