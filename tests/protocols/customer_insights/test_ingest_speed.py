"""Ingest is bounded by the store, not by the check of what comes in: a ratio of CPU times within one run."""

import gc
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.instances import Instance
from interlog.model.tenancy import Actor
from interlog.protocols.customer_insights.bodies import encode, read
from interlog.protocols.customer_insights.catalog import Catalog
from interlog.protocols.customer_insights.definitions import read_interaction_type
from interlog.protocols.customer_insights.entities import InteractionEntity
from interlog.protocols.customer_insights.ingest import instance_of
from interlog.protocols.customer_insights.translate import type_of

MOST = 1.0
"""What the check may cost at most, as a multiple of what the bare rows cost the database: about 0.6 is usual."""

ITEMS = 10_000
FIELDS = {
    "VisitKey": ("Edm.String", "V-{}"),
    "ArrivedAt": ("Edm.DateTimeOffset", "2026-03-04T10:15:00+01:00"),
    "Visitor": ("Edm.String", "42"),
    "Clerk": ("Edm.String", "7"),
    "Minutes": ("Edm.Int32", 12),
    "Lane": ("Edm.String", "B"),
    "Price": ("Edm.Decimal", 12.5),
    "Score": ("Edm.Double", 0.25),
    "Paid": ("Edm.Boolean", True),
    "Till": ("Edm.Guid", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    "Day": ("Edm.Date", "2026-03-04"),
    "Total": ("Edm.Int64", 2**40),
    "Note": ("Edm.String", "a few words more than nothing"),
    "Channel": ("Edm.String", "branch"),
    "Marks": ("Edm.Int16", 3),
}


def lines() -> bytes:
    """Return as many instances of 15 fields as one request may have."""
    values = {name: value for name, (_, value) in FIELDS.items()}
    return b"\n".join(encode(values | {"VisitKey": f"V-{number}"}) for number in range(ITEMS))


def cost(work: Callable[[], Any]) -> float:
    """Return the CPU seconds of something, the least of several runs."""
    spent = []
    for _ in range(5):
        gc.collect()
        gc.disable()
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
        gc.enable()
    return min(spent)


async def prepared(url: str) -> tuple[Ledger, Actor, InteractionEntity]:
    """Open a store in which the type is defined."""
    ledger = await Ledger.open(url)
    tenant, owner, _ = await ledger.tenants.init("wide", domains=("own.example",), owner=("Mia", "", "mia@own.example"))
    fields = [{"fieldName": name, "fieldType": type_} for name, (type_, _) in FIELDS.items()]
    body = {"idPropertyNames": ["VisitKey"], "timestampFieldName": "ArrivedAt", "fields": fields}
    document, notes = read_interaction_type(body, "Wide", Catalog(tenant.types, tenant.profile_types))
    assert not notes.problems
    actor = system_actor(tenant, owner.id, protocol="customer-insights")
    defined = await ledger.types.define(actor, type_of(document))
    return ledger, system_actor(await ledger.tenants.get(tenant.id), owner.id), InteractionEntity(defined.type)


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table."""
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return {name: connection.execute(f'select * from "{name}"').fetchall() for name in names}


async def test_the_check_costs_a_part_of_what_the_bare_rows_do(tmp_path: Path) -> None:
    """Checking and coercing 10,000 instances of 15 fields, against a bare ``executemany`` of the rows they become."""
    ledger, actor, wide = await prepared(f"sqlite:///{tmp_path / 'filled.db'}")
    items = read(lines(), "application/x-ndjson").items

    def check() -> list[Instance]:
        return [instance_of(wide, item, clean=True) for item in items if isinstance(item, dict)]

    before = {name: len(rows) for name, rows in rows_of(tmp_path / "filled.db").items()}
    results = await ledger.instances.put_many(actor, check())
    assert len(results) == ITEMS
    await ledger.close()
    after = rows_of(tmp_path / "filled.db")
    added = {name: rows[before[name] :] for name, rows in after.items() if len(rows) - before[name] >= ITEMS}
    assert {"interaction", "journal"} <= set(added)
    bare, _, _ = await prepared(f"sqlite:///{tmp_path / 'bare.db'}")
    await bare.close()
    connection = sqlite3.connect(tmp_path / "bare.db", isolation_level=None)
    connection.execute("pragma synchronous = full")

    def store() -> None:
        connection.execute("begin")
        for name, rows in added.items():
            places = ", ".join("?" * len(rows[0]))
            connection.executemany(f'insert into "{name}" values ({places})', rows)
        connection.execute("commit")

    spent = []
    for _ in range(3):
        begin = time.process_time()
        store()
        spent.append(time.process_time() - begin)
        for name in added:
            connection.execute(f'delete from "{name}"')
    connection.close()
    checked, stored = cost(check), min(spent)
    assert checked < MOST * stored, f"{checked:.3f} s against {stored:.3f} s"
