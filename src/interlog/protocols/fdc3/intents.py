"""The intents that we handle: one function for every way in which one is raised (spec 1.2, 1.3).

A handler answers, whatever the caller did wrong: with a result that failed, never with an exception. Only what is no
context at all, and an intent that nobody handles, are errors of the transport.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import structlog

from interlog.ledger import Ledger
from interlog.model.errors import InterlogError
from interlog.model.tenancy import Actor
from interlog.settings import Settings

from . import interactions, profiles, views
from .contexts import (
    CHAT_CRITERIA,
    CONTACT,
    CONTACT_LIST,
    INSTRUMENT,
    INTERACTION,
    INTERACTION_LIST,
    NOTHING,
    ORGANIZATION,
    RESULT_LIST,
    TIME_RANGE,
    TRANSACTION_RESULT,
    canonical_type,
)
from .raised import Outcome, Raised
from .results import NAMESPACE, UNEXPECTED, Context, Failure, MalformedContext, failed, failure_of

_log = structlog.get_logger(__name__)

Handler = Callable[[Raised], Awaitable[Outcome]]


class Intent(NamedTuple):
    """An intent: what people call it, which contexts it takes, what it results in, and who handles it.

    ``result`` is None for those that show something and result in nothing. ``also``: contexts that are taken without
    being offered.
    """

    name: str
    display_name: str
    contexts: tuple[str, ...]
    handler: Handler
    result: str | None = TRANSACTION_RESULT
    also: tuple[str, ...] = ()

    @property
    def shows(self) -> bool:
        """Whether it only shows something."""
        return self.result is None


INTENTS = {
    intent.name: intent
    for intent in (
        Intent("CreateInteraction", "Create Interaction", (INTERACTION, CONTACT_LIST), interactions.create),
        Intent(
            "CreateOrUpdateProfile", "Create or Update Profile", (CONTACT, ORGANIZATION), profiles.create_or_update,
            also=(NOTHING,),
        ),
        Intent(
            "ViewInteractions", "View Interactions", (CONTACT, ORGANIZATION, INSTRUMENT), views.interactions,
            result=None,
        ),
        Intent("ViewProfile", "View Profile", (CONTACT, ORGANIZATION), views.profile, result=None),
        Intent("ViewContact", "View Contact Details", (CONTACT,), views.profile, result=None),
        Intent("ViewMessages", "View Messages", (CHAT_CRITERIA,), views.messages, result=None),
        Intent(f"{NAMESPACE}.GetInteraction", "Get Interaction", (INTERACTION,), interactions.get, result=INTERACTION),
        Intent(
            f"{NAMESPACE}.GetInteractions", "Get Interactions", (CONTACT, CONTACT_LIST, ORGANIZATION, TIME_RANGE),
            interactions.get_many, result=INTERACTION_LIST,
        ),
        Intent(f"{NAMESPACE}.UpdateInteraction", "Update Interaction", (INTERACTION,), interactions.update),
        Intent(f"{NAMESPACE}.DeleteInteraction", "Delete Interaction", (INTERACTION,), interactions.delete),
        Intent(
            f"{NAMESPACE}.CreateInteractions", "Create Interactions", (INTERACTION_LIST,), interactions.create_many,
            result=RESULT_LIST,
        ),
    )
}  # fmt: skip
"""Every intent that we listen for (spec 1.1)."""


async def handle(
    settings: Settings,
    ledger: Ledger,
    actor: Actor,
    intent: str,
    context: Any,
    *,
    base: str,
    source: Mapping[str, Any] | None = None,
    request_key: str | None = None,
    has_user: bool = False,
) -> Outcome:
    """Handle an intent that somebody raised.

    ``base``: the address of our pages; ``source``: the app that raised it; ``request_key``: the name of the request, by
    which its repetition is known; ``has_user``: somebody is there who can fill in a form. Raises ``MalformedContext``
    for what is no context, ``KeyError`` for an intent that is none of ours.
    """
    known = INTENTS[intent]
    if not isinstance(context, dict) or not isinstance(context.get("type"), str):
        raise MalformedContext
    raised = Raised(settings, ledger, actor, context, base, source, request_key, has_user)
    try:
        if canonical_type(context["type"]) not in known.contexts + known.also:
            raise Failure("UnsupportedContext", f"context type {context['type']} is not supported by {intent}")
        return await known.handler(raised)
    except Failure as failure:
        result = failed(failure, context)
    except InterlogError as error:
        result = failed(failure_of(error), context)
    except Exception:
        _log.exception("unexpected", intent=intent)
        result = failed(UNEXPECTED, context)
    return Outcome(None if known.shows else result)


def offers(intent: Intent, context_type: str | None = None, result_type: str | None = None) -> bool:
    """Whether an intent takes such a context, and results in such a thing; None is whatever there is."""
    takes = context_type is None or canonical_type(context_type) in intent.contexts
    return takes and result_type in (None, intent.result)


def describe() -> dict[str, Context]:
    """Return what a directory says of the intents that we listen for (spec 4.2)."""
    return {
        intent.name: {"displayName": intent.display_name, "contexts": list(intent.contexts)}
        | ({"resultType": intent.result} if intent.result is not None else {})
        for intent in INTENTS.values()
    }
