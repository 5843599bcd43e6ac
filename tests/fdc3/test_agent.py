"""The Python API: raising and handling intents, over a bridge and in one process (spec 8)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from interlog.fdc3 import (
    AgentError,
    AppIdentifier,
    BridgingError,
    ChannelError,
    ContextMetadata,
    DesktopAgent,
    OpenError,
    ResolveError,
    ResultError,
    connect,
    connect_sync,
)
from interlog.fdc3.bridge import Bridge
from interlog.fdc3.channels import ChannelState
from interlog.fdc3.client import Limits

from .agents import Wire, hand, running_bridge
from .oracles import message_faults

CONTACT = {"type": "fdc3.contact", "id": {"email": "ada@client.example"}}
FAST = Limits(answer=20, launch=20, pause=0.05)


@asynccontextmanager
async def two(**options: Any) -> AsyncIterator[tuple[DesktopAgent, DesktopAgent, Bridge]]:
    """Two agents on a bridge; each message that they send must be in order."""
    async with running_bridge() as (bridge, wire):
        async with (
            connect(name="one", url=bridge.url, limits=FAST, **options) as one,
            connect(name="two", url=bridge.url, limits=FAST) as other,
        ):
            yield one, other, bridge
        assert _sent_faults(wire) == []


def _sent_faults(wire: Wire) -> list[str]:
    return [fault for _, message in wire.received for fault in message_faults(message, by_bridge=False)]


async def echo(context: dict[str, Any], metadata: ContextMetadata) -> dict[str, Any]:
    """Answer who asked for what."""
    source = metadata.source.to_dict() if metadata.source is not None else None
    return {"type": "test.echo", "context": context, "source": source}


async def test_an_intent_is_handled_by_another_agent() -> None:
    """One finds who handles an intent, raises it, and gets the result; the handler knows who asked."""
    async with two() as (one, other, _):
        listener = await other.add_intent_listener("ViewContact", echo)
        found = await one.find_intent("ViewContact", CONTACT)
        assert [app.desktop_agent for app in found.apps] == ["two", "two"]
        resolution = await one.raise_intent("ViewContact", CONTACT)
        assert resolution.source == AppIdentifier("two", other.app.instance_id, "two")
        result = await resolution.get_result(timeout=30)
        assert result == await resolution.get_result()
        assert isinstance(result, dict)
        assert result["context"] == CONTACT
        assert result["source"] == {"appId": "one", "instanceId": one.app.instance_id, "desktopAgent": "one"}
        await listener.unsubscribe()
        with pytest.raises(ResolveError, match="NoAppsFound"):
            await one.raise_intent("ViewContact", CONTACT)


@pytest.mark.parametrize("target", ["two", {"appId": "two", "desktopAgent": "two"}, AppIdentifier("two@host.example")])
async def test_a_target_may_be_named(target: Any) -> None:
    """An app is named by its id, with or without its host, or with its agent."""
    async with two() as (one, other, _):
        await other.add_intent_listener("ViewContact", echo)
        assert await (await one.raise_intent("ViewContact", CONTACT, target)).get_result(30) is not None


async def test_whom_one_raises_an_intent_at_may_not_be_there() -> None:
    """Each way in which a target is not there has its own error."""
    async with two() as (one, other, _):
        await other.add_intent_listener("ViewContact", echo)
        for app, code in (
            ("three", "TargetAppUnavailable"),
            (AppIdentifier("two", "none", "two"), "TargetInstanceUnavailable"),
            (AppIdentifier("x", None, "two"), "TargetAppUnavailable"),
            (AppIdentifier("two", None, "three"), "DesktopAgentNotFound"),
        ):
            with pytest.raises(ResolveError, match=code):
                await one.raise_intent("ViewContact", CONTACT, app)
        for context in ({}, {"type": 7}, {"id": {}}):
            with pytest.raises(ResolveError, match="MalformedContext"):
                await one.raise_intent("ViewContact", context)


async def test_a_handler_that_fails_is_an_error_of_the_result() -> None:
    """The raiser is told that the handler rejected it, here and over the bridge; nothing is a result, too."""

    async def failing(context: dict[str, Any], metadata: ContextMetadata) -> None:
        raise RuntimeError("oops")

    async def silent(context: dict[str, Any], metadata: ContextMetadata) -> None:
        return None

    async with two() as (one, other, _):
        for agent in (one, other):
            await agent.add_intent_listener("Fail", failing)
            resolution = await one.raise_intent("Fail", CONTACT, agent.app.app_id)
            with pytest.raises(ResultError, match="IntentHandlerRejected"):
                await resolution.get_result(30)
        await other.add_intent_listener("Void", silent)
        assert await (await one.raise_intent("Void", CONTACT)).get_result(30) is None


async def test_a_result_is_waited_for_as_long_as_one_says() -> None:
    """A result that does not come in time is an error, and may be asked for again."""
    done = asyncio.Event()

    async def slow(context: dict[str, Any], metadata: ContextMetadata) -> dict[str, Any]:
        await done.wait()
        return context

    async with two() as (one, other, _):
        await other.add_intent_listener("Slow", slow)
        resolution = await one.raise_intent("Slow", CONTACT)
        with pytest.raises(ResultError, match="ApiTimeout"):
            await resolution.get_result(timeout=0.05)
        done.set()
        assert await resolution.get_result(timeout=30) == CONTACT


async def test_somebody_chooses_among_several() -> None:
    """Several candidates need a resolver; without one the call fails."""
    async with two() as (one, other, bridge):
        for agent in (one, other):
            await agent.add_intent_listener("ViewContact", echo)
        with pytest.raises(ResolveError, match="ResolverUnavailable"):
            await one.raise_intent("ViewContact", CONTACT)
        chooser = connect(name="three", url=bridge.url, resolver=lambda found: found[0].apps[0].identifier)
        async with chooser as three:
            assert (await three.raise_intent("ViewContact", CONTACT)).source.app_id == "one"
            resolution = await three.raise_intent_for_context(CONTACT, "two")
            assert (resolution.intent, resolution.source.app_id) == ("ViewContact", "two")
        with pytest.raises(ResolveError, match="IntentListenerConflict"):
            await one.add_intent_listener("ViewContact", echo)


async def test_apps_are_found() -> None:
    """Instances, metadata and opening are asked of the agent whose app it is."""
    async with two() as (one, other, _):
        there = AppIdentifier("two", other.app.instance_id, "two")
        assert await one.find_instances("two") == [there]
        assert await one.find_instances("one") == [one.identifier]
        assert (await one.get_app_metadata(there)).title == "two"
        assert await one.open(AppIdentifier("two", desktop_agent="two"), CONTACT) == there
        with pytest.raises(OpenError, match="AppNotFound"):
            await one.open(AppIdentifier("x", desktop_agent="two"))
        with pytest.raises(ResolveError, match="TargetAppUnavailable"):
            await one.get_app_metadata(AppIdentifier("x", desktop_agent="two"))
        with pytest.raises(ResolveError, match="NoAppsFound"):
            await one.find_instances("x")
        info = await one.get_info()
        assert (info.fdc3_version, info.provider) == ("2.2", "Interlog")


async def test_channels() -> None:
    """What is broadcast on a channel is heard by all who joined it, and known to who joins later."""
    async with two() as (one, other, bridge):
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        await other.add_context_listener("fdc3.contact", lambda context, _: heard.put_nowait(context))
        await other.join_user_channel("fdc3.channel.1")
        await one.join_user_channel("fdc3.channel.1")
        await one.broadcast({"type": "fdc3.country", "id": {}})
        await one.broadcast(CONTACT)
        assert await asyncio.wait_for(heard.get(), 30) == CONTACT
        assert heard.empty()
        channel = await other.get_current_channel()
        assert channel is not None
        assert await channel.get_current_context("fdc3.country") == {"type": "fdc3.country", "id": {}}
        async with connect(name="late", url=bridge.url) as late:
            await late.add_context_listener(None, lambda context, _: heard.put_nowait(context))
            await late.join_user_channel("fdc3.channel.1")
            assert await asyncio.wait_for(heard.get(), 30) == CONTACT
        assert [one_.id for one_ in await one.get_user_channels()] == [f"fdc3.channel.{n}" for n in range(1, 9)]
        app_channel = await one.get_or_create_channel("prices")
        listener = await (await other.get_or_create_channel("prices")).add_context_listener(
            None, lambda context, _: heard.put_nowait(context)
        )
        await app_channel.broadcast(CONTACT)
        assert (app_channel.type, await asyncio.wait_for(heard.get(), 30)) == ("app", CONTACT)
        await listener.unsubscribe()
        for wrong in (one.join_user_channel("x"), one.broadcast({"id": 7})):
            with pytest.raises(ChannelError):
                await wrong


async def test_a_name_is_kept_when_others_come() -> None:
    """An agent has the name that answers its own handshake, whoever joins later (spec 6.3)."""
    async with running_bridge() as (bridge, _), connect(name="desk", url=bridge.url) as first:
        async with connect(name="desk", url=bridge.url) as second:
            assert (first.remote.name, second.remote.name) == ("desk", "desk-2")
        async with hand(bridge, "desk-3"):
            assert first.remote.name == "desk"


async def test_a_bridge_may_come_and_go() -> None:
    """Where there is none, that is said; when it breaks, calls fail, and it is found again."""
    bridge = Bridge([0])
    await bridge.start()
    url, port = bridge.url, bridge.port
    async with connect(name="one", url=url, limits=FAST) as one, connect(name="two", url=url, limits=FAST) as other:
        await other.add_intent_listener("ViewContact", echo)
        await bridge.stop()
        with pytest.raises((BridgingError, ResolveError)):
            while True:
                await one.raise_intent("ViewContact", CONTACT, AppIdentifier("two", None, "two"))
        again = Bridge([port])
        await again.start()
        async with asyncio.timeout(30):
            while set(again.agents) != {"one", "two"}:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            assert await (await one.raise_intent("ViewContact", CONTACT)).get_result(30) is not None
        await again.stop()
    with pytest.raises(AgentError, match="AgentNotFound"):
        async with connect(url=url, limits=FAST, seconds=0.3):
            pass


async def test_no_bridge_on_that_port() -> None:
    """What listens on a port need be no bridge: the next one is tried."""

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello?\r\n")
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with running_bridge() as (bridge, _):
        urls = [f"ws://127.0.0.1:{port}", bridge.url]
        async with connect(url=urls, limits=FAST) as agent:
            assert agent.remote.name == "python"
    server.close()


async def test_a_bridge_that_says_odd_things() -> None:
    """What a bridge sends that is not in order does not end an agent: it is passed by."""
    hello = {
        "type": "hello",
        "payload": {"desktopAgentBridgeVersion": "1", "supportedFDC3Versions": ["2.2"], "authRequired": False},
        "meta": {"timestamp": "2026-03-01T09:00:00Z"},
    }
    odd = ("", "{", "7", "[]", "[" * 100_000, '{"type": 7, "meta": {}, "payload": {}}',
           '{"type": "connectedAgentsUpdate", "meta": {}, "payload": {"channelsState": {"x": [{}]}}}',
           '{"type": "raiseIntentRequest", "meta": {}, "payload": {}}')  # fmt: skip

    async def serve_oddly(connection: ServerConnection) -> None:
        await connection.send(json.dumps(hello))
        handshake = json.loads(await connection.recv())
        name = handshake["payload"]["requestedName"]
        update = {"addAgent": name, "allAgents": [], "channelsState": {}}
        meta = {"requestUuid": handshake["meta"]["requestUuid"]}
        await connection.send(json.dumps({"type": "connectedAgentsUpdate", "payload": update, "meta": meta}))
        for text in odd:
            await connection.send(text)
        asked = json.loads(await connection.recv())
        payload = {"appIdentifiers": [{"appId": "x", "instanceId": "i", "desktopAgent": "y"}]}
        meta = {"requestUuid": asked["meta"]["requestUuid"], "responseUuid": "r"}
        await connection.send(json.dumps({"type": "findInstancesResponse", "payload": payload, "meta": meta}))
        await connection.wait_closed()

    async with serve(serve_oddly, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect(url=f"ws://127.0.0.1:{port}", limits=FAST) as agent:
            assert await agent.find_instances("x") == [AppIdentifier("x", "i", "y")]
            assert agent.remote.name == "python"


async def test_what_is_on_the_channels_of_others() -> None:
    """Who joins is told of what differs from what it has: listeners of a type of each, all others of the newest."""
    state = ChannelState()
    heard: list[tuple[str, Any]] = []
    state.listen("red", "a", lambda context, _: heard.append(("a", context["v"])))
    state.listen("red", None, lambda context, _: heard.append(("any", context["v"])))
    await state.put("red", {"type": "a", "v": 1}, ContextMetadata())
    heard.clear()
    await state.join({"red": [{"type": "b", "v": 2}, {"type": "a", "v": 1}], "blue": [{"type": "a", "v": 9}]})
    assert heard == [("any", 2)]
    await state.join({"red": [{"type": "a", "v": 3}, {"type": "b", "v": 2}]})
    assert heard == [("any", 2), ("a", 3), ("any", 3)]
    assert state.current("red", "b") == {"type": "b", "v": 2}
    await state.join({"red": [{"type": "a", "v": 3}]})
    assert len(heard) == 3


def test_without_await() -> None:
    """The synchronous agent does the same, beside a running loop or without one."""
    ready: list[str] = []

    async def work() -> None:
        async with running_bridge() as (bridge, _), connect(name="two", url=bridge.url) as other:
            await other.add_intent_listener("ViewContact", echo)
            ready.append(await asyncio.to_thread(_raise, bridge.url))

    asyncio.run(work())
    assert ready == ["test.echo"]


def _raise(url: str) -> str:
    with connect_sync(name="notebook", url=url) as agent:
        agent.add_intent_listener("Sum", lambda context, _: {"type": "test.sum"})
        assert agent.raise_intent("Sum", CONTACT).get_result(30) == {"type": "test.sum"}
        result = agent.raise_intent("ViewContact", CONTACT).get_result(timeout=30)
        assert isinstance(result, dict)
        return str(result["type"])
