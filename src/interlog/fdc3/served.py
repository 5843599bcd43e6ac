"""Interlog itself as the only app: over HTTP, or in this process (spec 8)."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from .channels import ChannelState
from .errors import NO_APPS_FOUND, AgentError, OpenError, ResolveError, ResultError
from .hosting import App
from .kinds import AppIdentifier, AppIntent, AppMetadata, Context, IntentMetadata, same_app
from .remote import Delivered

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..settings import Settings
    from .acting import Acting

SECONDS = 60.0
"""How long a server is waited for."""


class Served(ABC):
    """One app, with the intents of the directory's record."""

    def __init__(self) -> None:
        self._record: Mapping[str, Any] = {}
        self._source: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """There are no other agents."""
        return ""

    async def start(self, app: App, channels: ChannelState) -> None:
        """Learn what is served."""
        self._source = app.source
        self._record = await self.record()

    @abstractmethod
    async def record(self) -> Mapping[str, Any]:
        """Return the record of the App Directory; raises ``AgentError``."""

    @abstractmethod
    async def handle(self, intent: str, context: Context, source: Mapping[str, Any], key: str) -> Context | None:
        """Have an intent handled, and return its result."""

    async def find_intent(self, intent: str, context: Context | None, result_type: str | None) -> AppIntent:
        """Find an intent in the record."""
        said = self._intents.get(intent)
        if said is None or not _takes(said, context, result_type):
            raise ResolveError(NO_APPS_FOUND)
        return self._app_intent(intent, said)

    async def find_intents(self, context: Context, result_type: str | None) -> list[AppIntent]:
        """Find the intents of the record that take a context."""
        found = [(name, said) for name, said in self._intents.items() if _takes(said, context, result_type)]
        if not found:
            raise ResolveError(NO_APPS_FOUND)
        return [self._app_intent(name, said) for name, said in found]

    async def find_instances(self, app: AppIdentifier) -> list[AppIdentifier]:
        """Return the app: it always runs."""
        self._require(app)
        return [AppIdentifier(self._record["appId"])]

    async def metadata(self, app: AppIdentifier) -> AppMetadata:
        """Return what the record says."""
        self._require(app)
        return self._metadata()

    async def open(self, app: AppIdentifier, context: Context | None) -> AppIdentifier:
        """Return the app: it always runs."""
        if not same_app(app.app_id, self._record["appId"]):
            raise OpenError("AppNotFound")
        return AppIdentifier(self._record["appId"])

    async def raise_intent(self, intent: str, context: Context, app: AppIdentifier) -> Delivered:
        """Have an intent handled."""
        if not same_app(app.app_id, self._record["appId"]):
            raise ResolveError("TargetAppUnavailable")
        said = self._intents.get(intent)
        if said is None or not _takes(said, context, None):
            raise ResolveError(NO_APPS_FOUND)
        return Delivered(AppIdentifier(self._record["appId"]), self._result(intent, context))

    async def broadcast(self, channel: str, context: Context) -> None:
        """Tell nobody: there are no other agents."""
        return

    async def _result(self, intent: str, context: Context) -> dict[str, Context]:
        found = await self.handle(intent, context, self._source, str(uuid.uuid4()))
        return {"context": found} if found is not None else {}

    def _require(self, app: AppIdentifier) -> None:
        if not same_app(app.app_id, self._record["appId"]):
            raise ResolveError(NO_APPS_FOUND)

    @property
    def _intents(self) -> Mapping[str, Any]:
        intents: Mapping[str, Any] = self._record["interop"]["intents"]["listensFor"]
        return intents

    def _metadata(self, result_type: str | None = None) -> AppMetadata:
        record = self._record
        return AppMetadata(
            record["appId"],
            title=record["title"],
            version=record["version"],
            tooltip=record["tooltip"],
            description=record["description"],
            result_type=result_type,
        )

    def _app_intent(self, name: str, said: Mapping[str, Any]) -> AppIntent:
        return AppIntent(IntentMetadata(name, said["displayName"]), (self._metadata(said.get("resultType")),))


def _takes(said: Mapping[str, Any], context: Context | None, result_type: str | None) -> bool:
    return (context is None or context["type"] in said["contexts"]) and result_type in (None, said.get("resultType"))


class Http(Served):
    """A server, by its address, such as ``http://127.0.0.1:8080``, and a token."""

    def __init__(self, url: str, token: str | None) -> None:
        super().__init__()
        self._url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.AsyncClient(headers=headers, timeout=SECONDS)

    async def stop(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def record(self) -> Mapping[str, Any]:
        """Ask the App Directory."""
        try:
            response = await self._http.get(f"{self._url}/fdc3/v2/apps")
            _require_allowed(response)
            found: Mapping[str, Any] = response.raise_for_status().json()["applications"][0]
        except (httpx2.HTTPError, ValueError, LookupError):
            await self.stop()
            raise AgentError("AgentNotFound") from None
        return found

    async def handle(self, intent: str, context: Context, source: Mapping[str, Any], key: str) -> Context | None:
        """Send the intent to the server."""
        url = f"{self._url}/fdc3/v1/intents/{intent}"
        body = {"context": context, "source": dict(source)}
        try:
            response = await self._http.post(url, json=body, headers={"Idempotency-Key": key})
        except httpx2.HTTPError:
            raise ResultError("NoResultReturned") from None
        _require_allowed(response)
        if response.status_code != 200:
            raise ResultError("IntentHandlerRejected")
        found: Context | None = response.json()["intentResult"].get("context")
        return found


def _require_allowed(response: httpx2.Response) -> None:
    if response.status_code in (401, 403):
        raise AgentError("AccessDenied")


class Local(Served):
    """A store, in this process. ``tenant``: whose, where it holds several."""

    def __init__(self, settings: "Settings", tenant: str | None, user: str | None) -> None:
        super().__init__()
        self._settings, self._tenant, self._user = settings, tenant, user
        self._ledger: Ledger | None = None
        self._actor: Acting | None = None

    @property
    def _base(self) -> str:
        settings = self._settings
        return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")

    async def start(self, app: App, channels: ChannelState) -> None:
        """Open the store."""
        from .acting import acting, opened

        self._ledger = await opened(self._settings)
        try:
            self._actor = await acting(self._ledger, self._tenant, self._user)
            await super().start(app, channels)
        except BaseException:
            await self._ledger.close()
            raise

    async def stop(self) -> None:
        """Close the store."""
        if self._ledger is not None:
            await self._ledger.close()

    async def record(self) -> Mapping[str, Any]:
        """Return the record that a server would give."""
        from ..protocols.fdc3.directory import record

        return record(self._settings, self._base)

    async def handle(self, intent: str, context: Context, source: Mapping[str, Any], key: str) -> Context | None:
        """Handle the intent here."""
        from ..protocols.fdc3.intents import handle

        assert self._ledger is not None, "it was started"
        assert self._actor is not None, "it was started"
        outcome = await handle(
            self._settings,
            self._ledger,
            await self._actor(),
            intent,
            context,
            base=self._base,
            source=source,
            request_key=key,
        )
        return outcome.result
