"""Query plans of lists of resources and visits: a page in order of ids is a range of an index, and is never sorted.

The plans themselves are judged as in ``test_plans.py``.
"""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from interlog.model.canvassing.resources import Resource
from interlog.model.ids import uuid7
from interlog.model.tenancy import Actor, Right, Tenant, TenantSettings
from interlog.protocols.polis import pointers
from interlog.protocols.polis.filter_conditions import condition_of
from interlog.protocols.polis.filters import parsed
from interlog.protocols.polis.sorting import orders_of, sortings_of
from interlog.store import canvassing_pages, interactions, resources
from interlog.store.canvassing_pages import VISITS, Asked
from interlog.store.schema import interaction, participant, visit
from interlog.store.statements import Unit
from interlog.store.store import Store

from .plans import analyze, faults, queries
from .test_instance_plans import VISIT, _visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

TENANT, OTHER = 1, 2
MANY = 12_000
LISTS = [uuid7() for _ in range(40)]
CONTACTS = sorted(uuid7() for _ in range(MANY))
CAMPAIGNS = [uuid7() for _ in range(20)]
DOORS = sorted(uuid7() for _ in range(MANY))
ACTOR = Actor(
    tenant=Tenant(id=TENANT, name="demo", settings=TenantSettings(), created_at=0), person_id=1, right=Right.READ
)


class Case(NamedTuple):
    """A list, and the index that its page is a range of. ``of_tenant``: of all that is the tenant's.

    ``rare``: hardly anything meets the filter, and no index knows: PostgreSQL may read all of the kind, and sort that.
    """

    kind: str
    index: str
    filter: str | None = None
    sort: str | None = None
    deleted: bool = False
    of_tenant: bool = False
    rare: bool = False


KEY, DOOR = "resource_1|pk_resource", "uq_visit_id"
OWNER = "ix_resource_owner"
LIST_FILTER = f'/data/listId eq "{LISTS[3]}"'
CAMPAIGN, CONTACT = f'/data/campaignId eq "{CAMPAIGNS[3]}"', f'/contactId eq "{CONTACTS[3]}"'
CASES = {
    "contacts": Case("contacts", KEY),
    "deleted contacts": Case("contacts", KEY, "/meta/isDeleted eq true", deleted=True, rare=True),
    "last first": Case("contacts", KEY, sort='["id","DESC"]'),
    "what no index knows": Case("contacts", KEY, '/profile/name/first like "No 1*" or /data/notes eq nil', rare=True),
    "of a list": Case("contacts", OWNER, LIST_FILTER),
    "of a list, and more": Case("contacts", OWNER, f'/profile/age gt 30 and {LIST_FILTER} and /customerId neq "x"'),
    "of a list in its text form": Case("contacts", OWNER, f'"/data/listId": "{LISTS[3]}"'),
    "of a list, last first": Case("contacts", OWNER, LIST_FILTER, '["id","DESC"]'),
    "one contact": Case("contacts", KEY, f'/id eq "{CONTACTS[5]}"'),
    "households": Case("households", KEY),
    "visits": Case(VISITS, DOOR, of_tenant=True),
    "visits of a campaign": Case(VISITS, "PRIMARY KEY|pk_visit", CAMPAIGN),
    "visits of a campaign, and more": Case(
        VISITS, "PRIMARY KEY|pk_visit", f'{CAMPAIGN} and /data/survey/responses/x/fields/y eq 5 and /distance gt 1'
    ),
    "visits of a contact": Case(VISITS, "ix_visit_contact", CONTACT),
    "visits of a contact, and more": Case(VISITS, "ix_visit_contact", f"/unavailable eq true and {CONTACT}"),
    "visits of a contact, last first": Case(VISITS, "ix_visit_contact", CONTACT, '["id","DESC"]'),
    "visits in a time": Case(VISITS, DOOR, '/meta/modified gt "1970-01-01T00:00:11"', of_tenant=True),
    "deleted visits": Case(
        VISITS, "uq_interaction_uuid", f"/meta/isDeleted eq true and {CAMPAIGN}", None, True, True, True
    ),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(module_database_url: str) -> AsyncIterator[Store]:
    """A store with thousands of contacts on forty lists, and visits of twenty campaigns, in two tenants."""
    opened = await Store.open(module_database_url)
    for tenant in (TENANT, OTHER):
        unit = Unit()
        resources.insert(unit, tenant, [_contact(place) for place in range(MANY)])
        rows = [
            (tenant, CAMPAIGNS[n % 20], DOORS[n], n, 1_000 * n, 1_000 * n, 1_000 * n, CONTACTS[n % 6_000], None, 0,
             LISTS[0], None, None, None, None, None, None, n % 2)
            for n in range(MANY)
        ]  # fmt: skip
        unit.insert(visit, rows)
        others = [_visit(VISIT, n) for n in range(6_000)]
        unit.insert(interaction, [interactions.row_of(tenant, item) for item in others])
        unit.insert(participant, [row for item in others for row in interactions.participant_rows(tenant, item)])
        await opened.database.write(unit)
    await analyze(opened.url)
    yield opened
    await opened.close()


def _contact(place: int) -> Resource:
    data = {"listId": LISTS[place % 40], "profile": {"name": {"first": f"No {place}"}, "age": place % 90}}
    kind = "contacts" if place % 10 else "households"
    person = place if kind == "contacts" else None
    return Resource(kind=kind, id=CONTACTS[place], number=place, data=data, person=person, created_at=1, modified_at=1)


def asked(case: Case, **more: Any) -> Asked:
    """Return the question of a case."""
    meanings = pointers.visits(ACTOR) if case.kind == VISITS else pointers.resources(ACTOR, case.kind)
    tree = parsed(case.filter) if case.filter is not None else None
    condition = condition_of(tree, meanings.operand) if tree is not None else None
    orders = orders_of(sortings_of([case.sort or ""]), meanings.operand)
    return Asked(**{
        "tenant": TENANT, "kind": case.kind, "groups": [0], "limit": 101, "condition": condition, "orders": orders,
        "deleted": case.deleted,
    } | more)  # fmt: skip


async def plan_of(store: Store, factory: Any, question: Asked) -> list[str]:
    """Return the plan of a question's statement."""
    arguments = canvassing_pages._arguments(store.database, question)
    arguments |= {"limit": question.limit, "reach": question.limit}
    if question.after is not None:
        arguments |= {f"after_{index}": value for index, value in enumerate(question.after)}
    return await store.database.explain(factory(canvassing_pages._shape(question)), **arguments)


@pytest.mark.parametrize("after", [None, 4_000])
@pytest.mark.parametrize("name", CASES)
async def test_a_page_is_a_range_of_an_index(store: Store, name: str, after: int | None) -> None:
    """The first page and any other are read in order from the index that answers the filter best."""
    case, postgresql = CASES[name], not store.url.startswith("sqlite")
    ids = DOORS if case.kind == VISITS else CONTACTS
    question = asked(case, after=(ids[after],) if after is not None else None)
    for factory in (canvassing_pages.spots_query, canvassing_pages.page_query):
        if case.kind == VISITS and factory is canvassing_pages.page_query:
            continue
        if case.rare and postgresql:
            continue
        lines = await plan_of(store, factory, question)
        text = "\n".join(lines)
        found = faults(lines, postgresql=postgresql, sorted_arms=False)
        if case.of_tenant:
            found = [fault for fault in found if not fault.startswith("narrows")]
        assert found == [], text
        assert any(index in text for index in case.index.split("|")), text


async def test_what_was_recorded_elsewhere_with_a_contact_is_found_by_the_contact(store: Store) -> None:
    """Visits of a contact and his other interactions are two short ranges, which are merged."""
    question = asked(CASES["visits of a contact"], elsewhere=(CAMPAIGNS[0], LISTS[0]))
    for after in (None, (DOORS[5],)):
        lines = await plan_of(store, canvassing_pages.spots_query, question._replace(after=after))
        found = faults(lines, postgresql=not store.url.startswith("sqlite"), sorted_arms=True)
        assert [fault for fault in found if not fault.startswith(("SCAN anon_", "SCAN e "))] == [], "\n".join(lines)
        assert "ix_resource_person" in "\n".join(lines)


async def test_what_stands_at_places_is_read_by_its_ids(store: Store) -> None:
    """Resources are read by the key."""
    ids = store.database.array(CONTACTS[:50])
    lines = await store.database.explain(canvassing_pages.BY_IDS, tenant=TENANT, kind="contacts", ids=ids)
    assert faults(lines, postgresql=not store.url.startswith("sqlite"), sorted_arms=False) == [], "\n".join(lines)


async def test_every_query_has_a_check() -> None:
    """The one statement that is no page's is checked above."""
    names = [name for name, _ in queries() if name.startswith("canvassing_pages")]
    assert names == ["canvassing_pages.BY_IDS"]
