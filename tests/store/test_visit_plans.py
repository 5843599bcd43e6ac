"""Query plans of visits: what is read of them at every request is an index range, however many there are.

The plans themselves are judged as in ``test_plans.py``.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlog.model.ids import uuid7
from interlog.store import interactions, visit_timeline, visits
from interlog.store.schema import interaction, participant, visit
from interlog.store.statements import Query, Unit
from interlog.store.store import Store

from .plans import analyze, faults, queries
from .test_instance_plans import VISIT, _visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

TENANT, OTHER = 1, 2
MANY = 6_000
CONTACTS = [uuid7() for _ in range(500)]
CAMPAIGNS = [uuid7() for _ in range(20)]
CANVASSER, SURVEY = uuid7(), uuid7()
CANVASSING = 1  # the canvasser's person, who took part in every visit
IDS = [uuid7() for _ in range(MANY)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(module_database_url: str) -> AsyncIterator[Store]:
    """A store with thousands of visits in twenty campaigns, in two tenants."""
    opened = await Store.open(module_database_url)
    for tenant in (TENANT, OTHER):
        unit = Unit()
        items = [_visit(VISIT, n) for n in range(MANY)]
        unit.insert(interaction, [interactions.row_of(tenant, item) for item in items])
        unit.insert(
            visit,
            [
                (tenant, CAMPAIGNS[n % 20], IDS[n], item.number, 1_000 * n, 1_000 * n, 1_000 * n, CONTACTS[n % 500],
                 CANVASSER, 0, SURVEY, None, None, None, None, None, None, 0)
                for n, item in enumerate(items)
            ],
        )  # fmt: skip
        unit.insert(
            participant,
            [(tenant, 0, person, 1_000 * n, item.number, item.type_id, 0)
             for n, item in enumerate(items) for person in (CANVASSING, 2 + n % 500)],
        )  # fmt: skip
        await opened.database.write(unit)
    await analyze(opened.url)
    yield opened
    await opened.close()


ROW = dict.fromkeys(visits._CHANGING)
CASES: dict[str, tuple[Query, dict[str, Any]]] = {
    "OF_CONTACTS": (visits.OF_CONTACTS, {"tenant": TENANT, "contacts": CONTACTS[:3]}),
    "UPDATE": (visits.UPDATE, {"of_tenant": TENANT, "of_id": IDS[0]} | ROW),
    "REMOVE": (visits.REMOVE, {"of_tenant": TENANT, "of_id": IDS[0]}),
}
STATES = list(range(len(visit_timeline.STATES)))
NEWEST = {"tenant": TENANT, "campaign": CAMPAIGNS[0], "groups": [0], "states": STATES, "limit": 20}
CASES |= {
    f"newest_query-{mine}-{with_person}": (
        visit_timeline.newest_query(mine, with_person),
        NEWEST
        | {"start": 0, "before_at": 2_000_000, "before_id": IDS[9]}
        | ({"canvasser": CANVASSER} if mine else {})
        | ({"person": CANVASSING} if with_person else {}),
    )
    for mine in (False, True)
    for with_person in (False, True)
}
REPORTS = {"visits.LATEST", "visits.DUPLICATES", "visits.DUPLICATES_OF_CAMPAIGN"}
"""What is meant to go through all visits of some campaigns."""
ELSEWHERE = {"visits.AROUND", "visits.AROUND_ONE", "visits.CONTACT"}
"""What ``test_canvassing_plans.py`` checks, since it reads resources."""


@pytest.mark.parametrize("name", CASES)
async def test_reads_an_index_range(store: Store, name: str) -> None:
    """The statement reads as much as it returns or changes, however many visits there are."""
    query, given = CASES[name]
    arguments = {key: store.database.array(value) if isinstance(value, list) else value for key, value in given.items()}
    plan = await store.database.explain(query, **arguments)

    assert faults(plan, postgresql=not store.url.startswith("sqlite"), sorted_arms=False) == [], "\n".join(plan)


async def test_every_query_has_a_check() -> None:
    """Each query of visits is checked above, or is a report."""
    checked = {id(query) for query, _ in CASES.values()}
    unchecked = {name for name, query in queries() if id(query) not in checked and name.startswith("visits.")}
    assert unchecked == REPORTS | ELSEWHERE
