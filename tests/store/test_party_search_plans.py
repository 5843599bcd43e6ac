"""Plans of searches by what stands in fields: they look at each party once, and into its values by their index."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.model.fields import ValueType
from interlog.model.parties import Party
from interlog.model.party_search import Among, At, Column, Criteria, Group, Has, Holding, Scope, Side, Sort, Within
from interlog.store import party_search, schema
from interlog.store.statements import Unit
from tests.ledger.conftest import Firm, found_firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARTIES = 4_000

NUMBER, TEXT = Column(1, ValueType.NUMBER), Column(2, ValueType.TEXT, of_list=True)
PERSON, PLACE = Column(3, ValueType.PERSON), Column(4, ValueType.LOCATION)
EVERY_PART = Group(
    True,
    (
        Has(NUMBER, True, Within(1, 2)),
        Has(NUMBER, False, Within(None, 7)),
        Group(
            False,
            (
                Has(TEXT, True, Holding("x")),
                Has(TEXT, True, Holding("x", Side.END)),
                Has(PERSON, False, Among((5, 6))),
                Has(PLACE, True, At((("city", "Leeds"),))),
            ),
        ),
    ),
)
SEARCHES = {
    "filter": Criteria(filter=EVERY_PART),
    "order": Criteria(
        sorts=(Sort(NUMBER), Sort(PERSON, True), Sort(Column(5, ValueType.DROPDOWN), False, ((1, "A"),)))
    ),
    "term": Criteria(term="abc", fields=(Has(PERSON, True), Has(TEXT, True, Holding("abc")))),
}
SCOPES = {
    "persons": Scope(Party.PERSON),
    "organizations": Scope(Party.ORGANIZATION),
    "entries": Scope(Party.PERSON, 2),
    "opportunities": Scope(Party.OPPORTUNITY, 2),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large(module_database_url: str) -> AsyncIterator[Firm]:
    """A firm with many persons on a list, each with values, and the statistics that PostgreSQL gathers by itself."""
    ledger = await Ledger.open(module_database_url)
    firm = await found_firm(ledger, "large")
    tenant, unit = firm.tenant.id, Unit()
    unit.insert(
        schema.person,
        [
            (tenant, id_, f"u{id_}", 0, "X", "", "[]", None, "[]", "x", "x", 1, 1, None, None, None)
            for id_ in range(1_000, 1_000 + PARTIES)
        ],
    )
    unit.insert(
        schema.list_entry,
        [(tenant, id_, 2, int(Party.PERSON), 1_000 + id_ % PARTIES, 1, 1, 1, None) for id_ in range(1, PARTIES)],
    )
    values: list[Any] = [
        (tenant, 0, 1_000 + id_ // 4, 0, id_, 1 + id_ % 4, 0, ("7", '"abc"', "1000", '{"city":"Leeds"}')[id_ % 4],
         0 if id_ % 4 == 2 else None, 1_000 if id_ % 4 == 2 else None, 1, 1, None)
        for id_ in range(4 * PARTIES)
    ]  # fmt: skip
    unit.insert(schema.party_value, values)
    await ledger.store.database.write(unit)
    if not ledger.store.url.startswith("sqlite"):
        connection = await asyncpg.connect(ledger.store.url)
        await connection.execute("ANALYZE")
        await connection.close()
    yield firm
    await ledger.close()


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("scope", SCOPES)
async def test_looks_into_values_by_their_index(large: Firm, search: str, scope: str) -> None:
    """Parties may be read from first to last, as one must look at each; but never their values, nor anybody named."""
    database, criteria, where = large.ledger.store.database, SEARCHES[search], SCOPES[scope]
    arguments = party_search.arguments_of(database, large.tenant.id, where, criteria)
    query = party_search.search_query(party_search.Asked.of(where, criteria))
    plan = await database.explain(query, **arguments, after=0, skip=0, limit=10)
    reads = [line for line in plan if "party_value_" in line and re.search("SEARCH|SCAN| Scan ", line)]
    assert reads, "\n".join(plan)
    for line in reads:
        assert re.search("uq_party_value_slot|pk_party_value|SEARCH", line), "\n".join(plan)
    assert not [line for line in plan if re.search("(SCAN|Seq Scan on) (person|organization)_[0-9]", line)]


@pytest.mark.parametrize("search", SEARCHES)
async def test_answers_over_thousands(large: Firm, search: str) -> None:
    """A page over thousands of parties comes, and goes on behind it."""
    found, following = await large.ledger.party_search.page(large.actor, SCOPES["persons"], SEARCHES[search], limit=10)
    assert len(found) in (0, 10) and (following is not None) == bool(found)
