"""PostgreSQL that goes away: refused with ``Unavailable`` while it is gone, and all is well when it is back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.model.errors import Unavailable
from tests.ledger.conftest import Firm, found_firm, meeting
from tests.postgres import PostgresServer

pytestmark = pytest.mark.faults


@pytest_asyncio.fixture
async def firm(private_postgres: PostgresServer) -> AsyncIterator[Firm]:
    """A firm on a server of its own."""
    ledger = await Ledger.open(private_postgres.create_database())
    yield await found_firm(ledger)
    await ledger.close()


async def _outcomes(many: int, attempt: Callable[[], Awaitable[object]]) -> set[str]:
    """Return the names of what many attempts at once ended in; "" for success."""
    outcomes = await asyncio.gather(*(attempt() for _ in range(many)), return_exceptions=True)
    return {type(outcome).__name__ if isinstance(outcome, BaseException) else "" for outcome in outcomes}


async def _logged(firm: Firm) -> object:
    return await firm.ledger.interactions.log(firm.actor, meeting(firm.eve))


async def _recovered(firm: Firm) -> None:
    """Wait until reading and writing work again, and see that they go on working."""

    async def both() -> None:
        await firm.ledger.interactions.log(firm.actor, meeting(firm.eve))
        await firm.ledger.persons.get(firm.actor, firm.eve.id)

    async with asyncio.timeout(60):
        while await _outcomes(20, both) != {""}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await _outcomes(50, both) == {""}
    assert await firm.ledger.check.problems() == []


async def test_a_server_that_is_killed(firm: Firm, private_postgres: PostgresServer) -> None:
    """While it is gone everything is refused at once, nothing hangs; afterwards all goes on."""
    await asyncio.to_thread(private_postgres.kill)

    for _ in range(2):
        async with asyncio.timeout(60):
            written = await _outcomes(30, lambda: _logged(firm))
            read = await _outcomes(30, lambda: firm.ledger.interactions.get(firm.actor, 1))
            taken = await _outcomes(3, lambda: firm.ledger.store.numbers.take(firm.tenant.id, "list", 99))
        assert written == read == taken == {"Unavailable"}

    await asyncio.to_thread(private_postgres.start)
    await _recovered(firm)


async def test_a_server_that_is_restarted_while_many_write(firm: Firm, private_postgres: PostgresServer) -> None:
    """Whatever was under way is stored or refused: each answer is true."""
    keys = [f"key {index}" for index in range(400)]

    async def log(key: str) -> int | None:
        await asyncio.sleep(0.001 * int(key.split()[1]))
        try:
            logged = await firm.ledger.interactions.log(firm.actor, meeting(firm.eve, draft={"request_key": key}))
        except Unavailable:
            return None
        return logged.interaction.number

    writing = [asyncio.create_task(log(key)) for key in keys]
    await asyncio.sleep(0.1)
    await asyncio.to_thread(private_postgres.stop)
    late = [asyncio.create_task(log(key)) for key in ("late 0", "late 1")]
    await asyncio.wait(late)
    await asyncio.to_thread(private_postgres.start)
    numbers = await asyncio.gather(*writing)
    await _recovered(firm)

    assert [task.result() for task in late] == [None, None]
    for number in numbers:
        if number is not None:
            await firm.ledger.interactions.get(firm.actor, number)
    again = [await firm.ledger.interactions.log(firm.actor, meeting(firm.eve, draft={"request_key": k})) for k in keys]
    assert [a for a, b in zip(again, numbers, strict=True) if b is not None and a.interaction.number != b] == []


async def test_connections_that_are_ended(firm: Firm, private_postgres: PostgresServer) -> None:
    """Connections that the administrator ends are replaced."""
    for _ in range(3):
        busy = asyncio.create_task(_outcomes(50, lambda: _logged(firm)))
        await asyncio.sleep(0.005)
        await asyncio.to_thread(
            private_postgres.execute,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'interlog'",
        )
        assert await busy <= {"", "Unavailable"}
        await _recovered(firm)


async def test_a_server_that_may_only_be_read(firm: Firm, private_postgres: PostgresServer) -> None:
    """A standby refuses writes and lets read; when it is made the primary it takes them."""
    for value in ("on", "off"):
        await asyncio.to_thread(private_postgres.execute, f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        await asyncio.to_thread(private_postgres.execute, "SELECT pg_reload_conf()")
        if value == "on":
            async with asyncio.timeout(30):
                while await _outcomes(9, lambda: _logged(firm)) != {"Unavailable"}:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert (await firm.ledger.persons.get(firm.actor, firm.eve.id)) == firm.eve
    await _recovered(firm)


async def test_closing_while_it_is_gone(private_postgres: PostgresServer) -> None:
    """A store closes within seconds, whether the server answers or not."""
    ledger = await Ledger.open(private_postgres.create_database())
    await found_firm(ledger)  # so that there are numbers to give back
    await asyncio.to_thread(private_postgres.kill)

    async with asyncio.timeout(30):
        await ledger.close()
    with pytest.raises(Unavailable):
        await Ledger.open(ledger.store.url)
