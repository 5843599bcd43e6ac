"""What calls of a desktop agent fail with: a short text that is the same in every language (spec 5.5)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class FDC3Error(Exception):
    """A call failed. ``code`` says why, in the standard's words; ``sources`` names the agents that failed."""

    codes: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, code: str, sources: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.sources = tuple(sources)


class AgentError(FDC3Error):
    """There is no desktop agent, or it does not want us."""

    codes = frozenset({"AgentNotFound", "AccessDenied", "ErrorOnConnect", "InvalidFailover", "ApiTimeout"})


class ResolveError(FDC3Error):
    """Nobody was found who handles an intent, or it could not be delivered."""

    codes = frozenset(
        {
            "NoAppsFound",
            "ResolverUnavailable",
            "UserCancelledResolution",
            "ResolverTimeout",
            "TargetAppUnavailable",
            "TargetInstanceUnavailable",
            "IntentDeliveryFailed",
            "MalformedContext",
            "DesktopAgentNotFound",
            "ApiTimeout",
            "IntentListenerConflict",
        }
    )


class ResultError(FDC3Error):
    """An intent was delivered, but there is no result of it."""

    codes = frozenset({"NoResultReturned", "IntentHandlerRejected", "ApiTimeout"})


class OpenError(FDC3Error):
    """An app could not be opened."""

    codes = frozenset(
        {
            "AppNotFound",
            "ErrorOnLaunch",
            "AppTimeout",
            "ResolverUnavailable",
            "MalformedContext",
            "DesktopAgentNotFound",
            "ApiTimeout",
        }
    )


class ChannelError(FDC3Error):
    """A channel could not be had, or not be used."""

    codes = frozenset({"NoChannelFound", "AccessDenied", "CreationFailed", "MalformedContext", "ApiTimeout"})


class BridgingError(FDC3Error):
    """Something went wrong between agents."""

    codes = frozenset({"ResponseToBridgeTimedOut", "AgentDisconnected", "NotConnectedToBridge", "MalformedMessage"})


TIMED_OUT = "ResponseToBridgeTimedOut"
DISCONNECTED = "AgentDisconnected"
NOT_CONNECTED = "NotConnectedToBridge"
MALFORMED = "MalformedMessage"
AGENT_NOT_FOUND = "DesktopAgentNotFound"
NO_APPS_FOUND = "NoAppsFound"
TIMEOUT = "ApiTimeout"
