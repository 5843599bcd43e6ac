"""Interactions by any condition and in any order, page by page."""

from collections.abc import Sequence
from typing import NamedTuple

from ..model.conditions import Condition
from ..model.expressions import Order
from ..model.interactions import Interaction
from ..model.tenancy import Actor, Right
from ..store import instances as instance_rows
from ..store import profile_pages
from ..store.instance_questions import Asked
from ..store.keysets import Place
from ..store.store import Store


class Listed(NamedTuple):
    """A page of interactions, and the place behind which the next one begins; None after the last."""

    interactions: list[Interaction]
    next: Place | None


class ListedProfiles(NamedTuple):
    """A page of profiles by their numbers, and the place behind which the next one begins; None after the last."""

    numbers: list[int]
    next: Place | None


class Listing:
    """Use cases of lists that a condition narrows."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def page(
        self,
        actor: Actor,
        types: Sequence[int],
        *,
        limit: int,
        condition: Condition | None = None,
        orders: tuple[Order, ...] = (),
        after: Place | None = None,
        skip: int = 0,
        party: tuple[int, int] | None = None,
        voided: bool = False,
        attached: Condition | None = None,
    ) -> Listed:
        """Return interactions of some types that meet a condition, by default the latest changed first.

        ``party``: kind and id of one that takes part; ``voided``: also those that a correction stands for;
        ``attached``: those that meet this condition are the party's too. Raises ``ValueError`` for an ``after`` that
        is no place in such a list.
        """
        actor.require(Right.READ)
        asked = Asked(
            tenant=actor.tenant.id,
            types=types,
            groups=actor.groups,
            limit=limit + 1 if limit else 0,
            condition=condition,
            orders=orders,
            after=after,
            skip=skip,
            party=party,
            voided=voided,
            attached=attached,
        )
        found = await instance_rows.page(self._database, asked)
        more = len(found) > limit
        return Listed([item.interaction for item in found[:limit]], found[limit - 1].place if more else None)

    async def count(
        self,
        actor: Actor,
        types: Sequence[int],
        *,
        condition: Condition | None = None,
        party: tuple[int, int] | None = None,
        voided: bool = False,
        attached: Condition | None = None,
    ) -> int:
        """Return how many interactions of some types meet a condition."""
        actor.require(Right.READ)
        asked = Asked(
            tenant=actor.tenant.id,
            types=types,
            groups=actor.groups,
            limit=0,
            condition=condition,
            party=party,
            voided=voided,
            attached=attached,
        )
        return await instance_rows.count(self._database, asked)

    async def profiles(
        self,
        actor: Actor,
        type_id: int,
        *,
        limit: int,
        condition: Condition | None = None,
        orders: tuple[Order, ...] = (),
        after: Place | None = None,
        skip: int = 0,
    ) -> ListedProfiles:
        """Return profiles of a type that meet a condition, by default in order of their numbers.

        Raises ``ValueError`` for an ``after`` that is no place in such a list.
        """
        actor.require(Right.READ)
        asked = profile_pages.Asked(
            actor.tenant.id, type_id, limit + 1 if limit else 0, condition, orders, after, skip
        )  # fmt: skip
        found = await profile_pages.page(self._database, asked)
        more = len(found) > limit
        return ListedProfiles([item.number for item in found[:limit]], found[limit - 1].place if more else None)

    async def count_profiles(self, actor: Actor, type_id: int, *, condition: Condition | None = None) -> int:
        """Return how many profiles of a type meet a condition."""
        actor.require(Right.READ)
        return await profile_pages.count(self._database, profile_pages.Asked(actor.tenant.id, type_id, 0, condition))
