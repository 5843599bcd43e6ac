"""Who a shared access signature lets in: its policy is looked up, and what was found holds for a second (spec 1.5)."""

import time
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from interlog.ledger import Ledger
from interlog.ledger.fresh import FRESH
from interlog.ledger.tenants import system_actor
from interlog.model.errors import NotFound
from interlog.model.tenancy import Actor, UserRole

from .auth import Signature, check_signature, refused, right_of
from .errors import missing_hub
from .kinds import POLICIES

_MOST_KNOWN = 1_000
_MOST_POLICIES = 1_000


class _Known(Struct):
    actor: Actor
    policies: list[Mapping[str, Any]]
    until: float


class Signatures:
    """Finds the actors of signatures; the policies of a hub are read anew every second."""

    def __init__(self, ledger: Ledger, protocol: str) -> None:
        self._ledger = ledger
        self._protocol = protocol
        self._known: dict[str, _Known] = {}

    async def actor_of(self, hub: str, signature: Signature, uri: str) -> tuple[Actor, frozenset[str]]:
        """Return who acts with a signature in a hub, and what its policy permits; raises where it is not let in."""
        known = await self._known_of(hub)
        if known is None:
            raise refused("The signature does not match")  # as if the hub had no such policy
        policy = check_signature(signature, known.policies, uri)
        permissions = frozenset(policy["permissions"])
        actor = Actor(
            tenant=known.actor.tenant,
            person_id=known.actor.person_id,
            right=right_of(permissions),
            protocol=self._protocol,
        )
        return actor, permissions

    async def owner_of(self, hub: str) -> Actor:
        """Return the owner of a hub, for what an address signed by the hub itself allows."""
        known = await self._known_of(hub)
        if known is None:
            raise missing_hub(hub)
        return known.actor

    async def _known_of(self, hub: str) -> _Known | None:
        known = self._known.get(hub.lower())
        if known is None or known.until <= time.monotonic():
            return await self._look_up(hub.lower())
        return known

    async def _look_up(self, hub: str) -> _Known | None:
        try:
            tenant = await self._ledger.tenants.by_name(hub)
        except NotFound:
            return None
        users = await self._ledger.tenants.users(tenant)
        owner = next((user for user in users if user.role is UserRole.OWNER and user.active), None)
        if owner is None:
            return None
        actor = system_actor(tenant, owner.person_id, protocol=self._protocol)
        documents = await self._ledger.definitions.page(actor, POLICIES.kept_as, limit=_MOST_POLICIES)
        policies: list[Mapping[str, Any]] = [{**document.value, "policyName": document.name} for document in documents]
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        known = self._known[hub] = _Known(actor, policies, time.monotonic() + FRESH)
        return known
