"""A bridge between desktop agents: a WebSocket server on this machine that agents connect to (spec 6).

All that a message changes is changed in one go: what is to be sent waits in a queue of each agent, so nothing is
awaited in between, and the steps in which an agent joins are one to all others.
"""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from .errors import AGENT_NOT_FOUND, DISCONNECTED, MALFORMED, TIMED_OUT
from .messages import (
    FDC3_VERSIONS,
    KINDS,
    RESULT_CODES,
    RESULT_RESPONSE,
    VERSION,
    Exchange,
    Handshake,
    Message,
    Result,
    agent_in,
    as_in_schema,
    as_sent,
    collated,
    error_response,
    is_in_order,
    new_uuid,
    response,
    stamped,
    timestamp,
)
from .peers import Answer, Peer, Pending
from .tokens import Keys

PORTS = range(4475, 4576)
"""Where agents look for a bridge (spec 6.2)."""

MAX_FRAME = 8 * 1024 * 1024
"""Bytes of a message."""

_OWN_ORIGINS = re.compile(r"https?://(localhost|127\.0\.0\.1)(:\d+)?")


class TimeLimits(NamedTuple):
    """Seconds: to answer, to answer where an app may have to be started, and for an intent's result (None: any)."""

    answer: float = 1.5
    launch: float = 20.0
    result: float | None = None
    strikes: int = 3
    """So many times in a row without an answer, and an agent is let go."""


class Bridge:
    """A bridge. It serves between ``start`` and ``stop``, or inside ``async with``.

    ``ports``: those that are tried, in order. ``origins``: web pages that may connect, besides those of this machine;
    ``keys``: where agents must say who they are. ``watch`` is called with each message: "in" or "out", agent, message.
    """

    def __init__(
        self,
        ports: Sequence[int] = PORTS,
        *,
        origins: Sequence[str] = (),
        keys: Keys | None = None,
        limits: TimeLimits | None = None,
    ) -> None:
        self._ports = ports
        self._origins = origins
        self._keys = keys
        self._limits = limits or TimeLimits()
        self._agents: dict[str, Peer] = {}
        self._channels: dict[str, list[Message]] = {}
        self._pending: dict[str, Pending] = {}
        self._server: Server | None = None
        self.watch: Callable[[str, str, Message], None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The bridge's address."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def agents(self) -> list[str]:
        """The names of the agents that are connected."""
        return list(self._agents)

    async def start(self) -> None:
        """Listen on the first port that is free. Raises ``OSError`` where none is."""
        error: OSError | None = None
        # With tokens, it does not matter which page somebody comes from.
        own = [None, _OWN_ORIGINS, *(Origin(origin) for origin in self._origins)]
        origins = own if self._keys is None else None
        for port in self._ports:
            try:
                self._server = await serve(
                    self._serve, "127.0.0.1", port, origins=origins, max_size=MAX_FRAME, compression=None
                )
            except OSError as refused:
                error = refused
                continue
            self.port = next(iter(self._server.sockets)).getsockname()[1]
            return
        raise error or OSError("no port was given")

    async def stop(self) -> None:
        """Let all agents go."""
        for pending in self._pending.values():
            pending.stop_timer()
        self._pending.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> "Bridge":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # Connections

    async def _serve(self, connection: ServerConnection) -> None:
        agent = Peer(connection)
        writing = asyncio.create_task(agent.write())
        self._send(agent, self._hello())
        try:
            async for text in connection:
                self._receive(agent, text)
        except ConnectionClosed:
            pass
        finally:
            self._leave(agent)
            agent.let_go()
            await writing

    def _hello(self) -> Message:
        payload: Message = {
            "desktopAgentBridgeVersion": VERSION,
            "supportedFDC3Versions": list(FDC3_VERSIONS),
            "authRequired": self._keys is not None,
        }
        if self._keys is not None and (token := self._keys.token()) is not None:
            payload["authToken"] = token
        return {"type": "hello", "payload": payload, "meta": {"timestamp": timestamp()}}

    def _join(self, agent: Peer, message: Message) -> None:
        """Take an agent in, and tell all of them (spec 6.3, steps 3 to 6)."""
        payload, uuid = message.get("payload"), message["meta"]["requestUuid"]
        if not is_in_order(payload, Handshake) or not isinstance(payload, dict):
            self._send(agent, error_response("handshake", MALFORMED, uuid, {}))
            return
        if self._keys is not None and (problem := self._keys.problem_of(payload.get("authToken"))) is not None:
            self._send(agent, response("authenticationFailed", {"message": problem}, uuid))
            agent.let_go()
            return
        agent.name = self._free_name(payload["requestedName"])
        agent.about = dict(payload["implementationMetadata"])
        agent.about.pop("appMetadata", None)
        self._agents[agent.name] = agent
        for channel, contexts in payload["channelsState"].items():
            known = self._channels.setdefault(channel, [])
            types = {context["type"] for context in known}
            known += [context for context in contexts if context["type"] not in types]
        update = {"addAgent": agent.name, "channelsState": self._channels}
        self._tell_all(update, uuid, new_uuid())

    def _leave(self, agent: Peer) -> None:
        """Forget an agent, answer what others wait for from it, and tell them (spec 6.5)."""
        if self._agents.get(agent.name) is not agent:
            return
        del self._agents[agent.name]
        for pending in list(self._pending.values()):
            if pending.agent is agent:
                pending.stop_timer()
                del self._pending[pending.uuid]
            elif pending.resolved_by == agent.name:
                failed = {agent.name: DISCONNECTED}
                self._end(pending, error_response(RESULT_RESPONSE, DISCONNECTED, pending.uuid, failed))
            elif agent.name in pending.expected:
                self._note(pending, agent.name, error=DISCONNECTED)
        if not self._agents:
            self._channels.clear()
            return
        uuid = new_uuid()
        self._tell_all({"removeAgent": agent.name}, uuid, uuid)

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._agents:
            number += 1
            name = f"{wanted}-{number}"
        return name

    def _tell_all(self, update: Message, request_uuid: str, response_uuid: str) -> None:
        everybody = [agent.about | {"desktopAgent": agent.name} for agent in self._agents.values()]
        for agent in list(self._agents.values()):
            message = response("connectedAgentsUpdate", {"allAgents": everybody} | update, request_uuid, response_uuid)
            self._send(agent, message)

    # Messages

    def _receive(self, agent: Peer, text: str | bytes) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        meta = message.get("meta") if isinstance(message, dict) else None
        uuid = meta.get("requestUuid") if isinstance(meta, dict) else None
        if not isinstance(uuid, str) or not uuid or not isinstance(meta, dict):
            return
        if self.watch is not None:
            self.watch("in", agent.name, message)
        type_ = message.get("type")
        is_whole = isinstance(type_, str) and isinstance(message.get("payload"), dict)
        if not is_whole or not isinstance(meta.get("timestamp"), str):
            self._refuse(agent, type_ if isinstance(type_, str) else "error", uuid)
        elif type_ == "handshake" and not agent.name:
            self._join(agent, message)
        elif not agent.name:
            self._refuse(agent, str(type_), uuid)
        elif meta.get("responseUuid") is None:
            self._request(agent, message)
        else:
            self._response(agent, message)

    def _request(self, agent: Peer, message: Message) -> None:
        """Pass a request on (spec 6.5)."""
        type_, payload, meta = message["type"], message["payload"], message["meta"]
        kind = KINDS.get(type_)
        source, destination = meta.get("source"), meta.get("destination")
        is_odd = any(not isinstance(part, dict | None) for part in (source, destination))
        if kind is None or is_odd or not is_in_order(payload, kind.payload) or meta["requestUuid"] in self._pending:
            self._refuse(agent, type_, meta["requestUuid"])
            return
        wanted = (destination or {}).get("desktopAgent") or agent_in(payload)
        if kind.exchange is Exchange.SINGLE and not isinstance(wanted, str):
            self._refuse(agent, type_, meta["requestUuid"])
            return
        # Whoever sent it is who it comes from, whatever it says (spec 6.4).
        passed = meta | {"source": (source or {}) | {"desktopAgent": agent.name}}
        if wanted and destination is None:
            passed["destination"] = {"desktopAgent": wanted}
        message = message | {"meta": passed, "payload": as_in_schema(payload)}
        targets = [other for name, other in self._agents.items() if other is not agent and wanted in (None, name)]
        if kind.exchange is Exchange.ONE_WAY:
            for target in targets:
                self._send(target, message)
            if type_ == "broadcastRequest":
                self._keep(payload)
            return
        if wanted and not targets:
            failed = {str(wanted): AGENT_NOT_FOUND}
            self._send(agent, error_response(kind.response, AGENT_NOT_FOUND, meta["requestUuid"], failed))
            return
        pending = self._pending[meta["requestUuid"]] = Pending(agent, message, kind, targets)
        if not targets:
            self._finish(pending)
            return
        seconds = self._limits.launch if kind.launches else self._limits.answer
        pending.timer = asyncio.get_running_loop().call_later(seconds, self._time_out, pending)
        for target in targets:
            self._send(target, message)

    def _response(self, agent: Peer, message: Message) -> None:
        """Take an answer; what nobody waits for is late or forged, and dropped."""
        pending = self._pending.get(message["meta"]["requestUuid"])
        if pending is None:
            return
        type_, payload = message["type"], as_sent(message)
        if type_ == RESULT_RESPONSE and pending.resolved_by == agent.name:
            self._result(pending, agent, payload, message["meta"]["responseUuid"])
            return
        if agent.name not in pending.expected:
            return
        agent.strikes = 0
        error = payload.get("error")
        if type_ == pending.kind.response and isinstance(error, str):
            self._note(pending, agent.name, error=error if error in pending.kind.codes else MALFORMED)
        elif type_ == pending.kind.response and is_in_order(payload, pending.kind.answer):
            answer = stamped(payload, type_, agent.name)
            pending.answers.append(Answer(agent.name, str(message["meta"]["responseUuid"]), answer))
            self._note(pending, agent.name)
        else:
            self._refuse(agent, type_, pending.uuid)
            self._note(pending, agent.name, error=MALFORMED)

    def _result(self, pending: Pending, agent: Peer, payload: Message, response_uuid: Any) -> None:
        """Pass the result of an intent on."""
        error = payload.get("error")
        if isinstance(error, str):
            code = error if error in RESULT_CODES else MALFORMED
            self._end(pending, error_response(RESULT_RESPONSE, code, pending.uuid, {agent.name: code}))
        elif is_in_order(payload, Result):
            sources = [{"desktopAgent": agent.name}]
            self._end(pending, response(RESULT_RESPONSE, payload, pending.uuid, str(response_uuid), sources=sources))
        else:
            self._refuse(agent, RESULT_RESPONSE, pending.uuid)
            self._end(pending, error_response(RESULT_RESPONSE, MALFORMED, pending.uuid, {agent.name: MALFORMED}))

    def _note(self, pending: Pending, name: str, *, error: str | None = None) -> None:
        """Note that an agent has answered, or failed to; the last one completes the answer."""
        pending.expected.discard(name)
        if error is not None:
            pending.errors[name] = error
        elif pending.kind.exchange is Exchange.SINGLE:
            pending.resolved_by = name
        if not pending.expected:
            self._finish(pending)

    def _finish(self, pending: Pending) -> None:
        """Answer whoever asked."""
        pending.stop_timer()
        type_, uuid = pending.kind.response, pending.uuid
        if pending.errors and not pending.answers:
            code = next(iter(pending.errors.values()))
            self._end(pending, error_response(type_, code, uuid, pending.errors))
            return
        failed: Message = {}
        if pending.errors:
            failed["errorSources"] = [{"desktopAgent": name} for name in pending.errors]
            failed["errorDetails"] = list(pending.errors.values())
        sources = [{"desktopAgent": answer.agent} for answer in pending.answers]
        if pending.kind.exchange is Exchange.COLLATED:
            payload = collated(pending.message, [answer.payload for answer in pending.answers])
            self._end(pending, response(type_, payload, uuid, sources=sources, **failed))
            return
        answer = pending.answers[0]
        message = response(type_, answer.payload, uuid, answer.response_uuid, sources=sources)
        if type_ != "raiseIntentResponse":
            self._end(pending, message)
            return
        self._send(pending.agent, message)
        if self._limits.result is not None:
            pending.timer = asyncio.get_running_loop().call_later(self._limits.result, self._time_out, pending)

    def _end(self, pending: Pending, message: Message) -> None:
        pending.stop_timer()
        self._pending.pop(pending.uuid, None)
        self._send(pending.agent, message)

    def _time_out(self, pending: Pending) -> None:
        """Wait no longer for those who are silent; whoever is so again and again is let go."""
        if pending.resolved_by is not None:
            failed = {pending.resolved_by: TIMED_OUT}
            self._end(pending, error_response(RESULT_RESPONSE, TIMED_OUT, pending.uuid, failed))
            return
        for name in sorted(pending.expected):
            pending.errors[name] = TIMED_OUT
            agent = self._agents.get(name)
            if agent is not None:
                agent.strikes += 1
                if agent.strikes >= self._limits.strikes:
                    agent.let_go()
        pending.expected.clear()
        self._finish(pending)

    def _refuse(self, agent: Peer, type_: str, uuid: str) -> None:
        """Say that a message is not in order."""
        kind = KINDS.get(type_)
        answer = kind.response or type_ if kind is not None else type_
        self._send(agent, error_response(answer, MALFORMED, uuid, {agent.name: MALFORMED}))

    def _keep(self, payload: Message) -> None:
        """Keep what was broadcast on a channel for those who join: the newest of each type, newest first."""
        context = payload["context"]
        known = self._channels.get(payload["channelId"], [])
        others = [item for item in known if item["type"] != context["type"]]
        self._channels[payload["channelId"]] = [context, *others]

    def _send(self, agent: Peer, message: Message) -> None:
        if self.watch is not None:
            self.watch("out", agent.name, message)
        agent.send(message)
