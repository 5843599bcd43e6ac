"""Interlog on a bridge: what every agent finds there, and that nothing is lost or stored twice (spec 6.7, 11.2)."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from interlog.fdc3 import AppIdentifier, BridgingError, FDC3Error, connect
from interlog.fdc3.acting import acting
from interlog.fdc3.bridge import Bridge
from interlog.fdc3.client import Limits
from interlog.fdc3.headless import headless_agent
from interlog.ledger import Ledger
from interlog.model.tenancy import UserRole
from interlog.settings import Settings
from tests.protocols.fdc3.conftest import SEED

from .agents import hand, running_bridge
from .oracles import context_faults, message_faults

FAST = Limits(answer=5, launch=10, pause=0.05)
BASE = "https://crm.example"


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    """A ledger with one tenant, whose owner is Mia."""
    found = await Ledger.open(database_url)
    await found.tenants.init("acme", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example"))
    yield found
    await found.close()


@asynccontextmanager
async def offered(ledger: Ledger, bridge: Bridge, **settings: Any) -> AsyncIterator[Any]:
    """Offer the intents on a bridge."""
    actor = await acting(ledger, None, None)
    agent = headless_agent(Settings(**settings), ledger, actor, base=BASE, urls=[bridge.url], limits=FAST, seconds=10)
    async with agent:
        yield agent


async def count(ledger: Ledger) -> int:
    """Return how many interactions are stored."""
    actor = await (await acting(ledger, None, None))()
    types = [type_.id for type_ in actor.tenant.types]
    return len(await ledger.timeline.newest(actor, types, start=-(2**62), end=2**62, limit=1000))


@pytest.mark.covers("CreateInteraction", by="bridge")
async def test_the_seed_over_a_bridge(ledger: Ledger) -> None:
    """The seed's example is raised by another agent, and comes back created, with our id and nothing lost."""
    async with running_bridge() as (bridge, wire), offered(ledger, bridge), connect(url=bridge.url) as agent:
        found = await agent.find_intent("CreateInteraction", SEED, "fdc3.transactionResult")
        assert [(app.app_id, app.desktop_agent, app.result_type) for app in found.apps] == [
            ("interlog", "interlog", "fdc3.transactionResult")
        ] * 2
        resolution = await agent.raise_intent("CreateInteraction", SEED)
        result = await resolution.get_result(timeout=30)
        assert isinstance(result, dict)
        ids = result["context"].pop("id")
        assert (result["status"], result["context"]) == ("Created", SEED)
        assert result["message"] == f'record with id "{ids["INTERLOG"]}" was created'
        assert ids["URI"].startswith(f"{BASE}/interactions/")
        assert context_faults(result, "transactionresult") == []
        bad = await (await agent.raise_intent("CreateInteraction", {"type": "fdc3.interaction"})).get_result(10)
        assert isinstance(bad, dict)
        assert (bad["status"], bad["interlog"]["code"]) == ("Failed", "Invalid")
        faults = [fault for _, message in wire.received for fault in message_faults(message, by_bridge=False)]
        assert faults == []
    assert await count(ledger) == 1


@pytest.mark.covers("interlog.GetInteraction", "interlog.GetInteractions", "interlog.UpdateInteraction", by="bridge")
@pytest.mark.covers("interlog.DeleteInteraction", "interlog.CreateInteractions", "CreateOrUpdateProfile", by="bridge")
async def test_every_intent_over_a_bridge(ledger: Ledger) -> None:
    """What is created can be listed, read, changed and deleted over a bridge, too; so can a profile be put."""
    async with running_bridge() as (bridge, wire), offered(ledger, bridge), connect(url=bridge.url) as agent:

        async def result(intent: str, context: dict[str, Any]) -> dict[str, Any]:
            found = await (await agent.raise_intent(intent, context)).get_result(timeout=30)
            assert isinstance(found, dict)
            return found

        listed = {"type": "interlog.interactionList", "interactions": [SEED, SEED | {"description": 7}]}
        created, failed = (await result("interlog.CreateInteractions", listed))["results"]
        assert (created["status"], failed["message"]) == ("Created", "description is not a string")
        own = {"type": "fdc3.interaction", "id": {"INTERLOG": created["context"]["id"]["INTERLOG"]}}
        assert await result("interlog.GetInteraction", own) == created["context"]
        changed = await result("interlog.UpdateInteraction", own | {"description": "Other"})
        assert (changed["status"], changed["context"]["description"]) == ("Updated", "Other")
        jane = {"type": "fdc3.contact", "id": {"email": "jane.doe@mail.com"}}
        assert (await result("interlog.GetInteractions", jane))["interactions"] == [changed["context"]]
        assert (await result("CreateOrUpdateProfile", jane | {"name": "Jane Roe"}))["status"] == "Updated"
        assert (await result("interlog.DeleteInteraction", own))["status"] == "Deleted"
        faults = [fault for _, message in wire.received for fault in message_faults(message, by_bridge=False)]
        assert faults == []
    assert await count(ledger) == 0


async def test_what_is_offered(ledger: Ledger) -> None:
    """Our intents are found by context and result; those that show something only where a browser may be opened."""
    async with running_bridge() as (bridge, _), offered(ledger, bridge), connect(url=bridge.url) as agent:
        contact = {"type": "fdc3.contact", "id": {}}
        names = {item.intent.name for item in await agent.find_intents_by_context(contact)}
        assert names == {"CreateOrUpdateProfile", "interlog.GetInteractions"}
        for intent, result in (("ViewProfile", None), ("CreateInteraction", "fdc3.contact"), ("StartCall", None)):
            with pytest.raises(FDC3Error, match="NoAppsFound"):
                await agent.find_intent(intent, None, result)
        (instance,) = await agent.find_instances("interlog")
        assert (await agent.get_app_metadata(instance)).title == "Interlog"
        assert await agent.open(AppIdentifier("interlog", desktop_agent="interlog")) == instance
        with pytest.raises(FDC3Error, match="NoAppsFound"):
            await agent.raise_intent("CreateInteraction", contact, instance)
    async with (
        running_bridge() as (bridge, _),
        offered(ledger, bridge, fdc3_open_browser=True),
        connect(url=bridge.url) as agent,
    ):
        assert (await agent.find_intent("ViewProfile", contact)).intent.display_name == "View Profile"


async def test_the_same_request_twice_is_stored_once(ledger: Ledger) -> None:
    """A request that comes again under its name creates nothing, and has the first result (spec 1.2, step 3)."""
    async with running_bridge() as (bridge, _), offered(ledger, bridge), hand(bridge, "a") as agent:
        at = {"appId": "interlog", "desktopAgent": "interlog"}
        results = []
        for _ in range(2):
            payload = {"intent": "CreateInteraction", "context": SEED, "app": at}
            await agent.send("raiseIntentRequest", payload, requestUuid="same", source={"appId": "x"}, destination=at)
            results.append((await agent.next("raiseIntentResultResponse"))["payload"])
        assert results[0] == results[1]
    assert await count(ledger) == 1


async def test_nothing_is_lost_when_agents_are_killed(ledger: Ledger) -> None:
    """Two hundred intents, while agents are killed and come back: none waits longer than its limit, none that was
    acknowledged is lost, and none is stored twice."""
    acknowledged: list[str] = []
    random.seed(7)
    # The bridge's own messages are looked at in other tests: here they are thousands.
    async with Bridge([0]) as bridge:

        async def raising(number: int) -> None:
            context = SEED | {"description": f"number {number}", "id": {"TEST": str(number)}}
            for _ in range(1_000):
                try:
                    async with asyncio.timeout(60):
                        resolution = await agent.raise_intent("CreateInteraction", context)
                        result = await resolution.get_result(timeout=30)
                except (FDC3Error, BridgingError):
                    await asyncio.sleep(0.05)  # nobody is there just now
                    continue
                assert isinstance(result, dict)
                if result["status"] == "Created" or result["interlog"]["code"] == "Exists":
                    acknowledged.append(result["context"]["description"])
                    return
                raise AssertionError(result)

        async def killing() -> None:
            for _ in range(5):
                async with offered(ledger, bridge) as offering:
                    await asyncio.sleep(random.uniform(0.05, 0.3))
                    offering.remote.client._connection.transport.abort()
                    await asyncio.sleep(random.uniform(0, 0.1))

        async with connect(url=bridge.url, limits=FAST) as agent:
            work = [asyncio.create_task(raising(number)) for number in range(200)]
            await killing()
            async with offered(ledger, bridge):
                await asyncio.gather(*work)
    assert sorted(acknowledged) == sorted(f"number {number}" for number in range(200))
    assert await count(ledger) == 200


async def test_who_acts(ledger: Ledger) -> None:
    """Intents are handled as a user of the tenant, who is named where there are several; as the owner by default."""
    actor = await (await acting(ledger, "acme", None))()
    assert (actor.tenant.name, actor.protocol) == ("acme", "fdc3")
    person, _ = await ledger.cards.put_person(actor, _card())
    await ledger.tenants.add_user(actor, person.id, UserRole.MEMBER, ())
    assert (await (await acting(ledger, None, "bo@own.example"))()).person_id == person.id
    await ledger.tenants.init("other", domains=("other.example",), owner=("O", "O", "o@other.example"))
    with pytest.raises(Exception, match="must be named"):
        await acting(ledger, None, None)


def _card() -> Any:
    from interlog.model.parties import Card

    return Card(name="Bo", email="bo@own.example")


async def test_the_same_over_every_transport(ledger: Ledger, database_url: str) -> None:
    """In this process, too, the three lines have the same result (spec 12)."""
    async with connect("local", db=database_url) as agent:
        resolution = await agent.raise_intent("CreateInteraction", SEED)
        result = await resolution.get_result(timeout=30)
    assert isinstance(result, dict)
    ids = result["context"].pop("id")
    assert result == {
        "type": "fdc3.transactionResult",
        "status": "Created",
        "context": SEED,
        "message": f'record with id "{ids["INTERLOG"]}" was created',
    }
