"""Agents that are connected to a bridge, and requests that wait for their answers."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .messages import Kind, Message

MOST_WAITING = 10_000
"""Messages that wait for an agent that does not read; then it is let go."""

_encode = msgspec.json.Encoder().encode


class Answer(NamedTuple):
    """What an agent has answered."""

    agent: str
    response_uuid: str
    payload: Message


class Peer:
    """A connected agent. It has a name once its handshake is done."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.name = ""
        self.about: Message = {}
        self.strikes = 0
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)

    def send(self, message: Message) -> None:
        """Have a message sent, after all that wait already."""
        try:
            self.waiting.put_nowait(_encode(message))
        except asyncio.QueueFull:
            self.let_go()

    def let_go(self) -> None:
        """Close the connection as soon as all that waits is sent, or at once where it cannot be."""
        try:
            self.waiting.put_nowait(None)
        except asyncio.QueueFull:
            self.connection.transport.abort()

    async def write(self) -> None:
        """Send what waits, until the end."""
        with contextlib.suppress(ConnectionClosed):
            while (text := await self.waiting.get()) is not None:
                await self.connection.send(text, text=True)
        await self.connection.close()


class Pending:
    """A request that was passed on, and what has been answered so far."""

    def __init__(self, agent: Peer, message: Message, kind: Kind, targets: Iterable[Peer]) -> None:
        self.agent = agent
        self.message = message
        self.kind = kind
        self.expected = {target.name for target in targets}
        self.answers: list[Answer] = []
        self.errors: dict[str, str] = {}
        self.resolved_by: str | None = None
        self.timer: asyncio.TimerHandle | None = None

    @property
    def uuid(self) -> str:
        """The request's name."""
        uuid: str = self.message["meta"]["requestUuid"]
        return uuid

    def stop_timer(self) -> None:
        """Wait no longer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
