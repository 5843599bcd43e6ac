"""The messages of desktop agent bridging: what each one holds, and how it is answered (spec 6.3, 6.4).

Messages are passed on as they came, so they stay dictionaries; the structs here only tell whether one is in order.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, NamedTuple
from uuid import uuid4

import msgspec
from msgspec import Meta, Struct

from .errors import BridgingError, OpenError, ResolveError, ResultError

Message = dict[str, Any]
Text = Annotated[str, Meta(min_length=1)]

VERSION = "1.0"
"""The version of the bridging protocol."""

FDC3_VERSIONS = ("2.0", "2.1", "2.2")


class Part(Struct, rename="camel"):
    """Something in a message; further members are passed on unread."""


class Context(Part):
    """A context of any type."""

    type: Text


class App(Part):
    """An app, perhaps an instance of it, perhaps at an agent."""

    app_id: Text
    instance_id: str | None = None
    desktop_agent: str | None = None


class AppAtAgent(App):
    """An app at a named agent."""

    desktop_agent: Text = ""


class IntentName(Part):
    """An intent, and what people call it."""

    name: Text
    display_name: str | None = None


class AppIntent(Part):
    """An intent, and the apps that handle it."""

    intent: IntentName
    apps: list[App]


class Resolution(Part):
    """By whom an intent is being handled."""

    intent: Text
    source: App


class OptionalFeatures(Part):
    """What an agent can do besides."""

    originating_app_metadata: bool = msgspec.field(name="OriginatingAppMetadata")
    user_channel_membership_apis: bool = msgspec.field(name="UserChannelMembershipAPIs")
    desktop_agent_bridging: bool = msgspec.field(name="DesktopAgentBridging")


class Implementation(Part):
    """What an agent says of itself."""

    fdc3_version: Text
    provider: Text
    optional_features: OptionalFeatures
    provider_version: str | None = None


class Handshake(Part):
    """What an agent begins with."""

    implementation_metadata: Implementation
    requested_name: Text
    channels_state: dict[str, list[Context]]
    auth_token: str | None = None


class Hello(Part):
    """What a bridge begins with."""

    desktop_agent_bridge_version: str
    supported_fdc3_versions: list[str] = msgspec.field(name="supportedFDC3Versions")
    auth_required: bool
    auth_token: str | None = None


class FindIntent(Part):
    intent: Text
    context: Context | None = None
    result_type: str | None = None


class FindIntentsByContext(Part):
    context: Context
    result_type: str | None = None


class OfApp(Part):
    app: App


class OfAppAtAgent(Part):
    app: AppAtAgent
    context: Context | None = None


class RaiseIntent(Part):
    intent: Text
    context: Context
    app: AppAtAgent


class Broadcast(Part):
    channel_id: Text
    context: Context


class OnChannel(Part):
    channel_id: Text


class OnListener(OnChannel):
    context_type: str | None


class OnEvents(OnChannel):
    listener_type: Text


class FoundIntent(Part):
    app_intent: AppIntent


class FoundIntents(Part):
    app_intents: list[AppIntent]


class FoundInstances(Part):
    app_identifiers: list[App]


class FoundMetadata(Part):
    app_metadata: App


class Opened(Part):
    app_identifier: App


class Raised(Part):
    intent_resolution: Resolution


class ChannelResult(Part):
    id: Text
    type: Text


class IntentResult(Part):
    context: Context | None = None
    channel: ChannelResult | None = None


class Result(Part):
    intent_result: IntentResult


class Exchange(Enum):
    """How a request is answered: not at all, by one agent, or by all others, whose answers are put together."""

    ONE_WAY = 0
    SINGLE = 1
    COLLATED = 2


class Kind(NamedTuple):
    """A kind of requests: what is in one, how it is answered, and by what; ``codes``: what it may fail with."""

    exchange: Exchange
    payload: type[Part]
    response: str = ""
    answer: type[Part] = Part
    codes: frozenset[str] = frozenset()
    launches: bool = False


_RESOLVE = ResolveError.codes | BridgingError.codes
_OPEN = OpenError.codes | BridgingError.codes

RESULT_RESPONSE = "raiseIntentResultResponse"
RESULT_CODES = ResultError.codes | BridgingError.codes

KINDS: Mapping[str, Kind] = {
    "findIntentRequest": Kind(Exchange.COLLATED, FindIntent, "findIntentResponse", FoundIntent, _RESOLVE),
    "findIntentsByContextRequest": Kind(
        Exchange.COLLATED, FindIntentsByContext, "findIntentsByContextResponse", FoundIntents, _RESOLVE
    ),
    "findInstancesRequest": Kind(Exchange.COLLATED, OfApp, "findInstancesResponse", FoundInstances, _RESOLVE),
    "getAppMetadataRequest": Kind(
        Exchange.SINGLE, OfAppAtAgent, "getAppMetadataResponse", FoundMetadata, _RESOLVE
    ),
    "openRequest": Kind(Exchange.SINGLE, OfAppAtAgent, "openResponse", Opened, _OPEN, launches=True),
    "raiseIntentRequest": Kind(Exchange.SINGLE, RaiseIntent, "raiseIntentResponse", Raised, _RESOLVE, launches=True),
    "broadcastRequest": Kind(Exchange.ONE_WAY, Broadcast),
    "PrivateChannel.broadcast": Kind(Exchange.ONE_WAY, Broadcast),
    "PrivateChannel.eventListenerAdded": Kind(Exchange.ONE_WAY, OnEvents),
    "PrivateChannel.eventListenerRemoved": Kind(Exchange.ONE_WAY, OnEvents),
    "PrivateChannel.onAddContextListener": Kind(Exchange.ONE_WAY, OnListener),
    "PrivateChannel.onUnsubscribe": Kind(Exchange.ONE_WAY, OnListener),
    "PrivateChannel.onDisconnect": Kind(Exchange.ONE_WAY, OnChannel),
}  # fmt: skip
"""Every kind of requests (spec 6.4)."""


def is_in_order(value: Any, shape: type[Part]) -> bool:
    """Whether a value holds what it must."""
    try:
        msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True


LISTENERS = {
    "onAddContextListener": "addContextListener",
    "onUnsubscribe": "unsubscribe",
    "onDisconnect": "disconnect",
}
"""Two ways to write what is listened for on a private channel: as the text has it, and as the schema (spec 6.8)."""


def as_in_schema(payload: Message) -> Message:
    """Return a payload as the standard's schema has it."""
    listener = payload.get("listenerType")
    return payload | {"listenerType": LISTENERS[listener]} if listener in LISTENERS else payload


def timestamp() -> str:
    """Return the present time as messages have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_uuid() -> str:
    """Return a new name for a message."""
    return str(uuid4())


def response(type_: str, payload: Message, request_uuid: str, response_uuid: str | None = None, **meta: Any) -> Message:
    """Return a response to a request; ``meta``: further members of its meta."""
    names = {"requestUuid": request_uuid, "responseUuid": response_uuid or new_uuid(), "timestamp": timestamp()}
    return {"type": type_, "payload": payload, "meta": names | meta}


def error_response(type_: str, code: str, request_uuid: str, failed: Mapping[str, str]) -> Message:
    """Return the response of a bridge that a request failed; ``failed``: agent -> why."""
    return response(
        type_,
        {"error": code},
        request_uuid,
        errorSources=[{"desktopAgent": name} for name in failed],
        errorDetails=list(failed.values()),
    )


def stamped(payload: Message, type_: str, agent: str) -> Message:
    """Return the payload of an answer with the agent's name in each of its apps, and in no context (spec 6.5)."""
    stamp = _STAMPS.get(type_)
    return stamp(payload, {"desktopAgent": agent}) if stamp is not None else payload


def _intent(payload: Message, name: Message) -> Message:
    return payload | {"appIntent": _with_apps(payload["appIntent"], name)}


def _intents(payload: Message, name: Message) -> Message:
    return payload | {"appIntents": [_with_apps(item, name) for item in payload["appIntents"]]}


def _with_apps(item: Message, name: Message) -> Message:
    return item | {"apps": [app | name for app in item["apps"]]}


def _instances(payload: Message, name: Message) -> Message:
    return payload | {"appIdentifiers": [app | name for app in payload["appIdentifiers"]]}


def _resolution(payload: Message, name: Message) -> Message:
    resolution = payload["intentResolution"]
    return payload | {"intentResolution": resolution | {"source": resolution["source"] | name}}


_STAMPS: Mapping[str, Callable[[Message, Message], Message]] = {
    "findIntentResponse": _intent,
    "findIntentsByContextResponse": _intents,
    "findInstancesResponse": _instances,
    "getAppMetadataResponse": lambda payload, name: payload | {"appMetadata": payload["appMetadata"] | name},
    "openResponse": lambda payload, name: payload | {"appIdentifier": payload["appIdentifier"] | name},
    "raiseIntentResponse": _resolution,
}


def collated(request: Message, payloads: list[Message]) -> Message:
    """Return what the answers of several agents are together; of none, that nothing was found (spec 6.5)."""
    match request["type"]:
        case "findIntentRequest":
            apps = [app for payload in payloads for app in payload["appIntent"]["apps"]]
            name = payloads[0]["appIntent"]["intent"] if payloads else {"name": request["payload"]["intent"]}
            return {"appIntent": {"intent": name, "apps": apps}}
        case "findIntentsByContextRequest":
            found: dict[str, Message] = {}
            for item in (item for payload in payloads for item in payload["appIntents"]):
                known = found.setdefault(item["intent"]["name"], item | {"apps": []})
                known["apps"] = known["apps"] + item["apps"]
            return {"appIntents": list(found.values())}
        case _:
            return {"appIdentifiers": [app for payload in payloads for app in payload["appIdentifiers"]]}


def agent_in(payload: Message) -> Any:
    """Return the agent that a request names in its app, where it has no destination (spec 6.8)."""
    app = payload.get("app")
    return app.get("desktopAgent") if isinstance(app, dict) else None


def as_sent(message: Message) -> Message:
    """Return the payload of a response; a result may stand without its member, or be missing (spec 6.8)."""
    payload: Message = message["payload"]
    if message["type"] != RESULT_RESPONSE or "error" in payload or "intentResult" in payload:
        return payload
    return {"intentResult": payload}
