"""What is wrong with the plan of a query, on both engines, and which queries there are."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import asyncpg

import interlog.store
from interlog.store.statements import Query

SMALL = {
    "tenant",
    "counter",
    "import_state",
    "api_usage",
    "party_field",
    "chore",
    "interaction_type",
    "profile_type",
    "collection",
    "app_user",
    "token",
    "party_list",
    "application",
    "consent",
    "password",
    "grant_key",
    "session",
    "subscription",
}
"""Tables of so few rows that PostgreSQL may rightly prefer to read them whole."""


def queries() -> Iterator[tuple[str, Query]]:
    """Yield every query in the store's modules, with the name by which tests list it."""
    for info in pkgutil.iter_modules(interlog.store.__path__):
        if info.ispkg:
            continue
        module = importlib.import_module(f"interlog.store.{info.name}")
        for name, value in vars(module).items():
            found = list(value.values()) if isinstance(value, dict) else [value]
            for query in found:
                if isinstance(query, Query):
                    yield f"{info.name}.{name}", query


async def analyze(url: str) -> None:
    """Have PostgreSQL look at what was just stored, so that it plans as it would later on; SQLite does not."""
    if not url.startswith("sqlite"):
        connection = await asyncpg.connect(url)
        await connection.execute("ANALYZE")
        await connection.close()


def faults(plan: list[str], *, postgresql: bool, sorted_arms: bool) -> list[str]:
    """Return what of a plan takes the longer the more is stored; with ``sorted_arms`` it may sort what it has."""
    found = postgresql_faults(plan) if postgresql else sqlite_faults(plan)
    if sorted_arms:
        found = [fault for fault in found if not fault.startswith("sorts")]
    return found


def sqlite_faults(plan: list[str]) -> list[str]:
    """Return where SQLite scans, sorts or makes an index, by the lines of ``EXPLAIN QUERY PLAN``."""
    found = []
    for line in plan:
        if line.startswith("SCAN") and not re.match(
            r"SCAN (json_each|arm_\d+|newest|counted|looked_at|meant|CONSTANT)\b", line
        ):
            found.append(line)
        if re.match(r"SEARCH .*\(tenant_id=\?\)$", line) and not _named(line, SMALL):
            found.append(f"narrows by nothing but the tenant: {line}")
        if "AUTOMATIC" in line:
            found.append(line)
        if "TEMP B-TREE" in line:
            found.append(f"sorts: {line}")
    return found


def postgresql_faults(plan: list[str]) -> list[str]:
    """Return where PostgreSQL scans or sorts, by the lines of ``EXPLAIN``."""
    found = []
    for number, line in enumerate(plan):
        if re.search(r"\bSeq Scan on", line) and not _named(line, SMALL):
            found.append(line)
        if re.match(r"\s*(->\s*)?(Incremental )?Sort\b(?! Key)", line):
            found.append(f"sorts: {line}")
        if re.match(r"\s*Index Cond: \(tenant_id = '?\d+'?(::bigint)?\)$", line) and not _named(
            plan[number - 1], SMALL
        ):
            found.append(f"narrows by nothing but the tenant: {plan[number - 1]}")
    return found


def _named(line: str, tables: set[str]) -> bool:
    return any(re.search(rf"\b{table}\b", line) for table in tables)
