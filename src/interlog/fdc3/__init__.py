"""FDC3 for Python: a desktop agent in a few lines, and a bridge between agents.

    async with connect(transport="bridge", name="notebook") as agent:
        resolution = await agent.raise_intent("CreateInteraction", interaction)
        result = await resolution.get_result(timeout=30)

``connect_sync`` is the same for notebooks and scripts that do not await. ``contexts`` has the contexts of the standard.
"""

from .agent import Channel, DesktopAgent, IntentResolution, Listener
from .connecting import connect
from .errors import AgentError, BridgingError, ChannelError, FDC3Error, OpenError, ResolveError, ResultError
from .kinds import (
    AppIdentifier,
    AppIntent,
    AppMetadata,
    ContextMetadata,
    ImplementationMetadata,
    IntentMetadata,
)
from .sync import SyncAgent, SyncResolution, connect_sync

__all__ = [
    "AgentError",
    "AppIdentifier",
    "AppIntent",
    "AppMetadata",
    "BridgingError",
    "Channel",
    "ChannelError",
    "ContextMetadata",
    "DesktopAgent",
    "FDC3Error",
    "ImplementationMetadata",
    "IntentMetadata",
    "IntentResolution",
    "Listener",
    "OpenError",
    "ResolveError",
    "ResultError",
    "SyncAgent",
    "SyncResolution",
    "connect",
    "connect_sync",
]
