"""The bridge between desktop agents (spec 6, 11.2). Each message that it sends is held against both oracles."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from interlog.fdc3.bridge import Bridge, TimeLimits

from .agents import Hand, hand, running_bridge
from .oracles import message_faults

APP = {"appId": "notes", "instanceId": "n-1"}
CONTACT = {"type": "fdc3.contact", "id": {"email": "ada@client.example"}}
RESULT = {"type": "fdc3.transactionResult", "status": "Created"}


def found(*apps: dict[str, Any], intent: str = "ViewContact") -> dict[str, Any]:
    """Return the answer to a search for an intent."""
    return {"appIntent": {"intent": {"name": intent}, "apps": list(apps)}}


async def raised(agent: Hand, target: str, app: dict[str, Any] | None = None) -> str:
    """Have an agent raise an intent at another one."""
    at = (app or APP) | {"desktopAgent": target}
    payload = {"intent": "ViewContact", "context": CONTACT, "app": at}
    return await agent.send("raiseIntentRequest", payload, source={"appId": "raiser"}, destination=at)


async def test_names_are_given() -> None:
    """Each agent gets the name that it wants, or one like it; all are told who comes and who goes."""
    async with running_bridge() as (bridge, _), hand(bridge, "desk") as first, hand(bridge, "desk") as second:
        assert (first.name, second.name) == ("desk", "desk-2")
        assert second.update["payload"]["addAgent"] == "desk-2"
        assert [item["desktopAgent"] for item in second.update["payload"]["allAgents"]] == ["desk", "desk-2"]
        told = await first.next("connectedAgentsUpdate")
        assert told["payload"]["addAgent"] == "desk-2"
        async with hand(bridge, "third"):
            assert bridge.agents == ["desk", "desk-2", "third"]
            await first.next("connectedAgentsUpdate")
        gone = await first.next("connectedAgentsUpdate")
        assert (gone["payload"]["removeAgent"], "channelsState" in gone["payload"]) == ("third", False)
        assert gone["meta"]["requestUuid"] == gone["meta"]["responseUuid"]


async def test_hello_says_what_the_bridge_is() -> None:
    """A bridge begins with its versions, and whether it wants a token."""
    async with running_bridge() as (bridge, _), hand(bridge) as agent:
        payload = agent.hello["payload"]
        assert payload["authRequired"] is False
        assert "2.2" in payload["supportedFDC3Versions"]
        assert set(agent.hello["meta"]) == {"timestamp"}


async def test_channels_are_merged() -> None:
    """What is on the channels already stays in front; of what joins, only new types are added, at the end."""
    one, two, other = ({"type": "a", "v": 1}, {"type": "a", "v": 2}, {"type": "b", "v": 3})
    async with (
        running_bridge() as (bridge, _),
        hand(bridge, channels={"red": [one]}) as first,
        hand(bridge, channels={"red": [two, other], "blue": [two]}) as second,
    ):
        assert second.update["payload"]["channelsState"] == {"red": [one, other], "blue": [two]}
        await first.send("broadcastRequest", {"channelId": "red", "context": other}, source=APP)
        assert (await second.next("broadcastRequest"))["payload"]["context"] == other
        async with hand(bridge) as third:
            assert third.update["payload"]["channelsState"]["red"] == [other, one]


async def test_answers_are_put_together() -> None:
    """A search goes to all others; their answers come as one, each app with its agent (spec 6.5)."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b, hand(bridge, "c") as c:
        uuid = await a.send("findIntentRequest", {"intent": "ViewContact"})
        for agent, answer in ((b, found(APP)), (c, found({"appId": "other"}))):
            request = await agent.next("findIntentRequest")
            assert request["meta"]["source"] == {"desktopAgent": "a"}
            await agent.answer(request, "findIntentResponse", answer)
        answer = await a.next("findIntentResponse")
        assert answer["meta"]["requestUuid"] == uuid
        assert answer["payload"] == found(APP | {"desktopAgent": "b"}, {"appId": "other", "desktopAgent": "c"})
        assert answer["meta"]["sources"] == [{"desktopAgent": "b"}, {"desktopAgent": "c"}]


async def test_some_answers_are_enough() -> None:
    """Who fails or is silent is named beside what others answered; where all fail, that is the answer."""
    async with (
        running_bridge(limits=TimeLimits(answer=2)) as (bridge, _),
        hand(bridge, "a") as a, hand(bridge, "b") as b, hand(bridge, "c") as c,
    ):  # fmt: skip
        await a.send("findIntentRequest", {"intent": "ViewContact"})
        await b.answer(await b.next("findIntentRequest"), "findIntentResponse", found(APP))
        answer = await a.next("findIntentResponse")
        assert answer["payload"] == found(APP | {"desktopAgent": "b"})
        assert answer["meta"]["errorSources"] == [{"desktopAgent": "c"}]
        assert answer["meta"]["errorDetails"] == ["ResponseToBridgeTimedOut"]
        await c.next("findIntentRequest")
        await a.send("findIntentRequest", {"intent": "ViewContact"})
        for agent in (b, c):
            await agent.answer(await agent.next("findIntentRequest"), "findIntentResponse", {"error": "NoAppsFound"})
        answer = await a.next("findIntentResponse")
        assert answer["payload"] == {"error": "NoAppsFound"}
        assert answer["meta"]["errorDetails"] == ["NoAppsFound"] * 2


@pytest.mark.parametrize(
    ("request_", "payload", "empty"),
    [
        ("findIntent", {"intent": "X"}, {"appIntent": {"intent": {"name": "X"}, "apps": []}}),
        ("findIntentsByContext", {"context": CONTACT}, {"appIntents": []}),
        ("findInstances", {"app": {"appId": "x"}}, {"appIdentifiers": []}),
    ],
)
async def test_nobody_else_is_there(request_: str, payload: dict[str, Any], empty: dict[str, Any]) -> None:
    """A search among nobody finds nothing, at once."""
    async with running_bridge() as (bridge, _), hand(bridge) as agent:
        await agent.send(f"{request_}Request", payload)
        answer = await agent.next(f"{request_}Response")
        assert (answer["payload"], answer["meta"]["sources"]) == (empty, [])


async def test_an_intent_has_two_answers() -> None:
    """First by whom it is handled, then the result, whenever that comes (spec 6.4)."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        uuid = await raised(a, "b")
        request = await b.next("raiseIntentRequest")
        assert request["meta"]["source"] == {"appId": "raiser", "desktopAgent": "a"}
        resolution = {"intentResolution": {"intent": "ViewContact", "source": APP}}
        await b.answer(request, "raiseIntentResponse", resolution)
        answer = await a.next("raiseIntentResponse")
        assert answer["payload"]["intentResolution"]["source"] == APP | {"desktopAgent": "b"}
        await b.answer(request, "raiseIntentResultResponse", {"intentResult": {"context": RESULT}})
        result = await a.next("raiseIntentResultResponse")
        assert (result["meta"]["requestUuid"], result["payload"]) == (uuid, {"intentResult": {"context": RESULT}})
        await b.answer(request, "raiseIntentResultResponse", {"intentResult": {}})
        assert await a.silent()


@pytest.mark.parametrize("payload", [{"intentResult": {}}, {}])
async def test_a_void_result_is_sent_too(payload: dict[str, Any]) -> None:
    """Nothing is a result as well, in either form in which it comes (spec 6.8)."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        await raised(a, "b")
        request = await b.next("raiseIntentRequest")
        await b.answer(request, "raiseIntentResponse", {"intentResolution": {"intent": "X", "source": APP}})
        await b.answer(request, "raiseIntentResultResponse", payload)
        assert (await a.next("raiseIntentResultResponse"))["payload"] == {"intentResult": {}}


async def test_unknown_agents() -> None:
    """A request to an agent that is not there, or to oneself, fails at once."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b"):
        for target in ("nobody", "a"):
            await raised(a, target)
            answer = await a.next("raiseIntentResponse")
            assert answer["payload"] == {"error": "DesktopAgentNotFound"}


async def test_errors_of_an_agent_are_passed_on() -> None:
    """What an agent answers that it cannot do is what the raiser is told; an unknown word is no answer."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        for said, told in (("TargetAppUnavailable", "TargetAppUnavailable"), ("Oops", "MalformedMessage")):
            await raised(a, "b")
            await b.answer(await b.next("raiseIntentRequest"), "raiseIntentResponse", {"error": said})
            assert (await a.next("raiseIntentResponse"))["payload"] == {"error": told}
        await raised(a, "b")
        request = await b.next("raiseIntentRequest")
        await b.answer(request, "raiseIntentResponse", {"intentResolution": {"intent": "X", "source": APP}})
        await b.answer(request, "raiseIntentResultResponse", {"error": "IntentHandlerRejected"})
        result = await a.next("raiseIntentResultResponse")
        assert result["payload"] == {"error": "IntentHandlerRejected"}


async def test_an_agent_that_is_killed() -> None:
    """Whoever waits for an agent that goes is told: before the answer, and between answer and result."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a:
        async with hand(bridge, "b") as b:
            await raised(a, "b")
            await b.next("raiseIntentRequest")
            b.connection.transport.abort()
            assert (await a.next("raiseIntentResponse"))["payload"] == {"error": "AgentDisconnected"}
        async with hand(bridge, "b") as b:
            await raised(a, "b")
            request = await b.next("raiseIntentRequest")
            await b.answer(request, "raiseIntentResponse", {"intentResolution": {"intent": "X", "source": APP}})
            await a.next("raiseIntentResponse")
            b.connection.transport.abort()
            assert (await a.next("raiseIntentResultResponse"))["payload"] == {"error": "AgentDisconnected"}


async def test_silent_agents_are_let_go() -> None:
    """An agent that is silent is waited for no longer than the limit, and not for ever again."""
    limits = TimeLimits(answer=0.1, launch=0.2, strikes=2)
    async with running_bridge(limits=limits) as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        await a.send("findIntentRequest", {"intent": "ViewContact"})
        assert (await a.next("findIntentResponse"))["payload"] == {"error": "ResponseToBridgeTimedOut"}
        await raised(a, "b")
        assert (await a.next("raiseIntentResponse"))["payload"] == {"error": "ResponseToBridgeTimedOut"}
        with pytest.raises(ConnectionClosed):
            while True:
                await b.receive()
        assert (await a.next("connectedAgentsUpdate"))["payload"]["removeAgent"] == "b"
        assert bridge.agents == ["a"]


async def test_a_result_may_be_limited() -> None:
    """By a setting, a result is not waited for without end; what comes later is dropped."""
    async with (
        running_bridge(limits=TimeLimits(result=0.1)) as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b
    ):  # fmt: skip
        await raised(a, "b")
        request = await b.next("raiseIntentRequest")
        await b.answer(request, "raiseIntentResponse", {"intentResolution": {"intent": "X", "source": APP}})
        assert (await a.next("raiseIntentResultResponse"))["payload"] == {"error": "ResponseToBridgeTimedOut"}
        await b.answer(request, "raiseIntentResultResponse", {"intentResult": {}})
        assert await a.silent()


async def test_a_late_answer_is_dropped() -> None:
    """What an agent answers after its time is nobody's any more; the next request is answered as ever."""
    async with (
        running_bridge(limits=TimeLimits(answer=0.1)) as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b
    ):  # fmt: skip
        await a.send("findIntentRequest", {"intent": "ViewContact"})
        request = await b.next("findIntentRequest")
        assert (await a.next("findIntentResponse"))["payload"] == {"error": "ResponseToBridgeTimedOut"}
        await b.answer(request, "findIntentResponse", found(APP))
        assert await a.silent()
        await a.send("findIntentRequest", {"intent": "ViewContact"})
        await b.answer(await b.next("findIntentRequest"), "findIntentResponse", found(APP))
        assert (await a.next("findIntentResponse"))["payload"] == found(APP | {"desktopAgent": "b"})


async def test_an_answer_that_is_malformed() -> None:
    """An agent whose answer is not in order is told so, and counts as one that failed; a result, too."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        await raised(a, "b")
        await b.answer(await b.next("raiseIntentRequest"), "raiseIntentResponse", {"intentResolution": {"intent": 7}})
        for agent in (a, b):
            assert (await agent.next("raiseIntentResponse"))["payload"] == {"error": "MalformedMessage"}
        await raised(a, "b")
        request = await b.next("raiseIntentRequest")
        await b.answer(request, "raiseIntentResponse", {"intentResolution": {"intent": "X", "source": APP}})
        await b.answer(request, "raiseIntentResultResponse", {"intentResult": {"context": {"x": 1}}})
        for agent in (a, b):
            assert (await agent.next("raiseIntentResultResponse"))["payload"] == {"error": "MalformedMessage"}


async def test_what_is_malformed() -> None:
    """What is no message is dropped, or refused where the request has a name; the connection lives on."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        for text in ("", "{", "[]", "7", '{"type": "findIntentRequest"}', json.dumps({"type": "x", "meta": {}}),
                     "[" * 100_000):  # fmt: skip
            await a.connection.send(text)
        for payload in ({}, {"intent": 7}, {"intent": ""}, {"intent": "X", "context": {"x": 1}}):
            await a.send("findIntentRequest", payload)
            assert (await a.next("findIntentResponse"))["payload"] == {"error": "MalformedMessage"}
        assert await b.silent()
        uuid = await raised(a, "b")
        await b.next("raiseIntentRequest")
        await a.send("findIntentRequest", {"intent": "X"}, requestUuid=uuid)
        assert (await a.next("findIntentResponse"))["payload"] == {"error": "MalformedMessage"}


async def test_who_sends_what_is_not_believed() -> None:
    """The source of a message is who sent it; an answer counts only from who was asked."""
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b, hand(bridge, "c") as c:
        await a.send("broadcastRequest", {"channelId": "x", "context": CONTACT}, source=APP | {"desktopAgent": "c"})
        assert (await b.next("broadcastRequest"))["meta"]["source"] == APP | {"desktopAgent": "a"}
        await raised(a, "b")
        request = await b.next("raiseIntentRequest")
        forged = {"intentResolution": {"intent": "X", "source": APP}}
        await c.answer(request, "raiseIntentResponse", forged)
        await a.answer(request, "raiseIntentResponse", forged)
        assert await a.silent()
        await b.answer(request, "raiseIntentResponse", {"error": "NoAppsFound"})
        assert (await a.next("raiseIntentResponse"))["payload"] == {"error": "NoAppsFound"}


@pytest.mark.parametrize("name", ["broadcast", "eventListenerAdded", "onUnsubscribe", "onDisconnect"])
async def test_private_channels_are_routed(name: str) -> None:
    """Messages of private channels go to their destination, without one to all others (spec 6.6)."""
    more: dict[str, dict[str, Any]] = {
        "broadcast": {"context": CONTACT},
        "eventListenerAdded": {"listenerType": "onDisconnect"},
        "onUnsubscribe": {"contextType": None},
    }
    payload = {"channelId": "p-1", **more.get(name, {})}
    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b, hand(bridge, "c") as c:
        at = APP | {"desktopAgent": "b"}
        await a.send(f"PrivateChannel.{name}", payload, source=APP, destination=at)
        shown = {"listenerType": "disconnect"} if "listenerType" in payload else {}
        assert (await b.next(f"PrivateChannel.{name}"))["payload"] == payload | shown
        assert await c.silent()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 101),
        ("http://localhost:3000", 101),
        ("https://127.0.0.1", 101),
        ("https://desk.example", 101),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
    ],
)
async def test_pages_of_others_are_refused(origin: str | None, status: int) -> None:
    """Any page may try to connect; those of this machine may, and those that were allowed (spec 6.2)."""
    async with running_bridge(origins=["https://desk.example"]) as (bridge, _):
        if status == 101:
            async with hand(bridge, origin=origin) as agent:
                assert agent.name == "hand"
            return
        with pytest.raises(InvalidStatus) as refused:
            async with connect(bridge.url, origin=origin):  # type: ignore[arg-type]
                pass
        assert refused.value.response.status_code == status


async def test_two_bridges_take_two_ports() -> None:
    """A second bridge on the machine takes the next port."""
    async with running_bridge() as (first, _), Bridge([first.port, 0]) as second:
        assert second.port != first.port
        with pytest.raises(OSError, match="address already in use"):
            await Bridge([first.port, second.port]).start()


async def test_many_at_once() -> None:
    """Two hundred intents at the same time are each answered by their own result, though agents come and go."""

    async def answering(agent: Hand) -> None:
        while True:
            request = await agent.next("raiseIntentRequest")
            await agent.answer(
                request, "raiseIntentResponse", {"intentResolution": {"intent": "ViewContact", "source": APP}}
            )
            context = RESULT | {"message": request["meta"]["requestUuid"]}
            await agent.answer(request, "raiseIntentResultResponse", {"intentResult": {"context": context}})

    async with running_bridge() as (bridge, _), hand(bridge, "a") as a, hand(bridge, "b") as b:
        task = asyncio.create_task(answering(b))
        uuids = {await raised(a, "b") for _ in range(200)}
        async with hand(bridge, "c"):
            pass
        results: dict[str, str] = {}
        while len(results) < 200:
            message = await a.next("raiseIntentResultResponse")
            results[message["meta"]["requestUuid"]] = message["payload"]["intentResult"]["context"]["message"]
        assert results == {uuid: uuid for uuid in uuids}
        task.cancel()


def test_the_oracles_are_awake() -> None:
    """Both oracles refuse what is not in order."""
    message = {"type": "hello", "payload": {"authRequired": 7}, "meta": {"timestamp": "now"}}
    assert len(message_faults(message, by_bridge=True)) > 1
