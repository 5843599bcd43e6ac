"""Addresses under which a file is to be had for a minute by whoever has them, without a token."""

import hmac
import re
from collections.abc import AsyncIterator

from ..model.errors import NotFound
from ..model.files import File
from ..model.ids import MAX_ID
from ..model.instants import SECOND, now
from ..model.tenancy import Actor, Right
from ..store import files as rows
from ..store.store import Store
from .files import folder_of
from .tenants import Tenants

LASTS = 60 * SECOND
"""Microseconds for which an address is good."""

_ADDRESS = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})-([0-9a-f]{64})")


class SignedFiles:
    """Use cases around such addresses. They are signed by the key of the content, which nobody is ever told."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._database, self._contents, self._tenants = store.database, store.contents, tenants

    def address(self, actor: Actor, item: File) -> str:
        """Return the last part of an address of a file that the actor has read."""
        actor.require(Right.READ)
        until = now() + LASTS
        return f"{actor.tenant.id}-{item.id}-{until}-{_signature(actor.tenant.id, item, until)}"

    async def open(self, address: str) -> tuple[File, AsyncIterator[bytes]]:
        """Return the file of an address, and the parts of its content; ``NotFound`` where it is none, or is over."""
        found = _ADDRESS.fullmatch(address)
        tenant_id, id_, until = (int(text) for text in found.groups()[:3]) if found is not None else (0, 0, 0)
        if found is None or until < now() or max(tenant_id, id_) > MAX_ID:
            raise NotFound("file", id_)
        item = (await rows.by_ids(self._database, tenant_id, [id_])).get(id_)
        if item is None or not hmac.compare_digest(found[4], _signature(tenant_id, item, until)):
            raise NotFound("file", id_)
        tenant = await self._tenants.get(tenant_id)
        return item, await self._contents.read(folder_of(tenant), item.key)


def _signature(tenant_id: int, item: File, until: int) -> str:
    return hmac.digest(item.key.encode(), f"{tenant_id}-{item.id}-{until}".encode(), "sha256").hex()
