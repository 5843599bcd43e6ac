"""An app that an agent hosts, and how the agent answers for it to others (spec 6.7)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from .errors import NO_APPS_FOUND, OpenError, ResolveError
from .kinds import Context, ContextMetadata, IntentHandler, same_app
from .messages import Message, new_uuid


class Offer(NamedTuple):
    """An intent that an app listens for. ``contexts``: the types that it takes; None: any."""

    intent: str
    handler: IntentHandler
    display_name: str | None = None
    contexts: tuple[str, ...] | None = None
    result_type: str | None = None

    def takes(self, context_type: str | None, result_type: str | None) -> bool:
        """Whether it takes such a context and results in such a thing; None asks for nothing."""
        fits = context_type is None or self.contexts is None or context_type in self.contexts
        return fits and result_type in (None, self.result_type)


class App:
    """An app that runs as long as its agent does. ``opened`` is told when somebody opens it with a context."""

    def __init__(self, app_id: str, title: str | None = None, version: str | None = None) -> None:
        self.app_id = app_id
        self.title = title or app_id
        self.version = version
        self.instance_id = new_uuid()
        self.offers: dict[str, Offer] = {}
        self.opened: Callable[[Context, ContextMetadata], Any] | None = None

    @property
    def source(self) -> Message:
        """The running app, as the source of messages."""
        return {"appId": self.app_id, "instanceId": self.instance_id}

    def metadata(self, offer: Offer | None = None, *, instance: bool = True) -> Message:
        """Return what is said of the app, or of its running instance."""
        found: Message = {"appId": self.app_id, "title": self.title}
        if instance:
            found["instanceId"] = self.instance_id
        if self.version is not None:
            found["version"] = self.version
        if offer is not None and offer.result_type is not None:
            found["resultType"] = offer.result_type
        return found

    def is_named(self, app_id: Any) -> bool:
        """Whether an id, with or without a host, is this app's."""
        return isinstance(app_id, str) and same_app(app_id, self.app_id)

    # What others ask

    def find_intent(self, intent: str, context_type: str | None, result_type: str | None) -> Message:
        """Answer who handles an intent; raises ``ResolveError``."""
        offer = self.offers.get(intent)
        if offer is None or not offer.takes(context_type, result_type):
            raise ResolveError(NO_APPS_FOUND)
        return {"appIntent": self._said_of(offer)}

    def find_intents(self, context_type: str, result_type: str | None) -> Message:
        """Answer which intents take a context; raises ``ResolveError``."""
        found = [self._said_of(offer) for offer in self.offers.values() if offer.takes(context_type, result_type)]
        if not found:
            raise ResolveError(NO_APPS_FOUND)
        return {"appIntents": found}

    def find_instances(self, app_id: str) -> Message:
        """Answer which instances of an app run."""
        if not self.is_named(app_id):
            raise ResolveError(NO_APPS_FOUND)
        return {"appIdentifiers": [self.source]}

    def get_metadata(self, app_id: str) -> Message:
        """Answer what is known of an app."""
        if not self.is_named(app_id):
            raise ResolveError("TargetAppUnavailable")
        return {"appMetadata": self.metadata()}

    def open(self, app_id: str, context: Context | None, metadata: ContextMetadata) -> Message:
        """Open an app: the one that runs."""
        if not self.is_named(app_id):
            raise OpenError("AppNotFound")
        if context is not None and self.opened is not None:
            self.opened(context, metadata)
        return {"appIdentifier": self.source}

    def resolve(self, intent: str, context: Any, app: Message | None) -> Offer:
        """Return what handles an intent here; raises ``ResolveError``."""
        if app is not None and not self.is_named(app.get("appId")):
            raise ResolveError("TargetAppUnavailable")
        if app is not None and app.get("instanceId") not in (None, self.instance_id):
            raise ResolveError("TargetInstanceUnavailable")
        if not isinstance(context, dict) or not isinstance(context.get("type"), str):
            raise ResolveError("MalformedContext")
        offer = self.offers.get(intent)
        if offer is None or not offer.takes(context["type"], None):
            raise ResolveError(NO_APPS_FOUND)
        return offer

    def _said_of(self, offer: Offer) -> Message:
        intent = {"name": offer.intent, "displayName": offer.display_name or offer.intent}
        return {"intent": intent, "apps": [self.metadata(offer, instance=False), self.metadata(offer)]}
