"""Fixtures for all tests: databases of both engines."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer, private_server, server_folder, shared_server

ENGINES = ["sqlite", "postgresql"]
FreshDatabase = Callable[[str, Path], AbstractContextManager[str]]
POSTGRES_FOLDER = pytest.StashKey[Path]()

# How long an example takes says more about the machine than about what is tried; fixtures may outlast examples.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.register_profile("ci", settings.get_profile("patient"), derandomize=True, database=None)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of this session one folder for their PostgreSQL; the first process owns and removes it."""
    if hasattr(config, "workerinput"):
        config.stash[POSTGRES_FOLDER] = Path(config.workerinput["postgres_folder"])
    else:
        cleanup = ExitStack()
        config.stash[POSTGRES_FOLDER] = cleanup.enter_context(server_folder())
        config.add_cleanup(cleanup.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker process of pytest-xdist where the PostgreSQL of this session is."""
    node.workerinput["postgres_folder"] = str(node.config.stash[POSTGRES_FOLDER])


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what goes to the user's data folder, such as files of stores in PostgreSQL, in a folder of this session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> PostgresServer:
    """The session's PostgreSQL server, shared by all workers and started when first asked for. fsync is off."""
    return shared_server(pytestconfig.stash[POSTGRES_FOLDER])


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """The administrator's URL of the session's PostgreSQL server."""
    return postgres.url


@pytest.fixture(scope="session")
def fresh_database(request: pytest.FixtureRequest) -> FreshDatabase:
    """``fresh_database(engine, folder)`` is a context manager: it gives the URL of an empty database.

    ``engine`` is one of ENGINES, ``folder`` is where SQLite's file goes. For fixtures of any scope.
    """

    @contextmanager
    def fresh(engine: str, folder: Path) -> Iterator[str]:
        if engine == "sqlite":
            yield f"sqlite:///{folder / 'interlog.db'}"
            return
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database()
        try:
            yield url
        finally:
            server.drop_database(url)

    return fresh


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of this test, once for each engine."""
    with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture(scope="module", params=ENGINES)
def module_database_url(
    request: pytest.FixtureRequest, fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a database that starts empty and is shared by the tests of a module, once for each engine."""
    with fresh_database(request.param, tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture
def private_postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL server of this test alone, with fsync on: stop, kill and start it as the test needs."""
    with private_server() as server:
        yield server
