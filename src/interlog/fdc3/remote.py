"""What lies behind a desktop agent: the apps that it can reach, by whatever way (spec 8)."""

from collections.abc import Awaitable
from typing import NamedTuple, Protocol

from .channels import ChannelState
from .hosting import App
from .kinds import AppIdentifier, AppIntent, AppMetadata, Context


class Delivered(NamedTuple):
    """An intent that is being handled: by whom, and what it will result in.

    ``result`` gives what an answer has: ``{"context": …}``, ``{"channel": …}``, or nothing in it.
    """

    source: AppIdentifier
    result: Awaitable[dict[str, Context]]


class Remote(Protocol):
    """A way to apps that are not ours. Searches that find nothing raise ``ResolveError``."""

    @property
    def name(self) -> str:
        """The name that we have there; empty where agents have none."""

    async def start(self, app: App, channels: ChannelState) -> None:
        """Connect, for an app of ours; raises ``AgentError``."""

    async def stop(self) -> None:
        """Disconnect."""

    async def find_intent(self, intent: str, context: Context | None, result_type: str | None) -> AppIntent:
        """Find who handles an intent."""

    async def find_intents(self, context: Context, result_type: str | None) -> list[AppIntent]:
        """Find which intents take a context."""

    async def find_instances(self, app: AppIdentifier) -> list[AppIdentifier]:
        """Find which instances of an app run."""

    async def metadata(self, app: AppIdentifier) -> AppMetadata:
        """Find what is known of an app."""

    async def open(self, app: AppIdentifier, context: Context | None) -> AppIdentifier:
        """Open an app; raises ``OpenError``."""

    async def raise_intent(self, intent: str, context: Context, app: AppIdentifier) -> Delivered:
        """Have an app handle an intent."""

    async def broadcast(self, channel: str, context: Context) -> None:
        """Put a context on a channel of everybody."""
