"""The same agent for code that does not await: notebooks and scripts."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

from .agent import RESULT_SECONDS, Channel, DesktopAgent, IntentResolution, Listener
from .connecting import connect
from .kinds import AnyApp, AppIdentifier, AppIntent, AppMetadata, Context, ContextMetadata, ImplementationMetadata

Result = TypeVar("Result")


class _Loop:
    """An event loop in a thread of its own, so that it works beside the loop of a notebook."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fdc3", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class SyncResolution:
    """An intent that is being handled, by ``source``."""

    def __init__(self, loop: _Loop, resolution: IntentResolution) -> None:
        self._loop, self._resolution = loop, resolution
        self.source, self.intent = resolution.source, resolution.intent

    def get_result(self, timeout: float | None = RESULT_SECONDS) -> Context | Channel | None:
        """Return what the intent resulted in; raises ``ResultError``."""
        return self._loop.run(self._resolution.get_result(timeout))


class SyncAgent:
    """A desktop agent whose calls return when they are done. Use it in ``with``, or ``close`` it."""

    def __init__(self, agent: DesktopAgent) -> None:
        self._loop = _Loop()
        self._agent = agent
        try:
            self._loop.run(agent.__aenter__())
        except BaseException:
            self._loop.stop()
            raise

    def close(self) -> None:
        """Disconnect."""
        self._loop.run(self._agent.__aexit__(None, None, None))
        self._loop.stop()

    def __enter__(self) -> "SyncAgent":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def raise_intent(self, intent: str, context: Any, app: AnyApp | None = None) -> SyncResolution:
        """Have an intent handled; raises ``ResolveError``."""
        return SyncResolution(self._loop, self._loop.run(self._agent.raise_intent(intent, context, app)))

    def raise_intent_for_context(self, context: Any, app: AnyApp | None = None) -> SyncResolution:
        """Have a context handled by an intent that takes it."""
        return SyncResolution(self._loop, self._loop.run(self._agent.raise_intent_for_context(context, app)))

    def find_intent(self, intent: str, context: Any = None, result_type: str | None = None) -> AppIntent:
        """Find who handles an intent."""
        return self._loop.run(self._agent.find_intent(intent, context, result_type))

    def find_intents_by_context(self, context: Any, result_type: str | None = None) -> list[AppIntent]:
        """Find which intents take a context."""
        return self._loop.run(self._agent.find_intents_by_context(context, result_type))

    def find_instances(self, app: AnyApp) -> list[AppIdentifier]:
        """Find which instances of an app run."""
        return self._loop.run(self._agent.find_instances(app))

    def get_app_metadata(self, app: AnyApp) -> AppMetadata:
        """Find what is known of an app."""
        return self._loop.run(self._agent.get_app_metadata(app))

    def open(self, app: AnyApp, context: Any = None) -> AppIdentifier:
        """Open an app."""
        return self._loop.run(self._agent.open(app, context))

    def get_info(self) -> ImplementationMetadata:
        """Return what this agent is."""
        return self._loop.run(self._agent.get_info())

    def join_user_channel(self, channel_id: str) -> None:
        """Join a channel."""
        self._loop.run(self._agent.join_user_channel(channel_id))

    def broadcast(self, context: Any) -> None:
        """Put a context on the channel that was joined."""
        self._loop.run(self._agent.broadcast(context))

    def add_intent_listener(
        self, intent: str, handler: Callable[[Context, ContextMetadata], Context | None]
    ) -> Listener:
        """Handle an intent: the handler is called in a thread of its own."""

        async def handle(context: Context, metadata: ContextMetadata) -> Context | None:
            return await asyncio.to_thread(handler, context, metadata)

        return self._loop.run(self._agent.add_intent_listener(intent, handle))


def connect_sync(*args: Any, **options: Any) -> SyncAgent:
    """Return a connected agent; takes what ``connect`` does."""
    return SyncAgent(connect(*args, **options))
