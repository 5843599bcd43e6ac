"""azure-mgmt-resource against a running server, over http and over https with a certificate of the test's own."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient as AsyncResourceManagementClient

from interlog.server import create_app
from interlog.settings import Settings
from tests.serving import RunningServer

SUBSCRIPTION = "s-01"
NAME = "azure-mgmt-resource"
"""What the coverage page calls this client."""


class Credential:
    """Our token, as the SDK asks for it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return the token."""
        return AccessToken(self.token, int(time.time()) + 3600)


class AsyncCredential(Credential):
    """The same for the asynchronous client."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # type: ignore[override]
        """Return the token."""
        return AccessToken(self.token, int(time.time()) + 3600)


class StaticBearer(SansIOHTTPPolicy):  # type: ignore[type-arg]
    """Sends the token over plain http too, which the SDK's own policy refuses to do."""

    def __init__(self, token: str) -> None:
        self.token = token

    def on_request(self, request: Any) -> None:
        """Add the token."""
        request.http_request.headers["Authorization"] = f"Bearer {self.token}"


class Preferring(SansIOHTTPPolicy):  # type: ignore[type-arg]
    """Asks for answers before the work is done, so that the SDK has something to wait for."""

    def on_request(self, request: Any) -> None:
        """Add the preference."""
        request.http_request.headers["Prefer"] = "respond-async"


def client(base: str, token: str, **options: Any) -> ResourceManagementClient:
    """Return a client over plain http."""
    options.setdefault("authentication_policy", StaticBearer(token))
    return ResourceManagementClient(
        Credential(token), SUBSCRIPTION, base_url=f"{base}/customer-insights", polling_interval=1, **options
    )


def async_client(base: str, token: str, **options: Any) -> AsyncResourceManagementClient:
    """Return an asynchronous client over plain http."""
    options.setdefault("authentication_policy", StaticBearer(token))
    return AsyncResourceManagementClient(
        AsyncCredential(token), SUBSCRIPTION, base_url=f"{base}/customer-insights", polling_interval=1, **options
    )


@contextmanager
def over_tls(server: RunningServer, folder: Path) -> Iterator[tuple[str, str]]:
    """Serve the same ledger over https, with a certificate made for this test; gives the address and its authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    key, chain = folder / "key.pem", folder / "chain.pem"
    certificate.private_key_pem.write_to_path(str(key))
    for part in certificate.cert_chain_pems:
        part.write_to_path(str(chain), append=True)
    trusted = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    config = uvicorn.Config(
        create_app(Settings(db=server.url, log_requests="off"), server.ledger),
        host="localhost",
        port=0,
        lifespan="on",
        log_config=None,
        access_log=False,
        ssl_keyfile=str(key),
        ssl_certfile=str(chain),
        timeout_graceful_shutdown=2,
    )
    served = uvicorn.Server(config)

    async def start() -> "asyncio.Task[None]":
        task = asyncio.create_task(served.serve())
        while not served.started:
            assert not task.done(), "it does not start"
            await asyncio.sleep(0.001)
        return task

    async def stop(task: "asyncio.Task[None]") -> None:
        served.should_exit = True
        await task

    task = server.run(start())
    try:
        port = served.servers[0].sockets[0].getsockname()[1]
        yield f"https://localhost:{port}", str(trusted)
    finally:
        server.run(stop(task))
