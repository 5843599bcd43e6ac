"""Migrations: run at start under a lock, forward only."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from .schema import metadata
from .sqlite import connect

_LOCK = 0x696E7465726C6F67  # "interlog"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection, *_: Any) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection)
    current = context.get_current_revision()
    head = ScriptDirectory.from_config(_config()).get_current_head()
    found = [] if current == head else [f"the schema is at revision {current}, this version needs {head}"]
    return found + [str(difference) for difference in compare_metadata(context, metadata)]


def _on_sqlite(path: Path, work: Any) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine("sqlite://", creator=lambda: connect(path))

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the lock: a second process waits here

    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def _on_postgresql(url: str, work: Any) -> Any:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def _run(url: str, work: Any) -> Any:
    from .open import sqlite_path

    path = sqlite_path(url)
    if path is not None:
        return await asyncio.to_thread(_on_sqlite, path, work)
    return await _on_postgresql(url, work)


async def migrate(url: str) -> None:
    """Bring the database's schema to this version's."""
    await _run(url, _upgrade)


async def schema_problems(url: str) -> list[str]:
    """Return how the database's schema differs from this version's; empty when it does not."""
    problems: list[str] = await _run(url, _differences)
    return problems
