"""Interlog as a desktop agent without a desktop: its intents, for the agents on a bridge (spec 6.7)."""

import asyncio
import contextlib
import webbrowser
from collections.abc import AsyncIterator, Sequence
from importlib.metadata import version

from ..ledger import Ledger
from ..protocols.fdc3 import directory
from ..protocols.fdc3.intents import INTENTS, Intent, handle
from ..protocols.fdc3.results import MalformedContext
from ..settings import Settings
from .acting import Acting
from .agent import DesktopAgent
from .bridged import Bridged
from .client import Limits
from .errors import ResolveError
from .hosting import App, Offer
from .kinds import Context, ContextMetadata
from .tokens import Keys


def headless_agent(
    settings: Settings,
    ledger: Ledger,
    actor: Acting,
    *,
    base: str,
    name: str = directory.APP_ID,
    urls: Sequence[str] | None = None,
    keys: Keys | None = None,
    limits: Limits | None = None,
    seconds: float | None = None,
) -> DesktopAgent:
    """Return an agent that offers what we handle, as ``actor``, for as long as it is entered.

    ``base``: the address of our pages. Intents that show something are offered where a browser may be opened
    (``fdc3_open_browser``).
    """
    app = App(directory.APP_ID, directory.TITLE, version("interlog"))
    for intent in INTENTS.values():
        if not intent.shows or settings.fdc3_open_browser:
            app.offers[intent.name] = _offer(settings, ledger, actor, base, intent)
    if settings.fdc3_open_browser:
        app.opened = lambda context, metadata: webbrowser.open(base)
    return DesktopAgent(app, Bridged(name, urls=urls, keys=keys, limits=limits, seconds=seconds))


@contextlib.asynccontextmanager
async def in_background(agent: DesktopAgent) -> AsyncIterator[None]:
    """Have an agent look for a bridge, and serve it, beside whatever else is done."""

    async def serve() -> None:
        async with agent:
            await asyncio.Event().wait()

    task = asyncio.create_task(serve())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _offer(settings: Settings, ledger: Ledger, actor: Acting, base: str, intent: Intent) -> Offer:
    async def handler(context: Context, metadata: ContextMetadata) -> Context | None:
        source = metadata.source.to_dict() if metadata.source is not None else None
        try:
            outcome = await handle(
                settings,
                ledger,
                await actor(),
                intent.name,
                context,
                base=base,
                source=source,
                request_key=metadata.request_uuid,
            )
        except MalformedContext:
            raise ResolveError("MalformedContext") from None
        if intent.shows and outcome.page is not None:
            webbrowser.open(base + outcome.page)
        return outcome.result

    return Offer(intent.name, handler, intent.display_name, intent.contexts, intent.result)
