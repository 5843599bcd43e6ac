"""How a client connects: for each protocol its base URLs, a token, and lines ready to be pasted."""

from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.instants import DAY, now
from .token import operator

if TYPE_CHECKING:
    from ..ledger import Ledger


class Connection(NamedTuple):
    """One protocol: ``data`` for programs, ``lines`` for people."""

    protocol: str
    title: str
    data: dict[str, Any]
    lines: list[str]


def connections(url: str, token: str | None) -> list[Connection]:
    """Return how to connect to each protocol that the server at this URL serves."""
    return [_affinity(url, token), _customer_insights(url, token), _polis(url, token), _fdc3(url, token)]


def _affinity(url: str, token: str | None) -> Connection:
    base = f"{url}/affinity"
    data = {"base_url": base, "v2_base_url": f"{base}/v2", "token": token}
    lines = [f"Base URL    {base}", f"Version 2   {base}/v2"]
    if token is not None:
        lines += [
            f"Token       {token}",
            "Try it with curl, or with the community's client xaffinity:",
            f'  curl -H "Authorization: Bearer {token}" {base}/auth/whoami',
            f"  export AFFINITY_V1_BASE_URL={base} AFFINITY_V2_BASE_URL={base}/v2 "
            f"AFFINITY_API_KEY={token} XAFFINITY_NO_UPDATE_CHECK=1",
        ]
    return Connection("affinity", "Affinity", data, lines)


def _customer_insights(url: str, token: str | None) -> Connection:
    base = f"{url}/customer-insights"
    lines = [f"Base URL    {base}"]
    if token is not None:
        lines += [
            "Try it with curl: your hubs, each with the address of its instances",
            f'  curl -H "Authorization: Bearer {token}" '
            f'"{base}/subscriptions/any/resourceGroups/any/providers/Microsoft.CustomerInsights/hubs'
            f'?api-version=2017-04-26"',
        ]
    return Connection("customer-insights", "Customer Insights", {"base_url": base, "token": token}, lines)


def _polis(url: str, token: str | None) -> Connection:
    base = f"{url}/polis"
    lines = [f"Base URL    {base}"]
    if token is not None:
        lines += [
            "Try it with curl: your campaigns",
            f'  curl -H "Authorization: Bearer {token}" {base}/v1/campaigns',
        ]
    return Connection("polis", "Polis", {"base_url": base, "token": token}, lines)


def _fdc3(url: str, token: str | None) -> Connection:
    base = f"{url}/fdc3"
    data = {"base_url": base, "app_directory": f"{base}/v2/apps", "token": token}
    lines = [f"App Directory   {base}/v2/apps"]
    if token is not None:
        lines += [
            "Try it with curl: raise an intent",
            f'  curl -H "Authorization: Bearer {token}" -H "Content-Type: application/json" '
            f"{base}/v1/intents/interlog.GetInteractions "
            """-d '{"context": {"type": "fdc3.timeRange", "startTime": "2026-01-01T00:00:00Z"}}'""",
        ]
    return Connection("fdc3", "FDC3", data, lines)


async def new_token(ledger: "Ledger", tenant_name: str, *, expires: bool) -> str:
    """Return a new token of the tenant's owner, which ends after a day if it ``expires``."""
    actor = await operator(ledger, tenant_name)
    owner = next(user for user in await ledger.tenants.users(actor.tenant) if user.person_id == actor.person_id)
    end = now() + DAY if expires else None
    text, _ = await ledger.access.create_token(actor, owner, label="serve", expires_at=end)
    return text


async def new_link(ledger: "Ledger", tenant_name: str, url: str) -> str:
    """Return the address that signs the tenant's owner in to the pages, once."""
    actor = await operator(ledger, tenant_name)
    owner = next(user for user in await ledger.tenants.users(actor.tenant) if user.person_id == actor.person_id)
    return f"{url}/sign-in/{await ledger.sessions.link(actor, owner)}"
