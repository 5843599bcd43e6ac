"""An intent as it was raised, and what came of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from interlog.ledger import Ledger
from interlog.model.tenancy import Actor
from interlog.settings import Settings

from .results import Context


class Raised(NamedTuple):
    """What a handler is given. ``base`` is the address of our pages, without a slash at the end."""

    settings: Settings
    ledger: Ledger
    actor: Actor
    context: Context
    base: str
    source: Mapping[str, Any] | None = None
    request_key: str | None = None
    has_user: bool = False

    def with_context(self, context: Context, request_key: str | None = None) -> "Raised":
        """Return the same for another context."""
        return self._replace(context=context, request_key=request_key)


class Outcome(NamedTuple):
    """What the raiser gets (None: nothing), and the page of ours that shows what was asked for."""

    result: Context | None = None
    page: str | None = None
