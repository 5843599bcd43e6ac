"""Sharding by Citus: every table but the tenants' own is distributed by tenant, side by side."""

import asyncpg

from ..model.errors import Unavailable
from .open import shown, sqlite_path
from .schema import interaction, metadata, tenant

_FUNCTIONS = ("fold_lower(text)", "fold_upper(text)")
"""What queries call: every node must know them."""

_DISTRIBUTED = "SELECT logicalrel::text FROM pg_dist_partition"


async def distribute(url: str) -> list[str]:
    """Distribute the tables that are not yet, and return their names; safe to repeat, also after an interruption."""
    if sqlite_path(url) is not None:
        raise Unavailable("only PostgreSQL with the Citus extension can be distributed, not SQLite")
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"{shown(url)} cannot be reached: {error or type(error).__name__}") from error
    try:
        if not await connection.fetchval("SELECT count(*) FROM pg_extension WHERE extname = 'citus'"):
            raise Unavailable(
                f"{shown(url)} lacks the Citus extension: install it on every node and run CREATE EXTENSION citus"
            )
        done = {row[0] for row in await connection.fetch(_DISTRIBUTED)}
        statements = {name: text for name, text in _statements().items() if name not in done}
        for text in statements.values():
            await connection.execute(text)
        for name in _FUNCTIONS:
            await connection.execute(f"SELECT create_distributed_function('{name}')")
        return list(statements)
    except asyncpg.PostgresError as error:
        raise Unavailable(f"{shown(url)} cannot be distributed: {error}") from error
    finally:
        await connection.close()


def _statements() -> dict[str, str]:
    """Return what distributes each table: the tenants everywhere, all else where the tenant's interactions are."""
    first = interaction.name
    others = [table.name for table in metadata.sorted_tables if table not in (tenant, interaction)]
    return {
        tenant.name: f"SELECT create_reference_table('{tenant.name}')",
        first: f"SELECT create_distributed_table('{first}', 'tenant_id', colocate_with => 'none')",
    } | {name: f"SELECT create_distributed_table('{name}', 'tenant_id', colocate_with => '{first}')" for name in others}
