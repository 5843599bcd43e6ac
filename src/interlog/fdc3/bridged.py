"""Apps of other agents, over a bridge; and an app of ours, for them (spec 6.4, 6.7)."""

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import msgspec
import structlog

from .channels import ChannelState
from .client import Client, Limits, error_of
from .errors import FDC3Error, OpenError, ResolveError, ResultError
from .hosting import App
from .kinds import AppIdentifier, AppIntent, AppMetadata, Context, ContextMetadata, intent_of
from .messages import RESULT_RESPONSE, Message, new_uuid
from .remote import Delivered
from .tokens import Keys

_log = structlog.get_logger(__name__)

FEATURES = {"OriginatingAppMetadata": True, "UserChannelMembershipAPIs": False, "DesktopAgentBridging": True}


def about() -> Message:
    """Return what we say of ourselves."""
    return {
        "fdc3Version": "2.2",
        "provider": "Interlog",
        "providerVersion": version("interlog"),
        "optionalFeatures": FEATURES,
    }


class Bridged:
    """Other agents, over a bridge.

    ``urls``: where a bridge may be; by default the ports of this machine. ``seconds``: how long one is looked for at
    the start, None for ever.
    """

    def __init__(
        self,
        name: str,
        *,
        urls: Sequence[str] | None = None,
        keys: Keys | None = None,
        limits: Limits | None = None,
        seconds: float | None = 10,
    ) -> None:
        self._wanted, self._urls, self._keys, self._limits, self._seconds = name, urls, keys, limits, seconds
        self._app: App | None = None
        self._channels: ChannelState | None = None
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The connection."""
        assert self._client is not None, "it was started"
        return self._client

    @property
    def name(self) -> str:
        """The name that the bridge gave us."""
        return self.client.name

    async def start(self, app: App, channels: ChannelState) -> None:
        """Connect; raises ``AgentError`` where there is no bridge."""
        self._app, self._channels = app, channels
        self._client = Client(
            self._wanted,
            about(),
            received=self._received,
            joined=channels.join,
            state=lambda: dict(channels.contexts),
            urls=self._urls,
            keys=self._keys,
            limits=self._limits,
        )
        await self._client.start(self._seconds)

    async def stop(self) -> None:
        """Disconnect."""
        await self.client.stop()

    # What we ask

    async def find_intent(self, intent: str, context: Context | None, result_type: str | None) -> AppIntent:
        """Ask all others who handles an intent."""
        asked = {"intent": intent, "context": context, "resultType": result_type}
        answer, _ = await self._ask("findIntentRequest", asked)
        return intent_of(answer["appIntent"])

    async def find_intents(self, context: Context, result_type: str | None) -> list[AppIntent]:
        """Ask all others which intents take a context."""
        answer, _ = await self._ask("findIntentsByContextRequest", {"context": context, "resultType": result_type})
        return [intent_of(item) for item in answer["appIntents"]]

    async def find_instances(self, app: AppIdentifier) -> list[AppIdentifier]:
        """Ask which instances of an app run: its agent, or all others."""
        answer, _ = await self._ask("findInstancesRequest", {"app": app.to_dict()}, at=app, agent_only=True)
        return [msgspec.convert(item, AppIdentifier) for item in answer["appIdentifiers"]]

    async def metadata(self, app: AppIdentifier) -> AppMetadata:
        """Ask an app's agent what is known of it."""
        answer, _ = await self._ask("getAppMetadataRequest", {"app": app.to_dict()}, at=app)
        return msgspec.convert(answer["appMetadata"], AppMetadata)

    async def open(self, app: AppIdentifier, context: Context | None) -> AppIdentifier:
        """Have an app's agent open it."""
        asked = {"app": app.to_dict(), "context": context}
        answer, _ = await self._ask("openRequest", asked, OpenError, at=app, launches=True)
        return msgspec.convert(answer["appIdentifier"], AppIdentifier)

    async def raise_intent(self, intent: str, context: Context, app: AppIdentifier) -> Delivered:
        """Have an app handle an intent."""
        asked = {"intent": intent, "context": context, "app": app.to_dict()}
        answer, result = await self._ask("raiseIntentRequest", asked, at=app, launches=True)
        assert result is not None, "an intent has a result"
        source = msgspec.convert(answer["intentResolution"]["source"], AppIdentifier)
        return Delivered(source, _result_of(result))

    async def broadcast(self, channel: str, context: Context) -> None:
        """Tell all others what is on a channel; where there is no bridge, nobody is there to be told."""
        if self.client.is_connected:
            meta = {"requestUuid": new_uuid(), "source": self._source}
            await self.client.send("broadcastRequest", {"channelId": channel, "context": context}, meta)

    async def _ask(
        self,
        type_: str,
        asked: Message,
        error: type[FDC3Error] = ResolveError,
        *,
        at: AppIdentifier | None = None,
        agent_only: bool = False,
        launches: bool = False,
    ) -> tuple[Message, asyncio.Future[Message] | None]:
        payload = {name: value for name, value in asked.items() if value is not None}
        meta: Message = {"source": self._source}
        if at is not None and at.desktop_agent is not None:
            meta["destination"] = {"desktopAgent": at.desktop_agent} if agent_only else at.to_dict()
        limits = self.client.limits
        seconds = limits.launch if launches else limits.answer
        message, result = await self.client.ask(type_, payload, meta, error, seconds=seconds)
        return message["payload"], result

    @property
    def _source(self) -> Message:
        assert self._app is not None, "it was started"
        return self._app.source

    # What others ask

    async def _received(self, message: Message) -> None:
        assert self._app is not None, "it was started"
        type_, payload, meta = message["type"], message["payload"], message["meta"]
        if type_ == "broadcastRequest":
            assert self._channels is not None, "it was started"
            await self._channels.put(payload["channelId"], payload["context"], _metadata(meta))
            return
        if type_ == "raiseIntentRequest":
            await self._handle(self._app, payload, meta)
            return
        answer = _answer(self._app, type_, payload, meta)
        if answer is not None:
            await self._reply(type_.replace("Request", "Response"), answer, meta)

    async def _handle(self, app: App, payload: Message, meta: Message) -> None:
        """Say that the intent is being handled, handle it, say what came of it: in this order (spec 6.7)."""
        try:
            offer = app.resolve(payload["intent"], payload["context"], payload.get("app"))
        except ResolveError as error:
            await self._reply("raiseIntentResponse", {"error": error.code}, meta)
            return
        resolution = {"intentResolution": {"intent": offer.intent, "source": app.source}}
        await self._reply("raiseIntentResponse", resolution, meta)
        try:
            context = await offer.handler(payload["context"], _metadata(meta))
        except Exception:
            _log.exception("a handler failed", intent=offer.intent)
            result: Message = {"error": "IntentHandlerRejected"}
        else:
            result = {"intentResult": {"context": context} if context is not None else {}}
        await self._reply(RESULT_RESPONSE, result, meta)

    async def _reply(self, type_: str, payload: Message, meta: Message) -> None:
        names = {"requestUuid": meta["requestUuid"], "responseUuid": new_uuid()}
        await self.client.send(type_, payload, names)


def _answer(app: App, type_: str, payload: Message, meta: Message) -> Message | None:
    """Return the answer for an app of ours; None to what has none."""
    try:
        match type_:
            case "findIntentRequest":
                context = payload.get("context")
                context_type = context["type"] if context is not None else None
                return app.find_intent(payload["intent"], context_type, payload.get("resultType"))
            case "findIntentsByContextRequest":
                return app.find_intents(payload["context"]["type"], payload.get("resultType"))
            case "findInstancesRequest":
                return app.find_instances(payload["app"]["appId"])
            case "getAppMetadataRequest":
                return app.get_metadata(payload["app"]["appId"])
            case "openRequest":
                return app.open(payload["app"]["appId"], payload.get("context"), _metadata(meta))
    except FDC3Error as error:
        return {"error": error.code}
    return None


def _metadata(meta: Message) -> ContextMetadata:
    source = meta.get("source")
    known = isinstance(source, dict) and "appId" in source
    return ContextMetadata(msgspec.convert(source, AppIdentifier) if known else None, meta.get("requestUuid"))


async def _result_of(result: "asyncio.Future[Message]") -> dict[str, Any]:
    message = await result
    payload = message["payload"]
    if isinstance(payload.get("error"), str):
        raise error_of(message, ResultError)
    found: dict[str, Any] = payload.get("intentResult", payload)
    return found
