"""Plans of what reads and writes what stands on lists: index ranges, whatever the length of the list."""

import importlib
import re
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.model.parties import Party
from interlog.store import list_entries, party_fields, party_values, schema, value_changes
from interlog.store.statements import Query, Unit
from tests.ledger.conftest import Firm, found_firm

from .plans import analyze, postgresql_faults, sqlite_faults
from .test_plans import READS_EVERYTHING

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENTRIES = 20_000

CASES: dict[str, tuple[Query, dict[str, Any]]] = {
    "list_entries.BY_IDS": (list_entries.BY_IDS, {"ids": [5, 6]}),
    "list_entries.PAGE": (list_entries.PAGE, {"list": 2, "after": 100, "limit": 101}),
    "list_entries.OF_PARTIES": (list_entries.OF_PARTIES, {"party_kind": 0, "parties": [5, 6]}),
    "list_entries.LEFT": (list_entries.LEFT, {"party_kind": 0, "party": 5, "left_at": 7}),
    "list_entries.REMOVE": (list_entries.REMOVE, {"entry": 5, "read_version": 1, "at": 7}),
    "list_entries.LEAVE": (list_entries.LEAVE, {"party_kind": 0, "party": 5, "at": 7}),
    "list_entries.COME_BACK": (list_entries.COME_BACK, {"party_kind": 0, "party": 5, "left_at": 7}),
    "list_entries.MOVE": (list_entries.MOVE, {"entry": 5, "read_version": 1, "new_party": 6}),
    "party_fields.BY_IDS": (party_fields.BY_IDS, {"ids": [5, 6]}),
    "party_fields.UPDATE": (
        party_fields.UPDATE,
        {
            "key_tenant_id": 1,
            "key_id": 5,
            "read_version": 1,
            "name": "x",
            "is_required": 0,
            "options": "[]",
            "version": 2,
            "deleted_at": None,
        },
    ),
    "party_values.BY_ID": (party_values.BY_ID, {"value_id": 5}),
    "party_values.OF_PARTIES": (party_values.OF_PARTIES, {"party_kind": 0, "parties": [5, 6]}),
    **{
        f"party_values.page_query-{of_entry}": (
            party_values.page_query(of_entry=of_entry),
            {"party_kind": 0, "party": 5, "entry": 16, "after_entry": 0, "after_id": 1, "limit": 9},
        )
        for of_entry in (False, True)
    },
    "party_values.CELLS": (party_values.CELLS, {"party_kind": 0, "parties": [5, 6]}),
    "party_values.CHANGE": (
        party_values.CHANGE,
        {"value_id": 5, "read_version": 1, "new_value": "1", "new_ref": None, "new_updated_at": 1},
    ),
    "party_values.REMOVE": (party_values.REMOVE, {"value_id": 5, "read_version": 1}),
    "party_values.MOVE_ENTRY": (
        party_values.MOVE_ENTRY,
        {"party_kind": 0, "party": 5, "entry": 15, "new_party": 6},
    ),
    "party_values.MOVING": (party_values.MOVING, {"party_kind": 0, "party": 5, "new_party": 6, "limit": 9}),
    "party_values.NAMING": (party_values.NAMING, {"party_kind": 0, "party": 5, "limit": 9}),
    "party_values.RAW": (party_values.RAW, {"value_id": 5}),
    "party_values.MOVE": (
        party_values.MOVE,
        {"value_id": 5, "read_version": 1, "new_party": 6, "new_value": "1", "new_ref": None},
    ),
    **{
        f"value_changes.changes_query-{of_party}-{descending}-{more}": (
            value_changes.changes_query(
                of_party=of_party, descending=descending, of_entry=more and of_party, action=more
            ),
            {
                "field": 5,
                "party_kind": 0,
                "party": 5,
                "entry": 5,
                "action": 1,
                "after_at": 1,
                "after_id": 1,
                "before_at": 9_000,
                "before_id": 1,
                "limit": 9,
            },
        )
        for of_party, descending, more in product((False, True), repeat=3)
    },
    "party_values.KNOWN_IDS": (party_values.KNOWN_IDS, {"ids": [5, 6]}),
    "value_changes.CHANGES_BY_IDS": (value_changes.CHANGES_BY_IDS, {"ids": [5, 6]}),
    **{
        f"value_changes.page_query-{descending}": (
            value_changes.page_query(value_changes.Asked(False, descending, None)),
            {"fields": list(range(1, 60)), "place_at": ENTRIES, "place_id": 1, "limit": 9},
        )
        for descending in (False, True)
    },
    "list_entries.PERSON_STAYS": (list_entries.PERSON_STAYS, {"party": 5}),
    "list_entries.ORGANIZATION_STAYS": (list_entries.ORGANIZATION_STAYS, {"party": 5}),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def long(module_database_url: str) -> AsyncIterator[Firm]:
    """A firm with two long lists, and the statistics that PostgreSQL gathers by itself."""
    ledger = await Ledger.open(module_database_url)
    firm = await found_firm(ledger, "large")
    tenant = firm.tenant.id
    unit = Unit()
    unit.insert(
        schema.list_entry,
        [
            (tenant, id_, 2 + id_ % 2, int(Party.PERSON), 1 + id_ // 3, 1, 1, 1, None if id_ % 9 else 7)
            for id_ in range(1, ENTRIES)
        ],
    )
    unit.insert(
        schema.organization,
        [(tenant, id_, f"u{id_}", "X", "[]", "x", "x", 0, 1, 1, None, None, None) for id_ in range(1, 3_000)],
    )
    unit.insert(
        schema.person,
        [
            (tenant, id_, f"u{id_}", 0, "X", "", "[]", None, "[]", "x", "x", 1, 1, None, None, None)
            for id_ in range(1_000, 4_000)
        ],
    )
    values = [(id_, 1 + id_ % 50, id_ // 50) for id_ in range(1, 3 * ENTRIES)]
    unit.insert(
        schema.party_value,
        [
            (tenant, 0, 1 + party, 3 * party + 1, id_, field, 0, "1", 0 if id_ % 7 else None, id_ if id_ % 7 else None,
             1, 1, None)
            for id_, field, party in values
        ],
    )  # fmt: skip
    unit.insert(
        schema.value_change,
        [(tenant, id_, field, 0, 1 + party, 5, id_ % 2, 1, id_, "1") for id_, field, party in values],
    )
    unit.insert(
        schema.party_field,
        [(tenant, id_, 2, 0, "x", 6, 0, 0, "[]", 1, 1, 1, None) for id_ in range(1, 3_000)],
    )
    await ledger.store.database.write(unit)
    await analyze(ledger.store.url)
    yield firm
    await ledger.close()


@pytest.mark.parametrize("name", CASES)
async def test_reads_an_index_range(long: Firm, name: str) -> None:
    """The query reads as much as it returns, however long the lists are."""
    query, given = CASES[name]
    database = long.ledger.store.database
    arguments = {key: database.array(value) if isinstance(value, list) else value for key, value in given.items()}
    plan = await database.explain(query, tenant=long.tenant.id, **arguments)
    found = sqlite_faults(plan) if long.ledger.store.url.startswith("sqlite") else postgresql_faults(plan)
    assert found == [], "\n".join(plan)


@pytest.mark.parametrize("descending", [False, True])
async def test_changes_of_an_entry_are_read_by_whose_it_is(long: Firm, descending: bool) -> None:
    """Those in the fields of its list, which are then put in order: as many as it has."""
    database = long.ledger.store.database
    query = value_changes.page_query(value_changes.Asked(True, descending, None))
    place = 10**9 if descending else 0
    plan = await database.explain(
        query, tenant=long.tenant.id, fields=database.array([5, 6]), party_kind=0, party=5, entry=5,
        place_at=place, place_id=0, limit=9,
    )  # fmt: skip
    assert re.search("ix_value_change_(party|field)", "\n".join(plan)), "\n".join(plan)


async def test_every_query_has_a_check() -> None:
    """A query of these modules that is not listed above fails here."""
    for module in ("list_entries", "party_fields", "party_values", "value_changes"):
        for name, value in vars(importlib.import_module(f"interlog.store.{module}")).items():
            if isinstance(value, Query):
                assert f"{module}.{name}" in CASES or f"{module}.{name}" in READS_EVERYTHING
