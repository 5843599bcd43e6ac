"""Query plans of full-text search: what is asked for is a range of the index of words, or of a key.

The plans themselves are judged as in ``test_plans.py``. A question sorts what meets it: at most a thousand by how well
it does; a timeline with a text all of it by time, within the seconds that a read from outside may take.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from interlog.ledger import Ledger
from interlog.model.searching import Kind, terms_of
from interlog.store import search, search_pages, search_texts
from interlog.store.statements import Query
from tests.ledger.conftest import Firm, found_firm, meeting

from .plans import faults

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = ["river", "hill", "bridge", "tower", "garden", "market", "harbour", "station", "museum", "library"]
PLACE = {"epoch": 0, "sequence": 5}
IDS = {"ids": [1, 2]}

CASES: dict[str, tuple[Query, dict[str, Any]]] = {
    "TAIL": (search.TAIL, {**PLACE, "limit": 20}),
    "FORGET": (search.FORGET, {"kind": 2, **IDS}),
    "NEXT_SQLITE": (search.NEXT_SQLITE, {**PLACE, "limit": 20}),
    "NEXT_POSTGRESQL": (search.NEXT_POSTGRESQL, {**PLACE, "limit": 20}),
    "INTERACTIONS": (search_texts.INTERACTIONS, IDS),
    "NOTES": (search_texts.NOTES, IDS),
    "PERSONS": (search_texts.PERSONS, IDS),
    "ORGANIZATIONS": (search_texts.ORGANIZATIONS, IDS),
}
WRITTEN = {"ADD_SQLITE", "ADD_WORDS_SQLITE", "ADD_POSTGRESQL"}
ONE_ROW = {"POSITION", "MOVE"}
"""What reads the one row of a tenant."""

EVERY_TENANT = {"WAITING_SQLITE", "WAITING_POSTGRESQL"}
EVERYTHING = {"CLEAR_SQLITE", "CLEAR", "RESTART"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(module_database_url: str) -> AsyncIterator[Firm]:
    """A firm with some thousand interactions, all of them indexed."""
    ledger = await Ledger.open(module_database_url)
    firm = await found_firm(ledger)
    for start in range(0, 4_000, 500):
        drafts = [
            meeting(firm.eve, title=f"{WORDS[n % 10]} {n}", body=" ".join(f"w{n * k % 5_000}" for k in range(1, 20)))
            for n in range(start, start + 500)
        ]
        await ledger.interactions.log_many(firm.actor, drafts)
    await ledger.finding.catch_up(firm.tenant.id)
    if not module_database_url.startswith("sqlite"):
        for statement in ("SELECT gin_clean_pending_list('ix_search_entry_words')", "ANALYZE"):
            await ledger.store.database.fetch(Query(text(statement)))
    yield firm
    await ledger.close()


def _is_small(fault: str) -> bool:
    """Whether a table is read from its beginning because it has but a few rows here."""
    return any(f"Seq Scan on {table} " in fault for table in ("person", "organization"))


def is_postgresql(firm: Firm) -> bool:
    return not firm.ledger.store.url.startswith("sqlite")


@pytest.mark.parametrize("name", CASES)
async def test_reads_an_index_range(loaded: Firm, name: str) -> None:
    """What the index is filled from, and what is found, is read by keys."""
    if name == f"NEXT_{'SQLITE' if is_postgresql(loaded) else 'POSTGRESQL'}":
        pytest.skip("is the other engine's")
    query, given = CASES[name]
    database = loaded.ledger.store.database
    arguments = {key: database.array(value) if isinstance(value, list) else value for key, value in given.items()}

    plan = await database.explain(query, tenant=loaded.tenant.id, **arguments)

    found = faults(plan, postgresql=is_postgresql(loaded), sorted_arms=False)
    assert [fault for fault in found if not _is_small(fault)] == [], "\n".join(plan)


@pytest.mark.parametrize("kinds", [(Kind.INTERACTION,), tuple(Kind)])
async def test_the_best_are_found_by_the_index_of_words(loaded: Firm, kinds: tuple[Kind, ...]) -> None:
    """A question reads the entries of its words, and no other."""
    terms = terms_of("w77 w15")
    assert terms is not None
    arguments: dict[str, Any] = {"tenant": loaded.tenant.id, "limit": 20, "words": search_pages._tsquery(terms)}
    for index, kind in enumerate(kinds):
        match = search_pages._match(loaded.tenant.id, kind, [0], terms, postgresql=is_postgresql(loaded))
        arguments[f"match_{index}"] = match
    query = search_pages.ranked_query(len(kinds), is_postgresql(loaded))

    plan = await loaded.ledger.store.database.explain(query, **arguments)

    _require_words(loaded, plan, len(kinds))


@pytest.mark.parametrize("also_person", [False, True])
@pytest.mark.parametrize("kinds", [None, (0,), (0, 1, 8)])
async def test_a_timeline_with_a_text_is_found_by_the_index_of_words(
    loaded: Firm, kinds: tuple[int, ...] | None, also_person: bool
) -> None:
    """A timeline with a text reads the entries of its words, and whom they are with by a key."""
    terms = terms_of("w77 w15")
    assert terms is not None
    array = loaded.ledger.store.database.array
    arguments: dict[str, Any] = {
        "tenant": loaded.tenant.id, "limit": 20, "start": 0, "before_at": 2**60, "before_number": 0,
        "types": array(loaded.types), "changed": array([]), "fresh": array([5]), "also_person": loaded.eve.id,
        "match_0": search_pages._match(
            loaded.tenant.id, Kind.INTERACTION, [0], terms, postgresql=is_postgresql(loaded)
        ),
    }  # fmt: skip
    arguments |= {f"parties_{kind}": array([1, 2]) for kind in kinds or ()}

    plan = await loaded.ledger.store.database.explain(
        search_pages.in_time_query(kinds, is_postgresql(loaded), also_person), **arguments
    )

    _require_words(loaded, plan, 1)


def _require_words(firm: Firm, plan: list[str], times: int) -> None:
    """Require that the index of words is read so many times, and nothing from its beginning to its end."""
    if is_postgresql(firm):
        assert sum("Bitmap Index Scan on ix_search_entry_words" in line for line in plan) == times, "\n".join(plan)
        assert not any("Seq Scan" in line for line in plan), "\n".join(plan)
        return
    index = [line for line in plan if line.startswith("SCAN search_index VIRTUAL TABLE INDEX")]
    assert len(index) == times and all(line.partition(":")[2] for line in index), "\n".join(plan)
    wide = [
        line
        for line in plan
        if line.endswith("(tenant_id=?)") or ("SEARCH interaction" in line and "number=?" not in line)
    ]
    assert wide == [], "\n".join(plan)
    scans = [line for line in plan if line.startswith("SCAN") and "search_index" not in line]
    assert all(line.split()[1].startswith(("json_each", "newest", "best", "found")) for line in scans), "\n".join(plan)


async def test_who_waits_to_be_indexed_is_seen_by_one_look_at_each_journal(loaded: Firm) -> None:
    """What is to be indexed is asked each second: a tenant costs one place in its journal."""
    query = search.WAITING_POSTGRESQL if is_postgresql(loaded) else search.WAITING_SQLITE

    plan = await loaded.ledger.store.database.explain(query)

    if is_postgresql(loaded):
        assert not any("Seq Scan on journal" in line for line in plan), "\n".join(plan)
    else:
        assert any("SEARCH journal USING PRIMARY KEY (tenant_id=? AND " in line for line in plan), "\n".join(plan)


async def test_every_query_has_a_check() -> None:
    """Each query of search is checked above, or writes, or is meant to read everything."""
    found = {
        name
        for module in (search, search_texts, search_pages)
        for name, value in vars(module).items()
        if isinstance(value, Query)
    }
    assert found == set(CASES) | WRITTEN | ONE_ROW | EVERY_TENANT | EVERYTHING
    cached = type(search_pages.ranked_query)
    made = {name for name, value in {**vars(search), **vars(search_pages)}.items() if type(value) is cached}
    assert made == {"ranked_query", "in_time_query"}
