"""Reports over visits, and what looks odd among them: whichever are meant, only their index range is read."""

from typing import Any

import pytest

from interlog.store.store import Store
from interlog.store.visit_quality import Oddities, Oddity, arguments_of, odd_query, places_query
from interlog.store.visit_reports import GROUPINGS, Scope, _arguments, _doors_knocked, _responses

from .test_visit_plans import CAMPAIGNS, CANVASSER, TENANT, store

pytestmark = pytest.mark.asyncio(loop_scope="module")

__all__ = ["store"]

ONE = Scope(campaign=CAMPAIGNS[0])
MINE = Scope(campaign=CAMPAIGNS[0], canvasser=CANVASSER, start=0, end=10**6)


@pytest.mark.parametrize("scope", [ONE, MINE])
async def test_reads_the_visits_of_a_campaign(store: Store, scope: Scope) -> None:
    """No statement goes through the visits of other campaigns."""
    arguments: dict[str, Any] = _arguments(store.database, TENANT, (0,), scope)
    for query in (*(_doors_knocked(scope.given, by) for by in GROUPINGS), _responses(scope.given)):
        more = {"texts": store.database.array([CANVASSER])} if query is _responses(scope.given) else {}
        _reads_a_campaign(await store.database.explain(query, **arguments, **more))


@pytest.mark.parametrize("canvasser", [None, CANVASSER], ids=["everybody", "one"])
async def test_looks_at_the_visits_of_a_campaign(store: Store, canvasser: str | None) -> None:
    """No statement goes through the visits of other campaigns to find what is odd, or where visits were."""
    asked = Oddities(tenant=TENANT, groups=(0,), campaign=CAMPAIGNS[0], limit=20, canvasser=canvasser)
    for oddity in Oddity:
        arguments = arguments_of(store.database, oddity, asked)
        _reads_a_campaign(await store.database.explain(odd_query(oddity, canvasser is not None), **arguments))
    _reads_a_campaign(
        await store.database.explain(
            places_query(canvasser is not None),
            tenant=TENANT,
            groups=store.database.array((0,)),
            campaign=CAMPAIGNS[0],
            limit=20,
            **({} if canvasser is None else {"canvasser": canvasser}),
        )
    )


def _reads_a_campaign(plan: list[str]) -> None:
    told = "\n".join(plan)
    assert "SCAN visit" not in told, told
    assert "Seq Scan on visit" not in told, told
    assert "campaign" in told, told
