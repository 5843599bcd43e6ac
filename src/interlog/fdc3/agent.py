"""A desktop agent for Python, as the standard's interface has it (spec 8)."""

import asyncio
import inspect
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import structlog

from .bridged import about
from .channels import USER_CHANNELS, ChannelState, checked
from .errors import NO_APPS_FOUND, TIMEOUT, ChannelError, OpenError, ResolveError, ResultError
from .hosting import App, Offer
from .kinds import (
    AnyApp,
    AppIdentifier,
    AppIntent,
    AppMetadata,
    Context,
    ContextHandler,
    ContextMetadata,
    ImplementationMetadata,
    IntentHandler,
    Resolver,
    app_of,
    context_of,
    intent_of,
    same_app,
)
from .remote import Delivered, Remote

RESULT_SECONDS = 300.0
"""How long a result is waited for, unless one says otherwise: somebody may have a form to fill in."""

_log = structlog.get_logger(__name__)


class Listener:
    """Something that listens, until ``unsubscribe``."""

    def __init__(self, end: Any) -> None:
        self._end = end

    async def unsubscribe(self) -> None:
        """Listen no more."""
        self._end()


class Channel:
    """A channel: contexts that all who have joined it see."""

    def __init__(self, agent: "DesktopAgent", id_: str, type_: str) -> None:
        self._agent = agent
        self.id = id_
        self.type = type_
        self.colour = USER_CHANNELS.get(id_)

    async def broadcast(self, context: Any) -> None:
        """Put a context on the channel; raises ``ChannelError``."""
        sent = checked(context_of(context))
        await self._agent.channels.put(self.id, sent, ContextMetadata(self._agent.identifier))
        await self._agent.remote.broadcast(self.id, sent)

    async def get_current_context(self, type_: str | None = None) -> Context | None:
        """Return the newest context of a type, or of any."""
        return self._agent.channels.current(self.id, type_)

    async def add_context_listener(self, type_: str | None, handler: ContextHandler) -> Listener:
        """Have a handler told of what is broadcast on the channel, of a type or of any."""
        self._agent.channels.listen(self.id, type_, handler)
        return Listener(lambda: self._agent.channels.silence(self.id, type_, handler))


class IntentResolution:
    """An intent that is being handled, by ``source``."""

    def __init__(self, agent: "DesktopAgent", intent: str, delivered: Delivered) -> None:
        self._agent = agent
        self.intent = intent
        self.source = delivered.source
        self._result = asyncio.ensure_future(delivered.result)
        self._result.add_done_callback(lambda done: done.cancelled() or done.exception())  # it may never be asked for

    async def get_result(self, timeout: float | None = RESULT_SECONDS) -> Context | Channel | None:  # noqa: ASYNC109  # its name is the spec's
        """Return what the intent resulted in: a context, a channel, or nothing.

        Raises ``ResultError``: ``ApiTimeout`` after so many seconds (None waits for ever), ``IntentHandlerRejected``
        where the handler failed; and ``BridgingError``. It may be called again.
        """
        done, _ = await asyncio.wait([self._result], timeout=timeout)
        if not done:
            raise ResultError(TIMEOUT)
        found = self._result.result()
        if "channel" in found:
            return Channel(self._agent, found["channel"]["id"], found["channel"]["type"])
        return found.get("context")


class DesktopAgent:
    """A desktop agent: it raises intents and handles them, at whatever apps its ``remote`` reaches.

    Made by ``interlog.fdc3.connect``. ``resolver`` chooses where several apps could handle an intent.
    """

    def __init__(self, app: App, remote: Remote, *, resolver: Resolver | None = None) -> None:
        self.app = app
        self.remote = remote
        self.channels = ChannelState()
        self._resolver = resolver
        self._joined: str | None = None
        self._on_joined: list[tuple[str | None, ContextHandler]] = []

    @property
    def identifier(self) -> AppIdentifier:
        """The app as which we act."""
        return AppIdentifier(self.app.app_id, self.app.instance_id)

    async def __aenter__(self) -> "DesktopAgent":
        await self.remote.start(self.app, self.channels)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.remote.stop()

    # Intents

    async def raise_intent(self, intent: str, context: Any, app: AnyApp | None = None) -> IntentResolution:
        """Have an intent handled: by an app, or by whoever can. Raises ``ResolveError`` or ``BridgingError``."""
        sent = _valid(context)
        target = app_of(app) if app is not None else None
        if target is None or (target.desktop_agent is None and not self._is_own(target)):
            target = await self._found(intent, sent, target)
        return await self._raise(intent, sent, target)

    async def raise_intent_for_context(self, context: Any, app: AnyApp | None = None) -> IntentResolution:
        """Have a context handled by an intent that takes it."""
        sent = _valid(context)
        found = await self.find_intents_by_context(sent)
        if app is not None:
            wanted = app_of(app)
            found = [
                AppIntent(item.intent, tuple(other for other in item.apps if _is(other, wanted))) for item in found
            ]
            found = [item for item in found if item.apps]
        if not found:
            raise ResolveError(NO_APPS_FOUND)
        chosen = await self._chosen(found)
        intent = next(item.intent.name for item in found if any(_is(other, chosen) for other in item.apps))
        return await self._raise(intent, sent, chosen)

    async def find_intent(self, intent: str, context: Any = None, result_type: str | None = None) -> AppIntent:
        """Find who handles an intent; raises ``ResolveError`` with ``NoAppsFound`` where nobody does."""
        sent = _valid(context) if context is not None else None
        found: list[AppIntent] = []
        try:
            own = self.app.find_intent(intent, sent["type"] if sent is not None else None, result_type)
            found.append(intent_of(own["appIntent"]))
        except ResolveError:
            pass
        try:
            found.append(await self.remote.find_intent(intent, sent, result_type))
        except ResolveError as error:
            if error.code != NO_APPS_FOUND:
                raise
        apps = tuple(app for item in found for app in item.apps)
        if not apps:
            raise ResolveError(NO_APPS_FOUND)
        return AppIntent(found[0].intent, apps)

    async def find_intents_by_context(self, context: Any, result_type: str | None = None) -> list[AppIntent]:
        """Find which intents take a context, and who handles them; raises ``ResolveError``."""
        sent = _valid(context)
        found: dict[str, AppIntent] = {}
        own: list[AppIntent] = []
        try:
            own = [intent_of(item) for item in self.app.find_intents(sent["type"], result_type)["appIntents"]]
        except ResolveError:
            pass
        try:
            others = await self.remote.find_intents(sent, result_type)
        except ResolveError as error:
            if error.code != NO_APPS_FOUND:
                raise
            others = []
        for item in own + others:
            known = found.get(item.intent.name)
            found[item.intent.name] = AppIntent(item.intent, (known.apps if known else ()) + item.apps)
        if not found:
            raise ResolveError(NO_APPS_FOUND)
        return list(found.values())

    async def add_intent_listener(self, intent: str, handler: IntentHandler) -> Listener:
        """Handle an intent, of any context; raises ``ResolveError`` where it is handled already."""
        if intent in self.app.offers:
            raise ResolveError("IntentListenerConflict")
        self.app.offers[intent] = Offer(intent, handler)
        return Listener(lambda: self.app.offers.pop(intent, None))

    # Apps

    async def find_instances(self, app: AnyApp) -> list[AppIdentifier]:
        """Find which instances of an app run."""
        wanted = app_of(app)
        if self._is_own(wanted):
            return [self.identifier]
        return await self.remote.find_instances(wanted)

    async def get_app_metadata(self, app: AnyApp) -> AppMetadata:
        """Find what is known of an app."""
        wanted = app_of(app)
        if self._is_own(wanted):
            return AppMetadata(self.app.app_id, self.app.instance_id, title=self.app.title, version=self.app.version)
        return await self.remote.metadata(wanted)

    async def open(self, app: AnyApp, context: Any = None) -> AppIdentifier:
        """Open an app, for a context if there is one; raises ``OpenError``."""
        wanted = app_of(app)
        sent = context_of(context) if context is not None else None
        if sent is not None and not isinstance(sent.get("type"), str):
            raise OpenError("MalformedContext")
        if self._is_own(wanted):
            self.app.open(wanted.app_id, sent, ContextMetadata(self.identifier))
            return self.identifier
        return await self.remote.open(wanted, sent)

    async def get_info(self) -> ImplementationMetadata:
        """Return what this agent is."""
        said = about()
        return ImplementationMetadata(
            said["fdc3Version"], said["provider"], said["providerVersion"], said["optionalFeatures"]
        )

    # Channels

    async def get_user_channels(self) -> list[Channel]:
        """Return the channels that people choose among."""
        return [Channel(self, id_, "user") for id_ in USER_CHANNELS]

    async def join_user_channel(self, channel_id: str) -> None:
        """Join a channel, and leave the one before; listeners are told what is on it. Raises ``ChannelError``."""
        if channel_id not in USER_CHANNELS:
            raise ChannelError("NoChannelFound")
        await self.leave_current_channel()
        self._joined = channel_id
        for type_, handler in self._on_joined:
            self.channels.listen(channel_id, type_, handler)
            current = self.channels.current(channel_id, type_)
            if current is not None:
                await _told(handler, current)

    async def leave_current_channel(self) -> None:
        """Leave the channel that was joined."""
        if self._joined is not None:
            for type_, handler in self._on_joined:
                self.channels.silence(self._joined, type_, handler)
        self._joined = None

    async def get_current_channel(self) -> Channel | None:
        """Return the channel that was joined."""
        return Channel(self, self._joined, "user") if self._joined is not None else None

    async def get_or_create_channel(self, channel_id: str) -> Channel:
        """Return an app's channel by its name."""
        return Channel(self, channel_id, "user" if channel_id in USER_CHANNELS else "app")

    async def broadcast(self, context: Any) -> None:
        """Put a context on the channel that was joined; without one, nobody sees it."""
        sent = checked(context_of(context))
        if self._joined is not None:
            await Channel(self, self._joined, "user").broadcast(sent)

    async def add_context_listener(self, type_: str | None, handler: ContextHandler) -> Listener:
        """Have a handler told of what is broadcast on whatever channel is joined, of a type or of any."""
        entry = (type_, handler)
        self._on_joined.append(entry)
        if self._joined is not None:
            self.channels.listen(self._joined, type_, handler)

        def end() -> None:
            if entry in self._on_joined:
                self._on_joined.remove(entry)
            if self._joined is not None:
                self.channels.silence(self._joined, type_, handler)

        return Listener(end)

    # Behind them

    def _is_own(self, app: AppIdentifier) -> bool:
        return app.desktop_agent in (None, self.remote.name) and self.app.is_named(app.app_id)

    async def _found(self, intent: str, context: Context, wanted: AppIdentifier | None) -> AppIdentifier:
        """Return who is to handle an intent: of the apps that are wanted, if some are; at whatever agent."""
        found = await self.find_intent(intent, context)
        if wanted is not None:
            found = AppIntent(found.intent, tuple(app for app in found.apps if _is(app, wanted)))
            if not found.apps:
                raise ResolveError("TargetAppUnavailable")
        return await self._chosen([found])

    async def _raise(self, intent: str, context: Context, app: AppIdentifier) -> IntentResolution:
        if not self._is_own(app):
            return IntentResolution(self, intent, await self.remote.raise_intent(intent, context, app))
        offer = self.app.resolve(intent, context, app.to_dict())
        return IntentResolution(self, intent, Delivered(self.identifier, self._handled(offer, context)))

    async def _handled(self, offer: Offer, context: Context) -> dict[str, Context]:
        try:
            result = await offer.handler(context, ContextMetadata(self.identifier))
        except Exception as error:
            _log.exception("a handler failed", intent=offer.intent)
            raise ResultError("IntentHandlerRejected") from error
        return {"context": result} if result is not None else {}

    async def _chosen(self, found: Sequence[AppIntent]) -> AppIdentifier:
        """Return who is to handle an intent: the only one, the only one that runs, or whom the resolver chooses."""
        apps = [app for item in found for app in item.apps]
        if len(apps) == 1:
            return apps[0].identifier
        running = [app for app in apps if app.instance_id is not None]
        if len({app.identifier for app in running}) == 1:
            return running[0].identifier
        if self._resolver is None:
            raise ResolveError("ResolverUnavailable")
        chosen = self._resolver(found)
        return app_of(await chosen if inspect.isawaitable(chosen) else chosen)


def _valid(context: Any) -> Context:
    """Return a context that can be sent; raises ``ResolveError``."""
    try:
        sent = context_of(context)
    except (TypeError, ValueError):
        raise ResolveError("MalformedContext") from None
    if not isinstance(sent.get("type"), str):
        raise ResolveError("MalformedContext")
    return sent


def _is(app: AppIdentifier, wanted: AppIdentifier) -> bool:
    return (
        same_app(app.app_id, wanted.app_id)
        and wanted.instance_id in (None, app.instance_id)
        and wanted.desktop_agent in (None, app.desktop_agent)
    )


async def _told(handler: ContextHandler, context: Context) -> None:
    told = handler(context, ContextMetadata())
    if inspect.isawaitable(told):
        await told
