"""The databases that the tests are given."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from tests.conftest import FreshDatabase
from tests.postgres import PostgresServer, server_folder, shared_server

ROOT = Path(__file__).parent.parent
WRITTEN: Counter[str] = Counter()


async def run(url: str, statement: str) -> Any:
    """Run one statement with the engine's own driver and return the first value of the first row, if any."""
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        row = connection.execute(statement).fetchone()
        connection.commit()
        connection.close()
        return row and row[0]
    server = await asyncpg.connect(url)
    try:
        return await server.fetchval(statement)
    finally:
        await server.close()


@pytest.mark.parametrize("attempt", [1, 2])
async def test_each_test_gets_an_empty_database(database_url: str, attempt: int) -> None:
    """Both engines answer, and a table that one test makes is not there for the next."""
    await run(database_url, "create table thing (id bigint primary key)")

    assert await run(database_url, "select count(*) from thing") == 0


@pytest.mark.parametrize("attempt", [1, 2])
async def test_a_module_can_share_a_database(module_database_url: str, attempt: int) -> None:
    """What one test of a module wrote is there for the next (in the same process)."""
    await run(module_database_url, "create table if not exists thing (id bigint)")
    await run(module_database_url, "insert into thing values (1)")
    WRITTEN[module_database_url] += 1

    assert await run(module_database_url, "select count(*) from thing") == WRITTEN[module_database_url]


async def test_postgresql_is_as_promised(postgres_url: str) -> None:
    """The shared server is of a supported version, does not sync to disk, and sorts text by code point."""
    assert await run(postgres_url, "select current_setting('server_version_num')::int") >= 150000
    assert await run(postgres_url, "select current_setting('fsync')") == "off"
    assert await run(postgres_url, "select 'B' < 'a'")


async def test_a_database_goes_with_its_test(fresh_database: FreshDatabase, postgres_url: str, tmp_path: Path) -> None:
    """A PostgreSQL database is dropped at the end even while a connection to it is open."""
    with fresh_database("postgresql", tmp_path) as url:
        connection = await asyncpg.connect(url)
        name = await connection.fetchval("select current_database()")
    connection.terminate()

    assert await run(postgres_url, f"select count(*) from pg_database where datname = '{name}'") == 0


def test_all_who_share_a_folder_share_a_server() -> None:
    """However many ask at the same moment, one server is started."""
    with server_folder() as folder, ThreadPoolExecutor() as pool:
        urls = {server.url for server in pool.map(lambda _: shared_server(folder), range(4))}

        assert len(urls) == 1
    assert not folder.exists()


@pytest.mark.faults
async def test_a_private_server_survives_being_killed(private_postgres: PostgresServer) -> None:
    """After kill -9 the server starts again at the same URL, with what was committed."""
    url = private_postgres.create_database()
    await run(url, "create table thing as select 7 as id")

    private_postgres.kill()
    with pytest.raises(OSError):
        await run(url, "select 1")
    private_postgres.start()

    assert await run(url, "select current_setting('fsync')") == "on"
    assert await run(url, "select id from thing") == 7


@pytest.mark.faults
def test_no_server_outlives_its_session() -> None:
    """A session that is killed with -9 leaves neither a server nor its folder."""
    script = """if True:
        from tests.postgres import private_server
        with private_server() as server:
            print(server.folder, server._process.pid, flush=True)
            input()
    """
    session = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with session:
        assert session.stdout is not None
        folder, pid = session.stdout.readline().split()
        assert psutil.pid_exists(int(pid))
        session.send_signal(signal.SIGKILL)

    end = time.monotonic() + 20
    while Path(folder).exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(folder).exists()
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
