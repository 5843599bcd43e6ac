"""Query plans of canvassing's resources: every look-up and list reads an index range, and none sorts.

The plans themselves are judged as in ``test_plans.py``.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlog.model.canvassing.resources import Resource
from interlog.model.ids import uuid7
from interlog.model.journal import Action, Entity
from interlog.store import changes, interactions, resources, visits
from interlog.store.schema import interaction, journal, user
from interlog.store.statements import Query, Unit
from interlog.store.store import Store

from .plans import analyze, faults, queries
from .test_instance_plans import VISIT, _visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

TENANT, OTHER = 1, 2
MANY = 12_000
LISTS = [uuid7() for _ in range(40)]
IDS = [uuid7() for _ in range(MANY)]


def _resource(number: int, kind: str, id_: str, owner: str, **more: Any) -> Resource:
    data = {"listId": owner, "contactId": owner, "profile": {"name": {"first": f"No {number}"}}}
    return Resource(kind=kind, id=id_, number=number, data=data, created_at=1, modified_at=1, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(module_database_url: str) -> AsyncIterator[Store]:
    """A store with thousands of contacts on forty lists, and as many of other kinds, in two tenants."""
    opened = await Store.open(module_database_url)
    for tenant in (TENANT, OTHER):
        unit = Unit()
        contacts = [
            _resource(n, "contacts", IDS[n], LISTS[n % 40], person=n, natural=f"c{n}" if n % 2 else None)
            for n in range(MANY if tenant == TENANT else 1_000)
        ]
        links = [_resource(MANY + n, "contact-household-lists", uuid7(), LISTS[n % 40]) for n in range(2_000)]
        households = [_resource(2 * MANY + n, "households", uuid7(), "", natural=f"h{n}") for n in range(2_000)]
        homes = [_resource(3 * MANY + n, "contact-households", uuid7(), IDS[n]) for n in range(1_000)]
        resources.insert(unit, tenant, contacts + links + households + homes)
        entries = [
            (tenant, 1, 1, None, "polis", None, str(Action.CREATE), str(Entity.RESOURCE), item.number, 1, None)
            for item in contacts
        ]
        unit.insert(journal, entries)
        unit.insert(user, [(tenant, number, "member", "[]", 1, 1) for number in range(1_000)])
        visits = [_visit(VISIT, index) for index in range(3_000)]
        unit.insert(interaction, [interactions.row_of(tenant, item) for item in visits])
        await opened.database.write(unit)
    await analyze(opened.url)
    yield opened
    await opened.close()


CASES: dict[str, tuple[Query, dict[str, Any]]] = {
    "BY_REFS": (resources.BY_REFS, {"kinds": ["contacts", "lists", "campaigns"], "ids": IDS[:5]}),
    "BY_NATURAL": (resources.BY_NATURAL, {"kind": "households", "naturals": ["h1", "h2"]}),
    "BY_BEGINNING": (resources.BY_BEGINNING, {"kind": "contacts", "beginning": "c1:", "end": "c1;"}),
    "BY_PERSON": (resources.BY_PERSON, {"kind": "contacts", "persons": [5, 6]}),
    "OWNED": (
        resources.OWNED,
        {"kind": "contacts", "owner": LISTS[0], "after": IDS[9], "groups": [0, 7], "limit": 100},
    ),
    "OWNED_BY_ANYBODY": (resources.OWNED_BY_ANYBODY, {"kind": "contacts", "owner": LISTS[0]}),
    "COUNTS": (resources.COUNTS, {"kind": "contacts", "owners": LISTS[:2]}),
    "OF_KIND": (resources.OF_KIND, {"kind": "contacts", "after": IDS[9], "limit": 100}),
    "REGROUP": (resources.REGROUP, {"number": 5, "new_group": 7}),
    "REGROUP_OWNED": (resources.REGROUP_OWNED, {"kinds": ["contacts"], "of_owner": LISTS[0], "new_group": 7}),
    "REGROUP_BELOW": (
        resources.REGROUP_BELOW,
        {"kinds": ["contact-households"], "between": "contacts", "of_owner": LISTS[0], "new_group": 7},
    ),
    "USERS_WITHOUT": (resources.USERS_WITHOUT, {}),
    "UPDATE": (
        resources.UPDATE,
        {"key_tenant_id": TENANT, "key_number": 5, "read_version": 1} | dict.fromkeys(resources._CHANGING),
    ),
    "AROUND": (visits.AROUND, {"kinds": ["campaigns", "contacts"], "ids": IDS[:5], "uuids": IDS[:5]}),
    "CONTACT": (visits.CONTACT, {"contact": IDS[1]}),
    "AROUND_ONE": (visits.AROUND_ONE, {"contact": IDS[1], "campaign": IDS[0], "uuid": IDS[3]}),
    "UPDATE_SAID": (
        resources.UPDATE_SAID,
        {"key_tenant_id": TENANT, "key_number": 5, "read_version": 1, "version": 2}
        | dict.fromkeys(("value", "aside", "modified_at", "modifier")),
    ),
    "UPDATE_ASIDE": (
        resources.UPDATE_ASIDE,
        {"key_tenant_id": TENANT, "key_number": 5, "read_version": 1, "version": 2} | dict.fromkeys(("aside",)),
    ),
    **{
        name: (query, {"epoch": 0, "sequence": 100, "limit": 100} | more)
        for name, query, more in (
            ("RESOURCES_SQLITE", changes.RESOURCES_SQLITE, {"kind": "contacts"}),
            ("RESOURCES_POSTGRESQL", changes.RESOURCES_POSTGRESQL, {"kind": "contacts"}),
            ("INTERACTIONS_SQLITE", changes.INTERACTIONS_SQLITE, {"types": [5]}),
            ("INTERACTIONS_POSTGRESQL", changes.INTERACTIONS_POSTGRESQL, {"types": [5]}),
        )
    },
    "LAST_SQLITE": (changes.LAST_SQLITE, {}),
    "LAST_POSTGRESQL": (changes.LAST_POSTGRESQL, {}),
}


@pytest.mark.parametrize("name", CASES)
async def test_reads_an_index_range(store: Store, name: str) -> None:
    """The statement reads as much as it returns, however many resources there are."""
    query, given = CASES[name]
    postgresql = not store.url.startswith("sqlite")
    if name.endswith("_SQLITE" if postgresql else "_POSTGRESQL"):
        pytest.skip("is the other engine's")
    arguments = {key: store.database.array(value) if isinstance(value, list) else value for key, value in given.items()}
    if not name.startswith("UPDATE"):
        arguments["tenant"] = TENANT
    plan = await store.database.explain(query, **arguments)

    # what was read of the journal, and is sorted once more, is no longer than the page; what is below a whole list may
    # be joined in any way
    may_sort = "epoch" in arguments or name == "REGROUP_BELOW"
    found = faults(plan, postgresql=postgresql, sorted_arms=may_sort)
    if name.startswith("LAST"):  # the last entry of the tenant is where its range ends
        found = [fault for fault in found if not fault.startswith("narrows by nothing but the tenant")]
    assert [fault for fault in found if fault != "SCAN entries"] == [], "\n".join(plan)


async def test_every_query_has_a_check() -> None:
    """Each query of resources and of changes is checked above."""
    checked = {id(query) for query, _ in CASES.values()}
    found = [name for name, query in queries() if id(query) not in checked]
    assert [name for name in found if name.partition(".")[0] in ("resources", "changes")] == []
