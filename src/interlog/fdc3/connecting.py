"""How one gets a desktop agent."""

import os
from collections.abc import Sequence
from typing import Literal

from .agent import DesktopAgent
from .bridged import Bridged
from .client import Limits
from .hosting import App
from .kinds import Resolver
from .remote import Remote
from .served import Http, Local
from .tokens import Keys

Transport = Literal["bridge", "http", "local"]


def connect(
    transport: Transport = "bridge",
    *,
    name: str = "python",
    url: str | Sequence[str] | None = None,
    token: str | None = None,
    db: str | None = None,
    tenant: str | None = None,
    user: str | None = None,
    resolver: Resolver | None = None,
    keys: Keys | None = None,
    limits: Limits | None = None,
    seconds: float | None = 10,
) -> DesktopAgent:
    """Return a desktop agent, to be used in ``async with``.

    ``transport``: ``bridge`` reaches all agents that are connected to a bridge on this machine; ``http`` a server of
    Interlog, at ``url`` (or INTERLOG_URL) with a ``token`` (or INTERLOG_TOKEN); ``local`` a store in this process, by
    default that of the settings, as a ``user`` (an e-mail address) of a ``tenant``.

    ``name``: what we are called; ``resolver`` chooses where several apps could handle an intent; ``keys``: where the
    bridge wants tokens; ``seconds``: how long a bridge is looked for. Entering raises ``AgentError``.
    """
    return DesktopAgent(App(name), _remote(transport, name, url, token, db, tenant, user, keys, limits, seconds),
                        resolver=resolver)  # fmt: skip


def _remote(
    transport: str,
    name: str,
    url: str | Sequence[str] | None,
    token: str | None,
    db: str | None,
    tenant: str | None,
    user: str | None,
    keys: Keys | None,
    limits: Limits | None,
    seconds: float | None,
) -> Remote:
    match transport:
        case "bridge":
            urls = [url] if isinstance(url, str) else url
            return Bridged(name, urls=urls, keys=keys, limits=limits, seconds=seconds)
        case "http":
            address = url if isinstance(url, str) else os.environ.get("INTERLOG_URL", "http://127.0.0.1:8080")
            return Http(address, token or os.environ.get("INTERLOG_TOKEN"))
        case "local":
            from ..settings import load

            return Local(load({"db": db}), tenant, user)
    raise ValueError(f"there is no transport {transport}: use bridge, http or local")
