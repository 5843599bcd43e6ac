"""Query plans of pages by any condition: marked fields are found and sorted by their index, all else in order.

The plans themselves are judged as in ``test_plans.py``.
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from interlog.model.expressions import Column, Field, Kind, Order
from interlog.model.ids import stamp, uuid7
from interlog.model.interactions import Content, Interaction, Participant
from interlog.model.profiles import CONTACT, ORGANIZATION
from interlog.model.types import FieldDefinition, FieldKind, InteractionType, Logging
from interlog.protocols.customer_insights.odata_filter import filter_of
from interlog.protocols.customer_insights.odata_vocabulary import Interactions
from interlog.store import field_values, instances, interactions, profile_pages
from interlog.store.instance_questions import Asked, arms_of, narrowed
from interlog.store.instances import Plan
from interlog.store.schema import interaction, participant
from interlog.store.statements import Query, Unit
from interlog.store.store import Store

from .plans import analyze, faults

pytestmark = pytest.mark.asyncio(loop_scope="module")

TENANT, OTHER = 1, 2
MANY = 12_000
FIELDS = (
    FieldDefinition("Minutes", FieldKind.INTEGER, indexed=True),
    FieldDefinition("Lane", FieldKind.TEXT, indexed=True),
    FieldDefinition("Plain", FieldKind.INTEGER),
)
VISIT = InteractionType(id=100, name="Visit", fields=FIELDS, open=True)
WALK = InteractionType(id=101, name="Walk", open=True)
WORDS = Interactions([VISIT, WALK])

MINUTES = Order(Field(("Minutes",), Kind.INTEGER))
TIMESTAMP = Order(Column("occurred_at", Kind.INSTANT))


class Case(NamedTuple):
    """A question, and what its plan must be. ``sorts``: few entries of the index are sorted."""

    filter: str | None = None
    orders: tuple[Order, ...] = ()
    index: str = "ix_interaction_type_changed_at"
    plan: str = "order"
    sorts: bool = False
    types: tuple[int, ...] = (100,)
    party: tuple[int, int] | None = None


def down(order: Order) -> Order:
    """Return an order turned around."""
    return Order(order.expression, descending=True)


VALUES = "field_value"
CASES = {
    "newest": Case(),
    "all types": Case(types=(100, 101), index="ix_interaction_changed_at"),
    "changed since": Case("LastModifiedTimestamp gt 2020-01-01T00:00:00Z"),
    "of one type among all": Case("InteractionType eq 'Visit' and Plain gt 3", types=(100, 101)),
    "by id": Case("InteractionId eq 'id 7'", index="uq_interaction_identity", sorts=True),
    "oldest first": Case(orders=(TIMESTAMP,), index="ix_interaction_type"),
    "latest first": Case(orders=(down(TIMESTAMP),), index="ix_interaction_type"),
    "between": Case(
        "Timestamp ge 1970-01-01T00:00:01Z and Timestamp lt 1970-01-01T00:00:02Z", (TIMESTAMP,), "ix_interaction_type"
    ),
    "what no index knows": Case("contains(Unknown,'x') or Plain eq 3"),
    "one value": Case("Minutes eq 7", index=VALUES, plan="value of all"),
    "one value and more": Case("Lane eq 'lane 3' and Plain gt 2 and Minutes gt 1", index=VALUES, plan="value of all"),
    "null": Case("Lane eq null", index=VALUES, plan="value of all"),
    "some values": Case("Lane in ('lane 1','lane 2','lane 5')", index=VALUES, plan="few", sorts=True),
    "a narrow range": Case("Minutes gt 95 and Minutes le 97", index=VALUES, plan="few", sorts=True),
    "a wide range": Case("Minutes gt 2"),
    "a beginning": Case("startswith(Lane,'lane 33')", index=VALUES, plan="few", sorts=True),
    "another order": Case("Minutes eq 7", (TIMESTAMP,), index=VALUES, plan="few", sorts=True),
    "sorted by a field": Case(orders=(MINUTES,), index=VALUES, plan="values"),
    "sorted down by a field": Case(orders=(down(MINUTES),), index=VALUES, plan="values"),
    "sorted within a range": Case("Minutes gt 2 and Plain lt 9", (down(MINUTES),), index=VALUES, plan="values"),
    "of a party": Case(party=(0, 5), index="participant", sorts=True),
    "of a party in order of time": Case("Plain gt 1", (TIMESTAMP,), party=(0, 5), index="participant"),
}
NAMES = {"order": (False, False, False), "value of all": (True, True, False), "few": (True, False, False),
         "values": (True, True, True)}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(module_database_url: str) -> AsyncIterator[Store]:
    """A store with thousands of visits, few of which have the same values, in two tenants."""
    opened = await Store.open(module_database_url)
    for tenant in (TENANT, OTHER):
        for type_ in (VISIT, WALK):
            found = [_visit(type_, index) for index in range(MANY if type_ is VISIT and tenant == TENANT else 1_000)]
            unit = Unit()
            unit.insert(interaction, [interactions.row_of(tenant, item) for item in found])
            field_values.insert(unit, tenant, [(item, type_) for item in found])
            unit.insert(participant, [row for item in found for row in interactions.participant_rows(tenant, item)])
            if type_ is VISIT:
                field_values.declare_ready(unit, tenant, type_.id, field_values.marked(type_))
            await opened.database.write(unit)
    await analyze(opened.url)
    yield opened
    await opened.close()


def _visit(type_: InteractionType, index: int) -> Interaction:
    fields = {"Minutes": index % 100, "Plain": index % 10} | ({"Lane": f"lane {index % 400}"} if index % 9 else {})
    return Interaction(
        uuid=uuid7(), number=type_.id * 100_000 + index, type_id=type_.id, type_version=1, logging=Logging.MANUAL,
        content=Content(occurred_at=index * 1_000, fields=fields, participants=(Participant(index % 300),)),
        protocol="test", origin=None, creator=None, group=0, note_id=None, external_ids={}, version=1, created_at=0,
        changed_at=stamp(), identity=f"id {index}",
    )  # fmt: skip


def asked(case: Case, **more: object) -> Asked:
    """Return the question of a case."""
    condition = filter_of(case.filter, WORDS, 0) if case.filter is not None else None
    given = {"tenant": TENANT, "types": case.types, "groups": [0], "limit": 30, "party": case.party}
    return narrowed(Asked(**given | {"condition": condition, "orders": case.orders} | more))  # type: ignore[arg-type]


async def explained(store: Store, query: Query, question: Asked, plan: Plan, **more: object) -> list[str]:
    """Return the plan of a statement with the question's arguments."""
    question = instances._without(question, plan)
    arguments = instances._arguments(store.database, question, plan) | {"limit": 30, **more}
    if question.after is not None:
        arguments |= {f"after_{index}": value for index, value in enumerate(question.after[1:])}
    return await store.database.explain(query, **arguments)


def _statement(factory: Callable[[instances.PageShape], Query], question: Asked, plan: Plan) -> Query:
    return factory(instances._shape(instances._without(question, plan), plan))


def _faulty(lines: list[str], store: Store, *, sorts: bool = False) -> list[str]:
    """Return what is wrong with a plan. That of all types reads the tenant's own index in order, up to a page."""
    in_order = "ix_interaction_changed_at"
    lines = [line for line in lines if not re.match(r"SCAN \(subquery-\d+\)", line)]  # a function's own arguments
    found = faults(lines, postgresql=not store.url.startswith("sqlite"), sorted_arms=sorts)
    return [fault for fault in found if not (fault.startswith("narrows") and in_order in fault)]


@pytest.mark.parametrize("name", CASES)
async def test_a_page_reads_an_index_range(store: Store, name: str) -> None:
    """Each page is read by the index that answers it best, the one behind it too; only few entries are ever sorted."""
    case = CASES[name]
    question = asked(case)
    for _ in range(2):
        plan = await instances._plan(store.database, question)
        assert (plan.range is not None, plan.sorted, plan.by_value) == NAMES[case.plan]
        lines = await explained(store, _statement(instances.page_query, question, plan), question, plan)
        assert _faulty(lines, store, sorts=case.sorts) == [], "\n".join(lines[:30])
        assert case.index in "\n".join(lines), "\n".join(lines[:30])

        found = await instances.page(store.database, question)
        if len(found) < 30:
            break
        question = asked(case, after=found[-1].place)


@pytest.mark.parametrize("name", ["one value", "a narrow range", "a beginning", "by id"])
async def test_a_count_reads_an_index_range(store: Store, name: str) -> None:
    """What an index knows is counted by it."""
    case = CASES[name]
    question = asked(case)
    plan = await instances._plan(store.database, question)
    lines = await explained(store, _statement(instances.count_query, question, plan), question, plan)

    assert _faulty(lines, store) == [], "\n".join(lines)
    assert case.index in "\n".join(lines), "\n".join(lines)
    expected = {"one value": 120, "a narrow range": 240, "a beginning": 294, "by id": 1}[name]
    assert await instances.count(store.database, question) == expected


async def test_few_ranges_are_looked_into(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many comparisons a filter joins, only some are asked how many entries they have."""
    counted: list[str] = []
    fetch = store.database.fetch

    async def noting(query: Query, **arguments: Any) -> Any:
        if "most" in arguments:
            counted.append(arguments["key_0"])
        return await fetch(query, **arguments)

    monkeypatch.setattr(store.database, "fetch", noting)
    text = " and ".join(f"Minutes in ({n},{n + 1})" for n in range(40))
    plan = await instances._plan(store.database, asked(Case(text, (TIMESTAMP,))))
    assert plan.range is not None
    assert len(counted) == instances._LOOKED_INTO


async def test_a_condition_within_another_is_seen() -> None:
    """What is joined twice by ``and`` leaves out types, and is answered by the index, all the same."""
    attached = filter_of("InteractionType eq 'Visit' and Minutes eq 5", WORDS, 0)
    question = asked(Case("Plain lt 6", types=(100, 101), party=(0, 5)))._replace(attached=attached)
    own, other = arms_of(question)
    assert (own.party, own.types, other.party, other.types) == ((0, 5), [100, 101], None, [100])
    assert [range_.field for range_ in instances.ranges_of(other.condition) if range_.values] == ["Minutes"]


@pytest.mark.parametrize("order", [TIMESTAMP, down(TIMESTAMP)])
async def test_all_types_in_order_of_time_are_merged(store: Store, order: Order) -> None:
    """What no index has in order is read from each type's own, page by page, as if it were one list."""
    question = asked(Case("Plain lt 8", (order,), types=(100, 101)), limit=700)
    assert len(arms_of(question)) == 2
    seen: list[tuple[int, int]] = []
    while page := await instances.page(store.database, question):
        seen += [(found.interaction.content.occurred_at, found.interaction.number) for found in page]
        question = question._replace(after=page[-1].place)
    total = await instances.count(store.database, question)
    assert len(seen) == total == (MANY + 1_000) * 8 // 10
    assert seen == sorted(seen, reverse=order.descending)

    first = asked(Case(orders=(order,), types=(100, 101)))
    skipped = await instances.page(store.database, first._replace(skip=5, limit=3))
    assert skipped == (await instances.page(store.database, first._replace(limit=8)))[5:]


ORDERS: list[tuple[Order, ...]] = [
    (), (TIMESTAMP,), (down(TIMESTAMP),), (MINUTES,), (down(MINUTES),), (Order(Field(("Lane",), Kind.TEXT)), MINUTES),
]  # fmt: skip


@pytest.mark.parametrize("orders", ORDERS)
async def test_what_is_attached_to_a_party_is_listed_with_its_own(store: Store, orders: tuple[Order, ...]) -> None:
    """Those in which a party takes part and those that meet a condition are one list, each once, in any order."""
    attached = filter_of("(InteractionType eq 'Visit' and Minutes eq 5) or (InteractionType eq 'Walk' and Plain eq 1)",
                         WORDS, 0)  # fmt: skip
    question = asked(Case("Plain lt 6", orders, types=(100, 101), party=(0, 5)), limit=50)._replace(attached=attached)
    seen: list[int] = []
    while page := await instances.page(store.database, question):
        seen += [found.interaction.number for found in page]
        question = question._replace(after=page[-1].place)
    texts = "Participants/any(p: p/ProfileId eq '5')"
    either = filter_of(
        f"Plain lt 6 and ({texts} or (InteractionType eq 'Visit' and Minutes eq 5) "
        "or (InteractionType eq 'Walk' and Plain eq 1))",
        WORDS,
        0,
    )
    plain = asked(Case(orders=orders, types=(100, 101)), condition=either, limit=1_000)
    expected = [found.interaction.number for found in await instances.page(store.database, plain)]
    assert seen == expected
    assert await instances.count(store.database, question) == len(expected)


async def test_looking_into_the_index_stops_early(store: Store) -> None:
    """How many entries a range has is found by reading entries alone, and no more than so many of them."""
    question = asked(CASES["a wide range"])
    (range_,) = instances.ranges_of(question.condition)
    query = instances.entries_query(range_.shape())
    arguments = {"tenant": TENANT, "type": 100, "most": instances.FEW} | range_.arguments()
    lines = await store.database.explain(query, **arguments)

    assert "field_value" in "\n".join(lines)
    assert not any("interaction" in line for line in lines)
    assert await instances._entries(store.database, question, range_, instances.FEW) == instances.FEW


@pytest.mark.parametrize("query", ["ADD", "READY", "REMOVE", "FORGET", "FORGET_VALUES", "_CHANGED"])
async def test_the_index_is_kept_by_key(store: Store, query: str) -> None:
    """What keeps the index reads by keys."""
    arguments = {
        "tenant": TENANT, "type_id": 100, "field": "Minutes", "value": "np20011", "changed_at": 5, "number": 7,
        "after": 5, "limit": 10,
    }  # fmt: skip
    lines = await store.database.explain(getattr(field_values, query), **arguments)
    whole = query in ("READY", "FORGET", "FORGET_VALUES")  # as good as all that these tables hold
    assert (whole and not store.url.startswith("sqlite")) or _faulty(lines, store) == [], lines


@pytest.mark.parametrize("type_id", [CONTACT.id, ORGANIZATION.id, 100])
async def test_profiles_come_by_key(store: Store, type_id: int) -> None:
    """A page of profiles is a range of their key, the first one too; what is kept beside them is looked up."""
    profiles = profile_pages.Asked(TENANT, type_id, 30, after=(7,))
    query = profile_pages.page_query(profile_pages._shape(profiles))
    arguments = profile_pages._arguments(profiles) | {"limit": 30, "after_0": 7}
    lines = await store.database.explain(query, **arguments)

    assert store.url.startswith("postgresql") or _faulty(lines, store) == [], "\n".join(lines)  # empty tables there
    assert await profile_pages.page(store.database, profiles._replace(after=None)) == []


async def test_every_query_has_a_check() -> None:
    """A query that is added to the modules of this index fails until it is explained here."""
    queries = [name for name, value in vars(field_values).items() if isinstance(value, Query)]
    factories = [name for name, value in vars(instances).items() if name.endswith("_query")]

    assert sorted(queries) == ["ADD", "FORGET", "FORGET_VALUES", "READY", "REMOVE", "_CHANGED"]
    assert sorted(factories) == ["count_query", "entries_query", "page_query"]
    assert sorted(name for name in vars(profile_pages) if name.endswith("_query")) == ["count_query", "page_query"]
    assert not [name for name, value in vars(instances).items() if isinstance(value, Query)]
