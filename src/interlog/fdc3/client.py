"""The connection of an agent to a bridge: found on this machine, made anew when it breaks (spec 6.2, 6.3)."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from .bridge import MAX_FRAME, PORTS
from .errors import NOT_CONNECTED, TIMED_OUT, AgentError, BridgingError, FDC3Error
from .messages import RESULT_RESPONSE, Hello, Message, is_in_order, new_uuid, timestamp
from .tokens import Keys

_CONNECT, _HELLO = 0.75, 3.0
"""Seconds that a port has to answer, and then to say that it is a bridge."""

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode

Answer = asyncio.Future[Message]


class Limits(NamedTuple):
    """Seconds that an agent waits: for an answer, where an app may have to be started, and between two searches."""

    answer: float = 3.0
    launch: float = 25.0
    pause: float = 5.0


class Client:
    """An agent's side of a bridge. ``received`` is called with what others ask, ``joined`` with what is on channels."""

    def __init__(
        self,
        name: str,
        about: Message,
        *,
        received: Callable[[Message], Awaitable[None]],
        joined: Callable[[Any], Awaitable[None]],
        state: Callable[[], Message],
        urls: Sequence[str] | None = None,
        keys: Keys | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._wanted = name
        self._about = about
        self._received, self._joined, self._state = received, joined, state
        self._urls = list(urls) if urls is not None else [f"ws://127.0.0.1:{port}" for port in PORTS]
        self._keys = keys
        self.limits = limits or Limits()
        self.name = ""
        self.agents: list[Message] = []
        self._connection: ClientConnection | None = None
        self._waiting: dict[tuple[str, str], Answer] = {}
        self._handling: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._refused: str | None = None

    @property
    def is_connected(self) -> bool:
        """Whether there is a bridge now."""
        return self._ready.is_set()

    async def start(self, seconds: float | None) -> None:
        """Look for a bridge until there is one; raises ``AgentError`` after some seconds."""
        self._task = asyncio.create_task(self._live())
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            refused = self._refused
            await self.stop()
            raise AgentError("AccessDenied" if refused is not None else "AgentNotFound") from None

    async def stop(self) -> None:
        """Disconnect, and search no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for task in list(self._handling):
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    # Messages

    async def send(self, type_: str, payload: Message, meta: Message) -> None:
        """Send a message; raises ``BridgingError`` where there is no bridge."""
        if self._connection is None or not self.is_connected:
            raise BridgingError(NOT_CONNECTED)
        message = {"type": type_, "payload": payload, "meta": meta | {"timestamp": timestamp()}}
        try:
            await self._connection.send(_encode(message), text=True)
        except WebSocketException:
            raise BridgingError(NOT_CONNECTED) from None

    async def ask(
        self, type_: str, payload: Message, meta: Message, error: type[FDC3Error], *, seconds: float | None = None
    ) -> tuple[Message, Answer | None]:
        """Send a request and return its answer; of an intent, also what its result will be.

        Raises ``error``, or ``BridgingError``, with the text that the answer has.
        """
        uuid = new_uuid()
        answer_type = type_.replace("Request", "Response")
        answer = self._expect(uuid, answer_type)
        result = self._expect(uuid, RESULT_RESPONSE) if type_ == "raiseIntentRequest" else None
        try:
            await self.send(type_, payload, meta | {"requestUuid": uuid})
            message = await asyncio.wait_for(answer, seconds or self.limits.answer)
        except BaseException as failed:
            self._forget(uuid, answer_type)
            self._forget(uuid, RESULT_RESPONSE)
            if isinstance(failed, TimeoutError):
                raise BridgingError(TIMED_OUT) from None
            raise
        if isinstance(message["payload"].get("error"), str):
            self._forget(uuid, RESULT_RESPONSE)
            raise error_of(message, error)
        return message, result

    def _expect(self, uuid: str, type_: str) -> Answer:
        future: Answer = asyncio.get_running_loop().create_future()
        self._waiting[uuid, type_] = future
        future.add_done_callback(lambda _: self._waiting.pop((uuid, type_), None))
        return future

    def _forget(self, uuid: str, type_: str) -> None:
        future = self._waiting.pop((uuid, type_), None)
        if future is not None:
            future.cancel()

    # The connection

    async def _live(self) -> None:
        """Be connected to a bridge, or search for one."""
        last: str | None = None
        while True:
            for url in ([last] if last is not None else []) + [url for url in self._urls if url != last]:
                connection = await self._connected(url)
                if connection is None:
                    continue
                last = url
                try:
                    async for text in connection:
                        await self._read(text)
                except WebSocketException:
                    pass
                finally:
                    await self._lost(connection)
                break
            else:
                await asyncio.sleep(self.limits.pause)

    async def _connected(self, url: str) -> ClientConnection | None:
        """Return a connection to the bridge at an address, after the handshake; None where there is none."""
        connection: ClientConnection | None = None
        try:
            async with asyncio.timeout(_CONNECT):
                connection = await connect(url, compression=None, max_size=MAX_FRAME, open_timeout=None, proxy=None)
            async with asyncio.timeout(_HELLO):
                hello = json.loads(await connection.recv())
                if hello.get("type") != "hello" or not is_in_order(hello.get("payload"), Hello):
                    raise ValueError("it is no bridge")
                if not self._is_trusted(hello["payload"]):
                    raise ValueError("its token is not valid")
                await self._shake_hands(connection)
        except (OSError, TimeoutError, WebSocketException, ValueError, LookupError, AttributeError, TypeError):
            if connection is not None:
                await connection.close()
            return None
        except BaseException:
            if connection is not None:
                connection.transport.abort()
            raise
        return connection

    def _is_trusted(self, hello: Message) -> bool:
        """Whether the bridge is one of those that are known; where none is, any bridge is."""
        token = hello.get("authToken")
        return token is None or self._keys is None or not self._keys.knows or self._keys.problem_of(token) is None

    async def _shake_hands(self, connection: ClientConnection) -> None:
        uuid = new_uuid()
        payload = {
            "implementationMetadata": self._about,
            "requestedName": self._wanted,
            "channelsState": self._state(),
        }
        if self._keys is not None and (token := self._keys.token()) is not None:
            payload["authToken"] = token
        meta = {"requestUuid": uuid, "timestamp": timestamp()}
        await connection.send(_encode({"type": "handshake", "payload": payload, "meta": meta}), text=True)
        while True:
            answer = json.loads(await connection.recv())
            if answer["meta"].get("requestUuid") != uuid:
                continue
            if answer["type"] != "connectedAgentsUpdate":
                self._refused = str(answer["payload"].get("message", answer["type"]))
                _log.warning("the bridge refuses", reason=self._refused)
                raise ValueError(self._refused)
            # The name is given by the update that answers our handshake alone (spec 6.3).
            self.name = answer["payload"]["addAgent"]
            self.agents = answer["payload"]["allAgents"]
            self._connection = connection
            self._ready.set()
            await self._joined(answer["payload"].get("channelsState") or {})
            return

    async def _lost(self, connection: ClientConnection) -> None:
        self._ready.clear()
        self._connection = None
        self.agents = []
        for future in list(self._waiting.values()):
            if not future.done():
                future.set_exception(BridgingError(NOT_CONNECTED))
                future.exception()  # whoever waits sees it; nobody need
        await connection.close()

    async def _read(self, text: str | bytes) -> None:
        """Take a message; one that is not in order is passed by, and the connection lives on."""
        try:
            await self._dispatch(json.loads(text))
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
            _log.warning("a message of the bridge is not in order", reason=repr(error))

    async def _dispatch(self, message: Message) -> None:
        type_, meta = message.get("type"), message.get("meta")
        if not isinstance(meta, dict) or not isinstance(message.get("payload"), dict):
            return
        if type_ == "connectedAgentsUpdate":
            self.agents = message["payload"].get("allAgents", [])
            await self._joined(message["payload"].get("channelsState") or {})
        elif "responseUuid" in meta:
            future = self._waiting.get((str(meta.get("requestUuid")), str(type_)))
            if future is not None and not future.done():
                future.set_result(message)
        else:
            task = asyncio.create_task(self._handled(message))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)

    async def _handled(self, message: Message) -> None:
        try:
            await self._received(message)
        except BridgingError:
            pass  # the bridge is gone, and with it whoever asked
        except Exception:
            _log.exception("a request failed", type=message.get("type"))


def error_of(message: Message, error: type[FDC3Error]) -> FDC3Error:
    """Return the error that an answer tells of: of the call, or of what is between agents."""
    code = message["payload"]["error"]
    kind = BridgingError if code in BridgingError.codes else error
    return kind(code, message["meta"].get("errorSources") or ())
