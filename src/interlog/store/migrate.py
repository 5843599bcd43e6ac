"""Migrations: run at start under a lock, forward only."""

import asyncio
import threading
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from ..model.errors import Unavailable
from .open import database_of, shown, sqlite_path
from .schema import metadata
from .sqlite import connect

_LOCK = 0x696E7465726C6F67  # "interlog"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


class Migrated(NamedTuple):
    """The schema's revision before (None: there was no schema) and after."""

    before: str | None
    after: str | None


def _upgrade(connection: Connection, *_: Any) -> Migrated:
    before = MigrationContext.configure(connection).get_current_revision()
    if before is not None:
        require_known(before)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return Migrated(before, ScriptDirectory.from_config(config).get_current_head())


def require_known(revision: str) -> None:
    """Raise ``Unavailable`` for a revision of the schema that this version does not know."""
    if revision not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise Unavailable(
            f"the schema is at revision {revision}, which this version does not know: "
            "a newer version of Interlog made it; use that one"
        )


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"include_object": _is_compared})
    current = context.get_current_revision()
    head = ScriptDirectory.from_config(_config()).get_current_head()
    found = [] if current == head else [f"the schema is at revision {current}, this version needs {head}"]
    return found + [str(difference) for difference in compare_metadata(context, metadata)]


def _is_compared(item: Any, name: str | None, kind: str, is_reflected: bool, _: Any) -> bool:
    """Whether something is compared: the indexes of words are not, each engine having one of its own."""
    if kind == "index" and not is_reflected and item.dialect_kwargs.get("postgresql_using"):
        return False
    return not (kind == "table" and (name or "").startswith("search_index"))


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
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url, timeout=10))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def _run(url: str, work: Any) -> Any:
    database_of(url)  # raises for a URL that is none of ours
    path = sqlite_path(url)
    try:
        return await asyncio.to_thread(_run_alone, path, url, work)
    except DBAPIError as error:
        raise Unavailable(f"{shown(url)} cannot be used: {error.orig}") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"{shown(url)} cannot be reached: {error or type(error).__name__}") from error


def _run_alone(path: Path | None, url: str, work: Any) -> Any:
    """Run the work in this thread while no other thread does: what Alembic is working on stands in its modules."""
    with _alone:
        return _on_sqlite(path, work) if path is not None else asyncio.run(_on_postgresql(url, work))


_alone = threading.Lock()


async def migrate(url: str) -> Migrated:
    """Bring the database's schema to this version's. Raises ``Unavailable`` for a newer one."""
    migrated: Migrated = await _run(url, _upgrade)
    return migrated


async def schema_problems(url: str) -> list[str]:
    """Return how the database's schema differs from this version's; empty when it does not."""
    problems: list[str] = await _run(url, _differences)
    return problems
