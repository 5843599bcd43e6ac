"""The links of each hub as they are applied: read once a second, and at once after this process has changed one."""

import time
from weakref import WeakKeyDictionary

from interlog.ledger import Ledger
from interlog.ledger.fresh import FRESH
from interlog.model.definitions import Document
from interlog.model.tenancy import Actor

_MOST = 1_000
"""Links of a hub that are applied at most, and hubs whose links are kept."""

_kept: WeakKeyDictionary[Ledger, dict[tuple[int, str], tuple[float, list[Document]]]] = WeakKeyDictionary()


async def links_of(ledger: Ledger, actor: Actor, kind: str) -> list[Document]:
    """Return the links of a kind in the actor's hub."""
    hubs = _kept.setdefault(ledger, {})
    key = actor.tenant.id, kind
    known = hubs.get(key)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    found = await ledger.definitions.page(actor, kind, limit=_MOST)
    if len(hubs) >= _MOST:
        hubs.clear()
    hubs[key] = time.monotonic() + FRESH, found
    return found


def forget(ledger: Ledger, tenant: int) -> None:
    """Read the links of a hub anew when they are needed next."""
    hubs = _kept.get(ledger, {})
    for key in [key for key in hubs if key[0] == tenant]:
        del hubs[key]
