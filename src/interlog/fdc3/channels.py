"""Channels of an agent: the newest context of each type, and who listens (spec 6.3, 8)."""

import inspect
from collections.abc import Mapping, Sequence

import structlog

from .errors import ChannelError
from .kinds import Context, ContextHandler, ContextMetadata

_COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "magenta", "purple")

USER_CHANNELS = {f"fdc3.channel.{number}": colour for number, colour in enumerate(_COLOURS, start=1)}
"""The channels that people choose: id -> colour (spec 7)."""

_log = structlog.get_logger(__name__)


class ChannelState:
    """What is on the channels, newest first, and who listens on each."""

    def __init__(self) -> None:
        self.contexts: dict[str, list[Context]] = {}
        self._listeners: dict[str, list[tuple[str | None, ContextHandler]]] = {}

    def listen(self, channel: str, type_: str | None, handler: ContextHandler) -> None:
        """Have a handler told of contexts of a type, or of any."""
        self._listeners.setdefault(channel, []).append((type_, handler))

    def silence(self, channel: str, type_: str | None, handler: ContextHandler) -> None:
        """Have it told no more."""
        found = self._listeners.get(channel, [])
        if (type_, handler) in found:
            found.remove((type_, handler))

    def current(self, channel: str, type_: str | None) -> Context | None:
        """Return the newest context of a type, or of any."""
        return next((item for item in self.contexts.get(channel, []) if type_ in (None, item["type"])), None)

    async def put(self, channel: str, context: Context, metadata: ContextMetadata) -> None:
        """Put a context on a channel, and tell all who listen for it."""
        self._keep(channel, context)
        await self._tell(channel, context, metadata, typed=True, untyped=True)

    async def join(self, state: Mapping[str, Sequence[Context]]) -> None:
        """Take over what is on the channels of others; it is no broadcast (spec 6.3)."""
        for channel, contexts in state.items():
            newest = self.current(channel, None)
            for context in reversed(contexts):
                if self.current(channel, context["type"]) != context:
                    self._keep(channel, context)
                    await self._tell(channel, context, ContextMetadata(), typed=True, untyped=False)
            if contexts and contexts[0] != newest:
                await self._tell(channel, contexts[0], ContextMetadata(), typed=False, untyped=True)

    def _keep(self, channel: str, context: Context) -> None:
        others = [item for item in self.contexts.get(channel, []) if item["type"] != context["type"]]
        self.contexts[channel] = [context, *others]

    async def _tell(
        self, channel: str, context: Context, metadata: ContextMetadata, *, typed: bool, untyped: bool
    ) -> None:
        for type_, handler in list(self._listeners.get(channel, [])):
            if (typed and type_ == context["type"]) or (untyped and type_ is None):
                try:
                    told = handler(context, metadata)
                    if inspect.isawaitable(told):
                        await told
                except Exception:
                    _log.exception("a listener failed", channel=channel)


def checked(context: Context) -> Context:
    """Return a context that can be broadcast; raises ``ChannelError``."""
    if not isinstance(context.get("type"), str):
        raise ChannelError("MalformedContext")
    return context
