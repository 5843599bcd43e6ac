"""Agents that speak to a bridge by hand, and a bridge whose every message is looked at."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from interlog.fdc3.bridge import Bridge
from interlog.fdc3.messages import new_uuid, timestamp

from .oracles import message_faults

ABOUT = {
    "fdc3Version": "2.2",
    "provider": "tests",
    "optionalFeatures": {
        "OriginatingAppMetadata": True,
        "UserChannelMembershipAPIs": False,
        "DesktopAgentBridging": True,
    },
}
SECONDS = 30


class Wire:
    """What a bridge received and sent."""

    def __init__(self, bridge: Bridge) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.received: list[tuple[str, dict[str, Any]]] = []
        bridge.watch = self._note

    def _note(self, way: str, agent: str, message: dict[str, Any]) -> None:
        (self.received if way == "in" else self.sent).append((agent, json.loads(json.dumps(message))))

    def faults(self) -> list[str]:
        """Return what is wrong with the messages that the bridge sent, by both oracles."""
        return [fault for _, message in self.sent for fault in message_faults(message, by_bridge=True)]


@asynccontextmanager
async def running_bridge(**options: Any) -> AsyncIterator[tuple[Bridge, Wire]]:
    """Run a bridge on a free port; at the end each message that it sent must be in order."""
    bridge = Bridge([0], **options)
    wire = Wire(bridge)
    async with bridge:
        yield bridge, wire
    assert wire.faults() == []


class Hand:
    """An agent that a test drives message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.name = ""
        self.hello: dict[str, Any] = {}
        self.update: dict[str, Any] = {}

    async def send(self, type_: str, payload: Any, **meta: Any) -> str:
        """Send a message, and return its request's name."""
        uuid: str = meta.pop("requestUuid", None) or new_uuid()
        names = {"requestUuid": uuid, "timestamp": timestamp()} | meta
        await self.connection.send(json.dumps({"type": type_, "payload": payload, "meta": names}))
        return uuid

    async def answer(self, request: dict[str, Any], type_: str, payload: Any) -> None:
        """Answer a request."""
        await self.send(type_, payload, requestUuid=request["meta"]["requestUuid"], responseUuid=new_uuid())

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        async with asyncio.timeout(SECONDS):
            message: dict[str, Any] = json.loads(await self.connection.recv())
            return message

    async def next(self, type_: str) -> dict[str, Any]:
        """Return the next message of a type, past all others."""
        while True:
            message = await self.receive()
            if message["type"] == type_:
                return message

    async def silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a while but news of other agents."""
        try:
            async with asyncio.timeout(seconds):
                while json.loads(await self.connection.recv())["type"] == "connectedAgentsUpdate":
                    pass
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def hand(
    bridge: Bridge, name: str = "hand", *, channels: dict[str, Any] | None = None, token: str | None = None,
    origin: str | None = None,
) -> AsyncIterator[Hand]:  # fmt: skip
    """Connect an agent, and go through the handshake."""
    async with connect(bridge.url, origin=origin, compression=None) as connection:  # type: ignore[arg-type]
        agent = Hand(connection)
        agent.hello = await agent.receive()
        payload = {"implementationMetadata": ABOUT, "requestedName": name, "channelsState": channels or {}}
        uuid = await agent.send("handshake", payload | ({"authToken": token} if token is not None else {}))
        agent.update = await agent.receive()
        if agent.update["type"] == "connectedAgentsUpdate":
            assert agent.update["meta"]["requestUuid"] == uuid
            agent.name = agent.update["payload"]["addAgent"]
        yield agent
