"""What calls of a desktop agent take and give: apps, intents, and what agents say of themselves (spec 5.4, 8)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

Context: TypeAlias = dict[str, Any]
"""A context, as JSON has it."""


class AppIdentifier(Struct, frozen=True, rename="camel", omit_defaults=True):
    """An app; with an instance, a running one; with an agent, one of that agent's."""

    app_id: str
    instance_id: str | None = None
    desktop_agent: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as messages have it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


class AppMetadata(AppIdentifier, frozen=True, rename="camel", omit_defaults=True):
    """An app, and what is known of it."""

    name: str | None = None
    title: str | None = None
    version: str | None = None
    tooltip: str | None = None
    description: str | None = None
    result_type: str | None = None

    @property
    def identifier(self) -> AppIdentifier:
        """Which app it is, without what is known of it."""
        return AppIdentifier(self.app_id, self.instance_id, self.desktop_agent)


class IntentMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """An intent, and what people call it."""

    name: str
    display_name: str | None = None


class AppIntent(Struct, frozen=True, rename="camel"):
    """An intent, and the apps that handle it."""

    intent: IntentMetadata
    apps: tuple[AppMetadata, ...] = ()


class ImplementationMetadata(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What an agent says of itself."""

    fdc3_version: str
    provider: str
    provider_version: str | None = None
    optional_features: dict[str, bool] = {}


class ContextMetadata(Struct, frozen=True):
    """Where a context comes from. ``request_uuid``: the name of the request that brought it, if it has one."""

    source: AppIdentifier | None = None
    request_uuid: str | None = None


IntentHandler: TypeAlias = Callable[[Context, ContextMetadata], Awaitable[Context | None]]
"""Handles an intent, and returns what it results in; None is nothing."""

ContextHandler: TypeAlias = Callable[[Context, ContextMetadata], Awaitable[None] | None]
"""Is told of a context."""

Resolver: TypeAlias = Callable[[Sequence[AppIntent]], Awaitable[AppIdentifier] | AppIdentifier]
"""Chooses who is to handle an intent where several could."""

AnyApp: TypeAlias = AppIdentifier | Mapping[str, Any] | str
"""An app, as people write it: its id, or more of it."""


def app_of(app: AnyApp) -> AppIdentifier:
    """Return an app, however it was written."""
    if isinstance(app, AppMetadata):
        return app.identifier
    if isinstance(app, AppIdentifier):
        return app
    return AppIdentifier(app) if isinstance(app, str) else msgspec.convert(dict(app), AppIdentifier)


def intent_of(found: Mapping[str, Any]) -> AppIntent:
    """Return an intent and its apps, as a message has them."""
    return msgspec.convert(found, AppIntent)


def context_of(context: Any) -> Context:
    """Return a context as JSON has it, whether it was written so or as one of ``contexts``."""
    if hasattr(context, "to_dict"):
        context = context.to_dict()
    return dict(context)


def same_app(one: str, other: str) -> bool:
    """Whether two ids are of the same app: they are equal, or were before the host behind the ``@``."""
    return one == other or one.partition("@")[0] == other.partition("@")[0]
